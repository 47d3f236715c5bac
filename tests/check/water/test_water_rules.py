"""Each rule of the water: a plan that keeps it, and one that breaks it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from dispatch.check.water.rules import check_water_plan
from dispatch.model.water.network import WaterNetwork
from dispatch.model.water.plan import Spill, WaterPlan
from dispatch.model.water.supply import Plant
from dispatch.solver.water.day_plan import plan_water, water_case
from dispatch.words.message import templates
from tests.solver.water import small

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.model.scenario import Scenario


def township() -> WaterNetwork:
    """
    Return a reservoir whose canals feed rice and the works, and a pond with a pump.

    S -C1-> J -C2-> R (forebay, works U to tank T with zone Z); J waters F; P is lifted
    to L, where G is.
    """
    return WaterNetwork(
        nodes=(
            small.node("S", "reservoir"),
            small.node("J", "junction"),
            small.node("R", "sump"),
            small.node("T", "tank"),
            small.node("P", "pond"),
            small.node("L"),
        ),
        stores=(
            small.store("S", 30_000, potable=False, dead_m3=1_000),
            small.store("R", 300, potable=False, capacity_m3=600),
            small.store("T", 100, capacity_m3=400),
            small.store("P", 900, potable=False),
        ),
        canals=(
            small.canal(
                "C1",
                "S",
                "J",
                loss_share=0.2,
                fill_m3=500,
                travel_h=2.0,
                capacity_m3_per_h=600.0,
                min_flow_m3_per_h=100.0,
            ),
            small.canal(
                "C2", "J", "R", loss_share=0.1, capacity_m3_per_h=200.0, travel_h=1.0
            ),
        ),
        fields=(
            small.block("F", "J", "flowering"),
            small.block("G", "L", "tillering"),
        ),
        crops=(
            small.stage("tillering", ky=0.6),
            small.stage("flowering", ky=1.25, critical=True),
        ),
        pumps=(small.pump("P1", 20, move_h=3, hours_per_day=22),),
        lifts=(small.lift("L1", "P", "L"),),
        zones=(
            small.zone(
                "Z",
                "T",
                people=20_000,
                leak_share=0.1,
                max_flow_m3_per_h=20.0,
                fill_h=0.5,
            ),
        ),
        plants=(
            Plant(
                plant_id="U",
                name="U",
                raw_node="R",
                tank_node="T",
                capacity_m3_per_h=15.0,
                own_use_share=0.05,
            ),
        ),
    )


@cache
def planned() -> tuple[Scenario, WaterPlan]:
    scenario = small.scenario(township())
    return scenario, plan_water(water_case(scenario, num_days=4))


def test_a_plan_keeps_every_rule() -> None:
    """Every kind of row is there, so that each rule has something to look at."""
    scenario, plan = planned()
    assert check_water_plan(scenario, plan) == []
    rows = (plan.canals, plan.pumps, plan.plants, plan.zones, plan.fields, plan.stores)
    assert all(rows)
    assert any(run.wetting_m3 for run in plan.canals)


def with_rows(
    plan: WaterPlan, table: str, change: Callable[[Any], Any], index: int = 0
) -> WaterPlan:
    rows = list(getattr(plan, table))
    rows[index] = change(rows[index])
    return replace(plan, **{table: tuple(rows)})


def a_row(table: str, **changes: Any) -> Callable[[WaterPlan], WaterPlan]:
    """Return what changes the first row of a table."""
    return lambda plan: with_rows(plan, table, lambda row: replace(row, **changes))


def times(table: str, factor: float, *names: str) -> Callable[[WaterPlan], WaterPlan]:
    """Return what multiplies amounts of the first row of a table."""

    def change(row: Any) -> Any:
        return replace(row, **{name: factor * getattr(row, name) for name in names})

    return lambda plan: with_rows(plan, table, change)


def behind(plan: WaterPlan, **changes: Any) -> WaterPlan:
    """Return the plan with another first run of the canal behind the first."""
    at = next(n for n, run in enumerate(plan.canals) if run.canal_id == "C2")
    return with_rows(plan, "canals", lambda row: replace(row, **changes), at)


def without_people(plan: WaterPlan) -> WaterPlan:
    """Return the plan with one day of the zone's water left in the tank."""
    dry = max(plan.zones, key=lambda zone: zone.into_m3)
    left = dry.into_m3 - dry.filling_m3
    none = dict.fromkeys(dry.served_l, 0)
    zones = tuple(
        replace(zone, into_m3=dry.filling_m3, served_l=none) if zone is dry else zone
        for zone in plan.zones
    )
    stores = tuple(
        replace(row, overflow_m3=row.overflow_m3 + left)
        if (row.node_id, row.day) == ("T", dry.day)
        else row
        for row in plan.stores
    )
    return replace(plan, zones=zones, stores=stores)


