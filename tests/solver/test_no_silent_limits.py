"""No array of the search limits a plan: each grows when a move needs more of it."""

import numpy as np
import pytest

from dispatch.check.rules import check_plan
from dispatch.model.scenario import TimeWindow
from dispatch.model.today import Today
from dispatch.planning.split import split_day
from dispatch.solver.instance import build_instance
from dispatch.solver.kernel import arrays
from dispatch.solver.kernel.arrays import Sizes, empty_state, grown_state, sizes_of
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from tests.solver.tiny import replace, scenario, source, star, travel, truck, village

PARAMS = SolveParams(iterations=100, workers=2)
SPOKES = {"D": 0, "S": 0, "V": 20}


def delivered(scene, ways, today=None):
    plan = solve(scene, ways, PARAMS, today=today).plan
    assert check_plan(scene, ways, plan) == []
    return plan.totals.delivered_l


@pytest.fixture(params=["row", "fills", "visitors"])
def short_arrays(request, monkeypatch):
    """All states begin with one array far too short for the day."""
    short = Sizes(row=100, fills=100, visitors=50)._replace(**{request.param: 2})
    monkeypatch.setattr(arrays, "first_sizes", lambda instance: short)


def many_trips(**fields):
    """Two trucks make 30 trips of 40 s each; every trip brings 100 L."""
    return scenario(
        [village("V", population=9_000)],
        [source(bays=1, **fields)],
        [truck(name, capacity_l=100, shift_end_s=1_200) for name in ("T", "U")],
    )


@pytest.mark.usefixtures("short_arrays")
def test_a_short_array_grows():
    scene = many_trips()
    assert delivered(scene, star(scene, SPOKES)) == 6_000


@pytest.mark.usefixtures("short_arrays")
def test_the_rest_of_a_day_grows_too():
    """
    The plan so far is adopted whole, though no array holds it at first.

    Ten of thirty trips of each truck are begun at 390 s.
    """
    scene = many_trips()
    ways = star(scene, SPOKES)
    previous = solve(scene, ways, PARAMS).plan
    done, _ = split_day(previous, 390)
    litres = delivered(scene, ways, Today(now_s=390, done=done, previous=previous))
    assert litres == 6_000


@pytest.mark.usefixtures("short_arrays")
def test_fillings_under_way_are_all_listed():
    """Three trucks fill at 50 s; the lists hold more than they were made for."""
    scene = scenario(
        [village("V", population=9_000)],
        [source(bays=3, fill_rate_l_per_min=60)],
        [truck(f"T{k}", capacity_l=100, shift_end_s=1_000) for k in range(4)],
    )
    ways = star(scene, SPOKES)
    previous = solve(scene, ways, PARAMS).plan
    done, _ = split_day(previous, 50)
    today = Today(now_s=50, done=done, previous=previous)
    assert delivered(scene, ways, today) > 0


def test_growing_keeps_solution_and_random_numbers():
    scene = many_trips()
    instance = build_instance(scene, star(scene, SPOKES))
    state = empty_state(instance, 7, Sizes(row=4, fills=3, visitors=2))
    state.entry["litres"][0, :4] = [1, 2, 3, 4]
    state.counts["fills_are_short"] = 1
    grown = grown_state(state)
    assert sizes_of(grown) == Sizes(row=4, fills=6, visitors=2)
    state.counts["row_is_short"] = state.counts["visitors_are_short"] = 1
    grown = grown_state(state)
    assert sizes_of(grown) == Sizes(row=8, fills=3, visitors=4)
    assert grown.entry["litres"][0].tolist() == [1, 2, 3, 4, 0, 0, 0, 0]
    assert grown.rng[0] == state.rng[0]
    assert grown_state(grown) is None


def test_a_day_of_more_entries_than_any_fixed_row():
    """No set-ups, 4 s a trip, 6,000 s: 1,500 trips are 3,000 entries."""
    scene = scenario(
        [village("V", population=99_000)],
        trucks=[truck(capacity_l=10, shift_end_s=6_000)],
    )
    ways = star(scene, {"D": 0, "S": 0, "V": 2})
    plan = solve(scene, ways, SolveParams(iterations=2, workers=1)).plan
    assert check_plan(scene, ways, plan) == []
    assert plan.totals.delivered_l == 15_000


