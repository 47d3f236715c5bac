"""What is kept of a run comes back, and that of another version breaks no page."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dispatch.check.facts import Violation
from dispatch.check.rules import check_plan
from dispatch.planning.changes import Change
from dispatch.runs.job import Job, Result
from dispatch.runs.worker_of_folders import run
from dispatch.web.finished import finished
from dispatch.words.message import say


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
