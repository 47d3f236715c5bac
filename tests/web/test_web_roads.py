"""Roads and places: drawn on the map in a browser, kept, and planned around."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dispatch.day.planning import plan_version
from dispatch.day.publishing import publish_version, shown_version
from dispatch.maps.limits import limit_lines, limit_text, road_lines
from dispatch.model.road_limits import Moment, RoadLimit
from dispatch.model.roads import RoadEdge, RoadNetwork, RoadNode
from dispatch.roads.travel import travel_matrix
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from dispatch.web.components.drawing import Drawing, parse_drawing
from dispatch.words.words import Words
from tests.web.browsing import kept_day, no_sideways_scrolling, settled, take_in
from tests.web.office import CODE, DATE, NOW, keys, shown, table_of, texts

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
def road_office(office, on_roads):
    office.edit(replace(on_roads, name=office.scenario().name))
    return office


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


def test_the_page_says_who_is_cut_off(road_office):
    app = road_office.page("roads")
    assert "没有封路，每个送水点都有车能到" in app.title[0].value
    closed = RoadLimit(limit_id="L1", road="河堤路", is_closed=True)
    road_office.edit(replace(road_office.scenario(), road_limits=(closed,)))
    shown(app)
    assert "1 个村没有车能到" in app.title[0].value
    assert any("下村" in item.value for item in app.markdown)
    assert any("ODbL" in item.value for item in app.caption)


def test_without_roads_the_page_says_how_to_get_them(office):
    app = office.page("roads")
    assert app.title[0].value == "还没有路网"


def test_a_limit_that_fits_nowhere_is_told_on_the_page(road_office):
    lost = RoadLimit(limit_id="L1", road="不存在的路", is_closed=True)
    road_office.edit(replace(road_office.scenario(), road_limits=(lost,)))
    app = road_office.page("roads")
    table = app.dataframe[0].value
    assert any("没有生效" in str(cell) for cell in table.to_numpy().ravel())


def test_one_button_plans_again_after_a_closure(road_office):
    """The button asks for a run that goes on from the plan, and a worker does it."""
    office = road_office
    few = SolveParams(iterations=30)
    first = plan_version(office.db, CODE, DATE, few, at=NOW)
    publish_version(office.db, CODE, DATE, first.number, who="x", at=NOW)
    app = office.page("roads")
    assert any("现在的路况" in item.value for item in app.caption)
    assert "replan" not in keys(app)
    closed = RoadLimit(
        limit_id="L1",
        road="河堤路",
        is_closed=True,
        valid_from=Moment(date=DATE, time_s=SLIDE_S),
    )
    changed = replace(office.scenario(), road_limits=(closed,))
    office.edit(changed)
    assert "路况在 09-06 07:00 的方案之后改过" in shown(app)
    app.time_input(key="replan_from").set_value(dt.time(7, 5))
    app.button(key="replan").click()
    assert "已开始重新安排" in shown(app)
    assert office.job().ask["now_s"] == SLIDE_S

    def quick(*args, **kwargs):
        return solve(*args[:2], few, **kwargs)

    assert office.work(quick) == 1
    version = shown_version(office.db, CODE, DATE, 2)
    travel = travel_matrix(version.scenario)
    assert travel.later.switches_s == (SLIDE_S,)
    late = [
        stop
        for route in version.plan.routes
        for stop in route.stops
        if stop.place_id == "V2" and stop.start_s > SLIDE_S
    ]
    assert late == []
    before = first.planned.plan
    assert before.routes[0].stops[0] == version.plan.routes[0].stops[0]
    told = office.page("plan")
    assert any("改了" in item.label for item in told.expander)
    changes = table_of(told, "原因")
    assert "下村" in set(changes["村"])
    assert {"道路"} <= set(changes["原因"])


def test_a_plan_is_asked_for_once(road_office):
    road_office.plan(publish=True)
    road_office.ask()
    app = road_office.page("roads")
    assert "正在编制方案" in texts(app)
    assert "replan" not in keys(app)


def test_limits_are_read_from_a_table_and_its_faults_are_told(road_office):
    app = road_office.page("roads")
    text = "limit_id,road,closed\nL9,河堤路,yes\n"
    app.file_uploader(key="limits_upload").set_value(
        ("limits.csv", text.encode(), "text/csv")
    )
    assert "已读入，新增 1 条限制" in shown(app)
    (limit,) = road_office.scenario().road_limits
    assert (limit.road, limit.is_closed) == ("河堤路", True)
    text = "limit_id,road,max_gross_t\nL9,河堤路,很重\n"
    app.file_uploader(key="limits_upload").set_value(
        ("limits.csv", text.encode(), "text/csv")
    )
    assert "文件读不进去" in shown(app)
    assert road_office.scenario().road_limits == (limit,)


def paste(app, place, text):
    app.selectbox(key="place").set_value(place)
    app.text_input(key="place_text").set_value(text)
    return shown(app)


def test_pasted_coordinates_move_a_village(road_office):
    app = road_office.page("places")
    paste(app, "V2", "没有坐标")
    assert "读不出位置：" in app.error[0].value
    assert "28.009800, 115.000300" in paste(app, "V2", "115.0003, 28.0098")
    app.button(key="place_save").click()
    assert "下村 的位置已保存" in shown(app)
    village = road_office.village("V2")
    assert (village.lat, village.lon) == pytest.approx((28.0098, 115.0003))
    assert road_office.scenario().roads is not None


def test_nothing_older_is_saved_after_an_unreadable_paste(office):
    """A position pasted before was still offered, and saved, after the paste of abc."""
    app = office.page("places")
    paste(app, "V2", "28.0098,115.0003")
    assert "place_save" in keys(app)
    paste(app, "V2", "abc")
    assert "读不出位置" in app.error[0].value
    assert "place_save" not in keys(app)
    # A click on the map after it counts, though the text still stands there.
    app.session_state["place_pending"] = (28.0097, 115.0002)
    shown(app)
    app.button(key="place_save").click()
    shown(app)
    village = office.village("V2")
    assert (village.lat, village.lon) == pytest.approx((28.0097, 115.0002))


def test_a_transfer_point_is_kept_with_what_brings_the_water(road_office):
    app = road_office.page("places")
    paste(app, "V2", "28.0097,115.0")
    app.segmented_control(key="place_what").set_value("transfer")
    shown(app)
    app.text_input(key="place_by").set_value("三轮车")
    app.button(key="place_save").click()
    shown(app)
    village = road_office.village("V2")
    assert village.stop_at == pytest.approx((28.0097, 115.0))
    assert village.transfer_by == "三轮车"
    assert village.lat == 28.01


def test_a_position_far_from_any_road_is_refused(road_office):
    app = road_office.page("places")
    paste(app, "V2", "28.2,115.0")
    app.button(key="place_save").click()
    shown(app)
    assert road_office.village("V2").lat == 28.01


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
    take_in(data, "roadtown", on_roads)
    open_page, wrong = watched
    page = open_page(f"{address}/roads?township=roadtown&date={DATE}", height=1400)
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
    (limit,) = kept_day(data, "roadtown", DATE).road_limits
    assert limit.is_closed
    assert limit.road == "D1-V2"

    phone = open_page(
        f"{address}/roads?township=roadtown&date={DATE}", width=390, height=844
    )
    settled(phone)
    phone.locator(".wd-drawing-place").nth(3).wait_for(timeout=30_000)
    assert no_sideways_scrolling(phone)
    small = phone.evaluate(
        "[...document.querySelectorAll('.wd-drawing-bar button')].filter(b => "
        "!b.hidden && b.getBoundingClientRect().height < 44).length"
    )
    assert small == 0
    assert wrong == []


def test_a_village_is_placed_by_click_and_by_phone(server, watched, on_roads, browser):
    address, data = server
    take_in(data, "placetown", on_roads)
    open_page, wrong = watched
    page = open_page(f"{address}/places?township=placetown&date={DATE}", height=1400)
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
    village = kept_day(data, "placetown", DATE).villages[0]
    assert (village.lat, village.lon) == pytest.approx((28.0061, 115.0004))
    assert wrong == []
