"""Small waters for tests: a store, who takes from it, and one day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from dispatch.model.scenario import NeedStandard, Scenario, Village
from dispatch.model.water.canals import Canal
from dispatch.model.water.fields import CropStage, FieldBlock
from dispatch.model.water.places import NodeKind, Store, WaterNode
from dispatch.model.water.pumps import CurvePoint, Lift, Pump
from dispatch.model.water.supply import Zone

if TYPE_CHECKING:
    from dispatch.model.water.network import WaterNetwork

DAY = dt.date(2022, 9, 6)
#: Survival, basic and normal need are the same: one band of people, besides animals.
ONE_BAND = NeedStandard(
    survival_l_per_person=10, basic_l_per_person=10, normal_l_per_person=10
)


def node(node_id: str, kind: NodeKind = "outlet") -> WaterNode:
    """Return a place somewhere."""
    return WaterNode(node_id=node_id, name=node_id, kind=kind, lat=27.1, lon=112.8)


def store(node_id: str, stock_m3: float, **changes: Any) -> Store:
    """Return a store of drinking water that holds ten times what is in it."""
    values = {"capacity_m3": 10 * stock_m3 + 10, "potable": True, **changes}
    return Store(node_id=node_id, stock_m3=stock_m3, **values)


def canal(canal_id: str, start: str, end: str, **changes: Any) -> Canal:
    """Return a canal that carries much and loses nothing."""
    values = {"length_km": 1.0, "capacity_m3_per_h": 1000.0, **changes}
    return Canal(
        canal_id=canal_id, name=canal_id, from_node=start, to_node=end, **values
    )


def zone(zone_id: str, tank: str, **changes: Any) -> Zone:
    """Return a zone without people and leaks."""
    values = {"village_ids": (), "people": 0, **changes}
    return Zone(zone_id=zone_id, name=zone_id, tank_node=tank, **values)


def stage(name: str, **changes: Any) -> CropStage:
    """Return a stage of rice."""
    return CropStage(crop="晚稻", stage=name, kc=1.1, **changes)


def block(field_id: str, at: str, name: str, **changes: Any) -> FieldBlock:
    """Return a block of 100 mu that asks for 40 m3/mu and yields 450 kg/mu."""
    values = {
        "area_mu": 100.0,
        "need_m3_per_mu": 40.0,
        "yield_kg_per_mu": 450.0,
        "village_id": "V",
        **changes,
    }
    return FieldBlock(field_id=field_id, node_id=at, crop="晚稻", stage=name, **values)


def pump(pump_id: str, m3_per_h: float, *, to_m: float = 20.0, **changes: Any) -> Pump:
    """Return a diesel pump that lifts the same up to a height."""
    values = {"energy": "diesel", "fuel_l_per_h": 4.0, "move_h": 0.0, **changes}
    curve = (CurvePoint(to_m, m3_per_h),)
    return Pump(pump_id=pump_id, name=pump_id, curve=curve, **values)


def lift(lift_id: str, start: str, end: str, **changes: Any) -> Lift:
    """Return a lift of 10 m."""
    values = {"head_m": 10.0, **changes}
    return Lift(lift_id=lift_id, name=lift_id, from_node=start, to_node=end, **values)


def village(village_id: str, **changes: Any) -> Village:
    """Return a village."""
    return Village(
        village_id=village_id, name=village_id, lat=27.1, lon=112.8, **changes
    )


def scenario(
    network: WaterNetwork,
    *,
    villages: tuple[Village, ...] = (),
    need: NeedStandard = ONE_BAND,
) -> Scenario:
    """Return a township with this water."""
    return Scenario(
        name="small",
        date=DAY,
        villages=villages,
        sources=(),
        depots=(),
        trucks=(),
        need=need,
        water=network,
    )
