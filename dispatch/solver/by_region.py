"""Searching a large day by regions, which are cut anew again and again."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.solver.adopt import adopt_row
from dispatch.solver.kernel.arrays import BIG, resized_state, sizes_of
from dispatch.solver.kernel.moves import load_best, store_best
from dispatch.solver.kernel.search import is_better_plan
from dispatch.solver.regions import RegionThread, cut, place_axes, visits_of
from dispatch.solver.rows import Row
from dispatch.solver.search import CHUNK_ITERATIONS, run_search, run_until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dispatch.arrays import Floats, Ints, RecordArray
    from dispatch.solver.kernel.arrays import Instance, State
    from dispatch.solver.regions import Region
    from dispatch.solver.search import SearchThread

#: Villages from which a day is searched by regions, and about as many in each.
MIN_VILLAGES: Final = 240
REGION_VILLAGES: Final = 110
#: Trucks of a region, at least on average.
MIN_TRUCKS: Final = 6
#: Share of a run that goes by regions; the rest goes whole.
SHARE: Final = 0.9
#: Cuts of the day in that time, and what a region gets between two of them at least.
NUM_CUTS: Final = (4, 25)
LEAST_S: Final = 0.2
LEAST_ITERATIONS: Final = 300
#: Share of a run from which the best plan of every region counts, too: before, what
#: is searched is far from it.
FROM_BEST: Final = 0.5


def search_together(
    threads: list[SearchThread],
    *,
    deadline: float | None,
    iterations: int | None,
    should_stop: Callable[[], bool],
    on_progress: Callable[[float], None],
) -> None:
    """
    Search as `run_search` does, a large day by regions first.

    Parameters
    ----------
    threads
        Run side by side, one core each; all of them get what is found.
    deadline
        As of `time.monotonic`; ignored when ``iterations`` is given.
    iterations
        For every thread; the run then repeats bit for bit.
    should_stop
        Asked between chunks; the best so far is kept.
    on_progress
        Told the share of the run that is over, 0 to 1.
    """
    begin = time.monotonic()
    num_regions = count_regions(threads[0].instance, len(threads))
    if num_regions > 1:
        run = _ByRegion(threads, num_regions, deadline, iterations, begin)
        run.go(should_stop, on_progress)
    run_search(
        threads,
        deadline=deadline,
        iterations=iterations,
        should_stop=should_stop,
        on_progress=on_progress,
        begin=begin,
    )


def count_regions(instance: Instance, num_workers: int) -> int:
    """
    Return into how many regions to cut a day; 1: it is not large for so many threads.

    Parameters
    ----------
    instance
        The scenario as arrays.
    num_workers
        Threads; they get as many regions each.
    """
    if instance.village.size < MIN_VILLAGES or instance.change_price:
        return 1
    if instance.village["given"].any() or instance.village["given_unfit"].any():
        return 1
    count = max(2, round(instance.village.size / REGION_VILLAGES))
    count = -(-count // num_workers) * num_workers
    count = min(count, instance.truck.size // MIN_TRUCKS)
    return count if 2 * count >= num_workers else 1  # idle threads find nothing


class _ByRegion:
    """One run by regions; the first thread holds the whole day."""

    def __init__(
        self,
        threads: list[SearchThread],
        num_regions: int,
        deadline: float | None,
        iterations: int | None,
        begin: float,
    ) -> None:
        self.threads = threads
        self.whole = threads[0]
        self.num_regions = num_regions
        self._deadline, self._begin = deadline, begin
        self._iterations = iterations
        self._in_turn = -(-num_regions // len(threads))
        """Regions that one thread searches per cut."""
        self._num_cuts = self._count_cuts()
        self._axes = place_axes(self.whole.instance)
        self._random = np.random.default_rng(int(self.whole.state.rng[0] % 2**63))
        self._stopping = False

    def _count_cuts(self) -> int:
        """Return how often to cut the day, so that no region is left too soon."""
        if self._iterations is not None:
            each = SHARE * self._iterations / LEAST_ITERATIONS
        else:
            assert self._deadline is not None
            each = SHARE * (self._deadline - self._begin) / LEAST_S
        return int(np.clip(each / self._in_turn, *NUM_CUTS))

    def go(
        self, should_stop: Callable[[], bool], on_progress: Callable[[float], None]
    ) -> None:
        lead = max(range(len(self.threads)), key=lambda k: self.threads[k].lead(0)[0])
        is_best = self.threads[lead].lead(0)[1]
        self.whole.adopt(self.threads[lead], is_best=is_best)
        for thread in self.threads[1:]:
            _keep_best_of(self.whole, thread)
        for number in range(self._num_cuts):
            batches = self._batches()
            for k, batch in enumerate(batches):
                if self._stopping:
                    break
                over = (number + (k + 1) / len(batches)) / self._num_cuts * SHARE
                self._search(batch, over, should_stop, on_progress)
        for thread in self.threads[1:]:
            thread.adopt(self.whole, is_best=False)
            _keep_best_of(thread, self.whole)
        if self._iterations is not None:
            for thread in self.threads:
                thread.iterations = round(SHARE * self._iterations)

    def _batches(self) -> list[list[Region]]:
        """Cut the day; put together regions that share few bays."""
        whole = self.whole
        visits = visits_of(whole.instance, whole.state.route, whole.state.entry)
        regions = cut(
            whole.instance, visits, self._axes, self.num_regions, self._random
        )
        used = np.array([_fills_at(whole, region) for region in regions])
        left = self._random.permutation(len(regions)).tolist()
        batches = []
        size = len(self.threads)
        while left:
            chosen = [left.pop()]
            while left and len(chosen) < size:
                taken = used[chosen].sum(axis=0)
                best = min(left, key=lambda k: np.minimum(used[k], taken).sum())
                left.remove(best)
                chosen.append(best)
            batches.append([regions[k] for k in chosen])
        return batches

    def _search(
        self,
        batch: Sequence[Region],
        over: float,
        should_stop: Callable[[], bool],
        on_progress: Callable[[float], None],
    ) -> None:
        """Anneal regions in a share of the run, and merge what they find."""
        whole = self.whole
        visits = visits_of(whole.instance, whole.state.route, whole.state.entry)
        seeds = self._random.integers(0, 2**31, size=len(batch)).tolist()
        parts = [
            RegionThread(whole, region, visits, 1.0 / len(batch), seed)
            for region, seed in zip(batch, seeds, strict=True)
        ]
        with ThreadPoolExecutor(max_workers=len(parts)) as pool:
            jobs = {pool.submit(self._anneal, part, over) for part in parts}
            pending = jobs
            while pending:
                _, pending = wait(pending, timeout=0.05)
                self._stopping = self._stopping or should_stop()
                on_progress(min(over, self._fraction()))
            for job in jobs:
                job.result()
        for thread, part in zip(self.threads, parts, strict=False):
            thread.iterations += part.iterations
        merge(whole, parts, with_best=self._stopping or over > FROM_BEST)
        for thread in self.threads:  # the others rest, and cannot give theirs
            thread.give_copy()

    def _fraction(self) -> float:
        if self._deadline is None:
            return 1.0
        length = max(1e-9, self._deadline - self._begin)
        return min(1.0, (time.monotonic() - self._begin) / length)

    def _anneal(self, part: RegionThread, over: float) -> None:
        if self._iterations is None:
            run_until(part, over, self._fraction, lambda: self._stopping)
            return
        left = round(SHARE * self._iterations / self._num_cuts / self._in_turn)
        while left > 0 and not self._stopping:
            part.step(min(CHUNK_ITERATIONS, left), over)
            left -= CHUNK_ITERATIONS


def _fills_at(whole: SearchThread, region: Region) -> Ints:
    """Return how often a region's trucks fill at every source with a queue."""
    state = whole.state
    count = np.zeros(whole.instance.source.size, dtype=np.int64)
    for s in np.flatnonzero(whole.instance.source["is_queued"]):
        listed = state.fill["route"][s, : int(state.num_fills[s])]
        count[s] = np.isin(listed, region.trucks).sum()
    return count


