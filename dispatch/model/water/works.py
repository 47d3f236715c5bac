"""The network as it would be once one of the works is done."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dispatch.model.water.canals import WORK_COLUMNS, Canal
from dispatch.model.water.network import id_of_object
from dispatch.model.water.places import Store
from dispatch.model.water.pumps import Lift, Pump
from dispatch.model.water.supply import Zone

if TYPE_CHECKING:
    from dispatch.model.water.canals import Work
    from dispatch.model.water.network import WaterNetwork

_WHOLE = frozenset({"max_pumps"})
_DAYS = frozenset({"return_by"})


def work_table(network: WaterNetwork, object_id: str) -> str | None:
    """
    Return the table that a work at an object changes; None if it has no figures.

    Parameters
    ----------
    network
        The water as it is.
    object_id
        Canal, pump, lift, zone or plant, or the node of a store.
    """
    item = network.object_by_id.get(object_id)
    if object_id in network.store_by_node:
        return "stores"
    names: dict[type, str] = {Canal: "canals", Pump: "pumps", Lift: "lifts"}
    if item is None or object_id in network.node_by_id:
        return None
    return "zones" if isinstance(item, Zone) else names.get(type(item), "plant")


def with_work(network: WaterNetwork, work: Work) -> WaterNetwork:
    """
    Return the network with one work done.

    A new way of saying the loss of a canal takes the place of the other one.

    Parameters
    ----------
    network
        The water as it is.
    work
        What changes.

    Raises
    ------
    ValueError
        If the object has no such figure, or may not have this one.
    """
    table = work_table(network, work.object_id)
    if table is None or work.column not in WORK_COLUMNS[table]:
        raise ValueError(f"work {work.work_id}: nothing there has {work.column}")
    changes: dict[str, Any] = {work.column: _value(work)}
    if work.column == "loss_share":
        changes |= {"loss_a": None, "loss_m": None}
    attribute = "plants" if table == "plant" else table
    items = [
        replace(item, **changes) if _id_of(item) == work.object_id else item
        for item in getattr(network, attribute)
    ]
    return replace(network, **{attribute: tuple(items)})


def _id_of(item: Any) -> str:
    return item.node_id if isinstance(item, Store) else id_of_object(item)


def _value(work: Work) -> object:
    if work.column in _DAYS:
        return dt.date.fromisoformat(str(work.value))
    return int(work.value) if work.column in _WHOLE else work.value
