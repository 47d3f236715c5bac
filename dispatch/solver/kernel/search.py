"""Ruin and recreate with simulated annealing over bands in strict order."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.insert import gather_routes, insert_once
from dispatch.solver.kernel.moves import (
    begin,
    finish,
    random_unit,
    store_best,
    undo,
    wanted,
)
from dispatch.solver.kernel.pushing import refresh_latest
from dispatch.solver.kernel.ruin import request, ruin

if TYPE_CHECKING:
    from dispatch.arrays import Floats, Ints, RecordArray
    from dispatch.solver.kernel.arrays import Instance, State


#: Trucks beside those nearby that a first plan asks before it asks all.
CONSTRUCT_EXTRA = 48
#: Trucks that are all asked whether they could bring more.
PROBED_TRUCKS = 100
#: Chance that recreate does not count waiting.
FREE_WAITING = 0.2
#: Bands, from the first one, that no price of changes may outvote: facility, survival
#: of the vulnerable, survival; and the number of bands above the animals'.
PROTECTED_BANDS = 3
BANDS_ABOVE_ANIMALS = 5
#: Iterations after which the room to move at the bays is computed again.
REFRESH = 50


@compiled
def _sift(state: State, root: int, count: int) -> None:
    """Let a request sink to its place in the heap."""
    while 2 * root + 1 < count:
        child = 2 * root + 1
        if child + 1 < count and state.keys[child] < state.keys[child + 1]:
            child += 1
        if state.keys[root] >= state.keys[child]:
            return
        state.keys[root], state.keys[child] = state.keys[child], state.keys[root]
        swapped = state.requests[root]
        state.requests[root] = state.requests[child]
        state.requests[child] = swapped
        root = child


@compiled
def _sort_by_key(state: State, count: int) -> None:
    """Heapsort the requests in place; the kernel allocates nothing (see `jit`)."""
    for root in range(count // 2 - 1, -1, -1):
        _sift(state, root, count)
    for last in range(count - 1, 0, -1):
        state.keys[0], state.keys[last] = state.keys[last], state.keys[0]
        swapped = state.requests[0]
        state.requests[0] = state.requests[last]
        state.requests[last] = swapped
        _sift(state, 0, last)


@compiled
def _sort_requests(inst: Instance, state: State, level: int, short_level: int) -> None:
    """Order the villages by one of several rules, chosen at random."""
    count = state.counts[0].requests
    rule = random_unit(state)
    for k in range(count):
        v = state.requests[k]
        if rule < 0.1:  # who lacks the first level that is not full comes first
            key = -float(wanted(inst, state, v, short_level, True))
        elif rule < 0.4:
            key = random_unit(state)
        elif rule < 0.6:
            key = -float(wanted(inst, state, v, level, True))
        elif rule < 0.8:
            s = inst.near_sources[v, 0]
            if s < 0:
                key = 0.0
            else:
                key = -float(
                    inst.travel_s[0, inst.first_source + s, inst.first_village + v]
                )
        else:
            s = inst.near_sources[v, 0]
            if s < 0:
                key = 0.0
            else:
                key = float(
                    inst.travel_s[0, inst.first_source + s, inst.first_village + v]
                )
        state.keys[k] = key
    _sort_by_key(state, count)


@compiled
def _bring(
    inst: Instance,
    state: State,
    v: int,
    level: int,
    goal: int,
    num_extra: int,
    waiting_price: float,
    split_price: float,
) -> None:
    """Bring loads to ``v`` until ``level`` is served, each up to ``goal``."""
    while True:  # every load makes the need smaller
        want_potable = wanted(inst, state, v, level, True)
        want_non_potable = wanted(inst, state, v, level, False)
        if want_potable <= 0 and want_non_potable <= 0:
            return
        if goal > level and want_potable > 0:
            want_potable = wanted(inst, state, v, goal, True)
        count = gather_routes(inst, state, v, num_extra)
        litres = insert_once(
            inst,
            state,
            v,
            want_potable,
            want_non_potable,
            count,
            waiting_price,
            split_price,
        )
        if litres == 0 and num_extra >= CONSTRUCT_EXTRA and count < state.route.size:
            count = gather_routes(inst, state, v, BIG)  # a first plan leaves none idle
            litres = insert_once(
                inst,
                state,
                v,
                want_potable,
                want_non_potable,
                count,
                waiting_price,
                split_price,
            )
        if litres == 0:
            return


@compiled
def _recreate(
    inst: Instance,
    state: State,
    key_level: int,
    short_level: int,
    full_share: float,
    waiting_price: float,
    split_price: float,
    num_extra: int,
) -> None:
    """Bring water back: first the levels all can have, then the contested one."""
    last = inst.level_need.shape[1] - 1
    full_visits = random_unit(state) < full_share
    if random_unit(state) < FREE_WAITING:
        waiting_price = 0.0
    split_price *= max(0.0, 2.0 * random_unit(state) - 1.0)
    for step in range(3):
        if step == 0:
            level = key_level - 1
        elif step == 1:
            level = key_level
        else:
            level = last
        if level < 0 or level > last or (step == 2 and key_level >= last):
            continue
        _sort_requests(inst, state, level, min(level, short_level))
        goal = level
        if full_visits:
            goal = max(level, min(key_level, last))
        for k in range(state.counts[0].requests):
            v = state.requests[k]
            _bring(inst, state, v, level, goal, num_extra, waiting_price, split_price)


@compiled
def _accepts(
    inst: Instance,
    state: State,
    weight: Floats,
    drive_weight: float,
    heat: float,
) -> bool:
    """Return whether annealing accepts the change from the logged solution."""
    change = -drive_weight * (state.total[0].drive - state.u_total[0].drive)
    # A changed village costs litres of the band that weighs least.
    price = inst.change_price * weight[weight.size - 1]
    change -= price * (state.total[0].changed - state.u_total[0].changed)
    for g in range(state.served.size):
        change += weight[g] * (state.served[g] - state.u_served[g])
    return change >= 0 or random_unit(state) < math.exp(change / heat)


@compiled
def is_better_plan(
    inst: Instance,
    served: Ints,
    total: RecordArray,
    other_served: Ints,
    other_total: RecordArray,
) -> bool:
    """
    Whether a plan beats another, in the strict order of levels.

    A plan that changes more villages than the other must be better in the first
    level in which they differ, and gain ``change_price`` litres for each of these
    villages: in that level, or of all water. Levels of facilities and of survival
    are never weighed against changes.

    Parameters
    ----------
    inst
        The scenario as arrays.
    served, other_served
        Litres of every level, shape (G,).
    total, other_total
        Price of driving, and number of changed villages.
    """
    protected = inst.first_animal_level * PROTECTED_BANDS // BANDS_ABOVE_ANIMALS
    first = 0
    water = 0
    for g in range(served.size):
        gain = served[g] - other_served[g]
        if g < protected and gain != 0:
            return gain > 0
        if first == 0:
            first = gain
        water += gain
    price = inst.change_price * (total[0].changed - other_total[0].changed)
    if price > 0:
        return first > 0 and max(first, water) >= price
    if price < 0:
        return first >= 0 or max(-first, -water) < -price
    if first != 0:
        return first > 0
    return total[0].drive < other_total[0].drive


@compiled
def _is_better(inst: Instance, state: State) -> bool:
    """Whether the solution beats the best so far."""
    if state.b_served[0] < 0:
        return True  # there is no best yet
    return is_better_plan(
        inst, state.served, state.total, state.b_served, state.b_total
    )


@compiled
def anneal(
    inst: Instance,
    state: State,
    num_iterations: int,
    key_level: int,
    short_level: int,
    weight: Floats,
    drive_weight: float,
    heat: float,
    mean_removed: float,
    longest_string: float,
    waiting_price: float,
    split_price: float,
    full_share: float,
) -> int:
    """
    Run iterations at a fixed temperature; return how many improved the best.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    num_iterations
        Times to ruin, recreate, and accept or undo.
    key_level
        The contested level; all levels before it could be full.
    short_level
        The first of them that is not.
    weight
        Shape (G,): what a litre of every level is worth to annealing.
    drive_weight
        What a second of driving costs, in the unit of ``weight``.
    heat
        Temperature, in the unit of ``weight``.
    mean_removed
        Stops removed in an iteration, on average.
    longest_string
        Stops removed from one route, at most.
    waiting_price
        Seconds of work that a second of new waiting counts for.
    split_price
        Seconds added where a visit leaves a part to another one.
    full_share
        Chance that a visit brings all that is missing, not just the level's.
    """
    improved = 0
    for iteration in range(num_iterations):
        if iteration % REFRESH == 0:  # other trucks have moved at the bays
            refresh_latest(inst, state)
        begin(state)
        state.counts[0].requests = 0
        ruin(inst, state, key_level, short_level, mean_removed, longest_string)
        _recreate(
            inst,
            state,
            key_level,
            short_level,
            full_share,
            waiting_price,
            split_price,
            4,
        )
        finish(inst, state)
        if _accepts(inst, state, weight, drive_weight, heat):
            for k in range(state.counts[0].routes):
                state.route[state.touched_routes[k]].dirty = 1
            if _is_better(inst, state):
                store_best(state)
                improved += 1
        else:
            undo(inst, state)
    return improved


@compiled
def construct(
    inst: Instance, state: State, goal_level: int, waiting_price: float
) -> None:
    """
    Serve level after level from the current solution; store it if it is the best.

    Visits bring what is missing up to ``goal_level``; -1 brings no more than the
    level at hand.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    goal_level
        Level up to which visits bring what is missing; -1: the level at hand.
    waiting_price
        Seconds of work that a second of new waiting counts for.
    """
    begin(state)
    state.counts[0].requests = 0
    for v in range(state.village.size):
        request(state, v)
    for level in range(inst.level_need.shape[1]):
        _sort_requests(inst, state, level, level)
        goal = max(level, goal_level)
        for k in range(state.counts[0].requests):
            v = state.requests[k]
            _bring(inst, state, v, level, goal, CONSTRUCT_EXTRA, waiting_price, 0.0)
    finish(inst, state)
    for r in range(state.route.size):
        state.route[r].dirty = 1
    if _is_better(inst, state):
        store_best(state)


@compiled
def probe(inst: Instance, state: State, v: int) -> int:
    """
    Return the litres that could still be brought to ``v``; changes nothing.

    Large fleets are tried by those that come near, and some more.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    v
        Position of the village.
    """
    last = inst.level_need.shape[1] - 1
    count = state.route.size
    if count > PROBED_TRUCKS:
        count = gather_routes(inst, state, v, PROBED_TRUCKS)
    else:
        for r in range(count):
            state.gathered[r] = r
    litres = 0
    for _ in range(3):  # a blink may hide the only insertion
        begin(state)
        litres = insert_once(
            inst,
            state,
            v,
            wanted(inst, state, v, last, True),
            wanted(inst, state, v, last, False),
            count,
            0.5,
            0.0,
        )
        finish(inst, state)
        undo(inst, state)
        if litres > 0:
            break
    return litres
