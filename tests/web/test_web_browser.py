"""The whole dashboard in a real browser: no internet, no failed request, no script."""

from __future__ import annotations

import base64
import datetime as dt
import sqlite3
import zipfile
from dataclasses import replace

import mapbox_vector_tile
import pytest

from dispatch.files.scenario.write import write_scenario
from dispatch.maps.page import plan_map_html
from dispatch.roads.travel import travel_matrix
from tests.payloads import MARKUP
from tests.web.browsing import (
    kept_day,
    need_chromium,
    no_sideways_scrolling,
    settled,
    take_in,
)
from tests.web.conftest import sign_somebody_in

CODE = "430423112"
#: Tomorrow: nothing depends on the hour at which the tests run.
TOMORROW = dt.date.today() + dt.timedelta(days=1)
PAGES = [
    "needs",
    "plan",
    "requests",
    "deliveries",
    "roads",
    "places",
    "doors",
    "links",
    "coverage",
    "people",
]


def go(page, name):
    page.get_by_role("link", name=name, exact=True).first.click()
    settled(page)
    page.wait_for_timeout(300)
    assert page.get_by_test_id("stException").count() == 0


def press(page, name):
    page.get_by_role("button", name=name).first.click()


def test_from_the_demo_to_a_delivery_without_internet(server, watched, scenario):
    """
    The way of a coordinator through the first two days, with hostile names.

    The demo is taken in, the next day opened, planned by the real solver in a
    process of its own, published, planned anew after a truck broke, and a delivery
    is typed in from paper.
    """
    address, data = server
    open_page, wrong = watched
    villages = (replace(scenario.villages[0], name=MARKUP), scenario.villages[1])
    write_scenario(replace(scenario, villages=villages), data / "town")
    page = open_page(f"{address}/?seconds=2", height=800)
    page.get_by_text("建立乡镇").first.wait_for(timeout=30_000)
    page.get_by_role("textbox", name="区划代码").fill(CODE)
    page.keyboard.press("Tab")
    settled(page)
    press(page, "小镇（日期改为今天）")
    page.get_by_text("还没有方案").first.wait_for(timeout=20_000)
    settled(page)
    assert page.evaluate("window.hacked") is None

    page.goto(f"{address}/?seconds=2&date={TOMORROW}")
    press(page, f"开始 {TOMORROW}")
    page.get_by_text("还没有方案").first.wait_for(timeout=20_000)
    settled(page)
    press(page, "编制方案")
    page.get_by_text("方案已编好").wait_for(timeout=90_000)
    settled(page)
    press(page, "发布第 1 版")
    page.get_by_text("司机按第 1 版执行").wait_for(timeout=20_000)
    settled(page)

    go(page, "计划")
    page.get_by_text("方案可以执行").wait_for(timeout=30_000)
    page.locator(".wd-board-icon").first.wait_for(timeout=20_000)
    # Two villages, one source, one depot.
    assert page.locator(".wd-board-icon").count() >= 4
    assert page.locator(".wd-board-chart").is_visible()
    for view in ("时刻表", "满足情况", "缺水与原因", "下载"):
        page.get_by_test_id("stButtonGroup").get_by_text(view, exact=True).click()
        settled(page)
        page.wait_for_timeout(300)
        assert page.get_by_test_id("stException").count() == 0
    with page.expect_download() as file:
        press(page, "全部文件")
    names = zipfile.ZipFile(file.value.path()).namelist()
    assert {"plan.json", "sheets.pdf", "map.html", "report.xlsx"} <= set(names)
    settled(page)

    go(page, "今日")
    page.get_by_test_id("stButtonGroup").get_by_text("车辆抛锚", exact=True).click()
    settled(page)
    press(page, "重排当天剩余的部分")
    page.get_by_role("button", name="发布第 2 版").wait_for(timeout=90_000)
    settled(page)
    press(page, "发布第 2 版")
    page.get_by_text("司机按第 2 版执行").wait_for(timeout=20_000)
    settled(page)

    go(page, "送达")
    page.get_by_test_id("stButtonGroup").get_by_text("其他上报", exact=True).click()
    settled(page)
    page.get_by_role("combobox", name="地点", exact=False).first.click()
    page.get_by_role("option", name="下村").click()
    page.get_by_label("升数", exact=True).first.fill("900")
    press(page, "保存")
    page.get_by_text("新存 1 条").wait_for(timeout=20_000)
    page.get_by_text("已送达 900 升").first.wait_for(timeout=20_000)
    settled(page)
    assert page.evaluate("window.hacked") is None
    assert wrong == []


