"""Changing a solution with an undo log: every change goes through here."""

from __future__ import annotations

import numpy as np

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.schedule import schedule_candidate, set_latest


@compiled
def random_unit(S):
    """Return a random number in [0, 1), by xorshift64*."""
    # Plain literals would turn the unsigned arithmetic into signed.
    x = S.rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    S.rng[0] = x
    bits = (x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)
    return np.float64(bits) * (1.0 / 9007199254740992.0)


@compiled
def random_below(S, n):
    """Return a random whole number from 0 to n - 1."""
    return int(random_unit(S) * n)


@compiled
def add_served(I, S, v, sign):
    """Add or take back what village ``v`` is served on every level (section 5)."""
    people = min(S.village[v].potable, I.village[v].need_people)
    animals = I.village[v].need_animals
    by_potable = max(
        0, min(S.village[v].potable - people, animals - S.village[v].other)
    )
    left = people
    for g in range(I.level_need.shape[1]):
        if g == I.first_animal_level:
            left = S.village[v].other + by_potable
        if g == I.first_normal_level:
            left = max(0, S.village[v].potable - people - by_potable)
        given = min(left, I.level_need[v, g])
        left -= given
        S.served[g] += sign * given


@compiled
def wanted(I, S, v, level, is_potable):
    """Return the litres of one water that ``v`` still wants up to a level."""
    free = I.village[v].room - S.village[v].potable - S.village[v].other
    if free <= 0:
        return 0
    people = I.village[v].need_people
    animals = I.village[v].need_animals
    if not is_potable:
        if level < I.first_animal_level:
            return 0
        if level >= I.first_normal_level:
            return min(free, animals - S.village[v].other)
        goal = 0
        for g in range(I.first_animal_level, level + 1):
            goal += I.level_need[v, g]
        by_potable = max(
            0, min(S.village[v].potable - people, animals - S.village[v].other)
        )
        return max(0, min(free, goal - S.village[v].other - by_potable))
    if level < I.first_animal_level:
        goal = 0
        for g in range(level + 1):
            goal += I.level_need[v, g]
    elif level < I.first_normal_level:
        goal = -S.village[v].other
        for g in range(I.first_animal_level, level + 1):
            goal += I.level_need[v, g]
        goal = people + max(0, goal)
    else:
        goal = people + max(0, animals - S.village[v].other)
        for g in range(I.first_normal_level, level + 1):
            goal += I.level_need[v, g]
    return max(0, min(free, goal - S.village[v].potable))


@compiled
def touch_route(S, r):
    """Log a route before its first change in this iteration."""
    if S.route[r].touched == S.stamp[0]:
        return
    S.route[r].touched = S.stamp[0]
    S.touched_routes[S.counts[0]] = r
    S.counts[0] += 1
    S.u_route[r] = S.route[r]
    for i in range(S.route[r].length):
        S.u_entry[r, i] = S.entry[r, i]


@compiled
def touch_village(I, S, v):
    """Log a village before its first change and take it out of the sums."""
    if S.village[v].touched == S.stamp[0]:
        return
    S.village[v].touched = S.stamp[0]
    S.touched_villages[S.counts[1]] = v
    S.counts[1] += 1
    S.u_village[v] = S.village[v]
    for k in range(S.village[v].visits):
        S.u_visitor[v, k] = S.visitor[v, k]
    add_served(I, S, v, -1)


@compiled
def begin(S):
    """Start an iteration: what is changed from here on can be undone."""
    S.stamp[0] += 1
    S.counts[0] = 0
    S.counts[1] = 0
    S.u_drawn[:] = S.drawn
    S.u_served[:] = S.served
    S.u_total[:] = S.total


@compiled
def finish(I, S):
    """Bring the sums of the touched villages up to date."""
    for k in range(S.counts[1]):
        add_served(I, S, S.touched_villages[k], 1)


