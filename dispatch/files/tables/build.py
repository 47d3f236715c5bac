"""Records without errors -> villages, sources, depots, trucks and roads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from dispatch.model.roads import RoadEdge, RoadNode
from dispatch.model.scenario import Depot, Source, Truck, Village
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.errors import Problem
    from dispatch.files.tables.records import Record

_Item = TypeVar("_Item")


def build_all(
    records: list[Record],
    build: Callable[[dict[str, Any]], _Item],
    problems: list[Problem],
) -> tuple[_Item, ...]:
    """
    Return the objects of all rows that have no error.

    Parameters
    ----------
    records
        Rows of one table; broken ones are left out.
    build
        Makes the object from the values of a row by column name.
    problems
        Receives every problem.
    """
    items = []
    for record in records:
        if record.is_broken:
            continue
        try:
            items.append(build(dict(record.values)))
        except ValueError as error:
            # The checks above know every rule; this one would be new.
            problems.append(
                record.problem(None, say("object_refused", rule=str(error)))
            )
    return tuple(items)


def build_village(values: dict[str, Any]) -> Village:
    """Return the village of one row; without a name it is called by its id."""
    values.setdefault("name", values["village_id"])
    return Village(**values)


def build_source(values: dict[str, Any]) -> Source:
    """Return the source of one row; without a name it is called by its id."""
    values.setdefault("name", values["source_id"])
    return Source(**values)


def build_depot(values: dict[str, Any]) -> Depot:
    """Return the depot of one row; without a name it is called by its id."""
    values.setdefault("name", values["depot_id"])
    return Depot(**values)


def ids_of(text: str) -> tuple[str, ...]:
    """Return the ids of a cell with several of them, each once."""
    parts = (part.strip() for part in text.replace("；", ";").split(";"))
    return tuple(dict.fromkeys(part for part in parts if part))


def build_truck(values: dict[str, Any]) -> Truck:
    """Return the truck of one row."""
    if "not_to" in values:
        values["not_to"] = ids_of(values["not_to"])
    start_s, end_s = values.pop("shift_start"), values.pop("shift_end")
    return Truck(**values, shift_start_s=start_s, shift_end_s=end_s)


def build_node(values: dict[str, Any]) -> RoadNode:
    """Return the road node of one row."""
    values.pop("kind", None)
    return RoadNode(**values)


def road_facts(values: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of ``RoadFacts`` of the columns of ``edges`` there are."""
    columns = {
        "name": "name",
        "road_class": "road_class",
        "surface": "surface",
        "tracktype": "tracktype",
        "smoothness": "smoothness",
        "width_m": "width_m",
        "max_height_m": "max_height_m",
        "truck_speed_kmh": "speed_km_h",
        "max_speed_kmh": "max_speed_km_h",
        "max_weight_t": "max_gross_t",
        "access": "access",
        "bridge": "is_bridge",
        "rules": "rules",
    }
    facts = {field: values[name] for name, field in columns.items() if name in values}
    if "grade_pct" in values:
        facts["grade"] = round(values["grade_pct"] / 100, 6)
    return facts


def build_edge(values: dict[str, Any]) -> RoadEdge:
    """Return the stretch of road of one row; a missing length is -1 here."""
    return RoadEdge(
        edge_id=values["edge_id"],
        from_node=values["from"],
        to_node=values["to"],
        length_m=values.get("length_m", -1.0),
        one_way=values.get("one_way", False),
        shape=values.get("shape", ()),
        **road_facts(values),
    )
