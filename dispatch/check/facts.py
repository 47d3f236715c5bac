"""What every rule looks at: scenario, travel and plan, by id."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.model.need import Band, need_l
from dispatch.model.travel import NO_ROAD
from dispatch.words.message import COMMAS, joined, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dispatch.model.plan import Plan, Stop
    from dispatch.model.scenario import Depot, Scenario, Source, Truck, Village
    from dispatch.model.travel import LegTimes, Travel
    from dispatch.words.message import Message


#: Slack of comparisons between whole and real seconds or litres.
TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Violation:
    """
    One broken rule.

    Attributes
    ----------
    rule
        Number of the rule in docs/PLAN.md; 0 means that the plan's own
        figures are wrong.
    message
        What is wrong, with its figures; where it is, the other fields say.
    stop_index
        Position of the stop in the truck's route, counted from 0.
    """

    rule: int
    message: Message
    truck_id: str | None = None
    place_id: str | None = None
    stop_index: int | None = None

    @property
    def line(self) -> Message:
        """Which rule is broken, where, and how, in one line."""
        where = []
        if self.truck_id is not None:
            where.append(say("broken.at_truck", truck=self.truck_id))
        if self.stop_index is not None:
            where.append(say("broken.at_stop", stop=self.stop_index))
        if self.place_id is not None:
            where.append(say("broken.at_place", place=self.place_id))
        return say(
            "broken.line",
            rule=self.rule,
            where=joined(where or [say("broken.in_plan")], COMMAS),
            what=self.message,
        )

    def __str__(self) -> str:
        """Return the line in English, for logs."""
        return self.line.text("en")


@dataclass(frozen=True, slots=True)
class Event:
    """A filling or a visit, with the truck and the water in its tank."""

    truck_id: str
    stop_index: int
    stop: Stop
    is_potable: bool

    @property
    def litres(self) -> int:
        """Litres that count in sums: a negative figure must not hide others."""
        return max(0, self.stop.litres)

    def violation(self, rule: int, message: Message) -> Violation:
        """
        Return a broken rule at this stop.

        Parameters
        ----------
        rule
            Its number; see docs/PLAN.md.
        message
            What is wrong, with its figures.
        """
        return Violation(
            rule, message, self.truck_id, self.stop.place_id, self.stop_index
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """Scenario and plan, looked up by id; what is unknown is simply absent."""

    scenario: Scenario
    travel: Travel
    plan: Plan
    trucks: Mapping[str, Truck]
    villages: Mapping[str, Village]
    sources: Mapping[str, Source]
    depots: Mapping[str, Depot]
    place_idx: Mapping[str, int]
    needs: Mapping[str, Mapping[Band, int]]
    fillings: Mapping[str, Sequence[Event]]
    visits: Mapping[str, Sequence[Event]]

    def leg(
        self, truck_id: str, before: str, after: str, depart_s: int
    ) -> tuple[float, int, float] | None:
        """
        Return driving seconds, metres and least seconds of a leg; None: no road.

        Parameters
        ----------
        truck_id
            Truck of the plan.
        before, after
            Ids of the places of two stops in order.
        depart_s
            Seconds since midnight at which the truck leaves.
        """
        if before == after:
            return 0.0, 0, 0.0
        truck = self.trucks.get(truck_id)
        truck_class = self.travel.class_of_truck.get(truck_id)
        row, column = self.place_idx.get(before), self.place_idx.get(after)
        if truck is None or truck_class is None or row is None or column is None:
            return None
        ways = [
            (seconds / truck.speed_factor, max(0, metres), wait_s)
            for seconds, metres, wait_s in open_ways(
                self.travel, truck_class, row, column, depart_s, truck.speed_factor
            )
            if seconds != NO_ROAD
        ]
        if not ways:
            return None
        drive_s, metres, wait_s = min(ways, key=lambda way: way[0] + way[2])
        return drive_s, metres, drive_s + wait_s


def open_ways(
    travel: Travel,
    truck_class: int,
    row: int,
    column: int,
    depart_s: int,
    speed_factor: float,
) -> Iterator[tuple[int, int, float]]:
    """
    Yield seconds, metres and seconds of waiting of every drive open at a departure.

    A drive over the roads open in some periods running is one if it is over before the
    next of them ends. Who sets out may wait for any later change first.

    Parameters
    ----------
    travel
        Driving seconds and metres between all places.
    truck_class
        Position in the matrices of ``travel``.
    row, column
        Positions of the two places.
    depart_s
        Seconds since midnight at which the truck leaves.
    speed_factor
        Of the truck; its times are divided by it.
    """
    later = travel.later
    if later is None:
        yield _way(travel, truck_class, row, column, 0.0)
        return
    begins_s = [-math.inf, *later.switches_s]
    ends_s = [*later.switches_s, math.inf]
    alone: list[Travel | LegTimes] = [travel, *later.periods]
    for period, end_s in enumerate(ends_s):
        wait_s = max(0.0, begins_s[period] - depart_s)
        start_s = depart_s + wait_s
        if start_s >= end_s:
            continue  # that period is over
        candidates = [(alone[period], end_s)]
        if period < len(later.across):
            candidates.append((later.across[period], ends_s[period + 1]))
            candidates.append((later.throughout, math.inf))
        for ways, over_s in candidates:
            seconds, metres, _ = _way(ways, truck_class, row, column, 0.0)
            if seconds != NO_ROAD and start_s + seconds / speed_factor <= over_s:
                yield seconds, metres, wait_s


def _way(
    ways: Travel | LegTimes, truck_class: int, row: int, column: int, wait_s: float
) -> tuple[int, int, float]:
    seconds, metres = ways.seconds[truck_class], ways.metres[truck_class]
    return int(seconds[row, column]), int(metres[row, column]), wait_s


def collect_facts(scenario: Scenario, travel: Travel, plan: Plan) -> Facts:
    """
    Return scenario and plan, looked up by id, with the water of every visit.

    Parameters
    ----------
    scenario
        The day that the plan is for.
    travel
        Driving times of that day.
    plan
        Any plan: ids and figures need not make sense.
    """
    trucks = scenario.truck_by_id
    sources = scenario.source_by_id
    fillings: dict[str, list[Event]] = defaultdict(list)
    visits: dict[str, list[Event]] = defaultdict(list)
    for route in plan.routes:
        truck = trucks.get(route.truck_id)
        carries_potable = truck is None or truck.potable
        is_potable = carries_potable
        for idx, stop in enumerate(route.stops):
            if stop.kind == "fill":
                source = sources.get(stop.place_id)
                is_potable = carries_potable and (source is None or source.potable)
                event = Event(route.truck_id, idx, stop, is_potable)
                fillings[stop.place_id].append(event)
            elif stop.kind == "deliver":
                event = Event(route.truck_id, idx, stop, is_potable)
                visits[stop.place_id].append(event)
    for events in visits.values():
        events.sort(key=lambda event: (event.stop.start_s, event.stop.end_s))
    return Facts(
        scenario=scenario,
        travel=travel,
        plan=plan,
        trucks=trucks,
        villages=scenario.village_by_id,
        sources=sources,
        depots=scenario.depot_by_id,
        place_idx=travel.index,
        needs={v.village_id: need_l(v, scenario.need) for v in scenario.villages},
        fillings=fillings,
        visits=visits,
    )


def flow_s(litres: int, rate_l_per_min: float | None) -> float:
    """
    Return the seconds that litres take to flow.

    Parameters
    ----------
    litres
        Water filled or unloaded.
    rate_l_per_min
        What flows in a minute; None: it takes no time.
    """
    return 0.0 if rate_l_per_min is None else litres * 60 / rate_l_per_min
