"""GPX and KML of a truck's day: readable by others, in order, in WGS-84."""

from __future__ import annotations

import dataclasses
import datetime as dt
import xml.etree.ElementTree as ET
from pathlib import Path

import gpxpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.files.plan.gpx import gpx_text
from dispatch.files.plan.kml import kml_text
from dispatch.files.plan.tracks import TrackMaker, TrackPoint, TruckDay, file_names
from dispatch.files.plan.write import write_plan
from dispatch.files.scenario.read import read_scenario
from dispatch.model.plan import Plan, Route, Stop
from dispatch.roads.route import RouteFinder
from dispatch.roads.travel import travel_matrix
from tests.files.plan.small_plan import small_plan

ROOT = Path(__file__).parents[3]
KML = "{http://www.opengis.net/kml/2.2}"


def small_day() -> TruckDay:
    plan, scenario, _ = small_plan()
    first = dataclasses.replace(
        scenario.villages[0],
        transfer_lat=27.17,
        transfer_lon=112.83,
        transfer_by="三轮车",
    )
    scenario = dataclasses.replace(scenario, villages=(first, *scenario.villages[1:]))
    return TrackMaker(plan, scenario, RouteFinder(scenario)).day(plan.routes[0])


def test_stops_are_in_order_with_time_litres_and_name() -> None:
    titles = [point.title for point in small_day().points]
    assert [title.split()[0] for title in titles] == list("123456")
    assert titles[1] == "2 装水 水厂"
    deliver = small_day().points[2]
    assert deliver.title == "3 送水 东村"
    assert "08:00-08:10" in deliver.text
    assert "2,000 升" in deliver.text


def test_the_waypoint_is_where_the_truck_stops() -> None:
    deliver = small_day().points[2]
    assert (deliver.lat, deliver.lon) == (27.17, 112.83)
    assert "停在交接点 三轮车" in deliver.text
    assert (27.17, 112.83) in small_day().line


def test_gpx_is_read_by_another_program() -> None:
    day = small_day()
    found = gpxpy.parse(gpx_text(day))
    assert [point.name for point in found.waypoints] == [p.title for p in day.points]
    # 08:00 in China is midnight UTC.
    assert found.waypoints[2].time == dt.datetime(2022, 9, 6, 0, 0, tzinfo=dt.UTC)
    points = found.tracks[0].segments[0].points
    line = [(round(lat, 6), round(lon, 6)) for lat, lon in day.line]
    assert [(point.latitude, point.longitude) for point in points] == line


def test_kml_has_the_same_stops_and_line() -> None:
    day = small_day()
    root = ET.fromstring(kml_text(day))
    marks = root.findall(f".//{KML}Placemark")
    assert [m.findtext(f"{KML}name") for m in marks[:-1]] == [
        p.title for p in day.points
    ]
    when = marks[2].findtext(f"{KML}TimeStamp/{KML}when")
    assert when == "2022-09-06T08:00:00+08:00"
    at = marks[2].findtext(f"{KML}Point/{KML}coordinates")
    assert at == "112.830000,27.170000"
    line = marks[-1].findtext(f"{KML}LineString/{KML}coordinates")
    assert line is not None
    assert len(line.split()) == len(day.line)


def test_the_line_is_that_of_the_hours_of_the_drive() -> None:
    """A road may be closed until noon: the finder has to know when the truck goes."""
    asked: list[tuple[str, str, int, int]] = []

    class Finder(RouteFinder):
        def line(self, truck_id, from_place, to_place, *, depart_s, arrive_s):  # type: ignore[no-untyped-def,override]  # as its base
            asked.append((from_place, to_place, depart_s, arrive_s))
            return super().line(truck_id, from_place, to_place)

    plan, scenario, _ = small_plan()
    TrackMaker(plan, scenario, Finder(scenario)).day(plan.routes[0])
    stops = plan.routes[0].stops
    assert asked[0] == ("D1", stops[1].place_id, 25200, 25500)
    assert asked[1] == (stops[1].place_id, stops[2].place_id, 26400, 27000)


