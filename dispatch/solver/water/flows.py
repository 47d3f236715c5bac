"""Canals in the program: windows, steps of flow, filling, what comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.solver.water.program import DAY_H, total

if TYPE_CHECKING:
    from ortools.math_opt.python import mathopt

    from dispatch.model.water.canals import Canal
    from dispatch.solver.water.case import FlowStep
    from dispatch.solver.water.program import Program


#: Least time for which a canal is shut if it does not go on into the next day.
PAUSE_H: Final = 0.01


def add_windows(program: Program) -> None:
    """
    Give every place with canals its window of each day.

    24 joined <= window_h <= 24 - pause (1 - joined): a window that does not go on ends
    before the next day does. Behind one store or river the window is its own.
    """
    case = program.case
    for origin in case.origins:
        for day in case.days:
            window = program.window_h[origin, day] = program.amount(DAY_H)
            if day + 1 < case.num_days:
                joined = program.joined[origin, day] = program.choice()
                program.require(window >= DAY_H * joined)
                program.require(window <= DAY_H - PAUSE_H * (1 - joined))
    for node_id, origins in case.origins_of.items():
        for day in case.days:
            if len(origins) == 1:
                program.window_h[node_id, day] = program.window_h[origins[0], day]
            elif origins:
                program.window_h[node_id, day] = program.amount(DAY_H)


def add_canals(program: Program) -> None:
    """Add every canal on every day, and what it brings to its end."""
    for canal, steps in program.case.canals:
        for day in program.case.days:
            _add_canal(program, canal, steps, day)
    add_one_feeder(program)
    add_fed_first(program)
    for canal, _ in program.case.canals:
        if program.case.is_origin(canal.to_node):
            for day in program.case.days:
                add_in_time(program, canal, day)


def _add_canal(
    program: Program, canal: Canal, steps: tuple[FlowStep, ...], day: int
) -> None:
    key, start = (canal.canal_id, day), (canal.from_node, day)
    on = program.on[key] = program.choice()
    program.wet[key] = program.amount(1.0)
    for number, step in enumerate(steps):
        running = on
        if len(steps) > 1:
            running = program.step[canal.canal_id, number, day] = program.choice()
        add_step_flow(program, (canal.canal_id, number, day), running, step)
    if len(steps) > 1:
        chosen = [program.step[canal.canal_id, n, day] for n in range(len(steps))]
        program.require(sum(chosen) == on)
    add_wetting(program, canal, steps, day)
    head = program.head[key] = program.amount()
    parts = [program.step_m3[canal.canal_id, n, day] for n in range(len(steps))]
    program.require(head == sum(parts))
    program.end[key] = add_losses(program, canal, steps, day)
    program.leaves[start].append(head)
    if not program.case.is_origin(canal.to_node):
        program.comes[canal.to_node, day].append(program.end[key])


def add_step_flow(
    program: Program,
    key: tuple[str, int, int],
    running: mathopt.Variable,
    step: FlowStep,
) -> None:
    """
    Keep the flow within its step for the whole window.

    low * hours <= head <= high * hours; hours = window_h where running, else 0.

    Parameters
    ----------
    program
        The program.
    key
        Canal, number of the step, day.
    running
        Whether the canal runs at this step.
    step
        Its range.
    """
    canal_id, _, day = key
    node_id = program.case.network.canal_by_id[canal_id].from_node
    window = program.window_h[node_id, day]
    hours = program.step_h[key] = program.amount(DAY_H)
    part = program.step_m3[key] = program.amount()
    program.require(hours <= window)
    program.require(hours <= DAY_H * running)
    program.require(hours >= window - DAY_H * (1 - running))
    program.require(part <= step.high * hours)
    program.require(part >= step.low * hours)


def add_wetting(
    program: Program, canal: Canal, steps: tuple[FlowStep, ...], day: int
) -> None:
    """
    Fill a canal that starts from dry.

    wet >= on - joined of the day before, wet >= on - hours of the day before / 24;
    wet <= 2 - joined - on of the day before: what goes on is not filled again.

    Parameters
    ----------
    program
        The program.
    canal
        The canal.
    steps
        Its steps of flow.
    day
        The day.
    """
    key = canal.canal_id, day
    on, wet = program.on[key], program.wet[key]
    program.require(wet <= on)
    if day == 0:
        program.require(wet >= on)
        return
    hours = [program.step_h[canal.canal_id, n, day - 1] for n in range(len(steps))]
    program.require(wet >= on - sum(hours) / DAY_H)
    for origin in program.case.origins_of[canal.from_node]:
        program.require(wet >= on - program.joined[origin, day - 1])
    joined = [
        program.joined[o, day - 1] for o in program.case.origins_of[canal.from_node]
    ]
    was_on = program.on[canal.canal_id, day - 1]
    program.require(wet <= 1 + len(joined) - total(list(joined)) - was_on)


def add_losses(
    program: Program, canal: Canal, steps: tuple[FlowStep, ...], day: int
) -> mathopt.LinearBase:
    """
    Return what comes out of a canal, without what fills it and what is lost.

    end = sum over steps of slope * head + level * hours, - slope * fill_m3 * wet.

    Parameters
    ----------
    program
        The program.
    canal
        The canal.
    steps
        Its steps of flow.
    day
        The day.
    """
    end = program.amount()
    right: mathopt.LinearBase = 0.0 * end
    for number, step in enumerate(steps):
        key = canal.canal_id, number, day
        right += step.slope * program.step_m3[key] + step.level * program.step_h[key]
    if canal.fill_m3 > 0:
        # Steep for plans and flat for bounds: both err to their safe side.
        pick = min if program.case.optimistic else max
        slope = pick(step.slope for step in steps)
        right -= slope * canal.fill_m3 * program.wet[canal.canal_id, day]
    program.require(end == right)
    return end


def add_in_time(program: Program, canal: Canal, day: int) -> None:
    """
    Count what comes to a store from the first midnight by which all of it is there.

    end = sum of parts, one of which is chosen: soon if the window is short, late, or
    slow, however slowly the way is filled.

    Parameters
    ----------
    program
        The program.
    canal
        A canal into a store.
    day
        The day of the release.
    """
    case, key = program.case, (canal.canal_id, day)
    arrival, end = case.arrival(canal), program.end[canal.canal_id, day]
    chosen: dict[int, mathopt.Variable] = {}
    if arrival.soon < arrival.late:
        soon = program.soon[key] = chosen[arrival.soon] = program.choice()
        window = program.window_h[canal.from_node, day]
        program.require(window <= arrival.window_h + DAY_H * (1 - soon))
    if arrival.slow > arrival.late:
        program.slow[key] = chosen[arrival.slow] = program.choice()
    add_quick_filling(program, canal, day)
    if not chosen:
        _count(program, canal.to_node, day, arrival.late, end)
        return
    steps = next(steps for other, steps in case.canals if other is canal)
    most_m3 = DAY_H * steps[-1].high
    is_late = 1 - total(list(chosen.values()))
    program.require(is_late >= 0)
    parts = []
    for later, choice in (*chosen.items(), (arrival.late, is_late)):
        part = program.amount()
        program.require(part <= most_m3 * choice)
        _count(program, canal.to_node, day, later, part)
        parts.append(part)
    program.require(end == sum(parts))


def add_quick_filling(program: Program, canal: Canal, day: int) -> None:
    """
    Fill the way to a store quickly, unless what comes counts as slow.

    head >= filling_m3_per_h * window_h on the day of the filling, as a run that goes
    on stays as late as it began.

    Parameters
    ----------
    program
        The program.
    canal
        A canal into a store.
    day
        The day of the release.
    """
    case, key = program.case, (canal.canal_id, day)
    slow = program.slow.get(key)
    for canal_id, rate in case.arrival(canal).filling_m3_per_h.items():
        node_id = case.network.canal_by_id[canal_id].from_node
        again: list[mathopt.LinearBase] = [] if slow is None else [slow]
        for first in range(day, -1, -1):
            # Off unless it runs today on water of a filling of the first day.
            off = 2 - program.wet[canal_id, first] - program.on[key] + total(again)
            least = rate * (program.window_h[node_id, first] - DAY_H * off)
            program.require(program.head[canal_id, first] >= least)
            again.append(program.wet[canal_id, first])


def _count(
    program: Program, node_id: str, day: int, later: int, amount: mathopt.LinearBase
) -> None:
    """Let a store have what comes so many midnights later."""
    program.comes[node_id, day + later].append(amount)
    if later:
        program.there[node_id, day + later].append(amount)


def add_one_feeder(program: Program) -> None:
    """
    At a place without a store one canal at most comes in on a day.

    sum of on <= 1; where stores differ, its window is that of the canal that runs.
    """
    case = program.case
    for node_id, origins in case.origins_of.items():
        feeders = [canal for canal, _ in case.canals if canal.to_node == node_id]
        if len(feeders) < 2 or case.is_origin(node_id):
            continue
        for day in case.days:
            on = [program.on[canal.canal_id, day] for canal in feeders]
            program.require(sum(on) <= 1)
            if len(origins) < 2:
                continue
            own = program.window_h[node_id, day]
            for canal in feeders:
                theirs = program.window_h[canal.from_node, day]
                idle = DAY_H * (1 - program.on[canal.canal_id, day])
                program.require(own <= theirs + idle)
                program.require(own >= theirs - idle)


def add_fed_first(program: Program) -> None:
    """
    Run no canal out of a dry place: on <= sum of on of the canals that feed it.

    Places that pumps feed too are left out. No plan gains by it: it is there for the
    relaxation, in which a canal could run on what a part of another brings.
    """
    case = program.case
    lifted = {lift.to_node for lift in case.lifts}
    for canal, _ in case.canals:
        start = canal.from_node
        if case.is_origin(start) or start in lifted:
            continue
        feeders = [other for other, _ in case.canals if other.to_node == start]
        for day in case.days if feeders else ():
            on = [program.on[other.canal_id, day] for other in feeders]
            program.require(program.on[canal.canal_id, day] <= sum(on))


def add_filled_once(program: Program) -> None:
    """
    Fill every canal on the way to a block at least once before the block is watered.

    sum of watered / need <= used <= sum of wet of what feeds a place, used there <=
    used where that comes from, watered <= need * on of what feeds the block. Whole
    choices keep all of it; choices in parts would otherwise fill a tenth of a canal
    for a tenth of its water on each of ten days.
    """
    case = program.case
    lifted = {lift.to_node for lift in case.lifts}
    feeders: dict[str, list[str]] = {}
    for canal, _ in case.canals:
        if not case.is_origin(canal.to_node) and canal.to_node not in lifted:
            feeders.setdefault(canal.to_node, []).append(canal.canal_id)
    used = {node_id: program.amount(1.0) for node_id in feeders}
    for node_id, canals in feeders.items():
        wet = [program.wet[label, day] for label in canals for day in case.days]
        program.require(used[node_id] <= total(list(wet)))
        starts = {case.network.canal_by_id[label].from_node for label in canals}
        before = used.get(starts.pop()) if len(starts) == 1 else None
        if before is not None:
            program.require(used[node_id] <= before)
    for field_id, need in case.fields.items():
        node_id = need.block.node_id
        if node_id not in used:
            continue
        watered = [program.watered[field_id, day] for day in case.days]
        program.require(total(list(watered)) <= need.need_m3 * used[node_id])
        for day in case.days:
            on = total([program.on[label, day] for label in feeders[node_id]])
            program.require(watered[day] <= need.need_m3 * on)
