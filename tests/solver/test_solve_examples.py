"""Published examples and cases whose answer is worked out by hand."""

import pytest

from dispatch.check.rules import check_plan
from dispatch.model.scenario import TimeWindow
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from tests.solver.tiny import replace, scenario, source, star, travel, truck, village

PARAMS = SolveParams(iterations=200, workers=1)


def plan_of(scene, ways, params=PARAMS, seed=0):
    result = solve(scene, ways, params, seed=seed)
    assert check_plan(scene, ways, result.plan) == []
    return result.plan


def delivered(plan):
    return {v.village_id: v.delivered_l for v in plan.villages}


@pytest.mark.parametrize(
    ("net_gal", "out_s", "back_s", "handling_s", "gpm"),
    [
        # 2,700 gal net / 12 min = 225 gpm, the usual text-book shuttle.
        (2_700, 120, 120, 480, 225),
        # 2,250 gal / (5.75 + 9) min = 153 gpm: driving and handling apart.
        (2_250, 172, 173, 540, 153),
    ],
)
def test_one_tanker_delivers_its_published_flow(
    net_gal, out_s, back_s, handling_s, gpm
):
    """A tanker's flow is its net load over its cycle (units: 1 gal = 1 litre)."""
    cycle_s = out_s + back_s + handling_s
    rate = net_gal * 60 / (handling_s / 2)
    only = truck(
        capacity_l=net_gal, unload_rate_l_per_min=rate, shift_end_s=4 * cycle_s
    )
    scene = scenario(
        [village("V", population=100 * net_gal)],
        [source(fill_rate_l_per_min=rate)],
        [only],
    )
    legs = {("S", "V"): out_s, ("V", "S"): back_s, ("V", "D"): back_s}
    ways = travel(scene, {("D", "S"): 0, ("D", "V"): out_s, **legs})
    litres = delivered(plan_of(scene, ways))["V"]
    assert round(litres / (4 * cycle_s / 60)) == gpm
    # One second less and the last cycle does not fit in full.
    late = replace(scene, trucks=(replace(only, shift_end_s=4 * cycle_s - 1),))
    assert delivered(plan_of(late, ways))["V"] < litres


def test_farther_source_with_a_faster_fill_wins():
    """Near: 60 s away but 1,000 s to fill; far: 300 s away, 60 s to fill."""
    scene = scenario(
        [village("V", population=100_000)],
        [
            source("near", fill_rate_l_per_min=60),
            source("far", fill_rate_l_per_min=1_000),
        ],
        [truck(shift_end_s=3_300)],
    )
    ways = star(scene, {"D": 0, "near": 60, "far": 300, "V": 0})
    plan = plan_of(scene, ways)
    fills = [s.place_id for r in plan.routes for s in r.stops if s.kind == "fill"]
    # Far: 300 + 60 + 300 = 660 s a cycle, five in 3,300 s. Near: 1,120 s, two.
    assert fills == ["far"] * 5
    assert delivered(plan)["V"] == 5_000


def test_rank_decides_and_distance_never_does():
    """OR-Tools issue 261: three far places of equal rank go before a nearer one."""
    far = [village(f"far{k}", facility_l=1) for k in range(3)]
    near = village("near", population=1)  # a lower band than a clinic's litre
    scene = scenario(
        [near, *far],
        trucks=[truck(capacity_l=3, shift_end_s=2 * 1_000 + 10)],
    )
    together = dict.fromkeys([("far0", "far1"), ("far1", "far2"), ("far0", "far2")], 0)
    ways = travel(
        scene,
        {
            **{("D", f"far{k}"): 1_000 for k in range(3)},
            **{("S", f"far{k}"): 1_000 for k in range(3)},
            **{("near", f"far{k}"): 1_000 for k in range(3)},
            **together,
            ("D", "S"): 0,
            ("D", "near"): 10,
            ("S", "near"): 10,
        },
    )
    plan = plan_of(scene, ways)
    assert delivered(plan) == {"near": 0, "far0": 1, "far1": 1, "far2": 1}


def test_one_village_is_split_between_trips():
    """A need of 2,500 L takes three trips of a 1,000 L truck."""
    scene = scenario([village("V", population=2_500)])
    ways = star(scene, {"D": 0, "S": 0, "V": 100})
    plan = plan_of(scene, ways)
    assert delivered(plan) == {"V": 2_500}
    assert plan.routes[0].num_trips == 3
    assert plan.totals.driving_s == 600


def test_one_place_may_take_more_than_ten_trips():
    """
    Thirty trips of 100 s to the only place; a truck's list once ended after ten.

    No set-up takes time here, so nothing but the need says how long it can get.
    """
    scene = scenario([village("V", population=30_000)])
    plan = plan_of(scene, star(scene, {"D": 0, "S": 0, "V": 50}))
    assert delivered(plan) == {"V": 30_000}


def test_equity_steps_share_a_scarce_band():
    """One trip of 1,000 L: fair halves give both 500, most water gives one all."""
    two = [village("A", population=1_000), village("B", population=1_000)]
    scene = scenario(two, trucks=[truck(shift_end_s=250)])
    legs = {("S", "A"): 100, ("S", "B"): 100, ("D", "A"): 100, ("D", "B"): 100}
    ways = travel(scene, {("D", "S"): 0, ("A", "B"): 10, **legs})
    fair = replace(scene, equity_steps=2)
    assert delivered(plan_of(fair, ways)) == {"A": 500, "B": 500}
    assert sum(delivered(plan_of(scene, ways)).values()) == 1_000
    assert plan_of(scene, ways).totals.driving_s == 200


