"""Whatever the bytes: a scenario or a DataError with sentences, nothing else."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.errors import DataError
from dispatch.files.scenario.editing import scenario_from_tables, scenario_tables
from dispatch.files.scenario.read import read_scenario_files
from dispatch.files.scenario.template import example_scenario
from dispatch.model.road_limits import RoadLimit

TINY = Path(__file__).parents[2] / "data" / "tiny"
FILES = {path.name: path.read_bytes() for path in TINY.iterdir()}
MATRIX = (
    b"place_id,D1,S1,001,002\nD1,0,300,300,300\nS1,300,0,300,300\n"
    b"001,300,300,0,300\n002,300,300,300,0\n"
)
ROADS = {
    "nodes.csv": b"node_id,lat,lon\nS1,27.15,112.82\nD1,27.155,112.81\n"
    b"001,27.16,112.81\n002,27.17,112.80\n",
    "edges.csv": "edge_id,from,to,length_m,坡度,通行,shape\n"
    'E,S1,D1,2000,6%,,"LINESTRING(112.82 27.15, 112.81 27.15)"\n'
    "F,D1,001,900,,,\nG,001,002,2100,,禁止货车,\n".encode(),
    "limits.csv": b"limit_id,road,lat,lon,path,closed,max_weight_t,valid_from\n"
    b"A,X031,,,,,8,2022-09-06\nB,,27.15,112.8,,yes,,14:00\n"
    b'C,,,,"POLYGON((112 27, 112 28, 113 27))",yes,,\n',
    "speeds.csv": b"kind,value,empty_kmh,loaded_kmh\nup,6%,30,20\nclass,track,9,\n",
}
LINES = (
    b'{"features": [{"properties": {"edge_id": "E", "length_m": 50}, "geometry": '
    b'{"type": "LineString", "coordinates": [[112.81, 27.15], [112.80, 27.17]]}}]}'
)
EXTRACT = (
    b'<osm version="0.6"><node id="1" lat="27.15" lon="112.81"/>'
    b'<node id="2" lat="27.16" lon="112.81"><tag k="barrier" v="block"/></node>'
    b'<node id="3" lat="27.17" lon="112.80"><tag k="ele" v="99"/></node>'
    b'<way id="7"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="track"/>'
    b'<tag k="maxweight" v="17.5 t"/></way></osm>'
)
NAMES = [*FILES, "travel_s.csv", *ROADS, "roads/a.geojson", "roads/a.osm.pbf"]
PIECES = st.sampled_from(
    [
        *(bytes([code]) for code in b',;\n"\t-09e.[=\0\xff\xe4'),
        *(text.encode() for text in ("吨", "：", "nan", "inf", "1e999", "''")),
    ]
)


def read(files: dict[str, bytes]) -> None:
    with contextlib.suppress(DataError):
        assert read_scenario_files(files, name="x").villages


@given(st.sampled_from([*NAMES, "a.xlsx", "a.zip"]), st.binary(max_size=200))
@settings(max_examples=120, deadline=None)
def test_any_bytes(name: str, data: bytes) -> None:
    read({**FILES, name: data})


@given(st.data())
@settings(max_examples=250, deadline=None)
def test_a_good_file_with_some_bytes_changed(data: st.DataObject) -> None:
    files = {**FILES, "travel_s.csv": MATRIX, **ROADS}
    if data.draw(st.booleans()):
        del files["travel_s.csv"]
    others = {"roads/a.geojson": LINES, "roads/a.osm": EXTRACT}
    other = data.draw(st.sampled_from([None, *others]))
    if other is not None:
        del files["nodes.csv"], files["edges.csv"]
        files[other] = others[other]
    name = data.draw(st.sampled_from(sorted(files)))
    content = files[name]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(start + 8, len(content))))
        content = content[:start] + data.draw(PIECES) + content[end:]
    read({**files, name: content})


CELLS = (
    st.none()
    | st.text(max_size=6)
    | st.floats()
    | st.integers(-(2**70), 2**70)
    | st.booleans()
)


@given(
    st.sampled_from(["villages", "sources", "depots", "trucks", "limits"]), st.data()
)
@settings(max_examples=120, deadline=None)
def test_any_cell_of_the_editor(name: str, data: st.DataObject) -> None:
    limits = (
        RoadLimit(limit_id="L", road="X", points=((27.1, 112.8),), max_gross_t=8),
    )
    base = dataclasses.replace(example_scenario(), road_limits=limits)
    frame = scenario_tables(base)[name].astype(object)
    column = data.draw(st.sampled_from(list(frame.columns)))
    frame.loc[0, column] = data.draw(CELLS)
    with contextlib.suppress(DataError):
        assert scenario_from_tables({name: frame}, base=base).villages


@pytest.mark.parametrize("name", ["villages", "sources", "depots"])
@pytest.mark.parametrize("column", ["lat", "lon"])
@pytest.mark.parametrize("cell", ["\\", "/", "?", "未知", "*", "x"])
def test_half_a_position_is_told(name: str, column: str, cell: str) -> None:
    base = example_scenario()
    frame = scenario_tables(base)[name].astype(object)
    frame.loc[0, column] = cell
    with pytest.raises(DataError, match=f"row 2, {column}"):
        scenario_from_tables({name: frame}, base=base)


def test_the_good_files_are_good() -> None:
    """Otherwise the tests above would try nothing."""
    read_scenario_files({**FILES, "travel_s.csv": MATRIX}, name="x", strict=True)
    read_scenario_files({**FILES, **ROADS}, name="x")
    for name, data in {"roads/a.geojson": LINES, "roads/a.osm": EXTRACT}.items():
        assert read_scenario_files({**FILES, name: data}, name="x").roads
    with pytest.raises(DataError):
        read_scenario_files({**FILES, "villages.csv": b"x"}, name="x")
