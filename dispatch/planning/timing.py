"""Times of a route whose stops somebody ordered by hand: each as early as it can be."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dispatch.model.plan import Stop
from dispatch.model.scenario import Source, Village

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.scenario import Scenario, TimeWindow, Truck
    from dispatch.model.travel import Travel


@dataclass(frozen=True, slots=True)
class Task:
    """
    A filling or a visit to be timed.

    Attributes
    ----------
    earliest_s
        It is to start no earlier: where somebody was promised a time; 0: any time.
    """

    kind: str
    place_id: str
    litres: int
    earliest_s: int = 0


def timed_route(
    scenario: Scenario,
    travel: Travel,
    truck: Truck,
    tasks: Sequence[Task],
    *,
    done: Sequence[Stop] = (),
    busy: Mapping[str, Sequence[Stop]] | None = None,
    not_before_s: int = 0,
) -> tuple[Stop, ...]:
    """
    Return the stops of a truck's day, in their order, each as early as it can be.

    Roads, opening hours, bays and the driver's break are waited for.

    Where something cannot be kept (a window that has closed, no road), the stop stands
    at the time at which the truck is there: the check says what is wrong with it.

    Parameters
    ----------
    scenario, travel
        The day.
    truck
        Whose route it is.
    tasks
        Fillings and visits to come.
    done
        Stops that stand as they are, from ``depart`` on; none: the day begins.
    busy
        Fillings of other trucks by source.
    not_before_s
        Nothing to come starts earlier.
    """
    if not tasks and not done:
        return ()
    clock = _Clock(scenario, travel, truck, dict(busy or {}))
    if done:
        first = list(done)
    else:
        start_s = max(truck.shift_start_s, not_before_s)
        first = [Stop("depart", truck.depot_id, start_s, start_s, start_s)]
    ways = [clock.ordered(first, tasks, not_before_s, pause_at=None)]
    if truck.break_s and not any(stop.kind == "break" for stop in first):
        ways += [
            clock.ordered(first, tasks, not_before_s, pause_at=(position, is_there))
            for position in range(len(tasks) + 1)
            for is_there in (False, True)
        ]
    fitting = [way for way in ways if clock.has_its_break(way)]
    best = min(
        fitting or ways,
        key=lambda way: (way[-1].end_s, sum(_service_starts_s(way))),
    )
    return tuple(best if done else _later_start(clock, best))


class _Clock:
    """What takes how long for one truck."""

    def __init__(
        self,
        scenario: Scenario,
        travel: Travel,
        truck: Truck,
        busy: dict[str, Sequence[Stop]],
    ) -> None:
        self._scenario = scenario
        self._travel = travel
        self._truck = truck
        self._busy = busy

    def arrival_s(self, before: Stop, place_id: str) -> int:
        """Return when the truck is at a place; at once where no road leads there."""
        if before.place_id == place_id:
            return before.end_s
        leg = self._travel.leg(
            self._travel.class_of_truck[self._truck.truck_id],
            self._travel.index[before.place_id],
            self._travel.index[place_id],
            before.end_s,
            self._truck.speed_factor,
        )
        if leg is None:
            return before.end_s
        return before.end_s + math.ceil(leg.drive_s + leg.wait_s - 1e-9)

    def stop(self, before: Stop, task: Task, not_before_s: int) -> Stop:
        """Return a task with its times."""
        arrive_s = self.arrival_s(before, task.place_id)
        early_s = max(arrive_s, task.earliest_s, not_before_s)
        place = self._scenario.place_by_id.get(task.place_id)
        if isinstance(place, Source):
            took_s = self._fill_s(place, task.litres)
            start_s, bay = self._bay(place, early_s, took_s)
            end_s = start_s + took_s
            return Stop(
                "fill", task.place_id, arrive_s, start_s, end_s, task.litres, bay
            )
        windows = place.windows if isinstance(place, Village) else ()
        start_s = _opening_s(windows, early_s, 0)
        rate = self._truck.unload_rate_l_per_min
        flow_s = 0.0 if rate is None else task.litres * 60 / rate
        took_s = math.ceil(self._scenario.service.drop_setup_s + flow_s - 1e-9)
        end_s = start_s + took_s
        return Stop("deliver", task.place_id, arrive_s, start_s, end_s, task.litres)

    def _fill_s(self, source: Source, litres: int) -> int:
        rate = source.fill_rate_l_per_min
        flow_s = 0.0 if rate is None else litres * 60 / rate
        return math.ceil(self._scenario.service.fill_setup_s + flow_s - 1e-9)

    def _bay(self, source: Source, early_s: int, took_s: int) -> tuple[int, int | None]:
        """Return when a bay of an open source is free for long enough, and which."""
        start_s = _opening_s(source.windows, early_s, took_s)
        if source.bays is None:
            return start_s, None
        others = sorted(self._busy.get(source.source_id, ()), key=lambda s: s.end_s)
        for candidate_s in (start_s, *(s.end_s for s in others if s.end_s > start_s)):
            begin_s = _opening_s(source.windows, candidate_s, took_s)
            # Two one after the other in one bay leave the others free.
            used = {
                stop.bay
                for stop in others
                if stop.start_s < begin_s + took_s and stop.end_s > begin_s
            }
            for number in range(1, source.bays + 1):
                if number not in used:
                    return begin_s, number
        return start_s, 1

    def ordered(
        self,
        first: Sequence[Stop],
        tasks: Sequence[Task],
        not_before_s: int,
        *,
        pause_at: tuple[int, bool] | None,
    ) -> list[Stop]:
        """
        Return all stops, with a break before the task at a position.

        It is taken before the drive there, or (True) on arrival.
        """
        stops = list(first)
        for position, task in enumerate(tasks):
            if pause_at == (position, False):
                stops.append(self._pause(stops[-1], stops[-1].place_id))
            elif pause_at == (position, True):
                stops.append(self._pause(stops[-1], task.place_id))
            stops.append(self.stop(stops[-1], task, not_before_s))
        if pause_at is not None and pause_at[0] == len(tasks):
            stops.append(self._pause(stops[-1], stops[-1].place_id))
        depot_id = self._truck.depot_id
        arrive_s = self.arrival_s(stops[-1], depot_id)
        stops.append(Stop("return", depot_id, arrive_s, arrive_s, arrive_s))
        return stops

    def _pause(self, last: Stop, place_id: str) -> Stop:
        """Return the driver's break at a place, in its window if it can be."""
        window = self._truck.break_window
        arrive_s = self.arrival_s(last, place_id)
        start_s = arrive_s if window is None else max(arrive_s, window.early_s)
        return Stop("break", place_id, arrive_s, start_s, start_s + self._truck.break_s)

    def has_its_break(self, stops: Sequence[Stop]) -> bool:
        """Whether the driver's break is kept (rule 13)."""
        window = self._truck.break_window
        if window is None or not self._truck.break_s:
            return True
        if stops[0].start_s >= window.early_s or stops[-1].end_s <= window.late_s:
            return True
        return any(
            stop.kind == "break" and window.early_s <= stop.start_s <= window.late_s
            for stop in stops
        )


def _opening_s(windows: Sequence[TimeWindow], early_s: int, took_s: int) -> int:
    """Return the first time from ``early_s`` on that windows allow; else that time."""
    for window in windows:
        start_s = max(early_s, window.early_s)
        if start_s + took_s <= window.late_s:
            return start_s
    return early_s


def _service_starts_s(stops: Sequence[Stop]) -> list[int]:
    return [stop.start_s for stop in stops if stop.kind != "break"]


def _later_start(clock: _Clock, stops: Sequence[Stop]) -> list[Stop]:
    """Return the stops with a departure after which nobody waits at the first one."""
    depart, first = stops[0], stops[1]
    wait_s = first.start_s - first.arrive_s
    if wait_s <= 0 or first.kind == "break":
        return list(stops)
    later_s = depart.end_s + wait_s
    later = replace(depart, arrive_s=later_s, start_s=later_s, end_s=later_s)
    arrive_s = clock.arrival_s(later, first.place_id)
    if arrive_s > first.start_s:  # roads that close meanwhile make it longer
        return list(stops)
    return [later, replace(first, arrive_s=arrive_s), *stops[2:]]
