"""A peer's pieces and steps become a plan that our own judge recomputes."""

import datetime as dt
import importlib.util
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from benchmarks.peers.convert import merge_steps, to_plan
from benchmarks.peers.pieces import cut_needs
from benchmarks.peers.problem import PeerRoute, Step, peer_problem, why_not
from benchmarks.peers.runs import PEERS, Moment, Result, best
from benchmarks.peers.table import against, row, time_to_reach
from dispatch import check_plan
from dispatch.model.need import BANDS
from dispatch.model.scenario import Depot, Scenario, Source, Truck, Village
from dispatch.model.travel import Travel

HERE = {"lat": 27.2, "lon": 112.8}


def village(village_id, population, **fields):
    return Village(
        village_id=village_id,
        name=village_id,
        population=population,
        **HERE,
        **fields,
    )


@pytest.fixture
def tiny():
    """Two villages 600 s apart and 600 s from the depot, which has water."""
    return Scenario(
        name="tiny",
        date=dt.date(2022, 9, 6),
        villages=(village("V1", 100), village("V2", 200)),
        sources=(Source(source_id="S", name="S", fill_rate_l_per_min=500.0, **HERE),),
        depots=(Depot(depot_id="D", name="D", **HERE),),
        trucks=(
            Truck(
                truck_id="T",
                capacity_l=5_000,
                depot_id="D",
                shift_start_s=28_800,
                shift_end_s=43_200,
                unload_rate_l_per_min=400.0,
            ),
        ),
    )


@pytest.fixture
def travel(tiny):
    seconds = np.full((4, 4), 600, dtype=np.int64)
    seconds[:2, :2] = 0
    np.fill_diagonal(seconds, 0)
    return Travel(
        place_ids=tiny.place_ids,
        seconds=(seconds,),
        metres=(seconds * 7,),
        class_of_truck={"T": 0},
        method="table",
    )


def plan_of(tiny, travel, *steps):
    routes = [PeerRoute("T", tuple(steps))]
    return to_plan(tiny, travel, routes, solver="hand", version="1", seconds=1.0)


def test_pieces_keep_the_last_band_apart_and_add_up(tiny):
    """V1 needs 2,000 L up to basic and 1,500 L for normal use, V2 twice that."""
    pieces = cut_needs(tiny, 3_000)
    assert [(p.village_idx, p.litres) for p in pieces] == [
        (0, 2_000),
        (0, 1_500),
        (1, 2_000),
        (1, 2_000),
        (1, 3_000),
    ]
    for idx, need in ((0, 3_500), (1, 7_000)):
        assert sum(p.litres for p in pieces if p.village_idx == idx) == need
    survival, basic = BANDS.index("survival"), BANDS.index("basic")
    assert pieces[0].band_l[survival] == 750
    assert pieces[0].band_l[basic] == 1_250
    assert pieces[3].band_l[survival] == 0


def test_a_full_tank_takes_no_pieces_beyond_it(tiny):
    small = replace(tiny, villages=(village("V1", 100, storage_l=2_100),))
    assert [p.litres for p in cut_needs(small, 3_000)] == [2_100]


def test_a_survival_litre_outweighs_two_bands_of_lesser_ones(tiny):
    urgent, normal = cut_needs(tiny, 3_000)[:2]
    assert normal.prize(10.0) == 1_500
    # basic stands 1 above normal (livestock does not count), survival 3.
    assert urgent.prize(10.0) == 750 * 10**3 + 1_250 * 10


def test_following_pieces_of_a_village_are_one_visit():
    steps = [Step("fill", "S"), Step("deliver", "V", 2), Step("deliver", "V", 3)]
    assert merge_steps(steps) == [Step("fill", "S", 5), Step("deliver", "V", 5)]


def test_a_filling_of_nothing_is_left_out():
    steps = [
        Step("fill", "S1"),
        Step("fill", "S2"),
        Step("deliver", "V", 2),
        Step("fill", "S1"),
    ]
    assert merge_steps(steps) == [Step("fill", "S2", 2), Step("deliver", "V", 2)]


def test_water_left_in_the_tank_is_filled_later_instead():
    """Shipments may top up a tank that is not empty; our rules do not (rule 3)."""
    steps = [
        Step("fill", "S"),
        Step("deliver", "V1", 2),
        Step("fill", "S"),
        Step("deliver", "V2", 3),
        Step("deliver", "V1", 4),
    ]
    assert [s.litres for s in merge_steps(steps) if s.kind == "fill"] == [2, 7]


