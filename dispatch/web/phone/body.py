"""Bodies of requests, read no further than they may be long."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.requests import Request


class TooLarge(Exception):
    """The body is longer than it may be."""


class NotReadable(Exception):
    """The body is no JSON of the form that is asked for."""


async def read_body(request: Request, most: int) -> bytes:
    """
    Return the body of a request.

    Parameters
    ----------
    request
        Its body is not read yet.
    most
        Bytes that it may have; what says it is longer is not read at all.

    Raises
    ------
    TooLarge
        If it is longer.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 12 or int(declared) > most):
        raise TooLarge
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def events_of(body: bytes, most: int) -> list[Any]:
    """
    Return the events of a body.

    Parameters
    ----------
    body
        ``{"events": [...]}``.
    most
        How many there may be.

    Raises
    ------
    NotReadable
        If it is anything else.
    TooLarge
        If there are more.
    """
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotReadable from error
    events = value.get("events") if isinstance(value, dict) else None
    if not isinstance(events, list):
        raise NotReadable
    if len(events) > most:
        raise TooLarge
    return events


def seen_version_of(body: bytes) -> int:
    """
    Return the number of a body ``{"version": N}``.

    Raises
    ------
    NotReadable
        If it is anything else.
    """
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotReadable from error
    version = value.get("version") if isinstance(value, dict) else None
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise NotReadable
    return version
