"""Nobody sees a page, a file or the socket of the dashboard without signing in."""

from __future__ import annotations

import datetime as dt
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse

from dispatch.day.people import account_named
from dispatch.errors import DispatchError
from dispatch.maps.assets import JQUERY_URL, LEAFLET_URL
from dispatch.settings import oidc_is_on
from dispatch.web.menu import is_elsewhere
from dispatch.web.oidc import vouched_name
from dispatch.web.origin import is_foreign, own_path
from dispatch.web.phone.pages import plain_page
from dispatch.web.session import COOKIE, session_account

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dispatch.day.people import Account
    from dispatch.store.db import Database

#: What anybody may ask for: signing in, links that are a right of their own, health,
#: and what is the same for everybody.
FREE: Final = frozenset(
    {
        "/sign-in",
        "/sign-out",
        "/health",
        "/metrics",
        "/_stcore/health",
        "/_stcore/host-config",
        "/favicon.ico",
        "/favicon.png",
        "/manifest.json",
    }
)
FREE_BELOW: Final = (
    "/d/",
    "/v/",
    "/w/",
    "/setup/",
    "/phone/",
    "/static/",
    f"{LEAFLET_URL}/",
    f"{JQUERY_URL}/",
)
#: Streamlit's own sign-in.
OIDC_PATHS: Final = frozenset({"/auth/login", "/auth/logout", "/oauth2callback"})
#: Not pages, whatever a browser says that it would like.
_NO_PAGES: Final = ("/_stcore/", "/media/", "/component/", "/tiles/", "/app/static/")
_POLICY_VIOLATED: Final = 1008
_NOT_KEPT: Final = {"Cache-Control": "no-store"}


class NoStore(Exception):
    """There is no store, it cannot be reached, or it is of another version."""


class SignInGate:
    """
    Let through who is signed in, and what is free.

    Parameters
    ----------
    app
        What is behind the gate.
    store
        Gives the store; None: there is none.
    clock
        Gives the time now.
    """

    def __init__(
        self,
        app: ASGIApp,
        store: Callable[[], Database | None],
        clock: Callable[[], dt.datetime] = dt.datetime.now,
    ) -> None:
        self._app = app
        self._store = store
        self._clock = clock
        self._current: Database | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer that somebody has to sign in."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = own_path(scope)
        if is_free(path):
            await self._app(scope, receive, send)
            return
        is_page = _is_page(scope, path)
        try:
            account = await self._account(scope)
            if account is None and oidc_is_on():
                account = await self._vouched(scope)
        except NoStore:
            answer = _no_store(scope, is_page=is_page)
            await answer(scope, receive, send)
            return
        if account is not None:
            # Behind the gate nobody need look it up again.
            scope["account"] = account
            if is_page and _is_shown(scope) and is_elsewhere(path, account.role):
                # Streamlit would say in English that there is no such page.
                answer = RedirectResponse(_start(scope), 303, _NOT_KEPT)
                await answer(scope, receive, send)
                return
            if path == "/" and is_page and _is_light(scope, account):
                answer = RedirectResponse(
                    _light(scope), 303, {"Cache-Control": "no-store"}
                )
                await answer(scope, receive, send)
                return
        if account is not None or (oidc_is_on() and _opens_by_oidc(path, is_page)):
            await self._app(scope, receive, send)
            return
        answer = _to_sign_in(scope, path) if is_page else _refused()
        await answer(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        word = session_word(headers)
        try:
            account = await self._account(scope)
        except NoStore:
            account = None
        by_oidc = account is None and oidc_is_on() and "origin" in headers
        if is_foreign(headers) or not (account or by_oidc):
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATED})
            return
        if by_oidc:
            await self._app(scope, receive, send)
            return
        is_over = False

        async def receive_while_signed_in() -> Message:
            nonlocal is_over
            message = await receive()
            if message["type"] == "websocket.receive" and not is_over:
                try:
                    is_over = await self._account_of(word) is None
                except NoStore:
                    is_over = True
                if is_over:
                    await send({"type": "websocket.close", "code": _POLICY_VIOLATED})
            if is_over:
                return {"type": "websocket.disconnect", "code": _POLICY_VIOLATED}
            return message

        async def send_while_signed_in(message: Message) -> None:
            if not is_over:
                await send(message)

        await self._app(scope, receive_while_signed_in, send_while_signed_in)

    async def _account(self, scope: Scope) -> Account | None:
        return await self._account_of(session_word(Headers(scope=scope)))

    async def _vouched(self, scope: Scope) -> Account | None:
        name = vouched_name(HTTPConnection(scope).cookies)
        db = self._store()
        if name is None or db is None:
            return None
        try:
            return await run_in_threadpool(account_named, db, name)
        except DispatchError as error:
            raise NoStore from error

    async def _account_of(self, word: str | None) -> Account | None:
        try:
            db = self._store()
            if db is None:
                raise NoStore
            if self._current is not db:
                if not await run_in_threadpool(db.is_current):
                    raise NoStore
                self._current = db
            if word is None:
                return None
            return await run_in_threadpool(session_account, db, word, now=self._clock())
        except DispatchError as error:
            raise NoStore from error


