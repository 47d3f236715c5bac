"""Tag values as found in the wild: what they mean, and that nothing raises."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.geo.tags import (
    access_of,
    barrier_access,
    clean_text,
    direction_of,
    parse_grade,
    parse_km_h,
    parse_metres,
    parse_tonnes,
)
from dispatch.roads import CLOSED, NO_HEAVY, OPEN

NONSENSE = ["", "nan", "inf", "-3", "0", "1e9", "99999", "none", "default", "unsigned"]


@pytest.mark.parametrize(
    ("text", "tonnes"),
    [
        ("7.5 t", 7.5),
        ("3.5", 3.5),
        ("7,5", 7.5),
        ("3500 kg", 3.5),
        ("3,500 kg", 3.5),
        ("12 st", 10.886),
        ("16000 lbs", 7.257),
        ("16,000lbs", 7.257),
        ("2.5t", 2.5),
        ("３．５吨", 3.5),
        ("20;30", 20.0),
        ("none; 12", 12.0),
        ("10 apples", None),
        *((text, None) for text in NONSENSE),
    ],
)
def test_tonnes(text: str, tonnes: float | None) -> None:
    assert parse_tonnes(text) == tonnes


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("2.3 m", 2.3),
        ("2.3", 2.3),
        ("2,3m", 2.3),
        ("230 cm", 2.3),
        ("8'6\"", 2.591),
        ("8'", 2.438),
        ("8′6″", 2.591),
        ("8 ft 6 in", 2.591),
        ("8ft", 2.438),
        ("102 in", 2.591),
        ("3.8;4", 3.8),
        ("below_default", None),
        *((text, None) for text in NONSENSE),
    ],
)
def test_metres(text: str, metres: float | None) -> None:
    assert parse_metres(text) == metres


@pytest.mark.parametrize(
    ("text", "km_h"),
    [
        ("30", 30.0),
        ("50 mph", 80.467),
        ("50mph", 80.467),
        ("30 km/h", 30.0),
        ("walk", 6.0),
        ("DE:walk", 6.0),
        ("20;30", 20.0),
        ("90;30;90", 30.0),
        ("DE:urban", None),
        ("CN:rural", None),
        ("variable", None),
        ("signals", None),
        *((text, None) for text in NONSENSE),
    ],
)
def test_km_h(text: str, km_h: float | None) -> None:
    assert parse_km_h(text) == km_h


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("10%", 0.1),
        ("-5 %", -0.05),
        ("8", 0.08),
        ("0", 0.0),
        ("2,5%", 0.025),
        ("6°", 0.1051),
        ("-6°", -0.1051),
        ("up", None),
        ("down", None),
        ("90°", None),
        ("300%", None),
        ("1:8", None),
        ("nan", None),
        ("inf%", None),
    ],
)
def test_grade(text: str, grade: float | None) -> None:
    assert parse_grade(text) == grade


TEXTS = st.text(max_size=12) | st.from_regex(r"[-+]?\d{0,400}[.,;]?\d* ?[a-z'\"%°]*")


@given(TEXTS)
def test_no_text_raises_and_every_number_is_one(text: str) -> None:
    for parse in (parse_tonnes, parse_metres, parse_km_h):
        value = parse(text)
        assert value is None or 0 < value <= 200
    grade = parse_grade(text)
    assert grade is None or math.isfinite(grade)
    assert clean_text(text).isprintable()


@pytest.mark.parametrize(
    ("tags", "access"),
    [
        ({}, OPEN),
        ({"access": "no"}, CLOSED),
        ({"access": "private"}, CLOSED),
        ({"vehicle": "no"}, CLOSED),
        ({"motor_vehicle": "private"}, CLOSED),
        ({"access": "no", "motor_vehicle": "destination"}, OPEN),
        ({"access": "private", "vehicle": "permissive"}, OPEN),
        ({"access": "yes", "motor_vehicle": "no"}, CLOSED),
        ({"vehicle": "no", "motor_vehicle": "yes"}, OPEN),
        ({"hgv": "no"}, NO_HEAVY),
        ({"hgv": "private", "motor_vehicle": "yes"}, NO_HEAVY),
        ({"hgv": "destination"}, OPEN),
        ({"hgv": "no", "access": "no"}, CLOSED),
        *(
            ({"motor_vehicle": value}, OPEN)
            for value in ("delivery", "agricultural", "forestry", "customers")
        ),
    ],
)
def test_access(tags: dict[str, str], access: int) -> None:
    assert access_of(tags) == access


@pytest.mark.parametrize(
    ("tags", "access"),
    [
        ({"barrier": "bollard"}, CLOSED),
        ({"barrier": "block"}, CLOSED),
        ({"barrier": "bollard", "maxwidth": "2.2"}, OPEN),
        ({"barrier": "bollard", "maxwidth": "wide"}, CLOSED),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, OPEN),
        ({"barrier": "bollard", "bollard": "rising"}, OPEN),
        ({"barrier": "block", "access": "no"}, CLOSED),
        ({"barrier": "gate"}, OPEN),
        ({"barrier": "lift_gate"}, OPEN),
        ({"barrier": "lift_gate", "access": "private"}, CLOSED),
        ({"barrier": "cattle_grid"}, OPEN),
        ({"barrier": "toll_booth"}, OPEN),
        ({"barrier": "height_restrictor", "maxheight": "2.5"}, OPEN),
    ],
)
def test_barriers(tags: dict[str, str], access: int) -> None:
    assert barrier_access(tags) == access


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({}, 0),
        ({"oneway": "yes"}, 1),
        ({"oneway": "1"}, 1),
        ({"oneway": "true"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "reverse"}, -1),
        ({"oneway": "reversible"}, 0),
        ({"junction": "roundabout"}, 1),
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "primary"}, 0),
    ],
)
def test_direction(tags: dict[str, str], direction: int) -> None:
    assert direction_of(tags) == direction
