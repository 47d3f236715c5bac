"""What the plain pages show: trucks, stops and doors as values, no markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from dispatch.files.plan.links import amap_web, baidu_web, geo_uri, tencent_web
from dispatch.maps.palette import truck_signs
from dispatch.web.finished import finished
from dispatch.words.words import LANGUAGES, Words, as_lang

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from dispatch.maps.palette import TruckSign
    from dispatch.model.plan import Plan, Route, Stop
    from dispatch.model.scenario import Place, Truck
    from dispatch.web.catalog import Catalog, Entry
    from dispatch.web.finished import Finished

#: Shorter waits at a stop are not worth a line.
_MIN_WAIT_S: Final = 300
_ICONS: Final = {
    "depart": "▶",
    "fill": "⬆",
    "deliver": "⬇",
    "break": "☕",
    "return": "⌂",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A button that leads out of the page; the main one is big."""

    url: str
    text: str
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class TruckCard:
    """A truck and its day; without a trip it has no route."""

    truck: Truck
    sign: TruckSign
    route: Route | None

    @property
    def plate(self) -> str:
        """What people call the truck."""
        return self.truck.plate or self.truck.truck_id

    @property
    def names(self) -> str:
        """Its driver and id."""
        parts = (self.truck.driver, self.truck.truck_id)
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCard:
    """
    One stop of a truck's day.

    Attributes
    ----------
    trip
        Number of the trip that starts here; 0 for other stops.
    has_transfer, transfer_by
        Whether the truck stops elsewhere than at the village, and what brings the
        water on.
    """

    stop: Stop
    label: str
    icon: str
    trip: int
    is_next: bool
    is_past: bool
    is_waiting: bool
    has_transfer: bool
    transfer_by: str
    links: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCard:
    """
    The vulnerable people of a village.

    Attributes
    ----------
    first_s
        When the first truck comes, seconds since midnight; None: none comes.
    num_reached
        How many of them have enough to survive; None: not known.
    """

    label: str
    people: int
    first_s: int | None
    num_reached: int | None
    litres: str
    links: Sequence[Link]


