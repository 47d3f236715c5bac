"""Reaches of canals and pipes, and works that would change one figure of something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from dispatch.model.water.guards import require, require_amounts, require_share

CanalState = Literal["ok", "silted", "broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Canal:
    """
    A reach of a canal or a pipe, which flows one way.

    Attributes
    ----------
    loss_share
        Part of the water at its head that is lost on the way.
    loss_a, loss_m
        Or the loss falls with the flow: a share of ``A / (100 Q^m)`` is lost per km,
        Q in m3/s at the end of the reach.
    fill_m3, travel_h
        Water that wets and fills it when it was dry; hours until water that enters a
        filled reach comes out.
    gate_post_id
        Post at its gate; empty: nobody is needed.
    """

    canal_id: str
    name: str
    from_node: str
    to_node: str
    length_km: float
    capacity_m3_per_h: float
    min_flow_m3_per_h: float = 0.0
    loss_share: float | None = None
    loss_a: float | None = None
    loss_m: float | None = None
    fill_m3: float = 0.0
    travel_h: float | None = None
    state: CanalState = "ok"
    gate_post_id: str = ""

    def __post_init__(self) -> None:
        """Guard its ends, its flows and one way to say the loss."""
        label = f"canal {self.canal_id}"
        require_amounts(
            self,
            label,
            (
                *("length_km", "capacity_m3_per_h", "min_flow_m3_per_h"),
                *("loss_a", "loss_m", "fill_m3", "travel_h"),
            ),
        )
        require_share(self, label, "loss_share", "loss_m")
        require(self.from_node != self.to_node, f"{label}: ends where it starts")
        require(
            self.min_flow_m3_per_h <= self.capacity_m3_per_h,
            f"{label}: min_flow_m3_per_h above capacity_m3_per_h",
        )
        require(
            self.loss_share is None or self.loss_a is None,
            f"{label}: loss_share and loss_a are both given",
        )
        require(
            (self.loss_a is None) == (self.loss_m is None),
            f"{label}: loss_a and loss_m belong together",
        )
        require(
            self.fill_m3 == 0 or self.travel_h is not None,
            f"{label}: fill_m3 needs travel_h",
        )


#: What a row of the works may change: table, and its columns that are figures.
WORK_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "stores": ("capacity_m3", "dead_m3", "inflow_m3_per_d", "loss_m3_per_d"),
    "canals": (
        *("capacity_m3_per_h", "min_flow_m3_per_h", "loss_share", "loss_a", "loss_m"),
        *("fill_m3", "travel_h", "state"),
    ),
    "pumps": ("power_kw", "hose_m", "hours_per_day", "return_by", "state"),
    "lifts": ("head_m", "hose_m", "max_pumps", "power_kw_available"),
    "zones": ("max_flow_m3_per_h", "min_slot_h", "fill_h", "leak_share"),
    "plant": ("capacity_m3_per_h", "own_use_share", "hours"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """
    A repair or a new station that could be made: one figure of one object changes.

    Attributes
    ----------
    object_id
        Node of a store, canal, pump, lift, zone or plant.
    column, value
        Column of its table, and what would stand there: a figure, a word of a closed
        list, or a date such as 2022-09-20.
    ready_after_d
        Days until it is done.
    """

    work_id: str
    name: str
    object_id: str
    column: str
    value: float | str
    cost_yuan: float = 0.0
    crew_days: float = 0.0
    ready_after_d: float = 0.0

    def __post_init__(self) -> None:
        """Refuse negative costs and columns that no work can change."""
        label = f"work {self.work_id}"
        require_amounts(self, label, ("cost_yuan", "crew_days", "ready_after_d"))
        columns = {name for names in WORK_COLUMNS.values() for name in names}
        require(self.column in columns, f"{label}: {self.column} cannot be changed")
