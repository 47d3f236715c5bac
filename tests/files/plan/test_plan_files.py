"""plan.json in and out, tables and the workbook of a plan."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.errors import DataError, DispatchError
from dispatch.files.plan.plan_json import plan_from_json, plan_to_json, read_plan
from dispatch.files.plan.workbook import plan_xlsx
from dispatch.files.plan.write import write_plan
from dispatch.files.scenario.read import read_scenario
from dispatch.model.plan import PLAN_FORMAT, Plan
from tests.files.plan.small_plan import TINY, small_plan

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch.model.scenario import Scenario


def test_all_files_are_written_and_nothing_else(tmp_path: Path) -> None:
    plan, scenario, travel = small_plan()
    written = write_plan(plan, scenario, travel, tmp_path / "out")
    names = {str(path.relative_to(tmp_path / "out")) for path in written}
    assert names == {
        "gpx/T1.gpx",
        "kml/T1.kml",
        "plan.json",
        "visits.csv",
        "villages.csv",
        "plan.xlsx",
        "sheets.pdf",
    }
    assert {
        str(path.relative_to(tmp_path / "out"))
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    } == names


def test_the_plan_comes_back(tmp_path: Path) -> None:
    plan, scenario, travel = small_plan()
    write_plan(plan, scenario, travel, tmp_path, sheets=False)
    assert read_plan(tmp_path / "plan.json") == plan


def test_notes_are_kept_as_key_fields_and_text() -> None:
    plan, _, _ = small_plan()
    notes = json.loads(plan_to_json(plan))["notes"]
    assert notes[1]["key"] == "note_load_lost"
    assert notes[1]["fields"]["litres"] == 5
    assert "车辆 T1 从 10:30 起停用" in notes[1]["text"]


@pytest.mark.parametrize(
    ("note", "text"),
    [
        ("promise not kept: truck T 1", "promise not kept: truck T 1"),
        ({"key": "of_a_later_version", "text": "新的"}, "新的"),
        (
            {"key": "note_truck_broken", "fields": {"odd": 1}, "text": "T1 坏了"},
            "T1 坏了",
        ),
    ],
)
def test_a_note_that_is_not_known_keeps_its_text(note: object, text: str) -> None:
    """Notes of earlier and later versions, and of hands, are never lost."""
    plan = plan_from_json(broken("notes", [note]))
    assert [said.text("en") for said in plan.notes] == [text]


def test_plan_json_keeps_the_contract() -> None:
    plan, _, _ = small_plan()
    document = json.loads(plan_to_json(plan))
    assert document["format"] == PLAN_FORMAT == "water-dispatch-plan/1"
    assert document["date"] == "2022-09-06"
    stops = document["routes"][0]["stops"]
    assert stops[0] == {
        "kind": "depart",
        "place_id": "D1",
        "arrive_s": 25200,
        "start_s": 25200,
        "end_s": 25200,
    }
    assert stops[1]["litres"] == 3000
    assert stops[1]["bay"] == 1
    village = document["villages"][0]
    assert set(village) >= {
        "village_id",
        "need_l",
        "served_l",
        "delivered_l",
        "shortage_l",
        "reason",
    }
    assert set(document["totals"]) == {
        "served_l",
        "need_l",
        "delivered_l",
        "driving_s",
        "driving_m",
    }
    assert document["bound"]["gap"] == 0.125


def test_an_edited_plan_may_have_only_routes() -> None:
    scenario = read_scenario(TINY)
    plan = plan_from_json(b'{"routes": [], "my_note": 1}', scenario=scenario)
    assert plan.routes == ()
    assert plan.date == scenario.date
    assert plan.bound is None


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(plan_to_json(small_plan()[0]))
    return found


def broken(change: str, value: object) -> bytes:
    """Return the plan with one value changed, ``change`` being its path."""
    root = document()
    target: Any = root
    *parents, last = [int(k) if k.isdigit() else k for k in change.split(".")]
    for key in parents:
        target = target[key]
    if value is KeyError:
        del target[last]
    else:
        target[last] = value
    return json.dumps(root).encode()


@pytest.mark.parametrize(
    ("change", "value", "part"),
    [
        ("format", "other/2", "format = other/2: must be water-dispatch-plan/1"),
        ("date", "soon", "date = soon: must be a date"),
        ("routes", {}, "routes: must be a list"),
        ("routes", KeyError, "routes: is missing"),
        ("routes.0", 5, "routes[0] = 5"),
        ("routes.0", "T1", "routes[0]"),
        ("routes.0.truck_id", KeyError, "routes[0].truck_id: is missing"),
        ("routes.0.stops.1.litres", -5, "routes[0].stops[1].litres = -5: must be at"),
        ("routes.0.stops.1.litres", "5t", "stops[1].litres = 5t: must be a whole"),
        ("routes.0.stops.1.litres", KeyError, "stops[1].litres: is missing"),
        ("routes.0.stops.1.litres", 1.5, "stops[1].litres = 1.5: must be a whole"),
        ("routes.0.stops.1.litres", True, "stops[1].litres = True"),
        ("routes.0.stops.1.kind", "fly", "kind = fly: must be one of depart, fill"),
        ("routes.0.stops.1.start_s", KeyError, "stops[1].start_s: is missing"),
        ("routes.0.stops.1.end_s", 10**9, "end_s = 1000000000: must be at most"),
        ("routes.0.stops.1.bay", 0, "bay = 0: must be at least 1"),
        ("solver", [], "solver: must be an object"),
        ("solver.status", "great", "solver.status = great: must be one of"),
        ("villages.0.reason", "lazy", "villages[0].reason = lazy"),
        ("villages.0.need_l.basic", "x", "villages[0].need_l.basic = x"),
        ("totals.driving_s", None, None),
        ("notes", "x", "notes = x: must be a list in square brackets"),
    ],
)
def test_a_wrong_value_is_told_with_its_path(
    change: str, value: object, part: str | None
) -> None:
    if part is None:  # null stands for left out
        plan_from_json(broken(change, value))
        return
    with pytest.raises(DataError) as caught:
        plan_from_json(broken(change, value))
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "is no JSON"),
        (b'{"routes": [}', "line 1, column 13"),
        (b'{"routes": [], "routes": []}', "'routes' stands twice"),
        (b'{"routes": [], "seed": NaN}', "NaN is no number"),
        (b"[]", "must be an object"),
        (b"PK\x03\x04", "is not a text file"),
        (b"[" * 100_000, "is no"),
    ],
)
def test_what_is_no_plan_is_told(data: bytes, part: str) -> None:
    with pytest.raises(DataError, match=r"plan\.json") as caught:
        plan_from_json(data)
    assert part in str(caught.value)


def test_two_routes_of_one_truck_are_told() -> None:
    root = document()
    root["routes"].append(root["routes"][0])
    with pytest.raises(DataError, match="truck T1 has two routes"):
        plan_from_json(json.dumps(root).encode())


def test_a_missing_plan_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be opened"):
        read_plan(tmp_path / "plan.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["routes", "stops", "kind", "truck_id", "litres", "villages"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_gives_a_plan_or_sentences(value: object) -> None:
    with contextlib.suppress(DataError):
        assert isinstance(plan_from_json(json.dumps(value).encode()), Plan)


def rows(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "Excel needs the BOM to see UTF-8"
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_visit_table(tmp_path: Path) -> None:
    plan, scenario, travel = small_plan()
    write_plan(plan, scenario, travel, tmp_path, sheets=False)
    table = rows(tmp_path / "visits.csv")
    assert [row["kind"] for row in table] == [
        stop.kind for stop in plan.routes[0].stops
    ]
    fill = table[1]
    assert (fill["trip"], fill["stop"], fill["litres"]) == ("1", "2", "3000")
    assert (fill["arrive"], fill["end"], fill["name"]) == (
        "07:05:00",
        "07:20:00",
        "水厂",
    )
    assert table[0]["litres"] == ""


def test_village_table(tmp_path: Path) -> None:
    plan, scenario, travel = small_plan()
    write_plan(plan, scenario, travel, tmp_path, sheets=False)
    table = rows(tmp_path / "villages.csv")
    assert table[0]["delivered_l"] == "2000"
    assert int(table[0]["need_l"]) - int(table[0]["served_l"]) == int(
        table[0]["shortage_l"]
    )


def test_the_scenarios_own_villages_are_never_overwritten(tmp_path: Path) -> None:
    plan, scenario, travel = small_plan()
    (tmp_path / "scenario.toml").write_text("date = 2022-09-06")
    with pytest.raises(DispatchError, match="is a scenario folder"):
        write_plan(plan, scenario, travel, tmp_path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    plan, scenario, travel = small_plan()
    (tmp_path / "file").write_text("x")
    with pytest.raises(DispatchError, match="cannot be written"):
        write_plan(plan, scenario, travel, tmp_path / "file" / "out")


def hostile() -> Scenario:
    scenario = read_scenario(TINY)
    villages = (
        dataclasses.replace(scenario.villages[0], name="=1+1", contact="@SUM(A1)"),
        dataclasses.replace(scenario.villages[1], name="-cmd|' /C calc'!A0"),
    )
    return dataclasses.replace(scenario, villages=villages, name="=A1&B2")


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    plan, scenario, travel = small_plan(hostile())
    write_plan(plan, scenario, travel, tmp_path, sheets=False)
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row}
    assert "f" not in kinds
    for name in ("visits.csv", "villages.csv"):
        for row in rows(tmp_path / name):
            assert not any(
                value.startswith(("=", "+", "-", "@")) for value in row.values()
            )


def test_workbook_for_people() -> None:
    plan, scenario, _ = small_plan()
    book = openpyxl.load_workbook(io.BytesIO(plan_xlsx(plan, scenario)))
    assert book.sheetnames == ["车辆行程", "村庄覆盖", "水源用量"]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
    coverage = book["村庄覆盖"]
    assert [cell.value for cell in coverage[2]][:3] == ["001", "东村", 100]
    source = [cell.value for cell in book["水源用量"][2]]
    assert source[5:8] == [3000, 57000, 1]


def test_the_same_plan_gives_the_same_workbook() -> None:
    plan, scenario, _ = small_plan()
    assert plan_xlsx(plan, scenario) == plan_xlsx(plan, scenario)
    book = openpyxl.load_workbook(io.BytesIO(plan_xlsx(plan, scenario)))
    assert book.properties.created == dt.datetime(2022, 9, 6)
