"""Speeds, limits, closures and transfer points on a small network."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import numpy as np
import pytest

from dispatch.model.road_limits import Moment, RoadLimit, SpeedRule
from dispatch.model.roads import CLOSED, NO_HEAVY, RoadEdge, RoadNetwork, RoadNode
from dispatch.model.scenario import Depot, Scenario, Source, Truck, Village
from dispatch.model.travel import TravelTable
from dispatch.roads.limits import MatchedLimit, limit_stretches
from dispatch.roads.model import road_model
from dispatch.roads.periods import merged, periods_of_day
from dispatch.roads.reach import (
    limit_warnings,
    out_of_reach,
    reach_notes,
    round_trips,
)
from dispatch.roads.route import RouteFinder
from dispatch.roads.speeds import default_rules, road_speeds, rules_with
from dispatch.roads.travel import travel_matrix
from dispatch.words.message import MessageError

# One degree of longitude on the equator is 111,195 m. All nodes on it:
#   A (0.00) --AB 1112 m-- B (0.01) --BC 1112 m-- C (0.02) --CD 1112 m-- D (0.03)
#                          `------BNC 4000 m, north of it------'
NODES = [RoadNode(node_id=n, lat=0, lon=100 + 0.01 * k) for k, n in enumerate("ABCD")]
EDGES = [
    RoadEdge(edge_id="AB", from_node="A", to_node="B", length_m=1112, speed_km_h=36),
    RoadEdge(
        edge_id="BC",
        from_node="B",
        to_node="C",
        length_m=1112,
        speed_km_h=36,
        name="河堤路;X012",
    ),
    RoadEdge(edge_id="CD", from_node="C", to_node="D", length_m=1112, speed_km_h=36),
    RoadEdge(
        edge_id="BNC",
        from_node="B",
        to_node="C",
        length_m=4000,
        speed_km_h=36,
        shape=((0.012, 100.012), (0.012, 100.018)),
    ),
]
DAY = dt.date(2022, 9, 6)


def truck(truck_id: str = "T", **fields: object) -> Truck:
    values = {
        "capacity_l": 5000,
        "depot_id": "dep",
        "shift_start_s": 7 * 3600,
        "shift_end_s": 18 * 3600,
    }
    return Truck(truck_id=truck_id, **(values | fields))  # type: ignore[arg-type]


def scenario(*limits: RoadLimit, **fields: object) -> Scenario:
    """Depot and source at A, one village at D, one half-way between C and D."""
    values: dict[str, object] = {
        "trucks": (truck(),),
        "roads": RoadNetwork.of(NODES, EDGES),
        "villages": (
            Village(village_id="v1", name="v1", lat=0, lon=100.03, population=9),
            Village(village_id="v2", name="v2", lat=0.0005, lon=100.025, population=9),
        ),
    }
    return Scenario(
        name="line",
        date=DAY,
        sources=(Source(source_id="src", name="src", lat=0, lon=100),),
        depots=(Depot(depot_id="dep", name="dep", lat=0, lon=100),),
        road_limits=limits,
        **(values | fields),  # type: ignore[arg-type]
    )


def seconds(scene: Scenario, from_id: str, to_id: str, truck_id: str = "T") -> int:
    travel = travel_matrix(scene)
    index = travel.index
    matrix = travel.seconds[travel.class_of_truck[truck_id]]
    return int(matrix[index[from_id], index[to_id]])


def test_a_place_stands_on_the_road_beside_it() -> None:
    """v2: 55.6 m north of the middle of CD: 2224 + 556 m, lane 77.8 m at 12 km/h."""
    expected = math.ceil((2224 + 556) / 10 + 55.6 * 1.4 / (12 / 3.6))
    assert seconds(scenario(), "src", "v2") == pytest.approx(expected, abs=1)


def test_a_closed_spot_cuts_the_road_only_there() -> None:
    """A slide at 3/4 of CD: the half-way village is reached, the one behind is not."""
    spot = RoadLimit(limit_id="L", points=((0.0, 100.0275),), is_closed=True)
    assert seconds(scenario(spot), "src", "v1") == -1
    assert seconds(scenario(spot), "src", "v2") == seconds(scenario(), "src", "v2")
    ways = round_trips(scenario(spot))["T"]
    assert ways.tolist() == [[False, True]]


def test_a_road_is_closed_by_name_number_or_edge() -> None:
    """Without BC the way goes round by BNC: 2888 m, 288.8 s more."""
    for road in ("河堤路", "x012", "BC"):
        limit = RoadLimit(limit_id="L", road=road, is_closed=True)
        assert seconds(scenario(limit), "src", "v1") == math.ceil((2224 + 4000) / 10)


def test_two_points_close_the_way_between_them() -> None:
    """From the middle of AB to the middle of BC, along the road."""
    limit = RoadLimit(
        limit_id="L", points=((0.0, 100.005), (0.0002, 100.015)), is_closed=True
    )
    roads = RoadNetwork.of(NODES, EDGES)
    stretches = sorted(limit_stretches(roads, limit))
    assert [stretch.edge_idx for stretch in stretches] == [0, 1]
    assert stretches[0].early == pytest.approx(0.5, abs=1e-3)
    assert stretches[1].late == pytest.approx(0.5, abs=1e-3)


def test_a_drawn_area_closes_what_it_covers() -> None:
    ring = ((-0.002, 100.013), (0.002, 100.013), (0.002, 100.017), (-0.002, 100.017))
    roads = RoadNetwork.of(NODES, EDGES)
    limit = RoadLimit(limit_id="L", points=ring, shape="area", is_closed=True)
    (stretch,) = limit_stretches(roads, limit)
    assert stretch.edge_idx == 1
    assert (stretch.early, stretch.late) == pytest.approx((0.3, 0.7), abs=1e-3)


def test_a_drawn_line_closes_what_it_crosses_or_follows() -> None:
    roads = RoadNetwork.of(NODES, EDGES)
    across = ((-0.001, 100.015), (0.0, 100.0151), (0.001, 100.015))
    (spot,) = limit_stretches(
        roads, RoadLimit(limit_id="L", points=across, is_closed=True)
    )
    assert spot.edge_idx == 1
    assert spot.late - spot.early < 0.05
    along = ((0.0001, 100.011), (0.0001, 100.015), (0.0001, 100.019))
    (stretch,) = limit_stretches(
        roads, RoadLimit(limit_id="L", points=along, is_closed=True)
    )
    assert stretch.edge_idx == 1
    assert stretch.late - stretch.early > 0.75


@pytest.mark.parametrize(
    ("limit", "part"),
    [
        (RoadLimit(limit_id="L", road="河堤道", is_closed=True), "did you mean"),
        (RoadLimit(limit_id="L", is_closed=True), "says no place"),
        (RoadLimit(limit_id="L", points=((1.0, 100.0),), is_closed=True), "m from the"),
        (
            RoadLimit(
                limit_id="L",
                points=((0.5, 100.0), (0.5, 100.1), (0.6, 100.1)),
                shape="area",
                is_closed=True,
            ),
            "touches no road",
        ),
    ],
)
def test_a_limit_that_fits_nowhere_is_told(limit: RoadLimit, part: str) -> None:
    with pytest.raises(MessageError, match=part):
        limit_stretches(RoadNetwork.of(NODES, EDGES), limit)
    (warning,) = limit_warnings(scenario(limit))
    assert part in str(warning)
    assert seconds(scenario(limit), "src", "v1") == seconds(scenario(), "src", "v1")


def test_limits_hold_for_those_that_they_mean() -> None:
    """BC bears 5 t, 2.2 m and 2.8 m: each of the heavy ones goes round."""
    limit = RoadLimit(
        limit_id="L", road="BC", max_gross_t=5, max_width_m=2.2, max_height_m=2.8
    )
    trucks = (
        truck("fits", gross_t=5, width_m=2.2, height_m=2.8),
        truck("heavy", gross_t=5.1),
        truck("wide", width_m=2.3),
        truck("high", height_m=3.0),
        truck("unknown"),
    )
    scene = scenario(limit, trucks=trucks)
    direct, around = math.ceil(333.6), math.ceil(622.4)
    found = {t.truck_id: seconds(scene, "src", "v1", t.truck_id) for t in trucks}
    assert found == {
        "fits": direct,
        "unknown": direct,
        "heavy": around,
        "wide": around,
        "high": around,
    }
    # Trucks with the same roads share a class.
    assert len(travel_matrix(scene).seconds) == 2


def test_access_and_barriers() -> None:
    edges = [dataclasses.replace(EDGES[0], access=NO_HEAVY), *EDGES[1:]]
    scene = scenario(
        roads=RoadNetwork.of(NODES, edges),
        trucks=(truck("light", gross_t=3.5), truck("heavy", gross_t=3.6)),
    )
    assert seconds(scene, "src", "v1", "light") == 334
    assert seconds(scene, "src", "v1", "heavy") == -1
    gate = RoadEdge(edge_id="g", from_node="C", to_node="C2", length_m=0, width_m=2)
    behind = dataclasses.replace(EDGES[2], from_node="C2")
    nodes = [*NODES, RoadNode(node_id="C2", lat=0, lon=100.02)]
    edges = [*EDGES[:2], gate, behind]
    scene = scenario(
        roads=RoadNetwork.of(nodes, edges),
        trucks=(truck("narrow", width_m=1.9), truck("wide", width_m=2.1)),
    )
    assert seconds(scene, "src", "v1", "narrow") == 334
    assert seconds(scene, "src", "v1", "wide") == -1
    edges[2] = dataclasses.replace(gate, access=CLOSED)
    scene = scenario(roads=RoadNetwork.of(nodes, edges))
    assert seconds(scene, "src", "v1") == -1


def test_full_trucks_are_slower_than_empty_ones() -> None:
    """A gravel village road: 25 km/h loaded to v1, 30 km/h empty back."""
    edges = [
        dataclasses.replace(e, speed_km_h=None, road_class="village", surface="gravel")
        for e in EDGES
    ]
    scene = scenario(roads=RoadNetwork.of(NODES, edges))
    assert seconds(scene, "src", "v1") == math.ceil(3336 * 3.6 / 25)
    assert seconds(scene, "v1", "src") == math.ceil(3336 * 3.6 / 30)
    slow = scenario(
        roads=RoadNetwork.of(NODES, edges), trucks=(truck(loaded_speed_km_h=15),)
    )
    assert seconds(slow, "src", "v1") == math.ceil(3336 * 3.6 / 15)
    assert seconds(slow, "v1", "src") == math.ceil(3336 * 3.6 / 30)


def test_hills_slow_loaded_trucks_up_and_all_down() -> None:
    """12 % up from A to B: 22 km/h loaded; the same road down: 30 empty, by law."""
    edges = [
        dataclasses.replace(e, speed_km_h=None, road_class="county", grade=0.12)
        for e in EDGES[:1]
    ]
    speeds = road_speeds(RoadNetwork.of(NODES, edges), default_rules())
    assert speeds.loaded_ahead.tolist() == [22]
    assert speeds.empty_ahead.tolist() == [40]
    assert speeds.loaded_back.tolist() == [20]
    assert speeds.empty_back.tolist() == [30]


def test_the_office_may_replace_a_row_of_the_speeds() -> None:
    own = SpeedRule(kind="class", value="Village", empty_km_h=12, loaded_km_h=10)
    village = {"speed_km_h": None, "road_class": "village"}
    edges = [dataclasses.replace(e, **village) for e in EDGES]
    scene = scenario(roads=RoadNetwork.of(NODES, edges), speed_rules=(own,))
    assert seconds(scene, "src", "v1") == math.ceil(3336 * 3.6 / 10)
    assert len(rules_with([own])) == len(default_rules())
    posted = [dataclasses.replace(e, max_speed_km_h=8) for e in edges]
    scene = scenario(roads=RoadNetwork.of(NODES, posted), speed_rules=(own,))
    assert seconds(scene, "src", "v1") == math.ceil(3336 * 3.6 / 8)


def test_every_default_speed_names_its_source() -> None:
    for rule in default_rules():
        assert rule.source
        assert (rule.empty_km_h or 0) >= (rule.loaded_km_h or 0)


def test_trucks_stop_at_the_transfer_point() -> None:
    """v3 lies 5 km off the road; its transfer point is node C."""
    far = Village(
        village_id="v3",
        name="v3",
        lat=0.05,
        lon=100.02,
        population=9,
        transfer_lat=0.0,
        transfer_lon=100.02,
        transfer_by="tricycle",
    )
    scene = scenario(villages=(far,))
    assert seconds(scene, "src", "v3") == math.ceil(222.4)
    assert RouteFinder(scene).line("T", "src", "v3")[-1] == (0.0, 100.02)


# --- times ----------------------------------------------------------------------


def clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def timed(first: str | None, last: str | None, **fields: object) -> RoadLimit:
    values: dict[str, object] = {"limit_id": "L", "road": "BC", "is_closed": True}
    return RoadLimit(
        **(values | fields),  # type: ignore[arg-type]
        valid_from=None if first is None else Moment(time_s=clock(first)),
        valid_until=None if last is None else Moment(time_s=clock(last)),
    )


def test_a_closure_that_ends_at_noon_gives_two_periods() -> None:
    travel = travel_matrix(scenario(timed(None, "12:00")))
    assert travel.later is not None
    assert travel.later.switches_s == (clock("12:00"),)
    index = travel.index
    s, v = index["src"], index["v1"]
    assert travel.seconds[0][s, v] == 623
    assert travel.later.periods[0].seconds[0][s, v] == 334
    assert travel.later.across[0].seconds[0][s, v] == 623
    leg = travel.leg(0, s, v, clock("11:59"), 1.0)
    assert leg is not None
    assert (leg.drive_s, leg.wait_s) == (334, 60)


def test_a_closure_of_another_day_does_not_count() -> None:
    yesterday = Moment(date=DAY - dt.timedelta(days=1))
    tomorrow = Moment(date=DAY + dt.timedelta(days=1))
    over = RoadLimit(limit_id="L", road="BC", is_closed=True, valid_until=yesterday)
    later = RoadLimit(limit_id="L", road="BC", is_closed=True, valid_from=tomorrow)
    spans = RoadLimit(
        limit_id="L",
        road="BC",
        is_closed=True,
        valid_from=yesterday,
        valid_until=tomorrow,
    )
    today = RoadLimit(
        limit_id="L",
        road="BC",
        is_closed=True,
        valid_from=Moment(date=DAY),
        valid_until=Moment(date=DAY),
    )
    items = (over, later, spans, today)
    found = [seconds(scenario(item), "src", "v1") for item in items]
    assert found == [334, 334, 623, 623]


def test_before_work_and_after_it_nothing_is_closed() -> None:
    for first, last in ((None, "06:30"), ("18:30", None)):
        travel = travel_matrix(scenario(timed(first, last)))
        assert travel.later is None
        assert travel.seconds[0][1, 2] == 334


def placed_on(*limits: RoadLimit) -> list[MatchedLimit]:
    roads = RoadNetwork.of(NODES, EDGES)
    return [
        MatchedLimit(limit, tuple(limit_stretches(roads, limit))) for limit in limits
    ]


def test_every_change_begins_a_period() -> None:
    """Market 07:30-08:30, works until 15:00."""
    placed = placed_on(timed("07:30", "08:30"), timed(None, "15:00", road="BNC"))
    day = periods_of_day(scenario(), placed)
    assert day.switches_s == (clock("07:30"), clock("08:30"), clock("15:00"))
    roads = [[item.limit.road for item in limits] for limits in day.limits]
    assert roads == [["BNC"], ["BC", "BNC"], ["BNC"], []]
    assert day.widened() == []
    assert len(day.spans) == 4 + 3 + 1


def test_too_many_changes_become_fewer_where_it_costs_least() -> None:
    """
    Cut at 08:30 and 15:00 the market counts half an hour (07:00-07:30) too long.

    Without 08:30 it would count until 15:00, without 15:00 the works until 18:00.
    """
    placed = placed_on(timed("07:30", "08:30"), timed(None, "15:00", road="BNC"))
    day = periods_of_day(scenario(), placed)
    fewer = merged(day, lambda p, q: False, most=3)
    assert fewer.switches_s == (clock("08:30"), clock("15:00"))
    (told,) = fewer.widened()
    assert told.held_s == (clock("07:30"), clock("08:30"))
    assert told.counted_s == (clock("07:00"), clock("08:30"))


def test_a_change_that_no_truck_notices_is_none() -> None:
    """A limit of 50 t for the day's trucks of less; 09:00-10:00 and 11:00-12:00."""
    items = [
        timed("09:00", "10:00", is_closed=False, max_gross_t=50.0),
        timed("11:00", "12:00"),
    ]
    travel = travel_matrix(scenario(*items))
    assert travel.later is not None
    assert travel.later.switches_s == (clock("11:00"), clock("12:00"))


