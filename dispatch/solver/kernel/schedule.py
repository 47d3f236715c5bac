"""Timetable of one route, exact for windows, breaks, bays and refilling sources."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dispatch.solver.jit import compiled, inlined
from dispatch.solver.kernel.arrays import BIG

if TYPE_CHECKING:
    from dispatch.solver.kernel.arrays import Instance, IntArray, State


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
def _arrival(inst: Instance, r: int, here: int, node: int, depart: int, p: int) -> int:
    """
    Return when a leg that sets out in period ``p`` at once is over, BIG or more: never.

    It is over before roads change, or keeps to roads that are open before and after.
    """
    drive_class = inst.truck[r].drive_class
    last = inst.truck[r].num_switches
    step = inst.travel_s.shape[0] // (4 if last == 1 else 2 * last + 3)
    arrive = depart + inst.travel_s[drive_class + (1 + p) * step, here, node]
    if p == last or arrive <= inst.truck[r].switches[p]:
        return arrive
    arrive = depart + inst.travel_s[drive_class + (2 + last + p) * step, here, node]
    if p + 1 == last or arrive <= inst.truck[r].switches[p + 1]:
        return arrive
    return depart + inst.travel_s[drive_class + (2 + 2 * last) * step, here, node]


@inlined
def leg_s(inst: Instance, r: int, here: int, node: int, depart: int) -> int:
    """
    Return seconds from departure to arrival, BIG or more if there is no road.

    A leg is over before roads change, or keeps to roads that are open before and
    after, or waits for a change; whatever is first.

    Parameters
    ----------
    inst
        The scenario as arrays.
    r
        Position of the truck and its route.
    here, node
        Places to drive from and to.
    depart
        Seconds since midnight at which the truck leaves.
    """
    if inst.truck[r].switch_s == 0:  # the same roads all day: no call
        return inst.travel_s[inst.truck[r].drive_class, here, node]
    return _changing_leg_s(inst, r, here, node, depart)


@compiled
def _changing_leg_s(inst: Instance, r: int, here: int, node: int, depart: int) -> int:
    """Return `leg_s` on a day when roads open or close."""
    last = inst.truck[r].num_switches
    p = 0
    while p < last and depart >= inst.truck[r].switches[p]:
        p += 1
    arrive = _arrival(inst, r, here, node, depart, p)
    while p < last and arrive > inst.truck[r].switches[p]:
        start = inst.truck[r].switches[p]
        p += 1
        arrive = min(arrive, _arrival(inst, r, here, node, start, p))
    return arrive - depart


@inlined
def leave_by(inst: Instance, r: int, here: int, node: int, arrive: int) -> int:
    """
    Return the last departure that is at ``node`` by ``arrive``; -BIG or less: none.

    Parameters
    ----------
    inst
        The scenario as arrays.
    r
        Position of the truck and its route.
    here, node
        Places to drive from and to.
    arrive
        Seconds since midnight at which the truck must be there.
    """
    if inst.truck[r].switch_s == 0:
        return arrive - inst.travel_s[inst.truck[r].drive_class, here, node]
    return _changing_leave_by(inst, r, here, node, arrive)


@compiled
def _changing_leave_by(
    inst: Instance, r: int, here: int, node: int, arrive: int
) -> int:
    """Return `leave_by` on a day when roads open or close."""
    drive_class = inst.truck[r].drive_class
    last = inst.truck[r].num_switches
    step = inst.travel_s.shape[0] // (4 if last == 1 else 2 * last + 3)
    leave = arrive - inst.travel_s[drive_class + (1 + last) * step, here, node]
    p = last
    while p > 0 and leave < inst.truck[r].switches[p - 1]:
        p -= 1
        switch = inst.truck[r].switches[p]
        alone = inst.travel_s[drive_class + (1 + p) * step, here, node]
        leave = min(arrive, switch) - alone
        across = inst.travel_s[drive_class + (2 + last + p) * step, here, node]
        if p + 1 == last:
            leave = max(leave, arrive - across)
        else:
            over = min(arrive, inst.truck[r].switches[p + 1])
            throughout = inst.travel_s[drive_class + (2 + 2 * last) * step, here, node]
            leave = max(leave, over - across, arrive - throughout)
        # From the switch on the roads of the next period would count.
        leave = min(leave, switch - 1)
    return max(leave, -BIG)


@compiled
def window_start(windows: IntArray, idx: int, time_s: int) -> int:
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
def latest_start(windows: IntArray, idx: int, time_s: int, duration: int) -> int:
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
def _latest_in_bay(
    inst: Instance, state: State, s: int, route: int, start: int, end: int
) -> int:
    """Return how late a filling may start before another one takes the bay."""
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
        fitted = BIG
        for w in range(inst.source_windows.shape[1]):
            low = inst.source_windows[s, w, 0]
            if low >= BIG:
                break
            earliest = max(low, start)
            if earliest + duration <= inst.source_windows[s, w, 1]:
                fitted = earliest
                break
        if fitted >= BIG:
            return BIG
        start = fitted
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
        taken = _latest_in_bay(inst, state, s, route, start, shortest)
        if taken < BIG:
            end = min(end, taken + shortest - start)
    if s_per_l > 0.0 and end < BIG:
        litres = min(litres, int((end - start - inst.fill_setup_s) / s_per_l + 1e-9))
    if inst.source[s].is_refilling and litres >= least:
        finish = start + inst.fill_setup_s + flow_s(litres, s_per_l)
        litres = spring_spare_l(inst, state, s, finish, litres)
    return litres if litres >= least else 0


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
def set_latest(inst: Instance, state: State, r: int) -> None:
    """
    Compute latest arrivals and slack of a route, its fillings listed.

    A filling may move within the gap that other trucks leave at its bays now; a
    later gap is not counted on.

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
                limit = min(limit, _latest_in_bay(inst, state, s, r, start, end))
        else:
            v = node - inst.first_village
            limit = latest_start(inst.windows, v, limit - duration, 0)
        if state.route[r].pause_entry == i and state.route[r].pause_before == 1:
            limit = min(limit - inst.truck[r].break_s, inst.truck[r].break_until)
        state.entry[r, i].latest = max(limit, state.entry[r, i].arrive)
        limit = state.entry[r, i].latest
        slack = max(slack, limit - state.entry[r, i].arrive)
        following = node
    state.route[r].slack = slack
