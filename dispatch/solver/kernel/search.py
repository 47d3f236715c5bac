"""Ruin and recreate with simulated annealing over bands in strict order."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.insert import gather_routes, insert_once
from dispatch.solver.kernel.moves import (
    add_litres,
    begin,
    clear_route,
    commit_candidate,
    fills_fit,
    finish,
    random_below,
    random_unit,
    remove_entries,
    store_best,
    undo,
    wanted,
)
from dispatch.solver.kernel.schedule import schedule_candidate, set_latest

if TYPE_CHECKING:
    from dispatch.solver.kernel.arrays import (
        FloatArray,
        Instance,
        IntArray,
        RecordArray,
        State,
    )


#: Chance to ruin around a village that lacks what all could have.
SHORT_SEED = 0.1
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
def _request(state: State, v: int) -> None:
    """Note a village for recreate, once."""
    if state.village[v].requested != state.stamp[0]:
        state.village[v].requested = state.stamp[0]
        state.requests[state.counts[0].requests] = v
        state.counts[0].requests += 1


@compiled
def _has_open_need(inst: Instance, state: State, v: int) -> bool:
    last = inst.level_need.shape[1] - 1
    return (
        wanted(inst, state, v, last, True) > 0
        or wanted(inst, state, v, last, False) > 0
    )


@compiled
def _seed_village(
    inst: Instance, state: State, key_level: int, short_level: int
) -> int:
    """Return a random village, now and then one short above the contested level."""
    num_villages = state.village.size
    v = random_below(state, num_villages)
    if key_level > 0 and random_unit(state) < SHORT_SEED:
        level = key_level - 1
        if random_unit(state) < 0.5:
            level = min(level, short_level)
        for k in range(min(num_villages, 2_000)):
            u = (v + k) % num_villages
            short_potable = wanted(inst, state, u, level, True) > 0
            if short_potable and inst.village[u].gets_potable:
                return u
            short_non_potable = wanted(inst, state, u, level, False) > 0
            if short_non_potable and inst.village[u].gets_non_potable:
                return u
    return v


@compiled
def _ruin(
    inst: Instance,
    state: State,
    key_level: int,
    short_level: int,
    mean_removed: float,
    longest_string: float,
) -> None:
    """
    Remove strings of neighbouring stops from routes near a random village.

    After Christiaens & Vanden Berghe (2020), with strings over the trips of a
    route: a string may end one trip and begin the next.
    """
    seed_village = _seed_village(inst, state, key_level, short_level)
    total_stops = 0.0
    used = 0
    num_trucks = state.route.size
    for _ in range(min(num_trucks, 16)):
        r = random_below(state, num_trucks)
        if state.route[r].length > 0:
            total_stops += state.route[r].length
            used += 1
    mean_length = total_stops / used if used > 0 else 1.0
    limit = min(longest_string, max(1.0, mean_length * 0.75))
    most_routes = 4.0 * mean_removed / (1.0 + limit) - 1.0
    num_routes = 1 + int(random_unit(state) * max(0.0, most_routes))
    ruined = 0
    for k in range(inst.near_villages.shape[1]):
        u = inst.near_villages[seed_village, k]
        if u < 0 or ruined >= num_routes:
            break
        _request(state, u)
        m = 0
        while m < state.village[u].visits:
            r = state.visitor[u, m]
            m += 1
            if state.route[r].ruined == state.stamp[0] or ruined >= num_routes:
                continue
            state.route[r].ruined = state.stamp[0]
            ruined += 1
            _remove_string(inst, state, r, u, limit)
            m = 0
    for k in range(min(12, inst.near_villages.shape[1])):
        u = inst.near_villages[seed_village, k]
        if u >= 0 and _has_open_need(inst, state, u):
            _request(state, u)


@compiled
def _remove_string(inst: Instance, state: State, r: int, u: int, limit: float) -> None:
    """Remove a random string of entries around a visit of ``u`` from route ``r``."""
    place = inst.first_village + u
    n = state.route[r].length
    at = -1
    seen = 0
    for i in range(n):
        if state.entry[r, i].node == place:
            seen += 1
            if random_unit(state) * seen < 1.0:
                at = i
    if at < 0:
        return
    size = 1 + int(random_unit(state) * min(limit, float(n)))
    offset = random_below(state, size)
    first = max(0, at - offset)
    last = min(n - 1, first + size - 1)
    # Villages of the route's touched trips may want what the string leaves.
    low = first
    while low > 0 and state.entry[r, low].node >= inst.first_village:
        low -= 1
    high = last
    while high + 1 < n and state.entry[r, high + 1].node >= inst.first_village:
        high += 1
    for i in range(low, high + 1):
        if state.entry[r, i].node >= inst.first_village:
            _request(state, state.entry[r, i].node - inst.first_village)
    remove_entries(inst, state, r, first, last)


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
    weight: FloatArray,
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
    served: IntArray,
    total: RecordArray,
    other_served: IntArray,
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
    weight: FloatArray,
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
            for r in range(state.route.size):
                set_latest(inst, state, r)
        begin(state)
        state.counts[0].requests = 0
        _ruin(inst, state, key_level, short_level, mean_removed, longest_string)
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
        _request(state, v)
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


@compiled
def _adoptable_l(
    inst: Instance, state: State, r: int, n: int, fill: int, v: int, litres: int
) -> int:
    """Return the litres of a visit that the rules allow after the candidate row."""
    node = inst.first_village + v
    s = state.candidate[fill].node - inst.first_source
    drawn = state.drawn[s]
    brought = 0
    count = state.village[v].visits
    for e in range(n):
        if state.candidate[e].node == state.candidate[fill].node:
            drawn += state.candidate[e].litres
        if state.candidate[e].node == node:
            brought += state.candidate[e].litres
            count += 1
    free = (
        inst.village[v].room - state.village[v].potable - state.village[v].non_potable
    )
    if not inst.truck[r].is_potable:
        free = min(free, inst.village[v].need_animals - state.village[v].non_potable)
    q = min(litres, free - brought)
    q = min(q, inst.truck[r].capacity - state.candidate[fill].litres)
    q = min(q, inst.source[s].supply - drawn)
    allowed = inst.may_enter[inst.truck[r].access_class, v]
    if count >= state.visitor.shape[1]:
        state.counts[0].visitors_are_short = 1
        return 0
    fits = count < inst.village[v].max_visits
    return q if allowed and fits and q >= inst.village[v].min_visit else 0


@compiled
def _drop_last(inst: Instance, state: State, n: int) -> int:
    """Take the last visit that is not promised off the candidate; return its size."""
    at = n - 1
    while at >= 0 and (
        state.candidate[at].node < inst.first_village or state.candidate[at].fixed
    ):
        at -= 1
    if at < 0:
        return -1
    fill = at
    while state.candidate[fill].node >= inst.first_village:
        fill -= 1
    state.candidate[fill].litres -= state.candidate[at].litres
    is_only = fill == at - 1 and (
        at == n - 1 or state.candidate[at + 1].node < inst.first_village
    )
    first, gone = (fill, 2) if is_only else (at, 1)
    for i in range(first, n - gone):
        state.candidate[i] = state.candidate[i + gone]
    return n - gone


@compiled
def adopt_route(
    inst: Instance,
    state: State,
    r: int,
    nodes: IntArray,
    litres: IntArray,
    starts: IntArray,
    ends: IntArray,
) -> int:
    """
    Make a given row the route of a truck, leaving out what does not fit.

    Visits that break a rule go first; if the rest has no timetable, visits are
    dropped from the end until it has.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    r
        Position of the truck and its route.
    nodes, litres
        Places and litres of every entry, fillings too (their litres are
        recomputed).
    starts, ends
        Times of entries that are promised as they are, -1 for others. A promise
        that cannot be kept leaves the truck's route as it was.

    Returns
    -------
    int
        Entries of the route, or -1 if a promise cannot be kept.
    """
    begin(state)
    clear_route(inst, state, r)
    n = 0
    fill = -1
    is_kept = True
    for k in range(nodes.size):
        node = nodes[k]
        if n + 2 > state.candidate.size:
            state.counts[0].row_is_short = 1
            break
        if node < inst.first_village:
            if fill >= 0 and n == fill + 1:
                n -= 1
            fill = -1
            s = node - inst.first_source
            if inst.source[s].is_potable or not inst.truck[r].is_potable:
                fill = n
                state.candidate[n].litres = 0
        elif fill >= 0:
            v = node - inst.first_village
            q = _adoptable_l(inst, state, r, n, fill, v, litres[k])
            if q <= 0 or (starts[k] >= 0 and q < litres[k]):
                is_kept = is_kept and starts[k] < 0
                continue
            state.candidate[n].litres = q
            state.candidate[fill].litres += q
        if fill < 0:
            is_kept = is_kept and starts[k] < 0
            continue
        state.candidate[n].node = node
        state.candidate[n].fixed = 1 if starts[k] >= 0 else 0
        state.candidate[n].start = starts[k]
        state.candidate[n].end = ends[k]
        n += 1
    if fill >= 0 and n == fill + 1:
        n -= 1
    back = BIG
    while n > 0 and is_kept:
        if fills_fit(inst, state, n):
            back = schedule_candidate(inst, state, r, n, 0)
            if back < BIG:
                break
        n = _drop_last(inst, state, n)
    if n > 0 and back < BIG:
        commit_candidate(inst, state, r, n, back)
        for i in range(n):
            node = state.entry[r, i].node
            if node >= inst.first_village:
                v = node - inst.first_village
                add_litres(inst, state, v, r, state.entry[r, i].litres, True)
    finish(inst, state)
    if not is_kept or n < 0:
        undo(inst, state)
        return -1
    state.route[r].dirty = 1
    return n
