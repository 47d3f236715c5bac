"""What is remembered as closed never hides an insertion: the same search without it."""

from dataclasses import replace

import numpy as np
import pytest

from dispatch.solver.instance import build_instance
from dispatch.solver.search import SearchParams, SearchThread
from tests.solver.test_random_days import KINDS, random_day


def entries_after(instance, seed, *, is_remembered):
    """Return the nodes and litres of the routes that a short search ends with."""
    thread = SearchThread(instance, SearchParams(), seed)
    if not is_remembered:  # a table of one place forgets at once
        thread.state = thread.state._replace(closed=thread.state.closed[:1])
    thread.start()
    for fraction in (0.1, 0.5, 0.9):
        thread.step(200, fraction)
    state = thread.state
    is_used = np.arange(state.entry.shape[1]) < state.route["length"][:, None]
    used = state.entry[is_used]
    return used["node"].tolist(), used["litres"].tolist(), used["start"].tolist()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_memory_changes_no_search(kind, seed):
    scenario, travel = random_day(kind, seed)
    more = tuple(
        replace(truck, truck_id=f"{truck.truck_id}{k}")
        for truck in scenario.trucks
        for k in range(3)
    )
    travel = replace(travel, class_of_truck={truck.truck_id: 0 for truck in more})
    instance = build_instance(replace(scenario, trucks=more), travel)
    with_it, without = (
        entries_after(instance, seed, is_remembered=is_remembered)
        for is_remembered in (True, False)
    )
    assert with_it == without
