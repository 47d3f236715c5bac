"""A day searched by regions keeps every rule, and repeats."""

import numpy as np
import pytest

from dispatch.check.rules import check_plan
from dispatch.solver import by_region
from dispatch.solver.by_region import crowded_sources, merge, search_together
from dispatch.solver.instance import build_instance
from dispatch.solver.kernel.moves import store_best
from dispatch.solver.params import SolveParams
from dispatch.solver.regions import RegionThread, cut, place_axes, visits_of
from dispatch.solver.run import solve
from dispatch.solver.search import SearchParams, SearchThread, start_search
from tests.solver.test_random_days import KINDS, random_day


@pytest.fixture
def small_regions(monkeypatch):
    """Let days of few villages count as large."""
    monkeypatch.setattr(by_region, "MIN_VILLAGES", 2)
    monkeypatch.setattr(by_region, "REGION_VILLAGES", 4)
    monkeypatch.setattr(by_region, "MIN_TRUCKS", 1)


def started(kind, seed):
    instance = build_instance(*random_day(kind, seed, size=4))
    thread = SearchThread(instance, SearchParams(), seed)
    thread.start()
    thread.step(50, 0.5)
    return thread


def regions_of(thread, count, seed=0):
    instance, state = thread.instance, thread.state
    visits = visits_of(instance, state.route, state.entry)
    random = np.random.default_rng(seed)
    return cut(instance, visits, place_axes(instance), count, random), visits


def solution(state):
    is_used = np.arange(state.entry.shape[1]) < state.route["length"][:, None]
    used = state.entry[is_used]
    return [used[name].tolist() for name in ("node", "litres", "start", "end")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.usefixtures("small_regions")
def test_plans_keep_every_rule(kind, seed, workers):
    scenario, travel = random_day(kind, seed, size=4)
    params = SolveParams(iterations=400, workers=workers)
    result = solve(scenario, travel, params, seed=seed)
    assert check_plan(scenario, travel, result.plan) == []


@pytest.mark.parametrize("kind", ["one bay", "springs"])
@pytest.mark.usefixtures("small_regions")
def test_the_same_iterations_give_the_same_plan(kind):
    instance = build_instance(*random_day(kind, 1, size=4))

    def searched():
        threads = [SearchThread(instance, SearchParams(), seed) for seed in range(2)]
        start_search(threads)
        search_together(
            threads,
            deadline=None,
            iterations=600,
            should_stop=lambda: False,
            on_progress=lambda share: None,
        )
        assert {thread.iterations for thread in threads} == {600}
        return [solution(thread.state) for thread in threads]

    assert searched() == searched()


@pytest.mark.parametrize("kind", KINDS)
def test_trucks_and_villages_are_in_one_region(kind):
    thread = started(kind, 0)
    regions, visits = regions_of(thread, 3)
    trucks = np.concatenate([region.trucks for region in regions])
    assert np.unique(trucks).size == trucks.size
    assert set(visits.truck.tolist()) <= set(trucks.tolist())
    own = np.concatenate([region.villages[region.is_own] for region in regions])
    assert np.unique(own).size == own.size
    assert set(visits.village.tolist()) <= set(own.tolist())
    for region in regions:
        served = set(visits.village[np.isin(visits.truck, region.trucks)].tolist())
        assert served <= set(region.villages.tolist())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_nothing_changes_where_nothing_is_searched(kind, seed):
    """A region sees what the whole day has there, and gives it back as it was."""
    thread = started(kind, seed)
    before, served = solution(thread.state), thread.state.served.copy()
    regions, visits = regions_of(thread, 2, seed)
    parts = [RegionThread(thread, region, visits, 0.5, 0) for region in regions]
    for part in parts:
        # Villages of the region are served as they are in the whole day.
        villages = part.region.villages
        for name in ("potable", "non_potable"):
            whole = thread.state.village[name][villages]
            assert part.state.village[name].tolist() == whole.tolist()
        # To villages of others it brings at most what it brings now.
        there = thread.state.village[villages]
        now = there["potable"] + there["non_potable"]
        room = np.where(
            part.region.is_own, thread.instance.village["room"][villages], now
        )
        assert part.instance.village["room"].tolist() == room.tolist()
    merge(thread, parts)
    assert solution(thread.state) == before
    assert thread.state.served.tolist() == served.tolist()


@pytest.mark.parametrize("kind", ["one bay", "springs"])
@pytest.mark.parametrize("seed", range(6))
def test_two_regions_at_one_bay(kind, seed):
    """Regions that do not see each other take the same bay; the merged day does not."""
    thread = started(kind, seed)
    store_best(thread.state)
    regions, visits = regions_of(thread, 2, seed)
    parts = [
        RegionThread(thread, region, visits, 0.5, k) for k, region in enumerate(regions)
    ]
    for part in parts:
        part.step(200, 0.3)
    best = thread.state.b_served.tolist()
    merge(thread, parts)
    assert crowded_sources(thread).size == 0
    assert thread.state.b_served.tolist() >= best


@pytest.mark.parametrize(
    ("villages", "trucks", "workers", "regions"),
    [
        (239, 80, 2, 1),
        (600, 80, 2, 6),
        (600, 80, 1, 5),
        (600, 80, 16, 13),
        (600, 30, 16, 1),
    ],
)
def test_as_many_regions_as_threads_and_trucks_suit(villages, trucks, workers, regions):
    instance = build_instance(*random_day("one bay", 1))
    instance = instance._replace(
        village=np.zeros(villages, dtype=instance.village.dtype),
        truck=np.zeros(trucks, dtype=instance.truck.dtype),
    )
    assert by_region.count_regions(instance, workers) == regions
