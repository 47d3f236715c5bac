"""
A linear program in litres per truck type, source and village.

The radial argument of Haimovich & Rinnooy Kan (1985): a trip from source s with
litres q_1..q_n to places 1..n on a truck of capacity Q drives at least
max_i (d(s, i) + b(i)) >= sum_i q_i / Q * (d(s, i) + b(i)), where b(i) is the drive
back to the nearest source or depot and sum_i q_i <= Q. Set-ups, flow rates, supply,
bays and visits are shared out over litres in the same way. docs/SOLVER.md has the
proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from ortools.linear_solver import pywraplp

from dispatch.errors import SolverError
from dispatch.model.need import BANDS, LIVESTOCK
from dispatch.solver.bounding.data import (
    source_limits,
    truck_kinds,
    usable_sources,
    working_seconds,
)
from dispatch.solver.kernel.arrays import BIG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Ints
    from dispatch.solver.bounding.data import Drives
    from dispatch.solver.kernel.arrays import Instance


#: Sources by which a village's litres are distinguished; the rest count as one.
SOURCES_APART: Final = 5
#: The same, and the number of villages from which on it holds.
SOURCES_APART_LARGE: Final = 2
LARGE: Final = 1500


@dataclass(frozen=True)
class _TruckType:
    """Trucks that differ in nothing that the relaxation sees."""

    trucks: Ints
    capacity: int
    unload_s_per_l: float
    drive_class: int
    access_class: int
    is_potable: bool
    seconds: float
    """Time of all its trucks together, from the first possible filling."""


@dataclass(frozen=True)
class _Flow:
    """Litres of one variable: to a village by a type from a source (-1: any other)."""

    type_idx: int
    source: int
    village: int
    seconds_per_l: float
    bay_seconds_per_l: float
    variable: pywraplp.Variable


class RadialModel:
    """
    The relaxation of one scenario; its optimum is never below any plan.

    Parameters
    ----------
    instance
        Arrays of the scenario, with levels merged to bands by the model itself.
    band_need
        Shape (V, 7): litres of every band.
    shortest
        Driving seconds by any detour, (P, P) per drive class; inf = no road.
    """

    def __init__(
        self,
        instance: Instance,
        band_need: Ints,
        shortest: Sequence[Drives],
    ) -> None:
        self._instance = instance
        self._need = band_need
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._shortest = shortest
        self._types = _truck_types(instance, self._shortest)
        self._flows: list[_Flow] = []
        for village in range(instance.village.size):
            self._add_flows(village)
        self._add_truck_time()
        self._add_supply()
        self._band_litres = [
            self._solver.NumVar(0, float(band_need[:, band].sum()), "")
            for band in range(len(BANDS))
        ]
        self._add_bands()

    def _add_flows(self, village: int) -> None:
        instance = self._instance
        room = int(instance.village["room"][village])
        if room <= 0:
            return
        animals = int(instance.village["need_animals"][village])
        for type_idx, kind in enumerate(self._types):
            if not instance.may_enter[kind.access_class, village]:
                continue
            most = room if kind.is_potable else min(room, animals)
            if most <= 0:
                continue
            for source, leg_s, rate, rest in self._supply_options(kind, village):
                per_trip = leg_s + instance.fill_setup_s
                seconds = (
                    per_trip / kind.capacity
                    + instance.drop_setup_s / min(kind.capacity, most)
                    + rate
                    + kind.unload_s_per_l
                )
                bay_seconds = instance.fill_setup_s / kind.capacity + rate
                variable = self._solver.NumVar(0, most, "")
                self._flows.append(
                    _Flow(
                        type_idx=type_idx,
                        source=-1 if rest else source,
                        village=village,
                        seconds_per_l=seconds,
                        bay_seconds_per_l=bay_seconds,
                        variable=variable,
                    )
                )

    def _supply_options(
        self, kind: _TruckType, village: int
    ) -> list[tuple[int, float, float, bool]]:
        """Return (source, driving seconds, filling s/l, is the rest) of a village."""
        instance = self._instance
        shortest = self._shortest[kind.drive_class]
        place = instance.first_village + village
        usable = [
            s
            for s in range(instance.source.size)
            if (instance.source["is_potable"][s] or not kind.is_potable)
            and instance.source["supply"][s] > 0
        ]
        sources = [instance.first_source + s for s in usable]
        ends = sorted({*sources, *instance.truck["depot"][kind.trucks].tolist()})
        if not sources or not ends:
            return []
        back_s = float(shortest[place, ends].min())
        options = [
            (
                float(shortest[instance.first_source + s, place]) + back_s,
                float(instance.source["fill_s_per_l"][s]),
                s,
            )
            for s in usable
        ]
        options = sorted(option for option in options if np.isfinite(option[0]))
        is_large = instance.village.size >= LARGE
        apart = SOURCES_APART_LARGE if is_large else SOURCES_APART
        chosen = [(s, leg_s, rate, False) for leg_s, rate, s in options[:apart]]
        others = options[apart:]
        if others:
            leg_s = min(option[0] for option in others)
            rate = min(option[1] for option in others)
            chosen.append((-1, leg_s, rate, True))
        return chosen

    def _add_truck_time(self) -> None:
        rows = [self._solver.Constraint(0, kind.seconds, "") for kind in self._types]
        for flow in self._flows:
            rows[flow.type_idx].SetCoefficient(flow.variable, flow.seconds_per_l)

    def _add_supply(self) -> None:
        by_source: dict[int, list[_Flow]] = {}
        for flow in self._flows:
            by_source.setdefault(flow.source, []).append(flow)
        for s, (supply, bay_s) in enumerate(
            zip(*source_limits(self._instance), strict=True)
        ):
            flows = by_source.get(s, [])
            if np.isfinite(supply) and flows:
                row = self._solver.Constraint(0, supply, "")
                for flow in flows:
                    row.SetCoefficient(flow.variable, 1)
            if np.isfinite(bay_s) and flows:
                row = self._solver.Constraint(0, bay_s, "")
                for flow in flows:
                    row.SetCoefficient(flow.variable, flow.bay_seconds_per_l)

    def _add_bands(self) -> None:
        """Litres to a village serve its bands; non-potable ones those of animals."""
        solver, instance = self._solver, self._instance
        totals = [solver.Constraint(0, 0, "") for _ in BANDS]
        for total, variable in zip(totals, self._band_litres, strict=True):
            total.SetCoefficient(variable, -1)
        by_village: dict[int, list[_Flow]] = {}
        for flow in self._flows:
            by_village.setdefault(flow.village, []).append(flow)
        for village, flows in by_village.items():
            record = instance.village[village]
            served = [solver.NumVar(0, float(need), "") for need in self._need[village]]
            balance = solver.Constraint(0, 0, "")
            room = solver.Constraint(0, float(record["room"]), "")
            non_potable = solver.Constraint(-solver.infinity(), 0, "")
            non_potable.SetCoefficient(served[LIVESTOCK], -1)
            for variable, total in zip(served, totals, strict=True):
                balance.SetCoefficient(variable, -1)
                total.SetCoefficient(variable, 1)
            for flow in flows:
                balance.SetCoefficient(flow.variable, 1)
                room.SetCoefficient(flow.variable, 1)
                if not self._types[flow.type_idx].is_potable:
                    non_potable.SetCoefficient(flow.variable, 1)
            if record["max_visits"] < BIG:
                visits = solver.Constraint(0, float(record["max_visits"]), "")
                for flow in flows:
                    capacity = self._types[flow.type_idx].capacity
                    visits.SetCoefficient(flow.variable, 1 / capacity)

    def most_l(self, bands: Sequence[int], floors_l: Sequence[float]) -> float:
        """
        Return the most litres of ``bands`` together.

        Parameters
        ----------
        bands
            Positions in BANDS.
        floors_l
            Litres that the first bands must at least get.

        Raises
        ------
        SolverError
            If the floors cannot be met, which no plan's own litres can cause.
        """
        objective = self._solver.Objective()
        objective.Clear()
        for band in bands:
            objective.SetCoefficient(self._band_litres[band], 1)
        objective.SetMaximization()
        status, warm = pywraplp.Solver.NOT_SOLVED, pywraplp.MPSolverParameters()
        # Floors that are tight may defeat GLOP; lower ones only enlarge the optimum.
        for loosening in (0.0, 1e-4, 1e-2, 1.0):
            for band, variable in enumerate(self._band_litres):
                floor = floors_l[band] if band < len(floors_l) else 0.0
                # A litre of slack keeps rounding from making the plan infeasible.
                most = min(floor, variable.ub()) * (1 - loosening)
                variable.SetLb(max(0.0, most - 1e-3))
            status = self._solver.Solve(from_scratch() if loosening else warm)
            if status == pywraplp.Solver.OPTIMAL:
                return float(objective.Value())
        raise SolverError(f"the bound's linear program ended with status {status}")


def _truck_types(instance: Instance, shortest: Sequence[Drives]) -> list[_TruckType]:
    types = []
    for trucks in truck_kinds(instance):
        first = instance.truck[trucks[0]]
        drive_s = shortest[int(first["drive_class"])]
        types.append(
            _TruckType(
                trucks=trucks,
                capacity=int(first["capacity"]),
                unload_s_per_l=float(first["unload_s_per_l"]),
                drive_class=int(first["drive_class"]),
                access_class=int(first["access_class"]),
                is_potable=bool(first["is_potable"]),
                seconds=sum(_longest_work(instance, int(r), drive_s) for r in trucks),
            )
        )
    return types


def _longest_work(instance: Instance, r: int, drive_s: Drives) -> float:
    """Return the longest that truck ``r`` can work after reaching any source."""
    return max(
        (
            working_seconds(instance, r, drive_s, int(s))
            for s in usable_sources(instance, r)
        ),
        default=0.0,
    )


def from_scratch() -> pywraplp.MPSolverParameters:
    """Return parameters that make GLOP forget the basis which it stumbled over."""
    parameters = pywraplp.MPSolverParameters()
    parameters.SetIntegerParam(
        pywraplp.MPSolverParameters.INCREMENTALITY,
        pywraplp.MPSolverParameters.INCREMENTALITY_OFF,
    )
    return parameters
