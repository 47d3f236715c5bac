"""A table of cells -> one record of typed values per row, all problems collected."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from dispatch.errors import Problem
from dispatch.files.cells import (
    UNITS,
    Cell,
    CellError,
    is_blank,
    plain,
    show,
    unit_key,
)
from dispatch.files.values import parse_value
from dispatch.messages import say

if TYPE_CHECKING:
    from dispatch.files.columns import Column, Table
    from dispatch.files.raw import RawTable
    from dispatch.messages import Message

_MAX_TITLE_ROWS: Final = 5
#: Fewer known words in a row may be chance.
_LEAST_HEADERS: Final = 3


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
        self, column: str | None, said: Message, *, warn: bool = False
    ) -> Problem:
        """Return a problem at one column of this row; errors mark the row broken."""
        if not warn:
            self.is_broken = True
        value = None
        if column is not None and not is_blank(self.cells.get(column)):
            value = show(self.cells[column])
        return Problem(
            self.file,
            said,
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
            Problem(raw.file, say("table_only_header"), severity="warning")
            if not table.required
            else Problem(raw.file, say("table_no_rows", table=table.name))
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
                said = say("header_missing", number=position + 1)
                problems.append(Problem(raw.file, said, severity="warning"))
            continue
        found = table.find(header)
        if found is None:
            problems.append(_unknown_column(raw.file, table, header))
            continue
        column, unit = found
        if column.name in bound:
            said = say(
                "column_twice",
                first=bound[column.name].header,
                second=header,
                column=column.name,
            )
            problems.append(Problem(raw.file, said, row=1, column=header))
            continue
        unit = _header_unit(raw.file, header, column, unit, problems)
        bound[column.name] = _Bound(column, position, header, unit)
    for column in table.columns:
        if column.required and column.name not in bound:
            said = say("column_missing", column=column.name, zh=column.zh)
            problems.append(Problem(raw.file, said, column=column.name))
    return list(bound.values())


def _header_unit(
    file: str, header: str, column: Column, unit: str, problems: list[Problem]
) -> str:
    """Return the unit in the brackets of a header, if it is one of the column's."""
    if not unit or column.kind not in UNITS:
        return ""
    if unit_key(unit) in UNITS[column.kind]:
        return unit
    said = say("unit_in_header_unknown", unit=unit, column=column.name)
    problems.append(Problem(file, said, row=1, column=header))
    return ""


def _unknown_column(file: str, table: Table, header: str) -> Problem:
    near = table.suggestion(header)
    hint = say("did_you_mean", near=near) if near else ""
    said = say("column_unknown", hint=hint)
    return Problem(file, said, row=1, column=header, severity="warning")


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
            problems.append(record.problem(None, say("row_too_long")))
            break
    for item in bound:
        column = item.column
        cell = _cell(cells, item.position)
        record.cells[column.name] = cell
        record.heads[column.name] = item.header
        if _is_empty(cell, column):
            if column.required:
                problems.append(record.problem(column.name, say("must_not_be_empty")))
            continue
        style = raw.formats.get((number, item.position), "")
        try:
            record.values[column.name] = parse_value(
                cell, column, header_unit=item.unit, number_format=style
            )
        except CellError as error:
            problems.append(record.problem(column.name, error.said))
    return record


def nearest(label: str, known: list[str]) -> Message | str:
    """Return ``; did you mean X?`` where an id looks like a known one, else nothing."""
    same = [item for item in known if plain(item).casefold() == plain(label).casefold()]
    near = same or difflib.get_close_matches(label, known, n=1, cutoff=0.75)
    return say("did_you_mean", near=near[0]) if near else ""
