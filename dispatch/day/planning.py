"""Plans of a day made as versions: anew, or from the middle of the day."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from dispatch.check.past import split_violations
from dispatch.check.rules import check_plan
from dispatch.day.opening import township_calls
from dispatch.day.water import with_taps
from dispatch.errors import DispatchError
from dispatch.files.plan.plan_json import plan_from_json, plan_to_json
from dispatch.files.scenario.snapshot import scenario_from_bytes, scenario_to_bytes
from dispatch.model.today import Today
from dispatch.operations.executed import as_driven, with_source_readings
from dispatch.operations.pairs import under_pairs_of
from dispatch.operations.raising import raised
from dispatch.planning.changes import Change, plan_changes
from dispatch.planning.day import prepare_day
from dispatch.planning.plan_day import plan_day
from dispatch.planning.today import today_of
from dispatch.roads.travel import travel_matrix
from dispatch.store.audit import note_change
from dispatch.store.days import (
    add_version,
    open_day_of,
    published_version,
    version_of,
)
from dispatch.store.events import reports_of
from dispatch.words.message import say
from dispatch.words.stored import stored_message

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from dispatch.check.facts import Violation
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.planning.plan_day import Planned
    from dispatch.solver.params import Progress, SolveParams, SolveResult
    from dispatch.store.db import Database
    from dispatch.store.tables import Day


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version that was just made, a draft, with all that is known of it."""

    number: int
    planned: Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """When a version was asked for, and what it starts from."""

    at: dt.datetime
    now_s: int | None
    previous: int | None


def plan_version(
    db: Database,
    township: str,
    date: dt.date,
    params: SolveParams | None = None,
    *,
    seed: int = 0,
    at: dt.datetime,
    solve: Callable[..., SolveResult] | None = None,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    also: Callable[[Session, NewVersion], None] | None = None,
) -> NewVersion:
    """
    Return a new version of the whole day's plan.

    Parameters
    ----------
    db
        The store; nothing is locked while the search runs.
    township, date
        Of the day, which must be open.
    params
        Limits of the search; None: until nothing more is gained.
    seed
        Equal seeds and iterations give equal plans.
    at
        When it is asked for.
    solve
        The solver; None takes ours.
    progress
        Called from time to time with where the search stands.
    should_stop
        Asked from time to time; the best plan so far is taken when it says so.
    also
        What is to be kept with the version, or not at all: called in its transaction.

    Raises
    ------
    ConflictError
        If the day is closed, before or after the search.
    PlanError
        If no plan was found.
    """
    with db.write() as session:
        scenario = _with_requests(session, open_day_of(session, township, date))
    planned = plan_day(
        prepare_day(scenario),
        params,
        seed=seed,
        solve=solve,
        progress=progress,
        should_stop=should_stop,
    )
    base = _Base(at=at, now_s=None, previous=None)
    return _keep(db, township, date, planned, base, also)


def replan_version(
    db: Database,
    township: str,
    date: dt.date,
    params: SolveParams | None = None,
    *,
    now_s: int,
    seed: int = 0,
    at: dt.datetime,
    delays_s: Mapping[str, int] | None = None,
    locked_villages: Collection[str] = (),
    broken_trucks: Collection[str] = (),
    change_price_l: int = 0,
    base: int | None = None,
    solve: Callable[..., SolveResult] | None = None,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    also: Callable[[Session, NewVersion], None] | None = None,
) -> NewVersion:
    """
    Return a new version of the rest of the day, from what has really happened.

    Parameters
    ----------
    db
        The store; nothing is locked while the search runs.
    township, date
        Of the day, which must be open.
    params
        Limits of the search; None: until nothing more is gained.
    now_s
        Seconds since midnight; what began earlier stays as it is.
    seed
        Equal seeds and iterations give equal plans.
    at
        When it is asked for.
    delays_s
        Seconds that trucks are behind; they count before what reports say.
    locked_villages
        Villages whose trips to come keep truck, litres and times.
    broken_trucks
        Trucks that drive no more.
    change_price_l
        Litres to be gained for every village that gets another truck or time.
    base
        The version to go on from; None: the published one.
    solve
        The solver; None takes ours.
    progress
        Called from time to time with where the search stands.
    should_stop
        Asked from time to time; the best plan so far is taken when it says so.
    also
        What is to be kept with the version, or not at all: called in its transaction.

    Raises
    ------
    ConflictError
        If the day is closed, before or after the search.
    DispatchError
        If no plan is published, or there is no such version.
    PlanError
        If no plan was found.
    """
    with db.write() as session:
        day = open_day_of(session, township, date)
        scenario = _with_requests(session, day)
        start = (
            published_version(session, day)
            if base is None
            else version_of(session, day, base)
        )
        if start is None:
            raise DispatchError(say("nothing_published", date=date))
        text, previous_number = start.plan, start.number
        reports = reports_of(session, township, date, date)
    told = plan_from_json(text.encode(), scenario=scenario)
    driven = as_driven(told, reports, now_s=now_s)
    scenario = with_source_readings(scenario, reports)
    late_s = {**driven.delays_s, **(delays_s or {})}
    prepared = prepare_day(scenario, previous=driven.plan, now_s=now_s, delays_s=late_s)
    today = today_of(
        prepared,
        driven.plan,
        now_s=now_s,
        delays_s=late_s,
        locked_villages=locked_villages,
        broken_trucks=broken_trucks,
        change_price_l=change_price_l,
    )
    planned = plan_day(
        prepared,
        params,
        seed=seed,
        today=today,
        solve=solve,
        progress=progress,
        should_stop=should_stop,
    )
    made = _Base(at=at, now_s=now_s, previous=previous_number)
    return _keep(db, township, date, planned, made, also)


