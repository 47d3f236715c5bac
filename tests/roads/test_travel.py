"""Travel times: table over roads over straight lines, by class of trucks."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from dispatch.model.roads import RoadEdge, RoadNetwork, RoadNode
from dispatch.model.scenario import (
    Depot,
    Scenario,
    Source,
    StraightLine,
    Truck,
    Village,
)
from dispatch.model.travel import TravelTable
from dispatch.roads import travel as travel_of_roads
from dispatch.roads.reach import round_trips, snap_warnings
from dispatch.roads.route import RouteFinder
from dispatch.roads.travel import travel_matrix

# 0.01 degrees of longitude on the equator are 1,112 m. D - S - V in a row:
#   D (0.00) --E1 1200 m-- S (0.01) --E2 1500 m, 8 t, 2.3 m wide-- V (0.02)
#                           `------E3 6000 m, county road----------'
NODES = (
    RoadNode(node_id="D", lat=0.0, lon=100.0),
    RoadNode(node_id="S", lat=0.0, lon=100.01),
    RoadNode(node_id="V", lat=0.0, lon=100.02),
)
EDGES = (
    RoadEdge(edge_id="E1", from_node="D", to_node="S", length_m=1200, speed_km_h=36),
    RoadEdge(
        edge_id="E2",
        from_node="S",
        to_node="V",
        length_m=1500,
        speed_km_h=18,
        max_gross_t=8,
        width_m=2.3,
        shape=((0.001, 100.013), (0.001, 100.017)),
    ),
    RoadEdge(
        edge_id="E3",
        from_node="V",
        to_node="S",
        length_m=6000,
        road_class="county",
        shape=((-0.01, 100.018), (-0.01, 100.012)),
    ),
)


def truck(truck_id: str, gross_t: float | None, width_m: float | None = None) -> Truck:
    return Truck(
        truck_id=truck_id,
        capacity_l=5000,
        depot_id="D",
        shift_start_s=0,
        shift_end_s=36000,
        gross_t=gross_t,
        width_m=width_m,
    )


def scenario(**changes: object) -> Scenario:
    base = Scenario(
        name="row",
        date=dt.date(2022, 9, 6),
        depots=(Depot(depot_id="D", name="D", lat=0.0, lon=100.0),),
        sources=(Source(source_id="S", name="S", lat=0.0, lon=100.01),),
        villages=(
            Village(village_id="V", name="V", lat=0.0, lon=100.02, population=9),
        ),
        trucks=(truck("light", 7.5), truck("heavy", 10), truck("any", None)),
        roads=RoadNetwork.of(NODES, EDGES),
    )
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


def test_trucks_take_the_roads_that_bear_them() -> None:
    """1200 m at 36 km/h = 120 s; 1500 m at 18 = 300 s; 6000 m at 45 = 480 s."""
    travel = travel_matrix(scenario())
    assert travel.method == "roads"
    assert travel.class_of_truck["light"] == travel.class_of_truck["any"]
    light, heavy = (travel.class_of_truck[name] for name in ("light", "heavy"))
    assert travel.seconds[light].tolist() == [
        [0, 120, 420],
        [120, 0, 300],
        [420, 300, 0],
    ]
    assert travel.metres[light][0].tolist() == [0, 1200, 2700]
    assert travel.seconds[heavy][0].tolist() == [0, 120, 600]
    assert travel.metres[heavy][0].tolist() == [0, 1200, 7200]


def test_a_wide_truck_takes_the_wide_road() -> None:
    travel = travel_matrix(
        scenario(trucks=(truck("wide", 5, 2.31), truck("fits", 8, 2.3)))
    )
    assert travel.seconds[travel.class_of_truck["wide"]][1, 2] == 480
    assert travel.seconds[travel.class_of_truck["fits"]][1, 2] == 300


def test_a_one_way_road_is_driven_one_way() -> None:
    edges = (
        dataclasses.replace(EDGES[0], one_way=True),
        EDGES[1],
    )
    travel = travel_matrix(scenario(roads=RoadNetwork.of(NODES, edges)))
    assert travel.seconds[0][0, 1] == 120
    assert travel.seconds[0][1, 0] == -1
    assert travel.metres[0][1, 0] == -1


def test_of_parallel_roads_the_fastest_is_driven() -> None:
    slow = dataclasses.replace(EDGES[0], edge_id="E0", length_m=9000)
    for edges in ((slow, *EDGES), (*EDGES, slow)):
        travel = travel_matrix(scenario(roads=RoadNetwork.of(NODES, edges)))
        assert travel.seconds[0][0, 1] == 120
        assert travel.metres[0][0, 1] == 1200


def test_seconds_are_rounded_up() -> None:
    edges = (dataclasses.replace(EDGES[0], length_m=1200.1), *EDGES[1:])
    travel = travel_matrix(scenario(roads=RoadNetwork.of(NODES, edges)))
    assert travel.seconds[0][0, 1] == 121


def test_a_place_beside_the_road_is_reached_over_a_lane() -> None:
    """111.2 m beyond the end, detour 1.4, lane speed 12 km/h: 46.7 s more."""
    village = Village(village_id="X", name="X", lat=0.0, lon=100.021, population=9)
    travel = travel_matrix(scenario(villages=(village,)))
    assert travel.seconds[0][1, 2] == 300 + 47
    assert travel.metres[0][1, 2] == 1500 + 156
    assert snap_warnings(scenario(villages=(village,))) == []


def test_a_place_far_from_the_road_has_none() -> None:
    village = Village(village_id="X", name="X", lat=0.0, lon=100.04, population=9)
    found = scenario(villages=(village,))
    travel = travel_matrix(found)
    assert travel.seconds[0][:, 2].tolist() == [-1, -1, 0]
    (problem,) = snap_warnings(found)
    assert problem.severity == "error"
    assert "X (X) is 2.2 km from the nearest road" in str(problem)
    assert not round_trips(found)["light"].any()


def test_no_bridge_no_way() -> None:
    roads = RoadNetwork.of(NODES, EDGES[:2])
    ways = round_trips(scenario(roads=roads))
    assert ways["light"].tolist() == [[True]]
    assert ways["heavy"].tolist() == [[False]]
    assert travel_matrix(scenario(roads=roads)).seconds[1][1, 2] == -1


def test_the_table_wins_over_roads() -> None:
    seconds = np.array([[0, 1, 2], [3, 0, 4], [5, 6, 0]])
    # Rows in another order than the scenario's: joined by id, never by position.
    table = TravelTable(place_ids=("V", "D", "S"), seconds=seconds)
    travel = travel_matrix(scenario(travel_table=table))
    assert travel.method == "table"
    assert travel.seconds[0].tolist() == [[0, 4, 3], [6, 0, 5], [1, 2, 0]]
    assert (travel.metres[0][~np.eye(3, dtype=bool)] == -1).all()


def test_straight_lines_are_the_last_resort() -> None:
    """1,111.95 m x 1.5 = 1,667.9 m, at 30 km/h 200.2 s."""
    line = StraightLine(speed_km_h=30, detour=1.5)
    travel = travel_matrix(scenario(roads=None, straight_line=line))
    assert travel.is_estimate
    assert travel.metres[0][0, 1] == 1668
    assert travel.seconds[0][0, 1] == 201


def test_metres_are_worked_out_pair_by_pair_or_all_at_once() -> None:
    """Metres of a county's pairs would take gigabytes, and a plan has few legs."""
    lines = travel_matrix(scenario(roads=None)).metres[0]
    whole = np.asarray(lines)
    assert lines.shape == whole.shape == (3, 3)
    assert [[lines[i, j] for j in range(3)] for i in range(3)] == whole.tolist()
    assert lines[np.int64(0), np.int64(-1)] == whole[0, 2] > 0
    assert lines[:, 1].tolist() == whole[:, 1].tolist()
    with pytest.raises(IndexError):
        lines[3, 0]


