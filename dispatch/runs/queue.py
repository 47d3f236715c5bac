"""All runs of a store: asked for, followed, stopped, the same for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dispatch.day.helping import require_helpable
from dispatch.errors import ConflictError, DispatchError
from dispatch.files.scenario.snapshot import scenario_from_bytes
from dispatch.model.water.plan import MAX_DAYS
from dispatch.runs.contracts import ASK, Ask, Run, RunStatus, State
from dispatch.runs.machine import is_gone, spawn_worker
from dispatch.solver.params import SolveParams
from dispatch.store.audit import note_change
from dispatch.store.days import open_day_of, version_of
from dispatch.store.jobs import (
    CRASHED,
    active_job,
    add_job,
    fail_crashed,
    is_any_queued,
    jobs_of,
    wish_of_job,
)
from dispatch.store.remembered import remembered
from dispatch.store.waters import water_version_of
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from dispatch.store.db import Database
    from dispatch.store.jobs import Kind, Wish
    from dispatch.store.tables import Day, Job, PlanVersion

__all__ = [
    "Ask",
    "Run",
    "RunStatus",
    "State",
    "ask_helps",
    "ask_plan",
    "ask_water",
    "cancel_run",
    "finish_run",
    "latest_run",
    "resume_runs",
    "runs_of",
    "start_worker",
]

#: What is said to who asks for what waits or runs already.
_TAKEN: Final[dict[Kind, str]] = {
    "plan": "run_taken",
    "whatif": "whatif_taken",
    "water": "water_taken",
}
#: The latest second of a day that a plan of its rest may begin at.
_MAX_NOW_S = 48 * 3600


def ask_plan(db: Database, ask: Ask, *, who: str, at: dt.datetime) -> Run:
    """
    Return a new run; a worker for it is under way.

    Parameters
    ----------
    db
        The store.
    ask
        What is to be planned.
    who
        Who asks for it.
    at
        When.

    Raises
    ------
    ConflictError
        If a run of the day waits or runs, or the day is closed.
    DispatchError
        If the day was never opened, has no such truck or village, or a limit is none.
    """
    _require_limits(ask)
    if ask.now_s is not None and not 0 <= ask.now_s <= _MAX_NOW_S:
        raise DispatchError(say("run_bad_now"))
    with db.write() as session:
        # Locked: of two that ask at once, the second one finds the run of the first.
        day = open_day_of(session, ask.township, ask.date)
        _require_known(ask, day.scenario)
        job = _queued(session, ask, "plan", who=who, at=at)
    start_worker(db)
    return _run(job, at)


def ask_helps(db: Database, ask: Ask, *, who: str, at: dt.datetime) -> Run:
    """
    Return a new run that works out what would help a version; a worker is under way.

    Parameters
    ----------
    db
        The store.
    ask
        Of which version (``helps``), for how long.
    who
        Who asks for it.
    at
        When.

    Raises
    ------
    ConflictError
        If such a run of the day waits or runs, or the day is closed.
    DispatchError
        If there is no such version, it breaks a rule, or a limit is none.
    """
    _require_limits(ask)
    with db.write() as session:
        day = open_day_of(session, ask.township, ask.date)
        require_helpable(_version(session, day, ask))
        job = _queued(session, ask, "whatif", who=who, at=at)
    start_worker(db)
    return _run(job, at)


def ask_water(db: Database, ask: Ask, *, who: str, at: dt.datetime) -> Run:
    """
    Return a new run for all the water: a plan, or what would help one.

    Parameters
    ----------
    db
        The store.
    ask
        From which day on, and for how many (``water_days``), or of which version
        (``water_helps``).
    who
        Who asks for it.
    at
        When.

    Raises
    ------
    ConflictError
        If such a run of the day waits or runs, or the day is closed.
    DispatchError
        If the township has no tables of the water, the number of days is none, or
        there is no such version.
    """
    with db.write() as session:
        day = open_day_of(session, ask.township, ask.date)
        if ask.water_helps is not None:
            water_version_of(session, ask.township, ask.date, ask.water_helps)
        elif ask.water_days is None or not 1 <= ask.water_days <= MAX_DAYS:
            raise DispatchError(say("run_bad_limit"))
        if scenario_from_bytes(day.scenario).water is None:
            raise DispatchError(say("no_water_tables"))
        job = _queued(session, ask, "water", who=who, at=at)
    start_worker(db)
    return _run(job, at)


def _version(session: Session, day: Day, ask: Ask) -> PlanVersion:
    if ask.helps is None:
        raise DispatchError(say("run_bad_limit"))
    return version_of(session, day, ask.helps)


def _queued(
    session: Session, ask: Ask, kind: Kind, *, who: str, at: dt.datetime
) -> Job:
    """Return a new row; complain where one of its kind waits or runs."""
    active = active_job(session, ask.township, ask.date, kind=kind)
    if active is not None and is_gone(active, at):
        fail_crashed(session, active, now=at)
    elif active is not None:
        raise ConflictError(
            say(
                _TAKEN[kind],
                who=active.asked_by,
                at=f"{active.asked_at:%H:%M}",
                date=ask.date,
            )
        )
    kept = ASK.dump_python(ask, mode="json")
    job = add_job(
        session,
        ask.township,
        ask.date,
        ask=kept,
        who=who,
        at=at,
        kind=kind,
        version=ask.helps,
    )
    _note(session, job, who=who, at=at, what="asked")
    return job


def _require_limits(ask: Ask) -> None:
    """Refuse here, not in the worker, what no search takes."""
    try:
        SolveParams(seconds=ask.seconds, iterations=ask.iterations)
    except ValueError as error:
        raise DispatchError(say("run_bad_limit")) from error
    if min(ask.seed, ask.change_price_l, *ask.delays_s.values()) < 0:
        raise DispatchError(say("run_bad_limit"))


def _require_known(ask: Ask, content: bytes) -> None:
    """Refuse trucks and villages that the day does not have."""
    if not (ask.delays_s or ask.broken_trucks or ask.locked_villages):
        return
    scenario = scenario_from_bytes(content)
    trucks = {truck.truck_id for truck in scenario.all_trucks}
    for truck in (*ask.delays_s, *ask.broken_trucks):
        if truck not in trucks:
            raise DispatchError(say("report_no_truck", truck=truck))
    villages = {village.village_id for village in scenario.all_villages}
    for village in ask.locked_villages:
        if village not in villages:
            raise DispatchError(say("run_no_village", village=village))


def latest_run(
    db: Database,
    township: str,
    date: dt.date,
    *,
    now: dt.datetime,
    kind: Kind = "plan",
) -> Run | None:
    """
    Return the newest run of a day, whatever became of it; None without one.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.
    now
        The time: a run whose worker is gone by then counts as failed.
    kind
        Of a plan, or of what would help one.
    """
    jobs = _latest(db, township, date, kind)
    return _run(jobs[0], now) if jobs else None


@remembered
def _latest(db: Database, township: str, date: dt.date, kind: Kind) -> tuple[Job, ...]:
    with db.read() as session:
        return tuple(jobs_of(session, township, date, kind=kind, limit=1))


def runs_of(
    db: Database, township: str, date: dt.date, *, now: dt.datetime
) -> list[Run]:
    """
    Return all runs of a day, newest first.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.
    now
        The time: runs whose worker is gone by then count as failed.
    """
    with db.read() as session:
        return [_run(job, now) for job in jobs_of(session, township, date)]


def cancel_run(db: Database, number: int, *, who: str, at: dt.datetime) -> None:
    """
    Stop a run without a plan; one that is over stays as it is.

    Parameters
    ----------
    db
        The store.
    number
        Of the run.
    who
        Who stops it.
    at
        When.
    """
    _wish(db, number, "cancel", who=who, at=at)


def finish_run(db: Database, number: int, *, who: str, at: dt.datetime) -> None:
    """
    Stop a run with the best plan that it has; one that is over stays as it is.

    Parameters
    ----------
    db
        The store.
    number
        Of the run.
    who
        Who stops it.
    at
        When.
    """
    _wish(db, number, "finish", who=who, at=at)


def _wish(db: Database, number: int, wish: Wish, *, who: str, at: dt.datetime) -> None:
    with db.write() as session:
        job = wish_of_job(session, number, wish, now=at)
        if is_gone(job, at):  # nobody is there to obey
            fail_crashed(session, job, now=at)
            if job.wish == "cancel":
                job.status, job.message = "cancelled", ""
        _note(session, job, who=who, at=at, what=wish)


def _note(session: Session, job: Job, *, who: str, at: dt.datetime, what: str) -> None:
    new = {"date": job.date.isoformat(), "wish": what}
    if job.kind != "plan":
        new["kind"] = job.kind
    subject = f"run {job.id}"
    note_change(session, job.township, who=who, at=at, what=subject, new=new)


def resume_runs(db: Database) -> None:
    """Start a worker for runs that wait since the computer went down."""
    with db.read() as session:
        is_waiting = is_any_queued(session)
    if is_waiting:
        start_worker(db)


def start_worker(db: Database) -> None:
    """Start a worker for this store, unless one is at work on this machine."""
    spawn_worker(db)


def _run(job: Job, now: dt.datetime) -> Run:
    """Return a row as everybody sees it."""
    status, message = job.status, job.message
    if is_gone(job, now):
        status, message = "failed", CRASHED
    progress = _known_progress(job.progress)
    return Run(
        number=job.id,
        ask=ask_of(job) or Ask(township=job.township, date=job.date),
        state=State(
            status=_status(status),
            heartbeat=job.heartbeat or job.asked_at,
            num_violations=job.num_violations,
            message=message,
            **progress,
        ),
        version=job.version,
        wish=job.wish,
        asked_by=job.asked_by,
        asked_at=job.asked_at,
    )


def ask_of(job: Job) -> Ask | None:
    """Return what a job asks for; None: another version of the program kept it."""
    try:
        return ASK.validate_python(job.ask)
    except ValueError:
        return None


def _known_progress(progress: dict[str, Any]) -> dict[str, Any]:
    names = (
        "phase",
        "fraction",
        "elapsed_s",
        "iterations",
        "served_l",
        "bound_l",
        "count",
        "total",
    )
    return {name: progress[name] for name in names if name in progress}


def _status(value: str) -> RunStatus:
    for status in ("queued", "running", "done", "cancelled", "failed"):
        if status == value:
            return status
    return "failed"