def _keep_best_of(thread: SearchThread, other: SearchThread) -> None:
    """Let a thread keep the best plan of another one if it is better than its own."""
    if not other.is_better_than(thread):
        return
    kept = _rows(other.state, is_best=True)
    now = _rows(thread.state, is_best=False)
    _load(thread, *kept)
    store_best(thread.state)
    _load(thread, *now)


def _rows(state: State, *, is_best: bool) -> tuple[RecordArray, RecordArray]:
    """Return copies of all routes and of their entries, as many as are used."""
    route = state.b_route if is_best else state.route
    entry = state.b_entry if is_best else state.entry
    return route.copy(), entry[:, : int(route["length"].max(initial=0))].copy()


def _load(thread: SearchThread, route: RecordArray, entry: RecordArray) -> None:
    """Make routes the current solution; the best one stays."""
    sizes = sizes_of(thread.state)
    sizes = sizes._replace(row=max(sizes.row, entry.shape[1]))
    state = thread.state = resized_state(thread.state, sizes)
    best_route, best_entry = _rows(state, is_best=True)
    best_served, best_total = state.b_served.copy(), state.b_total.copy()
    state.b_route[:] = route
    state.b_entry[:, : entry.shape[1]] = entry
    load_best(thread.instance, state)
    state.b_route[:] = best_route
    state.b_entry[:, : best_entry.shape[1]] = best_entry
    state.b_served[:], state.b_total[:] = best_served, best_total
    state.route["dirty"] = 1


