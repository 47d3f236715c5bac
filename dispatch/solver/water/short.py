"""Why water is short: every missing m3 is booked on the limit that binds it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ortools.math_opt.python import mathopt

from dispatch.model.need import BANDS
from dispatch.model.water.plan import Shortage, WaterCause
from dispatch.solver.water.building import build_program
from dispatch.solver.water.parts import in_two_threads
from dispatch.solver.water.program import total
from dispatch.solver.water.relaxing import RELAXED
from dispatch.water.canal_flow import usable_capacity_m3_per_h

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.need import Band
    from dispatch.model.water.plan import WaterPlan, WaterReason
    from dispatch.solver.water.case import WaterCase
    from dispatch.solver.water.program import Program

#: Amounts that are not worth a reason: 10 litres, and a thousandth of the need.
NOTHING_M3: Final = 0.01
NOTHING_SHARE: Final = 1e-3


#: Zone or block, and the band of a zone.
_Taker = tuple[str, "Band | None"]
_Causes = dict[_Taker, dict["WaterReason", float]]


@dataclass(frozen=True, slots=True)
class _Lack:
    """What a zone's band or a field lacks, and what it has."""

    object_id: str
    band: Band | None
    node_id: str
    need_m3: float
    has_m3: float

    @property
    def m3(self) -> float:
        return self.need_m3 - self.has_m3


def shortages_of(
    case: WaterCase, plan: WaterPlan, *, parts: Sequence[WaterCase] = ()
) -> tuple[Shortage, ...]:
    """
    Return who lacks water, with causes that add up to what is missing.

    First comes what no plan can mend. Then one limit after the other is lifted, with
    everybody else getting no less than in the plan, and what more comes by that is
    booked on it; what is missing with none of them left goes to others, whose need
    comes first.

    Parameters
    ----------
    case
        What was planned.
    plan
        Its plan.
    parts
        That share no water, each with its own pumps; none: it is all one.
    """
    lacks = {
        (lack.object_id, lack.band): lack
        for lack in _taking(case, plan)
        if lack.m3 > NOTHING_M3 + NOTHING_SHARE * lack.need_m3
    }
    left = {key: lack.m3 for key, lack in lacks.items()}
    causes: _Causes = {key: {} for key in lacks}
    for key, lack in lacks.items():
        reason = _impossible(case, lack)
        if reason is not None:
            causes[key][reason] = left[key]
            left[key] = 0.0
    keys_of_parts = [
        {(row.object_id, row.band) for row in _taking(part, plan)} & lacks.keys()
        for part in parts or (case,)
    ]
    booked = in_two_threads(
        lambda job: _booked(job[0], plan, [lacks[key] for key in job[1]], left),
        [
            (part, [key for key in lacks if key in keys])
            for part, keys in zip(parts or (case,), keys_of_parts, strict=True)
        ],
    )
    for rows in booked:
        for key, found in rows.items():
            causes[key] |= found
            left[key] -= math.fsum(found.values())
    return tuple(_shortage(lack, causes[key], left[key]) for key, lack in lacks.items())


def _booked(
    case: WaterCase,
    plan: WaterPlan,
    lacks: list[_Lack],
    left_m3: Mapping[_Taker, float],
) -> _Causes:
    """Return what each limit costs who lacks water in a part, lifted one by one."""
    keys = [(lack.object_id, lack.band) for lack in lacks]
    causes: _Causes = {key: {} for key in keys}
    left = {key: left_m3[key] for key in keys}
    # Choices in parts let more come than whole ones: that is the first limit's.
    before = [lack.m3 for lack in lacks]
    for reason, relax in RELAXED:
        if not any(left.values()):
            break
        case = replace(case, network=relax(case.network))
        missing = _missing(case, plan, lacks)
        for number, (key, lack) in enumerate(zip(keys, lacks, strict=True)):
            gain = min(left[key], before[number] - missing[number])
            if gain > NOTHING_M3 + NOTHING_SHARE * lack.need_m3:
                causes[key][reason] = gain
                left[key] -= gain
                before[number] = missing[number]
    return causes


def _shortage(
    lack: _Lack, booked: dict[WaterReason, float], rest_m3: float
) -> Shortage:
    if rest_m3 > NOTHING_M3 or not booked:
        booked["others_first"] = rest_m3
    rows = sorted(booked.items(), key=lambda item: -item[1])
    return Shortage(
        object_id=lack.object_id,
        band=lack.band,
        m3=lack.m3,
        causes=tuple(WaterCause(reason=reason, m3=m3) for reason, m3 in rows),
    )


