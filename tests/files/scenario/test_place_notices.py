"""Places beside their township or county, files of areas, and equal names."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dispatch.errors import DataError
from dispatch.files.scenario.read import read_scenario
from dispatch.files.scenario.write import write_scenario, write_scenario_xlsx
from dispatch.geo.datum import from_wgs84
from tests.files.scenario.scenario_equal import assert_same_scenario

if TYPE_CHECKING:
    from dispatch.model.areas import Area

ROOT = Path(__file__).parents[3]
TINY = ROOT / "tests" / "data" / "tiny"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "s"))


def square(lat: float, lon: float, half: float) -> list[list[list[float]]]:
    corners = [(-half, -half), (-half, half), (half, half), (half, -half)]
    points = [[lon + east, lat + north] for north, east in corners]
    return [[*points, points[0]]]


def put_areas(folder: Path, *features: dict[str, Any], **more: Any) -> None:
    document = {"type": "FeatureCollection", "features": features, **more}
    text = json.dumps(document, ensure_ascii=False)
    (folder / "areas.geojson").write_text(text, encoding="utf-8")


def feature(
    name: str, level: str | None, coordinates: Any, kind: str = "Polygon", **more: Any
) -> dict[str, Any]:
    properties = {"name": name, "level": level, **more}
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def put_villages(folder: Path, *rows: str) -> None:
    head = "village_id,name,lat,lon,population,township,code"
    text = "\n".join([head, *rows])
    (folder / "villages.csv").write_text(text, encoding="utf-8")


def warnings(folder: Path, part: str) -> list[str]:
    found = [str(problem) for problem in read_scenario(folder).warnings]
    return [text for text in found if part in text]


NEAR = "001,东村,27.16,112.81,10,甲乡,"


def put_seat(folder: Path, lat: float = 27.16, lon: float = 112.81) -> None:
    text = f"name,code,county,lat,lon\n甲乡,430423201,衡山县,{lat},{lon}\n"
    (folder / "townships.csv").write_text(text, encoding="utf-8")


def test_a_village_far_from_its_seat_is_a_warning_with_the_distance(
    folder: Path,
) -> None:
    put_seat(folder)
    put_villages(folder, NEAR, "002,西村,27.24,112.81,10,甲乡,")
    (text,) = warnings(folder, "the seat of")
    assert "villages.csv, row 3, lat = 27.24: 西村 lies 8.9 km from the seat" in text
    assert "甲乡" in text


def test_a_village_within_8_km_of_its_seat_is_fine(folder: Path) -> None:
    put_seat(folder)
    put_villages(folder, NEAR, "002,西村,27.23,112.81,10,甲乡,")
    assert warnings(folder, "甲乡") == []


@pytest.mark.parametrize(
    "cells", ["430423201,", "430423201000,", ",430423201005", "别的乡,430423201005"]
)
def test_a_township_is_found_by_its_code_too(folder: Path, cells: str) -> None:
    put_seat(folder)
    put_villages(folder, NEAR, f"002,西村,27.26,112.81,10,{cells}")
    expected = 0 if cells.startswith("别") else 1
    assert len(warnings(folder, "the seat of")) == expected


def test_without_a_seat_the_other_villages_are_the_middle(folder: Path) -> None:
    rows = [f"00{i},村{i},27.16,112.81{i},10,甲乡," for i in range(4)]
    put_villages(folder, *rows, "009,远村,27.26,112.81,10,甲乡,")
    (text,) = warnings(folder, "the middle of the other 4 places")
    assert "远村 lies 11.1 km" in text
    put_villages(folder, *rows[1:], "009,远村,27.26,112.81,10,甲乡,")
    assert warnings(folder, "the middle of") == []


def test_an_outline_shouts_only_a_kilometre_beyond(folder: Path) -> None:
    """It may be approximate; and a seat at its rim says nothing about the far end."""
    box = feature("甲乡", "township", square(27.16, 112.81, 0.1), center=[112.9, 27.1])
    put_areas(folder, box)
    put_villages(folder, NEAR, "002,西村,27.267,112.81,10,甲乡,")
    assert warnings(folder, "甲乡") == []
    put_villages(folder, NEAR, "002,西村,27.271,112.81,10,甲乡,")
    assert "lies 1.2 km outside 甲乡" in warnings(folder, "甲乡")[0]


def county(**more: Any) -> dict[str, Any]:
    return feature("衡山县", "county", square(27.16, 112.81, 0.1), **more)


def test_a_village_outside_its_county_is_an_error(folder: Path) -> None:
    put_areas(folder, county())
    put_villages(folder, NEAR, "002,西村,27.27,112.81,10,甲乡,430423201005")
    with pytest.raises(DataError) as caught:
        read_scenario(folder)
    (problem,) = caught.value.problems
    assert problem.severity == "error"
    assert "row 3, lat = 27.27: 西村 (甲乡 430423201005) lies 1.1 km outside" in str(
        problem
    )
    assert "西村（甲乡 430423201005）在衡山县界外 1.1 公里" in problem.text("zh")


def test_half_a_kilometre_beyond_a_simplified_outline_is_allowed(folder: Path) -> None:
    put_areas(folder, county())
    put_villages(folder, NEAR, "002,西村,27.264,112.81,10,甲乡,")
    assert warnings(folder, "衡山县") == []


def test_a_source_over_the_border_is_a_warning_only(folder: Path) -> None:
    put_areas(folder, county())
    text = (folder / "sources.csv").read_text(encoding="utf-8")
    head, row = text.splitlines()[:2]
    cells = dict(zip(head.split(","), row.split(","), strict=True)) | {"lat": "27.3"}
    (folder / "sources.csv").write_text(f"{head}\n{','.join(cells.values())}\n")
    assert len(warnings(folder, "outside 衡山县")) == 1


def test_a_village_of_a_county_without_outline_is_not_judged(folder: Path) -> None:
    put_areas(folder, county(code="430423"))
    put_villages(folder, NEAR, "002,西村,27.4,112.81,10,角山镇,430407100212")
    assert warnings(folder, "outside") == []


def test_two_counties_leave_the_choice_to_a_village_without_code(folder: Path) -> None:
    other = feature("衡南县", "county", square(27.4, 112.81, 0.1), code="430422")
    put_areas(folder, county(code="430423"), other)
    put_villages(folder, NEAR, "002,西村,27.4,112.81,10,,")
    assert warnings(folder, "outside") == []


def test_equal_names_in_a_township_without_codes_are_a_warning(folder: Path) -> None:
    rows = ["001,和平村,27.16,112.81,10,甲乡,", "002,和平村,27.17,112.81,10,甲乡,"]
    put_villages(folder, *rows)
    (text,) = warnings(folder, "same name and township")
    assert "row 3, name = 和平村: 和平村 of row 2" in text
    put_villages(folder, rows[0], rows[1] + "430423201005")
    assert warnings(folder, "same name") == []
    put_villages(folder, rows[0], rows[1].replace("甲乡", "乙乡"))
    assert warnings(folder, "same name") == []


def areas_of(folder: Path) -> tuple[Area, ...]:
    return read_scenario(folder).areas


def test_levels_points_centres_and_datums(folder: Path) -> None:
    lat, lon = from_wgs84(lat=27.16, lon=112.81, datum="gcj02")
    put_areas(
        folder,
        feature("甲乡", "镇", [lon, lat], "Point", datum="GCJ-02 (as published)"),
        feature(
            "衡山县", None, [square(27.16, 112.81, 1)], "MultiPolygon", code="430423"
        ),
        feature("乙乡", None, [112.81, 27.16], "Point", code="430423202"),
    )
    town, county_, other = areas_of(folder)
    assert (town.level, county_.level, other.level) == (
        *("township", "county", "township"),
    )
    assert town.centre == pytest.approx((27.16, 112.81), abs=1e-7)
    assert county_.centre is None
    assert len(county_.rings[0]) == 5


@pytest.mark.parametrize("is_book", [False, True])
def test_areas_come_back(folder: Path, is_book: bool, tmp_path: Path) -> None:
    put_seat(folder)
    if not is_book:  # a workbook has no outlines
        hole = square(27.16, 112.81, 1) + square(27.5, 112.5, 0.1)
        shape = [hole, square(29.0, 112.81, 0.1)]
        put_areas(
            folder,
            feature("衡山县", "county", shape, "MultiPolygon", center=[112.86, 27.23]),
            feature("衡南县", "county", [112.6, 26.7], "Point"),
        )
    found = read_scenario(folder)
    write = write_scenario_xlsx if is_book else write_scenario
    again = read_scenario(write(found, tmp_path / "again.xlsx"))
    assert_same_scenario(again, found)
    assert len(found.areas) == (1 if is_book else 3)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[]", "is no GeoJSON of townships"),
        ("{", "is no GeoJSON of townships"),
        ('{"features": 5}', "is no GeoJSON of townships"),
        ('{"features": [5]}', "feature 1: needs a name, a level"),
        ('{"features": [{"properties": {}, "geometry": null}]}', "feature 1"),
    ],
)
def test_broken_areas_are_told(folder: Path, text: str, part: str) -> None:
    (folder / "areas.geojson").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_scenario(folder)
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("made", "part"),
    [
        (feature("甲", "planet", [112, 27], "Point"), "needs a name, a level"),
        (feature("甲", "county", [27, 112], "Point"), "needs a name, a level"),
        (feature("甲", "county", [[1, 2], [3, 4]], "LineString"), "needs a name"),
        (feature("甲", "county", [[[1, 2], [3, 4], [1, 2]]]), "needs a name"),
        (feature("甲", "county", [112, 27], "Point", datum="mars"), "must be wgs84"),
    ],
)
def test_a_broken_area_is_told(folder: Path, made: dict[str, Any], part: str) -> None:
    put_areas(folder, made)
    with pytest.raises(DataError) as caught:
        read_scenario(folder)
    assert f"areas.geojson, feature 1: {part}" in str(caught.value)
