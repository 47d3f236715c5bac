"""
Goals solved one after the other, each kept as good as it is for those after it.

Notes
-----
One weighted sum would break the order where amounts differ by powers of ten. A goal
is kept with a slack far below what anybody could measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ortools.math_opt.python import mathopt

from dispatch.errors import SolverError
from dispatch.model.water.plan import GoalResult
from dispatch.solver.water.goals import excess_over_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.solver.water.case import WaterParams
    from dispatch.solver.water.goals import Goal
    from dispatch.solver.water.program import Program

#: Slack of a kept goal: relative, and in its own unit.
SLACK: Final = 1e-6
#: Values below this are none: a hundredth of a litre, a gram of rice.
NOTHING: Final = 1e-4

Values = dict["mathopt.Variable", float]


@dataclass
class Solved:
    """The last solution, and how well every goal is met."""

    values: Values
    goals: list[GoalResult]


def solve_goals(
    program: Program, goals: Sequence[Goal], params: WaterParams
) -> Solved:
    """
    Return the solution that is best goal after goal.

    Parameters
    ----------
    program
        The program; goals are added to it as constraints.
    goals
        In their order.
    params
        Limits of the search.

    Raises
    ------
    SolverError
        If the program has no solution, which no tables can bring about.
    """
    solved = Solved({}, [])
    by_name: dict[str, float] = {}
    for goal in goals:
        if goal.only_if_short and by_name.get(goal.only_if_short, 0.0) <= NOTHING:
            continue
        if goal.shares and len(goal.shares) < 2:
            continue
        value = (
            excess_over_mean(program, goal.shares) if goal.shares else goal.value
        )
        if value is None:
            continue
        result = _solve_goal(program, goal, value, params, solved)
        by_name[goal.name] = result.value
        solved.goals.append(result)
    if not solved.values:
        program.model.minimize(0)
        solved.values = _solve(program, params, {}).values
    solved.values = _with_choices_fixed(program, solved.values)
    return solved


def _solve_goal(
    program: Program,
    goal: Goal,
    value: mathopt.LinearBase,
    params: WaterParams,
    solved: Solved,
) -> GoalResult:
    expression = mathopt.as_flat_linear_expression(value)
    known = expression.evaluate(solved.values) if _is_known(expression, solved) else None
    if known is not None and known <= NOTHING:
        # No goal is below 0, so that this is proven.
        reached, bound = max(0.0, known), 0.0
    else:
        program.model.minimize(expression)
        found = _solve(program, params, solved.values)
        solved.values = found.values
        reached, bound = max(0.0, found.value), max(0.0, found.bound)
        bound = min(bound, reached)
    program.require(expression <= reached + SLACK * max(1.0, reached))
    gap = 0.0 if reached <= NOTHING else (reached - bound) / reached
    return GoalResult(
        goal=goal.name, unit=goal.unit, value=reached, bound=bound, gap=gap
    )


def _is_known(expression: mathopt.LinearExpression, solved: Solved) -> bool:
    """Whether the last solution says what an expression is: no variable is new."""
    return all(variable in solved.values for variable in expression.terms)


@dataclass
class _Found:
    values: Values
    value: float
    bound: float


def _solve(program: Program, params: WaterParams, hint: Values) -> _Found:
    limits = mathopt.SolveParameters(
        threads=1,
        random_seed=1,
        node_limit=params.max_nodes,
        relative_gap_tolerance=params.gap,
        absolute_gap_tolerance=NOTHING / 10,
    )
    hints = [mathopt.SolutionHint(variable_values=hint)] if hint else []
    result = mathopt.solve(
        program.model,
        mathopt.SolverType.GSCIP,
        params=limits,
        model_params=mathopt.ModelSolveParameters(solution_hints=hints),
    )
    if not result.has_primal_feasible_solution():
        raise SolverError(f"the water program ended with {result.termination.reason}")
    return _Found(
        values=result.variable_values(),
        value=result.objective_value(),
        bound=result.termination.objective_bounds.dual_bound,
    )


def _with_choices_fixed(program: Program, values: Values) -> Values:
    """
    Return the solution with its choices rounded, and flows that fit them exactly.

    A choice of 1e-7 would let water through a closed gate.
    """
    bounds: Mapping[mathopt.Variable, tuple[float, float]] = {
        choice: (choice.lower_bound, choice.upper_bound) for choice in program.choices
    }
    for choice in program.choices:
        whole = float(round(values[choice]))
        choice.integer = False
        choice.lower_bound = choice.upper_bound = whole
    result = mathopt.solve(program.model, mathopt.SolverType.GLOP)
    for choice, (low, high) in bounds.items():
        choice.integer = True
        choice.lower_bound, choice.upper_bound = low, high
    if not result.has_primal_feasible_solution():
        return values
    return result.variable_values()
