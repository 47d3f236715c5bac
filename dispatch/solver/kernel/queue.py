"""A first plan in the order of time: the first truck ready takes the next free bay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.insert import (
    apply_kept,
    forget_kept,
    insert_once,
    try_new_trips,
)
from dispatch.solver.kernel.moves import begin, finish, store_best, wanted

if TYPE_CHECKING:
    from dispatch.solver.kernel.arrays import Instance, State

#: Villages near the one just served that are asked to take what is left in the tank.
MAX_NEIGHBOURS = 12


@compiled
def _first_ready(inst: Instance, state: State) -> int:
    """Return the truck that is ready for its next trip first; -1 if none works on."""
    first = -1
    first_s = BIG
    for r in range(state.route.size):
        if state.route[r].ruined == state.stamp[0]:
            continue  # it has found no further trip
        n = state.route[r].length
        ready = state.entry[r, n - 1].end if n > 0 else inst.truck[r].shift_start
        if ready < first_s:
            first, first_s = r, ready
    return first


@compiled
def _want(inst: Instance, state: State, v: int, r: int, level: int, goal: int) -> int:
    """Return what a truck should bring to a village that lacks a level, or 0."""
    is_potable = inst.truck[r].is_potable > 0
    want = wanted(inst, state, v, level, is_potable)
    if want <= 0 or not inst.may_enter[inst.truck[r].access_class, v]:
        return 0
    if state.village[v].visits >= inst.village[v].max_visits:
        return 0
    return max(want, wanted(inst, state, v, goal, is_potable))


@compiled
def _consider(
    inst: Instance, state: State, v: int, r: int, want: int, waiting_price: float
) -> float:
    """Fill the short list with a next trip of truck ``r``; return its score."""
    forget_kept(state)
    least = min(inst.village[v].min_visit, inst.village[v].room)
    free = (
        inst.village[v].room - state.village[v].potable - state.village[v].non_potable
    )
    if not inst.truck[r].is_potable:  # its water is for animals
        free = min(free, inst.village[v].need_animals - state.village[v].non_potable)
    if free < least:
        return BIG
    aim = min(free, max(want, least))
    end = state.route[r].length
    try_new_trips(inst, state, v, r, end, aim, least, waiting_price, 0.0)
    return state.kept[0].score


@compiled
def _next_trip(
    inst: Instance, state: State, r: int, goal: int, waiting_price: float
) -> int:
    """Give a truck one more trip; return its village, or -1 if there is none."""
    for level in range(inst.level_need.shape[1]):
        best = -1
        best_score = float(BIG)
        for v in range(state.village.size):
            want = _want(inst, state, v, r, level, max(level, goal))
            if want > 0:
                score = _consider(inst, state, v, r, want, waiting_price)
                if score < best_score:
                    best, best_score = v, score
        if best >= 0:
            want = _want(inst, state, best, r, level, max(level, goal))
            _consider(inst, state, best, r, want, waiting_price)
            if apply_kept(inst, state, best) > 0:
                return best
    return -1


@compiled
def _use_up_tank(
    inst: Instance, state: State, r: int, v: int, goal: int, waiting_price: float
) -> None:
    """Bring what is left in the tank of the last trip to villages near by."""
    asked = 0
    for k in range(inst.near_villages.shape[1]):
        u = inst.near_villages[v, k]
        if u < 0 or asked == MAX_NEIGHBOURS:
            return
        if u == v:
            continue
        n = state.route[r].length
        fill = n - 1
        while fill >= 0 and state.entry[r, fill].node >= inst.first_village:
            fill -= 1
        if fill < 0 or state.entry[r, fill].litres >= inst.truck[r].capacity:
            return
        asked += 1
        is_potable = inst.truck[r].is_potable > 0
        want = wanted(inst, state, u, goal, is_potable)
        want = min(want, inst.truck[r].capacity - state.entry[r, fill].litres)
        if want > 0:
            state.gathered[0] = r
            potable = want if is_potable else 0
            insert_once(inst, state, u, potable, want - potable, 1, waiting_price, 0.0)


@compiled
def construct_in_order(
    inst: Instance, state: State, goal_level: int, waiting_price: float
) -> None:
    """
    Add trips in the order of time, the neediest villages first; store a better plan.

    Where trucks queue, routes that are planned one after the other leave gaps at a
    bay that are too short for a filling. Here every truck takes the bay when the one
    before it is done.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    goal_level
        Visits bring what is missing up to this level.
    waiting_price
        Seconds of work that a second of new waiting counts for.
    """
    begin(state)
    goal = min(goal_level, inst.level_need.shape[1] - 1)
    r = _first_ready(inst, state)
    while r >= 0:
        v = _next_trip(inst, state, r, goal, waiting_price)
        if v < 0:
            state.route[r].ruined = state.stamp[0]
        else:
            _use_up_tank(inst, state, r, v, goal, waiting_price)
        r = _first_ready(inst, state)
    finish(inst, state)
    for r in range(state.route.size):
        state.route[r].dirty = 1
    if state.b_served[0] < 0:
        store_best(state)
