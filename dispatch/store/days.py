"""Days of a township and the versions of their plans."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from dispatch.errors import ConflictError, DispatchError
from dispatch.store.tables import Day, PlanVersion
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from sqlalchemy.orm import Session


def find_day(session: Session, township: str, date: dt.date) -> Day | None:
    """
    Return a day; None if it was never opened.

    Parameters
    ----------
    session
        An open session.
    township, date
        Of the day.
    """
    query = select(Day).where(Day.township == township, Day.date == date)
    return session.scalar(query)


def day_of(
    session: Session, township: str, date: dt.date, *, lock: bool = False
) -> Day:
    """
    Return a day.

    Parameters
    ----------
    session
        An open session.
    township, date
        Of the day.
    lock
        Whether others that write this day wait until this transaction is over.

    Raises
    ------
    DispatchError
        If it was never opened.
    """
    query = select(Day).where(Day.township == township, Day.date == date)
    day = session.scalar(query.with_for_update() if lock else query)
    if day is None:
        raise DispatchError(say("day_unknown", township=township, date=date))
    return day


def open_day_of(session: Session, township: str, date: dt.date) -> Day:
    """
    Return an open day, locked against others that write it.

    Parameters
    ----------
    session
        A session that writes.
    township, date
        Of the day.

    Raises
    ------
    ConflictError
        If it is closed.
    DispatchError
        If it was never opened.
    """
    day = day_of(session, township, date, lock=True)
    if day.state != "open":
        raise ConflictError(say("day_closed", township=township, date=date))
    return day


def last_closed_day(session: Session, township: str, before: dt.date) -> Day | None:
    """
    Return the last day before a date that is closed; None without one.

    Parameters
    ----------
    session
        An open session.
    township
        Its code.
    before
        The date.
    """
    query = (
        select(Day)
        .where(Day.township == township, Day.date < before, Day.state == "closed")
        .order_by(Day.date.desc())
        .limit(1)
    )
    return session.scalar(query)


def next_day(session: Session, township: str, after: dt.date) -> Day | None:
    """
    Return the first day after a date, locked against others that write it.

    Parameters
    ----------
    session
        A session that writes.
    township
        Its code.
    after
        The date.
    """
    query = (
        select(Day)
        .where(Day.township == township, Day.date > after)
        .order_by(Day.date)
        .limit(1)
        .with_for_update()
    )
    return session.scalar(query)


def add_version(session: Session, day: Day, **values: Any) -> PlanVersion:
    """
    Return a new version of a day's plan, a draft with the next number.

    Parameters
    ----------
    session
        A session that writes.
    day
        The day, locked.
    values
        Columns of the version: scenario, plan, violations, changes, now_s, previous,
        created_at.
    """
    numbers = select(func.max(PlanVersion.number)).where(PlanVersion.day_id == day.id)
    version = PlanVersion(
        day_id=day.id,
        number=(session.scalar(numbers) or 0) + 1,
        status="draft",
        digest=plan_digest(values["scenario"], values["plan"]),
        published_at=None,
        ended_at=None,
        **values,
    )
    session.add(version)
    session.flush()
    return version


def plan_digest(scenario: bytes, plan: str) -> str:
    """
    Return the hash by which a version is known to be as it was made.

    Parameters
    ----------
    scenario
        What it was planned from.
    plan
        plan.json.
    """
    return hashlib.sha256(scenario + plan.encode()).hexdigest()


def versions_of(session: Session, day: Day) -> list[PlanVersion]:
    """
    Return all versions of a day, by number.

    Parameters
    ----------
    session
        An open session.
    day
        The day.
    """
    query = select(PlanVersion).where(PlanVersion.day_id == day.id)
    return list(session.scalars(query.order_by(PlanVersion.number)))


def plans_of(session: Session, day: Day, numbers: Collection[int]) -> dict[int, str]:
    """
    Return the plans of some versions of a day, by number.

    Parameters
    ----------
    session
        An open session.
    day
        The day.
    numbers
        Of the versions.
    """
    query = select(PlanVersion.number, PlanVersion.plan).where(
        PlanVersion.day_id == day.id, PlanVersion.number.in_(numbers)
    )
    return {row.number: row.plan for row in session.execute(query)}


class VersionHead(NamedTuple):
    """
    A version without its plan.

    Attributes
    ----------
    now_s
        Of a re-plan: seconds since midnight from when on it may differ from
        ``previous``.
    """

    number: int
    status: str
    created_at: dt.datetime
    published_at: dt.datetime | None
    ended_at: dt.datetime | None
    now_s: int | None
    previous: int | None
    num_violations: int
    num_changes: int


def version_heads(session: Session, day: Day) -> list[VersionHead]:
    """
    Return what is known of all versions of a day but their plans, by number.

    Parameters
    ----------
    session
        An open session.
    day
        The day.
    """
    query = (
        select(
            PlanVersion.number,
            PlanVersion.status,
            PlanVersion.created_at,
            PlanVersion.published_at,
            PlanVersion.ended_at,
            PlanVersion.now_s,
            PlanVersion.previous,
            PlanVersion.violations,
            PlanVersion.changes,
        )
        .where(PlanVersion.day_id == day.id)
        .order_by(PlanVersion.number)
    )
    return [
        VersionHead(
            number=row.number,
            status=row.status,
            created_at=row.created_at,
            published_at=row.published_at,
            ended_at=row.ended_at,
            now_s=row.now_s,
            previous=row.previous,
            num_violations=len(row.violations),
            num_changes=len(row.changes),
        )
        for row in session.execute(query)
    ]


def all_days(session: Session, township: str) -> list[dt.date]:
    """
    Return the dates of all days of a township, the first first.

    Parameters
    ----------
    session
        An open session.
    township
        Its code.
    """
    query = select(Day.date).where(Day.township == township).order_by(Day.date)
    return list(session.scalars(query))


class Publication(NamedTuple):
    """When drivers were told a version, without its plan."""

    number: int
    status: str
    published_at: dt.datetime
    ended_at: dt.datetime | None


def publications(session: Session, day: Day) -> list[Publication]:
    """
    Return the versions of a day that drivers were ever told, by time.

    Parameters
    ----------
    session
        An open session.
    day
        The day.
    """
    query = (
        select(
            PlanVersion.number,
            PlanVersion.status,
            PlanVersion.published_at,
            PlanVersion.ended_at,
        )
        .where(PlanVersion.day_id == day.id, PlanVersion.published_at.is_not(None))
        .order_by(PlanVersion.published_at, PlanVersion.number)
    )
    return [
        Publication(number, status, published_at, ended_at)
        for number, status, published_at, ended_at in session.execute(query)
        if published_at is not None
    ]


def published_version(session: Session, day: Day) -> PlanVersion | None:
    """
    Return the version that drivers see; None without one.

    Parameters
    ----------
    session
        An open session.
    day
        The day.
    """
    query = select(PlanVersion).where(
        PlanVersion.day_id == day.id, PlanVersion.status == "published"
    )
    return session.scalar(query)


def version_of(session: Session, day: Day, number: int) -> PlanVersion:
    """
    Return a version of a day.

    Parameters
    ----------
    session
        An open session.
    day
        The day.
    number
        1, 2, 3 ...

    Raises
    ------
    DispatchError
        If the day has no such version.
    """
    query = select(PlanVersion).where(
        PlanVersion.day_id == day.id, PlanVersion.number == number
    )
    version = session.scalar(query)
    if version is None:
        raise DispatchError(say("version_unknown", date=day.date, version=number))
    return version
