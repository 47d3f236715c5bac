"""
CP-SAT timetable of fixed routes, so that few trucks wait at the sources.

The search gives every route the first free bay it finds, one route at a time. With
the stops and litres fixed, this model chooses all times together: bays are
cumulatives, windows and shifts are bounds, refilling sources keep the order of
their fillings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from ortools.sat.python import cp_model

from dispatch.solver.kernel.arrays import BIG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import RecordArray
    from dispatch.model.plan import Route, Stop
    from dispatch.model.scenario import Scenario
    from dispatch.solver.kernel.arrays import Instance

#: Fillings that may be under way at a refilling source when one of them ends.
MAX_UNDER_WAY: Final = 8


@dataclass(frozen=True)
class _Filling:
    source: int
    litres: int
    duration: int
    planned_start: int
    start: cp_model.IntVar
    interval: cp_model.IntervalVar


def has_queues(scenario: Scenario, routes: Sequence[Route]) -> bool:
    """
    Whether a truck waits at a source, so that another timetable could be better.

    Parameters
    ----------
    scenario
        The day to plan.
    routes
        Timed routes.
    """
    limited = {
        source.source_id for source in scenario.sources if source.bays is not None
    }
    return any(
        stop.kind == "fill"
        and stop.place_id in limited
        and stop.start_s > stop.arrive_s
        for route in routes
        for stop in route.stops
    )


class _Timetable:
    """The model of one set of routes."""

    def __init__(self, scenario: Scenario, instance: Instance) -> None:
        self.model = cp_model.CpModel()
        self._instance = instance
        self._position = scenario.place_idx
        self._trucks = scenario.truck_idx
        self._fillings: list[_Filling] = []
        self._ends: list[cp_model.IntVar] = []
        self.starts: list[list[cp_model.IntVar]] = []

    def add_route(self, route: Route) -> None:
        """Give every stop a start after the one before and inside its windows."""
        r = self._trucks[route.truck_id]
        record = self._instance.truck[r]
        travel = self._instance.travel_s[int(record["drive_class"])]
        horizon = (int(record["shift_start"]), int(record["shift_end"]))
        starts: list[cp_model.IntVar] = []
        before: Stop | None = None
        for stop in route.stops:
            start = self.model.new_int_var(*horizon, "")
            duration = stop.end_s - stop.start_s
            if before is not None:
                leg = int(
                    travel[
                        self._position[before.place_id], self._position[stop.place_id]
                    ]
                )
                done = before.end_s - before.start_s
                self.model.add(start >= starts[-1] + done + leg)
            self._add_windows(stop, start, duration, r)
            self.model.add_hint(start, stop.start_s)
            starts.append(start)
            before = stop
        is_paused = any(stop.kind == "break" for stop in route.stops)
        if not is_paused and record["break_s"] > 0:
            # Back before the pause would be due, as the search meant it (rule 13).
            planned = route.stops[-1].start_s
            self.model.add(starts[-1] <= max(planned, int(record["break_until"])))
        self.starts.append(starts)
        self._ends.append(starts[-1])

    def _add_windows(
        self, stop: Stop, start: cp_model.IntVar, duration: int, r: int
    ) -> None:
        instance = self._instance
        node = self._position[stop.place_id]
        if stop.kind == "break":
            record = instance.truck[r]
            self.model.add_linear_constraint(
                start, int(record["break_from"]), int(record["break_until"])
            )
        elif stop.kind == "deliver":
            windows = instance.windows[node - instance.first_village]
            self._add_domain(start, windows, 0)
        elif stop.kind == "fill":
            source = node - instance.first_source
            self._add_domain(start, instance.source_windows[source], duration)
            interval = self.model.new_fixed_size_interval_var(start, duration, "")
            self._fillings.append(
                _Filling(source, stop.litres, duration, stop.start_s, start, interval)
            )

    def _add_domain(
        self, start: cp_model.IntVar, windows: np.ndarray, duration: int
    ) -> None:
        allowed = [
            [int(low), int(high) - duration]
            for low, high in windows
            if low < BIG and high - duration >= low
        ]
        domain = cp_model.Domain.from_intervals(allowed)
        self.model.add_linear_expression_in_domain(start, domain)

    def add_bays(self) -> None:
        """At no time more fillings than bays (rule 6)."""
        for source in sorted({filling.source for filling in self._fillings}):
            bays = int(self._instance.source["bays"][source])
            intervals = [f.interval for f in self._fillings if f.source == source]
            if len(intervals) > bays:
                self.model.add_cumulative(intervals, [1] * len(intervals), bays)

    def add_refilling(self) -> None:
        """
        Keep the fillings' order at refilling sources, none before its water.

        As in the search, fillings under way when one ends count in full: a re-plan
        that goes on from this plan takes its times as they are.
        """
        for source in sorted({filling.source for filling in self._fillings}):
            record = self._instance.source[source]
            if not record["is_refilling"]:
                continue
            fillings = sorted(
                (f for f in self._fillings if f.source == source),
                key=lambda filling: (filling.planned_start, filling.duration),
            )
            ready = _ready_s(record, [filling.litres for filling in fillings])
            for i, filling in enumerate(fillings):
                end = filling.start + filling.duration
                self.model.add(end >= ready[i])
                for j, later in enumerate(
                    fillings[i + 1 : i + MAX_UNDER_WAY + 1], i + 1
                ):
                    if j == i + 1:
                        self.model.add(later.start >= filling.start)
                    if j == i + MAX_UNDER_WAY:
                        self.model.add(later.start >= end)
                    elif ready[j] > ready[i]:
                        is_over = self.model.new_bool_var("")
                        self.model.add(later.start >= end).only_enforce_if(is_over)
                        self.model.add(end >= ready[j]).only_enforce_if(~is_over)

    def minimise_returns(self) -> None:
        """Trucks come back early: all waiting counts alike."""
        self.model.minimize(sum(self._ends))


def _ready_s(record: RecordArray, litres: Sequence[int]) -> list[int]:
    """Return when a refilling source has the water of each filling and all before."""
    inflow = float(record["inflow_per_s"])
    missing = np.cumsum(litres) - float(record["stock"])
    if inflow <= 0:
        return [0] * len(litres)
    waits = np.ceil(np.maximum(0.0, missing) / inflow).astype(np.int64)
    ready = np.where(missing > 0, int(record["opening"]) + waits, 0)
    return [int(second) for second in ready]


def improve_timetable(
    scenario: Scenario,
    instance: Instance,
    routes: Sequence[Route],
    *,
    seconds: float,
    seed: int,
) -> tuple[Route, ...]:
    """
    Return the routes with less waiting, or as they are if none was found in time.

    Parameters
    ----------
    scenario
        The day; promised times are not respected, so only for whole days.
    instance
        The scenario as arrays.
    routes
        Timed routes; their order of stops and litres stay.
    seconds
        Deterministic time of CP-SAT, about a second each: the same on every machine.
    seed
        Seed of CP-SAT.
    """
    table = _Timetable(scenario, instance)
    for route in routes:
        table.add_route(route)
    table.add_bays()
    table.add_refilling()
    table.minimise_returns()
    solver = cp_model.CpSolver()
    solver.parameters.max_deterministic_time = seconds
    solver.parameters.max_time_in_seconds = 4 * seconds
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    status = solver.solve(table.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return tuple(routes)
    if solver.objective_value >= sum(route.stops[-1].start_s for route in routes):
        return tuple(routes)
    return tuple(
        _with_starts(route, [solver.value(start) for start in starts], instance, table)
        for route, starts in zip(routes, table.starts, strict=True)
    )


def _with_starts(
    route: Route, starts: Sequence[int], instance: Instance, table: _Timetable
) -> Route:
    r = table._trucks[route.truck_id]
    travel = instance.travel_s[int(instance.truck["drive_class"][r])]
    stops: list[Stop] = []
    for stop, start in zip(route.stops, starts, strict=True):
        arrive = start
        if stops:
            before = stops[-1]
            leg = travel[
                table._position[before.place_id], table._position[stop.place_id]
            ]
            arrive = before.end_s + int(leg)
        begin = start
        if stop.kind in ("depart", "return"):
            begin = arrive
        stops.append(
            replace(
                stop,
                arrive_s=arrive,
                start_s=begin,
                end_s=begin + stop.end_s - stop.start_s,
                bay=None,
            )
        )
    # Leave as late as the first stop allows.
    if len(stops) > 1 and stops[1].kind == "fill":
        wait = stops[1].start_s - stops[1].arrive_s
        first = stops[0].start_s + wait
        stops[0] = replace(stops[0], arrive_s=first, start_s=first, end_s=first)
        stops[1] = replace(stops[1], arrive_s=stops[1].start_s)
    return replace(route, stops=tuple(stops))
