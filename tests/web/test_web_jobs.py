"""Runs in folders: progress, cancelling, failing, and old plans that look old."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.check.facts import Violation
from dispatch.check.rules import check_plan
from dispatch.errors import DataError, SolverError
from dispatch.files.plan.plan_json import read_plan
from dispatch.planning.changes import Change
from dispatch.runs.contracts import Request, State
from dispatch.runs.job import Job, Result
from dispatch.runs.queue import JobStore
from dispatch.runs.worker import run
from dispatch.solver.params import Progress
from dispatch.web.catalog import Catalog
from dispatch.web.finished import finished
from dispatch.words.message import say

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


def test_drafts_are_kept_dropped_and_out_of_git(store, scenario):
    store.drafts.save("upload:x/../y", scenario)
    assert store.drafts.read("upload:x/../y")[1] == scenario
    assert store.drafts.keys() == ["upload:x/../y"]
    assert (store.folder / "drafts" / ".gitignore").read_text() == "*\n"
    store.drafts.drop("upload:x/../y")
    assert store.drafts.read("upload:x/../y") is None
    assert store.drafts.keys() == []


@pytest.mark.parametrize("name", ["scenario.zip", "plan.json", "changes.json"])
@pytest.mark.parametrize("value", [b"", b"none of ours", b'{"format": "other/9"}'])
def test_result_of_another_version_is_no_plan(job, solve, name, value):
    run(job, solve)
    assert job.result() is not None
    (job.folder / name).write_bytes(value)
    assert Job(job.folder).result() is None


def test_a_run_comes_back_with_all_that_was_found(job, solve, scenario):
    """Violations are kept, too: pages need not check the plan again."""

    def broken(*args, **kwargs):
        result = solve(*args, **kwargs)
        route = result.plan.routes[0]
        plan = replace(result.plan, routes=(replace(route, depot_id="X"),))
        return replace(result, plan=plan)

    run(job, broken)
    result = job.result()
    assert result.scenario == scenario
    assert job.scenario() == scenario
    found = check_plan(scenario, result.travel, result.plan)
    assert list(result.violations) == found != []
    assert job.state().num_violations == len(found)


def test_changes_of_a_replan_come_back(job, scenario, travel, plan):
    change = Change("V1", "moved", "road", "T1", "T2", 28_800, None, 3500, 0)
    past = Violation(2, say("broken.no_road", place="V1"), "T1", "V1", 2)
    kept = Result(scenario, travel, plan, (change,), (), (past,))
    job.save_result(kept)
    result = job.result()
    assert (result.changes, result.violations, result.past) == ((change,), (), (past,))
    assert result.plan == plan


@pytest.mark.parametrize("name", ["request.json", "state.json"])
def test_a_run_of_another_version_breaks_no_page(store, job, name):
    """A run from before an update is passed over, or said to be lost."""
    (job.folder / name).write_text('{"status": "dreaming", "seconds": "many"}')
    if name == "request.json":
        assert list(store.jobs()) == []
        assert store.latest("town") is None
    else:
        assert (job.state().status, job.state().message) == ("failed", "lost")
    kept = {"status": "cancelled", "field_of_a_later_version": 1}
    (job.folder / "state.json").write_text(json.dumps(kept))
    assert job.state().status == "cancelled"


def test_a_run_of_an_earlier_version_breaks_no_page(store, job, solve):
    """It kept its scenario and plan as pickles, which are never read."""
    run(job, solve)
    for name in ("scenario.zip", "plan.json", "changes.json"):
        (job.folder / name).unlink()
    (job.folder / "result.pickle").write_bytes(b"of an earlier version")
    assert store.latest_good("town").job_id == job.job_id
    assert job.result() is None
    assert finished(job) is None


def test_edits_of_an_earlier_version_are_said_to_be_lost(store, scenario):
    store.drafts.save("town", scenario)
    (draft,) = (store.folder / "drafts").glob("[0-9a-f]*")
    shutil.rmtree(draft)
    draft.with_suffix(".pickle").write_bytes(b"of an earlier version")
    assert store.drafts.read("town") is None
    assert store.drafts.is_lost("town")
    store.drafts.save("town", scenario)
    assert not store.drafts.is_lost("town")
    draft.with_suffix(".pickle").write_bytes(b"of an earlier version")
    store.drafts.drop("town")
    assert not store.drafts.is_lost("town")


def test_a_draft_is_read_anew_once_it_is_saved_again(store, scenario):
    """It is kept in memory, since every page reads it."""
    store.drafts.save("town", scenario)
    assert store.drafts.read("town")[1] is store.drafts.read("town")[1]
    store.drafts.save("town", replace(scenario, equity_steps=4))
    assert store.drafts.read("town")[1].equity_steps == 4


def put(path, **members):
    """Write a snapshot of a scenario, with some of its members changed."""
    with zipfile.ZipFile(path) as archive:
        old = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, value in {**old, **members}.items():
            archive.writestr(name, value)


@pytest.mark.parametrize("kind", ["format", "later", "fields", "tail", "noise", "gone"])
def test_a_draft_that_is_lost_is_told(store, scenario, caplog, kind):
    """It gave a traceback in the log, and an upload vanished from the list."""
    store.drafts.save("upload:day", scenario)
    (path,) = store.folder.glob("drafts/*/scenario.zip")
    with zipfile.ZipFile(path) as archive:
        document = json.loads(archive.read("scenario.json"))
    if kind == "format":
        put(path, **{"scenario.json": json.dumps({**document, "format": "other/2"})})
    elif kind == "later":
        document["villages"][0]["field_of_a_later_version"] = 1
        put(path, **{"scenario.json": json.dumps(document)})
    elif kind == "fields":
        put(path, **{"scenario.json": '{"name": "x"}'})
    elif kind == "tail":
        path.write_bytes(path.read_bytes()[:-9])
    elif kind == "noise":
        path.write_bytes(b"no zip")
    else:
        path.unlink()
    catalog = Catalog(store.folder / "data", store.folder)
    assert store.drafts.read("upload:day") is None
    assert store.drafts.is_lost("upload:day")
    assert "Traceback" not in caplog.text
    assert kind == "gone" or caplog.text.count("draft") >= 1
    assert store.drafts.keys() == []
    assert store.drafts.keys(lost=True) == ["upload:day"]
    (entry,) = catalog.entries()
    with pytest.raises(DataError) as caught:
        catalog.load(entry)
    assert "请重新上传文件" in caught.value.text("zh")


def test_a_draft_without_a_readable_head_is_left_alone(store, scenario):
    store.drafts.save("old", scenario)
    next(store.folder.glob("drafts/*/draft.json")).write_bytes(b"no json")
    assert store.drafts.read("old") is None
    assert store.drafts.is_lost("old")
    assert store.drafts.keys() == store.drafts.keys(lost=True) == []


@pytest.mark.parametrize("text", ["a = " + "[" * 99_000, "a = 1\n#" + "x" * 3_000_000])
def test_the_list_stands_settings_that_are_none(tmp_path, text):
    """One hostile folder took the page of all others down."""
    folder = tmp_path / "data" / "odd"
    folder.mkdir(parents=True)
    (folder / "villages.csv").write_text("village_id\n")
    (folder / "scenario.toml").write_text(text)
    (entry,) = Catalog(tmp_path / "data", tmp_path / "jobs").entries()
    assert entry.title == "odd"


def test_lost_edits_are_a_warning_of_the_scenario(store, tmp_path):
    """The files are shown as they are, and the page says that edits are missing."""
    shutil.copytree(HEPING, tmp_path / "data" / "heping")
    catalog = Catalog(tmp_path / "data", store.folder)
    entry = catalog.entry("heping")
    loaded = catalog.load(entry)
    assert not loaded.scenario.warnings
    catalog.store.drafts.save("heping", loaded.scenario)
    assert catalog.load(entry).edited is not None
    next(store.folder.glob("drafts/*/scenario.zip")).write_bytes(b"of another version")
    told = catalog.load(entry)
    assert told.edited is None
    (problem,) = told.scenario.warnings
    assert "另一个版本的程序存的" in problem.text("zh")


def test_a_list_of_many_drafts_reads_each_of_them_once(store, scenario, monkeypatch):
    """Every page lists all drafts, more than scenarios are kept in memory."""
    from dispatch.runs import drafts

    num_read = []
    real = drafts.scenario_from_bytes
    monkeypatch.setattr(
        drafts, "scenario_from_bytes", lambda data: num_read.append(1) or real(data)
    )
    keys = [f"upload:{number:02d}" for number in range(12)]
    for key in keys:
        store.drafts.save(key, scenario)
    for _ in range(3):
        assert store.drafts.keys() == keys
        assert store.drafts.keys(lost=True) == []
    assert len(num_read) == len(keys)
