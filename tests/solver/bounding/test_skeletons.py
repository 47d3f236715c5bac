"""All trips that can matter on a day of few villages."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from dispatch.solver.bounding.classes import uncounted
from dispatch.solver.bounding.data import build_bound_data, shortest_drives_s
from dispatch.solver.bounding.skeletons import (
    NEVER_S,
    Skeleton,
    shortest_order,
    shortest_tours_s,
    skeletons_within,
)
from dispatch.solver.instance import build_instance
from dispatch.solver.run import band_needs
from tests.solver.bounding.test_pricing import prices
from tests.solver.three_places import half_loads
from tests.solver.tiny import scenario, star, village


def four_villages():
    """Villages at the ends of lanes of different length, all from one crossing."""
    scene = scenario([village(f"V{k}", population=900) for k in range(4)])
    lanes = {"D": 50, "S": 0, "V0": 100, "V1": 700, "V2": 300, "V3": 200}
    instance = build_instance(scene, star(scene, lanes))
    return build_bound_data(instance, band_needs(instance), shortest_drives_s(instance))


def test_tours_are_the_shortest_of_all_orders() -> None:
    """Every set of four villages, every end, against all orders."""
    kind = four_villages().kinds[0]
    kind.drive_s[0, 2] = 1  # one way only: the order matters
    tours = shortest_tours_s(kind)
    assert (tours[0] == NEVER_S).all()
    for members in range(1, 16):
        stops = [v for v in range(4) if members >> v & 1]
        for end in range(2):
            seconds, best = min(
                (
                    kind.start[0, way[0]]
                    + kind.drive_s[list(way[:-1]), list(way[1:])].sum()
                    + kind.finish[way[-1], end],
                    way,
                )
                for way in permutations(stops)
            )
            assert tours[members, 0, end] == seconds
            skeleton = Skeleton(0, 0, tuple(stops), end, 0.0)
            order = shortest_order(kind, skeleton).tolist()
            assert kind.drive_s[order[:-1], order[1:]].sum() + kind.start[
                0, order[0]
            ] + kind.finish[order[-1], end] == pytest.approx(seconds)
            assert sorted(order) == sorted(best)


def test_a_trip_that_loses_more_than_the_slack_is_left_out() -> None:
    """
    At 1.1 litres a second a tank of 500 litres loses 6 litres back at the source.

    A litre takes 0.1 s to fill and 0.2 s to let out and earns one: 500 - 165 = 335.
    The trip takes 30 + 120 + 40 + 120 = 310 s besides, 341 litres' worth, and 340 s
    if it ends at home, 374. At one litre a second it gains 40 and 10.
    """
    data = half_loads()
    classes = uncounted(data, 60)
    tours = [shortest_tours_s(kind) for kind in data.kinds]

    def within(rate: float, slack_l: float) -> list[int]:
        paid = prices(data, second=np.array([rate]), small_l=np.array([1.0]))
        found = skeletons_within(data, classes, paid, slack_l, tours)
        return sorted(skeleton.end for skeleton in found)

    assert within(1.0, -45.0) == []
    assert within(1.0, -25.0) == [0]
    assert within(1.0, 0.0) == [0, 1]
    assert within(1.1, 0.0) == []
    assert within(1.1, 10.0) == [0]
    assert within(1.1, 40.0) == [0, 1]


def test_seconds_are_those_of_a_trip_without_litres() -> None:
    data = half_loads()
    tours = [shortest_tours_s(kind) for kind in data.kinds]
    found = skeletons_within(data, uncounted(data, 60), prices(data), np.inf, tours)
    seconds = {skeleton.end: skeleton.seconds for skeleton in found}
    assert seconds == {0: 30 + 120 + 40 + 120, 1: 30 + 120 + 40 + 150}
