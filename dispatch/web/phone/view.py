"""What the plain pages of a link show: trucks, stops and doors as values, no markup."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from dispatch.coverage import compute_coverage
from dispatch.files.plan.at_place import at_place
from dispatch.maps.palette import truck_signs
from dispatch.words.words import LANGUAGES, Words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Sequence

    from dispatch.day.doors import DoorList
    from dispatch.day.published import Published
    from dispatch.files.plan.at_place import AtPlace
    from dispatch.maps.palette import TruckSign
    from dispatch.model.households import Household
    from dispatch.model.plan import Plan, Route, Stop
    from dispatch.model.scenario import Truck
    from dispatch.words.message import Lang

#: Shorter waits at a stop are not worth a line.
_MIN_WAIT_S: Final = 300
#: Nobody has to be told the way to where the truck stands.
_NEXT_KINDS: Final = ("fill", "deliver", "return")
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
    state
        As reported: open, arrived, done, refused or impossible.
    at
        The place; None for a break.
    """

    stop: Stop
    label: str
    icon: str
    trip: int
    state: str
    is_next: bool
    is_waiting: bool
    at: AtPlace | None
    links: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCard:
    """
    The vulnerable people of a village.

    Attributes
    ----------
    first_s
        When the first truck of the link comes, seconds since midnight.
    num_reached
        How many of them have enough to survive; None: not known.
    households
        By name and address, for who may see them.
    """

    label: str
    people: int
    first_s: int
    num_reached: int | None
    litres: str
    at: AtPlace
    links: Sequence[Link]
    households: Sequence[Household] = ()


class View:
    """
    One answer: the day of a link's trucks, in the language that was asked for.

    Parameters
    ----------
    published
        The plan that drivers follow; None: there is none.
    trucks
        Those of the link.
    rows
        Stops as the phone is shown them, with their states.
    today
        On which the page is looked at.
    lang
        Of the page.
    base
        Address of the link itself.
    path
        Of the page below it.
    doors
        Households that may be seen; None: none may.
    """

    def __init__(
        self,
        published: Published | None,
        trucks: Sequence[str],
        rows: Sequence[dict[str, Any]],
        *,
        today: dt.date,
        lang: Lang,
        base: str,
        path: str,
        doors: DoorList | None = None,
    ) -> None:
        self.published = published
        self._doors = doors
        self.today = today
        self.t = Words(lang)
        self.base, self._path = base, path
        self._trucks = trucks
        self._states = {(row["truck"], row["stop"]): row["state"] for row in rows}

    @cached_property
    def plan(self) -> Published:
        """The plan that is shown, with its scenario."""
        assert self.published is not None
        return self.published

    @property
    def is_today(self) -> bool:
        """Whether the plan is of today."""
        return self.plan.plan.date == self.today

    def link(self, path: str, **query: str) -> str:
        """
        Return the address of another page of this link, in the same language.

        Parameters
        ----------
        path
            Below the link, from its slash on; empty: the link itself.
        query
            What else the address says.
        """
        return f"{self.base}{path}?{urlencode({**query, 'lang': self.t.lang})}"

    def languages(self) -> list[tuple[str, str]]:
        """Return the other languages, each with the address of this page in it."""
        return [
            (lang, f"{self.base}{self._path}?{urlencode({'lang': lang})}")
            for lang in LANGUAGES
            if lang != self.t.lang
        ]

    def trucks(self) -> list[TruckCard]:
        """Return the trucks of the link, each with its route of the day."""
        scenario, routes = self.plan.scenario, self.plan.plan.route_by_truck
        signs = truck_signs(scenario)
        cards = []
        for truck in scenario.all_trucks:
            if truck.truck_id not in self._trucks:
                continue
            route = routes.get(truck.truck_id)
            used = route if route is not None and route.num_trips else None
            cards.append(TruckCard(truck, signs[truck.truck_id], used))
        return cards

    def stops(self, route: Route) -> Iterator[StopCard]:
        """Yield the stops of a route, in order."""
        scenario = self.plan.scenario
        states = [
            self._states.get((route.truck_id, number), "open")
            for number in range(1, len(route.stops) + 1)
        ]
        next_idx = next(
            (
                idx
                for idx, (stop, state) in enumerate(
                    zip(route.stops, states, strict=True)
                )
                if stop.kind in _NEXT_KINDS and state in ("open", "arrived")
            ),
            None,
        )
        trip = 0
        for idx, stop in enumerate(route.stops):
            trip += stop.kind == "fill"
            place = scenario.place_by_id.get(stop.place_id)
            leads_there = place is not None and stop.kind != "break"
            at = at_place(place) if place is not None and leads_there else None
            is_next = idx == next_idx
            yield StopCard(
                stop=stop,
                label=scenario.label(stop.place_id),
                icon=_ICONS.get(stop.kind, "·"),
                trip=trip if stop.kind == "fill" else 0,
                state=states[idx],
                is_next=is_next,
                is_waiting=stop.start_s - stop.arrive_s >= _MIN_WAIT_S,
                at=at,
                links=self._links(at, is_next=is_next) if at is not None else (),
            )

    def _links(self, at: AtPlace, *, is_next: bool) -> list[Link]:
        """Return the links to a place: one big button for the next stop, small ones."""
        t = self.t
        links = [
            Link(at.links["amap"], t("driver.amap"), is_next),
            Link(at.links["baidu"], t("driver.baidu")),
            Link(at.links["tencent"], t("driver.tencent")),
            Link(at.links["geo"], t("driver.open_map")),
        ]
        if at.phone:
            name = at.contact or at.phone
            links.append(Link(f"tel:{quote(at.phone)}", t("driver.call", name=name)))
        return links

    def came(self, household: Household) -> str:
        """Return when water came to a household today; empty: not yet."""
        at = None if self._doors is None else self._doors.ticks.get(household.number)
        return "" if at is None else f"{at:%H:%M}"

    @property
    def shows_households(self) -> bool:
        """Whether households may be seen, and there are some."""
        return self._doors is not None and bool(self._doors.households)

    def doors(self) -> list[DoorCard]:
        """Return the vulnerable people where the link's trucks go, in their order."""
        scenario, plan = self.plan.scenario, self.plan.plan
        first_s = first_visits(plan, self._trucks)
        places = compute_coverage(scenario, plan).places
        cards = []
        for village_id in sorted(first_s, key=lambda place: first_s[place]):
            village = scenario.village_by_id.get(village_id)
            households = [] if self._doors is None else self._doors.of(village_id)
            if village is None or not (village.vulnerable_people or households):
                continue
            reached = places["vulnerable_survival"][village_id]
            at = at_place(village)
            cards.append(
                DoorCard(
                    label=scenario.label(village_id),
                    people=village.vulnerable_people,
                    first_s=first_s[village_id],
                    num_reached=int(reached) if reached == reached else None,
                    litres=f"{scenario.need.survival_l_per_person:g}",
                    at=at,
                    links=self._links(at, is_next=False),
                    households=households,
                )
            )
        return cards


def first_visits(plan: Plan, trucks: Collection[str]) -> dict[str, int]:
    """
    Return when the first of some trucks comes to each place that they bring water to.

    Parameters
    ----------
    plan
        Of the day.
    trucks
        Their ids.
    """
    first_s: dict[str, int] = {}
    for route in plan.routes:
        for stop in route.stops:
            if stop.kind == "deliver" and route.truck_id in trucks:
                known = first_s.get(stop.place_id, stop.start_s)
                first_s[stop.place_id] = min(known, stop.start_s)
    return first_s
