"""The judge accepts a right set of routes, and names what is wrong with others."""

from dataclasses import replace

import pytest

from benchmarks.public.evaluate import evaluate
from benchmarks.public.model import Drop, PublicRoute
from benchmarks.public.solutions import read_solution, written_cost
from tests.benchmarks.public_texts import P_FORM, read


def route(*trips, group=0):
    """Return a route from trips of (customer, quantity)."""
    return PublicRoute(group, tuple(tuple(Drop(*drop) for drop in t) for t in trips))


def faults(instance, *routes):
    return " | ".join(evaluate(instance, routes).faults)


@pytest.fixture
def split(tmp_path):
    return read(tmp_path, "sdvrp")


@pytest.fixture
def timed(tmp_path):
    return read(tmp_path, "mtvrptw_r")


@pytest.fixture
def site(tmp_path):
    return read(tmp_path, "sdvrptw_site")


@pytest.fixture
def mixed(tmp_path):
    return read(tmp_path, "mdsdhvrp_i")


def test_a_split_serves_15_with_two_vehicles_of_10(split):
    """0-1-2-0 is 5 + 5 + 10, 0-2-0 is 20."""
    verdict = evaluate(split, [route([(0, 6), (1, 4)]), route([(1, 5)])])
    assert verdict.is_feasible
    assert verdict.cost == 40


def test_too_little_and_too_much_are_named(split):
    text = faults(split, route([(0, 6), (1, 4)]), route([(1, 6)]))
    assert text == "customer 2 gets 10 of 9"


def test_a_load_above_the_capacity_is_named(split):
    assert "carries 15, holds 10" in faults(split, route([(0, 6), (1, 9)]))


def test_unknown_customers_and_negative_quantities_are_named(split):
    text = faults(split, route([(2, 6)]), route([(0, -1)], group=4))
    assert "no customer 3" in text
    assert "-1 for customer 1" in text
    assert "no vehicle group 4" in text


def test_whole_customers_are_not_split(tmp_path):
    tiny = read(tmp_path, "cvrp_x")
    text = faults(tiny, route([(0, 3), (1, 9)]), route([(0, 3)]))
    assert text == "customer 1 is visited 2 times"


def test_no_more_vehicles_than_there_are(mixed):
    """Group 4 stands at the depot that is 97 away; there are two of it."""
    one = route([(0, 2)], group=3)
    text = faults(mixed, one, one, one, route([(1, 9)], group=0))
    assert "3 vehicles of group 4, there are 2" in text


def test_one_trip_where_nobody_reloads(split):
    assert "route 1 has 2 trips" in faults(split, route([(0, 6), (1, 4)], [(1, 5)]))


def test_a_depot_gives_no_more_than_its_stock(mixed):
    text = faults(mixed, route([(0, 4)], group=0), route([(0, 2), (1, 9)], group=1))
    assert "depot 1 gives 15, has 12" in text


def test_cost_is_distance_times_the_price_of_the_vehicle(mixed):
    """10 of distance at 2 for customer 1."""
    assert evaluate(mixed, [route([(0, 6)], group=0)]).cost == pytest.approx(20)


def test_a_vehicle_that_drives_costs_its_fixed_price_as_well(tmp_path):
    """10 + 0.5 x 10 for customer 1, 25 + 20 for customer 2; idle ones cost nothing."""
    fleet = read(tmp_path, "hfvrp")
    routes = [route([(0, 6)], group=0), route([(1, 9)], group=1), route([], group=0)]
    verdict = evaluate(fleet, routes)
    assert verdict.is_feasible
    assert verdict.cost == pytest.approx(15 + 45)


def test_a_route_ends_at_the_depot_of_its_vehicle(tmp_path):
    """20 from the second depot; from the first one it is over 100 away."""
    fleet = read(tmp_path, "mdvrptw")
    own = [route([(0, 6)], group=0), route([(1, 9)], group=1)]
    assert evaluate(fleet, own).cost == 30_000
    assert evaluate(fleet, own).is_feasible
    assert "takes" in faults(fleet, own[0], route([(1, 9)], group=0))


def test_hours_count_driving_at_the_vehicle_s_speed_and_service(mixed):
    """20 / 40 + 0.02 hours are too long for 0.5, 10 / 40 + 0.01 are not."""
    assert "takes 0.52, at most 0.5" in faults(mixed, route([(1, 9)], group=0))
    assert "takes" not in faults(mixed, route([(0, 6)], group=0))


def test_only_allowed_customers(site):
    text = faults(site, route([(1, 9)], group=0), route([(0, 6)], group=1))
    assert text == "route 1 must not serve customer 2"


def test_a_late_departure_saves_the_waiting(site):
    """Leave at 15, serve 20-22, home 27: 12 long, though the depot opens at 0."""
    one = replace(site.groups[0], max_duration=12_000.0)
    narrow = replace(site, groups=(one, site.groups[1]))
    assert faults(narrow, route([(0, 6)], group=0)) == "customer 2 gets 0 of 9"
    tighter = replace(site, groups=(replace(one, max_duration=11_999.0), one))
    assert "takes 12000, at most 11999" in faults(tighter, route([(0, 6)], group=0))


