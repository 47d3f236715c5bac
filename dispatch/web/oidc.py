"""Whom the office's own sign-in vouches for, by the cookie that Streamlit signed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import (
    # Streamlit has no public name for it; tests/web/test_oidc.py watches over it.
    _get_signed_cookie_with_chunks,
)

from dispatch.settings import oidc_claim

if TYPE_CHECKING:
    from collections.abc import Mapping


def vouched_name(cookies: Mapping[str, str]) -> str | None:
    """
    Return the claim that is the name of an account; None: nobody signed in.

    Parameters
    ----------
    cookies
        Of a request. One that Streamlit did not sign says nothing.
    """
    signed = _get_signed_cookie_with_chunks(dict(cookies), USER_COOKIE_NAME)
    try:
        claims = json.loads(signed) if signed else None
    except ValueError:
        return None
    if not isinstance(claims, dict) or not claims.get("is_logged_in"):
        return None
    return str(claims.get(oidc_claim()) or "") or None
