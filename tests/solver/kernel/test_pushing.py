"""
A truck that takes the bay for longer lets the next one wait, worked out by hand.

Both fill 300 litres, T1 60-120 s and T2 after it 120-180; T1 is home at 490, T2 at 550.
With 200 litres more T1 fills until 140 and is home at 550, T2 20 s later than before.
"""

import numpy as np
import pytest

from dispatch.solver.instance import build_instance
from dispatch.solver.kernel.insert import insert_once
from dispatch.solver.kernel.moves import begin, finish
from dispatch.solver.kernel.pushing import refresh_latest
from dispatch.solver.search import SearchParams, SearchThread
from tests.solver.test_random_days import random_day
from tests.solver.three_places import S, V, arrays, day, drive_row, tanker, times

T1, T2 = 0, 1


def two_at_a_bay(home_by_s):
    """Return a day on which T2 must be home at a time; T1 cannot fill after it."""
    scene = day(
        people=3_000,
        at_source={"bays": 1},
        trucks=[
            tanker("T1", shift_end_s=560),
            tanker("T2", shift_end_s=home_by_s, unload_rate_l_per_min=300),
        ],
    )
    instance, state = arrays(scene)
    for r in (T1, T2):
        drive_row(instance, state, r, [(S, 300), (V, 300)])
    refresh_latest(instance, state)
    refresh_latest(instance, state)
    return instance, state


def more_by_t1(instance, state):
    """Let T1 bring 200 litres more, if it can; return the litres."""
    begin(state)
    state.gathered[0] = T1
    litres = insert_once(instance, state, 0, 200, 0, 1, 0.5, 0.0)
    finish(instance, state)
    return litres


def test_the_next_truck_waits():
    instance, state = two_at_a_bay(home_by_s=600)
    assert times(state, T2) == [(60, 120, 180), (300, 300, 400)]
    assert more_by_t1(instance, state) == 200
    assert times(state, T1) == [(60, 60, 140), (260, 260, 400)]
    assert times(state, T2) == [(60, 140, 200), (320, 320, 420)]
    fills = state.fill[0, : state.num_fills[0]]
    assert fills["start"].tolist() == [60, 140]
    assert state.drawn[0] == 800


def test_nobody_waits_in_vain():
    instance, state = two_at_a_bay(home_by_s=560)
    # It is not known of T2 that 20 s are too much: as if it had changed since.
    state.entry["latest"][T1] += 1_000
    before = [times(state, r) for r in (T1, T2)]
    assert more_by_t1(instance, state) < 200
    assert times(state, T2) == before[T2]
    fills = state.fill[0, : state.num_fills[0]]
    assert fills["end"][0] <= fills["start"][1]


@pytest.mark.parametrize("kind", ["one bay", "springs", "many trips"])
@pytest.mark.parametrize("seed", range(5))
def test_bays_hold_after_every_step(kind, seed):
    scenario, travel = random_day(kind, seed)
    instance = build_instance(scenario, travel)
    thread = SearchThread(instance, SearchParams(), seed)
    thread.start()
    for step in range(60):
        thread.step(10, step / 60)
        state = thread.state
        for s, source in enumerate(instance.source):
            if not source["is_queued"]:
                continue
            fills = state.fill[s, : state.num_fills[s]]
            at_once = (fills["start"] <= fills["start"][:, None]) & (
                fills["start"][:, None] < fills["end"]
            )
            assert at_once.sum(axis=1).max(initial=0) <= source["bays"]
            drawn = np.array(
                [fills["litres"][fills["end"] <= end].sum() for end in fills["end"]]
            )
            if source["is_refilling"]:
                open_s = np.maximum(0, fills["end"] - source["opening"])
                there_l = source["stock"] + source["inflow_per_s"] * open_s
                assert (drawn <= there_l + 1e-6).all()
