"""Reports that are read once, and only what came since: the same as reading all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from dispatch.day.opening import import_scenario
from dispatch.files.scenario.read import read_scenario
from dispatch.operations.ledger import Report
from dispatch.store.events import add_event, reports_of
from dispatch.store.tables import Event

if TYPE_CHECKING:
    from dispatch.store.db import Database

AT = dt.datetime(2022, 9, 6, 7, 0)
TINY = Path(__file__).parents[1] / "data" / "tiny"
DAY, NEXT = AT.date(), AT.date() + dt.timedelta(days=1)


@pytest.fixture
def town(db: Database) -> Database:
    scenario = read_scenario(TINY)
    import_scenario(db, "430423", scenario, who="", at=AT)
    return db


def report(key: str, date: dt.date = DAY) -> Report:
    return Report(key=key, date=date, kind="arrived", at=AT, truck="T1", place="V1")


def add(db: Database, *reports: Report) -> None:
    with db.write() as session:
        for each in reports:
            add_event(session, "430423", each, received_at=AT)


def keys(db: Database, *days: dt.date | None) -> list[str]:
    with db.read() as session:
        return [each.key for each in reports_of(session, "430423", *days)]


def test_what_came_since_is_read_too(town):
    add(town, report("a"), report("b", NEXT))
    assert keys(town) == ["a", "b"]
    add(town, report("c"), report("d", NEXT))
    assert keys(town) == ["a", "b", "c", "d"]
    assert keys(town, DAY, DAY) == ["a", "c"]
    assert keys(town, NEXT, NEXT) == ["b", "d"]
    assert keys(town, None, DAY) == ["a", "c"]
    assert keys(town, NEXT, None) == ["b", "d"]
    assert keys(town, NEXT, NEXT + dt.timedelta(days=1)) == ["b", "d"]


def test_a_report_says_all_that_was_kept(town):
    full = Report(
        key="a",
        date=DAY,
        kind="delivered",
        at=AT,
        truck="T1",
        place="V1",
        litres=1200,
        chlorine_mg_l=0.3,
        reason="x",
        corrects="b",
        told=2,
        sender="link 3",
        is_late=True,
    )
    add(town, full)
    with town.read() as session:
        assert reports_of(session, "430423") == [full]


def test_what_is_given_up_is_not_kept(town):
    add(town, report("a"))
    assert keys(town) == ["a"]

    def give_up() -> None:
        with town.write() as session:
            add_event(session, "430423", report("b"), received_at=AT)
            assert len(reports_of(session, "430423")) == 2
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        give_up()
    add(town, report("c"))
    assert keys(town) == ["a", "c"]


def test_a_lower_number_that_comes_later_is_not_missed(town):
    """PostgreSQL numbers events when they are written, not when they are kept."""

    def put(number: int, key: str) -> None:
        values = {"id": number, "township": "430423", "date": DAY, "key": key}
        values |= {"digest": key, "kind": "arrived", "at": AT, "received_at": AT}
        with town.write() as session:
            session.execute(insert(Event).values(**values))

    put(10, "later")
    assert keys(town) == ["later"]
    put(5, "earlier")
    assert keys(town) == ["earlier", "later"]
    put(7, "between")
    put(11, "last")
    assert keys(town, DAY, DAY) == ["earlier", "between", "later", "last"]


def test_who_looked_before_sees_what_was_there_then(town):
    add(town, report("a"))
    with town.read() as session:
        assert len(reports_of(session, "430423")) == 1
        add(town, report("b"))
        assert keys(town) == ["a", "b"]
        assert len(reports_of(session, "430423")) == 1
    assert keys(town) == ["a", "b"]