BUTTON_HEIGHTS = (
    "[...document.querySelectorAll('.stButton button, [data-testid="
    "stButtonGroup] button, [data-testid=stPopoverButton], [data-testid="
    "stExpandSidebarButton]')].filter(button => button.offsetParent)"
    ".map(button => button.getBoundingClientRect().height)"
)


def test_dashboard_fits_a_phone(demo, watched):
    """At 390 px nothing scrolls sideways and every button is for a thumb."""
    code = "430423302"
    demo.set_clock("09:30")
    demo.take_in(code)
    demo.publish(code)
    open_page, wrong = watched
    asked = f"township={code}&lang=zh"
    word = demo.sign_in("手机", "administrator")
    page = open_page(f"{demo.address}/?{asked}", width=390, height=844, word=word)
    page.get_by_text("司机按第 1 版执行").wait_for(timeout=30_000)
    settled(page)
    for name in ("", *PAGES):
        if name:
            page.goto(f"{demo.address}/{name}?{asked}")
            page.get_by_test_id("stButtonGroup").first.wait_for(timeout=30_000)
            settled(page)
        page.wait_for_timeout(200)
        assert page.get_by_test_id("stException").count() == 0
        assert no_sideways_scrolling(page), name
        # Streamlit says that it is done before all is drawn.
        page.wait_for_function(f"{BUTTON_HEIGHTS}.length >= 3", timeout=10_000)
        heights = page.evaluate(BUTTON_HEIGHTS)
        assert len(heights) >= 3, name
        assert min(heights) >= 44, name
        maps = page.locator('iframe[title="streamlit_folium.st_folium"]')
        if maps.count():
            # Leaving the map while it loads would abort its scripts.
            page.frame_locator('iframe[title="streamlit_folium.st_folium"]').locator(
                ".wd-source"
            ).first.wait_for(timeout=30_000)
    assert wrong == []


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_an_official_looks_and_signs_out(server, watched, width, height):
    """No page of others, not by its address either; afterwards no page at all."""
    address, data = server
    open_page, wrong = watched
    word = sign_somebody_in(data, f"领导{width}", "official", township=CODE)
    page = open_page(
        f"{address}/?date={TOMORROW}", width=width, height=height, word=word
    )
    page.get_by_text("到基本用水").first.wait_for(timeout=30_000)
    settled(page)
    assert no_sideways_scrolling(page)
    page.goto(f"{address}/deliveries?date={TOMORROW}")
    page.get_by_text("已送达 900 升").first.wait_for(timeout=30_000)
    settled(page)
    assert page.get_by_role("button", name="保存").count() == 0
    assert no_sideways_scrolling(page)
    page.goto(f"{address}/needs?date={TOMORROW}")
    page.get_by_text("到基本用水").first.wait_for(timeout=30_000)
    settled(page)
    assert page.get_by_text("上传数据").count() == 0
    page.goto(f"{address}/?date={TOMORROW}")
    page.get_by_text("到基本用水").first.wait_for(timeout=30_000)
    settled(page)
    press(page, f"领导{width}")
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("heading", name="请先登录").or_(
        page.get_by_label("密码")
    ).first.wait_for(timeout=20_000)
    assert page.get_by_text("到基本用水").count() == 0
    page.goto(address)
    assert page.url.startswith(f"{address}/sign-in")
    # The page that was open has lost its session, and is told so.
    assert [item for item in wrong if item[0] not in (401, "failed")] == []


