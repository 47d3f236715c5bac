"""Why a village stays short: the first limit whose removal would bring water."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dispatch.solver.kernel.arrays import BIG, empty_state, grown_state, sizes_of
from dispatch.solver.kernel.moves import load_best
from dispatch.solver.kernel.search import probe

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from dispatch.plan import Reason
    from dispatch.solver.kernel.arrays import Instance, State


def shortage_reasons(
    instance: Instance, state: State, short: Iterable[int]
) -> dict[int, Reason]:
    """
    Return a reason for every village in ``short``, by position.

    What no truck can reach, and a full tank, are said first. Then every limit is
    lifted in turn, for an empty day and for the plan as it is: the first that lets
    a truck bring more is the one that binds. What is left needs more truck time.

    Parameters
    ----------
    state
        Holds the plan as its best.
    """
    reasons: dict[int, Reason] = {}
    left = []
    delivered = _delivered_l(instance, state)
    for village in short:
        fixed = _fixed_reason(instance, int(delivered[village]), village)
        if fixed is None:
            left.append(village)
        else:
            reasons[village] = fixed
    for plan in (empty_state(instance, 0), state):
        if not left:
            break
        open_now = _reachable(instance, plan, left)
        left_now = [village for village in left if village not in open_now]
        for reason, relaxed in _relaxations(instance):
            for village in _reachable(relaxed, plan, left_now):
                reasons.setdefault(village, reason)
        left = [village for village in left if village not in reasons]
    for village in left:
        reasons[village] = "fleet_busy"
    return reasons


def _delivered_l(instance: Instance, state: State) -> npt.NDArray[np.int64]:
    litres = np.zeros(instance.village.size, dtype=np.int64)
    for r in range(instance.truck.size):
        entries = state.b_entry[r, : int(state.b_route["length"][r])]
        is_visit = entries["node"] >= instance.first_village
        positions = entries["node"][is_visit] - instance.first_village
        np.add.at(litres, positions, entries["litres"][is_visit])
    return litres


def _fixed_reason(instance: Instance, delivered: int, village: int) -> Reason | None:
    """Return a reason that holds whatever the plan does."""
    if delivered >= instance.village["room"][village]:
        return "tank_full"
    wants_people = instance.village["need_people"][village] > 0
    can_drive = False
    for r, record in enumerate(instance.truck):
        if wants_people and not record["is_potable"]:
            continue
        if not _has_way(instance, r, village):
            continue
        can_drive = True
        if instance.may_enter[int(record["access_class"]), village]:
            return None
    return "truck_too_big" if can_drive else "no_road"


def _has_way(instance: Instance, r: int, village: int) -> bool:
    record = instance.truck[r]
    travel = instance.travel_s[int(record["drive_class"])]
    place, depot = instance.first_village + village, int(record["depot"])
    for s in range(instance.source.size):
        source = instance.first_source + s
        usable = instance.source["is_potable"][s] or not record["is_potable"]
        if (
            usable
            and travel[int(record["start"]), source] < BIG
            and travel[source, place] < BIG
            and travel[place, depot] < BIG
        ):
            return True
    return False


def _reachable(instance: Instance, plan: State, villages: list[int]) -> set[int]:
    """Return the villages to which one more load could be brought."""
    sizes = sizes_of(plan)
    state = empty_state(instance, 1, sizes._replace(row=sizes.row + 2))
    np.copyto(state.b_route, plan.b_route)
    state.b_entry[:, : sizes.row] = plan.b_entry
    load_best(instance, state)
    found = set()
    for village in villages:
        litres = probe(instance, state, village)
        while litres == 0 and (grown := grown_state(state)) is not None:
            state = grown
            litres = probe(instance, state, village)
        if litres > 0:
            found.add(village)
    return found


def _relaxations(instance: Instance) -> list[tuple[Reason, Instance]]:
    """Return the instance with one kind of limit lifted at a time."""
    windows = np.full_like(instance.windows, BIG)
    windows[:, 0] = (0, BIG - 1)
    source_windows = np.full_like(instance.source_windows, BIG)
    source_windows[:, 0] = (0, BIG - 1)
    wet = instance.source.copy()
    wet["supply"] = BIG
    wet["is_refilling"] = 0
    many_bays = instance.source.copy()
    many_bays["bays"] = BIG
    return [
        (
            "window_closed",
            instance._replace(windows=windows, source_windows=source_windows),
        ),
        ("source_dry", instance._replace(source=wet)),
        ("bay_queue", instance._replace(source=many_bays)),
    ]
