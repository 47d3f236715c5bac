"""Merged cells of a sheet: the value holds for the whole range, or is asked about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dispatch.errors import Problem
from dispatch.files.cells.cell_words import is_empty
from dispatch.files.cells.parse import show
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.files.cells.parse import Cell
    from dispatch.files.tables.columns import Column
    from dispatch.files.tables.raw import MergedRange, RawTable
    from dispatch.words.message import Message

#: Rows that all merged ranges of a sheet reach over.
_MAX_CELLS: Final = 3_000_000
#: 08:00-18:00 over both columns of a window is read as what it says.
_WINDOW: Final = ["open_from", "open_until"]


def fill_merged(
    raw: RawTable, columns: Mapping[int, Column], problems: list[Problem]
) -> RawTable:
    """
    Return the table with merged values in every row of their range.

    A range that could mean something else is a problem that names it: amounts (of
    each row, or of all together), ids and positions, and ranges over several columns.

    Parameters
    ----------
    raw
        The table as cells.
    columns
        The columns of the dictionary by their position.
    problems
        Receives every problem.
    """
    by_number = dict(raw.rows)
    num_left = _MAX_CELLS
    filled: dict[int, list[Cell]] = {}
    for merge in raw.merges:
        num_left -= min(merge.last_row - merge.first_row, len(by_number)) + 1
        if num_left < 0:
            # Ranges of a sound sheet never lie over each other.
            problems.append(Problem(raw.file, say("merged_too_many")))
            return raw
        rows = [n for n in _numbers(merge, by_number) if n > raw.header_row]
        covered = [i for i in columns if merge.first <= i <= merge.last]
        if not rows or not covered:
            continue
        anchor = by_number.get(merge.first_row, [])
        value = anchor[merge.first] if merge.first < len(anchor) else None
        is_above = merge.first_row <= raw.header_row
        if is_empty(value) and not is_above:
            continue
        message = say("merged_with_header", range=merge.ref) if is_above else None
        message = message or _doubt(merge, covered, columns, num_rows=len(rows))
        if message is not None:
            head = raw.header[covered[0]]
            problems.append(Problem(raw.file, message, rows[0], head, show(value)))
            continue
        for number in rows[1:]:
            cells = filled.setdefault(number, list(by_number[number]))
            cells.extend([None] * (merge.first + 1 - len(cells)))
            cells[merge.first] = value
    if not filled:
        return raw
    rows_filled = [(number, filled.get(number, cells)) for number, cells in raw.rows]
    formats = dict(raw.formats)
    return replace(raw, rows=rows_filled, formats=formats)


def _numbers(merge: MergedRange, by_number: Mapping[int, list[Cell]]) -> list[int]:
    """Return the rows of a range that have any value."""
    numbers = range(merge.first_row, merge.last_row + 1)
    if len(numbers) > len(by_number):
        return [number for number in by_number if number in numbers]
    return [number for number in numbers if number in by_number]


def _doubt(
    merge: MergedRange,
    covered: list[int],
    columns: Mapping[int, Column],
    *,
    num_rows: int,
) -> Message | None:
    """Return why a range cannot be read; None if its value holds for each row."""
    names = [columns[i].name for i in covered]
    first = columns[covered[0]]
    if covered[0] != merge.first or (len(covered) > 1 and names != _WINDOW):
        return say("merged_across", range=merge.ref)
    if num_rows > 1 and not first.merged:
        return say("merged_amount", range=merge.ref)
    return None
