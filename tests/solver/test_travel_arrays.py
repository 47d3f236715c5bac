"""Tables over all pairs of places are kept once, and say what they said before."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import csgraph_from_dense, floyd_warshall

from benchmarks.scale.synthetic import synthetic_day
from dispatch import travel_matrix
from dispatch.model.travel import NO_ROAD
from dispatch.roads import travel as travel_of_roads
from dispatch.solver import travel_arrays
from dispatch.solver.bounding import data
from dispatch.solver.instance import build_instance
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.travel_arrays import near_sources, near_villages
from tests.solver.tiny import scenario, source, travel, truck, village


def places(trucks):
    """Two villages apart, with the trucks; 60 s everywhere."""
    scene = scenario([village("V"), village("W")], trucks=trucks)
    way = travel(scene, {})
    sixty = np.full((4, 4), 60, dtype=np.int32)
    np.fill_diagonal(sixty, 0)
    sixty.setflags(write=False)
    return scene, replace(way, seconds=(sixty,))


def test_the_search_reads_the_only_matrix_of_a_day_where_it_is():
    """A second copy of a county's matrix would take gigabytes."""
    scene, way = places([truck()])
    instance = build_instance(scene, way)
    assert np.shares_memory(instance.travel_s, way.seconds[0])
    # Compiled code has one form, for arrays that can be written to.
    assert instance.travel_s.flags.writeable
    assert not way.seconds[0].flags.writeable


@pytest.mark.parametrize("change", ["speed", "no road", "two speeds", "order"])
def test_a_matrix_that_must_be_changed_is_copied(change):
    scene, way = places([truck()])
    seconds = way.seconds[0].copy()
    if change == "speed":
        scene, _ = places([truck(speed_factor=2.0)])
    elif change == "two speeds":
        scene, way = places([truck(), truck("U", speed_factor=0.5)])
    elif change == "no road":
        seconds[0, 1] = NO_ROAD
    else:
        way = replace(way, place_ids=way.place_ids[::-1])
    way = replace(way, seconds=(seconds,))
    instance = build_instance(scene, way)
    assert not np.shares_memory(instance.travel_s, seconds)
    found = instance.travel_s[:, 0, :2].tolist()
    assert (
        found
        == {
            "speed": [[0, 30]],
            "no road": [[0, BIG]],
            "two speeds": [[0, 60], [0, 120]],
            "order": [[0, 60]],
        }[change]
    )


seconds = st.sampled_from([0, 1, 2, 3, 5, 8, 3_600, BIG])


@given(data=st.data(), block=st.sampled_from([1, 7, 1_000]))
@settings(deadline=None, max_examples=60)
def test_near_places_are_those_of_a_stable_sort(data, block):
    """In blocks, and with the farthest left out of the sorting, ties stay."""
    num_sources = data.draw(st.integers(1, 4))
    num_villages = data.draw(st.integers(1, 9))
    size = 1 + num_sources + num_villages
    drawn = data.draw(st.lists(seconds, min_size=2 * size**2, max_size=2 * size**2))
    travel_s = np.array(drawn, dtype=np.int32).reshape(2, size, size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(travel_arrays, "BLOCK", block)
        patch.setattr(travel_arrays, "NEAR_VILLAGES", 4)
        patch.setattr(travel_arrays, "LISTED_SOURCES", 2)
        villages = near_villages(travel_s, 1 + num_sources)
        sources = near_sources(travel_s, 1, 1 + num_sources)
    least = travel_s.min(axis=0).astype(np.int64)
    first = 1 + num_sources
    round_trip = least[first:, first:] + least[first:, first:].T
    np.fill_diagonal(round_trip, -1)
    from_sources = least[1:first, first:].T + least[first:, 1:first]
    for found, times, most in ((villages, round_trip, 4), (sources, from_sources, 2)):
        order = np.argsort(times, axis=1, kind="stable")[:, :most]
        is_near = np.take_along_axis(times, order, axis=1) < BIG
        assert found.tolist() == np.where(is_near, order, -1).tolist()


@pytest.mark.parametrize("is_symmetric", [True, False])
def test_drives_beside_ends_are_shortest_ones(monkeypatch, is_symmetric):
    """As of all pairs, by way of other places, missing roads included."""
    monkeypatch.setattr(data, "MAX_PLACES", 5)
    rng = np.random.default_rng(0)
    scene = scenario(
        [village(f"V{k}") for k in range(7)], sources=[source("S"), source("R")]
    )
    way = travel(scene, {})
    legs = rng.integers(1, 100, (10, 10)).astype(np.int32)
    legs[rng.random((10, 10)) < 0.4] = NO_ROAD
    if is_symmetric:
        legs = np.maximum(legs, legs.T)
    legs[-1] = legs[:, -1] = NO_ROAD
    np.fill_diagonal(legs, 0)
    instance = build_instance(scene, replace(way, seconds=(legs,)))
    (shortest,) = data.shortest_drives_s(instance)
    graph = csgraph_from_dense(np.where(legs < 0, np.inf, legs), null_value=np.inf)
    expected = floyd_warshall(graph)
    ends = [0, 1, 2]
    for place in range(10):
        assert [shortest[end, place] for end in ends] == expected[ends, place].tolist()
        assert shortest[place, ends].tolist() == expected[place, ends].tolist()


def test_a_day_keeps_little_more_than_one_table(monkeypatch):
    """Seconds of all pairs once: no metres, no copies, nothing whole on the way."""
    monkeypatch.setattr(travel_of_roads, "_PAIRS", 20_000)
    monkeypatch.setattr(travel_arrays, "BLOCK", 20_000)
    day = synthetic_day(1_000)
    tracemalloc.start()
    try:
        way = travel_matrix(day)
        table = way.seconds[0].nbytes
        assert tracemalloc.get_traced_memory()[1] < 1.5 * table
        tracemalloc.reset_peak()
        build_instance(day, way)
        assert tracemalloc.get_traced_memory()[1] < 2.5 * table
    finally:
        tracemalloc.stop()
