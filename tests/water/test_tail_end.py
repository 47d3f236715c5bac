"""A release that will not reach the tail is told before it is made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.model.water.canals import Canal, Work
from dispatch.model.water.network import WaterNetwork
from dispatch.water.tail_end import (
    follow,
    least_release,
    way_of_canals,
    works_that_reach,
)
from tests.solver.water import small


def two_reaches(**tail: float) -> WaterNetwork:
    """
    Return S -C1-> J -C2-> T.

    C1 carries 200 m3/h, takes 1,000 m3 to fill and loses half; C2 needs 60 m3/h to
    run, takes 200 m3 and loses a fifth.
    """
    second = {"min_flow_m3_per_h": 60.0, "fill_m3": 200.0, "loss_share": 0.2, **tail}
    return WaterNetwork(
        nodes=(small.node("S", "reservoir"), small.node("J"), small.node("T")),
        stores=(small.store("S", 100_000),),
        canals=(
            small.canal(
                "C1",
                "S",
                "J",
                capacity_m3_per_h=200.0,
                min_flow_m3_per_h=50.0,
                loss_share=0.5,
                fill_m3=1_000.0,
                travel_h=3.0,
            ),
            small.canal("C2", "J", "T", travel_h=2.0, **second),
        ),
        works=(
            Work(
                work_id="K3",
                name="lining",
                object_id="C1",
                column="loss_share",
                value=0.1,
            ),
            Work(
                work_id="K4",
                name="valve",
                object_id="C2",
                column="capacity_m3_per_h",
                value=900.0,
            ),
        ),
    )


def test_a_release_that_only_wets_the_bed() -> None:
    """100 m3/h for 10 h are just the 1,000 m3 that fill the first reach."""
    way = way_of_canals(two_reaches(), "T")
    assert [canal.canal_id for canal in way] == ["C1", "C2"]
    reach = follow(way, m3_per_h=100, hours=10)
    assert (reach.m3, reach.stops_in, reach.why) == (0, "C1", "only_wets")


def test_a_release_that_ends_in_the_second_reach() -> None:
    """100 m3/h for 20 h: half of 1,000 m3 over 20 h are 25 m3/h, and 60 are needed."""
    reach = follow(way_of_canals(two_reaches(), "T"), m3_per_h=100, hours=20)
    assert (reach.m3, reach.stops_in, reach.why) == (0, "C2", "below_least_flow")


def test_the_least_release_that_arrives() -> None:
    """
    At flow q for h hours, (q h - 1,000) / 2 come out over h hours: 60 m3/h at least.

    h = 1,000 / (q - 120), so that q h falls with q: 200 m3/h for 12.5 h, 2,500 m3.
    (750 - 200) * 0.8 = 440 m3 arrive, after 3 + 5 and 2 + 3.33 h.
    """
    way = way_of_canals(two_reaches(), "T")
    least = least_release(way, max_hours=72)
    assert least is not None
    assert least.m3_per_h == pytest.approx(200)
    assert least.hours == pytest.approx(12.5)
    assert least.arrives_m3 == pytest.approx(440)
    reach = follow(way, m3_per_h=200, hours=12.5 + 1e-9)
    assert reach.arrives
    assert reach.from_h == pytest.approx(3 + 5 + 2 + 200 / 60)
    assert reach.until_h - reach.from_h == pytest.approx(12.5)


def test_the_repair_that_lets_it_arrive() -> None:
    """At 150 m3/h for 15 h lining brings 0.9 * 1,250 / 15 = 75 m3/h, the valve none."""
    network = two_reaches()
    way = way_of_canals(network, "T")
    assert not follow(way, m3_per_h=150, hours=15).arrives
    assert works_that_reach(network, "T", m3_per_h=150, hours=15) == ("K3",)


def test_a_broken_reach_is_named() -> None:
    network = two_reaches()
    first, second = network.canals
    broken = replace(network, canals=(first, replace(second, state="broken")))
    way = way_of_canals(broken, "T")
    reach = follow(way, m3_per_h=200, hours=72)
    assert (reach.stops_in, reach.why) == ("C2", "broken")
    assert least_release(way, max_hours=72) is None


def long_canal(loss_a: float) -> tuple[Canal, ...]:
    """Return 32 km of main canal and 8.5 km to the last village."""
    both = {"loss_a": loss_a, "loss_m": 0.5, "min_flow_m3_per_h": 300.0}
    return (
        small.canal(
            "M",
            "S",
            "J",
            length_km=32,
            capacity_m3_per_h=7_200,
            fill_m3=60_000,
            travel_h=12,
            **both,
        ),
        small.canal(
            "B",
            "J",
            "T",
            length_km=8.5,
            capacity_m3_per_h=2_000,
            fill_m3=6_000,
            travel_h=4,
            **both,
        ),
    )


def test_three_days_and_nothing_at_the_last_village() -> None:
    """
    32 and 8.5 km, three days and nights: as in the news, 0 mu of the tail village.

    A half of a m3/s only wets the bed of a canal in bad soil; the tool says which flow
    for how long would have come through.
    """
    way = long_canal(3.4)
    reach = follow(way, m3_per_h=1_200, hours=72)
    assert reach.m3 == 0
    least = least_release(way, max_hours=72)
    assert least is not None
    assert least.m3_per_h > 1_200
    assert follow(way, m3_per_h=least.m3_per_h, hours=least.hours + 1e-6).m3 >= 1
    shorter = follow(way, m3_per_h=least.m3_per_h, hours=0.99 * least.hours)
    assert not shorter.arrives
    # In good soil the same three days do reach it.
    assert follow(long_canal(0.7), m3_per_h=1_800, hours=72).m3 > 0
