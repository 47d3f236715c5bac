"""
Goals solved one after the other, each kept as good as it is for those after it.

Notes
-----
One weighted sum would break the order where amounts differ by powers of ten. A goal
is kept with a slack far below what anybody could measure.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from ortools.math_opt.python import mathopt

from dispatch.errors import SolverError
from dispatch.solver.water.goals import excess_over_mean
from dispatch.solver.water.program import total
from dispatch.water.need import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.water.plan import WaterGoal
    from dispatch.solver.water.case import WaterParams
    from dispatch.solver.water.goals import Goal
    from dispatch.solver.water.program import ChoiceKey, Program

#: Slack of a kept goal: relative, and in its own unit.
SLACK: Final = 1e-7
#: Values below this are none: a tenth of a millilitre, a tenth of a gram of rice.
NOTHING: Final = 1e-4
#: Goals that do not decide who gets water.
SECOND: Final = frozenset({"change", "energy", "released"})
#: The last goal that decides who gets water has little left to decide, and its nodes
#: are the slowest: it gets a part of them.
LAST: Final = "other_loss"
LAST_PART: Final = 1
#: Goals of people and animals come first, their best is mostly 0, which ends a search,
#: and their nodes are quick: they get so many times more.
PEOPLE_TIMES: Final = 20

#: Goals made better in some days at a time where the tree ends early, and how many
#: days that are; each such program gets a part of the nodes.
POLISHED: Final = frozenset({"normal", "critical_loss", "other_loss"})
WINDOW_DAYS: Final = 3
WINDOW_PART: Final = 4
#: With fewer nodes than these the last goal is sought without a tree of all days, in
#: windows of so many days, one length after the other.
FEW_NODES: Final = 40
WINDOWS_ALONE: Final = (3, 3)

Values = dict["mathopt.Variable", float]


@dataclass(frozen=True, slots=True)
class Reached:
    """What a goal came to, and its bound by the search tree; None: it had none."""

    goal: Goal
    value: float
    bound: float | None


@dataclass
class Solved:
    """The last solution, and how well every goal is met."""

    values: Values = field(default_factory=dict)
    reached: list[Reached] = field(default_factory=list)

    def value(self, name: WaterGoal) -> float:
        """Return what a goal came to; 0 if it was not among the goals."""
        return next((r.value for r in self.reached if r.goal.name == name), 0.0)


def has_sense(goal: Goal, solved: Solved) -> bool:
    """
    Whether a goal can change anything: fairness needs a shortage, and two who share it.

    Parameters
    ----------
    goal
        The goal.
    solved
        Goals before it.
    """
    if goal.only_if_short and solved.value(goal.only_if_short) <= NOTHING:
        return False
    return not goal.shares or len(goal.shares) > 1


def solve_goals(program: Program, goals: Sequence[Goal], params: WaterParams) -> Solved:
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
    solved = Solved()
    solved.values = _opening(program, goals, params)
    many = len(program.choices) > params.max_choices
    for goal in goals:
        if has_sense(goal, solved):
            is_second = goal.name in SECOND or bool(goal.shares)
            _solve_goal(program, goal, params, solved, fixed=many and is_second)
    solved.values = _flows_only(program, solved.values) or solved.values
    return solved


def settle(
    program: Program, goals: Sequence[Goal], chosen: Mapping[ChoiceKey, float]
) -> Solved:
    """
    Return the best flows, goal after goal, with the choices of a solution.

    A search tree that ends early may leave more in the choices of the last goal than
    the first ones were kept at.

    Parameters
    ----------
    program
        A program without goals, like the one that was solved.
    goals
        Its goals.
    chosen
        Choices by key; those that are not there are 0.

    Raises
    ------
    SolverError
        If no flows keep these choices, which come from a solution.
    """
    for key, choice in program.choice_by_key.items():
        choice.integer = False
        whole = float(round(chosen.get(key, 0.0)))
        choice.lower_bound = choice.upper_bound = whole
    solved = Solved()
    for goal in goals:
        if not has_sense(goal, solved):
            continue
        expression = goal_expression(program, goal)
        program.model.minimize(expression)
        result = mathopt.solve(program.model, mathopt.SolverType.GLOP)
        if not result.has_primal_feasible_solution():
            continue
        solved.values = result.variable_values()
        value = max(0.0, float(expression.evaluate(solved.values)))
        keep(program, expression, value)
        solved.reached.append(Reached(goal, value, None))
    if not solved.values:
        raise SolverError("no flows for the choices of the water")
    solved.values = _with_full_tanks(program) or solved.values
    return solved


def _with_full_tanks(program: Program) -> Values | None:
    """
    Return flows as good by all goals with the most water in tanks at midnights.

    Works that treat as late as they can leave tanks at their least at the hours when
    people draw most, which no goal of a day sees.
    """
    network = program.case.network
    tanks = sorted({zone.tank_node for zone in network.zones})
    stocks = [
        program.stock[node_id, day + 1]
        for node_id in tanks
        for day in program.case.days
        if (node_id, day + 1) in program.stock
    ]
    if not stocks:
        return None
    program.model.maximize(total(list(stocks)))
    result = mathopt.solve(program.model, mathopt.SolverType.GLOP)
    if not result.has_primal_feasible_solution():
        return None
    values: Values = result.variable_values()
    return values


#: Goals of the opening: those that plans most often meet in full.
OPENING: Final = frozenset({"trucks", *PEOPLE, "reserve", "livestock"})


def _opening(program: Program, goals: Sequence[Goal], params: WaterParams) -> Values:
    """
    Return a solution that is good for people and animals together.

    Where nothing is missing at all, which is then proven, it answers all these goals
    at once; else it is where the search for the first of them starts.
    """
    values = [
        goal.value for goal in goals if goal.name in OPENING and goal.value is not None
    ]
    program.model.minimize(total(values))
    limits = replace(params, max_nodes=PEOPLE_TIMES * params.max_nodes)
    return _search(program, limits, Solved()).values


def _limits(goal: Goal, params: WaterParams) -> WaterParams:
    """Return the limits for a goal: most nodes for people, few for the last."""
    nodes = params.max_nodes
    if goal.name in OPENING or goal.name == "normal":
        nodes *= PEOPLE_TIMES
    elif goal.name == LAST:
        nodes = max(1, nodes // LAST_PART)
    return replace(params, max_nodes=nodes)


def goal_expression(program: Program, goal: Goal) -> mathopt.LinearExpression:
    """
    Return what a goal makes small.

    Parameters
    ----------
    program
        The program; a fair goal adds variables to it.
    goal
        The goal.
    """
    value = goal.value
    if goal.shares:
        value = excess_over_mean(program, goal.shares)
    return mathopt.as_flat_linear_expression(0.0 if value is None else value)


def keep(program: Program, expression: mathopt.LinearExpression, value: float) -> None:
    """
    Keep a goal as good as it is.

    Parameters
    ----------
    program
        The program.
    expression
        What the goal makes small.
    value
        What it came to.
    """
    program.require(expression <= value + SLACK * max(1.0, value))


def _solve_goal(
    program: Program,
    goal: Goal,
    params: WaterParams,
    solved: Solved,
    *,
    fixed: bool,
) -> None:
    expression = goal_expression(program, goal)
    known = _known(expression, solved)
    bound: float | None
    if known is not None and known <= NOTHING:
        value, bound = max(0.0, known), 0.0  # no goal is below 0
    else:
        program.model.minimize(expression)
        values = _flows_only(program, solved.values) if fixed else None
        if values is not None:
            value, bound = max(0.0, expression.evaluate(values)), None
            solved.values = values
        else:
            try:
                found = _found(program, goal, params, solved)
            except SolverError:
                if not solved.values:
                    raise
                # Kept goals can be a hair too tight for the tree; `settle` has the
                # goal once more, among the flows of the last solution.
                return
            value, bound = max(0.0, found.value), max(0.0, found.bound)
            if known is not None and known < value:
                value, found.values = known, solved.values
            solved.values = found.values
    keep(program, expression, value)
    solved.reached.append(Reached(goal, value, bound))


def _known(expression: mathopt.LinearExpression, solved: Solved) -> float | None:
    """Return what the last solution says of an expression; None if it is new."""
    if solved.values and all(term in solved.values for term in expression.terms):
        return float(expression.evaluate(solved.values))
    return None


@dataclass
class _Found:
    values: Values
    value: float
    bound: float


def _search(program: Program, params: WaterParams, solved: Solved) -> _Found:
    """Return the best solution that a search tree finds, with its bound."""
    limits = mathopt.SolveParameters(
        threads=1,
        random_seed=1,
        node_limit=params.max_nodes,
        relative_gap_tolerance=params.gap,
        absolute_gap_tolerance=NOTHING / 10,
        # Cuts cost more than they bring where nodes are solved so fast.
        cuts=mathopt.Emphasis.OFF,
    )
    hints = []
    if solved.values:
        hints.append(mathopt.SolutionHint(variable_values=solved.values))
    result = mathopt.solve(
        program.model,
        mathopt.SolverType.GSCIP,
        params=limits,
        model_params=mathopt.ModelSolveParameters(solution_hints=hints),
    )
    bound = result.termination.objective_bounds.dual_bound
    if result.has_primal_feasible_solution():
        return _Found(result.variable_values(), result.objective_value(), bound)
    # Where the tree ends before it finds any, the last solution still is one.
    values = _flows_only(program, solved.values) if solved.values else None
    if values is None:
        raise SolverError(f"the water program ended with {result.termination.reason}")
    return _Found(
        values, program.model.objective.as_linear_expression().evaluate(values), bound
    )


def _found(program: Program, goal: Goal, params: WaterParams, solved: Solved) -> _Found:
    """
    Return the solution of a goal: by a tree, then better some days at a time.

    With few nodes the tree of the last goal costs more than it brings: the days alone,
    from the solution of the goals before, come as far.
    """
    if goal.name == LAST and params.max_nodes < FEW_NODES:
        values = _flows_only(program, solved.values) or solved.values
        value = float(program.model.objective.as_linear_expression().evaluate(values))
        found = _Found(values, value, 0.0)
        for days in WINDOWS_ALONE:
            found = _polished(program, found, params, days)
        return found
    found = _search(program, _limits(goal, params), solved)
    if goal.name in POLISHED and not _is_proven(found, params):
        found = _polished(program, found, params, WINDOW_DAYS)
    return found


def _is_proven(found: _Found, params: WaterParams) -> bool:
    return found.value - found.bound <= NOTHING + params.gap * abs(found.value)


def _polished(
    program: Program, found: _Found, params: WaterParams, days: int
) -> _Found:
    """
    Return a solution made better in some days at a time, all other choices as they are.

    The tree is wide where few days are wrong: here each program is small.
    """
    num_days = program.case.num_days
    if num_days <= days:
        return found
    limits = replace(params, max_nodes=max(1, params.max_nodes // WINDOW_PART))
    choices = program.choice_by_key
    for first in range(0, num_days - 1, days - 1):
        free = range(first, first + days)
        for key, choice in choices.items():
            if key[-1] not in free:
                whole = float(round(found.values[choice]))
                choice.lower_bound = choice.upper_bound = whole
        try:
            better = _search(program, limits, Solved(values=found.values))
        except SolverError:
            better = found
        for choice in choices.values():
            choice.lower_bound, choice.upper_bound = 0.0, 1.0
            choice.integer = True
        if better.value < found.value:
            found = _Found(better.values, better.value, found.bound)
    return found


def _flows_only(program: Program, values: Values) -> Values | None:
    """
    Return the best flows with the choices of a solution; None if there are none.

    Choices are rounded: one of 1e-7 would let water through a closed gate.
    """
    choices = program.choices
    for choice in choices:
        whole = float(round(values[choice]))
        choice.integer = False
        choice.lower_bound = choice.upper_bound = whole
    result = mathopt.solve(program.model, mathopt.SolverType.GLOP)
    for choice in choices:
        choice.lower_bound, choice.upper_bound = 0.0, 1.0
        choice.integer = True
    if not result.has_primal_feasible_solution():
        return None
    flows: Values = result.variable_values()
    return flows
