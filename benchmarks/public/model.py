"""One neutral form of all public instances, and of routes for them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Floats, Point


#: How a family turns Euclidean distances into its figures.
Rounding = Literal["exact", "nearest", "tenths", "thousandths"]


@dataclass(frozen=True, slots=True)
class Customer:
    """
    A place with demand; times in the instance's unit.

    ``early`` and ``late`` bound the start of service; a trip with this customer
    leaves its depot no earlier than ``release``.
    """

    demand: int
    service: float = 0.0
    early: float = 0.0
    late: float = math.inf
    release: float = 0.0


@dataclass(frozen=True, slots=True)
class PublicDepot:
    """Where trips start and end; ``stock`` None is not limited."""

    stock: int | None = None
    early: float = 0.0
    late: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleGroup:
    """
    Vehicles that are alike.

    Attributes
    ----------
    count
        None means as many as wanted.
    max_duration
        From departure to return, service and waiting included.
    max_travel
        Sum of the lengths of all trips of one vehicle.
    fixed_cost
        Cost of every vehicle that drives at all.
    speed
        Distance per unit of time.
    allowed
        Positions of the customers it may serve; None means all.
    """

    depot: int
    capacity: int
    count: int | None = None
    max_duration: float = math.inf
    max_travel: float = math.inf
    cost_per_distance: float = 1.0
    fixed_cost: float = 0.0
    speed: float = 1.0
    may_reload: bool = False
    allowed: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicInstance:
    """
    A public instance in its family's own figures.

    Attributes
    ----------
    distance
        Shape (P, P), depots then customers, rounded as the family says.
    is_integer
        Whether distances and times are whole numbers.
    unit
        What the printed cost counts.
    """

    name: str
    family: str
    depots: tuple[PublicDepot, ...]
    customers: tuple[Customer, ...]
    groups: tuple[VehicleGroup, ...]
    may_split: bool
    distance: Floats
    is_integer: bool
    unit: str = "distance"

    def __post_init__(self) -> None:
        """Refuse tables that do not fit each other."""
        num_places = len(self.depots) + len(self.customers)
        if self.distance.shape != (num_places, num_places):
            raise ValueError(
                f"{self.name}: distances {self.distance.shape} for {num_places} places"
            )
        for group in self.groups:
            if not 0 <= group.depot < len(self.depots):
                raise ValueError(f"{self.name}: no depot {group.depot}")

    @property
    def total_demand(self) -> int:
        """Sum of all demands."""
        return sum(customer.demand for customer in self.customers)

    @property
    def is_limited_by_load(self) -> bool:
        """Whether nothing but its capacity ends the route of a vehicle."""
        limits = [customer.late for customer in self.customers]
        limits += [depot.late for depot in self.depots]
        limits += [min(g.max_duration, g.max_travel) for g in self.groups]
        return all(math.isinf(limit) for limit in limits)


@dataclass(frozen=True, slots=True)
class Drop:
    """A quantity for one customer, by position."""

    customer: int
    quantity: int


@dataclass(frozen=True, slots=True)
class PublicRoute:
    """The trips of one vehicle of a group, in order."""

    group: int
    trips: tuple[tuple[Drop, ...], ...]


def distances(points: Sequence[Point], rounding: Rounding) -> Floats:
    """Return Euclidean distances of all pairs, rounded as a family does."""
    table = np.array(points, dtype=np.float64)
    gap = table[:, None, :] - table[None, :, :]
    exact = np.sqrt((gap**2).sum(axis=2))
    if rounding == "nearest":
        return np.floor(exact + 0.5)
    if rounding == "tenths":
        return np.floor(10 * exact)
    if rounding == "thousandths":
        return np.rint(1000 * exact)
    return exact
