"""A store with a day to plan; and a folder of edits as there was before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import pytest

from dispatch.day.opening import import_scenario
from dispatch.files.scenario.read import read_scenario
from dispatch.runs import queue
from dispatch.runs.drafts import Drafts
from tests.web.conftest import scenario

__all__ = ["scenario"]

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


class Kept(NamedTuple):
    """What a version without a store kept in a folder."""

    folder: Path
    drafts: Drafts


@pytest.fixture
def store(tmp_path):
    return Kept(tmp_path / "jobs", Drafts(tmp_path / "jobs" / "drafts"))