def test_times_are_the_earliest_and_the_plan_is_valid(tiny, travel):
    """300 + 600 s of filling, 600 s of road, 300 + 750 s of unloading, 600 s back."""
    plan = plan_of(
        tiny,
        travel,
        Step("fill", "S"),
        Step("deliver", "V2", 3_000),
        Step("deliver", "V2", 2_000),
    )
    assert check_plan(tiny, travel, plan) == []
    fill, visit, home = plan.routes[0].stops[1:]
    assert (fill.start_s, fill.end_s) == (28_800, 29_700)
    assert (visit.start_s, visit.end_s) == (30_300, 31_350)
    assert home.arrive_s == 31_950
    assert plan.totals.delivered_l == 5_000
    assert plan.totals.driving_s == 1_200


def test_a_wrong_solution_is_not_mended(tiny, travel):
    """More than the tank holds, and more than V1 needs: the judge must see it."""
    plan = plan_of(tiny, travel, Step("fill", "S"), Step("deliver", "V1", 6_000))
    assert {violation.rule for violation in check_plan(tiny, travel, plan)} == {3, 8}


def test_what_peers_cannot_express_is_named(tiny, travel):
    assert why_not(tiny, travel) is None
    limited = replace(tiny, sources=(replace(tiny.sources[0], bays=1),))
    assert why_not(limited, travel) == "bays"
    dry = replace(travel, seconds=(np.full((4, 4), 600, dtype=np.int64),))
    assert why_not(tiny, dry) == "depots without water"


def test_set_ups_are_paid_once_per_stop(tiny, travel):
    legs = peer_problem(tiny, travel, 3_000).legs_with_setups()
    assert legs[0, 2] == 600 + 300 + 300  # to a village: filling and visit
    assert legs[2, 3] == 600 + 300
    assert legs[2, 2] == 0  # the next piece of one visit
    assert legs[2, 1] == 600
    assert legs[0, 1] == 0  # passing a source without filling


@pytest.mark.parametrize("name", sorted(PEERS))
def test_every_peer_plans_the_day_and_keeps_our_rules(tiny, travel, name):
    """One truck brings what both villages need up to basic, and some more."""
    peer = PEERS[name]
    package = {"pyvroom": "vroom"}.get(peer.package, peer.package)
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{peer.package} is not installed (extra bench)")
    problem = peer_problem(tiny, travel, 3_000)
    routes = import_module(peer.module).solve(problem, 0.5, 0)
    plan = to_plan(tiny, travel, routes, solver=name, version="", seconds=0.5)
    assert check_plan(tiny, travel, plan) == []
    assert plan.totals.served_l["basic"] == plan.totals.need_l["basic"]


def result(tiny, travel, litres, *, moments=(), violations=()):
    plan = plan_of(tiny, travel, Step("fill", "S"), Step("deliver", "V2", litres))
    return Result("tiny", "hand", "1", "", 1.0, 1.0, plan, violations, moments)


def test_the_first_band_that_differs_decides(tiny, travel):
    ours, theirs = result(tiny, travel, 2_000), result(tiny, travel, 1_000)
    assert against(theirs, ours) == "worse in survival by 500 L"
    assert against(ours, theirs) == "better in survival by 500 L"
    assert against(ours, ours) == "equal"


def test_a_valid_plan_is_better_than_a_fuller_one_that_breaks_rules(tiny, travel):
    valid = result(tiny, travel, 1_000)
    fuller = result(tiny, travel, 2_000, violations=("rule 1",))
    assert best([fuller, valid]) == [valid]


def test_a_plan_with_more_litres_but_a_worse_first_band_is_shown_too(tiny, travel):
    """V1 is served to basic in one, which V2's 3,000 L leave without survival."""
    first = result(tiny, travel, 1_500)
    steps = [Step("fill", "S"), Step("deliver", "V1", 3_500)]
    plan = plan_of(tiny, travel, *steps)
    fuller = Result("tiny", "hand", "1", "x", 1.0, 1.0, plan, ())
    assert [r.how for r in best([fuller, first])] == ["", "x; most litres"]


def test_ours_is_there_when_no_band_is_behind_in_order(tiny, travel):
    theirs = result(tiny, travel, 1_000)
    goal = theirs.plan.served_key()
    less = tuple(litres - 1 if litres else 0 for litres in goal)
    moments = (Moment(0.1, less), Moment(0.4, goal))
    assert time_to_reach(moments, theirs) == 0.4
    assert time_to_reach(moments[:1], theirs) is None
    ours = result(tiny, travel, 2_000, moments=moments)
    assert "| 0.4 |" in row(theirs, ours)
