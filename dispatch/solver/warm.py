"""Compile the search once, on a scenario of one village and one truck."""

from __future__ import annotations

import datetime as dt

import numpy as np

from dispatch.model.need import BANDS
from dispatch.model.scenario import Depot, Scenario, Source, Truck, Village
from dispatch.model.travel import Travel
from dispatch.solver.bound import BoundModel
from dispatch.solver.bounding.data import drives_beside_ends
from dispatch.solver.instance import build_instance
from dispatch.solver.jit import mark_compiled
from dispatch.solver.kernel.adopt import adopt_route
from dispatch.solver.kernel.arrays import empty_state
from dispatch.solver.kernel.moves import load_best, store_best
from dispatch.solver.kernel.queue import construct_in_order
from dispatch.solver.kernel.schedule import set_latest
from dispatch.solver.kernel.search import anneal, construct, is_better_plan, probe


def compile_search() -> None:
    """Compile every function that Python calls, or load it from the cache."""
    instance = build_instance(*_smallest())
    state = empty_state(instance, 0)
    row = np.array([1, 2], dtype=np.int64)
    free = np.full(2, -1, dtype=np.int64)
    litres = np.array([0, 300], dtype=np.int64)
    adopt_route(instance, state, 0, row, litres, free, free)
    construct(instance, state, -1, 0.5)
    construct_in_order(instance, state, 0, 0.5)
    weight = np.ones(instance.level_need.shape[1])
    anneal(instance, state, 1, 0, 0, weight, 0.0, 1.0, 1.0, 1.0, 0.5, 0.0, 1.0)
    store_best(state)
    load_best(instance, state)
    probe(instance, state, 0)
    served, total = state.b_served, state.b_total
    is_better_plan(instance, served, total, served, total)
    set_latest(instance, state, 0)
    drives_beside_ends(instance.travel_s[0], instance.first_village)
    need = np.full((1, len(BANDS)), 300, dtype=np.int64)
    BoundModel(instance, need).bound([0] * len(BANDS), seconds=1e9, rounds=2)
    mark_compiled()


def _smallest() -> tuple[Scenario, Travel]:
    scenario = Scenario(
        name="smallest",
        date=dt.date(2022, 9, 6),
        villages=(
            Village(village_id="V", name="V", lat=27.2, lon=112.8, population=100),
        ),
        sources=(
            Source(source_id="S", name="S", lat=27.2, lon=112.8, bays=1, stock_l=9_000),
        ),
        depots=(Depot(depot_id="D", name="D", lat=27.2, lon=112.8),),
        trucks=(
            Truck(
                truck_id="T",
                capacity_l=1_000,
                depot_id="D",
                shift_start_s=0,
                shift_end_s=36_000,
            ),
        ),
    )
    minute = np.full((3, 3), 60, dtype=np.int32)
    np.fill_diagonal(minute, 0)
    travel = Travel(
        place_ids=("D", "S", "V"),
        seconds=(minute,),
        metres=(minute,),
        class_of_truck={"T": 0},
        method="table",
    )
    return scenario, travel
