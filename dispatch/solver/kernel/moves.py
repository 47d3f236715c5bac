"""Changing a solution with an undo log: every change goes through here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dispatch.model.plan import MAX_MOVED_S
from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.legs import leg_s
from dispatch.solver.kernel.schedule import schedule_candidate, set_latest

if TYPE_CHECKING:
    from dispatch.arrays import Ints
    from dispatch.solver.kernel.arrays import Instance, State


@compiled
def random_unit(state: State) -> float:
    """Return a random number in [0, 1), by xorshift64*."""
    # Plain literals would turn the unsigned arithmetic into signed.
    x = state.rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state.rng[0] = x
    bits = (x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)
    return np.float64(bits) * (1.0 / 9007199254740992.0)


@compiled
def random_below(state: State, n: int) -> int:
    """
    Return a random whole number from 0 to n - 1.

    Parameters
    ----------
    state
        Its random numbers go on.
    n
        Positive.
    """
    return int(random_unit(state) * n)


@compiled
def add_served(inst: Instance, state: State, v: int, sign: int) -> None:
    """
    Add what village ``v`` is served on every level, or take it back.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    v
        Position of the village.
    sign
        1 to add, -1 to take back.
    """
    people = min(state.village[v].potable, inst.village[v].need_people)
    animals = inst.village[v].need_animals
    by_potable = max(
        0,
        min(state.village[v].potable - people, animals - state.village[v].non_potable),
    )
    left = people
    for g in range(inst.level_need.shape[1]):
        if g == inst.first_animal_level:
            left = state.village[v].non_potable + by_potable
        if g == inst.first_normal_level:
            left = max(0, state.village[v].potable - people - by_potable)
        given = min(left, inst.level_need[v, g])
        left -= given
        state.served[g] += sign * given


@compiled
def wanted(inst: Instance, state: State, v: int, level: int, is_potable: bool) -> int:
    """
    Return the litres of one water that ``v`` still wants up to a level.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    v
        Position of the village.
    level
        Last level whose need counts.
    is_potable
        Whether it is drinking water; else water for animals.
    """
    free = (
        inst.village[v].room - state.village[v].potable - state.village[v].non_potable
    )
    if free <= 0:
        return 0
    people = inst.village[v].need_people
    animals = inst.village[v].need_animals
    if not is_potable:
        if level < inst.first_animal_level:
            return 0
        if level >= inst.first_normal_level:
            return min(free, animals - state.village[v].non_potable)
        goal = 0
        for g in range(inst.first_animal_level, level + 1):
            goal += inst.level_need[v, g]
        by_potable = max(
            0,
            min(
                state.village[v].potable - people,
                animals - state.village[v].non_potable,
            ),
        )
        return max(0, min(free, goal - state.village[v].non_potable - by_potable))
    if level < inst.first_animal_level:
        goal = 0
        for g in range(level + 1):
            goal += inst.level_need[v, g]
    elif level < inst.first_normal_level:
        goal = -state.village[v].non_potable
        for g in range(inst.first_animal_level, level + 1):
            goal += inst.level_need[v, g]
        goal = people + max(0, goal)
    else:
        goal = people + max(0, animals - state.village[v].non_potable)
        for g in range(inst.first_normal_level, level + 1):
            goal += inst.level_need[v, g]
    return max(0, min(free, goal - state.village[v].potable))


@compiled
def touch_route(state: State, r: int) -> None:
    """
    Log a route before its first change in this iteration.

    Parameters
    ----------
    state
        The solution under search, with its timetable.
    r
        Position of the truck and its route.
    """
    if state.route[r].touched == state.stamp[0]:
        return
    state.route[r].touched = state.stamp[0]
    state.touched_routes[state.counts[0].routes] = r
    state.counts[0].routes += 1
    state.u_route[r] = state.route[r]
    for i in range(state.route[r].length):
        state.u_entry[r, i] = state.entry[r, i]


@compiled
def touch_village(inst: Instance, state: State, v: int) -> None:
    """
    Log a village before its first change and take it out of the sums.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    v
        Position of the village.
    """
    if state.village[v].touched == state.stamp[0]:
        return
    state.village[v].touched = state.stamp[0]
    state.touched_villages[state.counts[0].villages] = v
    state.counts[0].villages += 1
    state.u_village[v] = state.village[v]
    for k in range(state.village[v].visits):
        state.u_visitor[v, k] = state.visitor[v, k]
    add_served(inst, state, v, -1)


@compiled
def copy_into(target: Ints, source: Ints) -> None:
    """
    Copy element by element: numba would make a temporary for a whole slice.

    Parameters
    ----------
    target
        Receives the values; as long as ``source``.
    source
        Any array of one dimension.
    """
    for k in range(target.size):
        target[k] = source[k]


@compiled
def begin(state: State) -> None:
    """Start an iteration: what is changed from here on can be undone."""
    state.stamp[0] += 1
    state.counts[0].routes = 0
    state.counts[0].villages = 0
    copy_into(state.u_drawn, state.drawn)
    copy_into(state.u_served, state.served)
    state.u_total[0] = state.total[0]


@compiled
def _is_changed(inst: Instance, state: State, v: int) -> bool:
    """Whether an announced visit has another truck or another time."""
    place = inst.first_village + v
    for k in range(inst.earlier.shape[1]):
        r = inst.earlier[v, k, 0]
        if r < 0:
            break
        is_kept = False
        for i in range(state.route[r].length):
            if state.entry[r, i].node == place:
                moved = abs(state.entry[r, i].start - inst.earlier[v, k, 1])
                is_kept = is_kept or moved <= MAX_MOVED_S
        if not is_kept:
            return True
    return False


@compiled
def _note_changes(inst: Instance, state: State) -> None:
    """Count the villages whose earlier visits the touched routes now change."""
    for k in range(state.counts[0].routes):
        r = state.touched_routes[k]
        for i in range(state.u_route[r].length):
            if state.u_entry[r, i].node >= inst.first_village:
                touch_village(
                    inst, state, state.u_entry[r, i].node - inst.first_village
                )
        for i in range(state.route[r].length):
            if state.entry[r, i].node >= inst.first_village:
                touch_village(inst, state, state.entry[r, i].node - inst.first_village)
    for k in range(state.counts[0].villages):
        v = state.touched_villages[k]
        changed = 1 if _is_changed(inst, state, v) else 0
        state.total[0].changed += changed - state.village[v].changed
        state.village[v].changed = changed


@compiled
def finish(inst: Instance, state: State) -> None:
    """
    Bring the sums of the touched villages up to date.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    """
    if inst.change_price > 0:
        _note_changes(inst, state)
    for k in range(state.counts[0].villages):
        add_served(inst, state, state.touched_villages[k], 1)


@compiled
def drop_fills(inst: Instance, state: State, r: int) -> None:
    """
    Take a route's fillings off the lists.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    r
        Position of the truck and its route.
    """
    for i in range(state.route[r].length):
        node = state.entry[r, i].node
        s = node - inst.first_source
        if node >= inst.first_village or not inst.source[s].is_queued:
            continue
        kept = 0
        for f in range(state.num_fills[s]):
            if state.fill[s, f].route != r:
                if kept < f:
                    state.fill[s, kept] = state.fill[s, f]
                kept += 1
        state.num_fills[s] = kept


@compiled
def list_fills(inst: Instance, state: State, r: int) -> None:
    """
    Put a route's fillings on the lists, which go by start; `set_latest` comes first.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    r
        Position of the truck and its route.
    """
    for i in range(state.route[r].length):
        node = state.entry[r, i].node
        s = node - inst.first_source
        if node >= inst.first_village or not inst.source[s].is_queued:
            continue
        f = state.num_fills[s]
        while f > 0 and state.fill[s, f - 1].start > state.entry[r, i].start:
            state.fill[s, f] = state.fill[s, f - 1]
            f -= 1
        state.fill[s, f].start = state.entry[r, i].start
        state.fill[s, f].end = state.entry[r, i].end
        state.fill[s, f].litres = state.entry[r, i].litres
        state.fill[s, f].route = r
        latest = max(state.entry[r, i].latest, state.entry[r, i].start)
        state.fill[s, f].latest = latest
        state.num_fills[s] += 1


@compiled
def undo(inst: Instance, state: State) -> None:
    """
    Go back to the solution at `begin`.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    """
    for k in range(state.counts[0].routes):
        drop_fills(inst, state, state.touched_routes[k])
    for k in range(state.counts[0].routes):
        r = state.touched_routes[k]
        state.route[r] = state.u_route[r]
        for i in range(state.route[r].length):
            state.entry[r, i] = state.u_entry[r, i]
        list_fills(inst, state, r)
    for k in range(state.counts[0].villages):
        v = state.touched_villages[k]
        state.village[v] = state.u_village[v]
        for m in range(state.village[v].visits):
            state.visitor[v, m] = state.u_visitor[v, m]
    copy_into(state.drawn, state.u_drawn)
    copy_into(state.served, state.u_served)
    state.total[0] = state.u_total[0]


@compiled
def number_timetable(state: State, r: int) -> None:
    """
    Give a route's timetable a number of its own.

    Parameters
    ----------
    state
        The solution under search, with its timetable.
    r
        Position of the truck and its route.
    """
    state.counts[0].versions += 1
    state.route[r].version = state.counts[0].versions


@compiled
def copy_to_candidate(state: State, r: int) -> None:
    """
    Copy a route's row to the candidate row.

    Parameters
    ----------
    state
        The solution under search, with its timetable.
    r
        Position of the truck and its route.
    """
    for i in range(state.route[r].length):
        state.candidate[i] = state.entry[r, i]


@compiled
def fills_fit(inst: Instance, state: State, n: int) -> bool:
    """
    Whether the lists of fillings have room for the candidate's.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    n
        Entries of the candidate row.
    """
    for i in range(n):
        s = state.candidate[i].node - inst.first_source
        is_listed = (
            state.candidate[i].node < inst.first_village and inst.source[s].is_queued
        )
        if is_listed and state.num_fills[s] + n >= state.fill.shape[1]:
            state.counts[0].fills_are_short = 1
            return False
    return True


@compiled
def commit_candidate(inst: Instance, state: State, r: int, n: int, back: int) -> None:
    """
    Make the scheduled candidate row the route of truck ``r``, with its sums.

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
    back
        Seconds since midnight at which it is back at the depot.
    """
    touch_route(state, r)
    drop_fills(inst, state, r)
    for i in range(state.route[r].length):
        node = state.entry[r, i].node
        if node < inst.first_village:
            state.drawn[node - inst.first_source] -= state.entry[r, i].litres
    here = inst.truck[r].start
    leave = inst.truck[r].shift_start
    drive = 0
    for i in range(n):
        node = state.candidate[i].node
        state.entry[r, i] = state.candidate[i]
        drive += leg_s(inst, r, here, node, leave)
        here = node
        leave = state.candidate[i].end
        if node < inst.first_village:
            state.drawn[node - inst.first_source] += state.candidate[i].litres
    if n > 0 or inst.truck[r].start != inst.truck[r].depot:
        home = inst.truck[r].depot
        drive += leg_s(inst, r, here, home, leave)
    drive *= inst.truck[r].drive_price
    state.route[r].length = n
    state.route[r].back = back
    state.total[0].drive += drive - state.route[r].drive
    state.route[r].drive = drive
    state.route[r].pause_entry = state.candidate_pause[0].entry
    state.route[r].pause_before = state.candidate_pause[0].before
    state.route[r].pause_start = state.candidate_pause[0].start
    set_latest(inst, state, r)
    list_fills(inst, state, r)
    number_timetable(state, r)


@compiled
def add_litres(
    inst: Instance, state: State, v: int, r: int, litres: int, is_new_visit: bool
) -> None:
    """
    Book a delivery (litres may be negative) at a village.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    v
        Position of the village.
    r
        Position of the truck, which decides which water it is.
    litres
        Litres delivered; negative takes them back.
    is_new_visit
        Whether the route has not visited the village there before.
    """
    touch_village(inst, state, v)
    if inst.truck[r].is_potable:
        state.village[v].potable += litres
    else:
        state.village[v].non_potable += litres
    if is_new_visit:
        state.visitor[v, state.village[v].visits] = r
        state.village[v].visits += 1


@compiled
def forget_visit(state: State, v: int, r: int) -> None:
    """
    Remove one visit of route ``r`` from the village's list.

    Parameters
    ----------
    state
        The solution under search, with its timetable.
    v
        Position of the village.
    r
        Position of the truck and its route.
    """
    for k in range(state.village[v].visits):
        if state.visitor[v, k] == r:
            state.village[v].visits -= 1
            state.visitor[v, k] = state.visitor[v, state.village[v].visits]
            return


@compiled
def _unbook(
    inst: Instance, state: State, r: int, first: int, last: int, is_inside: bool
) -> None:
    """Take deliveries among, or outside of, entries ``first..last`` off the books."""
    for i in range(state.route[r].length):
        node = state.entry[r, i].node
        is_chosen = (first <= i <= last) == is_inside
        if node < inst.first_village or not is_chosen or state.entry[r, i].fixed:
            continue
        v = node - inst.first_village
        add_litres(inst, state, v, r, -state.entry[r, i].litres, False)
        forget_visit(state, v, r)


@compiled
def _candidate_without(
    inst: Instance, state: State, r: int, first: int, last: int
) -> int:
    """Copy a route without its free deliveries in ``first..last``; return the size."""
    n = 0
    fill = -1
    for i in range(state.route[r].length):
        node = state.entry[r, i].node
        if node < inst.first_village:
            if fill >= 0 and n == fill + 1:
                n -= 1  # the filling before has nothing left to bring
            state.candidate[n] = state.entry[r, i]
            state.candidate[n].litres = 0
            fill = n
            n += 1
        elif i < first or i > last or state.entry[r, i].fixed:
            state.candidate[n] = state.entry[r, i]
            state.candidate[fill].litres += state.entry[r, i].litres
            n += 1
    if fill >= 0 and n == fill + 1:
        n -= 1
    return n


@compiled
def remove_entries(inst: Instance, state: State, r: int, first: int, last: int) -> None:
    """
    Remove the free deliveries among entries ``first..last`` from a route.

    Fillings shrink to what is left to deliver; empty ones go. If the shorter route has
    no timetable (roads that break the triangle inequality, a pause), all that is not
    promised goes.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    r
        Position of the truck and its route.
    first, last
        Positions of entries, both included.
    """
    touch_route(state, r)
    stands = first  # entries before this trip keep their times
    while stands > 0 and state.entry[r, stands].node >= inst.first_village:
        stands -= 1
    n = _candidate_without(inst, state, r, first, last)
    back = schedule_candidate(inst, state, r, n, min(stands, n))
    is_whole = back < BIG
    if not is_whole:
        n = _candidate_without(inst, state, r, 0, state.route[r].length)
        if n > 0:
            back = schedule_candidate(inst, state, r, n, 0)
            if back >= BIG:
                return  # what is promised needs the rest to stay in time
        else:
            state.candidate_pause[0].entry = -2
            back = inst.truck[r].shift_start
    _unbook(inst, state, r, first, last, True)
    if not is_whole:
        _unbook(inst, state, r, first, last, False)
    commit_candidate(inst, state, r, n, back)


@compiled
def clear_route(inst: Instance, state: State, r: int) -> None:
    """
    Remove everything from a route, promised or not.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    r
        Position of the truck and its route.
    """
    touch_route(state, r)
    for i in range(state.route[r].length):
        node = state.entry[r, i].node
        if node >= inst.first_village:
            v = node - inst.first_village
            add_litres(inst, state, v, r, -state.entry[r, i].litres, False)
            forget_visit(state, v, r)
    state.candidate_pause[0].entry = -2
    commit_candidate(inst, state, r, 0, inst.truck[r].shift_start)


@compiled
def store_best(state: State) -> None:
    """Copy the solution's changed routes to the best."""
    for r in range(state.route.size):
        if not state.route[r].dirty:
            continue
        state.route[r].dirty = 0
        state.b_route[r] = state.route[r]
        for i in range(state.route[r].length):
            state.b_entry[r, i] = state.entry[r, i]
    copy_into(state.b_served, state.served)
    state.b_total[0] = state.total[0]


