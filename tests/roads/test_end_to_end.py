"""A day on the real roads of Andorra: invented places, three classes of trucks."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dispatch.check.rules import check_plan
from dispatch.files.scenario.read import read_scenario
from dispatch.files.scenario.read_roads import read_roads
from dispatch.maps.page import plan_map_html
from dispatch.model.road_limits import Moment, RoadLimit
from dispatch.model.roads import CLOSED, RoadNetwork
from dispatch.model.travel import NO_ROAD
from dispatch.roads.model import road_model
from dispatch.roads.reach import out_of_reach
from dispatch.roads.route import RouteFinder
from dispatch.roads.travel import travel_matrix
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from tests.planning.replanning import replan
from tests.roads.real_roads import REAL, need_real_roads

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario

EXTRACT = "andorra_2013.osm.pbf"
SETTINGS = """\
name = "andorra"
date = 2022-09-06
datum = "wgs84"
"""
TRUCKS = """\
truck_id,capacity_l,depot_id,shift_start,shift_end,unload_rate_l_per_min,gross_t,width_m,height_m,potable
small,2000,D,07:00,18:00,300,4.5,1.9,2.2,yes
middle,6000,D,07:00,18:00,400,11,2.4,2.9,yes
large,15000,D,07:00,18:00,600,25,2.5,3.4,yes
"""
#: Ten hours after midnight: a slide on the road.
SLIDE_S = 36_000


def spots(roads: RoadNetwork, count: int) -> list[tuple[float, float]]:
    """Return points beside roads of the largest connected part, 40 m off."""
    rng = np.random.default_rng(20220906)
    usable = np.flatnonzero((roads.access != CLOSED) & (roads.length_m > 80))
    found = []
    while len(found) < count:
        edge = int(rng.choice(usable))
        line = roads.line(edge)
        lat, lon = line[len(line) // 2]
        found.append((lat + 0.00036, lon))
    return found


def write_tables(folder: Path) -> None:
    shutil.copy(REAL / EXTRACT, folder / "roads" / EXTRACT)
    points = spots(read_roads(REAL / EXTRACT), 34)
    depots = "depot_id,name,lat,lon"
    sources = "source_id,name,lat,lon,supply_l,fill_rate_l_per_min,bays,potable"
    villages = "village_id,name,lat,lon,population,vulnerable_people,storage_l"
    tables: dict[str, tuple[str, list[tuple[object, ...]]]] = {
        "depots": (depots, [("D", "车场", *points[0])]),
        "sources": (
            sources,
            [
                (f"S{k}", f"水源{k}", *points[k], 60_000, 800, 2, "yes")
                for k in (1, 2, 3)
            ],
        ),
        "villages": (
            villages,
            [
                (f"V{k}", f"村{k}", *point, 40 + 11 * k, 4 + k, 12_000)
                for k, point in enumerate(points[4:])
            ],
        ),
    }
    for name, (head, rows) in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([head.split(","), *rows])
    (folder / "scenario.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "trucks.csv").write_text(TRUCKS, encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_real_roads()
    path: Path = tmp_path_factory.mktemp("andorra")
    (path / "roads").mkdir()
    write_tables(path)
    scenario = read_scenario(path)
    # The office knows of two weak lanes that no extract tells of.
    weak = [village.stop_at for village in scenario.villages[:2]]
    with (path / "roads" / "limits.csv").open("w", encoding="utf-8") as out:
        out.write("limit_id,lat,lon,max_weight_t,notes\n")
        for number, (lat, lon) in enumerate(weak, 1):
            out.write(f"L{number},{lat},{lon},12,危桥\n")
    return path


@pytest.fixture(scope="module")
def day(folder: Path) -> tuple[Scenario, Plan]:
    scenario = read_scenario(folder)
    travel = travel_matrix(scenario)
    plan = solve(scenario, travel, SolveParams(iterations=600, workers=1), seed=1).plan
    assert plan is not None
    assert check_plan(scenario, travel, plan) == []
    return scenario, plan


def test_the_heaviest_truck_cannot_reach_some_villages(
    day: tuple[Scenario, Plan],
) -> None:
    scenario, plan = day
    lost = {
        truck: set(villages)
        for trucks, villages in out_of_reach(scenario)
        for truck in trucks
    }
    assert lost["large"] > lost.get("middle", set()) >= lost.get("small", set())
    visited = {
        stop.place_id
        for route in plan.routes
        if route.truck_id == "large"
        for stop in route.stops
    }
    assert visited
    assert not visited & lost["large"]
    assert {"V0", "V1"} <= lost["large"]
    travel = travel_matrix(scenario)
    assert len(travel.seconds) == 3
    index = travel.index
    large = travel.seconds[travel.class_of_truck["large"]]
    assert large[index["S1"], index["V0"]] == NO_ROAD
    assert sum(plan.totals.served_l.values()) > 50_000


def busiest_leg(plan: Plan) -> tuple[str, str, str]:
    """Return truck, source and village of a trip that leaves after the slide."""
    for route in plan.routes:
        for before, after in zip(route.stops, route.stops[1:], strict=False):
            if before.kind == "fill" and before.start_s > SLIDE_S + 600:
                return route.truck_id, before.place_id, after.place_id
    raise AssertionError("no trip after the slide")


def test_a_closed_road_is_planned_around(day: tuple[Scenario, Plan]) -> None:
    """A slide at ten half-way on the road of a later trip: one call plans again."""
    scenario, plan = day
    truck, source, village = busiest_leg(plan)
    line = RouteFinder(scenario).line(truck, source, village)
    spot = line[len(line) // 2]
    slide = RoadLimit(
        limit_id="slide",
        points=(spot,),
        is_closed=True,
        valid_from=Moment(date=scenario.date, time_s=SLIDE_S),
    )
    closed = replace(scenario, road_limits=(*scenario.road_limits, slide))
    travel = travel_matrix(closed)
    assert travel.later is not None
    assert travel.later.switches_s == (SLIDE_S,)
    index = travel.index
    truck_class = travel.class_of_truck[truck]
    row, column = index[source], index[village]
    before = travel.seconds[truck_class][row, column]
    after = travel.later.periods[0].seconds[truck_class][row, column]
    assert before == travel_matrix(scenario).seconds[truck_class][row, column]
    assert after == NO_ROAD or after > before
    # The old plan would drive over the slide, and the check says so.
    assert {v.rule for v in check_plan(closed, travel, plan)} >= {2}
    found = replan(
        closed,
        travel,
        plan,
        SolveParams(iterations=300, workers=1),
        now_s=SLIDE_S,
        change_price_l=100,
    )
    assert found.broken.to_come == []
    assert found.broken.past == []
    assert {change.reason for change in found.changes} & {"road", "for_others"}
    # The map shows the closure without any other host.
    page = plan_map_html(closed, travel, found.plan)
    assert "http://" not in page.replace("http://www.w3.org", "")
    model = road_model(closed)
    assert model is not None
    assert [item.limit.limit_id for item in model.matched][-1] == "slide"
    finder = RouteFinder(closed)
    assert spot not in finder.line(truck, source, village, depart_s=SLIDE_S + 60)
