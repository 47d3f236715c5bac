"""``scenario.toml`` or the sheet of settings -> what all places of a day share."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from dispatch.errors import Problem
from dispatch.files.cells.cell_words import is_empty, meaning_of
from dispatch.files.cells.parse import CellError, is_blank, show
from dispatch.files.cells.values import parse_value
from dispatch.files.tables.columns import header_key, tables
from dispatch.files.tables.raw import TableError, decode
from dispatch.files.tables.records import nearest, row_ranges
from dispatch.model.scenario import Datum, NeedStandard, ServiceRules, StraightLine
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from dispatch.files.cells.parse import Cell
    from dispatch.files.tables.columns import Column
    from dispatch.files.tables.raw import RawTable


#: The header of a sheet of settings, which may stand below a title.
_HEADS: Final = frozenset(
    {
        "设置",
        "值",
        "参数",
        "项目",
        "取值",
        "内容",
        "setting",
        "settings",
        "key",
        "value",
    }
)
#: Settings are a page of text, of some thirty keys in two levels.
MAX_TOML_BYTES: Final = 2_000_000
_MAX_KEYS: Final = 2_000
_MAX_DEPTH: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What ``scenario.toml`` says; ``name`` None means the name of the folder.

    Attributes
    ----------
    datum, datums
        Datum of every position, and of the tables that have their own.
    """

    name: str | None
    date: dt.date | None
    datum: Datum
    need: NeedStandard
    service: ServiceRules
    straight_line: StraightLine
    equity_steps: int
    datums: Mapping[str, Datum] = field(default_factory=dict)

    def datum_of(self, table: str) -> Datum:
        """Return the datum in which the positions of a table are written."""
        return self.datums.get(table, self.datum)


@dataclass(frozen=True, slots=True)
class Entry:
    """One key with its value, and where it stands."""

    key: str
    cell: Cell
    row: int | None = None


def toml_entries(data: bytes, file: str) -> list[Entry]:
    """
    Return the entries of a TOML file; keys of a section get its name and a dot.

    Parameters
    ----------
    data
        Content of the file.
    file
        Name of the file, for messages.

    Raises
    ------
    TableError
        If it is no TOML, too large, nested too deep, or has a value that TOML allows
        and no setting means.
    """
    if len(data) > MAX_TOML_BYTES:
        raise TableError(Problem(file, say("more_bytes_than", most=MAX_TOML_BYTES)))
    # Keys are few: a file with thousands is none of ours, and slow to parse.
    if data.count(b"=") > _MAX_KEYS:
        raise TableError(Problem(file, say("toml_too_many_keys", most=_MAX_KEYS)))
    try:
        document = tomllib.loads(decode(data, file).replace("\r\n", "\n"))
        return list(_flat(document))
    except RecursionError as error:
        raise TableError(Problem(file, say("toml_too_deep"))) from error
    except tomllib.TOMLDecodeError as error:
        message = say("toml_broken", error=str(error))
        raise TableError(Problem(file, message)) from error
    except ValueError as error:  # a date that there is not, a number of 5,000 digits
        raise TableError(Problem(file, say("toml_bad_value"))) from error


def _flat(document: dict[str, Any]) -> Iterable[Entry]:
    """Yield the values of all sections, in order."""
    parts: list[tuple[str, Any, int]] = [("", document, 0)]
    while parts:
        key, value, depth = parts.pop()
        if not isinstance(value, dict):
            yield Entry(key, value)
        elif depth > _MAX_DEPTH:
            raise RecursionError
        else:
            stem = f"{key}." if key else ""
            members = [(f"{stem}{k}", v, depth + 1) for k, v in value.items()]
            parts += reversed(members)


def sheet_entries(raw: RawTable, problems: list[Problem]) -> list[Entry]:
    """
    Return the entries of a sheet with keys in column 1 and values in column 2.

    Parameters
    ----------
    raw
        The sheet as cells; a header row is recognised and left out.
    problems
        Receives every problem.
    """
    head: list[Cell] = list(raw.header)
    # The sheet may start with a header (key, value) or with the first setting.
    is_first = _column_of(raw.header[0]) is not None
    rows = [(raw.header_row, head), *raw.rows] if is_first else raw.rows
    entries = []
    for number, cells in rows:
        key, value = [*cells, None, None][:2]
        if header_key(show(key)) in _HEADS and header_key(show(value)) in _HEADS:
            continue
        if not is_blank(key):
            entries.append(Entry(show(key), value, number))
        elif not is_blank(value):
            message = say("setting_without_key")
            problems.append(
                Problem(raw.file, message, number, None, show(value), "warning")
            )
    _check_sheet(raw, problems)
    return entries


