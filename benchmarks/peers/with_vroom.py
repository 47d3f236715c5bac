"""
VROOM: every piece is a shipment from its nearest source, more urgent ones first.

VROOM knows no reloading. Shipments let a truck come back for more as often as it
pays, with exact times; what they fix beforehand is the source of every piece. Its
heuristics look at cost before priority, so that urgent pieces are planned alone
first; these routes are then the start of the model with all pieces.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
import vroom

from benchmarks.machine import num_cores
from benchmarks.peers.problem import PeerRoute, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from benchmarks.peers.problem import PeerProblem

    Kind = Literal["pickup", "delivery"]

#: VROOM's own highest priority.
MAX_PRIORITY = 100
#: How much more a litre is worth than one of the next band; steeper ratios would
#: make all pieces of the last bands alike among 100 priorities.
BAND_RATIO = 2.0
#: The most thorough of VROOM's levels.
EXPLORATION = 5


@dataclass(frozen=True, slots=True)
class _Task:
    """A step of a truck: the pickup or the delivery of a piece."""

    kind: Kind
    piece: int


def solve(problem: PeerProblem, seconds: float, _seed: int) -> list[PeerRoute]:
    """Return VROOM's routes; it takes no seed, and may stop before ``seconds``."""
    deadline = time.monotonic() + seconds
    all_pieces = range(len(problem.pieces))
    urgent = [k for k in all_pieces if any(problem.pieces[k].band_l[:-1])]
    plan: dict[int, list[_Task]] = {}
    if len(urgent) < len(all_pieces):
        plan = _solve_stage(problem, urgent, plan, seconds / 2)
    left = max(0.1, deadline - time.monotonic())
    plan = _solve_stage(problem, all_pieces, plan, left)
    return [
        PeerRoute(
            problem.scenario.trucks[k].truck_id,
            tuple(_step(problem, task) for task in tasks),
        )
        for k, tasks in plan.items()
    ]


def _solve_stage(
    problem: PeerProblem,
    pieces: Sequence[int],
    start: Mapping[int, list[_Task]],
    seconds: float,
) -> dict[int, list[_Task]]:
    """Return every truck's tasks among ``pieces``, improved from ``start``."""
    model = vroom.Input()
    model.set_durations_matrix("car", problem.seconds.astype(np.uint32))
    for k, truck in enumerate(problem.scenario.trucks):
        home = problem.place_idx[truck.depot_id]
        model.add_vehicle(
            vroom.Vehicle(
                k,
                start=home,
                end=home,
                capacity=[truck.capacity_l],
                time_window=(truck.shift_start_s, truck.shift_end_s),
                steps=_given_steps(start.get(k, [])),
            )
        )
    sources, priorities = problem.nearest_sources(), _priorities(problem)
    for k in pieces:
        model.add_job(_shipment(problem, k, sources[k], priorities[k]))
    solution = model.solve(
        exploration_level=EXPLORATION,
        nb_threads=num_cores(),
        timeout=timedelta(seconds=seconds),
    )
    return {int(k): _tasks(rows) for k, rows in solution.routes.groupby("vehicle_id")}


def _given_steps(tasks: list[_Task]) -> list[vroom.VehicleStep]:
    if not tasks:
        return []
    makers: dict[Kind, Callable[[int], vroom.VehicleStep]] = {
        "pickup": vroom.VehicleStepPickup,
        "delivery": vroom.VehicleStepDelivery,
    }
    middle = [makers[task.kind](task.piece) for task in tasks]
    return [vroom.VehicleStepStart(), *middle, vroom.VehicleStepEnd()]


def _priorities(problem: PeerProblem) -> list[int]:
    """Return prizes scaled to 1..100, the least lifted to 1."""
    prizes = [piece.prize(BAND_RATIO) for piece in problem.pieces]
    most = max(prizes)
    return [max(1, round(MAX_PRIORITY * prize / most)) for prize in prizes]


def _shipment(
    problem: PeerProblem, k: int, source: int, priority: int
) -> vroom.Shipment:
    """Return a piece; VROOM's own set-ups are paid once per stop."""
    piece, service = problem.pieces[k], problem.scenario.service
    return vroom.Shipment(
        pickup=vroom.ShipmentStep(
            k,
            location=source,
            default_setup=service.fill_setup_s,
            default_service=problem.fill_s(piece),
        ),
        delivery=vroom.ShipmentStep(
            k,
            location=problem.first_village + piece.village_idx,
            default_setup=service.drop_setup_s,
            default_service=problem.unload_s(piece),
        ),
        amount=vroom.Amount([piece.litres]),
        priority=priority,
    )


def _tasks(rows: pd.DataFrame) -> list[_Task]:
    pairs = zip(rows["type"], rows["id"], strict=True)
    kinds = ("pickup", "delivery")
    return [_Task(kind, int(piece)) for kind, piece in pairs if kind in kinds]


def _step(problem: PeerProblem, task: _Task) -> Step:
    place_ids = problem.scenario.place_ids
    if task.kind == "pickup":
        return Step("fill", place_ids[problem.nearest_sources()[task.piece]])
    piece = problem.pieces[task.piece]
    village_id = place_ids[problem.first_village + piece.village_idx]
    return Step("deliver", village_id, piece.litres)
