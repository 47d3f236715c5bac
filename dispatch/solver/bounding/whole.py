"""Whole trips of every single truck: a bound and a plan for days of few villages."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import numpy as np
from ortools.graph.python.max_flow import SimpleMaxFlow
from ortools.math_opt.python import mathopt

from dispatch.errors import SolverError
from dispatch.model.need import BANDS, LIVESTOCK
from dispatch.solver.bounding.skeletons import shortest_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch.solver.bounding.data import BoundData, Kind, TruckGroup
    from dispatch.solver.bounding.prices import Goal
    from dispatch.solver.bounding.skeletons import Skeleton

    Variable: TypeAlias = mathopt.Variable
    Linear: TypeAlias = Any

#: Cubic metres and thousands of seconds, as in the program over trips.
SCALE: Final = 1e-3
#: Trips of one skeleton that a truck can make, at most, and its empty drives.
MAX_TRIPS: Final = 60
#: Litres that tolerances of the solver can hide.
TOLERANCE_L: Final = 0.3
#: What is missing to a whole litre at most, for tolerances.
FLOOR_L: Final = 1e-3
#: Villages in the sets whose tanks are counted, besides the set of all.
MAX_IN_SET: Final = 3


class WholeVisit(NamedTuple):
    """A visit by its village in the scenario, and its litres."""

    village: int
    litres: int


@dataclass(frozen=True)
class WholeTrip:
    """A filling at a source of the scenario, and visits in the order of the drive."""

    source: int
    end: int
    """Position of the next source, -1: the depot."""
    visits: tuple[WholeVisit, ...]


@dataclass(frozen=True)
class Whole:
    """
    What a day of whole trips gives.

    Attributes
    ----------
    most_l
        No plan gets more litres of the goal, unless it uses other trips.
    routes
        By truck, trips of the best day met, one after the other; None: none was met.
        Hours, bays and pauses may still stand against it.
    """

    most_l: float
    routes: dict[int, list[WholeTrip]] | None


@dataclass(frozen=True)
class _Leg:
    """Trips of one skeleton by one truck."""

    skeleton: Skeleton
    trips: Variable


@dataclass
class _Truck:
    truck: int
    kind: int
    group: TruckGroup
    litres: dict[tuple[int, int], Variable]
    """By source and village inside the kind: what it brings from there to it."""
    starts: dict[int, Variable]
    """By source position inside the kind: whether the truck fills there first."""
    moves: dict[tuple[int, int], Variable]
    legs: list[_Leg] = field(default_factory=list)


class WholeModel:
    """
    A mixed-integer program whose optimum is never below any plan's litres.

    Every truck makes whole trips in its own time; litres are shared out at will. Of
    the rules it knows tanks, time, needs, rooms, access, visits, supply and bay
    seconds, and windows one village at a time; the moment of a filling and the
    pause's place it does not.

    Parameters
    ----------
    data
        The scenario as the bound sees it.
    skeletons
        Trips that a plan may make.
    goal
        Bands whose litres count, and litres that bands must get.
    """

    def __init__(
        self, data: BoundData, skeletons: Sequence[Skeleton], goal: Goal
    ) -> None:
        self._data = data
        self._model = mathopt.Model()
        self._trucks = [
            self._truck(k, kind, group, truck)
            for k, kind in enumerate(data.kinds)
            for group, truck in _single_trucks(kind)
        ]
        for truck in self._trucks:
            for skeleton in skeletons:
                if skeleton.kind == truck.kind:
                    self._add_skeleton(truck, skeleton)
            self.add_tanks(truck)
            self.add_truck_time(truck)
            self.add_windows(truck)
            self.add_places(truck)
            self.add_arrivals(truck)
        self._served = [self._litres(data.need[:, band]) for band in range(len(BANDS))]
        self._non_potable = self._litres(data.need[:, LIVESTOCK])
        for village in range(data.room.size):
            self.add_village(village)
        for source in range(data.supply.size):
            self.add_source(source)
        self.add_goal(goal)

    def _litres(self, most_l: Iterable[float]) -> list[Variable]:
        return [
            self._model.add_variable(lb=0.0, ub=SCALE * float(most)) for most in most_l
        ]

    def _truck(self, k: int, kind: Kind, group: TruckGroup, truck: int) -> _Truck:
        num_sources = kind.sources.size
        starts = {
            int(source): self._model.add_binary_variable()
            for source in np.flatnonzero(group.seconds > 0)
        }
        moves = {
            (int(here), int(there)): self._model.add_integer_variable(
                lb=0, ub=MAX_TRIPS
            )
            for here, there in np.argwhere(np.isfinite(kind.between))
            if here != there
            and here < num_sources
            and (there < num_sources or there == group.end)
        }
        if starts:
            self._model.add_linear_constraint(_sum(starts.values()) <= 1)
        litres = {
            (source, stop): self._model.add_variable(lb=0.0)
            for source in range(num_sources)
            for stop in range(kind.villages.size)
        }
        return _Truck(truck, k, group, litres, starts, moves)

    def _add_skeleton(self, truck: _Truck, skeleton: Skeleton) -> None:
        kind = self._data.kinds[skeleton.kind]
        is_own = skeleton.end < kind.sources.size or skeleton.end == truck.group.end
        most = int(truck.group.seconds.max() // max(1.0, skeleton.seconds))
        if not is_own or most < 1:
            return
        trips = self._model.add_integer_variable(lb=0, ub=min(most, MAX_TRIPS))
        truck.legs.append(_Leg(skeleton, trips))

    def add_tanks(self, truck: _Truck) -> None:
        """
        Bring to any villages no more than the tanks of trips that come there.

        That these sums hold for all sets of villages is enough for litres to be
        shared out to single trips (Hall 1935; Gale 1957).
        """
        kind = self._data.kinds[truck.kind]
        stops = range(kind.villages.size)
        sizes = [*range(1, min(len(stops), MAX_IN_SET) + 1), len(stops)]
        for size in sorted(set(sizes)):
            for members in combinations(stops, size):
                for source in range(kind.sources.size):
                    self._add_tanks_to(truck, source, members)

    def _add_tanks_to(
        self, truck: _Truck, source: int, members: tuple[int, ...]
    ) -> None:
        kind = self._data.kinds[truck.kind]
        tanks: list[Linear] = []
        for leg in truck.legs:
            common = [stop for stop in leg.skeleton.stops if stop in members]
            if leg.skeleton.source == source and common:
                litres = min(
                    kind.capacity,
                    sum(min(float(kind.room[s]), kind.capacity) for s in common),
                )
                tanks.append(SCALE * litres * leg.trips)
        brought = _sum(truck.litres[source, stop] for stop in members)
        self._model.add_linear_constraint(brought <= _sum(tanks))

    def add_truck_time(self, truck: _Truck) -> None:
        """Trips and empty drives last no longer than the truck can work."""
        data, kind = self._data, self._data.kinds[truck.kind]
        used: list[Linear] = [
            SCALE * float(kind.between[leg]) * count
            for leg, count in truck.moves.items()
        ]
        used += [SCALE * leg.skeleton.seconds * leg.trips for leg in truck.legs]
        for (source, _), litres in truck.litres.items():
            per_l = float(data.fill_s_per_l[kind.sources[source]])
            used.append((per_l + kind.unload_s_per_l) * litres)
        given = [
            SCALE * float(truck.group.seconds[source]) * starts
            for source, starts in truck.starts.items()
        ]
        self._model.add_linear_constraint(_sum(used) <= _sum(given))

    def add_windows(self, truck: _Truck) -> None:
        """
        Let visits to a village begin in its windows only.

        Between two of them the truck drives to a source, fills, and comes back. In a
        window of W seconds n visits with y litres begin if (n - 1) times this way,
        and the time that all litres but one load take, are at most W.
        """
        data, kind = self._data, self._data.kinds[truck.kind]
        fill_s_per_l = float(data.fill_s_per_l[kind.sources].min())
        setups_s = data.fill_setup_s + data.drop_setup_s
        for stop, village in enumerate(kind.villages):
            way_s = (kind.finish[stop, : kind.sources.size] + kind.start[:, stop]).min()
            trips = [leg.trips for leg in truck.legs if stop in leg.skeleton.stops]
            if not np.isfinite(way_s) or not trips:
                continue
            again_s = float(way_s) + setups_s
            per_l = fill_s_per_l + kind.unload_s_per_l
            load_s = per_l * float(min(kind.room[stop], kind.capacity))
            most_s = float(truck.group.open_s[village])
            most_s += float(data.num_windows[village]) * (again_s + load_s)
            litres = [litres for (_, to), litres in truck.litres.items() if to == stop]
            self._model.add_linear_constraint(
                SCALE * again_s * _sum(trips) + per_l * _sum(litres) <= SCALE * most_s
            )

    def add_places(self, truck: _Truck) -> None:
        """Let a truck leave every source as often as it comes there."""
        kind = self._data.kinds[truck.kind]
        for source in range(kind.sources.size):
            arrives: list[Linear] = [
                count for (_, there), count in truck.moves.items() if there == source
            ]
            leaves: list[Linear] = [
                count for (here, _), count in truck.moves.items() if here == source
            ]
            arrives += [truck.starts[source]] if source in truck.starts else []
            for leg in truck.legs:
                if leg.skeleton.source == source:
                    leaves.append(leg.trips)
                if leg.skeleton.end == source:
                    arrives.append(leg.trips)
            self._model.add_linear_constraint(_sum(leaves) == _sum(arrives))

    def add_arrivals(self, truck: _Truck) -> None:
        """Fill only where the truck comes from elsewhere, or at the beginning."""
        num_sources = self._data.kinds[truck.kind].sources.size
        for source in range(num_sources):
            arrives: list[Linear] = [
                count for (_, there), count in truck.moves.items() if there == source
            ]
            arrives += [truck.starts[source]] if source in truck.starts else []
            arrives += [
                leg.trips
                for leg in truck.legs
                if leg.skeleton.end == source != leg.skeleton.source
            ]
            for leg in truck.legs:
                if leg.skeleton.source == source:
                    most = leg.trips.upper_bound
                    self._model.add_linear_constraint(leg.trips <= most * _sum(arrives))

    def _brought(self, village: int, *, is_potable: bool) -> list[Variable]:
        """Return what trucks bring to a village, of one kind of water."""
        return [
            litres
            for truck in self._trucks
            for kind in [self._data.kinds[truck.kind]]
            if kind.is_potable == is_potable
            for (_, stop), litres in truck.litres.items()
            if kind.villages[stop] == village
        ]

    def _trips_to(self, village: int) -> list[Variable]:
        return [
            leg.trips
            for truck in self._trucks
            for leg in truck.legs
            for villages in [self._data.kinds[truck.kind].villages]
            if village in villages[list(leg.skeleton.stops)]
        ]

    def add_village(self, village: int) -> None:
        """Needs are served from what is brought, within room and number of visits."""
        data = self._data
        brought = self._brought(village, is_potable=True)
        others = self._brought(village, is_potable=False)
        served = [of_band[village] for of_band in self._served]
        non_potable = self._non_potable[village]
        self._model.add_linear_constraint(_sum(served) <= _sum(brought))
        self._model.add_linear_constraint(non_potable <= _sum(others))
        animals = SCALE * float(data.need[village, LIVESTOCK])
        self._model.add_linear_constraint(served[LIVESTOCK] + non_potable <= animals)
        room = SCALE * float(data.room[village])
        self._model.add_linear_constraint(_sum([*served, non_potable]) <= room)
        trips = self._trips_to(village)
        if np.isfinite(data.most_visits[village]) and trips:
            most = float(data.most_visits[village])
            self._model.add_linear_constraint(_sum(trips) <= most)
        if trips and not others:
            self._add_rounding(village, served, trips)

    def _add_rounding(
        self, village: int, served: list[Variable], trips: list[Variable]
    ) -> None:
        """
        Add that n visits bring at most n tanks, also where n is no whole number.

        Of m litres with m = f Q + r, n visits bring at most m - r (f + 1 - n): a
        mixed-integer rounding cut (Nemhauser & Wolsey 1990).
        """
        data = self._data
        tank = max(kind.capacity for kind in data.kinds)
        wanted = np.minimum(np.cumsum(data.need[village]), data.room[village])
        for band, most_l in enumerate(wanted.tolist()):
            full = math.floor(most_l / tank)
            rest = most_l - full * tank
            if rest >= 1.0:
                least = SCALE * (most_l - rest * (full + 1))
                self._model.add_linear_constraint(
                    _sum(served[: band + 1]) <= least + SCALE * rest * _sum(trips)
                )

    def add_source(self, source: int) -> None:
        """Draw no more than the supply, in no more than all bays' time."""
        data = self._data
        drawn: list[Linear] = []
        filled: list[Linear] = []
        for truck in self._trucks:
            sources = data.kinds[truck.kind].sources
            drawn += [
                litres
                for (here, _), litres in truck.litres.items()
                if sources[here] == source
            ]
            filled += [
                SCALE * data.fill_setup_s * leg.trips
                for leg in truck.legs
                if sources[leg.skeleton.source] == source
            ]
        filled += [float(data.fill_s_per_l[source]) * litres for litres in drawn]
        if drawn and np.isfinite(data.supply[source]):
            supply = SCALE * float(data.supply[source])
            self._model.add_linear_constraint(_sum(drawn) <= supply)
        if filled and np.isfinite(data.bay_s[source]):
            seconds = SCALE * float(data.bay_s[source])
            self._model.add_linear_constraint(_sum(filled) <= seconds)

    def add_goal(self, goal: Goal) -> None:
        """Maximise the goal's bands while others keep their floors."""
        in_all = [_sum(of_band) for of_band in self._served]
        in_all[LIVESTOCK] = in_all[LIVESTOCK] + _sum(self._non_potable)
        for band, floor in enumerate(goal.floor_l):
            if floor > 0:
                self._model.add_linear_constraint(in_all[band] >= SCALE * float(floor))
        self._model.maximize(
            _sum(
                float(weight) * litres
                for weight, litres in zip(goal.weight, in_all, strict=True)
                if weight
            )
        )

    def solve(self, seconds: float) -> Whole:
        """
        Return the bound and the best routes met within a time.

        Parameters
        ----------
        seconds
            Wall time at most.

        Raises
        ------
        SolverError
            If the floors cannot be met with these trips, or the solver gives up.
        """
        result = mathopt.solve(
            self._model,
            mathopt.SolverType.GSCIP,
            params=mathopt.SolveParameters(
                time_limit=dt.timedelta(seconds=seconds),
                relative_gap_tolerance=0.0,
                absolute_gap_tolerance=SCALE * TOLERANCE_L,
            ),
        )
        most = result.termination.objective_bounds.dual_bound / SCALE
        ended = result.termination.reason
        if ended == mathopt.TerminationReason.INFEASIBLE or math.isnan(most):
            raise SolverError(f"whole trips of every truck: {ended.name}")
        routes = None
        if result.has_primal_feasible_solution():
            routes = {truck.truck: self._route(truck, result) for truck in self._trucks}
        return Whole(most_l=most + TOLERANCE_L, routes=routes)

    def _route(self, truck: _Truck, result: mathopt.SolveResult) -> list[WholeTrip]:
        """Return a truck's trips in an order that its places allow."""
        value = result.variable_values
        kind = self._data.kinds[truck.kind]
        depot = truck.group.end
        steps: dict[int, list[tuple[int, WholeTrip | None]]] = {}
        for source in range(kind.sources.size):
            for end, trip in self._trips(truck, source, value):
                steps.setdefault(source, []).append((end, trip))
        for (here, there), count in truck.moves.items():
            steps.setdefault(here, []).extend([(there, None)] * round(value(count)))
        first = [s for s, start in truck.starts.items() if value(start) > 0.5]
        if not first:
            return []
        return [trip for trip in _walk(first[0], depot, steps) if trip is not None]

    def _trips(
        self, truck: _Truck, source: int, value: Any
    ) -> list[tuple[int, WholeTrip | None]]:
        """Return a truck's trips from a source with their ends, and their litres."""
        kind = self._data.kinds[truck.kind]
        trips = [
            leg.skeleton
            for leg in truck.legs
            if leg.skeleton.source == source
            for _ in range(round(value(leg.trips)))
        ]
        wanted = {
            stop: math.floor(value(litres) / SCALE + FLOOR_L)
            for (here, stop), litres in truck.litres.items()
            if here == source
        }
        loads = _loads(kind, trips, wanted)
        return [
            (skeleton.end, _whole_trip(kind, skeleton, load))
            for skeleton, load in zip(trips, loads, strict=True)
        ]


