"""The one HTML page around Streamlit's: its language, and where its server is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from dispatch.words.words import as_lang

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HTML: Final = re.compile(rb'<html lang="en">')
_LANGS: Final = {"zh": b"zh-CN", "en": b"en"}
#: Before the first script of the page, which reads it.
_FIRST_SCRIPT: Final = b"<script>"
#: Larger answers are none of Streamlit's page.
_MAX_BYTES: Final = 200_000


class PageShell:
    """
    Complete the page that Streamlit sends for every address.

    Opened below the root, it would ask two addresses below its own first, which are
    not there; told where the server is, it asks the right ones at once. And it says
    that it is English, whatever it shows.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and complete an answer that is a page."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        parts: list[bytes] = []

        async def send_completed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
                return
            if start is None:
                await send(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body = _completed(b"".join(parts), scope)
            headers = [
                (name, value)
                for name, value in start["headers"]
                # The same file in another language is another page.
                if name.lower() not in (b"content-length", b"etag", b"last-modified")
            ]
            headers.append((b"content-length", str(len(body)).encode()))
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": body})

        await self._app(_without_conditions(scope), receive, send_completed)


def _is_page(message: Message) -> bool:
    headers = {name.lower(): value for name, value in message["headers"]}
    size = headers.get(b"content-length", b"0")
    return (
        message["status"] == 200
        and headers.get(b"content-type", b"").startswith(b"text/html")
        and b"content-encoding" not in headers
        and b"content-security-policy" not in headers
        and int(size) <= _MAX_BYTES
    )


def _completed(body: bytes, scope: Scope) -> bytes:
    if _HTML.search(body) is None or _FIRST_SCRIPT not in body:
        return body
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    lang = _LANGS[as_lang(query.get("lang", [None])[0])]
    root = json.dumps(f"{scope.get('root_path', '').rstrip('/')}/")
    address = f"{{BACKEND_BASE_URL:location.origin+{root}}}"
    script = f"<script>window.__streamlit={address}</script>"
    body = _HTML.sub(b'<html lang="' + lang + b'">', body, count=1)
    return body.replace(_FIRST_SCRIPT, script.encode() + _FIRST_SCRIPT, 1)


def _without_conditions(scope: Scope) -> Scope:
    """
    Return a request for the whole page, as text.

    A 304 would be of another language, and what is packed cannot be completed.
    """
    accepts = b",".join(v for name, v in scope["headers"] if name.lower() == b"accept")
    if b"text/html" not in accepts:
        return scope
    left_out = (b"if-none-match", b"if-modified-since", b"accept-encoding")
    headers = [each for each in scope["headers"] if each[0].lower() not in left_out]
    return {**scope, "headers": headers}
