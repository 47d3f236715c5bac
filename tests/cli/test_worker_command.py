"""`dispatch worker`: the runs of a store in the foreground."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

from dispatch.day.opening import import_scenario
from dispatch.files.scenario.read import read_scenario
from dispatch.runs import queue

ROOT = Path(__file__).parents[2]


def run(address, *words):
    return subprocess.run(
        [sys.executable, "-m", "dispatch.cli", "worker", *words, "--lang", "en"],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": address,
            "DISPATCH_LOG": "json",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_works_until_none_is_left_and_logs(db, monkeypatch):
    monkeypatch.setattr(queue, "spawn_worker", lambda db: None)
    scenario = read_scenario(ROOT / "data" / "heping")
    at = dt.datetime.combine(scenario.date, dt.time(6))
    import_scenario(db, "430408", scenario, who="test", at=at)
    # The rest of a day of which nothing is published: over before a search begins.
    ask = queue.Ask(township="430408", date=scenario.date, now_s=36_000, lang="en")
    queue.ask_plan(db, ask, who="老王", at=at)
    done = run(db.url.render_as_string(hide_password=False), "--once")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    told = queue.latest_run(db, "430408", scenario.date, now=at)
    assert told.state.message == f"no plan of {scenario.date} is published"
    lines = [json.loads(line)["message"] for line in done.stderr.splitlines()]
    assert lines == ["run 1 is taken", "run 1 is over: failed"]


def test_without_a_store_it_says_so(tmp_path):
    done = run(f"sqlite:///{tmp_path / 'none.db'}", "--once")
    assert done.returncode == 2
    assert "there is no store" in done.stderr
