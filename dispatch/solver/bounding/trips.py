"""Trips that earn more than their seconds cost, and the rate that none exceeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from dispatch.solver.bounding.prices import class_lines
from dispatch.solver.bounding.pricing import (
    MAX_STOPS,
    best_starts,
    complete,
    nearest_of,
    trace,
    visit_gains,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Floats, Ints
    from dispatch.solver.bounding.classes import VisitClasses
    from dispatch.solver.bounding.data import BoundData, Kind
    from dispatch.solver.bounding.prices import Prices


#: How often a rate is raised to that of the best trip before it is closed by force.
MAX_RAISES: Final = 4
#: Trips of a kind to write down in one round, the best ones.
MAX_TRACED: Final = 60


class Trip(NamedTuple):
    """A trip of a kind; source, stops and end are positions inside the kind."""

    kind: int
    source: int
    stops: tuple[int, ...]
    litres: tuple[float, ...]
    end: int


@dataclass(frozen=True)
class _Table:
    """Result of one dynamic program; ``best`` bounds what any trip earns."""

    best: float
    worth: Floats
    load: Ints
    villages: Ints
    litres: Floats
    unload: Ints
    then: Ints
    follow: Ints


def trip_seconds(data: BoundData, trip: Trip) -> float:
    """
    Return the seconds of a trip, the drive to its end included.

    Parameters
    ----------
    data
        The scenario as the bound sees it.
    trip
        A trip of one of its kinds of trucks.
    """
    kind = data.kinds[trip.kind]
    legs = kind.drive_s[list(trip.stops[:-1]), list(trip.stops[1:])]
    per_l = data.fill_s_per_l[kind.sources[trip.source]] + kind.unload_s_per_l
    return float(
        data.fill_setup_s
        + kind.start[trip.source, trip.stops[0]]
        + legs.sum()
        + kind.finish[trip.stops[-1], trip.end]
        + data.drop_setup_s * len(trip.stops)
        + per_l * sum(trip.litres)
    )


def trip_profit(
    data: BoundData, classes: VisitClasses, prices: Prices, trip: Trip
) -> float:
    """
    Return what a trip earns before its seconds are paid.

    Parameters
    ----------
    data
        The scenario as the bound sees it.
    classes
        Classes of visits by their litres.
    prices
        One price per limit of the relaxation.
    trip
        A trip of one of its kinds of trucks.
    """
    kind = data.kinds[trip.kind]
    source = kind.sources[trip.source]
    place = prices.place[trip.kind]
    per_l = prices.supply_l[source] + prices.bay_s[source] * data.fill_s_per_l[source]
    total = (
        place[trip.end] - place[trip.source] - prices.bay_s[source] * data.fill_setup_s
    )
    for stop, litres in zip(trip.stops, trip.litres, strict=True):
        village = kind.villages[stop]
        price = prices.non_potable_l[village]
        if kind.is_potable:
            shares = classes.shares(int(village), litres)
            price = 0.0 if shares else prices.small_l[village]
            total += sum(part * prices.visit[village, knot] for knot, part in shares)
        total += (price - per_l) * litres - prices.any_visit[village]
    return float(total)


def find_trips(
    data: BoundData, classes: VisitClasses, prices: Prices
) -> tuple[Floats, list[Trip]]:
    """
    Return per kind a price of its seconds at which no trip gains, and good trips.

    Each price starts at that of ``prices`` and rises to the rate of the best trip
    while there is one (Dinkelbach 1967).

    Parameters
    ----------
    data
        The scenario as the bound sees it.
    classes
        Classes of visits by their litres.
    prices
        One price per limit of the relaxation.

    Returns
    -------
    tuple[Floats, list[Trip]]
        Prices, shape (K,), and trips of any kind that earn more than the seconds cost.
    """
    rates = np.empty(len(data.kinds))
    trips: list[Trip] = []
    for k, kind in enumerate(data.kinds):
        rate = max(float(prices.second[k]), 1e-7, _empty_rate(data, kind, prices, k))
        gain = 0.0
        for raised in range(MAX_RAISES + 1):
            table = _fill_table(data, classes, prices, k, rate)
            gain = table.best
            if raised == 0:
                trips += _best_trips(data, prices, k, rate, table)
            if gain <= 1e-5 * rate * kind.least_s or raised == MAX_RAISES:
                break
            best = _best_trip(prices, data, k, rate, table)
            if best is None:
                break
            if raised:
                trips.append(best)
            reached = trip_profit(data, classes, prices, best)
            seconds = trip_seconds(data, best)
            if seconds <= 0 or reached <= rate * seconds:
                break
            rate = reached / seconds
        if gain > 0:
            # Every trip takes at least so long, so none gains at this rate.
            rate = rate + gain / kind.least_s if kind.least_s > 0 else np.inf
        rates[k] = rate
    return rates, trips


def _empty_rate(data: BoundData, kind: Kind, prices: Prices, k: int) -> float:
    """Return the rate at which filling and driving off alone does not pay."""
    place = prices.place[k]
    gain = place[None, :] - place[: kind.sources.size, None]
    seconds = kind.empty + data.fill_setup_s
    pays = (gain > 1e-12) & np.isfinite(seconds)
    if not pays.any():
        return 0.0
    with np.errstate(divide="ignore"):
        return float((gain[pays] / seconds[pays]).max())


def _visit_prices(
    classes: VisitClasses, prices: Prices, kind: Kind
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return low, high, litre price and bonus of every class at every village."""
    villages = kind.villages
    if not kind.is_potable:
        shape = (villages.size, 1)
        non_potable = prices.non_potable_l[villages].reshape(shape)
        return (
            np.ones(shape),
            kind.room.reshape(shape).copy(),
            non_potable,
            np.zeros(shape),
        )
    slope, bonus = class_lines(classes, prices)
    lines = [
        (np.ones(villages.size), classes.low[villages]),
        (classes.small[villages], classes.high[villages]),
        (prices.small_l[villages], slope[villages]),
        (np.zeros(villages.size), bonus[villages]),
    ]
    low, high, slope, bonus = (np.column_stack(pair) for pair in lines)
    return low, high, slope, bonus


