"""A file of reports taken in, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.day.reporting import Answer, report_from, take_reports
from dispatch.errors import DispatchError
from dispatch.files.tally import tally_rows
from dispatch.words.message import Message, say

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from dispatch.operations.ledger import Report
    from dispatch.store.db import Database


def read_tally(
    db: Database,
    township: str,
    date: dt.date,
    path: Path,
    *,
    sender: str,
    received_at: dt.datetime,
) -> list[Answer]:
    """
    Return what became of every row of a file; a wrong row stops no other.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day that the rows belong to.
    path
        ``.jsonl``, ``.csv`` or ``.xlsx``.
    sender
        Who sends it.
    received_at
        When it came.

    Raises
    ------
    DispatchError
        If the file cannot be read at all.
    """
    rows = tally_rows(path)
    answers: list[Answer | None] = []
    reports: list[Report] = []
    for row in rows:
        try:
            reports.append(report_from(row, date=date, sender=sender))
            answers.append(None)
        except DispatchError as error:
            message = error.message
            if not isinstance(message, Message):
                message = say("tally_bad_row", error=message)
            key = str(row.get("key", ""))
            answers.append(Answer(key=key, status="invalid", message=message))
    taken = iter(take_reports(db, township, reports, received_at=received_at))
    return [next(taken) if answer is None else answer for answer in answers]