def test_metres_of_a_table_are_joined_by_id() -> None:
    seconds = np.array([[0, 1, 2], [3, 0, 4], [5, 6, 0]])
    table = TravelTable(place_ids=("V", "D", "S"), seconds=seconds, metres=seconds * 10)
    metres = travel_matrix(scenario(travel_table=table)).metres[0]
    assert metres[:, :].tolist() == [[0, 40, 30], [60, 0, 50], [10, 20, 0]]
    assert metres[0, 1] == 40


def test_places_searched_in_blocks_have_the_same_times(monkeypatch) -> None:
    """Two villages at one node and one off the roads, one row of places at a time."""
    places = [("a", 0.02), ("b", 0.02), ("c", 0.01), ("far", 3.0)]
    villages = tuple(
        Village(village_id=name, name="", lat=0.0, lon=100 + lon, population=1)
        for name, lon in places
    )
    scene = scenario(villages=villages, trucks=(truck("light", 4), truck("heavy", 20)))
    whole = travel_matrix(scene)
    monkeypatch.setattr(travel_of_roads, "_PAIRS", 1)
    monkeypatch.setattr(travel_of_roads, "_SEARCHED_PAIRS", 1)
    blocks = travel_matrix(scene)
    for one, other in zip(whole.seconds, blocks.seconds, strict=True):
        assert one.tolist() == other.tolist()
        assert (one[:, -1] == -1).sum() == 5
    for one, other in zip(whole.metres, blocks.metres, strict=True):
        assert one[:, :].tolist() == other[:, :].tolist()


