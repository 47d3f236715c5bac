"""Recreate: bring litres to a village at the least time per litre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.filling import early_load_l, fill_start, spring_spare_l
from dispatch.solver.kernel.legs import leg_s
from dispatch.solver.kernel.moves import (
    add_litres,
    commit_candidate,
    copy_to_candidate,
    fills_fit,
    random_below,
    random_unit,
    touch_village,
)
from dispatch.solver.kernel.pushing import commit_by_pushing
from dispatch.solver.kernel.schedule import (
    latest_start,
    schedule_candidate,
    window_start,
)

if TYPE_CHECKING:
    from dispatch.solver.kernel.arrays import Instance, State


#: Trucks are all tried up to this number; beyond, only those that come near.
ALL_TRUCKS = 24
#: Chance to look away from an insertion, so that recreate varies.
BLINK = 0.01
#: Sources from which a new trip to a village may start, those that are dry left out.
NEAR_SOURCES = 6
#: Chance that a visit must bring its share, where a village takes few visits.
LIMITED_VISITS = 0.5
#: Chance to try a part of a load where the whole one only has to wait for a bay.
PART_LOAD = 0.05
#: Kinds of insertions: more litres at a stop, a stop in a trip, a trip of its own.
#: They are the numbers of entries that a row gains.
TOP_UP = 0
NEW_STOP = 1
NEW_TRIP = 2


@compiled
def forget_kept(state: State) -> None:
    """Empty the short list."""
    for k in range(state.kept.size):
        state.kept[k].score = BIG


@compiled
def _keep(
    state: State,
    score: float,
    route: int,
    entry: int,
    source: int,
    kind: int,
    litres: int,
) -> None:
    """Put an insertion into the short list, best score first."""
    size = state.kept.size
    if score >= state.kept[size - 1].score:
        return
    k = size - 1
    while k > 0 and state.kept[k - 1].score > score:
        state.kept[k] = state.kept[k - 1]
        k -= 1
    state.kept[k].score = score
    state.kept[k].route = route
    state.kept[k].entry = entry
    state.kept[k].source = source
    state.kept[k].kind = kind
    state.kept[k].litres = litres


@compiled
def _waiting(work: float, shift: float, waiting_price: float) -> float:
    """Return seconds charged: the work, and a part of new waiting."""
    return work + waiting_price * max(0.0, shift - work)


@compiled
def _try_stops(
    inst: Instance,
    state: State,
    v: int,
    r: int,
    want: int,
    least: int,
    can_visit: bool,
    waiting_price: float,
    split_price: float,
) -> bool:
    """
    Consider every place in every trip of route ``r``.

    Return whether the route alone would leave room for a litre more at a stop, or
    for a stop of ``least`` litres; other routes may have taken the water.
    """
    is_open = False
    place = inst.first_village + v
    capacity = inst.truck[r].capacity
    unload = inst.truck[r].unload_s_per_l
    n = state.route[r].length
    previous = inst.truck[r].start
    time_s = inst.truck[r].shift_start
    setup = inst.village[v].drop_setup
    price = inst.truck[r].drive_price
    last_back = state.route[r].latest_back
    spare = 0
    filled_at = 0
    fill_rate = 0.0
    slack_first = 0
    supply_left = 0
    for i in range(n + 1):
        is_end = (
            True if i < n and state.entry[r, i].node < inst.first_village else i == n
        )
        following = state.entry[r, i].node if i < n else inst.truck[r].depot
        if i > 0 and spare > 0:
            arrive_next = state.entry[r, i].arrive if i < n else state.route[r].back
            latest_next = state.entry[r, i].latest if i < n else last_back
            per_l = unload + fill_rate
            most = spare
            if fill_rate > 0:
                most = min(most, int(slack_first / fill_rate))
            if previous == place and state.entry[r, i - 1].node == place:
                # top up the stop that is there
                slack = latest_next - arrive_next
                q = most
                if per_l > 0:
                    q = min(q, int(slack / per_l))
                is_open = is_open or q > 0
                q = min(want, q, supply_left)
                is_useful = q > 0 and q >= min(want, 1 + least // 10)
                if is_useful and random_unit(state) > BLINK:
                    _keep(state, per_l, r, i - 1, -1, TOP_UP, q)
            if can_visit and most >= least:
                # A trip leaves when all that is on board is released.
                leave = max(0, inst.village[v].release - filled_at) + time_s
                to_v = leg_s(inst, r, previous, place, leave)
                if to_v < BIG:
                    start = window_start(inst.windows, v, leave + to_v)
                    onward = BIG
                    if start < BIG:
                        onward = leg_s(inst, r, place, following, start + setup)
                    if onward < BIG:
                        next_at = start + setup + onward
                        slack = latest_next - next_at
                        q = most
                        if per_l > 0:
                            q = min(q, int(slack / per_l))
                        is_possible = q >= least and slack >= 0
                        is_open = is_open or is_possible
                        q = min(want, q, supply_left)
                        if is_possible and q >= least and random_unit(state) > BLINK:
                            direct = leg_s(inst, r, previous, following, time_s)
                            detour = to_v + onward - direct
                            work = price * detour + setup + q * per_l
                            shift = next_at - arrive_next + q * per_l
                            cost = _waiting(work, shift, waiting_price)
                            if q < want:
                                cost += split_price
                            _keep(state, cost / q, r, i, -1, NEW_STOP, q)
        if i == n:
            break
        if is_end:  # a filling: the next trip starts here
            s = state.entry[r, i].node - inst.first_source
            fill_rate = inst.source[s].fill_s_per_l
            spare = capacity - state.entry[r, i].litres
            if state.entry[r, i].fixed:
                spare = 0  # promised as it is
            filled_at = state.entry[r, i].start
            supply_left = inst.source[s].supply - state.drawn[s]
            filled_by = state.entry[r, i].end
            # More water takes the bay for longer, and all after it comes later.
            slack_first = min(
                state.entry[r, i + 1].latest - state.entry[r, i + 1].arrive,
                state.entry[r, i].latest - state.entry[r, i].start,
            )
            if inst.source[s].is_refilling:  # waiting for water uses the slack too
                filled_by += max(0, slack_first)
                most = min(spare, supply_left)
                supply_left = spring_spare_l(inst, state, s, filled_by, most)
        previous = state.entry[r, i].node
        time_s = state.entry[r, i].end
        if state.route[r].pause_entry == i and state.route[r].pause_before == 0:
            time_s += inst.truck[r].break_s
    return is_open


@compiled
def _late_load_l(
    inst: Instance,
    state: State,
    v: int,
    s: int,
    r: int,
    most: int,
    served_by: int,
    to_v: int,
) -> int:
    """
    Return the litres, up to ``most``, that a spring has for a last filling.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    v
        Position of the village.
    s
        Position of the spring.
    r
        Position of the truck and its route.
    most
        Litres that are wanted.
    served_by
        Seconds since midnight at which the visit must be over.
    to_v
        Seconds from the spring to the village.
    """
    flow = int(most * inst.truck[r].unload_s_per_l)
    visit = served_by - inst.village[v].drop_setup - flow
    end = latest_start(inst.windows, v, visit, 0) - to_v
    end = latest_start(inst.source_windows, s, end, 0)
    return spring_spare_l(inst, state, s, end, most)


@compiled
def try_new_trips(
    inst: Instance,
    state: State,
    v: int,
    r: int,
    first: int,
    want: int,
    least: int,
    waiting_price: float,
    split_price: float,
) -> bool:
    """
    Add to the short list a trip to ``v`` between any two trips of a route.

    Return whether the route alone would leave time for one; other routes may have
    taken the water or the bays.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    v
        Position of the village.
    r
        Position of the truck and its route.
    first
        First entry before which the new trip may start.
    want
        Litres to bring at most.
    least
        Litres below which a visit is not allowed.
    waiting_price
        Seconds of work that a second of new waiting counts for.
    split_price
        Seconds added where a visit leaves a part to another one.
    """
    drive_class = inst.truck[r].drive_class
    travel = inst.travel_s[drive_class]  # the least of the day
    place = inst.first_village + v
    unload = inst.truck[r].unload_s_per_l
    setup = inst.fill_setup_s + inst.village[v].drop_setup
    price = inst.truck[r].drive_price
    n = state.route[r].length
    if n + 2 > state.entry.shape[1]:
        state.counts[0].row_is_short = 1
        return True
    is_open = False
    last_back = state.route[r].latest_back
    if n == 0:
        waiting_price = 0.0  # a truck that is idle waits at its depot
    for i in range(first, n + 1):
        if i < n and state.entry[r, i].node >= inst.first_village:
            continue
        previous = state.entry[r, i - 1].node if i > 0 else inst.truck[r].start
        following = state.entry[r, i].node if i < n else inst.truck[r].depot
        time_s = state.entry[r, i - 1].end if i > 0 else inst.truck[r].shift_start
        if (
            i > 0
            and state.route[r].pause_entry == i - 1
            and state.route[r].pause_before == 0
        ):
            time_s += inst.truck[r].break_s
        arrive_next = state.entry[r, i].arrive if i < n else state.route[r].back
        latest_next = state.entry[r, i].latest if i < n else last_back
        if latest_next - time_s < setup:
            continue
        usable = 0
        for k in range(inst.near_sources.shape[1]):
            s = inst.near_sources[v, k]
            if s < 0 or usable == NEAR_SOURCES:
                break
            if inst.truck[r].is_potable and not inst.source[s].is_potable:
                continue
            if inst.truck[r].capacity < least:
                break
            source = inst.first_source + s
            to_s = leg_s(inst, r, previous, source, time_s)
            to_v = travel[source, place]
            onward = travel[place, following]
            if to_s >= BIG or to_v >= BIG or onward >= BIG:
                continue
            per_l = unload + inst.source[s].fill_s_per_l
            ready = max(time_s + to_s, inst.village[v].release)
            is_possible = ready + to_v + onward + setup + least * per_l <= latest_next
            is_open = is_open or is_possible
            whole = min(
                want, inst.truck[r].capacity, inst.source[s].supply - state.drawn[s]
            )
            if whole < least:
                continue
            usable += 1
            detour = to_s + to_v + onward - travel[previous, following]
            least_s = price * detour + setup
            if not is_possible:
                continue
            if least_s / whole + per_l >= state.kept[state.kept.shape[0] - 1].score:
                continue  # even without any waiting it is too dear
            if inst.source[s].is_refilling:
                whole = _late_load_l(
                    inst, state, v, s, r, whole, latest_next - onward, to_v
                )
                if whole < least:
                    continue
            # A whole load first; a part of it where that must wait, or cannot be had.
            litres = whole
            for part in range(2):
                if part == 1:
                    litres = early_load_l(inst, state, s, r, ready, least, whole)
                    if litres < least or litres >= whole:
                        break
                fill_l_s = litres * inst.source[s].fill_s_per_l
                filling = window_start(inst.source_windows, s, ready)
                takes_s = inst.fill_setup_s + fill_l_s
                if inst.source[s].is_queued or (
                    filling < BIG
                    and latest_start(inst.source_windows, s, filling, int(takes_s))
                    < filling
                ):  # which bay is free, or when it is open for long enough
                    filling = fill_start(inst, state, s, r, 0, ready, litres)
                is_kept = False
                start = BIG
                if filling < BIG:
                    arrive = int(filling + inst.fill_setup_s + fill_l_s)
                    to_v = leg_s(inst, r, source, place, arrive)
                    arrive += to_v
                    start = window_start(inst.windows, v, arrive)
                if start < BIG:
                    served = start + inst.village[v].drop_setup
                    onward = leg_s(inst, r, place, following, served)
                    next_at = served + onward
                    slack = latest_next - next_at + fill_l_s
                    q = litres
                    if per_l > 0:
                        q = min(q, int(slack / per_l))
                    is_kept = q >= least and slack >= 0
                    if is_kept and random_unit(state) > BLINK:
                        work = least_s + q * per_l
                        shift = next_at - fill_l_s + q * per_l - arrive_next
                        shift = max(shift, work + start - arrive)
                        cost = _waiting(work, shift, waiting_price)
                        if q < want and q < inst.truck[r].capacity:
                            cost += split_price
                        _keep(state, cost / q, r, i, s, NEW_TRIP, q)
                if filling <= ready:
                    break  # no part of it could be had earlier
                is_spring = inst.source[s].is_refilling
                if is_kept and not is_spring and random_unit(state) > PART_LOAD:
                    break
    return is_open


@compiled
def _candidate_with(
    inst: Instance,
    state: State,
    v: int,
    r: int,
    entry: int,
    source: int,
    kind: int,
    litres: int,
) -> int:
    """Make the candidate row with an insertion, times as they were; return its size."""
    n = state.route[r].length
    copy_to_candidate(state, r)
    if kind != TOP_UP:
        for i in range(n - 1, entry - 1, -1):
            state.candidate[i + kind] = state.candidate[i]
        n += kind
        if kind == NEW_TRIP:
            state.candidate[entry].node = inst.first_source + source
            state.candidate[entry].litres = 0
            state.candidate[entry].fixed = 0
            entry += 1
        state.candidate[entry].node = inst.first_village + v
        state.candidate[entry].litres = 0
        state.candidate[entry].fixed = 0
    state.candidate[entry].litres += litres
    fill = entry
    while state.candidate[fill].node >= inst.first_village:
        fill -= 1
    state.candidate[fill].litres += litres
    return n


@compiled
def _apply(
    inst: Instance,
    state: State,
    v: int,
    r: int,
    entry: int,
    source: int,
    kind: int,
    litres: int,
) -> bool:
    """Try an insertion for real; return whether it had a timetable."""
    if kind != TOP_UP:
        if state.route[r].length + kind > state.entry.shape[1]:
            state.counts[0].row_is_short = 1
            return False
        if state.village[v].visits >= state.visitor.shape[1]:
            state.counts[0].visitors_are_short = 1
            return False
    n = _candidate_with(inst, state, v, r, entry, source, kind, litres)
    fill = entry
    while state.candidate[fill].node >= inst.first_village:
        fill -= 1
    if not fills_fit(inst, state, n):
        return False
    back = schedule_candidate(inst, state, r, n, fill)
    if back >= BIG:
        if not inst.has_bays:
            return False
        n = _candidate_with(inst, state, v, r, entry, source, kind, litres)
        if not commit_by_pushing(inst, state, r, n, fill):
            return False
        touch_village(inst, state, v)
    else:
        touch_village(inst, state, v)
        commit_candidate(inst, state, r, n, back)
    add_litres(inst, state, v, r, litres, kind != TOP_UP)
    return True


@compiled
def gather_routes(inst: Instance, state: State, v: int, num_extra: int) -> int:
    """
    List the routes that a village could join in ``state.gathered``; return how many.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    v
        Position of the village.
    num_extra
        Random trucks beside those that come near; all where there are few.
    """
    num_trucks = state.route.size
    count = 0
    if num_trucks <= ALL_TRUCKS or num_extra >= num_trucks:
        for r in range(num_trucks):
            state.gathered[r] = r
        return num_trucks
    state.counts[0].gatherings += 1
    mark = state.counts[0].gatherings
    for k in range(inst.near_villages.shape[1]):
        u = inst.near_villages[v, k]
        if u < 0:
            break
        for m in range(state.village[u].visits):
            r = state.visitor[u, m]
            if state.route[r].gathered != mark:
                state.route[r].gathered = mark
                state.gathered[count] = r
                count += 1
    for _ in range(num_extra):
        r = random_below(state, num_trucks)
        if state.route[r].gathered != mark:
            state.route[r].gathered = mark
            state.gathered[count] = r
            count += 1
    # Routes taken apart in this iteration have time to spare.
    for k in range(state.counts[0].routes):
        r = state.touched_routes[k]
        if state.route[r].gathered != mark:
            state.route[r].gathered = mark
            state.gathered[count] = r
            count += 1
    return count


@compiled
def _visits(state: State, r: int, v: int) -> bool:
    """Whether route ``r`` stops at village ``v``."""
    for k in range(state.village[v].visits):
        if state.visitor[v, k] == r:
            return True
    return False


@compiled
def _best_insertions(
    inst: Instance,
    state: State,
    v: int,
    want_potable: int,
    want_non_potable: int,
    count: int,
    least: int,
    waiting_price: float,
    split_price: float,
) -> None:
    """Fill the short list with the best insertions of ``least`` litres and more."""
    forget_kept(state)
    free = (
        inst.village[v].room - state.village[v].potable - state.village[v].non_potable
    )
    setup = inst.village[v].drop_setup
    can_visit = state.village[v].visits < inst.village[v].max_visits and free >= least
    is_smallest = least <= min(inst.village[v].min_visit, inst.village[v].room)
    num_trucks = state.route.size
    num_villages = state.village.size
    last_slot = state.closed.size - 1
    for k in range(count):
        r = state.gathered[k]
        if not inst.may_enter[inst.truck[r].access_class, v]:
            continue
        want = want_potable if inst.truck[r].is_potable else want_non_potable
        if want <= 0:
            continue
        # Most routes are full: only their own stops can get a little more.
        slack = state.route[r].slack
        if slack <= 0:
            continue
        can_visit_r = can_visit and slack >= setup
        mark = state.route[r].version * num_villages + v
        slot = (v * num_trucks + r) & last_slot
        if state.closed[slot] == mark:
            continue
        if not can_visit_r and not _visits(state, r, v):
            continue
        most = free
        if not inst.truck[r].is_potable:
            most = min(
                most, inst.village[v].need_animals - state.village[v].non_potable
            )
        aim = want
        if can_visit_r:
            aim = min(most, max(want, least))
            can_visit_r = aim >= least
        is_open = _try_stops(
            inst, state, v, r, aim, least, can_visit_r, waiting_price, split_price
        )
        if can_visit_r and slack >= setup + inst.fill_setup_s:
            has_time = try_new_trips(
                inst, state, v, r, 0, aim, least, waiting_price, split_price
            )
            is_open = is_open or has_time
        if can_visit_r and is_smallest and not is_open:
            state.closed[slot] = mark


@compiled
def apply_kept(inst: Instance, state: State, v: int) -> int:
    """
    Bring a load to ``v`` as the short list says; return its litres, 0 if none.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    v
        Position of the village.
    """
    for k in range(state.kept.size):
        if state.kept[k].score >= BIG:
            return 0
        r = state.kept[k].route
        entry = state.kept[k].entry
        source = state.kept[k].source
        kind = state.kept[k].kind
        litres = state.kept[k].litres
        if _apply(inst, state, v, r, entry, source, kind, litres):
            return litres
        # Durations are rounded up: the last litres may be a second too many.
        per_l = max(inst.truck[r].unload_s_per_l, 1e-3)
        litres -= 1 + int(2.0 / per_l)
        least = min(inst.village[v].min_visit, inst.village[v].room)
        if kind == TOP_UP:
            least = 1 + least // 10  # drops of water are not worth a change
        if litres >= least and _apply(inst, state, v, r, entry, source, kind, litres):
            return litres
    return 0


@compiled
def insert_once(
    inst: Instance,
    state: State,
    v: int,
    want_potable: int,
    want_non_potable: int,
    count: int,
    waiting_price: float,
    split_price: float,
) -> int:
    """
    Bring one load to ``v`` where it is cheapest; return the litres, 0 if none.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    v
        Position of the village.
    want_potable, want_non_potable
        Litres of either water that are still wanted.
    count
        Number of routes in ``state.gathered`` that are tried.
    waiting_price
        Seconds of work that a second of new waiting counts for.
    split_price
        Seconds added where a visit leaves a part to another one.
    """
    least = min(inst.village[v].min_visit, inst.village[v].room)
    share = least
    visits_left = inst.village[v].max_visits - state.village[v].visits
    want = max(want_potable, want_non_potable)
    if 0 < visits_left < BIG // 2 and random_unit(state) < LIMITED_VISITS:
        share = max(least, -(-want // visits_left))
    _best_insertions(
        inst,
        state,
        v,
        want_potable,
        want_non_potable,
        count,
        share,
        waiting_price,
        split_price,
    )
    if share > least and state.kept[0].score >= BIG:  # no truck is large enough
        _best_insertions(
            inst,
            state,
            v,
            want_potable,
            want_non_potable,
            count,
            least,
            waiting_price,
            split_price,
        )
    return apply_kept(inst, state, v)
