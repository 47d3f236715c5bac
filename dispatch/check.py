"""
The rules of a valid plan, recomputed from scenario, travel and plan alone.

One rule is one function. Nothing here comes from the solver or from the figures
it writes, so that a mistake there cannot hide itself.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from dispatch.model.need import BANDS, LIVESTOCK, Band, need_l, served_l
from dispatch.model.plan import REASONS
from dispatch.model.scenario import NO_ROAD
from dispatch.units import format_clock
from dispatch.words.message import COMMAS, joined, say, term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dispatch.model.plan import Plan, Route, Stop
    from dispatch.model.scenario import (
        Depot,
        Scenario,
        Source,
        Travel,
        Truck,
        Village,
        WayTimes,
    )
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
        Number of the rule in section 4 of the design; 0 means that the plan's own
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
class _Event:
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
        return Violation(
            rule, message, self.truck_id, self.stop.place_id, self.stop_index
        )


@dataclass(frozen=True, slots=True)
class _Facts:
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
    fillings: Mapping[str, Sequence[_Event]]
    visits: Mapping[str, Sequence[_Event]]

    def leg(
        self, truck_id: str, before: str, after: str, depart_s: int
    ) -> tuple[float, int, float] | None:
        """Return driving seconds, metres and least seconds of a leg; None: no way."""
        if before == after:
            return 0.0, 0, 0.0
        truck = self.trucks.get(truck_id)
        truck_class = self.travel.class_of_truck.get(truck_id)
        row, column = self.place_idx.get(before), self.place_idx.get(after)
        if truck is None or truck_class is None or row is None or column is None:
            return None
        ways = [
            (seconds / truck.speed_factor, max(0, metres), wait_s)
            for seconds, metres, wait_s in _open_ways(
                self.travel, truck_class, row, column, depart_s, truck.speed_factor
            )
            if seconds != NO_ROAD
        ]
        if not ways:
            return None
        drive_s, metres, wait_s = min(ways, key=lambda way: way[0] + way[2])
        return drive_s, metres, drive_s + wait_s


def _open_ways(
    travel: Travel,
    truck_class: int,
    row: int,
    column: int,
    depart_s: int,
    speed_factor: float,
) -> Iterator[tuple[int, int, float]]:
    """
    Yield seconds, metres and seconds of waiting of every way open at a departure.

    A way over the roads open in some periods running is one if it is over before
    the next of them ends. Who sets out may wait for any later change first.
    """
    later = travel.later
    if later is None:
        yield _way(travel, truck_class, row, column, 0.0)
        return
    begins_s = [-math.inf, *later.switches_s]
    ends_s = [*later.switches_s, math.inf]
    alone: list[Travel | WayTimes] = [travel, *later.periods]
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
    ways: Travel | WayTimes, truck_class: int, row: int, column: int, wait_s: float
) -> tuple[int, int, float]:
    seconds, metres = ways.seconds[truck_class], ways.metres[truck_class]
    return int(seconds[row, column]), int(metres[row, column]), wait_s


def check_plan(scenario: Scenario, travel: Travel, plan: Plan) -> list[Violation]:
    """
    Return every broken rule of a plan; an empty list means that it is valid.

    Works on any plan, hand-made ones with unknown ids or senseless figures
    included: what cannot be looked up is reported once and left out elsewhere.
    """
    facts = _collect(scenario, travel, plan)
    return [violation for rule in RULES for violation in rule(facts)]


def _collect(scenario: Scenario, travel: Travel, plan: Plan) -> _Facts:
    trucks = {truck.truck_id: truck for truck in scenario.trucks}
    sources = {source.source_id: source for source in scenario.sources}
    fillings: dict[str, list[_Event]] = defaultdict(list)
    visits: dict[str, list[_Event]] = defaultdict(list)
    for route in plan.routes:
        truck = trucks.get(route.truck_id)
        carries_potable = truck is None or truck.potable
        is_potable = carries_potable
        for idx, stop in enumerate(route.stops):
            if stop.kind == "fill":
                source = sources.get(stop.place_id)
                is_potable = carries_potable and (source is None or source.potable)
                event = _Event(route.truck_id, idx, stop, is_potable)
                fillings[stop.place_id].append(event)
            elif stop.kind == "deliver":
                event = _Event(route.truck_id, idx, stop, is_potable)
                visits[stop.place_id].append(event)
    for events in visits.values():
        events.sort(key=lambda event: (event.stop.start_s, event.stop.end_s))
    return _Facts(
        scenario=scenario,
        travel=travel,
        plan=plan,
        trucks=trucks,
        villages={village.village_id: village for village in scenario.villages},
        sources=sources,
        depots={depot.depot_id: depot for depot in scenario.depots},
        place_idx=travel.index(),
        needs={v.village_id: need_l(v, scenario.need) for v in scenario.villages},
        fillings=fillings,
        visits=visits,
    )


def check_shift(facts: _Facts) -> Iterator[Violation]:
    """Rule 1: a route starts and ends at its truck's depot, inside its shift."""
    for route in facts.plan.routes:
        truck = facts.trucks.get(route.truck_id)
        if truck is None:
            continue
        if not route.stops:
            yield Violation(1, say("broken.no_stops"), route.truck_id)
            continue
        if route.depot_id != truck.depot_id:
            message = say(
                "broken.other_depot", depot=route.depot_id, own=truck.depot_id
            )
            yield Violation(1, message, route.truck_id)
        for idx, message in (*_wrong_ends(route, truck), *_outside_shift(route, truck)):
            place_id = route.stops[idx].place_id
            yield Violation(1, message, route.truck_id, place_id, idx)


