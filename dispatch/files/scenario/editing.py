"""A scenario as data frames for the table editor, and back through every check."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from dispatch.errors import Problem
from dispatch.files.cells.clocks import format_windows
from dispatch.files.cells.parse import is_blank
from dispatch.files.roads.limits import limit_values
from dispatch.files.scenario.assemble import (
    build_scenario,
    known_place_ids,
    read_tables,
)
from dispatch.files.scenario.settings import Settings
from dispatch.files.tables.columns import OBJECT_TABLES, tables
from dispatch.files.tables.raw import RawTable
from dispatch.files.water.read import kept_water
from dispatch.geo.distance import haversine_m
from dispatch.model.road_limits import RoadLimit
from dispatch.model.travel import TravelTable
from dispatch.units import format_clock
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.files.cells.parse import Cell
    from dispatch.files.tables.checks import Records
    from dispatch.files.tables.columns import Column
    from dispatch.model.scenario import Depot, Scenario, Source, Truck, Village

    Item = Village | Source | Depot | Truck | RoadLimit

#: A place that was moved farther than this no longer fits its travel times.
_MOVED_M: Final = 300.0

_WHOLE: Final = ("count", "litres_down", "litres_up", "seconds")
_REAL: Final = ("number", "l_per_min", "l_per_h", "tonnes", "metres", "lat", "lon")


def scenario_tables(scenario: Scenario) -> dict[str, pd.DataFrame]:
    """
    Return the tables villages, sources, depots, trucks and limits, a row per object.

    Columns are those of the dictionary, in its order. Whole numbers are ``Int64``,
    others ``Float64`` (missing: not limited or none), yes/no is bool, ids, texts and
    times of day are text.
    """
    members: dict[str, tuple[Item, ...]] = {
        "villages": scenario.all_villages,
        "sources": scenario.all_sources,
        "depots": scenario.depots,
        "trucks": scenario.all_trucks,
        "limits": scenario.road_limits,
    }
    return {
        name: pd.DataFrame(
            {
                column.name: _series(column, [_value(item, column) for item in items])
                for column in tables()[name].columns
            }
        )
        for name, items in members.items()
    }


def _series(column: Column, values: list[Any]) -> pd.Series[Any]:
    if column.kind in _WHOLE:
        return pd.Series(pd.array(values, dtype="Int64"))
    if column.kind in _REAL:
        return pd.Series(pd.array(values, dtype="Float64"))
    if column.kind == "yes_no":
        return pd.Series(values, dtype="bool")
    return pd.Series(values, dtype="object")


def _value(item: Item, column: Column) -> Any:
    """Return what a column says of an object; None where the cell is empty."""
    name = column.name
    if isinstance(item, RoadLimit):
        return limit_values(item)[name]
    if name == "position":
        return ""  # lat and lon say it
    if column.kind == "clocks":
        first, last = format_windows(item.windows)  # type: ignore[union-attr]  # only tables with windows have such columns
        return first if name == "open_from" else last
    if name in ("break_from", "break_until"):
        window = item.break_window  # type: ignore[union-attr]  # a column of trucks
        if window is None:
            return ""
        return format_clock(
            window.early_s if name == "break_from" else window.late_s, seconds="any"
        )
    if name == "not_to":
        return ";".join(item.not_to)  # type: ignore[union-attr]  # a column of trucks
    if name == "break_s":
        return item.break_s or None  # type: ignore[union-attr]  # a column of trucks
    if column.kind == "clock":
        return format_clock(getattr(item, f"{name}_s"), seconds="any")
    return getattr(item, name)


def scenario_from_tables(
    frames: Mapping[str, pd.DataFrame], *, base: Scenario, strict: bool = False
) -> Scenario:
    """
    Return ``base`` with its objects replaced by those of edited tables.

    Parameters
    ----------
    frames
        As from `scenario_tables`; a table that is left out stays as in ``base``.
    base
        Gives settings, roads and, for places whose ids stay, the travel table.
    strict
        Whether warnings stop the reading like errors.

    Raises
    ------
    DataError
        As from `read_scenario`; rows count from 2, as below a header in row 1.
    """
    problems: list[Problem] = []
    current = scenario_tables(base)
    unknown = sorted(set(frames) - set(current))
    problems += [
        Problem(name, say("table_not_editable"), severity="warning") for name in unknown
    ]
    raws = {
        name: frame_to_raw(name, frames.get(name, current[name])) for name in current
    }
    # No limits at all is no mistake, unlike no villages.
    raws = {n: raw for n, raw in raws.items() if raw.rows or n in OBJECT_TABLES}
    settings = settings_of(base)
    records = read_tables(raws, settings.datum_of, problems)
    travel_table = kept_travel(base, records, problems)
    return build_scenario(
        records,
        settings,
        problems,
        travel_table=travel_table,
        roads=base.roads,
        speed_rules=base.speed_rules,
        areas=base.areas,
        basemap=base.basemap,
        water=kept_water(base, records, problems),
        folder=base.folder,
        strict=strict,
    )


def frame_to_raw(name: str, frame: pd.DataFrame) -> RawTable:
    """
    Return a data frame as a table of cells; rows without any value are left out.

    Parameters
    ----------
    name
        Name of the table, which messages show as its file.
    frame
        Columns by their English or Chinese name; the first row is row 2.
    """
    rows = []
    for number, values in enumerate(frame.itertuples(index=False, name=None), 2):
        cells = [_cell(value) for value in values]
        # A new row of the editor has its default False and nothing else.
        if any(cell is not False and not is_blank(cell) for cell in cells):
            rows.append((number, cells))
    return RawTable(name, tuple(str(column) for column in frame.columns), rows)


def _cell(value: object) -> Cell:
    """Return a value of a data frame as a cell of a sheet."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (str, bool, int, dt.time, dt.timedelta)):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return None if np.isnan(value) else value
    if isinstance(value, dt.datetime):
        return value
    return str(value)


