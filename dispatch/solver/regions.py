"""Parts of a large day, searched each for itself and side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.solver.kernel.arrays import (
    BIG,
    resized_state,
    sizes_of,
)
from dispatch.solver.kernel.moves import load_best, store_best
from dispatch.solver.search import SearchThread
from dispatch.solver.travel_arrays import near_villages

if TYPE_CHECKING:
    from dispatch.arrays import Floats, Ints, Mask, RecordArray
    from dispatch.solver.kernel.arrays import Instance, State

#: Directions in which places differ most; a map has two.
NUM_AXES: Final = 2


@dataclass(frozen=True)
class Region:
    """
    Some trucks, and the villages that they bring water to or may.

    Attributes
    ----------
    trucks, villages
        Positions in the whole day, ascending.
    is_own
        Per village whether what it still lacks is this region's to bring; to others
        its trucks may bring what they bring now.
    """

    trucks: Ints
    villages: Ints
    is_own: Mask


@dataclass(frozen=True)
class Visits:
    """All visits of the current routes, with their trucks."""

    truck: Ints
    village: Ints
    litres: Ints


def visits_of(instance: Instance, route: RecordArray, entry: RecordArray) -> Visits:
    """
    Return the visits of routes.

    Parameters
    ----------
    instance
        The scenario as arrays.
    route, entry
        Routes and their entries, of a current or a best solution.
    """
    is_used = np.arange(entry.shape[1]) < route["length"][:, None]
    is_visit = is_used & (entry["node"] >= instance.first_village)
    truck, at = np.nonzero(is_visit)
    chosen = entry[truck, at]
    return Visits(truck, chosen["node"] - instance.first_village, chosen["litres"])


def place_axes(instance: Instance) -> Floats:
    """
    Return villages and depots as points of a map, shape (V + depots, `NUM_AXES`).

    Parameters
    ----------
    instance
        The scenario as arrays; seconds from depots and sources tell where a village
        is.
    """
    first = instance.first_village
    away_s = instance.travel_s[0, :first].astype(np.float64)
    away_s[away_s >= BIG] = np.nan
    far_s = np.nanmax(away_s) if np.isfinite(away_s).any() else 0.0
    away_s = np.nan_to_num(away_s, nan=2.0 * far_s)
    points = np.vstack([away_s[:, first:].T, away_s[:, : instance.first_source].T])
    points -= points.mean(axis=0)
    _, _, axes = np.linalg.svd(points, full_matrices=False)
    return np.asarray(points @ axes[:NUM_AXES].T)


def cut(
    instance: Instance,
    visits: Visits,
    axes: Floats,
    num_regions: int,
    random: np.random.Generator,
) -> list[Region]:
    """
    Return regions of trucks that go to the same parts, as much work in each.

    Parameters
    ----------
    instance
        The scenario as arrays.
    visits
        Those of the current solution.
    axes
        As from `place_axes`.
    num_regions
        At most so many regions.
    random
        Gives the directions of the cuts.
    """
    num_trucks, num_villages = instance.truck.size, instance.village.size
    work = np.bincount(visits.truck, minlength=num_trucks).astype(np.float64)
    centre = axes[num_villages + instance.truck["depot"]]
    for axis in range(axes.shape[1]):
        at = axes[visits.village, axis]
        total = np.bincount(visits.truck, weights=at, minlength=num_trucks)
        centre[:, axis] = np.where(
            work > 0, total / np.maximum(1.0, work), centre[:, axis]
        )
    group = np.zeros(num_trucks, dtype=np.int64)
    _halve(group, np.arange(num_trucks), 0, num_regions, work + 1.0, centre, random)
    owner = _owners(instance, visits, group, num_regions)
    regions = []
    for number in range(num_regions):
        trucks = np.flatnonzero(group == number)
        visited = np.unique(visits.village[group[visits.truck] == number])
        villages = np.union1d(np.flatnonzero(owner == number), visited)
        if trucks.size and villages.size:
            regions.append(Region(trucks, villages, owner[villages] == number))
    return regions


def _halve(
    group: Ints,
    members: Ints,
    first: int,
    count: int,
    work: Floats,
    centre: Floats,
    random: np.random.Generator,
) -> None:
    """Give trucks the numbers ``first`` to ``first + count - 1``, by halving them."""
    if count == 1 or members.size < 2:
        group[members] = first
        return
    along = centre[members] @ random.normal(size=centre.shape[1])
    members = members[np.argsort(along, kind="stable")]
    done = np.cumsum(work[members])
    half = count // 2
    at = int(np.searchsorted(done, done[-1] * half / count)) + 1
    at = min(max(1, at), members.size - 1)
    _halve(group, members[:at], first, half, work, centre, random)
    _halve(group, members[at:], first + half, count - half, work, centre, random)


def _owners(instance: Instance, visits: Visits, group: Ints, num_regions: int) -> Ints:
    """Return per village the region that brings it most, else its neighbour's."""
    num_villages = instance.village.size
    brought = np.zeros((num_villages, num_regions))
    np.add.at(brought, (visits.village, group[visits.truck]), visits.litres)
    owner = np.where(brought.any(axis=1), brought.argmax(axis=1), -1)
    known = owner.copy()
    for v in np.flatnonzero(known < 0):
        near = instance.near_villages[v]
        near = near[near >= 0]
        near = near[known[near] >= 0]
        owner[v] = known[near[0]] if near.size else v % num_regions
    return owner


