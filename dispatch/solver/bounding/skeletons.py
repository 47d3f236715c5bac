"""All trips that a better plan can make, on days of few villages."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Floats, Ints
    from dispatch.solver.bounding.classes import VisitClasses
    from dispatch.solver.bounding.data import BoundData, Kind
    from dispatch.solver.bounding.prices import Prices

#: Seconds that stand for a missing road.
NEVER_S: Final = 1e15


class Skeleton(NamedTuple):
    """A trip without its litres; all but seconds are positions inside the kind."""

    kind: int
    source: int
    stops: tuple[int, ...]
    """Villages in ascending order, not in that of the drive."""
    end: int
    seconds: float
    """Shortest drive, filling and visits, without the time that litres take."""


def shortest_tours_s(kind: Kind) -> Floats:
    """
    Return the shortest drive over every set of villages (Held & Karp 1962).

    Parameters
    ----------
    kind
        Trucks of one kind; of n villages there are 2^n sets.

    Returns
    -------
    Floats
        Shape (2^n, S, E): seconds from a source over the villages whose bits are set
        to an end; `NEVER_S` for no village and where there is no road.
    """
    num_villages = kind.villages.size
    start, drive_s, finish = (
        np.where(np.isfinite(seconds), seconds, NEVER_S)
        for seconds in (kind.start, kind.drive_s, kind.finish)
    )
    # By set, last village and source.
    to_last = np.full((1 << num_villages, num_villages, len(start)), NEVER_S)
    tours = np.full((1 << num_villages, len(start), finish.shape[1]), NEVER_S)
    for village in range(num_villages):
        to_last[1 << village, village] = start[:, village]
    for members in range(1, 1 << num_villages):
        so_far = to_last[members]
        for village in range(num_villages):
            if not members >> village & 1:
                reached = (so_far + drive_s[:, village, None]).min(axis=0)
                to_last[members | 1 << village, village] = reached
        tours[members] = (so_far[:, :, None] + finish[:, None, :]).min(axis=0)
    shortest: Floats = np.minimum(tours, NEVER_S)
    return shortest


def skeletons_within(
    data: BoundData,
    classes: VisitClasses,
    prices: Prices,
    slack_l: float,
    tours_s: Sequence[Floats],
) -> list[Skeleton]:
    """
    Return all trips that a plan can make that is within some litres of a bound.

    Whatever a plan serves, it is at most the bound at these prices less what each of
    its trips earns too little for its seconds. So a trip that loses more than
    ``slack_l`` is in no such plan.

    Parameters
    ----------
    data
        The scenario as the bound sees it.
    classes
        Classes of visits by their litres.
    prices
        Prices at which no trip earns more than its seconds cost.
    slack_l
        The bound at these prices, less the litres that a plan must get.
    tours_s
        Per kind, as from `shortest_tours_s`.
    """
    found = []
    for k, (kind, tours) in enumerate(zip(data.kinds, tours_s, strict=True)):
        for source in range(kind.sources.size):
            loss_l = _losses_l(data, classes, prices, k, source, tours)
            for members, end in np.argwhere(loss_l <= slack_l):
                stops = _members(int(members), kind.villages.size)
                setups_s = data.fill_setup_s + data.drop_setup_s * len(stops)
                seconds = float(tours[members, source, end]) + setups_s
                found.append(Skeleton(k, source, stops, int(end), seconds))
    return found


def _members(members: int, num_villages: int) -> tuple[int, ...]:
    return tuple(v for v in range(num_villages) if members >> v & 1)


def _losses_l(
    data: BoundData,
    classes: VisitClasses,
    prices: Prices,
    k: int,
    source: int,
    tours: Floats,
) -> Floats:
    """Return shape (2^n, E): what any trip earns at most falls short of its price."""
    kind = data.kinds[k]
    rate = prices.second[k]
    s = kind.sources[source]
    per_l = prices.supply_l[s] + (prices.bay_s[s] + rate) * data.fill_s_per_l[s]
    pieces = [
        piece
        for stop in range(kind.villages.size)
        for piece in _pieces(
            kind, classes, prices, stop, float(per_l + rate * kind.unload_s_per_l)
        )
    ]
    fixed = rate * data.drop_setup_s + prices.any_visit[kind.villages]
    earned = _most_earned(pieces, fixed, kind.capacity)
    place = prices.place[k]
    filling = (prices.bay_s[s] + rate) * data.fill_setup_s
    loss = rate * tours[:, source] + filling + place[source] - place - earned[:, None]
    return np.where(tours[:, source] < NEVER_S, loss, np.inf)


def _most_earned(
    pieces: list[tuple[float, float, int]], fixed: Floats, capacity: float
) -> Floats:
    """
    Return per set of villages the most that a tank can earn there, shape (2^n,).

    Parameters
    ----------
    pieces
        Gain per litre, litres and village; a tank takes the best first.
    fixed
        What a visit costs, per village.
    capacity
        Litres of the tank.
    """
    sets = np.arange(1 << fixed.size)
    earned = np.zeros(sets.size)
    left = np.full(sets.size, capacity)
    for gain_per_l, litres, stop in sorted(pieces, reverse=True):
        taken = np.where(sets >> stop & 1, np.minimum(left, litres), 0.0)
        earned += gain_per_l * taken
        left -= taken
    for stop, price in enumerate(fixed):
        earned -= np.where(sets >> stop & 1, price, 0.0)
    return earned


def _pieces(
    kind: Kind, classes: VisitClasses, prices: Prices, stop: int, per_l: float
) -> list[tuple[float, float, int]]:
    """Return the concave hull of what a visit earns: gain per litre, litres, stop."""
    village = int(kind.villages[stop])
    most_l = float(min(kind.room[stop], kind.capacity))
    points = [(0.0, 0.0)]
    if kind.is_potable:
        small_l = min(float(classes.small[village]), most_l)
        points.append((small_l, float(prices.small_l[village]) * small_l))
        is_knot = np.isfinite(classes.knot[village])
        knots, worth = classes.knot[village][is_knot], prices.visit[village][is_knot]
        inside = knots <= most_l
        points += zip(knots[inside].tolist(), worth[inside].tolist(), strict=True)
        if knots.size and knots[0] <= most_l:
            points.append((most_l, float(np.interp(most_l, knots, worth))))
    else:
        points.append((most_l, float(prices.non_potable_l[village]) * most_l))
    hull = _upper_hull([(litres, worth - per_l * litres) for litres, worth in points])
    return [
        ((after[1] - before[1]) / (after[0] - before[0]), after[0] - before[0], stop)
        for before, after in pairwise(hull)
        if after[1] > before[1]
    ]


def _upper_hull(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the corners of the least concave line above points (Andrew 1979)."""
    highest: dict[float, float] = {}
    for x, y in points:
        highest[x] = max(y, highest.get(x, -np.inf))
    hull: list[tuple[float, float]] = []
    for x, y in sorted(highest.items()):
        while len(hull) > 1 and _is_below(hull[-1], hull[-2], (x, y)):
            hull.pop()
        hull.append((x, y))
    return hull


