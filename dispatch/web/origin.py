"""Where a request comes from: which page sent it, and which paths are our own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.types import Scope

_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}
#: Printable ASCII without a backslash, which browsers read as a slash.
_LOCAL: Final = re.compile(r"/(?!/)[!-\[\]-~]*")
_MAX_PATH: Final = 2000


def is_foreign(headers: Headers) -> bool:
    """
    Whether a page of another host sent a request.

    Parameters
    ----------
    headers
        Of the request. ``Origin`` says it, else ``Sec-Fetch-Site``; a program other
        than a browser may send neither.
    """
    origin, fetched = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is None or origin == "null":
        # No origin is told by pages that send no referrer either.
        known = ("same-origin", "none")
        return fetched not in known if origin or fetched else False
    try:
        parts = urlsplit(origin)
        host = urlsplit(f"//{headers.get('host', '')}")
        usual = _PORTS.get(parts.scheme)
        sent = parts.hostname, parts.port or usual
        asked = host.hostname, host.port or usual
    except ValueError:
        return True
    return usual is None or sent[0] is None or sent != asked


def is_local_path(path: str) -> bool:
    """
    Whether an address stays on this host, however a browser reads it.

    Parameters
    ----------
    path
        Path and query, quoted.
    """
    return len(path) <= _MAX_PATH and _LOCAL.fullmatch(path) is not None


def own_path(scope: Scope) -> str:
    """Return the path of a request without what stands before all of our paths."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    if root and (path == root or path.startswith(root + "/")):
        return path[len(root) :] or "/"
    return path


def is_secure(scope: Scope, headers: Headers) -> bool:
    """
    Whether the browser speaks TLS, with us or with a proxy before us.

    Parameters
    ----------
    scope
        Of the request.
    headers
        Of the request.
    """
    told = headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    return scope.get("scheme") in ("https", "wss") or told == "https"
