"""All water on a real server: planned, looked at, changed by hand, published."""

from __future__ import annotations

import os

import pytest

from dispatch.day.opening import day_scenario
from dispatch.day.water import (
    plan_water_version,
    publish_water,
    shown_water,
    water_desk,
    withdraw_water,
)
from dispatch.planning.piped import piped_l_of
from tests.web.browsing import no_sideways_scrolling, settled
from tests.web.demo import DATE

CODE = "430423401"
DAYS = 2
#: A folder for pictures to look at; None: none are taken.
PICTURES = os.environ.get("DISPATCH_TEST_PICTURES")
TABS = ("存水", "谁用多少", "轮灌", "分时供水", "抽水", "田片", "缺水与原因")
MORE = ("值守与上门", "地图", "文件")


def picture(page, name):
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


@pytest.fixture(scope="module")
def planned(demo):
    """Give the demo with a version of its water, a draft."""
    demo.set_clock("06:50")
    demo.take_in(CODE)
    plan_water_version(demo.db, CODE, DATE, num_days=DAYS, **demo.stamp)
    words = {
        role: demo.sign_in(f"water {role}", role, CODE)
        for role in ("coordinator", "official")
    }
    return demo, words


def water_page(planned, open_page, *, lang="zh", **size):
    demo, words = planned
    page = open_page(
        f"{demo.address}/water?lang={lang}", word=words["coordinator"], **size
    )
    page.get_by_role("tab").first.wait_for(timeout=60_000)
    settled(page)
    return page


@pytest.mark.parametrize("width", [1280, 390])
def test_every_tab_shows_its_subject(planned, watched, width):
    open_page, wrong = watched
    page = water_page(planned, open_page, width=width, height=844)
    picture(page, f"water-{width}-head")
    for name in (*TABS, *MORE):
        page.get_by_role("tab", name=name, exact=True).click()
        page.wait_for_timeout(400)
        panel = page.get_by_role("tabpanel").filter(visible=True)
        drawn = panel.locator("iframe, canvas, [role=img]").count()
        assert panel.inner_text().strip() or drawn, name
        picture(page, f"water-{width}-{name}")
    assert page.get_by_test_id("stException").count() == 0
    assert no_sideways_scrolling(page)
    assert wrong == []


def test_in_english_nothing_is_chinese_but_names(planned, watched):
    open_page, wrong = watched
    page = water_page(planned, open_page, lang="en")
    assert page.get_by_role("tab", name="Supply slots").count() == 1
    assert "用水" not in page.locator("h1").first.inner_text()
    picture(page, "water-en")
    assert wrong == []


def test_nonsense_in_the_address_is_passed_over(planned, watched):
    demo, words = planned
    open_page, wrong = watched
    asked = "9" * 5_000
    page = open_page(
        f"{demo.address}/water?water_days={asked}", word=words["coordinator"]
    )
    page.get_by_role("tab").first.wait_for(timeout=60_000)
    settled(page)
    assert page.get_by_test_id("stException").count() == 0
    page.get_by_text("编制设置").click()
    assert page.get_by_label("排几天").input_value() == "7"
    assert wrong == []


def test_published_on_the_page_taps_count_for_trucks(planned, watched):
    demo, _ = planned
    open_page, wrong = watched
    page = water_page(planned, open_page)
    page.get_by_role("button", name="发布第 1 版").click()
    page.get_by_text("已发布").first.wait_for()
    assert water_desk(demo.db, CODE, DATE).published == (DATE, 1)
    assert piped_l_of(day_scenario(demo.db, CODE, DATE))
    page.get_by_role("button", name="撤回").first.click()
    page.get_by_role("button", name="确认撤回").click()
    page.get_by_text("已撤回").first.wait_for()
    assert piped_l_of(day_scenario(demo.db, CODE, DATE)) == {}
    assert wrong == []


def test_a_turn_moved_into_another_says_what_breaks_and_is_kept(planned, watched):
    demo, _ = planned
    open_page, wrong = watched
    page = water_page(planned, open_page)
    page.get_by_text("手工改一轮").click()
    days = page.get_by_test_id("stButtonGroup").filter(has_text="09-07")
    days.get_by_text("09-07", exact=True).click()
    page.get_by_text("会违反").wait_for()
    picture(page, "water-hand")
    before = len(water_desk(demo.db, CODE, DATE).heads)
    page.get_by_role("button", name="保存为新的一版").click()
    page.get_by_text("不能用").first.wait_for()
    heads = water_desk(demo.db, CODE, DATE).heads
    assert len(heads) == before + 1
    assert heads[-1].num_violations
    kept = shown_water(demo.db, CODE, DATE, heads[-1].number)
    assert kept.dispatch.plan.num_days == DAYS
    assert wrong == []


def test_a_press_plans_in_the_background(demo, watched):
    code = "430423403"
    demo.take_in(code)
    word = demo.sign_in("water press", "coordinator", code)
    open_page, wrong = watched
    page = open_page(f"{demo.address}/water?water_days={DAYS}", word=word)
    page.get_by_role("button", name="编制用水方案").click(timeout=60_000)
    page.get_by_role("tab", name="轮灌").wait_for(timeout=120_000)
    head = water_desk(demo.db, code, DATE).heads[0]
    assert (head.num_days, head.status, head.num_violations) == (DAYS, "draft", 0)
    assert head.who == "water press"
    assert wrong == []


def test_an_official_sees_the_form_with_its_meaning(planned, watched):
    demo, words = planned
    open_page, wrong = watched
    publish_water(demo.db, CODE, DATE, 1, **demo.stamp)
    page = open_page(
        f"{demo.address}/?date={DATE}", word=words["official"], width=1280, height=1600
    )
    page.get_by_role("heading", name="旱情统计表").wait_for(timeout=60_000)
    settled(page)
    page.get_by_text("指标解释").click()
    page.get_by_text("不计入受旱面积").first.wait_for()
    page.get_by_role("heading", name="旱情统计表").scroll_into_view_if_needed()
    picture(page, "official-form")
    withdraw_water(demo.db, CODE, DATE, 1, **demo.stamp)
    assert wrong == []


def test_an_official_has_no_such_page(planned, watched):
    demo, words = planned
    open_page, _ = watched
    page = open_page(f"{demo.address}/water", word=words["official"])
    page.get_by_test_id("stHeading").first.wait_for(timeout=60_000)
    assert page.get_by_role("tab", name="轮灌").count() == 0
