"""What no plan can beat, goal by goal, with the goals before as good as the plan's."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ortools.math_opt.python import mathopt

from dispatch.model.water.plan import GoalResult
from dispatch.solver.water.lexicographic import NOTHING, goal_expression, keep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.solver.water.case import WaterParams
    from dispatch.solver.water.goals import Goal
    from dispatch.solver.water.lexicographic import Reached
    from dispatch.solver.water.program import Program


def bounded(
    program: Program,
    goals: Sequence[Goal],
    reached: Sequence[Reached],
    params: WaterParams,
) -> tuple[GoalResult, ...]:
    """
    Return the goals with their bounds and gaps.

    A bound is that of the program with choices in parts (its linear relaxation) and
    with canals that lose a little too little; where no canal loses by a curve, the
    search tree's of the program itself too.

    Parameters
    ----------
    program
        The program of the optimistic case, without goals.
    goals
        Its goals.
    reached
        What the plan comes to.
    params
        Whether a search tree proves more.
    """
    by_name = {goal.name: goal for goal in goals}
    exact = all(canal.loss_a is None for canal, _ in program.case.canals)
    for choice in program.choices:
        choice.integer = params.prove and not exact
    results = []
    for item in reached:
        expression = goal_expression(program, by_name[item.goal.name])
        bound = 0.0
        if item.value > NOTHING:
            program.model.minimize(expression)
            bound = _lower_bound(program, params)
            if exact and item.bound is not None:
                bound = max(bound, item.bound)
            bound = min(max(0.0, bound), item.value)
        keep(program, expression, item.value)
        gap = (item.value - bound) / item.value if item.value > NOTHING else 0.0
        results.append(
            GoalResult(
                goal=item.goal.name,
                unit=item.goal.unit,
                value=item.value,
                bound=bound,
                gap=gap,
            )
        )
    return tuple(results)


def _lower_bound(program: Program, params: WaterParams) -> float:
    has_choices = any(choice.integer for choice in program.choices)
    if has_choices:
        limits = mathopt.SolveParameters(
            threads=1, random_seed=1, node_limit=params.max_nodes
        )
        result = mathopt.solve(program.model, mathopt.SolverType.GSCIP, params=limits)
        bound = result.termination.objective_bounds.dual_bound
    else:
        result = mathopt.solve(program.model, mathopt.SolverType.GLOP)
        is_solved = result.termination.reason == mathopt.TerminationReason.OPTIMAL
        bound = result.objective_value() if is_solved else 0.0
    # Slack of kept goals may lift a bound by a hair above what was reached.
    return bound if math.isfinite(bound) else 0.0
