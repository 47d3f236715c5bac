"""A request goes its way step by step, and the worst comes first."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest

from dispatch.errors import DispatchError
from dispatch.operations.requests import (
    NEXT,
    STATES,
    Call,
    Position,
    by_urgency,
    nearest_place,
    require_step,
    twin_of,
    way_to,
)

CAME = dt.datetime(2022, 9, 6, 9, 0)
#: 0.001 degrees of latitude are 111 m.
HERE = Position(27.2, 112.8)
NEAR = Position(27.201, 112.8)
FAR = Position(27.202, 112.8)


def call(number: int = 1, village: str = "V1", **fields) -> Call:
    values = {"people": 40, "came_at": CAME, "due": dt.date(2022, 9, 9)}
    return Call(number=number, village=village, **(values | fields))


def test_the_chain_is_walked_step_by_step() -> None:
    chain = ("received", "accepted", "planned", "delivered", "called_back", "closed")
    for state, to in itertools.pairwise(chain):
        require_step(state, to)
    for state, to in zip(chain, chain[2:-1], strict=False):
        if (state, to) != ("accepted", "delivered"):  # water may come unplanned
            with pytest.raises(DispatchError, match="cannot become"):
                require_step(state, to)


def test_every_state_leads_somewhere_and_never_stays() -> None:
    assert set(NEXT) == set(STATES)
    assert all(NEXT[state] and state not in NEXT[state] for state in STATES)


def test_only_what_was_promised_or_came_is_reopened() -> None:
    assert {s for s in STATES if "reopened" in NEXT[s]} == {
        "planned",
        "delivered",
        "called_back",
        "closed",
    }


def test_plan_and_ledger_accept_what_they_serve() -> None:
    assert way_to("received", "planned") == ("accepted", "planned")
    assert way_to("reopened", "delivered") == ("accepted", "delivered")
    assert way_to("planned", "delivered") == ("delivered",)
    assert way_to("planned", "planned") == ()
    assert way_to("closed", "delivered") == ()


def test_overdue_then_supervised_then_by_day() -> None:
    today = dt.date(2022, 9, 10)
    later = dt.date(2022, 9, 14)
    calls = [
        call(1, due=dt.date(2022, 9, 13)),
        call(2, due=later),
        call(3, due=later, is_supervised=True, state="reopened"),
        call(4),
        call(5, is_supervised=True, state="reopened"),
        call(6, state="closed"),
        call(7, state="called_back"),
    ]
    assert [c.number for c in by_urgency(calls, today)] == [5, 4, 3, 7, 1, 2, 6]


def test_what_is_due_today_is_not_overdue() -> None:
    assert not call().is_overdue(dt.date(2022, 9, 9))
    assert call().is_overdue(dt.date(2022, 9, 10))
    assert not call(state="called_back").is_overdue(dt.date(2022, 9, 10))


@pytest.mark.parametrize(
    ("hours", "fields", "number"),
    [
        (48, {"village": "V1"}, 1),
        (49, {"village": "V1"}, None),
        (-48, {"village": "V1"}, 1),
        (1, {"village": "V2"}, None),
        (1, {"position": NEAR}, 1),
        (1, {"position": FAR}, None),
        (1, {}, None),
    ],
)
def test_one_place_within_two_days_is_one_request(hours, fields, number) -> None:
    at = CAME + dt.timedelta(hours=hours)
    twin = twin_of([call(position=HERE)], came_at=at, **fields)
    assert (twin.number if twin else None) == number


def test_the_first_of_several_is_the_one() -> None:
    calls = [call(2), call(1), replace(call(3), came_at=CAME - dt.timedelta(hours=1))]
    twin = twin_of(calls, came_at=CAME, village="V1")
    assert twin is not None
    assert twin.number == 3
    assert twin_of([call(state="closed")], came_at=CAME, village="V1") is None


def test_a_position_at_a_village_is_the_village() -> None:
    places = {"V1": FAR, "V2": NEAR}
    assert nearest_place(HERE, places) == "V2"
    assert nearest_place(HERE, {"V1": FAR}) is None
    assert nearest_place(HERE, {}) is None