def settings_of(base: Scenario) -> Settings:
    """Return the settings of a scenario as its file would say them."""
    return Settings(
        name=base.name,
        date=base.date,
        datum="wgs84",
        need=base.need,
        service=base.service,
        straight_line=base.straight_line,
        equity_steps=base.equity_steps,
    )


def kept_travel(
    base: Scenario, records: Records, problems: list[Problem]
) -> TravelTable | None:
    """
    Return the travel table of the places that are left; new ones are a problem.

    Parameters
    ----------
    base
        Has the table, or none.
    records
        Rows of all tables of places.
    problems
        Receives every problem.
    """
    table = base.travel_table
    if table is None:
        return None
    position = table.index
    columns = {"depots": "depot_id", "sources": "source_id", "villages": "village_id"}
    for name, column in columns.items():
        for record in records[name]:
            label = record.values.get(column)
            if label is not None and label not in position:
                problems.append(record.problem(column, say("new_place_without_times")))
    _notice_moved(base, records, problems)
    ids = [label for label in known_place_ids(records) if label in position]
    order = [position[label] for label in ids]
    grid = np.ix_(order, order)
    metres = None if table.metres is None else table.metres[grid]
    return TravelTable(place_ids=tuple(ids), seconds=table.seconds[grid], metres=metres)


def _notice_moved(base: Scenario, records: Records, problems: list[Problem]) -> None:
    """Add a warning for places that moved while their travel times stay."""
    before = base.place_by_id
    columns = {"depots": "depot_id", "sources": "source_id", "villages": "village_id"}
    for name, column in columns.items():
        for record in records[name]:
            place = before.get(record.values.get(column, ""))
            if (
                place is None
                or "lat" not in record.values
                or "lon" not in record.values
            ):
                continue
            moved_m = haversine_m(
                lat=np.array([place.lat]),
                lon=np.array([place.lon]),
                to_lat=np.array([record.values["lat"]]),
                to_lon=np.array([record.values["lon"]]),
            )[0, 0]
            if moved_m > _MOVED_M:
                message = say("place_moved", moved_m=float(moved_m))
                problems.append(record.problem("lat", message, warn=True))
