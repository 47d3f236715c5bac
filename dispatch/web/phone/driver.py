"""
Plain pages behind a link: no script, a few kilobytes, any phone, and for printing.

They show the published plan, and of it the trucks of the link alone.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from dispatch.day.doors import door_list, tick_door
from dispatch.files.plan.gpx import gpx_text
from dispatch.files.plan.kml import kml_text
from dispatch.files.plan.tracks import TrackMaker, file_names
from dispatch.roads.route import RouteFinder
from dispatch.web.phone.pages import PLAIN_POLICY, templates
from dispatch.web.phone.view import View, first_visits
from dispatch.words.words import as_lang

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request

    from dispatch.day.doors import DoorList
    from dispatch.day.links import Link
    from dispatch.day.phones import Phones
    from dispatch.files.plan.tracks import TruckDay

#: Media type and writer of the files of a truck's day.
TRACKS: Final[dict[str, tuple[str, Callable[[TruckDay], str]]]] = {
    "gpx": ("application/gpx+xml", gpx_text),
    "kml": ("application/vnd.google-earth.kml+xml", kml_text),
}
#: The roads of a county take memory and time while a line is looked for.
_FINDING: Final = threading.Semaphore(2)


async def day_page(
    request: Request, phones: Phones, link: Link, now: dt.datetime
) -> Response:
    """
    Return the whole day of a link as a list, truck by truck.

    Parameters
    ----------
    request
        Says the language.
    phones
        Of the store.
    link
        That was opened.
    now
        The time now.
    """
    return await run_in_threadpool(_page, "day.html", request, phones, link, now)


async def doors_page(
    request: Request, phones: Phones, link: Link, now: dt.datetime
) -> Response:
    """
    Return whom volunteers carry water to, where the trucks of a link go.

    Parameters
    ----------
    request
        Says the language.
    phones
        Of the store.
    link
        That was opened.
    now
        The time now.
    """
    return await run_in_threadpool(_page, "doors.html", request, phones, link, now)


async def tick_form(
    phones: Phones, link: Link, fields: Mapping[str, Sequence[str]], now: dt.datetime
) -> int:
    """
    Keep what a form says of a household, and return its number.

    Parameters
    ----------
    phones
        Of the store.
    link
        That was opened.
    fields
        Of the form: ``household`` and ``done``, 1 or 0.
    now
        The time now.

    Raises
    ------
    DispatchError
        If the link shows no such household today.
    """
    text = fields.get("household", [""])[0]
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    is_done = fields.get("done", ["0"])[0] == "1"
    await run_in_threadpool(_tick, phones, link, number, is_done, now)
    return number


def _tick(
    phones: Phones, link: Link, number: int, is_done: bool, now: dt.datetime
) -> None:
    tick_door(
        phones.db,
        link,
        number,
        now.date(),
        villages=_places_of(phones, link, now.date()),
        is_done=is_done,
        at=now,
    )


def _places_of(phones: Phones, link: Link, date: dt.date) -> list[str]:
    """Return the places that trucks of a link bring water to on a day."""
    published = phones.plans.of_day(link.township, date)
    return [] if published is None else [*first_visits(published.plan, link.trucks)]


def _doors_of(phones: Phones, link: Link, date: dt.date) -> DoorList | None:
    """Return the households of a link's places; None for who may not see them."""
    if not link.sees_doors:
        return None
    places = _places_of(phones, link, date)
    return door_list(phones.db, link.township, date, places)


async def track_file(
    request: Request, phones: Phones, link: Link, now: dt.datetime
) -> Response | None:
    """
    Return the day of a truck as a file; None if there is no such truck or kind.

    Parameters
    ----------
    request
        Says ``kind``, ``truck`` (else the first that drives) and the language.
    phones
        Of the store.
    link
        That was opened.
    now
        The time now.
    """
    return await run_in_threadpool(_track, request, phones, link, now)


def _view(
    request: Request,
    phones: Phones,
    link: Link,
    now: dt.datetime,
    doors: DoorList | None = None,
) -> View:
    root = str(request.scope.get("root_path", ""))
    base = f"{root}/d/{request.path_params['token']}"
    published = phones.plans.of_day(link.township, now.date())
    day = phones.today(link, now=now)
    is_same = published is not None and published.number == day["version"]
    return View(
        published,
        link.trucks,
        day["stops"] if is_same else (),
        today=now.date(),
        lang=as_lang(request.query_params.get("lang")),
        base=base,
        path="/" + request.url.path.rsplit("/", 1)[-1],
        doors=doors,
    )


def _page(
    template: str, request: Request, phones: Phones, link: Link, now: dt.datetime
) -> HTMLResponse:
    is_list = template == "doors.html"
    doors = _doors_of(phones, link, now.date()) if is_list else None
    view = _view(request, phones, link, now, doors)
    page = templates().get_template(template)
    text = page.render(view=view, t=view.t, kinds=list(TRACKS))
    return HTMLResponse(text, headers={"Content-Security-Policy": PLAIN_POLICY})


def _track(
    request: Request, phones: Phones, link: Link, now: dt.datetime
) -> Response | None:
    kind, asked = (request.query_params.get(name, "") for name in ("kind", "truck"))
    published = phones.plans.of_day(link.township, now.date())
    if published is None or kind not in TRACKS:
        return None
    routes = published.plan.route_by_truck
    driving = [
        truck
        for truck in link.trucks
        if truck in routes and routes[truck].num_trips and asked in ("", truck)
    ]
    if not driving:
        return None
    lang = as_lang(request.query_params.get("lang"))
    media_type, to_text = TRACKS[kind]
    with _FINDING:
        finder = RouteFinder(published.scenario)
        maker = TrackMaker(published.plan, published.scenario, finder, lang)
        text = to_text(maker.day(routes[driving[0]]))
    name = quote(f"{file_names((driving[0],))[driving[0]]}.{kind}", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(text, media_type=media_type, headers=headers)