def _wrong_ends(route: Route, truck: Truck) -> Iterator[tuple[int, Message]]:
    last = len(route.stops) - 1
    for idx, end in ((0, "depart"), (last, "return")):
        stop = route.stops[idx]
        if stop.kind != end:
            found, right = term("stop", stop.kind), term("stop", end)
            yield idx, say("broken.wrong_end", found=found, kind=right)
        if stop.place_id != truck.depot_id:
            yield idx, say("broken.not_at_depot", own=truck.depot_id)
    for idx in range(1, last):
        kind = route.stops[idx].kind
        if kind in {"depart", "return"}:
            yield idx, say("broken.end_in_middle", kind=term("stop", kind))


def _outside_shift(route: Route, truck: Truck) -> Iterator[tuple[int, Message]]:
    start_s = min(route.stops[0].start_s, route.stops[0].end_s)
    end_s = max(max(stop.arrive_s, stop.end_s) for stop in route.stops)
    if start_s < truck.shift_start_s:
        shift = format_clock(truck.shift_start_s)
        time = format_clock(start_s)
        yield 0, say("broken.starts_early", time=time, shift=shift)
    if end_s > truck.shift_end_s:
        shift = format_clock(truck.shift_end_s)
        said = say("broken.ends_late", time=format_clock(end_s), shift=shift)
        yield len(route.stops) - 1, said


def check_legs(facts: _Facts) -> Iterator[Violation]:
    """
    Rule 2: each leg takes at least its travel time; stops start after arriving.

    Breaks are stops like any other here, so none can overlap driving or service.
    """
    for route in facts.plan.routes:
        for idx, stop in enumerate(route.stops):
            if not stop.arrive_s <= stop.start_s <= stop.end_s:
                message = say(
                    "broken.times_out_of_order",
                    arrive=stop.arrive_s,
                    start=stop.start_s,
                    end=stop.end_s,
                )
                yield Violation(2, message, route.truck_id, stop.place_id, idx)
        if route.truck_id not in facts.trucks:
            continue
        for idx, (before, after) in enumerate(itertools.pairwise(route.stops), 1):
            leg = facts.leg(
                route.truck_id, before.place_id, after.place_id, before.end_s
            )
            took_s = after.arrive_s - before.end_s
            if leg is None:
                message = say("broken.no_road", place=before.place_id)
            elif took_s < leg[2] - TOLERANCE:
                message = say(
                    "broken.too_fast",
                    took=took_s,
                    place=before.place_id,
                    needed=leg[2],
                )
            else:
                continue
            yield Violation(2, message, route.truck_id, after.place_id, idx)


