"""Trucks and piped water in one balance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.check.rules import check_plan
from dispatch.files.plan.plan_json import plan_from_json, plan_to_json
from dispatch.files.scenario.read import read_scenario
from dispatch.files.scenario.snapshot import scenario_from_bytes, scenario_to_bytes
from dispatch.model.need import BANDS, gross_need_l, need_l
from dispatch.model.scenario import NeedStandard, Village
from dispatch.operations.stocks import use_l, village_stock
from dispatch.planning.day import prepare_day
from dispatch.planning.piped import (
    BALANCE_DAYS,
    after_trucks,
    before_trucks,
    piped_l_of,
    piped_litres,
    truck_fills_m3,
    with_piped_l,
)
from dispatch.planning.plan_day import plan_day
from dispatch.planning.water_day import plan_all_water
from dispatch.solver.params import SolveParams

DEMO = Path(__file__).parents[2] / "data" / "yonghe"


def place(**fields):
    return Village(village_id="V", name="V", lat=27.0, lon=112.0, **fields)


def test_taps_cover_needs_from_the_top_and_the_tank_comes_after() -> None:
    standard = NeedStandard()
    village = place(population=100, stock_l=300)
    gross = gross_need_l(village, standard)
    piped = replace(village, piped_l=gross["survival"])
    net = need_l(piped, standard)
    assert net["survival"] == 0
    assert net["basic"] == gross["basic"] - 300
    assert net["normal"] == gross["normal"]
    # What comes out of taps is not taken from the tank.
    assert use_l(piped, standard) == sum(gross.values()) - gross["survival"]
    stock = village_stock(replace(piped, stock_l=50_000), standard)
    assert stock.after_l == 50_000 - use_l(piped, standard)


def test_more_from_taps_than_needed_leaves_no_need() -> None:
    village = place(population=10, piped_l=10**6)
    assert sum(need_l(village, NeedStandard()).values()) == 0
    assert use_l(village, NeedStandard()) == 0


@pytest.fixture(scope="module")
def scenario():
    return read_scenario(DEMO)


def test_a_village_gets_the_part_that_its_zone_gets(scenario) -> None:
    plan = plan_all_water(scenario, num_days=1).plan
    zone = next(row for row in plan.zones if row.zone_id == "Z-C")
    litres = piped_litres(scenario, plan)
    network = scenario.water
    own = network.zone_by_village
    assert set(litres) == set(own) & {v.village_id for v in scenario.all_villages}
    for village in scenario.villages:
        if own.get(village.village_id) is None:
            assert village.village_id not in litres
            continue
        gross = gross_need_l(village, scenario.need)
        if own[village.village_id].zone_id == "Z-C":
            wanted = sum(
                gross[band] * zone.served_l[band] / zone.need_l[band]
                for band in BANDS
                if zone.need_l[band]
            )
            assert litres[village.village_id] == int(wanted + 1e-9)


def test_a_zone_left_dry_leaves_the_whole_need_to_trucks(scenario) -> None:
    network = scenario.water
    full = before_trucks(scenario).scenario
    assert sum(piped_l_of(full).values()) > 0
    dry = replace(
        scenario,
        water=replace(
            network,
            plants=tuple(replace(plant, hours=0) for plant in network.plants),
            stores=tuple(
                replace(store, stock_m3=store.dead_m3)
                if store.node_id == "W-QS"
                else store
                for store in network.stores
            ),
        ),
    )
    left = before_trucks(dry).scenario
    assert piped_l_of(left) == {}
    for wet, same in zip(full.villages, left.villages, strict=True):
        before = sum(need_l(wet, scenario.need).values())
        assert sum(need_l(same, scenario.need).values()) == before + min(
            wet.piped_l, sum(need_l(same, scenario.need).values())
        )


def test_trucks_and_zones_never_take_a_litre_twice(scenario) -> None:
    """Trucks took what zones had: planned again, the water has both."""
    params = SolveParams(iterations=300, workers=1)
    before = before_trucks(scenario)
    planned = plan_day(prepare_day(before.scenario), params)
    assert planned.plan.piped_l == piped_l_of(before.scenario)
    again = after_trucks(scenario, before, planned.plan)
    if again is not None:
        planned = plan_day(prepare_day(again.scenario), params)
    assert not planned.broken.to_come
    taken = truck_fills_m3(planned.plan, BALANCE_DAYS)
    assert any(taken.values())
    water = plan_all_water(scenario, num_days=BALANCE_DAYS, taken_m3=taken)
    assert water.violations == ()
    goal = water.plan.goal("trucks")
    assert goal is None or goal.value <= 1e-3
    # Zones still give what trucks were told that they give.
    gives = piped_litres(scenario, water.plan)
    told = planned.plan.piped_l
    assert all(gives[label] >= 0.98 * litres for label, litres in told.items())


def test_a_plan_remembers_what_taps_give(scenario) -> None:
    params = SolveParams(iterations=100, workers=1)
    day = prepare_day(before_trucks(scenario).scenario)
    plan = plan_day(day, params).plan
    read = plan_from_json(plan_to_json(plan).encode(), scenario=scenario)
    assert read.piped_l == plan.piped_l
    again = with_piped_l(scenario, read.piped_l)
    assert check_plan(again, day.travel, read) == []
    # Without them its own figures are not those of the tables.
    assert check_plan(scenario, day.travel, read) != []
    kept = scenario_from_bytes(scenario_to_bytes(again))
    assert piped_l_of(kept) == piped_l_of(again)
