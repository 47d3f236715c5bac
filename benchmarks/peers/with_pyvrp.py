"""PyVRP: pieces are clients with prizes, sources are depots to reload at."""

from __future__ import annotations

import warnings
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning, ScalingWarning
from pyvrp.stop import MaxRuntime

from benchmarks.peers.problem import PeerRoute, Step

if TYPE_CHECKING:
    from benchmarks.peers.problem import PeerProblem
    from dispatch import Truck

#: By seed: the prize of a litre of the last band, in seconds of driving, and how much
#: more a litre is worth than one of the next band. High and steep prizes fill the
#: first bands better where water is scarce, others leave the solver more room.
PRIZES = ((2.0, 6.0), (10.0, 10.0))


def solve(problem: PeerProblem, seconds: float, seed: int) -> list[PeerRoute]:
    """Return PyVRP's best routes within ``seconds``."""
    groups = _truck_groups(problem)
    data = _data(problem, groups, *PRIZES[seed % len(PRIZES)])
    with warnings.catch_warnings():
        # Said where prizes dwarf its penalties; the plan is judged here anyway.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        warnings.simplefilter("ignore", ScalingWarning)
        result = pyvrp.solve(
            data, MaxRuntime(seconds), seed=seed, collect_stats=False, display=False
        )
    waiting = {kind: list(trucks) for kind, trucks in enumerate(groups)}
    return [
        PeerRoute(
            waiting[route.vehicle_type()].pop().truck_id, tuple(_steps(problem, route))
        )
        for route in result.best.routes()
    ]


def _truck_groups(problem: PeerProblem) -> list[list[Truck]]:
    """Return trucks that are alike to the solver, together."""
    groups = defaultdict(list)
    for truck in problem.scenario.trucks:
        shift = (truck.shift_start_s, truck.shift_end_s)
        groups[truck.capacity_l, truck.depot_id, shift].append(truck)
    return list(groups.values())


def _data(
    problem: PeerProblem, groups: list[list[Truck]], per_l: float, ratio: float
) -> pyvrp.ProblemData:
    scenario, first = problem.scenario, problem.first_village
    num_sources = len(scenario.sources)
    reloads = list(range(problem.first_source, problem.first_source + num_sources))
    clients = [
        pyvrp.Client(
            location=first + piece.village_idx,
            delivery=[piece.litres],
            service_duration=problem.handling_s(piece),
            prize=round(per_l * piece.prize(ratio)),
            required=False,
        )
        for piece in problem.pieces
    ]
    kinds = [
        pyvrp.VehicleType(
            num_available=len(trucks),
            capacity=[trucks[0].capacity_l],
            start_depot=problem.place_idx[trucks[0].depot_id],
            end_depot=problem.place_idx[trucks[0].depot_id],
            tw_early=trucks[0].shift_start_s,
            tw_late=trucks[0].shift_end_s,
            reload_depots=reloads,
        )
        for trucks in groups
    ]
    places = (*scenario.depots, *scenario.sources, *scenario.villages)
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(place.lon, place.lat) for place in places],
        clients=clients,
        depots=[pyvrp.Depot(k) for k in range(first)],
        vehicle_types=kinds,
        distance_matrices=[problem.seconds.astype(np.int64)],
        duration_matrices=[problem.legs_with_setups()],
    )


def _steps(problem: PeerProblem, route: pyvrp.Route) -> list[Step]:
    """Return a route's steps; its first depot gives water like the source there."""
    place_ids = problem.scenario.place_ids
    steps = []
    for activity in route:
        if activity.is_depot():
            place_id = place_ids[activity.idx]
            if activity.idx < problem.first_source:
                place_id = problem.source_at(place_id)
            steps.append(Step("fill", place_id))
        else:
            piece = problem.pieces[activity.idx]
            village = problem.scenario.villages[piece.village_idx]
            steps.append(Step("deliver", village.village_id, piece.litres))
    return steps
