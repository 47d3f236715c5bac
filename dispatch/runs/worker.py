"""
Runs in a process of its own: ``python -m dispatch.runs.worker [--forever]``.

The address of the store is in the environment (``DATABASE_URL``): arguments can be read
by everybody on the machine.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Final, get_args

from dispatch import logs
from dispatch.day.helping import keep_helps, work_out_helps
from dispatch.day.opening import day_scenario
from dispatch.day.planning import plan_version, replan_version
from dispatch.day.water import plan_water_version
from dispatch.day.water_helps import keep_water_helps, work_out_water_helps
from dispatch.errors import DispatchError, PlanError
from dispatch.files.plan.plan_json import plan_to_json
from dispatch.model.plan import Status
from dispatch.runs.machine import is_gone, this_worker, turn
from dispatch.runs.queue import ask_of
from dispatch.settings import data_folder, store_address
from dispatch.solver.params import SolveParams
from dispatch.solver.water.case import WaterParams
from dispatch.store.db import Database, sqlite_url
from dispatch.store.jobs import (
    beat,
    claim_of,
    end_job,
    give_back,
    is_any_queued,
    put_draft,
    return_job,
    take_job,
)
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from dispatch.day.planning import NewVersion
    from dispatch.model.plan import Plan
    from dispatch.planning.whatif import WhatIf
    from dispatch.runs.contracts import Ask
    from dispatch.solver.params import Progress, SolveResult
    from dispatch.store.jobs import Claim, EndStatus
    from dispatch.store.tables import Job

    Clock = Callable[[], dt.datetime]

_log = logging.getLogger(__name__)

#: Behind the people who look at pages.
_NICENESS: Final = 10
#: How often a wish is looked for and progress is kept, and how often a sign of life
#: is given.
_TICK_S: Final = 0.5
_BEAT_S: Final = 1.0
#: How often a service looks for new jobs.
_POLL_S: Final = 1.0
#: A page that looks whether a worker is there holds the lock for a moment.
_TRIES: Final = 4


#: Set when the process is told to end, which a search does not notice by itself.
_LEAVING: Final = threading.Event()


class Stopped(Exception):
    """The run was cancelled, or another worker has it."""


class Leaving(Exception):
    """The process was told to end before there was a plan."""


class Yielding(Exception):
    """Somebody wants a plan: what is only asked about one waits again."""


class _Reporter:
    """Gives signs of life, also while the solver says nothing, and hears wishes."""

    def __init__(
        self, db: Database, claim: Claim, clock: Clock, *, gives_way: bool
    ) -> None:
        self._db = db
        self._claim = claim
        self._clock = clock
        self._gives_way = gives_way
        self._lock = threading.Lock()
        self._progress: dict[str, Any] = {"phase": "travel"}
        self._is_new = True
        self._draft: Plan | None = None
        self._is_over = threading.Event()
        self.is_stopped = False
        self.should_finish = False
        self.should_yield = False
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def show(self, progress: Progress) -> None:
        """Remember where the search stands; it is kept with the next sign of life."""
        served = progress.served_l
        draft = None if progress.draft is None else progress.draft()
        with self._lock:
            self._draft = draft or self._draft
            self._progress = {
                "phase": progress.phase,
                "fraction": min(1.0, max(0.0, progress.fraction)),
                "elapsed_s": round(progress.elapsed_s, 3),
                "iterations": progress.iterations,
                "served_l": None if served is None else sum(served.values()),
                "bound_l": progress.bound_l,
            }
            self._is_new = True

    def show_count(self, count: int, total: int) -> None:
        """Remember how many changes are worked out."""
        with self._lock:
            self._progress = {
                "phase": "variants",
                "fraction": min(1.0, count / max(1, total)),
                "count": count,
                "total": total,
            }
            self._is_new = True

    def show_phase(self, phase: str) -> None:
        """Remember what is being done, where nothing can be counted."""
        with self._lock:
            self._progress = {"phase": phase, "fraction": 0.0}
            self._is_new = True

    def should_stop(self) -> bool:
        """Whether the search is to end, with a plan or without."""
        is_over = self.is_stopped or self.should_finish or self.should_yield
        return is_over or _LEAVING.is_set()

    def last_progress(self) -> dict[str, Any]:
        """Return where the search stood last."""
        with self._lock:
            return dict(self._progress)

    def _beat(self) -> None:
        last = 0.0
        while not self._is_over.is_set():
            now = time.monotonic()
            try:
                last = self._tick(last, now)
            except Exception as error:
                # A database that is away for a minute must not end the search.
                _log.warning("no sign of life was kept: %s", type(error).__name__)
            self._is_over.wait(_TICK_S)

    def _tick(self, last: float, now: float) -> float:
        with self._lock:
            progress = dict(self._progress) if self._is_new else None
            self._is_new = False
            draft, self._draft = self._draft, None
        plan = None if draft is None else plan_to_json(draft)
        if progress is None and now - last < _BEAT_S - _TICK_S / 2:
            return last
        with self._db.write() as session:
            at = self._clock()
            wish = beat(session, self._claim, now=at, progress=progress)
            if wish == "cancel":
                # Whoever waits sees it at once, however long a step takes to end.
                end_job(session, self._claim, "cancelled", now=at)
            elif wish is not None and plan is not None:
                put_draft(session, self._claim, plan)
            if self._gives_way:
                self.should_yield = is_any_queued(session, kind="plan")
        self.should_finish = wish == "finish"
        if wish is None or wish == "cancel":
            self.is_stopped = True
        return now

    def close(self) -> None:
        """End the signs of life."""
        self._is_over.set()
        self._thread.join()


def run_job(
    db: Database,
    job: Job,
    *,
    solve: Callable[..., SolveResult] | None = None,
    help_with: Callable[..., WhatIf] | None = None,
    clock: Clock = dt.datetime.now,
) -> None:
    """
    Plan one job that was just taken; its row says what became of it.

    Parameters
    ----------
    db
        The store.
    job
        As taken.
    solve
        The solver; None takes ours.
    help_with
        Works out what would help; None takes ours.
    clock
        Gives the time.

    Raises
    ------
    Leaving
        If the process was told to end; the job waits again.
    """
    claim = claim_of(job)
    ask = ask_of(job)
    is_plan = job.kind == "plan"
    reporter = _Reporter(db, claim, clock, gives_way=not is_plan)
    status: EndStatus = "failed"
    try:
        if ask is None:
            message = say("run_lost").text("zh")
        elif job.kind == "water":
            _water(db, ask, job.asked_by, claim, reporter, clock)
            _log.info("run %s is done", claim.job_id)
            return
        elif not is_plan:
            _help(db, ask, job.asked_by, claim, reporter, help_with, clock)
            _log.info("run %s is done", claim.job_id)
            return
        else:
            _plan(db, ask, claim, reporter, solve, clock)
            _log.info("run %s is done", claim.job_id)
            return
    except Stopped:
        status, message = "cancelled", ""
    except PlanError as error:
        is_code = str(error) in get_args(Status)
        message = _text(say("run_no_plan") if is_code else error.message, ask)
    except DispatchError as error:
        message = error.text(ask.lang if ask else "zh")
    except Yielding:
        _log.info("run %s gives way", claim.job_id)
        with db.write() as session:
            return_job(session, claim)
        return
    except (Leaving, KeyboardInterrupt):
        # Whoever stops a service does not stop what people asked for.
        with db.write() as session:
            return_job(session, claim)
        raise
    except Exception as error:
        _log.exception("run %s failed", claim.job_id)
        message = _text(say("run_internal", error=type(error).__name__), ask)
    finally:
        reporter.close()
    _log.info("run %s is over: %s", claim.job_id, status)
    with db.write() as session:
        end_job(
            session,
            claim,
            status,
            now=clock(),
            message=message,
            progress=reporter.last_progress(),
        )


def _text(message: Any, ask: Ask | None) -> str:
    lang = ask.lang if ask else "zh"
    return message if isinstance(message, str) else str(message.text(lang))


def _plan(
    db: Database,
    ask: Ask,
    claim: Claim,
    reporter: _Reporter,
    solve: Callable[..., SolveResult] | None,
    clock: Clock,
) -> None:
    scenario = day_scenario(db, ask.township, ask.date)
    if not (scenario.all_villages and scenario.trucks and scenario.sources):
        raise DispatchError(say("run_nothing"))

    def end(session: Session, new: NewVersion) -> None:
        """End the row with its version: both are there, or neither."""
        if _LEAVING.is_set():
            raise Leaving
        planned = new.planned
        served_l = sum(planned.plan.totals.served_l.values())
        progress = reporter.last_progress() | {
            "fraction": 1.0,
            "elapsed_s": round(planned.result.runtime_s, 3),
            "served_l": served_l,
        }
        is_ours = end_job(
            session,
            claim,
            "done",
            now=clock(),
            version=new.number,
            num_violations=len(planned.broken.to_come),
            progress=progress,
        )
        if not is_ours:
            raise Stopped

    params = SolveParams(seconds=ask.seconds, iterations=ask.iterations)
    common: dict[str, Any] = {
        "seed": ask.seed,
        "at": clock(),
        "solve": solve,
        "progress": reporter.show,
        "should_stop": reporter.should_stop,
        "also": end,
    }
    try:
        if ask.now_s is None:
            plan_version(db, ask.township, ask.date, params, **common)
        else:
            replan_version(
                db,
                ask.township,
                ask.date,
                params,
                now_s=ask.now_s,
                delays_s=ask.delays_s,
                locked_villages=ask.locked_villages,
                broken_trucks=ask.broken_trucks,
                change_price_l=ask.change_price_l,
                base=ask.base,
                **common,
            )
    except PlanError:
        if reporter.is_stopped:
            raise Stopped from None
        if _LEAVING.is_set():
            raise Leaving from None
        raise


def _water(
    db: Database,
    ask: Ask,
    who: str,
    claim: Claim,
    reporter: _Reporter,
    clock: Clock,
) -> None:
    """Plan all the water, and keep it with the end of the row."""
    if ask.water_days is None and ask.water_helps is None:
        raise DispatchError(say("run_lost"))
    reporter.show_phase("water")

    def require_wanted() -> None:
        if reporter.is_stopped:
            raise Stopped
        if _LEAVING.is_set():
            raise Leaving

    def end(session: Session, number: int, num_violations: int) -> None:
        require_wanted()
        progress = reporter.last_progress() | {"fraction": 1.0}
        is_ours = end_job(
            session,
            claim,
            "done",
            now=clock(),
            version=number,
            num_violations=num_violations,
            progress=progress,
        )
        if not is_ours:
            raise Stopped

    if ask.water_helps is not None:

        def step(count: int, total: int) -> None:
            require_wanted()
            reporter.show_count(count, total)

        helps = work_out_water_helps(
            db, ask.township, ask.date, ask.water_helps, progress=step
        )
        keep_water_helps(db, ask.township, ask.date, ask.water_helps, helps, also=end)
        return
    plan_water_version(
        db,
        ask.township,
        ask.date,
        num_days=ask.water_days or 1,
        params=WaterParams(equal_shares=ask.equal_shares),
        turn_order=ask.turn_order,
        who=who,
        at=clock(),
        also=end,
    )


def _help(
    db: Database,
    ask: Ask,
    who: str,
    claim: Claim,
    reporter: _Reporter,
    help_with: Callable[..., WhatIf] | None,
    clock: Clock,
) -> None:
    """Work out what would help a version, and keep it with the end of the row."""
    if ask.helps is None:
        raise DispatchError(say("run_lost"))

    def require_wanted() -> None:
        if reporter.is_stopped:
            raise Stopped
        if _LEAVING.is_set():
            raise Leaving
        if reporter.should_yield:
            raise Yielding

    def end(session: Session) -> None:
        if _LEAVING.is_set():
            raise Leaving
        progress = reporter.last_progress() | {"fraction": 1.0}
        if not end_job(session, claim, "done", now=clock(), progress=progress):
            raise Stopped

    found = work_out_helps(
        db,
        ask.township,
        ask.date,
        ask.helps,
        seconds=ask.seconds,
        iterations=ask.iterations,
        seed=ask.seed,
        progress=reporter.show_count,
        should_stop=reporter.should_stop,
        solve=help_with,
    )
    require_wanted()
    keep_helps(
        db,
        ask.township,
        ask.date,
        ask.helps,
        found,
        who=who,
        at=clock(),
        also=end,
    )


def work(
    db: Database,
    *,
    forever: bool = False,
    solve: Callable[..., SolveResult] | None = None,
    help_with: Callable[..., WhatIf] | None = None,
    clock: Clock = dt.datetime.now,
) -> int:
    """
    Return how many jobs were worked on; none is left then.

    Parameters
    ----------
    db
        The store.
    forever
        Whether to wait for new jobs, until the process is stopped.
    solve
        The solver; None takes ours.
    help_with
        Works out what would help; None takes ours.
    clock
        Gives the time.
    """
    worked, tries = 0, _TRIES
    while not _LEAVING.is_set():
        with turn(db) as is_mine:
            if is_mine:
                worked += _work_off(
                    db, forever=forever, solve=solve, help_with=help_with, clock=clock
                )
        tries = _TRIES if is_mine else tries - 1
        if forever:
            _LEAVING.wait(_POLL_S)
            continue
        if not is_mine and tries:
            time.sleep(_TICK_S / 2)
            continue
        # After the lock is free: who asked before saw it taken and started nobody.
        if not is_mine or not _is_any_left(db):
            break
    return worked


def _is_any_left(db: Database) -> bool:
    with db.read() as session:
        return is_any_queued(session)


def _work_off(
    db: Database,
    *,
    forever: bool,
    solve: Callable[..., SolveResult] | None,
    help_with: Callable[..., WhatIf] | None,
    clock: Clock,
) -> int:
    """Return how many jobs were worked on until none waited."""
    worked = 0
    while not _LEAVING.is_set():
        try:
            job = _next_job(db, clock)
        except DispatchError as error:
            if not forever:
                raise
            _log.warning("no job can be taken: %s", error)
            job = None
        if job is not None:
            _log.info("run %s is taken", job.id)
            with contextlib.suppress(Leaving):
                run_job(db, job, solve=solve, help_with=help_with, clock=clock)
            worked += 1
        elif forever:
            _LEAVING.wait(_POLL_S)
        else:
            break
    return worked


def _next_job(db: Database, clock: Clock) -> Job | None:
    with db.write() as session:
        now = clock()
        give_back(session, now=now, is_gone=is_gone)
        return take_job(session, worker=this_worker(), now=now)


def be_nice() -> None:
    """Let the people who look at pages go first; told to end, give back what is had."""
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    signal.signal(signal.SIGTERM, lambda number, frame: _LEAVING.set())


def main(arguments: list[str]) -> int:
    """Work on the jobs of the store that the environment names; 0: none is left."""
    logs.set_up(level=logging.INFO)
    be_nice()
    address = store_address() or sqlite_url(data_folder() / "dispatch.db")
    db = Database(address)
    try:
        work(db, forever="--forever" in arguments)
    except DispatchError as error:
        _log.error("%s", error)
        return 2
    finally:
        db.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