@compiled
def drop_fills(I, S, r):
    """Take a route's fillings off the lists."""
    for i in range(S.route[r].length):
        s = S.entry[r, i].node - I.first_source
        if S.entry[r, i].node < I.first_village and I.source[s].is_queued:
            f = 0
            while f < S.num_fills[s]:
                if S.fill[s, f, 3] == r:
                    last = S.num_fills[s] - 1
                    for k in range(4):
                        S.fill[s, f, k] = S.fill[s, last, k]
                    S.num_fills[s] = last
                else:
                    f += 1


@compiled
def list_fills(I, S, r):
    """Put a route's fillings on the lists."""
    for i in range(S.route[r].length):
        s = S.entry[r, i].node - I.first_source
        if S.entry[r, i].node < I.first_village and I.source[s].is_queued:
            f = S.num_fills[s]
            S.fill[s, f, 0] = S.entry[r, i].start
            S.fill[s, f, 1] = S.entry[r, i].end
            S.fill[s, f, 2] = S.entry[r, i].litres
            S.fill[s, f, 3] = r
            S.num_fills[s] = f + 1


@compiled
def undo(I, S):
    """Go back to the solution at `begin`."""
    for k in range(S.counts[0]):
        drop_fills(I, S, S.touched_routes[k])
    for k in range(S.counts[0]):
        r = S.touched_routes[k]
        S.route[r] = S.u_route[r]
        for i in range(S.route[r].length):
            S.entry[r, i] = S.u_entry[r, i]
        list_fills(I, S, r)
    for k in range(S.counts[1]):
        v = S.touched_villages[k]
        S.village[v] = S.u_village[v]
        for m in range(S.village[v].visits):
            S.visitor[v, m] = S.u_visitor[v, m]
    S.drawn[:] = S.u_drawn
    S.served[:] = S.u_served
    S.total[:] = S.u_total


@compiled
def copy_to_candidate(S, r):
    """Copy a route's row to the candidate row."""
    for i in range(S.route[r].length):
        S.draft[i].node = S.entry[r, i].node
        S.draft[i].litres = S.entry[r, i].litres


@compiled
def fills_fit(I, S, n):
    """Whether the lists of fillings have room for the candidate's."""
    for i in range(n):
        s = S.draft[i].node - I.first_source
        if S.draft[i].node < I.first_village and I.source[s].is_queued:
            if S.num_fills[s] + n >= S.fill.shape[1]:
                return False
    return True


@compiled
def commit_candidate(I, S, r, n, back):
    """Make the scheduled candidate row the route of truck ``r``; sums of routes."""
    touch_route(S, r)
    drop_fills(I, S, r)
    for i in range(S.route[r].length):
        node = S.entry[r, i].node
        if node < I.first_village:
            S.drawn[node - I.first_source] -= S.entry[r, i].litres
    travel = I.travel_s[I.truck[r].drive_class]
    here = I.truck[r].depot
    drive = 0
    for i in range(n):
        node = S.draft[i].node
        S.entry[r, i] = S.draft[i]
        drive += travel[here, node]
        here = node
        if node < I.first_village:
            S.drawn[node - I.first_source] += S.draft[i].litres
    drive += travel[here, I.truck[r].depot]
    S.route[r].length = n
    S.route[r].back = back
    S.total[0] += drive - S.route[r].drive
    S.route[r].drive = drive
    S.route[r].pause_entry = S.draft_pause[0]
    S.route[r].pause_before = S.draft_pause[1]
    S.route[r].pause_start = S.draft_pause[2]
    list_fills(I, S, r)
    set_latest(I, S, r)


@compiled
def add_litres(I, S, v, r, litres, is_new_visit):
    """Book a delivery (litres may be negative) at a village."""
    touch_village(I, S, v)
    if I.truck[r].is_potable:
        S.village[v].potable += litres
    else:
        S.village[v].other += litres
    if is_new_visit:
        S.visitor[v, S.village[v].visits] = r
        S.village[v].visits += 1


