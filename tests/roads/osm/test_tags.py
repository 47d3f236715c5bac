"""Tag values as found in the wild: what they mean, and that nothing raises."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.roads import CLOSED, NO_HEAVY, OPEN
from dispatch.roads.osm.tags import (
    clean_text,
    direction_of,
    parse_grade,
    parse_km_h,
    parse_metres,
    parse_tonnes,
)
from dispatch.roads.osm.truck_tags import (
    barrier_facts,
    rules_of,
    tags_of_rules,
    truck_facts,
)

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
        ({"access": "no", "hgv": "yes"}, OPEN),
        ({"motor_vehicle": "no", "hgv": "delivery"}, OPEN),
        ({"vehicle": "private", "hgv": "designated"}, OPEN),
        ({"access": "private", "hgv": "No"}, CLOSED),
        ({"access": "yes", "goods": "no"}, CLOSED),
        ({"goods": "no", "hgv": "permissive"}, OPEN),
        ({"access:hgv": "no"}, NO_HEAVY),
        ({"access": "no;destination"}, OPEN),
        ({"access": "unknown", "hgv": "unknown"}, OPEN),
        ({"hgv:forward": "no", "hgv:backward": "no"}, NO_HEAVY),
        ({"oneway": "yes", "hgv:forward": "no"}, NO_HEAVY),
        ({"access": "military"}, CLOSED),
        *(
            ({"motor_vehicle": value}, OPEN)
            for value in ("delivery", "agricultural", "forestry", "customers")
        ),
    ],
)
def test_access(tags: dict[str, str], access: int) -> None:
    assert truck_facts(tags).access == access


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
        ({"barrier": "gate", "access": "private", "hgv": "yes"}, OPEN),
        ({"barrier": "gate", "access": "yes", "hgv": "no"}, NO_HEAVY),
        ({"barrier": "bollard", "hgv": "no"}, CLOSED),
    ],
)
def test_barriers(tags: dict[str, str], access: int) -> None:
    assert barrier_facts(tags).access == access


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


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({"oneway": "yes", "oneway:hgv": "no"}, 0),
        ({"oneway:hgv": "yes"}, 1),
        ({"oneway:motor_vehicle": "-1"}, -1),
        ({"motor_vehicle:backward": "no"}, 1),
        ({"access:forward": "no"}, -1),
        ({"motor_vehicle:backward": "no", "hgv": "yes"}, 0),
        ({"hgv:backward": "no"}, 1),
        ({"oneway": "yes", "hgv:backward": "no"}, 1),
    ],
)
def test_direction_of_trucks(tags: dict[str, str], direction: int) -> None:
    """A truck that may pass one way only makes the road one-way for all trucks."""
    assert truck_facts(tags).direction == direction
    assert truck_facts(tags).access == OPEN


@pytest.mark.parametrize(
    ("tags", "gross_t"),
    [
        ({"maxweight": "7.5"}, 7.5),
        ({"maxweight:hgv": "7500 kg"}, 7.5),
        ({"maxweightrating:hgv": "7.5 t"}, 7.5),
        ({"maxweightrating": "12", "maxweight": "10"}, 10),
        ({"maxweight": "3.5", "maxweight:hgv": "10"}, 10),
        ({"maxweight": "3.5", "maxweight:hgv": "none"}, None),
        ({"maxweight": "3.5", "maxweight:hgv": "default"}, 3.5),
        ({"maxweight:goods": "2.8"}, 2.8),
        ({"maxweight:forward": "12", "maxweight:backward": "8"}, 8),
        ({"maxweight": "12 st"}, 10.886),
        ({"maxweight": "none"}, None),
        ({"maxweight": "default"}, None),
        ({"maxaxleload": "4"}, None),
    ],
)
def test_weights_of_trucks(tags: dict[str, str], gross_t: float | None) -> None:
    assert truck_facts(tags).max_gross_t == gross_t


def test_widths_and_heights_of_trucks() -> None:
    tags = {"maxwidth:hgv": "2.2", "maxwidth": "3", "maxheight:physical": "10'6\""}
    facts = truck_facts({**tags, "maxheight": "4"})
    assert facts.width_m == 2.2
    assert facts.max_height_m == 3.2


@pytest.mark.parametrize(
    "tags",
    [
        {"hgv:conditional": "no @ (07:00-09:00)", "access": "yes"},
        {"maxweight:hgv:conditional": "7.5 @ (22:00-06:00)"},
        {"access:conditional": "no @ wet"},
        {"maxweight": "7500"},
        {"maxheight": "low | high"},
    ],
)
def test_what_depends_on_the_day_is_kept(tags: dict[str, str]) -> None:
    found = tags_of_rules(rules_of({**tags, "surface": "asphalt"}))
    assert found == {key: value.replace("|", "/") for key, value in tags.items()}


@pytest.mark.parametrize(
    "tags",
    [
        {"maxspeed:conditional": "30 @ (22:00-06:00)"},
        {"bicycle:conditional": "no @ (07:00-09:00)"},
        {"maxweight": "default", "hgv": "no", "maxheight": "none"},
    ],
)
def test_what_is_plain_or_of_no_interest_is_not(tags: dict[str, str]) -> None:
    assert rules_of(tags) == ""
