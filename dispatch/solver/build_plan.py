"""The best of a search -> routes with their stops."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dispatch.plan import Route, Stop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.scenario import Scenario
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
    begun
        Per truck position the route that its stops go on from.
    """
    routes = []
    for r, truck in enumerate(scenario.trucks):
        first = (begun or {}).get(r)
        num_entries = int(state.b_route[r]["length"])
        if num_entries or first is not None:
            before, ready = _first_stops(scenario, instance, state, r, first)
            stops = _stops(scenario, instance, state, r, before, ready)
            routes.append(Route(truck.truck_id, truck.depot_id, tuple(stops)))
    return assign_bays(scenario, routes)


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
        travel = instance.travel_s[int(record["drive_class"])]
        first_leg = int(travel[int(record["start"]), int(first["node"])])
        depart = max(depart, int(first["start"]) - first_leg)
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
    travel = instance.travel_s[int(instance.truck["drive_class"][r])]
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
        # A truck on its way to a source pauses there, if it does fill there.
        is_there = here == int(entries[0]["node"])
        place = place_ids[here] if is_there else stops[-1].place_id
        stops.append(Stop("break", place, ready, pause_start, pause_end))
        ready = pause_end
    for i, entry in enumerate(entries):
        node = int(entry["node"])
        place_id = place_ids[node]
        arrive = ready + int(travel[here, node])
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
    back = ready + int(travel[here, depot])
    pauses_first = instance.truck["needs_break"][r] and not entries.size
    if pauses_first and back > int(instance.truck["break_until"][r]):
        start = max(ready, int(instance.truck["break_from"][r]))
        place = stops[-1].place_id
        stops.append(Stop("break", place, ready, start, start + truck.break_s))
        back += start + truck.break_s - ready
    stops.append(Stop("return", truck.depot_id, back, back, back))
    return stops


def assign_bays(scenario: Scenario, routes: Sequence[Route]) -> tuple[Route, ...]:
    """Return the routes with a bay number for every filling at a limited source."""
    bays = {source.source_id: source.bays for source in scenario.sources}
    fills = sorted(
        (stop.start_s, stop.end_s, route_idx, stop_idx)
        for route_idx, route in enumerate(routes)
        for stop_idx, stop in enumerate(route.stops)
        if stop.kind == "fill" and bays[stop.place_id] is not None
    )
    busy_until: dict[str, list[int]] = {
        source_id: [0] * (count or 0) for source_id, count in bays.items()
    }
    changed = [list(route.stops) for route in routes]
    for start_s, end_s, route_idx, stop_idx in fills:
        stop = changed[route_idx][stop_idx]
        until = busy_until[stop.place_id]
        free = [bay for bay, free_at in enumerate(until) if free_at <= start_s]
        if free:  # else the timetable is wrong, which the check will say
            until[free[0]] = end_s
            changed[route_idx][stop_idx] = replace(stop, bay=free[0] + 1)
    return tuple(
        replace(route, stops=tuple(stops))
        for route, stops in zip(routes, changed, strict=True)
    )
