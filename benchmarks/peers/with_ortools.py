"""
OR-Tools routing: every piece is a pair of filling and delivery at one truck.

Pairs were measured against the two other models that are common for several trips:
optional reload nodes (118,800 litres on peer-24 where pairs bring 146,300) and one
vehicle per trip, linked in time (76,600). Insertion puts a pair in at once, while a
reload alone gains nothing until pieces follow. See docs/BENCHMARKS.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from benchmarks.peers.problem import PeerRoute, Step

if TYPE_CHECKING:
    from benchmarks.peers.problem import PeerProblem

#: Penalty of a litre of the last band, in seconds of driving: litres come first.
PRIZE_PER_L = 10.0
#: How much more a litre is worth than one of the next band.
BAND_RATIO = 10.0
#: First solutions by seed: nothing else in the solver depends on chance.
STRATEGIES = ("PATH_CHEAPEST_ARC", "LOCAL_CHEAPEST_INSERTION")


def solve(problem: PeerProblem, seconds: float, seed: int) -> list[PeerRoute]:
    """Return the routes of guided local search within ``seconds``."""
    model = _Model(problem)
    model.add_time()
    model.add_load()
    model.add_pairs()
    return model.solve(seconds, STRATEGIES[seed % len(STRATEGIES)])


class _Model:
    """Nodes: one depot per truck, a filling per piece, a delivery per piece."""

    def __init__(self, problem: PeerProblem) -> None:
        self.problem = problem
        self.trucks = problem.scenario.trucks
        self.pieces = problem.pieces
        self.first_fill = len(self.trucks)
        self.first_drop = self.first_fill + len(self.pieces)
        homes = [problem.place_idx[truck.depot_id] for truck in self.trucks]
        drops = [problem.first_village + piece.village_idx for piece in self.pieces]
        self.places = np.array([*homes, *problem.nearest_sources(), *drops])
        ends = list(range(len(self.trucks)))
        self.manager = pywrapcp.RoutingIndexManager(
            len(self.places), len(self.trucks), ends, ends
        )
        self.routing = pywrapcp.RoutingModel(self.manager)

    def add_time(self) -> None:
        """Arrival at j >= arrival at i + handling of i + set-ups + driving."""
        problem, routing = self.problem, self.routing
        grid = np.ix_(self.places, self.places)
        drive = routing.RegisterTransitMatrix(problem.seconds[grid].tolist())
        routing.SetArcCostEvaluatorOfAllVehicles(drive)
        handling = np.zeros(len(self.places), dtype=np.int64)
        handling[self.first_drop :] = [problem.handling_s(p) for p in self.pieces]
        legs = problem.legs_with_setups()[grid] + handling[:, None]
        work = routing.RegisterTransitMatrix(legs.tolist())
        horizon = max(truck.shift_end_s for truck in self.trucks)
        routing.AddDimension(work, 0, horizon, False, "time")
        time = routing.GetDimensionOrDie("time")
        for k, truck in enumerate(self.trucks):
            for index in (routing.Start(k), routing.End(k)):
                time.CumulVar(index).SetRange(truck.shift_start_s, truck.shift_end_s)

    def add_load(self) -> None:
        """Litres filled and not yet delivered stay within the tank."""
        litres = [piece.litres for piece in self.pieces]
        change = [0] * self.first_fill + litres + [-amount for amount in litres]
        callback = self.routing.RegisterUnaryTransitVector(change)
        tanks = [truck.capacity_l for truck in self.trucks]
        self.routing.AddDimensionWithVehicleCapacity(callback, 0, tanks, True, "load")

    def add_pairs(self) -> None:
        """Each piece is filled, then delivered by one truck, or pays its prize."""
        routing, solver = self.routing, self.routing.solver()
        time = routing.GetDimensionOrDie("time")
        for k, piece in enumerate(self.pieces):
            fill = self.manager.NodeToIndex(self.first_fill + k)
            drop = self.manager.NodeToIndex(self.first_drop + k)
            routing.AddPickupAndDelivery(fill, drop)
            solver.Add(routing.VehicleVar(fill) == routing.VehicleVar(drop))
            solver.Add(time.CumulVar(fill) <= time.CumulVar(drop))
            penalty = round(PRIZE_PER_L * piece.prize(BAND_RATIO))
            routing.AddDisjunction([fill], max(1, penalty))
            routing.AddDisjunction([drop], 0)
            solver.Add(routing.ActiveVar(fill) == routing.ActiveVar(drop))

    def solve(self, seconds: float, strategy: str) -> list[PeerRoute]:
        """Return the routes at the time limit; none where no solution was found."""
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.first_solution_strategy = getattr(
            routing_enums_pb2.FirstSolutionStrategy, strategy
        )
        parameters.local_search_metaheuristic = (
            routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        )
        parameters.time_limit.FromMilliseconds(int(seconds * 1000))
        solution = self.routing.SolveWithParameters(parameters)
        if solution is None:
            return []
        return [self._route(solution, k) for k in range(len(self.trucks))]

    def _route(self, solution: pywrapcp.Assignment, k: int) -> PeerRoute:
        place_ids = self.problem.scenario.place_ids
        steps = []
        index = solution.Value(self.routing.NextVar(self.routing.Start(k)))
        while not self.routing.IsEnd(index):
            node = self.manager.IndexToNode(index)
            place_id = place_ids[int(self.places[node])]
            if node < self.first_drop:
                steps.append(Step("fill", place_id))
            else:
                litres = self.pieces[node - self.first_drop].litres
                steps.append(Step("deliver", place_id, litres))
            index = solution.Value(self.routing.NextVar(index))
        return PeerRoute(self.trucks[k].truck_id, tuple(steps))
