"""First plans of a search thread."""

from __future__ import annotations

import numpy as np

from dispatch.solver.search import SearchParams, SearchThread
from tests.solver.three_places import S, arrays, day, tanker


def test_a_first_plan_waits_for_a_filling_under_way():
    """
    With no trip left to adopt, a plan made in the order of time took the busy bay.

    Somebody fills at the only bay until 1,000 s; two trucks could be there at 60 s.
    """
    trucks = [tanker(name, shift_end_s=3_000) for name in "TU"]
    scene = day(people=50_000, at_source={"bays": 1}, trucks=trucks)
    instance, _ = arrays(scene)
    instance.source["longest_fill"] = 1_000
    thread = SearchThread(instance, SearchParams(), 1)
    thread.state.fill[0, 0] = (0, 1_000, 0, -1, 0)
    thread.state.num_fills[0] = 1
    thread.start()
    entry = thread.state.b_entry
    used = np.arange(entry.shape[1]) < thread.state.b_route["length"][:, None]
    fillings = entry[used & (entry["node"] == S)]
    assert fillings.size
    assert fillings["start"].min() >= 1_000
