"""The light page of officials behind the gate: answers, rights, weight, odd texts."""

from __future__ import annotations

import datetime as dt
import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import quote, urlencode

import pypdf
import pytest
from openpyxl import load_workbook
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from dispatch.day import people
from dispatch.day.ledger import ledger_answer
from dispatch.day.opening import import_scenario
from dispatch.day.people import use_setup
from dispatch.web.brief import BriefPages
from dispatch.web.gate import SignInGate
from dispatch.web.session import COOKIE
from dispatch.web.sign_in import SignInPages
from tests.day.test_official import publish, row, send
from tests.operations.test_delivered import DATE, TOWN
from tests.web.asgi import call
from tests.web.browsing import no_sideways_scrolling

NOW = dt.datetime.combine(DATE, dt.time(9))
PASSWORD = "correct horse"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PHONE = {"Sec-CH-UA-Mobile": "?1"}
#: What 400 kbit/s with 400 ms there and back carry in 2 s, two round trips taken off.
MOST_BYTES = int(400_000 / 8 * (2 - 2 * 0.4))
ODD = "<script>alert(1)</script>&{{7*7}}${x}\"'=cmd|'/C calc'!A0💧㵲" + "村" * 10_000


def behind(request):
    return PlainTextResponse("behind the gate")


class Office:
    """A store with accounts, and what is behind the gate."""

    def __init__(self, db):
        self.db, self.now, self.words = db, NOW, {}
        routes = [
            *SignInPages(self.store, clock=self.clock).routes(),
            *BriefPages(self.store, clock=self.clock).routes(),
            Route("/{path:path}", behind),
        ]
        gate = Middleware(SignInGate, store=self.store, clock=self.clock)
        self.app = Starlette(routes=routes, middleware=[gate])
        for name, role, where in (
            ("乡", "official", {"township": "430423100"}),
            ("县", "official", {"county": "430423"}),
            ("调", "coordinator", {"township": "430423100"}),
            ("外", "official", {"county": "430424"}),
        ):
            word = people.add(db, name, role, who="t", at=NOW, **where)
            use_setup(db, word, PASSWORD, now=NOW)

    def store(self):
        return self.db

    def clock(self):
        return self.now

    def sign_in(self, name, path="/sign-in", **headers):
        body = urlencode({"name": name, "password": PASSWORD}).encode()
        answer = call(self.app, "POST", path, body, headers=headers)[0]
        assert answer.status == 303, answer.text
        return answer

    def word(self, name):
        """Return the word of a session; a password is checked once: it takes long."""
        if name not in self.words:
            cookie = self.sign_in(name).headers["set-cookie"]
            self.words[name] = re.match(rf"{COOKIE}=([^;]+);", cookie)[1]
        return self.words[name]

    def get(self, name, path="/brief", *, headers=None, root=""):
        cookie = {"Cookie": f"{COOKIE}={self.word(name)}"} if name else {}
        sent = {**BROWSER, **cookie, **(headers or {})}
        return call(self.app, "GET", path, headers=sent, root=root)[0]


@pytest.fixture
def office(db):
    for code, name in (("430423100", "永和乡"), ("430423101", "和平镇")):
        scenario = replace(TOWN, name=name)
        import_scenario(db, code, scenario, who="t", at=NOW)
        publish(db, code, scenario)
    send(
        db,
        row("a", "filled", "S", 2_500, "07:30"),
        row("b", "delivered", "V1", 1_500, "08:10"),
        code="430423100",
    )
    return Office(db)


def test_the_first_screen_answers_by_what_came_and_by_the_plan(office):
    page = office.get("乡").text
    assert "90 人还达不到基本用水（60%）；按方案送完后 40 人" in page
    assert "已送达 1,500 升，计划 2,500 升（60%）" in page
    assert "按截至 08:10 的上报" in page
    assert "饮水困难大牲畜（头）" in page
    assert page.index("还达不到") < page.index("缺水的送水点")
    # The plan leaves 1,250 L of the second place short, and 500 are still to come.
    assert "水源不够 1,250 升；按计划今天还要送 500 升" in page
    assert "增装水源，或请上级调水" in page
    assert "和平镇" not in page
    ledger = ledger_answer(office.db, "430423100", DATE, DATE, "zh")
    assert ledger["delivered_l"] == 1_500