def check_fillings(facts: _Facts) -> Iterator[Violation]:
    """
    Rule 3: a filling starts with an empty tank, takes its time, and fits.

    end - start >= fill_setup_s + 60 * litres / fill_rate, litres <= capacity.
    """
    for source_id, events in facts.fillings.items():
        source = facts.sources.get(source_id)
        for event in events:
            litres = event.stop.litres
            if litres <= 0:
                yield event.violation(3, say("broken.filled_nothing", litres=litres))
            truck = facts.trucks.get(event.truck_id)
            if truck is not None and litres > truck.capacity_l:
                message = say(
                    "broken.overfilled", litres=litres, capacity=truck.capacity_l
                )
                yield event.violation(3, message)
            rate = None if source is None else source.fill_rate_l_per_min
            needed_s = facts.scenario.service.fill_setup_s + _flow_s(event.litres, rate)
            took_s = event.stop.end_s - event.stop.start_s
            if took_s < needed_s - TOLERANCE:
                message = say(
                    "broken.fast_filling", took=took_s, litres=litres, needed=needed_s
                )
                yield event.violation(3, message)
    for route in facts.plan.routes:
        load_l = 0
        for idx, stop in enumerate(route.stops):
            if stop.kind == "fill":
                if load_l > 0:
                    message = say("broken.tank_not_empty", litres=load_l)
                    yield Violation(3, message, route.truck_id, stop.place_id, idx)
                load_l = stop.litres
            elif stop.kind == "deliver":
                load_l -= stop.litres


def _flow_s(litres: int, rate_l_per_min: float | None) -> float:
    return 0.0 if rate_l_per_min is None else litres * 60 / rate_l_per_min


def check_loads(facts: _Facts) -> Iterator[Violation]:
    """Rule 4: all that was filled is delivered before the next filling or the end."""
    for route in facts.plan.routes:
        load_l = 0
        filled_at: int | None = None
        for idx, stop in enumerate(route.stops):
            if stop.kind == "fill":
                yield from _leftover(route, filled_at, load_l)
                load_l, filled_at = stop.litres, idx
            elif stop.kind == "deliver":
                if stop.litres > load_l:
                    message = say("broken.not_aboard", litres=stop.litres, load=load_l)
                    yield Violation(4, message, route.truck_id, stop.place_id, idx)
                load_l = max(0, load_l - stop.litres)
        yield from _leftover(route, filled_at, load_l)


def _leftover(route: Route, filled_at: int | None, load_l: int) -> Iterator[Violation]:
    if filled_at is not None and load_l > 0:
        stop = route.stops[filled_at]
        message = say("broken.not_delivered", left=load_l, litres=stop.litres)
        yield Violation(4, message, route.truck_id, stop.place_id, filled_at)


def check_visits(facts: _Facts) -> Iterator[Violation]:
    """
    Rule 5: a visit takes its time and starts inside the village's window.

    end - start >= drop_setup_s + 60 * litres / unload_rate.
    """
    for village_id, events in facts.visits.items():
        village = facts.villages.get(village_id)
        for event in events:
            stop = event.stop
            truck = facts.trucks.get(event.truck_id)
            rate = None if truck is None else truck.unload_rate_l_per_min
            needed_s = facts.scenario.service.drop_setup_s + _flow_s(event.litres, rate)
            took_s = stop.end_s - stop.start_s
            if took_s < needed_s - TOLERANCE:
                message = say(
                    "broken.fast_visit",
                    took=took_s,
                    litres=stop.litres,
                    needed=needed_s,
                )
                yield event.violation(5, message)
            if (
                village is not None
                and village.windows
                and not any(
                    window.early_s <= stop.start_s <= window.late_s
                    for window in village.windows
                )
            ):
                time = format_clock(stop.start_s)
                yield event.violation(5, say("broken.outside_hours", time=time))


