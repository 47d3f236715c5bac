"""Rule 2: canals carry what they can, lose what they must, and water takes its time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dispatch.check.water.facts import DAY_H, HOURS, WaterViolation, slack_m3
from dispatch.water.canal_flow import (
    least_flow_m3_per_h,
    reach_end,
    usable_capacity_m3_per_h,
)
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.check.water.facts import WaterFacts
    from dispatch.model.water.plan import CanalRun


def check_flows(facts: WaterFacts) -> Iterator[WaterViolation]:
    """Rule 2: least flow <= flow at the head <= what the reach carries today."""
    for (canal_id, day), run in facts.runs.items():
        canal = facts.network.canal_by_id[canal_id]
        most = usable_capacity_m3_per_h(canal)
        least = least_flow_m3_per_h(canal)
        flow, slack = run.head_m3_per_h, slack_m3(most)
        if most <= 0:
            yield WaterViolation(2, say("water_broken.broken_canal"), canal_id, day)
        elif flow > most + slack:
            message = say("water_broken.flow_high", flow=flow, most=most)
            yield WaterViolation(2, message, canal_id, day)
        elif flow < least - slack:
            message = say("water_broken.flow_low", flow=flow, least=least)
            yield WaterViolation(2, message, canal_id, day)


def check_losses(facts: WaterFacts) -> Iterator[WaterViolation]:
    """Rule 2: no more comes out than was let in, without filling and losses."""
    for (canal_id, day), run in facts.runs.items():
        canal = facts.network.canal_by_id[canal_id]
        comes = reach_end(
            canal,
            from_h=run.from_h,
            until_h=run.until_h,
            m3_per_h=run.head_m3_per_h,
            dry=facts.is_dry(run),
        )
        if run.end_m3 > comes.m3 + slack_m3(run.head_m3):
            message = say("water_broken.end_high", plan=run.end_m3, found=comes.m3)
            yield WaterViolation(2, message, canal_id, day)


def late_h(facts: WaterFacts, run: CanalRun) -> float:
    """
    Return the hours by which water comes out of a run later than it was let in.

    A run that goes on from the day before is as late as that one.

    Parameters
    ----------
    facts
        Tables and plan.
    run
        A run of a known canal.
    """
    first = run
    while not facts.is_dry(first):
        first = facts.runs[first.canal_id, first.day - 1]
    canal = facts.network.canal_by_id[run.canal_id]
    flow = first.head_m3_per_h
    fill_h = canal.fill_m3 / flow if flow > 0 else math.inf
    return (canal.travel_h or 0.0) + (fill_h if canal.fill_m3 > 0 else 0.0)


def check_arrival(facts: WaterFacts) -> Iterator[WaterViolation]:
    """
    Rule 2: water goes on no earlier than it comes, and no longer than it comes.

    Behind a store a run lies within its day; behind a canal within the hours of that
    canal, later by travel and filling.
    """
    for (canal_id, day), run in facts.runs.items():
        canal = facts.network.canal_by_id[canal_id]
        start = canal.from_node
        if facts.is_origin(start):
            hours = [(DAY_H * day, DAY_H * (day + 1))]
        else:
            hours = [
                (feeder.from_h + late, feeder.until_h + late)
                for feeder in facts.runs.values()
                if feeder.day == day
                and facts.network.canal_by_id[feeder.canal_id].to_node == start
                for late in (late_h(facts, feeder),)
            ] or [(DAY_H * day, DAY_H * (day + 1))]
        begin, end = min(a for a, _ in hours), max(b for _, b in hours)
        if run.from_h < begin - HOURS or run.until_h > end + HOURS:
            message = say(
                "water_broken.not_there",
                begin=run.from_h,
                end=run.until_h,
                comes=begin,
                ends=end,
            )
            yield WaterViolation(2, message, canal_id, day)


def check_counting(facts: WaterFacts) -> Iterator[WaterViolation]:
    """Rule 2: a store counts on water from a midnight by which all of it is there."""
    for (canal_id, day), run in facts.runs.items():
        canal = facts.network.canal_by_id[canal_id]
        if not facts.is_origin(canal.to_node):
            continue
        late = late_h(facts, run)
        there_h = run.until_h + late
        counts = run.counts_from_day
        takes_time = there_h > DAY_H * (day + 1) + HOURS or late > 0
        if (
            counts is None
            or counts < day
            or (takes_time and DAY_H * counts < there_h - HOURS)
        ):
            message = say("water_broken.counted_early", hour=there_h)
            yield WaterViolation(2, message, canal_id, day)
