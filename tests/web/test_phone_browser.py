"""The page of a link in a real browser: reports outlive a lost network, and go once."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from dispatch.day import people
from dispatch.day.links import make_link, revoke_links
from dispatch.day.opening import import_scenario
from dispatch.store.db import Database, sqlite_url
from dispatch.store.events import reports_of
from dispatch.store.tables import Event, Photo
from tests.web.browsing import need_chromium, no_sideways_scrolling, wait_for
from tests.web.test_phone_http import DATE, NOW, Town, later, picture

FAR = dt.date(2999, 12, 31)


@contextmanager
def serving(data, port):
    """Run the app as ``dispatch serve`` does."""
    code = f"from dispatch.web.server import serve; serve({str(data)!r}, {port})"
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    with (data / "server.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/health", child)
            yield child
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
            child.wait(timeout=20)


@pytest.fixture
def field(tmp_path, scenario, plan):
    """Give a town on disk and a free port."""
    need_chromium()
    db = Database(sqlite_url(tmp_path / "dispatch.db"))
    db.upgrade()
    town = Town(db, tmp_path, scenario, plan)
    import_scenario(db, "1", scenario, who="test", at=NOW)
    town.publish(plan)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    yield town, tmp_path, port
    db.close()


def link(town, **subject):
    return make_link(town.db, "1", until=FAR, who="test", at=NOW, **subject)[0]


def kept(town):
    with town.db.read() as session:
        query = select(Event.kind, Event.litres, Event.reason).order_by(Event.at)
        return [tuple(row) for row in session.execute(query)]


def unsent(page):
    script = (
        """Object.keys(localStorage).filter(k => k.startsWith("wd:event:")).length"""
    )
    return page.evaluate(script)


def wait_until(page, condition):
    """Wait inside the page: its policy forbids to evaluate texts there."""
    page.evaluate(
        f"""async () => {{
            while (!({condition})) await new Promise(done => setTimeout(done, 20));
        }}"""
    )


def wait_until_sent(page):
    wait_until(
        page, "!Object.keys(localStorage).some(k => /^wd:(event|photo):/.test(k))"
    )


def press(page, text):
    page.get_by_role("button", name=text, exact=True).first.click()


def fill(page, litres="3500"):
    press(page, "已装水")
    page.get_by_label("升数").fill(litres)
    press(page, "上报")


def test_reports_wait_for_the_network_and_are_sent_once(field, browser):
    """Reported without a network, page shut and opened again, server killed: kept."""
    town, data, port = field
    word = link(town, truck="T1")
    context = browser.new_context(viewport={"width": 360, "height": 700})
    context.clock.set_system_time(NOW)
    page = context.new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    url = f"http://127.0.0.1:{port}/d/{word}"
    with serving(data, port) as child:
        page.goto(url)
        page.get_by_text("上村").first.wait_for()
        wait_until(page, "navigator.serviceWorker.controller")
        wait_until(page, "await caches.match(location.pathname)")
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(timeout=20)
        fill(page)
        assert unsent(page) == 1
        page.goto("about:blank")
        page.goto(url)  # from the phone itself: nobody answers
        page.get_by_text("待发送").wait_for()
        press(page, "已到达")
        photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()}
        page.get_by_label("到达照片").set_input_files(photo)
        page.get_by_text("照片已保存").wait_for()
        press(page, "拒收")
        page.get_by_label("原因").fill("<b>=1+1")
        page.get_by_label("照片", exact=True).set_input_files(photo)
        press(page, "上报")
        wait_until(
            page,
            "Object.keys(localStorage).filter(k => k.startsWith('wd:photo:')).length"
            " == 2",
        )
        assert unsent(page) == 3
        assert kept(town) == []
    with serving(data, port):
        # The answer to the first try is lost: the server has it, the phone cannot know.
        lost = []

        def lose(route):
            if lost:
                route.continue_()
            else:
                lost.append(route.fetch().status)
                route.abort()

        context.route("**/events", lose)
        page.evaluate("send()")
        wait_until(page, "!isSending")
        assert lost == [200]
        assert unsent(page) == 3
        page.evaluate("send()")
        wait_until_sent(page)
        assert no_sideways_scrolling(page)
    assert kept(town) == [
        ("filled", 3500, ""),
        ("arrived", None, ""),
        ("refused", None, "<b>=1+1"),
    ]
    with town.db.read() as session:
        assert len(session.scalars(select(Photo)).all()) == 2
    assert wrong == []
    context.close()


def test_the_lists_of_the_day_are_there_without_a_network(field, browser):
    town, data, port = field
    word = link(town, truck="T1")
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.clock.set_system_time(NOW)
    page = context.new_page()
    url = f"http://127.0.0.1:{port}/d/{word}"
    with serving(data, port) as child:
        page.goto(url)
        page.get_by_text("上村").first.wait_for()
        wait_until(page, "navigator.serviceWorker.controller")
        for path in ("day", "doors"):
            wait_until(
                page, f"await caches.match(location.pathname + '/{path}?lang=zh')"
            )
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(timeout=20)
        page.get_by_role("link", name="全天").first.click()
        page.get_by_text("上村").first.wait_for()
        # The list that was kept is in Chinese; better than none.
        page.goto(f"{url}/doors?lang=en")
        page.get_by_text("上村").first.wait_for()
        assert no_sideways_scrolling(page)
    revoke_links(town.db, "T1", township="1", who="test", at=NOW)
    with serving(data, port):
        page.goto(f"{url}/day?lang=zh")
        left = page.evaluate(
            """async () => (await (await caches.open("water-dispatch-1")).keys())
            .map(each => each.url).filter(url => url.includes("/d/"))"""
        )
        assert left == []
    context.close()


def test_what_a_dead_link_could_not_send_goes_with_the_next(field, browser):
    town, data, port = field
    word = link(town, truck="T1")
    context = browser.new_context()
    context.clock.set_system_time(NOW)
    page = context.new_page()
    with serving(data, port):
        page.goto(f"http://127.0.0.1:{port}/d/{word}")
        page.get_by_text("上村").first.wait_for()
        revoke_links(town.db, "T1", who="test", at=NOW)
        fill(page)
        page.get_by_text("这个链接已不能用").wait_for()
        assert unsent(page) == 1
        page.goto(f"http://127.0.0.1:{port}/d/{link(town, truck='T2')}")
        page.get_by_text("这辆车没有任务").wait_for()
        assert unsent(page) == 1
        page.goto(f"http://127.0.0.1:{port}/d/{link(town, truck='T1')}")
        wait_until_sent(page)
    assert kept(town) == [("filled", 3500, "")]
    context.close()


def test_a_change_is_told_until_it_was_seen_and_a_refusal_is_shown(field, browser):
    town, data, port = field
    word = link(town, truck="T1")
    context = browser.new_context()
    context.clock.set_system_time(NOW)
    page = context.new_page()
    with serving(data, port):
        page.goto(f"http://127.0.0.1:{port}/d/{word}")
        page.get_by_text("第 1 版方案").wait_for()
        town.publish(later(town.plan))
        page.reload()
        page.get_by_text("由 08:00 改为 08:30").wait_for()
        page.reload()
        press(page, "知道了")
        page.reload()
        page.get_by_text("第 2 版方案").wait_for()
        assert page.get_by_text("由 08:00 改为 08:30").count() == 0
        fill(page, "9999999")
        page.get_by_text("没有收下").wait_for()
        press(page, "清除")
        assert page.get_by_text("没有收下").count() == 0
        page.get_by_role("button", name="切换到 English").click()
        page.get_by_text("plan 2").wait_for()
    log = (data / "server.log").read_text("utf-8")
    assert word not in log
    assert json.dumps(word) not in log
    context.close()


SMALL = """[...document.querySelectorAll('main a, button, summary, input')]
    .filter(it => it.getClientRects().length)
    .filter(it => it.getBoundingClientRect().height < 44).length"""


def test_way_and_whole_day_are_a_thumb_away(field, browser):
    """Maps, telephone, the list without script and the files, at 390 px."""
    town, data, port = field
    word = link(town, truck="T1")
    with serving(data, port):
        context = browser.new_context(viewport={"width": 390, "height": 844})
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/d/{word}")
        page.get_by_text("导航与联系").nth(1).click()
        maps = page.get_by_role("link", name="高德导航")
        maps.locator("visible=true").first.wait_for()
        assert page.locator('a[href^="tel:"]').locator("visible=true").count() == 1
        assert no_sideways_scrolling(page)
        assert page.evaluate(SMALL) == 0
        page.get_by_role("link", name="全天清单").click()
        page.locator("#next-S1").wait_for()
        assert no_sideways_scrolling(page)
        assert page.evaluate(SMALL) == 0
        page.get_by_role("link", name="到户名单").click()
        page.get_by_text("特殊人群 20 人").wait_for()
        assert no_sideways_scrolling(page)
        context.close()


def test_what_is_next_goes_by_what_is_done_and_can_be_taken_back(field, browser):
    """The filling is next, whatever the clock says; taken back, it is again."""
    town, data, port = field
    word = link(town, truck="T1")
    with serving(data, port):
        context = browser.new_context(viewport={"width": 390, "height": 844})
        context.clock.set_system_time(NOW)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/d/{word}")
        page.locator(".next").get_by_text("装水 · 水厂").wait_for()
        fill(page)
        page.locator(".next").get_by_text("送水 · 上村").wait_for()
        page.locator("summary", has_text="已完成 1 站").wait_for()
        page.get_by_text("全部已发出").wait_for()
        page.get_by_role("button", name="撤销刚才的").click()
        page.locator(".next").get_by_text("装水 · 水厂").wait_for()
        page.get_by_text("全部已发出").wait_for()
        context.close()
    with town.db.read() as session:
        reports = reports_of(session, "1", DATE, DATE)
    assert [report.kind for report in reports][-2:] == ["filled", "arrived"]
    assert reports[-1].corrects == reports[-2].key


def test_signing_in_and_out_by_hand(field, browser):
    """The form, the cookie that scripts cannot read, pages behind it, and out again."""
    town, data, port = field
    people.add(town.db, "王", "coordinator", who="test", at=NOW)
    now = dt.datetime.now()
    setup = people.setup_word(town.db, "王", who="test", at=now)
    people.use_setup(town.db, setup, "correct horse", now=now)
    start = f"http://127.0.0.1:{port}"
    with serving(data, port):
        context = browser.new_context(viewport={"width": 390, "height": 844})
        page = context.new_page()
        page.goto(f"{start}/?lang=zh")
        assert page.url.startswith(f"{start}/sign-in?")
        assert no_sideways_scrolling(page)
        assert page.evaluate(SMALL) == 0
        page.get_by_label("姓名").fill("王")
        page.get_by_label("密码").fill("wrong")
        page.get_by_role("button", name="登录").click()
        page.get_by_role("alert").wait_for()
        page.get_by_label("姓名").fill("王")
        page.get_by_label("密码").fill("correct horse")
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(f"{start}/?lang=zh")
        page.get_by_test_id("stApp").wait_for(timeout=30_000)
        assert "dispatch_session" not in page.evaluate("document.cookie")
        page.goto(f"{start}/sign-out")
        page.get_by_role("button", name="退出登录").click()
        page.wait_for_url(f"{start}/sign-in")
        page.goto(start)
        assert page.url == f"{start}/sign-in"
        context.close()
