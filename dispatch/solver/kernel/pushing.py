"""
Fillings of other trucks that wait, so that a route may be later than its gaps allow.

Whoever comes later at a bay waits, and all that follows on its route is later, other
fillings included, as in a job shop whose operations are shifted to the right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.filling import bay_taken_from
from dispatch.solver.kernel.moves import (
    commit_candidate,
    copy_to_candidate,
    drop_fills,
    list_fills,
    number_timetable,
)
from dispatch.solver.kernel.schedule import schedule_candidate, set_latest

if TYPE_CHECKING:
    from dispatch.solver.kernel.arrays import Instance, State


@compiled
def refresh_latest(inst: Instance, state: State) -> None:
    """
    Compute anew how late every route may be: other trucks have moved at the bays.

    Parameters
    ----------
    inst
        The scenario as arrays.
    state
        The solution under search, with its timetable.
    """
    for r in range(state.route.size):
        if set_latest(inst, state, r):
            number_timetable(state, r)
            drop_fills(inst, state, r)
            list_fills(inst, state, r)


@compiled
def _keep_row(state: State, r: int) -> bool:
    """Keep a route as it is, once; return whether there was room."""
    for k in range(state.counts[0].pushed):
        if state.p_truck[k] == r:
            return True
    k = state.counts[0].pushed
    if k == state.p_truck.size:
        return False
    state.p_truck[k] = r
    state.p_route[k] = state.route[r]
    for i in range(state.route[r].length):
        state.p_entry[k, i] = state.entry[r, i]
    state.counts[0].pushed = k + 1
    return True


@compiled
def _take_back(inst: Instance, state: State) -> None:
    """Give all routes that were pushed the timetables that were kept."""
    for k in range(state.counts[0].pushed - 1, -1, -1):
        r = state.p_truck[k]
        n = state.p_route[k].length
        for i in range(n):
            state.candidate[i] = state.p_entry[k, i]
        state.candidate_pause[0].entry = state.p_route[k].pause_entry
        state.candidate_pause[0].before = state.p_route[k].pause_before
        state.candidate_pause[0].start = state.p_route[k].pause_start
        commit_candidate(inst, state, r, n, state.p_route[k].back)


@compiled
def _push(inst: Instance, state: State, s: int, f: int, until: int) -> int:
    """Let a listed filling start at ``until``; return its truck, -1: it cannot."""
    r = state.fill[s, f].route
    if r < 0 or not _keep_row(state, r):
        return -1
    start = state.fill[s, f].start
    at = -1
    for i in range(state.route[r].length):
        is_there = state.entry[r, i].node == inst.first_source + s
        if is_there and state.entry[r, i].start == start:
            at = i
            break
    if at < 0 or state.entry[r, at].fixed:
        return -1
    n = state.route[r].length
    copy_to_candidate(state, r)
    state.counts[0].held_entry = at
    state.counts[0].held_until = until
    back = schedule_candidate(inst, state, r, n, at)
    state.counts[0].held_entry = -1
    if back >= BIG:
        return -1
    commit_candidate(inst, state, r, n, back)
    return r


@compiled
def _settle(inst: Instance, state: State, r: int) -> bool:
    """Push whoever finds no bay because of a route, and so on; False: in vain."""
    first = 0
    count = 1
    state.p_queue[0] = r
    while first < count:
        r = state.p_queue[first]
        first += 1
        i = 0
        while i < state.route[r].length:
            node = state.entry[r, i].node
            s = node - inst.first_source
            f = -1
            if node < inst.first_village and inst.source[s].is_queued:
                start = state.entry[r, i].start
                end = state.entry[r, i].end
                f = bay_taken_from(inst, state, s, r, start, end)
                if f >= 0:
                    until = end
                    if inst.source[s].bays > 1:
                        until = state.fill[s, f].start + 1
                    if count == state.p_queue.size:
                        return False
                    pushed = _push(inst, state, s, f, until)
                    if pushed < 0:
                        return False
                    state.p_queue[count] = pushed
                    count += 1
            if f < 0:
                i += 1
    return True


@compiled
def commit_by_pushing(inst: Instance, state: State, r: int, n: int, first: int) -> bool:
    """
    Commit the candidate row of a truck and let others wait; return whether all can.

    If not, everything is as before but for numbers of timetables.

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
    state.counts[0].pushed = 0
    state.counts[0].held_entry = -1
    state.counts[0].pushing = 1
    back = schedule_candidate(inst, state, r, n, first)
    is_done = False
    if back < BIG:
        _keep_row(state, r)
        commit_candidate(inst, state, r, n, back)
        is_done = _settle(inst, state, r)
        if not is_done:
            _take_back(inst, state)
    state.counts[0].pushing = 0
    return is_done
