"""Maps: layers and signs, no foreign asset, and no payload that runs."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from dispatch.coverage import compute_coverage
from dispatch.web.map import Tiles, live_map, plan_map_html
from dispatch.web.map_features import MapFeatures
from dispatch.web.palette import LEVEL_SIGNS, level_svg, truck_signs
from dispatch.web.safe import safe
from dispatch.web.words import Words

#: Names that ran, as script in the browser or as a template on the server, when they
#: were given to Folium as they are.
PAYLOADS = (
    '<img src=x onerror="window.hacked=1">',
    "</script><script>window.hacked=1</script>",
    "${window.hacked=1}",
    "`+(window.hacked=1)+`",
    "'+(window.hacked=1)+'",
    '"+(window.hacked=1)+"',
    "\\'+(window.hacked=1)//",
    "{{ 7907*7919 }}",
    "{% for x in range(1337) %}PWNED{% endfor %}",
    "{# comment #}",
    "{{ cycler.__init__.__globals__.os.system('touch hacked') }}",
    "line\nbreak\u2028and\x00nul",
)


@pytest.fixture
def figures(scenario, plan):
    return compute_coverage(scenario, plan)


def renamed(scenario, name):
    """Put a text into every field that people type and a map shows."""
    return replace(
        scenario,
        name=name,
        villages=tuple(replace(v, name=name) for v in scenario.villages),
        sources=tuple(replace(s, name=name) for s in scenario.sources),
        depots=tuple(replace(d, name=name) for d in scenario.depots),
        trucks=tuple(replace(t, plate=name) for t in scenario.trucks),
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_safe_leaves_no_sign_with_a_meaning(payload):
    assert not set(safe(payload)) & set("<>\"'`${}\\%\n\r\0\u2028")
    assert re.fullmatch(r"(&#\d+;|[^&#])*", safe(payload))


def test_safe_reads_the_same_on_the_page():
    import html

    text = "李家湾 & <3> {\"a\"} `$5` 100% \\ 'x' #1"
    assert html.unescape(safe(text)) == text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payload_as_a_name_is_inert_in_the_file(scenario, travel, plan, payload):
    evil = renamed(scenario, payload)
    page = plan_map_html(evil, travel, replace(plan, scenario=payload), "en")
    plain = plan_map_html(scenario, travel, plan, "en")
    assert payload not in page
    assert "PWNED" * 3 not in page
    assert str(7907 * 7919) not in page
    assert page.count("<script") == plain.count("<script")


def test_payload_does_not_run_on_the_server(scenario, travel, plan, tmp_path):
    evil = renamed(
        scenario, "{{ cycler.__init__.__globals__.os.mkdir('%s') }}" % (tmp_path / "x")
    )
    plan_map_html(evil, travel, plan)
    live = live_map(evil, plan, compute_coverage(evil, plan))
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
    assert "生存用水不足" in layers[1].name
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