def test_a_slow_road_is_slow_for_its_time() -> None:
    slow = timed("09:00", None, is_closed=False, speed_km_h=10)
    travel = travel_matrix(scenario(slow))
    assert travel.later is not None
    index = travel.index
    s, v = index["src"], index["v1"]
    assert travel.seconds[0][s, v] == 334
    # 1112 m at 10 km/h are 400.4 s, 289 s more; round by BNC it would be as long.
    assert travel.later.periods[0].seconds[0][s, v] == math.ceil(222.4 + 400.32)


def test_the_line_follows_the_half_of_the_day() -> None:
    finder = RouteFinder(scenario(timed(None, "12:00")))
    around = finder.line("T", "src", "v1", depart_s=clock("09:00"))
    direct = finder.line("T", "src", "v1", depart_s=clock("13:00"))
    assert max(lat for lat, _ in around) == 0.012
    assert max(lat for lat, _ in direct) == 0.0
    back = finder.line("T", "v1", "src", depart_s=clock("09:00"))
    assert back == around[::-1]


def test_the_model_is_made_once_per_content() -> None:
    one, same = scenario(timed(None, "12:00")), scenario(timed(None, "12:00"))
    assert road_model(one) is road_model(same)
    assert road_model(one) is not road_model(scenario())


def test_who_cannot_be_reached_is_named() -> None:
    """The heavy one reaches neither village, the light one both."""
    limit = RoadLimit(limit_id="L", road="AB", max_gross_t=5)
    scene = scenario(limit, trucks=(truck("a", gross_t=4), truck("b", gross_t=9)))
    assert out_of_reach(scene) == [(("b",), ("v1", "v2"))]
    (note,) = reach_notes(scene)
    assert "truck b cannot reach 2 of the villages" in str(note)
    assert "v1 (v1), v2 (v2)" in str(note)
    nobody = RoadLimit(limit_id="L", road="AB", is_closed=True)
    assert reach_notes(scenario(nobody)) == []


def test_a_node_far_away_is_not_the_place_of_its_number() -> None:
    """Node "A" at 100.00 and a village "A" beside node D are two places."""
    village = Village(village_id="A", name="A", lat=0, lon=100.03, population=9)
    scene = scenario(villages=(village,))
    assert seconds(scene, "src", "A") == 334


def test_limits_that_nothing_heeds_are_told() -> None:
    """A table of travel times wins over the roads, closed ones too."""
    limit = RoadLimit(limit_id="L", road="BC", is_closed=True)
    without = scenario(limit, roads=None)
    assert "there are no roads" in str(limit_warnings(without)[0])
    places = without.place_ids
    table = TravelTable(
        place_ids=places, seconds=np.ones((len(places), len(places)), dtype=np.int64)
    )
    beside = scenario(limit, travel_table=table)
    assert "travel_s.csv" in str(limit_warnings(beside)[0])
