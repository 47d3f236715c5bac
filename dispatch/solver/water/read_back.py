"""The solution of the program as a plan: runs with their hours, litres, stocks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ortools.math_opt.python import mathopt

from dispatch.model.need import BANDS
from dispatch.model.water.plan import (
    CanalRun,
    FieldDay,
    FieldOutcome,
    PlantRun,
    PumpRun,
    Spill,
    StoreDay,
    WaterPlan,
    ZoneDay,
)
from dispatch.solver.water.goals import FUEL_L_PER_KWH
from dispatch.solver.water.program import DAY_H
from dispatch.water.network_facts import raw_m3_per_h
from dispatch.water.yield_loss import lost_kg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.model.water.canals import Canal
    from dispatch.model.water.plan import GoalResult
    from dispatch.solver.water.lexicographic import Values
    from dispatch.solver.water.program import Program

#: Amounts below this, in m3 and hours, are none: a hundredth of a litre.
NOTHING = 1e-5
#: Hours that differ by less are the same: a solver's day of 24 h is not exact.
SAME_H = 1e-4


class _Reader:
    """Reads amounts of a solution."""

    def __init__(self, program: Program, values: Values) -> None:
        self.program = program
        self.case = program.case
        self.network = program.case.network
        self._values = values

    def of(self, expression: mathopt.LinearTypes | None) -> float:
        """Return an amount, never below 0; None is 0."""
        if expression is None:
            return 0.0
        if isinstance(expression, int | float):
            return max(0.0, float(expression))
        return max(0.0, float(_flat(expression).evaluate(self._values)))


def _flat(expression: mathopt.LinearBase) -> mathopt.LinearExpression:
    return mathopt.as_flat_linear_expression(expression)


def plan_of(
    program: Program, values: Values, goals: tuple[GoalResult, ...]
) -> WaterPlan:
    """
    Return the plan of a solution.

    Parameters
    ----------
    program
        The program.
    values
        Its solution.
    goals
        How good it is.
    """
    reader = _Reader(program, values)
    runs = tuple(_canal_runs(reader))
    scenario = program.case.scenario
    return WaterPlan(
        scenario=scenario.name,
        first_day=scenario.date,
        num_days=program.case.num_days,
        canals=runs,
        pumps=tuple(_pump_runs(reader)),
        plants=tuple(_plant_runs(reader)),
        zones=tuple(_zone_days(reader)),
        fields=tuple(_field_days(reader, runs)),
        outcomes=tuple(_outcomes(reader)),
        stores=tuple(_store_days(reader)),
        spills=tuple(_spills(reader)),
        goals=goals,
    )


def _canal_runs(reader: _Reader) -> Iterator[CanalRun]:
    """
    Yield runs from the stores on, as each behind another starts with its water.

    What fills a canal is read from the hours, as a search may waste water on filling.
    """
    begins: dict[tuple[str, int], float] = {}
    canals = [canal for canal, _ in reader.case.canals]
    for canal in _downstream(reader, canals):
        before: CanalRun | None = None
        fill_h = 0.0
        for day in reader.case.days:
            key = canal.canal_id, day
            head = reader.of(reader.program.head[key])
            if head <= NOTHING:
                before = None
                continue
            hours = reader.of(reader.program.window_h[canal.from_node, day])
            start = begins.get((canal.from_node, day), DAY_H * day)
            is_dry = before is None or before.until_h < start - SAME_H
            if is_dry:
                # A run that goes on comes as late as the one before: the canal is
                # full, and what was late stays so.
                fill_h = canal.fill_m3 * hours / head
            if not reader.case.is_origin(canal.to_node):
                begins[canal.to_node, day] = start + (canal.travel_h or 0.0) + fill_h
            before = CanalRun(
                canal_id=canal.canal_id,
                day=day,
                from_h=start,
                until_h=start + hours,
                head_m3=head,
                end_m3=reader.of(reader.program.end[key]),
                wetting_m3=canal.fill_m3 if is_dry else 0.0,
                counts_from_day=_counts_from(reader, canal, day),
            )
            yield before


def _counts_from(reader: _Reader, canal: Canal, day: int) -> int | None:
    """Return the day from which a store has the water of a run; None: no store."""
    if not reader.case.is_origin(canal.to_node):
        return None
    arrival, key = reader.case.arrival(canal), (canal.canal_id, day)
    for number, choices in (
        (arrival.soon, reader.program.soon),
        (arrival.slow, reader.program.slow),
    ):
        if reader.of(choices.get(key)) > 0.5:
            return day + number
    return day + arrival.late


def _downstream(reader: _Reader, canals: list[Canal]) -> list[Canal]:
    """Return canals in an order in which each comes after those that feed it."""
    ordered: list[Canal] = []
    left = list(canals)
    while left:
        waiting = {c.to_node for c in left if not reader.case.is_origin(c.to_node)}
        free = [c for c in left if c.from_node not in waiting] or left
        ordered += free
        left = [canal for canal in left if canal not in free]
    return ordered


def _pump_runs(reader: _Reader) -> Iterator[PumpRun]:
    place: dict[str, str] = {}
    by_day = sorted(reader.program.pump_h.items(), key=lambda item: item[0][::-1])
    for (pump_id, lift_id, day), variable in by_day:
        hours = reader.of(variable)
        if hours <= NOTHING:
            continue
        pump = reader.network.pump_by_id[pump_id]
        electric = pump.energy == "electric"
        fuel_per_h = pump.fuel_l_per_h
        if fuel_per_h is None and pump.power_kw is not None:
            fuel_per_h = FUEL_L_PER_KWH * pump.power_kw
        kwh_per_h = pump.kwh_per_h if pump.kwh_per_h is not None else pump.power_kw
        yield PumpRun(
            pump_id=pump_id,
            lift_id=lift_id,
            day=day,
            hours=hours,
            m3=hours * reader.case.pump_fits[pump_id, lift_id],
            moved=place.get(pump_id) != lift_id,
            fuel_l=None if electric or fuel_per_h is None else hours * fuel_per_h,
            kwh=hours * kwh_per_h if electric and kwh_per_h is not None else None,
        )
        place[pump_id] = lift_id


def _plant_runs(reader: _Reader) -> Iterator[PlantRun]:
    for plant in reader.network.plants:
        for day in reader.case.days:
            raw = reader.of(reader.program.raw.get((plant.plant_id, day)))
            if raw <= NOTHING:
                continue
            rate = raw_m3_per_h(reader.network, plant, reader.case.date(day))
            yield PlantRun(
                plant_id=plant.plant_id,
                day=day,
                hours=raw / rate,
                raw_m3=raw,
                treated_m3=raw * (1 - plant.own_use_share),
            )


def _zone_days(reader: _Reader) -> Iterator[ZoneDay]:
    program = reader.program
    for zone in sorted(reader.network.zones, key=lambda item: item.zone_id):
        need = reader.case.needs_l[zone.zone_id]
        for day in reader.case.days:
            taps = {
                band: reader.of(program.given.get((zone.zone_id, band, day)))
                for band in BANDS
            }
            served = {
                # Kept goals leave a slack far below a litre, which must not cost one.
                band: min(need[band], math.floor(1000 * m3 + 0.5))
                for band, m3 in taps.items()
            }
            filling = 0.0
            opened = program.opened.get((zone.zone_id, day))
            if opened is not None and reader.of(opened) > 0.5:
                filling = (zone.max_flow_m3_per_h or 0.0) * zone.fill_h
            yield ZoneDay(
                zone_id=zone.zone_id,
                day=day,
                into_m3=reader.of(program.into.get((zone.zone_id, day))),
                filling_m3=filling,
                need_l=need,
                served_l=served,
            )


def _field_days(reader: _Reader, runs: tuple[CanalRun, ...]) -> Iterator[FieldDay]:
    shares = _shares_that_arrive(reader, runs)
    for (field_id, day), variable in reader.program.watered.items():
        watered = reader.of(variable)
        if watered <= NOTHING:
            continue
        node_id = reader.case.fields[field_id].block.node_id
        share = shares.get((node_id, day), 1.0)
        yield FieldDay(
            field_id=field_id,
            day=day,
            field_m3=watered,
            head_m3=watered / share if share > 0 else watered,
        )


def _shares_that_arrive(
    reader: _Reader, runs: tuple[CanalRun, ...]
) -> dict[tuple[str, int], float]:
    """Return the part of the water let out that comes to a node, wetting counted."""
    shares: dict[tuple[str, int], float] = {}
    for run in runs:
        canal = reader.network.canal_by_id[run.canal_id]
        if reader.case.is_origin(canal.to_node):
            continue
        before = shares.get((canal.from_node, run.day), 1.0)
        shares[canal.to_node, run.day] = before * run.end_m3 / run.head_m3
    return shares


def _outcomes(reader: _Reader) -> Iterator[FieldOutcome]:
    for field_id, need in reader.case.fields.items():
        days = [reader.program.watered[field_id, day] for day in reader.case.days]
        given = min(need.need_m3, sum(reader.of(day) for day in days))
        yield FieldOutcome(
            field_id=field_id,
            critical=need.crop.critical,
            need_m3=need.need_m3,
            field_m3=given,
            due_day=need.due_day,
            lost_kg=lost_kg(
                need.block, need.crop, given_m3=given, need_m3=need.need_m3
            ),
        )


def _store_days(reader: _Reader) -> Iterator[StoreDay]:
    program = reader.program
    for store in sorted(reader.network.stores, key=lambda item: item.node_id):
        node_id = store.node_id
        floors = reader.case.floor_m3(node_id, with_reserve=True)
        source_id = reader.network.node_by_id[node_id].source_id
        for day in reader.case.days:
            key = node_id, day
            wanted = reader.case.taken_m3.get((source_id, day), 0.0)
            trucks = wanted - reader.of(program.unfilled.get(key)) if source_id else 0.0
            yield StoreDay(
                node_id=node_id,
                day=day,
                start_m3=reader.of(program.stock[key]),
                inflow_m3=store.inflow_m3_per_d,
                in_m3=sum(map(reader.of, program.comes[key])),
                loss_m3=store.loss_m3_per_d,
                out_m3=sum(map(reader.of, program.leaves[key])),
                trucks_m3=max(0.0, trucks),
                overflow_m3=reader.of(program.overflow[key]),
                end_m3=reader.of(program.stock[node_id, day + 1]),
                floor_m3=floors[day + 1],
            )


def _spills(reader: _Reader) -> Iterator[Spill]:
    for (node_id, day), variable in reader.program.spill.items():
        spilled = reader.of(variable)
        if spilled > NOTHING:
            yield Spill(node_id=node_id, day=day, m3=spilled)
