"""Who takes water in the program: the works, zones and fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.model.need import BANDS
from dispatch.solver.water.program import DAY_H, total
from dispatch.water.network_facts import raw_m3_per_h

if TYPE_CHECKING:
    from dispatch.model.water.supply import Plant, Zone
    from dispatch.solver.water.program import Program


def add_plants(program: Program) -> None:
    """Add every unit of the works on every day."""
    for plant in program.case.network.plants:
        if plant.tank_node in program.case.wanted:
            for day in program.case.days:
                add_plant_limit(program, plant, day)


def add_plant_limit(program: Program, plant: Plant, day: int) -> None:
    """
    Treat no more than the works and its pumps can in their hours.

    raw <= hours * raw_m3_per_h; treated = (1 - own_use_share) * raw.

    Parameters
    ----------
    program
        The program.
    plant
        The unit.
    day
        The day.
    """
    case = program.case
    rate = raw_m3_per_h(case.network, plant, case.date(day))
    raw = program.raw[plant.plant_id, day] = program.amount(rate * plant.hours)
    window = program.window_h.get((plant.raw_node, day))
    if window is not None and not case.is_origin(plant.raw_node):
        program.require(raw <= rate * window)
    program.leaves[plant.raw_node, day].append(raw)
    program.comes[plant.tank_node, day].append((1 - plant.own_use_share) * raw)


def add_zones(program: Program) -> None:
    """Add every zone with water fit to drink at its tank, on every day."""
    for zone in program.case.network.zones:
        if zone.tank_node in program.case.potable:
            for day in program.case.days:
                add_zone(program, zone, day)


def add_zone(program: Program, zone: Zone, day: int) -> None:
    """
    Give a zone no more than its bands need and its valve lets through.

    into = given / (1 - leak_share) + filling * opened <= max_flow * 24 * opened.

    Parameters
    ----------
    program
        The program.
    zone
        The zone.
    day
        The day.
    """
    needs = program.case.needs_l[zone.zone_id]
    taps = []
    for band in BANDS:
        if needs[band]:
            given = program.amount(needs[band] / 1000)
            program.given[zone.zone_id, band, day] = given
            taps.append(given)
    if not taps:
        return
    into = total(taps) / (1 - zone.leak_share)
    if zone.max_flow_m3_per_h is not None:
        most_m3 = zone.max_flow_m3_per_h * DAY_H
        filling_m3 = zone.max_flow_m3_per_h * zone.fill_h
        if filling_m3 > 0:
            opened = program.opened[zone.zone_id, day] = program.choice()
            into += filling_m3 * opened
            program.require(into <= most_m3 * opened)
        else:
            program.require(into <= most_m3)
    program.into[zone.zone_id, day] = into
    program.leaves[zone.tank_node, day].append(into)


def add_fields(program: Program) -> None:
    """Add every block that needs water: sum over days of watered <= need."""
    for field_id, need in program.case.fields.items():
        days = [program.amount(need.need_m3) for _ in program.case.days]
        for day, watered in enumerate(days):
            program.watered[field_id, day] = watered
            program.leaves[need.block.node_id, day].append(watered)
        program.require(sum(days) <= need.need_m3)
