"""A scenario -> a folder of CSV files or a workbook that reads back the same."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import xlsxwriter  # type: ignore[import-untyped]  # no stubs

from dispatch.atomic import write_file, write_text
from dispatch.errors import DispatchError
from dispatch.files.cells.choices import CHOICES, format_choice
from dispatch.files.cells.formulas import as_text_cell
from dispatch.files.plan.workbook import SAFE_OPTIONS, text_width
from dispatch.files.roads.areas import areas_geojson, is_row
from dispatch.files.roads.basemap import write_basemap
from dispatch.files.roads.limits import speed_values
from dispatch.files.roads.write import road_rows
from dispatch.files.scenario.editing import scenario_tables
from dispatch.files.tables.columns import (
    DATUM_TABLES,
    OBJECT_TABLES,
    PEOPLE_TABLES,
    ROAD_TABLES,
    WATER_TABLES,
    Column,
    column_guide,
    guided_tables,
    tables,
)
from dispatch.files.water.notices_file import notices_toml
from dispatch.files.water.rows import water_rows
from dispatch.model.travel import NO_ROAD
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from dispatch.model.areas import Area
    from dispatch.model.scenario import Scenario

Value = str | int | float | None
#: Header and rows of one table, by its English name.
Tables = dict[str, tuple[list[str], list[list[Value]]]]

_GUIDE_SHEET: Final = "说明"
#: Rows of a new sheet that get help with typing.
_TYPED_ROWS: Final = 2000
#: Folders of tables that do not lie in that of the scenario itself.
_FOLDERS: Final = {
    **dict.fromkeys(ROAD_TABLES, "roads"),
    **dict.fromkeys((*WATER_TABLES, *PEOPLE_TABLES), "water"),
}
#: Words for yes and no, without and with Chinese headers.
_YES_NO: Final = (("yes", "no"), ("是", "否"))


def write_scenario(
    scenario: Scenario,
    folder: str | Path,
    *,
    chinese_headers: bool = False,
    bom: bool = False,
    empty_water: bool = False,
) -> Path:
    """
    Return the folder after writing ``scenario.toml`` and the tables into it.

    Parameters
    ----------
    scenario
        The day to plan.
    folder
        A new or empty folder.
    chinese_headers
        Whether headers are in Chinese; both read back.
    bom
        Mark the CSV files as UTF-8, so that Excel shows Chinese when opening them.
    empty_water
        Whether tables of the water are there without rows, to be filled in.

    Raises
    ------
    DispatchError
        If the folder is not empty: old tables would mix with the new ones.
    """
    folder = Path(folder)
    refuse_used(folder)
    by_name = _all_tables(scenario, chinese=chinese_headers, empty_water=empty_water)
    for name, (header, rows) in by_name.items():
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([_csv_cell(value) for value in row] for row in rows)
        if name != "notices":
            write_text(
                folder / _FOLDERS.get(name, "") / f"{name}.csv", out.getvalue(), bom=bom
            )
    if scenario.water is not None and scenario.water.notices:
        text = notices_toml(scenario.water.notices)
        write_text(folder / "water" / "notices.toml", text)
    outlined = [area for area in scenario.areas if not is_row(area)]
    if outlined:
        write_text(folder / "areas.geojson", areas_geojson(outlined))
    write_text(folder / "scenario.toml", settings_toml(scenario))
    if scenario.basemap:
        write_basemap(scenario.basemap, folder)
    return folder


def _csv_cell(value: Value) -> Value:
    return as_text_cell(value) if isinstance(value, str) else value


def refuse_used(folder: Path) -> None:
    """
    Raise if a folder has anything in it, or is a file.

    Raises
    ------
    DispatchError
        If there is anything.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise DispatchError(say("folder_not_empty", folder=folder))


