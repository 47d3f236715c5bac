"""Three days of three people in a real browser, on the demo township."""

from __future__ import annotations

import io
import re
import sys
import time
from contextlib import contextmanager
from dataclasses import replace

import pypdf
import pytest
from openpyxl import load_workbook
from playwright.sync_api import TimeoutError

from dispatch.day.following import follow_day
from dispatch.day.official import official_day
from dispatch.day.publishing import shown_version
from dispatch.operations.ledger import ledger_of
from dispatch.operations.told import told_changes
from dispatch.planning.day import prepare_day
from dispatch.planning.hand import HandPlan, VisitAt, hand_result
from dispatch.store.events import reports_of
from dispatch.units import format_clock
from dispatch.words.words import Words
from tests.web.browsing import no_sideways_scrolling, settled
from tests.web.demo import DATE, PASSWORD, at

T = Words("zh")
BROKEN = "T4"


@contextmanager
def stop_watch(times, name):
    began = time.monotonic()
    yield
    times[name] = times.get(name, 0) + time.monotonic() - began


def press(page, key, **blanks):
    page.get_by_role("button", name=T(key, **blanks)).first.click()


def choose(page, label, option, *, typed=None):
    """Choose in a list, by its label; in a long one, what is typed comes first."""
    box = page.get_by_role("combobox", name=label)
    shown = page.get_by_role("option", name=option).first
    for _ in range(5):
        box.click()
        if typed:
            box.fill(typed)
        try:
            shown.click(timeout=4_000)
        except TimeoutError:  # drawn anew at that moment, the list is shut again
            page.keyboard.press("Escape")
        else:
            break
    settled(page)


def go(page, name):
    page.get_by_role("link", name=T(f"page.{name}"), exact=True).first.click()
    settled(page)


def write_down(page, village, people):
    """Take in a request at the telephone."""
    choose(page, T("request.place"), village, typed=village)
    page.get_by_label(T("request.people"), exact=True).fill(str(people))
    page.get_by_label(T("request.phone")).fill("138-0000-0000")
    page.keyboard.press("Tab")
    press(page, "request.save")


def published(demo, code):
    """Return the plan that drivers follow."""
    return shown_version(demo.db, code, DATE).plan


def a_good_move(demo, code):
    """Return a visit of the draft that may as well come second in its trip."""
    version = shown_version(demo.db, code, DATE, 1)
    scenario = version.scenario
    travel = prepare_day(scenario).travel
    hand = HandPlan(base=version.plan)
    for route in version.plan.routes:
        stops = iter(stop for stop in route.stops if stop.kind == "deliver")
        for number, trip in enumerate(hand.trips_of(route.truck_id)):
            visits = [next(stops) for _ in trip.visits]
            if len(visits) < 2 or visits[0].place_id == visits[1].place_id:
                continue
            first = VisitAt(route.truck_id, number, 0)
            moved = hand.moved(first, replace(first, visit=1))
            if not hand_result(scenario, travel, moved).broken.to_come:
                return scenario, first, visits
    pytest.fail("no visit of the plan may be moved")


