"""
Piped water and trucks in one balance: nobody is brought what his tap gives.

Notes
-----
Trucks fill at reservoirs, rivers and service tanks that canals and zones take from too.
The zones are planned first, and lower what villages need of trucks; then the trucks;
then the zones again with what trucks fill taken off. Where that leaves less for the
zones, or a source has less than the trucks took, both are planned once more, with the
sources given no more than the water was reckoned with: then no litre is taken twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from dispatch.model.need import gross_need_l
from dispatch.model.scenario import Village
from dispatch.planning.water_day import plan_all_water
from dispatch.solver.water.case import WaterParams

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario, Source
    from dispatch.model.water.plan import WaterPlan, ZoneDay

#: Days that the water is planned for, where only what zones get today is asked.
BALANCE_DAYS: Final = 3
#: Share of its litres that a zone may get less before trucks are planned again.
_SAME_SHARE: Final = 0.01


def piped_l_of(scenario: Scenario) -> dict[str, int]:
    """Return what taps give by village, as the scenario has it; none without taps."""
    return {
        village.village_id: village.piped_l
        for village in scenario.villages
        if village.piped_l
    }


def with_piped_l(scenario: Scenario, litres: Mapping[str, int]) -> Scenario:
    """
    Return a scenario whose taps give so much, and others nothing.

    Parameters
    ----------
    scenario
        The day.
    litres
        By village id.
    """

    def piped(village: Village) -> Village:
        return replace(village, piped_l=litres.get(village.village_id, 0))

    resting = tuple(
        each._replace(item=piped(each.item)) if isinstance(each.item, Village) else each
        for each in scenario.resting
    )
    return replace(
        scenario, villages=tuple(map(piped, scenario.villages)), resting=resting
    )


def piped_litres(scenario: Scenario, plan: WaterPlan, day: int = 0) -> dict[str, int]:
    """
    Return what taps give in each village of a zone on a day of a plan.

    A village gets of each band the part that its zone gets.

    Parameters
    ----------
    scenario
        Gives villages and their zones.
    plan
        Of all the water.
    day
        Day of the plan, from 0.
    """
    if scenario.water is None:
        return {}
    zones = {row.zone_id: row for row in plan.zones if row.day == day}
    litres = {}
    for village in scenario.all_villages:
        zone = scenario.water.zone_by_village.get(village.village_id)
        if zone is not None and zone.zone_id in zones:
            litres[village.village_id] = _of_zone(
                village, zones[zone.zone_id], scenario
            )
    return litres


def _of_zone(village: Village, zone: ZoneDay, scenario: Scenario) -> int:
    gross = gross_need_l(village, scenario.need)
    return math.floor(
        sum(
            litres * zone.served_l[band] / zone.need_l[band]
            for band, litres in gross.items()
            if zone.need_l[band]
        )
    )


def truck_fills_m3(plan: Plan, num_days: int) -> dict[tuple[str, int], float]:
    """
    Return what trucks fill, by source and day: on later days as much as on the first.

    Parameters
    ----------
    plan
        Of the trucks, for one day.
    num_days
        Days of the plan of the water.
    """
    fills: dict[str, int] = {}
    for route in plan.routes:
        for stop in route.stops:
            if stop.kind == "fill":
                fills[stop.place_id] = fills.get(stop.place_id, 0) + stop.litres
    return {
        (source_id, day): litres / 1000
        for source_id, litres in sorted(fills.items())
        for day in range(num_days)
    }


def has_pipes(scenario: Scenario) -> bool:
    """Return whether any village has taps."""
    return scenario.water is not None and bool(scenario.water.zones)


@dataclass(frozen=True, slots=True)
class Piped:
    """
    A day of trucks with what taps give, and the plan of the water that says so.

    Attributes
    ----------
    scenario
        To be planned, checked and counted.
    """

    scenario: Scenario
    water: WaterPlan


def before_trucks(scenario: Scenario) -> Piped:
    """
    Return a day with what taps give, before trucks have taken any.

    Parameters
    ----------
    scenario
        With zones.
    """
    water = _water(scenario, {})
    return Piped(with_piped_l(scenario, piped_litres(scenario, water)), water)


def after_trucks(scenario: Scenario, before: Piped, plan: Plan) -> Piped | None:
    """
    Return the day to be planned again as trucks and zones took the same water.

    None if they did not.

    Parameters
    ----------
    scenario
        As the tables have it.
    before
        What the trucks were planned with.
    plan
        Of the trucks.
    """
    water = _water(scenario, truck_fills_m3(plan, BALANCE_DAYS))
    had = {row.zone_id: sum(row.served_l.values()) for row in _first(before.water)}
    lost = any(
        sum(row.served_l.values()) < (1 - _SAME_SHARE) * had[row.zone_id]
        for row in _first(water)
    )
    goal = water.goal("trucks")
    if not lost and (goal is None or goal.value <= 1e-3):
        return None
    given = _given_l(scenario, water)
    limited = replace(
        scenario, sources=tuple(_limited(source, given) for source in scenario.sources)
    )
    return Piped(with_piped_l(limited, piped_litres(scenario, water)), water)


def _water(scenario: Scenario, taken_m3: Mapping[tuple[str, int], float]) -> WaterPlan:
    params = WaterParams(reasons=False)
    return plan_all_water(
        scenario, num_days=BALANCE_DAYS, params=params, taken_m3=taken_m3
    ).plan


def _first(water: WaterPlan) -> list[ZoneDay]:
    return [row for row in water.zones if row.day == 0]


def _given_l(scenario: Scenario, water: WaterPlan) -> dict[str, int]:
    """Return what trucks get on the first day at sources that are stores, by source."""
    nodes = scenario.water.node_by_id if scenario.water is not None else {}
    return {
        nodes[row.node_id].source_id: math.floor(row.trucks_m3 * 1000)
        for row in water.stores
        if row.day == 0 and nodes[row.node_id].source_id
    }


def _limited(source: Source, given_l: Mapping[str, int]) -> Source:
    if source.source_id not in given_l:
        return source
    most = given_l[source.source_id]
    if source.supply_l is not None:
        most = min(most, source.supply_l)
    return replace(source, supply_l=most)
