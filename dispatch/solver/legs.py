"""Driving times of single legs for the parts of the solver that are not compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dispatch.solver.kernel.schedule import leave_by, leg_s

if TYPE_CHECKING:
    from dispatch.solver.kernel.arrays import Instance


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
