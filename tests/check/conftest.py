"""One small day, worked out by hand, that the rules are broken against.

Two villages, a potable tap T and a cattle pond P, a potable truck A and an
non-potable truck B. Every leg takes 600 s and 5000 m. Set-ups take 300 s.

Needs (people 7.5 / 20 / 35 l, cattle 38 l):
  V1: 100 people                   750 + 1250 + normal 1500 = 3500 l
  V2: 40 people, 10 cattle         300 +  500 + 380 + 600   = 1780 l
Truck A (5000 l, unloads 500 l/min) leaves D at 7:00 (25200):
  fill 3500 at T  25800-26400..  300 + 3500 * 60 / 1000 = 510 s -> 26310
  V1 3500         26910, 300 + 3500 * 60 / 500 = 720 s -> 27630
  break at V1     41400-43200 (window 41400..43200, 1800 s)
  fill 1400 at T  43800, 300 + 84 = 384 s -> 44184
  V2 1400         44784, 300 + 168 = 468 s -> 45252
  return          45852
Truck B (2000 l, no rates) leaves at 7:00: fill 380 at P 25800-26100,
  V2 380 26700-27000, return 27600. V2 gets 1400 + 380 = 1780: all it needs.
Driving: A 6 legs - 1 (break at the same place) = 5 legs, B 3 legs: 4800 s, 40 km.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dispatch.model.need import BANDS
from dispatch.model.plan import (
    Bound,
    Plan,
    Route,
    SolverInfo,
    Stop,
    Totals,
    VillageOutcome,
)
from dispatch.model.scenario import Depot, Scenario, Source, TimeWindow, Truck, Village
from dispatch.model.travel import Travel

if TYPE_CHECKING:
    from collections.abc import Callable


def _bands(**litres: int) -> dict[Any, int]:
    return {band: litres.get(band, 0) for band in BANDS}


@pytest.fixture
def scenario() -> Scenario:
    at = {"lat": 28.0, "lon": 115.0}
    return Scenario(
        name="tiny",
        date=dt.date(2022, 9, 6),
        villages=(
            Village(village_id="V1", name="One", population=100, **at),
            Village(village_id="V2", name="Two", population=40, cattle=10, **at),
        ),
        sources=(
            Source(
                source_id="T",
                name="Tap",
                supply_l=4900,
                fill_rate_l_per_min=1000,
                bays=1,
                **at,
            ),
            Source(source_id="P", name="Pond", potable=False, **at),
        ),
        depots=(Depot(depot_id="D", name="Depot", **at),),
        trucks=(
            Truck(
                truck_id="A",
                capacity_l=5000,
                depot_id="D",
                shift_start_s=25200,
                shift_end_s=61200,
                unload_rate_l_per_min=500,
                gross_t=12.0,
                width_m=2.5,
                break_s=1800,
                break_window=TimeWindow(41400, 43200),
            ),
            Truck(
                truck_id="B",
                capacity_l=2000,
                depot_id="D",
                shift_start_s=25200,
                shift_end_s=61200,
                potable=False,
            ),
        ),
    )


@pytest.fixture
def travel(scenario: Scenario) -> Travel:
    size = len(scenario.place_ids)
    legs = np.ones((size, size), dtype=np.int64) - np.eye(size, dtype=np.int64)
    return Travel(
        place_ids=scenario.place_ids,
        seconds=(legs * 600,),
        metres=(legs * 5000,),
        class_of_truck={"A": 0, "B": 0},
        method="table",
    )


@pytest.fixture
def plan() -> Plan:
    need = (
        _bands(survival=750, basic=1250, normal=1500),
        _bands(survival=300, basic=500, livestock=380, normal=600),
    )
    sums = _bands(survival=1050, basic=1750, livestock=380, normal=2100)
    return Plan(
        scenario="tiny",
        date=dt.date(2022, 9, 6),
        seed=0,
        solver=SolverInfo("hand", "1", 0.0, "feasible"),
        routes=(
            Route(
                "A",
                "D",
                (
                    Stop("depart", "D", 25200, 25200, 25200),
                    Stop("fill", "T", 25800, 25800, 26310, 3500, 1),
                    Stop("deliver", "V1", 26910, 26910, 27630, 3500),
                    Stop("break", "V1", 27630, 41400, 43200),
                    Stop("fill", "T", 43800, 43800, 44184, 1400, 1),
                    Stop("deliver", "V2", 44784, 44784, 45252, 1400),
                    Stop("return", "D", 45852, 45852, 45852),
                ),
            ),
            Route(
                "B",
                "D",
                (
                    Stop("depart", "D", 25200, 25200, 25200),
                    Stop("fill", "P", 25800, 25800, 26100, 380),
                    Stop("deliver", "V2", 26700, 26700, 27000, 380),
                    Stop("return", "D", 27600, 27600, 27600),
                ),
            ),
        ),
        villages=(
            VillageOutcome("V1", need[0], need[0], 3500, 0),
            VillageOutcome("V2", need[1], need[1], 1780, 0),
        ),
        totals=Totals(sums, sums, 5280, 4800, 40000),
        bound=Bound("hand", sums, 5280, 0.0),
    )


@pytest.fixture
def edit(plan: Plan) -> Callable[..., Plan]:
    """Return a function that changes one stop: edit("A", 2, litres=5)."""

    def change(truck_id: str, idx: int, *, of: Plan = plan, **changes: Any) -> Plan:
        routes = tuple(
            replace(
                route,
                stops=tuple(
                    replace(stop, **changes) if at == idx else stop
                    for at, stop in enumerate(route.stops)
                ),
            )
            if route.truck_id == truck_id
            else route
            for route in of.routes
        )
        return replace(of, routes=routes)

    return change


@pytest.fixture
def rules() -> Callable[..., set[int]]:
    """Return a function that gives the numbers of the rules that are broken."""
    from dispatch.check.rules import check_plan

    def broken(scenario: Scenario, travel: Travel, plan: Plan) -> set[int]:
        return {violation.rule for violation in check_plan(scenario, travel, plan)}

    return broken
