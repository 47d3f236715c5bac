"""water.json comes back as it was, and says what is wrong with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dispatch.errors import DataError
from dispatch.files.water.plan_file import (
    read_water_plan,
    water_plan_from_json,
    water_plan_to_json,
)
from dispatch.files.water.plan_tables import write_water_plan
from tests.check.water.test_water_rules import planned, township

if TYPE_CHECKING:
    from pathlib import Path


def test_a_plan_comes_back(tmp_path: Path) -> None:
    _, plan = planned()
    written = write_water_plan(township(), plan, tmp_path)
    assert read_water_plan(tmp_path) == plan
    assert (tmp_path / "water.json") in written
    releases = (tmp_path / "water" / "releases.csv").read_text("utf-8-sig")
    lines = releases.splitlines()
    assert lines[0] == "canal_id,name,node,from,until,m3_per_h,m3"
    assert lines[1].startswith("C1,C1,S,2022-09-0")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"format": "other"}, "format"),
        ({"num_days": 99}, None),
        ({"first_day": "soon"}, "first_day"),
        ({"canals": [{"canal_id": "C1"}]}, "canals.0.day"),
        ({"goals": [{"goal": "more"}]}, "goals.0.goal"),
    ],
)
def test_a_bad_plan_is_told(change: dict[str, Any], column: str | None) -> None:
    _, plan = planned()
    document = json.loads(water_plan_to_json(plan)) | change
    with pytest.raises(DataError) as caught:
        water_plan_from_json(json.dumps(document).encode())
    assert column in {problem.column for problem in caught.value.problems}
    for problem in caught.value.problems:
        assert all(problem.text(lang) for lang in ("zh", "en"))


def test_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        read_water_plan(tmp_path)


def test_rows_are_lines() -> None:
    """People look at it, and a change of one row is a change of one line."""
    _, plan = planned()
    text = water_plan_to_json(plan)
    assert text.count("\n  {") >= len(plan.canals) + len(plan.stores)
