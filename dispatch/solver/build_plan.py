"""The best of a search -> routes with their stops."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dispatch.model.plan import Route, Stop
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.legs import leave_at, leg_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.scenario import Scenario
    from dispatch.solver.kernel.arrays import Instance, State


def best_routes(
    scenario: Scenario,
    instance: Instance,
    state: State,
    begun: Mapping[int, Route] | None = None,
) -> tuple[Route, ...]:
    """
    Return the routes of the best plan in ``state``, idle trucks left out.

    Parameters
    ----------
    scenario
        The day that the arrays are of.
    instance
        The scenario as arrays.
    state
        Its best solution is read.
    begun
        Per truck position the route that its stops go on from; None: whole routes.
    """
    routes = []
    for r, truck in enumerate(scenario.trucks):
        first = (begun or {}).get(r)
        num_entries = int(state.b_route[r]["length"])
        if num_entries or first is not None:
            before, ready = _first_stops(scenario, instance, state, r, first)
            stops = _stops(scenario, instance, state, r, before, ready)
            routes.append(Route(truck.truck_id, truck.depot_id, tuple(stops)))
    return assign_bays(scenario, routes, _num_given(scenario, begun or {}))


def _num_given(scenario: Scenario, begun: Mapping[int, Route]) -> dict[str, int]:
    return {scenario.trucks[r].truck_id: len(begun[r].stops) for r in begun}


def _first_stops(
    scenario: Scenario, instance: Instance, state: State, r: int, begun: Route | None
) -> tuple[list[Stop], int]:
    """Return what a truck's new entries follow, and when it goes on from there."""
    truck, record = scenario.trucks[r], instance.truck[r]
    if begun is not None:
        ready = begun.stops[-1].end_s
        if state.b_route[r]["length"]:
            ready = max(ready, int(record["shift_start"]))
        return list(begun.stops), ready
    depart = int(record["shift_start"])
    if int(state.b_route[r]["pause_entry"]) not in (-1, 0):
        # Nobody waits at the first source for what the depot can wait for.
        first = state.b_entry[r, 0]
        leave = leave_at(
            instance, r, int(record["start"]), int(first["node"]), int(first["start"])
        )
        depart = max(depart, leave)
    return [Stop("depart", truck.depot_id, depart, depart, depart)], depart


def _stops(
    scenario: Scenario,
    instance: Instance,
    state: State,
    r: int,
    stops: list[Stop],
    ready: int,
) -> list[Stop]:
    """Return the first stops of a truck followed by its entries and its return."""
    place_ids = scenario.place_ids
    truck = scenario.trucks[r]
    depot = int(instance.truck["depot"][r])
    record = state.b_route[r]
    pause_entry, is_before = int(record["pause_entry"]), bool(record["pause_before"])
    pause_start = int(record["pause_start"])
    pause_end = pause_start + truck.break_s
    entries = state.b_entry[r, : int(record["length"])]
    here = int(instance.truck["start"][r])
    if not entries.size:  # back from where it was last
        here = place_ids.index(stops[-1].place_id)
    if pause_entry == -1 and entries.size:
        stops, ready, here = _with_first_pause(
            scenario, instance, state, r, stops, ready
        )
    for i, entry in enumerate(entries):
        node = int(entry["node"])
        place_id = place_ids[node]
        arrive = ready + leg_at(instance, r, here, node, ready)
        if pause_entry == i and is_before:
            stops.append(Stop("break", place_id, arrive, pause_start, pause_end))
            arrive = pause_end
        end = int(entry["end"])
        stops.append(
            Stop(
                "fill" if node < instance.first_village else "deliver",
                place_id,
                arrive,
                int(entry["start"]),
                end,
                int(entry["litres"]),
            )
        )
        if pause_entry == i and not is_before:
            stops.append(Stop("break", place_id, end, pause_start, pause_end))
        ready = stops[-1].end_s
        here = node
    back = ready + _home_s(leg_at(instance, r, here, depot, ready))
    pauses_first = instance.truck["needs_break"][r] and not entries.size
    if pauses_first and truck.break_window and back > truck.break_window.late_s:
        start = max(ready, truck.break_window.early_s)
        if start <= truck.break_window.late_s:  # else it is late for it, and goes home
            place = stops[-1].place_id
            leave = start + truck.break_s
            stops.append(Stop("break", place, ready, start, leave))
            back = leave + _home_s(leg_at(instance, r, here, depot, leave))
    stops.append(Stop("return", truck.depot_id, back, back, back))
    return stops


def _home_s(drive_s: int) -> int:
    """Return the seconds to the depot; 0 where no road is known."""
    return int(drive_s) if drive_s < BIG else 0


def _with_first_pause(
    scenario: Scenario,
    instance: Instance,
    state: State,
    r: int,
    stops: list[Stop],
    ready: int,
) -> tuple[list[Stop], int, int]:
    """
    Return stops with a pause before the first entry, its end, and where it is.

    A truck that is on its way to one source and called to another may pause where
    it comes from (then it starts from there), or where it goes to.
    """
    record, first = instance.truck[r], state.b_entry[r, 0]
    break_s = int(record["break_s"])
    start = int(state.b_route[r]["pause_start"])
    here, node = int(record["start"]), int(first["node"])
    last = scenario.place_ids.index(stops[-1].place_id)
    place, arrive = last, stops[-1].end_s
    if here == node:
        place, arrive = node, ready
    elif here != last:
        leave = leave_at(instance, r, last, node, int(first["start"]))
        start = min(start, leave - break_s)
        if start < max(arrive, int(record["break_from"])):
            place, arrive = node, ready + leg_at(instance, r, here, node, ready)
            start = max(arrive, int(record["break_from"]))
    end = start + break_s
    pause = Stop("break", scenario.place_ids[place], arrive, start, end)
    return [*stops, pause], end, place


def assign_bays(
    scenario: Scenario,
    routes: Sequence[Route],
    num_given: Mapping[str, int] | None = None,
) -> tuple[Route, ...]:
    """
    Return the routes with a bay number for every filling at a limited source.

    Parameters
    ----------
    scenario
        Gives the number of bays.
    routes
        Timed routes; at no moment more trucks fill at a source than it has bays.
    num_given
        Per truck the number of its first stops that are driven and stay as they are.
    """
    sources = scenario.source_by_id
    fills = sorted(
        (stop.start_s, stop.end_s, route_idx, stop_idx)
        for route_idx, route in enumerate(routes)
        for stop_idx, stop in enumerate(route.stops)
        if stop.kind == "fill" and sources[stop.place_id].bays is not None
    )
    busy_until: dict[str, list[int]] = {
        source_id: [0] * (source.bays or 0) for source_id, source in sources.items()
    }
    changed = [list(route.stops) for route in routes]
    for start_s, end_s, route_idx, stop_idx in fills:
        stop = changed[route_idx][stop_idx]
        until = busy_until[stop.place_id]
        if stop_idx < (num_given or {}).get(routes[route_idx].truck_id, 0):
            if stop.bay is not None and stop.bay <= len(until):
                until[stop.bay - 1] = max(until[stop.bay - 1], end_s)
            continue
        free = [bay for bay, free_at in enumerate(until) if free_at <= start_s]
        if free:  # else the timetable is wrong, which the check reports
            until[free[0]] = end_s
            changed[route_idx][stop_idx] = replace(stop, bay=free[0] + 1)
    return tuple(
        replace(route, stops=tuple(stops))
        for route, stops in zip(routes, changed, strict=True)
    )
