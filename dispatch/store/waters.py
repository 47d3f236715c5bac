"""Dispatches of all the water as rows: versions of the day that they begin on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from dispatch.errors import DispatchError
from dispatch.model.water.plan import MAX_DAYS
from dispatch.store.tables import WaterVersion
from dispatch.words.message import say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class WaterHead(NamedTuple):
    """A version without its content."""

    number: int
    num_days: int
    status: str
    who: str
    previous: int | None
    created_at: dt.datetime
    published_at: dt.datetime | None
    num_violations: int


def add_water(
    session: Session, township: str, first_day: dt.date, **values: Any
) -> WaterVersion:
    """
    Return a new version, a draft.

    Parameters
    ----------
    session
        A session that writes; the day is locked.
    township, first_day
        What it is for.
    **values
        Its other columns.
    """
    newest = session.scalar(
        select(func.max(WaterVersion.number)).where(
            WaterVersion.township == township, WaterVersion.first_day == first_day
        )
    )
    version = WaterVersion(
        township=township,
        first_day=first_day,
        number=(newest or 0) + 1,
        status="draft",
        helps=None,
        published_at=None,
        ended_at=None,
        **values,
    )
    session.add(version)
    session.flush()
    return version


def water_heads(
    session: Session, township: str, first_day: dt.date
) -> tuple[WaterHead, ...]:
    """
    Return what is known of all versions that begin on a day, by number.

    Parameters
    ----------
    session
        An open session.
    township, first_day
        Where and when.
    """
    query = (
        select(
            WaterVersion.number,
            WaterVersion.num_days,
            WaterVersion.status,
            WaterVersion.who,
            WaterVersion.previous,
            WaterVersion.created_at,
            WaterVersion.published_at,
            WaterVersion.violations,
        )
        .where(WaterVersion.township == township, WaterVersion.first_day == first_day)
        .order_by(WaterVersion.number)
    )
    return tuple(
        WaterHead(
            number=row.number,
            num_days=row.num_days,
            status=row.status,
            who=row.who,
            previous=row.previous,
            created_at=row.created_at,
            published_at=row.published_at,
            num_violations=len(row.violations),
        )
        for row in session.execute(query)
    )


def water_version_of(
    session: Session, township: str, first_day: dt.date, number: int
) -> WaterVersion:
    """
    Return a version.

    Parameters
    ----------
    session
        An open session.
    township, first_day, number
        Which one.

    Raises
    ------
    DispatchError
        If there is none.
    """
    version = session.scalar(
        select(WaterVersion).where(
            WaterVersion.township == township,
            WaterVersion.first_day == first_day,
            WaterVersion.number == number,
        )
    )
    if version is None:
        raise DispatchError(say("water_unknown", date=first_day, version=number))
    return version


def published_water(
    session: Session, township: str, date: dt.date
) -> WaterVersion | None:
    """
    Return the published version that a date lies in, the latest begun; None: none.

    Parameters
    ----------
    session
        An open session.
    township, date
        Where and when.
    """
    query = (
        select(WaterVersion)
        .where(
            WaterVersion.township == township,
            WaterVersion.status == "published",
            WaterVersion.first_day <= date,
            WaterVersion.first_day > date - dt.timedelta(days=MAX_DAYS),
        )
        .order_by(WaterVersion.first_day.desc())
    )
    for version in session.scalars(query):
        if date < version.first_day + dt.timedelta(days=version.num_days):
            return version
    return None
