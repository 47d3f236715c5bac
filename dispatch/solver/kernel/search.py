"""Ruin and recreate with simulated annealing over bands in strict order."""

from __future__ import annotations

import math

import numpy as np

from dispatch.solver.jit import compiled
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.insert import NUM_KEPT, gather_routes, insert_once
from dispatch.solver.kernel.moves import (
    add_litres,
    begin,
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
from dispatch.solver.kernel.schedule import schedule_candidate


@compiled
def _request(S, v):
    """Note a village for recreate, once."""
    if S.village[v].requested != S.stamp[0]:
        S.village[v].requested = S.stamp[0]
        S.requests[S.counts[2]] = v
        S.counts[2] += 1


@compiled
def _has_open_need(I, S, v):
    last = I.level_need.shape[1] - 1
    return wanted(I, S, v, last, True) > 0 or wanted(I, S, v, last, False) > 0


@compiled
def _ruin(I, S, mean_removed, longest_string):
    """
    Remove strings of neighbouring stops from routes near a random village.

    After Christiaens & Vanden Berghe (2020), with strings over the trips of a
    route: a string may end one trip and begin the next.
    """
    num_villages = S.village.size
    seed_village = random_below(S, num_villages)
    total_stops = 0.0
    used = 0
    num_trucks = S.route.size
    for _ in range(min(num_trucks, 16)):
        r = random_below(S, num_trucks)
        if S.route[r].length > 0:
            total_stops += S.route[r].length
            used += 1
    mean_length = total_stops / used if used > 0 else 1.0
    limit = min(longest_string, max(1.0, mean_length * 0.75))
    most_routes = 4.0 * mean_removed / (1.0 + limit) - 1.0
    num_routes = 1 + int(random_unit(S) * max(0.0, most_routes))
    ruined = 0
    for k in range(I.near_villages.shape[1]):
        u = I.near_villages[seed_village, k]
        if u < 0 or ruined >= num_routes:
            break
        _request(S, u)
        m = 0
        while m < S.village[u].visits:
            r = S.visitor[u, m]
            m += 1
            if S.route[r].ruined == S.stamp[0] or ruined >= num_routes:
                continue
            S.route[r].ruined = S.stamp[0]
            ruined += 1
            _remove_string(I, S, r, u, limit)
            m = 0
    for k in range(min(12, I.near_villages.shape[1])):
        u = I.near_villages[seed_village, k]
        if u >= 0 and _has_open_need(I, S, u):
            _request(S, u)


@compiled
def _remove_string(I, S, r, u, limit):
    """Remove a random string of entries around a visit of ``u`` from route ``r``."""
    place = I.first_village + u
    n = S.route[r].length
    at = -1
    seen = 0
    for i in range(n):
        if S.entry[r, i].node == place:
            seen += 1
            if random_unit(S) * seen < 1.0:
                at = i
    if at < 0:
        return
    size = 1 + int(random_unit(S) * min(limit, float(n)))
    offset = random_below(S, size)
    first = max(0, at - offset)
    last = min(n - 1, first + size - 1)
    # Villages of the route's touched trips may want what the string leaves.
    low = first
    while low > 0 and S.entry[r, low].node >= I.first_village:
        low -= 1
    high = last
    while high + 1 < n and S.entry[r, high + 1].node >= I.first_village:
        high += 1
    for i in range(low, high + 1):
        if S.entry[r, i].node >= I.first_village:
            _request(S, S.entry[r, i].node - I.first_village)
    remove_entries(I, S, r, first, last)


@compiled
def _sort_requests(I, S, level):
    """Order the villages by one of several rules, chosen at random."""
    count = S.counts[2]
    rule = random_unit(S)
    for k in range(count):
        v = S.requests[k]
        if rule < 0.4:
            key = random_unit(S)
        elif rule < 0.6:
            key = -float(wanted(I, S, v, level, True))
        elif rule < 0.8:
            s = I.near_sources[v, 0]
            if s < 0:
                key = 0.0
            else:
                key = -float(I.travel_s[0, I.first_source + s, I.first_village + v])
        else:
            s = I.near_sources[v, 0]
            if s < 0:
                key = 0.0
            else:
                key = float(I.travel_s[0, I.first_source + s, I.first_village + v])
        S.keys[k] = key
    order = np.argsort(S.keys[:count])
    sorted_requests = S.requests[:count][order]
    S.requests[:count] = sorted_requests


@compiled
def _recreate(I, S, key_level, full_share, waiting_price, num_extra, kept):
    """Bring water back: first the levels all can have, then the contested one."""
    last = I.level_need.shape[1] - 1
    full_visits = random_unit(S) < full_share
    for step in range(3):
        if step == 0:
            level = key_level - 1
        elif step == 1:
            level = key_level
        else:
            level = last
        if level < 0 or level > last or (step == 2 and key_level >= last):
            continue
        _sort_requests(I, S, level)
        for k in range(S.counts[2]):
            v = S.requests[k]
            for _ in range(50):
                want_potable = wanted(I, S, v, level, True)
                want_other = wanted(I, S, v, level, False)
                if want_potable <= 0 and want_other <= 0:
                    break
                if full_visits and want_potable > 0:
                    want_potable = wanted(I, S, v, last, True)
                count = gather_routes(I, S, v, num_extra)
                if (
                    insert_once(
                        I, S, v, want_potable, want_other, count, waiting_price, kept
                    )
                    == 0
                ):
                    break


@compiled
def _accepts(S, weight, drive_weight, heat):
    """Return whether annealing accepts the change from the logged solution."""
    change = -drive_weight * (S.total[0] - S.u_total[0])
    for g in range(S.served.size):
        change += weight[g] * (S.served[g] - S.u_served[g])
    return change >= 0 or random_unit(S) < math.exp(change / heat)


@compiled
def _is_better(S):
    for g in range(S.served.size):
        if S.served[g] != S.b_served[g]:
            return S.served[g] > S.b_served[g]
    return S.total[0] < S.b_total[0]


@compiled
def anneal(
    I,
    S,
    num_iterations,
    key_level,
    weight,
    drive_weight,
    heat,
    mean_removed,
    longest_string,
    waiting_price,
    full_share,
):
    """Run iterations at a fixed temperature; return how many improved the best."""
    kept = np.empty((NUM_KEPT, 6))
    improved = 0
    for _ in range(num_iterations):
        begin(S)
        S.counts[2] = 0
        _ruin(I, S, mean_removed, longest_string)
        _recreate(I, S, key_level, full_share, waiting_price, 4, kept)
        finish(I, S)
        if _accepts(S, weight, drive_weight, heat):
            for k in range(S.counts[0]):
                S.route[S.touched_routes[k]].dirty = 1
            if _is_better(S):
                store_best(S)
                improved += 1
        else:
            undo(I, S)
    return improved


@compiled
def construct(I, S, waiting_price):
    """Serve level after level from the current solution; store it as the best."""
    kept = np.empty((NUM_KEPT, 6))
    num_levels = I.level_need.shape[1]
    begin(S)
    S.counts[2] = 0
    for v in range(S.village.size):
        _request(S, v)
    for level in range(num_levels):
        _sort_requests(I, S, level)
        for k in range(S.counts[2]):
            v = S.requests[k]
            for _ in range(50):
                want_potable = wanted(I, S, v, level, True)
                want_other = wanted(I, S, v, level, False)
                if want_potable <= 0 and want_other <= 0:
                    break
                count = gather_routes(I, S, v, 16)
                if (
                    insert_once(
                        I, S, v, want_potable, want_other, count, waiting_price, kept
                    )
                    == 0
                ):
                    break
    finish(I, S)
    for r in range(S.route.size):
        S.route[r].dirty = 1
    if _is_better(S):
        store_best(S)


@compiled
def probe(I, S, v):
    """Return the litres that could still be brought to ``v``; changes nothing."""
    kept = np.empty((NUM_KEPT, 6))
    last = I.level_need.shape[1] - 1
    for r in range(S.route.size):
        S.gathered[r] = r
    litres = 0
    for _ in range(3):  # a blink may hide the only way
        begin(S)
        litres = insert_once(
            I,
            S,
            v,
            wanted(I, S, v, last, True),
            wanted(I, S, v, last, False),
            S.route.size,
            0.5,
            kept,
        )
        finish(I, S)
        undo(I, S)
        if litres > 0:
            break
    return litres


@compiled
def adopt_route(I, S, r, nodes, litres):
    """
    Make a given row the route of an idle truck, leaving out what does not fit.

    Visits that break a rule go first; if the rest has no timetable, trips are
    dropped from the end until it has.

    Parameters
    ----------
    nodes, litres
        Places and litres of every entry, fillings too (their litres are
        recomputed).
    """
    begin(S)
    n = 0
    fill = -1
    for k in range(nodes.size):
        node = nodes[k]
        if node < I.first_village:
            if fill >= 0 and n == fill + 1:
                n -= 1
            fill = -1
            s = node - I.first_source
            if I.source[s].is_potable or not I.truck[r].is_potable:
                if n + 2 <= S.draft.size:
                    fill = n
                    S.draft[n].node = node
                    S.draft[n].litres = 0
                    n += 1
        elif fill >= 0 and n < S.draft.size:
            v = node - I.first_village
            s = S.draft[fill].node - I.first_source
            drawn = S.drawn[s]
            brought = 0
            count = S.village[v].visits
            for e in range(n):
                if S.draft[e].node == S.draft[fill].node:
                    drawn += S.draft[e].litres
                if S.draft[e].node == node:
                    brought += S.draft[e].litres
                    count += 1
            free = I.village[v].room - S.village[v].potable - S.village[v].other
            if not I.truck[r].is_potable:
                free = min(free, I.village[v].need_animals - S.village[v].other)
            q = min(litres[k], free - brought)
            q = min(q, I.truck[r].capacity - S.draft[fill].litres)
            q = min(q, I.source[s].supply - drawn)
            allowed = I.may_enter[I.truck[r].access_class, v]
            fits = count < I.village[v].max_visits and count < S.visitor.shape[1]
            if allowed and fits and q > 0 and q >= I.village[v].min_visit:
                S.draft[n].node = node
                S.draft[n].litres = q
                S.draft[fill].litres += q
                n += 1
    if fill >= 0 and n == fill + 1:
        n -= 1
    while n > 0:
        if fills_fit(I, S, n):
            back = schedule_candidate(I, S, r, n)
            if back < BIG:
                break
        n -= 1  # the last visit goes, with its filling if it was the only one
        at = n
        while S.draft[at].node >= I.first_village:
            at -= 1
        S.draft[at].litres -= S.draft[n].litres
        if at == n - 1:
            n -= 1
    if n > 0:
        commit_candidate(I, S, r, n, back)
        for i in range(n):
            node = S.entry[r, i].node
            if node >= I.first_village:
                v = node - I.first_village
                add_litres(I, S, v, r, S.entry[r, i].litres, True)
    finish(I, S)
    S.route[r].dirty = 1
    return n
