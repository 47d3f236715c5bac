"""docs/plan.schema.json: what we write keeps it, what breaks it is not read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dispatch.errors import DataError
from dispatch.files.docs import schema_docs
from dispatch.files.plan.document import BandLitres, PlanDocument
from dispatch.files.plan.plan_json import plan_from_json, plan_to_json, read_plan
from dispatch.files.scenario.read import read_scenario
from dispatch.model.need import BANDS
from dispatch.model.plan import Plan, StopKind
from dispatch.roads.travel import travel_matrix
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from tests.files.plan.small_plan import small_plan

ROOT = Path(__file__).parents[3]
SCHEMA = ROOT / "docs" / "plan.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


def wrong(plan: Plan) -> list[str]:
    document = json.loads(plan_to_json(plan))
    return [error.json_path for error in VALIDATOR.iter_errors(document)]


def test_the_schema_is_up_to_date() -> None:
    """Else run: python -m dispatch.files.docs."""
    assert SCHEMA.read_text("utf-8") == schema_docs()
    Draft202012Validator.check_schema(json.loads(schema_docs()))


@pytest.mark.parametrize("name", ["yonghe", "heping"])
def test_plans_of_the_demos_keep_the_schema(name: str) -> None:
    scenario = read_scenario(ROOT / "data" / name)
    params = SolveParams(iterations=20)
    plan = solve(scenario, travel_matrix(scenario), params, seed=1).plan
    assert plan is not None
    assert plan.bound is not None
    assert wrong(plan) == []
    again = plan_from_json(plan_to_json(plan).encode())
    assert again.routes == plan.routes
    assert plan_to_json(again) == plan_to_json(plan)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests" / "cases").rglob("*plan.json")), ids=str
)
def test_plans_made_by_hand_keep_the_schema(path: Path) -> None:
    assert wrong(read_plan(path)) == []


def test_all_that_a_plan_can_hold_is_in_the_schema() -> None:
    assert wrong(small_plan()[0]) == []
    assert tuple(BandLitres.model_fields) == BANDS
    kinds = VALIDATOR.schema["$defs"]["StopPart"]["properties"]["kind"]["enum"]
    assert tuple(kinds) == get_args(StopKind)
    assert set(json.loads(plan_to_json(small_plan()[0]))) <= set(
        PlanDocument.model_fields
    )


#: Values of one place in a document: some that fit, many that do not.
VALUES = (
    st.sampled_from(["", "T1", "fill", "fly", "2022-09-06", "water-dispatch-plan/1"])
    | st.integers(-2, 200_000)
    | st.sampled_from([10**13, 2**70, 1.5, 1e30, True, [], {}])
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    found = [path] if path else []
    for key, inside in items:
        found += places(inside, (*path, key))
    return found


DOCUMENT = plan_to_json(small_plan()[0])
PLACES = [p for p in places(json.loads(DOCUMENT)) if "fields" not in p]


@given(st.sampled_from(PLACES), VALUES)
@settings(max_examples=400, deadline=None)
def test_what_keeps_the_schema_is_read(place: tuple[Any, ...], value: Any) -> None:
    """And what breaks it is refused, but for what PLAN.md says is read as well."""
    document: Any = json.loads(DOCUMENT)
    target = document
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    keeps_it = VALIDATOR.is_valid(document)
    try:
        plan_from_json(json.dumps(document).encode())
    except DataError as error:
        texts = error.text("en") + error.text("zh")
        assert "no usable JSON" not in texts  # a sentence of ours for every kind
        # A filling without litres, a date that is none: no schema tells.
        assert not keeps_it or place[-1] in ("date", "kind")
    else:
        is_plain_id = isinstance(value, int) and not isinstance(value, bool)
        assert keeps_it or is_plain_id or "notes" in place