def test_the_bay_makes_trucks_take_turns():
    """Two trucks, one bay, 600 s a filling: the second waits or fills later."""
    scene = scenario(
        [village("V", population=4_000)],
        [source(bays=1, fill_rate_l_per_min=100)],
        [truck("T1", shift_end_s=1_300), truck("T2", shift_end_s=1_300)],
    )
    ways = star(scene, {"D": 0, "S": 0, "V": 50})
    plan = plan_of(scene, ways)
    assert delivered(plan)["V"] == 2_000
    fills = sorted(
        (s.start_s, s.end_s) for r in plan.routes for s in r.stops if s.kind == "fill"
    )
    assert fills[0][1] <= fills[1][0]


def test_windows_are_waited_for():
    """A school that opens at 1,000 s is not unloaded before."""
    scene = scenario(
        [village("V", population=500, windows=(TimeWindow(1_000, 1_200),))]
    )
    plan = plan_of(scene, star(scene, {"D": 0, "S": 0, "V": 50}))
    visit = next(s for s in plan.routes[0].stops if s.kind == "deliver")
    assert 1_000 <= visit.start_s <= 1_200


def test_non_potable_water_serves_animals_only():
    """A sprinkler that was not cleaned brings livestock water and no more."""
    scene = scenario(
        [village("V", population=500, cattle=10)], trucks=[truck(potable=False)]
    )
    plan = plan_of(scene, star(scene, {"D": 0, "S": 0, "V": 50}))
    assert delivered(plan)["V"] == 380
    assert plan.totals.served_l["survival"] == 0
    assert plan.totals.served_l["livestock"] == 380


def test_a_run_repeats_with_its_seed():
    """The same seed and iterations give the same plan, bit for bit."""
    scene = scenario(
        [village(f"V{k}", population=700 + 90 * k) for k in range(6)],
        trucks=[truck("T1"), truck("T2", capacity_l=700)],
    )
    spokes = {"D": 0, "S": 20} | {f"V{k}": 100 + 31 * k for k in range(6)}
    ways = star(scene, spokes)
    params = SolveParams(iterations=300, workers=2)
    first = solve(scene, ways, params, seed=7).plan
    second = solve(scene, ways, params, seed=7).plan
    other = solve(scene, ways, SolveParams(iterations=2, workers=1), seed=8).plan
    assert first.routes == second.routes
    assert first.villages == second.villages
    assert other.routes != first.routes


def test_routing_engine_makes_valid_plans():
    """The second engine's plan keeps all rules, bays and breaks too."""
    scene = scenario(
        [village(f"V{k}", population=900) for k in range(4)],
        [source(bays=1, fill_rate_l_per_min=200)],
        [
            truck("T1"),
            truck("T2", break_s=300, break_window=TimeWindow(1_000, 1_500)),
        ],
    )
    spokes = {"D": 0, "S": 20} | {f"V{k}": 60 + 31 * k for k in range(4)}
    params = SolveParams(seconds=1.0, engine="routing", workers=1)
    plan = plan_of(scene, star(scene, spokes), params)
    assert plan.solver.name.endswith("routing")
    # It reloads: one tank each would be 2,000 L of the 3,600 L.
    assert sum(delivered(plan).values()) >= 2_700


def test_a_stopped_run_keeps_its_best_plan():
    """Stopping at once still gives a valid plan with the survival water."""
    scene = scenario([village("V", population=500)])
    ways = star(scene, {"D": 0, "S": 0, "V": 50})
    params = SolveParams(seconds=600, workers=2)
    plan = solve(scene, ways, params, should_stop=lambda: True).plan
    assert check_plan(scene, ways, plan) == []
    assert delivered(plan)["V"] == 500


def test_progress_never_goes_back():
    """Fractions rise, and litres and the bound come with them."""
    seen = []
    scene = scenario([village("V", population=5_000)])
    ways = star(scene, {"D": 0, "S": 0, "V": 50})
    solve(scene, ways, PARAMS, progress=seen.append)
    search = [p.fraction for p in seen if p.phase == "search"]
    assert search == sorted(search)
    assert seen[-1].bound_l >= sum(seen[-1].served_l.values()) > 0


def test_instant_fillings_at_once_share_a_spring():
    """
    Eleven trucks once drew 57,394 L at 12:00 from a spring that held 6,669 L.

    Without set-up and rate a filling takes no time; those that start together were
    not counted against each other.
    """
    noon = TimeWindow(43_200, 48_600)
    trucks = [
        truck(f"T{k}", capacity_l=800, shift_start_s=39_600, shift_end_s=50_000)
        for k in range(4)
    ]
    spring = source(stock_l=1_000, inflow_l_per_h=0.0, windows=(noon,))
    scene = scenario([village("V", population=9_000)], [spring], trucks)
    plan = plan_of(scene, star(scene, {"D": 60, "S": 0, "V": 50}))
    assert delivered(plan)["V"] == 1_000
