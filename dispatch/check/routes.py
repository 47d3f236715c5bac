"""The rules of one truck's route: shift, legs, loads and pause."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from dispatch.check.facts import TOLERANCE, Violation
from dispatch.units import format_clock
from dispatch.words.message import say, term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.check.facts import Facts
    from dispatch.model.plan import Route
    from dispatch.model.scenario import (
        Truck,
    )
    from dispatch.words.message import Message


def check_shift(facts: Facts) -> Iterator[Violation]:
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
            stop_kind, end_kind = term("stop", stop.kind), term("stop", end)
            yield idx, say("broken.wrong_end", found=stop_kind, kind=end_kind)
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
        message = say("broken.ends_late", time=format_clock(end_s), shift=shift)
        yield len(route.stops) - 1, message


def check_legs(facts: Facts) -> Iterator[Violation]:
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


def check_loads(facts: Facts) -> Iterator[Violation]:
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


def check_breaks(facts: Facts) -> Iterator[Violation]:
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
