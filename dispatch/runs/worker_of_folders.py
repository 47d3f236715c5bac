"""One run in a process of its own: ``python -m dispatch.runs.worker_of_folders``."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch.atomic import write_text
from dispatch.errors import DispatchError, PlanError
from dispatch.planning.day import prepare_day
from dispatch.planning.plan_day import plan_day
from dispatch.planning.today import today_of
from dispatch.runs.contracts_of_folders import State
from dispatch.runs.job import Job, Result
from dispatch.solver.params import SolveParams
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dispatch.model.plan import Plan
    from dispatch.planning.plan_day import Planned
    from dispatch.runs.contracts_of_folders import Request
    from dispatch.solver.params import Progress, SolveResult

_log = logging.getLogger(__name__)

#: Behind the people who look at pages.
_NICENESS = 10


class Cancelled(Exception):
    """Somebody asked to stop before there was a plan."""


class _Reporter:
    """Keeps the state file fresh, also while the solver says nothing."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._lock = threading.Lock()
        self._state = State()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def update(self, **changes: Any) -> None:
        with self._lock:
            self._state = replace(self._state, heartbeat=time.time(), **changes)
            self._job.write_state(self._state)

    def _beat(self) -> None:
        while not self._stop.wait(1.0):
            self.update()

    def close(self, **changes: Any) -> None:
        """Write the last word; nothing comes after it."""
        self._stop.set()
        self._thread.join()
        self.update(finished=time.time(), **changes)


@contextlib.contextmanager
def _turn(job: Job) -> Iterator[None]:
    """Wait until no other run works: two would halve each other's search."""
    with (job.folder.parent / ".lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if job.is_cancelled:
                    raise Cancelled from None
                time.sleep(0.5)
        yield


def run(job: Job, solve: Callable[..., SolveResult] | None = None) -> None:
    """
    Plan, check and write the files of one job; its state says what happened.

    Parameters
    ----------
    job
        A run that no other worker has.
    solve
        The solver; None takes ours.

    Raises
    ------
    Exception
        Whatever is no message for users; it is logged, and the run has failed.
    """
    reporter = _Reporter(job)
    try:
        with _turn(job):
            reporter.close(**_plan(job, reporter, solve))
    except Cancelled:
        reporter.close(status="cancelled")
    except DispatchError as error:
        reporter.close(status="failed", message=error.text(job.request().lang))
    except Exception:
        _log.exception("run %s failed", job.job_id)
        reporter.close(status="failed", message="internal")
        raise


def _plan(
    job: Job, reporter: _Reporter, solve: Callable[..., SolveResult] | None
) -> dict[str, Any]:
    reporter.update(status="running", phase="travel")
    request, scenario = job.request(), job.scenario()
    if not scenario.villages or not scenario.trucks or not scenario.sources:
        return {"status": "failed", "message": "nothing_to_plan"}
    previous = _previous(job, request)
    day = prepare_day(scenario, previous=previous, now_s=request.now_s)
    if job.is_cancelled:
        raise Cancelled

    def show(progress: Progress) -> None:
        served = progress.served_l
        reporter.update(
            phase=progress.phase,
            fraction=min(1.0, max(0.0, progress.fraction)),
            elapsed_s=progress.elapsed_s,
            iterations=progress.iterations,
            served_l=None if served is None else sum(served.values()),
            bound_l=progress.bound_l,
        )

    today = None
    if previous is not None:
        price_l = request.change_price_l
        today = today_of(day, previous, now_s=request.now_s, change_price_l=price_l)
    try:
        planned = plan_day(
            day,
            SolveParams(seconds=request.seconds),
            seed=request.seed,
            today=today,
            solve=solve,
            progress=show,
            should_stop=lambda: job.should_stop,
        )
    except PlanError:
        if job.is_cancelled:
            raise Cancelled from None
        raise
    if job.is_cancelled:
        raise Cancelled
    reporter.update(phase="files", fraction=1.0)
    _write_files(job, planned)
    return {
        "status": "done",
        "num_violations": len(planned.broken.to_come),
        "served_l": sum(planned.plan.totals.served_l.values()),
        "elapsed_s": planned.result.runtime_s,
    }


def _previous(job: Job, request: Request) -> Plan | None:
    """Return the plan that a replan starts from; None for a plan from scratch."""
    if request.previous_id is None:
        return None
    earlier = Job(job.folder.parent / request.previous_id).result()
    if earlier is None:
        raise PlanError(say("previous_plan_lost"))
    return earlier.plan


def _write_files(job: Job, planned: Planned) -> None:
    from dispatch.files.plan.write import write_plan
    from dispatch.maps.page import plan_map_html
    from dispatch.words.words import LANGUAGES

    scenario, travel, plan = planned.scenario, planned.travel, planned.plan
    job.out.mkdir(exist_ok=True)
    write_plan(plan, scenario, travel, job.out, broken=planned.broken)
    for lang in LANGUAGES:
        page = plan_map_html(
            scenario,
            travel,
            plan,
            lang,
            figures=planned.figures,
            broken=planned.broken,
        )
        name = "map.html" if lang == LANGUAGES[0] else f"map.{lang}.html"
        write_text(job.out / name, page)
    broken = planned.broken
    job.save_result(Result(scenario, travel, plan, planned.changes, *broken))


def main(arguments: list[str]) -> int:
    """Run the job whose folder is the only argument; 0 when its state is written."""
    logging.basicConfig(level=logging.INFO)
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    run(Job(Path(arguments[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
