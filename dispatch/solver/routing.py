"""
Plain OR-Tools routing, with needs cut into pieces beforehand.

A second engine and the honest baseline: the model that a good user of the library
would write. Its first solution also seeds the search.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from dispatch.solver.kernel.arrays import BIG

if TYPE_CHECKING:
    from dispatch.arrays import Ints
    from dispatch.solver.kernel.arrays import Instance


#: Penalty of leaving out a piece of the first band; each band after weighs less.
FIRST_PENALTY: Final = 10**11
#: A band's litre outweighs this many litres of the next band.
BAND_RATIO: Final = 8
#: Nodes above which the model takes longer to build than it is worth as a seed.
MAX_SEED_NODES: Final = 700


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a village's need that is delivered in one visit or not at all."""

    village: int
    litres: int
    level: int
    """First level that the piece serves."""
    is_potable: bool


def cut_needs(instance: Instance, piece_l: int) -> list[Piece]:
    """
    Return the needs cut into visits of about ``piece_l`` litres, none too small.

    People's and animals' water stay together, except that a village which only
    trucks with non-potable water may enter gets animals' pieces.

    Parameters
    ----------
    instance
        The scenario as arrays.
    piece_l
        Litres of a piece, about.
    """
    potable = instance.truck["is_potable"].astype(bool)
    pieces = []
    for v in range(instance.village.size):
        record = instance.village[v]
        enters = instance.may_enter[instance.truck["access_class"], v]
        is_potable = bool(np.any(potable & enters))
        total = int(record["room"])
        if not is_potable:
            total = min(total, int(record["need_animals"]))
        least = int(record["min_visit"])
        if total < least or total == 0 or not np.any(enters):
            continue
        count = max(1, -(-total // piece_l))
        count = min(count, int(record["max_visits"]), max(1, total // max(1, least)))
        limits = np.cumsum(instance.level_need[v])
        done = 0
        for k in range(count):
            litres = total * (k + 1) // count - total * k // count
            level = int(np.searchsorted(limits, done, side="right"))
            pieces.append(Piece(v, litres, level, is_potable))
            done += litres
    return pieces


class RoutingModel:
    """The routing model of a scenario: pieces, reload nodes, time and load."""

    def __init__(self, instance: Instance, piece_l: int, trips_per_truck: int) -> None:
        self._instance = instance
        self.pieces = cut_needs(instance, piece_l)
        self._num_trucks = int(instance.truck.size)
        reloads = [
            s
            for s in range(instance.source.size)
            for _ in range(_copies(instance, s, trips_per_truck))
        ]
        places = [
            *instance.truck["depot"].tolist(),
            *(instance.first_source + s for s in reloads),
            *(instance.first_village + piece.village for piece in self.pieces),
        ]
        self._places: Ints = np.array(places, dtype=np.int64)
        self._first_piece = self._num_trucks + len(reloads)
        ends = list(range(self._num_trucks))
        self._manager = pywrapcp.RoutingIndexManager(
            len(places), self._num_trucks, ends, ends
        )
        self._routing = pywrapcp.RoutingModel(self._manager)
        self._add_time()
        self._add_load()
        self._add_optional_visits()
        self._add_access()

    @property
    def num_nodes(self) -> int:
        """Depots, reloads and pieces."""
        return len(self._places)

    def _add_time(self) -> None:
        instance, routing = self._instance, self._routing
        callbacks = []
        for r in range(self._num_trucks):
            matrix = self._leg_matrix(r)
            callbacks.append(routing.RegisterTransitMatrix(matrix.tolist()))
        horizon = int(instance.shift_horizon())
        routing.AddDimensionWithVehicleTransits(
            callbacks, horizon, horizon, False, "time"
        )
        for r, callback in enumerate(callbacks):
            routing.SetArcCostEvaluatorOfVehicle(callback, r)
        time = routing.GetDimensionOrDie("time")
        for r in range(self._num_trucks):
            record = instance.truck[r]
            low, high = int(record["shift_start"]), int(record["shift_end"])
            time.CumulVar(routing.Start(r)).SetRange(low, high)
            time.CumulVar(routing.End(r)).SetRange(low, high)
            self._add_break(time, r)
        for node in range(self._num_trucks, self.num_nodes):
            windows = self._windows(node)
            cumul = time.CumulVar(self._manager.NodeToIndex(node))
            cumul.SetRange(int(windows[0][0]), int(min(horizon, windows[-1][1])))
            for before, after in itertools.pairwise(windows):
                cumul.RemoveInterval(int(before[1]) + 1, int(after[0]) - 1)

    def _leg_matrix(self, r: int) -> Ints:
        """Return service at the first node plus driving, (N, N), for truck ``r``."""
        instance = self._instance
        record = instance.truck[r]
        # Open at any time of the day: these routes have no clock.
        travel = instance.across_s(int(record["drive_class"]))
        legs = travel[np.ix_(self._places, self._places)].astype(np.int64)
        legs[legs >= BIG] = 10 * int(instance.shift_horizon())
        service = np.zeros(self.num_nodes, dtype=np.int64)
        capacity = int(record["capacity"])
        for node in range(self._num_trucks, self._first_piece):
            s = int(self._places[node]) - instance.first_source
            rate = float(instance.source["fill_s_per_l"][s])
            service[node] = instance.fill_setup_s + int(np.ceil(capacity * rate))
        for k, piece in enumerate(self.pieces):
            unload = float(record["unload_s_per_l"])
            service[self._first_piece + k] = instance.drop_setup_s + int(
                np.ceil(piece.litres * unload)
            )
        timed: Ints = legs + service[:, None]
        return timed

    def _windows(self, node: int) -> list[tuple[int, int]]:
        instance = self._instance
        place = int(self._places[node])
        if place >= instance.first_village:
            table = instance.windows[place - instance.first_village]
            slack = 0
        else:
            s = place - instance.first_source
            table = instance.source_windows[s]
            largest = int(instance.truck["capacity"].max())
            rate = float(instance.source["fill_s_per_l"][s])
            slack = instance.fill_setup_s + int(np.ceil(largest * rate))
        return [
            (int(low), max(int(low), int(high) - slack))
            for low, high in table
            if low < BIG
        ]

    def _add_break(self, time: pywrapcp.RoutingDimension, r: int) -> None:
        record = self._instance.truck[r]
        if not record["break_s"] or record["shift_start"] >= record["break_from"]:
            return
        pause = self._routing.solver().FixedDurationIntervalVar(
            int(record["break_from"]),
            int(record["break_until"]),
            int(record["break_s"]),
            False,
            f"break {r}",
        )
        # No break inside a service; on the road is allowed and mended afterwards.
        time.SetBreakIntervalsOfVehicle([pause], r, [0] * self._routing.Size())

    def _add_load(self) -> None:
        """Litres taken from the tank: visits add, a reload goes back towards 0."""
        routing, instance = self._routing, self._instance
        largest = int(instance.truck["capacity"].max())
        change = [0] * self._num_trucks
        change += [-largest] * (self._first_piece - self._num_trucks)
        change += [piece.litres for piece in self.pieces]
        callback = routing.RegisterUnaryTransitVector(change)
        capacities = [int(litres) for litres in instance.truck["capacity"]]
        routing.AddDimensionWithVehicleCapacity(
            callback, largest, capacities, False, "taken"
        )
        taken = routing.GetDimensionOrDie("taken")
        for r, capacity in enumerate(capacities):
            start = routing.Start(r)
            taken.CumulVar(start).SetValue(capacity)  # empty: it must fill first
            taken.SlackVar(start).SetValue(0)
        for node in range(self._first_piece, self.num_nodes):
            taken.SlackVar(self._manager.NodeToIndex(node)).SetValue(0)

    def _add_optional_visits(self) -> None:
        for node in range(self._num_trucks, self._first_piece):
            self._routing.AddDisjunction([self._manager.NodeToIndex(node)], 0)
        for k, piece in enumerate(self.pieces):
            weight = max(1, FIRST_PENALTY // BAND_RATIO ** min(piece.level, 9))
            penalty = max(1, weight * piece.litres // 100_000)
            index = self._manager.NodeToIndex(self._first_piece + k)
            self._routing.AddDisjunction([index], penalty)

    def _add_access(self) -> None:
        instance = self._instance
        for node in range(self._num_trucks, self.num_nodes):
            place = int(self._places[node])
            allowed = []
            for r, record in enumerate(instance.truck):
                if node < self._first_piece:
                    s = place - instance.first_source
                    fits = instance.source["is_potable"][s] or not record["is_potable"]
                else:
                    piece = self.pieces[node - self._first_piece]
                    fits = (
                        instance.may_enter[int(record["access_class"]), piece.village]
                        and bool(record["is_potable"]) >= piece.is_potable
                        and piece.litres <= record["capacity"]
                    )
                if fits:
                    allowed.append(r)
            index = self._manager.NodeToIndex(node)
            if not allowed:
                self._routing.VehicleVar(index).SetValue(-1)
            elif len(allowed) < self._num_trucks:
                self._routing.VehicleVar(index).SetValues([-1, *allowed])

    def solve(self, seconds: float, *, first_only: bool) -> list[tuple[Ints, Ints]]:
        """
        Return places and litres of every truck's route, empty where it stays.

        Parameters
        ----------
        seconds
            Wall time; at least 0.05.
        first_only
            Stop at the first solution; else guided local search to the limit.
        """
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.first_solution_strategy = (
            routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
        )
        parameters.time_limit.FromMilliseconds(max(50, int(seconds * 1000)))
        if first_only:
            parameters.solution_limit = 1
        else:
            parameters.local_search_metaheuristic = (
                routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
            )
        solution = self._routing.SolveWithParameters(parameters)
        if solution is None:
            return []
        return [self._route(solution, r) for r in range(self._num_trucks)]

    def _route(self, solution: pywrapcp.Assignment, r: int) -> tuple[Ints, Ints]:
        places, litres = [], []
        index = solution.Value(self._routing.NextVar(self._routing.Start(r)))
        while not self._routing.IsEnd(index):
            node = self._manager.IndexToNode(index)
            if node >= self._num_trucks:
                places.append(int(self._places[node]))
                is_piece = node >= self._first_piece
                litres.append(
                    self.pieces[node - self._first_piece].litres if is_piece else 0
                )
            index = solution.Value(self._routing.NextVar(index))
        return np.array(places, dtype=np.int64), np.array(litres, dtype=np.int64)


def _copies(instance: Instance, s: int, trips_per_truck: int) -> int:
    """Return how many fillings at a source the model may use."""
    usable = int(
        np.sum(
            (instance.source["is_potable"][s] > 0) | (instance.truck["is_potable"] == 0)
        )
    )
    share = -(-2 * usable * trips_per_truck // max(1, int(instance.source.size)))
    return max(1, min(share, usable * trips_per_truck))
