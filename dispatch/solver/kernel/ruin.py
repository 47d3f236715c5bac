"""Which visits are taken out of a plan: strings of neighbours around a village."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.moves import (
    random_below,
    random_unit,
    remove_entries,
    wanted,
)

if TYPE_CHECKING:
    from dispatch.solver.kernel.arrays import Instance, State

#: Chance to ruin around a village that lacks what all could have.
SHORT_SEED = 0.1


@compiled
def request(state: State, v: int) -> None:
    """
    Note a village for recreate, once.

    Parameters
    ----------
    state
        The plan as it stands; its list of requests grows.
    v
        Position of the village.
    """
    if state.village[v].requested != state.stamp[0]:
        state.village[v].requested = state.stamp[0]
        state.requests[state.counts[0].requests] = v
        state.counts[0].requests += 1


@compiled
def has_open_need(inst: Instance, state: State, v: int) -> bool:
    """
    Whether a village lacks water of any band.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The plan as it stands.
    v
        Position of the village.
    """
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
def ruin(
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

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The plan as it stands; the candidate loses stops.
    key_level, short_level
        The contested level, and the first one that is not full.
    mean_removed
        Stops to remove on average.
    longest_string
        Most stops of one string.
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
        request(state, u)
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
        if u >= 0 and has_open_need(inst, state, u):
            request(state, u)


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
            request(state, state.entry[r, i].node - inst.first_village)
    remove_entries(inst, state, r, first, last)
