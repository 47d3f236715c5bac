"""What zones and fields need over the days of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.model.need import BANDS, Band, gross_need_l
from dispatch.model.scenario import Village
from dispatch.water.field_level import Sky, field_level, watering_m3_per_mu
from dispatch.water.network_facts import dependent_zones

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from dispatch.model.scenario import Scenario
    from dispatch.model.water.fields import CropStage, FieldBlock
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.supply import Zone


#: Bands of people, which alone may break the reserve.
PEOPLE: Final[tuple[Band, ...]] = BANDS[: BANDS.index("livestock")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNeed:
    """
    What a field block needs within the days of a plan.

    Attributes
    ----------
    need_m3
        At the field; 0: it is not due within these days.
    due_day
        Days until it becomes short; None: not within these days.
    """

    block: FieldBlock
    crop: CropStage
    need_m3: float
    due_day: float | None


def zone_need_l(zone: Zone, scenario: Scenario) -> dict[Band, int]:
    """
    Return the litres a day that a zone needs at its taps, band by band.

    People are those of the zone, animals those of its villages.

    Parameters
    ----------
    zone
        The zone.
    scenario
        Gives the villages with their animals, and the litres a head.
    """
    own = set(zone.village_ids)
    villages = [v for v in scenario.all_villages if v.village_id in own]
    as_village = Village(
        village_id=zone.zone_id,
        name=zone.name,
        lat=0.0,
        lon=0.0,
        population=zone.people,
        vulnerable_people=zone.vulnerable_people,
        facility_l=zone.facility_l,
        cattle=sum(village.cattle for village in villages),
        pigs=sum(village.pigs for village in villages),
        sheep=sum(village.sheep for village in villages),
        poultry=sum(village.poultry for village in villages),
    )
    return gross_need_l(as_village, scenario.need)


def field_needs(
    network: WaterNetwork, *, first_day: dt.date, num_days: int
) -> Mapping[str, FieldNeed]:
    """
    Return what every field block needs: its next watering, if it is due in time.

    A watering that was entered counts in any case.

    Parameters
    ----------
    network
        Gives fields, crops and weather.
    first_day
        First day of the plan.
    num_days
        Days of the plan.
    """
    needs = {}
    for block in network.fields:
        crop = network.crop_by_key[block.crop, block.stage]
        node = network.node_by_id[block.node_id]
        elevation_m = node.elevation_m or 0.0
        sky = Sky(network.weather_by_day, lat=node.lat, elevation_m=elevation_m)
        level = field_level(block, crop, sky, first_day=first_day, num_days=num_days)
        due = level.days_until_short
        per_mu = 0.0
        if due is not None or block.need_m3_per_mu is not None:
            level_mm = level.levels_mm[min(int(due or 0), num_days)]
            per_mu = watering_m3_per_mu(block, crop, level_mm=level_mm)
        needs[block.field_id] = FieldNeed(
            block=block, crop=crop, need_m3=per_mu * block.area_mu, due_day=due
        )
    return needs


def people_m3_per_d(
    network: WaterNetwork, needs_l: Mapping[str, Mapping[Band, int]], node_id: str
) -> float:
    """
    Return what people whom a node's water can reach need in a day, with leaks.

    Parameters
    ----------
    network
        All tables.
    needs_l
        Litres a day by zone and band.
    node_id
        Where the water is.
    """
    reached = dependent_zones(network, node_id)
    return sum(
        sum(needs_l[zone.zone_id][band] for band in PEOPLE)
        / (1 - zone.leak_share)
        / 1000
        for zone in network.zones
        if zone.zone_id in reached
    )
