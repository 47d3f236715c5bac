"""Places of the water network, and the water that some of them store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dispatch.model.road_limits import Moment  # noqa: TC001  pydantic reads the annotations of kept scenarios
from dispatch.model.water.guards import require, require_amounts, require_place

NodeKind = Literal[
    "reservoir", "pond", "river", "junction", "sump", "plant", "tank", "outlet"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterNode:
    """
    A place where water is stored, parted, lifted, treated or let out.

    Attributes
    ----------
    elevation_m
        Of the water; None: not known.
    village_id
        The village that it belongs to; empty: none.
    source_id
        Source where trucks fill from this water; empty: none do.
    """

    node_id: str
    name: str
    kind: NodeKind
    lat: float
    lon: float
    elevation_m: float | None = None
    village_id: str = ""
    source_id: str = ""

    def __post_init__(self) -> None:
        """Refuse a place that is off the map."""
        require_place(f"water node {self.node_id}", self.lat, self.lon)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """
    The water of a reservoir, a pond, a tank or a sump, on the first day.

    Attributes
    ----------
    dead_m3
        Below the lowest outlet: no plan can take it.
    reserve_people_m3, reserve_days
        What is kept for people: so much water, or the need of so many days; at most
        one of them is given.
    read_at
        When the stock was read; None: not known.
    potable
        Whether people may drink it as it is.
    """

    node_id: str
    capacity_m3: float
    stock_m3: float
    dead_m3: float = 0.0
    reserve_people_m3: float | None = None
    reserve_days: float | None = None
    inflow_m3_per_d: float = 0.0
    loss_m3_per_d: float = 0.0
    read_at: Moment | None = None
    potable: bool = False

    def __post_init__(self) -> None:
        """Guard dead water <= stock <= capacity, and room for the reserve."""
        label = f"store {self.node_id}"
        require_amounts(
            self,
            label,
            (
                *("capacity_m3", "stock_m3", "dead_m3", "reserve_people_m3"),
                *("reserve_days", "inflow_m3_per_d", "loss_m3_per_d"),
            ),
        )
        require(self.stock_m3 <= self.capacity_m3, f"{label}: stock above capacity")
        require(self.dead_m3 <= self.stock_m3, f"{label}: dead water above the stock")
        require(
            self.reserve_people_m3 is None or self.reserve_days is None,
            f"{label}: reserve_people_m3 and reserve_days are both given",
        )
        require(
            self.dead_m3 + (self.reserve_people_m3 or 0) <= self.capacity_m3,
            f"{label}: dead water and reserve above capacity",
        )

    def reserve_m3(self, day: int, *, need_m3_per_d: float) -> float:
        """
        Return the water above the dead water that only people may draw.

        Parameters
        ----------
        day
            Days since the first one: a reserve in days falls with each.
        need_m3_per_d
            What the people who depend on this store need in a day.
        """
        if self.reserve_days is not None:
            return max(0.0, self.reserve_days - day) * need_m3_per_d
        return self.reserve_people_m3 or 0.0
