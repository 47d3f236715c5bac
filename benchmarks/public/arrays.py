"""
Public instance -> the arrays of our search, and its best solution -> routes.

Everything that depends on the fields of the search's records is in this module. A
depot becomes a depot and a source at the same point, so that every trip starts with
a filling there; a customer becomes a village; a unit of demand becomes a litre.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.public.model import Drop, PublicRoute
from dispatch.model.need import BANDS, LIVESTOCK
from dispatch.solver.kernel.arrays import BIG, SOURCE, TRUCK, VILLAGE, Instance

if TYPE_CHECKING:
    import numpy.typing as npt

    from benchmarks.public.model import PublicInstance, VehicleGroup
    from dispatch.arrays import Ints, Mask, RecordArray
    from dispatch.solver.kernel.arrays import State


#: Ticks of the search's clock per unit of a family with real figures.
REAL_TICKS: Final = 1_000
#: Ends of shifts without limit stay below this, far from BIG.
LATEST: Final = 100_000_000
#: Vehicles where the fleet is not limited: so much more than the demand fills.
SPARE_SHARE: Final = 1.15
SPARE_TRUCKS: Final = 2
#: Neighbours that the search looks at.
NEAR_VILLAGES: Final = 40
NEAR_SOURCES: Final = 16


def to_instance(public: PublicInstance) -> Instance:
    """
    Return the search's arrays of a public instance.

    Notes
    -----
    Real times are rounded up to ticks, so that what keeps a limit here keeps it in
    the family's own figures; cost is recomputed by the judge.
    """
    num_depots, num_customers = len(public.depots), len(public.customers)
    ticks = _ticks(public)
    paces = sorted({_pace(group, ticks) for group in public.groups})
    travel_s = np.stack([_travel(public, *pace) for pace in paces])
    first_village = 2 * num_depots
    demands = np.array([c.demand for c in public.customers], dtype=np.int64)
    villages = _villages(public, ticks, demands)
    level_need = np.zeros((num_customers, len(BANDS)), dtype=np.int64)
    level_need[:, 0] = demands
    out = travel_s[0, num_depots:first_village, first_village:].astype(np.int64)
    return Instance(
        first_source=num_depots,
        first_village=first_village,
        fill_setup_s=0,
        drop_setup_s=int(villages["drop_setup"].min(initial=0)),
        first_animal_level=LIVESTOCK,
        first_normal_level=LIVESTOCK + 1,
        travel_s=travel_s,
        truck=_trucks(public, ticks, paces, _horizon(travel_s, villages)),
        source=_sources(public),
        village=villages,
        may_enter=_may_enter(public),
        source_windows=_any_time(num_depots),
        windows=_windows(public, ticks),
        level_need=level_need,
        near_villages=_near_villages(travel_s[0], first_village),
        near_sources=_nearest(out.T, NEAR_SOURCES),
        has_release=bool(villages["release"].any()),
        has_bays=False,
        change_price=0,
        earlier=np.full((num_customers, 1, 2), -1, dtype=np.int64),
    )


def _ticks(public: PublicInstance) -> float:
    """Return ticks per unit of time, fewer where the times are long."""
    if public.is_integer:
        return 1.0
    longest = float(public.distance.max()) * (len(public.customers) + 2)
    ticks = float(REAL_TICKS)
    while longest * ticks > LATEST and ticks > 1:
        ticks /= 10
    return ticks


def _pace(group: VehicleGroup, ticks: float) -> tuple[float, int]:
    """
    Return a vehicle's ticks per distance, and those that its fixed cost comes to.

    A route begins with the way from its depot to the water there, which takes no time
    elsewhere: where vehicles cost something before they drive it is as long as that
    costs. There are no times to keep in these families.
    """
    begin = group.fixed_cost / (group.cost_per_distance * group.speed) * ticks
    return ticks / group.speed, round(begin)


def _travel(
    public: PublicInstance, ticks_per_distance: float, begin: int
) -> npt.NDArray[np.int32]:
    """
    Return ticks between depots, their sources and villages; BIG where barred.

    Parameters
    ----------
    public
        The instance.
    ticks_per_distance
        Of these vehicles.
    begin
        Ticks from a depot to its own source, as from `_pace`.
    """
    num_depots = len(public.depots)
    # Depots twice: as where vehicles stand, and as where they fill.
    order = [*range(num_depots), *range(len(public.distance))]
    ticks = np.ceil(public.distance * ticks_per_distance - 1e-9)
    table = ticks[np.ix_(order, order)]
    first_village = 2 * num_depots
    # From each depot to its own water only, and from there only to villages.
    table[:first_village, :first_village] = BIG
    for depot in range(num_depots):
        source = num_depots + depot
        table[depot, depot] = table[source, source] = 0
        table[depot, source] = begin
        table[source, depot] = 0
    if not any(group.may_reload for group in public.groups):
        table[first_village:, num_depots:first_village] = BIG
    return table.astype(np.int32)


def _horizon(travel_s: npt.NDArray[np.int32], villages: RecordArray) -> int:
    """Return an end for shifts without one that no useful route reaches."""
    longest = int(travel_s[travel_s < BIG].max(initial=1))
    serving = int(villages["drop_setup"].sum())
    begin = int(villages["release"].max(initial=0))
    return min(LATEST, begin + serving + longest * (villages.size + 2))


def _trucks(
    public: PublicInstance,
    ticks: float,
    paces: list[tuple[float, int]],
    horizon: int,
) -> RecordArray:
    rows = [(g, public.groups[g]) for g in _group_of_trucks(public)]
    records = np.zeros(len(rows), dtype=TRUCK)
    access, prices = _access_classes(public), _prices(public)
    for record, (g, group) in zip(records, rows, strict=True):
        depot = public.depots[group.depot]
        latest = min(depot.late, depot.early + group.max_travel) * ticks
        record["capacity"] = group.capacity
        record["start"] = record["depot"] = group.depot
        record["shift_start"] = math.ceil(depot.early * ticks)
        record["shift_end"] = horizon if math.isinf(latest) else math.floor(latest)
        record["is_potable"] = 1
        record["drive_class"] = paces.index(_pace(group, ticks))
        record["access_class"] = access[g]
        record["drive_price"] = prices[g]
        record["max_duration"] = _limit(group, ticks)
    return records


def _prices(public: PublicInstance) -> list[int]:
    """Return the price of a tick of every group, as small whole numbers."""
    exact = [group.cost_per_distance * group.speed for group in public.groups]
    scale = 1 if all(price == round(price) for price in exact) else 1_000
    prices = [max(1, round(price * scale)) for price in exact]
    divisor = math.gcd(*prices)
    return [price // divisor for price in prices]


def _limit(group: VehicleGroup, ticks: float) -> int:
    if math.isinf(group.max_duration):
        return BIG
    return math.floor(group.max_duration * ticks + 1e-6)


def _access_classes(public: PublicInstance) -> list[int]:
    """Return the row of `_may_enter` of every group."""
    rows: dict[frozenset[int] | None, int] = {}
    return [rows.setdefault(group.allowed, len(rows)) for group in public.groups]


def _may_enter(public: PublicInstance) -> Mask:
    num_customers = len(public.customers)
    kinds = list(dict.fromkeys(group.allowed for group in public.groups))
    table = np.ones((len(kinds), num_customers), dtype=np.bool_)
    for row, allowed in zip(table, kinds, strict=True):
        if allowed is not None:
            row[:] = [k in allowed for k in range(num_customers)]
    return table


def _sources(public: PublicInstance) -> RecordArray:
    records = np.zeros(len(public.depots), dtype=SOURCE)
    for record, depot in zip(records, public.depots, strict=True):
        record["supply"] = BIG if depot.stock is None else depot.stock
    records["bays"] = BIG
    records["is_potable"] = 1
    return records


def _villages(public: PublicInstance, ticks: float, demands: Ints) -> RecordArray:
    records = np.zeros(len(demands), dtype=VILLAGE)
    records["room"] = records["need_people"] = demands
    records["min_visit"] = 1 if public.may_split else demands
    records["max_visits"] = BIG if public.may_split else 1
    customers = public.customers
    records["drop_setup"] = [math.ceil(c.service * ticks - 1e-9) for c in customers]
    records["release"] = [math.ceil(c.release * ticks) for c in customers]
    records["gets_potable"] = 1
    return records


def _windows(public: PublicInstance, ticks: float) -> Ints:
    """Return one window per customer, (V, 1, 2)."""
    table = _any_time(len(public.customers))
    for row, customer in zip(table[:, 0], public.customers, strict=True):
        late = min(customer.late * ticks, BIG - 1)
        row[:] = (math.ceil(customer.early * ticks), math.floor(late))
    return table


def _any_time(count: int) -> Ints:
    table = np.zeros((count, 1, 2), dtype=np.int64)
    table[:, 0, 1] = BIG - 1
    return table


def _near_villages(travel_s: npt.NDArray[np.int32], first_village: int) -> Ints:
    block = travel_s[first_village:, first_village:].astype(np.int64)
    there_and_back = block + block.T
    np.fill_diagonal(there_and_back, -1)
    return _nearest(there_and_back, NEAR_VILLAGES)


def _nearest(times: Ints, most: int) -> Ints:
    """Return the positions of the least times of every row, -1 beyond reach."""
    near = np.argsort(times, axis=1, kind="stable")[:, : min(most, times.shape[1])]
    reachable = np.take_along_axis(times, near, axis=1) < BIG
    return np.where(reachable, near, -1).astype(np.int64)


def to_routes(
    public: PublicInstance, instance: Instance, state: State
) -> list[PublicRoute]:
    """Return the routes of the best solution in ``state``, idle trucks left out."""
    group_of = _group_of_trucks(public)
    routes = []
    for r, group in enumerate(group_of):
        entries = state.b_entry[r, : int(state.b_route[r]["length"])]
        trips: list[list[Drop]] = []
        for entry in entries:
            place = int(entry["node"])
            if place < instance.first_village:
                trips.append([])
            else:
                customer = place - instance.first_village
                trips[-1].append(Drop(customer, int(entry["litres"])))
        driven = tuple(tuple(trip) for trip in trips if trip)
        if driven:
            routes.append(PublicRoute(group, driven))
    return routes


def _group_of_trucks(public: PublicInstance) -> list[int]:
    """
    Return the group of every truck of the search.

    No more than could bring everything alone, and some to spare, where only loads end
    routes: families write fleets without limit as hundreds of vehicles of every type.
    """
    group_of: list[int] = []
    for g, group in enumerate(public.groups):
        needed = math.ceil(public.total_demand / group.capacity)
        ample = math.ceil(needed * SPARE_SHARE) + SPARE_TRUCKS
        count = ample if group.count is None else group.count
        if public.is_limited_by_load:
            count = min(count, ample)
        group_of += [g] * count
    return group_of
