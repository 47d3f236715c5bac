"""Threads of the compiled search, cooled down together and sharing their best."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.solver.kernel.arrays import State, empty_state
from dispatch.solver.kernel.moves import load_best
from dispatch.solver.kernel.search import anneal, construct

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from dispatch.solver.kernel.arrays import Instance

#: Shares of the run after which all threads go on from the best plan.
MEETINGS: Final = (0.25, 0.5, 0.7, 0.85, 0.95, 1.0)
#: Share of the best plan's water that stays if upper levels are filled first.
SURELY_SERVED: Final = 0.97
#: Longest a thread runs before it looks at the clock.
CHUNK_S: Final = 0.02
#: Iterations between looks at the weights in a run limited by iterations.
CHUNK_ITERATIONS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchParams:
    """
    What steers the search; found by measurement, see docs/SOLVER.md.

    Attributes
    ----------
    hot_l, cold_l
        First and last temperature, in litres of the contested level.
    hot_s, cold_s
        The same in seconds of driving, used when no level is contested.
    mean_removed, longest_string
        Stops taken out in an iteration, and in one route.
    waiting_price
        Seconds of work that a second of new waiting counts for.
    full_shares
        Chance that a visit brings all that is missing, not just the band's; one
        value per thread in turn, since days differ in which is better.
    least_weight, most_weight
        Range of the weight of a litre in the bands above the contested one.
    below_weight
        Weight of a litre in the bands below it.
    first_ratio, last_ratio
        How much more a litre weighs from one band above it to the next, at the
        start and at the end.
    drive_weight_l_per_s
        Litres that a second of driving is worth to annealing.
    """

    hot_l: float = 300.0
    cold_l: float = 10.0
    hot_s: float = 600.0
    cold_s: float = 5.0
    mean_removed: float = 12.0
    longest_string: float = 10.0
    waiting_price: float = 0.5
    full_shares: tuple[float, ...] = (1.0, 0.6)
    least_weight: float = 4.0
    most_weight: float = 60.0
    below_weight: float = 0.3
    first_ratio: float = 1.2
    last_ratio: float = 3.0
    drive_weight_l_per_s: float = 0.02


class SearchThread:
    """One solution under annealing."""

    def __init__(self, instance: Instance, params: SearchParams, seed: int) -> None:
        self.instance = instance
        self.params = params
        self.state: State = empty_state(instance, seed)
        self.iterations = 0
        self._weight = params.least_weight
        self._water_l = 0
        self._full_share = params.full_shares[seed % len(params.full_shares)]
        self.starts_full = seed % 2 == 1
        self._goal = instance.level_need.sum(axis=0)
        self._steps = self._goal.size // 7

    def start(self) -> None:
        """Serve level after level from whatever the state holds."""
        # How much water there is tells which level it reaches: try without order.
        greedy = empty_state(self.instance, 1)
        construct(self.instance, greedy, self._goal.size, self.params.waiting_price)
        self._water_l = int(greedy.b_served.sum())
        goal = self.contested_level() if self.starts_full else -1
        construct(self.instance, self.state, goal, self.params.waiting_price)

    def contested_level(self) -> int:
        """
        Return the level in which the water of the best plan runs out.

        Levels before it could all be full if water were moved; one level later
        each when they are.
        """
        served, goal = self.state.b_served, self._goal
        if np.array_equal(served, goal):
            return int(goal.size)
        water = SURELY_SERVED * max(self._water_l, served.sum())
        level = int(np.searchsorted(np.cumsum(goal), water))
        while level < goal.size - 1 and served[level] == goal[level]:
            level += 1
        return level

    def step(self, num_iterations: int, fraction: float) -> None:
        """Anneal at the temperature of ``fraction`` of the run."""
        params, state = self.params, self.state
        level = self.contested_level()
        weight = self._weights(level, fraction)
        if level < self._goal.size:
            heat = params.hot_l * (params.cold_l / params.hot_l) ** fraction
            drive_weight = params.drive_weight_l_per_s
        else:
            heat = params.hot_s * (params.cold_s / params.hot_s) ** fraction
            drive_weight = 1.0
        anneal(
            self.instance,
            state,
            num_iterations,
            level,
            weight,
            drive_weight,
            heat,
            params.mean_removed,
            params.longest_string,
            params.waiting_price,
            self._full_share,
        )
        self.iterations += num_iterations

    def _weights(self, level: int, fraction: float) -> npt.NDArray[np.float64]:
        """
        Return litre weights, steeper from band to band as the search cools.

        While bands above the contested one could be full but are not, all of
        them gain.
        """
        params = self.params
        goal, best = self._goal[:level], self.state.b_served[:level]
        if np.any(self.state.served[:level] < goal) and best.sum() >= 0.98 * goal.sum():
            self._weight = min(params.most_weight, self._weight * 1.2)
        else:
            self._weight = max(params.least_weight, self._weight * 0.9)
        weight = np.full(self._goal.size, params.below_weight)
        weight[level : level + 1] = 1.0
        steep = params.first_ratio + (params.last_ratio - params.first_ratio) * fraction
        above = np.arange(level, 0, -1)
        bands_above = (above + self._steps - 1) // self._steps - 1
        weight[:level] = self._weight * steep**bands_above
        return weight

    def adopt(self, other: SearchThread) -> None:
        """Go on from the best plan of another thread."""
        if other is not self:
            mine, theirs = self.state, other.state
            np.copyto(mine.b_route, theirs.b_route)
            np.copyto(mine.b_entry, theirs.b_entry)
            np.copyto(mine.b_served, theirs.b_served)
            np.copyto(mine.b_total, theirs.b_total)
        load_best(self.instance, self.state)

    @property
    def best_key(self) -> tuple[int, ...]:
        """Served litres by level, then less driving; larger is better."""
        served = tuple(int(litres) for litres in self.state.b_served)
        return (*served, -int(self.state.b_total[0]))


def best_thread(threads: list[SearchThread]) -> SearchThread:
    """Return the thread with the best plan; the first one on a tie."""
    return max(threads, key=lambda thread: thread.best_key)


def run_search(
    threads: list[SearchThread],
    *,
    deadline: float | None,
    iterations: int | None,
    should_stop: Callable[[], bool],
    on_progress: Callable[[float], None],
) -> None:
    """
    Anneal all threads until the deadline or the iterations are used up.

    Parameters
    ----------
    deadline
        As of `time.monotonic`; ignored when ``iterations`` is given.
    iterations
        For every thread; the run then repeats bit for bit.
    should_stop
        Asked between chunks; the best so far is kept.
    """
    begin = time.monotonic()
    stopping = False

    def stop() -> bool:
        return stopping

    with ThreadPoolExecutor(max_workers=len(threads)) as pool:
        for target in MEETINGS:
            jobs = [
                pool.submit(
                    _run_thread, thread, target, begin, deadline, iterations, stop
                )
                for thread in threads
            ]
            pending = set(jobs)
            while pending:
                _, pending = wait(pending, timeout=0.05)
                stopping = stopping or should_stop()
                on_progress(
                    min(_fraction(t, begin, deadline, iterations) for t in threads)
                )
            for job in jobs:
                job.result()
            if stopping:
                return
            best = best_thread(threads)
            if target < 1.0:
                for thread in threads:
                    thread.adopt(best)


def _fraction(
    thread: SearchThread,
    begin: float,
    deadline: float | None,
    iterations: int | None,
) -> float:
    if iterations is not None:
        return min(1.0, thread.iterations / iterations)
    assert deadline is not None
    length = max(1e-9, deadline - begin)
    return min(1.0, (time.monotonic() - begin) / length)


def _run_thread(
    thread: SearchThread,
    target: float,
    begin: float,
    deadline: float | None,
    iterations: int | None,
    stop: Callable[[], bool],
) -> None:
    """Anneal one thread up to ``target`` of the run."""
    chunk = 20
    while not stop():
        fraction = _fraction(thread, begin, deadline, iterations)
        if fraction >= target:
            return
        if iterations is not None:
            left = round(target * iterations) - thread.iterations
            if left <= 0:
                return
            thread.step(min(CHUNK_ITERATIONS, left), fraction)
            continue
        began = time.monotonic()
        thread.step(chunk, fraction)
        spent = time.monotonic() - began
        if spent < CHUNK_S / 2:
            chunk = min(5_000, chunk * 2)
        elif spent > CHUNK_S * 2:
            chunk = max(1, chunk // 2)
