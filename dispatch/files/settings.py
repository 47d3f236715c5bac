"""``scenario.toml`` or the sheet of settings -> what all places of a day share."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from dispatch.errors import Problem
from dispatch.files.cells import CellError, is_blank, show
from dispatch.files.columns import header_key, tables
from dispatch.files.raw import TableError, decode
from dispatch.files.records import nearest
from dispatch.files.values import parse_value
from dispatch.messages import say
from dispatch.scenario import Datum, NeedStandard, ServiceRules, StraightLine

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from dispatch.files.cells import Cell
    from dispatch.files.columns import Column
    from dispatch.files.raw import RawTable


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

    Raises
    ------
    TableError
        If it is no TOML.
    """
    try:
        document = tomllib.loads(decode(data, file).replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        said = say("toml_broken", error=str(error))
        raise TableError(Problem(file, said)) from error
    return list(_flat(document, ""))


def _flat(document: dict[str, Any], prefix: str) -> Iterable[Entry]:
    for key, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield Entry(f"{prefix}{key}", value)


def sheet_entries(raw: RawTable) -> list[Entry]:
    """Return the entries of a sheet with keys in column 1 and values in column 2."""
    head: list[Cell] = list(raw.header)
    # The sheet may start with a header (key, value) or with the first setting.
    rows = [(0, head), *raw.rows] if _column_of(raw.header[0]) else raw.rows
    entries = []
    for number, cells in rows:
        if not cells or is_blank(cells[0]):
            continue
        value = cells[1] if len(cells) > 1 else None
        entries.append(Entry(show(cells[0]), value, number or 1))
    return entries


def _column_of(key: str) -> Column | None:
    table = tables()["scenario"]
    known = {header_key(column.name): column for column in table.columns}
    by_name = known.get(header_key(key))
    if by_name is not None:
        return by_name
    found = table.find(key)
    return None if found is None else found[0]


def read_settings(entries: list[Entry], file: str, problems: list[Problem]) -> Settings:
    """Return the settings; problems are added, and defaults stand in for them."""
    values: dict[str, Any] = {}
    for entry in entries:
        column = _column_of(entry.key)
        if column is None:
            problems.append(_unknown_key(entry, file))
        elif column.name in values:
            said = say("setting_twice")
            problems.append(Problem(file, said, row=entry.row, column=entry.key))
        elif not is_blank(entry.cell):
            try:
                values[column.name] = _read_value(entry, column)
            except CellError as error:
                problems.append(
                    Problem(file, error.said, entry.row, entry.key, show(entry.cell))
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
