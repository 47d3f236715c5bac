"""Readers of bare number tables: sdvrp, mdsdvrp, mdsdhvrp_i."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from benchmarks.public.model import (
    Customer,
    PublicDepot,
    PublicInstance,
    VehicleGroup,
    distances,
)

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.public.model import Point

    Parts: TypeAlias = tuple[
        list[Point],
        tuple[PublicDepot, ...],
        tuple[Customer, ...],
        tuple[VehicleGroup, ...],
    ]


class _Numbers:
    """The numbers of a text, taken from the front."""

    def __init__(self, text: str) -> None:
        self._words = iter(text.split())

    def whole(self) -> int:
        return int(float(next(self._words)))

    def real(self) -> float:
        return float(next(self._words))

    def wholes(self, count: int) -> list[int]:
        return [self.whole() for _ in range(count)]

    def points(self, count: int) -> list[Point]:
        return [(self.real(), self.real()) for _ in range(count)]


def read_sdvrp(path: Path) -> PublicInstance:
    """Return an instance of ``n Q``, n demands, n + 1 points; depot first."""
    numbers = _Numbers(path.read_text(encoding="utf-8"))
    num_customers, capacity = numbers.wholes(2)
    demands = numbers.wholes(num_customers)
    points = numbers.points(num_customers + 1)
    return PublicInstance(
        name=path.stem,
        family="sdvrp",
        depots=(PublicDepot(),),
        customers=tuple(Customer(demand) for demand in demands),
        groups=(VehicleGroup(depot=0, capacity=capacity),),
        may_split=True,
        distance=distances(points, "nearest"),
        is_integer=True,
        unit="distance, legs rounded",
    )


def read_mdsdvrp(path: Path) -> PublicInstance:
    """Return an instance in one of the three forms that names begin with."""
    forms = {"K": _tight_fleet, "G": _points_first, "P": _cordeau}
    text = path.read_text(encoding="utf-8")
    points, depots, customers, groups = forms[path.stem[0]](text)
    return PublicInstance(
        name=path.stem,
        family="mdsdvrp",
        depots=depots,
        customers=customers,
        groups=groups,
        may_split=True,
        distance=distances(points, "exact"),
        is_integer=False,
    )


def _tight_fleet(text: str) -> Parts:
    """``n Q m1..mk`` in the first line, then demands, depots, customers."""
    header, rest = text.lstrip().split("\n", 1)
    num_customers, capacity, *counts = (int(word) for word in header.split())
    numbers = _Numbers(rest)
    demands = numbers.wholes(num_customers)
    return (
        numbers.points(len(counts) + num_customers),
        (PublicDepot(),) * len(counts),
        tuple(Customer(demand) for demand in demands),
        _group_per_depot(counts, [capacity] * len(counts)),
    )


def _points_first(text: str) -> Parts:
    """``n k Q``, depots as ``x y vehicles``, customers as ``x y demand``."""
    numbers = _Numbers(text)
    num_customers, num_depots, capacity = numbers.wholes(3)
    points, counts, customers = [], [], []
    for _ in range(num_depots):
        points += numbers.points(1)
        counts.append(numbers.whole())
    for _ in range(num_customers):
        points += numbers.points(1)
        customers.append(Customer(numbers.whole()))
    return (
        points,
        (PublicDepot(),) * num_depots,
        tuple(customers),
        _group_per_depot(counts, [capacity] * num_depots),
    )


def _cordeau(text: str) -> Parts:
    """``2 m n t``, t rows ``D Q``, rows ``i x y service demand ...``; depots last."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    _kind, per_depot, num_customers, num_depots = (int(word) for word in lines[0])
    limits = [(float(d), int(float(q))) for d, q in lines[1 : 1 + num_depots]]
    rows = lines[1 + num_depots :]
    served, depots = rows[:num_customers], rows[num_customers:][:num_depots]
    points = [(float(row[1]), float(row[2])) for row in (*depots, *served)]
    customers = [Customer(int(float(row[4])), float(row[3])) for row in served]
    groups = _group_per_depot(
        [per_depot] * num_depots,
        [capacity for _, capacity in limits],
        [longest or math.inf for longest, _ in limits],
    )
    return points, (PublicDepot(),) * num_depots, tuple(customers), groups


def _group_per_depot(
    counts: list[int], capacities: list[int], longest: list[float] | None = None
) -> tuple[VehicleGroup, ...]:
    limits = longest or [math.inf] * len(counts)
    return tuple(
        VehicleGroup(
            depot=depot, capacity=capacity, count=count, max_duration=max_duration
        )
        for depot, (count, capacity, max_duration) in enumerate(
            zip(counts, capacities, limits, strict=True)
        )
    )


def read_mdsdhvrp(path: Path) -> PublicInstance:
    """
    Return an instance of types, depots with stock and fleet, customers.

    Times are hours; a vehicle makes one trip.
    """
    numbers = _Numbers(path.read_text(encoding="utf-8"))
    num_types, num_depots, num_customers = numbers.wholes(3)
    kinds = []
    for _ in range(num_types):
        numbers.whole()
        kinds.append((numbers.whole(), *(numbers.real() for _ in range(3))))
    points, depots, groups = [], [], []
    for depot in range(num_depots):
        numbers.whole()
        points += numbers.points(1)
        depots.append(PublicDepot(numbers.whole()))
        for capacity, max_duration, speed, price in kinds:
            groups.append(
                VehicleGroup(
                    depot=depot,
                    capacity=capacity,
                    count=numbers.whole(),
                    max_duration=max_duration,
                    cost_per_distance=price,
                    speed=speed,
                )
            )
    customers = []
    for _ in range(num_customers):
        numbers.whole()
        points += numbers.points(1)
        customers.append(Customer(numbers.whole(), numbers.real()))
    return PublicInstance(
        name=path.stem,
        family="mdsdhvrp_i",
        depots=tuple(depots),
        customers=tuple(customers),
        groups=tuple(groups),
        may_split=True,
        distance=distances(points, "exact"),
        is_integer=False,
        unit="cost",
    )
