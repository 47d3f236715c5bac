"""Timetable of one route, exact for windows, breaks, bays and refilling sources."""

from __future__ import annotations

import math

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG


@compiled
def flow_s(litres, s_per_l):
    """Return whole seconds that litres take, rounded up."""
    return math.ceil(litres * s_per_l - 1e-9)


@compiled
def window_start(windows, idx, time_s):
    """Return the first start at or after ``time_s``, BIG if too late."""
    for w in range(windows.shape[1]):
        low = windows[idx, w, 0]
        if low >= BIG:
            break
        if time_s <= windows[idx, w, 1]:
            return max(low, time_s)
    return BIG


@compiled
def latest_start(windows, idx, time_s, duration):
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
def _bay_conflict_end(I, S, s, route, start, end):
    """Return when a bay is free again if [start, end) finds none, else -1."""
    bays = I.source[s].bays
    overlaps = 0
    for f in range(S.num_fills[s]):
        row = S.fill[s, f]
        if row[3] != route and row[0] < end and row[1] > start:
            overlaps += 1
    if overlaps < bays:
        return -1
    # Occupancy only rises where a filling starts: test there and at our start.
    for g in range(-1, S.num_fills[s]):
        if g < 0:
            point = start
        else:
            point = S.fill[s, g, 0]
            if S.fill[s, g, 3] == route or point <= start or point >= end:
                continue
        busy = 0
        first_end = BIG
        for f in range(S.num_fills[s]):
            row = S.fill[s, f]
            if row[3] != route and row[0] <= point and row[1] > point:
                busy += 1
                first_end = min(first_end, row[1])
        if busy >= bays:
            return first_end
    return -1


@compiled
def _drawable(I, s, time_s):
    """Return the litres that a refilling source may have given by ``time_s``."""
    return I.source[s].stock + I.source[s].inflow_per_s * max(
        0, time_s - I.source[s].opening
    )


@compiled
def _refill_wait(I, S, s, route, entry, start, duration, litres):
    """
    Return a later start if the source lacks water, ``start`` if not, BIG if never.

    Fillings under way count in full, which keeps rule 7 under any reading of it.
    """
    end = start + duration
    before = litres
    for f in range(S.num_fills[s]):
        row = S.fill[s, f]
        if row[3] != route and row[0] < end:
            before += row[2]
    for e in range(entry):
        if S.draft[e].node == I.first_source + s:
            before += S.draft[e].litres
    if before > _drawable(I, s, end) + 1e-6:
        if I.source[s].inflow_per_s <= 0.0:
            return BIG
        wait = (before - I.source[s].stock) / I.source[s].inflow_per_s
        return max(start + 1, I.source[s].opening + math.ceil(wait) - duration)
    # Fillings that end later must still find their water.
    for f in range(S.num_fills[s]):
        row = S.fill[s, f]
        if row[3] == route or row[1] <= start:
            continue
        drawn = litres
        for g in range(S.num_fills[s]):
            other = S.fill[s, g]
            if other[3] != route and other[0] < row[1]:
                drawn += other[2]
        for e in range(entry):
            if S.draft[e].node == I.first_source + s:
                drawn += S.draft[e].litres
        if drawn > _drawable(I, s, row[1]) + 1e-6:
            return row[1]
    return start


@compiled
def fill_start(I, S, s, route, entry, time_s, litres):
    """Return the first feasible start of a filling at or after ``time_s``, or BIG."""
    duration = I.fill_setup_s + flow_s(litres, I.source[s].fill_s_per_l)
    start = time_s
    for _ in range(10_000):
        fitted = BIG
        for w in range(I.source_windows.shape[1]):
            low = I.source_windows[s, w, 0]
            if low >= BIG:
                break
            candidate = max(low, start)
            if candidate + duration <= I.source_windows[s, w, 1]:
                fitted = candidate
                break
        if fitted >= BIG:
            return BIG
        start = fitted
        if not I.source[s].is_queued:
            return start
        free = _bay_conflict_end(I, S, s, route, start, start + duration)
        if free > start:
            start = free
            continue
        if I.source[s].is_refilling:
            later = _refill_wait(I, S, s, route, entry, start, duration, litres)
            if later >= BIG:
                return BIG
            if later > start:
                start = later
                continue
        return start
    return BIG


@compiled
def service_s(I, r, node, litres):
    """Return how long truck ``r`` is busy at a place."""
    if node < I.first_village:
        return I.fill_setup_s + flow_s(
            litres, I.source[node - I.first_source].fill_s_per_l
        )
    return I.drop_setup_s + flow_s(litres, I.truck[r].unload_s_per_l)


