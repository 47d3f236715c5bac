"""What is written reads back the same: folders, workbooks, editor tables."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.errors import DataError, DispatchError
from dispatch.files.cells.parse import CellError, is_blank, parse_text
from dispatch.files.scenario.editing import scenario_from_tables, scenario_tables
from dispatch.files.scenario.read import read_scenario
from dispatch.files.scenario.template import example_scenario, write_template
from dispatch.files.scenario.write import write_scenario, write_scenario_xlsx
from dispatch.model.scenario import (
    Depot,
    NeedStandard,
    Scenario,
    Source,
    TimeWindow,
    Truck,
    Village,
)
from dispatch.model.travel import TravelTable
from tests.files.scenario.scenario_equal import assert_same_scenario

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "scenarios"
SCENARIOS = [ROOT / "data" / "yonghe", ROOT / "data" / "heping"]


@pytest.fixture(params=["yonghe", "heping", "full-24"])
def scenario(request: pytest.FixtureRequest) -> Scenario:
    if request.param == "full-24":
        if not SHARED.is_dir():
            pytest.skip("the shared scenarios are not beside this checkout")
        return read_scenario(SHARED / request.param)
    return read_scenario(ROOT / "data" / request.param)


@pytest.mark.parametrize("chinese", [False, True])
def test_folder(scenario: Scenario, chinese: bool, tmp_path: Path) -> None:
    folder = write_scenario(
        scenario, tmp_path / "copy", chinese_headers=chinese, bom=chinese
    )
    assert_same_scenario(read_scenario(folder), scenario)


@pytest.mark.parametrize("chinese", [False, True])
def test_workbook(scenario: Scenario, chinese: bool, tmp_path: Path) -> None:
    path = write_scenario_xlsx(scenario, tmp_path / "a.xlsx", chinese_headers=chinese)
    assert_same_scenario(read_scenario(path), scenario)


def test_editor_tables(scenario: Scenario) -> None:
    again = scenario_from_tables(scenario_tables(scenario), base=scenario)
    assert_same_scenario(again, scenario)


LABELS = st.text(
    st.characters(categories=["L", "N"], max_codepoint=0xFFFF), min_size=1, max_size=8
).map(lambda text: f"v{text}")


def is_readable(text: str) -> bool:
    """Whether a text means itself: `无` means nothing, `#VALUE!` a failed formula."""
    try:
        return parse_text(text) == "" or not is_blank(text)
    except CellError:
        return False


TEXTS = st.text(
    st.characters(categories=["L", "N", "P", "S"], max_codepoint=0x2FFFF), max_size=12
).filter(is_readable)
AMOUNTS = st.integers(0, 10**8)
LIMITS = st.none() | st.integers(5, 2000).map(lambda cm: cm / 10)


@st.composite
def windows(draw: st.DrawFn) -> tuple[TimeWindow, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1400), max_size=4)))
    return tuple(
        TimeWindow(early * 60, late * 60)
        for early, late in zip(edges[::2], edges[1::2], strict=False)
    )


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    labels = draw(st.lists(LABELS, min_size=1, max_size=4, unique_by=str.casefold))
    coordinate = st.floats(20, 40, allow_nan=False).map(lambda x: round(x, 6))
    villages = tuple(
        Village(
            village_id=label,
            name=draw(TEXTS).strip() or label,
            lat=draw(coordinate),
            # A workbook keeps 16 digits of a number.
            lon=round(draw(coordinate) + 80, 6),
            population=draw(AMOUNTS),
            pigs=draw(AMOUNTS),
            storage_l=draw(st.none() | AMOUNTS),
            stock_l=draw(AMOUNTS),
            windows=draw(windows()),
            max_gross_t=draw(LIMITS.filter(lambda x: x is None or x <= 200)),
            max_visits=draw(st.none() | st.integers(0, 99)),
            phone=draw(TEXTS).strip(),
        )
        for label in labels
    )
    num_places = 2 + len(villages)
    seconds = np.array(
        draw(
            st.lists(
                st.integers(-1, 9999), min_size=num_places**2, max_size=num_places**2
            )
        )
    ).reshape(num_places, num_places)
    np.fill_diagonal(seconds, 0)
    base = example_scenario()
    depot: Depot = dataclasses.replace(base.depots[0], depot_id="depot")
    source: Source = dataclasses.replace(base.sources[0], source_id="source")
    kept_away = tuple(draw(st.lists(st.sampled_from(labels), unique=True)))
    truck: Truck = dataclasses.replace(
        base.trucks[0], depot_id="depot", not_to=kept_away
    )
    return Scenario(
        name=draw(TEXTS).strip() or "x",
        date=draw(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1))),
        villages=villages,
        sources=(source,),
        depots=(depot,),
        trucks=(truck,),
        need=NeedStandard(normal_l_per_person=draw(st.integers(20, 90)) + 0.5),
        travel_table=TravelTable(
            place_ids=("depot", "source", *labels), seconds=seconds
        ),
    )


@given(scenarios())
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_scenario_comes_back(
    tmp_path_factory: pytest.TempPathFactory, scenario: Scenario
) -> None:
    folder = tmp_path_factory.mktemp("any")
    assert_same_scenario(
        read_scenario(write_scenario(scenario, folder / "s")), scenario
    )
    book = write_scenario_xlsx(scenario, folder / "s.xlsx")
    assert_same_scenario(read_scenario(book), scenario)
    tables = scenario_tables(scenario)
    assert_same_scenario(scenario_from_tables(tables, base=scenario), scenario)


def test_an_edit_is_taken_over() -> None:
    base = read_scenario(SCENARIOS[0])
    tables = scenario_tables(base)
    tables["villages"].loc[0, "population"] = 999
    tables["trucks"].loc[0, "capacity_l"] = 3500
    edited = scenario_from_tables(tables, base=base)
    assert edited.villages[0].population == 999
    assert edited.trucks[0].capacity_l == 3500
    assert edited.roads == base.roads
    assert edited.villages[1:] == base.villages[1:]


def test_a_wrong_edit_names_table_row_and_column() -> None:
    base = read_scenario(SCENARIOS[0])
    tables = scenario_tables(base)
    tables["villages"] = tables["villages"].astype(object)
    tables["villages"].loc[2, "population"] = "3.5t"
    tables["villages"].loc[3, "village_id"] = tables["villages"].loc[0, "village_id"]
    with pytest.raises(DataError) as caught:
        scenario_from_tables(tables, base=base)
    assert "villages, row 4, population = 3.5t" in str(caught.value)
    assert "villages, row 5, village_id" in str(caught.value)


def with_table(base: Scenario) -> Scenario:
    num = len(base.place_ids)
    seconds = np.ones((num, num), dtype=np.int64)
    np.fill_diagonal(seconds, 0)
    table = TravelTable(place_ids=base.place_ids, seconds=seconds)
    return dataclasses.replace(base, travel_table=table)


def test_a_new_village_without_travel_times_is_told() -> None:
    base = with_table(example_scenario())
    tables = scenario_tables(base)
    new = tables["villages"].iloc[[0]].assign(village_id="V9")
    tables["villages"] = pd.concat([tables["villages"], new], ignore_index=True)
    with pytest.raises(DataError, match=r"row 4, village_id = V9: the travel table"):
        scenario_from_tables(tables, base=base)


def test_a_village_taken_away_leaves_the_travel_table() -> None:
    base = with_table(example_scenario())
    tables = scenario_tables(base)
    tables["villages"] = tables["villages"].iloc[1:]
    edited = scenario_from_tables(tables, base=base)
    assert edited.travel_table is not None
    assert edited.travel_table.place_ids == ("D1", "S1", "002")


def test_a_moved_village_with_old_travel_times_is_a_warning() -> None:
    base = with_table(example_scenario())
    tables = scenario_tables(base)
    tables["villages"].loc[0, "lat"] += 0.01
    edited = scenario_from_tables(tables, base=base)
    assert "the place moved by 1112 m" in str(edited.warnings[0])


def test_blank_rows_of_the_editor_are_passed_over() -> None:
    base = example_scenario()
    tables = scenario_tables(base)
    tables["villages"] = tables["villages"].astype(object)
    tables["villages"].loc[2] = [None] * len(tables["villages"].columns)
    assert len(scenario_from_tables(tables, base=base).villages) == 2


@pytest.mark.parametrize("xlsx", [False, True])
def test_template_reads_back_without_a_warning(xlsx: bool, tmp_path: Path) -> None:
    path = write_template(tmp_path / "new", xlsx=xlsx)
    scenario = read_scenario(path, strict=True)
    assert_same_scenario(scenario, example_scenario())


def test_template_explains_every_column(tmp_path: Path) -> None:
    guide = (write_template(tmp_path / "new") / "填写说明.md").read_text("utf-8")
    for name in ("village_id", "载水量", "need_l_per_person.survival", "one_way"):
        assert name in guide


@pytest.mark.parametrize("xlsx", [False, True])
def test_nothing_is_overwritten(xlsx: bool, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(DispatchError, match="not empty"):
        write_template(tmp_path, xlsx=xlsx)
    with pytest.raises(DispatchError, match="not empty"):
        write_scenario(example_scenario(), tmp_path)


def test_a_new_id_typed_into_the_workbook_stays_text(tmp_path: Path) -> None:
    """Else Excel turns 003 into 3 in the row below the examples."""
    path = write_template(tmp_path / "new", xlsx=True)
    sheet = openpyxl.load_workbook(path)["村庄"]
    assert sheet.column_dimensions["A"].style
    assert sheet["A2"].number_format == "@"
    trucks = openpyxl.load_workbook(path)["车辆"]
    choices = trucks.data_validations.dataValidation
    assert [choice.formula1 for choice in choices] == ['"是,否"'] * 2
