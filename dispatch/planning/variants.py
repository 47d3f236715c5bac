"""The same day with one more truck, hour, bay, hose, or road."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from dispatch.model.scenario import Source, TimeWindow
from dispatch.model.travel import NO_ROAD, LegTimes
from dispatch.roads.model import road_model
from dispatch.roads.travel import travel_matrix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.arrays import Int32s
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario, Truck, Village
    from dispatch.model.travel import PairTable, Travel


VariantKind = Literal[
    "as_it_is",
    "truck",
    "shift_hour",
    "bay",
    "hose",
    "supply",
    "source_hour",
    "source",
    "visits",
    "limit",
    "road",
    "lane",
    "window",
]

#: Villages for which a road, lane or window is tried, the shortest of water first.
MAX_VILLAGES: Final = 8
#: Closures and limits that are lifted one at a time.
MAX_LIFTED: Final = 12
HOUR_S: Final = 3_600
DAY_S: Final = 86_400
MORE_SUPPLY: Final = 1.2


@dataclass(frozen=True, slots=True)
class Variant:
    """
    One change of the means.

    Attributes
    ----------
    subject
        Id of the source, village or road limit, or of the truck that the new one is
        like; empty for changes that concern all.
    amount
        Litres of the new truck's tank, bays, litres a minute, visits, or metres of
        road, after the change; 0 where there is nothing to say.
    """

    kind: VariantKind
    subject: str
    scenario: Scenario
    travel: Travel
    amount: float = 0.0


def as_it_is(scenario: Scenario, travel: Travel) -> Variant:
    """
    Return the unchanged day.

    Parameters
    ----------
    scenario
        The day to plan.
    travel
        Driving seconds and metres between all places.
    """
    return Variant("as_it_is", "", scenario, travel)


def list_variants(scenario: Scenario, travel: Travel, plan: Plan) -> list[Variant]:
    """
    Return every change that is worth a look, in a fixed order.

    Sources of which the plan leaves a fifth and more are not given more water; roads,
    lanes and windows are tried for the villages with the largest shortage.

    Parameters
    ----------
    scenario
        The day to plan.
    travel
        Driving seconds and metres between all places.
    plan
        Shows which sources are used up and which villages are short.
    """
    return [
        *_more_trucks(scenario, travel),
        _longer_shifts(scenario, travel),
        *_sources(scenario, travel, plan),
        *_opened_sources(scenario),
        *_lifted_limits(scenario),
        *_villages(scenario, travel, plan),
    ]


def _lifted_limits(scenario: Scenario) -> list[Variant]:
    """Every closure or limit of today lifted, on the roads as they really are."""
    model = road_model(scenario)
    if model is None or scenario.travel_table is not None:
        return []
    variants = []
    for matched in model.matched[:MAX_LIFTED]:
        kept = tuple(item for item in scenario.road_limits if item != matched.limit)
        day = replace(scenario, road_limits=kept)
        label = matched.limit.limit_id
        variants.append(Variant("limit", label, day, travel_matrix(day)))
    return variants


def _more_trucks(scenario: Scenario, travel: Travel) -> list[Variant]:
    """One more of every size, at the depot that has most of that size."""
    sizes: dict[tuple[object, ...], list[Truck]] = {}
    for truck in scenario.trucks:
        size = (truck.capacity_l, truck.gross_t, truck.width_m, truck.potable)
        sizes.setdefault(size, []).append(truck)
    variants = []
    taken = {truck.truck_id for truck in scenario.trucks}
    for alike in sorted(sizes.values(), key=lambda group: group[0].capacity_l):
        depot_id = Counter(truck.depot_id for truck in alike).most_common(1)[0][0]
        like = next(truck for truck in alike if truck.depot_id == depot_id)
        truck_id = f"{like.truck_id}+"
        while truck_id in taken:
            truck_id += "+"
        more = replace(like, truck_id=truck_id, plate="")
        classes = {
            **travel.class_of_truck,
            truck_id: travel.class_of_truck[like.truck_id],
        }
        variants.append(
            Variant(
                "truck",
                like.truck_id,
                replace(scenario, trucks=(*scenario.trucks, more)),
                replace(travel, class_of_truck=classes),
                like.capacity_l,
            )
        )
    return variants


def _longer_shifts(scenario: Scenario, travel: Travel) -> Variant:
    trucks = tuple(
        replace(truck, shift_end_s=_hour_later(truck.shift_end_s))
        for truck in scenario.trucks
    )
    return Variant("shift_hour", "", replace(scenario, trucks=trucks), travel)


def _hour_later(time_s: int) -> int:
    """Return an hour later, up to midnight; a night shift stays as it is."""
    return max(time_s, min(time_s + HOUR_S, DAY_S))


def _sources(scenario: Scenario, travel: Travel, plan: Plan) -> list[Variant]:
    drawn: Counter[str] = Counter()
    for route in plan.routes:
        for stop in route.stops:
            if stop.kind == "fill":
                drawn[stop.place_id] += stop.litres
    last_s = max(truck.shift_end_s for truck in scenario.trucks)
    variants = []

    def add(kind: VariantKind, changed: Source, amount: float = 0.0) -> None:
        sources = tuple(
            changed if source.source_id == changed.source_id else source
            for source in scenario.sources
        )
        day = replace(scenario, sources=sources)
        variants.append(Variant(kind, changed.source_id, day, travel, amount))

    for source in scenario.sources:
        if source.bays is not None:
            add("bay", replace(source, bays=source.bays + 1), source.bays + 1)
        if source.fill_rate_l_per_min is not None:
            rate = 2 * source.fill_rate_l_per_min
            add("hose", replace(source, fill_rate_l_per_min=rate), rate)
        drawable_l = source.drawable_l(last_s)
        if drawn[source.source_id] > 0.8 * drawable_l:
            add("supply", _with_more(source), MORE_SUPPLY * drawable_l)
        if source.windows and source.windows[-1].late_s < last_s:
            last = source.windows[-1]
            late_s = _hour_later(last.late_s)
            longer = (*source.windows[:-1], TimeWindow(last.early_s, late_s))
            add("source_hour", replace(source, windows=longer))
    return variants


def _opened_sources(scenario: Scenario) -> list[Variant]:
    """Every source that is out of service today, opened."""
    variants = []
    table = scenario.travel_table
    for resting in scenario.resting:
        source = resting.item
        if not isinstance(source, Source):
            continue
        if table is not None and source.source_id not in table.place_ids:
            continue  # nobody knows how far it is
        kept = tuple(other for other in scenario.resting if other is not resting)
        opened = (*scenario.sources, replace(source, out_of_service=False))
        day = replace(scenario, sources=opened, resting=kept)
        variants.append(Variant("source", source.source_id, day, travel_matrix(day)))
    return variants


def _with_more(source: Source) -> Source:
    def more(litres: float | None) -> int | None:
        return None if litres is None else int(MORE_SUPPLY * litres)

    inflow = source.inflow_l_per_h
    return replace(
        source,
        supply_l=more(source.supply_l),
        stock_l=more(source.stock_l),
        inflow_l_per_h=None if inflow is None else MORE_SUPPLY * inflow,
    )


def _villages(scenario: Scenario, travel: Travel, plan: Plan) -> list[Variant]:
    shortest = sorted(plan.villages, key=lambda v: (-v.shortage_l, v.village_id))
    villages = scenario.village_by_id
    variants: list[Variant] = []
    for outcome in shortest:
        village = villages[outcome.village_id]
        if outcome.shortage_l <= 0 or len(variants) >= MAX_VILLAGES:
            break
        if not _has_road(scenario, travel, village.village_id):
            opened = _reopened(scenario, travel, village.village_id)
            if opened is not None:
                variants.append(opened)
            continue
        freed: list[tuple[VariantKind, Village]] = []
        if village.max_visits is not None:
            more = replace(village, max_visits=village.max_visits + 1)
            freed.append(("visits", more))
        if not all(truck.fits(village) for truck in scenario.trucks):
            wide = replace(village, max_gross_t=None, max_width_m=None)
            freed.append(("lane", wide))
        if village.windows:
            freed.append(("window", replace(village, windows=())))
        for kind, open_village in freed:
            changed = tuple(
                open_village if v.village_id == village.village_id else v
                for v in scenario.villages
            )
            day = replace(scenario, villages=changed)
            visits = open_village.max_visits if kind == "visits" else None
            amount = float(visits or 0)
            variants.append(Variant(kind, village.village_id, day, travel, amount))
    return variants


def _has_road(scenario: Scenario, travel: Travel, village_id: str) -> bool:
    """Whether a village is reached from any source, and any depot from there."""
    index = travel.index
    v = index[village_id]
    sources = [index[source.source_id] for source in scenario.sources]
    depots = [index[depot.depot_id] for depot in scenario.depots]
    matrices = list(travel.seconds)
    if travel.later is not None:
        matrices += [matrix for ways in travel.later.every() for matrix in ways.seconds]
    return any(
        bool((seconds[sources, v] != NO_ROAD).any())
        and bool((seconds[v, depots] != NO_ROAD).any())
        for seconds in matrices
    )


def _reopened(scenario: Scenario, travel: Travel, village_id: str) -> Variant | None:
    """Return the day with a road to the nearest place that trucks reach."""
    index = travel.index
    v = index[village_id]
    first_source = len(scenario.depots)
    order = [index[place_id] for place_id in scenario.place_ids]
    depot_idx = order[:first_source]
    source_idx = [
        s
        for s in order[first_source : first_source + len(scenario.sources)]
        if (travel.seconds[0][depot_idx, s] != NO_ROAD).any()
    ]
    here = scenario.place_by_id[village_id]
    nearest: tuple[float, int] | None = None
    for place_id, place in scenario.place_by_id.items():
        u = index[place_id]
        reached = travel.seconds[0][source_idx, u] != NO_ROAD
        if u == v or not reached.any():
            continue
        north = (place.lat - here.lat) * 111_320
        east = (place.lon - here.lon) * 111_320 * np.cos(np.radians(here.lat))
        away_m = float(np.hypot(north, east)) * scenario.straight_line.detour
        nearest = min(nearest or (np.inf, -1), (away_m, u))
    if nearest is None:
        return None
    away_m, u = nearest
    way_s = int(np.ceil(away_m / (scenario.straight_line.speed_km_h / 3.6)))

    def joined(matrices: Iterable[PairTable], way: int) -> tuple[Int32s, ...]:
        return tuple(_joined(matrix[:, :], u, v, way) for matrix in matrices)

    later = travel.later
    if later is not None:
        later = later.mapped(
            lambda ways: LegTimes(
                joined(ways.seconds, way_s), joined(ways.metres, int(away_m))
            )
        )
    opened = replace(
        travel,
        seconds=joined(travel.seconds, way_s),
        metres=joined(travel.metres, int(away_m)),
        later=later,
    )
    return Variant("road", village_id, scenario, opened, away_m)


def _joined(matrix: Int32s, u: int, v: int, way: int) -> Int32s:
    """Return a matrix in which ``v`` is reached by way of ``u``."""
    joined = matrix.copy()
    to_u, from_u = matrix[:, u], matrix[u, :]
    new_to = np.where(to_u == NO_ROAD, NO_ROAD, to_u + way)
    new_from = np.where(from_u == NO_ROAD, NO_ROAD, from_u + way)
    joined[:, v] = np.where(joined[:, v] == NO_ROAD, new_to, joined[:, v])
    joined[v, :] = np.where(joined[v, :] == NO_ROAD, new_from, joined[v, :])
    joined[v, v] = 0
    return joined