def _whole_trip(
    kind: Kind, skeleton: Skeleton, load: dict[int, int]
) -> WholeTrip | None:
    """Return a trip to the stops that get something; None if none does."""
    if not load:
        return None
    used = skeleton._replace(stops=tuple(load))
    visits = tuple(
        WholeVisit(int(kind.villages[stop]), load[int(stop)])
        for stop in shortest_order(kind, used)
    )
    num_sources = kind.sources.size
    end = int(kind.sources[skeleton.end]) if skeleton.end < num_sources else -1
    return WholeTrip(int(kind.sources[skeleton.source]), end, visits)


def _loads(
    kind: Kind, trips: Sequence[Skeleton], wanted: dict[int, int]
) -> list[dict[int, int]]:
    """Return what each trip brings to its stops, as a flow from villages to tanks."""
    flow = SimpleMaxFlow()
    begin, end = len(trips), len(trips) + 1
    first_stop = len(trips) + 2
    arcs = {}
    for k, skeleton in enumerate(trips):
        flow.add_arc_with_capacity(k, end, int(kind.capacity))
        for stop in skeleton.stops:
            most_l = int(min(kind.room[stop], kind.capacity))
            arc = flow.add_arc_with_capacity(first_stop + stop, k, most_l)
            arcs[k, stop] = arc
    for stop, litres in wanted.items():
        flow.add_arc_with_capacity(begin, first_stop + stop, max(0, litres))
    if trips:
        flow.solve(begin, end)
    loads: list[dict[int, int]] = [{} for _ in trips]
    for (k, stop), arc in arcs.items():
        if flow.flow(arc) > 0:
            loads[k][stop] = int(flow.flow(arc))
    return loads


def _single_trucks(kind: Kind) -> list[tuple[TruckGroup, int]]:
    """Return every truck of a kind with its group, in the order of the trucks."""
    return [(group, int(truck)) for group in kind.groups for truck in group.trucks]


def _sum(terms: Iterable[Linear]) -> Linear:
    return mathopt.fast_sum(list(terms))


def _walk(
    first: int, depot: int, steps: dict[int, list[tuple[int, WholeTrip | None]]]
) -> list[WholeTrip | None]:
    """
    Return steps in an order in which each begins where the last one ended.

    Steps that cannot be reached from the first place are left out (Hierholzer 1873).
    """
    left = {place: list(ways) for place, ways in steps.items()}
    # The way to the depot comes last: there is none back.
    for ways in left.values():
        ways.sort(key=lambda way: way[0] != depot)
    stack: list[tuple[int, WholeTrip | None]] = [(first, None)]
    walk: list[WholeTrip | None] = []
    while stack:
        place, came_by = stack[-1]
        if left.get(place):
            stack.append(left[place].pop())
        else:
            stack.pop()
            walk.append(came_by)
    return walk[::-1]
