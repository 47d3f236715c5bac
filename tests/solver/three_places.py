"""Days of three places, D, S and V, on which the kernel's tests work by hand."""

from __future__ import annotations

import numpy as np

from dispatch.model.need import BANDS, needs_l
from dispatch.model.scenario import ServiceRules
from dispatch.solver.bounding.data import build_bound_data, shortest_drives_s
from dispatch.solver.bounding.trips import Trip
from dispatch.solver.instance import build_instance
from dispatch.solver.kernel.arrays import empty_state
from dispatch.solver.kernel.search import adopt_route
from tests.solver.tiny import scenario, source, travel, truck, village

#: Seconds of driving; the numbers of D, S, V in the instance are 0, 1, 2.
LEGS = {("D", "S"): 60, ("S", "V"): 120, ("D", "V"): 150}
D, S, V = 0, 1, 2
#: From S to V with 500 litres, back to S or home to D.
TO_SOURCE = Trip(kind=0, source=0, stops=(0,), litres=(500.0,), end=0)
HOME = TO_SOURCE._replace(end=1)
#: 30 s to couple the hose, 40 s of a visit before water flows.
SET_UPS = ServiceRules(fill_setup_s=30, drop_setup_s=40, min_drop_l=100)


def spring(**fields):
    """A source that gives 10 litres a second to a truck."""
    return source("S", fill_rate_l_per_min=600, **fields)


def tanker(truck_id="T", **fields):
    """A truck of 1,000 litres that lets out 5 litres a second."""
    return truck(truck_id, **({"unload_rate_l_per_min": 300} | fields))


def day(*, people=1_000, at_village=None, at_source=None, trucks=None, **fields):
    """Return the scenario; each of ``people`` needs a litre."""
    return scenario(
        [village("V", population=people, **(at_village or {}))],
        [spring(**(at_source or {}))],
        trucks or [tanker()],
        **({"service": SET_UPS} | fields),
    )


def arrays(scene, way=None):
    """Return instance and empty state of a scenario."""
    instance = build_instance(scene, way or travel(scene, LEGS))
    return instance, empty_state(instance, 0)


def drive_row(instance, state, r, row, start=None):
    """Make (place, litres) pairs a truck's route; return how many entries it has."""
    nodes, litres = (
        np.array(column, dtype=np.int64) for column in zip(*row, strict=True)
    )
    starts = np.full(len(row), -1, dtype=np.int64)
    ends = starts.copy()
    if start is not None:  # the filling is promised
        seconds, end = start
        starts[0], ends[0] = seconds, end
    return adopt_route(instance, state, r, nodes, litres, starts, ends)


def times(state, r):
    """Return (arrival, start, end) of every entry of a route."""
    entries = state.entry[r, : state.route["length"][r]]
    return [(int(e["arrive"]), int(e["start"]), int(e["end"])) for e in entries]


def half_loads(**scene_fields):
    """Return what the bound sees of a day with one truck of 500 litres."""
    scene = day(**{"people": 5_000, "trucks": [tanker(capacity_l=500)]} | scene_fields)
    instance, _ = arrays(scene)
    need = needs_l(scene)
    rows = [[need[v.village_id][band] for band in BANDS] for v in scene.villages]
    return build_bound_data(
        instance, np.array(rows, dtype=np.int64), shortest_drives_s(instance)
    )
