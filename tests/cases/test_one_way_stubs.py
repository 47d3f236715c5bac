"""Places at roads that cannot be left or reached stand at a road that can, if near."""

from __future__ import annotations

import pytest

from dispatch import read_scenario, travel_matrix
from dispatch.model.travel import NO_ROAD
from dispatch.roads.reach import cut_off_villages
from tests.cases.field_days import CASES, litres, metres, notices, road_day, solved

SERVICE = {"highway": "service"}
ONE_WAY = {"highway": "service", "oneway": "yes"}
#: 111 m are 0.001 degrees of latitude.
STUB = {7: (27.149, 112.8)}


@pytest.mark.parametrize("case", ["depot-in-one-way-stub", "village-in-one-way-stub"])
def test_a_day_is_not_lost_to_one_stub(case: str) -> None:
    """It was 0 litres for all: the whole need is brought, and the move is told."""
    scene = read_scenario(CASES / case / "scenario")
    assert litres(solved(scene)) == 3_500
    (told,) = notices(scene)
    assert "enter but not leave" in told
    assert ("D1" if case.startswith("depot") else "V1") in told
    assert " 1" in told  # 111 and 122 m


def moved(scene) -> list[str]:
    return [text for text in notices(scene) if "taken as standing at the road" in text]


@pytest.mark.parametrize("refs", [(1, 7), (7, 1)])
@pytest.mark.parametrize("role", ["depot", "source", "village"])
def test_every_kind_of_place_leaves_a_stub_of_either_direction(
    tmp_path, refs, role
) -> None:
    """A stub that only leads in, or only out, at depot, source or village."""
    place = {role: "27.149,112.8"}
    if role == "depot":
        place["village"] = "27.18,112.8"
    scene = road_day(tmp_path / "d", nodes=STUB, ways={13: (refs, ONE_WAY)}, **place)
    assert len(moved(scene)) == 1
    way = "leave but not enter" if refs == (7, 1) else "enter but not leave"
    assert way in moved(scene)[0]
    assert litres(solved(scene)) == 3_500


def test_a_stub_of_two_edges_is_one_too(tmp_path) -> None:
    nodes = {7: (27.149, 112.8), 8: (27.148, 112.8), 9: (27.148, 112.799)}
    ways = {13: ((1, 7), ONE_WAY), 14: ((7, 8, 9), SERVICE)}
    scene = road_day(tmp_path / "d", nodes=nodes, ways=ways, depot="27.148,112.8")
    assert "222 m away" in moved(scene)[0]
    assert litres(solved(scene)) == 3_500


def test_a_one_way_loop_is_left_as_it_was_entered(tmp_path) -> None:
    """One-way all round, yet in and out: nothing to mend, nothing to say."""
    nodes = {7: (27.149, 112.8), 8: (27.149, 112.801)}
    ways = {13: ((1, 7, 8, 1), ONE_WAY)}
    scene = road_day(tmp_path / "d", nodes=nodes, ways=ways, depot="27.149,112.8")
    assert notices(scene) == []
    assert metres(scene, "D1", "S1") == pytest.approx(1_112 + 99 + 149, abs=5)


def test_a_far_stub_keeps_its_place_and_is_named(tmp_path) -> None:
    """Beyond 500 m nothing is put elsewhere: one sentence names depot and road."""
    nodes = {7: (27.144, 112.8)}
    scene = road_day(
        tmp_path / "d", nodes=nodes, ways={13: ((1, 7), ONE_WAY)}, depot="27.144,112.8"
    )
    told = [text for text in notices(scene) if "D1" in text]
    assert len(told) == 1
    assert "service 13-0" in told[0]
    assert "trucks cannot serve it" in told[0]
    way = travel_matrix(scene)
    at = way.index
    assert way.seconds[0][at["D1"], at["S1"]] == NO_ROAD


