"""Goals in order: each is fixed before the next, and a plan is never lost."""

from __future__ import annotations

import pytest
from ortools.sat.python import cp_model

from dispatch.errors import SolverError
from dispatch.solver.water_hours.goals import GoalChain


def sums(
    limit: float = 1.0,
) -> tuple[GoalChain, cp_model.CpModel, list[cp_model.IntVar]]:
    model = cp_model.CpModel()
    row = [model.new_int_var(0, 9, "") for _ in range(3)]
    model.add(row[0] + row[1] >= 7)
    return GoalChain(model, limit=limit), model, row


def test_each_goal_is_fixed_before_the_next() -> None:
    """The least x is 0; then x + y is 7 at least, and y alone is no less than that."""
    chain, _, (x, y, z) = sums()
    assert chain.minimise("x", x).value == 0
    assert chain.minimise("half", x + y, unit=2).value == 3.5
    assert chain.minimise("rest", z - y + 9).value == 2
    assert (chain.value(x), chain.value(y), chain.values([z])) == (0, 7, [0])
    assert [goal.name for goal in chain.goals] == ["x", "half", "rest"]
    assert all(goal.is_optimal for goal in chain.goals)


def test_a_limit_of_nothing_still_gives_a_plan() -> None:
    """Variables that came after the last plan are filled in from it."""
    chain, model, (x, y, _) = sums(limit=0.0)
    first = chain.minimise("x", x)
    late = model.new_int_var(0, 99, "")
    model.add(late >= 3 * y)
    second = chain.minimise("late", late)
    assert chain.value(x) <= first.value
    assert chain.value(x) + chain.value(y) >= 7
    assert second.value == chain.value(late) >= 3 * chain.value(y)


def test_a_goal_of_no_variables() -> None:
    chain, _, _ = sums()
    assert chain.minimise("nothing", 0).value == 0
    chain.record("known", 2.0)
    assert chain.goals[-1].is_optimal


def test_a_model_without_a_plan_is_a_bug() -> None:
    chain, model, (x, y, _) = sums()
    model.add(x + y <= 6)
    with pytest.raises(SolverError):
        chain.minimise("x", x)