def merge(
    whole: SearchThread, parts: Sequence[RegionThread], *, with_best: bool = True
) -> None:
    """
    Put what regions have found into the whole day.

    Parameters
    ----------
    whole
        Its current solution changes, and its best one if that is beaten.
    parts
        Regions that were searched side by side; a bay that two of them took is given
        to the first, and the trips of the others wait.
    with_best
        Whether their best plans are tried as well as their current ones.
    """
    before = _rows(whole.state, is_best=False)
    for is_best in (True, False) if with_best else (False,):
        route, entry = (array.copy() for array in before)
        for part in parts:
            route, entry = _with_part(route, entry, part, is_best=is_best)
        _load(whole, route, entry)
        is_crowded = crowded_sources(whole).size > 0
        if is_crowded and not is_best:
            _merge_in_turn(whole, before, parts)
        if not is_crowded or not is_best:
            _keep_if_better(whole)


def _with_part(
    route: RecordArray, entry: RecordArray, part: RegionThread, *, is_best: bool
) -> tuple[RecordArray, RecordArray]:
    new_route, new_entry = part.rows(is_best=is_best)
    if new_entry.shape[1] > entry.shape[1]:
        longer = np.zeros((len(entry), new_entry.shape[1]), dtype=entry.dtype)
        longer[:, : entry.shape[1]] = entry
        entry = longer
    trucks = part.region.trucks
    route[trucks] = new_route
    entry[trucks, : new_entry.shape[1]] = new_entry
    return route, entry


def _merge_in_turn(
    whole: SearchThread,
    before: tuple[RecordArray, RecordArray],
    parts: Sequence[RegionThread],
) -> None:
    """Take region after region; where bays are taken already, trips are timed anew."""
    _load(whole, *before)
    for part in parts:
        old = _rows(whole.state, is_best=False)
        value = whole.value()
        route, entry = (array.copy() for array in old)
        _load(whole, *_with_part(route, entry, part, is_best=False))
        crowded = crowded_sources(whole)
        if crowded.size:
            _time_anew(whole, part, crowded)
            if whole.value() <= value:
                _load(whole, *old)


def _time_anew(whole: SearchThread, part: RegionThread, sources: Ints) -> None:
    """Take a region's trucks off crowded sources, and let them in one by one."""
    instance, state = whole.instance, whole.state
    rows = {}
    for r in part.region.trucks.tolist():
        entries = state.entry[r, : int(state.route["length"][r])]
        if np.isin(entries["node"] - instance.first_source, sources).any():
            free = np.full(entries.size, -1, dtype=np.int64)
            nodes, litres = entries["node"].copy(), entries["litres"].copy()
            rows[r] = entries["start"][0], Row(nodes, litres, free, free)
    nothing = np.empty(0, dtype=np.int64)
    for r in rows:
        adopt_row(whole, r, Row(nothing, nothing, nothing, nothing))
    for r, (_, row) in sorted(rows.items(), key=lambda item: item[1][0]):
        adopt_row(whole, r, row)


def crowded_sources(whole: SearchThread) -> Ints:
    """
    Return the sources with more trucks than bays, or less water than is drawn.

    Parameters
    ----------
    whole
        Its current solution is looked at.
    """
    instance, state = whole.instance, whole.state
    crowded = []
    for s in np.flatnonzero(instance.source["is_queued"]):
        record = instance.source[s]
        listed = state.fill[s, : int(state.num_fills[s])]
        start, end = listed["start"], listed["end"]
        if record["bays"] < BIG:
            busy = (start[None, :] <= start[:, None]) & (start[:, None] < end[None, :])
            if (busy.sum(axis=1) > record["bays"]).any():
                crowded.append(s)
                continue
        if record["is_refilling"] and _is_drawn_too_soon(record, listed):
            crowded.append(s)
    return np.array(crowded, dtype=np.int64)


def _is_drawn_too_soon(record: RecordArray, listed: RecordArray) -> bool:
    by_end = listed[np.argsort(listed["end"], kind="stable")]
    ends = by_end["end"]
    drawn = np.cumsum(by_end["litres"])
    # Of fillings that end together, the last one tells what all of them draw.
    drawn = drawn[np.searchsorted(ends, ends, side="right") - 1]
    seconds = np.maximum(0, ends - record["opening"])
    there: Floats = record["stock"] + record["inflow_per_s"] * seconds
    return bool((drawn > there + 1e-6).any())


def _keep_if_better(whole: SearchThread) -> None:
    state = whole.state
    if is_better_plan(
        whole.instance, state.served, state.total, state.b_served, state.b_total
    ):
        store_best(state)
