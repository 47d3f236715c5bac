"""Every family's reader gives the figures of its file, in the family's rounding."""

import math

import pytest

from benchmarks.public.library import entries
from tests.benchmarks.public_texts import G_FORM, HFVRP, P_FORM, read


def test_sdvrp_has_any_number_of_vehicles_and_splits(tmp_path):
    tiny = read(tmp_path, "sdvrp")
    assert [c.demand for c in tiny.customers] == [6, 9]
    assert (tiny.groups[0].capacity, tiny.groups[0].count) == (10, None)
    assert tiny.may_split
    assert tiny.distance.tolist() == [[0, 5, 10], [5, 0, 5], [10, 5, 0]]


def test_nearest_rounds_halves_up_and_exact_keeps_them(tmp_path):
    """sqrt(2) is 1 to the nearest and 1.41 exactly: costs differ by the family."""
    assert read(tmp_path, "cvrp_x").distance[0, 1] == 1
    assert read(tmp_path, "mtvrp").distance[0, 1] == pytest.approx(math.sqrt(2))


def test_tight_fleet_form_counts_depots_by_its_first_line(tmp_path):
    tiny = read(tmp_path, "mdsdvrp")
    assert [(g.depot, g.count, g.capacity) for g in tiny.groups] == [
        (0, 1, 10),
        (1, 2, 10),
    ]
    assert tiny.distance[0, 2] == 5  # depots first, then customers
    assert tiny.distance[0, 1] == 100


def test_grouped_form_allows_demand_above_the_capacity(tmp_path):
    tiny = read(tmp_path, "mdsdvrp", "G_tiny.txt", G_FORM)
    assert [c.demand for c in tiny.customers] == [16, 9]
    assert [g.count for g in tiny.groups] == [1, 2]


def test_cordeau_form_has_depots_last_and_zero_for_no_limit(tmp_path):
    tiny = read(tmp_path, "mdsdvrp", "P_tiny.txt", P_FORM)
    assert [g.max_duration for g in tiny.groups] == [25, math.inf]
    assert [g.capacity for g in tiny.groups] == [10, 12]
    assert [g.count for g in tiny.groups] == [3, 3]
    assert [(c.demand, c.service) for c in tiny.customers] == [(6, 2), (9, 1)]
    assert tiny.distance[0, 2] == 5


def test_mixed_fleet_has_a_group_per_depot_and_type(tmp_path):
    tiny = read(tmp_path, "mdsdhvrp_i")
    assert [(g.depot, g.capacity, g.count) for g in tiny.groups] == [
        (0, 10, 1),
        (0, 20, 0),
        (1, 10, 0),
        (1, 20, 2),
    ]
    assert [d.stock for d in tiny.depots] == [12, 30]
    assert (tiny.groups[3].speed, tiny.groups[3].cost_per_distance) == (20, 1)
    assert tiny.customers[1].service == 0.02


def test_multi_trip_times_are_tenths(tmp_path):
    tiny = read(tmp_path, "mtvrptw_r")
    first = tiny.customers[0]
    assert (first.early, first.late, first.service) == (100, 200, 30)
    assert [c.release for c in tiny.customers] == [40, 120]
    assert tiny.depots[0].late == 600
    assert tiny.groups[0].may_reload
    assert not tiny.may_split
    assert tiny.distance[0, 1] == 50


def test_site_dependent_vehicles_are_one_group_each(tmp_path):
    tiny = read(tmp_path, "sdvrptw_site")
    assert [g.allowed for g in tiny.groups] == [frozenset({0}), frozenset({0, 1})]
    assert [g.capacity for g in tiny.groups] == [10, 15]
    assert tiny.groups[0].max_duration == 30_000
    assert tiny.distance[0, 1] == 5_000


def test_vehicles_of_a_mixed_fleet_are_grouped_with_their_prices(tmp_path):
    """Prices in the file are 100 times those that costs are published in."""
    tiny = read(tmp_path, "hfvrp")
    assert [(g.count, g.capacity) for g in tiny.groups] == [(2, 10), (1, 15)]
    assert [g.fixed_cost for g in tiny.groups] == [10, 25]
    assert [g.cost_per_distance for g in tiny.groups] == [0.5, 1]
    assert tiny.is_limited_by_load


def test_vehicles_of_several_depots_keep_their_own(tmp_path):
    """The first nodes are depots; times and distances are thousandths."""
    tiny = read(tmp_path, "mdvrptw")
    assert [(g.depot, g.count) for g in tiny.groups] == [(0, 1), (1, 2)]
    assert [d.late for d in tiny.depots] == [100_000, 90_000]
    assert [c.demand for c in tiny.customers] == [6, 9]
    assert (tiny.customers[0].early, tiny.customers[0].service) == (20_000, 2_000)
    assert tiny.groups[0].max_duration == 30_000
    assert tiny.distance[1, 3] == 10_000  # from the second depot to customer 2
    assert not tiny.is_limited_by_load


def test_multi_trip_horizon_comes_from_the_table(tmp_path):
    tiny = read(tmp_path, "mtvrp")
    assert (tiny.groups[0].count, tiny.groups[0].max_travel) == (1, 31)
    assert tiny.groups[0].may_reload


def test_fleets_to_be_bought_are_run_by_name_only(tmp_path):
    """What is left out is judged all the same when published solutions are."""
    names = ("X1-HD", "X1-FSMF", "X1-FSMFD", "X1-FSMD")
    head = "family,instance,best_known,proven_optimal,source,solution_file,check\n"
    rows = [f"hfvrp,{name},10,no,,,\n" for name in names]
    (tmp_path / "best_known.csv").write_text(head + "".join(rows))
    (tmp_path / "hfvrp").mkdir()
    for name in names:
        (tmp_path / "hfvrp" / f"{name}.vrp").write_text(HFVRP)

    def found(*only, is_every=False):
        entries_ = entries(tmp_path, ["hfvrp"], only, is_every=is_every)
        return {entry.best.instance for entry in entries_}

    assert found() == {"X1-HD", "X1-FSMD"}
    assert found("X1-FSMF", "X1-HD") == {"X1-FSMF", "X1-HD"}
    assert found(is_every=True) == set(names)


def test_proven_instances_come_first_and_unknown_ones_not_at_all(tmp_path):
    (tmp_path / "best_known.csv").write_text(
        "family,instance,best_known,proven_optimal,source,solution_file,check\n"
        "sdvrp,a,10,no,,a.sol,\nsdvrp,b,,no,,,\nsdvrp,c,12,yes,,c.sol,\n"
        "sdvrp,d,12,yes,,d.sol,\n"
    )
    (tmp_path / "sdvrp").mkdir()
    for name, text in (("a", "1"), ("c", "a larger one"), ("d", "small")):
        (tmp_path / "sdvrp" / f"{name}.sd").write_text(text)
    assert [e.best.instance for e in entries(tmp_path, ["sdvrp"])] == ["d", "c", "a"]
    assert [e.best.instance for e in entries(tmp_path, ["sdvrp"], {"a"})] == ["a"]
