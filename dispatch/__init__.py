"""
Plan, prove and follow water deliveries to villages in a drought.

The main line::

    day = prepare_day(read_scenario("data/yonghe"))
    planned = plan_day(day)
    assert not planned.broken.to_come
    write_plan(planned.plan, planned.scenario, planned.travel, "out/yonghe")

Each step can be called alone: `travel_matrix`, `solve`, `check_plan`,
`compute_coverage`.

Names are loaded when they are first used, since OR-Tools and pandas take seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.lazy import lazy_names

if TYPE_CHECKING:
    from dispatch.check.facts import Violation
    from dispatch.check.rules import check_plan
    from dispatch.coverage import Coverage, compute_coverage
    from dispatch.errors import (
        DataError,
        DispatchError,
        PlanError,
        Problem,
        SolverError,
    )
    from dispatch.files.plan.plan_json import read_plan
    from dispatch.files.plan.write import write_plan
    from dispatch.files.scenario.read import read_scenario
    from dispatch.files.scenario.read_roads import read_roads
    from dispatch.files.scenario.template import write_template
    from dispatch.model.plan import Plan, Route, Stop
    from dispatch.model.scenario import Depot, Scenario, Source, Truck, Village
    from dispatch.model.today import Today
    from dispatch.model.travel import Travel
    from dispatch.planning.changes import Change, plan_changes
    from dispatch.planning.day import Day, prepare_day
    from dispatch.planning.plan_day import Planned, plan_day
    from dispatch.planning.split import split_day
    from dispatch.planning.today import today_of
    from dispatch.planning.whatif import WhatIf, what_if
    from dispatch.roads.travel import travel_matrix
    from dispatch.solver.params import Progress, SolveParams, SolveResult
    from dispatch.solver.run import solve

__all__ = [
    "Change",
    "Coverage",
    "DataError",
    "Day",
    "Depot",
    "DispatchError",
    "Plan",
    "PlanError",
    "Planned",
    "Problem",
    "Progress",
    "Route",
    "Scenario",
    "SolveParams",
    "SolveResult",
    "SolverError",
    "Source",
    "Stop",
    "Today",
    "Travel",
    "Truck",
    "Village",
    "Violation",
    "WhatIf",
    "check_plan",
    "compute_coverage",
    "plan_changes",
    "plan_day",
    "prepare_day",
    "read_plan",
    "read_roads",
    "read_scenario",
    "solve",
    "split_day",
    "today_of",
    "travel_matrix",
    "what_if",
    "write_plan",
    "write_template",
]

#: Where each name lives.
_HOMES: Final[dict[str, tuple[str, ...]]] = {
    "model.today": ("Today",),
    "planning.changes": ("Change", "plan_changes"),
    "planning.day": ("Day", "prepare_day"),
    "planning.plan_day": ("Planned", "plan_day"),
    "planning.today": ("today_of",),
    "check.facts": ("Violation",),
    "check.rules": ("check_plan",),
    "coverage": ("Coverage", "compute_coverage"),
    "errors": (
        "DataError",
        "DispatchError",
        "PlanError",
        "Problem",
        "SolverError",
    ),
    "files.plan.plan_json": ("read_plan",),
    "files.scenario.read": ("read_scenario",),
    "files.scenario.read_roads": ("read_roads",),
    "files.scenario.template": ("write_template",),
    "files.plan.write": ("write_plan",),
    "roads.travel": ("travel_matrix",),
    "model.plan": ("Plan", "Route", "Stop"),
    "model.scenario": ("Depot", "Scenario", "Source", "Truck", "Village"),
    "model.travel": ("Travel",),
    "planning.split": ("split_day",),
    "solver.run": ("solve",),
    "solver.params": ("Progress", "SolveParams", "SolveResult"),
    "planning.whatif": ("WhatIf", "what_if"),
}
__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return sorted({*globals(), *__all__})
