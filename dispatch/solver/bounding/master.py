"""The linear program over known trips and sets of visits, whose duals are prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from ortools.linear_solver import pywraplp

from dispatch.errors import SolverError
from dispatch.model.need import BANDS, LIVESTOCK
from dispatch.solver.bounding.prices import Prices, band_worth
from dispatch.solver.bounding.radial import from_scratch
from dispatch.solver.bounding.trips import trip_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.arrays import Floats
    from dispatch.solver.bounding.classes import VisitClasses
    from dispatch.solver.bounding.data import BoundData
    from dispatch.solver.bounding.prices import Goal, Patterns
    from dispatch.solver.bounding.trips import Trip

    Row: TypeAlias = pywraplp.Constraint
    Rows: TypeAlias = list[pywraplp.Constraint | None]

#: The program counts in cubic metres and thousands of seconds.
SCALE: Final = 1e-3
#: Litres of the goal that a missing litre of a floor costs, at first and at most.
FIRST_FLOOR_PRICE: Final = 6.0
MAX_FLOOR_PRICE: Final = 50.0
#: Without changes of scale and form GLOP goes on from the last basis.
WARM: Final = "use_preprocessing: false use_scaling: false"
COLD: Final = "use_preprocessing: true use_scaling: true"


class Master:
    """
    Mixes trips and sets of visits; its value falls short of the bound it leads to.

    Villages without counted visits get litres as they come, the others whole sets of
    visits, of which one is chosen.
    """

    def __init__(self, data: BoundData, classes: VisitClasses) -> None:
        self.data = data
        self.classes = classes
        self._lp = pywraplp.Solver.CreateSolver("GLOP")
        self._lp.SetSolverSpecificParametersAsString(WARM)
        self._trips: set[Trip] = set()
        self._sets: set[tuple[object, ...]] = set()
        self._served: list[tuple[pywraplp.Variable, Floats]] = []
        self._missed_l = 0.0
        self._goal: Goal | None = None
        self._floor_price = FIRST_FLOOR_PRICE
        num_villages = data.room.size
        zeros = [0.0] * num_villages
        self._small = self._rows(zeros)
        self._non_potable = self._rows(zeros)
        wanted = data.need.sum(axis=1)
        self._room = self._rows(np.where(data.room < wanted, data.room, np.inf))
        self._one_set = self._rows([1 / SCALE] * num_villages)
        self._any_visit = self._rows(data.most_visits / SCALE)
        self._supply = self._rows(data.supply)
        self._bay = self._rows(data.bay_s)
        self._floor = self._rows([0.0] * len(BANDS))
        self._visit: list[Rows] = [
            [
                self._lp.Constraint(0, 0, "") if np.isfinite(litres) else None
                for litres in knots
            ]
            for knots in classes.knot
        ]
        self._missing = [self._variable() for _ in BANDS]
        for row, missing in zip(self._floor, self._missing, strict=True):
            _put(row, missing, -1.0)
        self._second = self._rows([0.0] * len(data.kinds))
        self._place = [
            [self._lp.Constraint(0, 0, "") for _ in kind.ends] for kind in data.kinds
        ]
        self._add_groups()
        self._add_moves()
        for village, is_counted in enumerate(classes.is_counted):
            if is_counted:
                self._add_first_sets(village)
            else:
                self._add_litres(village)

    def _rows(self, limits: Iterable[float]) -> Rows:
        """Return one row <= limit each, none where there is no limit."""
        low = -self._lp.infinity()
        return [
            self._lp.Constraint(low, SCALE * float(limit), "")
            if np.isfinite(limit)
            else None
            for limit in limits
        ]

    def _variable(self, most: float | None = None) -> pywraplp.Variable:
        return self._lp.NumVar(0, self._lp.infinity() if most is None else most, "")

    def _add_groups(self) -> None:
        """Trucks start at a first source and give their seconds to their kind."""
        for k, kind in enumerate(self.data.kinds):
            for group in kind.groups:
                row = self._lp.Constraint(0, float(group.size), "")
                for source in np.flatnonzero(group.seconds > 0):
                    variable = self._variable()
                    row.SetCoefficient(variable, 1.0)
                    _put(self._second[k], variable, -SCALE * group.seconds[source])
                    self._place[k][source].SetCoefficient(variable, -1.0)
                    self._place[k][group.end].SetCoefficient(variable, 1.0)

    def _add_moves(self) -> None:
        """Add empty drives between ends, so that few trips can already form routes."""
        for k, kind in enumerate(self.data.kinds):
            for a, b in np.argwhere(np.isfinite(kind.between)):
                if a != b:
                    variable = self._variable()
                    _put(self._second[k], variable, SCALE * kind.between[a, b])
                    self._place[k][a].SetCoefficient(variable, 1.0)
                    self._place[k][b].SetCoefficient(variable, -1.0)

    def _add_litres(self, village: int) -> None:
        need = self.data.need[village]
        for band in np.flatnonzero(need > 0):
            rows = [self._small[village]]
            shared = None
            if band == LIVESTOCK:
                rows.append(self._non_potable[village])
                shared = self._lp.Constraint(0, SCALE * need[band], "")
            for row in rows:
                variable = self._variable(SCALE * need[band])
                _put(row, variable, 1.0)
                _put(shared, variable, 1.0)
                served = np.zeros(len(BANDS))
                served[band] = 1.0
                self._add_served(village, variable, served)

    def _add_first_sets(self, village: int) -> None:
        """No visit at all, or visits that all bring the same."""
        at_knot = np.zeros(self.classes.knot.shape[1])
        nothing = np.zeros(len(BANDS))
        self._add_set(village, at_knot, nothing, nothing)
        room = self.data.room[village]
        knots = self.classes.knot[village]
        largest = np.nanmax(knots)
        for knot, litres in enumerate(knots):
            # Many small visits seldom pay; they come when they do.
            most = 12.0 if litres >= 0.5 * largest else 3.0
            number = 1
            while (
                number <= min(most, self.data.most_visits[village])
                and number * litres <= room
            ):
                at_knot[knot] = number
                self.add_plan_set(village, at_knot, number * litres)
                number += 1
            at_knot[knot] = 0.0

    def add_plan_set(
        self,
        village: int,
        at_knot: Floats,
        large_l: float,
        small_l: float = 0.0,
        non_potable_l: float = 0.0,
    ) -> None:
        """
        Add a set of visits whose litres serve the bands in their order.

        Parameters
        ----------
        village
            Position of the village.
        at_knot
            Shape (J + 1,): its counted visits, shared out to knots.
        large_l, small_l, non_potable_l
            What counted, small and non-potable visits bring together.
        """
        need = self.data.need[village].copy()
        need[LIVESTOCK] -= min(non_potable_l, need[LIVESTOCK])
        before = np.cumsum(need) - need
        served = np.clip(large_l - before, 0.0, need)
        others = np.clip(large_l + small_l - before, 0.0, need) - served
        if non_potable_l:
            others[LIVESTOCK] = min(non_potable_l, self.data.need[village, LIVESTOCK])
        self._add_set(village, at_knot, served, others, non_potable=bool(non_potable_l))

    def _add_set(
        self,
        village: int,
        at_knot: Floats,
        served: Floats,
        others: Floats,
        *,
        non_potable: bool = False,
    ) -> bool:
        """Add a set of visits; ``others`` are litres per band from elsewhere."""
        split = np.concatenate([served, others]).round(1)
        key = (village, *at_knot.round(6).tolist(), *split.tolist(), non_potable)
        if key in self._sets:
            return False
        self._sets.add(key)
        variable = self._variable()
        _put(self._one_set[village], variable, 1.0)
        from_non_potable = float(others[LIVESTOCK]) if non_potable else 0.0
        _put(self._non_potable[village], variable, SCALE * from_non_potable)
        _put(self._small[village], variable, SCALE * (others.sum() - from_non_potable))
        for row, share in zip(self._visit[village], at_knot, strict=True):
            _put(row, variable, float(share))
        self._add_served(village, variable, SCALE * (served + others))
        return True

    def _add_served(
        self, village: int, variable: pywraplp.Variable, served: Floats
    ) -> None:
        _put(self._room[village], variable, float(served.sum()))
        for row, litres in zip(self._floor, served, strict=True):
            _put(row, variable, -float(litres))
        self._served.append((variable, served))
        if self._goal is not None:
            worth = float(served @ self._goal.weight)
            self._lp.Objective().SetCoefficient(variable, worth)

    def add_sets(self, goal: Goal, prices: Prices, patterns: Patterns) -> int:
        """
        Add the sets of visits that are best at some prices; return how many.

        Parameters
        ----------
        goal
            Bands whose litres count, and litres that bands must get.
        prices
            One price per limit of the relaxation.
        patterns
            The best set of visits per village at these prices.
        """
        large, surplus = band_worth(self.data, goal, prices)
        added = 0
        for village in np.flatnonzero(self.classes.is_counted):
            need = self.data.need[village]
            served = np.zeros(len(BANDS))
            left = float(patterns.litres[village])
            for band in np.argsort(-large[village]):
                if large[village, band] > 0:
                    served[band] = min(left, need[band])
                    left -= served[band]
            others = np.where(surplus[village] > 1e-9, need - served, 0.0)
            added += self._add_set(
                int(village),
                patterns.at_knot[village],
                served,
                others,
                non_potable=bool(
                    prices.non_potable_l[village] < prices.small_l[village]
                ),
            )
        return added

    def add_trip(self, trip: Trip) -> bool:
        """Add a trip unless it is known."""
        if trip in self._trips:
            return False
        self._trips.add(trip)
        data = self.data
        kind = data.kinds[trip.kind]
        source = int(kind.sources[trip.source])
        variable = self._variable()
        _put(self._second[trip.kind], variable, SCALE * trip_seconds(data, trip))
        if trip.source != trip.end:
            self._place[trip.kind][trip.source].SetCoefficient(variable, 1.0)
            self._place[trip.kind][trip.end].SetCoefficient(variable, -1.0)
        # A trip may come to a village twice.
        brought: dict[tuple[int, int], float] = {}
        visits: dict[int, float] = {}
        for stop, litres in zip(trip.stops, trip.litres, strict=True):
            village = int(kind.villages[stop])
            visits[village] = visits.get(village, 0.0) + 1.0
            shares = self.classes.shares(village, litres) if kind.is_potable else []
            for knot, part in shares or [(-1, SCALE * litres)]:
                key = (village, knot)
                brought[key] = brought.get(key, 0.0) + part
        for (village, knot), amount in brought.items():
            row = (
                self._small[village] if kind.is_potable else self._non_potable[village]
            )
            if knot >= 0:
                row = self._visit[village][knot]
            _put(row, variable, -amount)
        for village, count in visits.items():
            _put(self._any_visit[village], variable, count)
        drawn = sum(trip.litres)
        bay_s = data.fill_setup_s + data.fill_s_per_l[source] * drawn
        _put(self._supply[source], variable, SCALE * drawn)
        _put(self._bay[source], variable, SCALE * bay_s)
        return True

    @property
    def trips(self) -> list[Trip]:
        """All trips that were added, in an order that repeats."""
        return sorted(self._trips)

    def set_goal(self, goal: Goal) -> None:
        """Set what to maximise, and the floors."""
        self._goal = goal
        self._floor_price = FIRST_FLOOR_PRICE
        objective = self._lp.Objective()
        objective.Clear()
        for variable, served in self._served:
            objective.SetCoefficient(variable, float(served @ goal.weight))
        for missing in self._missing:
            objective.SetCoefficient(missing, -self._floor_price)
        for row, litres in zip(self._floor, goal.floor_l, strict=True):
            if row is not None:
                row.SetUb(-SCALE * float(litres))
        objective.SetMaximization()

    def raise_floors(self) -> bool:
        """Make floors dearer if the last solution misses them and that can be."""
        if self._missed_l < 1.0 or self._floor_price >= MAX_FLOOR_PRICE:
            return False
        self._floor_price = min(MAX_FLOOR_PRICE, 3 * self._floor_price)
        for missing in self._missing:
            self._lp.Objective().SetCoefficient(missing, -self._floor_price)
        return True

    def solve(self) -> tuple[float, Prices]:
        """
        Return the value in litres and the prices.

        Raises
        ------
        SolverError
            If GLOP gives up, which costs tightness and nothing else.
        """
        status = self._lp.Solve()
        if status != pywraplp.Solver.OPTIMAL:
            self._lp.SetSolverSpecificParametersAsString(COLD)
            status = self._lp.Solve(from_scratch())
            self._lp.SetSolverSpecificParametersAsString(WARM)
        if status != pywraplp.Solver.OPTIMAL:
            raise SolverError(f"the bound's master program ended with {status}")
        missed = sum(missing.solution_value() for missing in self._missing)
        self._missed_l = missed / SCALE
        prices = Prices(
            small_l=_duals(self._small),
            non_potable_l=_duals(self._non_potable),
            visit=np.array([_free_duals(rows) for rows in self._visit]) / SCALE,
            room_l=_duals(self._room),
            any_visit=_duals(self._any_visit) / SCALE,
            supply_l=_duals(self._supply),
            bay_s=_duals(self._bay),
            floor_l=np.minimum(self._floor_price, _duals(self._floor)),
            second=_duals(self._second),
            place=tuple(_free_duals(rows) / SCALE for rows in self._place),
        )
        return float(self._lp.Objective().Value()) / SCALE, prices


def _put(row: Row | None, variable: pywraplp.Variable, value: float) -> None:
    """Set a coefficient where there is a row."""
    if row is not None and value:
        row.SetCoefficient(variable, float(value))


def _free_duals(rows: Iterable[Row | None]) -> Floats:
    return np.array([0.0 if row is None else row.dual_value() for row in rows])


def _duals(rows: Rows) -> Floats:
    return np.maximum(0.0, _free_duals(rows))