def keep_hand_version(
    db: Database,
    township: str,
    date: dt.date,
    *,
    base: int,
    plan: Plan,
    who: str,
    at: dt.datetime,
) -> int:
    """
    Keep a plan that was changed by hand as a new version, a draft.

    It may break rules: then it is kept with them, and cannot be published.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day, which must be open.
    base
        The version that was changed.
    plan
        What became of it, of the same scenario.
    who, at
        For the audit trail.

    Returns
    -------
    int
        Number of the new version.

    Raises
    ------
    ConflictError
        If the day is closed.
    DispatchError
        If there is no such version.
    """
    with db.write() as session:
        day = open_day_of(session, township, date)
        version = version_of(session, day, base)
        planned = scenario_from_bytes(version.scenario)
        # What was forbidden since it was planned holds for what is changed now.
        scenario = under_pairs_of(planned, scenario_from_bytes(day.scenario))
        before = plan_from_json(version.plan.encode(), scenario=scenario)
        travel = travel_matrix(scenario)
        broken = split_violations(scenario, plan, check_plan(scenario, travel, plan))
        today = Today(now_s=0, previous=before)
        new = add_version(
            session,
            day,
            scenario=version.scenario
            if scenario is planned
            else scenario_to_bytes(scenario),
            plan=plan_to_json(plan),
            violations=[_stored(each) for each in broken.to_come],
            changes=change_dicts(plan_changes(scenario, travel, today, plan)),
            now_s=version.now_s,
            previous=base,
            created_at=at,
        )
        what = f"plan {date}"
        note_change(
            session, township, who=who, at=at, what=what, old=base, new=new.number
        )
        return new.number


def _with_requests(session: Session, day: Day) -> Scenario:
    """Return a day, and keep it, with requests that came since and what taps give."""
    scenario = scenario_from_bytes(day.scenario)
    calls = township_calls(session, day.township)
    needed = raised(scenario, calls, before=scenario)
    if needed != scenario:
        day.scenario = scenario_to_bytes(needed)
        day.version += 1
    return needed if needed.water is None else with_taps(session, day)


def _keep(
    db: Database,
    township: str,
    date: dt.date,
    planned: Planned,
    base: _Base,
    also: Callable[[Session, NewVersion], None] | None,
) -> NewVersion:
    with db.write() as session:
        day = open_day_of(session, township, date)
        version = add_version(
            session,
            day,
            scenario=scenario_to_bytes(replace(planned.scenario, folder=None)),
            plan=plan_to_json(planned.plan),
            violations=[_stored(each) for each in planned.broken.to_come],
            changes=change_dicts(planned.changes),
            now_s=base.now_s,
            previous=base.previous,
            created_at=base.at,
        )
        new = NewVersion(version.number, planned)
        if also is not None:
            also(session, new)
        return new


def _stored(violation: Violation) -> dict[str, Any]:
    return {
        "rule": violation.rule,
        "message": stored_message(violation.message),
        "truck": violation.truck_id,
        "place": violation.place_id,
        "stop": violation.stop_index,
    }


def change_dicts(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return changes as values of JSON, one object a visit."""
    return [asdict(change) for change in changes]


def changes_from(values: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Return changes from values that `change_dicts` gave."""
    return tuple(Change(**value) for value in values)
