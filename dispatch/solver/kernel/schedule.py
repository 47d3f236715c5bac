"""Timetable of one route, exact for windows, breaks, bays and refilling sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.filling import (
    fill_start,
    flow_s,
    latest_in_bay,
    pushing_start,
)
from dispatch.solver.kernel.legs import leave_by, leg_s

if TYPE_CHECKING:
    from dispatch.arrays import Ints
    from dispatch.solver.kernel.arrays import Instance, State


@compiled
def window_start(windows: Ints, idx: int, time_s: int) -> int:
    """
    Return the first start at or after ``time_s``, BIG if too late.

    Parameters
    ----------
    windows
        Shape (N, W, 2), seconds since midnight, both ends included.
    idx
        Row of the windows.
    time_s
        Seconds since midnight.
    """
    for w in range(windows.shape[1]):
        low = windows[idx, w, 0]
        if low >= BIG:
            break
        if time_s <= windows[idx, w, 1]:
            return max(low, time_s)
    return BIG


@compiled
def latest_start(windows: Ints, idx: int, time_s: int, duration: int) -> int:
    """
    Return the last start up to ``time_s`` that ends inside a window, or -1.

    Parameters
    ----------
    windows
        Shape (N, W, 2), seconds since midnight, both ends included.
    idx
        Row of the windows.
    time_s
        Seconds since midnight.
    duration
        Seconds that must fit before the window closes; 0: only the start must.
    """
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
def service_s(inst: Instance, r: int, node: int, litres: int) -> int:
    """
    Return how long truck ``r`` is busy at a place.

    Parameters
    ----------
    inst
        The scenario as arrays.
    r
        Position of the truck and its route.
    node
        A source, or else a village.
    litres
        Litres to fill or unload there.

    Returns
    -------
    int
        Seconds, setup included.
    """
    if node < inst.first_village:
        return inst.fill_setup_s + flow_s(
            litres, inst.source[node - inst.first_source].fill_s_per_l
        )
    return inst.village[node - inst.first_village].drop_setup + flow_s(
        litres, inst.truck[r].unload_s_per_l
    )


@compiled
def _released(inst: Instance, state: State, entry: int, n: int) -> int:
    """Return when all villages of the trip that a filling starts are released."""
    time_s = 0
    for i in range(entry + 1, n):
        node = state.candidate[i].node
        if node < inst.first_village:
            break
        time_s = max(time_s, inst.village[node - inst.first_village].release)
    return time_s


@compiled
def _service_start(
    inst: Instance, state: State, r: int, entry: int, n: int, time_s: int
) -> int:
    """Return when service may start after arriving at ``time_s``, or BIG."""
    node = state.candidate[entry].node
    if state.candidate[entry].fixed:  # promised: then, or not at all
        start = state.candidate[entry].start
        if node < inst.first_village:
            s = node - inst.first_source
            litres = state.candidate[entry].litres
            if fill_start(inst, state, s, r, entry, start, litres) > start:
                return BIG
        return start if time_s <= start else BIG
    if node < inst.first_village:
        s = node - inst.first_source
        if inst.has_release:
            time_s = max(time_s, _released(inst, state, entry, n))
        if state.counts[0].pushing and inst.source[s].is_queued:
            if entry == state.counts[0].held_entry:
                time_s = max(time_s, state.counts[0].held_until)
            litres = state.candidate[entry].litres
            return pushing_start(inst, state, s, r, entry, time_s, litres)
        return fill_start(
            inst, state, s, r, entry, time_s, state.candidate[entry].litres
        )
    return window_start(inst.windows, node - inst.first_village, time_s)


@compiled
def _can_leave_later(inst: Instance, state: State, n: int, surplus: int) -> bool:
    """
    Whether the candidate row can start ``surplus`` seconds later and be back in time.

    A later start is taken up by waiting; each stop allows what its window leaves
    (Savelsbergh, 1992). Queued fillings and pauses are not moved.
    """
    waited = 0
    for i in range(n):
        wait = state.candidate[i].start - state.candidate[i].arrive
        node = state.candidate[i].node
        paused = state.candidate_pause[0].entry == i
        waited += wait
        late = state.candidate[i].start
        if node >= inst.first_village:
            for w in range(inst.windows.shape[1]):
                high = inst.windows[node - inst.first_village, w, 1]
                if inst.windows[node - inst.first_village, w, 0] <= late <= high:
                    late = high
                    break
        elif not inst.source[node - inst.first_source].is_queued:
            late = BIG
        if paused or state.candidate[i].fixed:
            late = state.candidate[i].start
        if late < BIG and late - state.candidate[i].start + waited < surplus:
            return False
        if waited >= surplus:
            return True
    return False


@compiled
def _run_candidate(
    inst: Instance, state: State, r: int, n: int, first: int, with_break: bool
) -> int:
    """
    Fill in the candidate row's times; return arrival at the depot or BIG.

    Entries before ``first`` stand as they are in the route.
    """
    time_s = inst.truck[r].shift_start
    here = inst.truck[r].start
    pause_s = inst.truck[r].break_s
    low = inst.truck[r].break_from
    high = inst.truck[r].break_until
    open_break = with_break
    state.candidate_pause[0].entry = -2
    if first > 0:
        time_s = state.candidate[first - 1].end
        here = state.candidate[first - 1].node
        paused = state.route[r].pause_entry
        if -2 < paused < first:  # the pause stands too
            open_break = False
            state.candidate_pause[0].entry = paused
            state.candidate_pause[0].before = state.route[r].pause_before
            state.candidate_pause[0].start = state.route[r].pause_start
            if paused == first - 1 and state.route[r].pause_before == 0:
                time_s = state.route[r].pause_start + pause_s
    for i in range(first, n):
        node = state.candidate[i].node
        leg = leg_s(inst, r, here, node, time_s)
        if leg >= BIG:
            return BIG
        arrive = time_s + leg
        if open_break and (time_s >= low or arrive > high):
            # Pause where we are: later we would be on the road when it must start.
            pause_at = max(time_s, low)
            if pause_at > high:
                return BIG
            state.candidate_pause[0].entry = i - 1
            state.candidate_pause[0].before = 0
            state.candidate_pause[0].start = pause_at
            leg = leg_s(inst, r, here, node, pause_at + pause_s)
            if leg >= BIG:
                return BIG
            arrive = pause_at + pause_s + leg
            open_break = False
        start = _service_start(inst, state, r, i, n, arrive)
        if start >= BIG:
            return BIG
        duration = service_s(inst, r, node, state.candidate[i].litres)
        if state.candidate[i].fixed:
            duration = state.candidate[i].end - state.candidate[i].start
        if open_break:
            pause_at = max(arrive, low)
            free = start >= pause_at + pause_s
            if arrive >= low or free or start + duration > high:
                state.candidate_pause[0].entry = i
                state.candidate_pause[0].before = 1
                state.candidate_pause[0].start = pause_at
                start = _service_start(inst, state, r, i, n, pause_at + pause_s)
                if start >= BIG:
                    return BIG
                open_break = False
        state.candidate[i].arrive = arrive
        state.candidate[i].start = start
        time_s = start + duration
        state.candidate[i].end = time_s
        if time_s > inst.truck[r].shift_end:
            return BIG
        here = node
    home = inst.truck[r].depot
    leg = leg_s(inst, r, here, home, time_s)
    if leg >= BIG:
        return BIG
    back = time_s + leg
    if open_break and back > high:
        pause_at = max(time_s, low)
        if pause_at > high:
            return BIG
        state.candidate_pause[0].entry = n - 1
        state.candidate_pause[0].before = 0
        state.candidate_pause[0].start = pause_at
        leg = leg_s(inst, r, here, home, pause_at + pause_s)
        back = pause_at + pause_s + leg
    if back > inst.truck[r].shift_end:
        return BIG
    surplus = back - inst.truck[r].shift_start - inst.truck[r].max_duration
    if surplus > 0 and not _can_leave_later(inst, state, n, surplus):
        return BIG
    return back


@compiled
def schedule_candidate(inst: Instance, state: State, r: int, n: int, first: int) -> int:
    """
    Return when the candidate row of ``n`` entries is back at the depot, or BIG.

    Entries before ``first`` are those of the route, with their times.
    Fillings keep clear of all listed fillings of other routes.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    r
        Position of the truck and its route.
    n
        Entries of the candidate row.
    first
        Entry from which times are new.
    """
    if not inst.truck[r].needs_break:
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
def set_latest(inst: Instance, state: State, r: int) -> bool:
    """
    Compute latest arrivals and slack of a route; return whether any differs.

    Its fillings are listed. A filling may move within the gap that other trucks leave
    at its bays now; a later gap is not counted on.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    r
        Position of the truck and its route.
    """
    following = inst.truck[r].depot
    limit = inst.truck[r].shift_end
    if inst.truck[r].needs_break and state.route[r].pause_entry < -1:
        # Back before the pause is due, or with time for it.
        limit = max(limit - inst.truck[r].break_s, inst.truck[r].break_until)
        limit = min(limit, inst.truck[r].shift_end)
    is_new = state.route[r].latest_back != limit
    state.route[r].latest_back = limit
    slack = limit - state.route[r].back
    for i in range(state.route[r].length - 1, -1, -1):
        node = state.entry[r, i].node
        start = state.entry[r, i].start
        end = state.entry[r, i].end
        duration = end - start
        limit = leave_by(inst, r, node, following, limit)
        if state.route[r].pause_entry == i and state.route[r].pause_before == 0:
            limit = min(limit - inst.truck[r].break_s, inst.truck[r].break_until)
        if state.entry[r, i].fixed:
            limit = start
        elif node < inst.first_village:
            s = node - inst.first_source
            limit = latest_start(inst.source_windows, s, limit - duration, duration)
            if inst.source[s].is_queued:
                taken = latest_in_bay(inst, state, s, r, start, end, inst.has_bays)
                limit = min(limit, taken)
        else:
            v = node - inst.first_village
            limit = latest_start(inst.windows, v, limit - duration, 0)
        if state.route[r].pause_entry == i and state.route[r].pause_before == 1:
            limit = min(limit - inst.truck[r].break_s, inst.truck[r].break_until)
        limit = max(limit, state.entry[r, i].arrive)
        is_new = is_new or state.entry[r, i].latest != limit
        state.entry[r, i].latest = limit
        slack = max(slack, limit - state.entry[r, i].arrive)
        following = node
    state.route[r].slack = slack
    return is_new
