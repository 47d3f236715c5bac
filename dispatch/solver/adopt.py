"""Giving the search routes that exist: promised trips, a plan that stands, a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dispatch.solver.kernel.adopt import adopt_route
from dispatch.solver.kernel.arrays import BIG, FILL
from dispatch.solver.kernel.moves import load_best, store_best
from dispatch.solver.kernel.schedule import set_latest
from dispatch.solver.rest import allow_for_fill, enter_given
from dispatch.solver.rows import rows_to_adopt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Ints, Mask
    from dispatch.model.scenario import Scenario
    from dispatch.model.today import Today
    from dispatch.solver.kernel.arrays import Instance, State
    from dispatch.solver.rest import Rest
    from dispatch.solver.rows import Row
    from dispatch.solver.search import SearchThread


def go_on_from(
    threads: Sequence[SearchThread], scenario: Scenario, rest: Rest, today: Today
) -> list[str]:
    """
    Give all threads the trips still to come.

    Parameters
    ----------
    threads
        All threads of the run; the state of each is replaced.
    scenario
        The day to plan.
    rest
        The rest of the day as arrays.
    today
        Gives the trips still to come and which of them are promised.

    Returns
    -------
    list[str]
        Trucks whose promises cannot be kept.
    """
    rows = rows_to_adopt(scenario, today)
    adopted = {
        scenario.trucks[r].truck_id: locked.sum() for r, (_, locked) in rows.items()
    }
    not_adopted = [
        route.truck_id
        for route in today.locked
        if adopted.get(route.truck_id, 0) < route.num_served
    ]
    broken: list[str] = []
    for thread in threads:
        thread.state = enter_given(rest, thread.state)
        # Promised times first, so that nothing else takes their bays.
        is_kept = {
            r: adopt_row(thread, r, row.only(locked))
            for r, (row, locked) in rows.items()
        }
        for r, (row, locked) in rows.items():
            _adopt_as_announced(
                thread, r, row, locked if is_kept[r] else locked & False
            )
        broken = [scenario.trucks[r].truck_id for r in rows if not is_kept[r]]
        broken = sorted({*broken, *not_adopted})
        store_best(thread.state)
        load_best(thread.instance, thread.state)
        store_best(thread.state)  # with the number of changed villages
    return broken


def _adopt_as_announced(thread: SearchThread, r: int, row: Row, locked: Mask) -> None:
    """Replace a truck's route by a row at its own times, else as early as can be."""
    if adopt_row(thread, r, row):
        thread.state.entry["fixed"][r, : locked.size] = locked
        set_latest(thread.instance, thread.state, r)
    else:
        adopt_row(thread, r, row.released(~locked))


def adopt_row(thread: SearchThread, r: int, row: Row) -> bool:
    """
    Replace a truck's route; return whether all that is promised in it stands.

    Parameters
    ----------
    thread
        Its current solution changes.
    r
        Position of the truck and its route.
    row
        Entries of the route.
    """
    if not _may_stand(thread.instance, thread.state, r, row):
        return False
    instance = thread.instance
    for node, start, end in zip(row.nodes, row.starts, row.ends, strict=True):
        if start >= 0 and node < instance.first_village:
            allow_for_fill(
                instance, int(node) - instance.first_source, int(end - start)
            )
    while True:
        num_entries = adopt_route(thread.instance, thread.state, r, *row)
        if not thread.grow():
            return bool(num_entries >= 0)


def _may_stand(instance: Instance, state: State, r: int, row: Row) -> bool:
    """
    Whether entries with times of their own still may have them.

    The search takes such times as they are; hours, pumps and bays may have changed
    since they were given.
    """
    fills_by_source: dict[int, list[tuple[int, int, int, int, int]]] = {}
    unload = float(instance.truck["unload_s_per_l"][r])
    for node, litres, start, end in zip(*row, strict=True):
        if start < 0:
            continue
        v, s = node - instance.first_village, node - instance.first_source
        if v >= 0:
            setup = int(instance.village["drop_setup"][v])
            needed = setup + np.ceil(litres * unload - 1e-9)
            is_open = _is_inside(instance.windows[v], start, start)
        else:
            rate = float(instance.source["fill_s_per_l"][s])
            needed = instance.fill_setup_s + np.ceil(litres * rate - 1e-9)
            is_open = _is_inside(instance.source_windows[s], start, end)
            fills_by_source.setdefault(int(s), []).append(
                (int(start), int(end), int(litres), r, int(start))
            )
        if not is_open or end - start < needed:
            return False
    return all(
        _has_room(instance, state, r, s, fills) for s, fills in fills_by_source.items()
    )


def _is_inside(windows: Ints, start: int, end: int) -> bool:
    return bool(((windows[:, 0] <= start) & (end <= windows[:, 1])).any())


def _has_room(
    instance: Instance,
    state: State,
    r: int,
    s: int,
    fills: list[tuple[int, int, int, int, int]],
) -> bool:
    """Whether fillings find bays and water beside those of other trucks."""
    record = instance.source[s]
    if not record["is_queued"]:
        return True
    listed = state.fill[s, : int(state.num_fills[s])]
    others = listed[listed["route"] != r]
    listed = np.concatenate([others, np.array(fills, dtype=FILL)])
    if record["bays"] < BIG:
        for point in listed["start"]:
            busy = (listed["start"] <= point) & (point < listed["end"])
            if busy.sum() > record["bays"]:
                return False
    if record["is_refilling"]:
        for end in listed["end"]:
            drawn = listed["litres"][listed["end"] <= end].sum()
            seconds = max(0, int(end) - int(record["opening"]))
            there = float(record["stock"]) + float(record["inflow_per_s"]) * seconds
            if drawn > there + 1e-6:
                return False
    return True
