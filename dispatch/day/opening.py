"""Master data taken in, days opened and closed, and where a day stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch.errors import ConflictError
from dispatch.files.scenario.snapshot import scenario_from_bytes, scenario_to_bytes
from dispatch.model.need import needs_l
from dispatch.operations.ledger import ledger_of
from dispatch.operations.raising import raised
from dispatch.operations.stocks import carried_over, readings_of, rolled
from dispatch.store import master
from dispatch.store.audit import note_change
from dispatch.store.days import (
    day_of,
    find_day,
    last_closed_day,
    next_day,
    published_version,
    versions_of,
)
from dispatch.store.events import reports_of
from dispatch.store.requests import calls_of
from dispatch.store.tables import Day
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from dispatch.model.scenario import Scenario
    from dispatch.operations.requests import Call
    from dispatch.store.db import Database


def import_scenario(
    db: Database, township: str, scenario: Scenario, *, who: str, at: dt.datetime
) -> None:
    """
    Take over a scenario: master data of a township and, with its date, a day.

    Parameters
    ----------
    db
        The store.
    township
        Its code.
    scenario
        What is taken over.
    who, at
        For the audit trail.

    Raises
    ------
    ConflictError
        If that day is closed.
    """
    with db.write() as session:
        master.import_scenario(session, township, scenario, who=who, at=at)
        day = find_day(session, township, scenario.date)
        if day is None:
            _add_day(session, township, scenario)
        elif day.state == "open":
            set_scenario(day, scenario)
        else:
            raise ConflictError(
                say("day_closed", township=township, date=scenario.date)
            )


def _add_day(session: Session, township: str, scenario: Scenario) -> Day:
    day = Day(
        township=township,
        date=scenario.date,
        state="open",
        scenario=scenario_to_bytes(scenario),
        stocks=_stocks(scenario),
    )
    session.add(day)
    session.flush()
    return day


def set_scenario(day: Day, scenario: Scenario) -> None:
    """
    Keep another scenario of a day, with the stocks that are in it.

    Parameters
    ----------
    day
        The day, locked.
    scenario
        What it is now.
    """
    day.scenario = scenario_to_bytes(scenario)
    day.stocks = _stocks(scenario)
    day.version += 1


def _stocks(scenario: Scenario) -> dict[str, dict[str, int | None]]:
    """Return what is there in the morning, by village and by source."""
    return {
        "villages": {v.village_id: v.stock_l for v in scenario.all_villages},
        "sources": {s.source_id: s.stock_l for s in scenario.all_sources},
    }


def open_day(
    db: Database, township: str, date: dt.date, *, who: str, at: dt.datetime
) -> bool:
    """
    Open a day: stocks roll forward from the last closed one.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.
    who, at
        For the audit trail.

    Returns
    -------
    bool
        False if it was open already.

    Raises
    ------
    ConflictError
        If it is closed.
    DispatchError
        If the store has no such township.
    """
    with db.write() as session:
        master.township_of(session, township, lock=True)
        day = find_day(session, township, date)
        if day is not None:
            if day.state == "closed":
                raise ConflictError(say("day_closed", township=township, date=date))
            return False
        scenario = master.scenario_of(session, township, date)
        before = last_closed_day(session, township, date)
        left = None
        if before is not None:
            scenario, left = _carried_over(session, before, scenario)
        scenario = raised(scenario, township_calls(session, township), before=left)
        _add_day(session, township, scenario)
        note_change(session, township, who=who, at=at, what=f"open {date}")
        return True


def carry_late(session: Session, township: str, date: dt.date) -> bool:
    """
    Return whether reports that came late have changed the stocks of the next day.

    The day after changes only while it is open; what was closed stays as it was.

    Parameters
    ----------
    session
        A session that writes.
    township, date
        Of the closed day that the reports belong to.
    """
    before = find_day(session, township, date)
    later = next_day(session, township, date)
    if before is None or later is None:
        return False
    if before.state != "closed" or later.state != "open":
        return False
    scenario, left = _carried_over(session, before, scenario_from_bytes(later.scenario))
    scenario = raised(scenario, township_calls(session, township), before=left)
    content = scenario_to_bytes(scenario)
    if content == later.scenario:
        return False
    set_scenario(later, scenario)
    return True


def _carried_over(
    session: Session, before: Day, scenario: Scenario
) -> tuple[Scenario, Scenario]:
    """Return a day with the water that the last closed one left, and that one since."""
    reports = reports_of(session, before.township, before.date, before.date)
    ledger, readings = ledger_of(reports), readings_of(reports)
    morning = scenario_from_bytes(before.scenario)
    moved = ledger.delivered_l, ledger.drawn_l, readings
    days = (scenario.date - before.date).days
    return carried_over(morning, scenario, *moved), rolled(morning, *moved, days)


def township_calls(session: Session, township: str) -> list[Call]:
    """
    Return the requests of a township, in any state.

    Parameters
    ----------
    session
        An open session.
    township
        Its code.
    """
    return [call for _, call in calls_of(session, [township])]


def close_day(
    db: Database, township: str, date: dt.date, *, who: str, at: dt.datetime
) -> bool:
    """
    Close a day: nothing of it is planned any more; reports still come in, as late.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.
    who, at
        For the audit trail.

    Returns
    -------
    bool
        False if it was closed already.

    Raises
    ------
    DispatchError
        If it was never opened.
    """
    with db.write() as session:
        day = day_of(session, township, date, lock=True)
        if day.state == "closed":
            return False
        day.state = "closed"
        day.version += 1
        note_change(session, township, who=who, at=at, what=f"close {date}")
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStatus:
    """
    Where a day stands.

    Attributes
    ----------
    published
        Number of the version that drivers see; None: none.
    needs_l, delivered_l
        Litres of all villages.
    """

    state: str
    published: int | None
    num_versions: int
    needs_l: int
    delivered_l: int
    filled_l: int
    lost_l: int
    num_events: int
    num_late: int


def day_status(db: Database, township: str, date: dt.date) -> DayStatus:
    """
    Return where a day stands.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.

    Raises
    ------
    DispatchError
        If it was never opened.
    """
    with db.read() as session:
        day = day_of(session, township, date)
        published = published_version(session, day)
        reports = reports_of(session, township, date, date)
        total = ledger_of(reports).total()
        scenario = scenario_from_bytes(day.scenario)
        return DayStatus(
            state=day.state,
            published=published.number if published else None,
            num_versions=len(versions_of(session, day)),
            needs_l=sum(sum(need.values()) for need in needs_l(scenario).values()),
            delivered_l=total.delivered_l,
            filled_l=total.filled_l,
            lost_l=total.lost_l,
            num_events=len(reports),
            num_late=sum(report.is_late for report in reports),
        )


def day_scenario(db: Database, township: str, date: dt.date) -> Scenario:
    """
    Return a day as a scenario, as `dispatch plan` reads it.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.

    Raises
    ------
    DispatchError
        If it was never opened.
    """
    with db.read() as session:
        return scenario_from_bytes(day_of(session, township, date).scenario)
