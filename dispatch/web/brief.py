"""The light page of officials: one plain page with the answers, and its two files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route as HttpRoute

from dispatch.coverage import share
from dispatch.day.desk import townships_of
from dispatch.day.official import official_day, townships_short
from dispatch.day.official_forms import official_xlsx
from dispatch.day.official_paper import official_pdf
from dispatch.day.official_text import answers_of, moment_of, short_name
from dispatch.errors import DispatchError
from dispatch.maps.page import live_map
from dispatch.model.scenario import NeedStandard
from dispatch.web.phone.pages import plain_page
from dispatch.words.words import LANGUAGES, Words, as_lang

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

    from dispatch.day.official import OfficialDay, PlaceNow, TownshipShort
    from dispatch.day.official_text import Answers
    from dispatch.day.people import Account
    from dispatch.store.db import Database
    from dispatch.words.message import Lang

#: Rows that a phone on a poor link is sent; the files have all.
MAX_PLACES: Final = 15
MAX_TOWNSHIPS: Final = 60
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody looks at: the answers of one day of one township."""

    day: OfficialDay
    townships: Sequence[TownshipShort]
    answers: Answers
    t: Words
    root: str
    role: str
    today: dt.date

    @property
    def worst(self) -> list[PlaceNow]:
        """The places that are shown."""
        return self.day.worst(MAX_PLACES)

    @property
    def num_more(self) -> int:
        """Places that are short and not shown."""
        return len(self.day.worst()) - len(self.worst)

    @property
    def rows(self) -> list[TownshipShort]:
        """Townships, most people short first."""
        return sorted(self.townships, key=lambda row: -row.short)[:MAX_TOWNSHIPS]

    @property
    def county(self) -> str:
        """How many people are short in all townships; empty where there is one."""
        if not self.townships:
            return ""
        return self.t(
            "brief.county",
            count=len(self.townships),
            short=f"{sum(row.short for row in self.townships):,}",
            people=f"{sum(row.people for row in self.townships):,}",
        )

    @property
    def standards(self) -> tuple[float, float, float]:
        """Litres a person at survival, basic and normal."""
        scenario = self.day.scenario
        need = NeedStandard() if scenario is None else scenario.need
        return (
            need.survival_l_per_person,
            need.basic_l_per_person,
            need.normal_l_per_person,
        )

    def name(self, name: str) -> str:
        """Return a name as far as there is room."""
        return short_name(name)

    def percent(self, part: int, whole: int) -> str:
        """
        Return a share in percent; a dash where nobody is.

        Parameters
        ----------
        part
            People that are meant.
        whole
            All of them.
        """
        return self.t.percent(share(part, whole)) if whole else "–"

    def time(self, moment: dt.datetime | None) -> str:
        """Return when the last report was."""
        return "–" if moment is None else moment_of(moment, self.day.date)

    def width(self, litres: float | None) -> int:
        """Return litres a person as percent of a bar that ends at the normal ones."""
        normal = self.standards[2]
        return min(100, round(100 * (litres or 0) / normal)) if normal else 0

    def help(self, place: PlaceNow) -> str:
        """Return what would help a place."""
        helps = dict.fromkeys(self.t(f"help.{reason}") for reason, _ in place.lacks)
        return self.t("unit.between").join(helps)

    def languages(self) -> list[tuple[str, str]]:
        """Return each language and the address of this page in it."""
        return [(lang, self.link(lang=lang)) for lang in LANGUAGES]

    def link(
        self,
        path: str = "/brief",
        *,
        days: int = 0,
        to_today: bool = False,
        township: str = "",
        lang: str = "",
    ) -> str:
        """
        Return the address of a page about the same, but for what is named.

        Parameters
        ----------
        path
            Of the page.
        days
            Days later, or earlier.
        to_today
            Whether it is of today instead.
        township
            Another township.
        lang
            Another language.
        """
        date = self.today if to_today else self.day.date + dt.timedelta(days=days)
        values = {"township": township or self.day.township, "date": date.isoformat()}
        values["lang"] = lang or self.t.lang
        return f"{self.root}{path}?{urlencode(values)}"

    def full(self) -> str:
        """Return the address of the full pages."""
        # The first page of an official has no path of its own.
        if self.role == "official":
            return self.link("/") + "&full=1"
        return self.link("/coverage")


