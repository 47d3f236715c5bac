"""Plan versions shown to drivers, superseded and withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dispatch.check.past import split_violations
from dispatch.check.rules import check_plan
from dispatch.errors import DispatchError, PlanError
from dispatch.files.plan.plan_json import plan_from_json
from dispatch.files.scenario.snapshot import scenario_from_bytes
from dispatch.operations.pairs import under_pairs_of
from dispatch.roads.travel import travel_matrix
from dispatch.store.audit import note_change
from dispatch.store.days import (
    day_of,
    open_day_of,
    published_version,
    version_of,
)
from dispatch.store.requests import mark_planned
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.store.db import Database
    from dispatch.store.tables import PlanVersion


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version with its plan, as it was made."""

    number: int
    status: str
    scenario: Scenario
    plan: Plan
    plan_json: str
    changes: list[dict[str, Any]]


def publish_version(
    db: Database,
    township: str,
    date: dt.date,
    number: int,
    *,
    who: str,
    at: dt.datetime,
) -> int | None:
    """
    Show a version to the drivers, after checking it once more.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day, which must be open.
    number
        The version; one that is published already stays so.
    who, at
        For the audit trail; from ``at`` on drivers see it.

    Returns
    -------
    int | None
        The version that it supersedes; None: there was none.

    Raises
    ------
    ConflictError
        If the day is closed.
    DispatchError
        If there is no such version.
    PlanError
        If the version breaks a rule.
    """
    with db.write() as session:
        day = open_day_of(session, township, date)
        version = version_of(session, day, number)
        before = published_version(session, day)
        if version.status == "published":
            return None
        _require_sound(version, scenario_from_bytes(day.scenario))
        if before is not None:
            before.status, before.ended_at = "superseded", at
        version.status, version.published_at, version.ended_at = "published", at, None
        mark_planned(session, township, _served(version), at, who=who)
        note_change(
            session,
            township,
            who=who,
            at=at,
            what=f"publish {date}",
            old=before.number if before else None,
            new=number,
        )
        return before.number if before else None


def _served(version: PlanVersion) -> set[str]:
    """Return the villages that a version brings water to."""
    plan = plan_from_json(version.plan.encode())
    return {
        stop.place_id
        for route in plan.routes
        for stop in route.stops
        if stop.kind == "deliver" and stop.litres
    }


def _require_sound(version: PlanVersion, now: Scenario) -> None:
    """Refuse what breaks a rule, or a pair that was forbidden since it was planned."""
    planned = scenario_from_bytes(version.scenario)
    scenario = under_pairs_of(planned, now)
    plan = plan_from_json(version.plan.encode(), scenario=scenario)
    violations = check_plan(scenario, travel_matrix(scenario), plan)
    broken = split_violations(scenario, plan, violations)
    if broken.to_come:
        raise PlanError(
            say(
                "version_breaks_rule",
                version=version.number,
                count=len(broken.to_come),
                broken=broken.to_come[0].line,
            )
        )


def withdraw_version(
    db: Database,
    township: str,
    date: dt.date,
    number: int,
    *,
    who: str,
    at: dt.datetime,
) -> None:
    """
    Take a published version back: drivers see none.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day, which must be open.
    number
        The version; one that was withdrawn already stays so.
    who, at
        For the audit trail.

    Raises
    ------
    ConflictError
        If the day is closed.
    DispatchError
        If there is no such version, or it was never published.
    """
    with db.write() as session:
        day = open_day_of(session, township, date)
        version = version_of(session, day, number)
        if version.status == "withdrawn":
            return
        if version.status != "published":
            raise DispatchError(
                say("version_not_published", version=number, status=version.status)
            )
        version.status, version.ended_at = "withdrawn", at
        mark_planned(session, township, (), at, who=who)
        note_change(
            session, township, who=who, at=at, what=f"withdraw {date}", old=number
        )


def shown_version(
    db: Database, township: str, date: dt.date, number: int | None = None
) -> ShownVersion:
    """
    Return a version of a day.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.
    number
        The version; None: the published one.

    Raises
    ------
    DispatchError
        If there is no such version, or none is published.
    """
    with db.read() as session:
        day = day_of(session, township, date)
        version = (
            published_version(session, day)
            if number is None
            else version_of(session, day, number)
        )
        if version is None:
            raise DispatchError(say("nothing_published", date=date))
        scenario = scenario_from_bytes(version.scenario)
        return ShownVersion(
            version.number,
            version.status,
            scenario,
            plan_from_json(version.plan.encode(), scenario=scenario),
            version.plan,
            version.changes,
        )
