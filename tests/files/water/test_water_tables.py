"""The tables of the water: read in any place, written back whole, empty to fill in."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from typer.testing import CliRunner

from dispatch.cli.commands import app
from dispatch.files.cells.choices import CHOICES
from dispatch.files.scenario.read import read_scenario, read_scenario_files
from dispatch.files.scenario.snapshot import scenario_from_bytes, scenario_to_bytes
from dispatch.files.scenario.template import example_scenario, write_template
from dispatch.files.scenario.write import write_scenario, write_scenario_xlsx
from dispatch.files.tables.columns import PEOPLE_TABLES, WATER_TABLES, tables
from dispatch.files.water.build import attribute_of
from dispatch.model.digest import digest_of
from tests.files.scenario.scenario_equal import assert_same_scenario
from tests.files.water.networks import networks, water_people
from tests.files.water.tables import DEMO, changed, demo_files, problems_of, read

if TYPE_CHECKING:
    from dispatch.model.water.network import WaterNetwork, WaterPeople

ALL = (*WATER_TABLES, *PEOPLE_TABLES)
#: Columns that are no attribute of the same name.
ELSEWHERE = {
    *("position", "from", "until", "window"),
    *(f"head_{number}_m" for number in (1, 2, 3)),
    *(f"flow_{number}_m3_per_h" for number in (1, 2, 3)),
}


def test_the_demo_has_what_a_township_has() -> None:
    """九观桥水库 for people, fields and works; the rest is counted."""
    scenario = read(demo_files())
    water, people = scenario.water, scenario.water_people
    assert water is not None
    assert people is not None
    reservoir = water.store_by_node["W-JGQ"]
    assert water.node_by_id["W-JGQ"].name == "九观桥水库"
    assert reservoir.reserve_people_m3 == 40_000
    # Two orders: what leaves the main canal feeds the branches.
    branches = {c.canal_id for c in water.canals if c.from_node == "W-J2"}
    assert branches == {"C-Z1", "C-Z3"}
    assert len(water.fields) == 6
    assert {block.village_id[:12] for block in water.fields} == {
        f"430423201{number}" for number in ("003", "218", "219", "221", "201", "224")
    }
    critical = [b for b in water.fields if water.crop_by_key[b.crop, b.stage].critical]
    assert len(critical) == 4
    assert len(water.zones) == 3
    assert len(water.pumps) == 5
    assert [p.pump_id for p in water.pumps if p.return_by] == ["P4", "P5"]
    chain = [lift for lift in water.lifts if lift.to_node == "W-JS"]
    assert [lift.lift_id for lift in chain] == ["L-ST1"]
    assert {lift.lift_id for lift in water.lifts if lift.from_node == "W-JS"} == {
        "L-ST2"
    }
    assert len(water.lifts) == 4
    assert len(people.people) == 12
    assert len(people.doors) == 10


def test_trucks_and_canals_draw_the_same_water_in_the_demo() -> None:
    water = read(demo_files()).water
    assert water is not None
    assert water.source_ids == {"SRC-JGQ", "SRC-XCS", "SRC-XJ"}


def test_every_field_has_a_column_and_every_column_a_field() -> None:
    scenario = read(demo_files())
    for name in ALL:
        holder = scenario.water_people if name in PEOPLE_TABLES else scenario.water
        item = getattr(holder, attribute_of(name))[0]
        names = {field.name for field in dataclasses.fields(item)}
        columns = {column.name for column in tables()[name].columns}
        assert columns - ELSEWHERE <= names, name
        assert names - columns <= {
            *("curve", "starts", "ends", "while_flowing", "windows"),
            *("starts_on", "ends_on"),
        }, name


@given(networks(), water_people())
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_network_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    network: WaterNetwork,
    people: WaterPeople,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    named = people if people.people or people.doors else None
    scenario = dataclasses.replace(
        example_scenario(), water=network, water_people=named
    )
    for chinese in (False, True):
        written = write_scenario(
            scenario, folder / str(chinese), chinese_headers=chinese
        )
        assert_same_scenario(read_scenario(written), scenario)
        book = write_scenario_xlsx(
            scenario, folder / f"{chinese}.xlsx", chinese_headers=chinese
        )
        assert_same_scenario(read_scenario(book), scenario)
    kept = read_scenario(written)
    again = scenario_from_bytes(scenario_to_bytes(kept))
    assert_same_scenario(again, scenario)
    assert digest_of(again) == digest_of(kept)


def test_without_tables_there_is_no_water() -> None:
    trucks = {k: v for k, v in demo_files().items() if not k.startswith("water/")}
    scenario = read(trucks)
    assert scenario.water is None
    assert scenario.water_people is None


def test_days_of_trucks_keep_digest_and_bytes() -> None:
    """Plans of before know their day by the digest; kept days are read again."""
    trucks = example_scenario()
    full = read(demo_files())
    data = scenario_to_bytes(trucks)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not {"water.json", "people.json"} & set(archive.namelist())
        assert b'"water' not in archive.read("scenario.json").replace(
            b'"water-dispatch-scenario/1"', b""
        )
    bare = dataclasses.replace(full, water=None, water_people=None)
    assert digest_of(bare) != digest_of(full)


def test_who_is_on_duty_changes_no_plan() -> None:
    full = read(demo_files())
    assert digest_of(dataclasses.replace(full, water_people=None)) == digest_of(full)


def test_persons_are_shown_as_counts_only() -> None:
    """Errors and logs show objects; nobody is named in them."""
    people = read(demo_files()).water_people
    assert repr(people) == "WaterPeople(12 people, 10 doors)"
    with zipfile.ZipFile(io.BytesIO(scenario_to_bytes(read(demo_files())))) as archive:
        assert "值守01" not in archive.read("water.json").decode()
        assert "值守01" in archive.read("people.json").decode()


def test_nodes_in_the_folder_of_the_water_are_no_road_nodes() -> None:
    files = demo_files()
    files = {
        ("water/nodes.csv" if name == "water/water_nodes.csv" else name): data
        for name, data in files.items()
    }
    assert read(files) == read(demo_files())


def test_tables_may_lie_beside_the_others() -> None:
    flat = {Path(name).name: data for name, data in demo_files().items()}
    assert read(flat).water == read(demo_files()).water


def test_a_folder_with_its_water_is_read(tmp_path: Path) -> None:
    for name, data in demo_files().items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    assert read_scenario(tmp_path).water == read(demo_files()).water


def test_a_zip_with_its_water_is_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in demo_files().items():
            archive.writestr(f"yonghe/{name}", data)
    scenario = read_scenario_files({"a.zip": out.getvalue()}, name="x")
    assert scenario.water == read(demo_files()).water


def test_units_of_water_people_write() -> None:
    """6万方, 0.5 m3/s, 1公顷, 30%, 20马力, 5 cm and a pasted position."""
    files = changed(
        ("stores", "W-JGQ", {"stock_m3": "26万方", "loss_m3_per_d": "10 L/s"}),
        ("canals", "C-G1", {"capacity_m3_per_h": "1.5 m3/s", "length_km": "6500米"}),
        ("canals", "C-Z4", {"loss_share": "30%"}),
        ("fields", "F-YH", {"area_mu": "20公顷", "layer_mm": "2.5 cm"}),
        ("fields", "F-ST", {"need_m3_per_mu": "60 mm", "yield_kg_per_mu": "900斤/亩"}),
        ("pumps", "P2", {"power_kw": "20马力", "move_h": "90分钟"}),
        ("water_nodes", "W-J1", {"lat": "北纬27度10分12秒"}),
    )
    water = read(files).water
    assert water is not None
    reservoir = water.store_by_node["W-JGQ"]
    assert (reservoir.stock_m3, reservoir.loss_m3_per_d) == (260_000, 864)
    assert water.canal_by_id["C-G1"].capacity_m3_per_h == 5400
    assert water.canal_by_id["C-G1"].length_km == 6.5
    assert water.canal_by_id["C-Z4"].loss_share == 0.3
    assert water.field_by_id["F-YH"].area_mu == 300
    assert water.field_by_id["F-YH"].layer_mm == 25
    assert water.field_by_id["F-ST"].need_m3_per_mu == pytest.approx(40)
    assert water.field_by_id["F-ST"].yield_kg_per_mu == 450
    assert water.pump_by_id["P2"].power_kw == pytest.approx(14.71)
    assert water.pump_by_id["P2"].move_h == 1.5
    assert water.node_by_id["W-J1"].lat == pytest.approx(27.17)


def test_works_name_columns_in_either_language() -> None:
    files = changed(
        ("works", "K2", {"column": "损失率", "value": "15%"}),
        ("works", "K1", {"column": "状态", "value": "完好"}),
        (
            "works",
            "K4",
            {"object_id": "P4", "column": "归还日期", "value": "2022/9/14"},
        ),
    )
    water = read(files).water
    assert water is not None
    assert {(w.work_id, w.column, w.value) for w in water.works} == {
        ("K1", "state", "ok"),
        ("K2", "loss_share", 0.15),
        ("K3", "max_pumps", 2),
        ("K4", "return_by", "2022-09-14"),
    }


def test_only_people_without_a_network() -> None:
    keep = ("water/people.csv", "water/doors.csv")
    files = {
        name: data
        for name, data in demo_files().items()
        if not name.startswith("water/") or name in keep
    }
    scenario = read(files)
    assert scenario.water is None
    assert scenario.water_people is not None


def test_a_short_text_of_notices_holds_in_both_languages() -> None:
    files = {**demo_files(), "water/notices.toml": b'phone = "120"\n'}
    water = read(files).water
    assert water is not None
    (notice,) = water.notices
    assert (notice.text("zh"), notice.text("en")) == ("120", "120")


@pytest.mark.parametrize("xlsx", [False, True])
def test_the_template_has_every_table(xlsx: bool, tmp_path: Path) -> None:
    path = write_template(tmp_path / "new", xlsx=xlsx, water=True)
    assert_same_scenario(read_scenario(path, strict=True), example_scenario())
    if xlsx:
        sheets = openpyxl.load_workbook(path)
        assert {tables()[name].zh for name in ALL} <= set(sheets.sheetnames)
        guide = "\n".join(str(cell.value) for cell in sheets["说明"]["A"])
        choices = sheets["渠道"].data_validations.dataValidation
        words = [word[0] for word in CHOICES["canal_state"].values()]
        assert [choice.formula1 for choice in choices] == [f'"{",".join(words)}"']
    else:
        files = {file.stem for file in (path / "water").iterdir()}
        assert files == set(ALL)
        guide = (path / "填写说明.md").read_text("utf-8")
        head = (path / "water" / "canals.csv").read_text("utf-8-sig").strip()
        assert head.split(",") == [column.zh for column in tables()["canals"].columns]
    for name in ("canal_id", "layer_mm", "person_id", "jar_l"):
        assert name in guide


@pytest.mark.parametrize("xlsx", [False, True])
def test_the_template_of_trucks_is_as_before(xlsx: bool, tmp_path: Path) -> None:
    path = write_template(tmp_path / "new", xlsx=xlsx)
    if xlsx:
        guide = openpyxl.load_workbook(path)["说明"]["A"]
        assert not any("canal" in str(cell.value) for cell in guide)
    else:
        assert not (path / "water").exists()
        assert "canal_id" not in (path / "填写说明.md").read_text("utf-8")


def test_the_command_writes_the_tables(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["template", str(tmp_path / "t"), "--water"])
    assert result.exit_code == 0
    assert (tmp_path / "t" / "water" / "stores.csv").exists()


def test_rows_filled_in_below_the_header_are_read(tmp_path: Path) -> None:
    path = write_template(tmp_path / "new", water=True)
    columns = tables()["weather"].columns
    row = {"date": "2022-09-06", "et0_mm": "5.5"}
    line = ",".join(row.get(column.name, "") for column in columns)
    with (path / "water" / "weather.csv").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    water = read_scenario(path).water
    assert water is not None
    assert water.weather_by_day[dt.date(2022, 9, 6)].et0_mm == 5.5


@pytest.mark.parametrize("name", [name for name in ALL if name != "notices"])
def test_a_table_without_its_first_column_is_told(name: str) -> None:
    """In all tables, whatever else refers to it."""
    files = demo_files()
    key = f"water/{name}.csv"
    text = files[key].decode()
    head, _, rest = text.partition("\n")
    first = head.split(",")[0]
    files = {**files, key: f"x{head}\n{rest}".encode()}
    missing = [p for p in problems_of(files) if p.message.key == "column_missing"]
    assert [(p.file, p.column) for p in missing] == [(key, first)]


def test_every_kind_of_choice_is_used_and_has_both_languages() -> None:
    kinds = {column.kind for name in ALL for column in tables()[name].columns}
    assert set(CHOICES) <= kinds
    for words in CHOICES.values():
        everything = [word for each in words.values() for word in each]
        assert len(everything) == len(set(everything))
        assert not set(everything) & set(words)


def test_the_demo_lies_in_its_own_folder() -> None:
    assert {path.stem for path in (DEMO / "water").iterdir()} == set(ALL)
