"""Compare scenarios, matrices included, whatever they were read from."""

from __future__ import annotations

import dataclasses

import numpy as np

from dispatch.model.scenario import Scenario


def assert_same_scenario(left: Scenario, right: Scenario) -> None:
    for field in dataclasses.fields(Scenario):
        if field.name in ("folder", "warnings", "travel_table"):
            continue
        assert getattr(left, field.name) == getattr(right, field.name), field.name
    assert (left.travel_table is None) == (right.travel_table is None)
    if left.travel_table is None or right.travel_table is None:
        return
    assert left.travel_table.place_ids == right.travel_table.place_ids
    np.testing.assert_array_equal(left.travel_table.seconds, right.travel_table.seconds)
    assert (left.travel_table.metres is None) == (right.travel_table.metres is None)
    if left.travel_table.metres is not None:
        np.testing.assert_array_equal(
            left.travel_table.metres, right.travel_table.metres
        )
