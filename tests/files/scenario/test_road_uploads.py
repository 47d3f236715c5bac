"""Limits and networks brought into a scenario that is there."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from dispatch.errors import DataError
from dispatch.files.scenario.road_uploads import (
    limits_csv,
    scenario_with_limits,
    scenario_with_roads,
)
from dispatch.files.scenario.template import example_scenario
from dispatch.model.road_limits import Moment, RoadLimit
from dispatch.model.roads import RoadEdge, RoadNetwork, RoadNode

LIMIT = RoadLimit(
    limit_id="L1",
    road="村道",
    points=((27.16, 112.81),),
    max_gross_t=8.0,
    valid_from=Moment(date=dt.date(2022, 9, 6), time_s=9 * 3600),
    notes="危桥",
)
OSM = """<osm version="0.6">
<node id="1" lat="27.150" lon="112.817"/><node id="2" lat="27.164" lon="112.805"/>
<way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="tertiary"/>
<tag k="name" v="村道"/></way></osm>"""


def with_limits(*limits: RoadLimit):
    return dataclasses.replace(example_scenario(), road_limits=limits)


@pytest.mark.parametrize("chinese", [True, False])
def test_what_is_downloaded_reads_back(chinese: bool) -> None:
    data = limits_csv(with_limits(LIMIT), chinese=chinese)
    found = scenario_with_limits(with_limits(), "我的限制.csv", data)
    assert found.road_limits == (LIMIT,)


def test_equal_ids_are_replaced_and_others_stay() -> None:
    other = dataclasses.replace(LIMIT, limit_id="L2")
    data = limits_csv(with_limits(dataclasses.replace(LIMIT, max_gross_t=5.0)))
    found = scenario_with_limits(with_limits(LIMIT, other), "limits.csv", data)
    assert {item.limit_id: item.max_gross_t for item in found.road_limits} == {
        "L1": 5.0,
        "L2": 8.0,
    }


@pytest.mark.parametrize(
    ("name", "data", "part"),
    [
        ("limits.csv", b"limit_id,closed\nA,yes\n", "row 2"),
        ("limits.csv", b"", "limits.csv"),
        ("a.xlsx", b"PK\x03\x04", "a.xlsx"),
        ("limits.csv", b"limit_id,road,max_weight_t\nA,X,heavy\n", "max_weight_t"),
    ],
)
def test_what_is_wrong_is_told(name: str, data: bytes, part: str) -> None:
    with pytest.raises(DataError) as told:
        scenario_with_limits(with_limits(), name, data)
    assert part in str(told.value)


def test_a_new_network_keeps_the_limits() -> None:
    old = RoadNetwork.of(
        [RoadNode(node_id="a", lat=27.15, lon=112.81)] * 1,
        [RoadEdge(edge_id="e", from_node="a", to_node="a", length_m=5)],
    )
    base = dataclasses.replace(with_limits(LIMIT), roads=old)
    found = scenario_with_roads(base, "new.osm", OSM.encode())
    assert found.roads is not None
    assert found.roads != old
    assert found.roads.names == ("村道",)
    assert found.road_limits == (LIMIT,)
    assert found.villages == base.villages


def test_a_network_elsewhere_is_refused() -> None:
    """No place of the scenario has a road on it."""
    far = OSM.replace("27.1", "37.1")
    with pytest.raises(DataError):
        scenario_with_roads(with_limits(), "new.osm", far.encode())
    with pytest.raises(DataError):
        scenario_with_roads(with_limits(), "new.osm.pbf", b"no extract")
