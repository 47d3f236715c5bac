"""Waters without one of their limits, to see what that limit costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from dispatch.water.network_facts import fixed_pump_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import WaterReason

Relax: TypeAlias = "Callable[[WaterNetwork], WaterNetwork]"

_MUCH: Final = 50.0
_MUCH_WATER_M3: Final = 1e6


def without_starting(network: WaterNetwork) -> WaterNetwork:
    """Return the water with canals that need no filling and no least flow."""
    canals = (replace(c, fill_m3=0.0, min_flow_m3_per_h=0.0) for c in network.canals)
    return replace(network, canals=tuple(canals))


def without_travel(network: WaterNetwork) -> WaterNetwork:
    """Return the water with canals that bring it at once."""
    canals = (replace(c, fill_m3=0.0, travel_h=0.0) for c in network.canals)
    return replace(network, canals=tuple(canals))


def with_wide_canals(network: WaterNetwork) -> WaterNetwork:
    """Return the water with canals that carry much; broken ones stay so."""
    canals = (
        replace(
            c,
            capacity_m3_per_h=_MUCH * c.capacity_m3_per_h,
            state="ok" if c.state == "silted" else c.state,
        )
        for c in network.canals
    )
    return replace(network, canals=tuple(canals))


def with_many_pumps(network: WaterNetwork) -> WaterNetwork:
    """Return the water with three of each pump, here every day and for 24 hours."""
    fixed = fixed_pump_ids(network)
    pumps = []
    for pump in network.pumps:
        free = replace(pump, hours_per_day=24.0, available_from=None, return_by=None)
        pumps.append(free)
        if pump.pump_id not in fixed:
            names = (f"{pump.pump_id}+{number}" for number in (2, 3))
            pumps += [replace(free, pump_id=name) for name in names]
    return replace(network, pumps=tuple(pumps))


def with_wide_lifts(network: WaterNetwork) -> WaterNetwork:
    """Return the water with room and power for many pumps at every lift."""
    lifts = (replace(x, max_pumps=99, power_kw_available=None) for x in network.lifts)
    return replace(network, lifts=tuple(lifts))


def with_large_plants(network: WaterNetwork) -> WaterNetwork:
    """Return the water with works that treat much at any hour."""
    plants = (
        replace(
            p,
            capacity_m3_per_h=_MUCH * p.capacity_m3_per_h,
            hours=24.0,
            pump_ids=(),
        )
        for p in network.plants
    )
    return replace(network, plants=tuple(plants))


def with_wide_valves(network: WaterNetwork) -> WaterNetwork:
    """Return the water with zones that any flow enters."""
    zones = (replace(zone, max_flow_m3_per_h=None) for zone in network.zones)
    return replace(network, zones=tuple(zones))


def without_reserve(network: WaterNetwork) -> WaterNetwork:
    """Return the water with nothing kept for people."""
    stores = (
        replace(s, reserve_people_m3=None, reserve_days=None) for s in network.stores
    )
    return replace(network, stores=tuple(stores))


def with_large_stores(network: WaterNetwork) -> WaterNetwork:
    """Return the water with stores that hold much more."""
    stores = (replace(s, capacity_m3=_MUCH * s.capacity_m3) for s in network.stores)
    return replace(network, stores=tuple(stores))


def with_much_water(network: WaterNetwork) -> WaterNetwork:
    """Return the water with plenty flowing into every store that nothing else fills."""
    fed = {canal.to_node for canal in network.canals}
    fed |= {lift.to_node for lift in network.lifts}
    fed |= {plant.tank_node for plant in network.plants}
    stores = (
        s if s.node_id in fed else replace(s, inflow_m3_per_d=_MUCH_WATER_M3)
        for s in network.stores
    )
    return replace(network, stores=tuple(stores))


#: Limits in the order in which a shortage is booked on them.
RELAXED: Final[Sequence[tuple[WaterReason, Relax]]] = (
    ("too_little_to_start", without_starting),
    ("after_last_day", without_travel),
    ("canal_full", with_wide_canals),
    ("store_full", with_large_stores),
    ("pumps_busy", with_many_pumps),
    ("lift_full", with_wide_lifts),
    ("plant_full", with_large_plants),
    ("zone_valve", with_wide_valves),
    ("reserve_kept", without_reserve),
    ("store_dry", with_much_water),
)
