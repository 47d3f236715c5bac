"""The end of a small day's search: whole trips of every truck, and a proof."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.model.need import BANDS
from dispatch.solver.adopt import adopt_row
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.moves import store_best
from dispatch.solver.rows import Row
from dispatch.solver.search import SearchThread, best_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dispatch.solver.bound import BoundModel
    from dispatch.solver.bounding.whole import WholeTrip
    from dispatch.solver.kernel.arrays import Instance

#: Share of what is left of the time that one program over whole trips gets.
PART: Final = 0.7
ALL_BANDS: Final = range(len(BANDS))
#: Time below which none is begun.
LEAST_S: Final = 0.2
#: Time to search around a plan of whole trips, as a share of what is left.
AROUND: Final = 0.2


def finish_small_day(
    threads: list[SearchThread],
    model: BoundModel,
    *,
    deadline: float,
    search: Callable[[float], None],
    should_stop: Callable[[], bool],
) -> bool:
    """
    Better the best plan by whole trips, or prove it; return whether it is proven.

    Parameters
    ----------
    threads
        Their best plan is replaced where a better one is found.
    model
        Keeps what is proven.
    deadline
        As of `time.monotonic`.
    search
        Searches all threads until a moment from the best plan, not hot.
    should_stop
        Asked between programs.
    """
    while not should_stop():
        left_s = deadline - time.monotonic()
        best = best_thread(threads)
        served_l = served_by_band(best)
        band = _short_band(model, served_l)
        if left_s < LEAST_S or band is None:
            return band is None
        floors = served_l[:band]
        whole = model.whole([band], floors, served_l[band], PART * left_s)
        if whole is not None and whole.routes is not None:
            thread = _adopted(best, whole.routes)
            if thread.is_better_than(best):
                best.adopt(thread, is_best=True)
                store_best(best.state)
                search(time.monotonic() + AROUND * left_s)
                continue
        if whole is None:
            return False  # too many trips
        if _short_band(model, served_l) == band:
            # Not closed: what is above it and all together is what counts now.
            left_s = max(LEAST_S, deadline - time.monotonic())
            total_l = sum(served_l)
            model.whole(ALL_BANDS, served_l[: band + 1], total_l, left_s)
            return False
    return False


def _short_band(model: BoundModel, served_l: Sequence[int]) -> int | None:
    """Return the first band of which more might be had, None if there is none."""
    for band in range(len(BANDS)):
        if model.most_known_l(band, served_l) > served_l[band]:
            return band
    return None


def served_by_band(thread: SearchThread) -> list[int]:
    """Return the litres of every band that a thread's best plan serves."""
    bands = thread.state.b_served.reshape(len(BANDS), -1).sum(axis=1)
    return [max(0, int(litres)) for litres in bands]


def _adopted(best: SearchThread, routes: dict[int, list[WholeTrip]]) -> SearchThread:
    """Return a thread with what the rules leave of routes, and what fits besides."""
    instance = best.instance
    thread = SearchThread(instance, best.params, 0)
    for truck, trips in routes.items():
        row = _row(instance, truck, trips)
        if row.nodes.size:
            adopt_row(thread, truck, row)
    thread.start(best.estimate_water())
    return thread


def _row(instance: Instance, truck: int, trips: Sequence[WholeTrip]) -> Row:
    """Return a route of whole litres and seconds, short enough for the shift."""
    nodes: list[int] = []
    litres: list[int] = []
    for trip in trips:
        nodes.append(instance.first_source + trip.source)
        litres.append(0)
        for visit in trip.visits:
            nodes.append(instance.first_village + visit.village)
            litres.append(visit.litres)
    _shorten(instance, truck, nodes, litres)
    free = np.full(len(nodes), -1, dtype=np.int64)
    return Row(np.array(nodes, np.int64), np.array(litres, np.int64), free, free)


def _shorten(
    instance: Instance, truck: int, nodes: Sequence[int], litres: list[int]
) -> None:
    """
    Take litres off the largest visits until whole seconds fit into the shift.

    The program counts parts of seconds; every stop rounds them up.
    """
    visits = [k for k, node in enumerate(nodes) if node >= instance.first_village]
    while visits:
        late_s = _late_s(instance, truck, nodes, litres)
        largest = max(visits, key=lambda k: litres[k])
        if late_s <= 0 or litres[largest] <= 0:
            return
        fills = [k for k in range(largest) if nodes[k] < instance.first_village]
        source = nodes[fills[-1]] - instance.first_source
        per_l = float(instance.source["fill_s_per_l"][source])
        per_l += float(instance.truck["unload_s_per_l"][truck])
        if per_l <= 0:
            return
        litres[largest] = max(0, litres[largest] - math.ceil(late_s / per_l))


def _late_s(
    instance: Instance, truck: int, nodes: Sequence[int], litres: Sequence[int]
) -> float:
    """Return by how many seconds a route ends after the shift, queues apart."""
    record = instance.truck[truck]
    drive_s = instance.travel_s[int(record["drive_class"])]
    place = int(record["start"])
    now = float(record["shift_start"])
    load = 0
    for k, node in enumerate(nodes):
        now += float(drive_s[place, node])
        place = node
        if node < instance.first_village:
            after = [
                j for j in range(k + 1, len(nodes)) if nodes[j] < instance.first_village
            ]
            load = sum(litres[k + 1 : after[0] if after else len(nodes)])
            source = instance.source[node - instance.first_source]
            opening = float(instance.source_windows[node - instance.first_source, 0, 0])
            now = max(now, opening)
            now += instance.fill_setup_s
            now += math.ceil(load * float(source["fill_s_per_l"]) - 1e-9)
        else:
            village = instance.village[node - instance.first_village]
            now += int(village["drop_setup"])
            now += math.ceil(litres[k] * float(record["unload_s_per_l"]) - 1e-9)
    now += float(drive_s[place, int(record["depot"])])
    if record["break_s"] > 0 and now > record["break_until"]:
        now += float(record["break_s"])
    return min(now - float(record["shift_end"]), float(BIG))