def test_the_page_has_no_script_and_two_languages(office):
    answer = office.get("乡", "/brief?lang=en")
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert 'lang="en"' in answer.text
    assert "90 people do not have basic water yet, 60%" in answer.text
    own = re.sub("上村|下村|永和乡|中文", "", answer.text)
    assert re.findall("[\u4e00-\u9fff]+", own.split("</style>")[1]) == []
    assert "width=device-width" in answer.text


def test_the_day_before_and_days_that_are_none(office):
    before = DATE - dt.timedelta(days=1)
    page = office.get("乡", f"/brief?date={before}").text
    assert f"{before} 还没有开始" in page
    assert f"date={DATE}" in page
    for date in ("x", "0001-01-01", "9999-12-31", "2022-13-01", quote("今天")):
        answer = office.get("乡", f"/brief?date={date}")
        assert answer.status == 200
        assert "90 人还达不到" in answer.text


def test_a_county_sees_its_townships_and_the_one_that_is_worst(office):
    page = office.get("县").text
    assert "2 个乡镇 300 人中，240 人达不到基本用水" in page
    assert "和平镇" in page
    assert "2022-09-06：150 人还达不到基本用水（100%）；按方案送完后 40 人" in page
    chosen = office.get("县", "/brief?township=430423100").text
    assert "90 人还达不到基本用水（60%）" in chosen


@pytest.mark.parametrize("path", ["/brief", "/brief/report.xlsx", "/brief/brief.pdf"])
def test_nobody_sees_what_is_not_theirs(office, path):
    assert office.get(None, path).status == 303
    assert office.get(None, path).headers["location"].startswith("/sign-in?next=")
    refused = office.get(None, path, headers={"Accept": "application/json"})
    assert refused.status == 401
    other = office.get("乡", f"{path}?township=430423101")
    assert other.status == 404
    assert "和平镇" not in other.text
    assert office.get("县", f"{path}?township=430423101").status == 200
    elsewhere = office.get("外", path)
    assert "还没有可看的乡镇" in elsewhere.text
    assert "永和乡" not in elsewhere.text
    unknown = office.get("外", f"{path}?township=430423100")
    assert "永和乡" not in unknown.text


def test_a_blocked_official_sees_nothing(office):
    word = office.word("乡")
    people.block(office.db, "乡", who="t", at=NOW)
    office.now += dt.timedelta(minutes=1)
    cookie = {**BROWSER, "Cookie": f"{COOKIE}={word}"}
    assert call(office.app, "GET", "/brief", headers=cookie)[0].status == 303


def test_officials_begin_at_the_light_page(office):
    assert office.sign_in("乡").headers["location"] == "/brief"
    english = office.sign_in("乡", "/sign-in?lang=en").headers["location"]
    assert english == "/brief?lang=en"
    asked = f"/sign-in?next={quote('/coverage?date=2022-09-05')}"
    assert office.sign_in("乡", asked).headers["location"] == (
        "/coverage?date=2022-09-05"
    )
    assert office.sign_in("调").headers["location"] == "/"


def test_on_a_phone_the_first_page_is_the_light_one_and_leads_on(office):
    answer = office.get("乡", "/?lang=en&date=2022-09-05", headers=PHONE)
    assert answer.status == 303
    assert answer.headers["location"] == "/brief?date=2022-09-05&lang=en"
    assert office.get("乡", "/").text == "behind the gate"
    assert office.get("调", "/", headers=PHONE).text == "behind the gate"
    full = re.search(r'href="(/\?[^"]+full=1)"', office.get("乡").text)[1]
    back = office.get("乡", full.replace("&amp;", "&"), headers=PHONE)
    assert back.text == "behind the gate"
    assert 'href="/coverage?' in office.get("调").text


@pytest.mark.parametrize(
    ("who", "path", "start"),
    [
        ("乡", "/needs?date=2022-09-05", "/?date=2022-09-05"),
        ("乡", "/coverage", "/"),
        ("乡", "/deliveries", None),
        ("调", "/deliveries", None),
        ("调", "/people", "/"),
        ("调", "/nowhere", "/"),
        ("调", "/index.html", None),
    ],
)
def test_a_page_that_is_not_there_is_the_start(office, who, path, start):
    """Streamlit says so itself, in English and over the page that it shows."""
    answer = office.get(who, path, headers=BROWSER)
    assert answer.headers.get("location") == start
    assert answer.status == (200 if start is None else 303)


