"""Versions of plans with their figures, read and checked once for all pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from dispatch.check.past import split_violations
from dispatch.check.rules import check_plan
from dispatch.coverage import Coverage, compute_coverage
from dispatch.day.planning import changes_from
from dispatch.day.publishing import shown_version
from dispatch.roads.travel import travel_matrix

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pandas as pd

    from dispatch.check.facts import Violation
    from dispatch.day.desk import Desk
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel
    from dispatch.planning.changes import Change
    from dispatch.store.days import VersionHead
    from dispatch.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """
    A plan with what it was made from.

    Attributes
    ----------
    changes
        What a re-plan changes.
    violations
        Rules that the plan breaks; empty for a plan that may be used.
    past
        Rules that what was done by then breaks.
    """

    scenario: Scenario
    travel: Travel
    plan: Plan
    changes: Sequence[Change] = ()
    violations: Sequence[Violation] = ()
    past: Sequence[Violation] = ()


@dataclass(frozen=True, kw_only=True)
class Finished:
    """
    A version with its figures and broken rules.

    Attributes
    ----------
    created_at
        When it was planned.
    now_s, previous
        Of a re-plan: from when on it may differ from which version.
    """

    township: str
    number: int
    created_at: dt.datetime
    now_s: int | None
    previous: int | None
    result: Result
    figures: Coverage

    @property
    def violations(self) -> Sequence[Violation]:
        """Rules that the plan breaks."""
        return self.result.violations

    @property
    def past(self) -> Sequence[Violation]:
        """Rules that what was done by then breaks."""
        return self.result.past

    @cached_property
    def worst(self) -> pd.DataFrame:
        """Places that are short, the worst first, with all their figures."""
        return self.figures.worst_places(None)

    @cached_property
    def short_places(self) -> list[tuple[str, str]]:
        """Name and level of the places that are short, the worst first."""
        return list(zip(self.worst["name"], self.worst["level"], strict=True))

    @property
    def made(self) -> str:
        """When it was planned, as month, day and time."""
        return f"{self.created_at:%m-%d %H:%M}"

    @property
    def key(self) -> str:
        """What differs for every version, for keys of widgets and caches."""
        return f"{self.township} {self.result.scenario.date} {self.number}"


@lru_cache(maxsize=12)
def _finished(
    db: Database, township: str, date: dt.date, head: VersionHead
) -> Finished:
    """Read a version once for everybody: it never changes."""
    shown = shown_version(db, township, date, head.number)
    scenario, plan = shown.scenario, shown.plan
    travel = travel_matrix(scenario)
    broken = split_violations(scenario, plan, check_plan(scenario, travel, plan))
    result = Result(
        scenario=scenario,
        travel=travel,
        plan=plan,
        changes=changes_from(shown.changes),
        violations=tuple(broken.to_come),
        past=tuple(broken.past),
    )
    return Finished(
        township=township,
        number=head.number,
        created_at=head.created_at,
        now_s=head.now_s,
        previous=head.previous,
        result=result,
        figures=compute_coverage(scenario, plan, travel),
    )


def finished(db: Database, desk: Desk, head: VersionHead | None) -> Finished | None:
    """
    Return a version with its figures; None without one.

    Parameters
    ----------
    db
        The store.
    desk
        The day.
    head
        The version.
    """
    if head is None:
        return None
    # Its status moves on, which no figure depends on.
    same = head._replace(status="", published_at=None, ended_at=None)
    return _finished(db, desk.township, desk.date, same)
