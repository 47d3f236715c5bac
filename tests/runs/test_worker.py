"""Workers: a plan or a sentence comes out, whatever happens in between."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from dispatch.day.drafts import newest_draft, read_draft
from dispatch.day.opening import close_day, import_scenario
from dispatch.day.publishing import publish_version
from dispatch.errors import SolverError
from dispatch.runs.machine import lock_file, spawn_worker, turn
from dispatch.runs.queue import (
    Ask,
    ask_plan,
    cancel_run,
    finish_run,
    latest_run,
    runs_of,
)
from dispatch.runs.worker import work
from dispatch.solver.params import Progress
from dispatch.solver.run import solve as own_solve
from dispatch.store.jobs import claim_of, give_back, put_draft, take_job
from dispatch.store.recount import recount_store
from dispatch.store.tables import Job, PlanVersion

ROOT = Path(__file__).parents[2]
CODE = "430408"


def ask(town, **more):
    db, date, at = town
    made = Ask(township=CODE, date=date, **{"iterations": 20, "lang": "en", **more})
    return ask_plan(db, made, who="王", at=at)


def latest(town):
    db, date, _ = town
    return latest_run(db, CODE, date, now=dt.datetime.now())


def num_versions(db):
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(PlanVersion))


def wait_until(is_so, seconds=90):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_run_becomes_a_version(town):
    db, date, at = town
    ask(town)
    assert work(db) == 1
    run = latest(town)
    assert (run.state.status, run.state.message, run.version) == ("done", "", 1)
    assert run.state.is_good
    assert run.state.served_l > 0
    assert run.state.fraction == 1.0
    publish_version(db, CODE, date, 1, who="test", at=at)
    ask(town, now_s=10 * 3600)
    assert work(db) == 1
    assert (latest(town).version, latest(town).state.status) == (2, "done")
    with db.read() as session:
        last = session.scalars(select(PlanVersion).order_by(PlanVersion.id)).all()[-1]
        assert (last.now_s, last.previous) == (36_000, 1)
    assert work(db) == 0
    assert [run.version for run in runs_of(db, CODE, date, now=at)] == [2, 1]
    assert recount_store(db).problems == []


def test_progress_is_a_row_while_the_search_goes_on(town):
    db, _, _ = town
    ask(town)
    seen = []

    def slow(*args, progress, **kwargs):
        progress(
            Progress(
                phase="search",
                fraction=0.4,
                elapsed_s=2.0,
                iterations=7,
                served_l={"survival": 5},
                bound_l=9,
            )
        )
        wait_until(lambda: latest(town).state.phase == "search")
        seen.append(latest(town).state)
        wait_until(lambda: latest(town).state.heartbeat > seen[0].heartbeat)
        return own_solve(*args, **kwargs, progress=progress)

    work(db, solve=slow)
    state = seen[0]
    assert (state.status, state.fraction, state.elapsed_s) == ("running", 0.4, 2.0)
    assert (state.iterations, state.served_l, state.bound_l) == (7, 5, 9)
    assert latest(town).state.status == "done"


def test_the_best_plan_so_far_is_there_for_all_until_the_run_ends(town):
    db, date, _ = town
    ask(town)
    numbers = []

    def slow(*args, progress, **kwargs):
        found = own_solve(*args, **kwargs, progress=progress)
        for number in (1, 2):
            progress(
                Progress(
                    phase="search",
                    fraction=0.4,
                    elapsed_s=2.0,
                    draft=lambda: found.plan,
                )
            )
            wait_until(lambda number=number: newest_draft(db, 1) == number)
            numbers.append(number)
        draft = read_draft(db, CODE, date, 1)
        assert (draft.number, draft.plan.routes) == (2, found.plan.routes)
        assert draft.scenario.date == date
        return found

    work(db, solve=slow)
    assert numbers == [1, 2]
    assert latest(town).state.status == "done"
    assert newest_draft(db, 1) is None
    assert read_draft(db, CODE, date, 1) is None


def test_a_plan_so_far_goes_with_a_run_that_is_given_back(town):
    db, date, at = town
    ask(town)
    with db.write() as session:
        job = take_job(session, worker="gone:1", now=at)
        put_draft(session, claim_of(job), "{}")
    assert newest_draft(db, 1) == 1
    # What cannot be read is not shown, and breaks no page.
    assert read_draft(db, CODE, date, 1) is None
    with db.write() as session:
        assert give_back(session, now=at + dt.timedelta(hours=1)) == [1]
    assert newest_draft(db, 1) is None


def test_cancelling_leaves_no_version(town):
    db, _, at = town
    run = ask(town)

    def slow(*args, should_stop, **kwargs):
        assert not should_stop()
        cancel_run(db, run.number, who="李", at=at)
        wait_until(should_stop)
        # Everybody sees it before the search has wound down.
        assert latest(town).state.status == "cancelled"
        return own_solve(*args, should_stop=should_stop, **kwargs)

    work(db, solve=slow)
    assert (latest(town).state.status, latest(town).state.message) == ("cancelled", "")
    assert latest(town).version is None
    assert num_versions(db) == 0


def test_cancelling_at_the_last_moment_leaves_no_version(town):
    """The row is cancelled after the search, before the version is kept."""
    db, _, _at = town
    ask(town)

    def late(*args, **kwargs):
        found = own_solve(*args, **kwargs)
        with db.write() as session:
            job = session.scalars(select(Job)).one()
            job.status = "cancelled"
        return found

    work(db, solve=late)
    assert latest(town).state.status == "cancelled"
    assert num_versions(db) == 0


def test_finishing_keeps_the_best_plan(town):
    db, _, at = town
    run = ask(town, iterations=None)

    def slow(*args, should_stop, **kwargs):
        finish_run(db, run.number, who="李", at=at)
        wait_until(should_stop)
        return own_solve(*args, should_stop=should_stop, **kwargs)

    work(db, solve=slow)
    assert (latest(town).state.status, latest(town).version) == ("done", 1)
    assert num_versions(db) == 1


def test_a_day_closed_during_the_search_is_a_sentence(town):
    db, date, at = town
    ask(town)

    def closing(*args, **kwargs):
        close_day(db, CODE, date, who="test", at=at)
        return own_solve(*args, **kwargs)

    work(db, solve=closing)
    state = latest(town).state
    assert state.status == "failed"
    assert state.message == f"the day {date} of {CODE} is closed"
    assert num_versions(db) == 0


@pytest.mark.parametrize(
    ("lang", "says"),
    [("en", "no plan of .* is published"), ("zh", "还没有发布方案")],
)
def test_a_rest_without_a_published_plan_is_a_sentence(town, lang, says):
    import re

    ask(town, now_s=36_000, lang=lang)
    work(town[0])
    assert latest(town).state.status == "failed"
    assert re.search(says, latest(town).state.message)


def test_what_fails_in_the_search_is_a_sentence(town, caplog):
    db, _, _ = town

    def refuse(*args, **kwargs):
        raise SolverError("no way")

    def bug(*args, **kwargs):
        raise ZeroDivisionError("老王 000-1")

    def nothing(*args, **kwargs):
        found = own_solve(*args, **kwargs)
        return replace(found, plan=None, status="no_plan_found", message="")

    for answer, message in (
        (refuse, "no way"),
        (nothing, "no plan was found in the time given; allow more and ask again"),
        (bug, "the program made a mistake (ZeroDivisionError)"),
    ):
        ask(town)
        work(db, solve=answer)
        state = latest(town).state
        assert state.status == "failed"
        assert state.message.startswith(message)
        assert "老王" not in state.message
    assert num_versions(db) == 0


def test_nothing_to_plan_is_a_sentence(db, scenario, monkeypatch):
    monkeypatch.setattr("dispatch.runs.queue.spawn_worker", lambda db: None)
    at = dt.datetime.combine(scenario.date, dt.time(6))
    empty = replace(scenario, villages=())
    import_scenario(db, CODE, empty, who="test", at=at)
    town = db, scenario.date, at
    ask(town, lang="zh")
    work(db)
    assert latest(town).state.message.startswith("没有可安排的")


def test_what_another_version_asked_for_fails_in_words(town):
    db, _, _ = town
    ask(town)
    with db.write() as session:
        session.scalars(select(Job)).one().ask = {"seconds": "many"}
    work(db)
    assert latest(town).state.status == "failed"
    assert "另一版本" in latest(town).state.message


def test_a_worker_that_lost_its_run_keeps_no_version(town):
    """It slept for minutes; another one has the run, and makes the one version."""
    db, _, _ = town
    ask(town)

    def asleep(*args, **kwargs):
        with db.write() as session:
            job = session.scalars(select(Job)).one()
            job.status, job.worker = "queued", ""
        with db.write() as session:
            take_job(session, worker="other:1", now=dt.datetime.now())
        return own_solve(*args, **kwargs)

    work(db, solve=asleep)
    run = latest(town)
    assert (run.state.status, run.version) == ("running", None)
    assert num_versions(db) == 0


def test_one_search_at_a_time_on_a_machine(town):
    db, _, _ = town
    ask(town)
    with turn(db) as is_first:
        assert is_first
        with turn(db) as is_second:
            assert not is_second
        assert spawn_worker(db) is None
        assert work(db) == 0
        assert latest(town).state.status == "queued"
    assert work(db) == 1


def test_a_job_that_came_as_the_worker_was_leaving_is_not_left(town, monkeypatch):
    """Whoever asked saw the lock taken and started nobody."""
    from dispatch.runs import worker

    db, _, _ = town
    real, calls = worker._work_off, []

    def leaving(*args, **kwargs):
        worked = real(*args, **kwargs)
        if not calls:
            ask(town)
        calls.append(worked)
        return worked

    monkeypatch.setattr(worker, "_work_off", leaving)
    assert work(db) == 1
    assert calls == [0, 1]


def environment(db):
    address = db.url.render_as_string(hide_password=False)
    return {**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": address}


def start(db):
    return subprocess.Popen(
        [sys.executable, "-m", "dispatch.runs.worker"],
        env=environment(db),
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )


def worker_of(db):
    with db.read() as session:
        return session.scalars(select(Job.worker)).one()


def test_a_killed_worker_is_seen_and_the_second_attempt_makes_the_plan(town):
    """SIGKILL in the middle: no half version, and the day gets its plan."""
    db, date, _at = town
    ask(town, iterations=None, seconds=600)
    child = start(db)
    try:
        wait_until(lambda: latest(town).state.phase == "search")
        assert worker_of(db).endswith(f":{child.pid}")
        assert os.getpriority(os.PRIO_PROCESS, child.pid) >= 10
        arguments = Path(f"/proc/{child.pid}/cmdline").read_text()
        assert db.url.render_as_string(hide_password=False) not in arguments
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate()
    assert num_versions(db) == 0
    later = dt.datetime.now() + dt.timedelta(minutes=2)
    told = latest_run(db, CODE, date, now=later).state
    assert (told.status, told.message) == ("failed", "crashed")
    with db.write() as session:
        job = session.scalars(select(Job)).one()
        job.ask = {**job.ask, "seconds": None, "iterations": 20}
    assert work(db, clock=lambda: later) == 1
    run = latest_run(db, CODE, date, now=later)
    assert (run.state.status, run.version) == ("done", 1)
    assert num_versions(db) == 1
    with db.read() as session:
        assert session.scalars(select(Job.attempts)).one() == 2
    assert recount_store(db).problems == []


def test_a_killed_worker_frees_the_machine(town):
    db, _, _ = town
    ask(town, iterations=None, seconds=600)
    child = start(db)
    try:
        wait_until(lambda: latest(town).state.status == "running")
        with turn(db) as is_mine:
            assert not is_mine
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate()
    with turn(db) as is_mine:
        assert is_mine


def test_a_worker_that_is_told_to_leave_gives_its_run_back(town):
    """Two restarts of a service are no crash of the run."""
    db, _, _ = town
    ask(town, iterations=None, seconds=600)
    for _ in range(2):
        child = start(db)
        wait_until(lambda: latest(town).state.phase == "search")
        child.terminate()
        child.communicate(timeout=60)
        assert child.returncode == 0
        assert latest(town).state.status == "queued"
    with db.read() as session:
        assert session.scalars(select(Job.attempts)).one() == 0


def test_a_real_worker_obeys(town):
    db, _, at = town
    run = ask(town, iterations=None, seconds=600)
    child = spawn_worker(db)
    assert child is not None
    wait_until(lambda: latest(town).state.phase == "search")
    cancel_run(db, run.number, who="李", at=at)
    wait_until(lambda: latest(town).state.status == "cancelled")
    assert child.wait(timeout=60) == 0
    run = ask(town, iterations=None, seconds=600)
    child = spawn_worker(db)
    wait_until(lambda: latest(town).state.phase == "search")
    finish_run(db, run.number, who="李", at=at)
    assert child.wait(timeout=60) == 0
    assert (latest(town).state.status, latest(town).version) == ("done", 1)


def test_the_lock_stands_beside_the_file_or_in_the_cache(town):
    db, _, _ = town
    path = lock_file(db)
    if db.path is None:
        assert path.parent == Path(os.environ["DISPATCH_CACHE"])
        assert str(db.url.database) not in path.name
    else:
        assert path.parent == db.path.parent
