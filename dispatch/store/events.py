"""Events: added once by their key, and never changed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from dispatch.operations.ledger import Report
from dispatch.store.tables import Event

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from dispatch.operations.ledger import Kind

Status = Literal["new", "known", "conflict"]


def content_digest(report: Report) -> str:
    """Return the hash of what a report says, without who sent it and what follows."""
    content = [
        report.date.isoformat(),
        report.kind,
        report.truck,
        report.place,
        report.litres,
        report.at.isoformat(),
        report.chlorine_mg_l,
        report.reason,
        report.corrects,
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def add_event(
    session: Session, township: str, report: Report, *, received_at: dt.datetime
) -> tuple[Status, int]:
    """
    Return whether a report is new, and the number of its event.

    Parameters
    ----------
    session
        A session that writes.
    township
        Its code.
    report
        What happened.
    received_at
        When it came.

    Notes
    -----
    Of two that come at once with one key, the store itself lets one in: the other one
    waits for it, and is told what became of it.
    """
    digest = content_digest(report)
    known = _event_by_key(session, township, report.key)
    if known is None:
        event = Event(
            township=township,
            date=report.date,
            key=report.key,
            digest=digest,
            kind=report.kind,
            truck=report.truck,
            place=report.place,
            litres=report.litres,
            at=report.at,
            chlorine_mg_l=report.chlorine_mg_l,
            reason=report.reason,
            corrects=report.corrects,
            told=report.told,
            sender=report.sender,
            is_late=report.is_late,
            received_at=received_at,
        )
        try:
            with session.begin_nested():
                session.add(event)
        except IntegrityError:
            known = _event_by_key(session, township, report.key)
            if known is None:
                raise
        else:
            return "new", event.id
    return ("known" if known.digest == digest else "conflict"), known.id


def _event_by_key(session: Session, township: str, key: str) -> Event | None:
    query = select(Event).where(Event.township == township, Event.key == key)
    return session.scalar(query)


def event_report(session: Session, township: str, key: str) -> Report | None:
    """
    Return what the event of a key says; None without one.

    Parameters
    ----------
    session
        An open session.
    township
        Its code.
    key
        Of the event.
    """
    event = _event_by_key(session, township, key)
    return None if event is None else report_of(event)


def reports_of(
    session: Session,
    township: str,
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> list[Report]:
    """
    Return the reports of some days, in the order in which they came.

    Parameters
    ----------
    session
        An open session.
    township
        Its code.
    first, last
        From which day to which, both included; None: no limit.
    """
    query = select(Event).where(Event.township == township)
    if first is not None:
        query = query.where(Event.date >= first)
    if last is not None:
        query = query.where(Event.date <= last)
    return [report_of(event) for event in session.scalars(query.order_by(Event.id))]


def report_of(event: Event) -> Report:
    """Return what an event says."""
    return Report(
        key=event.key,
        date=event.date,
        kind=cast("Kind", event.kind),
        at=event.at,
        truck=event.truck,
        place=event.place,
        litres=event.litres,
        chlorine_mg_l=event.chlorine_mg_l,
        reason=event.reason,
        corrects=event.corrects,
        told=event.told,
        sender=event.sender,
        is_late=event.is_late,
    )
