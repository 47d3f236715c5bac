"""What no plan can beat, goal by goal, with the goals before as good as the plan's."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from ortools.math_opt.python import mathopt

from dispatch.model.water.plan import GoalResult, WaterGoal
from dispatch.solver.water.building import build_program
from dispatch.solver.water.goals import goals_of
from dispatch.solver.water.lexicographic import NOTHING, goal_expression, keep
from dispatch.solver.water.parts import in_two_threads, num_choices
from dispatch.water.need import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.solver.water.case import WaterCase, WaterParams
    from dispatch.solver.water.goals import Goal
    from dispatch.solver.water.lexicographic import Reached
    from dispatch.solver.water.program import Program

#: Goals whose bounds a tree soon lifts, and the part of the nodes that it gets.
TREE: Final = frozenset({*PEOPLE, "livestock", "normal", "critical_loss"})
TREE_PART: Final = 4
MOST_IN_TREE: Final = 1_500
#: Bounds that the search for the plan has proven; None: it has none.
Proven = dict[WaterGoal, float | None]


@dataclass(frozen=True)
class _Part:
    """The program of a part, with its goals."""

    program: Program
    goals: Mapping[WaterGoal, Goal]


def goal_results(
    reached: Sequence[Reached], bounds: Mapping[WaterGoal, float]
) -> tuple[GoalResult, ...]:
    """
    Return the goals with their bounds and gaps.

    Parameters
    ----------
    reached
        What the plan comes to.
    bounds
        By goal.
    """
    results = []
    for item in reached:
        bound = bounds[item.goal.name]
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


def bounds_of(
    parts: Sequence[WaterCase],
    reached: Sequence[Reached],
    params: WaterParams,
    proven: Proven,
) -> dict[WaterGoal, float]:
    """
    Return what every goal is at least.

    A bound is that of the program with choices in parts (its linear relaxation) and
    with canals that lose a little too little, and of a short search tree of it where
    there are few choices; where no canal loses by a curve, what the search for the
    plan has proven too. Of several parts it is the sum, as each may have all pumps; a
    part may be as bad at a goal before as the plan is, less what the others cannot do
    without.

    Parameters
    ----------
    parts
        That share no water, each with all pumps that fit.
    reached
        What the plan comes to.
    params
        Whether a search tree proves more.
    proven
        By the search for the plan.
    """
    has_tree = sum(num_choices(part) for part in parts) <= MOST_IN_TREE
    programs = in_two_threads(partial(_part, params), parts)
    is_exact = all(part.is_exact for part in parts)
    bounds: dict[WaterGoal, float] = {}
    for item in reached:
        name = item.goal.name
        if item.goal.shares and len(parts) > 1:
            bounds[name] = 0.0  # what is spread over all is no sum over parts
            continue
        is_worst = name == "equal_shares"
        together = max if is_worst else math.fsum
        of_parts = in_two_threads(partial(_bound, item, 0), programs)
        nodes = params.max_nodes if params.prove else 0
        if has_tree and name in TREE:
            nodes = max(nodes, params.max_nodes // TREE_PART, 1)
        if nodes and together(of_parts) < item.value * (1 - params.gap):
            of_parts = in_two_threads(partial(_bound, item, nodes), programs)
        bound = together(of_parts)
        earlier = proven.get(name)
        if is_exact and earlier is not None:
            bound = max(bound, earlier)
        bounds[name] = min(max(0.0, bound), item.value)
        for part, own in zip(programs, of_parts, strict=True):
            if name in part.goals:
                others = 0.0 if is_worst else math.fsum(of_parts) - own
                most = max(own, item.value - others)
                keep(
                    part.program, goal_expression(part.program, part.goals[name]), most
                )
    return bounds


def _part(params: WaterParams, case: WaterCase) -> _Part:
    program = build_program(replace(case, optimistic=True))
    goals = goals_of(program, equal_shares=params.equal_shares)
    by_name = {goal.name: goal for goal in goals}
    return _Part(program, by_name)


def _bound(item: Reached, nodes: int, part: _Part) -> float:
    """Return the bound of a goal in a part, 0 where the whole is none; no nodes: LP."""
    name = item.goal.name
    if item.value <= NOTHING or name not in part.goals:
        return 0.0
    part.program.model.minimize(goal_expression(part.program, part.goals[name]))
    for choice in part.program.choices:
        choice.integer = nodes > 0
    return max(0.0, _lower_bound(part.program, nodes))


def _lower_bound(program: Program, max_nodes: int) -> float:
    if any(choice.integer for choice in program.choices):
        limits = mathopt.SolveParameters(
            threads=1,
            random_seed=1,
            node_limit=max_nodes,
            heuristics=mathopt.Emphasis.OFF,
        )
        result = mathopt.solve(program.model, mathopt.SolverType.GSCIP, params=limits)
        bound = result.termination.objective_bounds.dual_bound
    else:
        result = mathopt.solve(program.model, mathopt.SolverType.GLOP)
        is_solved = result.termination.reason == mathopt.TerminationReason.OPTIMAL
        bound = result.objective_value() if is_solved else 0.0
    # Slack of kept goals may lift a bound by a hair above what was reached.
    return bound if math.isfinite(bound) else 0.0
