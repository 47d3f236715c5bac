"""Times of day as people and spreadsheets write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.files.cells.clocks import (
    LAST_S,
    format_windows,
    parse_clock_cell,
    parse_windows,
)
from dispatch.files.cells.parse import CellError
from dispatch.model.scenario import TimeWindow
from dispatch.units import format_clock


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("08:30", 30600),
        ("8:30", 30600),
        ("8：30", 30600),
        ("８：３０", 30600),
        ("08:30:15", 30615),
        ("8点30分", 30600),
        ("8点半", 30600),
        ("8时30", 30600),
        ("8点", 28800),
        ("8点整", 28800),
        ("上午8:30", 30600),
        ("下午2:30", 52200),
        ("2:30 PM", 52200),
        ("12:10 am", 600),
        ("中午12:30", 45000),
        ("24:00", 86400),
        ("25:00", 90000),
        ("次日01:00", 90000),
        (dt.time(8, 30), 30600),
        (dt.datetime(1900, 1, 1, 1, 0), 90000),
        (dt.timedelta(hours=25), 90000),
        (0.5, 43200),
        (0.3541666667, 30600),
        ("0.3541666667", 30600),
    ],
)
def test_clock(cell: object, seconds: int) -> None:
    assert parse_clock_cell(cell) == seconds  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "morning",
        "25:99",
        "48:00",
        "8.30",
        "0830",
        8,
        830,
        -0.1,
        True,
        "下午25:00",
        dt.datetime(2022, 9, 6, 8, 0),
    ],
)
def test_no_clock_is_guessed(cell: object) -> None:
    with pytest.raises(CellError):
        parse_clock_cell(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("open_from", "open_until", "windows"),
    [
        (None, None, []),
        ("08:00", "18:00", [(28800, 64800)]),
        ("08:00;14:00", "11:00;18:00", [(28800, 39600), (50400, 64800)]),
        ("08:00；14:00", "11:00；18:00", [(28800, 39600), (50400, 64800)]),
        ("14:00;08:00", "18:00;11:00", [(28800, 39600), (50400, 64800)]),
        ("08:00-11:00；14:00-18:00", "", [(28800, 39600), (50400, 64800)]),
        ("8点至11点", None, [(28800, 39600)]),
        ("08:00", None, [(28800, LAST_S)]),
        (None, "18:00", [(0, 64800)]),
        (dt.time(8), 0.75, [(28800, 64800)]),
    ],
)
def test_windows(
    open_from: object, open_until: object, windows: list[tuple[int, int]]
) -> None:
    found = parse_windows(open_from, open_until)  # type: ignore[arg-type]
    assert [(window.early_s, window.late_s) for window in found] == windows


@given(st.lists(st.integers(0, LAST_S - 1), max_size=6, unique=True))
def test_windows_come_back(edges: list[int]) -> None:
    edges.sort()
    pairs = zip(edges[::2], edges[1::2], strict=False)
    windows = tuple(TimeWindow(early_s, late_s) for early_s, late_s in pairs)
    assert parse_windows(*format_windows(windows)) == windows


@given(st.integers(0, LAST_S - 1))
def test_clock_comes_back(time_s: int) -> None:
    assert parse_clock_cell(format_clock(time_s, seconds="any")) == time_s
