"""``basemap.geojson``: read with a scenario, kept by edits, written back."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.files.scenario.editing import scenario_from_tables, scenario_tables
from dispatch.files.scenario.read import read_scenario
from dispatch.files.scenario.write import write_scenario
from dispatch.model.areas import Area, MapFeature

TINY = Path(__file__).parents[2] / "data" / "tiny"
LAKE = MapFeature(
    kind="water",
    name="水库",
    lines=(((28.0, 115.0), (28.0, 115.1), (28.1, 115.1), (28.0, 115.0)),),
    credit="© someone",
)
TOWN = MapFeature(kind="place", name="永和", lines=(((28.0, 115.0),),))


def folder_with(tmp_path, text):
    folder = tmp_path / "day"
    shutil.copytree(TINY, folder)
    (folder / "basemap.geojson").write_text(text, "utf-8")
    return folder


def features(*rows):
    return json.dumps({"type": "FeatureCollection", "features": rows})


def feature(kind, shape, coordinates, **properties):
    return {
        "type": "Feature",
        "geometry": {"type": shape, "coordinates": coordinates},
        "properties": {"kind": kind, **properties},
    }


def test_written_basemap_reads_back_the_same(tmp_path):
    scenario = replace(read_scenario(TINY), basemap=(LAKE, TOWN))
    folder = write_scenario(scenario, tmp_path / "out")
    assert read_scenario(folder).basemap == (LAKE, TOWN)


def test_edits_of_tables_keep_basemap_and_areas():
    """Both were once lost with the first edited cell."""
    area = Area(name="永和乡", level="township", centre=(28.0, 115.0))
    base = replace(read_scenario(TINY), basemap=(LAKE,), areas=(area,))
    edited = scenario_from_tables(scenario_tables(base), base=base)
    assert edited.basemap == (LAKE,)
    assert edited.areas == (area,)


def test_all_shapes_of_geojson(tmp_path):
    square = [[115, 28], [115.1, 28], [115.1, 28.1], [115, 28]]
    text = features(
        feature("water", "Polygon", [square]),
        feature("water", "MultiPolygon", [[square], [square]]),
        feature("river", "LineString", square[:2], name=None),
        feature("boundary", "MultiLineString", [square[:2]]),
        feature("place", "Point", [115, 28], name="永和"),
    )
    scenario = read_scenario(folder_with(tmp_path, text))
    assert [len(found.lines) for found in scenario.basemap] == [1, 2, 1, 1, 1]
    assert scenario.basemap[4].lines == (((28.0, 115.0),),)
    assert scenario.warnings == read_scenario(TINY).warnings


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "<html>", '{"features": [1]}', '{"features": 7}', "null"]
)
def test_damaged_file_is_a_warning(tmp_path, text):
    scenario = read_scenario(folder_with(tmp_path, text))
    assert scenario.basemap == ()
    (said,) = [w for w in scenario.warnings if w.file == "basemap.geojson"]
    assert "dispatch roads" in said.message.text("en")
    assert "dispatch roads" in said.message.text("zh")


@pytest.mark.parametrize(
    "row",
    [
        feature("volcano", "Point", [115, 28]),
        feature("place", "Point", [1115, 28]),
        feature("river", "LineString", "x"),
        feature("river", "LineString", []),
        feature("river", "Circle", []),
        {"type": "Feature", "geometry": None, "properties": {"kind": "water"}},
        {"geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": None},
        {},
    ],
)
def test_wrong_feature_is_left_out_and_told(tmp_path, row):
    good = feature("place", "Point", [115, 28], name="永和")
    scenario = read_scenario(folder_with(tmp_path, features(good, row)))
    assert [found.name for found in scenario.basemap] == ["永和"]
    (said,) = [w for w in scenario.warnings if w.file == "basemap.geojson"]
    assert said.message.text("en").startswith("1 features")