def _is_below(
    point: tuple[float, float], left: tuple[float, float], right: tuple[float, float]
) -> bool:
    rise = (point[1] - left[1]) * (right[0] - left[0])
    return rise <= (right[1] - left[1]) * (point[0] - left[0])


def shortest_order(kind: Kind, skeleton: Skeleton) -> Ints:
    """
    Return the stops of a trip in the order of its shortest drive.

    Parameters
    ----------
    kind
        Trucks of the skeleton's kind.
    skeleton
        A trip of few stops.
    """
    # By the last stop and those before it, as in `shortest_tours_s`.
    stops = skeleton.stops
    best: dict[tuple[frozenset[int], int], tuple[float, tuple[int, ...]]] = {
        (frozenset([v]), v): (float(kind.start[skeleton.source, v]), (v,))
        for v in stops
    }
    for _ in stops[1:]:
        longer: dict[tuple[frozenset[int], int], tuple[float, tuple[int, ...]]] = {}
        for (members, last), (seconds, order) in best.items():
            for v in set(stops) - members:
                way = (seconds + float(kind.drive_s[last, v]), (*order, v))
                key = (members | {v}, v)
                longer[key] = min(longer.get(key, way), way)
        best = longer
    _, order = min(
        (seconds + float(kind.finish[last, skeleton.end]), order)
        for (_, last), (seconds, order) in best.items()
    )
    return np.array(order, dtype=np.int64)
