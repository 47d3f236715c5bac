"""A tick takes a truck, village or source out of the day; its row stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from dispatch import check_plan, read_scenario, travel_matrix
from dispatch.cli import app
from dispatch.errors import DataError
from dispatch.files.scenario.editing import scenario_from_tables, scenario_tables
from dispatch.files.scenario.write import write_scenario
from dispatch.maps.palette import truck_signs
from dispatch.model.letters import with_letters
from dispatch.planning.day import prepare_day
from tests.cases.field_days import PARAMS, TRUCKS, litres, road_day, solved
from tests.planning.replanning import replan

HEAD = TRUCKS.splitlines()[0]
ROW = TRUCKS.splitlines()[1]


def trucks(*ids: str, resting: tuple[str, ...] = (), column: str = "停用") -> str:
    rows = [
        ROW.replace("T1", label) + (",是" if label in resting else ",") for label in ids
    ]
    return "\n".join([f"{HEAD},{column}", *rows]) + "\n"


@pytest.mark.parametrize("column", ["停用", "out_of_service", "不出车"])
def test_a_truck_out_of_service_is_in_the_table_and_in_no_plan(
    tmp_path, column
) -> None:
    table = trucks("T1", "T2", "T3", resting=("T2",), column=column)
    scene = road_day(tmp_path / "d", trucks=table, population=4_000)
    assert [truck.truck_id for truck in scene.trucks] == ["T1", "T3"]
    assert [truck.truck_id for truck in scene.all_trucks] == ["T1", "T2", "T3"]
    used = {route.truck_id for route in solved(scene).routes if route.num_trips}
    assert used == {"T1", "T3"}
    # Out and in again, as the editor and files do it: the row keeps its place.
    tables = scenario_tables(scene)
    assert list(tables["trucks"]["out_of_service"]) == [False, True, False]
    back = tables["trucks"].assign(out_of_service=[True, False, False])
    other = scenario_from_tables({"trucks": back}, base=scene)
    assert [truck.truck_id for truck in other.trucks] == ["T2", "T3"]
    assert [truck.truck_id for truck in other.all_trucks] == ["T1", "T2", "T3"]
    write_scenario(other, tmp_path / "again")
    again = read_scenario(tmp_path / "again")
    assert again.all_trucks == other.all_trucks
    assert again.resting == other.resting


def test_a_plan_that_sends_it_out_is_told(tmp_path) -> None:
    both = road_day(tmp_path / "d", trucks=trucks("T1", "T2"), population=4_000)
    tables = scenario_tables(both)
    rest = tables["trucks"].assign(out_of_service=[False, True])
    scene = scenario_from_tables({"trucks": rest}, base=both)
    told = check_plan(scene, travel_matrix(scene), solved(both))
    assert (12, "T2", "the truck is out of service") in {
        (violation.rule, violation.truck_id, str(violation.message))
        for violation in told
    }


def test_the_last_truck_cannot_be_taken_out(tmp_path) -> None:
    with pytest.raises(DataError) as caught:
        road_day(tmp_path / "d", trucks=trucks("T1", "T2", resting=("T1", "T2")))
    (problem,) = caught.value.problems
    assert "标了“停用”" in problem.message.text("zh")


def test_villages_and_sources_rest_too(tmp_path) -> None:
    scene = road_day(tmp_path / "d")
    tables = scenario_tables(scene)
    for name, column in (("villages", "village_id"), ("sources", "source_id")):
        frame = tables[name]
        second = frame.assign(**{column: f"{name}2", "out_of_service": True})
        tables[name] = type(frame)(
            {key: [*second[key], *frame[key]] for key in frame.columns}
        )
    found = scenario_from_tables(tables, base=scene)
    assert [village.village_id for village in found.villages] == ["V1"]
    assert [source.source_id for source in found.all_sources] == ["sources2", "S1"]
    assert litres(solved(found)) == 3_500
    write_scenario(found, tmp_path / "again")
    assert read_scenario(tmp_path / "again").resting == found.resting


def test_a_truck_taken_out_at_noon_keeps_what_it_has_done(tmp_path) -> None:
    """The morning's trips stand; the others bring what it would have brought."""
    both = road_day(tmp_path / "d", trucks=trucks("T1", "T2"), population=3_000)
    previous = solved(both)
    tables = scenario_tables(both)
    rest = tables["trucks"].assign(out_of_service=[False, True])
    scene = scenario_from_tables({"trucks": rest}, base=both)
    day = prepare_day(scene, previous=previous, now_s=36_000)
    found = replan(day.scenario, day.travel, previous, PARAMS, now_s=36_000)
    assert found.broken.to_come == []
    assert found.broken.past == []
    before = [stop for stop in previous.routes[1].stops if stop.end_s < 36_000]
    assert before
    kept = next(route for route in found.plan.routes if route.truck_id == "T2")
    assert kept.stops[: len(before)] == tuple(before)
    later = [
        stop
        for route in found.plan.routes
        if route.truck_id == "T2"
        for stop in route.stops
        if stop.kind == "fill" and stop.start_s >= 36_000
    ]
    assert later == []


def letters(scene) -> dict[str, str]:
    return {label: sign.letter for label, sign in truck_signs(scene).items()}


def test_letters_do_not_shift(tmp_path) -> None:
    """T5 was E, and became D when T4 was taken out."""
    ids = ("T1", "T4", "T5")
    scene = road_day(tmp_path / "d", trucks=trucks(*ids))
    assert letters(scene) == {"T1": "A", "T4": "D", "T5": "E"}
    resting = road_day(tmp_path / "r", trucks=trucks(*ids, resting=("T4",)))
    assert letters(resting) == letters(scene)
    gone = road_day(tmp_path / "g", trucks=trucks("T1", "T5"))
    assert letters(gone)["T5"] == "E"
    assert truck_signs(gone)["T5"].colour == truck_signs(scene)["T5"].colour


def test_letters_of_plates_are_kept_by_the_table(tmp_path) -> None:
    """Plates have no number of their own: the editor writes down what they had."""
    scene = road_day(tmp_path / "d", trucks=trucks("甲", "乙", "丙"))
    assert letters(scene) == {"甲": "A", "乙": "B", "丙": "C"}
    base = with_letters(scene)
    frame = scenario_tables(base)["trucks"]
    left = frame[frame["truck_id"] != "乙"].reset_index(drop=True)
    fewer = scenario_from_tables({"trucks": left}, base=base)
    assert letters(fewer) == {"甲": "A", "丙": "C"}
    # A new truck takes a letter that is free, never one of another's.
    new = replace(scene.trucks[0], truck_id="丁", letter="")
    more = replace(fewer, trucks=(*fewer.trucks, new))
    assert letters(more) == {"甲": "A", "丙": "C", "丁": "B"}


def test_the_command_line_leaves_it_out(tmp_path) -> None:
    road_day(tmp_path / "d", trucks=trucks("T1", "T2", resting=("T1",)))
    options = ["--out", str(tmp_path / "o"), "--iterations", "50", "--workers", "1"]
    result = CliRunner().invoke(app, ["plan", str(tmp_path / "d"), *options])
    assert result.exit_code == 0, result.output
    visits = (tmp_path / "o" / "visits.csv").read_text("utf-8-sig")
    assert "T2" in visits
    assert "T1" not in visits
    assert "停用，没有编入方案：T1" in result.stdout
