"""Records without errors -> the objects of the water network, one function a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dispatch.files.cells.choices import FLOWING
from dispatch.files.tables.build import ids_of
from dispatch.model.water.canals import Canal, Work
from dispatch.model.water.duty import Door, Person, Post
from dispatch.model.water.fields import CropStage, FieldBlock, WeatherDay
from dispatch.model.water.notices import NoticeText
from dispatch.model.water.places import Store, WaterNode
from dispatch.model.water.pumps import CurvePoint, Lift, Pump
from dispatch.model.water.supply import Plant, Zone

if TYPE_CHECKING:
    from collections.abc import Callable

Values = dict[str, Any]
#: Points of a curve that a row has columns for.
CURVE: Final = (1, 2, 3)


def _named(values: Values, id_column: str) -> Values:
    """Return the values; what has no name is called by its id."""
    return {"name": values[id_column], **values}


def _node(values: Values) -> WaterNode:
    return WaterNode(**_named(values, "node_id"))


def _store(values: Values) -> Store:
    return Store(**values)


def _canal(values: Values) -> Canal:
    return Canal(**_named(values, "canal_id"))


def _work(values: Values) -> Work:
    return Work(**_named(values, "work_id"))


def _block(values: Values) -> FieldBlock:
    return FieldBlock(**values)


def _crop(values: Values) -> CropStage:
    starts_on, ends_on = values.pop("from", None), values.pop("until", None)
    return CropStage(**values, starts_on=starts_on, ends_on=ends_on)


def _weather(values: Values) -> WeatherDay:
    return WeatherDay(**values)


def curve_of(values: Values) -> tuple[CurvePoint, ...]:
    """Return the points of a pump's row that have both a head and a flow."""
    points = [
        (values.get(f"head_{number}_m"), values.get(f"flow_{number}_m3_per_h"))
        for number in CURVE
    ]
    return tuple(
        CurvePoint(head_m, flow)
        for head_m, flow in points
        if head_m is not None and flow is not None
    )


def _pump(values: Values) -> Pump:
    curve = curve_of(values)
    for number in CURVE:
        values.pop(f"head_{number}_m", None)
        values.pop(f"flow_{number}_m3_per_h", None)
    return Pump(**_named(values, "pump_id"), curve=curve)


def _lift(values: Values) -> Lift:
    return Lift(**_named(values, "lift_id"))


def _zone(values: Values) -> Zone:
    values["village_ids"] = ids_of(values["village_ids"])
    return Zone(**_named(values, "zone_id"))


def _plant(values: Values) -> Plant:
    values["pump_ids"] = ids_of(values.get("pump_ids", ""))
    return Plant(**_named(values, "plant_id"))


def _post(values: Values) -> Post:
    starts, ends = values.pop("from", None), values.pop("until", None)
    is_flowing = ends == FLOWING
    return Post(
        **_named(values, "post_id"),
        starts=starts,
        ends=None if is_flowing else ends,
        while_flowing=is_flowing,
    )


def _notice(values: Values) -> NoticeText:
    return NoticeText(**values)


def _person(values: Values) -> Person:
    values["skills"] = ids_of(values.get("skills", ""))
    return Person(**_named(values, "person_id"))


def _door(values: Values) -> Door:
    windows = values.pop("window", ())
    return Door(**values, windows=windows)


#: Builder of every table, by its name in the column dictionary.
BUILDERS: Final[dict[str, Callable[[Values], Any]]] = {
    "water_nodes": _node,
    "stores": _store,
    "canals": _canal,
    "works": _work,
    "fields": _block,
    "crops": _crop,
    "weather": _weather,
    "pumps": _pump,
    "lifts": _lift,
    "zones": _zone,
    "plant": _plant,
    "posts": _post,
    "notices": _notice,
    "people": _person,
    "doors": _door,
}
#: Attributes of the network that are called otherwise than their tables.
_ATTRIBUTES: Final = {"water_nodes": "nodes", "plant": "plants"}


def attribute_of(table: str) -> str:
    """Return the attribute that holds the rows of a table."""
    return _ATTRIBUTES.get(table, table)
