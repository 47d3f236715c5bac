"""Who changed what, when, from what to what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from dispatch.store.tables import Audit

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session


def note_change(
    session: Session,
    township: str,
    *,
    who: str,
    at: dt.datetime,
    what: str,
    old: Any = None,
    new: Any = None,
) -> None:
    """
    Add a line to the audit trail, in the transaction of the change itself.

    Parameters
    ----------
    session
        A session that writes.
    township
        Its code; empty for what concerns all.
    who
        A command, a person or a link.
    at
        When, by the township's own clock.
    what
        What was changed, such as ``village V1``.
    old, new
        Values before and after, as JSON.
    """
    session.add(Audit(township=township, at=at, who=who, what=what, old=old, new=new))


def trail(session: Session, township: str) -> list[Audit]:
    """
    Return the changes of a township, the first first.

    Parameters
    ----------
    session
        An open session.
    township
        Its code.
    """
    query = select(Audit).where(Audit.township == township).order_by(Audit.id)
    return list(session.scalars(query))


def last_changes(session: Session, township: str, limit: int) -> list[Audit]:
    """
    Return the last changes of a township, the newest first.

    Parameters
    ----------
    session
        An open session.
    township
        Its code.
    limit
        At most so many.
    """
    query = select(Audit).where(Audit.township == township)
    return list(session.scalars(query.order_by(Audit.id.desc()).limit(limit)))
