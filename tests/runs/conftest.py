"""A store of runs, and a run of the small township that no worker has started."""

from __future__ import annotations

import pytest

from dispatch.runs.contracts import Request
from dispatch.runs.queue import JobStore
from tests.web.conftest import plan, scenario, solve, travel

__all__ = ["plan", "scenario", "solve", "travel"]


@pytest.fixture
def store(tmp_path):
    return JobStore(tmp_path / "jobs")


@pytest.fixture
def request_of(scenario):
    return Request(scenario_key="town", scenario_name="小镇", digest="x")


@pytest.fixture
def job(store, scenario, request_of):
    return store.create(scenario, request_of)
