"""A filling keeps its bay to its promised end, though pumps of now would be faster."""

import numpy as np

from dispatch.solver.adopt import adopt_row
from dispatch.solver.rows import Row
from dispatch.solver.search import SearchParams, SearchThread
from tests.solver.three_places import S, V, arrays, day, drive_row, tanker, times


def test_a_promised_filling_is_longer_than_any_of_now():
    """T1 holds the only bay from 60 to 560 s; a whole tank of now takes 130 s."""
    trucks = [tanker("T1"), tanker("T2", shift_start_s=200)]
    instance, _ = arrays(day(people=3_000, at_source={"bays": 1}, trucks=trucks))
    assert instance.source["longest_fill"][0] == 130
    thread = SearchThread(instance, SearchParams(), 0)
    promised = Row(*(np.array(c) for c in ([S, V], [300, 300], [60, 680], [560, 780])))
    assert adopt_row(thread, 0, promised)
    drive_row(instance, thread.state, 1, [(S, 300), (V, 300)])
    assert times(thread.state, 0)[0] == (60, 60, 560)
    assert times(thread.state, 1)[0] == (260, 560, 620)