@compiled
def _service_start(I, S, r, entry, time_s):
    node = S.draft[entry].node
    if node < I.first_village:
        s = node - I.first_source
        return fill_start(I, S, s, r, entry, time_s, S.draft[entry].litres)
    return window_start(I.windows, node - I.first_village, time_s)


@compiled
def _run_candidate(I, S, r, n, with_break):
    """Fill in the candidate row's times; return arrival at the depot or BIG."""
    travel = I.travel_s[I.truck[r].drive_class]
    time_s = I.truck[r].shift_start
    here = I.truck[r].depot
    pause_s = I.truck[r].break_s
    low = I.truck[r].break_from
    high = I.truck[r].break_until
    open_break = with_break
    S.draft_pause[0] = -2
    for i in range(n):
        node = S.draft[i].node
        leg = travel[here, node]
        if leg >= BIG:
            return BIG
        arrive = time_s + leg
        if open_break and (time_s >= low or arrive > high):
            # Pause where we are: later we would be on the road when it must start.
            pause_at = max(time_s, low)
            if pause_at > high:
                return BIG
            S.draft_pause[0] = i - 1
            S.draft_pause[1] = 0
            S.draft_pause[2] = pause_at
            arrive = pause_at + pause_s + leg
            open_break = False
        start = _service_start(I, S, r, i, arrive)
        if start >= BIG:
            return BIG
        duration = service_s(I, r, node, S.draft[i].litres)
        if open_break:
            pause_at = max(arrive, low)
            free = start >= pause_at + pause_s
            if arrive >= low or free or start + duration > high:
                S.draft_pause[0] = i
                S.draft_pause[1] = 1
                S.draft_pause[2] = pause_at
                start = _service_start(I, S, r, i, pause_at + pause_s)
                if start >= BIG:
                    return BIG
                open_break = False
        S.draft[i].arrive = arrive
        S.draft[i].start = start
        time_s = start + duration
        S.draft[i].end = time_s
        if time_s > I.truck[r].shift_end:
            return BIG
        here = node
    leg = travel[here, I.truck[r].depot]
    if leg >= BIG:
        return BIG
    back = time_s + leg
    if open_break and back > high:
        pause_at = max(time_s, low)
        if pause_at > high:
            return BIG
        S.draft_pause[0] = n - 1
        S.draft_pause[1] = 0
        S.draft_pause[2] = pause_at
        back = pause_at + pause_s + leg
    return back if back <= I.truck[r].shift_end else BIG


@compiled
def schedule_candidate(I, S, r, n):
    """
    Return when the candidate row of ``n`` entries is back at the depot, or BIG.

    Fillings keep clear of all listed fillings of other routes.
    """
    needs_break = (
        I.truck[r].break_s > 0 and I.truck[r].shift_start < I.truck[r].break_from
    )
    if not needs_break:
        return _run_candidate(I, S, r, n, False)
    if S.route[r].back <= I.truck[r].break_until:  # it may still do without
        back = _run_candidate(I, S, r, n, False)
        if back <= I.truck[r].break_until:
            return back
        return _run_candidate(I, S, r, n, True)
    back = _run_candidate(I, S, r, n, True)
    if back >= BIG:
        back = _run_candidate(I, S, r, n, False)
        return back if back <= I.truck[r].break_until else BIG
    return back


@compiled
def set_latest(I, S, r):
    """Compute the latest arrivals of a route's entries, bays left out."""
    travel = I.travel_s[I.truck[r].drive_class]
    following = I.truck[r].depot
    limit = I.truck[r].shift_end
    for i in range(S.route[r].length - 1, -1, -1):
        node = S.entry[r, i].node
        duration = service_s(I, r, node, S.entry[r, i].litres)
        limit -= travel[node, following]
        if S.route[r].pause_entry == i and S.route[r].pause_before == 0:
            limit -= I.truck[r].break_s
        if node < I.first_village:
            s = node - I.first_source
            limit = latest_start(I.source_windows, s, limit - duration, duration)
        else:
            v = node - I.first_village
            limit = latest_start(I.windows, v, limit - duration, 0)
        if S.route[r].pause_entry == i and S.route[r].pause_before == 1:
            limit -= I.truck[r].break_s
        S.entry[r, i].latest = max(limit, S.entry[r, i].arrive)
        limit = S.entry[r, i].latest
        following = node
