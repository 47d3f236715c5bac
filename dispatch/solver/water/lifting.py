"""Pumps in the program: places, hours, moves, power; what lifts bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.solver.water.program import DAY_H, total

if TYPE_CHECKING:
    from dispatch.model.water.pumps import Lift, Pump
    from dispatch.solver.water.program import Program


def add_pumps(program: Program) -> None:
    """Add every pump at every lift that it fits, on every day that it may run."""
    case = program.case
    for pump in case.pumps:
        for day in case.days:
            lifts = [
                lift
                for lift in case.lifts
                if (pump.pump_id, lift.lift_id) in case.pump_fits
                and pump.may_run_on(case.date(day))
            ]
            for lift in lifts:
                add_pump_hours(program, pump, lift, day)
            if len(lifts) > 1:
                add_one_place(program, pump, lifts, day)
    for lift in case.lifts:
        for day in case.days:
            add_lift_limits(program, lift, day)
            _add_lifted(program, lift, day)


def add_pump_hours(program: Program, pump: Pump, lift: Lift, day: int) -> None:
    """
    Run a pump only where it is set up, after it was brought.

    hours <= hours_per_day * set_up, hours <= 24 * set_up - move_h * moved,
    moved >= set_up - set_up of the day before.

    Parameters
    ----------
    program
        The program.
    pump
        The pump.
    lift
        Where it fits.
    day
        A day on which it may run.
    """
    key = pump.pump_id, lift.lift_id, day
    before = pump.pump_id, lift.lift_id, day - 1
    set_up = program.set_up[key] = program.choice()
    hours = program.pump_h[key] = program.amount(pump.hours_per_day)
    program.require(hours <= pump.hours_per_day * set_up)
    if pump.hours_per_day + pump.move_h > DAY_H:
        moved = program.moved[key] = program.amount(1.0)
        was_there = program.set_up.get(before)
        program.require(moved >= set_up - (0 if was_there is None else was_there))
        program.require(hours <= DAY_H * set_up - pump.move_h * moved)
    window = program.window_h.get((lift.from_node, day))
    if window is not None and not program.case.is_origin(lift.from_node):
        program.require(hours <= window)
    if lift.to_node in program.case.origins and not program.case.is_origin(
        lift.to_node
    ):
        # What canals carry on from there comes at one rate for the whole window.
        program.require(
            hours >= program.window_h[lift.to_node, day] - DAY_H * (1 - set_up)
        )


def add_one_place(program: Program, pump: Pump, lifts: list[Lift], day: int) -> None:
    """
    Keep a pump at one lift at a time: sum over lifts of set_up <= 1.

    Parameters
    ----------
    program
        The program.
    pump
        The pump.
    lifts
        Lifts that it fits.
    day
        The day.
    """
    places = [program.set_up[pump.pump_id, lift.lift_id, day] for lift in lifts]
    program.require(sum(places) <= 1)


def add_lift_limits(program: Program, lift: Lift, day: int) -> None:
    """
    Keep the number of pumps at a lift, and the power of its line.

    sum of set_up <= max_pumps, sum of power_kw of electric pumps <= power_kw_available.

    Parameters
    ----------
    program
        The program.
    lift
        The lift.
    day
        The day.
    """
    there = [
        (pump, program.set_up[pump.pump_id, lift.lift_id, day])
        for pump in program.case.pumps
        if (pump.pump_id, lift.lift_id, day) in program.set_up
    ]
    if len(there) > lift.max_pumps:
        program.require(sum(set_up for _, set_up in there) <= lift.max_pumps)
    powers = [
        (pump.power_kw or 0.0) * set_up
        for pump, set_up in there
        if pump.energy == "electric"
    ]
    most_kw = lift.power_kw_available
    if most_kw is not None and len(powers) > 1:
        program.require(sum(powers) <= most_kw)


def _add_lifted(program: Program, lift: Lift, day: int) -> None:
    """Take what pumps lift from one node to the other."""
    case = program.case
    terms = [
        case.pump_fits[pump.pump_id, lift.lift_id] * hours
        for pump in case.pumps
        if (hours := program.pump_h.get((pump.pump_id, lift.lift_id, day))) is not None
    ]
    if terms:
        lifted = total(terms)
        program.leaves[lift.from_node, day].append(lifted)
        program.comes[lift.to_node, day].append(lifted)
