"""A table of cells -> one record of typed values per row, all problems collected."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from dispatch.errors import Problem
from dispatch.files.cells import (
    UNITS,
    Cell,
    CellError,
    is_blank,
    parse_degrees,
    parse_label,
    parse_quantity,
    parse_text,
    parse_whole,
    parse_yes_no,
    plain,
    show,
    unit_key,
)
from dispatch.files.clocks import parse_clock_cell

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.files.columns import Column, Table
    from dispatch.files.raw import RawTable

_MAX_TITLE_ROWS: Final = 5
#: Fewer known words in a row may be chance.
_LEAST_HEADERS: Final = 3

_WHOLE: Final = frozenset({"count", "litres_down", "litres_up", "seconds"})


@dataclass(slots=True)
class Record:
    """
    One row: values by English column name; columns that were empty are left out.

    ``cells`` keeps the text as found and ``heads`` the header, for messages.
    """

    file: str
    row: int
    values: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    is_broken: bool = False

    def problem(
        self, column: str | None, message: str, *, warn: bool = False
    ) -> Problem:
        """Return a problem at one column of this row; errors mark the row broken."""
        if not warn:
            self.is_broken = True
        value = None
        if column is not None and not is_blank(self.cells.get(column)):
            value = show(self.cells[column])
        return Problem(
            self.file,
            message,
            row=self.row,
            column=None if column is None else self.heads.get(column, column),
            value=value,
            severity="warning" if warn else "error",
        )


@dataclass(frozen=True, slots=True)
class _Bound:
    """A column of the dictionary at its place in one file."""

    column: Column
    position: int
    header: str
    unit: str


def read_records(raw: RawTable, table: Table, problems: list[Problem]) -> list[Record]:
    """
    Return a record per row.

    Cells that cannot be read are left out of the record and added to ``problems``.
    """
    raw = below_title(raw, table)
    bound = _bind_columns(raw, table, problems)
    if not raw.rows:
        problems.append(
            Problem(raw.file, "has a header but no rows", severity="warning")
            if not table.required
            else Problem(raw.file, f"has no rows; at least one of {table.name}")
        )
    found = {item.column.name for item in bound}
    lacks_column = any(c.required and c.name not in found for c in table.columns)
    records = []
    for number, cells in raw.rows:
        record = _read_row(raw, number, cells, bound, problems)
        record.is_broken |= lacks_column
        records.append(record)
    return records


def below_title(raw: RawTable, table: Table) -> RawTable:
    """Return the table without lines of title above its header, as offices add them."""
    if any(table.find(header) for header in raw.header):
        return raw
    for position, (_, cells) in enumerate(raw.rows[:_MAX_TITLE_ROWS]):
        header = ["" if cell is None else str(cell).strip() for cell in cells]
        known = [table.find(text) for text in header if text]
        if sum(found is not None for found in known) >= _LEAST_HEADERS:
            rows = raw.rows[position + 1 :]
            return replace(raw, header=tuple(header), rows=rows)
    return raw


def _bind_columns(raw: RawTable, table: Table, problems: list[Problem]) -> list[_Bound]:
    bound: dict[str, _Bound] = {}
    for position, header in enumerate(raw.header):
        if not plain(header):
            if any(_cell(cells, position) not in (None, "") for _, cells in raw.rows):
                message = f"column {position + 1} has no header and is not read"
                problems.append(Problem(raw.file, message, severity="warning"))
            continue
        found = table.find(header)
        if found is None:
            problems.append(_unknown_column(raw.file, table, header))
            continue
        column, unit = found
        if column.name in bound:
            message = (
                f"stands twice: {bound[column.name].header!r} and {header!r} both mean "
                f"{column.name}; remove one"
            )
            problems.append(Problem(raw.file, message, row=1, column=header))
            continue
        unit = _header_unit(raw.file, header, column, unit, problems)
        bound[column.name] = _Bound(column, position, header, unit)
    for column in table.columns:
        if column.required and column.name not in bound:
            message = f"the column {column.name} ({column.zh}) is missing; add it"
            problems.append(Problem(raw.file, message, column=column.name))
    return list(bound.values())


def _header_unit(
    file: str, header: str, column: Column, unit: str, problems: list[Problem]
) -> str:
    """Return the unit in the brackets of a header, if it is one of the column's."""
    if not unit or column.kind not in UNITS:
        return ""
    if unit_key(unit) in UNITS[column.kind]:
        return unit
    message = f"the unit {unit!r} in the header is not known for {column.name}"
    problems.append(Problem(file, message, row=1, column=header))
    return ""


def _unknown_column(file: str, table: Table, header: str) -> Problem:
    near = table.suggestion(header)
    hint = f"; did you mean {near}?" if near else ""
    message = f"is no known column and is not read{hint}"
    return Problem(file, message, row=1, column=header, severity="warning")


def _cell(cells: list[Cell], position: int) -> Cell:
    return cells[position] if position < len(cells) else None