def region_instance(
    instance: Instance,
    state: State,
    region: Region,
    visits: Visits,
    supply_share: float,
) -> Instance:
    """
    Return the arrays of a region, what other trucks do counted as given.

    Parameters
    ----------
    instance
        The scenario as arrays.
    state
        The current solution.
    region
        Its trucks and villages.
    visits
        Those of the current solution.
    supply_share
        The region's share of the water that no trip has drawn yet.
    """
    first = instance.first_village
    villages, trucks = region.villages, region.trucks
    places = np.concatenate([np.arange(first), first + villages])
    village = instance.village[villages].copy()
    is_inside = np.isin(visits.truck, trucks)
    own, others = (
        _brought(instance, visits, is_inside),
        _brought(instance, visits, ~is_inside),
    )
    village["given"] += others.potable[villages]
    village["given_unfit"] += others.unfit[villages]
    now = village["given"] + village["given_unfit"]
    now += (own.potable + own.unfit)[villages]
    room = np.where(region.is_own, village["room"], np.minimum(now, village["room"]))
    village["room"] = room
    is_limited = village["max_visits"] < BIG
    left = village["max_visits"] - others.visits[villages]
    left = np.where(region.is_own, left, np.minimum(left, own.visits[villages]))
    village["max_visits"] = np.where(is_limited, np.maximum(0, left), BIG)
    source = instance.source.copy()
    drawn = _drawn(instance, state, trucks)
    free = np.maximum(0, source["supply"] - state.drawn)
    is_scarce = source["supply"] < BIG
    share = drawn + (supply_share * free).astype(np.int64)
    source["supply"] = np.where(is_scarce, share, source["supply"])
    travel_s = np.ascontiguousarray(
        instance.travel_s[:, places[:, None], places[None, :]]
    )
    return instance._replace(
        travel_s=travel_s,
        truck=instance.truck[trucks].copy(),
        source=source,
        village=village,
        may_enter=np.ascontiguousarray(instance.may_enter[:, villages]),
        windows=instance.windows[villages].copy(),
        level_need=instance.level_need[villages].copy(),
        near_villages=near_villages(travel_s, first),
        near_sources=instance.near_sources[villages].copy(),
        earlier=instance.earlier[villages].copy(),
    )


@dataclass(frozen=True)
class _Brought:
    """Drinking water, other water, and number of visits per village."""

    potable: Ints
    unfit: Ints
    visits: Ints


def _brought(instance: Instance, visits: Visits, chosen: Mask) -> _Brought:
    is_potable = instance.truck["is_potable"][visits.truck] > 0
    size = instance.village.size

    def total(which: Mask, litres: Ints | None) -> Ints:
        counted = np.bincount(
            visits.village[which],
            weights=None if litres is None else litres[which],
            minlength=size,
        )
        return np.rint(counted).astype(np.int64)

    return _Brought(
        total(chosen & is_potable, visits.litres),
        total(chosen & ~is_potable, visits.litres),
        total(chosen, None),
    )


def _drawn(instance: Instance, state: State, trucks: Ints) -> Ints:
    """Return the litres that trucks draw from every source in the current solution."""
    drawn = np.zeros(instance.source.size, dtype=np.int64)
    for r in trucks:
        entries = state.entry[r, : int(state.route["length"][r])]
        is_fill = entries["node"] < instance.first_village
        positions = entries["node"][is_fill] - instance.first_source
        np.add.at(drawn, positions, entries["litres"][is_fill])
    return drawn


class RegionThread(SearchThread):
    """A region under annealing, from what the whole day has there now."""

    def __init__(
        self,
        whole: SearchThread,
        region: Region,
        visits: Visits,
        supply_share: float,
        seed: int,
    ) -> None:
        instance = region_instance(
            whole.instance, whole.state, region, visits, supply_share
        )
        super().__init__(instance, whole.params, seed)
        self.region = region
        state = self.state = resized_state(self.state, sizes_of(whole.state))
        outside = ~np.isin(whole.state.fill["route"], region.trucks)
        for s in np.flatnonzero(instance.source["is_queued"]):
            listed = whole.state.fill[s, : int(whole.state.num_fills[s])]
            listed = listed[outside[s, : listed.size]].copy()
            listed["route"] = -1
            listed["latest"] = listed["start"]
            state.fill[s, : listed.size] = listed
            state.num_fills[s] = listed.size
        state.b_route[:] = whole.state.route[region.trucks]
        state.b_entry[:, : whole.state.entry.shape[1]] = whole.state.entry[
            region.trucks
        ]
        _forget_unused(state.b_route, state.b_entry)
        self._renumber(state.b_entry, region.villages, to_region=True)
        load_best(instance, state)
        store_best(state)
        self._push = whole._push.copy()

    def _renumber(self, entry: RecordArray, villages: Ints, *, to_region: bool) -> None:
        first = self.instance.first_village
        is_visit = entry["node"] >= first
        positions = entry["node"][is_visit] - first
        new = np.searchsorted(villages, positions) if to_region else villages[positions]
        entry["node"][is_visit] = first + new

    def rows(self, *, is_best: bool) -> tuple[RecordArray, RecordArray]:
        """Return routes and entries of the best or the current solution."""
        state = self.state
        route = (state.b_route if is_best else state.route).copy()
        entry = (state.b_entry if is_best else state.entry).copy()
        _forget_unused(route, entry)
        self._renumber(entry, self.region.villages, to_region=False)
        return route, entry


def _forget_unused(route: RecordArray, entry: RecordArray) -> None:
    """Leave no places in entries beyond the end of a route."""
    entry["node"][np.arange(entry.shape[1]) >= route["length"][:, None]] = 0
