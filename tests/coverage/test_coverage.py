"""Figures worked out by hand on three villages, two sources and two trucks."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest

from dispatch.coverage import available_l, compute_coverage, people_at, share
from dispatch.fairness import gini, jain
from dispatch.model.need import BANDS, need_l, served_l
from dispatch.model.plan import (
    Bound,
    Plan,
    Route,
    SolverInfo,
    Stop,
    Totals,
    VillageOutcome,
)
from dispatch.model.scenario import Depot, Scenario, Source, TimeWindow, Truck, Village
from dispatch.model.travel import Travel

REASONS = ("fleet_busy", None, "no_road")
AT = {"lat": 28.0, "lon": 115.0}


@pytest.fixture
def scenario():
    """
    Give three villages that get 1000, 0 and 0 litres.

    V1: 100 people, 20 of them vulnerable. Gross bands: survival 150 + 600,
        basic 250 + 1000, normal 1500 = 3500 l. 150 l in the tank cover the
        vulnerable's survival, so 3350 l are needed.
    V2: 40 people, tank of 1400 l full of 1400 l: needs nothing.
    V3: no people, 10 cattle: 380 l.
    """
    return Scenario(
        name="three",
        date=dt.date(2022, 9, 6),
        villages=(
            Village(
                village_id="V1",
                name="One",
                population=100,
                vulnerable_people=20,
                stock_l=150,
                **AT,
            ),
            Village(
                village_id="V2",
                name="Two",
                population=40,
                stock_l=1400,
                storage_l=1400,
                **AT,
            ),
            Village(village_id="V3", name="Three", cattle=10, **AT),
        ),
        sources=(
            Source(
                source_id="S1",
                name="Spring",
                stock_l=500,
                inflow_l_per_h=100,
                bays=2,
                windows=(TimeWindow(28800, 36000),),
                **AT,
            ),
            Source(source_id="S2", name="River", **AT),
        ),
        depots=(Depot(depot_id="D", name="Depot", **AT),),
        trucks=(
            Truck(
                truck_id="A",
                plate="P-1",
                capacity_l=2000,
                depot_id="D",
                shift_start_s=28800,
                shift_end_s=36000,
            ),
            Truck(
                truck_id="B",
                capacity_l=2000,
                depot_id="D",
                shift_start_s=28800,
                shift_end_s=36000,
            ),
        ),
    )


@pytest.fixture
def plan(scenario):
    """Truck A: 10 min to S2, fills 5, 20 min to V1, unloads 10 after 5, 15 back."""
    needs = [need_l(village, scenario.need) for village in scenario.villages]
    served = [
        served_l(need, potable_l=litres, non_potable_l=0)
        for need, litres in zip(needs, (1000, 0, 0), strict=True)
    ]
    outcomes = tuple(
        VillageOutcome(
            village.village_id,
            need,
            got,
            sum(got.values()),
            sum(need.values()) - sum(got.values()),
            reason,
        )
        for village, need, got, reason in zip(
            scenario.villages,
            needs,
            served,
            ("fleet_busy", None, "no_road"),
            strict=True,
        )
    )
    sums = [
        {band: sum(row[band] for row in rows) for band in BANDS}
        for rows in (needs, served)
    ]
    stops = (
        Stop("depart", "D", 28800, 28800, 28800),
        Stop("fill", "S2", 29400, 29400, 29700, 1000),
        Stop("deliver", "V1", 30900, 31200, 31800, 1000),
        Stop("return", "D", 32700, 32700, 32700),
    )
    return Plan(
        scenario="three",
        date=scenario.date,
        seed=0,
        solver=SolverInfo("hand", "1", 0.0, "feasible"),
        routes=(Route("A", "D", stops),),
        villages=outcomes,
        totals=Totals(sums[0], sums[1], 1000, 2700, 30000),
        bound=Bound("hand", {"basic": 900}, 2000, 0.5),
    )


@pytest.fixture
def figures(scenario, plan):
    return compute_coverage(scenario, plan)


def test_bands_add_up_and_no_need_counts_as_covered(figures):
    """
    1000 l to V1: survival 600, then 250 to the vulnerable, 150 of 1000 basic.

    Survival of the vulnerable was in the tank already: need 0, coverage 1.
    """
    bands = figures.bands
    assert list(bands.index) == list(BANDS)
    assert list(bands["need_l"]) == [0, 0, 600, 250, 1000, 380, 1500]
    assert list(bands["served_l"]) == [0, 0, 600, 250, 150, 0, 0]
    assert list(bands["coverage"]) == [1, 1, 1, 1, 0.15, 0, 0]
    assert bands.loc["basic", "bound_l"] == 900
    assert (figures.need_l, figures.served_l, figures.shortage_l) == (3730, 1000, 2730)
    assert figures.coverage == pytest.approx(1000 / 3730)


def test_people_at_each_standard(figures):
    """
    V1: all 100 survive, 20 + 15 % of 80 = 32 reach basic, nobody normal.

    V2: 40 people at every standard by their own tank.
    """
    standards = figures.standards
    assert list(standards["people"]) == [140, 72, 40]
    assert list(standards["people_total"]) == [140, 140, 140]
    assert standards.loc["basic", "share"] == pytest.approx(72 / 140)
    assert standards.loc["survival", "vulnerable"] == 20
    assert standards.loc["basic", "vulnerable"] == 20
    assert list(standards["l_per_person"]) == [7.5, 20, 35]


def test_places_know_litres_a_person_level_and_first_visit(figures):
    """V1 has 150 + 1000 l for 100 people; V3 has nobody, so no litres a person."""
    places = figures.places
    assert places.loc["V1", "l_per_person"] == pytest.approx(11.5)
    assert places.loc["V2", "l_per_person"] == pytest.approx(35)
    assert math.isnan(places.loc["V3", "l_per_person"])
    assert list(places["level"]) == ["survival", "full", "basic"]
    assert places.loc["V1", "first_s"] == 31200
    assert list(places["visits"]) == [1, 0, 0]
    assert list(figures.worst_places().index) == ["V1", "V3"]
    assert list(figures.worst_places(1).index) == ["V1"]


def test_shortage_by_reason(figures):
    reasons = figures.reasons
    assert list(reasons.index) == ["no_road", "fleet_busy"]
    assert list(reasons["shortage_l"]) == [380, 2350]
    assert list(reasons["people"]) == [0, 100]
    assert reasons["share"].sum() == pytest.approx(1)


def test_shortage_without_a_reason_is_unknown(scenario, plan):
    nameless = tuple(replace(outcome, reason=None) for outcome in plan.villages)
    figures = compute_coverage(scenario, replace(plan, villages=nameless))
    assert list(figures.reasons.index) == ["unknown"]


def test_source_usage(figures, scenario):
    """The spring has 500 + 2 h * 100 l until it closes; the river has no limit."""
    sources = figures.sources
    assert available_l(scenario.sources[0]) == 700
    assert sources.loc["S1", "supply_l"] == 700
    assert sources.loc["S1", "share"] == 0
    assert sources.loc["S1", "busy_share"] == 0
    assert sources.loc["S2", "drawn_l"] == 1000
    assert sources.loc["S2", "fillings"] == 1
    assert math.isnan(sources.loc["S2", "share"])


def test_truck_usage(figures, scenario, plan):
    """On duty 65 min: 45 driving, 15 service, 5 waiting; shift of 120 min."""
    row = figures.trucks.loc["A"]
    assert (row["trips"], row["visits"], row["litres"]) == (1, 1, 1000)
    assert row["fill_share"] == 0.5
    assert row["on_duty_h"] == pytest.approx(65 / 60)
    assert row["driving_h"] == pytest.approx(45 / 60)
    assert row["service_h"] == pytest.approx(15 / 60)
    assert row["waiting_h"] == pytest.approx(5 / 60)
    assert row["utilisation"] == pytest.approx(0.5)
    assert figures.trucks.loc["B", "utilisation"] == 0
    assert math.isnan(row["km"])
    size = len(scenario.place_ids)
    legs = np.full((size, size), 5000)
    travel = Travel(
        place_ids=scenario.place_ids,
        seconds=(legs,),
        metres=(legs,),
        class_of_truck={"A": 0, "B": 0},
        method="table",
    )
    assert compute_coverage(scenario, plan, travel).trucks.loc["A", "km"] == 15


def test_fairness(figures):
    """
    100 people have 11.5 l, 40 have 35 l: 2550 l, mean 18.21.

    Lorenz: areas (1150/2550)/2 * 100/140 + (1150/2550 + 1)/2 * 40/140
    = 0.161064 + 0.207283, so gini = 0.263305; jain = 2550^2 / (140 * 62225).
    """
    fairness = figures.fairness
    assert fairness.min_l_per_person == pytest.approx(11.5)
    assert fairness.mean_l_per_person == pytest.approx(2550 / 140)
    assert fairness.gini == pytest.approx(0.263305, abs=1e-6)
    assert fairness.jain == pytest.approx(2550**2 / (140 * 62225))


def test_indices_of_even_and_of_one_sided_shares():
    """One of four has everything: Gini 3/4, Jain 1/4."""
    assert gini([5, 5], [1, 3]) == pytest.approx(0)
    assert jain([5, 5], [1, 3]) == pytest.approx(1)
    assert gini([0, 0, 0, 8], [1, 1, 1, 1]) == pytest.approx(0.75)
    assert jain([0, 0, 0, 8], [1, 1, 1, 1]) == pytest.approx(0.25)
    assert (gini([0, 0], [1, 1]), jain([0, 0], [1, 1])) == (0, 1)
    assert (gini([], []), jain([], [])) == (0, 1)


def test_part_of_a_band_serves_whole_people_only(scenario):
    """Half a person's water serves nobody; equal standards do not skip survival."""
    reached = dict.fromkeys(BANDS, 1.0) | {"survival": 0.499, "normal": 0.0}
    assert people_at(scenario.villages[0], reached) == {
        "survival": (20, 39),
        "basic": (20, 39),
        "normal": (0, 0),
    }


def test_scenario_without_villages_or_plan_rows(scenario, plan):
    """An empty plan counts everything as short, an empty scenario as covered."""
    empty = replace(plan, villages=(), routes=(), bound=None)
    figures = compute_coverage(scenario, empty)
    assert figures.served_l == 0
    assert figures.bands["bound_l"].isna().all()
    assert figures.standards.loc["survival", "people"] == 40 + 20
    nowhere = compute_coverage(replace(scenario, villages=()), empty)
    assert nowhere.coverage == 1
    assert nowhere.fairness.min_l_per_person is None
    assert nowhere.reasons.empty
    assert share(0, 0) == 1
