"""Somebody else's map below ours: addresses, files, datums, and what is refused."""

from __future__ import annotations

import gzip
import json
import sqlite3
import urllib.parse
from dataclasses import replace

import mapbox_vector_tile
import pytest
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from starlette.applications import Starlette
from starlette.middleware import Middleware

from dispatch.geo.datum import from_wgs84, to_wgs84
from dispatch.maps.features import MapFeatures
from dispatch.maps.page import Tiles, live_map, plan_map_html
from dispatch.maps.tile_files import tile_file_info, tile_of
from dispatch.maps.tiles import (
    tile_setting,
    tiles_of,
)
from dispatch.maps.vector_tiles import vector_tile_json
from dispatch.settings import (
    DATA_ENV,
    TIANDITU_TOKEN_ENV,
    TILES_CREDIT_ENV,
    TILES_DATUM_ENV,
    TILES_ENV,
)
from dispatch.web.components.drawing import Drawing, _in_wgs84, _moved
from dispatch.web.server import SecurityHeaders, app_parts, policy
from dispatch.words.message import MessageError
from dispatch.words.words import Words

PNG = b"\x89PNG\r\n\x1a\nsouth"
NORTH = b"\x89PNG\r\n\x1a\nnorth"
TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give an empty data folder and an environment without a setting."""
    for name in (TILES_ENV, TILES_DATUM_ENV, TILES_CREDIT_ENV, TIANDITU_TOKEN_ENV):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(DATA_ENV, str(tmp_path))
    return tmp_path


def write_mbtiles(path, *, form="png", tiles=((1, 0, 0, PNG), (1, 0, 1, NORTH))):
    with sqlite3.connect(path) as db:
        db.execute("create table metadata (name text, value text)")
        db.execute(
            "create table tiles (zoom_level int, tile_column int, tile_row int,"
            " tile_data blob)"
        )
        rows = [("format", form), ("attribution", '<a href="x">© Someone</a>')]
        db.executemany("insert into metadata values (?, ?)", rows)
        db.executemany("insert into tiles values (?, ?, ?, ?)", tiles)
    db.close()
    return path


def write_pmtiles(path, *, kind=TileType.PNG):
    with path.open("wb") as stream:
        writer = Writer(stream)
        writer.write_tile(zxy_to_tileid(1, 0, 0), NORTH)
        writer.write_tile(zxy_to_tileid(1, 0, 1), PNG)
        header = {
            "tile_type": kind,
            "tile_compression": Compression.NONE,
            "min_lon_e7": 0,
            "min_lat_e7": 0,
            "max_lon_e7": 0,
            "max_lat_e7": 0,
            "center_zoom": 1,
            "center_lon_e7": 0,
            "center_lat_e7": 0,
        }
        writer.finalize(header, {"attribution": "© Someone"})
    return path


def test_nothing_is_asked_of_others_without_a_setting(folder):
    assert tile_setting().tiles is None
    assert tile_setting().problem is None
    assert "http" not in policy()


def test_plain_address_from_the_file(folder):
    text = (
        'tiles = "https://a.example:8443/t/{z}/{x}/{y}.png?k=1"\n'
        'datum = "gcj02"\nattribution = "© A"\nmax_zoom = 17\n'
    )
    (folder / "map.toml").write_text(text, "utf-8")
    tiles = tile_setting().tiles
    assert tiles == Tiles(
        "https://a.example:8443/t/{z}/{x}/{y}.png?k=1",
        "© A",
        datum="gcj02",
        max_zoom=17,
    )
    assert tiles.hosts == ("https://a.example:8443",)


def test_environment_wins_and_a_changed_file_counts_at_once(folder, monkeypatch):
    (folder / "map.toml").write_text('tiles = "osm"', "utf-8")
    assert "openstreetmap" in tile_setting().tiles.url
    monkeypatch.setenv(TILES_ENV, "https://b.example/{z}/{x}/{y}")
    monkeypatch.setenv(TILES_DATUM_ENV, "bd09")
    monkeypatch.setenv(TILES_CREDIT_ENV, "© B")
    found = tile_setting().tiles
    assert (found.url[:17], found.datum, found.attribution) == (
        "https://b.example",
        "bd09",
        "© B",
    )
    monkeypatch.delenv(TILES_ENV)
    (folder / "map.toml").write_text('tiles = "none"  # off', "utf-8")
    assert tile_setting().tiles is None


def test_wmts_by_keys_and_by_path(folder):
    by_keys = (
        "https://w.example/wmts?SERVICE=WMTS&TILEMATRIX={TileMatrix}"
        "&TILEROW={TileRow}&TILECOL={TileCol}"
    )
    assert tiles_of({"tiles": by_keys}, folder=folder).url.endswith(
        "TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
    )
    by_path = "https://w.example/default/{TileMatrix}/{TileRow}/{TileCol}.png"
    found = tiles_of({"tiles": by_path}, folder=folder)
    assert found.url == "https://w.example/default/{z}/{y}/{x}.png"


def test_osm_says_whose_it_is(folder):
    found = tiles_of({"tiles": "osm"}, folder=folder)
    assert found.url == "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
    assert "OpenStreetMap" in found.attribution
    assert found.max_zoom <= 19


def test_tianditu_needs_a_token_and_has_names_of_its_own(folder, monkeypatch):
    monkeypatch.setenv(TILES_ENV, "tianditu")
    setting = tile_setting()
    assert setting.tiles is None
    assert TIANDITU_TOKEN_ENV in setting.problem.text("zh")
    monkeypatch.setenv(TIANDITU_TOKEN_ENV, TOKEN)
    tiles = tile_setting().tiles
    streets, names = tiles.urls()
    assert "/vec_w/wmts?" in streets
    assert "/cva_w/wmts?" in names
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(streets).query)
    assert query["tk"] == [TOKEN]
    assert query["TILEMATRIXSET"] == ["w"]
    assert (query["TILEMATRIX"], query["TILEROW"], query["TILECOL"]) == (
        ["{z}"],
        ["{y}"],
        ["{x}"],
    )
    assert tiles.datum == "wgs84"
    assert tiles.hosts == ("https://t0.tianditu.gov.cn",)


@pytest.mark.parametrize(
    "text",
    [
        "tiles = 7",
        'tiles = "mapbox"',
        'tiles = "https://a.example/{z}/{x}.png"',
        'tiles = "https://{s}.example/{z}/{x}/{y}.png"',
        'tiles = "https://{z}.example/{x}/{y}.png"',
        'tiles = "ftp://a.example/{z}/{x}/{y}.png"',
        'tiles = "javascript:alert(1)/{z}/{x}/{y}"',
        "tiles = \"https://a.example; script-src '*'/{z}/{x}/{y}\"",
        "tiles = \"https://a.example/{z}/{x}/{y}'+hacked+'\"",
        'tiles = "https://a.example/{{z}}/{x}/{y}"',
        'tiles = "https://a.example/${z}/{x}/{y}`"',
        'tiles = "https://me@a.example/{z}/{x}/{y}"',
        'tiles = "missing.mbtiles"',
        'tiles = "missing.pmtiles"',
        'tiles = "osm"\ndatum = "mars"',
        'tiles = "osm"\nmax_zoom = 99',
        'tiles = "osm"\nmax_zoom = "a"',
        'tiles = "osm"\nattribution = 7',
        'tile = "osm"',
        "tiles = ",
        "\ufeff\0",
    ],
)
def test_wrong_setting_is_a_sentence_and_the_map_goes_on(folder, text, scenario):
    (folder / "map.toml").write_text(text, "utf-8")
    setting = tile_setting()
    assert setting.tiles is None
    for lang in ("zh", "en"):
        assert len(setting.problem.text(lang)) > 10
    assert "http" not in policy()
    assert "L.tileLayer" not in live_map(scenario, None, None).get_root().render()


def test_wrong_setting_is_told_at_start(folder, caplog):
    (folder / "map.toml").write_text('tiles = "mapbox"', "utf-8")
    app_parts()
    assert "mapbox" in caplog.text


def test_policy_allows_pictures_of_the_chosen_host_only(folder, monkeypatch):
    before = policy().split("; ")
    monkeypatch.setenv(TILES_ENV, "https://a.example/{z}/{x}/{y}.png")
    changed = [part for part in policy().split("; ") if part not in before]
    assert changed == ["img-src 'self' data: blob: https://a.example"]


@pytest.mark.parametrize("write", [write_mbtiles, write_pmtiles])
def test_local_file_is_served(folder, write, get):
    """Rows of MBTiles count from the south: tile 1/0/0 is the northern one."""
    name = "own.mbtiles" if write is write_mbtiles else "own.pmtiles"
    path = write(folder / name)
    (folder / "map.toml").write_text(f'tiles = "{name}"', "utf-8")
    tiles = tile_setting().tiles
    assert tiles.attribution == "© Someone"
    assert (tiles.min_zoom, tiles.max_zoom, tiles.hosts) == (1, 1, ())
    assert tiles.urls("/water/") == ("/water/tiles/{z}/{x}/{y}",)
    assert tile_of(path, 1, 0, 0) == (NORTH, "image/png")
    status, headers, body = get("/tiles/1/0/0")
    assert (status, body) == (200, NORTH)
    assert headers[b"content-type"] == b"image/png"
    assert b"max-age" in headers[b"cache-control"]
    assert get("/tiles/1/0/1")[2] == PNG
    again = get("/tiles/1/0/0", {b"if-none-match": headers[b"etag"]})
    assert (again[0], again[2]) == (304, b"")


@pytest.mark.parametrize("path", ["/tiles/1/1/1", "/tiles/9/0/0", "/tiles/1/5/0"])
def test_tile_that_is_not_there(folder, path, get):
    write_mbtiles(folder / "own.mbtiles")
    (folder / "map.toml").write_text('tiles = "own.mbtiles"', "utf-8")
    for asked in (path, f"/tiles/{10**30}/0/0"):
        status, _, body = get(asked)
        assert status == 200
        assert body.startswith(b"\x89PNG")
        assert body not in (PNG, NORTH)


def test_no_tiles_are_served_without_a_file(folder, get):
    assert get("/tiles/1/0/0")[0] == 404


def write_vector(path, *, data=None):
    """Write one tile with a lake in the north-west, roads, a border and a name."""
    ring = "POLYGON((0 4096, 0 2048, 2048 2048, 2048 4096, 0 4096))"
    layers = {
        "water": [(ring, {})],
        "transportation": [
            ("LINESTRING(0 0, 4096 4096)", {"class": "primary"}),
            ("MULTILINESTRING((0 0, 9 9),(5 5, 6 6))", {"class": "track"}),
        ],
        "boundary": [("LINESTRING(0 100, 4096 100)", {})],
        "place": [("POINT(2048 1024)", {"name": "<b>永和"}), ("POINT(1 1)", {})],
        "poi": [("POINT(7 7)", {"name": "店"})],
    }
    encoded = mapbox_vector_tile.encode(
        [
            {
                "name": name,
                "features": [{"geometry": g, "properties": p} for g, p in rows],
            }
            for name, rows in layers.items()
        ]
    )
    data = gzip.compress(encoded) if data is None else data
    return write_mbtiles(path, form="pbf", tiles=((1, 0, 1, data),))


def test_vector_tiles_become_lines_and_names(folder, get):
    """Rows of points from the upper left, ranks as for roads of our own."""
    write_vector(folder / "own.mbtiles")
    (folder / "map.toml").write_text('tiles = "own.mbtiles"', "utf-8")
    tiles = tile_setting().tiles
    assert (tiles.is_vector, tiles.url) == (True, "/tiles/{z}/{x}/{y}.json")
    status, headers, body = get("/tiles/1/0/0.json")
    assert (status, headers[b"content-type"]) == (200, b"application/json")
    tile = json.loads(body)
    assert tile["main"] == [[0, 4096, 4096, 0]]
    assert len(tile["small"]) == 2
    assert {tuple(tile["water"][0][0][i : i + 2]) for i in range(0, 8, 2)} == {
        (0, 0),
        (0, 2048),
        (2048, 2048),
        (2048, 0),
    }
    assert tile["borders"] == [[0, 3996, 4096, 3996]]
    assert tile["names"] == [[2048, 3072, "<b>永和"]]
    assert json.loads(get("/tiles/1/1/1.json")[2]) == {"extent": 4096}


@pytest.mark.parametrize("data", [b"\x1f\x8bbroken", b"\xff" * 99, b"<html>"])
def test_damaged_vector_tile_is_an_empty_one(folder, data):
    path = write_vector(folder / "own.mbtiles", data=data)
    assert json.loads(vector_tile_json(path, 1, 0, 0)) == {"extent": 4096}


def test_pmtiles_may_hold_vector_tiles(folder, get):
    path = write_pmtiles(folder / "a.pmtiles", kind=TileType.MVT)
    assert tile_file_info(path).is_vector
    assert get("/tiles/1/0/0.json")[0] == 404
    unknown = write_pmtiles(folder / "b.pmtiles", kind=TileType.UNKNOWN)
    with pytest.raises(MessageError, match="UNKNOWN"):
        tile_file_info(unknown)


@pytest.mark.parametrize("name", ["a.mbtiles", "a.pmtiles"])
@pytest.mark.parametrize(
    "data", [b"", b"PMTiles\x03", b"SQLite format 3\0", b"\xff" * 999]
)
def test_damaged_file_is_told(folder, name, data):
    (folder / name).write_bytes(data)
    with pytest.raises(MessageError, match="cannot be read"):
        tile_file_info(folder / name)
    assert tile_of(folder / name, 1, 0, 0) is None


@pytest.fixture
def get(folder):
    """Give a function that asks the app's own routes."""
    import asyncio

    parts = app_parts()
    app = Starlette(routes=parts["routes"], middleware=[Middleware(SecurityHeaders)])

    def ask(path, headers=None):
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": b"",
            "headers": list((headers or {}).items()),
        }
        asyncio.run(app(scope, receive, send))
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], dict(sent[0]["headers"]), body

    return ask


