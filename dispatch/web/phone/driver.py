"""
Plain pages for drivers and volunteers: no script, a few kilobytes, any phone.

They show the newest plan that keeps every rule, never another.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route as HttpRoute

from dispatch.coverage import Coverage, compute_coverage
from dispatch.files.plan.gpx import gpx_text
from dispatch.files.plan.kml import kml_text
from dispatch.files.plan.links import amap_web, baidu_web, geo_uri, tencent_web
from dispatch.files.plan.tracks import TrackMaker, file_names
from dispatch.maps.palette import TruckSign, truck_signs
from dispatch.model.labels import place_labels
from dispatch.roads.route import RouteFinder
from dispatch.units import format_clock
from dispatch.words.words import LANGUAGES, Words, as_lang

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from starlette.requests import Request

    from dispatch.files.plan.tracks import TruckDay
    from dispatch.model.plan import Route, Stop
    from dispatch.model.scenario import Depot, Source, Truck, Village
    from dispatch.runs.job import Job, Result
    from dispatch.web.catalog import Catalog, Entry
    from dispatch.words.message import Lang

    Place = Village | Source | Depot

#: Nothing but our own style: no script runs on these pages, whatever a name holds.
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_STYLE: Final = """
*{box-sizing:border-box}body{margin:0;background:#f4f3ef;color:#1d1d1b;
font:17px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;
overflow-wrap:anywhere}
header{background:#0b4f75;color:#fff;padding:12px 16px}header a{color:#fff}
h1{font-size:21px;margin:0}h2{font-size:18px;margin:22px 0 8px}
main{max-width:640px;margin:0 auto;padding:4px 12px 40px}
.lang{float:right}.lang a,.button{display:inline-flex;align-items:center;
justify-content:center;min-height:44px;min-width:44px;padding:0 12px}
.card{display:block;background:#fff;border:1px solid #d6d2c8;border-radius:10px;
padding:12px 14px;margin:10px 0;color:inherit;text-decoration:none}
.next{border:3px solid #0b4f75}.past{opacity:.62}
.time{font-size:22px;font-weight:700}.big{font-size:24px;font-weight:700}
.tag{background:#0b4f75;color:#fff;border-radius:6px;padding:1px 8px;font-weight:700}
.badge{display:inline-block;min-width:34px;text-align:center;color:#fff;
border-radius:17px;padding:3px 9px;font-weight:700;margin-right:8px}
.button{border:2px solid #0b4f75;border-radius:8px;color:#0b4f75;background:#fff;
font-weight:700;text-decoration:none;margin:8px 8px 0 0}
.main{background:#0b4f75;color:#fff;width:100%;font-size:19px;min-height:52px}
.small{color:#55524a;font-size:15px}.warn{background:#fff3d6;border:2px solid #c77700;
border-radius:8px;padding:8px 12px;margin:10px 0;font-weight:700}
"""

#: Media type and writer of the files of a truck's day.
_TRACKS: Final[dict[str, tuple[str, Callable[[TruckDay], str]]]] = {
    "gpx": ("application/gpx+xml", gpx_text),
    "kml": ("application/vnd.google-earth.kml+xml", kml_text),
}
_ICONS: Final = {
    "depart": "▶",
    "fill": "⬆",
    "deliver": "⬇",
    "break": "☕",
    "return": "⌂",
}


@lru_cache(maxsize=8)
def _finished(folder: Path) -> tuple[Result, Coverage] | None:
    """Return a finished run and its figures; runs never change once done."""
    from dispatch.runs.job import Job

    result = Job(folder).result()
    if result is None:
        return None
    return result, compute_coverage(result.scenario, result.plan, result.travel)


class DriverPages:
    """
    The plain pages over one catalogue.

    Parameters
    ----------
    catalog
        Gives scenarios and finished runs.
    clock
        Gives the time of day that tells which stop is next.
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

    def _list(self, request: Request) -> HTMLResponse:
        page = _Page(self._catalog(), request, self._clock())
        return page.respond(page.truck_list())

    def _truck(self, request: Request) -> HTMLResponse:
        page = _Page(self._catalog(), request, self._clock())
        return page.respond(page.truck(request.query_params.get("truck", "")))

    def _track(self, request: Request) -> Response:
        page = _Page(self._catalog(), request, self._clock())
        query = request.query_params
        truck_id = query.get("truck", "")
        found = page.track(truck_id, query.get("kind", ""))
        return found or page.respond(page.truck(truck_id), status=404)

    def _doors(self, request: Request) -> HTMLResponse:
        page = _Page(self._catalog(), request, self._clock())
        return page.respond(page.doors())


class _Page:
    """One answer: what was asked for, in its language, from the newest good plan."""

    def __init__(self, catalog: Catalog, request: Request, now: dt.datetime) -> None:
        query = request.query_params
        self.lang: Lang = as_lang(query.get("lang"))
        self.t = Words(self.lang)
        self._now = now
        self._query = dict(query)
        self._root = request.scope.get("root_path", "")
        self._path = request.url.path.removeprefix(self._root)
        self._entries = catalog.entries()
        self._job: Job | None = None
        self._entry = self._choose(catalog, query.get("scenario"))
        found = _finished(self._job.folder) if self._job else None
        self._result, self._figures = found or (None, None)
        self._labels: dict[str, str] = place_labels(found[0].scenario) if found else {}

    def _choose(self, catalog: Catalog, key: str | None) -> Entry | None:
        """Return the entry asked for, else the first that has a plan."""
        for entry in self._entries:
            if key in (None, entry.key):
                job = catalog.store.latest_good(entry.key)
                if job is not None or key is not None:
                    self._job = job
                    return entry
        return self._entries[0] if self._entries else None

    def _link(self, path: str, **changes: str) -> str:
        query: dict[str, str] = {"lang": self.lang}
        if self._entry is not None:
            query["scenario"] = self._entry.key
        return escape(f"{self._root}{path}?{urlencode({**query, **changes})}")

    def respond(self, parts: Iterator[str], *, status: int = 200) -> HTMLResponse:
        """Return the page around its parts."""
        t = self.t
        languages = "".join(
            f'<a lang="{lang}" href="{escape(self._root + self._path)}?'
            f'{escape(urlencode({**self._query, "lang": lang}))}">'
            f"{escape(t(f'page.lang_{lang}'))}</a>"
            for lang in LANGUAGES
            if lang != self.lang
        )
        body = "".join(parts)
        html = (
            f'<!doctype html><html lang="{"zh-CN" if self.lang == "zh" else "en"}">'
            '<head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            '<link rel="icon" href="data:,">'
            f"<title>{escape(t('driver.title'))}</title><style>{_STYLE}</style></head>"
            f'<body><header><nav class="lang">{languages}</nav>'
            f"<h1>{escape(t('driver.title'))}</h1>{self._subtitle()}</header>"
            f"<main>{body}</main></body></html>"
        )
        return HTMLResponse(html, status_code=status, headers=HEADERS)

    def _subtitle(self) -> str:
        if self._result is None or self._job is None:
            return ""
        plan = self._result.plan
        made = dt.datetime.fromtimestamp(self._job.request().created)
        text = self.t("driver.plan_of", name=plan.scenario, date=plan.date)
        when = self.t("driver.made", time=f"{made:%m-%d %H:%M}")
        return f"<div>{escape(text)}<br>{escape(when)}</div>"

    def _notices(self) -> Iterator[str]:
        """Yield why there is nothing, or that the plan is of another day."""
        if self._result is None:
            key = "driver.no_plan" if self._entries else "driver.no_scenario"
            yield f'<p class="warn">{escape(self.t(key))}</p>'
        elif self._result.plan.date != self._now.date():
            text = self.t("driver.stale", today=self._now.date())
            yield f'<p class="warn">⚠ {escape(text)}</p>'

    def truck_list(self) -> Iterator[str]:
        """Yield all trucks to choose from, and the other scenarios."""
        t = self.t
        yield from self._notices()
        if self._result is not None:
            yield f"<h2>{escape(t('driver.choose'))}</h2>"
            routes = {route.truck_id: route for route in self._result.plan.routes}
            signs = truck_signs(self._result.scenario)
            for truck in self._result.scenario.trucks:
                yield self._truck_card(
                    truck, signs[truck.truck_id], routes.get(truck.truck_id)
                )
            link = self._link("/driver/doors")
            yield f'<a class="card" href="{link}">🏠 {escape(t("driver.doors"))} ›</a>'
        others = [entry for entry in self._entries if entry != self._entry]
        if others:
            yield f"<h2>{escape(t('driver.other'))}</h2>"
        for entry in others:
            link = self._link("/driver", scenario=entry.key)
            yield f'<a class="button" href="{link}">{escape(entry.title)}</a>'

    def _truck_card(self, truck: Truck, sign: TruckSign, route: Route | None) -> str:
        t = self.t
        what = t("driver.no_route")
        if route is not None and route.num_trips:
            litres = t("driver.total", litres=f"{route.delivered_l:,}")
            what = f"{t('driver.trips', count=route.num_trips)} · {litres}"
        link = self._link("/driver/truck", truck=truck.truck_id)
        names = " · ".join(part for part in (truck.driver, truck.truck_id) if part)
        return (
            f'<a class="card" href="{link}">{_badge(sign)}'
            f'<b class="big">{escape(truck.plate or truck.truck_id)}</b>'
            f'<div class="small">{escape(names)}</div>{escape(what)} ›</a>'
        )

    def _back(self) -> str:
        text = escape(self.t("driver.back_to_list"))
        return f'<a class="button" href="{self._link("/driver")}">‹ {text}</a>'

    def truck(self, truck_id: str) -> Iterator[str]:
        """Yield the day of one truck, trip by trip."""
        t = self.t
        yield self._back()
        yield from self._notices()
        if self._result is None:
            return
        scenario = self._result.scenario
        truck = next((x for x in scenario.trucks if x.truck_id == truck_id), None)
        if truck is None:
            yield f'<p class="warn">{escape(t("driver.unknown_truck"))}</p>'
            return
        plate = escape(truck.plate or truck.truck_id)
        badge = _badge(truck_signs(scenario)[truck_id])
        yield f'<h2>{badge}<span class="big">{plate}</span></h2>'
        plan = self._result.plan
        route = next((x for x in plan.routes if x.truck_id == truck_id), None)
        if route is None or not route.num_trips:
            yield f"<p>{escape(t('driver.no_route'))}</p>"
            return
        litres = t("driver.total", litres=f"{route.delivered_l:,}")
        trips = t("driver.trips", count=route.num_trips)
        yield f"<p>{escape(trips)} · {escape(litres)}</p>"
        yield from self._stops(route.stops)
        yield f"<h2>{escape(t('driver.tracks'))}</h2>"
        yield f'<p class="small">{escape(t("driver.tracks_help"))}</p>'
        for kind in _TRACKS:
            link = self._link("/driver/track", truck=truck_id, kind=kind)
            yield f'<a class="button" href="{link}" download>{kind.upper()}</a>'

    def track(self, truck_id: str, kind: str) -> Response | None:
        """Return the day of a truck as a file; None if there is no such truck."""
        if self._result is None or kind not in _TRACKS:
            return None
        plan, scenario = self._result.plan, self._result.scenario
        route = next((x for x in plan.routes if x.truck_id == truck_id), None)
        if route is None or not route.num_trips:
            return None
        maker = TrackMaker(plan, scenario, RouteFinder(scenario), self.lang)
        media_type, to_text = _TRACKS[kind]
        name = quote(f"{file_names((truck_id,))[truck_id]}.{kind}", safe="")
        disposition = f"attachment; filename*=UTF-8''{name}"
        return Response(
            to_text(maker.day(route)),
            media_type=media_type,
            headers={**HEADERS, "Content-Disposition": disposition},
        )

    def _stops(self, stops: Sequence[Stop]) -> Iterator[str]:
        assert self._result is not None
        scenario = self._result.scenario
        places: dict[str, Place] = dict(
            zip(
                scenario.place_ids,
                (*scenario.depots, *scenario.sources, *scenario.villages),
                strict=True,
            )
        )
        next_idx = self._next_idx(stops)
        go_next = escape(self.t("driver.go_next"))
        yield f'<a class="button main" href="#next">{go_next} ↓</a>'
        trip = 0
        for idx, stop in enumerate(stops):
            if stop.kind == "fill":
                trip += 1
                yield f"<h2>{escape(self.t('driver.trip', number=trip))}</h2>"
            yield self._stop_card(
                stop,
                places.get(stop.place_id),
                is_next=idx == next_idx,
                is_past=idx < next_idx,
            )

    def _next_idx(self, stops: Sequence[Stop]) -> int:
        """Return the first stop not over yet; on other days the first one."""
        assert self._result is not None
        if self._result.plan.date != self._now.date():
            return 0
        now_s = self._now.hour * 3600 + self._now.minute * 60 + self._now.second
        open_idx = [idx for idx, stop in enumerate(stops) if stop.end_s > now_s]
        return open_idx[0] if open_idx else len(stops) - 1

    def _stop_card(
        self, stop: Stop, place: Place | None, *, is_next: bool, is_past: bool
    ) -> str:
        t = self.t
        rows = []
        if is_next:
            rows.append(f'<span class="tag">{escape(t("driver.next"))}</span>')
        until = ""
        if stop.end_s > stop.start_s:
            text = t("driver.until", time=format_clock(stop.end_s))
            until = f' <span class="small">{escape(text)}</span>'
        what = escape(t(f"stop.{stop.kind}"))
        icon = _ICONS.get(stop.kind, "·")
        rows.append(
            f'<div><span class="time">{format_clock(stop.start_s)}</span>{until}</div>'
        )
        name = escape(self._labels.get(stop.place_id, stop.place_id))
        rows.append(f"<div>{icon} <b>{what}</b> · <b>{name}</b></div>")
        if stop.litres:
            litres = escape(t("driver.litres", litres=f"{stop.litres:,}"))
            bay = escape(t("driver.bay", bay=stop.bay)) if stop.bay else ""
            rows.append(f'<div class="big">{litres} {bay}</div>')
        if stop.start_s - stop.arrive_s >= 300:
            text = t(
                "driver.wait",
                arrive=format_clock(stop.arrive_s),
                start=format_clock(stop.start_s),
            )
            rows.append(f'<div class="small">{escape(text)}</div>')
        rows += self._transfer(place)
        if place is not None and stop.kind != "break":
            rows.append(self._buttons(place, is_next=is_next))
        marks = " next" if is_next else " past" if is_past else ""
        anchor = ' id="next"' if is_next else ""
        return f'<div class="card{marks}"{anchor}>{"".join(rows)}</div>'

    def _transfer(self, place: Place | None) -> Iterator[str]:
        """Yield where the truck stops, if that is not at the village."""
        if place is None or stop_at(place) == (place.lat, place.lon):
            return
        text = self.t("driver.transfer")
        by = getattr(place, "transfer_by", "")
        if by:
            text = self.t("driver.transfer_by", by=by)
        yield f'<div class="warn">{escape(text)}</div>'

    def _buttons(self, place: Place, *, is_next: bool) -> str:
        """Return one big button for the next stop, and small ones."""
        t = self.t
        lat, lon = stop_at(place)
        name = place.name
        links = [
            (amap_web(lat=lat, lon=lon, name=name), t("driver.amap"), " main" * is_next)
        ]
        if is_next:
            links += [
                (baidu_web(lat=lat, lon=lon, name=name), t("driver.baidu"), ""),
                (tencent_web(lat=lat, lon=lon, name=name), t("driver.tencent"), ""),
            ]
        links.append((geo_uri(lat=lat, lon=lon, name=name), t("driver.open_map"), ""))
        phone = getattr(place, "phone", "")
        if phone:
            contact = getattr(place, "contact", "") or phone
            links.append((f"tel:{quote(phone)}", t("driver.call", name=contact), ""))
        return "".join(
            f'<a class="button{marks}" href="{escape(url)}">{escape(text)}</a>'
            for url, text, marks in links
        )

    def doors(self) -> Iterator[str]:
        """Yield the vulnerable people of every place, the earliest truck first."""
        t = self.t
        yield self._back()
        yield f"<h2>{escape(t('driver.doors'))}</h2>"
        yield from self._notices()
        if self._result is None or self._figures is None:
            return
        villages = {v.village_id: v for v in self._result.scenario.villages}
        places = self._figures.places
        places = places[places["vulnerable_people"] > 0].sort_values(
            "first_s", na_position="last", kind="stable"
        )
        if places.empty:
            yield f"<p>{escape(t('driver.doors_empty'))}</p>"
            return
        people = int(places["vulnerable_people"].sum())
        total = t("driver.doors_total", places=len(places), people=f"{people:,}")
        yield f"<p><b>{escape(total)}</b></p><p>{escape(t('driver.doors_intro'))}</p>"
        survival = self._result.scenario.need.survival_l_per_person
        for village_id, row in places.to_dict("index").items():
            yield self._door_card(villages[str(village_id)], dict(row), survival)

    def _door_card(
        self, village: Village, row: dict[object, object], survival: float
    ) -> str:
        t = self.t
        first_s = row["first_s"]
        time = (
            t("driver.doors_time", time=format_clock(first_s))
            if isinstance(first_s, int)
            else t("driver.doors_none")
        )
        litres = t("driver.doors_litres", litres=f"{survival:g}")
        count = t("driver.doors_people", count=village.vulnerable_people)
        reached = row["vulnerable_survival"]
        short = ""
        if isinstance(reached, int) and reached < village.vulnerable_people:
            text = t("driver.doors_short", count=reached)
            short = f'<div class="warn">⚠ {escape(text)}</div>'
        return (
            f'<div class="card"><b>{escape(self._labels[village.village_id])}</b>'
            f'<div class="big">{escape(count)}</div>'
            f"<div>{escape(time)} · {escape(litres)}</div>{short}"
            f"{self._buttons(village, is_next=False)}</div>"
        )


def _badge(sign: TruckSign) -> str:
    return f'<span class="badge" style="background:{sign.colour}">{sign.letter}</span>'


def stop_at(place: Place) -> tuple[float, float]:
    """Return where trucks stop, (lat, lon): a village may have a transfer point."""
    found: tuple[float, float] = getattr(place, "stop_at", (place.lat, place.lon))
    return found
