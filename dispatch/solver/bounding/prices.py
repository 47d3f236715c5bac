"""Prices of litres, visits, water and time: any of them prove a bound."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.model.need import BANDS, LIVESTOCK
from dispatch.solver.bounding.pricing import best_patterns

if TYPE_CHECKING:
    from dispatch.arrays import Floats
    from dispatch.solver.bounding.classes import VisitClasses
    from dispatch.solver.bounding.data import BoundData


#: Sets of visits to look at per village before a coarser bound takes over.
MAX_SETS: Final = 100_000
#: Multiples of prices to try for another goal.
RESCALINGS: Final = (0.4, 0.5, 0.6, 0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.1, 2.5)


@dataclass(frozen=True)
class Goal:
    """Bands whose litres count, shape (7,), and litres that bands must get."""

    weight: Floats
    floor_l: Floats


@dataclass(frozen=True)
class Prices:
    """
    One price per limit of the relaxation, all but ``visit`` and ``place`` >= 0.

    Attributes
    ----------
    small_l, non_potable_l
        Shape (V,), of a litre that a village gets in a small visit, or from a truck
        or source that is not potable.
    visit
        Shape (V, J + 1), of any sign: what a counted visit earns at every knot.
    room_l, any_visit
        Shape (V,), of a litre of room and of a visit where visits are limited.
    supply_l, bay_s
        Shape (S,), of a litre and of a second in a bay.
    floor_l
        Shape (7,), of a litre that a band must get.
    second
        Shape (K,), of a truck's second, per kind.
    place
        Per kind, shape (E,): what it is worth to be at an end.
    """

    small_l: Floats
    non_potable_l: Floats
    visit: Floats
    room_l: Floats
    any_visit: Floats
    supply_l: Floats
    bay_s: Floats
    floor_l: Floats
    second: Floats
    place: tuple[Floats, ...]


@dataclass(frozen=True)
class Patterns:
    """Per village the best set of visits: shares at knots (V, J + 1), litres (V,)."""

    at_knot: Floats
    litres: Floats


def mixed(one: Prices, other: Prices, share: float) -> Prices:
    """
    Return ``share`` of the first prices and the rest of the second.

    Parameters
    ----------
    one, other
        Prices of the same scenario and classes.
    share
        Weight of the first, 0 to 1.
    """
    blend = {
        item.name: share * getattr(one, item.name)
        + (1 - share) * getattr(other, item.name)
        for item in fields(Prices)
        if item.name != "place"
    }
    place = tuple(
        share * a + (1 - share) * b for a, b in zip(one.place, other.place, strict=True)
    )
    return Prices(place=place, **blend)


def with_classes(prices: Prices, classes: VisitClasses) -> Prices:
    """
    Return the same prices for counted visits, which earn them per litre.

    Parameters
    ----------
    prices
        Prices without counted visits.
    classes
        Classes that visits are counted in.
    """
    visit = np.nan_to_num(classes.knot) * prices.small_l[:, None]
    return replace(prices, visit=visit)


def rescaled(
    data: BoundData, classes: VisitClasses, goal: Goal, before: Goal, prices: Prices
) -> Prices:
    """
    Return prices that were good for one goal in the measure of another.

    A multiple of prices leaves what trips gain as it is, so only the villages and
    floors must be looked at, and the multiple with the least bound is taken.

    Parameters
    ----------
    data
        The scenario as the bound sees it.
    classes
        Classes of visits by their litres.
    goal
        The goal to price for.
    before
        The goal for which ``prices`` were found.
    prices
        Prices at which no trip gains.
    """
    worth = before.weight + prices.floor_l
    options = []
    for factor in RESCALINGS:
        new = Prices(
            place=tuple(factor * place for place in prices.place),
            **{
                item.name: factor * getattr(prices, item.name)
                for item in fields(Prices)
                if item.name != "place"
            },
        )
        floor_l = np.maximum(0.0, factor * worth - goal.weight)
        new = replace(new, floor_l=np.where(goal.floor_l > 0, floor_l, 0.0))
        options.append((priced_bound(data, classes, goal, new)[0], new))
    return min(options, key=lambda option: option[0])[1]


def class_lines(classes: VisitClasses, prices: Prices) -> tuple[Floats, Floats]:
    """
    Return what a counted visit earns per litre and besides, (V, J) each.

    Parameters
    ----------
    classes
        Classes of visits by their litres.
    prices
        One price per limit of the relaxation.
    """
    used = np.isfinite(classes.knot[:, 1:])
    rise = np.diff(prices.visit, axis=1)
    width = np.diff(classes.knot, axis=1)
    slope = np.divide(rise, width, out=np.zeros_like(rise), where=used)
    begin = np.where(used, classes.knot[:, :-1], 0.0)
    return slope, np.where(used, prices.visit[:, :-1] - slope * begin, 0.0)


def band_worth(data: BoundData, goal: Goal, prices: Prices) -> tuple[Floats, Floats]:
    """
    Return per village and band what a litre earns that costs its price, else, (V, 7).

    The first is what a litre in a counted visit earns beyond the second, which is
    left of its worth if small visits or non-potable water bring it.

    Parameters
    ----------
    data
        The scenario as the bound sees it.
    goal
        Bands whose litres count, and litres that bands must get.
    prices
        One price per limit of the relaxation.
    """
    worth = goal.weight + prices.floor_l - prices.room_l[:, None]
    price_l = np.repeat(prices.small_l[:, None], len(BANDS), axis=1)
    price_l[:, LIVESTOCK] = np.minimum(prices.small_l, prices.non_potable_l)
    surplus = np.maximum(0.0, worth - price_l)
    return worth - surplus, surplus


def priced_bound(
    data: BoundData, classes: VisitClasses, goal: Goal, prices: Prices
) -> tuple[float, Patterns]:
    """
    Return a bound on the goal of any plan that keeps the floors.

    Holds if no trip earns more than its seconds cost: see `pricing`.

    Parameters
    ----------
    data
        The scenario as the bound sees it.
    classes
        Classes of visits by their litres.
    goal
        Bands whose litres count, and litres that bands must get.
    prices
        One price per limit of the relaxation.

    Returns
    -------
    tuple[float, Patterns]
        Litres of the goal, and the set of visits per village that the bound rests on.
    """
    large, surplus = band_worth(data, goal, prices)
    patterns = Patterns(
        at_knot=np.zeros(classes.knot.shape), litres=np.zeros(data.room.size)
    )
    limited = np.isfinite(data.most_visits)
    slope, bonus = class_lines(classes, prices)
    sets = best_patterns(
        large,
        data.need,
        data.room,
        np.where(limited, data.most_visits, 10**6).astype(np.int64),
        classes.low,
        classes.high,
        slope,
        bonus,
        MAX_SETS,
        patterns.at_knot,
        patterns.litres,
    )
    total = float(
        sets.sum()
        + (surplus * data.need).sum()
        + prices.room_l @ data.room
        - prices.floor_l @ goal.floor_l
        + _finite(prices.any_visit, data.most_visits)
        + _finite(prices.supply_l, data.supply)
        + _finite(prices.bay_s, data.bay_s)
    )
    for kind, second, place in zip(
        data.kinds, prices.second, prices.place, strict=True
    ):
        for group in kind.groups:
            works = group.seconds > 0
            if works.any():
                begin = second * group.seconds + place[: kind.sources.size]
                earned = float(begin[works].max() - place[group.end])
                total += group.size * max(0.0, earned)
    return total, patterns


def _finite(price: Floats, limit: Floats) -> float:
    limited = np.isfinite(limit)
    return float(price[limited] @ limit[limited])
