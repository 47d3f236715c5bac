"""Rules 0, 5, 6 and 9: ids, litres of zones, water of fields, no litre twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from dispatch.check.water.facts import DAY_H, WaterViolation, slack_m3
from dispatch.model.need import BANDS
from dispatch.water.yield_loss import lost_kg
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.check.water.facts import WaterFacts


def check_water_ids(facts: WaterFacts) -> Iterator[WaterViolation]:
    """Rule 0: every row names what is in the tables, on a day of the plan, once."""
    network, plan = facts.network, facts.plan
    lifts = {lift.lift_id for lift in network.lifts}
    rows: list[tuple[str, str, int, bool]] = []
    rows += [
        ("canal", r.canal_id, r.day, r.canal_id in network.canal_by_id)
        for r in plan.canals
    ]
    rows += [
        (
            f"pump {r.pump_id}",
            r.lift_id,
            r.day,
            r.lift_id in lifts and r.pump_id in network.pump_by_id,
        )
        for r in plan.pumps
    ]
    plants = {plant.plant_id for plant in network.plants}
    rows += [("plant", r.plant_id, r.day, r.plant_id in plants) for r in plan.plants]
    zones = {zone.zone_id for zone in network.zones}
    rows += [("zone", r.zone_id, r.day, r.zone_id in zones) for r in plan.zones]
    rows += [
        ("field", r.field_id, r.day, r.field_id in network.field_by_id)
        for r in plan.fields
    ]
    rows += [
        ("store", r.node_id, r.day, r.node_id in network.store_by_node)
        for r in plan.stores
    ]
    rows += [
        ("spill", r.node_id, r.day, r.node_id in network.node_by_id)
        for r in plan.spills
    ]
    counts = Counter((kind, label, day) for kind, label, day, _ in rows)
    for (_, label, day), count in counts.items():
        if count > 1:
            yield WaterViolation(0, say("water_broken.row_twice"), label, day)
    for _, label, day, known in rows:
        if not known or day not in facts.days:
            yield WaterViolation(0, say("water_broken.unknown_row"), label, day)


def check_zone_litres(facts: WaterFacts) -> Iterator[WaterViolation]:
    """
    Rule 5: bands get what they need at most, out of what comes through the valve.

    served = (into - filling) * (1 - leak_share) at most, into <= 24 * max_flow.
    """
    zones = {zone.zone_id: zone for zone in facts.network.zones}
    for row in facts.plan.zones:
        zone = zones.get(row.zone_id)
        if zone is None:
            continue
        key = zone.zone_id, row.day
        need = facts.needs_l[zone.zone_id]
        for band in BANDS:
            served = row.served_l[band]
            if not 0 <= served <= need[band] or row.need_l[band] != need[band]:
                message = say("water_broken.band", served=served, need=need[band])
                yield WaterViolation(5, message, *key)
        most_l = (row.into_m3 - row.filling_m3) * (1 - zone.leak_share) * 1000
        served_l = sum(row.served_l.values())
        if served_l > most_l + 1 + 1e-6 * most_l:
            message = say("water_broken.taps", served=served_l, most=most_l)
            yield WaterViolation(5, message, *key)
        if zone.max_flow_m3_per_h is None:
            continue
        if row.into_m3 > DAY_H * zone.max_flow_m3_per_h + slack_m3(row.into_m3):
            most = DAY_H * zone.max_flow_m3_per_h
            message = say("water_broken.valve", into=row.into_m3, most=most)
            yield WaterViolation(5, message, *key)
        filling = zone.max_flow_m3_per_h * zone.fill_h
        if row.into_m3 > 0.01 and row.filling_m3 < filling - slack_m3(filling):
            message = say("water_broken.filling", plan=row.filling_m3, need=filling)
            yield WaterViolation(5, message, *key)


def check_field_water(facts: WaterFacts) -> Iterator[WaterViolation]:
    """Rule 6: water and losses of fields recomputed from their tables."""
    given: defaultdict[str, float] = defaultdict(float)
    for row in facts.plan.fields:
        given[row.field_id] += row.field_m3
    outcomes = {outcome.field_id: outcome for outcome in facts.plan.outcomes}
    for field_id, need in facts.fields.items():
        m3 = given[field_id]
        if m3 > need.need_m3 + 2 * slack_m3(need.need_m3):
            message = say("water_broken.field_high", given=m3, need=need.need_m3)
            yield WaterViolation(6, message, field_id)
        outcome = outcomes.get(field_id)
        if outcome is None:
            if need.need_m3 > 0:
                yield WaterViolation(6, say("water_broken.no_outcome"), field_id)
            continue
        figures = (
            (outcome.need_m3, need.need_m3),
            (outcome.field_m3, m3),
            (
                outcome.lost_kg or 0.0,
                lost_kg(need.block, need.crop, given_m3=m3, need_m3=need.need_m3)
                or 0.0,
            ),
        )
        for plan, found in figures:
            # A kilogram or a m3 of a thousand is what rounding leaves.
            if abs(plan - found) > 0.01 + 1e-5 * abs(found):
                message = say("water_broken.field_figure", plan=plan, found=found)
                yield WaterViolation(6, message, field_id)


def check_drinking(facts: WaterFacts) -> Iterator[WaterViolation]:
    """Rule 9: water that is not fit to drink never comes to people or their tanks."""
    zones = {zone.zone_id: zone for zone in facts.network.zones}
    for row in facts.plan.zones:
        zone = zones.get(row.zone_id)
        if zone and row.into_m3 > 0.01 and zone.tank_node not in facts.potable:
            message = say("water_broken.not_potable", node=zone.tank_node)
            yield WaterViolation(9, message, zone.zone_id, row.day)
    ways = [
        (canal.from_node, canal.to_node, run.canal_id, run.day)
        for run in facts.runs.values()
        for canal in (facts.network.canal_by_id[run.canal_id],)
    ]
    ways += [
        (lift.from_node, lift.to_node, lift.lift_id, run.day)
        for _, lift, run in facts.pump_runs
    ]
    for start, end, label, day in ways:
        if not facts.may_flow(start, end):
            message = say("water_broken.not_potable", node=end)
            yield WaterViolation(9, message, label, day)


def check_trucks(facts: WaterFacts) -> Iterator[WaterViolation]:
    """Rule 9: what trucks fill leaves the store, and no more than they want."""
    for row in facts.plan.stores:
        if row.node_id not in facts.network.store_by_node:
            continue
        wanted = facts.trucks_m3(row.node_id, row.day)
        if row.trucks_m3 > wanted + slack_m3(wanted):
            message = say("water_broken.trucks", plan=row.trucks_m3, wanted=wanted)
            yield WaterViolation(9, message, row.node_id, row.day)
