"""Maps: layers and signs, no foreign asset, and no payload that runs."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import dispatch.maps.page
from dispatch.coverage import compute_coverage
from dispatch.geo.datum import from_wgs84
from dispatch.maps.basemap import basemap_of
from dispatch.maps.encode import safe, steps_of
from dispatch.maps.features import MapFeatures
from dispatch.maps.limits import road_lines
from dispatch.maps.page import Tiles, live_map, plan_map_html
from dispatch.maps.palette import LEVEL_SIGNS, level_svg, truck_signs
from dispatch.model.areas import MapFeature
from dispatch.model.digest import digest_of
from dispatch.model.road_limits import Moment
from dispatch.model.roads import RoadEdge, RoadNetwork, RoadNode
from dispatch.words.words import Words
from tests.payloads import PAYLOADS, evil

#: Each of the short ones: Folium ran most of them when it was given them as they are.
SHORT = [name for name, text in PAYLOADS.items() if len(text) < 200]


@pytest.fixture
def figures(scenario, plan):
    return compute_coverage(scenario, plan)


@pytest.mark.parametrize("name", SHORT)
def test_safe_leaves_no_sign_with_a_meaning(name):
    payload = PAYLOADS[name]
    assert not set(safe(payload)) & set("<>\"'`${}\\%\n\r\0\u2028")
    assert re.fullmatch(r"(&#\d+;|[^&#])*", safe(payload))


def test_safe_reads_the_same_on_the_page():
    import html

    text = "李家湾 & <3> {\"a\"} `$5` 100% \\ 'x' #1"
    assert html.unescape(safe(text)) == text


def test_payload_does_not_run_on_the_server(scenario, travel, plan, tmp_path):
    text = "{{ cycler.__init__.__globals__.os.mkdir('%s') }}" % (tmp_path / "x")
    changed = evil(scenario, text)
    plan_map_html(changed, travel, plan)
    live = live_map(changed, plan, compute_coverage(changed, plan))
    live.get_root().render()
    assert not (tmp_path / "x").exists()


def test_file_names_no_other_host(scenario, travel, plan):
    """Leaflet's own text holds links; nothing is loaded from any."""
    page = plan_map_html(scenario, travel, plan)
    loaded = re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=[\"']([^\"']+)", page)
    assert [url for url in loaded if not url.startswith("data:")] == []
    assert re.findall(r"url\((?!data:|#)[^)]*\)", page.split("</style>")[0]) == []
    assert "wd-inline-assets" not in page
    assert "L.map(" in page


def test_live_map_loads_from_our_own_routes_only(scenario, plan, figures):
    page = live_map(scenario, plan, figures, base_url="water").get_root().render()
    loaded = re.findall(r"<(?:script|link)[^>]*(?:src|href)=[\"']([^\"']+)", page)
    assert loaded
    assert all(url.startswith("/water/vendor/") for url in loaded)


def test_tiles_are_off_unless_asked_for(scenario, travel, plan):
    tiles = Tiles("https://tiles.example/{z}/{x}/{y}.png", "Example")
    page = plan_map_html(scenario, travel, plan, tiles=tiles)
    assert "tiles.example" in page
    assert "tiles.example" not in plan_map_html(scenario, travel, plan)


def test_violations_are_on_the_map(scenario, travel, plan):
    """A plan that breaks rules must not look like a good one in a chat."""
    route = plan.routes[0]
    late = replace(route, stops=route.stops[:-1])
    page = plan_map_html(scenario, travel, replace(plan, routes=(late,)), "en")
    count = re.search(r"This plan breaks (\d+) rules", page)
    assert count is not None
    assert "must not be used" not in plan_map_html(scenario, travel, plan, "en")


def test_attribution_is_shown(scenario, travel, plan):
    page = plan_map_html(scenario, travel, plan, attribution="OpenStreetMap, ODbL")
    assert "OpenStreetMap, ODbL" in page


