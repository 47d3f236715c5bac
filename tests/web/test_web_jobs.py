"""Runs in folders: progress, cancelling, failing, and old plans that look old."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.errors import DataError, SolverError
from dispatch.files.plan.plan_json import read_plan
from dispatch.runs import queue as jobs
from dispatch.runs.queue import Job, JobStore, Request, State
from dispatch.runs.worker import run
from dispatch.solver.params import Progress
from dispatch.web.catalog import Catalog

HEPING = Path(__file__).parents[2] / "data" / "heping"


@pytest.fixture
def store(tmp_path):
    return JobStore(tmp_path / "jobs")


@pytest.fixture
def request_of(scenario):
    return Request(scenario_key="town", scenario_name="小镇", digest="x")


@pytest.fixture
def job(store, scenario, request_of):
    return store.create(scenario, request_of)


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
        from dispatch.runs import queue as jobs

        jobs._children.pop(job.job_id).wait(timeout=20)
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


def test_drafts_are_kept_dropped_and_out_of_git(store, scenario):
    store.save_draft("upload:x/../y", scenario)
    assert store.draft("upload:x/../y")[1] == scenario
    assert store.draft_keys() == ["upload:x/../y"]
    assert (store.folder / ".gitignore").read_text() == "*\n"
    store.drop_draft("upload:x/../y")
    assert store.draft("upload:x/../y") is None
    assert store.draft_keys() == []


def test_result_of_another_version_is_no_plan(job, solve):
    run(job, solve)
    (job.folder / "result.pickle").write_bytes(b"not a pickle")
    assert Job(job.folder).result() is None


def test_a_draft_of_another_version_is_left_alone(store, scenario, monkeypatch):
    """After an update the fields of a scenario may differ: no page may fail on it."""
    store.save_draft("old", scenario)
    monkeypatch.setattr(jobs, "_schema", lambda: "another")
    assert store.draft("old") is None
    assert store.draft_keys() == []
    monkeypatch.undo()
    assert store.draft_keys() == ["old"]
    next(store.folder.glob("drafts/*")).write_bytes(b"no pickle")
    assert store.draft("old") is None
    assert store.is_draft_lost("old")


@pytest.mark.parametrize("kind", ["schema", "more", "fields", "tail", "noise"])
def test_a_draft_that_is_lost_is_told(store, scenario, monkeypatch, caplog, kind):
    """It gave a traceback in the log, and an upload vanished from the list."""
    store.save_draft("upload:day", scenario)
    path = next(store.folder.glob("drafts/*"))
    schema, key, saved = pickle.loads(path.read_bytes())
    body = pickle.dumps(scenario)
    heads = {
        "schema": pickle.dumps(("another", key, saved)) + body,
        "more": pickle.dumps((schema, key, saved, scenario)),
        "fields": pickle.dumps((schema, key, saved)) + pickle.dumps({"name": "x"}),
        "tail": path.read_bytes() + b"more",
        "noise": pickle.dumps((schema, key, saved)) + b"no pickle",
    }
    path.write_bytes(heads[kind])
    catalog = Catalog(store.folder / "data", store.folder)
    assert store.draft("upload:day") is None
    assert store.is_draft_lost("upload:day")
    assert "Traceback" not in caplog.text
    assert caplog.text.count("draft") >= 1
    assert store.draft_keys(lost=True) == ["upload:day"]
    (entry,) = catalog.entries()
    with pytest.raises(DataError) as caught:
        catalog.load(entry)
    assert "请重新上传文件" in caught.value.text("zh")


@pytest.mark.parametrize("text", ["a = " + "[" * 99_000, "a = 1\n#" + "x" * 3_000_000])
def test_the_list_stands_settings_that_are_none(tmp_path, text):
    """One hostile folder took the page of all others down."""
    folder = tmp_path / "data" / "odd"
    folder.mkdir(parents=True)
    (folder / "villages.csv").write_text("village_id\n")
    (folder / "scenario.toml").write_text(text)
    (entry,) = Catalog(tmp_path / "data", tmp_path / "jobs").entries()
    assert entry.title == "odd"


def test_lost_edits_are_a_warning_of_the_scenario(store, tmp_path, monkeypatch):
    """The files are shown as they are, and the page says that edits are missing."""
    shutil.copytree(HEPING, tmp_path / "data" / "heping")
    catalog = Catalog(tmp_path / "data", store.folder)
    entry = catalog.entry("heping")
    loaded = catalog.load(entry)
    assert not loaded.scenario.warnings
    catalog.store.save_draft("heping", loaded.scenario)
    assert catalog.load(entry).edited is not None
    monkeypatch.setattr(jobs, "_schema", lambda: "another")
    told = catalog.load(entry)
    assert told.edited is None
    (problem,) = told.scenario.warnings
    assert "另一个版本的程序存的" in problem.text("zh")
