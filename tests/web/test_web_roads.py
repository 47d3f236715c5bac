"""Roads and places: drawn on the map in a browser, kept, and planned around."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace

import pytest
from dispatch.runs.contracts_of_folders import Request
from streamlit.testing.v1 import AppTest

from dispatch.files.scenario.write import write_scenario
from dispatch.maps.limits import limit_lines, limit_text, road_lines
from dispatch.model.digest import digest_of
from dispatch.model.road_limits import Moment, RoadLimit
from dispatch.model.roads import RoadEdge, RoadNetwork, RoadNode
from dispatch.roads.travel import travel_matrix
from dispatch.web.catalog import Catalog
from dispatch.web.components.drawing import Drawing, parse_drawing
from dispatch.web.server import MAIN
from dispatch.words.words import Words
from tests.web.browsing import no_sideways_scrolling, settled

#: Five past seven: no water has arrived yet.
SLIDE_S = 7 * 3600 + 300
ATTRIBUTION = "© OpenStreetMap contributors (ODbL)"


@pytest.fixture
def on_roads(scenario):
    """Put the township on roads: a straight one, and a longer one around."""
    nodes = [
        RoadNode(node_id="V1", lat=28.00, lon=115.00),
        RoadNode(node_id="D1", lat=28.005, lon=115.00),
        RoadNode(node_id="V2", lat=28.01, lon=115.00),
        RoadNode(node_id="S1", lat=28.005, lon=115.005),
    ]
    edges = [
        RoadEdge(
            edge_id=f"{a}-{b}",
            from_node=a,
            to_node=b,
            length_m=length_m,
            name=name,
            speed_km_h=36,
        )
        for a, b, length_m, name in (
            ("V1", "D1", 560, "村道"),
            ("D1", "V2", 560, "河堤路"),
            ("D1", "S1", 500, ""),
        )
    ]
    roads = RoadNetwork.of(nodes, edges, attribution=ATTRIBUTION)
    return replace(scenario, roads=roads)


@pytest.fixture
def road_catalog(on_roads, catalog) -> Catalog:
    shutil.rmtree(catalog.data_dir / "town")
    write_scenario(on_roads, catalog.data_dir / "town")
    return catalog


def _page(name):
    """Show one page with the frame that the navigation would give it."""
    import streamlit as st

    from dispatch.web.catalog import Catalog
    from dispatch.web.context import Frame
    from dispatch.web.views import places, roads
    from dispatch.words.words import Words

    catalog = Catalog.from_env()
    entry = catalog.entry("town")
    st.session_state["frame"] = Frame(catalog, entry, Words("zh"))
    {"roads": roads, "places": places}[name].show()


def page_of(name: str) -> AppTest:
    """Pages are functions: each is run by itself, with the frame around it."""
    app = AppTest.from_function(_page, kwargs={"name": name}, default_timeout=30)
    return app.run()


def coordinator_page() -> AppTest:
    return AppTest.from_file(str(MAIN), default_timeout=30).run()


# --- what the map sends ---------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        "x",
        {"shape": "point", "points": []},
        {"shape": "area", "points": [[1, 2], [3, 4]]},
        {"shape": "circle", "points": [[1, 2]]},
        {"shape": "point", "points": [[91, 2]]},
        {"shape": "point", "points": [[float("nan"), 2]]},
        {"shape": "point", "points": [["a", 2]]},
        {"shape": "line", "points": [[1, 2]] * 3_000},
    ],
)
def test_what_makes_no_sense_is_no_drawing(value):
    assert parse_drawing(value) is None


def test_a_drawing_is_read():
    value = {"shape": "point", "points": [[28, 115]], "located_m": 12}
    assert parse_drawing(value) == Drawing("point", ((28.0, 115.0),), 12.0)


# --- words and lines ------------------------------------------------------------


def test_a_limit_is_told_in_words():
    limit = RoadLimit(
        limit_id="L1",
        road="河堤路",
        is_closed=True,
        valid_from=Moment(time_s=8 * 3600),
        valid_until=Moment(time_s=9 * 3600 + 1800),
        notes="赶集",
    )
    assert (
        limit_text(limit, Words("zh")) == "封闭 · 河堤路 · 每天 08:00 到 09:30 · 赶集"
    )
    weak = RoadLimit(
        limit_id="L2",
        road="X012",
        max_gross_t=8,
        valid_until=Moment(date=dt.date(2022, 9, 9)),
    )
    assert limit_text(weak, Words("en")) == "up to 8 t · X012 · … to 2022-09-09"


def test_closed_roads_lie_over_the_others(on_roads):
    closed = RoadLimit(limit_id="L1", road="河堤路", is_closed=True)
    slow = RoadLimit(limit_id="L2", road="村道", speed_km_h=5)
    scene = replace(on_roads, road_limits=(closed, slow))
    assert sum(len(line.points) for line in road_lines(scene)) == 3
    first, second = limit_lines(scene, Words("zh"))
    assert first.points == [[(28.005, 115.0), (28.01, 115.0)]]
    # Told apart by more than colour.
    assert first.style["dashArray"] != second.style["dashArray"]


# --- pages ----------------------------------------------------------------------


def test_the_page_says_who_is_cut_off(road_catalog, on_roads):
    app = page_of("roads")
    assert not app.exception
    assert "没有封路，每个村都有车能到" in app.title[0].value
    closed = RoadLimit(limit_id="L1", road="河堤路", is_closed=True)
    cut = replace(on_roads, road_limits=(closed,))
    road_catalog.store.drafts.save("town", cut)
    app.run()
    assert "1 个村没有车能到" in app.title[0].value
    assert any("下村" in item.value for item in app.markdown)
    assert any("ODbL" in item.value for item in app.caption)


def test_without_roads_the_page_says_how_to_get_them(catalog):
    app = page_of("roads")
    assert not app.exception
    assert app.title[0].value == "还没有路网"


def test_a_limit_that_fits_nowhere_is_told_on_the_page(road_catalog, on_roads):
    lost = RoadLimit(limit_id="L1", road="不存在的路", is_closed=True)
    road_catalog.store.drafts.save("town", replace(on_roads, road_limits=(lost,)))
    app = page_of("roads")
    assert not app.exception
    table = app.dataframe[0].value
    assert any("没有生效" in str(cell) for cell in table.to_numpy().ravel())


def finished_day(catalog, scenario):
    """Plan a day with the real solver, as the worker does, and return its job."""
    from dispatch.runs.worker_of_folders import run

    store = catalog.store
    request = Request(
        scenario_key="town",
        scenario_name=scenario.name,
        digest=f"{digest_of(scenario)}-0.5-0",
        seconds=0.5,
    )
    job = store.create(scenario, request)
    run(job)
    assert job.state().status == "done", job.state()
    return job


def test_one_button_plans_again_after_a_closure(road_catalog, on_roads, monkeypatch):
    """The button starts a run that goes on from the plan, and the worker does it."""
    from dispatch.runs.worker_of_folders import run

    day = finished_day(road_catalog, on_roads)
    app = page_of("roads")
    assert any("现在的路况" in item.value for item in app.caption)
    assert not [b for b in app.button if b.key == "replan"]
    closed = RoadLimit(
        limit_id="L1",
        road="河堤路",
        is_closed=True,
        valid_from=Moment(date=on_roads.date, time_s=SLIDE_S),
    )
    changed = replace(on_roads, road_limits=(closed,))
    road_catalog.store.drafts.save("town", changed)
    app.run()
    asked = []

    def start(store, scenario, request):
        asked.append(store.create(scenario, request))
        return asked[-1]

    monkeypatch.setattr("dispatch.runs.queue_of_folders.JobStore.start", start)
    app.time_input(key="replan_from").set_value(dt.time(7, 5))
    app.button(key="replan").click()
    app.run()
    assert not app.exception
    (job,) = asked
    request = job.request()
    assert request.previous_id == day.job_id
    assert request.now_s == SLIDE_S
    run(job)
    assert job.state().is_good, job.state()
    result = job.result()
    travel = travel_matrix(changed)
    assert result.travel.later.switches_s == travel.later.switches_s == (SLIDE_S,)
    before = day.result().plan
    late = [
        stop
        for route in result.plan.routes
        for stop in route.stops
        if stop.place_id == "V2" and stop.start_s > SLIDE_S
    ]
    assert late == []
    assert before.routes[0].stops[0] == result.plan.routes[0].stops[0]
    told = coordinator_page()
    assert not told.exception
    assert any("改了" in item.label for item in told.expander)
    changes = [frame.value for frame in told.dataframe if "原因" in frame.value.columns]
    assert "下村" in set(changes[0]["村"])
    assert {"道路"} <= set(changes[0]["原因"])


def test_pasted_coordinates_move_a_village(road_catalog, on_roads):
    app = page_of("places")
    assert not app.exception
    app.selectbox(key="place").set_value("V2")
    app.text_input(key="place_text").set_value("没有坐标")
    app.run()
    assert "读不出位置：" in app.error[0].value
    app.text_input(key="place_text").set_value("115.0003, 28.0098")
    app.run()
    assert not app.exception
    assert any("28.009800, 115.000300" in item.value for item in app.markdown)
    app.button(key="place_save").click()
    app.run()
    assert any("下村" in item.value for item in app.success)
    _, saved = road_catalog.store.drafts.read("town")
    village = next(v for v in saved.villages if v.village_id == "V2")
    assert (village.lat, village.lon) == pytest.approx((28.0098, 115.0003))
    assert saved.roads == on_roads.roads


def test_a_transfer_point_is_kept_with_what_brings_the_water(road_catalog):
    app = page_of("places")
    app.selectbox(key="place").set_value("V2")
    app.text_input(key="place_text").set_value("28.0097,115.0")
    app.run()
    app.segmented_control(key="place_what").set_value("transfer")
    app.run()
    app.text_input(key="place_by").set_value("三轮车")
    app.button(key="place_save").click()
    app.run()
    assert not app.exception
    _, saved = road_catalog.store.drafts.read("town")
    village = next(v for v in saved.villages if v.village_id == "V2")
    assert village.stop_at == pytest.approx((28.0097, 115.0))
    assert village.transfer_by == "三轮车"
    assert village.lat == 28.01


def test_a_position_far_from_any_road_is_refused(road_catalog):
    app = page_of("places")
    app.selectbox(key="place").set_value("V2")
    app.text_input(key="place_text").set_value("28.2,115.0")
    app.run()
    app.button(key="place_save").click()
    app.run()
    assert not app.exception
    assert road_catalog.store.drafts.read("town") is None


# --- in a browser ---------------------------------------------------------------


def middle_of(page, first: int, second: int) -> tuple[float, float]:
    """Return the point of the screen half-way between two marks."""
    marks = page.locator(".wd-drawing-place")
    one, other = marks.nth(first).bounding_box(), marks.nth(second).bounding_box()
    return (
        (one["x"] + other["x"] + one["width"]) / 2,
        (one["y"] + other["y"] + one["height"]) / 2,
    )


def test_a_road_is_closed_by_a_click(server, watched, on_roads):
    """Depot, source, two villages are marks 0 to 3; the road to V2 lies straight."""
    address, data = server
    write_scenario(on_roads, data / "roadtown")
    open_page, wrong = watched
    page = open_page(f"{address}/roads?scenario=roadtown", height=1400)
    settled(page)
    page.locator(".wd-drawing-place").nth(3).wait_for(timeout=30_000)
    page.wait_for_timeout(500)
    page.mouse.click(*middle_of(page, 0, 3))
    page.get_by_text("选中").wait_for(timeout=20_000)
    settled(page)
    assert page.get_by_text("河堤路").first.is_visible()
    assert page.get_by_text("选中 560 米道路").is_visible()
    page.get_by_text("只这一处").click()
    page.get_by_text("选中 20 米道路").wait_for(timeout=20_000)
    page.get_by_text("整段（路口到路口）").click()
    page.get_by_text("选中 560 米道路").wait_for(timeout=20_000)
    settled(page)
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("已保存为 L1").wait_for(timeout=20_000)
    page.get_by_text("1 个村没有车能到").first.wait_for(timeout=20_000)
    settled(page)
    saved = Catalog(data).store.drafts.read("roadtown")
    assert saved is not None
    (limit,) = saved[1].road_limits
    assert limit.is_closed
    assert limit.road == "D1-V2"

    phone = open_page(f"{address}/roads?scenario=roadtown", width=390, height=844)
    settled(phone)
    phone.locator(".wd-drawing-place").nth(3).wait_for(timeout=30_000)
    assert no_sideways_scrolling(phone)
    small = phone.evaluate(
        "[...document.querySelectorAll('.wd-drawing-bar button')].filter(b => "
        "!b.hidden && b.getBoundingClientRect().height < 44).length"
    )
    assert small == 0
    ignored = ("_stcore/health", "_stcore/host-config")
    assert [item for item in wrong if not str(item[1]).endswith(ignored)] == []


def test_a_village_is_placed_by_click_and_by_phone(server, watched, on_roads, browser):
    address, data = server
    write_scenario(on_roads, data / "placetown")
    open_page, wrong = watched
    page = open_page(f"{address}/places?scenario=placetown", height=1400)
    settled(page)
    page.locator(".wd-drawing-place").nth(3).wait_for(timeout=30_000)
    page.wait_for_timeout(500)
    page.mouse.click(*middle_of(page, 0, 3))
    page.get_by_text("离原来的位置").wait_for(timeout=20_000)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 28.0061, "longitude": 115.0004})
    page.get_by_role("button", name="用手机定位").click()
    page.get_by_text("手机定位").last.wait_for(timeout=20_000)
    settled(page)
    page.get_by_role("button", name="保存位置").click()
    page.get_by_text("的位置已保存").wait_for(timeout=20_000)
    settled(page)
    saved = Catalog(data).store.drafts.read("placetown")
    assert saved is not None
    village = saved[1].villages[0]
    assert (village.lat, village.lon) == pytest.approx((28.0061, 115.0004))
    ignored = ("_stcore/health", "_stcore/host-config")
    assert [item for item in wrong if not str(item[1]).endswith(ignored)] == []