def test_dry_sources_nearby_do_not_hide_one_that_has_water():
    """Nine dry wells lie nearer than the river."""
    wells = [source(f"W{k}", supply_l=0) for k in range(9)]
    scene = scenario([village("V", population=1_000)], [*wells, source("R")])
    spokes = {"D": 0, "V": 20, "R": 60} | {f"W{k}": k for k in range(9)}
    assert delivered(scene, star(scene, spokes)) == 1_000


def test_wells_that_run_dry_give_way_to_farther_ones():
    wells = [source(f"W{k}", supply_l=100) for k in range(9)]
    scene = scenario([village("V", population=1_000)], [*wells, source("R")])
    spokes = {"D": 0, "V": 20, "R": 60} | {f"W{k}": k for k in range(9)}
    assert delivered(scene, star(scene, spokes)) == 1_000


def test_a_road_closed_to_the_first_truck_is_open_to_the_second():
    """Roads of trucks other than the first count for what is near."""
    scene = scenario(
        [village("V", population=1_000)], trucks=[truck("HEAVY"), truck("LIGHT")]
    )
    open_ways = star(scene, SPOKES)
    closed = np.full_like(open_ways.seconds[0], -1)
    np.fill_diagonal(closed, 0)
    closed[0, 1] = closed[1, 0] = 0
    ways = replace(
        open_ways,
        seconds=(closed, *open_ways.seconds),
        metres=(closed, *open_ways.metres),
        class_of_truck={"HEAVY": 0, "LIGHT": 1},
    )
    assert delivered(scene, ways) == 1_000


def test_a_village_needs_more_loads_than_one_turn_of_recreate_brought():
    """500 trucks bring one load each to one village, from the first plan on."""
    scene = scenario(
        [village("V", population=9_000)],
        trucks=[truck(f"T{k}", capacity_l=10, shift_end_s=60) for k in range(500)],
    )
    plan = solve(scene, star(scene, SPOKES), SolveParams(iterations=1, workers=1)).plan
    assert plan.totals.delivered_l == 500 * 10


def test_the_routing_engine_plans_as_many_trips_as_fit():
    scene = scenario(
        [village("V", population=1_000)],
        trucks=[truck(capacity_l=100, shift_end_s=400)],
    )
    params = SolveParams(seconds=2.0, engine="routing", workers=1)
    plan = solve(scene, star(scene, SPOKES), params).plan
    assert plan.totals.delivered_l == 1_000


@pytest.mark.parametrize(
    ("limit", "litres"),
    [
        # 1 L/s for 600 s: a whole load of 1,000 L does not fit into the opening hours
        ({"fill_rate_l_per_min": 60, "windows": (TimeWindow(0, 600),)}, 600),
        # 300 L there, 0.5 L/s more until the last filling ends at 3,560 s
        ({"stock_l": 300, "inflow_l_per_h": 1_800}, 300 + 1_780),
        # both: 0.5 L/s until it closes at 1,200 s
        (
            {"stock_l": 0, "inflow_l_per_h": 1_800, "windows": (TimeWindow(0, 1_200),)},
            600,
        ),
    ],
)
def test_part_loads_where_the_source_is_the_limit(limit, litres):
    scene = scenario([village("V", population=9_000)], [source(**limit)])
    assert delivered(scene, star(scene, SPOKES)) == litres


def test_a_part_load_fits_into_the_gap_at_a_bay():
    """
    A promised filling of T1 takes the only bay from 400 s to the end of the day.

    T2 can fill for 400 s at 1 L/s, not the 1,000 s of a whole load.
    """
    scene = scenario(
        [village("V", population=9_000), village("U", population=1_000)],
        [source(bays=1, fill_rate_l_per_min=60)],
        [truck("T1", shift_start_s=400, shift_end_s=1_440), truck("T2")],
    )
    scene = replace(scene, trucks=(scene.trucks[0], truck("T2", shift_end_s=1_000)))
    ways = travel(
        scene,
        {("D", "S"): 0, ("S", "V"): 20, ("V", "D"): 20, ("S", "U"): 20, ("U", "D"): 20},
    )
    assert delivered(scene, ways) == 1_000 + 400
