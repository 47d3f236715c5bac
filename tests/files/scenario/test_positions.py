"""Datums per file, pasted positions and transfer points, as they stand in files."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dispatch.errors import DataError
from dispatch.files.scenario.read import read_scenario
from dispatch.files.scenario.write import write_scenario, write_scenario_xlsx
from dispatch.geo.datum import from_wgs84, to_wgs84
from tests.files.scenario.scenario_equal import assert_same_scenario

if TYPE_CHECKING:
    from dispatch.model.scenario import Datum

ROOT = Path(__file__).parents[3]
TINY = ROOT / "tests" / "data" / "tiny"
HEAD = "village_id,name,population"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "s"))


def villages(folder: Path, columns: str, *cells: str) -> None:
    rows = [f"00{idx},a{idx},9,{row}" for idx, row in enumerate(cells, 1)]
    text = "\n".join([f"{HEAD},{columns}", *rows])
    (folder / "villages.csv").write_text(text, encoding="utf-8")


def told(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_scenario(folder)
    return str(caught.value)


@pytest.mark.parametrize("table", ["villages", "sources", "depots"])
def test_one_file_may_be_in_another_datum(folder: Path, table: str) -> None:
    plain = read_scenario(folder)
    settings = folder / "scenario.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}\n[datums]\n{table} = "gcj02"\n', encoding="utf-8")
    found = read_scenario(folder)
    for name in ("villages", "sources", "depots"):
        for place, before in zip(
            getattr(found, name), getattr(plain, name), strict=True
        ):
            datum: Datum = "gcj02" if name == table else "wgs84"
            expected = to_wgs84(lat=before.lat, lon=before.lon, datum=datum)
            assert (place.lat, place.lon) == expected


def test_the_datum_of_a_file_wins_over_that_of_all(folder: Path) -> None:
    plain = read_scenario(folder)
    text = 'date = 2022-09-06\ndatum = "bd09"\n[datums]\nvillages = "wgs84"\n'
    (folder / "scenario.toml").write_text(text + 'sources = ""\n', encoding="utf-8")
    found = read_scenario(folder)
    assert found.villages[0].lat == plain.villages[0].lat
    source = plain.sources[0]
    expected = to_wgs84(lat=source.lat, lon=source.lon, datum="bd09")
    assert (found.sources[0].lat, found.sources[0].lon) == expected


def test_roads_have_one_datum_for_nodes_and_shapes(tmp_path: Path) -> None:
    """The shapes belong to the nodes: drawn in another datum they would zigzag."""
    source = ROOT / "data" / "yonghe"
    folder = Path(shutil.copytree(source, tmp_path / "s"))
    settings = folder / "scenario.toml"
    text = settings.read_text(encoding="utf-8") + '\n[datums]\nnodes = "gcj02"\n'
    settings.write_text(text, encoding="utf-8")
    plain, found = read_scenario(source).roads, read_scenario(folder).roads
    assert plain is not None
    assert found is not None
    for lats, lons, before_lats, before_lons in (
        (found.node_lat, found.node_lon, plain.node_lat, plain.node_lon),
        (found.shape_lat, found.shape_lon, plain.shape_lat, plain.shape_lon),
    ):
        expected = to_wgs84(lat=before_lats[5], lon=before_lons[5], datum="gcj02")
        assert (lats[5], lons[5]) == pytest.approx(expected)


def test_an_unknown_datum_or_file_is_told(folder: Path) -> None:
    text = 'date = 2022-09-06\n[datums]\nvillages = "mars"\ntrucks = "gcj02"\n'
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    message = told(folder)
    assert "datums.villages = mars: must be wgs84, gcj02 or bd09" in message
    assert "datums.trucks = gcj02: is no known setting" in message


@pytest.mark.parametrize("is_book", [False, True])
def test_what_is_written_is_in_one_datum(
    folder: Path, is_book: bool, tmp_path: Path
) -> None:
    text = 'date = 2022-09-06\n[datums]\nvillages = "gcj02"\n'
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    columns = "lat,lon,transfer_lat,transfer_lon,transfer_by"
    villages(folder, columns, "27.16,112.81,27.161,112.811,三轮车", "27.17,112.82,,,")
    found = read_scenario(folder)
    write = write_scenario_xlsx if is_book else write_scenario
    again = read_scenario(write(found, tmp_path / "again.xlsx"))
    if is_book:  # it keeps 16 digits of a number
        village = again.villages[0]
        assert village.stop_at == pytest.approx(found.villages[0].stop_at, abs=1e-12)
        assert village.transfer_by == "三轮车"
    else:
        assert_same_scenario(again, found)


def test_a_transfer_point_is_converted_like_its_village(folder: Path) -> None:
    text = 'date = 2022-09-06\n[datums]\nvillages = "bd09"\n'
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    villages(folder, "lat,lon,transfer_lat,transfer_lon", "27.16,112.81,27.161,112.811")
    village = read_scenario(folder).villages[0]
    assert village.stop_at == to_wgs84(lat=27.161, lon=112.811, datum="bd09")


@pytest.mark.parametrize(
    ("cells", "part"),
    [
        ("27.16,112.81,27.161,", "row 2, transfer_lon: must not be empty: a transfer"),
        ("27.16,112.81,,112.81", "row 2, transfer_lat: must not be empty: a transfer"),
        ("27.16,112.81,112.811,27.161", "row 2, transfer_lat = 112.811: lat 112.811"),
        ("27.16,112.81,97,112.8", "row 2, transfer_lat = 97: is off the map"),
        ("27.16,112.81,x,112.8", "row 2, transfer_lat = x: must be decimal degrees"),
    ],
)
def test_a_wrong_transfer_point_is_told(folder: Path, cells: str, part: str) -> None:
    villages(folder, "lat,lon,transfer_lat,transfer_lon", cells)
    message = told(folder)
    assert part in message
    assert len(message.splitlines()) == 1


def test_a_far_transfer_point_is_a_warning_with_the_distance(folder: Path) -> None:
    columns = "lat,lon,transfer_lat,transfer_lon"
    villages(
        folder,
        columns,
        "27.16,112.81,27.196,112.81",
        "27.16,112.82,27.186,112.82",  # 2.9 km: near enough
    )
    warnings = [str(problem) for problem in read_scenario(folder).warnings]
    far = [text for text in warnings if "transfer point" in text]
    assert len(far) == 1
    assert "row 2, transfer_lat = 27.196: the transfer point is 4.0 km" in far[0]


def test_a_position_may_be_pasted(folder: Path) -> None:
    lat, lon = from_wgs84(lat=27.16, lon=112.81, datum="gcj02")
    link = f"https://uri.amap.com/marker?position={lon:.7f},{lat:.7f}"
    villages(folder, "position", f'"{link}"', '"北纬27度9分36秒，东经112度48分36秒"')
    for village in read_scenario(folder).villages:
        assert (village.lat, village.lon) == pytest.approx((27.16, 112.81), abs=1e-6)


def test_pasted_numbers_are_in_the_datum_of_the_file(folder: Path) -> None:
    text = 'date = 2022-09-06\n[datums]\nvillages = "gcj02"\n'
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    villages(folder, "lat,lon,位置", ',,"112.81 27.16"', "27.16,112.81,")
    pasted, typed = read_scenario(folder).villages
    assert (pasted.lat, pasted.lon) == (typed.lat, typed.lon)


@pytest.mark.parametrize(
    ("columns", "cells", "part"),
    [
        ("lat,lon,position", ",,", "row 2, lat: has no position: fill in lat and lon"),
        ("position", "somewhere", "position = somewhere: cannot be read as a position"),
        ("position", "https://surl.amap.com/x", "is a short link"),
        ("lat,lon,position", "27.16,,", "row 2, lon: must not be empty"),
        ("lat,lon,position", "27.16,112.81,27.17 112.81", "lies 1112 m from lat and"),
        ("lat", "27.16", "villages.csv, lon: the column lon (经度) is missing"),
        ("notes", "x", "villages.csv, lat: the column lat (纬度) is missing"),
    ],
)
def test_a_wrong_pasted_position_is_told(
    folder: Path, columns: str, cells: str, part: str
) -> None:
    villages(folder, columns, cells)
    assert part in told(folder)


def test_a_position_given_twice_alike_is_fine(folder: Path) -> None:
    villages(folder, "lat,lon,position", '27.16,112.81,"27.1601,112.8101"')
    assert read_scenario(folder).villages[0].lat == 27.16


def test_the_written_settings_explain_datums(tmp_path: Path) -> None:
    scenario = dataclasses.replace(read_scenario(TINY), name="x")
    text = (write_scenario(scenario, tmp_path / "s") / "scenario.toml").read_text(
        encoding="utf-8"
    )
    assert "[datums]" in text
    assert 'villages = ""  # 村庄表的坐标系' in text
