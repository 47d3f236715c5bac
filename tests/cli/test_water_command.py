"""``dispatch water``: the demo planned, checked and written; what cannot be planned."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dispatch.check.rules import check_plan
from dispatch.check.water.rules import check_water_plan
from dispatch.cli import water
from dispatch.cli.commands import app
from dispatch.files.plan.plan_json import read_plan
from dispatch.files.scenario.read import read_scenario
from dispatch.files.water.plan_file import read_water_plan
from dispatch.planning.piped import truck_fills_m3, with_piped_l
from dispatch.roads.travel import travel_matrix

DEMO = Path(__file__).parents[2] / "data" / "yonghe"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("water")
    result = CliRunner().invoke(
        app, ["water", str(DEMO), "--days", "3", "--out", str(out), "--lang", "en"]
    )
    assert result.exit_code == 0, result.output
    assert "Releases" in result.output
    assert "Harvest lost" in result.output
    return out


def test_what_is_written_keeps_the_rules(folder: Path) -> None:
    scenario = read_scenario(DEMO)
    plan = read_water_plan(folder)
    assert plan.num_days == 3
    trucks = read_plan(folder / "trucks.json", scenario=scenario)
    taken = truck_fills_m3(trucks, 3)
    assert check_water_plan(scenario, plan, taken_m3=taken) == []
    with_taps = with_piped_l(scenario, trucks.piped_l)
    assert check_plan(with_taps, travel_matrix(with_taps), trucks) == []
    names = {path.name for path in (folder / "water").iterdir()}
    assert {"releases.csv", "zone_days.csv", "field_days.csv", "goals.csv"} <= names


def test_what_is_written_is_checked_by_the_command(
    folder: Path, tmp_path: Path
) -> None:
    command = ["check", str(DEMO), str(folder), "--lang", "en"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "every rule is kept" in result.output
    text = (folder / "water.json").read_text("utf-8")
    document = json.loads(text)
    document["stores"][0]["end_m3"] += 500
    (tmp_path / "water.json").write_text(json.dumps(document), "utf-8")
    shutil.copy(folder / "trucks.json", tmp_path)
    command = ["check", str(DEMO), str(tmp_path / "water.json"), "--lang", "en"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 3
    assert "must not be used" in result.output


def test_nobody_is_named(folder: Path) -> None:
    """Persons and households are on their own lists only."""
    people = read_scenario(DEMO).water_people
    assert people is not None
    texts = "".join(
        path.read_text("utf-8", errors="replace")
        for path in folder.rglob("*")
        if path.is_file() and "personal" not in path.parts
    )
    for person in people.people:
        assert person.name not in texts
        assert person.phone not in texts
    for door in people.doors:
        assert f'"{door.household_id}"' not in texts
    assert {path.name for path in (folder / "personal").iterdir()} >= {
        "duty.xlsx",
        "water-duty.pdf",
    }


def test_all_files_are_there(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert {"water.json", "water.xlsx", "water.html", "water-notices.pdf"} <= names
    document = json.loads((folder / "water.json").read_text("utf-8"))
    for key in ("releases", "turns", "pump_places", "slots", "duty", "rounds"):
        assert isinstance(document[key], list), key
    assert document["slots"]
    assert document["notices"]
    assert document["form"]


def test_a_given_plan_of_trucks_is_not_planned_again(
    folder: Path, tmp_path: Path
) -> None:
    result = CliRunner().invoke(
        app,
        [
            *("water", str(DEMO), "--days", "1", "--out", str(tmp_path)),
            *("--trucks", str(folder / "trucks.json"), "--turns", "free"),
        ],
    )
    assert result.exit_code == 0, result.output
    assert not (tmp_path / "trucks.json").exists()
    plan = read_water_plan(tmp_path)
    assert sum(store.trucks_m3 for store in plan.stores) > 0


def test_a_day_of_trucks_only_is_no_water(tmp_path: Path) -> None:
    copy = tmp_path / "trucks"
    shutil.copytree(DEMO, copy)
    shutil.rmtree(copy / "water")
    out = str(tmp_path / "out")
    result = CliRunner().invoke(app, ["water", str(copy), "--out", out, "--lang", "en"])
    assert result.exit_code == 3
    assert "template" in result.output


def test_bad_input_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["water", str(tmp_path / "none")])
    assert result.exit_code == 2


def test_a_plan_that_breaks_a_rule_is_kept_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    plan_township = water.plan_township

    def broken(*args: object, **kwargs: object) -> object:
        township = plan_township(*args, **kwargs)  # type: ignore[arg-type]  # as they come
        planned = township.water
        plan = replace(planned.dispatch.plan, stores=())
        found = tuple(check_water_plan(planned.scenario, plan))
        dispatch = replace(planned.dispatch, plan=plan)
        return township._replace(
            water=replace(planned, dispatch=dispatch, violations=found)
        )

    monkeypatch.setattr(water, "plan_township", broken)
    result = CliRunner().invoke(
        app, ["water", str(DEMO), "--days", "1", "--out", str(tmp_path)]
    )
    assert result.exit_code == 3
    assert (tmp_path / water.REJECTED).is_file()
    assert not (tmp_path / "water.json").exists()