def test_edit_is_saved_and_outlives_a_switch_of_language(server, watched, scenario):
    """
    An edited cell once went back when the language was switched.

    The editor was made anew from the table of before, and that was saved.
    """
    address, data = server
    take_in(data, "edited", scenario)
    open_page, wrong = watched
    page = open_page(f"{address}/needs?township=edited&date={scenario.date}")
    grid = page.get_by_test_id("stDataFrame")
    grid.locator("canvas").first.wait_for(timeout=20_000)
    settled(page)
    page.wait_for_timeout(500)
    box = grid.locator("canvas").first.bounding_box()
    row = grid.locator("tr", has=page.locator("td", has_text="上村")).first
    column = row.locator("td").all_inner_texts().index("100")
    # Step to the cell by keys: what is drawn on a canvas has no place to click.
    page.mouse.click(box["x"] + 60, box["y"] + 52)
    for _ in range(column):
        page.wait_for_timeout(80)
        page.keyboard.press("ArrowRight")
    # The cell's editor takes a moment to open on a busy machine; keys pressed
    # before it has the focus would be lost.
    page.keyboard.press("Enter")
    cell = page.locator("#portal textarea, #portal input").first
    cell.wait_for(timeout=10_000)
    need_chromium().expect(cell).to_be_focused()
    cell.fill("123")
    page.keyboard.press("Enter")
    page.get_by_text("已保存").wait_for(timeout=10_000)
    assert kept_day(data, "edited", scenario.date).villages[0].population == 123
    page.get_by_text("English", exact=True).click()
    page.get_by_text("Needs of").first.wait_for(timeout=10_000)
    settled(page)
    page.wait_for_timeout(500)
    assert kept_day(data, "edited", scenario.date).villages[0].population == 123
    assert wrong == []


def test_map_file_opens_from_disk_and_runs_no_name(
    watched, scenario, travel, plan, tmp_path
):
    """Sent by chat, opened without a server or internet, with hostile names."""
    open_page, wrong = watched
    evil = replace(
        scenario,
        villages=tuple(replace(v, name=MARKUP) for v in scenario.villages),
        sources=tuple(replace(s, name=MARKUP) for s in scenario.sources),
        trucks=tuple(replace(t, plate=MARKUP) for t in scenario.trucks),
    )
    path = tmp_path / "map.html"
    path.write_text(plan_map_html(evil, travel, plan), encoding="utf-8")
    page = open_page(path.as_uri())
    page.locator(".wd-icon:has(svg)").first.wait_for(timeout=10_000)
    for marker in page.locator(".wd-icon:has(svg)").all():
        marker.dispatch_event("click")
        page.locator(".leaflet-popup-content").last.wait_for(timeout=5_000)
    page.hover(".leaflet-control-layers")
    assert page.locator(".leaflet-control-layers-overlays label").count() >= 4
    assert MARKUP[:20] in page.locator(".leaflet-popup-content b").last.inner_text()
    assert page.evaluate("window.hacked") is None
    assert wrong == []


#: The only map of a page, as a script finds it.
THE_MAP = "Object.values(window).find(value => value instanceof L.Map)"


def test_basemap_and_limits_show_without_internet(
    watched, on_roads, travel, plan, tmp_path
):
    """Roads, water and borders on canvases of their own; signs, names and credit."""
    open_page, wrong = watched
    evil = replace(
        on_roads,
        road_limits=tuple(replace(x, notes=MARKUP) for x in on_roads.road_limits),
        areas=tuple(replace(area, name=MARKUP[:40]) for area in on_roads.areas),
        basemap=tuple(
            replace(f, name=MARKUP[:40], credit=f"© {MARKUP}") for f in on_roads.basemap
        ),
    )
    path = tmp_path / "map.html"
    path.write_text(plan_map_html(evil, travel, plan), encoding="utf-8")
    page = open_page(path.as_uri())
    page.locator(".wd-icon:has(svg)").first.wait_for(timeout=10_000)
    for pane in (210, 220, 230):
        canvas = page.locator(f".leaflet-wd-base-{pane}-pane canvas")
        painted = canvas.evaluate(
            "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width,"
            " canvas.height).data.some(value => value > 0)"
        )
        assert painted, pane
    page.wait_for_timeout(800)  # the map is still on its way to all places
    assert int(page.locator(".wd-names").get_attribute("data-names")) >= 1
    signs = page.locator(".leaflet-marker-pane .wd-limit").all_inner_texts()
    assert sorted(signs) == sorted("禁限慢")
    page.locator(".leaflet-marker-pane .wd-closed").hover(force=True)
    assert "封闭" in page.locator(".leaflet-tooltip").inner_text()
    assert MARKUP[:20] in page.locator(".leaflet-tooltip").inner_text()
    credit = page.locator(".wd-credit")
    assert credit.is_visible()
    assert "© 路网作者" in credit.inner_text()
    page.hover(".leaflet-control-layers")
    page.get_by_label("道路", exact=True).uncheck()
    page.wait_for_timeout(200)
    page.get_by_label("道路", exact=True).check()
    assert page.evaluate("window.hacked") is None
    assert wrong == []