def _is_empty(cell: Cell, column: Column) -> bool:
    # For yes or no, 无 and / are answers that nobody should guess at.
    if column.kind == "yes_no" and isinstance(cell, str):
        return plain(cell) == ""
    return is_blank(cell)


def _read_row(
    raw: RawTable,
    number: int,
    cells: list[Cell],
    bound: list[_Bound],
    problems: list[Problem],
) -> Record:
    record = Record(raw.file, number)
    for cell in cells[len(raw.header) :]:
        if not is_blank(cell):
            message = (
                "the row has more cells than the header; a comma inside a text needs "
                'quotation marks around it ("...")'
            )
            problems.append(record.problem(None, message))
            break
    for item in bound:
        column = item.column
        cell = _cell(cells, item.position)
        record.cells[column.name] = cell
        record.heads[column.name] = item.header
        if _is_empty(cell, column):
            if column.required:
                problems.append(record.problem(column.name, "must not be empty"))
            continue
        style = raw.formats.get((number, item.position), "")
        try:
            record.values[column.name] = parse_value(
                cell, column, header_unit=item.unit, number_format=style
            )
        except CellError as error:
            problems.append(record.problem(column.name, str(error)))
    return record


def parse_value(
    cell: Cell, column: Column, *, header_unit: str = "", number_format: str = ""
) -> Any:
    """
    Return the value of a cell that is not blank, checked against its range.

    Raises
    ------
    CellError
        With a sentence what to write instead.
    """
    kind = column.kind
    if kind in _WHOLE:
        return _in_range(parse_whole(cell, kind, header_unit=header_unit), column)
    if kind in UNITS:
        number = parse_quantity(cell, kind, header_unit=header_unit)
        return _in_range(float(number), column)
    if kind in ("lat", "lon"):
        # Off the map is told with both coordinates, in case they are swapped.
        return parse_degrees(cell)
    if kind in ("id", "ref"):
        return parse_label(cell, number_format)
    return _OTHER_KINDS[kind](cell)


def _in_range(value: float, column: Column) -> float:
    if column.low is not None and value < column.low:
        if column.low == 0:
            raise CellError("must be >= 0")
        raise CellError(f"must be at least {column.low:g}")
    if column.high is not None and value > column.high:
        raise CellError(f"must be at most {column.high:g}")
    return value


def _parse_clocks(cell: Cell) -> Cell:
    """Return the cell as it is: windows are read from two cells together."""
    return cell


def parse_date(cell: Cell) -> dt.date:
    """Return a date such as 2022-09-06, 2022/9/6 or 2022年9月6日."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    match = re.fullmatch(
        r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?", plain(show(cell))
    )
    try:
        if match is not None:
            return dt.date(*(int(part) for part in match.groups()))
    except ValueError:
        pass
    raise CellError("must be a date such as 2022-09-06")


_DATUMS: Final = {
    "wgs84": "wgs84",
    "gps": "wgs84",
    "cgcs2000": "wgs84",
    "gcj02": "gcj02",
    "火星坐标": "gcj02",
    "高德": "gcj02",
    "腾讯": "gcj02",
    "bd09": "bd09",
    "百度": "bd09",
}


def parse_datum(cell: Cell) -> str:
    """Return the datum; CGCS2000 lies within centimetres of WGS-84."""
    key = re.sub(r"[\s\-_]", "", plain(show(cell)).casefold())
    if key not in _DATUMS:
        raise CellError("must be wgs84, gcj02 or bd09")
    return _DATUMS[key]


def parse_shape(cell: Cell) -> tuple[tuple[float, float], ...]:
    """Return the points of a WKT line, which has lon before lat, as (lat, lon)."""
    text = plain(show(cell) if not isinstance(cell, str) else cell)
    match = re.fullmatch(r"linestring\s*\((.+)\)", text, re.IGNORECASE)
    if match is None:
        raise CellError("must be a line such as LINESTRING(112.81 27.15, 112.82 27.16)")
    points = []
    for pair in match[1].split(","):
        parts = pair.split()
        if len(parts) != 2:
            raise CellError(
                "each point of the line needs lon and lat, such as 112.8 27.1"
            )
        lon, lat = (parse_degrees(part) for part in parts)
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise CellError(f"the point {pair.strip()} of the line is off the map")
        points.append((lat, lon))
    return tuple(points)


_OTHER_KINDS: Final[dict[str, Callable[[Cell], Any]]] = {
    "text": parse_text,
    "yes_no": parse_yes_no,
    "clock": parse_clock_cell,
    "clocks": _parse_clocks,
    "date": parse_date,
    "datum": parse_datum,
    "wkt": parse_shape,
}


def nearest(label: str, known: list[str]) -> str:
    """Return ``; did you mean X?`` where an id looks like a known one."""
    same = [item for item in known if plain(item).casefold() == plain(label).casefold()]
    near = same or difflib.get_close_matches(label, known, n=1, cutoff=0.75)
    return f"; did you mean {near[0]}?" if near else ""
