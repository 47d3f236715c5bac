"""Goals solved one after the other, each fixed before the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ortools.sat.python import cp_model

from dispatch.errors import SolverError
from dispatch.model.water.hours import HourGoal

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Work for one goal in the solver's own measure, which is the same on every machine.
GOAL_LIMIT: Final = 1.0
#: So many times as much for the first goal.
_FIRST: Final = 3


class GoalChain:
    """
    A model whose goals are solved in order; the last solution found is kept.

    One thread, a fixed seed and a limit that is no clock: the same model gives the same
    plan everywhere.
    """

    def __init__(self, model: cp_model.CpModel, *, limit: float = GOAL_LIMIT) -> None:
        """
        Take over a model that has no goal yet.

        Parameters
        ----------
        model
            Its variables and constraints.
        limit
            Most work for each goal.
        """
        self._model = model
        self._solver = cp_model.CpSolver()
        self._solver.parameters.num_workers = 1
        self._solver.parameters.random_seed = 0
        # Sums of litres and minutes: the linear relaxation tells most.
        self._solver.parameters.linearization_level = 2
        self._limit = limit
        self._values: list[int] = []
        self._goals: list[HourGoal] = []

    @property
    def goals(self) -> tuple[HourGoal, ...]:
        """What was reached in every goal so far."""
        return tuple(self._goals)

    def minimise(
        self, name: str, goal: cp_model.LinearExprT, *, unit: float = 1.0
    ) -> HourGoal:
        """
        Return how low a goal gets, and keep it there from now on.

        Parameters
        ----------
        name
            Of the goal, with its unit.
        goal
            What is to be small, in whole numbers.
        unit
            By what its whole numbers are divided.

        Raises
        ------
        SolverError
            If there is no plan at all: every model here has an empty one.
        """
        self._model.minimize(goal)
        # The first goal decides most, and starts from the least.
        more = 1 if self._values else _FIRST
        self._solver.parameters.max_deterministic_time = more * self._limit
        status = self._solver.solve(self._model)
        bound = max(0.0, self._solver.best_objective_bound)
        if status == cp_model.UNKNOWN and self._num_variables > len(self._values):
            status = self._first_plan()
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self._keep()
        elif status != cp_model.UNKNOWN:
            raise SolverError(self._solver.status_name(status))
        # Where the limit came first, what the goal before left is still a plan.
        reached = self._value(goal)
        bound = min(float(reached), bound)
        self._model.add(goal <= reached)
        self._goals.append(
            HourGoal(name=name, value=reached / unit, bound=bound / unit)
        )
        return self._goals[-1]

    def record(self, name: str, value: float) -> None:
        """
        Note a goal that needs no search: nothing can be lower.

        Parameters
        ----------
        name
            Of the goal, with its unit.
        value
            What it comes to.
        """
        self._goals.append(HourGoal(name=name, value=value, bound=value))

    def value(self, variable: cp_model.IntVar) -> int:
        """Return a variable in the plan."""
        return self._values[variable.index]

    def values(self, variables: Sequence[cp_model.IntVar]) -> list[int]:
        """Return variables in the plan."""
        return [self._values[variable.index] for variable in variables]

    @property
    def _num_variables(self) -> int:
        return len(self._model.proto.variables)

    def _first_plan(self) -> cp_model.CpSolverStatus:
        """
        Search on until there is any plan: every model here has one.

        Where there is one already and variables were added since, that plan is kept,
        and only what it lacks is filled in.
        """
        parameters = self._solver.parameters
        parameters.fix_variables_to_their_hinted_value = bool(self._values)
        parameters.max_deterministic_time = float("inf")
        parameters.stop_after_first_solution = True
        status = self._solver.solve(self._model)
        parameters.stop_after_first_solution = False
        parameters.fix_variables_to_their_hinted_value = False
        return status

    def _value(self, goal: cp_model.LinearExprT) -> int:
        if isinstance(goal, int):
            return goal
        flat = cp_model.FlatIntExpr(goal)  # type: ignore[arg-type]  # its stub knows no numbers
        parts = zip(flat.vars, flat.coeffs, strict=True)
        return int(flat.offset + sum(self.value(v) * int(c) for v, c in parts))

    def _keep(self) -> None:
        """Remember the plan, and start the next search from it."""
        everything = [
            self._model.get_int_var_from_proto_index(index)
            for index in range(self._num_variables)
        ]
        self._values = [self._solver.value(variable) for variable in everything]
        self._model.clear_hints()  # type: ignore[no-untyped-call]  # has no types
        for variable, value in zip(everything, self._values, strict=True):
            self._model.add_hint(variable, value)
