"""Every shortage has the reason whose lifting would end it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from dispatch.model.water.network import WaterNetwork
from dispatch.model.water.plan import WaterReason
from dispatch.model.water.supply import Plant
from dispatch.solver.water.day_plan import plan_water, water_case
from dispatch.words.message import templates
from tests.solver.water import small

CROPS = (small.stage("tillering"), small.stage("flowering", critical=True))


def by_canal(stock_m3: float = 10_000, **changes: Any) -> WaterNetwork:
    """Return 100 mu (4,000 m3) behind a canal."""
    return WaterNetwork(
        nodes=(small.node("S", "reservoir"), small.node("A")),
        stores=(small.store("S", stock_m3),),
        canals=(small.canal("C", "S", "A", **changes),),
        fields=(small.block("F", "A", "tillering"),),
        crops=CROPS,
    )


def by_pump(pump: dict[str, Any], lift: dict[str, Any]) -> WaterNetwork:
    """Return 100 mu on the bank of a river, with two pumps."""
    return WaterNetwork(
        nodes=(small.node("R", "river"), small.node("A")),
        fields=(small.block("F", "A", "tillering"),),
        crops=CROPS,
        pumps=tuple(small.pump(name, 50, **pump) for name in ("P1", "P2")),
        lifts=(small.lift("L", "R", "A", **{"max_pumps": 2, **lift}),),
    )


def works(raw: dict[str, Any], tank: dict[str, Any], **zone: Any) -> WaterNetwork:
    """Return a zone of 100 m3 a day behind works of 3 m3/h."""
    return WaterNetwork(
        nodes=(small.node("R", "pond"), small.node("T", "tank")),
        stores=(
            small.store("R", 1_000, **{"potable": False, **raw}),
            replace(small.store("T", 0, capacity_m3=500.0), **tank),
        ),
        plants=(
            Plant(
                plant_id="U",
                name="U",
                raw_node="R",
                tank_node="T",
                capacity_m3_per_h=3.0,
            ),
        ),
        zones=(small.zone("Z", "T", people=10_000, **zone),),
    )


CASES: dict[WaterReason, WaterNetwork] = {
    "no_way": replace(by_canal(), canals=()),
    "canal_broken": by_canal(state="broken"),
    "no_pump": by_pump({}, {"head_m": 50.0}),
    "not_potable": works({}, {"potable": False}),
    "too_little_to_start": by_canal(stock_m3=4_100, fill_m3=600.0, travel_h=0.0),
    "canal_full": by_canal(capacity_m3_per_h=100.0),
    "pumps_busy": by_pump({"hours_per_day": 20.0}, {"max_pumps": 9}),
    "lift_full": by_pump({"hours_per_day": 24.0}, {"max_pumps": 1}),
    "plant_full": works({}, {}),
    "zone_valve": replace(
        works({}, {"stock_m3": 400.0}, max_flow_m3_per_h=2.0), plants=()
    ),
    "reserve_kept": replace(
        by_canal(stock_m3=4_000),
        stores=(small.store("S", 4_000, reserve_people_m3=3_000),),
    ),
    # The pump is here on the first day only, and the tank too small for two days.
    "store_full": WaterNetwork(
        nodes=(small.node("P", "pond"), small.node("T", "tank")),
        stores=(
            small.store("P", 900),
            small.store("T", 0, capacity_m3=50.0),
        ),
        pumps=(small.pump("P1", 50, return_by=small.DAY),),
        lifts=(small.lift("L", "P", "T"),),
        zones=(small.zone("Z", "T", people=10_000),),
    ),
    "store_dry": by_canal(stock_m3=1_000),
}


@pytest.mark.parametrize("reason", CASES)
def test_a_shortage_has_its_reason(reason: WaterReason) -> None:
    days = 2 if reason == "store_full" else 1
    case = water_case(small.scenario(CASES[reason]), num_days=days)
    shortages = plan_water(case).shortages
    assert shortages
    assert {short.reason for short in shortages} == {reason}
    for short in shortages:
        assert sum(c.m3 for c in short.causes) == pytest.approx(short.m3, abs=0.05)


def test_water_on_its_way_comes_too_late() -> None:
    """Water that leaves today counts in the tank tomorrow: today's zone is dry."""
    network = WaterNetwork(
        nodes=(small.node("S", "reservoir"), small.node("T", "tank")),
        stores=(small.store("S", 1_000), small.store("T", 0, capacity_m3=500.0)),
        canals=(small.canal("C", "S", "T", travel_h=5.0),),
        zones=(small.zone("Z", "T", people=10_000),),
    )
    plan = plan_water(water_case(small.scenario(network), num_days=2))
    assert [day.served_l["survival"] for day in plan.zones] == [0, 100_000]
    (short,) = plan.shortages
    assert short.reason == "after_last_day"


def test_others_come_first() -> None:
    """One canal carries 2,400 m3 a day for 4,000 at the critical stage, none beside."""
    network = replace(
        by_canal(capacity_m3_per_h=100.0),
        fields=(
            small.block("F", "A", "tillering", area_mu=10),
            small.block("G", "A", "flowering"),
        ),
    )
    plan = plan_water(water_case(small.scenario(network), num_days=1))
    reasons = {short.object_id: short.reason for short in plan.shortages}
    assert reasons == {"F": "canal_full", "G": "canal_full"}
    names = {key for key in templates() if key.startswith("water_reason.")}
    assert names == {f"water_reason.{reason}" for reason in get_args(WaterReason)}
