"""Events: added once by their key, and never changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final, Literal, cast

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from dispatch.operations.ledger import Report
from dispatch.store.tables import Event

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

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
    log: EventLog | None = session.info.get("events")
    if log is None:
        return [report for _, report in _rows(session, township, first, last)]
    if first is not None and first == last:
        return list(log.read(session, township).by_date.get(first, ()))
    return [
        report
        for report in log.read(session, township).reports
        if (first is None or first <= report.date)
        and (last is None or report.date <= last)
    ]


_NAMES: Final = tuple(each.name for each in fields(Report))
_COLUMNS: Final = tuple(getattr(Event, name) for name in _NAMES)


def _rows(
    session: Session,
    township: str,
    first: dt.date | None = None,
    last: dt.date | None = None,
    *,
    after: int = 0,
) -> list[tuple[int, Report]]:
    """Return the number of each event, and what it says."""
    query = select(Event.id, *_COLUMNS).where(Event.township == township)
    if after:
        query = query.where(Event.id > after)
    if first is not None:
        query = query.where(Event.date >= first)
    if last is not None:
        query = query.where(Event.date <= last)
    rows = session.execute(query.order_by(Event.id))
    return [
        (number, Report(**dict(zip(_NAMES, values, strict=True))))
        for number, *values in rows
    ]


@dataclass(slots=True)
class _Kept:
    """The reports of a township up to an event, in the order in which they came."""

    last: int = 0
    reports: list[Report] = field(default_factory=list)
    by_date: dict[dt.date, list[Report]] = field(default_factory=dict)

    def added(self, rows: Sequence[tuple[int, Report]]) -> _Kept:
        """Return the same with some more: readers of this one see it as it was."""
        by_date = dict(self.by_date)
        for date in {report.date for _, report in rows}:
            new = [report for _, report in rows if report.date == date]
            by_date[date] = [*by_date.get(date, ()), *new]
        last = rows[-1][0] if rows else self.last
        return _Kept(last, [*self.reports, *(report for _, report in rows)], by_date)


class EventLog:
    """
    The reports that a store was seen to hold; only what came since is read.

    Events are added and never changed. PostgreSQL numbers them when they are written
    and shows them when they are kept, so that a lower number may come later: then there
    are more than were counted, and all are read.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def read(self, session: Session, township: str) -> _Kept:
        """
        Return all reports that a session sees; nobody may change them.

        Parameters
        ----------
        session
            A session that only reads.
        township
            Its code.
        """
        kept = self._kept.get(township, _Kept())
        query = select(func.count()).where(Event.township == township)
        count = session.scalar(query)
        if count == len(kept.reports):
            return kept
        rows = _rows(session, township, after=kept.last)
        if len(kept.reports) + len(rows) != count:
            kept, rows = _Kept(), _rows(session, township)
        kept = kept.added(rows)
        self._kept[township] = kept
        return kept


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
