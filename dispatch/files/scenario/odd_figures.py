"""Figures that are allowed but most likely in another unit, or a slip of the pen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.errors import Problem
    from dispatch.files.tables.checks import Records
    from dispatch.files.tables.records import Record
    from dispatch.model.scenario import Scenario
    from dispatch.words.message import Message

#: Table, column, smallest and largest figure that is nothing odd, and what to ask.
#: A village is fed by trucks: cities and farms of industry have mains. A hose gives
#: 10 L a minute and a hydrant of a waterworks some 2,000.
_USUAL: Final = (
    ("villages", "population", 0, 100_000, "odd_large"),
    ("villages", "cattle", 0, 50_000, "odd_large"),
    ("villages", "pigs", 0, 200_000, "odd_large"),
    ("villages", "sheep", 0, 200_000, "odd_large"),
    ("villages", "poultry", 0, 2_000_000, "odd_large"),
    ("villages", "facility_l", 20, 1_000_000, "odd_litres"),
    ("villages", "storage_l", 100, 50_000_000, "odd_litres"),
    ("sources", "supply_l", 100, 1_000_000_000, "odd_litres"),
    ("sources", "inflow_l_per_h", 10, 10_000_000, "odd_litres"),
    ("sources", "fill_rate_l_per_min", 5, 20_000, "odd_flow"),
    ("trucks", "unload_rate_l_per_min", 5, 20_000, "odd_flow"),
    ("trucks", "capacity_l", 100, 60_000, "odd_litres"),
    ("trucks", "speed_factor", 0.2, 3, "odd_factor"),
)


def notice_figures(scenario: Scenario, records: Records) -> list[Problem]:
    """
    Return a warning for every figure far from all that is usual.

    Parameters
    ----------
    scenario
        The day to plan.
    records
        Rows by the name of their table.
    """
    problems = []
    for table, column, low, high, key in _USUAL:
        for record in records.get(table, []):
            value = record.values.get(column)
            if value and not low <= value <= high:
                problems.append(_doubt(record, column, say(key, value=value)))
    for record, truck in zip(records["trucks"], scenario.trucks, strict=True):
        water_t = truck.capacity_l / 1000
        if truck.gross_t is not None and truck.gross_t < water_t:
            message = say("odd_gross", water_t=water_t)
            problems.append(_doubt(record, "gross_t", message))
    return problems


def _doubt(record: Record, column: str, message: Message) -> Problem:
    return record.problem(column, message, warn=True)
