"""The header of a table -> its columns of the dictionary, at their positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.errors import Problem
from dispatch.files.cells.formulas import refuse_formula
from dispatch.files.cells.parse import UNITS, CellError, plain, show, unit_key
from dispatch.files.tables.survey import column_of, own_headers
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.files.tables.columns import Column, Table
    from dispatch.files.tables.raw import RawTable

#: Unknown columns that are named one by one; longer headers resemble no column.
_MAX_UNKNOWN: Final = 30
_LONG_HEADER: Final = 60
#: What brackets of a header say of how to fill it in, and not of a unit.
_MARKS: Final = frozenset(
    {"必填", "选填", "可选", "可不填", "可空", "必须", "required", "optional", "*"}
    | {"数字", "填数字", "整数", "number"}
)


@dataclass(frozen=True, slots=True)
class Bound:
    """A column of the dictionary at its place in one file."""

    column: Column
    position: int
    header: str
    unit: str


def bind_columns(raw: RawTable, table: Table, problems: list[Problem]) -> list[Bound]:
    """
    Return the columns that a table has; what its header lacks is a problem.

    Parameters
    ----------
    raw
        The table as cells.
    table
        Columns of the table in the dictionary.
    problems
        Receives every problem.
    """
    bound: dict[str, Bound] = {}
    unknown: list[tuple[int, str]] = []
    surveyed = set(own_headers(raw.header))
    if surveyed:
        message = say("survey_columns", columns=", ".join(sorted(surveyed)[:20]))
        problems.append(Problem(raw.file, message, severity="warning"))
    for position, header in enumerate(raw.header):
        if not plain(header):
            if any(
                position < len(cells) and cells[position] not in (None, "")
                for _, cells in raw.rows
            ):
                message = say("header_missing", number=position + 1)
                problems.append(Problem(raw.file, message, severity="warning"))
            continue
        if header in surveyed:
            continue
        try:
            refuse_formula(header)
        except CellError as error:
            problems.append(Problem(raw.file, error.message, raw.header_row, header))
            continue
        match = table.find(header)
        if match is None:
            unknown.append((position, header))
            continue
        column, unit = match
        if column.name in bound:
            message = say(
                "column_twice",
                first=bound[column.name].header,
                second=header,
                column=column.name,
            )
            problems.append(Problem(raw.file, message, raw.header_row, header))
            continue
        unit = _header_unit(raw, header, column, unit, problems)
        bound[column.name] = Bound(column, position, header, unit)
    unmatched = _bind_surveyed(raw, table, unknown, bound, problems)
    problems += _unknown_columns(raw, table, unmatched)
    for column in table.columns:
        if column.required and column.name not in bound:
            message = say("column_missing", column=column.name, zh=column.zh)
            problems.append(Problem(raw.file, message, column=column.name))
    return list(bound.values())


def _bind_surveyed(
    raw: RawTable,
    table: Table,
    unknown: list[tuple[int, str]],
    bound: dict[str, Bound],
    problems: list[Problem],
) -> list[str]:
    """Bind headers by the question they end with; return those left over."""
    unmatched = []
    for position, header in unknown:
        match = column_of(header, table)
        if match is None or match[0].name in bound:
            unmatched.append(header)
            continue
        column, unit = match
        unit = _header_unit(raw, header, column, unit, problems)
        bound[column.name] = Bound(column, position, header, unit)
    return unmatched


def _header_unit(
    raw: RawTable, header: str, column: Column, unit: str, problems: list[Problem]
) -> str:
    """Return the unit in the brackets of a header, if it is one of the column's."""
    if not unit or column.kind not in UNITS or plain(unit).casefold() in _MARKS:
        return ""
    if unit_key(unit) in UNITS[column.kind]:
        return unit
    message = say("unit_in_header_unknown", unit=unit, column=column.name)
    problems.append(Problem(raw.file, message, raw.header_row, header))
    return ""


def _unknown_columns(raw: RawTable, table: Table, headers: list[str]) -> list[Problem]:
    """Return a warning for each column that no table has; many are counted."""
    problems = []
    for header in headers[:_MAX_UNKNOWN]:
        near = table.suggestion(header) if len(header) <= _LONG_HEADER else None
        hint = say("did_you_mean", near=near) if near else ""
        message = say("column_unknown", hint=hint)
        problems.append(
            Problem(raw.file, message, raw.header_row, show(header), severity="warning")
        )
    if len(headers) > _MAX_UNKNOWN:
        message = say("columns_unknown", count=len(headers) - _MAX_UNKNOWN)
        problems.append(Problem(raw.file, message, severity="warning"))
    return problems
