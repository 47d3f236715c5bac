"""Properties of plans of random small townships."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dispatch.check.water.rules import check_water_plan
from dispatch.model.water.network import WaterNetwork
from dispatch.solver.water.case import WaterParams
from dispatch.solver.water.day_plan import plan_water, water_case
from tests.solver.water import small
from tests.solver.water.townships import townships

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.plan import WaterPlan

#: To the end of every search, so that more can never look worse.
EXACT = WaterParams(max_nodes=100_000, gap=1e-9, max_choices=1_000, reasons=False)
QUICK = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    # Townships are small as they are drawn; shrinking them takes minutes.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def planned(scenario: Scenario, num_days: int = 3) -> WaterPlan:
    return plan_water(water_case(scenario, num_days=num_days), EXACT)


@QUICK
@given(townships())
def test_the_checker_accepts_every_plan(scenario: Scenario) -> None:
    plan = plan_water(water_case(scenario, num_days=3))
    assert [str(violation) for violation in check_water_plan(scenario, plan)] == []


@QUICK
@given(townships())
def test_no_goal_is_below_its_bound(scenario: Scenario) -> None:
    for goal in planned(scenario).goals:
        assert goal.bound is not None
        assert goal.gap is not None
        assert 0 <= goal.bound <= goal.value + 1e-6
        assert 0 <= goal.gap <= 1


def worse(before: WaterPlan, after: WaterPlan) -> str | None:
    """Return the first goal that differs if it is worse after; None: none is."""
    names = [goal.goal for goal in before.goals if not goal.goal.startswith("fair_")]
    for name in names:
        if name in ("change", "energy", "released"):
            break
        old, new = before.goal(name), after.goal(name)
        if old is None or new is None:
            continue
        slack = 0.01 + 1e-4 * old.value
        if new.value > old.value + slack:
            return name
        if new.value < old.value - slack:
            return None
    return None


@QUICK
@given(townships(), st.sampled_from(["pump", "hour", "m3"]))
def test_more_is_never_worse(scenario: Scenario, what: str) -> None:
    """One more pump, hour or m3: the first goal that differs is better."""
    network = scenario.water
    assert network is not None
    if what == "pump":
        more = replace(network.pumps[0], pump_id="P9")
        network = replace(network, pumps=(*network.pumps, more))
    elif what == "hour":
        pumps = tuple(replace(p, hours_per_day=23.0) for p in network.pumps)
        plants = tuple(replace(p, hours=21.0) for p in network.plants)
        network = replace(network, pumps=pumps, plants=plants)
    else:
        first, *others = network.stores
        more_m3 = replace(first, stock_m3=first.stock_m3 + 1)
        network = replace(network, stores=(more_m3, *others))
    after = planned(replace(scenario, water=network))
    assert worse(planned(scenario), after) is None


@QUICK
@given(townships(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(scenario: Scenario, random: object) -> None:
    """Goals come out the same; plans that are equally good may differ."""
    network = scenario.water
    assert network is not None
    tables = {}
    for name in ("nodes", "stores", "canals", "fields", "pumps", "lifts", "zones"):
        rows = list(getattr(network, name))
        random.shuffle(rows)  # type: ignore[attr-defined]  # hypothesis's own
        tables[name] = tuple(rows)
    other = planned(replace(scenario, water=replace(network, **tables)))
    plan = planned(scenario)
    assert worse(plan, other) is None
    assert worse(other, plan) is None


@pytest.mark.parametrize("seed", range(4))
def test_enumeration_of_a_tiny_one(seed: int) -> None:
    """
    All ways of running two canals, two pumps and three days, by hand in m3.

    Stores A and B; canal C1 from A to field F1 loses a fifth and takes 60 m3 to fill,
    C2 from B to F2 loses nothing; pumps lift from A to F3, one of two a day; zones
    drink from A and B. Amounts are continuous, so the best of each way is worked out
    in order of needs, and the plan must be as good, goal by goal.
    """
    stock_a, stock_b = 200.0 + 100 * seed, 150.0 + 70 * seed
    network = WaterNetwork(
        nodes=tuple(small.node(name) for name in ("A", "B", "N1", "N2", "N3")),
        stores=(small.store("A", stock_a), small.store("B", stock_b)),
        canals=(
            small.canal("C1", "A", "N1", loss_share=0.2, fill_m3=60.0, travel_h=0.0),
            small.canal("C2", "B", "N2", min_flow_m3_per_h=1.0),
        ),
        fields=(
            small.block("F1", "N1", "flowering", area_mu=3),
            small.block("F2", "N2", "tillering", area_mu=5),
            small.block("F3", "N3", "tillering", area_mu=2),
        ),
        crops=(
            small.stage("tillering", ky=0.6),
            small.stage("flowering", ky=1.25, critical=True),
        ),
        pumps=(
            small.pump("P1", 2, hours_per_day=10),
            small.pump("P2", 3, hours_per_day=8),
        ),
        lifts=(small.lift("L", "A", "N3"),),
        zones=(
            small.zone("Z1", "A", people=3_000),
            small.zone("Z2", "B", people=2_000),
        ),
    )
    plan = planned(small.scenario(network))
    best: tuple[float, ...] | None = None
    per_kg = {"F1": 1.25 * 450 / 40, "F2": 0.6 * 450 / 40, "F3": 0.6 * 450 / 40}
    runs = itertools.product([0, 1], repeat=3)
    for c1, p in itertools.product(runs, itertools.product([20, 24], repeat=3)):
        # People first: 30 and 20 m3 a day of their own store.
        left_a, left_b = stock_a - 90, stock_b - 60
        short_l = 1000 * (max(0, -left_a) + max(0, -left_b))
        left_a, left_b = max(0.0, left_a), max(0.0, left_b)
        # A run of less than a day empties the canal again, so each day fills it.
        f1 = min(120.0, max(0.0, left_a - 60 * sum(c1)) * 0.8) if any(c1) else 0.0
        used = f1 / 0.8 + 60 * sum(c1) if f1 > 0 else 0.0
        f3 = min(80.0, float(sum(p)), left_a - used)
        f2 = min(200.0, left_b)
        critical = per_kg["F1"] * (120 - f1)
        other = per_kg["F2"] * (200 - f2) + per_kg["F3"] * (80 - f3)
        way = (short_l, critical, other)
        best = way if best is None else min(best, way)
    assert best is not None
    found = [plan.goal(name) for name in ("survival", "critical_loss", "other_loss")]  # type: ignore[arg-type]  # names of goals
    values = [goal.value for goal in found if goal is not None]
    assert values == pytest.approx(best, rel=1e-4, abs=0.5)