def test_one_layer_per_kind_with_shape_and_words(scenario, plan, figures):
    """V1 is full, V2 gets nothing: two layers, of different shape and sign."""
    features = MapFeatures(scenario, plan, figures, Words("zh"))
    layers = features.villages()
    assert len(layers) == 2
    assert [len(layer.features) for layer in layers] == [1, 1]
    assert "需水全部满足" in layers[0].name
    assert "最低生活用水不足" in layers[1].name
    popup = layers[1].features[0]["properties"]["popup"]
    assert "车辆不够" in popup
    assert len({level_svg(level) for level in LEVEL_SIGNS}) == 4
    assert len({sign.sign for sign in LEVEL_SIGNS.values()}) == 4
    assert len({sign.points for sign in LEVEL_SIGNS.values()}) == 4


def test_route_has_lines_arrows_and_numbers(scenario, plan, figures):
    """Depot, source, village, depot: three legs with two arrows each, two stops."""
    (layer,) = MapFeatures(scenario, plan, figures, Words("zh")).routes()
    lines = [f for f in layer.features if f["geometry"]["type"] == "LineString"]
    legs = [f for f in lines if "tip" in f["properties"]]
    numbers = [f for f in layer.features if f["geometry"]["type"] == "Point"]
    assert (len(legs), len(lines) - len(legs), len(numbers)) == (3, 6, 2)
    assert "A1" in numbers[0]["properties"]["icon"]
    # In Chinese the unit is no English letter.
    assert numbers[1]["properties"]["tip"] == "08:00 上村 3,500 升"
    assert legs[0]["geometry"]["coordinates"][0] == [115.0, 28.005]
    assert "dashArray" in legs[0]["properties"]["style"]


def test_many_trucks_start_as_one_thin_layer(scenario, travel, plan):
    trucks = tuple(replace(scenario.trucks[0], truck_id=f"T{n}") for n in range(1, 9))
    routes = tuple(replace(plan.routes[0], truck_id=t.truck_id) for t in trucks)
    many = replace(scenario, trucks=trucks)
    plan = replace(plan, routes=routes)
    layers = MapFeatures(many, plan, compute_coverage(many, plan), Words("zh")).routes()
    assert [layer.is_shown for layer in layers] == [True, *[False] * 8]
    assert len(layers[0].features) == 8


def test_map_of_a_scenario_without_plan_or_places(scenario):
    chart = live_map(scenario, None, None)
    assert r"\u4e0a\u6751" in chart.get_root().render()
    empty = replace(scenario, villages=(), sources=(), depots=(), trucks=())
    assert live_map(empty, None, None).get_root().render()


def test_six_hundred_places_stay_small(scenario, travel, plan):
    """Under 1 MB with Leaflet: fit to send by chat and to open on a phone."""
    villages = tuple(
        replace(
            scenario.villages[0],
            village_id=f"V{n}",
            lat=28 + n / 1000,
            lon=115 + n % 25 / 100,
        )
        for n in range(1, 601)
    )
    many = replace(scenario, villages=villages)
    page = live_map(many, plan, compute_coverage(many, plan)).get_root().render()
    assert len(page) < 900_000
    data = re.findall(r"_add\((\{.*\})\);", page)
    assert sum(len(json.loads(text)["features"]) for text in data) > 600


def test_trucks_keep_letter_and_colour(scenario):
    trucks = tuple(replace(scenario.trucks[0], truck_id=str(n)) for n in range(30))
    signs = list(truck_signs(replace(scenario, trucks=trucks)).values())
    assert [signs[n].letter for n in (0, 25, 26, 27)] == ["A", "Z", "AA", "AB"]
    assert len({sign.letter for sign in signs}) == 30


def test_basemap_holds_what_is_near_by_kind(on_roads):
    made = basemap_of(on_roads)
    assert {rank: len(lines) for rank, lines in made.roads.items()} == {
        "small": 1,
        "middle": 0,
        "main": 1,
    }
    assert (len(made.water), len(made.rivers), len(made.borders)) == (1, 1, 1)
    # The map shows the village of that name itself.
    assert [name.text for name in made.names] == ["永和乡", "老街", "县道一"]
    assert made.credits_of == ("© 路网作者", "© 水面作者")
    moved = basemap_of(on_roads, datum="gcj02")
    assert moved.rivers[0][0] == from_wgs84(lat=28.0, lon=115.01, datum="gcj02")
    assert basemap_of(replace(on_roads, road_limits=())) is made


