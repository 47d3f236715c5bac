"""Timetable of one route, exact for windows, breaks, bays and refilling sources."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG

if TYPE_CHECKING:
    from dispatch.solver.kernel.arrays import Instance, IntArray, State


@compiled
def flow_s(litres: int, s_per_l: float) -> int:
    """Return whole seconds that litres take, rounded up."""
    return math.ceil(litres * s_per_l - 1e-9)


@compiled
def window_start(windows: IntArray, idx: int, time_s: int) -> int:
    """Return the first start at or after ``time_s``, BIG if too late."""
    for w in range(windows.shape[1]):
        low = windows[idx, w, 0]
        if low >= BIG:
            break
        if time_s <= windows[idx, w, 1]:
            return max(low, time_s)
    return BIG


@compiled
def latest_start(windows: IntArray, idx: int, time_s: int, duration: int) -> int:
    """Return the last start up to ``time_s`` that ends inside a window, or -1."""
    best = -1
    for w in range(windows.shape[1]):
        low = windows[idx, w, 0]
        if low >= BIG:
            break
        start = min(time_s, windows[idx, w, 1] - duration)
        if start >= low:
            best = max(best, start)
    return best


@compiled
def _bay_conflict_end(
    inst: Instance, state: State, s: int, route: int, start: int, end: int
) -> int:
    """Return when a bay is free again if [start, end) finds none, else -1."""
    bays = inst.source[s].bays
    overlaps = 0
    last_end = -1
    for f in range(state.num_fills[s]):
        if state.fill[s, f, 0] >= end:
            break  # fillings are listed by start
        if state.fill[s, f, 1] > start and state.fill[s, f, 3] != route:
            overlaps += 1
            last_end = max(last_end, state.fill[s, f, 1])
    if overlaps < bays:
        return -1
    if bays == 1:
        return last_end
    # Occupancy only rises where a filling starts: test there and at our start.
    for g in range(-1, state.num_fills[s]):
        point = start
        if g >= 0:
            point = state.fill[s, g, 0]
            if point >= end:
                break
            if state.fill[s, g, 3] == route or point <= start:
                continue
        busy = 0
        first_end = BIG
        for f in range(state.num_fills[s]):
            if state.fill[s, f, 0] > point:
                break
            if state.fill[s, f, 1] > point and state.fill[s, f, 3] != route:
                busy += 1
                first_end = min(first_end, state.fill[s, f, 1])
        if busy >= bays:
            return first_end
    return -1


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
    own = litres
    for e in range(entry):
        if state.draft[e].node == inst.first_source + s:
            own += state.draft[e].litres
    before = own
    total = own
    for f in range(state.num_fills[s]):
        if state.fill[s, f, 3] != route:
            total += state.fill[s, f, 2]
            if state.fill[s, f, 0] < end or state.fill[s, f, 1] <= end:
                before += state.fill[s, f, 2]
    if total <= _drawable(inst, s, start):
        return start
    if before > _drawable(inst, s, end) + 1e-6:
        if inst.source[s].inflow_per_s <= 0.0:
            return BIG
        wait = (before - inst.source[s].stock) / inst.source[s].inflow_per_s
        return max(start + 1, inst.source[s].opening + math.ceil(wait) - duration)
    # Fillings that end later must still find their water.
    for f in range(state.num_fills[s]):
        later = state.fill[s, f, 1]
        is_before = later <= start and later < end
        if state.fill[s, f, 3] == route or is_before:
            continue
        drawn = own
        for g in range(state.num_fills[s]):
            # A filling may take no time at all: then start and end are the same.
            if state.fill[s, g, 0] > later:
                break
            is_drawn = state.fill[s, g, 0] < later or state.fill[s, g, 1] <= later
            if is_drawn and state.fill[s, g, 3] != route:
                drawn += state.fill[s, g, 2]
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
    """Return the first feasible start of a filling at or after ``time_s``, or BIG."""
    duration = inst.fill_setup_s + flow_s(litres, inst.source[s].fill_s_per_l)
    start = time_s
    for _ in range(10_000):
        fitted = BIG
        for w in range(inst.source_windows.shape[1]):
            low = inst.source_windows[s, w, 0]
            if low >= BIG:
                break
            candidate = max(low, start)
            if candidate + duration <= inst.source_windows[s, w, 1]:
                fitted = candidate
                break
        if fitted >= BIG:
            return BIG
        start = fitted
        if not inst.source[s].is_queued:
            return start
        free = _bay_conflict_end(inst, state, s, route, start, start + duration)
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
def service_s(inst: Instance, r: int, node: int, litres: int) -> int:
    """Return how long truck ``r`` is busy at a place."""
    if node < inst.first_village:
        return inst.fill_setup_s + flow_s(
            litres, inst.source[node - inst.first_source].fill_s_per_l
        )
    return inst.drop_setup_s + flow_s(litres, inst.truck[r].unload_s_per_l)


@compiled
def _service_start(
    inst: Instance, state: State, r: int, entry: int, time_s: int
) -> int:
    node = state.draft[entry].node
    if node < inst.first_village:
        s = node - inst.first_source
        return fill_start(inst, state, s, r, entry, time_s, state.draft[entry].litres)
    return window_start(inst.windows, node - inst.first_village, time_s)


@compiled
def _run_candidate(
    inst: Instance, state: State, r: int, n: int, first: int, with_break: bool
) -> int:
    """
    Fill in the draft row's times; return arrival at the depot or BIG.

    Entries before ``first`` stand as they are in the route.
    """
    travel = inst.travel_s[inst.truck[r].drive_class]
    time_s = inst.truck[r].shift_start
    here = inst.truck[r].depot
    pause_s = inst.truck[r].break_s
    low = inst.truck[r].break_from
    high = inst.truck[r].break_until
    open_break = with_break
    state.draft_pause[0] = -2
    if first > 0:
        time_s = state.draft[first - 1].end
        here = state.draft[first - 1].node
        paused = state.route[r].pause_entry
        if -2 < paused < first:  # the pause stands too
            open_break = False
            state.draft_pause[0] = paused
            state.draft_pause[1] = state.route[r].pause_before
            state.draft_pause[2] = state.route[r].pause_start
            if paused == first - 1 and state.route[r].pause_before == 0:
                time_s = state.route[r].pause_start + pause_s
    for i in range(first, n):
        node = state.draft[i].node
        leg = travel[here, node]
        if leg >= BIG:
            return BIG
        arrive = time_s + leg
        if open_break and (time_s >= low or arrive > high):
            # Pause where we are: later we would be on the road when it must start.
            pause_at = max(time_s, low)
            if pause_at > high:
                return BIG
            state.draft_pause[0] = i - 1
            state.draft_pause[1] = 0
            state.draft_pause[2] = pause_at
            arrive = pause_at + pause_s + leg
            open_break = False
        start = _service_start(inst, state, r, i, arrive)
        if start >= BIG:
            return BIG
        duration = service_s(inst, r, node, state.draft[i].litres)
        if open_break:
            pause_at = max(arrive, low)
            free = start >= pause_at + pause_s
            if arrive >= low or free or start + duration > high:
                state.draft_pause[0] = i
                state.draft_pause[1] = 1
                state.draft_pause[2] = pause_at
                start = _service_start(inst, state, r, i, pause_at + pause_s)
                if start >= BIG:
                    return BIG
                open_break = False
        state.draft[i].arrive = arrive
        state.draft[i].start = start
        time_s = start + duration
        state.draft[i].end = time_s
        if time_s > inst.truck[r].shift_end:
            return BIG
        here = node
    leg = travel[here, inst.truck[r].depot]
    if leg >= BIG:
        return BIG
    back = time_s + leg
    if open_break and back > high:
        pause_at = max(time_s, low)
        if pause_at > high:
            return BIG
        state.draft_pause[0] = n - 1
        state.draft_pause[1] = 0
        state.draft_pause[2] = pause_at
        back = pause_at + pause_s + leg
    return back if back <= inst.truck[r].shift_end else BIG


@compiled
def schedule_candidate(inst: Instance, state: State, r: int, n: int, first: int) -> int:
    """
    Return when the draft row of ``n`` entries is back at the depot, or BIG.

    Entries before ``first`` are those of the route, with their times.
    Fillings keep clear of all listed fillings of other routes.
    """
    needs_break = (
        inst.truck[r].break_s > 0
        and inst.truck[r].shift_start < inst.truck[r].break_from
    )
    if not needs_break:
        return _run_candidate(inst, state, r, n, first, False)
    if state.route[r].back <= inst.truck[r].break_until:  # it may still do without
        back = _run_candidate(inst, state, r, n, first, False)
        if back <= inst.truck[r].break_until:
            return back
        return _run_candidate(inst, state, r, n, first, True)
    back = _run_candidate(inst, state, r, n, first, True)
    if back >= BIG:
        back = _run_candidate(inst, state, r, n, 0, False)
        return back if back <= inst.truck[r].break_until else BIG
    return back


@compiled
def set_latest(inst: Instance, state: State, r: int) -> None:
    """Compute latest arrivals and slack of a route, bays left out."""
    travel = inst.travel_s[inst.truck[r].drive_class]
    following = inst.truck[r].depot
    limit = inst.truck[r].shift_end
    slack = limit - state.route[r].back
    for i in range(state.route[r].length - 1, -1, -1):
        node = state.entry[r, i].node
        duration = service_s(inst, r, node, state.entry[r, i].litres)
        limit -= travel[node, following]
        if state.route[r].pause_entry == i and state.route[r].pause_before == 0:
            limit -= inst.truck[r].break_s
        if node < inst.first_village:
            s = node - inst.first_source
            limit = latest_start(inst.source_windows, s, limit - duration, duration)
        else:
            v = node - inst.first_village
            limit = latest_start(inst.windows, v, limit - duration, 0)
        if state.route[r].pause_entry == i and state.route[r].pause_before == 1:
            limit -= inst.truck[r].break_s
        state.entry[r, i].latest = max(limit, state.entry[r, i].arrive)
        limit = state.entry[r, i].latest
        slack = max(slack, limit - state.entry[r, i].arrive)
        following = node
    state.route[r].slack = slack
