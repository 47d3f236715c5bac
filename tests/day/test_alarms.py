"""Alarms of a day that is planned, driven and reported."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from dispatch.day.alarms import alarms_between
from dispatch.day.ledger import day_alarms, ledger_answer
from dispatch.day.opening import close_day, import_scenario
from dispatch.day.planning import plan_version
from dispatch.day.publishing import publish_version, shown_version
from dispatch.day.reporting import report_from, take_reports
from dispatch.solver.params import SolveParams
from tests.solver import tiny

if TYPE_CHECKING:
    from dispatch.store.db import Database

CODE = "430423"
DATE = dt.date(2022, 9, 6)
MORNING = dt.datetime(2022, 9, 6, 6, 0)
PARAMS = SolveParams(iterations=20, workers=1)


@pytest.fixture
def driven(db: Database) -> tuple[Database, list[dict[str, object]]]:
    """Give a day with a published plan, and reports that say it was driven."""
    day = tiny.scenario(
        [tiny.village("V", population=800), tiny.village("W", population=700)],
        [tiny.source("S"), tiny.source("N", potable=False)],
        [tiny.truck("T", shift_start_s=28_800, shift_end_s=64_800)],
    )
    import_scenario(db, CODE, day, who="test", at=MORNING)
    number = plan_version(db, CODE, DATE, PARAMS, at=MORNING).number
    publish_version(db, CODE, DATE, number, who="test", at=MORNING)
    rows = []
    for route in shown_version(db, CODE, DATE).plan.routes:
        for key, stop in enumerate(route.stops):
            kind = {"fill": "filled", "deliver": "delivered"}.get(stop.kind)
            if kind is not None:
                at = f"{stop.end_s // 3600:02d}:{stop.end_s % 3600 // 60:02d}"
                row = {"key": str(key), "kind": kind, "place": stop.place_id, "at": at}
                rows.append(row | {"litres": stop.litres, "chlorine": 0.4})
    assert len(rows) >= 4
    return db, rows


def send(db: Database, *rows: dict[str, object]) -> None:
    reports = [report_from(row, date=DATE, truck="T") for row in rows]
    answers = take_reports(db, CODE, reports, received_at=MORNING)
    assert {answer.status for answer in answers} == {"new"}


def kinds(db: Database, first: dt.date | None = None) -> list[str]:
    with db.read() as session:
        return [alarm.kind for alarm in alarms_between(session, CODE, first)]


def test_a_day_as_planned_is_quiet(driven) -> None:
    db, rows = driven
    send(db, *rows)
    close_day(db, CODE, DATE, who="test", at=MORNING)
    assert kinds(db) == []
    assert ledger_answer(db, CODE, None, None, "zh")["alarms"] == []


def test_the_ledger_tells_who_and_where_in_words(driven) -> None:
    db, rows = driven
    rows[1]["litres"] = 1
    send(db, *rows)
    (alarm,) = ledger_answer(db, CODE, DATE, DATE, "zh")["alarms"]
    assert day_alarms(db, CODE, DATE, "zh") == [alarm]
    assert (alarm["kind"], alarm["truck"], alarm["place"]) == ("short_load", "T", "S")
    assert alarm["message"].startswith("T 灌水 ")
    assert alarm["message"].endswith("只送达或带回 1 升")


def test_a_tank_that_had_other_water_is_known_days_later(driven) -> None:
    db, rows = driven
    other = {"key": "n", "kind": "filled", "place": "N", "litres": 10, "at": "05:00"}
    send(db, other)
    send(db, rows[0])
    assert "unsafe_truck" in kinds(db)
    assert kinds(db, DATE + dt.timedelta(days=1)) == []
