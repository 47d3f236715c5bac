"""Exports of ODK and KoboToolbox: points, groups of questions, own columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.errors import DataError
from dispatch.files.scenario.read import read_scenario_files
from dispatch.geo.position import parse_position

TINY = Path(__file__).parents[2] / "data" / "tiny"


def villages(text: str):
    files = {path.name: path.read_bytes() for path in TINY.iterdir()}
    files["villages.csv"] = text.encode()
    return read_scenario_files(files, name="t")


@pytest.mark.parametrize(
    "text",
    [
        "27.16 112.81 80 5",
        "27.16 112.81 80.5 4.2",
        "27.16 112.81 -3 0",
        "27.16 112.81 0 0",
        "112.81 27.16 80 5",
        "27.16 112.81 80",
    ],
)
def test_a_point_with_height_and_accuracy(text: str) -> None:
    found = parse_position(text)
    assert (found.lat, found.lon) == (27.16, 112.81)


def test_degrees_and_minutes_are_still_read() -> None:
    assert parse_position("27 9.6 112 48.6").lat == pytest.approx(27.16)


def test_an_export_of_kobo() -> None:
    scenario = villages(
        "start,end,group/village_id,group/village,_location_latitude,"
        "_location_longitude,_location_altitude,_location_precision,people/population,"
        "_id,_uuid,_submission_time,_notes,__version__\n"
        "2022-09-06T08:00,2022-09-06T08:05,V9,东村,27.16,112.81,80,5,100,"
        "77,a-b-c,2022-09-06T08:06,,v1\n"
    )
    (village,) = scenario.villages
    assert (village.village_id, village.name, village.population) == ("V9", "东村", 100)
    assert (village.lat, village.lon) == (27.16, 112.81)
    (line,) = [p.text("zh") for p in scenario.warnings]
    assert "调查软件自带的列没有读取" in line
    assert "_submission_time" in line


def test_an_export_of_odk() -> None:
    scenario = villages(
        "SubmissionDate,info-village_id,info-population,gps,KEY\n"
        "2022-09-06,V9,100,27.16 112.81 80.25 4.5,uuid:1\n"
    )
    (village,) = scenario.villages
    assert (village.lat, village.population) == (27.16, 100)


def test_a_column_of_its_own_wins_over_a_part_of_a_name() -> None:
    scenario = villages(
        "village_id,lat,lon,population,old-population\nV9,27.16,112.81,100,900\n"
    )
    assert scenario.villages[0].population == 100
    assert "old-population" in scenario.warnings[0].text("zh")


def test_an_export_without_an_id_is_refused_with_a_sentence() -> None:
    with pytest.raises(DataError, match="village_id"):
        villages("_id,_uuid,population,gps\n7,a,100,27.16 112.81 80 5\n")
