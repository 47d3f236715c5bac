"""The linked map and timetable: what its data say, and what it sends back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dispatch.coverage import compute_coverage
from dispatch.maps.board import WORDS, board_data
from dispatch.web.components.board import Chosen, parse_chosen
from dispatch.words.words import Words
from tests.payloads import JOINED


@pytest.fixture
def board(scenario, travel, plan):
    figures = compute_coverage(scenario, plan, travel)
    return board_data(scenario, plan, figures, Words("zh"))


def test_every_stop_stands_in_its_trip(board, plan):
    (truck,) = board["trucks"]
    assert [stop["kind"] for stop in truck["stops"]] == [
        stop.kind for stop in plan.routes[0].stops
    ]
    assert {stop["trip"] for stop in truck["stops"]} == {0}
    places = board["places"]
    deliver = truck["stops"][2]
    assert places[deliver["place"]]["name"] == "上村"
    assert (deliver["start"], deliver["litres"]) == (28800, 3500)


def test_legs_go_from_stop_to_stop(board):
    (truck,) = board["trucks"]
    assert [(leg["from"], leg["to"]) for leg in truck["legs"]] == [
        (25200, 26400),
        (26700, 28800),
        (29100, 32400),
    ]
    assert all(len(leg["line"]) >= 2 for leg in truck["legs"])


def test_places_tell_their_level(board):
    by_name = {place["name"]: place for place in board["places"]}
    assert by_name["下村"]["level"] == "below"
    assert by_name["上村"]["served"] == 3500
    assert by_name["水厂"]["kind"] == "source"
    assert set(board["words"]) == set(WORDS)


def test_what_is_done_is_marked(scenario, travel, plan):
    under_way = replace(plan, done={"T1": 2})
    figures = compute_coverage(scenario, under_way, travel)
    (truck,) = board_data(scenario, under_way, figures, Words("en"))["trucks"]
    assert [stop["done"] for stop in truck["stops"]] == [True, True, False, False]


def test_names_stay_text(scenario, travel, plan):
    """The component sets names as text; the data hold them as they were typed."""
    villages = (replace(scenario.villages[0], name=JOINED), *scenario.villages[1:])
    other = replace(scenario, villages=villages)
    figures = compute_coverage(other, plan, travel)
    data = board_data(other, plan, figures, Words("zh"))
    assert JOINED in {place["name"] for place in data["places"]}
    json.dumps(data)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"truck": "T1", "stop": 2}, Chosen("T1", 2)),
        (None, None),
        ({"truck": "T1"}, None),
        ({"truck": "T1", "stop": "x"}, None),
        ("T1", None),
    ],
)
def test_what_the_browser_sends_is_read_with_care(value, expected):
    assert parse_chosen(value) == expected