def test_matrices_cannot_be_changed_by_accident() -> None:
    travel = travel_matrix(scenario())
    with pytest.raises(ValueError, match="read-only"):
        travel.seconds[0][0, 1] = 5


def test_six_hundred_places_over_roads_reach_each_other() -> None:
    rng = np.random.default_rng(0)
    side = 60
    nodes = tuple(
        RoadNode(node_id=f"n{i}", lat=i // side * 0.004, lon=100 + i % side * 0.004)
        for i in range(side * side)
    )
    pairs = [(i, i + 1) for i in range(side * side) if (i + 1) % side]
    pairs += [(i, i + side) for i in range(side * (side - 1))]
    edges = tuple(
        RoadEdge(
            edge_id=f"e{k}",
            from_node=f"n{a}",
            to_node=f"n{b}",
            length_m=float(rng.integers(440, 900)),
            max_gross_t=float(rng.choice([5, 40])),
        )
        for k, (a, b) in enumerate(pairs)
    )
    villages = tuple(
        Village(village_id=f"v{i}", name="", lat=lat, lon=100 + lon, population=1)
        for i, (lat, lon) in enumerate(rng.uniform(0, 0.236, (600, 2)))
    )
    big = scenario(
        villages=villages,
        trucks=(truck("light", 4), truck("heavy", 20)),
        roads=RoadNetwork.of(nodes, edges),
    )
    travel = travel_matrix(big)
    assert travel.seconds[0].shape == (602, 602)
    assert (travel.seconds[0] >= 0).all()


def test_the_line_on_the_map_follows_the_road() -> None:
    line = RouteFinder(scenario()).line("light", "D", "V")
    assert line == [
        (0.0, 100.0),
        (0.0, 100.01),
        (0.001, 100.013),
        (0.001, 100.017),
        (0.0, 100.02),
    ]
    # The heavy truck drives E3, which was drawn from V to S.
    heavy = RouteFinder(scenario()).line("heavy", "S", "V")
    assert heavy == [
        (0.0, 100.01),
        (-0.01, 100.012),
        (-0.01, 100.018),
        (0.0, 100.02),
    ]


def test_the_line_back_is_the_line_reversed() -> None:
    finder = RouteFinder(scenario())
    assert finder.line("light", "V", "D") == finder.line("light", "D", "V")[::-1]


def test_without_roads_or_way_the_line_is_straight() -> None:
    ends = [(0.0, 100.01), (0.0, 100.02)]
    assert RouteFinder(scenario(roads=None)).line("light", "S", "V") == ends
    cut = RoadNetwork.of(NODES, EDGES[:2])
    assert RouteFinder(scenario(roads=cut)).line("heavy", "S", "V") == ends