def test_a_truck_breaks_down_in_the_morning(demo, watched):
    """
    A coordinator plans at 06:50, and plans the rest anew at 09:40.

    How long the clicking takes is printed: with all waiting for pages, without the
    time of the search itself.
    """
    code, times = "430423311", {}
    demo.set_clock("06:50")
    demo.take_in(code)
    demo.sign_in("早班", "coordinator", code)
    villages = [demo.scenario.label(v.village_id) for v in demo.scenario.villages]
    open_page, wrong = watched
    page = open_page(f"{demo.address}/?seconds=4", height=800)

    page.get_by_label(T("sign_in.name")).fill("早班")
    page.get_by_label(T("sign_in.password")).fill(PASSWORD)
    press(page, "sign_in.enter")
    page.get_by_text(T("today.no_plan", date=DATE)).wait_for(timeout=60_000)
    settled(page)

    go(page, "requests")
    for number, village in enumerate((villages[3], villages[9]), 1):
        if number > 1:  # the form is folded by now
            page.get_by_role("combobox", name=T("request.place")).wait_for(
                state="hidden"
            )
            page.get_by_text(T("request.new"), exact=True).click()
        write_down(page, village, 40)
        page.get_by_text(f"#{number} ").first.wait_for(timeout=20_000)
        settled(page)

    go(page, "plan")
    press(page, "plan.press")
    page.get_by_role("button", name=T("version.publish", number=1)).wait_for(
        timeout=180_000
    )
    settled(page)
    page.locator(".wd-board-chart svg").wait_for(timeout=30_000)
    scenario, at_first, (stop, other, *_) = a_good_move(demo, code)
    label = scenario.label(stop.place_id)
    bar = f"{format_clock(stop.start_s)} {T('board.deliver')} {label} "
    page.locator(f'.wd-board-chart [aria-label^="{bar}"]').first.click()
    page.locator(".wd-board-side").get_by_text(T("board.adjust")).click()
    page.get_by_role("combobox", name=T("adjust.to_truck")).wait_for(timeout=30_000)
    settled(page)
    trip = T("adjust.trip_of", number=at_first.trip + 1, place="")[:5]
    choose(page, T("adjust.to_trip"), trip)
    page.get_by_label(T("adjust.to_visit")).fill("2")
    page.keyboard.press("Tab")
    settled(page)
    press(page, "adjust.move")
    page.get_by_text(T("adjust.steps", count=1)).wait_for(timeout=30_000)
    settled(page)
    press(page, "adjust.keep")
    page.get_by_role("button", name=T("version.publish", number=2)).click()
    page.get_by_text(T("version.is_published", number=2, time="")[:12]).wait_for(
        timeout=30_000
    )
    settled(page)
    route = published(demo, code).route_by_truck[at_first.truck_id]
    places = [each.place_id for each in route.stops if each.kind == "deliver"]
    moved = places.index(other.place_id)
    assert stop.place_id in places[moved + 1 :]

    demo.set_clock("07:10")
    phones = {
        route.truck_id: open_page(
            demo.link(code, truck=route.truck_id), width=390, height=844
        )
        for route in published(demo, code).routes
    }
    for phone in phones.values():
        phone.get_by_text(T("phone.version", number=2)).first.wait_for()

    demo.set_clock("09:40")
    before = published(demo, code)
    with stop_watch(times, "clicking"):
        go(page, "today")
        kinds = page.get_by_test_id("stButtonGroup")
        kinds.get_by_text(T("happened.broken"), exact=True).click()
        page.get_by_role("combobox", name=T("deliver.truck_choose")).wait_for()
        choose(page, T("deliver.truck_choose"), scenario.plate(BROKEN))
        press(page, "happened.replan")
        page.get_by_role("button", name=T("plan.cancel")).wait_for(timeout=20_000)
    with stop_watch(times, "search"):
        button = page.get_by_role("button", name=T("version.publish", number=3))
        button.wait_for(timeout=180_000)
    with stop_watch(times, "clicking"):
        settled(page)
        button.click()
        said = page.get_by_text(T("today.published", number=3, time="")[:10])
        said.wait_for(timeout=30_000)
    for name, seconds in times.items():
        sys.stdout.write(f"\n{name}: {seconds:.1f} s")

    after, now_s = published(demo, code), (9 * 60 + 40) * 60
    late = [s for s in after.route_by_truck[BROKEN].stops if s.start_s > now_s]
    assert "deliver" not in {stop.kind for stop in late}
    told = {
        truck: told_changes(
            before.route_by_truck[truck].stops, after.route_by_truck[truck].stops
        )
        for truck in phones
    }
    others = [truck for truck in phones if truck != BROKEN and told[truck]]
    assert others
    for truck in (others[0], BROKEN):
        phone = phones[truck]
        phone.reload()
        phone.get_by_text(T("phone.changed")).wait_for()
        lines = phone.get_by_role("alert").locator("li").all_inner_texts()
        assert len(lines) == len(told[truck])
        assert no_sideways_scrolling(phone)
    press(phones[others[0]], "phone.seen")
    page.reload()
    # The other phones stay open, and look for a new plan themselves sooner or later.
    text = T("today.seen", trucks=len(after.routes), seen="@", confirmed=1)[:24]
    seen = page.get_by_text(re.compile(re.escape(text).replace("@", "[2-9]")))
    seen.wait_for(timeout=30_000)
    assert wrong == []


