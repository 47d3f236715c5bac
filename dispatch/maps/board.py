"""A plan as data for the linked map and timetable: texts as typed, never as HTML."""

from __future__ import annotations

import itertools
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from dispatch.geo.datum import from_wgs84
from dispatch.maps.limits import limit_lines, road_lines
from dispatch.maps.lines import with_fewer_corners
from dispatch.maps.palette import LEVEL_SIGNS, truck_signs
from dispatch.model.scenario import Source, Village, id_of_place
from dispatch.roads.route import RouteFinder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.coverage import Coverage
    from dispatch.model.plan import Plan, Route
    from dispatch.model.scenario import Datum, Place, Scenario
    from dispatch.words.message import Lang
    from dispatch.words.words import Words

#: Of degrees: 1 m, finer than any line is drawn.
_DIGITS: Final = 5
#: Words of the component, ``board.*``.
WORDS: Final = (
    "all",
    "trip",
    "hours",
    "all_day",
    "fill",
    "deliver",
    "break",
    "litres",
    "adjust",
    "broken",
    "now",
    "help",
    "close",
)


def board_data(
    scenario: Scenario,
    plan: Plan,
    figures: Coverage,
    t: Words,
    *,
    datum: Datum = "wgs84",
) -> dict[str, Any]:
    """
    Return places, routes and stops of a plan as values of JSON.

    Parameters
    ----------
    scenario, plan
        What was planned, and the plan.
    figures
        What people get by it.
    t
        Words in the language of the reader.
    datum
        Of the tiles below the map.
    """
    maker = _Maker(scenario, datum)
    levels = figures.places["level"].to_dict()
    served = figures.places["served_l"].to_dict()
    needs = figures.places["need_l"].to_dict()
    starts = [stop.start_s for route in plan.routes for stop in route.stops]
    ends = [stop.end_s for route in plan.routes for stop in route.stops]
    return {
        "lines": [
            {
                "points": maker.moved(line.points),
                "style": line.style,
                "tip": line.tip,
                "area": line.is_area,
            }
            for line in (*road_lines(scenario), *limit_lines(scenario, t))
        ],
        "places": [
            maker.place(place, levels, served, needs) for place in scenario.places
        ],
        "trucks": [maker.truck(route, plan) for route in plan.routes if route.stops],
        "start_s": min(starts, default=6 * 3600),
        "end_s": max(ends, default=18 * 3600),
        "levels": {
            name: {"colour": sign.colour, "sign": sign.sign, "text": t(f"level.{name}")}
            for name, sign in LEVEL_SIGNS.items()
        },
        "words": {name: t(f"board.{name}") for name in WORDS},
    }


class _Maker:
    def __init__(self, scenario: Scenario, datum: Datum) -> None:
        self._scenario = scenario
        self._datum = datum
        self._finder = RouteFinder(scenario)
        self._signs = truck_signs(scenario)
        self._index = scenario.place_idx

    def moved(self, points: Any) -> Any:
        """Return (lat, lon) points, nested as they are, in the datum of the tiles."""
        if len(points) and isinstance(points[0], (int, float)):
            lat, lon = float(points[0]), float(points[1])
            if self._datum != "wgs84":
                lat, lon = from_wgs84(lat=lat, lon=lon, datum=self._datum)
            return [round(lat, _DIGITS), round(lon, _DIGITS)]
        return [self.moved(inner) for inner in points]

    def place(
        self,
        place: Place,
        levels: Mapping[Any, Any],
        served: Mapping[Any, Any],
        needs: Mapping[Any, Any],
    ) -> dict[str, Any]:
        place_id = id_of_place(place)
        kind = "depot"
        if isinstance(place, Village):
            kind = "village"
        elif isinstance(place, Source):
            kind = "source"
        row: dict[str, Any] = {
            "id": place_id,
            "name": self._scenario.label(place_id),
            "at": self.moved((place.lat, place.lon)),
            "kind": kind,
        }
        if isinstance(place, Village):
            row["stop"] = self.moved(place.stop_at)
            row["level"] = str(levels.get(place_id, "full"))
            row["served"] = int(served.get(place_id, 0))
            row["need"] = int(needs.get(place_id, 0))
        return row

    def truck(self, route: Route, plan: Plan) -> dict[str, Any]:
        sign = self._signs.get(route.truck_id)
        trip = -1
        num_done = plan.done.get(route.truck_id, 0)
        stops = []
        for idx, stop in enumerate(route.stops):
            trip += stop.kind == "fill"
            stops.append(
                {
                    "kind": stop.kind,
                    "place": self._index.get(stop.place_id, -1),
                    "arrive": stop.arrive_s,
                    "start": stop.start_s,
                    "end": stop.end_s,
                    "litres": stop.litres,
                    "trip": max(0, trip),
                    "done": idx < num_done,
                }
            )
        return {
            "id": route.truck_id,
            "letter": sign.letter if sign else "?",
            "colour": sign.colour if sign else "#444444",
            "name": self._scenario.plate(route.truck_id) or route.truck_id,
            "stops": stops,
            "legs": self._legs(route),
        }

    def _legs(self, route: Route) -> list[dict[str, Any]]:
        legs = []
        trip = -1
        for before, after in itertools.pairwise(route.stops):
            trip += after.kind == "fill"
            known = before.place_id in self._index and after.place_id in self._index
            if not known or before.place_id == after.place_id:
                continue
            line = self._finder.line(
                route.truck_id,
                before.place_id,
                after.place_id,
                depart_s=before.end_s,
                arrive_s=after.arrive_s,
            )
            legs.append(
                {
                    "trip": max(0, trip),
                    "from": before.end_s,
                    "to": after.arrive_s,
                    "line": self.moved(with_fewer_corners(line)),
                }
            )
        return legs


class BoardKey:
    """A plan with its figures, by which its board is made once for all who look."""

    def __init__(
        self, key: str, scenario: Scenario, plan: Plan, figures: Coverage
    ) -> None:
        self.key = key
        self.scenario, self.plan, self.figures = scenario, plan, figures

    def __hash__(self) -> int:
        """Return the hash of the key."""
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        """Whether two keys are of one plan."""
        return isinstance(other, BoardKey) and self.key == other.key


@lru_cache(maxsize=16)
def kept_board(key: BoardKey, lang: Lang, datum: Datum) -> str:
    """
    Return the board of a plan as JSON, made once.

    Parameters
    ----------
    key
        The plan; equal keys are equal plans.
    lang
        Language of the reader.
    datum
        Of the tiles below the map.
    """
    from dispatch.words.words import Words

    data = board_data(key.scenario, key.plan, key.figures, Words(lang), datum=datum)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
