"""A peer's steps -> our plan, so that one judge recomputes and checks all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.peers.problem import PeerRoute, Step
from dispatch.model.outcome import plan_totals, village_outcomes
from dispatch.model.plan import Plan, Route, SolverInfo, Stop
from dispatch.units import flow_duration_s, scaled_travel_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch import Scenario, Travel, Truck


def to_plan(
    scenario: Scenario,
    travel: Travel,
    routes: Iterable[PeerRoute],
    *,
    solver: str,
    version: str,
    seconds: float,
    seed: int = 0,
) -> Plan:
    """Return the plan of a peer's routes, every stop as early as it can be."""
    timed = tuple(
        _timed(scenario, travel, route.truck_id, merged)
        for route in routes
        if (merged := merge_steps(route.steps))
    )
    villages = village_outcomes(scenario, timed)
    return Plan(
        scenario=scenario.name,
        date=scenario.date,
        seed=seed,
        solver=SolverInfo(solver, version, round(seconds, 3), "feasible"),
        routes=timed,
        villages=villages,
        totals=plan_totals(scenario, travel, timed, villages),
    )


def merge_steps(steps: Sequence[Step]) -> list[Step]:
    """
    Return steps with one visit per stop and fillings of what is then delivered.

    Pieces that follow each other at one village are one visit. A filling brings
    the litres delivered until the next one: what a peer still had in the tank
    there is filled later instead, which takes the same time and fits as well, as
    it was all in the tank together. A filling of nothing is left out.
    """
    merged: list[Step] = []
    for step in steps:
        before = merged[-1] if merged else Step("deliver", "")
        if step.kind == before.kind == "fill":
            merged.pop()
        if step.kind == "deliver" and step.place_id == before.place_id:
            merged[-1] = Step("deliver", step.place_id, before.litres + step.litres)
        else:
            merged.append(step)
    while merged and merged[-1].kind == "fill":
        merged.pop()
    return _with_filled_litres(merged)


def _with_filled_litres(steps: list[Step]) -> list[Step]:
    filled = []
    litres = 0
    for step in reversed(steps):
        if step.kind == "fill":
            filled.append(Step("fill", step.place_id, litres))
            litres = 0
        else:
            filled.append(step)
            litres += step.litres
    return filled[::-1]


def _timed(
    scenario: Scenario, travel: Travel, truck_id: str, steps: Sequence[Step]
) -> Route:
    truck = next(t for t in scenario.trucks if t.truck_id == truck_id)
    index = travel.index
    seconds = travel.seconds[travel.class_of_truck[truck_id]]
    now = truck.shift_start_s
    stops = [Stop("depart", truck.depot_id, now, now, now)]
    for step in steps:
        leg = int(seconds[index[stops[-1].place_id], index[step.place_id]])
        now += scaled_travel_s(leg, truck.speed_factor)
        end = now + _service_s(scenario, truck, step)
        stops.append(Stop(step.kind, step.place_id, now, now, end, step.litres))
        now = end
    leg = int(seconds[index[stops[-1].place_id], index[truck.depot_id]])
    now += scaled_travel_s(leg, truck.speed_factor)
    stops.append(Stop("return", truck.depot_id, now, now, now))
    return Route(truck_id, truck.depot_id, tuple(stops))


def _service_s(scenario: Scenario, truck: Truck, step: Step) -> int:
    service = scenario.service
    if step.kind == "deliver":
        flow_s = flow_duration_s(step.litres, truck.unload_rate_l_per_min)
        return service.drop_setup_s + flow_s
    rates = {s.source_id: s.fill_rate_l_per_min for s in scenario.sources}
    return service.fill_setup_s + flow_duration_s(step.litres, rates[step.place_id])
