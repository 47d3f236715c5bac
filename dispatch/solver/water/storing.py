"""Stores and junctions in the program: balances, dead water, reserve, capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.solver.water.program import DAY_H, total

if TYPE_CHECKING:
    from ortools.math_opt.python import mathopt

    from dispatch.model.water.places import Store
    from dispatch.solver.water.program import Program


def add_nodes(program: Program) -> None:
    """Balance every node on every day; a river without a store has no end."""
    case = program.case
    for store in case.network.stores:
        _add_stock(program, store)
    for node in case.network.nodes:
        if case.is_origin(node.node_id):
            continue
        for day in case.days:
            add_junction_balance(program, node.node_id, day)


def _add_stock(program: Program, store: Store) -> None:
    case, node_id = program.case, store.node_id
    for day in range(case.num_days + 1):
        stock = program.stock[node_id, day] = program.amount(store.capacity_m3)
        if day == 0:
            program.require(stock == store.stock_m3)
    dead = case.floor_m3(node_id, with_reserve=False)
    kept = case.floor_m3(node_id, with_reserve=True)
    for day in case.days:
        add_store_balance(program, store, day)
        add_most_brought(program, store, day, dead_m3=min(dead))
        add_floor(program, store, day, dead_m3=dead[day + 1], kept_m3=kept[day + 1])


def add_store_balance(program: Program, store: Store, day: int) -> None:
    """
    Balance a store over a day.

    stock after = stock + inflow - loss + comes - leaves - trucks - overflow.

    Parameters
    ----------
    program
        The program.
    store
        The store.
    day
        The day.
    """
    case, key = program.case, (store.node_id, day)
    overflow = program.overflow[key] = program.amount()
    out = total(program.leaves[key]) + overflow
    source_id = case.network.node_by_id[store.node_id].source_id
    wanted_m3 = case.taken_m3.get((source_id, day), 0.0) if source_id else 0.0
    if wanted_m3 > 0:
        unfilled = program.unfilled[key] = program.amount(wanted_m3)
        out += wanted_m3 - unfilled
    net_m3 = store.inflow_m3_per_d - store.loss_m3_per_d
    after = program.stock[store.node_id, day + 1]
    comes = total(program.comes[key])
    program.require(after == program.stock[key] + net_m3 + comes - out)


def add_most_brought(
    program: Program, store: Store, day: int, *, dead_m3: float
) -> None:
    """
    Say what a run can bring to a store at most, which tightens the relaxation.

    comes - overflow <= (capacity - dead + most that is drawn) * on.

    Parameters
    ----------
    program
        The program.
    store
        The store.
    day
        The day.
    dead_m3
        Least stock.
    """
    case, node_id = program.case, store.node_id
    feeders = [canal for canal, _ in case.canals if canal.to_node == node_id]
    starts = [canal for canal, _ in case.canals if canal.from_node == node_id]
    lifts = [lift for lift in case.lifts if node_id in (lift.from_node, lift.to_node)]
    if len(feeders) != 1 or starts or lifts or program.unfilled:
        return
    arrival, label = case.arrival(feeders[0]), feeders[0].canal_id
    runs = [
        program.on[label, day - late]
        for late in sorted({arrival.soon, arrival.late, arrival.slow})
        if day >= late
    ]
    if not runs:
        return
    raw = [
        program.raw[plant.plant_id, day].upper_bound
        for plant in case.network.plants
        if plant.raw_node == node_id and (plant.plant_id, day) in program.raw
    ]
    others = len(program.leaves[node_id, day]) - len(raw)
    if others or len(program.comes[node_id, day]) != len(runs):
        return
    net_m3 = store.loss_m3_per_d - store.inflow_m3_per_d
    most_m3 = store.capacity_m3 - dead_m3 + sum(raw) + max(0.0, net_m3)
    brought = total(program.comes[node_id, day]) - program.overflow[node_id, day]
    program.require(brought <= most_m3 * sum(runs))


def add_floor(
    program: Program, store: Store, day: int, *, dead_m3: float, kept_m3: float
) -> None:
    """
    Keep dead water and reserve, also at the end of the window of the canals.

    stock >= dead, stock >= dead + reserve - broken.

    Parameters
    ----------
    program
        The program.
    store
        The store.
    day
        The day.
    dead_m3
        Dead water at the end of the day.
    kept_m3
        Dead water and reserve then.
    """
    node_id = store.node_id
    after = program.stock[node_id, day + 1]
    lows: list[mathopt.LinearBase] = [after]
    has_gate = any(canal.from_node == node_id for canal, _ in program.case.canals)
    key = node_id, day
    if has_gate and (store.inflow_m3_per_d > 0 or program.comes[key]):
        # Gates take theirs before all of the day's water has come.
        come_m3 = store.inflow_m3_per_d / DAY_H * program.window_h[key]
        gone_m3 = total(program.leaves[key]) + store.loss_m3_per_d
        gone_m3 += program.overflow[key]
        there_m3 = total(program.there[key])
        lows.append(program.stock[key] + there_m3 + come_m3 - gone_m3)
    broken = None
    if kept_m3 > dead_m3:
        broken = program.broken[node_id, day] = program.amount(kept_m3 - dead_m3)
    for low in lows:
        if broken is None:
            program.require(low >= dead_m3)
        else:
            program.require(low >= kept_m3 - broken)


def add_junction_balance(program: Program, node_id: str, day: int) -> None:
    """
    Let what comes to a place without a store go on, or run past unused.

    comes = leaves + spill.

    Parameters
    ----------
    program
        The program.
    node_id
        The place.
    day
        Its day, which begins when water comes.
    """
    comes, leaves = program.comes[node_id, day], program.leaves[node_id, day]
    if not comes and not leaves:
        return
    spill = program.spill[node_id, day] = program.amount()
    program.require(total(comes) == total(leaves) + spill)