def _check_sheet(raw: RawTable, problems: list[Problem]) -> None:
    """Add what is wrong or doubtful in the shape of a sheet of settings."""
    numbers = {number for number, _ in raw.rows}
    for merge in raw.merges:
        below = range(merge.first_row + 1, merge.last_row + 1)
        is_inside = merge.first <= 1 and any(number in numbers for number in below)
        if is_inside or (merge.first == 0 < merge.last and merge.first_row in numbers):
            if not is_inside and not _hides_value(raw, merge.first_row):
                continue
            message = say("merged_settings", range=merge.ref)
            problems.append(Problem(raw.file, message, row=merge.first_row))
    if raw.is_hidden:
        problems.append(Problem(raw.file, say("sheet_hidden"), severity="warning"))
    hidden = [number for number in raw.hidden_rows if number in numbers]
    if hidden:
        message = say("rows_hidden", rows=row_ranges(hidden))
        problems.append(Problem(raw.file, message, severity="warning"))


def _hides_value(raw: RawTable, row: int) -> bool:
    """Whether a line over both columns is a setting and not a title of some."""
    cells = next(cells for number, cells in raw.rows if number == row)
    return bool(cells) and _column_of(show(cells[0])) is not None


def _column_of(key: str) -> Column | None:
    table = tables()["scenario"]
    known = {header_key(column.name): column for column in table.columns}
    by_name = known.get(header_key(key))
    if by_name is not None:
        return by_name
    match = table.find(key)
    return None if match is None else match[0]


def read_settings(entries: list[Entry], file: str, problems: list[Problem]) -> Settings:
    """
    Return the settings; problems are added, and defaults stand in for them.

    Parameters
    ----------
    entries
        Keys and values in the order of the file.
    file
        Name of the file, for messages.
    problems
        Receives every problem.
    """
    values: dict[str, Any] = {}
    for entry in entries:
        column = _column_of(entry.key)
        if column is None:
            problems.append(_unknown_key(entry, file))
        elif column.name in values:
            message = say("setting_twice")
            problems.append(Problem(file, message, row=entry.row, column=entry.key))
        elif not is_empty(entry.cell):
            try:
                if meaning_of(entry.cell, column) is None:
                    values[column.name] = _read_value(entry, column)
            except CellError as error:
                problems.append(
                    Problem(file, error.message, entry.row, entry.key, show(entry.cell))
                )
                values[column.name] = None
    if "date" not in values:
        problems.append(Problem(file, say("day_missing"), column="date"))
    return _build(values, file, problems)


def _read_value(entry: Entry, column: Column) -> Any:
    if isinstance(entry.cell, (list, dict)):
        raise CellError(say("setting_is_list"))
    return parse_value(entry.cell, column)


def _unknown_key(entry: Entry, file: str) -> Problem:
    known = [column.name for column in tables()["scenario"].columns]
    return Problem(
        file,
        say("setting_unknown", hint=nearest(entry.key, known)),
        entry.row,
        entry.key,
        show(entry.cell),
        severity="warning",
    )


#: Settings that are checked together: section, class, suffix of its field names.
_GROUPS: Final = (
    ("need_l_per_person", "_l_per_person"),
    ("need_l_per_head", "_l_per_head"),
    ("service", ""),
    ("travel", ""),
)


def _build(values: dict[str, Any], file: str, problems: list[Problem]) -> Settings:
    groups: dict[str, dict[str, Any]] = {section: {} for section, _ in _GROUPS}
    suffix = dict(_GROUPS)
    for name, value in values.items():
        section, _, key = name.partition(".")
        if section in groups and value is not None:
            groups[section][f"{key}{suffix[section]}"] = value
    try:
        need = NeedStandard(**groups["need_l_per_person"], **groups["need_l_per_head"])
    except ValueError:
        # The other rule, no negative litres, was checked cell by cell.
        problems.append(Problem(file, say("need_falls"), column="need_l_per_person"))
        need = NeedStandard()
    return Settings(
        name=values.get("name") or None,
        date=values.get("date"),
        datum=values.get("datum") or "wgs84",
        need=need,
        service=ServiceRules(**groups["service"]),
        straight_line=StraightLine(**groups["travel"]),
        equity_steps=values.get("plan.equity_steps") or 1,
        datums={
            name.removeprefix("datums."): value
            for name, value in values.items()
            if name.startswith("datums.") and value is not None
        },
    )
