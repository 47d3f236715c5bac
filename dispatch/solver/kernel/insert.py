"""Recreate: bring litres to a village at the least time per litre."""

from __future__ import annotations

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.moves import (
    add_litres,
    commit_candidate,
    copy_to_candidate,
    fills_fit,
    random_below,
    random_unit,
    touch_village,
)
from dispatch.solver.kernel.schedule import schedule_candidate, window_start

#: Candidates kept per village until one proves to have a timetable.
NUM_KEPT = 4
#: Trucks are all tried up to this number; beyond, only those that come near.
ALL_TRUCKS = 24
#: Chance to look away from a candidate, so that recreate varies.
BLINK = 0.01


@compiled
def _keep(kept, score, route, entry, source, kind, litres):
    """Insert a candidate into the short list, best score first."""
    size = kept.shape[0]
    if score >= kept[size - 1, 0]:
        return
    k = size - 1
    while k > 0 and kept[k - 1, 0] > score:
        kept[k] = kept[k - 1]
        k -= 1
    kept[k, 0] = score
    kept[k, 1] = route
    kept[k, 2] = entry
    kept[k, 3] = source
    kept[k, 4] = kind
    kept[k, 5] = litres


@compiled
def _waiting(work, shift, waiting_price):
    """Return seconds charged: the work, and a part of new waiting."""
    return work + waiting_price * max(0.0, shift - work)


@compiled
def _try_stops(I, S, v, r, want, least, can_visit, waiting_price, kept):
    """Consider every place in every trip of route ``r``."""
    travel = I.travel_s[I.truck[r].drive_class]
    place = I.first_village + v
    capacity = I.truck[r].capacity
    unload = I.truck[r].unload_s_per_l
    n = S.route[r].length
    previous = I.truck[r].depot
    time_s = I.truck[r].shift_start
    spare = 0
    fill_rate = 0.0
    slack_first = 0
    supply_left = 0
    for i in range(n + 1):
        is_end = True if i < n and S.entry[r, i].node < I.first_village else i == n
        following = S.entry[r, i].node if i < n else I.truck[r].depot
        if i > 0 and spare > 0 and supply_left > 0:
            arrive_next = S.entry[r, i].arrive if i < n else S.route[r].back
            latest_next = S.entry[r, i].latest if i < n else I.truck[r].shift_end
            per_l = unload + fill_rate
            if previous == place and S.entry[r, i - 1].node == place:
                # top up the stop that is there
                slack = latest_next - arrive_next
                q = min(want, spare, supply_left)
                if per_l > 0:
                    q = min(q, int((slack - 1) / per_l))
                if fill_rate > 0:
                    q = min(q, int((slack_first - 1) / fill_rate))
                if q > 0 and random_unit(S) > BLINK:
                    _keep(kept, per_l, r, i - 1, -1, 0, q)
            if can_visit:
                to_v = travel[previous, place]
                if to_v < BIG and travel[place, following] < BIG:
                    arrive = time_s + to_v
                    start = window_start(I.windows, v, arrive)
                    if start < BIG:
                        next_at = start + I.drop_setup_s + travel[place, following]
                        slack = latest_next - next_at
                        q = min(want, spare, supply_left)
                        if per_l > 0:
                            q = min(q, int((slack - 1) / per_l))
                        if fill_rate > 0:
                            q = min(q, int((slack_first - 1) / fill_rate))
                        if q >= least and slack >= 0 and random_unit(S) > BLINK:
                            detour = (
                                to_v
                                + travel[place, following]
                                - travel[previous, following]
                            )
                            work = detour + I.drop_setup_s + q * per_l
                            shift = next_at - arrive_next + q * per_l
                            cost = _waiting(work, shift, waiting_price)
                            _keep(kept, cost / q, r, i, -1, 1, q)
        if i == n:
            break
        if is_end:  # a filling: the next trip starts here
            s = S.entry[r, i].node - I.first_source
            fill_rate = I.source[s].fill_s_per_l
            spare = capacity - S.entry[r, i].litres
            supply_left = I.source[s].supply - S.drawn[s]
            slack_first = S.entry[r, i + 1].latest - S.entry[r, i + 1].arrive
        previous = S.entry[r, i].node
        time_s = S.entry[r, i].end
        if S.route[r].pause_entry == i and S.route[r].pause_before == 0:
            time_s += I.truck[r].break_s


