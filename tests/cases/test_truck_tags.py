"""Tags of OpenStreetMap for trucks: by mode, by weight, by the hours of the day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dispatch import read_scenario, travel_matrix
from dispatch.files.roads.write import write_roads
from dispatch.roads.reach import limit_warnings
from tests.cases.field_days import (
    CASES,
    litres,
    metres,
    notices,
    road_day,
    solved,
    with_trucks,
)

SHORT_M, ROUND_M = 2_224, 8_160


@pytest.mark.parametrize(
    ("variant", "morning_m"),
    [
        ("access-no-hgv-yes", SHORT_M),
        ("maxweight-hgv", ROUND_M),
        ("hgv-conditional", ROUND_M),
    ],
)
def test_the_three_variants(variant: str, morning_m: int) -> None:
    """The last one: no trucks Mo-Fr until 09:00, and it is a Tuesday from 08:00 on."""
    scene = read_scenario(CASES / "osm-truck-tags" / variant)
    assert notices(scene) == []
    assert metres(scene, "S1", "V1") == morning_m
    assert litres(solved(scene)) == 3_500


def test_a_conditional_closure_counts_at_its_hours_only() -> None:
    scene = read_scenario(CASES / "osm-truck-tags" / "hgv-conditional")
    travel = travel_matrix(scene)
    assert travel.later is not None
    assert travel.later.switches_s == (9 * 3600,)
    at = travel.index
    after_m = travel.later.periods[0].metres[0][at["S1"], at["V1"]]
    assert after_m == SHORT_M
    # On a Sunday, or for a van, nothing is closed.
    sunday = replace(scene, date=dt.date(2022, 9, 4))
    assert travel_matrix(sunday).later is None
    assert metres(sunday, "S1", "V1") == SHORT_M
    assert metres(with_trucks(scene, gross_t=3.5), "S1", "V1") == SHORT_M


def day_with(folder, **tags):
    own = {key.replace("__", ":"): value for key, value in tags.items()}
    return road_day(folder, ways={11: ((3, 4), {"highway": "tertiary", **own})})


@pytest.mark.parametrize(
    ("tags", "is_short"),
    [
        ({"maxweightrating__hgv": "7.5"}, False),
        ({"maxweightrating__hgv": "12"}, True),
        ({"maxweight": "7.5", "maxweight__hgv": "12"}, True),
        ({"maxwidth__hgv": "2.2"}, False),
        ({"maxheight": "9'6\""}, False),
        ({"access": "no", "hgv": "delivery"}, True),
        ({"motor_vehicle": "no", "access": "yes"}, False),
        ({"hgv": "no"}, False),
        ({"hgv": "agricultural"}, True),
        ({"hgv__conditional": "no @ (weight>7.5)"}, False),
        ({"hgv__conditional": "no @ (weight>12)"}, True),
        ({"maxweight__conditional": "7.5 @ (Apr-Oct)"}, False),
        ({"maxweight__conditional": "7.5 @ (Nov-Mar)"}, True),
        ({"hgv": "no", "hgv__conditional": "yes @ (Mo-Fr)"}, True),
        ({"hgv": "no", "hgv__conditional": "yes @ (weight<=12)"}, True),
        ({"hgv": "no", "hgv__conditional": "yes @ (weight<=7.5)"}, False),
        ({"access__conditional": "no @ (2022 Sep 01-2022 Sep 10)"}, False),
        ({"access__conditional": "no @ (Sep 01-10)", "hgv": "yes"}, True),
        ({"hgv__conditional": "no @ (00:00-24:00); yes @ (Tu)"}, True),
        ({"maxweight": "5", "maxweight__conditional": "none @ (06:00-20:00)"}, True),
    ],
)
def test_what_holds_all_day_long(tmp_path, tags, is_short) -> None:
    """Read for the day: no notice, one set of roads. Trucks of 10 t, 2.4 m, 3 m."""
    scene = day_with(tmp_path / "d", **tags)
    assert notices(scene) == []
    assert travel_matrix(scene).later is None
    assert metres(scene, "S1", "V1") == (SHORT_M if is_short else ROUND_M)


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({"hgv__conditional": "no @ wet"}, "hgv:conditional=no @ wet (road 11)"),
        ({"access__conditional": "no @ (sunrise-sunset)"}, "sunrise-sunset"),
        ({"oneway__conditional": "yes @ (07:00-09:00)"}, "oneway:conditional"),
        ({"hgv__forward__conditional": "no @ (07:00-09:00)"}, "hgv:forward"),
        ({"maxweight": "7500"}, "maxweight=7500"),
        ({"oneway": "reversible"}, "oneway=reversible"),
        ({"hgv__conditional": "no @ (Su,PH)"}, "public holidays"),
    ],
)
def test_what_is_not_read_is_told(tmp_path, tags, told) -> None:
    """How many roads, which, and the tag itself; the road stays as it is."""
    scene = day_with(tmp_path / "d", **tags)
    (text,) = notices(scene)
    assert told in text
    assert "1 roads have restrictions" in text
    assert metres(scene, "S1", "V1") == SHORT_M


def test_a_gate_that_is_open_at_times(tmp_path) -> None:
    gate = {"barrier": "gate", "access": "no", "hgv:conditional": "yes @ (10:00-12:00)"}
    nodes = {9: (27.175, 112.8, gate)}
    ways = {11: ((3, 9, 4), {"highway": "tertiary"})}
    scene = road_day(tmp_path / "d", nodes=nodes, ways=ways)
    travel = travel_matrix(scene)
    assert travel.later is not None
    assert travel.later.switches_s == (10 * 3600, 12 * 3600)
    at = travel.index
    found = [
        int(way.metres[0][at["S1"], at["V1"]])
        for way in (travel, *travel.later.periods)
    ]
    assert found == [ROUND_M, SHORT_M, ROUND_M]


def test_tables_made_of_an_extract_keep_the_rules(tmp_path) -> None:
    scene = day_with(tmp_path / "d", hgv__conditional="no @ (Mo-Fr 07:00-09:00)")
    folder = tmp_path / "d"
    (folder / "roads" / "x.osm").unlink()
    write_roads(scene.roads, folder)
    again = read_scenario(folder)
    assert again.roads.rules == scene.roads.rules
    assert travel_matrix(again).later.switches_s == (9 * 3600,)


def test_rules_typed_by_hand_are_read_or_told(tmp_path) -> None:
    scene = day_with(tmp_path / "d", hgv__conditional="no @ (Mo-Fr 07:00-09:00)")
    rules = tuple("夜间禁行 | width=3" if text else "" for text in scene.roads.rules)
    odd = replace(scene, roads=replace(scene.roads, rules=rules))
    (problem,) = limit_warnings(odd)
    text = problem.message.text("zh")
    assert "夜间禁行（道路 11）" in text
    assert "width=3" in text
    assert travel_matrix(odd).later is None


def test_a_village_at_a_road_closed_for_some_hours_stays_there(tmp_path) -> None:
    """The rule is like a closure of the office: nobody is moved to another road."""
    nodes = {7: (27.165, 112.7985), 9: (27.165, 112.8)}
    ways = {
        10: ((1, 2, 9, 3), {"highway": "tertiary"}),
        13: ((9, 7), {"highway": "service", "hgv:conditional": "no @ (07:00-11:00)"}),
    }
    scene = road_day(tmp_path / "d", nodes=nodes, ways=ways, village="27.165,112.7985")
    assert notices(scene) == []
    first = solved(scene).routes[0]
    visit = next(stop for stop in first.stops if stop.kind == "deliver")
    assert visit.start_s >= 11 * 3600
