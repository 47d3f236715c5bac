"""
Routes of personal links: the token in the address is the right, there is no cookie.

Whatever is wrong with a token, the answer is the same: who guesses learns nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route as HttpRoute

from dispatch.day.duty import duty_day
from dispatch.day.links import link_of
from dispatch.day.people import (
    MAX_PASSWORD,
    MIN_PASSWORD,
    person_of_setup,
    use_setup,
)
from dispatch.day.phones import Phones
from dispatch.errors import DispatchError
from dispatch.files.photo import MAX_PHOTO_BYTES, PhotoError
from dispatch.files.plan.notices import WEEKDAYS
from dispatch.settings import store_address
from dispatch.web.phone.body import (
    NotReadable,
    TooLarge,
    events_of,
    read_body,
    seen_version_of,
)
from dispatch.web.phone.driver import day_page, doors_page, tick_form, track_file
from dispatch.web.phone.duty import calendar_of, duty_dates
from dispatch.web.phone.metrics import CONTENT_TYPE, Metrics
from dispatch.web.phone.pages import script_texts, templates
from dispatch.words.words import LANGUAGES, Words, as_lang, words_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from dispatch.day.links import Link
    from dispatch.store.db import Database
    from dispatch.store.tokens import TokenKind

_log = logging.getLogger(__name__)

MAX_EVENTS: Final = 200
MAX_EVENTS_BYTES: Final = 1_000_000
_MAX_FORM_BYTES: Final = 10_000
_STATIC: Final = Path(__file__).with_name("static")

#: Own scripts and styles only, no other host, no frame around.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "style-src 'unsafe-inline'; img-src 'self' data: blob:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


class LinkPages:
    """
    The routes over one store.

    Parameters
    ----------
    store
        Gives the store; None: there is none.
    photos
        Folder of pictures, which no route leads to.
    clock
        Gives the township's own time.
    """

    def __init__(
        self,
        store: Callable[[], Database | None],
        photos: Callable[[], Path],
        clock: Callable[[], dt.datetime] = dt.datetime.now,
    ) -> None:
        self._store = store
        self._photos = photos
        self._clock = clock
        self._phones: Phones | None = None
        self.metrics = Metrics()

    def routes(self) -> list[HttpRoute]:
        """Return the HTTP routes."""
        every = [
            ("/phone/{file}", "GET", "file", self._file),
            ("/d/{token}", "GET", "page", self._page),
            ("/d/{token}/today", "GET", "today", self._today),
            ("/d/{token}/day", "GET", "day", self._day),
            ("/d/{token}/doors", "GET", "doors", self._doors),
            ("/d/{token}/doors", "POST", "tick", self._tick),
            ("/d/{token}/track", "GET", "track", self._track),
            ("/d/{token}/events", "POST", "events", self._events),
            ("/d/{token}/seen", "POST", "seen", self._seen),
            ("/d/{token}/photos/{key}", "POST", "photo", self._photo),
            ("/v/{token}", "GET", "village", self._village),
            ("/w/{token}", "GET", "duty", self._duty),
            ("/w/{token}/calendar.ics", "GET", "calendar", self._calendar),
            ("/setup/{token}", "GET", "setup", self._setup),
            ("/setup/{token}", "POST", "setup", self._set_up),
            ("/health", "GET", "health", self._health),
            ("/metrics", "GET", "metrics", self._figures),
        ]
        return [
            HttpRoute(path, self._counted(name, handler), methods=[method])
            for path, method, name, handler in every
        ]

    def _counted(
        self, name: str, handler: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            began = time.monotonic()
            try:
                response = await handler(request)
            except TooLarge:
                response = _json({"error": "too large"}, 413)
            except NotReadable:
                response = _json({"error": "not the JSON that is asked for"}, 422)
            except Exception as error:
                # What was asked holds a token, what failed may hold names: neither
                # goes into the log.
                _log.error("route %s failed: %s", name, type(error).__name__)
                response = _json({"error": "internal"}, 500)
            for header, value in HEADERS.items():
                response.headers.setdefault(header, value)
            seconds = time.monotonic() - began
            _log.info(
                "answered",
                extra={
                    "route": name,
                    "status": response.status_code,
                    "seconds": round(seconds, 4),
                    "township": getattr(request.state, "township", None),
                },
            )
            self.metrics.answered(name, response.status_code, seconds)
            return response

        return answer

    def _open(self) -> Phones | None:
        db = self._store()
        if db is None:
            return None
        if self._phones is None or self._phones.db is not db:
            self._phones = Phones(db, self._photos())
        return self._phones

    async def _opened(
        self, request: Request, kind: TokenKind = "link"
    ) -> tuple[Phones, Link] | None:
        """Return what the token of a request opens; None if it opens nothing."""
        phones = self._open()
        if phones is None:
            return None
        word = str(request.path_params["token"])
        link = await run_in_threadpool(
            link_of, phones.db, word, kind=kind, now=self._clock()
        )
        if link is None:
            return None
        request.state.township = link.township
        return phones, link

    async def _file(self, request: Request) -> Response:
        kinds = {".js": "text/javascript", ".css": "text/css"}
        path = _STATIC / str(request.path_params["file"])
        if path.parent != _STATIC or path.suffix not in kinds or not path.is_file():
            return _unknown(request)
        response = Response(path.read_bytes(), media_type=kinds[path.suffix])
        # The worker keeps the pages of links, which are not below its own address.
        response.headers["Service-Worker-Allowed"] = _root(request) + "/d/"
        return response

    async def _page(self, request: Request) -> Response:
        opened = await self._opened(request)
        if opened is None:
            return _unknown(request, as_page=True)
        texts = {lang: script_texts(words_of(lang)) for lang in LANGUAGES}
        inside = json.dumps(texts).replace("<", "\\u003c")
        return _html("link.html", request, texts=inside)

    async def _today(self, request: Request) -> Response:
        opened = await self._opened(request)
        if opened is None:
            return _unknown(request)
        phones, link = opened
        text = request.query_params.get("seen", "")
        seen = int(text) if text.isdecimal() and len(text) < 7 else None
        day = await run_in_threadpool(phones.today, link, now=self._clock(), seen=seen)
        response = _json(day, 200)
        tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
        asked = request.headers.get("if-none-match", "")
        known = {part.strip().removeprefix("W/") for part in asked.split(",")}
        if tag in known:
            response = Response(status_code=304)
        response.headers["ETag"] = tag
        return response

    async def _day(self, request: Request) -> Response:
        opened = await self._opened(request)
        if opened is None:
            return _unknown(request, as_page=True)
        return await day_page(request, *opened, self._clock())

    async def _doors(self, request: Request) -> Response:
        opened = await self._opened(request)
        if opened is None:
            return _unknown(request, as_page=True)
        return await doors_page(request, *opened, self._clock())

    async def _tick(self, request: Request) -> Response:
        """Tick a household, then show the list again where it stands."""
        opened = await self._opened(request)
        if opened is None:
            return _unknown(request, as_page=True)
        fields = _fields(await read_body(request, _MAX_FORM_BYTES))
        try:
            number = await tick_form(*opened, fields, self._clock())
        except DispatchError:
            return _unknown(request, as_page=True)
        token = str(request.path_params["token"])
        address = f"{_root(request)}/d/{token}/doors?lang={_lang(request)}#h{number}"
        return RedirectResponse(address, 303)

    async def _track(self, request: Request) -> Response:
        opened = await self._opened(request)
        if opened is None:
            return _unknown(request, as_page=True)
        file = await track_file(request, *opened, self._clock())
        return _unknown(request, as_page=True) if file is None else file

    async def _events(self, request: Request) -> Response:
        opened = await self._opened(request)
        if opened is None:
            return _unknown(request)
        phones, link = opened
        body = await read_body(request, MAX_EVENTS_BYTES)
        events = events_of(body, MAX_EVENTS)
        results = await run_in_threadpool(phones.take, link, events, now=self._clock())
        for result in results:
            self.metrics.took(result["status"])
        return _json({"results": results}, 200)

    async def _seen(self, request: Request) -> Response:
        opened = await self._opened(request)
        if opened is None:
            return _unknown(request)
        phones, link = opened
        body = await read_body(request, _MAX_FORM_BYTES)
        version = seen_version_of(body)
        is_known = await run_in_threadpool(
            phones.confirm_seen, link, version, now=self._clock()
        )
        if not is_known:
            return _json({"error": "no such version today"}, 409)
        return _json({"version": version}, 200)

    async def _photo(self, request: Request) -> Response:
        opened = await self._opened(request)
        if opened is None:
            return _unknown(request)
        phones, link = opened
        key = str(request.path_params["key"])
        content = await read_body(request, MAX_PHOTO_BYTES)
        if not await run_in_threadpool(phones.may_photo, link, key):
            return _json({"error": "no event of this link has the key"}, 409)
        try:
            status = await run_in_threadpool(
                phones.keep_photo, link, key, content, now=self._clock()
            )
        except PhotoError:
            return _json({"error": "no JPEG or PNG"}, 415)
        if status == "conflict":
            return _json({"error": "the event has another picture"}, 409)
        return _json({"key": key, "status": status}, 201)

    async def _village(self, request: Request) -> Response:
        opened = await self._opened(request, "village")
        if opened is None:
            return _unknown(request, as_page=True)
        phones, link = opened
        day = await run_in_threadpool(phones.village, link, now=self._clock())
        if "application/json" in request.headers.get("accept", ""):
            return _json(day, 200)
        return _html("village.html", request, day=day)

    async def _duty(self, request: Request) -> Response:
        opened = await self._opened(request, "duty")
        if opened is None:
            return _unknown(request, as_page=True)
        phones, link = opened
        now, lang = self._clock(), _lang(request)
        day = await run_in_threadpool(duty_day, phones.db, link, now=now)
        token = str(request.path_params["token"])
        return _html(
            "duty.html",
            request,
            day=day,
            dates=duty_dates(day, Words(lang), now=now),
            weekdays=WEEKDAYS,
            calendar=f"{_root(request)}/w/{token}/calendar.ics?lang={lang}",
        )

    async def _calendar(self, request: Request) -> Response:
        opened = await self._opened(request, "duty")
        if opened is None:
            return _unknown(request, as_page=True)
        phones, link = opened
        now, lang = self._clock(), _lang(request)
        day = await run_in_threadpool(duty_day, phones.db, link, now=now)
        content = calendar_of(day, Words(lang), now=now)
        if content is None:
            return _unknown(request, as_page=True)
        response = Response(content, media_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="duty.ics"'
        return response

    async def _setup(self, request: Request) -> Response:
        db, word = self._store(), str(request.path_params["token"])
        name = None
        if db is not None:
            name = await run_in_threadpool(person_of_setup, db, word, now=self._clock())
        if name is None:
            return _unknown(request, as_page=True)
        return self._setup_page(request, name=name)

    def _setup_page(
        self, request: Request, status: int = 200, **values: Any
    ) -> Response:
        shown = {"name": "", "problem": "", "done": False, **values}
        limits = {"least": MIN_PASSWORD, "most": MAX_PASSWORD}
        return _html("setup.html", request, status=status, **shown, **limits)

    async def _set_up(self, request: Request) -> Response:
        db, word = self._store(), str(request.path_params["token"])
        body = await read_body(request, _MAX_FORM_BYTES)
        fields = _fields(body)
        if db is None:
            return _unknown(request, as_page=True)
        now = self._clock()
        name = await run_in_threadpool(person_of_setup, db, word, now=now)
        if name is None:
            return _unknown(request, as_page=True)
        password = fields.get("password", [""])[0]
        t = Words(_lang(request))
        if password != fields.get("again", [""])[0]:
            problem = t("people.passwords_differ")
            return self._setup_page(request, 422, name=name, problem=problem)
        try:
            await run_in_threadpool(use_setup, db, word, password, now=now)
        except DispatchError as error:
            problem = error.text(t.lang)
            return self._setup_page(request, 422, name=name, problem=problem)
        return self._setup_page(request, name=name, done=True)

    async def _health(self, request: Request) -> Response:
        state = {"status": "ok", "database": "none", "migrations": "none"}
        try:
            db = self._store()
            if db is None:
                # Without a setting the pages work alone; a named store must exist.
                if store_address() is None:
                    return _json(state, 200)
                missing = {"status": "error", "database": "missing"}
                return _json({**state, **missing}, 503)
            is_current = await run_in_threadpool(db.is_current)
        except DispatchError:
            broken = {"status": "error", "database": "unreachable"}
            return _json({**state, **broken}, 503)
        state |= {"database": "ok", "migrations": "current"}
        if not is_current:
            return _json({**state, "status": "error", "migrations": "old"}, 503)
        return _json(state, 200)

    async def _figures(self, request: Request) -> Response:
        return Response(self.metrics.text(), headers={"Content-Type": CONTENT_TYPE})


def _json(value: dict[str, Any], status: int) -> Response:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    content = text.encode("utf-8", "replace")
    return Response(content, status, media_type="application/json")


def _fields(body: bytes) -> dict[str, list[str]]:
    """Return the fields of a form."""
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=9)
    except ValueError as error:
        raise NotReadable from error


def _lang(request: Request) -> Any:
    return as_lang(request.query_params.get("lang"))


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


def _html(
    template: str, request: Request, *, status: int = 200, **values: object
) -> Response:
    text = templates().get_template(template)
    root, t = _root(request), Words(_lang(request))
    return HTMLResponse(text.render(t=t, root=root, **values), status)


def _unknown(request: Request, *, as_page: bool = False) -> Response:
    """Answer to a token that opens nothing, whatever the reason."""
    if as_page:
        return _html("no_link.html", request, status=404)
    return _json({"error": "no such link"}, 404)