class BriefPages:
    """
    The routes over one store; they stand behind the gate, which says who looks.

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

    def routes(self) -> list[HttpRoute]:
        """Return the HTTP routes."""
        every = {
            "/brief": self._page,
            "/brief/map": self._map,
            "/brief/report.xlsx": self._xlsx,
            "/brief/brief.pdf": self._pdf,
        }
        return [HttpRoute(path, how, methods=["GET"]) for path, how in every.items()]

    async def _page(self, request: Request) -> Response:
        look = await self._look(request)
        if isinstance(look, Response):
            return look
        return plain_page(request.scope, "brief.html", look=look)

    async def _map(self, request: Request) -> Response:
        look = await self._look(request)
        if isinstance(look, Response):
            return look
        if look.day.scenario is None:
            return plain_page(
                request.scope, "no_brief.html", status=404, text="brief.no_map"
            )
        page = await run_in_threadpool(_map_page, look.day, look.t.lang, look.root)
        headers = {"Cache-Control": "private, max-age=3600"}
        return Response(page, media_type="text/html; charset=utf-8", headers=headers)

    async def _xlsx(self, request: Request) -> Response:
        return await self._file(request, official_xlsx, "xlsx", _XLSX)

    async def _pdf(self, request: Request) -> Response:
        return await self._file(request, official_pdf, "pdf", "application/pdf")

    async def _file(
        self, request: Request, make: Callable[..., bytes], kind: str, media: str
    ) -> Response:
        look = await self._look(request)
        if isinstance(look, Response):
            return look
        content = await run_in_threadpool(
            make, look.day, look.t, now=self._clock(), townships=look.townships
        )
        name = quote(f"{short_name(look.day.name)}-{look.day.date}.{kind}", safe="")
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(content, media_type=media, headers=headers)

    async def _look(self, request: Request) -> Look | Response:
        db = self._store()
        account: Account | None = request.scope.get("account")
        root = str(request.scope.get("root_path", ""))
        if account is None:
            headers = {"Cache-Control": "no-store"}
            return RedirectResponse(f"{root}/sign-in?next={root}/brief", 303, headers)
        if db is None:
            return plain_page(request.scope, "no_store.html", status=503)
        try:
            found = await run_in_threadpool(self._find, db, account, request, root)
        except DispatchError:  # the database is away
            return plain_page(request.scope, "no_store.html", status=503)
        if isinstance(found, str):
            status = 200 if found == "brief.no_township" else 404
            return plain_page(request.scope, "no_brief.html", status=status, text=found)
        return found

    def _find(
        self, db: Database, account: Account, request: Request, root: str
    ) -> Look | str:
        """Return what is looked at, or the key of why there is nothing to see."""
        query, now = request.query_params, self._clock()
        t, today = Words(as_lang(query.get("lang"))), now.date()
        seen = townships_of(db, account)
        if not seen:
            return "brief.no_township"
        date = _date(query.get("date", ""), today)
        rows = townships_short(db, seen, date) if len(seen) > 1 else []
        # Who sees many and names none is shown the one where most people are short.
        worst = max(rows, key=lambda row: row.short).code if rows else seen[0].code
        code = query.get("township") or worst
        if code not in {each.code for each in seen}:
            return "brief.unknown_township"
        day = official_day(db, code, date, today=today)
        answers = answers_of(day, t, now=now)
        return Look(day, rows, answers, t, root, account.role, today)


# A day that is the same one is the same object.
@lru_cache(maxsize=16)
def _map_page(day: OfficialDay, lang: Lang, root: str) -> str:
    """Return places in the colours of what they have now, made once for all."""
    assert day.scenario is not None
    chart = live_map(day.scenario, day.plan, day.figures, lang, base_url=root)
    page: str = chart.get_root().render()
    return page.replace("<html>", f'<html lang="{lang}">', 1)


def _date(text: str, today: dt.date) -> dt.date:
    """Return the date of a link; today for what is none, or of no use."""
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        return today
    return date if 2000 <= date.year <= 2100 else today
