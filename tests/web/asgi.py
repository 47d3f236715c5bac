"""One request to routes, without a server: status, headers and body of the answer."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


def call(
    app,
    method,
    path,
    body=b"",
    *,
    headers=None,
    declared=None,
    part=65_536,
    root="",
    client="127.0.0.1",
):
    """Send a request in parts; ``declared`` is a length that need not be true."""
    url, _, query = path.partition("?")
    parts = [body[k : k + part] for k in range(0, len(body), part)] or [b""]
    sent, read = [], []

    async def receive():
        position = len(read)
        read.append(position)
        more = position + 1 < len(parts)
        content = parts[position] if position < len(parts) else b""
        return {"type": "http.request", "body": content, "more_body": more}

    async def send(message):
        sent.append(message)

    raw = [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()]
    if declared is not None:
        raw.append((b"content-length", str(declared).encode()))
    scope = {
        "type": "http",
        "method": method,
        "path": url,
        "root_path": root,
        "client": (client, 5000),
        "query_string": query.encode(),
        "headers": raw,
        "http_version": "1.1",
        "scheme": "http",
        "server": ("test", 80),
    }
    asyncio.run(app(scope, receive, send))
    got = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], got, body), len(read)


def handshake(app, path, *, headers=None, incoming=()):
    """Open a websocket, send what comes in, and return what was sent back."""
    waiting = [
        {"type": "websocket.connect"},
        *({"type": "websocket.receive", "bytes": content} for content in incoming),
        {"type": "websocket.disconnect", "code": 1000},
    ]
    sent = []

    async def receive():
        message = waiting.pop(0)
        if callable(message.get("bytes")):
            message["bytes"] = message["bytes"]()
        return message

    async def send(message):
        sent.append(message)

    raw = [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()]
    scope = {
        "type": "websocket",
        "path": path,
        "root_path": "",
        "query_string": b"",
        "headers": raw,
        "scheme": "ws",
        "server": ("test", 80),
        "subprotocols": [],
    }
    asyncio.run(app(scope, receive, send))
    return sent
