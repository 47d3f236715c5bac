"""Planning runs as rows: asked for, taken by one worker, given back if it is gone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from sqlalchemy import case, delete, select, update

from dispatch.errors import DispatchError
from dispatch.store.tables import Job, JobDraft
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

Wish = Literal["cancel", "finish"]
EndStatus = Literal["done", "cancelled", "failed"]
Kind = Literal["plan", "whatif", "water"]

ACTIVE: Final = ("queued", "running")
#: A worker writes its heartbeat every second; after a longer silence it is gone.
HEARTBEAT_LIMIT: Final = dt.timedelta(seconds=60)
#: A run that has taken two workers with it would take a third.
MAX_ATTEMPTS: Final = 2
#: The message of a run whose worker is gone.
CRASHED: Final = "crashed"


class Claim(NamedTuple):
    """What a worker has: who lost the run to another one cannot write it any more."""

    job_id: int
    worker: str
    attempt: int


def add_job(
    session: Session,
    township: str,
    date: dt.date,
    *,
    ask: Mapping[str, Any],
    who: str,
    at: dt.datetime,
    kind: Kind = "plan",
    version: int | None = None,
) -> Job:
    """
    Return a new job that waits for a worker.

    Parameters
    ----------
    session
        A session that writes.
    township, date
        Of the day to plan.
    ask
        What is to be planned, as JSON.
    who
        Who asks for it.
    at
        When.
    kind
        What kind of answer is wanted.
    version
        Of what would help: the version it is asked of.
    """
    job = Job(
        township=township,
        date=date,
        kind=kind,
        ask=dict(ask),
        heartbeat=None,
        version=version,
        asked_by=who,
        asked_at=at,
        ended_at=None,
    )
    session.add(job)
    session.flush()
    return job


def take_job(session: Session, *, worker: str, now: dt.datetime) -> Job | None:
    """
    Return the job that waits longest, taken by a worker; None: none waits.

    Plans go before all that is only asked about them.

    Parameters
    ----------
    session
        A session that writes.
    worker
        Who takes it, ``host:pid``.
    now
        The time of its first heartbeat.

    Notes
    -----
    A row that another worker is just taking is passed over; SQLite lets one of them
    write at a time.
    """
    query = (
        select(Job)
        .where(Job.status == "queued")
        .order_by(case((Job.kind == "plan", 0), else_=1), Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    job = session.scalar(query)
    if job is None:
        return None
    job.status, job.worker, job.heartbeat = "running", worker, now
    job.attempts += 1
    job.progress = {}
    session.flush()
    return job


def claim_of(job: Job) -> Claim:
    """Return what the worker that has just taken a job may write."""
    return Claim(job.id, job.worker, job.attempts)


def beat(
    session: Session,
    claim: Claim,
    *,
    now: dt.datetime,
    progress: Mapping[str, Any] | None = None,
) -> str | None:
    """
    Return what is wished of a worker that is alive; None: it has lost the job.

    Parameters
    ----------
    session
        A session that writes.
    claim
        What the worker has.
    now
        The time of the heartbeat.
    progress
        Where the search stands; None: where it stood.
    """
    values: dict[str, Any] = {"heartbeat": now}
    if progress is not None:
        values["progress"] = dict(progress)
    query = _claimed(claim).values(**values).returning(Job.wish)
    wish: str | None = session.scalar(query)
    return wish


def end_job(
    session: Session,
    claim: Claim,
    status: EndStatus,
    *,
    now: dt.datetime,
    version: int | None = None,
    num_violations: int = 0,
    message: str = "",
    progress: Mapping[str, Any] | None = None,
) -> bool:
    """
    Return whether a job was ended; False: the worker has lost it.

    Parameters
    ----------
    session
        A session that writes.
    claim
        What the worker has.
    status
        How it ended.
    now
        When.
    version
        Number of the plan version that came out; None: as it was.
    num_violations
        Rules that it breaks.
    message
        Why there is none, for users.
    progress
        Where the search stood at its end; None: where it stood.
    """
    values: dict[str, Any] = {
        "status": status,
        "heartbeat": now,
        "ended_at": now,
        "num_violations": num_violations,
        "message": message,
    }
    if version is not None:
        values["version"] = version
    if progress is not None:
        values["progress"] = dict(progress)
    ended = session.scalar(_claimed(claim).values(**values).returning(Job.id))
    if ended is not None:
        _drop_draft(session, claim.job_id)
    return ended is not None


def put_draft(session: Session, claim: Claim, plan: str) -> None:
    """
    Keep the best plan of a run so far in place of the one before.

    Parameters
    ----------
    session
        A session that writes, after `beat` has found that the worker has the run.
    claim
        What the worker has.
    plan
        plan.json.
    """
    kept = session.get(JobDraft, claim.job_id)
    if kept is None:
        session.add(JobDraft(job_id=claim.job_id, number=1, plan=plan))
    else:
        kept.number, kept.plan = kept.number + 1, plan


def draft_number(session: Session, job_id: int) -> int | None:
    """
    Return how many plans of a run were kept so far; None: it has none.

    Parameters
    ----------
    session
        An open session.
    job_id
        Of the run.
    """
    query = select(JobDraft.number).where(JobDraft.job_id == job_id)
    return session.scalar(query)


def draft_of(session: Session, job_id: int) -> tuple[int, str] | None:
    """
    Return the best plan of a run so far with its number; None: it has none.

    Parameters
    ----------
    session
        An open session.
    job_id
        Of the run.
    """
    query = select(JobDraft.number, JobDraft.plan).where(JobDraft.job_id == job_id)
    row = session.execute(query).first()
    return None if row is None else (row.number, row.plan)


def _drop_draft(session: Session, job_id: int) -> None:
    session.execute(delete(JobDraft).where(JobDraft.job_id == job_id))


def return_job(session: Session, claim: Claim) -> None:
    """
    Let a job wait again as if its worker had never taken it.

    Parameters
    ----------
    session
        A session that writes.
    claim
        What the worker has.
    """
    values = {"status": "queued", "worker": "", "progress": {}}
    session.execute(_claimed(claim).values(**values, attempts=claim.attempt - 1))
    _drop_draft(session, claim.job_id)


def _claimed(claim: Claim) -> Any:
    """Return the change of a job that touches it as long as a worker has it."""
    return update(Job).where(
        Job.id == claim.job_id,
        Job.status == "running",
        Job.worker == claim.worker,
        Job.attempts == claim.attempt,
    )


def wish_of_job(session: Session, job_id: int, wish: Wish, *, now: dt.datetime) -> Job:
    """
    Return a job of which something is wished; one that waits is cancelled at once.

    Parameters
    ----------
    session
        A session that writes.
    job_id
        Its number.
    wish
        To stop without a plan, or with the best one; a job that is over stays as it is.
    now
        When.

    Raises
    ------
    DispatchError
        If there is no such job.
    """
    job = session.get(Job, job_id, with_for_update=True)
    if job is None:
        raise DispatchError(say("run_unknown", number=job_id))
    if job.status == "queued" and wish == "cancel":
        job.status, job.ended_at = "cancelled", now
    # Who wanted no plan is not given one by a click that came later.
    if job.status in ACTIVE and job.wish != "cancel":
        job.wish = wish
    return job


def give_back(
    session: Session,
    *,
    now: dt.datetime,
    is_gone: Callable[[Job, dt.datetime], bool] | None = None,
) -> list[int]:
    """
    Return the numbers of jobs whose worker is gone; they wait again, or have failed.

    Parameters
    ----------
    session
        A session that writes.
    now
        The time.
    is_gone
        Whether the worker of a running job is gone; None: by its heartbeat.
    """
    query = select(Job).where(Job.status == "running").with_for_update(skip_locked=True)
    gone = [job for job in session.scalars(query) if (is_gone or is_silent)(job, now)]
    for job in gone:
        _drop_draft(session, job.id)
        if job.wish == "cancel":
            job.status, job.ended_at = "cancelled", now
        elif job.attempts < MAX_ATTEMPTS:
            job.status, job.worker, job.progress = "queued", "", {}
        else:
            fail_crashed(session, job, now=now)
    return [job.id for job in gone]


def is_silent(job: Job, now: dt.datetime) -> bool:
    """
    Whether the worker of a running job has given no sign of life for long.

    Parameters
    ----------
    job
        The job.
    now
        The time.
    """
    if job.status != "running":
        return False
    return job.heartbeat is None or now - job.heartbeat > HEARTBEAT_LIMIT


def fail_crashed(session: Session, job: Job, *, now: dt.datetime) -> None:
    """
    End a job whose worker is gone.

    Parameters
    ----------
    session
        A session that writes.
    job
        The job, locked.
    now
        The time.
    """
    job.status, job.message, job.ended_at = "failed", CRASHED, now
    _drop_draft(session, job.id)


def jobs_of(
    session: Session,
    township: str,
    date: dt.date,
    *,
    kind: Kind = "plan",
    limit: int | None = None,
) -> list[Job]:
    """
    Return the jobs of a kind and a day, newest first.

    Parameters
    ----------
    session
        An open session.
    township, date
        Of the day.
    kind
        Their kind.
    limit
        How many; None: all.
    """
    query = (
        select(Job)
        .where(Job.township == township, Job.date == date, Job.kind == kind)
        .order_by(Job.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def latest_job(session: Session, township: str, date: dt.date) -> Job | None:
    """
    Return the newest job of a day; None without one.

    Parameters
    ----------
    session
        An open session.
    township, date
        Of the day.
    """
    return next(iter(jobs_of(session, township, date, limit=1)), None)


def active_job(
    session: Session, township: str, date: dt.date, *, kind: Kind = "plan"
) -> Job | None:
    """
    Return the job of a kind and a day that waits or runs, locked; None without one.

    Parameters
    ----------
    session
        A session that writes.
    township, date
        Of the day.
    kind
        Its kind.
    """
    query = (
        select(Job)
        .where(
            Job.township == township,
            Job.date == date,
            Job.kind == kind,
            Job.status.in_(ACTIVE),
        )
        .order_by(Job.id.desc())
        .limit(1)
        .with_for_update()
    )
    return session.scalar(query)


def is_any_queued(session: Session, *, kind: Kind | None = None) -> bool:
    """
    Return whether a job waits for a worker.

    Parameters
    ----------
    session
        An open session.
    kind
        Of the job; None: any.
    """
    query = select(Job.id).where(Job.status == "queued").limit(1)
    if kind is not None:
        query = query.where(Job.kind == kind)
    return session.scalar(query) is not None