def test_a_close_deadline_before_the_waiting_keeps_the_departure_early(site):
    """Customer 2 until 12 holds back what customer 1 from 20 on would save."""
    early = replace(site.customers[1], late=12_000.0)
    tiny = replace(site, customers=(site.customers[0], early))
    # Leave at 2, serve 12-13, wait until 20, serve until 22, home at 27.
    exact = replace(tiny.groups[1], max_duration=25_000.0)
    fits = replace(tiny, groups=(tiny.groups[0], exact))
    assert faults(fits, route([(1, 9), (0, 6)], group=1)) == ""
    short = replace(exact, max_duration=24_999.0)
    misses = replace(tiny, groups=(tiny.groups[0], short))
    assert "takes 25000" in faults(misses, route([(1, 9), (0, 6)], group=1))


def test_windows_and_releases(timed):
    """Trip 1 leaves at 4, serves 10-13, home 18; trip 2 is back at 18+10+3+10."""
    verdict = evaluate(timed, [route([(0, 6)], [(1, 9)])])
    assert verdict.is_feasible
    assert verdict.cost == 300
    # The other way round: released at 12, back at 35, customer 1 closed at 20.
    assert "too late to customer 1" in faults(timed, route([(1, 9)], [(0, 6)]))


def test_a_trip_waits_for_the_last_release_on_it(timed):
    """Both together leave at 12: 17 is inside 10..20, but not with release 17."""
    roomy = replace(timed, groups=(replace(timed.groups[0], capacity=15),))
    assert faults(roomy, route([(0, 6), (1, 9)])) == ""
    slower = replace(timed.customers[1], release=170.0)
    tiny = replace(roomy, customers=(timed.customers[0], slower))
    assert "too late to customer 1" in faults(tiny, route([(0, 6), (1, 9)]))


def test_the_depot_closes(timed):
    early = replace(timed.depots[0], late=300.0)
    tiny = replace(timed, depots=(early,))
    assert "the depot closes 300" in faults(tiny, route([(0, 6)], [(1, 9)]))


def test_all_trips_of_a_vehicle_share_its_horizon(tmp_path):
    """2 sqrt(2) + 20 = 22.8 fit in 31; in 22 they do not."""
    tiny = read(tmp_path, "mtvrp")
    both = route([(0, 6)], [(1, 9)])
    assert evaluate(tiny, [both]).is_feasible
    short = replace(tiny, groups=(replace(tiny.groups[0], max_travel=22.0),))
    assert "long, at most 22" in faults(short, both)


def test_duration_of_the_cordeau_form_counts_service(tmp_path):
    """5 + 2 + 5 + 1 + 10 = 23 within 25."""
    tiny = read(tmp_path, "mdsdvrp", "P_tiny.txt", P_FORM)
    roomy = replace(tiny.groups[0], capacity=15)
    fits = replace(tiny, groups=(roomy, tiny.groups[1]))
    assert faults(fits, route([(0, 6), (1, 9)])) == ""
    short = replace(roomy, max_duration=22.9)
    misses = replace(tiny, groups=(short, tiny.groups[1]))
    assert "takes 23, at most 22.9" in faults(misses, route([(0, 6), (1, 9)]))


@pytest.mark.parametrize(
    ("family", "text", "cost"),
    [
        ("sdvrp", "Route #1: 1:6 2:4\nRoute #2: 2:5\nCost 40\n", 40),
        ("mdsdvrp", "depot 1 x1: 1:6 2:4\ndepot 2 x1: 2:5\nCost 210.4\n", None),
        ("mdsdhvrp_i", "90.5\n\n0 0 10.0 20.0 6 0.01 0.25 0.26 0 6 \n", 20),
        ("mtvrptw_r", "Route #1: 1 0 2\nCost: 300\n", 300),
        ("mtvrp", "Vehicle #1: 1 | 2\nCost 22.83\n", 20 + 8**0.5),
        ("sdvrptw_site", "Route #1:\nRoute #2: 1 2\nCost: 20000\n", 20_000),
        ("cvrp_x", "Route #1: 1 2\nCost 20\n", 20),
        ("hfvrp", "Route #1: 1\nRoute #2:\nRoute #3: 2\nCost: 60\n", 60),
        ("mdvrptw", "Route #1: 2\nRoute #2:\nRoute #3: 3\nCost: 30000\n", 30_000),
    ],
)
def test_published_solutions_are_read_in_their_family_s_form(
    tmp_path, family, text, cost
):
    tiny = read(tmp_path, family)
    path = tmp_path / "some.sol"
    path.write_text(text)
    verdict = evaluate(tiny, read_solution(path, tiny))
    if cost is not None:
        assert verdict.cost == pytest.approx(cost)
    first = text.splitlines()[-1 if "Cost" in text else 0]
    assert written_cost(path) == float(first.split()[-1])
