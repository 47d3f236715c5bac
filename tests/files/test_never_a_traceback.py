"""Whatever the bytes: a scenario or a DataError with sentences, nothing else."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.errors import DataError
from dispatch.files import read_scenario_files, scenario_from_tables, scenario_tables
from dispatch.files.template import example_scenario

TINY = Path(__file__).parents[1] / "data" / "tiny"
FILES = {path.name: path.read_bytes() for path in TINY.iterdir()}
MATRIX = b"place_id,D1,S1,001,002\nD1,0,1,1,1\nS1,1,0,1,1\n001,1,1,0,1\n002,1,1,1,0\n"
ROADS = {
    "nodes.csv": b"node_id,lat,lon\nS1,27.15,112.82\nD1,27.155,112.81\n",
    "edges.csv": b"edge_id,from,to,length_m\nE,S1,D1,2000\n",
}
NAMES = [*FILES, "travel_s.csv", "nodes.csv", "edges.csv"]
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


@given(st.sampled_from(["villages", "sources", "depots", "trucks"]), st.data())
@settings(max_examples=120, deadline=None)
def test_any_cell_of_the_editor(name: str, data: st.DataObject) -> None:
    base = example_scenario()
    frame = scenario_tables(base)[name].astype(object)
    column = data.draw(st.sampled_from(list(frame.columns)))
    frame.loc[0, column] = data.draw(CELLS)
    with contextlib.suppress(DataError):
        assert scenario_from_tables({name: frame}, base=base).villages


def test_the_good_files_are_good() -> None:
    """Otherwise the tests above would try nothing."""
    read_scenario_files({**FILES, "travel_s.csv": MATRIX}, name="x", strict=True)
    with pytest.raises(DataError):
        read_scenario_files({**FILES, "villages.csv": b"x"}, name="x")
