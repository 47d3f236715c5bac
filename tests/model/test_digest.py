"""The hash of a scenario: one for all that a plan depends on, and nothing besides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dispatch.files.scenario.template import example_scenario
from dispatch.model.digest import digest_of
from dispatch.model.travel import TravelTable


def test_digest_tells_every_change_and_nothing_else() -> None:
    """An old plan is shown as old exactly when something it rests on changed."""
    scenario = example_scenario()
    village = replace(scenario.villages[0], population=101)
    changed = replace(scenario, villages=(village, *scenario.villages[1:]))
    assert digest_of(scenario) == digest_of(replace(scenario, warnings=()))
    assert digest_of(scenario) != digest_of(changed)
    assert digest_of(scenario) != digest_of(replace(scenario, equity_steps=2))
    size = len(scenario.place_ids)
    times = np.ones((size, size), dtype=np.int64)
    tables = [
        replace(
            scenario,
            travel_table=TravelTable(place_ids=scenario.place_ids, seconds=seconds),
        )
        for seconds in (times, times.copy(), times * 2)
    ]
    assert digest_of(tables[0]) == digest_of(tables[1]) != digest_of(tables[2])
