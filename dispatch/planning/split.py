"""What of an announced plan is done by a moment, promised, or lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dispatch.model.today import TruckOut

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dispatch.model.plan import Plan, Route, Stop


def split_day(
    plan: Plan,
    now_s: int,
    *,
    delays_s: Mapping[str, int] | None = None,
    locked_villages: frozenset[str] = frozenset(),
    broken_trucks: frozenset[str] = frozenset(),
) -> tuple[tuple[Route, ...], tuple[Route, ...]]:
    """
    Return what of a plan is done by now, and which later trips are promised.

    A trip counts as done when its filling has begun: the water is on board. Of a
    truck that has broken down only what is over is done: its last filling counts
    with what was delivered of it.

    Parameters
    ----------
    plan
        The plan under way.
    now_s
        Seconds since midnight.
    delays_s
        Seconds that each truck is behind its plan; its stops that are not over yet
        move by as much.
    locked_villages
        Trips to any of these are promised.
    broken_trucks
        Trucks that drive no more; `trucks_out` says what they had on board.

    Returns
    -------
    tuple[tuple[Route, ...], tuple[Route, ...]]
        Stops of every truck that has set out, up to its last delivery; then whole
        trips, per truck, to locked villages.
    """
    done: list[Route] = []
    locked: list[Route] = []
    for route in plan.routes:
        if route.truck_id in broken_trucks:
            over, _ = _break_off(route, now_s)
            if over.num_served:
                done.append(over)
            continue
        delay_s = (delays_s or {}).get(route.truck_id, 0)
        begun, promised = _split_route(route, now_s, delay_s, locked_villages)
        if any(stop.kind != "depart" for stop in begun):
            done.append(replace(route, stops=tuple(begun)))
        if promised:
            locked.append(replace(route, stops=tuple(promised)))
    return tuple(done), tuple(locked)


def trucks_out(
    plan: Plan, now_s: int, broken_trucks: Collection[str]
) -> tuple[TruckOut, ...]:
    """
    Return the trucks that have broken down, with the water that is lost.

    Parameters
    ----------
    plan
        The plan under way.
    now_s
        Seconds since midnight.
    broken_trucks
        Ids of trucks; one that the plan does not use is empty.

    Returns
    -------
    tuple[TruckOut, ...]
        In the order of the ids.
    """
    routes = plan.route_by_truck
    return tuple(
        _break_off(routes[truck_id], now_s)[1]
        if truck_id in routes
        else TruckOut(truck_id, now_s)
        for truck_id in sorted(broken_trucks)
    )


def _break_off(route: Route, now_s: int) -> tuple[Route, TruckOut]:
    """Return the stops that are over, and the truck with what it has on board."""
    over: list[Stop] = []
    last_fill = -1
    on_board = 0
    for stop in route.stops:
        if stop.kind == "return" or stop.start_s >= now_s:
            break
        if stop.kind == "fill":  # one that is under way is as full as time allowed
            flowed = min(now_s, stop.end_s) - stop.start_s
            length = max(1, stop.end_s - stop.start_s)
            last_fill, on_board = len(over), stop.litres * flowed // length
        elif stop.end_s > now_s:
            break
        elif stop.kind == "deliver":
            on_board -= stop.litres
        over.append(stop)
        if stop.end_s > now_s:
            break
    source_id = over[last_fill].place_id if on_board else ""
    if on_board:
        left = sum(stop.litres for stop in over[last_fill + 1 :])
        kept = replace(over[last_fill], litres=left)
        over[last_fill:] = [kept, *over[last_fill + 1 :]] if left else []
    truck_out = TruckOut(route.truck_id, now_s, source_id, on_board)
    return replace(route, stops=tuple(over)), truck_out


def _later(stop: Stop, delay_s: int) -> Stop:
    return replace(
        stop,
        arrive_s=stop.arrive_s + delay_s,
        start_s=stop.start_s + delay_s,
        end_s=stop.end_s + delay_s,
    )


def _split_route(
    route: Route, now_s: int, delay_s: int, locked_villages: frozenset[str]
) -> tuple[list[Stop], list[Stop]]:
    """Return the stops begun, and the whole later trips to locked villages."""
    begun: list[Stop] = []
    later: list[list[Stop]] = []
    paused: list[Stop] = []  # a pause stays if the trip under way goes on after it
    for stop in route.stops:
        moved = stop if stop.end_s <= now_s else _later(stop, delay_s)
        has_begun = moved.start_s < now_s
        if stop.kind == "fill" and (later or not has_begun):
            later.append([stop])
        elif stop.kind == "deliver" and later:
            later[-1].append(stop)
        elif stop.kind in ("fill", "deliver"):
            begun += [*paused, moved]
            paused = []
        elif stop.kind == "break" and not later and not has_begun:
            paused.append(moved)
        elif stop.kind in ("depart", "break") and has_begun and not later:
            begun.append(moved)
    promised = [
        trip for trip in later if any(stop.place_id in locked_villages for stop in trip)
    ]
    return begun, [stop for trip in promised for stop in trip]
