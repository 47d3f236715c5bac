"""Where water can come from, what may be drunk, and which pumps fit which lifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.pumps import Lift, Pump
    from dispatch.model.water.supply import Plant


def is_origin(network: WaterNetwork, node_id: str) -> bool:
    """
    Whether water can start at a node: it has a store, or is a river.

    Parameters
    ----------
    network
        All tables.
    node_id
        A node.
    """
    is_river = network.node_by_id[node_id].kind == "river"
    return is_river or node_id in network.store_by_node


def potable_nodes(network: WaterNetwork) -> frozenset[str]:
    """
    Return the nodes whose water may be drunk.

    A store is as its row says, a river never is; any other node is if all that leads
    there is.
    """
    stores = network.store_by_node
    into: dict[str, list[str]] = {}
    for canal in network.canals:
        into.setdefault(canal.to_node, []).append(canal.from_node)
    for lift in network.lifts:
        into.setdefault(lift.to_node, []).append(lift.from_node)
    good = {node_id for node_id, store in stores.items() if store.potable}
    treated = {plant.tank_node for plant in network.plants} - stores.keys()
    while True:
        more = {
            node_id
            for node_id in network.node_by_id
            if node_id not in good
            and not is_origin(network, node_id)
            and (into.get(node_id) or node_id in treated)
            and all(before in good for before in into.get(node_id, ()))
        }
        if not more:
            return frozenset(good)
        good |= more


def may_flow(
    network: WaterNetwork, potable: frozenset[str], from_node: str, to_node: str
) -> bool:
    """
    Whether a canal or lift may be used: none spoils a store of drinking water.

    Parameters
    ----------
    network
        All tables.
    potable
        From `potable_nodes`.
    from_node, to_node
        Its ends.
    """
    store = network.store_by_node.get(to_node)
    return store is None or not store.potable or from_node in potable


def fixed_pump_ids(network: WaterNetwork) -> frozenset[str]:
    """Return the pumps that stand at the works for good."""
    return frozenset(label for plant in network.plants for label in plant.pump_ids)


def lifted_m3_per_h(pump: Pump, lift: Lift) -> float:
    """
    Return what a pump lifts there; 0 if its curve or its hose is too short.

    Parameters
    ----------
    pump
        Its curve.
    lift
        Height and length of hose.
    """
    if pump.hose_m < lift.hose_m:
        return 0.0
    return pump.flow_m3_per_h(lift.head_m)


def raw_m3_per_h(network: WaterNetwork, plant: Plant, day: dt.date) -> float:
    """
    Return the raw water that a unit of the works can take in an hour.

    Its pumps lift from the raw water to the tank; where a height is not known they
    give what they give at the first point of their curves.

    Parameters
    ----------
    network
        All tables.
    plant
        The unit.
    day
        A day of the plan, as pumps come and go.
    """
    most = plant.capacity_m3_per_h / (1 - plant.own_use_share)
    if not plant.pump_ids:
        return most
    low = network.node_by_id[plant.raw_node].elevation_m
    high = network.node_by_id[plant.tank_node].elevation_m
    head_m = 0.0 if low is None or high is None else max(0.0, high - low)
    pumps = [network.pump_by_id[label] for label in plant.pump_ids]
    by_pumps = sum(pump.flow_m3_per_h(head_m) for pump in pumps if pump.may_run_on(day))
    return min(most, by_pumps)


def floors_m3(
    network: WaterNetwork,
    node_id: str,
    *,
    num_days: int,
    people_m3_per_d: float,
    with_reserve: bool,
) -> tuple[float, ...]:
    """
    Return the least stock of a store at the start of each day and after the last.

    Dead water and reserve; less where the stock would fall below by itself.

    Parameters
    ----------
    network
        All tables.
    node_id
        Node of a store.
    num_days
        Days of the plan.
    people_m3_per_d
        What people who depend on it need in a day, for a reserve in days.
    with_reserve
        Whether the reserve counts, or the dead water only.
    """
    store = network.store_by_node[node_id]
    floors, undrawn = [], store.stock_m3
    for day in range(num_days + 1):
        least = store.dead_m3
        if with_reserve:
            least += store.reserve_m3(day, need_m3_per_d=people_m3_per_d)
        floors.append(max(0.0, min(least, undrawn)))
        undrawn += store.inflow_m3_per_d - store.loss_m3_per_d
        undrawn = min(store.capacity_m3, undrawn)
    return tuple(floors)


def dependent_zones(network: WaterNetwork, node_id: str) -> frozenset[str]:
    """
    Return the zones that a node's water can reach.

    Parameters
    ----------
    network
        All tables.
    node_id
        Where the water is.
    """
    below: dict[str, list[str]] = {}
    for start, end in (
        *((canal.from_node, canal.to_node) for canal in network.canals),
        *((lift.from_node, lift.to_node) for lift in network.lifts),
        *((plant.raw_node, plant.tank_node) for plant in network.plants),
    ):
        below.setdefault(start, []).append(end)
    seen, waiting = {node_id}, [node_id]
    while waiting:
        for other in below.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return frozenset(zone.zone_id for zone in network.zones if zone.tank_node in seen)