def write_scenario_xlsx(
    scenario: Scenario,
    path: str | Path,
    *,
    chinese_headers: bool = True,
    empty_water: bool = False,
) -> Path:
    """
    Return the path of a workbook with one sheet per table and a guide.

    A workbook has no room for outlines of townships and counties.

    Parameters
    ----------
    scenario
        The day to plan.
    path
        The ``.xlsx`` file; one that is there is replaced.
    chinese_headers
        Whether headers are in Chinese; both read back.
    empty_water
        Whether tables of the water are there without rows, to be filled in.

    Raises
    ------
    DispatchError
        If the place cannot be written.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, SAFE_OPTIONS)
    head = book.add_format({"bold": True, "bg_color": "#E7E6E6", "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    named = tables()
    _add_sheet(book, named["scenario"].zh, _settings_rows(scenario), head, text)
    by_name = _all_tables(scenario, chinese=chinese_headers, empty_water=empty_water)
    for name, (header, rows) in by_name.items():
        # Matrices keep their English name, which nobody needs to type.
        sheet = name if name.startswith("travel") else named[name].zh
        added = _add_sheet(book, sheet, [list(header), *rows], head, text)
        for position, column in enumerate(named[name].columns):
            _help_typing(added, position, column, text, chinese=chinese_headers)
    guide: list[list[Value]] = []
    is_water = any(name in by_name for name in (*WATER_TABLES, *PEOPLE_TABLES))
    for table in guided_tables(water=is_water):
        guide.append([f"{table.zh} {table.name}"])
        guide.extend([*row] for row in column_guide(table))
        guide.append([])
    _add_sheet(book, _GUIDE_SHEET, guide, head, text)
    book.close()
    return write_file(Path(path), out.getvalue())


def _add_sheet(
    book: Any, name: str, rows: list[list[Value]], head: Any, text: Any
) -> Any:
    """Return the sheet after writing its rows, the first as its header."""
    sheet = book.add_worksheet(name)
    widths: dict[int, int] = {}
    for row_idx, row in enumerate(rows):
        style = head if row_idx == 0 else text
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                # As text, so that codes such as 001 keep every digit.
                sheet.write_string(row_idx, column, value, style)
            else:
                sheet.write_number(row_idx, column, value)
            widths[column] = max(widths.get(column, 6), text_width(str(value)))
    for column, width in widths.items():
        sheet.set_column(column, column, min(width + 2, 40))
    sheet.freeze_panes(1, 1)
    return sheet


def _help_typing(
    sheet: Any, position: int, column: Column, text: Any, *, chinese: bool
) -> None:
    """Keep new ids and times as typed, and offer yes and no for a choice."""
    if column.kind in ("id", "ref", "text", "clock", "clocks"):
        width = max(text_width(column.zh), text_width(column.name)) + 4
        sheet.set_column(position, position, width, text)
    elif column.kind == "yes_no":
        _offer(sheet, position, list(_YES_NO[chinese]))
    elif column.kind in CHOICES:
        values = CHOICES[column.kind]
        words = [format_choice(v, column.kind, chinese=chinese) for v in values]
        _offer(sheet, position, words)


def _offer(sheet: Any, position: int, words: list[str]) -> None:
    choice = {"validate": "list", "source": words}
    sheet.data_validation(1, position, _TYPED_ROWS, position, choice)


def _all_tables(
    scenario: Scenario, *, chinese: bool, empty_water: bool = False
) -> Tables:
    by_name: Tables = {}
    for name, frame in scenario_tables(scenario).items():
        columns = tables()[name].columns
        rows = [
            [_plain(value, chinese=chinese) for value in row]
            for row in frame.itertuples(index=False, name=None)
        ]
        if rows or name in OBJECT_TABLES:
            by_name[name] = (_headers(columns, chinese=chinese), rows)
    if scenario.roads is not None:
        for name, road_table in road_rows(scenario.roads).items():
            head = _headers(tables()[name].columns, chinese=chinese)
            by_name[name] = (head, road_table)
    if scenario.speed_rules:
        columns = tables()["speeds"].columns
        speeds = [speed_values(rule) for rule in scenario.speed_rules]
        speed_rows = [[row[column.name] for column in columns] for row in speeds]
        by_name["speeds"] = (_headers(columns, chinese=chinese), speed_rows)
    seats = [area for area in scenario.areas if is_row(area)]
    if seats:
        columns = tables()["townships"].columns
        seat_rows = [_seat_row(area, columns) for area in seats]
        by_name["townships"] = (_headers(columns, chinese=chinese), seat_rows)
    water = water_rows(scenario, chinese=chinese, empty=empty_water)
    for name, item_rows in water.items():
        columns = tables()[name].columns
        by_name[name] = (_headers(columns, chinese=chinese), item_rows)
    table = scenario.travel_table
    if table is not None:
        by_name["travel_s"] = _matrix(table.place_ids, table.seconds)
        if table.metres is not None:
            by_name["travel_m"] = _matrix(table.place_ids, table.metres)
    return by_name


def _headers(columns: Iterable[Column], *, chinese: bool) -> list[str]:
    return [column.zh if chinese else column.name for column in columns]


def _plain(value: Any, *, chinese: bool) -> Value:
    """Return a value of a data frame as it stands in a file."""
    if value is None or value is pd.NA:
        return None
    if isinstance(value, bool) or type(value).__name__ == "bool":
        yes, no = _YES_NO[chinese]
        return yes if value else no
    if isinstance(value, str):
        return value
    if float(value).is_integer():
        return int(value)
    return float(value)


def _seat_row(area: Area, columns: Iterable[Column]) -> list[Value]:
    lat, lon = area.centre or (None, None)
    values: dict[str, Value] = {
        "name": area.name,
        "code": area.code,
        "lat": lat,
        "lon": lon,
    }
    return [values.get(column.name) for column in columns]


def _matrix(
    place_ids: tuple[str, ...], matrix: npt.NDArray[Any]
) -> tuple[list[str], list[list[Value]]]:
    rows: list[list[Value]] = [
        [label, *(None if value == NO_ROAD else value for value in row)]
        for label, row in zip(place_ids, matrix.tolist(), strict=True)
    ]
    return ["place_id", *place_ids], rows


def _settings_values(scenario: Scenario) -> dict[str, Value]:
    """Return every setting by its name in the column dictionary."""
    need, service = scenario.need, scenario.service
    return {
        "name": scenario.name,
        "date": scenario.date.isoformat(),
        "datum": scenario.datum,
        # Every table is written in the one datum.
        **{f"datums.{table}": "" for table in DATUM_TABLES},
        "need_l_per_person.survival": need.survival_l_per_person,
        "need_l_per_person.basic": need.basic_l_per_person,
        "need_l_per_person.normal": need.normal_l_per_person,
        "need_l_per_head.cattle": need.cattle_l_per_head,
        "need_l_per_head.pigs": need.pigs_l_per_head,
        "need_l_per_head.sheep": need.sheep_l_per_head,
        "need_l_per_head.poultry": need.poultry_l_per_head,
        "service.fill_setup_s": service.fill_setup_s,
        "service.drop_setup_s": service.drop_setup_s,
        "service.min_drop_l": service.min_drop_l,
        "travel.speed_km_h": scenario.straight_line.speed_km_h,
        "travel.detour": scenario.straight_line.detour,
        "plan.equity_steps": scenario.equity_steps,
    }


def settings_toml(scenario: Scenario) -> str:
    """Return the text of ``scenario.toml``, with a comment on every line."""
    values = _settings_values(scenario)
    lines: list[str] = []
    section = ""
    for column in tables()["scenario"].columns:
        head, _, key = column.name.rpartition(".")
        if head != section:
            section = head
            lines += ["", f"[{section}]"]
        value = values[column.name]
        shown = _toml(value) if column.kind != "date" else str(value)
        lines.append(f"{key} = {shown}  # {column.meaning_zh}")
    return "\n".join(lines) + "\n"


def _toml(value: Value) -> str:
    if isinstance(value, str):
        # A TOML basic string is a JSON string but for the delete character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    number = float(value or 0)
    return str(int(number)) if number.is_integer() else repr(number)


def _settings_rows(scenario: Scenario) -> list[list[Value]]:
    values = _settings_values(scenario)
    rows: list[list[Value]] = [["设置", "值", "说明", "setting"]]
    for column in tables()["scenario"].columns:
        meaning = column.meaning_zh
        rows.append([column.zh, values[column.name], meaning, column.name])
    return rows
