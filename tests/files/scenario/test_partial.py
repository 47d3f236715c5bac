"""One table brought into a day: it replaces or adds, and all else stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.errors import DataError
from dispatch.files.scenario.partial import scenario_with_tables
from dispatch.files.scenario.read import read_scenario

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="module")
def base():
    return read_scenario(DATA / "yonghe")


def test_a_table_replaces_its_own_and_no_other(base):
    text = "village_id,name,lat,lon,population\nV1,新村,27.16,112.81,30\n"
    base = replace(base, water=None, water_people=None)
    day, found = scenario_with_tables(base, {"villages.csv": text.encode()})
    assert found == ("villages",)
    assert [village.name for village in day.villages] == ["新村"]
    assert (day.trucks, day.sources, day.date) == (base.trucks, base.sources, base.date)
    assert day.roads is base.roads


def test_villages_of_the_water_are_not_lost_with_a_table(base):
    """Zones, fields and doors of villages that a new table lacks would hang loose."""
    text = "village_id,name,lat,lon,population\nV1,新村,27.16,112.81,30\n"
    with pytest.raises(DataError) as failed:
        scenario_with_tables(base, {"villages.csv": text.encode()})
    told = str(failed.value)
    assert "the tables of the water refer to it" in told
    for village_id in base.water.village_ids | base.water_people.village_ids:
        assert village_id in told


def test_rows_added_change_only_the_columns_that_the_file_has(base):
    """Today's needs of some places: id, people and stock, under Chinese headings."""
    first = base.villages[0]
    text = f"编号,人口,现存水量(吨)\n{first.village_id},{first.population + 7},1.5\n"
    day, _ = scenario_with_tables(base, {"送水点.csv": text.encode()}, adds=True)
    changed = day.villages[0]
    assert (changed.population, changed.stock_l) == (first.population + 7, 1500)
    assert (changed.vulnerable_people, changed.windows, changed.name) == (
        first.vulnerable_people,
        first.windows,
        first.name,
    )
    assert day.villages[1:] == base.villages[1:]


def test_a_new_row_is_added_behind_the_others(base):
    text = "village_id,name,lat,lon,population\nV1,新村,27.16,112.81,30\n"
    day, _ = scenario_with_tables(base, {"villages.csv": text.encode()}, adds=True)
    assert len(day.villages) == len(base.villages) + 1
    assert day.villages[-1].name == "新村"


def test_a_new_row_that_lacks_its_place_is_told(base):
    text = "village_id,population\nV1,30\n"
    with pytest.raises(DataError, match="lat"):
        scenario_with_tables(base, {"villages.csv": text.encode()}, adds=True)


def test_a_file_without_a_table_is_told(base):
    with pytest.raises(DataError):
        scenario_with_tables(base, {"notes.csv": b"a,b\n1,2\n"})
