"""Checks of the water tables over each other: ids used twice, ids that nobody has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.files.tables.build import ids_of
from dispatch.files.tables.checks import check_references, check_unique, known_ids
from dispatch.files.tables.records import nearest
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from dispatch.errors import Problem
    from dispatch.files.tables.checks import Records
    from dispatch.files.tables.records import Record
    from dispatch.words.message import Message

#: Tables whose ids share one space: posts and works name them together.
OBJECTS: Final = ("water_nodes", "canals", "pumps", "lifts", "zones", "plant")

#: Table, its column, the tables whose ids may stand there, and what is said if not.
_REFERENCES: Final = (
    ("stores", "node_id", ("water_nodes",), "no_such_water_node"),
    ("canals", "from_node", ("water_nodes",), "no_such_water_node"),
    ("canals", "to_node", ("water_nodes",), "no_such_water_node"),
    ("canals", "gate_post_id", ("posts",), "no_such_post"),
    ("works", "object_id", OBJECTS, "no_such_water_object"),
    ("fields", "node_id", ("water_nodes",), "no_such_water_node"),
    ("fields", "village_id", ("villages",), "no_such_village"),
    ("lifts", "from_node", ("water_nodes",), "no_such_water_node"),
    ("lifts", "to_node", ("water_nodes",), "no_such_water_node"),
    ("lifts", "operator_post_id", ("posts",), "no_such_post"),
    ("zones", "tank_node", ("water_nodes",), "no_such_water_node"),
    ("zones", "valve_post_id", ("posts",), "no_such_post"),
    ("plant", "raw_node", ("water_nodes",), "no_such_water_node"),
    ("plant", "tank_node", ("water_nodes",), "no_such_water_node"),
    ("posts", "object_id", OBJECTS, "no_such_water_object"),
    ("water_nodes", "village_id", ("villages",), "no_such_village"),
    ("water_nodes", "source_id", ("sources",), "no_such_source"),
    ("people", "village_id", ("villages",), "no_such_village"),
    ("doors", "village_id", ("villages",), "no_such_village"),
    ("doors", "keeper", ("people",), "no_such_person"),
)


def check_water_ids(records: Records, problems: list[Problem]) -> None:
    """
    Add a problem for every id that is used twice or that no row has.

    Parameters
    ----------
    records
        Rows of the water tables, villages and sources, by the name of their table.
    problems
        Receives every problem.
    """
    check_unique(records, OBJECTS, problems)
    for table in ("stores", "works", "fields", "posts", "people", "doors", "notices"):
        check_unique(records, (table,), problems)
    for table, column, targets, key in _REFERENCES:
        known = [label for target in targets for label in known_ids(records, target)]
        check_references(records[table], column, known, key, problems)
    _check_lists(records, problems)
    _check_crops(records, problems)
    _unique_by(records["weather"], "date", _day, "day_twice", problems)


def _check_lists(records: Records, problems: list[Problem]) -> None:
    """Check cells with several ids: villages of zones, pumps of the works."""
    villages = known_ids(records, "villages")
    zones: dict[str, Record] = {}
    for record in records["zones"]:
        for label in ids_of(record.values.get("village_ids", "")):
            if label not in villages:
                message = say("list_lacks_village", village=label)
                problems.append(record.problem("village_ids", message))
            elif zones.setdefault(label, record) is not record:
                row = zones[label].row
                message = say("village_in_two_zones", village=label, row=row)
                problems.append(record.problem("village_ids", message))
    pumps = known_ids(records, "pumps")
    for record in records["plant"]:
        for label in ids_of(record.values.get("pump_ids", "")):
            if label not in pumps:
                message = say("list_lacks_pump", pump=label)
                problems.append(record.problem("pump_ids", message))


def _check_crops(records: Records, problems: list[Problem]) -> None:
    _unique_by(records["crops"], "stage", _crop_key, "crop_twice", problems)
    known = {_crop_key(record) for record in records["crops"]}
    for record in records["fields"]:
        key = _crop_key(record)
        if key is None or key in known:
            continue
        crop, stage = key
        stages = [at for name, at in filter(None, known) if name == crop]
        hint: Message | str = nearest(stage, stages)
        message = say("crop_stage_missing", crop=crop, stage=stage, hint=hint)
        problems.append(record.problem("stage", message))


def _crop_key(record: Record) -> tuple[str, str] | None:
    crop, stage = record.values.get("crop"), record.values.get("stage")
    return None if crop is None or stage is None else (str(crop), str(stage))


def _day(record: Record) -> Hashable:
    return record.values.get("date")


def _unique_by(
    records: list[Record],
    column: str,
    key_of: Callable[[Record], Hashable],
    key: str,
    problems: list[Problem],
) -> None:
    """Add a problem, the message of ``key``, for every row that repeats another."""
    seen: dict[Hashable, Record] = {}
    for record in records:
        label = key_of(record)
        if label is None:
            continue
        first = seen.setdefault(label, record)
        if first is not record:
            problems.append(record.problem(column, say(key, row=first.row)))