def test_thousands_of_places_answer_a_click(watched, scenario, travel, plan, tmp_path):
    """Painted places have no element: a click on the canvas must find them."""
    open_page, wrong = watched
    villages = tuple(
        replace(
            scenario.villages[1],
            village_id=f"V{n}",
            name=MARKUP if n == 1 else f"{n}组",
            lat=28.01 + n / 20_000,
            lon=115.0 + n % 30 / 200,
        )
        for n in range(1, 1001)
    )
    many = replace(scenario, villages=villages)
    path = tmp_path / "map.html"
    path.write_text(plan_map_html(many, travel_matrix(many), plan), encoding="utf-8")
    page = open_page(path.as_uri())
    page.locator(".wd-source").first.wait_for(timeout=10_000)
    assert page.locator(".leaflet-marker-icon").count() < 20
    page.wait_for_timeout(800)  # the map is still on its way to all places
    page.evaluate(
        f"{THE_MAP}.setView([28.01005, 115.005], 17, {{animate: false}}) && 0"
    )
    page.wait_for_timeout(300)
    x, y = page.evaluate(
        f"(() => {{ const at = {THE_MAP}.latLngToContainerPoint([28.01005, 115.005]);"
        " return [at.x, at.y]; })()"
    )
    page.mouse.click(x, y)
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for(timeout=5_000)
    assert MARKUP[:20] in popup.inner_text()
    assert page.evaluate("window.hacked") is None
    assert wrong == []


def write_vector_tile(path):
    """Write a file of one tile, all of it water."""
    sea = "POLYGON((0 0, 0 4096, 4096 4096, 4096 0, 0 0))"
    features = [{"geometry": sea, "properties": {}}]
    data = mapbox_vector_tile.encode([{"name": "water", "features": features}])
    with sqlite3.connect(path) as db:
        db.execute("create table metadata (name text, value text)")
        db.execute("insert into metadata values ('format', 'pbf')")
        db.execute(
            "create table tiles (zoom_level int, tile_column int, tile_row int,"
            " tile_data blob)"
        )
        db.execute("insert into tiles values (1, 1, 1, ?)", (data,))
    db.close()


def test_tiles_of_a_local_file_are_drawn_on_the_page(server, watched, scenario):
    """Only our own address is asked; a wrong setting is told and the map stays."""
    address, data = server
    take_in(data, "tiled", scenario)
    plan_page = f"{address}/plan?township=tiled&date={scenario.date}"
    pixel = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
        "awAAAABJRU5ErkJggg=="
    )
    with sqlite3.connect(data / "own.mbtiles") as db:
        db.execute("create table metadata (name text, value text)")
        db.execute("insert into metadata values ('attribution', '© 瓦片作者')")
        db.execute(
            "create table tiles (zoom_level int, tile_column int, tile_row int,"
            " tile_data blob)"
        )
        db.execute("insert into tiles values (1, 1, 1, ?)", (pixel,))
    db.close()
    open_page, wrong = watched
    try:
        (data / "map.toml").write_text('tiles = "own.mbtiles"', "utf-8")
        page = open_page(plan_page)
        frame = page.frame_locator('iframe[title="streamlit_folium.st_folium"]')
        frame.locator(".leaflet-tile-loaded").first.wait_for(timeout=30_000)
        assert "© 瓦片作者" in frame.locator(".wd-credit").inner_text()
        settled(page)
        write_vector_tile(data / "vector.mbtiles")
        (data / "map.toml").write_text('tiles = "vector.mbtiles"', "utf-8")
        page = open_page(plan_page)
        frame = page.frame_locator('iframe[title="streamlit_folium.st_folium"]')
        tile = frame.locator("canvas.leaflet-tile-loaded").first
        tile.wait_for(timeout=30_000)
        painted = tile.evaluate(
            "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width,"
            " canvas.height).data.some(value => value > 0)"
        )
        assert painted
        settled(page)
        (data / "map.toml").write_text('tiles = "nonsense"', "utf-8")
        page = open_page(plan_page)
        page.get_by_text("不是底图地址").wait_for(timeout=30_000)
        frame = page.frame_locator('iframe[title="streamlit_folium.st_folium"]')
        frame.locator(".wd-source").first.wait_for(timeout=30_000)
        assert frame.locator(".leaflet-tile").count() == 0
        settled(page)
    finally:
        (data / "map.toml").unlink()
    assert wrong == []
