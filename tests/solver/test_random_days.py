"""Three hundred days of the kinds that field offices have, against a plain planner."""

import numpy as np
import pytest

from dispatch.check.rules import check_plan
from dispatch.model.need import BANDS
from dispatch.model.outcome import plan_totals, village_outcomes
from dispatch.model.plan import Plan, SolverInfo
from dispatch.model.scenario import NeedStandard, ServiceRules, TimeWindow
from dispatch.model.travel import Travel
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from tests.solver.greedy import greedy_routes
from tests.solver.tiny import scenario, source, truck, village

HOUR = 3_600
KINDS = ("many trips", "springs", "one bay", "tiny tanks", "non-potable", "overnight")


def pick(rng, *options):
    return options[rng.integers(len(options))]


def random_day(kind, seed, size=1):
    """Return a day of a kind, ``size`` times as large, with something of all rules."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    is_night = kind == "overnight"
    begin = (22 if is_night else 7) * HOUR
    length = pick(rng, 4, 8, 11) * HOUR
    num_villages = size * int(rng.integers(1, 7))
    scene = scenario(
        [_village(rng, k, kind, begin, length) for k in range(num_villages)],
        [_source(rng, k, kind, begin, length) for k in range(int(rng.integers(1, 4)))],
        [
            _truck(rng, k, kind, begin, length)
            for k in range(size * int(rng.integers(1, 4)))
        ],
        need=NeedStandard(),
        service=ServiceRules(
            fill_setup_s=pick(rng, 0, 60, 300),
            drop_setup_s=pick(rng, 60, 300),
            min_drop_l=pick(rng, 1, 200),
        ),
    )
    size = len(scene.place_ids)
    far = 300 if kind == "many trips" else 1_800
    spots = rng.uniform(0, far, size=(size, 2))
    seconds = np.linalg.norm(spots[:, None] - spots[None], axis=2).astype(np.int64)
    way = Travel(
        place_ids=scene.place_ids,
        seconds=(seconds,),
        metres=(seconds * 8,),
        class_of_truck={t.truck_id: 0 for t in scene.trucks},
        method="table",
    )
    return scene, way


def _village(rng, k, kind, begin, length):
    population = int(rng.integers(20, 900))
    tiny = kind == "tiny tanks"
    opens = begin + int(rng.integers(0, 3)) * HOUR
    return village(
        f"V{k}",
        population=population,
        vulnerable_people=int(rng.integers(0, population // 4 + 1)),
        cattle=int(rng.integers(0, 40)),
        facility_l=pick(rng, 0, 0, 600),
        storage_l=int(rng.integers(0, 2_500)) if tiny else None,
        windows=pick(rng, (), (), (TimeWindow(opens, begin + length - HOUR),)),
        max_visits=pick(rng, None, None, None, 2),
        max_gross_t=pick(rng, None, None, 8.0),
    )


def _source(rng, k, kind, begin, length):
    is_spring = kind == "springs" or rng.random() < 0.15
    close = begin + length - pick(rng, 0, 2) * HOUR
    return source(
        f"S{k}",
        supply_l=pick(rng, None, None, int(rng.integers(500, 30_000))),
        fill_rate_l_per_min=pick(rng, None, 60.0, 500.0),
        bays=1 if kind == "one bay" else pick(rng, None, 1, 2),
        windows=pick(rng, (), (TimeWindow(begin, close),)),
        potable=kind != "non-potable",
        stock_l=pick(rng, 0, 800, 6_000) if is_spring else None,
        inflow_l_per_h=pick(rng, 80.0, 600.0, 5_000.0) if is_spring else None,
    )


def _truck(rng, k, kind, begin, length):
    return truck(
        f"T{k}",
        capacity_l=pick(rng, 150, 1_000, 3_000, 5_000),
        shift_start_s=begin + pick(rng, 0, 1_800),
        shift_end_s=begin + length,
        unload_rate_l_per_min=pick(rng, None, 300.0),
        gross_t=pick(rng, None, 4.0, 12.0),
        potable=kind != "non-potable" or k == 0,
        speed_factor=pick(rng, 1.0, 1.0, 0.8),
    )


def greedy_plan(scene, way):
    routes = greedy_routes(scene, way)
    villages = village_outcomes(scene, routes)
    return Plan(
        scenario=scene.name,
        date=scene.date,
        seed=0,
        solver=SolverInfo("greedy", "", 0.0, "feasible"),
        routes=routes,
        villages=villages,
        totals=plan_totals(scene, way, routes, villages),
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", range(10))
def test_no_plain_planner_serves_the_first_bands_better(kind, part):
    """Rules kept, no band above its bound, and a plain plan never beats ours."""
    params = SolveParams(iterations=150, workers=2)
    for seed in range(5 * part, 5 * part + 5):
        scene, way = random_day(kind, seed)
        by_hand = greedy_plan(scene, way)
        assert [v for v in check_plan(scene, way, by_hand) if v.rule != 0] == []
        plan = solve(scene, way, params, seed=seed).plan
        assert check_plan(scene, way, plan) == []
        for band in BANDS:
            assert plan.totals.served_l[band] <= plan.bound.served_l[band]
            assert by_hand.totals.served_l[band] <= plan.totals.need_l[band]
        assert plan.served_key() >= by_hand.served_key(), (kind, seed)
        assert sum(by_hand.served_key()) <= plan.bound.total_l or (
            by_hand.served_key() < plan.served_key()
        )
