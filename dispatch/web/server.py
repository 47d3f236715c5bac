"""The app: pages of Streamlit, plain pages and our own assets in one process."""

from __future__ import annotations

import contextlib
import gc
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.routing import Route as HttpRoute
from starlette.staticfiles import StaticFiles
from streamlit import config

from dispatch import logs, settings
from dispatch.errors import DispatchError
from dispatch.maps.assets import JQUERY_DIR, JQUERY_URL, LEAFLET_DIR, LEAFLET_URL
from dispatch.maps.tile_files import NO_PICTURE, tile_of
from dispatch.maps.tiles import tile_setting
from dispatch.maps.vector_tiles import vector_tile_json
from dispatch.runs.queue import resume_runs
from dispatch.web import signed
from dispatch.web.address import public_url
from dispatch.web.brief import BriefPages
from dispatch.web.gate import SignInGate
from dispatch.web.phone.links import LinkPages
from dispatch.web.shell import PageShell
from dispatch.web.sign_in import SignInPages
from dispatch.web.store import store_of_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)

#: As in ``.streamlit/config.toml``, which counts only where Streamlit reads that file.
SETTINGS: Final[dict[str, object]] = {
    # Streamlit collects all garbage after every click; see the note in `lifespan`.
    "runner.postScriptGC": False,
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "server.maxUploadSize": 200,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "theme.primaryColor": "#0B5A84",
}

MAIN: Final = Path(__file__).with_name("main.py")

#: Scripts of Streamlit and of Folium's maps are inline and evaluated; nothing may
#: come from, or be sent to, another host.
_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src {images}; "
    "font-src 'self' data:; connect-src 'self' ws: wss: data: blob:; "
    "worker-src 'self' blob:; frame-src 'self' blob: data:; object-src 'none'; "
    "frame-ancestors 'self'; base-uri 'self'"
)


def policy() -> str:
    """Return the policy of our pages: pictures also from the chosen map's host."""
    tiles = tile_setting().tiles
    images = ("'self'", "data:", "blob:", *(tiles.hosts if tiles else ()))
    return _POLICY.format(images=" ".join(images))


class SecurityHeaders:
    """Add a policy to every answer that does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of the answer."""
        if scope["type"] != "http":  # each small message of a page would pass by here
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                names = {name.lower() for name, _ in headers}
                for name, value in (
                    (b"content-security-policy", policy().encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"same-origin"),
                ):
                    if name not in names:
                        headers.append((name, value))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_with_headers)


@contextlib.asynccontextmanager
async def _lifespan(app: object) -> AsyncIterator[dict[str, Any] | None]:
    # What is loaded by now lives as long as the process: a collection that need not
    # walk it stalls no click.
    gc.collect()
    gc.freeze()
    logs.adopt()  # libraries have set up their own by now
    db = store_of_server()
    if db is not None:
        # A store that cannot be reached is told by the pages.
        with contextlib.suppress(DispatchError):
            resume_runs(db)
    yield None


def _tile(request: Request) -> Response:
    """Answer with a tile of the file in the setting, an empty one where it has none."""
    tiles = tile_setting().tiles
    if tiles is None or tiles.file is None:
        return Response(status_code=404)
    zoom, x, y = (int(request.path_params[name]) for name in ("zoom", "x", "y"))
    changed = tiles.file.stat().st_mtime_ns
    headers = {
        "Cache-Control": "private, max-age=86400",
        "ETag": f'"{changed:x}-{zoom}-{x}-{y}"',
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    picture = tile_of(tiles.file, zoom, x, y)
    if picture is None:
        picture = NO_PICTURE, "image/png"
    data, kind = picture
    return Response(data, media_type=kind, headers=headers)


def _vector_tile(request: Request) -> Response:
    """Answer with a vector tile of the file in the setting, as JSON."""
    tiles = tile_setting().tiles
    if tiles is None or tiles.file is None or not tiles.is_vector:
        return Response(status_code=404)
    zoom, x, y = (int(request.path_params[name]) for name in ("zoom", "x", "y"))
    headers = {"Cache-Control": "private, max-age=3600"}
    text = vector_tile_json(tiles.file, zoom, x, y)
    return Response(text, media_type="application/json", headers=headers)


class AppParts(TypedDict):
    """What ``st.App`` is given besides its script."""

    routes: list[BaseRoute]
    middleware: list[Middleware]
    lifespan: Callable[[st.App], AbstractAsyncContextManager[dict[str, Any] | None]]


def app_parts() -> AppParts:
    """Return routes, middleware and start-up of the app, and apply its settings."""
    problem = tile_setting().problem
    if problem is not None:
        _log.warning("%s\n%s", problem.text("zh"), problem.text("en"))
    for name, value in SETTINGS.items():
        config.set_option(name, value)
    clock = signed.clock  # of all pages
    return {
        "routes": [
            *LinkPages(store_of_server, settings.photos_folder, clock).routes(),
            *SignInPages(store_of_server, clock).routes(),
            *BriefPages(store_of_server, clock).routes(),
            HttpRoute("/tiles/{zoom:int}/{x:int}/{y:int}", _tile),
            HttpRoute("/tiles/{zoom:int}/{x:int}/{y:int}.json", _vector_tile),
            Mount(LEAFLET_URL, StaticFiles(directory=LEAFLET_DIR)),
            Mount(JQUERY_URL, StaticFiles(directory=JQUERY_DIR)),
        ],
        "middleware": [
            Middleware(SecurityHeaders),
            Middleware(SignInGate, store=store_of_server, clock=clock),
            Middleware(PageShell),
        ],
        "lifespan": _lifespan,
    }


def create_app() -> st.App:
    """Return the ASGI app; the environment says where scenarios and runs are."""
    return st.App(MAIN, **app_parts())


def serve(
    data_dir: str | Path = "data",
    port: int = 8501,
    *,
    host: str = "127.0.0.1",
    jobs_dir: str | Path | None = None,
    store: str | None = None,
) -> None:
    """
    Run the dashboard until it is stopped.

    Parameters
    ----------
    data_dir
        Holds one folder or workbook per scenario.
    port
        Port to listen at.
    host
        ``0.0.0.0`` lets phones in the same network see it.
    jobs_dir
        Where runs and edits are kept; by default ``.jobs`` in the data folder.
    store
        Address of the database; by default ``dispatch.db`` in the data folder.
    """
    settings.publish(
        data=Path(data_dir),
        jobs=None if jobs_dir is None else Path(jobs_dir),
        phones_at=public_url(host, port),
        store=store,
    )
    logs.set_up()
    uvicorn.run(
        create_app(),
        host=host,
        port=port,
        log_level="warning",
        log_config=None,
        # As Streamlit does: packing each of a page's hundred small messages costs more
        # than it saves.
        ws_per_message_deflate=False,
    )
