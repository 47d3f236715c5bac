"""Some tables brought into a scenario that is there, the others kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from dispatch.errors import DataError, Problem
from dispatch.files.scenario.assemble import build_scenario, read_tables
from dispatch.files.scenario.editing import (
    frame_to_raw,
    kept_travel,
    scenario_tables,
    settings_of,
)
from dispatch.files.scenario.read import Inputs, collect
from dispatch.files.tables.bind import bind_columns
from dispatch.files.tables.columns import OBJECT_TABLES, tables
from dispatch.files.tables.heads import find_head
from dispatch.files.water.read import kept_water
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.files.tables.columns import Table
    from dispatch.files.tables.raw import RawTable
    from dispatch.model.scenario import Scenario


def scenario_with_tables(
    base: Scenario, files: Mapping[str, bytes], *, adds: bool = False
) -> tuple[Scenario, tuple[str, ...]]:
    """
    Return a scenario with the tables of some files in the place of its own.

    Settings, roads and matrices of the files are left out: they belong to whole
    scenarios.

    Parameters
    ----------
    base
        Keeps what the files do not hold.
    files
        CSV files or workbooks by name; a sheet or file is a table by its name.
    adds
        Whether rows are added to the tables instead: of a row that is there, only
        the columns change that the file has.

    Returns
    -------
    tuple[Scenario, tuple[str, ...]]
        The scenario, and the names of the tables that were found.

    Raises
    ------
    DataError
        With every problem: file, row, column, value and what to do.
    """
    inputs = Inputs()
    collect(files, inputs)
    current = scenario_tables(base)
    found = tuple(name for name in current if name in inputs.tables)
    if not found and not any(p.severity == "error" for p in inputs.problems):
        inputs.problems.append(Problem(next(iter(files), ""), say("no_table_there")))
    if any(problem.severity == "error" for problem in inputs.problems):
        raise DataError(inputs.problems)
    raws = {}
    for name, frame in current.items():
        raw = inputs.tables.get(name)
        if raw is None:
            raw = frame_to_raw(name, frame)
        elif adds:
            raw = frame_to_raw(name, _with_rows(frame, raw, tables()[name]))
        raws[name] = raw
    raws = {n: raw for n, raw in raws.items() if raw.rows or n in OBJECT_TABLES}
    settings = settings_of(base)
    records = read_tables(raws, settings.datum_of, inputs.problems)
    scenario = build_scenario(
        records,
        settings,
        inputs.problems,
        travel_table=kept_travel(base, records, inputs.problems),
        roads=base.roads,
        speed_rules=base.speed_rules,
        areas=base.areas,
        basemap=base.basemap,
        water=kept_water(base, records, inputs.problems),
        folder=base.folder,
        strict=False,
    )
    return scenario, found


def _with_rows(frame: pd.DataFrame, raw: RawTable, table: Table) -> pd.DataFrame:
    """
    Return a table with the cells of another one written over it, row by row.

    A cell under a heading with a unit of its own brings the unit along.
    """
    raw = find_head(raw, table)
    bound = bind_columns(raw, table, [])
    key = table.columns[0].name
    rows: dict[str, dict[str, Any]] = {
        str(row[key]): {str(name): value for name, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    }
    for number, cells in raw.rows:
        new = {
            each.column.name: _cell(cells, each.position, each.unit, each.column.unit)
            for each in bound
        }
        row_id = str(new.get(key) or f"+{number}")
        rows[row_id] = {**rows.get(row_id, dict.fromkeys(frame.columns)), **new}
    return pd.DataFrame(list(rows.values()), columns=list(frame.columns))


def _cell(cells: list[Any], position: int, unit: str | None, usual: str) -> Any:
    cell = cells[position] if position < len(cells) else None
    if unit and unit != usual and cell not in (None, ""):
        return f"{cell}{unit}"
    return cell