class View:
    """
    One answer: what was asked for, in its language, from the newest good plan.

    Parameters
    ----------
    query
        Of the address: ``lang``, ``scenario`` and what a page asks for.
    root, path
        What stands before our addresses, and the address itself.
    """

    def __init__(
        self,
        catalog: Catalog,
        now: dt.datetime,
        query: Mapping[str, str],
        *,
        root: str,
        path: str,
    ) -> None:
        self.query = query
        self.t = Words(as_lang(query.get("lang")))
        self.entries = catalog.entries()
        self._now = now
        self._root = root
        self._path = path
        self._entry, self.run = self._choose(catalog, query.get("scenario"))

    def _choose(
        self, catalog: Catalog, key: str | None
    ) -> tuple[Entry | None, Finished | None]:
        """Return the entry asked for and its plan, else the first that has a plan."""
        for entry in self.entries:
            if key in (None, entry.key):
                job = catalog.store.latest_good(entry.key)
                if job is not None or key is not None:
                    return entry, finished(job)
        return (self.entries[0] if self.entries else None), None

    @property
    def plan(self) -> Plan:
        """The plan that is shown."""
        assert self.run is not None
        return self.run.result.plan

    @property
    def today(self) -> dt.date:
        """The day on which the page is looked at."""
        return self._now.date()

    @property
    def is_today(self) -> bool:
        """Whether the plan is of today."""
        return self.plan.date == self.today

    @property
    def others(self) -> list[Entry]:
        """The other scenarios."""
        return [entry for entry in self.entries if entry != self._entry]

    def link(self, path: str, **changes: str) -> str:
        """
        Return the address of a page of ours, in this language and scenario.

        Parameters
        ----------
        path
            Path of the page below the root of the app.
        **changes
            Further parts of the query, in place of equal ones.
        """
        query: dict[str, str] = {"lang": self.t.lang}
        if self._entry is not None:
            query["scenario"] = self._entry.key
        return f"{self._root}{path}?{urlencode({**query, **changes})}"

    def languages(self) -> list[tuple[str, str]]:
        """Return the other languages and the addresses of this page in them."""
        here = self._root + self._path
        return [
            (lang, f"{here}?{urlencode({**self.query, 'lang': lang})}")
            for lang in LANGUAGES
            if lang != self.t.lang
        ]

    def trucks(self) -> list[TruckCard]:
        """Return all trucks of the scenario, each with its route."""
        assert self.run is not None
        scenario = self.run.result.scenario
        routes = self.plan.route_by_truck
        signs = truck_signs(scenario)
        cards = []
        for truck in scenario.trucks:
            route = routes.get(truck.truck_id)
            used = route if route is not None and route.num_trips else None
            cards.append(TruckCard(truck, signs[truck.truck_id], used))
        return cards

    def truck(self, truck_id: str) -> TruckCard | None:
        """Return one truck; None if there is no such truck, or no plan."""
        cards = self.trucks() if self.run else []
        return next((card for card in cards if card.truck.truck_id == truck_id), None)

    def stops(self, route: Route) -> Iterator[StopCard]:
        """Yield the stops of a route, in order."""
        assert self.run is not None
        scenario = self.run.result.scenario
        next_idx = self._next_idx(route.stops)
        trip = 0
        for idx, stop in enumerate(route.stops):
            trip += stop.kind == "fill"
            place = scenario.place_by_id.get(stop.place_id)
            is_next = idx == next_idx
            leads_there = place is not None and stop.kind != "break"
            yield StopCard(
                stop=stop,
                label=scenario.label(stop.place_id),
                icon=_ICONS.get(stop.kind, "·"),
                trip=trip if stop.kind == "fill" else 0,
                is_next=is_next,
                is_past=idx < next_idx,
                is_waiting=stop.start_s - stop.arrive_s >= _MIN_WAIT_S,
                has_transfer=place is not None
                and stop_at(place) != (place.lat, place.lon),
                transfer_by=getattr(place, "transfer_by", ""),
                links=self._links(place, is_next=is_next) if leads_there else (),
            )

    def _next_idx(self, stops: Sequence[Stop]) -> int:
        """Return the first stop not over yet; on other days the first one."""
        if not self.is_today:
            return 0
        now_s = self._now.hour * 3600 + self._now.minute * 60 + self._now.second
        open_idx = [idx for idx, stop in enumerate(stops) if stop.end_s > now_s]
        return open_idx[0] if open_idx else len(stops) - 1

    def _links(self, place: Place | None, *, is_next: bool) -> list[Link]:
        """Return the links to a place: one big button for the next stop, small ones."""
        assert place is not None
        t = self.t
        lat, lon = stop_at(place)
        name = place.name
        links = [Link(amap_web(lat=lat, lon=lon, name=name), t("driver.amap"), is_next)]
        if is_next:
            links += [
                Link(baidu_web(lat=lat, lon=lon, name=name), t("driver.baidu")),
                Link(tencent_web(lat=lat, lon=lon, name=name), t("driver.tencent")),
            ]
        links.append(Link(geo_uri(lat=lat, lon=lon, name=name), t("driver.open_map")))
        phone = getattr(place, "phone", "")
        if phone:
            contact = getattr(place, "contact", "") or phone
            links.append(Link(f"tel:{quote(phone)}", t("driver.call", name=contact)))
        return links

    def doors(self) -> list[DoorCard]:
        """Return the vulnerable people of every place, the earliest truck first."""
        assert self.run is not None
        scenario = self.run.result.scenario
        places = self.run.figures.places
        places = places[places["vulnerable_people"] > 0].sort_values(
            "first_s", na_position="last", kind="stable"
        )
        cards = []
        for village_id, row in places.to_dict("index").items():
            village = scenario.village_by_id[str(village_id)]
            first_s, reached = row["first_s"], row["vulnerable_survival"]
            cards.append(
                DoorCard(
                    label=scenario.label(village.village_id),
                    people=village.vulnerable_people,
                    first_s=first_s if isinstance(first_s, int) else None,
                    num_reached=reached if isinstance(reached, int) else None,
                    litres=f"{scenario.need.survival_l_per_person:g}",
                    links=self._links(village, is_next=False),
                )
            )
        return cards


def stop_at(place: Place) -> tuple[float, float]:
    """Return where trucks stop, (lat, lon): a village may have a transfer point."""
    point: tuple[float, float] = getattr(place, "stop_at", (place.lat, place.lon))
    return point
