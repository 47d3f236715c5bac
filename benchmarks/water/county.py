"""A made-up county with many canals, fields, pumps and zones, the same every time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import numpy as np

from dispatch.model.scenario import Scenario, Village
from dispatch.model.water.canals import Canal
from dispatch.model.water.duty import Person, Post
from dispatch.model.water.fields import CropStage, FieldBlock
from dispatch.model.water.network import WaterNetwork, WaterPeople
from dispatch.model.water.places import NodeKind, Store, WaterNode
from dispatch.model.water.pumps import CurvePoint, Lift, Pump
from dispatch.model.water.supply import Plant, Zone

DAY = dt.date(2022, 9, 6)
CROP = "晚稻"
STAGES = (
    CropStage(crop=CROP, stage="tillering", kc=1.1, ky=0.6),
    CropStage(crop=CROP, stage="flowering", kc=1.2, ky=1.25, critical=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many there are of everything."""

    systems: int = 6
    villages: int = 60
    blocks: int = 200
    canals: int = 40
    pumps: int = 60
    zones: int = 30
    people: int = 60


@dataclass
class _Tables:
    """Rows as they are made."""

    rng: np.random.Generator
    nodes: list[WaterNode] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    canals: list[Canal] = field(default_factory=list)
    outlets: list[str] = field(default_factory=list)
    lifts: list[Lift] = field(default_factory=list)
    plants: list[Plant] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)

    def node(self, node_id: str, kind: NodeKind) -> str:
        """Add a place and return its id."""
        lat, lon = self.rng.uniform(0, 0.5, 2)
        self.nodes.append(
            WaterNode(
                node_id=node_id,
                name=node_id,
                kind=kind,
                lat=float(round(27 + lat, 5)),
                lon=float(round(112.5 + lon, 5)),
            )
        )
        return node_id

    def amount(self, low: float, high: float) -> float:
        """Return a round figure between two."""
        return float(round(self.rng.uniform(low, high), -1))


def county(size: Size | None = None, seed: int = 0) -> Scenario:
    """
    Return a county of canal systems, each with a reservoir, works, lifts and zones.

    Parameters
    ----------
    size
        None: 60 villages, 200 blocks, 40 canals, 60 pumps, 30 zones.
    seed
        Another one, other figures.
    """
    size = size or Size()
    tables = _Tables(np.random.default_rng(seed))
    tables.node("X", "river")
    for number in range(size.systems):
        canals = _share(size.canals, number, size.systems)
        _system(tables, number, canals, _share(size.zones, number, size.systems), size)
    network = WaterNetwork(
        nodes=tuple(tables.nodes),
        stores=tuple(tables.stores),
        canals=tuple(tables.canals),
        fields=tuple(_blocks(tables, size)),
        crops=STAGES,
        pumps=tuple(_pump(tables, number) for number in range(size.pumps)),
        lifts=tuple(tables.lifts),
        zones=tuple(tables.zones),
        plants=tuple(tables.plants),
        posts=tuple(tables.posts),
    )
    return Scenario(
        name=f"county-{size.villages}",
        date=DAY,
        villages=tuple(_village(tables, number) for number in range(size.villages)),
        sources=(),
        depots=(),
        trucks=(),
        water=network,
        water_people=WaterPeople(people=tuple(_people(size))),
    )


def _share(total: int, number: int, parts: int) -> int:
    return total * (number + 1) // parts - total * number // parts


def _system(tables: _Tables, number: int, canals: int, zones: int, size: Size) -> None:
    """Add a reservoir, its main canal in two reaches, branches, works and lifts."""
    root = tables.node(f"R{number}", "reservoir")
    tables.stores.append(
        Store(
            node_id=root,
            capacity_m3=2e6,
            stock_m3=tables.amount(150_000, 260_000),
            dead_m3=40_000,
            reserve_people_m3=20_000,
            inflow_m3_per_d=tables.amount(0, 900),
            loss_m3_per_d=tables.amount(100, 900),
        )
    )
    joint = _reach(tables, f"C{number}-0", root, main=True)
    ends = [joint, _reach(tables, f"C{number}-1", joint, main=True)]
    for branch in range(2, canals):
        at = ends[-1] if branch % 2 and len(ends) > 2 else ends[branch % 2]
        ends.append(_reach(tables, f"C{number}-{branch}", at, main=False))
    tables.outlets += ends[1:]
    _works(tables, number, ends[1], zones, size)
    _lifts(tables, number, ends[2])


def _reach(tables: _Tables, canal_id: str, start: str, *, main: bool) -> str:
    end = tables.node(f"J-{canal_id}", "junction")
    post_id = f"G-{canal_id}"
    high = tables.amount(1_800, 3_200) if main else tables.amount(400, 900)
    curve = tables.rng.random() < 0.5
    tables.canals.append(
        Canal(
            canal_id=canal_id,
            name=canal_id,
            from_node=start,
            to_node=end,
            length_km=float(round(tables.rng.uniform(1.5, 6), 1)),
            capacity_m3_per_h=high,
            min_flow_m3_per_h=round(0.15 * high, 0),
            loss_share=None
            if curve
            else float(round(tables.rng.uniform(0.05, 0.3), 2)),
            loss_a=1.9 if curve else None,
            loss_m=0.4 if curve else None,
            fill_m3=tables.amount(1_500, 4_000) if main else tables.amount(300, 900),
            travel_h=float(round(tables.rng.uniform(0.5, 3), 1)),
            state="silted" if tables.rng.random() < 0.1 else "ok",
            gate_post_id=post_id if main else "",
        )
    )
    if main:
        tables.posts.append(
            Post(
                post_id=post_id,
                name=post_id,
                object_id=canal_id,
                kind="gate",
                persons=1,
                while_flowing=True,
                shift_h=12,
            )
        )
    return end


