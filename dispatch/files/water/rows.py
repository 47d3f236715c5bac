"""The water network and its people -> header and rows of every table."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from dispatch.files.cells.choices import CHOICES, format_choice, format_flowing
from dispatch.files.cells.clocks import format_windows
from dispatch.files.cells.moments import format_moment
from dispatch.files.tables.columns import PEOPLE_TABLES, WATER_TABLES, tables
from dispatch.files.water.build import attribute_of
from dispatch.model.road_limits import Moment
from dispatch.model.water.canals import Work
from dispatch.model.water.duty import Door, Post
from dispatch.model.water.fields import CropStage
from dispatch.model.water.pumps import Pump

if TYPE_CHECKING:
    from dispatch.files.tables.columns import Column
    from dispatch.model.scenario import Scenario

Value = str | int | float | None


def water_rows(
    scenario: Scenario, *, chinese: bool, empty: bool = False
) -> dict[str, list[list[Value]]]:
    """
    Return the rows of every table of the water that has some, by its name.

    Parameters
    ----------
    scenario
        The day.
    chinese
        Whether words of closed lists, yes and no are in Chinese.
    empty
        Whether tables without rows are there, too.
    """
    holders = (
        (WATER_TABLES, scenario.water),
        (PEOPLE_TABLES, scenario.water_people),
    )
    rows = {
        name: [_row(item, tables()[name].columns, chinese=chinese) for item in items]
        for names, holder in holders
        for name, items in (
            (name, getattr(holder, attribute_of(name), ())) for name in names
        )
        if items or empty
    }
    return dict(rows)


def _row(item: Any, columns: tuple[Column, ...], *, chinese: bool) -> list[Value]:
    values = {entry.name: getattr(item, entry.name) for entry in fields(item)}
    values |= _renamed(item, chinese=chinese)
    return [
        _cell(values.get(column.name), column.kind, chinese=chinese)
        for column in columns
    ]


def _renamed(item: Any, *, chinese: bool) -> dict[str, Any]:
    """Return the cells of columns that no attribute of the same name holds."""
    if isinstance(item, CropStage):
        return {"from": item.starts_on, "until": item.ends_on}
    if isinstance(item, Post):
        ends = format_flowing(chinese=chinese) if item.while_flowing else item.ends
        return {"from": item.starts, "until": ends}
    if isinstance(item, Pump):
        cells: dict[str, Any] = {}
        for number, point in enumerate(item.curve, 1):
            cells[f"head_{number}_m"] = point.head_m
            cells[f"flow_{number}_m3_per_h"] = point.flow_m3_per_h
        return cells
    if isinstance(item, Door):
        starts, ends = format_windows(item.windows)
        pairs = zip(starts.split(";"), ends.split(";"), strict=True)
        spans = [f"{start}-{end}" for start, end in pairs]
        return {"window": ";".join(spans) if item.windows else ""}
    if isinstance(item, Work):
        return {"value": item.value}
    return {}


def _cell(value: Any, kind: str, *, chinese: bool) -> Value:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        words = ("否", "是") if chinese else ("no", "yes")
        return words[value]
    if isinstance(value, Moment):
        return format_moment(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, str):
        in_list = kind in CHOICES
        return format_choice(value, kind, chinese=chinese) if in_list else value
    return int(value) if float(value).is_integer() else float(value)
