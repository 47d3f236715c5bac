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
    for f in range(state.num_fills[s]):
        row = state.fill[s, f]
        if row[3] != route and row[0] < end and row[1] > start:
            overlaps += 1
    if overlaps < bays:
        return -1
    # Occupancy only rises where a filling starts: test there and at our start.
    for g in range(-1, state.num_fills[s]):
        if g < 0:
            point = start
        else:
            point = state.fill[s, g, 0]
            if state.fill[s, g, 3] == route or point <= start or point >= end:
                continue
        busy = 0
        first_end = BIG
        for f in range(state.num_fills[s]):
            row = state.fill[s, f]
            if row[3] != route and row[0] <= point and row[1] > point:
                busy += 1
                first_end = min(first_end, row[1])
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
    before = litres
    for f in range(state.num_fills[s]):
        row = state.fill[s, f]
        if row[3] != route and row[0] < end:
            before += row[2]
    for e in range(entry):
        if state.draft[e].node == inst.first_source + s:
            before += state.draft[e].litres
    if before > _drawable(inst, s, end) + 1e-6:
        if inst.source[s].inflow_per_s <= 0.0:
            return BIG
        wait = (before - inst.source[s].stock) / inst.source[s].inflow_per_s
        return max(start + 1, inst.source[s].opening + math.ceil(wait) - duration)
    # Fillings that end later must still find their water.
    for f in range(state.num_fills[s]):
        row = state.fill[s, f]
        if row[3] == route or row[1] <= start:
            continue
        drawn = litres
        for g in range(state.num_fills[s]):
            other = state.fill[s, g]
            if other[3] != route and other[0] < row[1]:
                drawn += other[2]
        for e in range(entry):
            if state.draft[e].node == inst.first_source + s:
                drawn += state.draft[e].litres
        if drawn > _drawable(inst, s, row[1]) + 1e-6:
            return row[1]
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
    inst: Instance, state: State, r: int, n: int, with_break: bool
) -> int:
    """Fill in the candidate row's times; return arrival at the depot or BIG."""
    travel = inst.travel_s[inst.truck[r].drive_class]
    time_s = inst.truck[r].shift_start
    here = inst.truck[r].depot
    pause_s = inst.truck[r].break_s
    low = inst.truck[r].break_from
    high = inst.truck[r].break_until
    open_break = with_break
    state.draft_pause[0] = -2
    for i in range(n):
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
def schedule_candidate(inst: Instance, state: State, r: int, n: int) -> int:
    """
    Return when the candidate row of ``n`` entries is back at the depot, or BIG.

    Fillings keep clear of all listed fillings of other routes.
    """
    needs_break = (
        inst.truck[r].break_s > 0
        and inst.truck[r].shift_start < inst.truck[r].break_from
    )
    if not needs_break:
        return _run_candidate(inst, state, r, n, False)
    if state.route[r].back <= inst.truck[r].break_until:  # it may still do without
        back = _run_candidate(inst, state, r, n, False)
        if back <= inst.truck[r].break_until:
            return back
        return _run_candidate(inst, state, r, n, True)
    back = _run_candidate(inst, state, r, n, True)
    if back >= BIG:
        back = _run_candidate(inst, state, r, n, False)
        return back if back <= inst.truck[r].break_until else BIG
    return back


@compiled
def set_latest(inst: Instance, state: State, r: int) -> None:
    """Compute the latest arrivals of a route's entries, bays left out."""
    travel = inst.travel_s[inst.truck[r].drive_class]
    following = inst.truck[r].depot
    limit = inst.truck[r].shift_end
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
        following = node
