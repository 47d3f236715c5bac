"""The app as a server: found by Streamlit, set as we want it, closed to others."""

from __future__ import annotations

import asyncio
import runpy
import tomllib
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit import config
from streamlit.web.server.app_discovery import discover_asgi_app

from dispatch.maps.assets import JQUERY_DIR, JQUERY_URL, LEAFLET_DIR, LEAFLET_URL
from dispatch.web.server import SETTINGS, SecurityHeaders, app_parts

ROOT = Path(__file__).parents[2]


def test_streamlit_finds_the_app_in_app_py():
    """It was once made by a function elsewhere: the page stayed empty."""
    found = discover_asgi_app(ROOT / "app.py")
    assert found.is_asgi_app
    assert runpy.run_path(str(ROOT / "app.py"))["app"].script_path.name == "main.py"


def test_both_ways_to_start_have_the_same_settings():
    text = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    written = {
        f"{table}.{name}": value
        for table, entries in tomllib.loads(text).items()
        for name, value in entries.items()
    }
    only_there = {"server.address", "browser.serverAddress"}
    assert {k: v for k, v in written.items() if k not in only_there} == SETTINGS
    assert written["server.address"] == "127.0.0.1"


def test_settings_are_in_force():
    app_parts()
    for name, value in SETTINGS.items():
        assert config.get_option(name) == value


def test_assets_are_where_the_map_looks_for_them():
    paths = {route.path for route in app_parts()["routes"]}
    assert {LEAFLET_URL, JQUERY_URL, "/d/{token}", "/sign-in"} <= paths
    # Everybody saw every truck there, without a link.
    assert not [path for path in paths if path.startswith("/driver")]
    assert (LEAFLET_DIR / "leaflet.js").is_file()
    assert (LEAFLET_DIR / "leaflet.css").is_file()
    assert (JQUERY_DIR / "jquery.min.js").is_file()


def test_answers_allow_nothing_from_other_hosts():
    """The policy is added, and a stricter one of a page is kept."""

    def plain(request):
        return PlainTextResponse("x")

    def strict(request):
        headers = {"Content-Security-Policy": "default-src 'none'"}
        return PlainTextResponse("x", headers=headers)

    app = Starlette(
        routes=[Route("/plain", plain), Route("/strict", strict)],
        middleware=[Middleware(SecurityHeaders)],
    )
    policy = _headers(app, "/plain")[b"content-security-policy"].decode()
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert _headers(app, "/strict")[b"content-security-policy"] == (
        b"default-src 'none'"
    )


def _headers(app, path):
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
        "headers": [],
    }
    asyncio.run(app(scope, receive, send))
    return dict(sent[0]["headers"])