def _fill_table(
    data: BoundData, classes: VisitClasses, prices: Prices, k: int, rate: float
) -> _Table:
    kind = data.kinds[k]
    sources = kind.sources
    per_l = prices.supply_l[sources] + (
        (prices.bay_s[sources] + rate) * data.fill_s_per_l[sources]
    )
    unit_l = kind.capacity / classes.units
    gain = np.empty((kind.villages.size, classes.units + 1))
    litres = np.zeros_like(gain)
    small_visit_gain = visit_gains(
        classes.units,
        unit_l,
        float(per_l.min()) + rate * kind.unload_s_per_l,
        kind.room,
        *_visit_prices(classes, prices, kind),
        gain,
        litres,
    )
    fixed = rate * data.drop_setup_s + prices.any_visit[kind.villages]
    # Visits that take no unit of the tank: as if every trip could make them all.
    extra = float(np.maximum(0.0, small_visit_gain - fixed).sum())
    place = prices.place[k]
    ending = (place - rate * kind.finish).max(axis=1)
    # Leaving out a visit that does not pay is no detour, so no trip needs it.
    kept = np.flatnonzero((gain.max(axis=1) > fixed) & np.isfinite(ending))
    near, drive_s = nearest_of(kind.near, kind.drive_s, kept)
    arrive, _, unload, then, follow = complete(
        rate, drive_s, near, gain[kept], fixed[kept], ending[kept]
    )
    begin = extra - place[: sources.size]
    begin -= (prices.bay_s[sources] + rate) * data.fill_setup_s
    start = np.where(np.isfinite(kind.start), kind.start, 1e15)[:, kept]
    worth, load = best_starts(
        rate, unit_l, begin, start, per_l - per_l.min(), arrive[0]
    )
    return _Table(
        best=max(extra, float(worth.max(initial=0.0))),
        worth=worth,
        load=load,
        villages=kept,
        litres=litres,
        unload=unload,
        then=then,
        follow=follow,
    )


def _best_trip(
    prices: Prices, data: BoundData, k: int, rate: float, table: _Table
) -> Trip | None:
    if not table.worth.size or table.worth.max() <= 0:
        return None
    flat = int(table.worth.argmax())
    source, first = divmod(flat, table.worth.shape[1])
    return _traced(prices, data, k, rate, table, [(source, first)])[0]


def _best_trips(
    data: BoundData, prices: Prices, k: int, rate: float, table: _Table
) -> list[Trip]:
    """Return the best trip to every first village and from every source."""
    if not table.worth.size:
        return []
    sources = table.worth.argmax(axis=0)
    firsts = table.worth.argmax(axis=1)
    pairs = {(int(s), i) for i, s in enumerate(sources)}
    pairs |= {(s, int(i)) for s, i in enumerate(firsts)}
    good = [pair for pair in pairs if table.worth[pair] > 1e-6]
    good = sorted(good, key=lambda pair: (-table.worth[pair], pair))[:MAX_TRACED]
    return _traced(prices, data, k, rate, table, good)


def _traced(
    prices: Prices,
    data: BoundData,
    k: int,
    rate: float,
    table: _Table,
    pairs: Sequence[tuple[int, int]],
) -> list[Trip]:
    kind = data.kinds[k]
    stops = np.zeros(MAX_STOPS, dtype=np.int64)
    units = np.zeros(MAX_STOPS, dtype=np.int64)
    trips = []
    for source, first in pairs:
        load = int(table.load[source, first])
        count = trace(first, load, table.unload, table.then, table.follow, stops, units)
        visited = table.villages[stops[:count]]
        litres = table.litres[visited, units[:count]]
        last = int(visited[-1])
        trips.append(
            Trip(
                kind=k,
                source=source,
                stops=tuple(visited.tolist()),
                litres=tuple(litres.tolist()),
                end=int((prices.place[k] - rate * kind.finish[last]).argmax()),
            )
        )
    return trips