@compiled
def forget_visit(S, v, r):
    """Take one visit of route ``r`` off the village's list."""
    for k in range(S.village[v].visits):
        if S.visitor[v, k] == r:
            S.village[v].visits -= 1
            S.visitor[v, k] = S.visitor[v, S.village[v].visits]
            return


@compiled
def remove_entries(I, S, r, first, last):
    """
    Take the deliveries among entries ``first..last`` out of a route.

    Fillings shrink to what is left to deliver; empty ones go. If the shorter
    route has no timetable (roads that break the triangle inequality, a pause),
    the whole route goes.
    """
    touch_route(S, r)
    for i in range(first, last + 1):
        node = S.entry[r, i].node
        if node >= I.first_village:
            v = node - I.first_village
            add_litres(I, S, v, r, -S.entry[r, i].litres, False)
            forget_visit(S, v, r)
    n = 0
    fill = -1
    for i in range(S.route[r].length):
        node = S.entry[r, i].node
        if node < I.first_village:
            if fill >= 0 and n == fill + 1:
                n -= 1  # the filling before has nothing left to bring
            S.draft[n].node = node
            S.draft[n].litres = 0
            fill = n
            n += 1
        elif i < first or i > last:
            S.draft[n].node = node
            S.draft[n].litres = S.entry[r, i].litres
            S.draft[fill].litres += S.entry[r, i].litres
            n += 1
    if fill >= 0 and n == fill + 1:
        n -= 1
    back = schedule_candidate(I, S, r, n)
    if back >= BIG:
        for i in range(S.route[r].length):
            if (i < first or i > last) and S.entry[r, i].node >= I.first_village:
                v = S.entry[r, i].node - I.first_village
                add_litres(I, S, v, r, -S.entry[r, i].litres, False)
                forget_visit(S, v, r)
        n = 0
        S.draft_pause[0] = -2
        back = I.truck[r].shift_start
    commit_candidate(I, S, r, n, back)


@compiled
def store_best(S):
    """Copy the solution's changed routes to the best."""
    for r in range(S.route.size):
        if not S.route[r].dirty:
            continue
        S.route[r].dirty = 0
        S.b_route[r] = S.route[r]
        for i in range(S.route[r].length):
            S.b_entry[r, i] = S.entry[r, i]
    S.b_served[:] = S.served
    S.b_total[:] = S.total


@compiled
def load_best(I, S):
    """Make the best the current solution."""
    for v in range(S.village.size):
        S.village[v].potable = 0
        S.village[v].other = 0
        S.village[v].visits = 0
    S.drawn[:] = 0
    S.num_fills[:] = 0
    S.total[:] = 0
    S.served[:] = 0
    for r in range(S.route.size):
        n = S.b_route[r].length
        S.route[r].length = 0
        S.route[r].drive = 0
        for i in range(n):
            S.draft[i] = S.b_entry[r, i]
        S.draft_pause[0] = S.b_route[r].pause_entry
        S.draft_pause[1] = S.b_route[r].pause_before
        S.draft_pause[2] = S.b_route[r].pause_start
        back = I.truck[r].shift_start
        if n > 0:
            last = S.b_entry[r, n - 1].end
            if S.b_route[r].pause_entry == n - 1 and S.b_route[r].pause_before == 0:
                last = S.b_route[r].pause_start + I.truck[r].break_s
            travel = I.travel_s[I.truck[r].drive_class]
            back = last + travel[S.b_entry[r, n - 1].node, I.truck[r].depot]
        S.stamp[0] += 1
        S.counts[0] = 0
        commit_candidate(I, S, r, n, back)
        for i in range(n):
            node = S.entry[r, i].node
            if node >= I.first_village:
                v = node - I.first_village
                if I.truck[r].is_potable:
                    S.village[v].potable += S.entry[r, i].litres
                else:
                    S.village[v].other += S.entry[r, i].litres
                S.visitor[v, S.village[v].visits] = r
                S.village[v].visits += 1
        S.route[r].dirty = 0
    for v in range(S.village.size):
        add_served(I, S, v, 1)
