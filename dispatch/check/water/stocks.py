"""Rule 1: every store recomputed, and what comes to a junction leaves it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from dispatch.check.water.facts import DAY_H, WaterViolation, slack_m3
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.check.water.facts import WaterFacts
    from dispatch.model.water.places import Store
    from dispatch.model.water.plan import StoreDay


def check_stocks(facts: WaterFacts) -> Iterator[WaterViolation]:
    """
    Rule 1: a store has what it had, with what came and without what left.

    end = start + inflow + comes - loss - leaves - trucks - overflow, every day.
    """
    rows = {(row.node_id, row.day): row for row in facts.plan.stores}
    for store in facts.network.stores:
        stock = store.stock_m3
        for day in facts.days:
            key = store.node_id, day
            row = rows.get(key)
            if row is None:
                yield WaterViolation(1, say("water_broken.no_stock_row"), *key)
                continue
            comes = store.inflow_m3_per_d + facts.comes_m3[key]
            leaves = store.loss_m3_per_d + facts.leaves_m3[key]
            leaves += row.trucks_m3 + row.overflow_m3
            stock += comes - leaves
            if abs(stock - row.end_m3) > slack_m3(stock, comes, leaves) * (day + 1):
                message = say("water_broken.other_stock", plan=row.end_m3, found=stock)
                yield WaterViolation(1, message, *key)
            yield from _within(facts, store, row, start_m3=stock - comes + leaves)


def _within(
    facts: WaterFacts, store: Store, row: StoreDay, *, start_m3: float
) -> Iterator[WaterViolation]:
    """
    Yield where a stock leaves its bounds at any hour of a day.

    Canals take theirs in their hours, all else goes evenly over the day. What canals
    brought by midnight may be drawn from then on; that it came little by little, and
    was drawn meanwhile, is taken for the room that it needs.
    """
    key = store.node_id, row.day
    there = facts.there_m3[key]
    hourly = _hourly_m3(facts, store, row, start_m3 + there, there_m3=there)
    evenly = _hourly_m3(facts, store, row, start_m3, there_m3=0.0)
    dead = facts.floor_m3(store.node_id, with_reserve=False)[row.day + 1]
    lowest, highest = min(hourly), max(evenly)
    if lowest < dead - 2 * slack_m3(lowest, start_m3):
        message = say("water_broken.below_dead", stock=lowest, dead=dead)
        yield WaterViolation(1, message, *key)
    if highest > store.capacity_m3 + 2 * slack_m3(highest) + row.overflow_m3:
        message = say(
            "water_broken.above_capacity", stock=highest, capacity=store.capacity_m3
        )
        yield WaterViolation(1, message, *key)


def _hourly_m3(
    facts: WaterFacts,
    store: Store,
    row: StoreDay,
    start_m3: float,
    *,
    there_m3: float,
) -> list[float]:
    """Return the stock at the start of the day, at each hour and each gate's hour."""
    runs = [
        run
        for (canal_id, day), run in facts.runs.items()
        if day == row.day
        and facts.network.canal_by_id[canal_id].from_node == store.node_id
    ]
    day_h = DAY_H * row.day
    marks = sorted(
        {
            *(float(hour) for hour in range(25)),
            *(min(DAY_H, max(0.0, run.from_h - day_h)) for run in runs),
            *(min(DAY_H, max(0.0, run.until_h - day_h)) for run in runs),
        }
    )
    key = store.node_id, row.day
    gates_m3 = sum(run.head_m3 for run in runs)
    others = facts.leaves_m3[key] - gates_m3 + row.trucks_m3 + row.overflow_m3
    comes = store.inflow_m3_per_d + facts.comes_m3[key] - there_m3
    even = comes - store.loss_m3_per_d - others
    stocks = [start_m3]
    for begin, end in itertools.pairwise(marks):
        out = sum(
            run.head_m3_per_h
            * max(0.0, min(end, run.until_h - day_h) - max(begin, run.from_h - day_h))
            for run in runs
        )
        stocks.append(stocks[-1] + even * (end - begin) / DAY_H - out)
    return stocks


def check_junctions(facts: WaterFacts) -> Iterator[WaterViolation]:
    """
    Rule 1: at a place without a store comes what leaves, or runs past.

    comes = leaves + spill, every day of the place.
    """
    spills = {(spill.node_id, spill.day): spill.m3 for spill in facts.plan.spills}
    for node in facts.network.nodes:
        if facts.is_origin(node.node_id):
            continue
        for day in facts.days:
            key = node.node_id, day
            comes = facts.comes_m3[key]
            leaves = facts.leaves_m3[key] + spills.get(key, 0.0)
            if abs(comes - leaves) > 2 * slack_m3(comes, leaves):
                message = say("water_broken.junction", comes=comes, leaves=leaves)
                yield WaterViolation(1, message, *key)
