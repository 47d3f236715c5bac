"""The page of somebody on duty, behind a personal link."""

from __future__ import annotations

import datetime as dt

import pytest

from dispatch.day.duty import duty_day
from dispatch.day.links import all_links, make_link, revoke_links
from dispatch.day.water import plan_water_version, publish_water, shown_water
from dispatch.errors import DispatchError
from tests.web.browsing import no_sideways_scrolling
from tests.web.demo import DATE
from tests.web.test_water_page import picture

CODE = "430423402"


@pytest.fixture(scope="module")
def staffed(demo):
    """Give the demo with published water, and the ids of who has duty."""
    demo.set_clock("05:00")
    demo.take_in(CODE)
    demo.publish(CODE)
    number = plan_water_version(demo.db, CODE, DATE, num_days=2, **demo.stamp)
    duty = shown_water(demo.db, CODE, DATE, number).duty
    return demo, number, duty


def link_for(demo, person):
    word, link = make_link(demo.db, CODE, person=person, until=DATE, **demo.stamp)
    return f"{demo.address}/w/{word}", link


def test_before_and_after_publishing(staffed, watched):
    demo, number, duty = staffed
    open_page, wrong = watched
    person = duty.roster.person_ids[0]
    address, _ = link_for(demo, person)
    page = open_page(address, width=390, height=844)
    page.get_by_text("还没有发布").wait_for()
    publish_water(demo.db, CODE, DATE, number, **demo.stamp)
    page = open_page(address, width=390, height=844)
    page.locator(".card.next").first.wait_for()
    name = next(
        each.name
        for each in demo.scenario.water_people.people
        if each.person_id == person
    )
    assert page.locator("h1").inner_text() == name
    text = page.inner_text("body")
    others = {each.name for each in demo.scenario.water_people.people} - {name}
    assert not any(other in text for other in others)
    num_spans = sum(
        len(each.shift.spans) for each in duty.roster.duties if each.person_id == person
    ) + sum(visit.person_id == person for visit in duty.rounds.visits)
    assert page.locator(".card").count() == num_spans
    assert no_sideways_scrolling(page)
    picture(page, "duty-390")
    calendar = page.request.get(address + "/calendar.ics").text()
    assert calendar.startswith("BEGIN:VCALENDAR")
    assert calendar.count("BEGIN:VEVENT") == num_spans
    assert wrong == []


def test_a_carrier_sees_his_own_doors_only(staffed, watched):
    demo, number, duty = staffed
    open_page, wrong = watched
    publish_water(demo.db, CODE, DATE, number, **demo.stamp)
    if not duty.rounds.visits:
        pytest.skip("nobody carries water on this day")
    person = duty.rounds.visits[0].person_id
    own = {v.household_id for v in duty.rounds.visits if v.person_id == person}
    page = open_page(f"{link_for(demo, person)[0]}?lang=en", width=390, height=844)
    page.locator(".card").first.wait_for()
    text = page.inner_text("body")
    for door in demo.scenario.water_people.doors:
        assert (door.household_id in text) == (door.household_id in own)
    assert page.locator('a[href^="geo:"]').count() == len(own)
    picture(page, "duty-carrier-390")
    assert wrong == []


def test_links_of_others_and_old_links_open_nothing(staffed):
    demo, _, duty = staffed
    person = duty.roster.person_ids[0]
    with pytest.raises(DispatchError, match="M99"):
        link_for(demo, "M99")
    with pytest.raises(DispatchError):
        make_link(demo.db, CODE, person=person, truck="T1", until=DATE, **demo.stamp)
    _, link = link_for(demo, person)
    assert link.kind == "duty"
    assert revoke_links(demo.db, f"#{link.number}", township=CODE, **demo.stamp) == 1
    kept = {each.number: each for each in all_links(demo.db, CODE)}
    assert kept[link.number].is_revoked


def test_who_has_nothing_to_do_is_told_so(staffed):
    demo, number, duty = staffed
    publish_water(demo.db, CODE, DATE, number, **demo.stamp)
    busy = set(duty.roster.person_ids) | {v.person_id for v in duty.rounds.visits}
    idle = next(
        (
            each.person_id
            for each in demo.scenario.water_people.people
            if each.person_id not in busy
        ),
        None,
    )
    if idle is None:
        pytest.skip("everybody has something to do")
    _, link = link_for(demo, idle)
    day = duty_day(demo.db, link, now=dt.datetime.combine(DATE, dt.time(5)))
    assert (day.number, day.duty) == (number, None)
    assert idle not in repr(day)
