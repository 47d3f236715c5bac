"""What any number of trucks could still bring: sources to villages as a flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from ortools.graph.python import max_flow

from dispatch.solver.bounding.data import source_limits
from dispatch.solver.kernel.arrays import BIG

if TYPE_CHECKING:
    from dispatch.arrays import Floats, Ints, Mask
    from dispatch.solver.kernel.arrays import Instance, State


#: Not limited, for the flow.
PLENTY: Final = 10**12


def most_by_more_trucks(
    instance: Instance,
    state: State,
    wants: Ints,
    *,
    potable: Mask,
    non_potable: Mask,
) -> tuple[Ints, Ints]:
    """
    Return what more trucks of the kinds there are could bring beside the best plan.

    Parameters
    ----------
    instance
        The scenario as arrays.
    state
        Its best solution has drawn water and used bays already.
    wants
        Shape (N, 2): litres that N villages lack for people and for animals.
    potable, non_potable
        Shape (S, N): whether trucks may bring such water from a source.

    Returns
    -------
    tuple of arrays, shape (N,)
        Litres by more trucks with the bays there are, and what more bays would add.
        No source has the rest of ``wants``.
    """
    drawn, busy_s = _used(instance, state)
    supply, bay_s = source_limits(instance)
    largest = max(1, int(instance.truck["capacity"].max(initial=1)))
    per_l = instance.fill_setup_s / largest + instance.source["fill_s_per_l"]
    water = _whole(supply - drawn)
    by_bays = _whole((bay_s - busy_s) / np.maximum(per_l, 1e-12))
    with_bays = _flow(np.minimum(water, by_bays), wants, potable, non_potable)
    without = np.maximum(with_bays, _flow(water, wants, potable, non_potable))
    return with_bays, without - with_bays


def _used(instance: Instance, state: State) -> tuple[Floats, Floats]:
    """Return litres drawn and bay seconds taken at every source by the best plan."""
    drawn = np.zeros(instance.source.size)
    busy_s = np.zeros(instance.source.size)
    for r in range(instance.truck.size):
        entries = state.b_entry[r, : int(state.b_route["length"][r])]
        fills = entries[entries["node"] < instance.first_village]
        sources = fills["node"] - instance.first_source
        np.add.at(drawn, sources, fills["litres"])
        np.add.at(busy_s, sources, fills["end"] - fills["start"])
    return drawn, busy_s


def _whole(litres: Floats) -> Ints:
    whole: Ints = np.clip(litres, 0, PLENTY).astype(np.int64)
    return whole


def _flow(source_l: Ints, wants: Ints, potable: Mask, non_potable: Mask) -> Ints:
    """Return the litres, (N,), that N villages get of sources with ``source_l``."""
    num_sources, num_villages = potable.shape
    people = num_sources
    animals = people + num_villages
    origin = animals + num_villages
    sink = origin + 1
    # People's nodes take drinking water, animals' both.
    s_people, v_people = np.nonzero(potable)
    s_animals, v_animals = np.nonzero(potable | non_potable)
    tails = [
        np.full(num_sources, origin),
        s_people,
        s_animals,
        people + np.arange(2 * num_villages),
    ]
    heads = [
        np.arange(num_sources),
        people + v_people,
        animals + v_animals,
        np.full(2 * num_villages, sink),
    ]
    plenty = np.full(s_people.size + s_animals.size, BIG)
    capacities = [source_l, plenty, wants[:, 0], wants[:, 1]]
    graph = max_flow.SimpleMaxFlow()
    arcs = graph.add_arcs_with_capacity(
        np.concatenate(tails), np.concatenate(heads), np.concatenate(capacities)
    )
    if graph.solve(origin, sink) != graph.OPTIMAL:
        return np.zeros(num_villages, dtype=np.int64)
    got = graph.flows(arcs[-2 * num_villages :])
    litres: Ints = got[:num_villages] + got[num_villages:]
    return litres
