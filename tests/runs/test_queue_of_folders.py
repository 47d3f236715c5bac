"""Runs in turn: progress, cancelling, failing, and which is the newest."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from dispatch.errors import SolverError
from dispatch.files.plan.plan_json import read_plan
from dispatch.runs.contracts_of_folders import State
from dispatch.runs.worker_of_folders import run
from dispatch.solver.params import Progress


def test_run_writes_plan_map_and_state(job, solve, scenario, travel):
    run(job, solve)
    state = job.state()
    assert (state.status, state.num_violations) == ("done", 0)
    assert state.served_l == 3500
    assert state.is_good
    names = {path.name for path in job.out.iterdir()}
    assert {"plan.json", "map.html", "map.en.html", "plan.xlsx"} <= names
    result = job.result()
    assert result is not None
    assert result.scenario == scenario
    assert read_plan(job.out / "plan.json").totals == result.plan.totals


def test_plan_that_breaks_rules_is_not_good(job, solve, store):
    def broken(*args, **kwargs):
        result = solve(*args, **kwargs)
        route = result.plan.routes[0]
        plan = replace(result.plan, routes=(replace(route, depot_id="X"),))
        return replace(result, plan=plan)

    run(job, broken)
    assert job.state().status == "done"
    assert not job.state().is_good
    assert store.latest_done("town").job_id == job.job_id
    assert store.latest_good("town") is None


def test_cancel_before_and_while_searching(store, scenario, request_of, solve):
    early = store.create(scenario, request_of)
    early.cancel()
    run(early, solve)
    assert early.state().status == "cancelled"

    late = store.create(scenario, request_of)

    def slow(*args, should_stop, **kwargs):
        assert not should_stop()
        late.cancel()
        assert should_stop()
        return solve(*args, should_stop=should_stop, **kwargs)

    run(late, slow)
    assert late.state().status == "cancelled"
    assert late.result() is None


def test_stop_early_keeps_what_there_is(job, solve):
    def slow(*args, should_stop, **kwargs):
        job.finish_early()
        assert should_stop()
        return solve(*args, should_stop=should_stop, **kwargs)

    run(job, slow)
    assert job.state().status == "done"


def test_failures_are_told(store, scenario, request_of, solve):
    def refuse(*args, **kwargs):
        raise SolverError("no way")

    def bug(*args, **kwargs):
        raise ZeroDivisionError

    def nothing(*args, **kwargs):
        return replace(
            solve(*args, **kwargs), plan=None, status="no_plan_found", message=""
        )

    for answer, message in (
        (refuse, "no way"),
        (nothing, "no_plan_found"),
    ):
        job = store.create(scenario, request_of)
        run(job, answer)
        assert (job.state().status, job.state().message) == ("failed", message)
    job = store.create(scenario, request_of)
    with pytest.raises(ZeroDivisionError):
        run(job, bug)
    assert (job.state().status, job.state().message) == ("failed", "internal")
    job = store.create(replace(scenario, villages=()), request_of)
    run(job, solve)
    assert job.state().message == "nothing_to_plan"


def test_progress_is_seen_while_the_solver_works(job, solve):
    seen = []

    def watch(*args, progress, **kwargs):
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
        # The child of a test is this process: its folder names no pid.
        (job.folder / "pid").write_text(str(os.getpid()))
        seen.append(job.folder.joinpath("state.json").read_text())
        return solve(*args, progress=progress, **kwargs)

    run(job, watch)
    state = State(**__import__("json").loads(seen[0]))
    assert (state.phase, state.fraction, state.served_l, state.bound_l) == (
        "search",
        0.4,
        5,
        9,
    )


def test_worker_that_died_has_failed(job):
    """The machine was switched off: the page must not wait for ever."""
    job.write_state(State(status="running"))
    assert job.state().status == "failed"
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    (job.folder / "pid").write_text(str(child.pid))
    assert (job.state().status, job.state().message) == ("failed", "crashed")


def test_worker_process_can_be_cancelled_while_it_waits(store, scenario, request_of):
    """Another run holds the turn; a real child queues, is cancelled and ends."""
    import fcntl

    store.create(scenario, request_of)
    with (store.folder / "runs" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        job = store.start(scenario, request_of)
        assert job.state().status == "queued"
        job.cancel()
        until = time.monotonic() + 30
        while job.state().is_active and time.monotonic() < until:
            time.sleep(0.1)
        # Joins the child, so that no test leaves one behind.
        from dispatch.runs import job as jobs

        jobs.children.pop(job.job_id).wait(timeout=20)
    assert job.state().status == "cancelled"


def test_newest_run_counts_per_scenario(store, scenario, request_of):
    first = store.create(scenario, replace(request_of, created=1_000_000.0))
    second = store.create(scenario, replace(request_of, created=2_000_000.0))
    other = replace(request_of, scenario_key="other", created=3_000_000.0)
    third = store.create(scenario, other)
    assert [job.job_id for job in store.jobs()] == [
        job.job_id for job in (third, second, first)
    ]
    assert store.latest("town").job_id == second.job_id
    assert store.latest("none") is None