def check_bays(facts: _Facts) -> Iterator[Violation]:
    """Rule 6: fillings lie in opening hours, and no bay serves two trucks at once."""
    for source_id, events in facts.fillings.items():
        source = facts.sources.get(source_id)
        if source is None:
            continue
        for event in events:
            stop = event.stop
            if source.windows and not any(
                window.early_s <= stop.start_s and stop.end_s <= window.late_s
                for window in source.windows
            ):
                message = say(
                    "broken.source_closed",
                    start=format_clock(stop.start_s),
                    end=format_clock(stop.end_s),
                )
                yield event.violation(6, message)
        if source.bays is not None:
            yield from _bay_conflicts(events, source.bays)


def _bay_conflicts(events: Sequence[_Event], bays: int) -> Iterator[Violation]:
    """Sweep over half-open intervals [start, end) in order of start."""
    busy: list[_Event] = []
    for event in sorted(events, key=lambda event: event.stop.start_s):
        stop = event.stop
        if stop.bay is not None and not 1 <= stop.bay <= bays:
            message = say("broken.no_such_bay", bay=stop.bay, bays=bays)
            yield event.violation(6, message)
        if stop.end_s <= stop.start_s:
            continue
        busy = [other for other in busy if other.stop.end_s > stop.start_s]
        if len(busy) >= bays:
            message = say("broken.bays_full", trucks=len(busy) + 1, bays=bays)
            yield event.violation(6, message)
        for other in busy:
            if stop.bay is not None and other.stop.bay == stop.bay:
                message = say("broken.bay_taken", bay=stop.bay, truck=other.truck_id)
                yield event.violation(6, message)
        busy.append(event)


def check_supply(facts: _Facts) -> Iterator[Violation]:
    """
    Rule 7: no source gives more than it has.

    Where a source refills, at the end of every filling the litres drawn so far are
    at most stock + inflow * hours since it opened.
    """
    for source_id, events in facts.fillings.items():
        source = facts.sources.get(source_id)
        if source is None:
            continue
        total_l = sum(event.litres for event in events)
        if source.supply_l is not None and total_l > source.supply_l:
            message = say(
                "broken.supply_exceeded", litres=total_l, supply=source.supply_l
            )
            yield Violation(7, message, place_id=source_id)
        if source.stock_l is None and source.inflow_l_per_h is None:
            continue
        drawn_l = 0
        by_end = sorted(events, key=lambda event: event.stop.end_s)
        for end_s, group in itertools.groupby(by_end, lambda event: event.stop.end_s):
            ended = list(group)
            drawn_l += sum(event.litres for event in ended)
            hours = max(0, end_s - source.opening_s) / 3600
            there_l = (source.stock_l or 0) + (source.inflow_l_per_h or 0) * hours
            if drawn_l > there_l + TOLERANCE:
                message = say(
                    "broken.not_come_in",
                    litres=drawn_l,
                    time=format_clock(end_s),
                    there=math.floor(there_l),
                )
                yield ended[-1].violation(7, message)


def check_need_and_storage(facts: _Facts) -> Iterator[Violation]:
    """Rule 8: no village gets more than it needs today or than its tank takes."""
    for village_id, events in facts.visits.items():
        village = facts.villages.get(village_id)
        if village is None:
            continue
        total_l = sum(event.litres for event in events)
        needed_l = sum(facts.needs[village_id].values())
        if total_l > needed_l:
            message = say("broken.above_need", litres=total_l, need=needed_l)
            yield Violation(8, message, place_id=village_id)
        if village.storage_l is not None:
            free_l = max(0, village.storage_l - village.stock_l)
            if total_l > free_l:
                message = say("broken.no_room", litres=total_l, room=free_l)
                yield Violation(8, message, place_id=village_id)
        excess = _unfit_excess(facts, village_id)
        if excess is not None:
            yield Violation(8, excess, place_id=village_id)


def _unfit_excess(facts: _Facts, village_id: str) -> Message | None:
    """Return what to say if more unfit water arrives than the animals need."""
    unfit_l = sum(
        event.litres for event in facts.visits[village_id] if not event.is_potable
    )
    animals_l = facts.needs[village_id][BANDS[LIVESTOCK]]
    if unfit_l <= animals_l:
        return None
    return say("broken.unfit_excess", litres=unfit_l, need=animals_l)