@pytest.mark.parametrize(("lon", "is_moved"), [(112.8015, True), (112.8035, False)])
def test_an_island_is_left_for_a_road_within_200_m(tmp_path, lon, is_moved) -> None:
    """A two-way piece without a link, 149 or 347 m east of the main road."""
    nodes = {7: (27.161, lon), 8: (27.169, lon)}
    scene = road_day(
        tmp_path / "d",
        nodes=nodes,
        ways={13: ((7, 8), SERVICE)},
        village=f"27.165,{lon}",
    )
    assert bool(moved(scene)) is is_moved
    assert cut_off_villages(scene) == ([] if is_moved else ["V1"])


def test_an_island_with_a_depot_and_a_source_is_no_island(tmp_path) -> None:
    """A township beyond the river plans for itself: its roads are main roads too."""
    nodes = {7: (27.161, 112.8015), 8: (27.1699, 112.8015)}
    scene = road_day(
        tmp_path / "d",
        nodes=nodes,
        ways={13: ((7, 8), SERVICE)},
        depot="27.161,112.8015",
        source="27.163,112.8015",
        village="27.169,112.8015",
    )
    assert notices(scene) == []
    assert metres(scene, "S1", "V1") == pytest.approx(667, abs=3)


def test_no_truck_stops_on_a_motorway(tmp_path) -> None:
    """The motorway passes nearer than the village road: water goes by the latter."""
    nodes = {7: (27.14, 112.8021), 8: (27.20, 112.8021)}
    motorway = {"highway": "motorway", "oneway": "no"}
    link = {"highway": "motorway_link", "oneway": "no"}
    ways = {13: ((7, 8), motorway), 14: ((1, 7), link), 15: ((4, 8), link)}
    scene = road_day(tmp_path / "d", nodes=nodes, ways=ways, village="27.165,112.802")
    assert "may not stop" in moved(scene)[0]
    assert metres(scene, "S1", "V1") == pytest.approx(556 + 198 * 1.4, abs=5)


def test_paths_without_trucks_do_not_count(tmp_path) -> None:
    """A footpath and a private track lie nearer than the road."""
    nodes = {7: (27.161, 112.801), 8: (27.169, 112.801)}
    ways = {
        13: ((2, 7, 8), {"highway": "footway"}),
        14: ((7, 8, 3), {"highway": "track", "access": "private"}),
    }
    scene = road_day(tmp_path / "d", nodes=nodes, ways=ways, village="27.165,112.8011")
    assert notices(scene) == []
    assert metres(scene, "S1", "V1") == pytest.approx(556 + 109 * 1.4, abs=5)


def test_a_closed_road_cuts_off_and_moves_nobody(tmp_path) -> None:
    """The office closes the lane to V1 today; the road beside it is 111 m away."""
    nodes = {7: (27.165, 112.7985), 8: (27.165, 112.7989)}
    ways = {10: ((1, 2, 9, 3), {"highway": "tertiary"}), 13: ((9, 7), SERVICE)}
    nodes[9] = (27.165, 112.8)
    limits = "limit_id,road,closed\nL1,13-0,yes\n"
    scene = road_day(
        tmp_path / "d", nodes=nodes, ways=ways, village="27.165,112.7985", limits=limits
    )
    assert moved(scene) == []
    assert cut_off_villages(scene) == ["V1"]


def test_a_depot_stands_where_its_own_trucks_can_go(tmp_path) -> None:
    """A lane for 3 t leads past the yard of a 10 t truck: it stands at the road."""
    ways = {13: ((1, 7), {"highway": "service", "maxweight": "3"})}
    scene = road_day(
        tmp_path / "d",
        nodes={7: (27.149, 112.8)},
        ways=ways,
        depot="27.149,112.8",
        trucks=(
            "truck_id,capacity_l,depot_id,shift_start,shift_end,potable,gross_t\n"
            "T1,5000,D1,08:00,18:00,yes,10\nT2,1000,D2,08:00,18:00,yes,2.5\n"
        ),
        more_depots="D2,27.15,112.8\n",
    )
    assert litres(solved(scene)) == 3_500
    assert metres(scene, "D1", "S1") == pytest.approx(1_112 + 111 * 1.4, abs=5)
