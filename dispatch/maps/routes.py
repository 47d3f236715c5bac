"""Routes of trucks as layers of a map: lines with arrows, and numbers of stops."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, Final

from dispatch.maps.encode import safe
from dispatch.maps.lines import chevrons, with_fewer_corners
from dispatch.maps.palette import TruckSign, truck_signs
from dispatch.maps.pen import Feature, Layer
from dispatch.roads.route import RouteFinder
from dispatch.units import format_clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dispatch.arrays import Point
    from dispatch.maps.pen import Pen
    from dispatch.model.plan import Plan, Route, Stop
    from dispatch.model.scenario import Scenario
    from dispatch.words.words import Words

#: More trucks than this start hidden behind one thin layer of all routes.
MAX_DETAILED_TRUCKS: Final = 6
#: More trucks than this are a faint web, through which places are still seen.
MAX_THIN_TRUCKS: Final = 60


class RouteFeatures:
    """
    The routes of one map.

    Parameters
    ----------
    scenario, plan
        What was planned, and the plan.
    words
        Words in the language of the reader.
    pen
        Makes features in the datum of the tiles.
    stops_at
        Where trucks stop at every place, (lat, lon).
    """

    def __init__(
        self,
        scenario: Scenario,
        plan: Plan,
        words: Words,
        pen: Pen,
        stops_at: Mapping[str, Point],
    ) -> None:
        self._scenario = scenario
        self._plan = plan
        self._words = words
        self._pen = pen
        self._stops_at = stops_at
        self._signs = truck_signs(scenario)

    def _name(self, stop: Stop) -> str:
        return self._scenario.place_by_id[stop.place_id].name

    def layers(self) -> list[Layer]:
        """Return one layer per truck, and one of all when there are many."""
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
        stops = [stop for stop in route.stops if stop.place_id in self._stops_at]
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
                line = with_fewer_corners(line)
            tip = self._words(
                "map.leg",
                truck=sign.letter,
                start=format_clock(before.end_s),
                end=format_clock(after.arrive_s),
                place=self._name(after),
            )
            lines.append(self._pen.line(line, style=style, tip=safe(tip)))
            lines += [
                self._pen.line(chevron, style={"color": sign.colour, "weight": 3})
                for chevron in chevrons(line)
            ]
        return [*lines, *marks]

    def _weight(self, route: Route) -> float:
        """Return the width of a truck's line: where roads are shared all are seen."""
        routes = self._plan.routes
        later = len(routes) - 1 - routes.index(route)
        return min(3 + later, 9)

    def _badge(self, sign: TruckSign, order: int, stop: Stop) -> Feature:
        litres = self._words("unit.litres", count=f"{stop.litres:,}")
        # Trucks sit around a place, so that their numbers do not hide each other.
        angle = (ord(sign.letter[-1]) - 65) * 2.4
        away = 28 if stop.kind == "fill" else 20
        shift = f"{round(away * math.cos(angle))}px,{round(away * math.sin(angle))}px"
        return self._pen.point(
            *self._stops_at[stop.place_id],
            icon=f'<span class="wd-order" style="background:{sign.colour};'
            f'transform:translate({shift})">{sign.letter}{order}</span>',
            tip=safe(f"{format_clock(stop.start_s)} {self._name(stop)} {litres}"),
        )


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
