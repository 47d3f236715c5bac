"""Whatever people type, no page runs it and none breaks; in a real browser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.day.doors import save_households
from dispatch.day.helping import keep_helps, work_out_helps
from dispatch.day.pairs import set_pair
from dispatch.day.planning import plan_version
from dispatch.day.publishing import publish_version
from dispatch.day.reporting import report_from, take_reports
from dispatch.day.requests import add_request, move_request
from dispatch.model.households import Household
from dispatch.operations.pairs import Pair
from dispatch.store.requests import NewCall
from dispatch.words.words import Words
from tests.payloads import ALL, PAYLOADS, check_file, evil
from tests.runs.test_helps import answer
from tests.web.browsing import settled
from tests.web.demo import DATE
from tests.web.test_web_browser import PAGES

T = Words("zh")
VIEWS = ("timetable", "coverage", "shortage", "helping", "adjust", "download")
#: What Markdown makes of a text that is not taken as it is.
MARKED = 'a[href*="example.org"], a[href^="javascript"], .katex, main del'
#: Shown besides on the page of today.
FOLDED = ("ahead.title", "trail.title")


def within(text, most):
    """Return as much of a text as a field takes, without signs that none takes."""
    return "".join(sign for sign in text if sign.isprintable())[:most]


def fill(demo, code, scenario, solve, text):
    """Give a township a text in every field; return a word of its administrator."""
    demo.set_clock("07:00")
    changed = evil(scenario, text)
    # Two notes at one place: roads know what is closed, and villages must be reached.
    demo.take_in(code, replace(changed, road_limits=()))
    for _ in range(2):  # two versions to compare
        number = plan_version(demo.db, code, DATE, at=demo.now, solve=solve).number
        publish_version(demo.db, code, DATE, number, **demo.stamp)
    found = work_out_helps(
        demo.db, code, DATE, number, solve=answer(), progress=lambda *_: None
    )
    keep_helps(demo.db, code, DATE, number, found, **demo.stamp)
    pair = Pair("T1", "V1")
    set_pair(demo.db, code, DATE, pair, is_forbidden=True, **demo.stamp)
    call = NewCall(
        village="V1", people=5, remark=within(text, 2000), phone=within(text, 50)
    )
    made = add_request(demo.db, code, call, now=demo.now, who=within(text, 50))
    move_request(
        demo.db,
        code,
        made.call.number,
        "accepted",
        words=within(text, 2000),
        at=demo.now,
        who=within(text, 50),
    )
    values = {"kind": "refused", "place": "V1", "at": "06:59", "truck": "T1"}
    reports = [
        report_from(
            {**values, "key": f"{code}1", "reason": within(text, 2000)}, date=DATE
        ),
        # Of a place and a truck that nobody knows: alarms tell their names.
        report_from(
            {
                **values,
                "key": f"{code}2",
                "kind": "delivered",
                "litres": 900,
                "place": within(text, 100),
                "truck": within(text, 100),
            },
            date=DATE,
        ),
    ]
    take_reports(demo.db, code, reports, received_at=demo.now)
    home = Household(
        village="V1",
        name=within(text, 100),
        address=within(text, 200),
        people=2,
        note=within(text, 500),
    )
    save_households(
        demo.db, code, base=[], ours=[home], villages=["V1", "V2"], **demo.stamp
    )
    return demo.sign_in(within(f"{code}{text}", 60), "administrator")


@pytest.mark.parametrize(
    ("code", "text"),
    [("430423321", ALL), ("430423322", PAYLOADS["long word"])],
    ids=["all", "long"],
)
def test_no_page_runs_or_breaks(demo, watched, on_roads, solve, code, text):
    word = fill(demo, code, on_roads, solve, text)
    open_page, wrong = watched
    asked = f"township={code}&date={DATE}"
    page = open_page(f"{demo.address}/?{asked}", height=800, word=word)

    def is_sound(path):
        settled(page)
        # A map in a frame goes on loading: left too early, its files count as failed.
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
        assert page.evaluate("window.hacked") is None, path
        assert page.get_by_test_id("stException").count() == 0, path
        assert page.locator(MARKED).count() == 0, path

    page.get_by_test_id("stHeading").first.wait_for(timeout=60_000)
    settled(page)
    for key in FOLDED:
        page.get_by_test_id("stCheckbox").filter(has_text=T(key)).click()
        settled(page)
    is_sound("today")
    views = [f"plan?view={view}&{asked}" for view in VIEWS]
    for path in (*(f"{name}?{asked}" for name in PAGES), *views, f"first?{asked}"):
        page.goto(f"{demo.address}/{path}")
        page.get_by_test_id("stMainBlockContainer").get_by_test_id(
            "stElementContainer"
        ).nth(3).wait_for(timeout=60_000)
        is_sound(path)
        if "download" in path:
            with page.expect_download() as file:
                page.get_by_role("button", name=T("file.all")).click()
            check_file("all.zip", file.value.path().read_bytes())
    for kind in ("report.xlsx", "brief.pdf"):
        answer = page.request.get(f"{demo.address}/brief/{kind}?{asked}")
        assert answer.ok
        check_file(kind, answer.body())

    link = demo.link(code, truck="T1")
    team = demo.link(code, team=within(text, 60), trucks=["T1"], sees_doors=True)
    village = demo.link(code, village="V1").replace("/d/", "/v/")
    pages = [
        f"{each}{path}" for each in (link, team) for path in ("", "/day", "/doors")
    ]
    for path in (*pages, village, f"{demo.address}/brief?{asked}"):
        page.goto(path)
        page.locator("main").wait_for()
        page.wait_for_timeout(200)
        assert page.evaluate("window.hacked") is None, path
    for kind in ("gpx", "kml"):
        answer = page.request.get(f"{link}/track?kind={kind}&truck=T1")
        assert answer.ok
        check_file(kind, answer.body())
    assert wrong == []
