"""What people write into cells, and what it means."""

from __future__ import annotations

import contextlib
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.files.cells.parse import (
    CellError,
    is_blank,
    parse_degrees,
    parse_label,
    parse_quantity,
    parse_text,
    parse_whole,
    parse_yes_no,
)


@pytest.mark.parametrize(
    ("cell", "litres"),
    [
        ("5000", 5000),
        ("5000L", 5000),
        ("5,000 L", 5000),
        ("5吨", 5000),
        ("５吨", 5000),
        ("3.5t", 3500),
        ("3.5 T", 3500),
        ("2m³", 2000),
        ("2㎥", 2000),
        ("2方", 2000),
        ("2立方米", 2000),
        ("1.2万", 12000),
        ("1.2万升", 12000),
        ("１，２００", 1200),
        ("0.3方", 300),
        (2.3, 2),
        (5000.0, 5000),
        ("1e3", 1000),
        ("+7", 7),
    ],
)
def test_litres_with_units(cell: str | float, litres: int) -> None:
    assert parse_whole(cell, "litres_down") == litres


def test_a_fraction_of_a_litre_goes_to_the_safe_side() -> None:
    """Never more supply than there is, never less need than there is."""
    assert parse_whole("0.0015t", "litres_down") == 1
    assert parse_whole("0.0015t", "litres_up") == 2
    # Binary floats must not leak in: 2.3 t is 2300 L, not 2299.
    assert parse_whole(2.3, "litres_down", header_unit="吨") == 2300
    assert parse_whole("2.3t", "litres_up") == 2300


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        ("10000kg", "tonnes", 10),
        ("250cm", "metres", 2.5),
        ("1.2km", "metres", 1200),
        ("24m³/h", "l_per_min", 400),
        ("0.4方/分钟", "l_per_min", 400),
        ("500升/分", "l_per_min", 500),
        ("5L/s", "l_per_min", 300),
        ("1.5吨/小时", "l_per_h", 1500),
        ("30分钟", "seconds", 1800),
        ("0.5h", "seconds", 1800),
        ("120人", "count", 120),
    ],
)
def test_other_units(cell: str, kind: str, value: float) -> None:
    assert float(parse_quantity(cell, kind)) == pytest.approx(value)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "abc",
        "5桶",
        "3,5",
        "1,00",
        "1.2.3",
        "五吨",
        "inf",
        "nan",
        "--5",
        "5 6",
        "½",
        True,
        math.inf,
        math.nan,
    ],
)
def test_no_number_is_guessed(cell: str | float) -> None:
    with pytest.raises(CellError):
        parse_whole(cell, "litres_down")


@given(st.integers(0, 10**9), st.sampled_from(["", "L", "升", " l"]))
def test_whole_litres_in_any_dress(litres: int, unit: str) -> None:
    """Plain, with thousands marks, full-width: the same litres."""
    wide = str.maketrans("0123456789,", "０１２３４５６７８９，")
    for text in (f"{litres}", f"{litres:,}", f"{litres:,}".translate(wide)):
        assert parse_whole(f"{text}{unit}", "litres_down") == litres


@given(st.decimals(0, 10**6, places=4), st.sampled_from(["t", "吨", "m³", "方"]))
def test_tonnes_are_a_thousand_litres_exactly(tonnes: object, unit: str) -> None:
    exact = Fraction(str(tonnes)) * 1000
    assert parse_whole(f"{tonnes}{unit}", "litres_down") == math.floor(exact)
    assert parse_whole(f"{tonnes}{unit}", "litres_up") == math.ceil(exact)


@given(st.text(max_size=12))
def test_any_text_gives_a_value_or_a_sentence(text: str) -> None:
    for kind in ("litres_down", "count", "l_per_min", "seconds", "number"):
        with contextlib.suppress(CellError):
            assert parse_quantity(text, kind).is_finite()


@pytest.mark.parametrize(
    ("cell", "label"),
    [
        ("001", "001"),
        (" 001\u3000", "001"),
        (430423201002.0, "430423201002"),
        (430423201002, "430423201002"),
        (7.0, "7"),
        ("430423201002-1", "430423201002-1"),
        ("\ufeffV1", "V1"),
    ],
)
def test_ids_stay_as_written(cell: str | float, label: str) -> None:
    assert parse_label(cell) == label


def test_an_id_shown_with_zeros_keeps_them() -> None:
    assert parse_label(1, "000") == "001"


@pytest.mark.parametrize(
    "cell",
    ["4.30423E+11", "#N/A", 1.5, 1e15, True, "a\nb", "x" * 65],
)
def test_an_id_that_lost_something_is_refused(cell: str | float) -> None:
    with pytest.raises(CellError):
        parse_label(cell)


def test_a_phone_number_keeps_its_digits() -> None:
    assert parse_text(13800000000.0) == "13800000000"
    assert parse_text(" 张三\n(村长) ") == "张三 (村长)"


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("yes", True),
        ("是", True),
        ("Ｙ", True),
        (True, True),
        (1, True),
        (1.0, True),
        ("no", False),
        ("否", False),
        ("无", False),
        ("×", False),
        (0, False),
    ],
)
def test_yes_and_no(cell: str | float, answer: bool) -> None:
    assert parse_yes_no(cell) is answer


@pytest.mark.parametrize(
    ("cell", "degrees"),
    [
        ("27.15", 27.15),
        ("27.15°", 27.15),
        ("N27.15", 27.15),
        ("北纬27.15", 27.15),
        ("27°9'", 27.15),
        ("27°9′0″", 27.15),
        ("112度48分36秒", 112.81),
        (27.15, 27.15),
        ("-3.5", -3.5),
    ],
)
def test_degrees(cell: str | float, degrees: float) -> None:
    assert parse_degrees(cell) == pytest.approx(degrees)


@pytest.mark.parametrize("cell", ["27,15", "x", "", math.nan, True])
def test_no_degrees(cell: str | float) -> None:
    with pytest.raises(CellError):
        parse_degrees(cell)


@pytest.mark.parametrize("cell", [None, "", " ", "\u3000", "-", "—", "无", math.nan])
def test_blank(cell: str | float | None) -> None:
    assert is_blank(cell)


def test_zero_is_not_blank() -> None:
    assert not is_blank(0)
    assert not is_blank("0")
    assert not is_blank(False)
