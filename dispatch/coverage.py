"""
The one definition of coverage, shortage and fairness: scenario + plan -> figures.

Every page, table and report takes its figures from here. Litres of a village are
those that its plan row states; `check_plan` proves that the row is right.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd

from dispatch.fairness import Fairness, measure_fairness
from dispatch.model.need import BANDS, Band, gross_need_l, need_l
from dispatch.model.plan import REASONS
from dispatch.model.travel import NO_ROAD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.plan import Plan, Route, Stop, VillageOutcome
    from dispatch.model.scenario import Scenario, Source, Truck, Village
    from dispatch.model.travel import Travel

Standard = Literal["survival", "basic", "normal"]
Level = Literal["full", "basic", "survival", "below"]

#: Cumulative litres per person, from what keeps alive to what is usual.
STANDARDS: Final[tuple[Standard, ...]] = ("survival", "basic", "normal")

#: How well a place is served, worst first: ``full`` has no shortage at all.
LEVELS: Final[tuple[Level, ...]] = ("below", "survival", "basic", "full")

#: Bands whose water people drink and use, in order.
PEOPLE_BANDS: Final[tuple[Band, ...]] = tuple(
    band for band in BANDS if band not in {"facility", "livestock"}
)

_UP_TO: Final[Mapping[Standard, tuple[tuple[Band, ...], tuple[Band, ...]]]] = {
    # Bands that must be full for the vulnerable, and for the other people.
    "survival": (("survival_vulnerable",), ("survival",)),
    "basic": (
        ("survival_vulnerable", "basic_vulnerable"),
        ("survival", "basic"),
    ),
    "normal": (
        ("survival_vulnerable", "basic_vulnerable", "normal"),
        ("survival", "basic", "normal"),
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """
    The figures of one plan.

    Attributes
    ----------
    bands
        Index band, in order; columns ``need_l``, ``served_l``, ``shortage_l``,
        ``coverage`` (0-1), ``bound_l`` (the most that any plan could serve, NA
        when unknown).
    standards
        Index survival, basic, normal; columns ``l_per_person``, ``people``,
        ``people_total``, ``share`` (0-1), ``vulnerable``, ``vulnerable_total``.
        Whole people whose bands up to there are full.
    places
        Index village_id, in scenario order; columns ``name``, ``township``,
        ``population``, ``vulnerable_people``, ``need_l``, ``served_l``,
        ``delivered_l``, ``shortage_l``, ``coverage``, ``l_per_person`` (stock
        included, NaN without people), ``level``, ``survival``, ``basic``,
        ``normal`` (people at the standard), ``vulnerable_survival``,
        ``vulnerable_basic``, ``vulnerable_normal``, ``visits``, ``first_s``
        (start of the first visit, NA without one), ``reason`` (what most of the
        shortage is due to, empty without one), ``causes`` (reasons and litres that
        add up to the shortage, the largest first).
    reasons
        Index reason, those that occur; columns ``places``, ``people`` (of places
        that lack water for it among others), ``shortage_l`` (for it alone), ``share``
        (0-1 of all shortage). ``unknown`` where the plan gives none.
    sources
        Index source_id; columns ``name``, ``supply_l`` (NA when not limited),
        ``drawn_l``, ``share`` (NA likewise), ``fillings``, ``trucks``,
        ``busy_share`` (bay hours used of those open, NA when not limited).
    trucks
        Index truck_id; columns ``plate``, ``trips``, ``visits``, ``litres``,
        ``fill_share`` (litres of what the trips could hold), ``on_duty_h``,
        ``driving_h``, ``service_h``, ``waiting_h``, ``km`` (NA without
        distances), ``utilisation`` (driving and service, of the shift).
    """

    bands: pd.DataFrame
    standards: pd.DataFrame
    places: pd.DataFrame
    reasons: pd.DataFrame
    sources: pd.DataFrame
    trucks: pd.DataFrame
    fairness: Fairness

    @property
    def need_l(self) -> int:
        """Litres that all places need today."""
        return int(self.bands["need_l"].sum())

    @property
    def served_l(self) -> int:
        """Litres of need that the plan serves."""
        return int(self.bands["served_l"].sum())

    @property
    def shortage_l(self) -> int:
        """Litres of need that stay open."""
        return self.need_l - self.served_l

    @property
    def coverage(self) -> float:
        """Served of needed litres, 0-1."""
        return share(self.served_l, self.need_l)

    def worst_places(self, count: int | None = 10) -> pd.DataFrame:
        """Return rows of ``places`` with a shortage, fewest litres a person first."""
        short = self.places[self.places["shortage_l"] > 0]
        short = short.sort_values(
            ["l_per_person", "shortage_l"], ascending=[True, False], kind="stable"
        )
        return short if count is None else short.head(count)


def share(part: float, whole: float) -> float:
    """
    Return part of whole, 0-1; nothing asked for counts as fully met.

    Parameters
    ----------
    part
        Litres, people or hours that are met.
    whole
        All of them; 0 or less asks for nothing.
    """
    return 1.0 if whole <= 0 else part / whole


def compute_coverage(
    scenario: Scenario, plan: Plan, travel: Travel | None = None
) -> Coverage:
    """
    Return every figure that pages and reports show of a plan.

    Parameters
    ----------
    scenario
        The day to plan.
    plan
        The plan, with its outcomes by village.
    travel
        Gives the kilometres; None: they are missing.
    """
    outcomes = plan.outcome_by_village
    visits = _stops_by_place(plan.routes, "deliver")
    places = pd.DataFrame.from_records(
        [
            _place_row(
                scenario,
                village,
                outcomes.get(village.village_id),
                visits.get(village.village_id, ()),
            )
            for village in scenario.villages
        ],
        columns=_PLACE_COLUMNS,
        index="village_id",
    ).astype({"first_s": "Int64"})
    return Coverage(
        bands=_bands(scenario, plan, outcomes),
        standards=_standards(scenario, places),
        places=places,
        reasons=_reasons(places),
        sources=_sources(scenario, plan),
        trucks=_trucks(scenario, plan, travel),
        fairness=measure_fairness(places),
    )


_PLACE_COLUMNS: Final = [
    "village_id",
    "name",
    "township",
    "population",
    "vulnerable_people",
    "need_l",
    "served_l",
    "delivered_l",
    "shortage_l",
    "coverage",
    "l_per_person",
    "level",
    *STANDARDS,
    "vulnerable_survival",
    "vulnerable_basic",
    "vulnerable_normal",
    "visits",
    "first_s",
    "reason",
    "causes",
]


def _place_row(
    scenario: Scenario,
    village: Village,
    outcome: VillageOutcome | None,
    visits: Sequence[tuple[str, Stop]],
) -> tuple[object, ...]:
    gross = gross_need_l(village, scenario.need)
    need = need_l(village, scenario.need)
    served = {band: outcome.served_l.get(band, 0) if outcome else 0 for band in BANDS}
    needed_l, served_l = sum(need.values()), sum(served.values())
    has_l = {band: gross[band] - need[band] + served[band] for band in BANDS}
    reached = {band: share(has_l[band], gross[band]) for band in BANDS}
    people = people_at(village, reached)
    litres = sum(has_l[band] for band in PEOPLE_BANDS)
    return (
        village.village_id,
        village.name,
        village.township,
        village.population,
        village.vulnerable_people,
        needed_l,
        served_l,
        outcome.delivered_l if outcome else 0,
        needed_l - served_l,
        share(served_l, needed_l),
        litres / village.population if village.population else math.nan,
        _level(reached, needed_l - served_l),
        *(sum(people[standard]) for standard in STANDARDS),
        people["survival"][0],
        people["basic"][0],
        people["normal"][0],
        len(visits),
        min((stop.start_s for _, stop in visits), default=None),
        (outcome.reason if outcome else None) or "",
        _causes(outcome, needed_l - served_l),
    )


def _causes(
    outcome: VillageOutcome | None, shortage_l: int
) -> tuple[tuple[str, int], ...]:
    """Return reasons and litres that add up to a shortage."""
    if shortage_l <= 0:
        return ()
    known = (
        [(cause.reason, cause.litres) for cause in outcome.causes] if outcome else []
    )
    if sum(litres for _, litres in known) == shortage_l:
        return tuple(known)
    # A plan of another version, or one that a hand has changed.
    return (((outcome.reason if outcome else None) or "unknown", shortage_l),)


def people_at(
    village: Village, reached: Mapping[Band, float]
) -> dict[Standard, tuple[int, int]]:
    """
    Return the vulnerable and the other people who reach each standard.

    Where a band is filled in part, as many people reach it as it is filled,
    whole ones, rounded down.

    Parameters
    ----------
    village
        Gives the number of people of each group.
    reached
        How far each band is filled, 0-1, water already in the tank included.
    """
    groups = (
        village.vulnerable_people,
        village.population - village.vulnerable_people,
    )
    counts: dict[Standard, tuple[int, int]] = {}
    for standard, bands_of_group in _UP_TO.items():
        vulnerable, others = (
            math.floor(people * min(reached[band] for band in bands) + 1e-9)
            for people, bands in zip(groups, bands_of_group, strict=True)
        )
        counts[standard] = (vulnerable, others)
    return counts


def _level(reached: Mapping[Band, float], shortage_l: int) -> Level:
    """Name the standard that everybody in the place reaches."""
    if shortage_l <= 0:
        return "full"
    if min(reached[b] for b in ("facility", "survival_vulnerable", "survival")) < 1:
        return "below"
    if min(reached["basic_vulnerable"], reached["basic"]) < 1:
        return "survival"
    return "basic"


def _bands(
    scenario: Scenario, plan: Plan, outcomes: Mapping[str, VillageOutcome]
) -> pd.DataFrame:
    rows = []
    needs = [need_l(village, scenario.need) for village in scenario.villages]
    for band in BANDS:
        needed = sum(need[band] for need in needs)
        served = sum(
            outcomes[village.village_id].served_l.get(band, 0)
            for village in scenario.villages
            if village.village_id in outcomes
        )
        bound = None if plan.bound is None else plan.bound.served_l.get(band)
        rows.append(
            (band, needed, served, needed - served, share(served, needed), bound)
        )
    columns = ["band", "need_l", "served_l", "shortage_l", "coverage", "bound_l"]
    table = pd.DataFrame.from_records(rows, columns=columns, index="band")
    return table.astype({"bound_l": "Int64"})


def _standards(scenario: Scenario, places: pd.DataFrame) -> pd.DataFrame:
    total = int(places["population"].sum())
    vulnerable_total = int(places["vulnerable_people"].sum())
    rows = []
    for standard in STANDARDS:
        people = int(places[standard].sum())
        rows.append(
            (
                standard,
                getattr(scenario.need, f"{standard}_l_per_person"),
                people,
                total,
                share(people, total),
                int(places[f"vulnerable_{standard}"].sum()),
                vulnerable_total,
            )
        )
    columns = [
        "standard",
        "l_per_person",
        "people",
        "people_total",
        "share",
        "vulnerable",
        "vulnerable_total",
    ]
    return pd.DataFrame.from_records(rows, columns=columns, index="standard")


def _reasons(places: pd.DataFrame) -> pd.DataFrame:
    short = places[places["shortage_l"] > 0]
    total_l = int(short["shortage_l"].sum())
    causes = [
        (reason, litres, people)
        for of_village, people in zip(short["causes"], short["population"], strict=True)
        for reason, litres in of_village
    ]
    rows = []
    for reason in (*REASONS, "unknown"):
        chosen = [(litres, people) for of, litres, people in causes if of == reason]
        litres = sum(litres for litres, _ in chosen)
        if chosen:
            people = int(sum(people for _, people in chosen))
            rows.append((reason, len(chosen), people, litres, share(litres, total_l)))
    columns = ["reason", "places", "people", "shortage_l", "share"]
    return pd.DataFrame.from_records(rows, columns=columns, index="reason")


def _stops_by_place(
    routes: Sequence[Route], kind: str
) -> dict[str, list[tuple[str, Stop]]]:
    stops: dict[str, list[tuple[str, Stop]]] = defaultdict(list)
    for route in routes:
        for stop in route.stops:
            if stop.kind == kind:
                stops[stop.place_id].append((route.truck_id, stop))
    return stops


def available_l(source: Source) -> int | None:
    """Return the litres that a source can give until it closes; None: no limit."""
    closing_s = source.windows[-1].late_s if source.windows else 86_400
    litres = source.drawable_l(closing_s)
    return None if math.isinf(litres) else math.floor(litres)


def _sources(scenario: Scenario, plan: Plan) -> pd.DataFrame:
    fillings = _stops_by_place(plan.routes, "fill")
    rows = []
    for source in scenario.sources:
        stops = fillings.get(source.source_id, [])
        drawn_l = sum(stop.litres for _, stop in stops)
        supply_l = available_l(source)
        open_s = sum(window.late_s - window.early_s for window in source.windows)
        busy_s = sum(stop.end_s - stop.start_s for _, stop in stops)
        bay_s = None if source.bays is None else source.bays * (open_s or 86_400)
        rows.append(
            (
                source.source_id,
                source.name,
                supply_l,
                drawn_l,
                None if supply_l is None else share(drawn_l, supply_l),
                len(stops),
                len({truck_id for truck_id, _ in stops}),
                None if bay_s is None else share(busy_s, bay_s),
            )
        )
    columns = [
        "source_id",
        "name",
        "supply_l",
        "drawn_l",
        "share",
        "fillings",
        "trucks",
        "busy_share",
    ]
    table = pd.DataFrame.from_records(rows, columns=columns, index="source_id")
    return table.astype({"supply_l": "Int64", "share": float, "busy_share": float})


def _trucks(scenario: Scenario, plan: Plan, travel: Travel | None) -> pd.DataFrame:
    routes = plan.route_by_truck
    rows = [
        (
            truck.truck_id,
            truck.plate,
            *_truck_row(truck, routes.get(truck.truck_id), travel),
        )
        for truck in scenario.trucks
    ]
    columns = [
        "truck_id",
        "plate",
        "trips",
        "visits",
        "litres",
        "fill_share",
        "on_duty_h",
        "driving_h",
        "service_h",
        "waiting_h",
        "km",
        "utilisation",
    ]
    table = pd.DataFrame.from_records(rows, columns=columns, index="truck_id")
    return table.astype({"fill_share": float, "km": float})


def _truck_row(
    truck: Truck, route: Route | None, travel: Travel | None
) -> tuple[object, ...]:
    stops = () if route is None else route.stops
    trips = sum(stop.kind == "fill" for stop in stops)
    litres = sum(stop.litres for stop in stops if stop.kind == "deliver")
    on_duty_s = stops[-1].end_s - stops[0].start_s if stops else 0
    driving_s = sum(
        after.arrive_s - before.end_s for before, after in itertools.pairwise(stops)
    )
    service_s = sum(
        stop.end_s - stop.start_s for stop in stops if stop.kind in {"fill", "deliver"}
    )
    shift_s = truck.shift_end_s - truck.shift_start_s
    return (
        trips,
        sum(stop.kind == "deliver" for stop in stops),
        litres,
        share(litres, trips * truck.capacity_l) if trips else None,
        on_duty_s / 3600,
        driving_s / 3600,
        service_s / 3600,
        (on_duty_s - driving_s - service_s) / 3600,
        _route_km(truck, stops, travel),
        share(driving_s + service_s, shift_s) if stops else 0.0,
    )


def _route_km(
    truck: Truck, stops: Sequence[Stop], travel: Travel | None
) -> float | None:
    """Return the length of a route; None where a leg is not in the matrix."""
    truck_class = None if travel is None else travel.class_of_truck.get(truck.truck_id)
    if travel is None or truck_class is None:
        return None
    index = travel.index if stops else {}
    metres = 0
    for before, after in itertools.pairwise(stops):
        if before.place_id not in index or after.place_id not in index:
            return None
        row, column = index[before.place_id], index[after.place_id]
        leg = travel.leg(truck_class, row, column, before.end_s, truck.speed_factor)
        if leg is None or leg.metres == NO_ROAD:
            return None
        metres += leg.metres
    return metres / 1000