@compiled
def _try_new_trips(I, S, v, r, want, least, waiting_price, kept):
    """Consider a trip of its own between any two trips of route ``r``."""
    travel = I.travel_s[I.truck[r].drive_class]
    place = I.first_village + v
    unload = I.truck[r].unload_s_per_l
    setup = I.fill_setup_s + I.drop_setup_s
    n = S.route[r].length
    if n + 2 > S.entry.shape[1]:
        return
    for i in range(n + 1):
        if i < n and S.entry[r, i].node >= I.first_village:
            continue
        previous = S.entry[r, i - 1].node if i > 0 else I.truck[r].depot
        following = S.entry[r, i].node if i < n else I.truck[r].depot
        time_s = S.entry[r, i - 1].end if i > 0 else I.truck[r].shift_start
        if i > 0 and S.route[r].pause_entry == i - 1 and S.route[r].pause_before == 0:
            time_s += I.truck[r].break_s
        arrive_next = S.entry[r, i].arrive if i < n else S.route[r].back
        latest_next = S.entry[r, i].latest if i < n else I.truck[r].shift_end
        if latest_next - time_s < setup:
            continue
        for k in range(I.near_sources.shape[1]):
            s = I.near_sources[v, k]
            if s < 0:
                break
            if I.truck[r].is_potable and not I.source[s].is_potable:
                continue
            q = min(want, I.truck[r].capacity, I.source[s].supply - S.drawn[s])
            if q < least:
                continue
            source = I.first_source + s
            to_s = travel[previous, source]
            to_v = travel[source, place]
            onward = travel[place, following]
            if to_s >= BIG or to_v >= BIG or onward >= BIG:
                continue
            per_l = unload + I.source[s].fill_s_per_l
            filling = window_start(I.source_windows, s, time_s + to_s)
            if filling >= BIG:
                continue
            opens = filling + I.fill_setup_s + to_v
            fill_l_s = q * I.source[s].fill_s_per_l
            arrive = int(opens + fill_l_s)
            start = window_start(I.windows, v, arrive)
            if start >= BIG:
                continue
            wait = start - arrive
            next_at = start + I.drop_setup_s + onward
            slack = latest_next - next_at + fill_l_s
            if per_l > 0:
                q = min(q, int((slack - 2) / per_l))
            if q < least or slack < 0 or random_unit(S) <= BLINK:
                continue
            work = to_s + to_v + onward - travel[previous, following] + setup
            work += q * per_l
            shift = next_at - fill_l_s + q * per_l - arrive_next
            cost = _waiting(work, max(shift, work + wait), waiting_price)
            _keep(kept, cost / q, r, i, s, 2, q)


@compiled
def _apply(I, S, v, r, entry, source, kind, litres):
    """Try a candidate for real; return whether it had a timetable."""
    n = S.route[r].length
    place = I.first_village + v
    copy_to_candidate(S, r)
    if kind == 0:
        S.draft[entry].litres += litres
    else:
        added = 1 if kind == 1 else 2
        if n + added > S.entry.shape[1] or S.village[v].visits >= S.visitor.shape[1]:
            return False
        for i in range(n - 1, entry - 1, -1):
            S.draft[i + added].node = S.draft[i].node
            S.draft[i + added].litres = S.draft[i].litres
        if kind == 2:
            S.draft[entry].node = I.first_source + source
            S.draft[entry].litres = 0
            entry += 1
        S.draft[entry].node = place
        S.draft[entry].litres = litres
        n += added
    fill = entry
    while S.draft[fill].node >= I.first_village:
        fill -= 1
    S.draft[fill].litres += litres
    if not fills_fit(I, S, n):
        return False
    back = schedule_candidate(I, S, r, n)
    if back >= BIG:
        return False
    touch_village(I, S, v)
    commit_candidate(I, S, r, n, back)
    add_litres(I, S, v, r, litres, kind != 0)
    return True


@compiled
def gather_routes(I, S, v, num_extra):
    """List the routes that a village could join; return how many."""
    num_trucks = S.route.size
    count = 0
    if num_trucks <= ALL_TRUCKS:
        for r in range(num_trucks):
            S.gathered[r] = r
        return num_trucks
    S.counts[3] += 1
    mark = S.counts[3]
    for k in range(I.near_villages.shape[1]):
        u = I.near_villages[v, k]
        if u < 0:
            break
        for m in range(S.village[u].visits):
            r = S.visitor[u, m]
            if S.route[r].gathered != mark:
                S.route[r].gathered = mark
                S.gathered[count] = r
                count += 1
    for _ in range(num_extra):
        r = random_below(S, num_trucks)
        if S.route[r].gathered != mark:
            S.route[r].gathered = mark
            S.gathered[count] = r
            count += 1
    # Routes taken apart in this iteration have time to spare.
    for k in range(S.counts[0]):
        r = S.touched_routes[k]
        if S.route[r].gathered != mark:
            S.route[r].gathered = mark
            S.gathered[count] = r
            count += 1
    return count


@compiled
def best_insertions(I, S, v, want_potable, want_other, count, waiting_price, kept):
    """Fill the short list with the best ways to bring water to ``v``."""
    kept[:, 0] = BIG
    free = I.village[v].room - S.village[v].potable - S.village[v].other
    least = min(I.village[v].min_visit, I.village[v].room)
    can_visit = S.village[v].visits < I.village[v].max_visits and free >= least
    for k in range(count):
        r = S.gathered[k]
        if not I.may_enter[I.truck[r].access_class, v]:
            continue
        want = want_potable if I.truck[r].is_potable else want_other
        if want <= 0:
            continue
        most = free
        if not I.truck[r].is_potable:
            most = min(most, I.village[v].need_animals - S.village[v].other)
        aim = want
        can_visit_r = can_visit
        if can_visit:
            aim = min(most, max(want, least))
            can_visit_r = aim >= least
        _try_stops(I, S, v, r, aim, least, can_visit_r, waiting_price, kept)
        if can_visit_r:
            _try_new_trips(I, S, v, r, aim, least, waiting_price, kept)


@compiled
def insert_once(I, S, v, want_potable, want_other, count, waiting_price, kept):
    """Bring one load to ``v`` where it is cheapest; return the litres, 0 if none."""
    best_insertions(I, S, v, want_potable, want_other, count, waiting_price, kept)
    for k in range(kept.shape[0]):
        if kept[k, 0] >= BIG:
            return 0
        r = int(kept[k, 1])
        litres = int(kept[k, 5])
        if _apply(
            I, S, v, r, int(kept[k, 2]), int(kept[k, 3]), int(kept[k, 4]), litres
        ):
            return litres
    return 0
