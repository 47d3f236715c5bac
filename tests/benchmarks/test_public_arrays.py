"""Our search plans a public instance, and the judge agrees with what comes back."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.public.arrays import to_instance
from benchmarks.public.evaluate import evaluate
from benchmarks.public.runs import search
from dispatch.solver.kernel.arrays import BIG
from tests.benchmarks.public_texts import G_FORM, P_FORM, read

#: Least cost, worked out by hand.
CASES = [
    ("sdvrp", None, None, 30),  # 0-1-0 and 0-2-0
    ("mdsdvrp", "G_tiny.txt", G_FORM, None),  # one customer needs two visits
    ("mtvrptw_r", None, None, 300),
    ("mtvrp", None, None, None),
    ("sdvrptw_site", None, None, 20_000),
    ("cvrp_x", None, None, None),
    # One of 15 for both, 25 + 20, or each its own of 10: 15 + 20.
    ("hfvrp", None, None, 35),
    ("mdvrptw", None, None, 30_000),
]


@pytest.mark.parametrize(("family", "name", "text", "cost"), CASES)
def test_what_the_search_finds_keeps_every_rule(tmp_path, family, name, text, cost):
    public = read(tmp_path, family, name, text)
    routes, _ = search(public, iterations=300, workers=1)
    verdict = evaluate(public, routes)
    assert verdict.faults == ()
    if cost is not None:
        assert verdict.cost == pytest.approx(cost)


def test_the_search_keeps_the_hours_of_a_vehicle(tmp_path):
    """Together the two take 23; with 22 each needs a vehicle: 10 + 20."""
    public = read(tmp_path, "mdsdvrp", "P_tiny.txt", P_FORM)
    roomy = replace(public.groups[0], capacity=15, max_duration=22.0)
    tiny = replace(public, groups=(roomy, public.groups[1]))
    routes, _ = search(tiny, iterations=300, workers=1)
    verdict = evaluate(tiny, routes)
    assert verdict.faults == ()
    assert verdict.cost == pytest.approx(30)


def test_the_search_waits_for_releases(tmp_path):
    """One trip would leave at 50, too late for customer 1, who closes at 20."""
    public = read(tmp_path, "mtvrptw_r")
    first, second = public.customers
    tiny = replace(
        public,
        customers=(first, replace(second, release=500.0, late=1_000.0)),
        groups=(replace(public.groups[0], capacity=15, count=1),),
        depots=(replace(public.depots[0], late=1_000.0),),
    )
    routes, _ = search(tiny, iterations=300, workers=1)
    verdict = evaluate(tiny, routes)
    assert verdict.faults == ()
    assert verdict.cost == 300


def test_the_search_takes_the_cheaper_vehicle(tmp_path):
    """A second type at the same depot drives for half the price."""
    public = read(tmp_path, "mdsdhvrp_i")
    dear = replace(public.groups[0], count=2, max_duration=9.0)
    cheap = replace(dear, cost_per_distance=1.0)
    depots = (replace(public.depots[0], stock=None), public.depots[1])
    tiny = replace(public, groups=(dear, cheap), depots=depots)
    routes, _ = search(tiny, iterations=300, workers=1)
    verdict = evaluate(tiny, routes)
    assert verdict.faults == ()
    assert {route.group for route in routes} == {1}
    assert verdict.cost == pytest.approx(30)


def test_vehicles_start_at_their_own_water_and_come_back_once(tmp_path):
    """No reloading means no way back from a village to any source."""
    public = read(tmp_path, "mdsdvrp")
    table = to_instance(public).travel_s[0]
    assert table[:4, :4].diagonal().tolist() == [0, 0, 0, 0]
    assert table[0, 2] == table[1, 3] == 0
    assert table[0, 3] == table[1, 2] == BIG
    assert (table[4:, 2:4] == BIG).all()
    assert table[4, 0] == 5_000  # thousandths of real distances


def test_reloading_opens_the_way_back(tmp_path):
    table = to_instance(read(tmp_path, "mtvrptw_r")).travel_s[0]
    assert (table[2:, 1] < BIG).all()


def test_real_times_are_rounded_up(tmp_path):
    """A route that keeps its limit in ticks keeps it in real figures as well."""
    public = read(tmp_path, "mtvrp")
    table = to_instance(public).travel_s[0]
    exact = public.distance[0, 1] * 1_000
    assert 0 <= table[0, 2] - exact < 1
    assert to_instance(public).truck["shift_end"].tolist() == [31_000]


def test_an_unlimited_fleet_is_ample(tmp_path):
    """15 of demand with 10 need 2, a seventh more and 2 to spare: 5."""
    assert to_instance(read(tmp_path, "sdvrp")).truck.size == 5


def test_a_fleet_without_limit_is_cut_to_what_loads_need(tmp_path):
    """15 of demand need 2 of 10, or 1 of 15: with those to spare 5 and 4 do."""
    public = read(tmp_path, "hfvrp")
    many = tuple(replace(group, count=400) for group in public.groups)
    fleet = to_instance(replace(public, groups=many)).truck
    assert fleet["capacity"].tolist() == [10] * 5 + [15] * 4
    timed = read(tmp_path, "mdvrptw")
    many = tuple(replace(group, count=50) for group in timed.groups)
    assert to_instance(replace(timed, groups=many)).truck.size == 100


def test_a_fixed_price_is_driven_on_the_way_to_the_first_water(tmp_path):
    """10 at 0.5 a distance are 20 of it, 25 at 1 are 25; nothing on the way back."""
    instance = to_instance(read(tmp_path, "hfvrp"))
    first = instance.travel_s[instance.truck["drive_class"], 0, 1]
    assert (first * instance.truck["drive_price"]).tolist() == [20_000] * 2 + [50_000]
    assert (instance.travel_s[:, 1, 0] == 0).all()


def test_whole_customers_get_one_visit_of_their_demand(tmp_path):
    village = to_instance(read(tmp_path, "cvrp_x")).village
    assert village["max_visits"].tolist() == [1, 1]
    assert np.array_equal(village["min_visit"], village["room"])
