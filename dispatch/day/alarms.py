"""Alarms of days that are kept: reports held against plans, roads and tanks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.day.kept import kept_plan, kept_scenario, kept_travel
from dispatch.operations.alarms import Alarm, DayFacts, alarms_of, unclean_trucks
from dispatch.operations.rules import rules_of
from dispatch.store.days import find_day, plans_of
from dispatch.store.events import reports_of
from dispatch.store.master import scenario_of, township_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from dispatch.store.tables import Day


def alarms_between(
    session: Session,
    township: str,
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> list[Alarm]:
    """
    Return what does not fit together in the reports of some days.

    Parameters
    ----------
    session
        An open session.
    township
        Its code.
    first, last
        From which day to which, both included; None: no limit.

    Raises
    ------
    DispatchError
        If the store has no such township.
    """
    rules = rules_of(township_of(session, township).settings)
    every = reports_of(session, township, None, last)
    before = [report for report in every if first is not None and report.date < first]
    reports = [report for report in every if first is None or report.date >= first]
    days = {}
    for date in sorted({report.date for report in reports}):
        day = find_day(session, township, date)
        if day is not None:
            told = {r.told for r in reports if r.date == date and r.told is not None}
            days[date] = _facts(session, day, told)
    unclean: set[str] = set()
    if before and days:
        now = scenario_of(session, township, max(days))
        is_potable = {source.source_id: source.potable for source in now.all_sources}
        unclean = unclean_trucks(before, is_potable)
    return alarms_of(reports, days, rules, unclean=unclean)


def _facts(session: Session, day: Day, told: Collection[int]) -> DayFacts:
    return DayFacts(
        scenario=kept_scenario(day.scenario),
        plans={
            number: kept_plan(text)
            for number, text in plans_of(session, day, told).items()
        },
        travel=kept_travel(day.scenario),
        is_over=day.state == "closed",
    )
