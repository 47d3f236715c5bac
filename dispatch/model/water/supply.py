"""Piped supply: the zones that are opened in turn, and the works that feed them."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.model.water.guards import require, require_amounts, require_share


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """
    Taps behind one valve.

    Attributes
    ----------
    village_ids
        Villages with their taps here; each is in one zone at most.
    jar_l_per_household
        What a family can keep from one slot to the next; None: not known.
    high
        Whether it stays dry while lower zones are open.
    min_slot_h, fill_h
        Shortest slot worth opening, and hours until the pipes are full.
    leak_share
        Part of the water into the zone that no tap gives.
    valve_post_id
        Post at its valve; empty: nobody is needed.
    """

    zone_id: str
    name: str
    tank_node: str
    village_ids: tuple[str, ...]
    people: int
    vulnerable_people: int = 0
    facility_l: int = 0
    households: int | None = None
    jar_l_per_household: float | None = None
    high: bool = False
    max_flow_m3_per_h: float | None = None
    min_slot_h: float = 0.0
    fill_h: float = 0.0
    leak_share: float = 0.0
    valve_post_id: str = ""

    def __post_init__(self) -> None:
        """Guard people and amounts."""
        label = f"zone {self.zone_id}"
        require_amounts(
            self,
            label,
            (
                *("people", "vulnerable_people", "facility_l", "households"),
                *("jar_l_per_household", "max_flow_m3_per_h", "min_slot_h", "fill_h"),
            ),
        )
        require_share(self, label, "leak_share")
        require(
            self.vulnerable_people <= self.people,
            f"{label}: {self.vulnerable_people} vulnerable of {self.people} people",
        )

    @property
    def jars_m3(self) -> float | None:
        """What all families together can keep; None: not known."""
        if self.households is None or self.jar_l_per_household is None:
            return None
        return self.households * self.jar_l_per_household / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """
    A unit of the waterworks, from raw water to the service tank.

    Attributes
    ----------
    own_use_share
        Part of the raw water that rinsing takes.
    hours
        A day that it can run.
    pump_ids
        Raw-water pumps that stand there for good; empty: water flows in.
    """

    plant_id: str
    name: str
    raw_node: str
    tank_node: str
    capacity_m3_per_h: float
    own_use_share: float = 0.0
    hours: float = 24.0
    pump_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Guard its ends and amounts."""
        label = f"plant {self.plant_id}"
        require_amounts(self, label, ("capacity_m3_per_h", "hours"))
        require_share(self, label, "own_use_share")
        require(self.hours <= 24, f"{label}: hours above 24")
        require(self.raw_node != self.tank_node, f"{label}: ends where it starts")
