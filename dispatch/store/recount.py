"""Everything recounted from what is kept: nothing missing, nothing changed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from dispatch.operations.ledger import Report, ledger_of
from dispatch.store.days import plan_digest
from dispatch.store.events import content_digest, report_of
from dispatch.store.tables import Day, Event, PlanVersion
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from dispatch.store.db import Database
    from dispatch.words.message import Message


@dataclass(frozen=True, slots=True)
class Recount:
    """
    What was counted.

    Attributes
    ----------
    problems
        A sentence for each thing that does not add up.
    """

    num_events: int
    num_plans: int
    problems: Sequence[Message]


def recount_store(db: Database) -> Recount:
    """Return what does not add up in a store, of all townships."""
    with db.read() as session:
        events = list(session.scalars(select(Event).order_by(Event.id)))
        plans = list(session.scalars(select(PlanVersion).order_by(PlanVersion.id)))
        problems = [
            *_of_events(events),
            *_of_plans(session, plans),
            *_of_litres(events),
        ]
    return Recount(len(events), len(plans), problems)


def _of_events(events: Sequence[Event]) -> Iterator[Message]:
    """Yield events that are not as they were taken in."""
    for event in events:
        if content_digest(report_of(event)) != event.digest:
            yield say("recount_event_changed", key=event.key, date=event.date)


def _of_plans(session: Session, plans: Sequence[PlanVersion]) -> Iterator[Message]:
    """Yield versions that are not as they were made, missing ones and doubles."""
    by_day: dict[int, list[PlanVersion]] = defaultdict(list)
    for version in plans:
        by_day[version.day_id].append(version)
    for day in session.scalars(select(Day)):
        versions = by_day[day.id]
        numbers = [version.number for version in versions]
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield say("recount_plan_missing", township=day.township, date=day.date)
        if sum(version.status == "published" for version in versions) > 1:
            yield say("recount_two_published", township=day.township, date=day.date)
        for version in versions:
            if plan_digest(version.scenario, version.plan) != version.digest:
                yield say(
                    "recount_plan_changed",
                    township=day.township,
                    date=day.date,
                    version=version.number,
                )


def _of_litres(events: Sequence[Event]) -> Iterator[Message]:
    """Yield trucks that gave more than they took, day by day."""
    by_township: dict[str, list[Report]] = defaultdict(list)
    for event in events:
        by_township[event.township].append(report_of(event))
    for township, reports in by_township.items():
        for (date, truck), litres in ledger_of(reports).by_day.items():
            if litres.lost_l < 0:
                yield say(
                    "recount_litres_from_nowhere",
                    township=township,
                    date=date,
                    truck=truck,
                    filled=litres.filled_l,
                    given=litres.delivered_l + litres.returned_l,
                )
