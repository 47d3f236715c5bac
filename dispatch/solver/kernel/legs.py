"""Driving times of single legs, roads that change during the day included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dispatch.solver.jit import compiled, inlined
from dispatch.solver.kernel.arrays import BIG

if TYPE_CHECKING:
    from dispatch.solver.kernel.arrays import Instance


@compiled
def _arrival(inst: Instance, r: int, here: int, node: int, depart: int, p: int) -> int:
    """
    Return when a leg that sets out in period ``p`` at once is over, BIG or more: never.

    It is over before roads change, or keeps to roads that are open before and after.
    """
    drive_class = inst.truck[r].drive_class
    last = inst.truck[r].num_switches
    step = inst.travel_s.shape[0] // (4 if last == 1 else 2 * last + 3)
    arrive = depart + inst.travel_s[drive_class + (1 + p) * step, here, node]
    if p == last or arrive <= inst.truck[r].switches[p]:
        return arrive
    arrive = depart + inst.travel_s[drive_class + (2 + last + p) * step, here, node]
    if p + 1 == last or arrive <= inst.truck[r].switches[p + 1]:
        return arrive
    return depart + inst.travel_s[drive_class + (2 + 2 * last) * step, here, node]


@inlined
def leg_s(inst: Instance, r: int, here: int, node: int, depart: int) -> int:
    """
    Return seconds from departure to arrival, BIG or more if there is no road.

    A leg is over before roads change, or keeps to roads that are open before and
    after, or waits for a change; whatever is first.

    Parameters
    ----------
    inst
        The scenario as arrays.
    r
        Position of the truck and its route.
    here, node
        Places to drive from and to.
    depart
        Seconds since midnight at which the truck leaves.
    """
    if inst.truck[r].switch_s == 0:  # the same roads all day: no call
        return inst.travel_s[inst.truck[r].drive_class, here, node]
    return _changing_leg_s(inst, r, here, node, depart)


@compiled
def _changing_leg_s(inst: Instance, r: int, here: int, node: int, depart: int) -> int:
    """Return `leg_s` on a day when roads open or close."""
    last = inst.truck[r].num_switches
    p = 0
    while p < last and depart >= inst.truck[r].switches[p]:
        p += 1
    arrive = _arrival(inst, r, here, node, depart, p)
    while p < last and arrive > inst.truck[r].switches[p]:
        start = inst.truck[r].switches[p]
        p += 1
        arrive = min(arrive, _arrival(inst, r, here, node, start, p))
    return arrive - depart


@inlined
def leave_by(inst: Instance, r: int, here: int, node: int, arrive: int) -> int:
    """
    Return the last departure that is at ``node`` by ``arrive``; -BIG or less: none.

    Parameters
    ----------
    inst
        The scenario as arrays.
    r
        Position of the truck and its route.
    here, node
        Places to drive from and to.
    arrive
        Seconds since midnight at which the truck must be there.
    """
    if inst.truck[r].switch_s == 0:
        return arrive - inst.travel_s[inst.truck[r].drive_class, here, node]
    return _changing_leave_by(inst, r, here, node, arrive)


@compiled
def _changing_leave_by(
    inst: Instance, r: int, here: int, node: int, arrive: int
) -> int:
    """Return `leave_by` on a day when roads open or close."""
    drive_class = inst.truck[r].drive_class
    last = inst.truck[r].num_switches
    step = inst.travel_s.shape[0] // (4 if last == 1 else 2 * last + 3)
    leave = arrive - inst.travel_s[drive_class + (1 + last) * step, here, node]
    p = last
    while p > 0 and leave < inst.truck[r].switches[p - 1]:
        p -= 1
        switch = inst.truck[r].switches[p]
        alone = inst.travel_s[drive_class + (1 + p) * step, here, node]
        leave = min(arrive, switch) - alone
        across = inst.travel_s[drive_class + (2 + last + p) * step, here, node]
        if p + 1 == last:
            leave = max(leave, arrive - across)
        else:
            over = min(arrive, inst.truck[r].switches[p + 1])
            throughout = inst.travel_s[drive_class + (2 + 2 * last) * step, here, node]
            leave = max(leave, over - across, arrive - throughout)
        # From the switch on the roads of the next period would count.
        leave = min(leave, switch - 1)
    return max(leave, -BIG)


def leg_at(instance: Instance, r: int, here: int, node: int, depart_s: int) -> int:
    """
    Return seconds from departure to arrival of truck ``r``; BIG: no road.

    Parameters
    ----------
    instance
        The scenario as arrays.
    r
        Position of the truck and its route.
    here, node
        Places to drive from and to.
    depart_s
        Seconds since midnight at which the truck leaves.
    """
    # Without compiled code: its start costs more than a few thousand legs.
    return int(leg_s.py_func(_with_fields(instance), r, here, node, depart_s))  # type: ignore[attr-defined]  # of numba's dispatcher


def leave_at(instance: Instance, r: int, here: int, node: int, arrive_s: int) -> int:
    """
    Return the last departure of truck ``r`` that arrives in time; -BIG or less: none.

    Parameters
    ----------
    instance
        The scenario as arrays.
    r
        Position of the truck and its route.
    here, node
        Places to drive from and to.
    arrive_s
        Seconds since midnight at which it must be there.
    """
    return int(leave_by.py_func(_with_fields(instance), r, here, node, arrive_s))  # type: ignore[attr-defined]  # of numba's dispatcher


def _with_fields(instance: Instance) -> Instance:
    """Return the instance with records whose fields are attributes, as compiled."""
    return instance._replace(truck=instance.truck.view(np.recarray))
