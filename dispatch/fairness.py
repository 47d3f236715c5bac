"""How evenly water reaches people: figures of unevenness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Fairness:
    """
    How evenly water is shared between people; every person counts once.

    Attributes
    ----------
    min_l_per_person, mean_l_per_person
        Litres a person has today, in the worst place and on average; None when
        nobody lives there.
    gini
        0 when all have the same, towards 1 when one place has everything.
    jain
        1 when all have the same, towards 0 when few have everything.
    """

    min_l_per_person: float | None
    mean_l_per_person: float | None
    gini: float
    jain: float


def measure_fairness(places: pd.DataFrame) -> Fairness:
    """Return how evenly water is shared; columns population and l_per_person."""
    lived_in = places[places["population"] > 0]
    litres = [float(value) for value in lived_in["l_per_person"]]
    people = [int(value) for value in lived_in["population"]]
    if not litres:
        return Fairness(None, None, 0.0, 1.0)
    total = sum(count * value for count, value in zip(people, litres, strict=True))
    return Fairness(
        min_l_per_person=min(litres),
        mean_l_per_person=total / sum(people),
        gini=gini(litres, people),
        jain=jain(litres, people),
    )


def gini(values: Sequence[float], weights: Sequence[float]) -> float:
    """
    Return the Gini index of values, each held by ``weights`` people; 0 is equal.

    Parameters
    ----------
    values
        Litres per person of every place.
    weights
        People of every place.

    Notes
    -----
    1 - 2 * area under the Lorenz curve, by trapezoids over the sorted values.
    """
    pairs = sorted(zip(values, weights, strict=True))
    total = sum(value * weight for value, weight in pairs)
    everybody = sum(weights)
    if total <= 0 or everybody <= 0:
        return 0.0
    area = reached = 0.0
    for value, weight in pairs:
        before = reached
        reached += value * weight / total
        area += (before + reached) / 2 * weight / everybody
    return max(0.0, 1 - 2 * area)


def jain(values: Sequence[float], weights: Sequence[float]) -> float:
    """
    Return Jain's index of values, each held by ``weights`` people; 1 is equal.

    Parameters
    ----------
    values
        Litres per person of every place.
    weights
        People of every place.

    References
    ----------
    Jain, Chiu & Hawe (1984): (sum x)^2 / (n * sum x^2).
    """
    pairs = list(zip(values, weights, strict=True))
    squares = sum(weight * value**2 for value, weight in pairs)
    if squares <= 0:
        return 1.0
    total = sum(weight * value for value, weight in pairs)
    return float(total**2 / (sum(weights) * squares))