def test_links_keep_what_stands_before_all_paths(office):
    page = office.get("乡", "/water/brief", root="/water").text
    links = re.findall(r'href="([^"]+)"', page)
    assert all(link.startswith("/water/") for link in links if link != "data:,")


def test_the_page_weighs_little_whatever_the_county_has(db):
    """60 townships, 120 places, long names: still there within 2 s on a poor link."""
    villages = tuple(
        replace(TOWN.villages[0], village_id=f"V{k}", name=f"第{k}个{'长' * 60}村")
        for k in range(120)
    )
    town = replace(TOWN, villages=villages, name="长名字的乡镇" * 20)
    for k in range(60):
        scenario = town if k == 0 else replace(TOWN, name="长名字的乡镇" * 20)
        import_scenario(db, f"4304231{k:02d}", scenario, who="t", at=NOW)
    answer = Office(db).get("县", "/brief?township=430423100")
    assert answer.status == 200
    assert len(answer.body) < MOST_BYTES == 60_000
    assert answer.text.count('<div class="bar"') == 15
    assert "另有 105 个" in answer.text


def test_texts_of_people_stay_texts_everywhere(office):
    odd = replace(TOWN.villages[0], name=ODD)
    town = replace(TOWN, villages=(odd, TOWN.villages[1]), name=ODD[:150])
    import_scenario(office.db, "430423102", town, who="t", at=NOW)
    where = "?township=430423102"
    page = office.get("县", f"/brief{where}")
    assert page.status == 200
    assert "<script" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert len(page.body) < MOST_BYTES
    book = office.get("县", f"/brief/report.xlsx{where}")
    sheets = load_workbook(io.BytesIO(book.body))
    cells = [c for s in sheets for line in s.iter_rows() for c in line]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert any(str(cell.value).startswith("<script>") for cell in cells)
    assert "\r" not in book.headers["content-disposition"]
    assert book.headers["content-disposition"].isascii()
    paper = office.get("县", f"/brief/brief.pdf{where}")
    assert paper.headers["content-type"] == "application/pdf"
    assert len(pypdf.PdfReader(io.BytesIO(paper.body)).pages) == 1


def test_the_workbook_adds_up_to_the_ledger(office):
    answer = office.get("县", "/brief/report.xlsx?township=430423100")
    book = load_workbook(io.BytesIO(answer.body))
    assert book.sheetnames == [
        *("概况", "各乡镇", "各送水点", "缺水原因", "各类用水"),
        *("车辆", "水源", "近期逐日"),
    ]
    ledger = ledger_answer(office.db, "430423100", DATE, DATE, "zh")
    places = [list(cells) for cells in book["各送水点"].iter_rows(values_only=True)]
    head = places[2]
    total = next(cells for cells in places if cells[0] == "合计")
    assert total[head.index("送达（升）")] == ledger["delivered_l"] == 1_500
    assert total[head.index("饮水困难人口")] == 90
    by_name = {cells[0]: cells[head.index("送达（升）")] for cells in places[3:5]}
    assert by_name == {"上村": 1_500, "下村": 0}
    summary = {c[0]: c[1:3] for c in book["概况"].iter_rows(values_only=True)}
    assert summary["饮水困难人口"] == (90, 40)
    assert summary["饮水困难人口占比"] == pytest.approx((0.6, 40 / 150))
    trucks = list(book["车辆"].iter_rows(values_only=True))
    assert trucks[3][:5] == ("T", "A", 2_500, 2_500, 1_500)
    rows = list(book["各乡镇"].iter_rows(values_only=True))
    assert rows[5][:4] == ("合计", None, 300, 240)
    trend = list(book["近期逐日"].iter_rows(values_only=True))
    assert trend[16][:5] == ("2022-09-06", 2_500, 1_500, 0.6, 90)


def test_no_store_is_told(office):
    office.db = None
    assert office.get(None).status == 503


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_a_phone_in_a_real_browser(office, browser, width):
    # Playwright has a loop of its own in this thread.
    with ThreadPoolExecutor(1) as pool:
        text = pool.submit(lambda: office.get("县").text).result()
    page = browser.new_page(viewport={"width": width, "height": 844})
    try:
        page.set_content(text)
        assert no_sideways_scrolling(page)
        low = page.eval_on_selector_all(
            "a", "all => all.filter(a => a.getBoundingClientRect().height < 44).length"
        )
        assert low == 0
        headline = page.locator("[role=status]").bounding_box()
        assert headline["y"] + headline["height"] < 844 / 2
    finally:
        page.close()
