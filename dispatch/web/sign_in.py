"""Signing in and out: plain pages, a cookie that scripts cannot read."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import anyio
from anyio import to_thread
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route as HttpRoute

from dispatch.day.people import SignInError, account_named, sign_in, sign_out
from dispatch.errors import DispatchError
from dispatch.settings import sign_in_rules
from dispatch.web.gate import session_word
from dispatch.web.origin import is_foreign, is_local_path, is_secure
from dispatch.web.phone.body import NotReadable, TooLarge, read_body
from dispatch.web.phone.pages import plain_page
from dispatch.web.session import COOKIE
from dispatch.web.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from dispatch.store.db import Database

_MAX_FORM_BYTES: Final = 10_000
#: A check of a password takes 64 MB for a moment.
_CHECKS_AT_ONCE: Final = 4


class SignInPages:
    """
    The routes over one store.

    Parameters
    ----------
    store
        Gives the store; None: there is none.
    clock
        Gives the time now.
    """

    def __init__(
        self,
        store: Callable[[], Database | None],
        clock: Callable[[], dt.datetime] = dt.datetime.now,
    ) -> None:
        self._store = store
        self._clock = clock
        self._throttle = Throttle()
        self._checks: anyio.CapacityLimiter | None = None

    def routes(self) -> list[HttpRoute]:
        """Return the HTTP routes."""
        every = [
            ("/sign-in", "GET", self._form),
            ("/sign-in", "POST", self._sign_in),
            ("/sign-out", "GET", self._ask),
            ("/sign-out", "POST", self._sign_out),
        ]
        return [
            HttpRoute(path, _checked(handler), methods=[method])
            for path, method, handler in every
        ]

    async def _form(self, request: Request) -> Response:
        if self._store() is None:
            return _page(request, "no_store.html", 503)
        return _page(request, "sign_in.html", problem=None)

    async def _sign_in(self, request: Request) -> Response:
        db, now, rules = self._store(), self._clock(), sign_in_rules()
        fields = await _fields(request)
        if db is None:
            return _page(request, "no_store.html", 503)
        address = request.client.host if request.client else ""
        if not self._throttle.begin(address, now=now, most=rules.max_per_minute):
            return _page(request, "sign_in.html", 429, problem="too_many")
        try:
            word = await self._word(db, fields, now)
        except SignInError as error:
            return _page(request, "sign_in.html", 401, problem=error)
        self._throttle.succeeded(address)
        asked = request.query_params.get("next", "")
        target = asked if is_local_path(asked) else ""
        if not target:
            name = fields.get("name", "").strip()
            account = await run_in_threadpool(account_named, db, name)
            is_official = account is not None and account.role == "official"
            target = _start(request, "/brief" if is_official else "/")
        response = RedirectResponse(target, 303)
        seconds = rules.session_hours * 3600
        self._set_cookie(request, response, word, max_age=seconds)
        return response

    async def _word(
        self, db: Database, fields: dict[str, str], now: dt.datetime
    ) -> str:
        name, password = fields.get("name", "").strip(), fields.get("password", "")
        if self._checks is None:
            self._checks = anyio.CapacityLimiter(_CHECKS_AT_ONCE)
        return await to_thread.run_sync(
            lambda: sign_in(db, name, password, now=now, rules=sign_in_rules()),
            limiter=self._checks,
        )

    async def _ask(self, request: Request) -> Response:
        return _page(request, "sign_out.html")

    async def _sign_out(self, request: Request) -> Response:
        await _fields(request)
        db, word = self._store(), session_word(request.headers)
        if db is not None and word:
            await run_in_threadpool(sign_out, db, word, now=self._clock())
        response = RedirectResponse(_root(request) + "/sign-in", 303)
        self._set_cookie(request, response, "", max_age=0)
        return response

    def _set_cookie(
        self, request: Request, response: Response, word: str, *, max_age: int
    ) -> None:
        response.set_cookie(
            COOKIE,
            word,
            max_age=max_age,
            path=_root(request) or "/",
            secure=is_secure(request.scope, request.headers),
            httponly=True,
            samesite="lax",
        )


def _checked(
    handler: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Refuse what pages of other hosts send; answer nothing that may be kept."""

    async def answer(request: Request) -> Response:
        response: Response
        try:
            if request.method == "POST" and is_foreign(request.headers):
                response = PlainTextResponse("sent by another site", 403)
            else:
                response = await handler(request)
        except TooLarge:
            response = PlainTextResponse("too large", 413)
        except NotReadable:
            response = PlainTextResponse("not a form", 422)
        except DispatchError:  # the database is away
            response = _page(request, "no_store.html", 503)
        response.headers["Cache-Control"] = "no-store"
        return response

    return answer


async def _fields(request: Request) -> dict[str, str]:
    body = await read_body(request, _MAX_FORM_BYTES)
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=9)
    except ValueError as error:
        raise NotReadable from error
    return {name: values[0] for name, values in fields.items()}


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


def _start(request: Request, path: str) -> str:
    is_english = request.query_params.get("lang") == "en"
    return _root(request) + path + ("?lang=en" if is_english else "")


def _page(
    request: Request, template: str, status: int = 200, **values: Any
) -> Response:
    asked = request.query_params.get("next", "")
    kept = asked if is_local_path(asked) else ""
    return plain_page(request.scope, template, status=status, asked=kept, **values)