def is_free(path: str) -> bool:
    """
    Whether a path asks for no session.

    Parameters
    ----------
    path
        Without what stands before all of our paths.
    """
    if oidc_is_on() and path in OIDC_PATHS:
        return True
    if path in FREE:
        return True
    is_plain = not any(sign in path for sign in ("..", "//", "\\"))
    return is_plain and path.startswith(FREE_BELOW)


def session_word(headers: Headers) -> str | None:
    """Return the word in the cookie of a request; None: there is none."""
    cookie: SimpleCookie = SimpleCookie()
    for text in headers.getlist("cookie"):
        for part in text.split(";"):
            # One by one: a cookie of another program may be no cookie at all.
            if part.strip().startswith(COOKIE + "="):
                try:
                    cookie.load(part.strip())
                except CookieError:
                    continue
    return cookie[COOKIE].value if COOKIE in cookie else None


def _is_page(scope: Scope, path: str) -> bool:
    """Whether a browser would show the answer as a page."""
    if scope["method"] not in ("GET", "HEAD"):
        return False
    accepted = Headers(scope=scope).get("accept", "*/*")
    if path.startswith(_NO_PAGES):
        return "text/html" in accepted
    return "text/html" in accepted or "*/*" in accepted


def _is_light(scope: Scope, account: Account) -> bool:
    """Whether an official on a phone asks for the first page, not for the full ones."""
    query = QueryParams(scope.get("query_string", b""))
    is_phone = Headers(scope=scope).get("sec-ch-ua-mobile") == "?1"
    return is_phone and account.role == "official" and "full" not in query


def _is_shown(scope: Scope) -> bool:
    """Whether a browser asks for a page to show, and not a script for anything."""
    return "text/html" in Headers(scope=scope).get("accept", "")


def _start(scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{scope.get('root_path', '')}/" + (f"?{query}" if query else "")


def _light(scope: Scope) -> str:
    query = QueryParams(scope.get("query_string", b""))
    kept = {name: query[name] for name in ("township", "date", "lang") if name in query}
    more = f"?{urlencode(kept)}" if kept else ""
    return f"{scope.get('root_path', '')}/brief{more}"


def _opens_by_oidc(path: str, is_page: bool) -> bool:
    return is_page and not path.startswith(_NO_PAGES)


def _to_sign_in(scope: Scope, path: str) -> Response:
    root = str(scope.get("root_path", ""))
    query = scope.get("query_string", b"").decode("latin-1")
    asked = quote(root + path, safe="/:@") + (f"?{query}" if query else "")
    values = {} if path == "/" and not query else {"next": asked}
    if (lang := QueryParams(query).get("lang")) in ("zh", "en"):
        values["lang"] = str(lang)
    more = f"?{urlencode(values)}" if values else ""
    headers = {"Cache-Control": "no-store"}
    return RedirectResponse(f"{root}/sign-in{more}", 303, headers)


def _refused() -> Response:
    headers = {"Cache-Control": "no-store"}
    return PlainTextResponse("sign in first", 401, headers)


def _no_store(scope: Scope, *, is_page: bool) -> Response:
    if is_page:
        return plain_page(scope, "no_store.html", status=503)
    headers = {"Cache-Control": "no-store"}
    return PlainTextResponse("no store", 503, headers)
