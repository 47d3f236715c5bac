"""Requests are kept once, go their way, and follow plan and ledger."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dispatch.day.requests import (
    add_request,
    call_back,
    list_requests,
    move_request,
    position_of,
    show_request,
)
from dispatch.errors import ConflictError, DispatchError
from dispatch.operations.requests import Position
from dispatch.store.master import import_scenario
from dispatch.store.requests import NewCall, mark_delivered, mark_planned
from tests.solver import tiny

if TYPE_CHECKING:
    from dispatch.store.db import Database

CAME = dt.datetime(2022, 9, 6, 9, 0)
LATER = dt.datetime(2022, 9, 6, 15, 0)
TOWNSHIP = "430423"
#: 0.001 degrees of latitude are 111 m.
FAR = Position(27.3, 112.8)


@pytest.fixture
def store(db: Database) -> Database:
    """Give a township with two villages, and one of another name."""
    villages = [tiny.village("V1"), replace(tiny.village("V2", stock_l=5), name="白果")]
    with db.write() as session:
        for code in (TOWNSHIP, "430424"):
            day = tiny.scenario(villages)
            import_scenario(session, code, day, who="test", at=CAME)
    return db


def add(db: Database, village: str = "V1", **fields):
    values = {"village": village, "people": 40, "came_at": CAME}
    return add_request(db, TOWNSHIP, NewCall(**(values | fields)), now=CAME)


def states(db: Database, number: int) -> list[str]:
    _, steps = show_request(db, TOWNSHIP, number)
    return [step.state for step in steps]


def test_a_call_is_kept_with_its_due_day(store: Database) -> None:
    remark = "=cmd()'; DROP TABLE request; --<script>"
    added = add(store, vulnerable_people=3, stock_l=0, remark=remark, phone="119")
    assert added.is_new
    assert added.notice is None
    call, steps = show_request(store, TOWNSHIP, added.call.number)
    assert call == added.call
    assert (call.due, call.state) == (dt.date(2022, 9, 9), "received")
    assert (call.remark, call.phone, call.stock_l) == (remark, "119", 0)
    assert [(step.state, step.at) for step in steps] == [("received", CAME)]


def test_a_township_may_set_other_days(store: Database) -> None:
    from dispatch.store.tables import Township

    with store.write() as session:
        township = session.get(Township, TOWNSHIP)
        assert township is not None
        township.settings = {"request_workdays": 1}
    assert add(store).call.due == dt.date(2022, 9, 7)


def test_a_known_key_adds_nothing(store: Database) -> None:
    first = add(store, key="12345-1")
    again = add(store, key="12345-1")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.call == first.call
    with pytest.raises(ConflictError, match="12345-1"):
        add(store, key="12345-1", people=41)
    assert len(list_requests(store, [], today=CAME.date())) == 1


def test_a_repeat_without_a_time_is_the_same(store: Database) -> None:
    """The clock of the second try differs, what was written down does not."""
    new = NewCall(village="V1", people=4, key="k")
    first = add_request(store, TOWNSHIP, new, now=CAME)
    again = add_request(store, TOWNSHIP, new, now=LATER)
    assert again.call == first.call
    assert again.call.came_at == CAME


def test_the_same_key_at_once_is_one_request(store: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda _: add(store, key="k"), range(16)))
    assert len({each.call.number for each in added}) == 1
    assert sum(each.is_new for each in added) == 1


def test_requests_at_once_have_numbers_of_their_own(store: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda k: add(store, people=k + 1), range(16)))
    assert len({each.call.number for each in added}) == 16


def test_numbers_are_those_of_the_whole_store(store: Database) -> None:
    other = add_request(store, "430424", NewCall(village="V1", people=1), now=CAME)
    number = other.call.number
    assert add(store).call.number != number
    with pytest.raises(DispatchError, match="no request"):
        show_request(store, TOWNSHIP, number)
    assert show_request(store, None, number)[0] == other.call


def test_the_place_is_known_by_id_name_or_position(store: Database) -> None:
    assert add(store, "白果").call.village == "V2"
    both = tiny.village("V1")
    at = add(store, "", position=Position(both.lat + 0.001, both.lon)).call
    assert at.village == "V1"
    with pytest.raises(DispatchError, match="nowhere"):
        add(store, "nowhere")


def test_a_position_without_a_village_is_a_place(store: Database) -> None:
    first = add(store, "", position=FAR).call
    assert first.village == f"R{first.number}"
    near = add(store, "", position=Position(27.301, 112.8)).call
    assert (near.village, near.same_as) == (first.village, first.number)
    far = add(store, "", position=Position(27.31, 112.8)).call
    assert (far.village, far.same_as) == (f"R{far.number}", None)


def test_two_requests_for_a_village_are_offered_as_one(store: Database) -> None:
    first = add(store).call
    assert first.same_as is None
    assert add(store, came_at=LATER).call.same_as == first.number
    assert add(store, "V2").call.same_as is None
    assert add(store, came_at=CAME + dt.timedelta(days=3)).call.same_as is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"people": -1}, "people = -1"),
        ({"people": 0}, "at least one person"),
        ({"people": 10**9}, "people = 1000000000"),
        ({"stock_l": -5}, "stock = -5"),
        ({"remark": "x" * 2_001}, "remark"),
        ({"remark": "\0"}, "remark"),
        ({"phone": "\ud800"}, "phone"),
        ({"position": FAR}, "not both"),
        ({"village": ""}, "not both"),
    ],
)
def test_what_cannot_be_is_refused(store: Database, fields, words: str) -> None:
    with pytest.raises(DispatchError, match=words):
        add(store, **fields)


def test_the_whole_way_with_time_and_person(store: Database) -> None:
    number = add(store).call.number
    move_request(store, None, number, "accepted", at=LATER, who="李")
    again = move_request(store, None, number, "accepted", at=CAME, who="王")
    assert again.state == "accepted"
    with store.write() as session:
        assert mark_planned(session, TOWNSHIP, {"V1"}, LATER) == [number]
        assert mark_planned(session, TOWNSHIP, {"V1"}, LATER) == []
        assert mark_delivered(session, TOWNSHIP, ["V2"], LATER) == []
        assert mark_delivered(session, TOWNSHIP, ["V1"], LATER) == [number]
    call_back(store, None, number, is_satisfied=True, at=LATER, words="够了")
    call = move_request(store, None, number, "closed", at=LATER)
    assert call.state == "closed"
    assert not call.is_supervised
    _, steps = show_request(store, None, number)
    assert [step.state for step in steps] == [
        "received",
        "accepted",
        "planned",
        "delivered",
        "called_back",
        "closed",
    ]
    assert (steps[1].who, steps[1].at, steps[4].words) == ("李", LATER, "够了")


def test_a_dissatisfied_callback_is_supervised_and_on_top(store: Database) -> None:
    first, second = add(store).call.number, add(store, "V2").call.number
    with store.write() as session:
        mark_delivered(session, TOWNSHIP, ["V2"], LATER)
    call = call_back(store, None, second, is_satisfied=False, at=LATER)
    assert (call.state, call.is_supervised) == ("reopened", True)
    listed = list_requests(store, [TOWNSHIP], today=CAME.date())
    assert [call.number for _, call in listed] == [second, first]


def test_a_callback_needs_water_first(store: Database) -> None:
    number = add(store).call.number
    for is_satisfied in (True, False):
        with pytest.raises(DispatchError, match="cannot become"):
            call_back(store, None, number, is_satisfied=is_satisfied, at=LATER)
    assert not show_request(store, None, number)[0].is_supervised


def test_closing_before_the_callback_needs_a_reason(store: Database) -> None:
    number = add(store).call.number
    with pytest.raises(DispatchError, match="--words"):
        move_request(store, None, number, "closed", at=LATER)
    move_request(store, None, number, "closed", at=LATER, words="重复")
    assert states(store, number) == ["received", "closed"]


def test_a_plan_that_leaves_a_village_out_takes_it_back(store: Database) -> None:
    number = add(store).call.number
    with store.write() as session:
        mark_planned(session, TOWNSHIP, {"V1"}, CAME)
        assert mark_planned(session, TOWNSHIP, {"V2"}, LATER) == [number]
    assert states(store, number) == ["received", "accepted", "planned", "accepted"]


def test_water_before_the_call_answers_nothing(store: Database) -> None:
    number = add(store).call.number
    early = CAME - dt.timedelta(minutes=1)
    with store.write() as session:
        assert mark_delivered(session, TOWNSHIP, ["V1"], early) == []
        assert mark_delivered(session, TOWNSHIP, ["V1"], CAME) == [number]
    call_back(store, None, number, is_satisfied=False, at=LATER)
    with store.write() as session:  # reported late: it is the load complained of
        assert mark_delivered(session, TOWNSHIP, ["V1"], CAME) == []
        assert mark_delivered(session, TOWNSHIP, ["V1"], LATER) == [number]


def test_a_position_is_read_in_any_typing() -> None:
    assert position_of("27.3, 112.8") == FAR
    assert position_of("112.8，27.3") == FAR
    with pytest.raises(DispatchError):
        position_of("over there")
