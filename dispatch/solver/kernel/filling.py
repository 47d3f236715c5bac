"""When a source has a free bay and enough water, and what it can give by then."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG

if TYPE_CHECKING:
    from dispatch.solver.kernel.arrays import Instance, State


@compiled
def flow_s(litres: int, s_per_l: float) -> int:
    """
    Return whole seconds that litres take, rounded up.

    Parameters
    ----------
    litres
        Litres to fill or unload.
    s_per_l
        Seconds a litre; 0: the flow is not limited.
    """
    return math.ceil(litres * s_per_l - 1e-9)


@compiled
def _first_fill(state: State, s: int, time_s: int) -> int:
    """Return the position of the first listed filling that starts at ``time_s``."""
    low = 0
    high = state.num_fills[s]
    while low < high:
        middle = (low + high) // 2
        if state.fill[s, middle].start < time_s:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _busy_bays(state: State, s: int, route: int, first: int, time_s: int) -> int:
    """Return how many other routes fill at ``time_s``, from position ``first`` on."""
    busy = 0
    for f in range(first, state.num_fills[s]):
        if state.fill[s, f].start > time_s:
            break
        if state.fill[s, f].end > time_s and state.fill[s, f].route != route:
            busy += 1
    return busy


@compiled
def _bay_conflict_end(
    inst: Instance, state: State, s: int, route: int, start: int, end: int
) -> int:
    """Return when a bay is free again if [start, end) finds none, else -1."""
    bays = inst.source[s].bays
    first = _first_fill(state, s, start - inst.source[s].longest_fill)
    overlaps = 0
    for f in range(first, state.num_fills[s]):
        if state.fill[s, f].start >= end:
            break  # fillings are listed by start
        if state.fill[s, f].end > start and state.fill[s, f].route != route:
            overlaps += 1
    if overlaps < bays:
        return -1
    # Occupancy only rises where a filling starts: test there and at our start.
    for g in range(first - 1, state.num_fills[s]):
        point = start
        if g >= first:
            point = state.fill[s, g].start
            if point >= end:
                break
            if state.fill[s, g].route == route or point <= start:
                continue
        busy = 0
        first_end = BIG
        for f in range(first, state.num_fills[s]):
            if state.fill[s, f].start > point:
                break
            if state.fill[s, f].end > point and state.fill[s, f].route != route:
                busy += 1
                first_end = min(first_end, state.fill[s, f].end)
        if busy >= bays:
            return first_end
    return -1


@compiled
def _bay_free_from(
    inst: Instance, state: State, s: int, route: int, start: int, duration: int
) -> int:
    """Return the first time from ``start`` on when a bay is free for long enough."""
    if inst.source[s].bays == 1:  # fillings are disjoint: one pass
        for f in range(
            _first_fill(state, s, start - inst.source[s].longest_fill),
            state.num_fills[s],
        ):
            if state.fill[s, f].start >= start + duration:
                break
            if state.fill[s, f].route != route:
                start = max(start, state.fill[s, f].end)
        return start
    free = start
    while free >= 0:
        start = free
        free = _bay_conflict_end(inst, state, s, route, start, start + duration)
    return start


@compiled
def latest_in_bay(
    inst: Instance,
    state: State,
    s: int,
    route: int,
    start: int,
    end: int,
    can_push: bool,
) -> int:
    """
    Return how late a filling may start before another one takes the bay.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The plan as it stands, with the fillings of every source in order of time.
    s
        Position of the source.
    route
        Position of the route whose filling it is; its own ones do not count.
    start, end
        When the filling begins and ends, in seconds since midnight.
    can_push
        Whether the other one may wait as long as its own route allows.

    Returns
    -------
    int
        Seconds since midnight; BIG: as late as one likes.
    """
    bays = inst.source[s].bays
    if bays >= BIG:
        return BIG
    for f in range(_first_fill(state, s, end), state.num_fills[s]):
        if state.fill[s, f].route == route:
            continue
        point = state.fill[s, f].start
        if bays > 1:
            first = _first_fill(state, s, point - inst.source[s].longest_fill)
            if _busy_bays(state, s, route, first, point) < bays:
                continue
        if can_push:
            point = max(point, state.fill[s, f].latest)
        return point - (end - start)
    return BIG


@compiled
def _drawable(inst: Instance, s: int, time_s: int) -> float:
    """Return the litres that a refilling source may have given by ``time_s``."""
    return inst.source[s].stock + inst.source[s].inflow_per_s * max(
        0, time_s - inst.source[s].opening
    )


@compiled
def _refill_wait(
    inst: Instance,
    state: State,
    s: int,
    route: int,
    entry: int,
    start: int,
    duration: int,
    litres: int,
) -> int:
    """
    Return a later start if the source lacks water, ``start`` if not, BIG if never.

    Fillings under way count in full, which keeps rule 7 under any reading of it.
    """
    end = start + duration
    route_l = litres
    for e in range(entry):
        if state.candidate[e].node == inst.first_source + s:
            route_l += state.candidate[e].litres
    before = route_l
    total = route_l
    for f in range(state.num_fills[s]):
        if state.fill[s, f].route != route:
            total += state.fill[s, f].litres
            if state.fill[s, f].start < end or state.fill[s, f].end <= end:
                before += state.fill[s, f].litres
    if total <= _drawable(inst, s, start):
        return start
    if before > _drawable(inst, s, end) + 1e-6:
        if inst.source[s].inflow_per_s <= 0.0:
            return BIG
        wait = (before - inst.source[s].stock) / inst.source[s].inflow_per_s
        return max(start + 1, inst.source[s].opening + math.ceil(wait) - duration)
    # Fillings that end later must still find their water.
    for f in range(state.num_fills[s]):
        later = state.fill[s, f].end
        is_before = later <= start and later < end
        if state.fill[s, f].route == route or is_before:
            continue
        drawn = route_l
        for g in range(state.num_fills[s]):
            # A filling may take no time at all: then start and end are the same.
            if state.fill[s, g].start > later:
                break
            is_drawn = state.fill[s, g].start < later or state.fill[s, g].end <= later
            if is_drawn and state.fill[s, g].route != route:
                drawn += state.fill[s, g].litres
        if drawn > _drawable(inst, s, later) + 1e-6:
            return later
    return start


@compiled
def fill_start(
    inst: Instance,
    state: State,
    s: int,
    route: int,
    entry: int,
    time_s: int,
    litres: int,
) -> int:
    """
    Return the first feasible start of a filling at or after ``time_s``, or BIG.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    s
        Position of the source.
    route
        Position of the truck; its own listed fillings do not stand in the way.
    entry
        Entry of the candidate row; its fillings before that draw water too.
    time_s
        Seconds since midnight at which the truck is there.
    litres
        Litres to fill.
    """
    duration = inst.fill_setup_s + flow_s(litres, inst.source[s].fill_s_per_l)
    start = time_s
    # Every turn passes a filling of another truck or waits for water once.
    for _ in range(10_000 + 8 * state.num_fills[s]):
        start = open_from(inst, s, start, duration)
        if start >= BIG:
            return BIG
        if not inst.source[s].is_queued:
            return start
        free = _bay_free_from(inst, state, s, route, start, duration)
        if free > start:
            start = free
            continue
        if inst.source[s].is_refilling:
            later = _refill_wait(inst, state, s, route, entry, start, duration, litres)
            if later >= BIG:
                return BIG
            if later > start:
                start = later
                continue
        return start
    return BIG


@compiled
def open_from(inst: Instance, s: int, start: int, duration: int) -> int:
    """
    Return the first start at or after ``start`` that ends in opening hours, or BIG.

    Parameters
    ----------
    inst
        The scenario as arrays.
    s
        Position of the source.
    start
        Seconds since midnight.
    duration
        Seconds that a filling takes.
    """
    for w in range(inst.source_windows.shape[1]):
        low = inst.source_windows[s, w, 0]
        if low >= BIG:
            break
        earliest = max(low, start)
        if earliest + duration <= inst.source_windows[s, w, 1]:
            return earliest
    return BIG


@compiled
def pushing_start(
    inst: Instance,
    state: State,
    s: int,
    route: int,
    entry: int,
    time_s: int,
    litres: int,
) -> int:
    """
    Return the first start of a filling that waits for earlier ones only, or BIG.

    Fillings of other routes that start then or later do not stand in its way: they
    are made to wait afterwards (see `pushing`).

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    s
        Position of the source.
    route
        Position of the truck; its own listed fillings do not stand in the way.
    entry
        Entry of the candidate row; its fillings before that draw water too.
    time_s
        Seconds since midnight at which the truck is there.
    litres
        Litres to fill.
    """
    duration = inst.fill_setup_s + flow_s(litres, inst.source[s].fill_s_per_l)
    start = time_s
    for _ in range(1_000 + 8 * state.num_fills[s]):
        start = open_from(inst, s, start, duration)
        if start >= BIG:
            return BIG
        busy = 0
        free_s = BIG
        first = _first_fill(state, s, start - inst.source[s].longest_fill)
        for f in range(first, state.num_fills[s]):
            if state.fill[s, f].start >= start:
                break
            if state.fill[s, f].end > start and state.fill[s, f].route != route:
                busy += 1
                free_s = min(free_s, state.fill[s, f].end)
        if busy >= inst.source[s].bays:
            start = free_s
            continue
        if inst.source[s].is_refilling:
            later = _refill_wait(inst, state, s, route, entry, start, duration, litres)
            if later >= BIG:
                return BIG
            if later > start:
                start = later
                continue
        return start
    return BIG


@compiled
def bay_taken_from(
    inst: Instance, state: State, s: int, route: int, start: int, end: int
) -> int:
    """
    Return the position of the filling that finds no bay because of [start, end), or -1.

    It is the first one of another route that starts at ``start`` or later while all
    bays are taken, this filling counted.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    s
        Position of the source.
    route
        Position of the truck that fills.
    start, end
        When it fills, in seconds since midnight.
    """
    first = _first_fill(state, s, start - inst.source[s].longest_fill)
    for f in range(first, state.num_fills[s]):
        point = state.fill[s, f].start
        if point >= end:
            break
        if point < start or state.fill[s, f].route == route:
            continue
        if state.fill[s, f].end <= point:
            continue  # it takes no time
        if _busy_bays(state, s, route, first, point) >= inst.source[s].bays:
            return f
    return -1


@compiled
def spring_spare_l(inst: Instance, state: State, s: int, end: int, most: int) -> int:
    """
    Return the litres, up to ``most``, that one more filling ending at ``end`` may draw.

    All listed fillings keep their times and their water, those of the same route too:
    they can only move to later, when there is more.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    s
        Position of a source that refills.
    end
        Seconds since midnight at which the filling ends.
    most
        Litres that are wanted.
    """
    spare = _drawable(inst, s, end)
    if spare - state.drawn[s] >= most:
        return most
    for f in range(state.num_fills[s]):
        if state.fill[s, f].start < end or state.fill[s, f].end <= end:
            spare -= state.fill[s, f].litres
    for f in range(state.num_fills[s]):
        later = state.fill[s, f].end
        if later <= end:
            continue
        left = _drawable(inst, s, later)
        for g in range(state.num_fills[s]):
            if state.fill[s, g].start > later:
                break
            if state.fill[s, g].start < later or state.fill[s, g].end <= later:
                left -= state.fill[s, g].litres
        spare = min(spare, left)
    return int(max(0.0, min(spare, float(most))))


@compiled
def early_load_l(
    inst: Instance, state: State, s: int, route: int, time_s: int, least: int, most: int
) -> int:
    """
    Return the litres, up to ``most``, of a filling that starts as early as it can.

    A source that closes, a bay that another truck takes next, and a spring that has
    little water yet all allow a part of a load where the whole one would have to wait.
    0 if not even ``least`` litres can ever be had.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    s
        Position of the source.
    route
        Position of the truck; its own listed fillings do not stand in the way.
    time_s
        Seconds since midnight at which the truck is there.
    least, most
        Litres below which it is no use, and that are wanted.
    """
    start = fill_start(inst, state, s, route, 0, time_s, least)
    if start >= BIG:
        return 0
    end = BIG
    for w in range(inst.source_windows.shape[1]):
        if inst.source_windows[s, w, 0] <= start <= inst.source_windows[s, w, 1]:
            end = inst.source_windows[s, w, 1]
            break
    litres = most
    s_per_l = inst.source[s].fill_s_per_l
    if inst.source[s].is_queued:
        shortest = start + inst.fill_setup_s + flow_s(least, s_per_l)
        taken = latest_in_bay(inst, state, s, route, start, shortest, False)
        if taken < BIG:
            end = min(end, taken + shortest - start)
    if s_per_l > 0.0 and end < BIG:
        litres = min(litres, int((end - start - inst.fill_setup_s) / s_per_l + 1e-9))
    if inst.source[s].is_refilling and litres >= least:
        finish = start + inst.fill_setup_s + flow_s(litres, s_per_l)
        litres = spring_spare_l(inst, state, s, finish, litres)
    return litres if litres >= least else 0
