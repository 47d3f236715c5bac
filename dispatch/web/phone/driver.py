"""
Plain pages for drivers and volunteers: no script, a few kilobytes, any phone.

They show the newest plan that keeps every rule, never another.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route as HttpRoute

from dispatch.files.plan.gpx import gpx_text
from dispatch.files.plan.kml import kml_text
from dispatch.files.plan.tracks import TrackMaker, file_names
from dispatch.roads.route import RouteFinder
from dispatch.web.phone.pages import templates
from dispatch.web.phone.view import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from dispatch.files.plan.tracks import TruckDay
    from dispatch.web.catalog import Catalog

#: Nothing but our own style: no script runs on these pages, whatever a name holds.
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

#: Media type and writer of the files of a truck's day.
_TRACKS: Final[dict[str, tuple[str, Callable[[TruckDay], str]]]] = {
    "gpx": ("application/gpx+xml", gpx_text),
    "kml": ("application/vnd.google-earth.kml+xml", kml_text),
}


class DriverPages:
    """
    The plain pages over one catalogue.

    Parameters
    ----------
    catalog
        Gives scenarios and finished runs.
    clock
        Gives the time of day that decides which stop is next.
    """

    def __init__(
        self,
        catalog: Callable[[], Catalog],
        clock: Callable[[], dt.datetime] = dt.datetime.now,
    ) -> None:
        self._catalog = catalog
        self._clock = clock

    def routes(self) -> list[HttpRoute]:
        """Return the HTTP routes."""
        return [
            HttpRoute("/driver", self._list),
            HttpRoute("/driver/doors", self._doors),
            HttpRoute("/driver/truck", self._truck),
            HttpRoute("/driver/track", self._track),
        ]

    def _view(self, request: Request) -> View:
        root = request.scope.get("root_path", "")
        path = request.url.path.removeprefix(root)
        query = dict(request.query_params)
        return View(self._catalog(), self._clock(), query, root=root, path=path)

    def _list(self, request: Request) -> HTMLResponse:
        return _page("trucks.html", self._view(request))

    def _doors(self, request: Request) -> HTMLResponse:
        return _page("doors.html", self._view(request))

    def _truck(self, request: Request) -> HTMLResponse:
        return _truck_page(self._view(request))

    def _track(self, request: Request) -> Response:
        view = self._view(request)
        kind = view.query.get("kind", "")
        return _track_file(view, kind) or _truck_page(view, status=404)


def _page(
    template: str, view: View, *, status: int = 200, **values: object
) -> HTMLResponse:
    text = templates().get_template(template).render(view=view, t=view.t, **values)
    return HTMLResponse(text, status_code=status, headers=HEADERS)


def _truck_page(view: View, *, status: int = 200) -> HTMLResponse:
    """Return the day of one truck, trip by trip."""
    card = view.truck(view.query.get("truck", ""))
    return _page("truck.html", view, status=status, card=card, kinds=list(_TRACKS))


def _track_file(view: View, kind: str) -> Response | None:
    """Return the day of a truck as a file; None if there is no such truck or kind."""
    card = view.truck(view.query.get("truck", ""))
    if view.run is None or card is None or card.route is None or kind not in _TRACKS:
        return None
    scenario = view.run.result.scenario
    maker = TrackMaker(view.plan, scenario, RouteFinder(scenario), view.t.lang)
    media_type, to_text = _TRACKS[kind]
    truck_id = card.truck.truck_id
    name = quote(f"{file_names((truck_id,))[truck_id]}.{kind}", safe="")
    return Response(
        to_text(maker.day(card.route)),
        media_type=media_type,
        headers={
            **HEADERS,
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        },
    )