def check_access(facts: _Facts) -> Iterator[Violation]:
    """Rule 9: a truck heavier or wider than a village allows does not go there."""
    for village_id, events in facts.visits.items():
        village = facts.villages.get(village_id)
        for event in events:
            truck = facts.trucks.get(event.truck_id)
            if village is None or truck is None:
                continue
            for has, limit, unit in (
                (truck.gross_t, village.max_gross_t, "t"),
                (truck.width_m, village.max_width_m, "m"),
            ):
                if has is not None and limit is not None and has > limit:
                    message = say("broken.lane", has=has, limit=limit, unit=unit)
                    yield event.violation(9, message)


def check_potable(facts: _Facts) -> Iterator[Violation]:
    """Rule 10: potable trucks fill at potable sources; unfit water is for animals."""
    for source_id, events in facts.fillings.items():
        source = facts.sources.get(source_id)
        for event in events:
            truck = facts.trucks.get(event.truck_id)
            if source is None or truck is None:
                continue
            if truck.potable and not source.potable:
                yield event.violation(10, say("broken.unfit_filling"))
    for village_id in facts.visits:
        if village_id in facts.villages:
            excess = _unfit_excess(facts, village_id)
            if excess is not None:
                yield Violation(10, excess, place_id=village_id)


def check_small_visits(facts: _Facts) -> Iterator[Violation]:
    """
    Rule 11: a visit under min_drop_l completes what the village can take or need.

    Completes means: afterwards the village has min(need, free storage), or, for
    unfit water, its livestock has all it needs.
    """
    min_drop_l = facts.scenario.service.min_drop_l
    for village_id, events in facts.visits.items():
        for event in events:
            if event.stop.litres <= 0:
                message = say("broken.nothing_delivered", litres=event.stop.litres)
                yield event.violation(11, message)
            elif event.stop.litres < min_drop_l and not _completes(
                facts, village_id, event
            ):
                message = say(
                    "broken.small_visit", litres=event.stop.litres, least=min_drop_l
                )
                yield event.violation(11, message)


def _completes(facts: _Facts, village_id: str, visit: _Event) -> bool:
    village = facts.villages.get(village_id)
    if village is None:
        return True
    until = (visit.stop.start_s, visit.stop.end_s)
    got_l = {True: 0, False: 0}
    for event in facts.visits[village_id]:
        if (event.stop.start_s, event.stop.end_s) <= until:
            got_l[event.is_potable] += event.litres
    need = facts.needs[village_id]
    room_l = sum(need.values())
    if village.storage_l is not None:
        room_l = min(room_l, max(0, village.storage_l - village.stock_l))
    if got_l[True] + got_l[False] >= room_l:
        return True
    if visit.is_potable:
        return False
    served = served_l(need, potable_l=got_l[True], non_potable_l=got_l[False])
    return served[BANDS[LIVESTOCK]] >= need[BANDS[LIVESTOCK]]


def check_ids(facts: _Facts) -> Iterator[Violation]:
    """Rule 12: every truck has at most one route; every id and kind exists."""
    seen: set[str] = set()
    places: dict[str, Mapping[str, object]] = {
        "depart": facts.depots,
        "return": facts.depots,
        "fill": facts.sources,
        "deliver": facts.villages,
        "break": {**facts.depots, **facts.sources, **facts.villages},
    }
    resting = {t.truck_id for t in facts.scenario.all_trucks if t.out_of_service}
    for route in facts.plan.routes:
        if route.truck_id in resting:
            yield Violation(12, say("broken.out_of_service"), route.truck_id)
        elif route.truck_id not in facts.trucks:
            yield Violation(12, say("broken.no_such_truck"), route.truck_id)
        if route.truck_id in seen:
            yield Violation(12, say("broken.two_routes"), route.truck_id)
        seen.add(route.truck_id)
        for idx, stop in enumerate(route.stops):
            if stop.kind not in places:
                message = say("broken.unknown_kind", kind=stop.kind)
            elif stop.place_id not in places[stop.kind]:
                message = say("broken.no_such_place", kind=term("stop", stop.kind))
            else:
                continue
            yield Violation(12, message, route.truck_id, stop.place_id, idx)


