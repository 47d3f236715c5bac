"""A version of a plan as it is printed, and whom to call about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch.check.past import split_violations
from dispatch.check.rules import check_plan
from dispatch.day.planning import changes_from
from dispatch.errors import DispatchError
from dispatch.files.plan.edition import Edition
from dispatch.files.plan.on_paper import OnPaper
from dispatch.files.plan.plan_json import plan_from_json
from dispatch.files.scenario.snapshot import scenario_from_bytes
from dispatch.model.today import Today
from dispatch.planning.calls import call_list
from dispatch.planning.changes import plan_changes
from dispatch.roads.travel import travel_matrix
from dispatch.store.days import day_of, version_heads, version_of
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.planning.calls import CallList
    from dispatch.planning.changes import Change
    from dispatch.store.days import VersionHead
    from dispatch.store.db import Database


@dataclass(frozen=True, slots=True)
class VersionPaper:
    """A version to be printed; ``calls`` is None if nobody knows another version."""

    day: OnPaper
    calls: CallList | None


def told_before(heads: Sequence[VersionHead], number: int) -> int | None:
    """
    Return the version that people know when another one comes to them; None: none.

    A version that was withdrawn counts: whoever was called about it still expects it.

    Parameters
    ----------
    heads
        All versions of a day.
    number
        Of the version that comes.
    """
    (head,) = [head for head in heads if head.number == number]
    told = [
        (other.published_at, other.number)
        for other in heads
        if other.published_at is not None
        and other.number != number
        and (head.published_at is None or other.published_at <= head.published_at)
    ]
    return max(told)[1] if told else None


def edition_of(head: VersionHead) -> Edition:
    """Return how papers name a version."""
    return Edition(
        number=head.number, status=head.status, published_at=head.published_at
    )


def calls_of(
    db: Database,
    township: str,
    date: dt.date,
    heads: Sequence[VersionHead],
    number: int,
) -> CallList | None:
    """
    Return whom to call about a version; None if nobody knows another one.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.
    heads
        All versions of the day.
    number
        The version.
    """
    previous = told_before(heads, number)
    if previous is None:
        return None
    with db.read() as session:
        day = day_of(session, township, date)
        version = version_of(session, day, number)
        base, now_s = version.previous, version.now_s
        stored, scenario_bytes, text = version.changes, version.scenario, version.plan
        told_text = version_of(session, day, previous).plan
    scenario = scenario_from_bytes(scenario_bytes)
    plan = plan_from_json(text.encode(), scenario=scenario)
    changes: Sequence[Change]
    if base == previous:
        changes = changes_from(stored)
    else:
        told = plan_from_json(told_text.encode())
        changes = _changes(scenario, told, plan, now_s or 0)
    return call_list(changes, plan, previous=previous)


def _changes(
    scenario: Scenario, told: Plan, plan: Plan, now_s: int
) -> Sequence[Change]:
    """Compare with a version that the plan was not made from."""
    today = Today(now_s=now_s, previous=told)
    return plan_changes(scenario, travel_matrix(scenario), today, plan)


def version_paper(
    db: Database,
    township: str,
    date: dt.date,
    number: int | None = None,
    *,
    start_url: str = "",
) -> VersionPaper:
    """
    Return a version as it is printed.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.
    number
        The version; None: the published one.
    start_url
        Where drivers open their page; empty: no paper shows it.

    Raises
    ------
    DispatchError
        If there is no such version, or none is published.
    """
    with db.read() as session:
        day = day_of(session, township, date)
        heads = version_heads(session, day)
        if number is None:
            published = [head.number for head in heads if head.status == "published"]
            if not published:
                raise DispatchError(say("nothing_published", date=date))
            number = published[0]
        version = version_of(session, day, number)
        content, text = version.scenario, version.plan
    head = next(head for head in heads if head.number == number)
    scenario = scenario_from_bytes(content)
    plan = plan_from_json(text.encode(), scenario=scenario)
    travel = travel_matrix(scenario)
    broken = split_violations(scenario, plan, check_plan(scenario, travel, plan))
    printed = OnPaper(
        plan,
        scenario,
        edition=edition_of(head),
        is_estimate=travel.is_estimate,
        past=() if broken.to_come else tuple(broken.past),
        start_url=start_url,
    )
    return VersionPaper(printed, calls_of(db, township, date, heads, number))