def _works(tables: _Tables, number: int, at: str, zones: int, size: Size) -> None:
    """Add a raw water pond on a pipe, the works, their tank and its zones."""
    pond = tables.node(f"P{number}", "pond")
    tables.stores.append(
        Store(
            node_id=pond,
            capacity_m3=tables.amount(6_000, 12_000),
            stock_m3=tables.amount(1_000, 3_000),
            dead_m3=200,
        )
    )
    last = tables.canals[-1]
    tables.canals[-1] = replace(last, from_node=at, to_node=pond)
    tables.outlets.remove(last.to_node)
    tank = tables.node(f"T{number}", "tank")
    tables.stores.append(
        Store(
            node_id=tank,
            capacity_m3=900,
            stock_m3=500,
            dead_m3=60,
            reserve_days=1,
            potable=True,
        )
    )
    tables.plants.append(
        Plant(
            plant_id=f"U{number}",
            name=f"U{number}",
            raw_node=pond,
            tank_node=tank,
            capacity_m3_per_h=60,
            own_use_share=0.05,
            hours=20,
        )
    )
    first = len(tables.zones)
    each = size.villages // size.zones
    for zone in range(first, first + zones):
        people = int(tables.rng.integers(800, 2_600))
        tables.zones.append(
            Zone(
                zone_id=f"Z{zone:02d}",
                name=f"Z{zone:02d}",
                tank_node=tank,
                village_ids=tuple(f"V{zone * each + k}" for k in range(each)),
                people=people,
                vulnerable_people=people // 6,
                households=people // 3,
                jar_l_per_household=80,
                high=zone % 5 == 4,
                max_flow_m3_per_h=float(people // 45),
                min_slot_h=1.5,
                fill_h=0.5,
                leak_share=0.15,
            )
        )


def _lifts(tables: _Tables, number: int, joint: str) -> None:
    """Add a chain of two lifts from the river, and a lift from a canal or the river."""
    sump = tables.node(f"S{number}", "sump")
    tables.stores.append(Store(node_id=sump, capacity_m3=80, stock_m3=0, potable=False))
    high, side = (
        tables.node(f"H{number}", "outlet"),
        tables.node(f"I{number}", "outlet"),
    )
    rows = (
        (f"L{number}-1", "X", sump, 12.0, 3),
        (f"L{number}-2", sump, high, 14.0, 3),
        (f"L{number}-3", joint if number % 2 else "X", side, 9.0, 2),
    )
    for lift_id, start, end, head_m, most in rows:
        tables.lifts.append(
            Lift(
                lift_id=lift_id,
                name=lift_id,
                from_node=start,
                to_node=end,
                head_m=head_m,
                max_pumps=most,
            )
        )
    tables.outlets += [high, side]


def _blocks(tables: _Tables, size: Size) -> list[FieldBlock]:
    blocks = []
    for number in range(size.blocks):
        stage = "flowering" if tables.rng.random() < 0.5 else "tillering"
        blocks.append(
            FieldBlock(
                field_id=f"F{number:03d}",
                village_id=f"V{number % size.villages}",
                node_id=tables.outlets[number % len(tables.outlets)],
                crop=CROP,
                stage=stage,
                area_mu=tables.amount(60, 260),
                need_m3_per_mu=40.0,
                yield_kg_per_mu=float(tables.rng.integers(400, 480)),
            )
        )
    return blocks


def _pump(tables: _Tables, number: int) -> Pump:
    flow = tables.amount(40, 180)
    lent = number % 6 == 5
    return Pump(
        pump_id=f"P{number:02d}",
        name=f"P{number:02d}",
        energy="diesel",
        fuel_l_per_h=round(flow / 40, 1),
        power_kw=round(flow / 8, 1),
        curve=(
            CurvePoint(8.0, flow),
            CurvePoint(16.0, round(0.7 * flow)),
            CurvePoint(24.0, round(0.3 * flow)),
        ),
        hours_per_day=20,
        move_h=3,
        available_from=DAY + dt.timedelta(days=1) if lent else None,
        return_by=DAY + dt.timedelta(days=6) if lent else None,
        lent_by="neighbours" if lent else "",
    )


def _village(tables: _Tables, number: int) -> Village:
    return Village(
        village_id=f"V{number}",
        name=f"V{number}",
        lat=27.1,
        lon=112.8,
        population=int(tables.rng.integers(300, 1_500)),
        pigs=int(tables.rng.integers(0, 200)),
        cattle=int(tables.rng.integers(0, 30)),
    )


def _people(size: Size) -> list[Person]:
    return [
        Person(
            person_id=f"M{number:02d}",
            name=f"M{number:02d}",
            max_h_per_day=12,
            rest_h=10,
            nights_ok=number % 7 != 6,
        )
        for number in range(size.people)
    ]
