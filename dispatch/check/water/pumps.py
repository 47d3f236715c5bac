"""Rule 4: pumps are where they can be, and lift what they can; so do the works."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dispatch.check.water.facts import DAY_H, HOURS, WaterViolation, slack_m3
from dispatch.water.network_facts import lifted_m3_per_h, raw_m3_per_h
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.check.water.facts import WaterFacts


def check_pumps(facts: WaterFacts) -> Iterator[WaterViolation]:
    """Rule 4: a pump runs on days that it is here, at a head and hose that it has."""
    for pump, lift, run in facts.pump_runs:
        if pump.pump_id in facts.fixed_pumps:
            message = say("water_broken.pump_of_works")
            yield WaterViolation(4, message, pump.pump_id, run.day)
        if not pump.may_run_on(facts.date(run.day)):
            message = say("water_broken.pump_not_here", date=facts.date(run.day))
            yield WaterViolation(4, message, pump.pump_id, run.day)
        flow = lifted_m3_per_h(pump, lift)
        if flow <= 0:
            message = say("water_broken.pump_too_weak", lift=lift.lift_id)
            yield WaterViolation(4, message, pump.pump_id, run.day)
        elif abs(run.m3 - run.hours * flow) > slack_m3(run.m3) * 2:
            message = say(
                "water_broken.pump_amount", plan=run.m3, found=run.hours * flow
            )
            yield WaterViolation(4, message, pump.pump_id, run.day)


def check_pump_hours(facts: WaterFacts) -> Iterator[WaterViolation]:
    """
    Rule 4: one lift at a time, its hours a day, and time to be moved.

    hours <= hours_per_day, hours + move_h <= 24 on a day on which it is set up.
    """
    place: dict[str, str] = {}
    busy: dict[tuple[str, int], str] = {}
    for pump, lift, run in facts.pump_runs:
        key = pump.pump_id, run.day
        if key in busy:
            message = say("water_broken.pump_twice", lift=busy[key])
            yield WaterViolation(4, message, *key)
        busy[key] = lift.lift_id
        moves = place.get(pump.pump_id) != lift.lift_id
        most = min(pump.hours_per_day, DAY_H - (pump.move_h if moves else 0.0))
        if run.hours > most + HOURS:
            message = say("water_broken.pump_hours", hours=run.hours, most=most)
            yield WaterViolation(4, message, *key)
        place[pump.pump_id] = lift.lift_id


def check_lifts(facts: WaterFacts) -> Iterator[WaterViolation]:
    """Rule 4: no more pumps at a lift than have room, and power for the electric."""
    there: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    lifts = {lift.lift_id: lift for lift in facts.network.lifts}
    for pump, lift, run in facts.pump_runs:
        electric = pump.energy == "electric"
        power_kw = (pump.power_kw or 0.0) if electric else 0.0
        there[lift.lift_id, run.day].append(power_kw)
    for (lift_id, day), powers in there.items():
        lift = lifts[lift_id]
        if len(powers) > lift.max_pumps:
            message = say(
                "water_broken.lift_full", pumps=len(powers), most=lift.max_pumps
            )
            yield WaterViolation(4, message, lift_id, day)
        most_kw = lift.power_kw_available
        if most_kw is not None and sum(powers) > most_kw + 1e-6:
            message = say("water_broken.lift_power", power=sum(powers), most=most_kw)
            yield WaterViolation(4, message, lift_id, day)


def check_plants(facts: WaterFacts) -> Iterator[WaterViolation]:
    """
    Rule 4: the works take in what they and their pumps can in their hours.

    raw <= hours * raw_m3_per_h, treated = (1 - own_use_share) * raw.
    """
    plants = {plant.plant_id: plant for plant in facts.network.plants}
    for run in facts.plan.plants:
        plant = plants.get(run.plant_id)
        if plant is None:
            continue
        rate = raw_m3_per_h(facts.network, plant, facts.date(run.day))
        most = min(run.hours, plant.hours) * rate
        if run.raw_m3 > most + slack_m3(most) or run.hours > plant.hours + HOURS:
            message = say("water_broken.plant_high", raw=run.raw_m3, most=most)
            yield WaterViolation(4, message, plant.plant_id, run.day)
        treated = run.raw_m3 * (1 - plant.own_use_share)
        if abs(treated - run.treated_m3) > slack_m3(treated):
            message = say(
                "water_broken.plant_treated", plan=run.treated_m3, found=treated
            )
            yield WaterViolation(4, message, plant.plant_id, run.day)
