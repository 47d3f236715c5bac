"""The column dictionary: one truth for reader, docs and template."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from dispatch.files.cells.parse import UNITS
from dispatch.files.docs import data_docs
from dispatch.files.tables.columns import OBJECT_TABLES, header_key, table_of, tables
from dispatch.model.scenario import Depot, Source, Truck, Village

ROOT = Path(__file__).parents[3]


def test_the_docs_are_up_to_date() -> None:
    """Else run: python -m dispatch.files.docs."""
    assert (ROOT / "docs" / "DATA.md").read_text("utf-8") == data_docs()


def test_every_header_finds_its_own_column() -> None:
    for table in tables().values():
        for column in table.columns:
            for header in (column.name, column.zh, column.name.upper()):
                found = table.find(header)
                assert found is not None
                assert found[0] is column


def test_every_alias_means_something() -> None:
    for table in tables().values():
        for column in table.columns:
            for alias in column.aliases:
                assert table.find(alias) is not None


def test_every_column_says_what_it_means_and_what_empty_means() -> None:
    for table in tables().values():
        for column in table.columns:
            assert column.zh
            assert column.meaning_zh
            assert column.meaning_en
            assert column.required != bool(column.empty)


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("载水量（吨）", "capacity_l", "吨"),
        ("载水量(m³)", "capacity_l", "m3"),
        ("Capacity [t]", "capacity_l", "t"),
        ("容量/吨", "capacity_l", "吨"),
        (" Truck ID ", "truck_id", ""),
        ("车牌号*", "plate", ""),
    ],
)
def test_headers_with_units(header: str, name: str, unit: str) -> None:
    found = tables()["trucks"].find(header)
    assert found is not None
    assert (found[0].name, found[1]) == (name, unit)


def test_every_unit_of_the_docs_is_understood() -> None:
    for table in tables().values():
        for column in table.columns:
            if column.kind in ("litres_down", "litres_up") and table.name != "scenario":
                assert column.unit.split("/")[0].casefold() in UNITS[column.kind]


def test_sheet_names() -> None:
    for name in ("villages", "村庄", "Villages", " 村庄 "):
        table = table_of(name)
        assert table is not None
        assert table.name == "villages"
    assert table_of("草稿") is None


def test_domain_fields_and_columns_agree() -> None:
    """A field without a column could never be read."""
    classes = {"villages": Village, "sources": Source, "depots": Depot, "trucks": Truck}
    elsewhere = {"windows", "break_window", "shift_start_s", "shift_end_s"}
    elsewhere |= {"piped_l"}  # what the plan of all the water says
    for name in OBJECT_TABLES:
        fields = {field.name for field in dataclasses.fields(classes[name])}
        columns = {column.name for column in tables()[name].columns}
        assert fields - elsewhere <= columns
        assert columns - fields <= {
            *("open_from", "open_until", "shift_start", "shift_end"),
            *("break_from", "break_until", "position"),
        }


def test_contract_columns_are_all_there() -> None:
    """The columns that docs/DATA.md promises, table by table."""
    contract = {
        "villages": "village_id name lat lon population vulnerable_people cattle pigs "
        "sheep poultry facility_l storage_l stock_l open_from open_until max_gross_t "
        "max_width_m max_visits",
        "sources": "source_id name kind lat lon supply_l fill_rate_l_per_min bays "
        "open_from open_until potable stock_l inflow_l_per_h",
        "depots": "depot_id name lat lon",
        "trucks": "truck_id plate capacity_l depot_id shift_start shift_end "
        "unload_rate_l_per_min gross_t width_m potable speed_factor break_s break_from "
        "break_until driver phone cost_per_km",
    }
    for name, columns in contract.items():
        assert set(columns.split()) <= {c.name for c in tables()[name].columns}


def test_header_key_ignores_how_a_header_is_written() -> None:
    assert (
        header_key("Village_ID")
        == header_key("village id")
        == header_key("ｖillage-id")
    )