BROKEN: dict[str, tuple[int, Callable[[WaterPlan], WaterPlan]]] = {
    "unknown_row": (0, a_row("fields", field_id="X")),
    "row_twice": (0, lambda p: replace(p, fields=(*p.fields, p.fields[0]))),
    "no_stock_row": (1, lambda p: replace(p, stores=p.stores[1:])),
    "other_stock": (1, a_row("stores", end_m3=1.0)),
    "above_capacity": (1, lambda p: with_rows(p, "stores", more_trucks, 0)),
    "below_dead": (1, times("canals", 60.0, "head_m3")),
    "junction": (1, lambda p: replace(p, spills=(*p.spills, a_spill(p)))),
    "flow_high": (2, times("canals", 9.0, "head_m3")),
    "flow_low": (2, times("canals", 0.01, "head_m3")),
    "end_high": (2, times("canals", 1.3, "end_m3")),
    "not_there": (2, lambda p: behind(p, from_h=0.5, until_h=3.0)),
    "counted_early": (2, lambda p: behind(p, counts_from_day=0)),
    "pump_amount": (4, times("pumps", 1.1, "m3")),
    "pump_twice": (4, lambda p: replace(p, pumps=(*p.pumps, p.pumps[0]))),
    "pump_hours": (4, times("pumps", 2.0, "hours", "m3")),
    "plant_high": (4, times("plants", 9.0, "raw_m3")),
    "plant_treated": (4, times("plants", 1.1, "treated_m3")),
    "band": (5, lambda p: with_rows(p, "zones", more_served)),
    "taps": (5, times("zones", 0.5, "into_m3")),
    "valve": (5, times("zones", 9.0, "into_m3")),
    "filling": (5, a_row("zones", filling_m3=1.0)),
    "field_high": (6, times("fields", 9.0, "field_m3")),
    "no_outcome": (6, lambda p: replace(p, outcomes=())),
    "field_figure": (6, a_row("outcomes", lost_kg=7.0)),
    "order": (7, without_people),
    "trucks": (9, a_row("stores", trucks_m3=5.0)),
}


def more_trucks(row: Any) -> Any:
    """Return a stock that rises without bounds, as if trucks brought water."""
    return replace(row, trucks_m3=-1e9)


def more_served(row: Any) -> Any:
    return replace(row, served_l={**row.served_l, "survival": 10**7})


def a_spill(plan: WaterPlan) -> Spill:
    day = next(d for d in range(9) if all(s.day != d for s in plan.spills))
    return Spill(node_id="J", day=day, m3=9.0)


@pytest.mark.parametrize("sentence", BROKEN)
def test_a_broken_rule_is_told(sentence: str) -> None:
    rule, change = BROKEN[sentence]
    scenario, plan = planned()
    violations = check_water_plan(scenario, change(plan))
    found = {(v.rule, v.message.key) for v in violations}
    assert (rule, f"water_broken.{sentence}") in found
    for violation in violations:
        assert all(violation.line.text(lang) for lang in ("zh", "en"))


def changed_network(**changes: Any) -> Scenario:
    """Return the township as it turns out when the plan is there already."""
    network = township()
    parts = {
        name: tuple(replace(row, **new) for row in getattr(network, name))
        for name, new in changes.items()
    }
    return small.scenario(replace(network, **parts))


@pytest.mark.parametrize(
    ("sentence", "rule", "changes"),
    [
        ("broken_canal", 2, {"canals": {"state": "broken"}}),
        ("pump_not_here", 4, {"pumps": {"return_by": small.DAY - dt.timedelta(1)}}),
        ("pump_too_weak", 4, {"lifts": {"head_m": 99.0}}),
        ("lift_full", 4, {"lifts": {"max_pumps": 0}}),
        ("pump_of_works", 4, {"plants": {"pump_ids": ("P1",)}}),
        (
            "lift_power",
            4,
            {
                "pumps": {
                    "energy": "electric",
                    "fuel_l_per_h": None,
                    "power_kw": 9.0,
                },
                "lifts": {"power_kw_available": 5.0},
            },
        ),
        ("not_potable", 9, {"stores": {"potable": False}}),
    ],
)
def test_a_plan_for_other_tables_is_told(
    sentence: str, rule: int, changes: dict[str, Any]
) -> None:
    """What was right for the tables of yesterday is not for those of today."""
    _, plan = planned()
    violations = check_water_plan(changed_network(**changes), plan)
    found = {(v.rule, v.message.key) for v in violations}
    assert (rule, f"water_broken.{sentence}") in found


def test_every_sentence_is_tested() -> None:
    tested = set(BROKEN) | {
        *("broken_canal", "pump_not_here", "pump_too_weak", "lift_full"),
        *("pump_of_works", "lift_power", "not_potable"),
        # Words of other sentences.
        *("at_object", "on_day", "reserve", "critical", "other"),
    }
    known = {key.split(".")[1] for key in templates() if key.startswith("water_broken")}
    # Those of the form and of notices are in `test_form.py`.
    elsewhere = ("form_", "notice_", "no_approval")
    assert {name for name in known if not name.startswith(elsewhere)} == tested
