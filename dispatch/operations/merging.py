"""Two people edit one day: what each changed is kept, what both changed is told."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from dispatch.model.digest import is_same
from dispatch.model.road_limits import RoadLimit
from dispatch.model.scenario import (
    Depot,
    Resting,
    Scenario,
    Source,
    Truck,
    Village,
    id_of_place,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Row = Village | Source | Depot | Truck | RoadLimit
Action = Literal["changed", "added", "deleted"]

#: Tables whose rows are merged one by one, by their names in the column dictionary.
ROW_TABLES: Final = ("villages", "sources", "depots", "trucks", "limits")
#: Fields of a scenario that no table of rows holds; each is merged as a whole.
WHOLE_FIELDS: Final = tuple(
    field.name
    for field in fields(Scenario)
    if field.name
    not in {
        *("villages", "sources", "depots", "trucks", "resting", "road_limits"),
        *("date", "folder", "warnings"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """
    One row, or one setting, that somebody changed.

    Attributes
    ----------
    table
        One of `ROW_TABLES`; ``settings`` for what stands in no row.
    row_id
        Id of the row; name of the setting.
    old, new
        The fields that differ, as they were and are to be; empty where the row was
        not there, or is not to be.
    """

    table: str
    row_id: str
    action: Action
    old: Mapping[str, Any]
    new: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """
    A value that two people changed, each to another one.

    Attributes
    ----------
    field
        Name of the field; empty where one of them deleted the row, or both added it.
    theirs, ours
        What the other one saved, and what we wanted; None: the row is not there.
    """

    table: str
    row_id: str
    field: str
    theirs: Any
    ours: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """
    What comes of two edits of one day.

    Attributes
    ----------
    scenario
        The day with both; as saved, where they do not agree.
    edits
        What this adds to what was saved.
    conflicts
        What both changed, to different values.
    """

    scenario: Scenario
    edits: tuple[Edit, ...]
    conflicts: tuple[Conflict, ...]


def rows_of(scenario: Scenario, table: str) -> tuple[Row, ...]:
    """
    Return the rows of a table, those out of service too.

    Parameters
    ----------
    scenario
        The day.
    table
        One of `ROW_TABLES`.
    """
    tables: dict[str, tuple[Row, ...]] = {
        "villages": scenario.all_villages,
        "sources": scenario.all_sources,
        "depots": scenario.depots,
        "trucks": scenario.all_trucks,
        "limits": scenario.road_limits,
    }
    return tables[table]


def id_of_row(row: Row) -> str:
    """Return the id of a row in its table."""
    if isinstance(row, RoadLimit):
        return row.limit_id
    return row.truck_id if isinstance(row, Truck) else id_of_place(row)


def merged(
    base: Scenario,
    ours: Scenario,
    theirs: Scenario,
    *,
    shown: Scenario | None = None,
    ours_wins: bool = False,
) -> Merge:
    """
    Return a day with what two people changed since they both read it.

    Parameters
    ----------
    base
        The day as it was when we began to edit.
    ours
        As we want it.
    theirs
        As it is kept by now.
    shown
        The day as we saw it: tables round. What is as it was shown, we did not
        change. None: as in ``base``.
    ours_wins
        What both changed becomes as we want it, instead of a conflict.

    Raises
    ------
    ValueError
        If the two together make no day: one took away what the other refers to.
    """
    merger = _Merger(ours_wins=ours_wins)
    shown = base if shown is None else shown
    tables = {
        table: merger.rows(
            table,
            base=rows_of(base, table),
            shown=rows_of(shown, table),
            ours=rows_of(ours, table),
            theirs=rows_of(theirs, table),
        )
        for table in ROW_TABLES
    }
    whole = {
        name: merger.whole(
            name, *(getattr(each, name) for each in (base, shown, ours, theirs))
        )
        for name in WHOLE_FIELDS
    }
    scenario = _with_tables(replace(theirs, **_bare()), tables, whole)
    if ours.warnings != shown.warnings:
        scenario = replace(scenario, warnings=ours.warnings)
    return Merge(
        scenario=scenario,
        edits=tuple(merger.edits),
        conflicts=tuple(merger.conflicts),
    )


def _bare() -> dict[str, Any]:
    names = ("villages", "sources", "depots", "trucks", "resting", "road_limits")
    return dict.fromkeys(names, ())


def _with_tables(
    scenario: Scenario, tables: Mapping[str, Sequence[Any]], whole: Mapping[str, Any]
) -> Scenario:
    resting = [
        Resting(position, row)
        for table in ("villages", "sources", "trucks")
        for position, row in enumerate(tables[table])
        if row.out_of_service
    ]
    on_duty = {
        table: tuple(row for row in tables[table] if not row.out_of_service)
        for table in ("villages", "sources", "trucks")
    }
    return replace(
        scenario,
        villages=on_duty["villages"],
        sources=on_duty["sources"],
        trucks=on_duty["trucks"],
        depots=tuple(tables["depots"]),
        road_limits=tuple(tables["limits"]),
        resting=tuple(resting),
        **whole,
    )


#: Class of the rows of each table.
_CLASSES: Final[Mapping[str, type]] = {
    "villages": Village,
    "sources": Source,
    "depots": Depot,
    "trucks": Truck,
    "limits": RoadLimit,
}


def undone(scenario: Scenario, edits: Sequence[Edit]) -> Scenario:
    """
    Return a day without some edits; what was changed since then stays.

    Parameters
    ----------
    scenario
        The day as it is now.
    edits
        What is to be taken back.

    Raises
    ------
    ValueError
        If the day cannot be without them: what refers to them stays.
    """
    tables = {
        table: {id_of_row(row): row for row in rows_of(scenario, table)}
        for table in ROW_TABLES
    }
    whole: dict[str, Any] = {}
    for edit in reversed(edits):
        if edit.table == "settings":
            if is_same(getattr(scenario, edit.row_id), edit.new[edit.row_id]):
                whole[edit.row_id] = edit.old[edit.row_id]
            continue
        rows = tables[edit.table]
        row = rows.get(edit.row_id)
        if edit.action == "deleted":
            if row is None:
                rows[edit.row_id] = _CLASSES[edit.table](**edit.old)
        elif edit.action == "added":
            rows.pop(edit.row_id, None)
        elif row is not None:
            back = {
                name: value
                for name, value in edit.old.items()
                if is_same(getattr(row, name), edit.new[name])
            }
            rows[edit.row_id] = replace(row, **back)
    rest = {table: list(rows.values()) for table, rows in tables.items()}
    return _with_tables(replace(scenario, **_bare()), rest, whole)


class _Merger:
    """Collects edits and conflicts while tables are merged one after the other."""

    def __init__(self, *, ours_wins: bool) -> None:
        self._ours_wins = ours_wins
        self.edits: list[Edit] = []
        self.conflicts: list[Conflict] = []

    def rows(
        self,
        table: str,
        *,
        base: Sequence[Row],
        shown: Sequence[Row],
        ours: Sequence[Row],
        theirs: Sequence[Row],
    ) -> list[Row]:
        was, saw, want, now = (
            {id_of_row(row): row for row in rows}
            for rows in (base, shown, ours, theirs)
        )
        result = dict(now)
        for row_id in saw:
            if row_id not in want:
                self._delete(table, row_id, was.get(row_id), result)
        for row_id, row in want.items():
            if row_id not in saw:
                self._add(table, row_id, row, result)
            elif not is_same(row, saw[row_id]):
                self._change(table, was.get(row_id), saw[row_id], row, result)
        return list(result.values())

    def _delete(
        self, table: str, row_id: str, was: Row | None, result: dict[str, Row]
    ) -> None:
        kept = result.get(row_id)
        if kept is None:
            return
        if not is_same(kept, was) and not self._ours_wins:
            self._clash(table, row_id, "", kept, None)
            return
        self._note(table, row_id, "deleted", _values(kept), {})
        del result[row_id]

    def _add(self, table: str, row_id: str, row: Row, result: dict[str, Row]) -> None:
        kept = result.get(row_id)
        if kept is not None and is_same(kept, row):
            return
        if kept is not None and not self._ours_wins:
            self._clash(table, row_id, "", kept, row)
            return
        old = {} if kept is None else _values(kept)
        action: Action = "added" if kept is None else "changed"
        self._note(table, row_id, action, old, _values(row))
        result[row_id] = row

    def _change(
        self, table: str, was: Row | None, saw: Row, want: Row, result: dict[str, Row]
    ) -> None:
        row_id = id_of_row(want)
        kept = result.get(row_id)
        if kept is None:
            if not self._ours_wins:
                self._clash(table, row_id, "", None, want)
                return
            self._note(table, row_id, "added", {}, _values(want))
            result[row_id] = want
            return
        old, new = {}, {}
        for field in fields(want):
            name = field.name
            ours = getattr(want, name)
            if is_same(ours, getattr(saw, name)):
                continue
            theirs = getattr(kept, name)
            if is_same(theirs, ours):
                continue
            before = getattr(was if was is not None else saw, name)
            if not is_same(theirs, before) and not self._ours_wins:
                self._clash(table, row_id, name, theirs, ours)
                continue
            old[name], new[name] = theirs, ours
        if new:
            self._note(table, row_id, "changed", old, new)
            result[row_id] = replace(kept, **new)

    def whole(self, name: str, base: Any, shown: Any, ours: Any, theirs: Any) -> Any:
        """Return a value that no table of rows holds."""
        if is_same(ours, shown) or is_same(theirs, ours):
            return theirs
        if not is_same(theirs, base) and not self._ours_wins:
            self._clash("settings", name, name, theirs, ours)
            return theirs
        self._note("settings", name, "changed", {name: theirs}, {name: ours})
        return ours

    def _note(
        self,
        table: str,
        row_id: str,
        action: Action,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
    ) -> None:
        self.edits.append(
            Edit(table=table, row_id=row_id, action=action, old=old, new=new)
        )

    def _clash(
        self, table: str, row_id: str, field: str, theirs: Any, ours: Any
    ) -> None:
        self.conflicts.append(
            Conflict(table=table, row_id=row_id, field=field, theirs=theirs, ours=ours)
        )


def _values(row: Row) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row)}
