"""Places and routes as GeoJSON, every text in it already safe to show."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from dispatch.coverage import LEVELS, Coverage, Level
from dispatch.maps.encode import safe
from dispatch.maps.limits import (
    LimitKind,
    limit_kind,
    limit_style,
    limit_text,
    stretch_lines,
)
from dispatch.maps.lines import length, middle
from dispatch.maps.palette import TruckSign, level_svg, truck_signs
from dispatch.maps.pen import Feature, Layer, Pen
from dispatch.maps.routes import RouteFeatures
from dispatch.roads.model import road_model
from dispatch.units import format_clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.arrays import Point
    from dispatch.model.plan import Plan, Stop
    from dispatch.model.scenario import Datum, Scenario
    from dispatch.words.words import Words


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
        self._pen = Pen(datum)
        self._rows = figures.places.to_dict("index") if figures else {}
        self._drawn_l = figures.sources["drawn_l"].to_dict() if figures else {}
        self._signs = truck_signs(scenario)
        self._positions: dict[str, Point] = {
            place_id: (place.lat, place.lon)
            for place_id, place in scenario.place_by_id.items()
        }
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

    def bounds(self) -> tuple[Point, Point]:
        """Return the south-west and north-east corners as (lat, lon)."""
        places = {*self._positions.values(), *self._stops_at.values()}
        points = [self._pen.lon_lat(*point) for point in places]
        # An empty scenario still needs somewhere to look at: Hunan.
        points = points or [[112.0, 28.0]]
        lons, lats = zip(*points, strict=True)
        return (min(lats), min(lons)), (max(lats), max(lons))

    def labels(self) -> list[list[float]]:
        """Return lat, lon and letters of the names of all places."""
        labels = []
        for place in self._scenario.places:
            lon, lat = self._pen.lon_lat(place.lat, place.lon)
            labels.append([round(lat, 5), round(lon, 5), len(place.name)])
        return labels

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
                self._pen.line(line, style=limit_style(matched.limit), tip=tip)
                for line in lines
            ]
            longest = max(lines, key=length, default=[])
            if longest:
                icon = (
                    f'<span class="wd-limit wd-{kind}">{self.limit_sign(kind)}</span>'
                )
                features.append(self._pen.point(*middle(longest), icon=icon, tip=tip))
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
            features.append(self._pen.line(line, style=style, tip=tip))
            icon = '<span class="wd-transfer">⇄</span>'
            features.append(self._pen.point(*village.stop_at, icon=icon, tip=tip))
        return Layer(safe(t("map.transfers")), features)

    def depots(self) -> Layer:
        """Return the depots."""
        t = self._words
        features = [
            self._pen.point(
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
            kind = "potable" if source.potable else "non_potable"
            lines = [t(f"map.{kind}")]
            if source.supply_l is not None:
                lines.append(t("map.supply", litres=f"{source.supply_l:,}"))
            if self._figures is not None:
                drawn_l = self._drawn_l[source.source_id]
                lines.append(t("map.drawn", litres=f"{drawn_l:,}"))
            lines += self._visit_lines(source.source_id)
            sign = "💧" if source.potable else "🐄"
            features.append(
                self._pen.point(
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
                self._pen.point(
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
        routes = RouteFeatures(
            self._scenario, self._plan, self._words, self._pen, self._stops_at
        )
        return routes.layers()


def _popup(name: str, lines: Iterable[str]) -> str:
    rows = "<br>".join(safe(line) for line in lines)
    return f"<b>{safe(name)}</b><br>{rows}"
