"""
From the network and a plan of days to supply slots of piped zones.

The plan of days says how much flows where and when. What the hours cannot keep is in
their results, for the plan of days to ask for less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.model.water.slots import (
    USE_SHARE_BY_HOUR,
    WHOLE_DAY,
    SlotRequest,
    TankRequest,
    ZoneRequest,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.water.hours import Span
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.slots import TankInflow
    from dispatch.model.water.supply import Zone

#: Where it is not known: two containers of 15 L a family (Sphere: 10 to 20 L each), and
#: three people in it.
_USUAL_JAR_L: Final = 30
_USUAL_FAMILY: Final = 3
#: Share of a day's use that is over by 07:00.
_KEPT_SHARE: Final = sum(USE_SHARE_BY_HOUR[:7])
#: A tank that has no row of stores never runs short, as in the plan of days.
_ENDLESS_L: Final = 10**8


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumedJars:
    """A zone whose jars nobody counted, and what was taken for them."""

    zone_id: str
    litres: int


def slot_request(
    network: WaterNetwork,
    tap_l_by_zone: Mapping[str, Sequence[int]],
    inflows_by_tank: Mapping[str, Sequence[TankInflow]],
    *,
    valve_hours: Span = WHOLE_DAY,
    is_high_alone: bool = True,
) -> SlotRequest:
    """
    Return all zones with the litres that a plan of days gives to their taps.

    Parameters
    ----------
    network
        The township's water.
    tap_l_by_zone
        Litres at the taps on each day; zones that are not in it stay closed.
    inflows_by_tank
        Water that comes into each tank, by its node.
    valve_hours
        Part of the day in which valves are worked.
    is_high_alone
        Whether high zones wait until low ones are closed.
    """
    zones = [zone for zone in network.zones if zone.zone_id in tap_l_by_zone]
    tanks = []
    for tank_id in sorted({zone.tank_node for zone in zones}):
        store = network.store_by_node.get(tank_id)
        stock, most, dead = (
            (_ENDLESS_L, _ENDLESS_L, 0)
            if store is None
            else (
                math.floor(store.stock_m3 * 1000),
                math.floor(store.capacity_m3 * 1000),
                math.ceil(store.dead_m3 * 1000),
            )
        )
        tanks.append(
            TankRequest(
                tank_id=tank_id,
                stock_l=stock,
                capacity_l=most,
                min_l=dead,
                inflows=tuple(inflows_by_tank.get(tank_id, ())),
            )
        )
    crews = {zone.valve_post_id for zone in zones if zone.valve_post_id}
    return SlotRequest(
        zones=tuple(_zone(zone, tap_l_by_zone[zone.zone_id]) for zone in zones),
        tanks=tuple(tanks),
        crews=tuple((crew, network.post_by_id[crew].persons) for crew in sorted(crews)),
        num_days=len(next(iter(tap_l_by_zone.values()), ())) or 1,
        is_high_alone=is_high_alone,
        valve_hours=valve_hours,
    )


def _zone(zone: Zone, tap_l: Sequence[int]) -> ZoneRequest:
    jars_l = jars_of(zone)
    # The notice of the day before tells people to keep what they need until 07:00.
    night_l = math.floor(_KEPT_SHARE * (tap_l[0] if tap_l else 0))
    flow = zone.max_flow_m3_per_h
    return ZoneRequest(
        zone_id=zone.zone_id,
        tank_id=zone.tank_node,
        tap_l_by_day=tuple(tap_l),
        jars_l=jars_l,
        stock_l=min(jars_l, night_l),
        max_flow_l_per_h=max(tap_l, default=0) if flow is None else int(flow * 1000),
        min_slot_s=math.ceil(zone.min_slot_h * 3600),
        fill_s=math.ceil(zone.fill_h * 3600),
        leak_share=zone.leak_share,
        high=zone.high,
        crew_id=zone.valve_post_id,
    )


def jars_of(zone: Zone) -> int:
    """Return the litres that jars of a zone hold; else two containers a family."""
    if zone.jars_m3 is not None:
        return math.floor(zone.jars_m3 * 1000)
    families = zone.households or math.ceil(zone.people / _USUAL_FAMILY)
    return math.floor(families * (zone.jar_l_per_household or _USUAL_JAR_L))


def assumed_jars(network: WaterNetwork) -> tuple[AssumedJars, ...]:
    """Return the zones whose jars are not in the table, to be said with the slots."""
    return tuple(
        AssumedJars(zone_id=zone.zone_id, litres=jars_of(zone))
        for zone in network.zones
        if zone.jars_m3 is None
    )
