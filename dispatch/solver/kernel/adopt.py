"""Routes that stand already, entered as far as the day allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.moves import (
    add_litres,
    begin,
    clear_route,
    commit_candidate,
    fills_fit,
    finish,
    undo,
)
from dispatch.solver.kernel.schedule import schedule_candidate

if TYPE_CHECKING:
    from dispatch.arrays import Ints
    from dispatch.solver.kernel.arrays import Instance, State


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
    nodes: Ints,
    litres: Ints,
    starts: Ints,
    ends: Ints,
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