@compiled
def keep_given_fills(state: State) -> None:
    """Clear the lists of fillings but for those of trips outside of the search."""
    for s in range(state.num_fills.size):
        kept = 0
        for f in range(state.num_fills[s]):
            if state.fill[s, f].route < 0:
                state.fill[s, kept] = state.fill[s, f]
                kept += 1
        state.num_fills[s] = kept


@compiled
def load_best(inst: Instance, state: State) -> None:
    """
    Make the best the current solution.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    """
    for v in range(state.village.size):
        state.village[v].potable = inst.village[v].given
        state.village[v].non_potable = inst.village[v].given_unfit
        state.village[v].visits = 0
    state.drawn[:] = 0
    keep_given_fills(state)
    state.total[0].drive = 0
    state.total[0].changed = 0
    state.served[:] = 0
    for r in range(state.route.size):
        n = state.b_route[r].length
        state.route[r].length = 0
        state.route[r].drive = 0
        for i in range(n):
            state.candidate[i] = state.b_entry[r, i]
        state.candidate_pause[0].entry = state.b_route[r].pause_entry
        state.candidate_pause[0].before = state.b_route[r].pause_before
        state.candidate_pause[0].start = state.b_route[r].pause_start
        back = inst.truck[r].shift_start
        if n > 0:
            last = state.b_entry[r, n - 1].end
            if (
                state.b_route[r].pause_entry == n - 1
                and state.b_route[r].pause_before == 0
            ):
                last = state.b_route[r].pause_start + inst.truck[r].break_s
            here = state.b_entry[r, n - 1].node
            back = last + leg_s(inst, r, here, inst.truck[r].depot, last)
        state.stamp[0] += 1
        state.counts[0].routes = 0
        commit_candidate(inst, state, r, n, back)
        for i in range(n):
            node = state.entry[r, i].node
            if node >= inst.first_village:
                v = node - inst.first_village
                if inst.truck[r].is_potable:
                    state.village[v].potable += state.entry[r, i].litres
                else:
                    state.village[v].non_potable += state.entry[r, i].litres
                state.visitor[v, state.village[v].visits] = r
                state.village[v].visits += 1
        state.route[r].dirty = 0
    for v in range(state.village.size):
        add_served(inst, state, v, 1)
        if inst.change_price > 0:
            state.village[v].changed = 1 if _is_changed(inst, state, v) else 0
            state.total[0].changed += state.village[v].changed
