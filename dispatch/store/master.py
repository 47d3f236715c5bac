"""Master data of a township: taken in from a scenario, edited, and given back whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter
from sqlalchemy import select

from dispatch.errors import DispatchError
from dispatch.files.scenario.snapshot import scenario_from_bytes, scenario_to_bytes
from dispatch.model.scenario import (
    Depot,
    Resting,
    Scenario,
    Source,
    Truck,
    Village,
    id_of_place,
)
from dispatch.model.water.network import WaterPeople
from dispatch.operations.rights import county_of
from dispatch.store.audit import note_change
from dispatch.store.tables import Item, Township
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.orm import Session

    from dispatch.operations.merging import Edit

#: Classes of the rows of each table.
CLASSES: Final[dict[str, type]] = {
    "village": Village,
    "source": Source,
    "depot": Depot,
    "truck": Truck,
}
_ADAPTERS: Final[dict[str, TypeAdapter[Any]]] = {
    kind: TypeAdapter(each) for kind, each in CLASSES.items()
}
_JSON: Final[TypeAdapter[Any]] = TypeAdapter(Any)
#: Kinds of rows by the names of their tables.
_KINDS: Final = {
    "villages": "village",
    "sources": "source",
    "depots": "depot",
    "trucks": "truck",
}
#: The date of a township's base, which has none of its own.
_NO_DATE: Final = dt.date(1, 1, 1)


def id_of(item: Village | Source | Depot | Truck) -> str:
    """Return the id of a row."""
    return item.truck_id if isinstance(item, Truck) else id_of_place(item)


def township_of(session: Session, code: str, *, lock: bool = False) -> Township:
    """
    Return a township.

    Parameters
    ----------
    session
        An open session.
    code
        Its code.
    lock
        Whether others that write wait until this transaction is over.

    Raises
    ------
    DispatchError
        If the store has no such township.
    """
    query = select(Township).where(Township.code == code)
    township = session.scalar(query.with_for_update() if lock else query)
    if township is None:
        raise DispatchError(say("township_unknown", township=code))
    return township


def import_scenario(
    session: Session, code: str, scenario: Scenario, *, who: str, at: dt.datetime
) -> Township:
    """
    Return the township after taking over everything of a scenario but its date.

    Rows that were there and are not in the scenario go; those that are the same keep
    their versions.

    Parameters
    ----------
    session
        A session that writes.
    code
        The township; a new one is made.
    scenario
        Its villages, sources, depots, trucks, roads, limits and settings.
    who, at
        For the audit trail.
    """
    base = scenario_to_bytes(
        replace(
            scenario,
            date=_NO_DATE,
            folder=None,
            villages=(),
            sources=(),
            depots=(),
            trucks=(),
            resting=(),
        )
    )
    # No database keeps them all; a name needs none.
    name = "".join(sign if sign.isprintable() else " " for sign in scenario.name)
    township = session.get(Township, code)
    if township is None:
        township = Township(
            code=code,
            county=county_of(code),
            name=name,
            base=base,
            settings={},
        )
        session.add(township)
        session.flush()
    elif township.base != base or township.name != name:
        township.base, township.name = base, name
        township.version += 1
    rows = {(item.kind, item.item_id): item for item in _items(session, code)}
    tables: dict[str, Sequence[Village | Source | Depot | Truck]] = {
        "village": scenario.all_villages,
        "source": scenario.all_sources,
        "depot": scenario.depots,
        "truck": scenario.all_trucks,
    }
    for kind, items in tables.items():
        for position, each in enumerate(items):
            data = _ADAPTERS[kind].dump_python(each, mode="json")
            row = rows.pop((kind, id_of(each)), None)
            if row is None:
                row = Item(
                    township=code,
                    kind=kind,
                    item_id=id_of(each),
                    position=position,
                    data=data,
                )
                session.add(row)
                continue
            row.position = position
            if row.data != data:
                row.data = data
                row.version += 1
    for row in rows.values():
        session.delete(row)
    note_change(session, code, who=who, at=at, what="import", new=scenario.name)
    session.flush()
    return township


def all_townships(session: Session) -> list[tuple[str, str, str]]:
    """Return code, name and county of every township."""
    query = select(Township.code, Township.name, Township.county)
    return [(code, name, county) for code, name, county in session.execute(query)]


def has_township(session: Session, code: str) -> bool:
    """
    Whether a township is kept.

    Parameters
    ----------
    session
        An open session.
    code
        Its code.
    """
    return session.get(Township, code) is not None


def items_of(
    session: Session, code: str, kind: str, ids: Collection[str] | None = None
) -> list[Item]:
    """
    Return the rows of a kind, in their order.

    Parameters
    ----------
    session
        An open session.
    code
        Of the township.
    kind
        village, source, depot or truck.
    ids
        Only these; None: all.
    """
    query = select(Item).where(Item.township == code, Item.kind == kind)
    if ids is not None:
        query = query.where(Item.item_id.in_(ids))
    return list(session.scalars(query.order_by(Item.position)))


def _items(session: Session, code: str) -> list[Item]:
    query = select(Item).where(Item.township == code).order_by(Item.position)
    return list(session.scalars(query))


def scenario_of(session: Session, code: str, date: dt.date) -> Scenario:
    """
    Return the township as a scenario of a date, equal to what was imported.

    Parameters
    ----------
    session
        An open session.
    code
        The township.
    date
        The day to plan.

    Raises
    ------
    DispatchError
        If the store has no such township.
    """
    township = township_of(session, code)
    base = scenario_from_bytes(township.base)
    tables: dict[str, list[Any]] = {kind: [] for kind in CLASSES}
    resting: list[Resting] = []
    for row in _items(session, code):
        item = _ADAPTERS[row.kind].validate_python(row.data)
        if getattr(item, "out_of_service", False):
            resting.append(Resting(row.position, item))
        else:
            tables[row.kind].append(item)
    order = list(CLASSES.values())
    resting.sort(key=lambda each: (order.index(type(each.item)), each.row))
    return replace(
        base,
        date=date,
        villages=tuple(tables["village"]),
        sources=tuple(tables["source"]),
        depots=tuple(tables["depot"]),
        trucks=tuple(tables["truck"]),
        resting=tuple(resting),
    )


def take_edits(
    session: Session, code: str, edits: Sequence[Edit], scenario: Scenario
) -> None:
    """
    Take over what was edited in a day: it is so on the days after, too.

    Parameters
    ----------
    session
        A session that writes.
    code
        The township.
    edits
        Rows and settings that changed.
    scenario
        The day with them: its limits and settings become the township's.
    """
    township = township_of(session, code, lock=True)
    rows = {(item.kind, item.item_id): item for item in _items(session, code)}
    for edit in edits:
        if edit.table in _KINDS:
            _take_edit(session, code, _KINDS[edit.table], edit, rows)
    whole = {edit.row_id for edit in edits if edit.table == "settings"}
    if any(edit.table == "limits" for edit in edits):
        whole.add("road_limits")
    if whole:
        base = scenario_from_bytes(township.base)
        values: dict[str, Any] = {name: getattr(scenario, name) for name in whole}
        township.base = scenario_to_bytes(replace(base, **values))
        township.name = scenario.name
        township.version += 1


def note_edits(
    session: Session, code: str, edits: Sequence[Edit], *, who: str, at: dt.datetime
) -> None:
    """
    Add a line to the audit trail for each row and setting that was edited.

    Parameters
    ----------
    session
        A session that writes.
    code
        The township.
    edits
        Rows and settings that changed.
    who, at
        Of the trail.
    """
    for edit in edits:
        kind = _KINDS.get(edit.table, edit.table)
        old, new = _plain(edit.old) or None, _plain(edit.new) or None
        what = f"{kind} {edit.row_id}"
        note_change(session, code, who=who, at=at, what=what, old=old, new=new)


def _take_edit(
    session: Session,
    code: str,
    kind: str,
    edit: Edit,
    rows: dict[tuple[str, str], Item],
) -> None:
    row = rows.get((kind, edit.row_id))
    if edit.action == "deleted":
        if row is not None:
            session.delete(rows.pop((kind, edit.row_id)))
        return
    values = _plain(edit.new)
    if row is not None:
        row.data = {**row.data, **values}
        row.version += 1
    elif edit.action == "added":
        last = max(
            (each.position for (k, _), each in rows.items() if k == kind), default=-1
        )
        row = Item(
            township=code,
            kind=kind,
            item_id=edit.row_id,
            position=last + 1,
            data=values,
        )
        session.add(row)
        rows[kind, edit.row_id] = row


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as JSON has them; of roads and maps only that there are some."""
    return {
        name: _JSON.dump_python(
            # No trail names persons: they could not be forgotten.
            str(value) if isinstance(value, WaterPeople) else value,
            mode="json",
            fallback=lambda each: type(each).__name__,
        )
        for name, value in values.items()
    }
