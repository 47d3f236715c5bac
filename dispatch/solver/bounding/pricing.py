"""
Compiled pricing: the trip that earns most, and the visits that serve a village best.

Litres to a village earn a price per visit: ``slope * litres + bonus`` of the class
that the litres fall in. A trip may visit a village twice. All visits of a trip but
one have litres at an end of their class, as of two others one could give to the
other (Desaulniers 2010); so tank units may round in favour of the trip and a tank
still is overfilled by little.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.solver.jit import compiled_with_arrays

if TYPE_CHECKING:
    from dispatch.arrays import Floats, Ints

    pass


NEVER: Final = -1e18
#: Stops that a traced trip can have.
MAX_STOPS: Final = 64


@compiled_with_arrays
def visit_gains(
    num_units: int,
    unit_l: float,
    per_l: float,
    room: Floats,
    low: Floats,
    high: Floats,
    slope: Floats,
    bonus: Floats,
    gain: Floats,
    litres: Floats,
) -> Floats:
    """
    Fill in the most that a visit earns per tank unit, and the litres it brings.

    A class with ``low > high`` is unused.

    Parameters
    ----------
    num_units
        Units that a tank is cut into.
    unit_l
        Litres of a unit.
    per_l
        Price of a litre at the source, on board and while unloading.
    room
        Shape (n,), litres that fit.
    low, high
        Shape (n, classes): litres of a visit of the class, both included.
    slope
        Shape (n, classes): what a litre earns.
    bonus
        Shape (n, classes): what a visit earns besides.
    gain
        Shape (n, num_units + 1), filled in; `NEVER` where no visit has so many units.
    litres
        Shape (n, num_units + 1), filled in.

    Returns
    -------
    Floats
        Shape (n,): what visits smaller than a unit earn, which take no tank.
    """
    n = room.size
    gain[:] = NEVER
    small_visit_gain = np.full(n, NEVER)
    most_l = num_units * unit_l
    for i in range(n):
        for j in range(low.shape[1]):
            least = low[i, j]
            most = min(high[i, j], room[i], most_l)
            if least > most:
                continue
            net = slope[i, j] - per_l
            for end in range(2):
                amount = least if end == 0 else most
                worth = net * amount + bonus[i, j]
                units = int(amount / unit_l + 1e-9)
                if units == 0:
                    small_visit_gain[i] = max(small_visit_gain[i], worth)
                elif worth > gain[i, units]:
                    gain[i, units] = worth
                    litres[i, units] = amount
            for units in range(max(1, math.ceil(least / unit_l)), num_units + 1):
                amount = min(most, units * unit_l) if net > 0 else least
                worth = net * amount + bonus[i, j]
                if worth > gain[i, units]:
                    gain[i, units] = worth
                    litres[i, units] = amount
                if amount >= most or net <= 0:
                    break
    return small_visit_gain


@compiled_with_arrays
def complete(
    mu: float,
    drive_s: Floats,
    near: Ints,
    gain: Floats,
    fixed: Floats,
    ending: Floats,
) -> tuple[Floats, Floats, Ints, Ints, Ints]:
    """
    Return the most that a trip still earns from a village on, by tank units left.

    A trip may come again to a village, though not at once from one other village.

    Parameters
    ----------
    mu
        Price of a second.
    drive_s
        Shape (n, n), seconds of driving.
    near
        Shape (n, n), all villages by rising ``drive_s``, itself first.
    gain
        Shape (n, num_units + 1), most that a visit with so many units earns.
    fixed
        Shape (n,), cost of one visit.
    ending
        Shape (n,), value of ending the trip after a village, the drive there paid.

    Returns
    -------
    arrive, leave
        Shape (2, n, num_units + 1): earnings from the arrival and the departure on;
        best, and best with another village next.
    unload, then, follow
        Units that these visits unload, whether they go on with the best or the
        second best, and the village after the departure, -1 for none.
    """
    n = fixed.size
    num_units = gain.shape[1] - 1
    arrive = np.full((2, n, num_units + 1), NEVER)
    leave = np.full((2, n, num_units + 1), NEVER)
    unload = np.zeros((2, n, num_units + 1), np.int64)
    then = np.zeros((2, n, num_units + 1), np.int64)
    follow = np.full((2, n, num_units + 1), -1)
    goes = np.full((2, n), -2)
    for level in range(num_units + 1):
        most = NEVER
        for i in range(n):
            best = NEVER
            second = NEVER
            goes[0, i] = -2
            goes[1, i] = -2
            for units in range(1, level + 1):
                if gain[i, units] <= NEVER:
                    continue
                for which in range(2):
                    worth = gain[i, units] + leave[which, i, level - units]
                    if worth <= second:
                        break
                    to = follow[which, i, level - units]
                    if worth > best:
                        if to != goes[0, i]:
                            second = best
                            goes[1, i] = goes[0, i]
                            unload[1, i, level] = unload[0, i, level]
                            then[1, i, level] = then[0, i, level]
                        best = worth
                        goes[0, i] = to
                        unload[0, i, level] = units
                        then[0, i, level] = which
                    elif to != goes[0, i]:
                        second = worth
                        goes[1, i] = to
                        unload[1, i, level] = units
                        then[1, i, level] = which
            arrive[0, i, level] = best - fixed[i]
            arrive[1, i, level] = second - fixed[i]
            most = max(most, arrive[0, i, level])
        for i in range(n):
            best = ending[i]
            second = NEVER
            for k in range(1, n):
                m = near[i, k]
                drive_cost = mu * drive_s[i, m]
                # An end is never barred, so nothing below it matters.
                if most - drive_cost <= second or most - drive_cost <= ending[i]:
                    break
                worth = arrive[1 if goes[0, m] == i else 0, m, level] - drive_cost
                if worth > best:
                    second = best
                    follow[1, i, level] = follow[0, i, level]
                    best = worth
                    follow[0, i, level] = m
                elif worth > second:
                    second = worth
                    follow[1, i, level] = m
            leave[0, i, level] = best
            leave[1, i, level] = second
    return arrive, leave, unload, then, follow


@compiled_with_arrays
def best_starts(
    mu: float,
    unit_l: float,
    start_worth: Floats,
    start_drive_s: Floats,
    excess_per_l: Floats,
    arrive: Floats,
) -> tuple[Floats, Ints]:
    """
    Return per source and first village the most that a trip earns, and its units.

    The units paid for are no more than the litres of a best trip: litres at the end of
    a class round down, and others fill their last unit as long as that pays.

    Parameters
    ----------
    mu
        Price of a second.
    unit_l
        Litres of a unit.
    start_worth
        Shape (S,): what it is worth to start a trip at a source.
    start_drive_s
        Shape (S, n): seconds from source to village.
    excess_per_l
        Shape (S,): price of a litre there beyond that of the cheapest source.
    arrive
        Shape (n, num_units + 1): the best of `complete`.

    Returns
    -------
    tuple[Floats, Ints]
        Shape (S, n) each; `NEVER` and 0 where no trip starts.
    """
    num_sources, n = start_drive_s.shape
    num_units = arrive.shape[1] - 1
    worth = np.full((num_sources, n), NEVER)
    load = np.zeros((num_sources, n), np.int64)
    for s in range(num_sources):
        for i in range(n):
            base = start_worth[s] - mu * start_drive_s[s, i]
            if not base > NEVER:
                continue
            if excess_per_l[s] <= 0.0:
                worth[s, i] = base + arrive[i, num_units]
                load[s, i] = num_units
                continue
            for units in range(1, num_units + 1):
                paid = excess_per_l[s] * units * unit_l
                if base + arrive[i, units] - paid > worth[s, i]:
                    worth[s, i] = base + arrive[i, units] - paid
                    load[s, i] = units
    return worth, load


@compiled_with_arrays
def trace(
    first: int,
    load: int,
    unload: Ints,
    then: Ints,
    follow: Ints,
    stops: Ints,
    units: Ints,
) -> int:
    """
    Write the villages and units of the best trip; return how many stops.

    Parameters
    ----------
    first
        Village that the trip comes to first.
    load
        Tank units that it starts with.
    unload, then, follow
        As from `complete`.
    stops, units
        Written from the front; long enough for any trip.

    Returns
    -------
    int
        Stops written to ``stops`` and ``units``.
    """
    count = 0
    i = first
    level = load
    which = 0
    while i >= 0 and level > 0 and count < stops.size:
        taken = unload[which, i, level]
        if taken == 0:
            break
        stops[count] = i
        units[count] = taken
        count += 1
        on = then[which, i, level]
        level -= taken
        to = follow[on, i, level]
        if to < 0 or level == 0:
            break
        # The next visit may not lead straight back here.
        taken = unload[0, to, level]
        back = follow[then[0, to, level], to, level - taken]
        which = 1 if back == i else 0
        i = to
    return count


@compiled_with_arrays
def nearest_of(near: Ints, drive_s: Floats, kept: Ints) -> tuple[Ints, Floats]:
    """
    Return ``near`` and ``drive_s`` of some villages, with new numbers.

    Parameters
    ----------
    near
        Shape (N, N): villages by rising seconds, itself first.
    drive_s
        Shape (N, N): seconds between villages.
    kept
        Positions of the n villages to keep.

    Returns
    -------
    tuple[Ints, Floats]
        Shape (n, n) each; numbers are positions in ``kept``.
    """
    n = kept.size
    number = np.full(near.shape[0], -1)
    for k in range(n):
        number[kept[k]] = k
    some_near = np.empty((n, n), np.int64)
    some_drive_s = np.empty((n, n))
    for k in range(n):
        i = kept[k]
        to = 0
        for j in range(near.shape[1]):
            m = number[near[i, j]]
            if m >= 0:
                some_near[k, to] = m
                to += 1
        for j in range(n):
            some_drive_s[k, j] = drive_s[i, kept[j]]
    return some_near, some_drive_s


@compiled_with_arrays
def _set_tangent(
    tangent: float,
    low: Floats,
    high: Floats,
    slope: Floats,
    bonus: Floats,
    adds: Floats,
    per_l: Floats,
) -> None:
    """Write what a visit of every class adds, and the most that a litre adds so far."""
    for j in range(len(low)):
        net = tangent - slope[j]
        adds[j] = net * (high[j] if net > 0 else low[j]) - bonus[j]
        # Classes come in falling order of litres, so sums run over the smaller ones.
        per_l[j + 1] = per_l[j]
        if low[j] <= high[j]:
            per_l[j + 1] = max(per_l[j], adds[j] / low[j])


@compiled_with_arrays
def _worth_of_visits(
    count: Ints,
    room: float,
    worth: Floats,
    need: Floats,
    order: Ints,
    low: Floats,
    high: Floats,
    slope: Floats,
    bonus: Floats,
    by_slope: Ints,
    extra: Floats,
) -> float:
    """
    Return what visits are worth at the litres that suit them best.

    Each has the least litres of its class; ``extra``, shape (J,), is filled in with
    those that the visits of a class bring besides.
    """
    total = 0.0
    given = 0.0
    for j in range(len(count)):
        extra[j] = 0.0
        given += count[j] * low[j]
        total -= count[j] * (slope[j] * low[j] + bonus[j])
    free = room - given
    k = 0
    left = 0.0  # of what the class could bring besides
    for b in order:
        if worth[b] <= 0.0:
            break
        open_l = need[b]
        taken = min(open_l, given)
        total += worth[b] * taken
        given -= taken
        open_l -= taken
        while open_l > 0.0 and free > 0.0:
            while left <= 0.0 and k < len(count):
                j = by_slope[k]
                left = count[j] * (high[j] - low[j])
                k += 1
            if left <= 0.0 or slope[by_slope[k - 1]] >= worth[b]:
                break
            j = by_slope[k - 1]
            taken = min(left, open_l, free)
            total += (worth[b] - slope[j]) * taken
            extra[j] += taken
            left -= taken
            open_l -= taken
            free -= taken
    return total


@compiled_with_arrays
def best_patterns(
    worth: Floats,
    need: Floats,
    room: Floats,
    most_visits: Ints,
    low: Floats,
    high: Floats,
    slope: Floats,
    bonus: Floats,
    node_limit: int,
    at_knot: Floats,
    litres: Floats,
) -> Floats:
    """
    Return per village the most that a set of visits is worth, at least.

    Parameters
    ----------
    worth, need
        Shape (V, B): value of a litre per band, and how many it takes.
    room, most_visits
        Shape (V,): litres that fit, visits.
    low, high, slope, bonus
        Shape (V, J): classes of litres per visit, the price of a litre in them and
        what the visit costs besides, unused if ``low > high``.
    node_limit
        Nodes of the tree per village; beyond them a bound stands in.
    at_knot, litres
        Shapes (V, J + 1) and (V,): visits of the best set, shared out to the ends of
        their classes, and its litres.

    Returns
    -------
    Floats
        Shape (V,).
    """
    num_villages, num_classes = low.shape
    num_bands = need.shape[1]
    values = np.zeros(num_villages)
    count = np.zeros(num_classes, np.int64)
    extra = np.zeros(num_classes)
    # Per tangent of the worth of litres: what visits add to it, and per litre of room.
    peak = np.zeros(num_bands + 1)
    adds = np.zeros((num_bands + 1, num_classes))
    per_l = np.zeros((num_bands + 1, num_classes + 1))
    sums = np.zeros(num_bands + 1)
    for v in range(num_villages):
        order = np.argsort(-worth[v])
        by_slope = np.argsort(slope[v])
        for t in range(num_bands + 1):
            tangent = max(0.0, worth[v, t]) if t < num_bands else 0.0
            peak[t] = _filled(worth[v], need[v], order, tangent, room[v])
            _set_tangent(
                tangent, low[v], high[v], slope[v], bonus[v], adds[t], per_l[t]
            )
        best = 0.0  # no visits
        at_knot[v] = 0.0
        litres[v] = 0.0
        count[:] = 0
        sums[:] = 0.0
        j = num_classes - 1
        least = 0.0
        visits = 0
        nodes = 0
        unproven = NEVER
        # Depth first over classes: one more visit of class j, else the next class.
        while True:
            bound = NEVER
            while j >= 0:
                if (
                    low[v, j] <= high[v, j]
                    and visits < most_visits[v]
                    and least + low[v, j] <= room[v]
                ):
                    bound = 1e18
                    rest = room[v] - least - low[v, j]
                    for t in range(num_bands + 1):
                        at_most = (
                            peak[t] + sums[t] + adds[t, j] + per_l[t, j + 1] * rest
                        )
                        bound = min(bound, at_most)
                    if bound > best + 1e-9:
                        break
                bound = NEVER
                j -= 1
            if bound > NEVER and nodes < node_limit:
                nodes += 1
                count[j] += 1
                visits += 1
                least += low[v, j]
                for t in range(num_bands + 1):
                    sums[t] += adds[t, j]
                value = _worth_of_visits(
                    count,
                    room[v],
                    worth[v],
                    need[v],
                    order,
                    low[v],
                    high[v],
                    slope[v],
                    bonus[v],
                    by_slope,
                    extra,
                )
                if value > best:
                    best = value
                    _note_visits(count, low[v], high[v], extra, at_knot[v])
                    litres[v] = least + extra.sum()
                continue
            if bound > NEVER:  # covers visits of class j; smaller ones follow here
                bound = 1e18
                for t in range(num_bands + 1):
                    at_most = peak[t] + sums[t] + per_l[t, j + 1] * (room[v] - least)
                    bound = min(bound, at_most)
                unproven = max(unproven, bound)
            # Back: drop the last visit and go on with the class after its own.
            j = 0
            while j < num_classes and count[j] == 0:
                j += 1
            if j == num_classes:
                break
            count[j] -= 1
            visits -= 1
            least -= low[v, j]
            for t in range(num_bands + 1):
                sums[t] -= adds[t, j]
            j -= 1
        values[v] = max(best, unproven)
    return values


@compiled_with_arrays
def _note_visits(
    count: Ints, low: Floats, high: Floats, extra: Floats, at_knot: Floats
) -> None:
    """Share visits out to the ends of their classes."""
    at_knot[:] = 0.0
    for j in range(len(count)):
        if count[j] > 0:
            upper = extra[j] / (high[j] - low[j])
            at_knot[j] += count[j] - upper
            at_knot[j + 1] += upper


@compiled_with_arrays
def _filled(
    worth: Floats, need: Floats, order: Ints, price: float, room: float
) -> float:
    """Return what litres are worth at a price, the best bands first, room kept."""
    total = 0.0
    left = room
    for b in order:
        if worth[b] <= max(0.0, price) or left <= 0.0:
            break
        given = min(left, need[b])
        total += (worth[b] - price) * given
        left -= given
    return total


@compiled_with_arrays
def shorten(rows: Floats, drive_s: Floats) -> None:
    """
    Make ``rows`` shortest seconds by any detour, in place.

    Each row starts as the direct seconds from one place to all, or, with ``drive_s``
    transposed, from all to one (Bellman 1958).

    Parameters
    ----------
    rows
        Shape (r, P): direct seconds, replaced by the shortest.
    drive_s
        Shape (P, P): direct seconds, inf where there is no road.
    """
    num_places = drive_s.shape[0]
    for r in range(rows.shape[0]):
        row = rows[r]
        is_shorter = True
        while is_shorter:
            is_shorter = False
            for k in range(num_places):
                base = row[k]
                for j in range(num_places):
                    if base + drive_s[k, j] < row[j]:
                        row[j] = base + drive_s[k, j]
                        is_shorter = True