def standing_at(page, clock):
    """Set the phone's own clock."""
    page.context.clock.set_system_time(at(clock))


def unsent(page):
    return page.evaluate(
        "Object.keys(localStorage).filter(k => k.startsWith('wd:event:')).length"
    )


def report(page, key, *, litres=None, reason=None):
    """Tap what the driver reports of the next stop."""
    page.locator(".next").get_by_role("button", name=T(key), exact=True).click()
    if litres is not None:
        page.get_by_label(T("phone.ask_litres")).fill(str(litres))
    if reason is not None:
        page.get_by_label(T("phone.ask_reason")).fill(reason)
    page.get_by_role("button", name=T("phone.save"), exact=True).click()


def test_a_driver_has_no_network_for_two_hours(demo, watched):
    """Nothing reported in between is lost, and nothing counts twice."""
    code = "430423312"
    demo.set_clock("07:00")
    demo.take_in(code)
    route = demo.publish(code).plan.route_by_truck["T1"]
    stops = [stop for stop in route.stops if stop.kind in ("fill", "deliver")][:6]
    assert {stop.kind for stop in stops} == {"fill", "deliver"}
    open_page, wrong = watched
    link = demo.link(code, truck="T1")
    page = open_page(link, width=390, height=844)
    page.locator(".next").wait_for()
    page.evaluate("navigator.serviceWorker.ready && 0")
    page.wait_for_timeout(1000)  # the worker keeps the page
    expected = []

    def do(number, clock, *, is_possible=True):
        stop = stops[number]
        standing_at(page, clock)
        kind = "filled" if stop.kind == "fill" else "delivered"
        if is_possible:
            # Not quite what was planned: the phone's own figures must come back.
            litres = stop.litres - 10 * number
            report(page, f"phone.{kind}", litres=litres)
            expected.append((kind, stop.place_id, litres, clock, ""))
        else:
            report(page, "phone.impossible", reason="路塌了 <b>")
            expected.append(("impossible", stop.place_id, None, clock, "路塌了 <b>"))

    do(0, "07:20")
    page.get_by_text(T("phone.online")).wait_for()
    assert wrong == []

    page.context.set_offline(True)
    do(1, "08:00")
    page.get_by_text(T("phone.offline", count=1)).wait_for()
    do(2, "08:30")
    standing_at(page, "08:31")
    page.goto("about:blank")
    page.goto(link)  # the phone was put away, and nobody answers
    page.get_by_text(T("phone.offline", count=2)).wait_for()
    standing_at(page, "09:10")
    do(3, "09:10", is_possible=False)
    do(4, "09:40")
    page.get_by_role("button", name=T("phone.undo", what=T("phone.filled"))).or_(
        page.get_by_role("button", name=T("phone.undo", what=T("phone.delivered")))
    ).click()
    expected.pop()
    do(4, "09:41")
    do(5, "09:55")
    assert unsent(page) == 5
    assert demo.reports(code) == expected[:1]
    assert {each[0] for each in wrong} <= {"failed"}

    demo.set_clock("10:00")
    lost = []

    def lose(route):
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    # The answer to the first try is lost: the server has it, the phone cannot know.
    page.context.route("**/events", lose)
    page.context.set_offline(False)
    page.evaluate("send()")
    while not lost:
        page.wait_for_timeout(50)
    page.evaluate("send()")
    page.get_by_text(T("phone.online")).wait_for()
    assert lost == [200]
    assert unsent(page) == 0
    assert demo.reports(code) == expected
    page.locator("summary", has_text=T("phone.past", count=6)).wait_for()
    assert no_sideways_scrolling(page)
    day = follow_day(demo.db, code, DATE)
    assert day.delivered_l == sum(x[2] for x in expected if x[0] == "delivered")


def numbers(text):
    """Return all whole numbers of a text."""
    return {int(x.replace(",", "")) for x in re.findall(r"\d[\d,]*", text)}


