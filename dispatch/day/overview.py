"""Townships side by side on one day, for the county."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch.day.desk import desk_of
from dispatch.day.following import follow_day
from dispatch.day.official import townships_short
from dispatch.day.requests import list_requests
from dispatch.model.need import needs_l

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from dispatch.day.desk import DayState, TownshipName
    from dispatch.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class TownshipDay:
    """
    Where a township stands on a day.

    Attributes
    ----------
    version
        Number of the plan that drivers see; None: none.
    people_short
        People below the basic standard by what was delivered.
    """

    code: str
    name: str
    state: DayState
    version: int | None
    people: int
    people_short: int
    needs_l: int
    planned_l: int
    delivered_l: int
    num_alarms: int
    num_open_calls: int
    num_overdue_calls: int


def township_days(
    db: Database, townships: Iterable[TownshipName], date: dt.date, *, today: dt.date
) -> list[TownshipDay]:
    """
    Return where townships stand on a day.

    Parameters
    ----------
    db
        The store.
    townships
        In the order of the rows.
    date
        The day.
    today
        Requests that were due before it are overdue.
    """
    rows = []
    townships = list(townships)
    short = {row.code: row.short for row in townships_short(db, townships, date)}
    for each in townships:
        desk = desk_of(db, each.code, date)
        day = follow_day(db, each.code, date)
        calls = [call for _, call in list_requests(db, [each.code], today=today)]
        waiting = [call for call in calls if call.state != "closed"]
        scenario = desk.scenario
        villages = () if scenario is None else scenario.villages
        needs = {} if scenario is None else needs_l(scenario)
        rows.append(
            TownshipDay(
                code=each.code,
                name=each.name,
                state=desk.state,
                version=day.version,
                people=sum(village.population for village in villages),
                people_short=short[each.code],
                needs_l=sum(sum(need.values()) for need in needs.values()),
                planned_l=day.planned_l,
                delivered_l=day.delivered_l,
                num_alarms=len(day.alarms),
                num_open_calls=len(waiting),
                num_overdue_calls=sum(call.is_overdue(today) for call in waiting),
            )
        )
    return rows