def test_basemap_is_cut_to_the_surroundings(scenario):
    """A border or river of a whole province must not come along."""
    river = MapFeature(kind="river", lines=(((28.0, 100.0), (28.0, 130.0)),))
    sea = ((20, 100), (20, 130), (50, 130), (50, 100), (20, 100))
    lake = MapFeature(kind="water", lines=(sea,))
    made = basemap_of(replace(scenario, basemap=(river, lake)))
    lons = [lon for _, lon in made.rivers[0]]
    assert 114.9 < min(lons) < max(lons) < 115.1
    assert all(114.9 < lon < 115.1 for _, lon in made.water[0][0])


def test_large_networks_lose_corners_not_roads(scenario, monkeypatch):
    monkeypatch.setattr("dispatch.maps.basemap._MAX_POINTS", 50)
    line = tuple((28 + n / 10_000, 115 + (n % 2) * 0.0002) for n in range(1, 100))
    nodes = [
        RoadNode(node_id="A", lat=28.0, lon=115.0),
        RoadNode(node_id="B", lat=28.01, lon=115.0),
    ]
    edge = RoadEdge(edge_id="1", from_node="A", to_node="B", length_m=900, shape=line)
    made = basemap_of(replace(scenario, roads=RoadNetwork.of(nodes, [edge])))
    assert 2 <= len(made.roads["small"][0]) <= 50


def test_map_shows_basemap_with_names_for_the_switch(on_roads, travel, plan):
    page = plan_map_html(on_roads, travel, plan, "en")
    for make, count in (("shapes", 3), ("names", 1)):
        assert len(re.findall(rf"= wdMap\.{make}\(", page)) == count
    for name in ("Roads", "Lakes and rivers", "Boundaries", "Names", "Main roads"):
        assert name in page
    credit = safe("© 路网作者 · © 水面作者")
    assert json.dumps(credit)[1:-1] in page


def test_limits_have_patterns_signs_and_words(on_roads, plan):
    found = MapFeatures(on_roads, plan, None, Words("en")).limits()
    assert set(found) == {"closed", "limited", "slow"}
    dashes, signs = set(), set()
    for features in found.values():
        lines = [f for f in features if f["geometry"]["type"] == "LineString"]
        (mark,) = [f for f in features if f["geometry"]["type"] == "Point"]
        dashes.add(lines[0]["properties"]["style"]["dashArray"])
        signs.add(re.sub("<[^>]*>", "", mark["properties"]["icon"]))
    assert len(dashes) == len(signs) == 3
    tip = found["closed"][0]["properties"]["tip"]
    assert "closed" in tip
    assert "塌方" in tip
    legend = live_map(on_roads, plan, None, "en").get_root().render()
    for text in ("Closed", "Limit of weight, width or height", "Slow"):
        assert text in legend


def test_limits_of_another_day_are_not_drawn(on_roads):
    day = Moment(date=dt.date(2022, 9, 7))
    later = tuple(replace(limit, valid_from=day) for limit in on_roads.road_limits)
    features = MapFeatures(
        replace(on_roads, road_limits=later), None, None, Words("zh")
    )
    assert features.limits() == {}


def test_route_ends_at_the_transfer_point(on_roads, travel, plan):
    """V1 is served at a point 200 m east: the truck goes there, a dotted line on."""
    village = replace(
        on_roads.villages[0],
        transfer_lat=28.0,
        transfer_lon=115.002,
        transfer_by="板车",
    )
    moved = replace(on_roads, villages=(village, on_roads.villages[1]))
    figures = compute_coverage(moved, plan)
    features = MapFeatures(moved, plan, figures, Words("zh"))
    (layer,) = features.routes()
    legs = [f for f in layer.features if "tip" in f["properties"]]
    ends = [
        leg["geometry"]["coordinates"][-1]
        for leg in legs
        if leg["geometry"]["type"] == "LineString"
    ]
    assert ends[1] == [115.002, 28.0]
    line, mark = features.transfers().features
    assert line["geometry"]["coordinates"] == [[115.002, 28.0], [115.0, 28.0]]
    assert "dashArray" in line["properties"]["style"]
    assert "板车" in mark["properties"]["tip"]
    popups = [
        f["properties"]["popup"]
        for villages in features.villages()
        for f in villages.features
    ]
    assert any("板车" in popup for popup in popups)
    assert "wd-transfer" in plan_map_html(moved, travel, plan)


