"""Kept ways: equal to fresh ones, and only what a closure touches is searched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.roads import matrix_cache
from dispatch.roads.contract import Chains, contract
from dispatch.roads.graph import RoadGraph, build_graph
from dispatch.roads.matrix_cache import (
    Kept,
    changed_links,
    fastest_paths,
    updated,
)
from dispatch.settings import CACHE_ENV
from tests.roads.grids import grid_network
from tests.roads.real_roads import parts_of

SIDE = 18


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_ENV, str(tmp_path))
    monkeypatch.setattr(matrix_cache, "_MIN_STEPS", 0)


def grid():
    return grid_network(SIDE, shortest_m=900, seed=3)


def graph_with(seconds: np.ndarray) -> tuple[RoadGraph, Chains, np.ndarray]:
    roads = grid()
    parts = parts_of(roads)
    terminals = np.arange(0, SIDE * SIDE, 7)
    chains = contract(parts, terminals)
    graph = build_graph(chains, seconds, seconds, parts.length_m)
    return graph, chains, np.searchsorted(chains.nodes, terminals)


class Counted:
    """Counts the rows that are searched."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows: list[int] = []
        search = RoadGraph.fastest

        def fastest(graph, rows, targets):
            self.rows.append(len(rows))
            return search(graph, rows, targets)

        monkeypatch.setattr(RoadGraph, "fastest", fastest)


def same(found, expected) -> None:
    np.testing.assert_allclose(found.seconds, expected.seconds, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.metres, expected.metres, rtol=0, atol=1e-6)


def test_the_same_roads_are_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, chains, at = graph_with(grid().length_m / 10)
    counted = Counted(monkeypatch)
    first = fastest_paths(graph, chains, at, at)
    again = fastest_paths(graph, chains, at, at)
    assert counted.rows == [len(at)]
    same(again, first)


@pytest.mark.parametrize("closed", [0, 40, 77, 333, 560])
def test_a_closure_searches_only_what_it_touches(
    closed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = grid().length_m / 10
    graph, chains, at = graph_with(seconds)
    fastest_paths(graph, chains, at, at)
    shut = seconds.copy()
    shut[closed] = np.inf
    less, _, _ = graph_with(shut)
    expected = less.fastest(at, at)
    counted = Counted(monkeypatch)
    found = fastest_paths(less, chains, at, at)
    same(found, expected)
    assert sum(counted.rows) < len(at)
    # A second closure starts from what is known of the first.
    shut[closed - 7] *= 3
    lesser, _, _ = graph_with(shut)
    expected = lesser.fastest(at, at)
    same(fastest_paths(lesser, chains, at, at), expected)


def test_a_road_that_opens_offers_the_ways_through_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One link each way: two searches for each, not one for every place."""
    seconds = grid().length_m / 10
    graph, chains, at = graph_with(seconds)
    fastest_paths(graph, chains, at, at)
    quick = seconds.copy()
    quick[100] /= 5
    better, _, _ = graph_with(quick)
    expected = better.fastest(at, at)
    counted = Counted(monkeypatch)
    same(fastest_paths(better, chains, at, at), expected)
    assert sum(counted.rows) == 4


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_any_few_changes_give_the_ways_of_now(seed: int, count: int) -> None:
    """Roads closed, opened, slower, faster, and others of equal time, all at once."""
    rng = np.random.default_rng(seed)
    lengths = grid().length_m
    before, after = lengths / 10, lengths / 10
    for edge in rng.choice(len(lengths), count, replace=False):
        changes = [(1, np.inf), (np.inf, 1), (1, 3), (3, 1)]
        was, now = changes[int(rng.integers(len(changes)))]
        before[edge], after[edge] = before[edge] * was, after[edge] * now
    old, _, at = graph_with(before)
    new, _, _ = graph_with(after)
    ways = old.fastest(at, at)
    kept = Kept(ways, old.keys, old.seconds, old.metres)
    changed = changed_links(new, kept)
    same(updated(new, at, at, kept, changed), new.fastest(at, at))


def test_a_damaged_cache_is_passed_over(tmp_path) -> None:
    graph, chains, at = graph_with(grid().length_m / 10)
    expected = fastest_paths(graph, chains, at, at)
    for path in tmp_path.glob("*.npz"):
        path.write_bytes(path.read_bytes()[:-40])
    same(fastest_paths(graph, chains, at, at), expected)