def test_an_official_reads_who_is_short_and_why(demo, watched):
    """On the first screen, on the light page, in Excel and PDF: those of the ledger."""
    code = "430423313"
    demo.set_clock("06:50")
    demo.take_in(code)
    plan = demo.publish(code).plan
    demo.set_clock("11:00")
    demo.drive(code, plan, until="10:30")
    word = demo.sign_in("领导 313", "official", code)
    with demo.db.read() as session:
        ledger = ledger_of(reports_of(session, code, DATE, DATE))
    day = official_day(demo.db, code, DATE, today=DATE)
    delivered_l, planned_l = ledger.total().delivered_l, day.planned_l
    assert delivered_l > 0
    assert planned_l == sum(
        s.litres for r in plan.routes for s in r.stops if s.kind == "deliver"
    )
    reasons = {T(f"reason.{reason}") for reason, *_ in day.lacks()}
    helps = {T(f"help.{reason}") for reason, *_ in day.lacks()}
    assert len(reasons) > 1
    main = {day.short, day.planned_short}
    litres_told = (T.litres(delivered_l), T.litres(planned_l))
    open_page, wrong = watched

    page = open_page(f"{demo.address}/?full=1", height=800, word=word)
    page.get_by_test_id("stMetric").first.wait_for(timeout=60_000)
    settled(page)
    said = page.get_by_test_id("stMarkdown").filter(has_text=T("brief.why", reasons=""))
    first = page.get_by_role("heading", level=1).inner_text() + said.inner_text()
    assert main <= numbers(first)
    assert all(text in first for text in litres_told)
    assert day.worst(1)[0].name in first
    assert any(reason in first for reason in reasons)
    assert any(each in first for each in helps)
    box = said.bounding_box()
    assert box["y"] + box["height"] <= 800
    counts = page.get_by_test_id("stMetricValue").all_inner_texts()
    served = {place for place, sums in ledger.delivered_l.items() if sums}
    people = {v.village_id: v.population for v in demo.scenario.villages}
    assert [int(x.replace(",", "")) for x in counts] == [
        day.short,
        day.cattle_short,
        sum(people[place] for place in served),
    ]
    with page.expect_download() as excel:
        page.get_by_role("button", name=T("brief.excel")).click()
    with page.expect_download() as pdf:
        page.get_by_role("button", name=T("brief.pdf")).click()

    book = load_workbook(io.BytesIO(excel.value.path().read_bytes()))
    by_name = {row[0]: row for row in sheet_rows(book[T("form.sheet_places")])}
    label = demo.scenario.label
    column = by_name[T("form.place")].index(T("form.delivered"))
    for place in people:
        assert by_name[label(place)][column] == ledger.delivered_l.get(place, 0)
    assert by_name[T("form.sum")][column] == delivered_l
    trucks = {row[0]: row for row in sheet_rows(book[T("form.sheet_trucks")])}
    column = trucks[T("form.truck")].index(T("form.delivered"))
    for truck, sums in ledger.by_truck.items():
        assert trucks[truck][column - 1 : column + 1] == (
            sums.filled_l,
            sums.delivered_l,
        )
    rows = {row[0]: row for row in sheet_rows(book[T("form.sheet_summary")])}
    assert rows[T("form.short")][1:3] == (day.short, day.planned_short)
    assert rows[T("form.delivered")][1:3] == (delivered_l, planned_l)
    rows = {row[0]: row for row in sheet_rows(book[T("form.sheet_reasons")])}
    for reason, litres, *_ in day.lacks():
        assert rows[T(f"reason.{reason}")][1] == litres
        assert T(f"help.{reason}") in rows[T(f"reason.{reason}")]

    pages = pypdf.PdfReader(pdf.value.path()).pages
    paper = "".join(each.extract_text().replace("\0", "") for each in pages)
    assert main <= numbers(paper)
    assert all(text in paper for text in litres_told)
    assert any(reason in paper for reason in reasons)
    assert any(each in paper for each in helps)

    phone = open_page(f"{demo.address}/brief", width=390, height=844, word=word)
    first = phone.get_by_role("status")
    box = first.bounding_box()
    assert box["y"] + box["height"] <= 844
    assert main <= numbers(first.inner_text())
    assert all(text in phone.locator("main").inner_text() for text in litres_told)
    for text in (T("brief.why", reasons=""), T("brief.help", help="")):
        box = phone.get_by_text(text).first.bounding_box()
        assert box["y"] + box["height"] <= 844
    assert no_sideways_scrolling(phone)
    assert wrong == []


def sheet_rows(sheet):
    return list(sheet.iter_rows(values_only=True))
