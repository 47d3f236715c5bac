"""A store with a day to plan; and folders of runs as they were before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dispatch.day.opening import import_scenario
from dispatch.files.scenario.read import read_scenario
from dispatch.runs import queue
from dispatch.runs.contracts_of_folders import Request
from dispatch.runs.queue_of_folders import JobStore
from tests.web.conftest import plan, scenario, solve, travel

__all__ = ["plan", "scenario", "solve", "travel"]

HEPING = Path(__file__).parents[2] / "data" / "heping"
CODE = "430408"


@pytest.fixture
def town(db, monkeypatch):
    """Give a store, the date of its open day, a morning hour; no worker starts."""
    kept = read_scenario(HEPING)
    at = dt.datetime.combine(kept.date, dt.time(6))
    import_scenario(db, CODE, kept, who="test", at=at)
    monkeypatch.setattr(queue, "spawn_worker", lambda db: None)
    return db, kept.date, at


@pytest.fixture
def store(tmp_path):
    return JobStore(tmp_path / "jobs")


@pytest.fixture
def request_of(scenario):
    return Request(scenario_key="town", scenario_name="小镇", digest="x")


@pytest.fixture
def job(store, scenario, request_of):
    return store.create(scenario, request_of)
