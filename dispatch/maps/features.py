"""Places and routes as GeoJSON, every text in it already safe to show."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from dispatch.coverage import LEVELS, Coverage, Level
from dispatch.geo.datum import from_wgs84
from dispatch.maps.encode import safe
from dispatch.maps.limits import (
    LimitKind,
    limit_kind,
    limit_style,
    limit_text,
    stretch_lines,
)
from dispatch.maps.palette import TruckSign, level_svg, truck_signs
from dispatch.roads.model import road_model
from dispatch.roads.route import RouteFinder
from dispatch.units import format_clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch.model.plan import Plan, Route, Stop
    from dispatch.model.scenario import Datum, Depot, Scenario, Source, Village
    from dispatch.words.words import Words

Feature = dict[str, Any]
Point = tuple[float, float]

#: More trucks than this start hidden behind one thin layer of all routes.
MAX_DETAILED_TRUCKS = 6
#: More trucks than this are a faint web, through which places are still seen.
MAX_THIN_TRUCKS = 60


@dataclass(frozen=True, slots=True)
class Layer:
    """
    One GeoJSON layer.

    Attributes
    ----------
    name
        Safe to show.
    is_shown
        Whether it starts shown.
    level
        Of the places in it.
    num_alike
        Places of its kind in all layers.
    is_packed
        Whether its features are made when it is first shown, from fewer letters.
    """

    name: str
    features: Sequence[Feature]
    is_shown: bool = True
    level: Level | None = None
    num_alike: int = 0
    is_packed: bool = False


class MapFeatures:
    """
    The layers of one map.

    Parameters
    ----------
    plan, figures
        None shows the scenario alone.
    datum
        Of the tiles below the map: scenarios are in WGS-84, and moved to fit.
    """

    def __init__(
        self,
        scenario: Scenario,
        plan: Plan | None,
        figures: Coverage | None,
        words: Words,
        *,
        datum: Datum = "wgs84",
    ) -> None:
        self._scenario = scenario
        self._plan = plan
        self._figures = figures
        self._words = words
        self._datum = datum
        self._rows = figures.places.to_dict("index") if figures else {}
        self._drawn_l = figures.sources["drawn_l"].to_dict() if figures else {}
        self._signs = truck_signs(scenario)
        self._names: dict[str, str] = {}
        self._positions: dict[str, Point] = {}
        places: tuple[Depot | Source | Village, ...]
        places = (*scenario.depots, *scenario.sources, *scenario.villages)
        for place_id, place in zip(scenario.place_ids, places, strict=True):
            self._names[place_id] = place.name
            self._positions[place_id] = place.lat, place.lon
        # Trucks stop at the transfer point of a village that has one.
        self._stops_at = dict(self._positions)
        for village in scenario.villages:
            self._stops_at[village.village_id] = village.stop_at
        self._visits: dict[str, list[tuple[TruckSign, Stop]]] = defaultdict(list)
        for route in plan.routes if plan else ():
            sign = self._signs.get(route.truck_id, TruckSign("?", "#444444"))
            for stop in route.stops:
                if stop.kind in {"fill", "deliver"}:
                    self._visits[stop.place_id].append((sign, stop))

    def _lon_lat(self, lat: float, lon: float) -> list[float]:
        lat, lon = from_wgs84(lat=lat, lon=lon, datum=self._datum)
        return [round(lon, 6), round(lat, 6)]

    def bounds(self) -> tuple[Point, Point]:
        """Return the south-west and north-east corners as (lat, lon)."""
        places = {*self._positions.values(), *self._stops_at.values()}
        points = [self._lon_lat(*point) for point in places]
        # An empty scenario still needs somewhere to look at: Hunan.
        points = points or [[112.0, 28.0]]
        lons, lats = zip(*points, strict=True)
        return (min(lats), min(lons)), (max(lats), max(lons))

    def labels(self) -> list[list[float]]:
        """Return lat, lon and letters of the names of all places."""
        labels = []
        for place_id, point in self._positions.items():
            lon, lat = self._lon_lat(*point)
            labels.append([round(lat, 5), round(lon, 5), len(self._names[place_id])])
        return labels

    def _point(self, lat: float, lon: float, **properties: Any) -> Feature:
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": self._lon_lat(lat, lon)},
            "properties": properties,
        }

    def _line(self, points: Iterable[Point], **properties: Any) -> Feature:
        coordinates = [self._lon_lat(lat, lon) for lat, lon in points]
        return {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": coordinates},
            "properties": properties,
        }

    def limits(self) -> dict[LimitKind, list[Feature]]:
        """Return closures, limits and slow roads of the day, with their signs."""
        by_kind: dict[LimitKind, list[Feature]] = {}
        model = road_model(self._scenario) if self._scenario.road_limits else None
        for matched in model.matched if model else ():
            kind = limit_kind(matched.limit)
            tip = safe(limit_text(matched.limit, self._words))
            lines = stretch_lines(model.roads, matched.stretches) if model else []
            features = by_kind.setdefault(kind, [])
            # A stretch of a few metres would not be seen as a line.
            features += [
                self._line(line, style=limit_style(matched.limit), tip=tip)
                for line in lines
            ]
            longest = max(lines, key=_length, default=[])
            if longest:
                icon = (
                    f'<span class="wd-limit wd-{kind}">{self.limit_sign(kind)}</span>'
                )
                features.append(self._point(*_middle(longest), icon=icon, tip=tip))
        return by_kind

    def limit_sign(self, kind: LimitKind) -> str:
        """Return the letter of a kind of limits: never by colour alone."""
        return safe(self._words(f"map.sign_{kind}"))

    def transfers(self) -> Layer:
        """Return the points where water is handed over, joined to their villages."""
        t = self._words
        features: list[Feature] = []
        for village in self._scenario.villages:
            if village.stop_at == (village.lat, village.lon):
                continue
            by = village.transfer_by or t("map.transfer_unknown")
            tip = safe(f"{village.name}: {t('map.transfer_by', by=by)}")
            style = {"color": "#333333", "weight": 2, "dashArray": "1 6"}
            line = [village.stop_at, (village.lat, village.lon)]
            features.append(self._line(line, style=style, tip=tip))
            icon = '<span class="wd-transfer">⇄</span>'
            features.append(self._point(*village.stop_at, icon=icon, tip=tip))
        return Layer(safe(t("map.transfers")), features)

    def depots(self) -> Layer:
        """Return the depots."""
        t = self._words
        features = [
            self._point(
                depot.lat,
                depot.lon,
                icon='<span class="wd-depot">⌂</span>',
                label=safe(depot.name),
                tip=f"{safe(t('map.depot'))}: {safe(depot.name)}",
            )
            for depot in self._scenario.depots
        ]
        return Layer(safe(t("map.depots")), features)

    def sources(self) -> Layer:
        """Return the sources with supply and litres drawn."""
        t = self._words
        features = []
        for source in self._scenario.sources:
            kind = "potable" if source.potable else "unfit"
            lines = [t(f"map.{kind}")]
            if source.supply_l is not None:
                lines.append(t("map.supply", litres=f"{source.supply_l:,}"))
            if self._figures is not None:
                drawn_l = self._drawn_l[source.source_id]
                lines.append(t("map.drawn", litres=f"{drawn_l:,}"))
            lines += self._visit_lines(source.source_id)
            sign = "💧" if source.potable else "🐄"
            features.append(
                self._point(
                    source.lat,
                    source.lon,
                    icon=f'<span class="wd-source wd-{kind}">{sign}</span>',
                    label=safe(source.name),
                    tip=safe(source.name),
                    popup=_popup(source.name, lines),
                )
            )
        return Layer(safe(t("map.sources")), features)

    def villages(self) -> list[Layer]:
        """Return one layer per level of service, the worst on top."""
        t = self._words
        by_level: dict[Level | None, list[Feature]] = defaultdict(list)
        for village in self._scenario.villages:
            level, lines, icon = self._village_text(village.village_id)
            lines.insert(
                0,
                t(
                    "map.people",
                    people=f"{village.population:,}",
                    vulnerable=f"{village.vulnerable_people:,}",
                ),
            )
            if village.stop_at != (village.lat, village.lon):
                by = village.transfer_by or t("map.transfer_unknown")
                lines.append(t("map.transfer_by", by=by))
            by_level[level].append(
                self._point(
                    village.lat,
                    village.lon,
                    kind="village",
                    icon=icon,
                    label=safe(village.name),
                    tip=safe(village.name),
                    popup=_popup(village.name, lines),
                )
            )
        if self._figures is None:
            places = by_level[None]
            return [Layer(safe(t("map.villages")), places, num_alike=len(places))]
        return [
            Layer(
                f"{level_svg(level, 14)} {safe(t(f'level.{level}'))} "
                f"({len(by_level[level])})",
                by_level[level],
                level=level,
                num_alike=len(self._scenario.villages),
            )
            for level in reversed(LEVELS)
            if by_level[level]
        ]

    def _village_text(self, village_id: str) -> tuple[Level | None, list[str], str]:
        t = self._words
        if self._figures is None:
            return None, [], '<span class="wd-plain"></span>'
        row: dict[Any, Any] = self._rows[village_id]
        level: Level = row["level"]
        lines = [
            t(f"level.{level}"),
            t(
                "map.served",
                served=f"{row['served_l']:,}",
                need=f"{row['need_l']:,}",
                share=t.percent(row["coverage"]),
            ),
        ]
        if not math.isnan(row["l_per_person"]):
            lines.append(t("map.per_person", litres=f"{row['l_per_person']:.1f}"))
        if row["shortage_l"] > 0:
            reason = t.causes(row["causes"])
            lines.append(t("map.short", litres=f"{row['shortage_l']:,}", reason=reason))
        return level, [*lines, *self._visit_lines(village_id)], level_svg(level)

    def _visit_lines(self, place_id: str) -> list[str]:
        visits = sorted(self._visits[place_id], key=lambda visit: visit[1].start_s)
        shown = [
            self._words(
                "map.visit",
                time=format_clock(stop.start_s),
                truck=sign.letter,
                litres=f"{stop.litres:,}",
            )
            for sign, stop in visits[:12]
        ]
        return [*shown, "…"] if len(visits) > 12 else shown

    def routes(self) -> list[Layer]:
        """Return one layer per truck, and one of all when there are many."""
        if self._plan is None:
            return []
        finder = RouteFinder(self._scenario)
        trucks = self._scenario.truck_by_id
        is_many = len(self._plan.routes) > MAX_DETAILED_TRUCKS
        layers = []
        overview: list[Feature] = []
        for route in self._plan.routes:
            if route.truck_id not in trucks or len(route.stops) < 2:
                continue
            sign = self._signs[route.truck_id]
            features = self._route_features(route, sign, finder, is_many=is_many)
            plate = trucks[route.truck_id].plate or route.truck_id
            swatch = (
                f'<span class="wd-truck" style="background:{sign.colour}">'
                f"{sign.letter}</span>"
            )
            name = f"{swatch} {safe(plate)}"
            layers.append(Layer(name, features, not is_many, is_packed=is_many))
            if is_many:
                overview.append(_thin(features, sign.colour, len(self._plan.routes)))
        if is_many:
            name = safe(self._words("map.all_routes"))
            layers.insert(0, Layer(name, overview, is_packed=True))
        return layers

    def _route_features(
        self, route: Route, sign: TruckSign, finder: RouteFinder, *, is_many: bool
    ) -> list[Feature]:
        style: dict[str, Any] = {
            "color": sign.colour,
            "weight": self._weight(route),
            "opacity": 0.9,
        }
        if self._scenario.roads is None:
            style["dashArray"] = "7 6"
        stops = [stop for stop in route.stops if stop.place_id in self._names]
        lines: list[Feature] = []
        marks: list[Feature] = []
        order = 0
        for before, after in itertools.pairwise(stops):
            order += after.kind in {"fill", "deliver"}
            if after.kind in {"fill", "deliver"}:
                marks.append(self._badge(sign, order, after))
            if before.place_id == after.place_id:
                continue
            line = finder.line(
                route.truck_id,
                before.place_id,
                after.place_id,
                depart_s=before.end_s,
                arrive_s=after.arrive_s,
            )
            if is_many:
                line = _with_fewer_corners(line)
            tip = self._words(
                "map.leg",
                truck=sign.letter,
                start=format_clock(before.end_s),
                end=format_clock(after.arrive_s),
                place=self._names[after.place_id],
            )
            lines.append(self._line(line, style=style, tip=safe(tip)))
            lines += [
                self._line(chevron, style={"color": sign.colour, "weight": 3})
                for chevron in _chevrons(line)
            ]
        return [*lines, *marks]

    def _weight(self, route: Route) -> float:
        """Return the width of a truck's line: where roads are shared all are seen."""
        assert self._plan is not None
        routes = self._plan.routes
        later = len(routes) - 1 - routes.index(route)
        return min(3 + later, 9)

    def _badge(self, sign: TruckSign, order: int, stop: Stop) -> Feature:
        # Trucks sit around a place, so that their numbers do not hide each other.
        angle = (ord(sign.letter[-1]) - 65) * 2.4
        away = 28 if stop.kind == "fill" else 20
        shift = f"{round(away * math.cos(angle))}px,{round(away * math.sin(angle))}px"
        return self._point(
            *self._stops_at[stop.place_id],
            icon=f'<span class="wd-order" style="background:{sign.colour};'
            f'transform:translate({shift})">{sign.letter}{order}</span>',
            tip=safe(
                f"{format_clock(stop.start_s)} {self._names[stop.place_id]} "
                f"{stop.litres:,} L"
            ),
        )


