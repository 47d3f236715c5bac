"""A table of cells -> one record of typed values per row, all problems collected."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from dispatch.errors import Problem
from dispatch.files.cells.cell_words import is_empty, is_none_word, meaning_of
from dispatch.files.cells.parse import (
    Cell,
    CellError,
    is_blank,
    plain,
    show,
)
from dispatch.files.cells.values import parse_value
from dispatch.files.tables.bind import Bound, bind_columns
from dispatch.files.tables.heads import find_head
from dispatch.files.tables.merged_cells import fill_merged
from dispatch.files.tables.side_rows import drop_side_rows
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.files.tables.columns import Column, Table
    from dispatch.files.tables.raw import RawTable
    from dispatch.words.message import Message

#: Rows that one warning names; the rest is counted.
_MAX_ROWS: Final = 20


@dataclass(slots=True)
class Record:
    """
    One row: values by English column name; columns that were empty are left out.

    ``cells`` keeps the text as found and ``heads``, which the rows of a table share,
    the header, for messages.
    """

    file: str
    row: int
    values: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    is_broken: bool = False

    def problem(
        self, column: str | None, message: Message, *, warn: bool = False
    ) -> Problem:
        """
        Return a problem at one column of this row; errors mark the row broken.

        Parameters
        ----------
        column
            English name of the column; None: the row as a whole.
        message
            What is wrong.
        warn
            Whether it is a warning, which leaves the row usable.
        """
        if not warn:
            self.is_broken = True
        value = None
        if column is not None and not is_empty(self.cells.get(column)):
            value = show(self.cells[column])
        return Problem(
            self.file,
            message,
            row=self.row,
            column=None if column is None else self.heads.get(column, column),
            value=value,
            severity="warning" if warn else "error",
        )


def read_records(raw: RawTable, table: Table, problems: list[Problem]) -> list[Record]:
    """
    Return a record per row.

    Cells that cannot be read are left out of the record and added to ``problems``.

    Parameters
    ----------
    raw
        The table as cells.
    table
        Columns of the table in the dictionary.
    problems
        Receives what is wrong with header and cells.
    """
    raw = find_head(raw, table)
    bound = bind_columns(raw, table, problems)
    columns = {item.position: item.column for item in bound}
    raw = drop_side_rows(raw, table, _ways_to_fill(columns), problems)
    raw = fill_merged(raw, columns, problems)
    _notice_hidden(raw, bound, problems)
    if not raw.rows:
        problems.append(
            Problem(raw.file, say("table_only_header"), severity="warning")
            if not table.required
            else Problem(raw.file, say("table_no_rows", table=table.name))
        )
    present = {item.column.name for item in bound}
    lacks_column = any(c.required and c.name not in present for c in table.columns)
    records = []
    unlimited: dict[str, list[Record]] = {}
    heads = {item.column.name: item.header for item in bound}
    for number, cells in raw.rows:
        record = Record(raw.file, number, heads=heads)
        _read_row(record, raw, cells, bound, problems, unlimited)
        record.is_broken |= lacks_column
        records.append(record)
    problems += [_of_unlimited(name, rows) for name, rows in unlimited.items()]
    return records


def _ways_to_fill(columns: Mapping[int, Column]) -> list[list[int]]:
    """Return the sets of columns of which every object fills one."""
    needed = [i for i, column in columns.items() if column.required]
    lat_lon = [i for i, column in columns.items() if column.name in ("lat", "lon")]
    pasted = [i for i, column in columns.items() if column.name == "position"]
    return [[*needed, *place] for place in (lat_lon, pasted) if place] or [needed]


def _of_unlimited(name: str, records: list[Record]) -> Problem:
    """Return the warning for cells of a limit that say there is none."""
    first = records[0]
    message = say(
        "none_as_unlimited",
        count=len(records),
        word=show(first.cells[name]).strip(),
        row=first.row,
    )
    head = first.heads[name]
    return Problem(first.file, message, column=head, severity="warning")


def _notice_hidden(raw: RawTable, bound: list[Bound], problems: list[Problem]) -> None:
    """Add warnings for what the user of the sheet does not see."""
    if raw.is_hidden:
        problems.append(Problem(raw.file, say("sheet_hidden"), severity="warning"))
    read = {number for number, _ in raw.rows}
    rows = [number for number in raw.hidden_rows if number in read]
    if rows:
        message = say("rows_hidden", rows=row_ranges(rows))
        problems.append(Problem(raw.file, message, severity="warning"))
    heads = [
        item.header
        for item in bound
        if any(first <= item.position <= last for first, last in raw.hidden_columns)
        and any(not is_empty(_cell(cells, item.position)) for _, cells in raw.rows)
    ]
    if heads:
        message = say("columns_hidden", columns=", ".join(heads))
        problems.append(Problem(raw.file, message, severity="warning"))


def row_ranges(rows: list[int]) -> str:
    """Return rows as ``3-5, 9``."""
    parts: list[list[int]] = []
    for row in rows:
        if parts and row == parts[-1][-1] + 1:
            parts[-1] = [parts[-1][0], row]
        else:
            parts.append([row])
    shown = ", ".join("-".join(map(str, part)) for part in parts[:_MAX_ROWS])
    return shown if len(parts) <= _MAX_ROWS else f"{shown} ..."


def _cell(cells: list[Cell], position: int) -> Cell:
    return cells[position] if position < len(cells) else None


def _read_row(
    record: Record,
    raw: RawTable,
    cells: list[Cell],
    bound: list[Bound],
    problems: list[Problem],
    unlimited: dict[str, list[Record]],
) -> None:
    """Read one row; those that say 无 for a limit are added to ``unlimited``."""
    for cell in cells[len(raw.header) :]:
        if not is_blank(cell):
            problems.append(record.problem(None, say("row_too_long")))
            break
    for item in bound:
        column = item.column
        cell = _cell(cells, item.position)
        record.cells[column.name] = cell
        style = raw.formats.get((record.row, item.position), "")
        try:
            meaning = meaning_of(cell, column)
            if meaning == "unlimited" and is_none_word(cell):
                unlimited.setdefault(column.name, []).append(record)
            if meaning == "zero":
                record.values[column.name] = 0
            if meaning is not None:
                if column.required:
                    raise CellError(say("must_not_be_empty"))
                continue
            record.values[column.name] = parse_value(
                cell, column, header_unit=item.unit, number_format=style
            )
        except CellError as error:
            problems.append(record.problem(column.name, error.message))


def nearest(label: str, known: list[str]) -> Message | str:
    """
    Return ``; did you mean X?`` where an id looks like a known one, else nothing.

    Parameters
    ----------
    label
        An id that is not known.
    known
        All ids of that kind.
    """
    same = [item for item in known if plain(item).casefold() == plain(label).casefold()]
    near = same or difflib.get_close_matches(label, known, n=1, cutoff=0.75)
    return say("did_you_mean", near=near[0]) if near else ""