def test_live_map_takes_the_setting_and_the_file_does_not(
    folder, monkeypatch, scenario, travel, plan
):
    monkeypatch.setenv(TILES_ENV, "https://a.example/{z}/{x}/{y}.png")
    monkeypatch.setenv(TILES_CREDIT_ENV, "© {{ 7*7 }}<img src=x onerror=hack()>")
    page = live_map(scenario, None, None).get_root().render()
    assert "https://a.example/" in page
    assert "referrerPolicy" in page
    assert "<img src=x" not in page
    assert " 7*7 " in page
    assert "\\u00a9 49" not in page
    assert "a.example" not in plan_map_html(scenario, travel, plan)


def test_points_move_with_the_tiles(scenario):
    """GCJ-02 tiles lie some hundred metres off: our points have to follow."""
    features = MapFeatures(scenario, None, None, Words("zh"), datum="gcj02")
    (layer,) = features.villages()
    lon, lat = layer.features[0]["geometry"]["coordinates"]
    village = scenario.villages[0]
    wanted = from_wgs84(lat=village.lat, lon=village.lon, datum="gcj02")
    assert (lat, lon) == pytest.approx(wanted, abs=1e-6)
    assert abs(lon - village.lon) > 0.001
    plain = MapFeatures(scenario, None, None, Words("zh")).villages()[0]
    assert plain.features[0]["geometry"]["coordinates"] == [village.lon, village.lat]


def test_old_datum_of_a_scenario_does_not_move_it_again(scenario):
    """Readers convert every position; the field once moved them a second time."""
    old = replace(scenario, datum="gcj02")
    (layer,) = MapFeatures(old, None, None, Words("zh")).villages()
    assert layer.features[0]["geometry"]["coordinates"] == [115.0, 28.0]


def test_drawing_moves_both_ways():
    line = [[(28.0, 115.0), (28.1, 115.1)], [(28.2, 115.2), (28.3, 115.3)]]
    shown = _moved(line, "gcj02")
    assert shown[0][0] == from_wgs84(lat=28.0, lon=115.0, datum="gcj02")
    assert _moved(line, "wgs84") is line
    drawn = _in_wgs84(Drawing("pair", tuple(shown[0])), "gcj02")
    for point, wanted in zip(drawn.points, line[0], strict=True):
        assert point == pytest.approx(wanted, abs=1e-8)
    located = Drawing("point", ((28.0, 115.0),), located_m=9.0)
    assert _in_wgs84(located, "gcj02") == located
    assert to_wgs84(lat=28.0, lon=115.0, datum="wgs84") == (28.0, 115.0)
