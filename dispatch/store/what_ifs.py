"""What would help a version: one answer each, replaced by a newer one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from dispatch.store.tables import Day, PlanVersion, WhatIf

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy.orm import Session


def what_if_of(
    session: Session, township: str, date: dt.date, number: int | None
) -> tuple[WhatIf, int] | None:
    """
    Return what would help a version, and its number; None: nobody worked it out.

    Parameters
    ----------
    session
        An open session.
    township, date
        Of the day.
    number
        Of the version; None: the published one.
    """
    query = (
        select(WhatIf, PlanVersion.number)
        .join(PlanVersion, PlanVersion.id == WhatIf.version_id)
        .join(Day, Day.id == PlanVersion.day_id)
        .where(Day.township == township, Day.date == date)
    )
    if number is None:
        query = query.where(PlanVersion.status == "published")
    else:
        query = query.where(PlanVersion.number == number)
    row = session.execute(query).first()
    return None if row is None else (row[0], row[1])


def put_what_if(
    session: Session,
    version: PlanVersion,
    *,
    result: Mapping[str, Any],
    who: str,
    at: dt.datetime,
) -> None:
    """
    Keep what would help a version in place of an earlier answer.

    Parameters
    ----------
    session
        A session that writes.
    version
        The version; its day is locked.
    result
        Values of JSON.
    who
        Who asked.
    at
        When it was ready.
    """
    kept = session.scalar(select(WhatIf).where(WhatIf.version_id == version.id))
    if kept is None:
        kept = WhatIf(version_id=version.id)
        session.add(kept)
    kept.result, kept.who, kept.made_at = dict(result), who, at
    session.flush()
