"""The goals of the water in their order, as expressions of the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.solver.water.program import total
from dispatch.water.need import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ortools.math_opt.python import mathopt

    from dispatch.model.need import Band
    from dispatch.model.water.plan import GoalUnit, WaterGoal
    from dispatch.solver.water.program import Program

#: Energy of a litre of fuel at the shaft: 0.25 L a kWh, as in `dispatch.water.pumping`.
KWH_PER_FUEL_L: Final = 4.0
#: Fuel of an engine of which only the power is known.
FUEL_L_PER_KWH: Final = 0.25


@dataclass(frozen=True, slots=True)
class Goal:
    """
    What is made as small as can be.

    Attributes
    ----------
    shares
        For a fair goal: relative shortages whose excess over their mean is summed.
    only_if_short
        Goal without whose shortage this one has nothing to spread; None: always.
    """

    name: WaterGoal
    unit: GoalUnit
    value: mathopt.LinearBase | None = None
    shares: tuple[mathopt.LinearBase, ...] = ()
    only_if_short: WaterGoal | None = None


def goals_of(program: Program, *, equal_shares: bool) -> tuple[Goal, ...]:
    """
    Return the goals in the order in which they are solved and fixed.

    Parameters
    ----------
    program
        The program with all its variables.
    equal_shares
        Whether fields share the shortage before loss of harvest is weighed.
    """
    goals = [Goal("trucks", "m3", total(list(program.unfilled.values())))]
    for band in PEOPLE:
        goals += _band_goals(program, band)
    goals.append(Goal("reserve", "m3", total(list(program.broken.values()))))
    goals += _band_goals(program, "livestock")
    goals += _band_goals(program, "normal")
    if equal_shares:
        goals.append(_equal_shares(program))
    goals += _field_goals(program, critical=True)
    goals += _field_goals(program, critical=False)
    goals += _last_goals(program)
    return tuple(goals)


def _band_goals(program: Program, band: Band) -> Iterator[Goal]:
    """Yield the litres of a band that are missing, and how unevenly."""
    case = program.case
    missing, shares = [], []
    for zone in case.network.zones:
        need_l = case.needs_l[zone.zone_id][band]
        if not need_l:
            continue
        for day in case.days:
            given = program.given.get((zone.zone_id, band, day))
            if given is None:
                missing.append(total([]) + need_l)
                continue
            missing.append(need_l - 1000 * given)
            shares.append(1 - 1000 / need_l * given)
    if missing:
        yield Goal(band, "l", total(missing))
        yield Goal(FAIR_BAND[band], "share", shares=tuple(shares), only_if_short=band)


FAIR_BAND: Final[dict[Band, WaterGoal]] = {
    "facility": "fair_facility",
    "survival_vulnerable": "fair_survival_vulnerable",
    "survival": "fair_survival",
    "basic_vulnerable": "fair_basic_vulnerable",
    "basic": "fair_basic",
    "livestock": "fair_livestock",
    "normal": "fair_normal",
}


def dry_share(program: Program, field_id: str) -> mathopt.LinearBase:
    """
    Return the share of a block's need that it does not get.

    Parameters
    ----------
    program
        The program.
    field_id
        The block.
    """
    need = program.case.fields[field_id]
    days = [program.watered[field_id, day] for day in program.case.days]
    return 1 - total(days) / need.need_m3


def _field_goals(program: Program, *, critical: bool) -> Iterator[Goal]:
    """Yield Ky * deficit * harvest over the blocks of a class, and how unevenly."""
    losses, shares = [], []
    for field_id, need in program.case.fields.items():
        if need.crop.critical == critical:
            share = dry_share(program, field_id)
            losses.append(need.crop.ky * program.case.yield_kg(field_id) * share)
            shares.append(share)
    if losses:
        loss: WaterGoal = "critical_loss" if critical else "other_loss"
        fair: WaterGoal = "fair_critical" if critical else "fair_other"
        yield Goal(loss, "kg", total(losses))
        yield Goal(fair, "share", shares=tuple(shares), only_if_short=loss)


def _equal_shares(program: Program) -> Goal:
    """Return the largest relative shortage of fields that any water can reach."""
    fed = {canal.to_node for canal, _ in program.case.canals}
    fed |= {lift.to_node for lift in program.case.lifts}
    fed |= set(program.case.network.store_by_node)
    shares = [
        dry_share(program, field_id)
        for field_id, need in program.case.fields.items()
        if need.block.node_id in fed
    ]
    largest = program.amount(1.0)
    for share in shares:
        program.require(largest >= share)
    return Goal("equal_shares", "share", largest + 0.0)


def _last_goals(program: Program) -> Iterator[Goal]:
    """Yield change against the plan so far, energy, and water let out."""
    changes = _changes(program)
    if changes:
        yield Goal("change", "m3", total(changes))
    energy = [
        _kwh_per_h(program, pump_id) * hours
        for (pump_id, _, _), hours in program.pump_h.items()
    ]
    if energy:
        yield Goal("energy", "kwh", total(energy))
    origins = [
        head
        for (canal_id, _), head in program.head.items()
        if program.case.is_origin(program.case.network.canal_by_id[canal_id].from_node)
    ]
    unused = list(program.overflow.values())
    if origins or unused:
        # A store lets nothing go unused but when it is full.
        yield Goal("released", "m3", total([*origins, *unused]))


def _kwh_per_h(program: Program, pump_id: str) -> float:
    pump = program.case.network.pump_by_id[pump_id]
    if pump.energy == "electric":
        known = pump.kwh_per_h
    else:
        fuel = pump.fuel_l_per_h
        known = None if fuel is None else KWH_PER_FUEL_L * fuel
    return known if known is not None else pump.power_kw or 1.0


def _changes(program: Program) -> list[mathopt.LinearBase]:
    """Return how far each zone and field is, on days of both plans, from before."""
    case, before = program.case, program.case.previous
    if before is None:
        return []
    later = (case.scenario.date - before.first_day).days
    rows: list[tuple[mathopt.LinearBase, float]] = []
    was = {
        (zone.zone_id, zone.day - later): sum(zone.served_l.values()) / 1000
        for zone in before.zones
    }
    watered = {(f.field_id, f.day - later): f.field_m3 for f in before.fields}
    common = [day for day in case.days if 0 <= day + later < before.num_days]
    for zone in case.network.zones:
        for day in common:
            taps = [
                given
                for (zone_id, _, on), given in program.given.items()
                if (zone_id, on) == (zone.zone_id, day)
            ]
            rows.append((total(taps), was.get((zone.zone_id, day), 0.0)))
    for field_id in case.fields:
        for day in common:
            given = program.watered[field_id, day]
            rows.append((given + 0.0, watered.get((field_id, day), 0.0)))
    changes = []
    for now, old_m3 in rows:
        change = program.amount()
        program.require(change >= now - old_m3)
        program.require(change >= old_m3 - now)
        changes.append(change)
    return changes


def excess_over_mean(
    program: Program, shares: Sequence[mathopt.LinearBase]
) -> mathopt.LinearBase:
    """
    Return the sum of relative shortages above their mean, as Ribasim has it.

    excess >= share - mean of shares.

    Parameters
    ----------
    program
        The program.
    shares
        Relative shortages.
    """
    mean = program.model.add_variable()
    program.require(mean == total(list(shares)) / len(shares))
    excesses = []
    for share in shares:
        excess = program.amount()
        program.require(excess >= share - mean)
        excesses.append(excess)
    return total(excesses)
