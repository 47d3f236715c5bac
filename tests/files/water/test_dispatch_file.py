"""``water.json`` of a whole dispatch, and dispatches as a database keeps them."""

from __future__ import annotations

import json

import pytest

from dispatch.errors import DataError
from dispatch.files.water.dispatch_file import (
    dispatch_from_bytes,
    dispatch_to_bytes,
    dispatch_to_json,
    duty_from_bytes,
    duty_to_bytes,
)
from dispatch.files.water.plan_file import read_water_plan
from dispatch.water.drought_form import drought_form
from dispatch.water.notices import water_notices
from tests.files.water.dispatched import demo


@pytest.fixture(scope="module")
def text() -> str:
    scenario, dispatch, duty = demo()
    notices = water_notices(scenario.water, dispatch)
    form = drought_form(scenario, dispatch, duty)
    return dispatch_to_json(scenario, dispatch, duty, notices, form)


def test_it_is_still_read_as_a_plan(text, tmp_path) -> None:
    path = tmp_path / "water.json"
    path.write_text(text, "utf-8")
    assert read_water_plan(path) == demo()[1].plan


def test_lists_of_what_people_need(text) -> None:
    document = json.loads(text)
    release = document["releases"][0]
    assert (release["canal_id"], release["from"]) == ("C-G1", "2022-09-06T00:00")
    assert release["m3_per_h"] > 700
    slot = next(row for row in document["slots"] if row["zone_id"] == "Z-A")
    assert slot == {
        "zone_id": "Z-A",
        "date": "2022-09-06",
        "from": "2022-09-06T06:00",
        "until": "2022-09-06T08:00",
        "m3": 80.0,
    }
    assert {row["group"] for row in document["turns"]} == {"F-WQ", "F-XY"}
    for turn in document["turns"]:
        assert turn["head_m3"] > turn["field_m3"] > 0 < turn["mu"]
    assert {row["pump_id"] for row in document["pump_places"]} >= {"P3", "P4"}
    assert not document["is_kept"]
    assert document["num_rounds"] == 1
    figures = {row["key"]: row["value"] for row in document["form"]}
    assert figures["trucks"] == 6
    assert {row.get("zone_id") for row in document["notices"]} >= {"Z-A", "Z-B", "Z-C"}


def test_what_cannot_be_kept_is_said(text) -> None:
    unkept = json.loads(text)["unkept"]
    assert {row["what"] for row in unkept} >= {"turn", "watch"}
    turn = next(row for row in unkept if row["what"] == "turn")
    assert (turn["object_id"], turn["reason"]) == ("F-WQ", "time_taken")
    assert turn["missing_m3"] > 0


def test_nobody_is_named_and_no_door_is_told(text) -> None:
    """Posts have persons by id, and rounds go to villages."""
    people = demo()[0].water_people
    assert len(people.people) == 12
    assert len(people.doors) == 10
    secret = [word for p in people.people for word in (p.name, p.phone)]
    secret += [f'"{door.household_id}"' for door in people.doors]
    secret += [p.not_at_night_reason for p in people.people if p.not_at_night_reason]
    assert [word for word in secret if word in text] == []
    document = json.loads(text)
    assert document["duty"][0].keys() == {"post_id", "person_id", "from", "until"}
    keys = {"person_id", "village_id", "date", "from", "until", "litres"}
    assert document["rounds"][0].keys() == keys
    carried = sum(visit.litres for visit in demo()[2].rounds.visits)
    assert sum(row["litres"] for row in document["rounds"]) == carried > 0


def test_without_duty_posts_have_times_alone() -> None:
    scenario, dispatch, _ = demo()
    notices = water_notices(scenario.water, dispatch)
    form = drought_form(scenario, dispatch)
    document = json.loads(dispatch_to_json(scenario, dispatch, None, notices, form))
    assert document["duty"] == document["rounds"] == []
    assert {row["post_id"] for row in document["watches"]} >= {"G-JGQ", "V-A"}


def test_nothing_is_lost_in_a_database() -> None:
    _, dispatch, duty = demo()
    assert dispatch_from_bytes(dispatch_to_bytes(dispatch)) == dispatch
    assert duty_from_bytes(duty_to_bytes(duty)) == duty


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"plan": {"num_days": 99}}'])
def test_bad_content_is_an_error_of_data(content: bytes) -> None:
    with pytest.raises(DataError):
        dispatch_from_bytes(content)


def test_bad_duty_is_told_without_its_content() -> None:
    content = duty_to_bytes(demo()[2]).replace(b'"M0', b'7,"M0', 1)
    with pytest.raises(DataError) as caught:
        duty_from_bytes(content)
    assert "M0" not in str(caught.value)
    broken = duty_to_bytes(demo()[2]).replace(b'"trips":1', b'"trips":"many"', 1)
    with pytest.raises(DataError) as caught:
        duty_from_bytes(broken)
    assert caught.value.problems[0].column.startswith("rounds.visits")