def _taking(case: WaterCase, plan: WaterPlan) -> list[_Lack]:
    """Return what every band of every zone and every field needs and gets."""
    rows = []
    for zone in case.network.zones:
        for band in BANDS:
            need_l = case.needs_l[zone.zone_id][band] * case.num_days
            own = (day for day in plan.zones if day.zone_id == zone.zone_id)
            has_l = sum(day.served_l[band] for day in own)
            rows.append(
                _Lack(zone.zone_id, band, zone.tank_node, need_l / 1000, has_l / 1000)
            )
    rows += [
        _Lack(
            outcome.field_id,
            None,
            case.fields[outcome.field_id].block.node_id,
            outcome.need_m3,
            outcome.field_m3,
        )
        for outcome in plan.outcomes
        if outcome.field_id in case.fields
    ]
    return rows


def _impossible(case: WaterCase, lack: _Lack) -> WaterReason | None:
    """Return why no water can come at all; None if some can."""
    if lack.band is not None and lack.node_id not in case.potable:
        return "not_potable"
    if not _comes_by(case, lack.node_id, broken=True, unfit=True):
        return "no_way"
    if not _comes_by(case, lack.node_id, broken=False, unfit=True):
        return "canal_broken"
    if not _comes_by(case, lack.node_id, broken=False, unfit=False):
        return "no_pump"
    return None


def _comes_by(case: WaterCase, node_id: str, *, broken: bool, unfit: bool) -> bool:
    """Whether water can come from where it starts."""
    fitted = {lift_id for _, lift_id in case.pump_fits}
    up: dict[str, list[str]] = {}
    for canal in case.network.canals:
        if broken or usable_capacity_m3_per_h(canal) > 0:
            up.setdefault(canal.to_node, []).append(canal.from_node)
    for lift in case.network.lifts:
        if unfit or lift.lift_id in fitted:
            up.setdefault(lift.to_node, []).append(lift.from_node)
    for plant in case.network.plants:
        up.setdefault(plant.tank_node, []).append(plant.raw_node)
    seen, waiting = {node_id}, [node_id]
    while waiting:
        for other in up.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return any(_is_spring(case, node, up) for node in seen)


def _is_spring(case: WaterCase, node_id: str, up: dict[str, list[str]]) -> bool:
    """Whether water starts at a node: no tank that others fill starts any."""
    return case.is_origin(node_id) and not up.get(node_id)


def _missing(case: WaterCase, plan: WaterPlan, lacks: list[_Lack]) -> list[float]:
    """Return what each lacks at least, by a program with choices in parts."""
    program = build_program(case)
    for choice in program.choices:
        choice.integer = False
    wanted = {(lack.object_id, lack.band) for lack in lacks}
    amounts = {}
    for row in _taking(case, plan):
        key = row.object_id, row.band
        amount = _given(program, row)
        if key in wanted:
            amounts[key] = amount
        least = min(row.need_m3, row.has_m3) * (1 - 1e-4) - NOTHING_M3 / 10
        if least > 0:
            program.require(amount >= least)
    _keep_reserve(program, plan)
    goal = total(
        [amounts[lack.object_id, lack.band] / max(1e-3, lack.need_m3) for lack in lacks]
    )
    program.model.maximize(goal)
    result = mathopt.solve(program.model, mathopt.SolverType.GLOP)
    if not result.has_primal_feasible_solution():
        return [lack.m3 for lack in lacks]
    values = result.variable_values()
    return [
        lack.need_m3
        - mathopt.as_flat_linear_expression(
            amounts[lack.object_id, lack.band]
        ).evaluate(values)
        for lack in lacks
    ]


def _keep_reserve(program: Program, plan: WaterPlan) -> None:
    """Let the reserve be broken no further than the plan does."""
    broken = list(program.broken.values())
    goal = plan.goal("reserve")
    if broken and goal is not None:
        program.require(total(broken) <= goal.value * (1 + 1e-6) + NOTHING_M3)


def _given(program: Program, lack: _Lack) -> mathopt.LinearSum:
    """Return what a band or a field gets in all days."""
    if lack.band is None:
        terms = [
            program.watered[lack.object_id, day]
            for day in program.case.days
            if (lack.object_id, day) in program.watered
        ]
    else:
        terms = [
            program.given[lack.object_id, lack.band, day]
            for day in program.case.days
            if (lack.object_id, lack.band, day) in program.given
        ]
    return total(terms)