def test_lines_follow_the_half_of_the_day(on_roads, plan, monkeypatch):
    """The finder once got no times, and drew the roads of the morning all day."""
    asked = []

    class Finder:
        def __init__(self, scenario):
            pass

        def line(self, truck_id, a, b, *, depart_s, arrive_s):
            asked.append((a, b, depart_s, arrive_s))
            return [(28.0, 115.0), (28.01, 115.0)]

    monkeypatch.setattr("dispatch.maps.routes.RouteFinder", Finder)
    MapFeatures(on_roads, plan, None, Words("zh")).routes()
    assert asked == [
        ("D1", "S1", 25200, 26400),
        ("S1", "V1", 26700, 28800),
        ("V1", "D1", 29100, 32400),
    ]


@pytest.mark.parametrize("name", PAYLOADS)
def test_payload_is_inert_in_the_file(on_roads, travel, plan, name):
    """Names of all that a map shows, notes of limits, credits, transfers."""
    payload = PAYLOADS[name]
    changed = evil(on_roads, payload)
    moved = tuple(
        replace(v, transfer_lat=28.0, transfer_lon=115.002) for v in changed.villages
    )
    changed = replace(changed, villages=moved)
    plan = replace(plan, scenario=payload)
    page = plan_map_html(changed, travel, plan, "en", attribution=payload)
    plain = plan_map_html(on_roads, travel, plan, "en")
    if set(payload) & set("<>\"'`${}\\\n\0"):
        assert payload not in page
    assert "PWNED" * 3 not in page
    assert str(7907 * 7919) not in page
    assert page.count("<script") == plain.count("<script")


def test_thousands_of_places_are_painted_and_keep_their_popups(scenario, travel, plan):
    villages = tuple(
        replace(
            scenario.villages[0],
            village_id=f"V{n}",
            name=f"{n}组",
            lat=28 + n / 10_000,
            lon=115 + n % 40 / 100,
        )
        for n in range(1, 2001)
    )
    many = replace(scenario, villages=villages)
    page = live_map(many, plan, compute_coverage(many, plan)).get_root().render()
    assert len(page) < 1_300_000
    marks = re.findall(r"= wdMap\.marks\((\[.*\]),(\{[^{}]*\})\);", page)
    places = [json.loads(text) for text, _ in marks]
    assert sum(map(len, places)) == 2000
    assert all(len(place) == 4 for level in places for place in level)
    signs = [json.loads(text) for _, text in marks]
    assert len({sign["points"] for sign in signs}) == len(signs) == 2
    # One village has what it needs, all others are the worst on top.
    assert [len(level) for level in places] == [1, 1999]


def test_steps_lead_back_to_the_points():
    points = [(28.00001, 115.5), (28.0, 115.50002), (-1.5, 0.0)]
    steps = steps_of(points)
    lat, lon = np.cumsum(steps[::2]), np.cumsum(steps[1::2])
    assert [(a / 1e5, b / 1e5) for a, b in zip(lat, lon, strict=True)] == points


def test_script_survives_two_template_engines():
    """Jinja reads two braces, or a brace and a percent or hash sign, as its own."""
    code = (Path(dispatch.maps.page.__file__).parent / "static" / "map.js").read_text(
        "utf-8"
    )
    assert not re.search(r"\{[{%#]", code)
    assert "</script" not in code


def test_drawing_shows_the_basemap_too(on_roads):
    lines = road_lines(on_roads)
    assert sum(line.is_area for line in lines) == 1
    assert any("dashArray" in line.style for line in lines)
    assert len(lines) == 5
    assert lines[0].credit == "© 路网作者 · © 水面作者"


def test_what_is_only_drawn_makes_no_plan_old(on_roads):
    """A new basemap once would have made every plan look outdated."""
    assert digest_of(replace(on_roads, basemap=(), areas=())) == digest_of(on_roads)
