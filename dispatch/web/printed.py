"""A version's papers, and whom to call about it, for the pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from dispatch.day.paper import calls_of, edition_of
from dispatch.files.plan.on_paper import OnPaper
from dispatch.files.plan.papers import paper_names, paper_pdf
from dispatch.planning.call_rows import call_sheet
from dispatch.settings import public_url

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.day.desk import Desk
    from dispatch.planning.calls import CallList
    from dispatch.store.days import VersionHead
    from dispatch.store.db import Database
    from dispatch.web.finished import Finished
    from dispatch.words.words import Words


@dataclass(frozen=True, slots=True)
class Printed:
    """A version to be printed; ``calls`` is None if nobody knows another version."""

    day: OnPaper
    calls: CallList | None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its papers."""
        return paper_names(self.calls)

    def pdf(self, name: str, t: Words) -> bytes:
        """
        Return a paper.

        Parameters
        ----------
        name
            One of `names`.
        t
            Words in the language of the reader.
        """
        sheet = None
        if self.calls is not None:
            sheet = call_sheet(self.calls, self.day.scenario, t)
        return paper_pdf(name, self.day, t.lang, sheet)


def printed_version(db: Database, desk: Desk, run: Finished) -> Printed:
    """
    Return a version as it is printed now: its status moves on.

    Parameters
    ----------
    db
        The store.
    desk
        The day.
    run
        The version with its figures.
    """
    head = next(head for head in desk.versions if head.number == run.number)
    result = run.result
    day = OnPaper(
        result.plan,
        result.scenario,
        edition=edition_of(head),
        is_estimate=result.travel.is_estimate,
        past=() if run.violations else run.past,
        start_url=public_url() or "",
    )
    return Printed(day, version_calls(db, desk, run.number))


def version_calls(db: Database, desk: Desk, number: int) -> CallList | None:
    """
    Return whom to call about a version; None if nobody knows another one.

    Parameters
    ----------
    db
        The store.
    desk
        The day.
    number
        The version.
    """
    return _calls(db, desk.township, desk.date, desk.versions, number)


@lru_cache(maxsize=32)
def _calls(
    db: Database,
    township: str,
    date: dt.date,
    heads: tuple[VersionHead, ...],
    number: int,
) -> CallList | None:
    """Compare once: versions never change, and heads say what people know."""
    return calls_of(db, township, date, heads, number)