def test_the_line_follows_the_roads() -> None:
    scenario = read_scenario(ROOT / "data" / "yonghe")
    village = scenario.villages[0].village_id
    stops = (
        Stop("depart", "D1", 0, 0, 0),
        Stop("fill", "SRC-JGQ", 10, 10, 20, 3000),
        Stop("deliver", village, 30, 30, 40, 3000),
        Stop("return", "D1", 50, 50, 50),
    )
    plan = dataclasses.replace(small_plan()[0], routes=(Route("T1", "D1", stops),))
    finder = RouteFinder(scenario)
    day = TrackMaker(plan, scenario, finder).day(plan.routes[0])
    legs = [("D1", "SRC-JGQ"), ("SRC-JGQ", village), (village, "D1")]
    num = sum(len(finder.line("T1", *leg)) for leg in legs)
    assert len(day.line) == num - 2  # ends that meet stand once
    assert num > 100


@given(st.text())
def test_any_name_makes_good_xml(name: str) -> None:
    start = dt.datetime(2022, 9, 6, tzinfo=dt.UTC)
    point = TrackPoint(title=name, text=name, start=start, lat=27.0, lon=112.0)
    day = TruckDay(title=name, points=(point,), line=((27.0, 112.0),))
    for text in (gpx_text(day), kml_text(day)):
        ET.fromstring(text.encode("utf-8", "surrogatepass"))


def test_a_hostile_name_stays_text() -> None:
    name = "</name><script>&amp;]]>\"'"
    point = TrackPoint(
        title=name, text=name, start=dt.datetime.now(dt.UTC), lat=27.0, lon=112.0
    )
    day = TruckDay(title=name, points=(point,), line=())
    assert gpxpy.parse(gpx_text(day)).waypoints[0].name == name
    root = ET.fromstring(kml_text(day))
    assert root.find(".//script") is None


def test_file_names_of_odd_ids() -> None:
    names = file_names(("T1", "t1", "../x", "湘D/1", "湘D:1", "."))
    assert names["T1"] == "T1"
    assert names["t1"] == "t1_2"
    assert names["湘D/1"] == "湘D_1"
    assert names["湘D:1"] == "湘D_1_2"
    assert len({name.casefold() for name in names.values()}) == len(names)
    assert not any("/" in name or name.startswith(".") for name in names.values())


def test_a_truck_at_rest_leaves_no_old_file(tmp_path: Path) -> None:
    """Its driver would follow the plan of before."""
    plan, scenario, travel = small_plan()
    write_plan(plan, scenario, travel, tmp_path, sheets=False)
    assert (tmp_path / "gpx" / "T1.gpx").is_file()
    (tmp_path / "gpx" / "mine.gpx").write_text("x")
    rest: Plan = dataclasses.replace(plan, routes=())
    written = write_plan(rest, scenario, travel_matrix(scenario), tmp_path)
    assert not (tmp_path / "gpx" / "T1.gpx").exists()
    assert not (tmp_path / "kml" / "T1.kml").exists()
    assert (tmp_path / "gpx" / "mine.gpx").exists()
    assert not any(path.suffix in (".gpx", ".kml") for path in written)


@pytest.mark.parametrize("date", [dt.date.min, dt.date.max, dt.date(2022, 9, 6)])
def test_a_day_at_the_end_of_the_calendar(date: dt.date) -> None:
    """Eight hours before 0001-01-01 there is no moment in UTC: no time, no failure."""
    plan, scenario, _ = small_plan()
    plan = dataclasses.replace(plan, date=date)
    route = plan.routes[0]
    late = dataclasses.replace(route.stops[-1], start_s=30 * 3600, end_s=30 * 3600)
    route = dataclasses.replace(route, stops=(*route.stops[:-1], late))
    early = dataclasses.replace(route.stops[0], arrive_s=0, start_s=0, end_s=0)
    route = dataclasses.replace(route, stops=(early, *route.stops[1:]))
    day = TrackMaker(plan, scenario, RouteFinder(scenario)).day(route)
    times = ET.fromstring(gpx_text(day)).iter("{http://www.topografix.com/GPX/1/1}time")
    num_lost = sum(point.start is None for point in day.points)
    assert len(list(times)) == len(day.points) - num_lost
    assert (num_lost > 0) == (date.year != 2022)
    assert ET.fromstring(kml_text(day)) is not None