def _length(line: Sequence[Point]) -> float:
    return sum(math.dist(a, b) for a, b in itertools.pairwise(line))


def _middle(line: Sequence[Point]) -> Point:
    """Return the point half way along a line."""
    at = shapely.LineString(line).interpolate(0.5, normalized=True)
    return at.x, at.y


def _popup(name: str, lines: Iterable[str]) -> str:
    rows = "<br>".join(safe(line) for line in lines)
    return f"<b>{safe(name)}</b><br>{rows}"


def _thin(features: Iterable[Feature], colour: str, num_routes: int) -> Feature:
    """Return the lines of one truck as one thin feature, the thinner the more."""
    lines = [
        feature["geometry"]["coordinates"]
        for feature in features
        if feature["geometry"]["type"] == "LineString"
        and "tip" in feature["properties"]
    ]
    style: dict[str, Any] = {
        "color": colour,
        "weight": 1.5,
        "opacity": 0.7,
        "interactive": False,
    }
    if num_routes > MAX_THIN_TRUCKS:
        style |= {"weight": 1, "opacity": 0.35}
    return {
        "type": "Feature",
        "geometry": {"type": "MultiLineString", "coordinates": lines},
        "properties": {"style": style},
    }


def _with_fewer_corners(line: Sequence[Point]) -> list[Point]:
    """Return a line that looks the same on a map of many."""
    if len(line) < 3:
        return list(line)
    kept = shapely.simplify(shapely.linestrings(line), 3e-5)
    return [(lat, lon) for lat, lon in shapely.get_coordinates(kept).tolist()]


def _chevrons(line: Sequence[Point]) -> list[list[Point]]:
    """Return an arrow head at a third and at two thirds of a line."""
    stretch = math.cos(math.radians(line[0][0])) or 1.0
    flat = [(lon * stretch, lat) for lat, lon in line]
    lengths = [math.dist(a, b) for a, b in itertools.pairwise(flat)]
    total = sum(lengths)
    if total == 0:
        return []
    size = min(total * 0.06, 0.0013)
    heads = []
    for part in (1 / 3, 2 / 3):
        left = total * part
        for (x1, y1), (x2, y2), length in zip(flat, flat[1:], lengths, strict=False):
            if left > length or length == 0:
                left -= length
                continue
            along = left / length
            x, y = x1 + (x2 - x1) * along, y1 + (y2 - y1) * along
            angle = math.atan2(y2 - y1, x2 - x1)
            sides = [
                (
                    y - size * math.sin(angle + turn),
                    (x - size * math.cos(angle + turn)) / stretch,
                )
                for turn in (0.5, -0.5)
            ]
            heads.append([sides[0], (y, x / stretch), sides[1]])
            break
    return heads
