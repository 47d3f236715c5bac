"""The water tables of a scenario -> network and people, all problems collected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dispatch.errors import Problem
from dispatch.files.cells.choices import CHOICES
from dispatch.files.cells.parse import CellError
from dispatch.files.cells.values import parse_value
from dispatch.files.tables.build import build_all
from dispatch.files.tables.checks import fix_positions, known_ids
from dispatch.files.tables.columns import PEOPLE_TABLES, WATER_TABLES, tables
from dispatch.files.tables.records import read_records
from dispatch.files.water.build import BUILDERS, attribute_of
from dispatch.files.water.overlaps import check_overlaps
from dispatch.files.water.references import check_water_ids
from dispatch.files.water.rules import check_water_rows
from dispatch.model.water.canals import WORK_COLUMNS
from dispatch.model.water.network import WaterNetwork, WaterPeople
from dispatch.model.water.works import with_work
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from dispatch.files.tables.checks import Records
    from dispatch.files.tables.columns import Column
    from dispatch.files.tables.raw import RawTable
    from dispatch.files.tables.records import Record
    from dispatch.model.scenario import Datum, Scenario

Water = tuple[WaterNetwork | None, WaterPeople | None]
_TABLES: Final = (*WATER_TABLES, *PEOPLE_TABLES)


def read_water(
    raws: Mapping[str, RawTable],
    places: Records,
    *,
    datum: Datum,
    first_day: dt.date | None,
    problems: list[Problem],
) -> Water:
    """
    Return the network and the people of the tables that have rows; None without any.

    Parameters
    ----------
    raws
        Tables as cells, by name; any may be missing.
    places
        Rows of villages and sources, to which the tables refer.
    datum
        Datum of the positions.
    first_day
        The day of the scenario; None where it is missing.
    problems
        Receives every problem.
    """
    # A table of a template that nobody filled in is as good as none.
    filled = [name for name in _TABLES if name in raws and raws[name].rows]
    if not filled:
        return None, None
    records: Records = {
        "villages": places["villages"],
        "sources": places["sources"],
        **{name: [] for name in _TABLES},
    }
    for name in filled:
        records[name] = read_records(raws[name], tables()[name], problems)
    for name in ("water_nodes", "doors"):
        fix_positions(records[name], datum, problems, pasted=True)
    check_water_rows(records, first_day, problems)
    _read_works(records, problems)
    check_water_ids(records, problems)
    check_overlaps(records["posts"], problems)
    if any(record.is_broken for name in _TABLES for record in records[name]):
        return None, None
    return _built(records, filled, problems)


def _built(records: Records, filled: list[str], problems: list[Problem]) -> Water:
    parts: dict[str, Any] = {
        attribute_of(name): build_all(records[name], BUILDERS[name], problems)
        for name in filled
    }
    named = {name: parts.pop(name) for name in PEOPLE_TABLES if name in parts}
    try:
        network = WaterNetwork(**parts) if parts else None
        people = WaterPeople(**named) if named else None
    except ValueError as error:
        # The checks above know every rule; this one would be new.
        message = say("object_refused", rule=str(error))
        problems.append(Problem("water", message))
        return None, None
    if network is not None:
        _try_works(network, records["works"], problems)
    return network, people


def _read_works(records: Records, problems: list[Problem]) -> None:
    """Put the column that a work changes, and the value, in place of their cells."""
    table_of_object = {
        label: table for table in WORK_COLUMNS for label in known_ids(records, table)
    }
    nodes = set(known_ids(records, "water_nodes"))
    for record in records["works"]:
        label = record.values.get("object_id", "")
        table = table_of_object.get(label)
        if table is None and label in nodes:
            problems.append(record.problem("object_id", say("work_at_bare_node")))
        header = record.values.get("column")
        if table is None or header is None:
            continue  # no such object, or no column: told elsewhere
        match = tables()[table].find(header)
        if match is None or match[0].name not in WORK_COLUMNS[table]:
            known = ", ".join(WORK_COLUMNS[table])
            message = say("work_column_unknown", known=known)
            problems.append(record.problem("column", message))
            continue
        record.values["column"] = match[0].name
        try:
            record.values["value"] = _work_value(record, match[0])
        except CellError as error:
            problems.append(record.problem("value", error.message))


def _work_value(record: Record, column: Column) -> float | str:
    value = parse_value(record.values.get("value"), column)
    if column.kind == "date":
        return str(value.isoformat())
    return str(value) if column.kind in CHOICES else float(value)


def _try_works(
    network: WaterNetwork, records: list[Record], problems: list[Problem]
) -> None:
    """Add a problem for every work whose object cannot have that figure."""
    rows = {record.values["work_id"]: record for record in records}
    for work in network.works:
        try:
            with_work(network, work)
        except ValueError as error:
            message = say("work_refused", object=work.object_id, rule=str(error))
            problems.append(rows[work.work_id].problem("value", message))


def kept_water(base: Scenario, records: Records, problems: list[Problem]) -> Water:
    """
    Return the water of a scenario whose villages and sources were edited.

    Parameters
    ----------
    base
        Has network and people, or none.
    records
        Rows of villages and sources as they are now.
    problems
        Receives a problem for every place that the water still refers to.
    """
    left = set(known_ids(records, "villages"))
    used: set[str] = set()
    for holder in (base.water, base.water_people):
        used |= set() if holder is None else holder.village_ids
    problems += [
        Problem("villages", say("village_of_the_water", village=label))
        for label in sorted(used - left)
    ]
    sources = frozenset() if base.water is None else base.water.source_ids
    problems += [
        Problem("sources", say("source_of_the_water", source=label))
        for label in sorted(sources - set(known_ids(records, "sources")))
    ]
    return base.water, base.water_people