def check_breaks(facts: _Facts) -> Iterator[Violation]:
    """Rule 13: a route that spans the break window has its break in it."""
    for route in facts.plan.routes:
        for idx, stop in enumerate(route.stops):
            if stop.kind == "break" and not _is_beside(route, idx):
                message = say("broken.break_elsewhere")
                yield Violation(13, message, route.truck_id, stop.place_id, idx)
        truck = facts.trucks.get(route.truck_id)
        if truck is None or truck.break_window is None or not truck.break_s:
            continue
        window = truck.break_window
        if (
            not route.stops
            or route.stops[0].start_s >= window.early_s
            or route.stops[-1].end_s <= window.late_s
        ):
            continue
        if not any(
            stop.kind == "break"
            and stop.end_s - stop.start_s >= truck.break_s
            and window.early_s <= stop.start_s <= window.late_s
            for stop in route.stops
        ):
            message = say(
                "broken.no_break",
                seconds=truck.break_s,
                start=format_clock(window.early_s),
                end=format_clock(window.late_s),
            )
            yield Violation(13, message, route.truck_id)


def _is_beside(route: Route, idx: int) -> bool:
    neighbours = [*route.stops[max(0, idx - 1) : idx], *route.stops[idx + 1 : idx + 2]]
    return any(stop.place_id == route.stops[idx].place_id for stop in neighbours)


def check_max_visits(facts: _Facts) -> Iterator[Violation]:
    """Rule 14: a village gets at most ``max_visits`` visits."""
    for village_id, events in facts.visits.items():
        village = facts.villages.get(village_id)
        limit = None if village is None else village.max_visits
        if limit is not None and len(events) > limit:
            message = say("broken.many_visits", visits=len(events), limit=limit)
            yield Violation(14, message, place_id=village_id)


def check_figures(facts: _Facts) -> Iterator[Violation]:
    """
    Rule 0: what the plan says of itself is what its routes do.

    Tables that the plan leaves out are not missed; a bound must not be beaten.
    """
    plan, scenario = facts.plan, facts.scenario
    if plan.scenario != scenario.name or plan.date != scenario.date:
        message = say(
            "broken.other_day",
            plan=plan.scenario,
            plan_date=plan.date,
            name=scenario.name,
            date=scenario.date,
        )
        yield Violation(0, message)
    for route in plan.routes:
        for idx, stop in enumerate(route.stops):
            if stop.litres and stop.kind not in {"fill", "deliver"}:
                kind = term("stop", stop.kind)
                message = say("broken.litres_at_stop", litres=stop.litres, kind=kind)
                yield Violation(0, message, route.truck_id, stop.place_id, idx)
    served = {village_id: _served(facts, village_id) for village_id in facts.villages}
    yield from _wrong_villages(facts, served)
    yield from _wrong_totals(facts, served)
    yield from _beaten_bound(facts, served)


def _served(facts: _Facts, village_id: str) -> dict[Band, int]:
    got_l = {True: 0, False: 0}
    for event in facts.visits.get(village_id, ()):
        got_l[event.is_potable] += event.litres
    return served_l(
        facts.needs[village_id], potable_l=got_l[True], non_potable_l=got_l[False]
    )


def _wrong_villages(
    facts: _Facts, served: Mapping[str, Mapping[Band, int]]
) -> Iterator[Violation]:
    seen: set[str] = set()
    for outcome in facts.plan.villages:
        village_id = outcome.village_id
        if village_id not in facts.villages or village_id in seen:
            yield Violation(0, say("broken.unknown_or_twice"), place_id=village_id)
            continue
        seen.add(village_id)
        need = facts.needs[village_id]
        shortage_l = sum(need.values()) - sum(served[village_id].values())
        delivered_l = sum(event.litres for event in facts.visits.get(village_id, ()))
        claims: list[tuple[str, int | None, int]] = [
            ("delivered_l", outcome.delivered_l, delivered_l),
            ("shortage_l", outcome.shortage_l, shortage_l),
            *_band_claims("need_l", outcome.need_l, need),
            *_band_claims("served_l", outcome.served_l, served[village_id]),
        ]
        for message in _wrong(claims):
            yield Violation(0, message, place_id=village_id)
        if outcome.reason is not None and outcome.reason not in REASONS:
            message = say("broken.unknown_reason", reason=outcome.reason)
            yield Violation(0, message, place_id=village_id)
    if facts.plan.villages:
        for village_id in facts.villages:
            if village_id not in seen:
                yield Violation(0, say("broken.not_listed"), place_id=village_id)


def _band_claims(
    name: str, claimed: Mapping[Band, int], true: Mapping[Band, int]
) -> list[tuple[str, int | None, int]]:
    """Pair claims with truth; a table left out altogether claims nothing."""
    if not claimed:
        return []
    return [(f"{name}.{band}", claimed.get(band), true[band]) for band in BANDS]


def _wrong(claims: Sequence[tuple[str, int | None, int]]) -> Iterator[Message]:
    for name, claimed, true in claims:
        # A band without need may be left out.
        if (claimed or 0) != true:
            yield say("broken.wrong_figure", name=name, claimed=claimed, true=true)


def _wrong_totals(
    facts: _Facts, served: Mapping[str, Mapping[Band, int]]
) -> Iterator[Violation]:
    totals = facts.plan.totals
    driving_s = driving_m = 0
    for route in facts.plan.routes:
        for before, after in itertools.pairwise(route.stops):
            leg = facts.leg(
                route.truck_id, before.place_id, after.place_id, before.end_s
            )
            if leg is not None:
                # The nudge keeps 600 / 1.2 from being rounded up to 501.
                driving_s += math.ceil(leg[0] - 1e-9)
                driving_m += leg[1]
    delivered_l = sum(
        event.litres
        for village_id in facts.villages
        for event in facts.visits.get(village_id, ())
    )
    claims: list[tuple[str, int | None, int]] = [
        ("totals.delivered_l", totals.delivered_l, delivered_l),
        ("totals.driving_s", totals.driving_s, driving_s),
        ("totals.driving_m", totals.driving_m, driving_m),
        *_band_claims("totals.need_l", totals.need_l, _band_sums(facts.needs)),
        *_band_claims("totals.served_l", totals.served_l, _band_sums(served)),
    ]
    for message in _wrong(claims):
        yield Violation(0, message)


def _band_sums(litres: Mapping[str, Mapping[Band, int]]) -> dict[Band, int]:
    return {band: sum(row[band] for row in litres.values()) for band in BANDS}


def _beaten_bound(
    facts: _Facts, served: Mapping[str, Mapping[Band, int]]
) -> Iterator[Violation]:
    bound = facts.plan.bound
    if bound is None:
        return
    sums = _band_sums(served)
    for band in BANDS:
        limit_l = bound.served_l.get(band)
        if limit_l is not None and sums[band] > limit_l:
            message = say(
                "broken.band_beats_bound",
                litres=sums[band],
                band=term("band", band),
                bound=limit_l,
            )
            yield Violation(0, message)
    total_l = sum(sums.values())
    if total_l > bound.total_l:
        message = say("broken.beats_bound", litres=total_l, bound=bound.total_l)
        yield Violation(0, message)
        return
    gap = (bound.total_l - total_l) / bound.total_l if bound.total_l else 0.0
    # Written plans round the gap.
    if not math.isclose(bound.gap, gap, abs_tol=1e-3):
        yield Violation(0, say("broken.wrong_gap", gap=bound.gap, true=gap))


Rule: TypeAlias = "Callable[[_Facts], Iterator[Violation]]"

#: Every rule, in the order in which violations are listed.
RULES: Final[tuple[Rule, ...]] = (
    check_shift,
    check_legs,
    check_fillings,
    check_loads,
    check_visits,
    check_bays,
    check_supply,
    check_need_and_storage,
    check_access,
    check_potable,
    check_small_visits,
    check_ids,
    check_breaks,
    check_max_visits,
    check_figures,
)
