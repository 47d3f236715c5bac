"""Threads of the compiled search, cooled down together and sharing their best."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from dispatch.solver.kernel.arrays import (
    State,
    empty_state,
    grown_state,
    resized_state,
    sizes_of,
)
from dispatch.solver.kernel.moves import load_best, store_best
from dispatch.solver.kernel.queue import construct_in_order
from dispatch.solver.kernel.search import anneal, construct, is_better_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from dispatch.arrays import Floats, Ints, RecordArray
    from dispatch.solver.kernel.arrays import Instance

#: Shares of the run after which all threads go on from the best plan.
MEETINGS: Final = (0.25, 0.5, 0.7, 0.85, 0.95, 1.0)
#: Share of the best plan's water that stays if upper levels are filled first.
SURELY_SERVED: Final = 0.97
#: Villages up to which a start with thin visits is tried.
MAX_TRIED_THIN: Final = 1_000
#: Villages up to which a start in the order of time is tried.
MAX_IN_ORDER: Final = 1_000
#: Share of a full start's water that a start with thin visits must bring.
MIN_THIN: Final = 0.9
#: Share of all that can be needed from which the search looks at driving only.
ALL_SERVED: Final = 0.99
#: Share of the levels above the contested one from which all of them are pushed.
NEARLY_FULL: Final = 0.98
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
    hot, cold
        First and last temperature, as shares of a mean visit's litres.
    hot_way, cold_way
        The same as shares of a mean leg, used when all can be served.
    missing_price
        What a litre that could be served but is not counts for then, in litres'
        mean share of the driving.
    mean_removed, longest_string
        Stops taken out in an iteration, and in one route.
    waiting_price
        Seconds of work that a second of new waiting counts for.
    split_price, split_price_way
        Most legs that a visit counts for which leaves a part to another one; the
        second where all can be served.
    full_shares
        Chance that a visit brings all that is missing, not just the band's; one
        value per thread in turn, since days differ in which is better.
    least_weight
        Least weight of a litre in the band above the contested one.
    most_push
        Factor by which a level above can weigh more while it lags behind.
    below_weight
        Weight of a litre in the bands below it.
    first_ratio, last_ratio
        How much more a litre weighs from one band above it to the next, at the
        start and at the end.
    drive_weight
        What a second of driving is worth to annealing, as a share of the litres that
        go with it.
    """

    hot: float = 0.2
    cold: float = 0.004
    hot_way: float = 0.5
    cold_way: float = 0.005
    missing_price: float = 4.0
    mean_removed: float = 12.0
    longest_string: float = 10.0
    waiting_price: float = 0.5
    split_price: float = 0.5
    split_price_way: float = 1.5
    full_shares: tuple[float, ...] = (1.0, 0.6)
    least_weight: float = 4.0
    most_push: float = 100.0
    below_weight: float = 0.3
    first_ratio: float = 1.2
    last_ratio: float = 3.0
    drive_weight: float = 0.09


class _Scale(NamedTuple):
    """Litres of a mean visit, price of a mean leg, litres per price of driving."""

    visit_l: float
    leg: float
    l_per_drive: float


class SearchThread:
    """One solution under annealing."""

    def __init__(self, instance: Instance, params: SearchParams, seed: int) -> None:
        self.instance = instance
        self.params = params
        self.state: State = empty_state(instance, seed)
        self.iterations = 0
        self._water_l = 0
        self._full_share = params.full_shares[seed % len(params.full_shares)]
        self.starts_full = seed % 2 == 1
        self._goal = instance.reachable_need()
        self._steps = self._goal.size // 7
        self._push = np.ones(self._goal.size)
        given = [instance.village[name].sum() for name in ("given", "given_unfit")]
        self._given_l = int(sum(given))
        self._is_copy_asked = False
        self._copy: State | None = None

    def ask_copy(self) -> None:
        """Let the thread copy its best plan after the step that it is at."""
        self._is_copy_asked = True

    def take_copy(self) -> State | None:
        """Return the copy that was asked for; None: it is not there yet."""
        copy, self._copy = self._copy, None
        return copy

    def _copy_best(self) -> None:
        self._is_copy_asked = False
        state = self.state
        self._copy = state._replace(
            b_route=state.b_route.copy(),
            b_entry=state.b_entry.copy(),
            b_served=state.b_served.copy(),
            b_total=state.b_total.copy(),
        )

    def estimate_water(self) -> int:
        """
        Return the drinking water that a plan without any order of levels serves.

        The amount of drinking water decides which level it reaches.
        """
        greedy = empty_state(self.instance, 1)
        greedy = self._construct(greedy, self._goal.size)
        return int(greedy.b_served.sum()) - self._unfit_l(greedy)

    def _construct(self, state: State, goal: int) -> State:
        """Serve level after level in a state; return it, longer if it was too short."""
        while True:
            construct(self.instance, state, goal, self.params.waiting_price)
            grown = grown_state(state)
            if grown is None:
                return state
            state = grown

    def grow(self) -> bool:
        """Give the state longer arrays if one was too short; return whether it was."""
        grown = grown_state(self.state)
        if grown is not None:
            self.state = grown
        return grown is not None

    def start(self, water_l: int | None = None) -> None:
        """
        Serve level after level from whatever the state holds.

        Parameters
        ----------
        water_l
            As from `estimate_water`, where another thread has asked already.
        """
        self._water_l = self.estimate_water() if water_l is None else water_l
        goal = self.contested_level()
        # A start by bands charges nothing for changes: it forgets what was announced.
        is_free = not self.starts_full and not self.instance.change_price
        if is_free and self.instance.village.size <= MAX_TRIED_THIN:
            # A thin start differs more, but costs much water where visits are dear.
            thin = self._construct(empty_state(self.instance, 1), -1)
            if thin.b_served.sum() >= MIN_THIN * self._water_l:
                goal = -1
        # A plan in the order of time begins anew: it knows no filling under way.
        is_empty = not self.state.route["length"].any()
        is_empty = is_empty and not self.state.num_fills.any()
        self.state = self._construct(self.state, goal)
        if is_empty and self._may_queue():
            self._start_in_order(goal)

    def _may_queue(self) -> bool:
        """Whether trucks may wait for a bay, on a day that is not too large."""
        bays = self.instance.source["bays"]
        is_small = self.instance.village.size <= MAX_IN_ORDER
        return is_small and bool((bays < self.instance.truck.size).any())

    def _start_in_order(self, goal: int) -> None:
        """Start from a plan in the order of time instead, if that leads."""
        waiting_price = self.params.waiting_price
        ordered = SearchThread(self.instance, self.params, 1)
        ordered._water_l = self._water_l
        while True:
            construct_in_order(self.instance, ordered.state, goal, waiting_price)
            if not ordered.grow():
                break
        ordered.state = ordered._construct(ordered.state, goal)
        if ordered.lead(0.5)[0] > self.lead(0.5)[0]:
            self.adopt(ordered, is_best=False)
            if ordered.is_better_than(self):
                store_best(self.state)

    def contested_level(self) -> int:
        """
        Return the level in which the water of the best plan runs out.

        Levels before it could all be full if water were moved; one level later
        each when they are.
        """
        served, goal = self.state.b_served, self._goal
        if served.sum() >= ALL_SERVED * goal.sum():
            return int(goal.size)
        # Unfit water for animals takes nothing from people, whose levels come before.
        unfit_l = self._unfit_l(self.state)
        fit_l = SURELY_SERVED * max(self._water_l, served.sum() - unfit_l)
        for_fit = goal.copy()
        animals = slice(
            self.instance.first_animal_level, self.instance.first_normal_level
        )
        for_fit[animals] -= np.minimum(
            goal[animals], int(unfit_l / max(1, self._steps))
        )
        level = int(np.searchsorted(np.cumsum(for_fit), fit_l))
        while level < goal.size - 1 and served[level] == goal[level]:
            level += 1
        return level

    def step(self, num_iterations: int, fraction: float) -> None:
        """
        Anneal at the temperature of ``fraction`` of the run.

        Parameters
        ----------
        num_iterations
            Iterations at that temperature.
        fraction
            Share of the run that is over, 0 to 1.
        """
        params, state = self.params, self.state
        level = self.contested_level()
        scale = self._scale()
        weight = self._weights(level, fraction)
        if level < self._goal.size:
            hot, cold = params.hot * scale.visit_l, params.cold * scale.visit_l
            split_price = params.split_price * scale.leg
            drive_weight = params.drive_weight * scale.l_per_drive
        else:  # all can be served: what counts is the driving
            hot, cold = params.hot_way * scale.leg, params.cold_way * scale.leg
            split_price = params.split_price_way * scale.leg
            weight *= params.missing_price / scale.l_per_drive
            drive_weight = 1.0
        heat = hot * (cold / hot) ** fraction
        anneal(
            self.instance,
            state,
            num_iterations,
            level,
            self._short_level(),
            weight,
            drive_weight,
            heat,
            params.mean_removed,
            params.longest_string,
            params.waiting_price,
            split_price,
            self._full_share,
        )
        self.iterations += num_iterations
        self.grow()
        self.give_copy()

    def give_copy(self) -> None:
        """Copy the best plan if that was asked for."""
        if self._is_copy_asked:
            self._copy_best()

    def _short_level(self) -> int:
        """Return the first level that the current solution does not fill."""
        short = np.flatnonzero(self.state.served < self._goal)
        return int(short[0]) if short.size else int(self._goal.size) - 1

    def _scale(self) -> _Scale:
        """Return what a visit, a leg and a litre amount to in the best plan."""
        state = self.state
        num_entries = int(state.b_route["length"].sum())
        num_routes = int((state.b_route["length"] > 0).sum())
        if num_entries == 0:
            return _Scale(1.0, 1.0, 1.0)
        served = max(1.0, float(state.b_served.sum()) - self._given_l)
        drive = max(1.0, float(state.b_total["drive"][0]))
        num_visits = max(1, num_entries - self._num_fills())
        return _Scale(
            visit_l=served / num_visits,
            leg=drive / (num_entries + num_routes),
            l_per_drive=served / drive,
        )

    def _unfit_l(self, state: State) -> int:
        """Return the litres that the best plan brings by trucks unfit for people."""
        rows = np.flatnonzero(self.instance.truck["is_potable"] == 0)
        if not rows.size:
            return 0
        entry = state.b_entry[rows]
        is_used = np.arange(entry.shape[1]) < state.b_route["length"][rows, None]
        is_visit = entry["node"] >= self.instance.first_village
        return int(entry["litres"][is_used & is_visit].sum())

    def _num_fills(self) -> int:
        entry, length = self.state.b_entry, self.state.b_route["length"]
        is_used = np.arange(entry.shape[1]) < length[:, None]
        return int((is_used & (entry["node"] < self.instance.first_village)).sum())

    def _weights(self, level: int, fraction: float) -> Floats:
        """
        Return litre weights, steeper from band to band as the search cools.

        Levels above the contested one gain while they are short of what the best
        plan has there, or while all of them are nearly full.
        """
        params = self.params
        now, best = self.state.served[:level], self.state.b_served[:level]
        goal = self._goal[:level]
        push = self._push[:level]
        behind = np.flatnonzero(now < best)
        is_nearly_full = now.sum() >= NEARLY_FULL * goal.sum()
        gains = (now < goal) & is_nearly_full
        if behind.size:
            gains[behind[0]] = True
        push[gains] = np.minimum(params.most_push, push[gains] * 1.2)
        push[~gains] = np.maximum(1.0, push[~gains] * 0.95)
        weight = np.full(self._goal.size, params.below_weight)
        weight[level : level + 1] = 1.0
        weight[:level] = push * self._least_weights(level, fraction)
        return weight

    def _least_weights(self, level: int, fraction: float) -> Floats:
        """Return the weights above the contested level that no push has raised."""
        params = self.params
        steep = params.first_ratio + (params.last_ratio - params.first_ratio) * fraction
        above = np.arange(level, 0, -1)
        bands_above = (above + self._steps - 1) // self._steps - 1
        return np.asarray(params.least_weight * steep**bands_above)

    def lead(self, fraction: float) -> tuple[float, bool]:
        """
        Return how good the better of current and best is, and whether it is the best.

        By the weighted litres of annealing at its end: the best solution in strict
        order may lack next to nothing in a first level and far more in the others.
        """
        state = self.state
        now, best = (
            self._value(fraction, served, total)
            for served, total in (
                (state.served, state.total),
                (state.b_served, state.b_total),
            )
        )
        return max(now, best), bool(best >= now)

    def value(self) -> float:
        """Return how good the current solution is, as `lead` at the end."""
        return self._value(1.0, self.state.served, self.state.total)

    def _value(self, fraction: float, served: Ints, total: RecordArray) -> float:
        level = self.contested_level()
        weight = np.full(self._goal.size, 1e-3)
        weight[level : level + 1] = 1.0
        weight[:level] = 5.0 * self._least_weights(level, fraction)
        # As in annealing: litres of the band that weighs least.
        price = float(self.instance.change_price)
        if level < self._goal.size - 1:
            price *= self.params.below_weight
        drive = self.params.drive_weight * self._scale().l_per_drive
        if level == self._goal.size:
            drive /= self.params.missing_price * self.params.drive_weight
        return float(
            weight @ served - drive * total["drive"][0] - price * total["changed"][0]
        )

    def adopt(self, other: SearchThread, *, is_best: bool) -> None:
        """
        Go on from another thread's solution, its best or its current one.

        Parameters
        ----------
        other
            The thread to adopt from; may be this one.
        is_best
            Whether its best solution is adopted, not its current one.
        """
        if other is self and not is_best:
            return
        self.state = resized_state(self.state, sizes_of(other.state))
        other.state = resized_state(other.state, sizes_of(self.state))
        mine, theirs = self.state, other.state
        kept = [part.copy() for part in _best_parts(mine)]
        adopted = _best_parts(theirs) if is_best else _current_parts(theirs)
        for target, source in zip(_best_parts(mine), adopted, strict=True):
            np.copyto(target, source)
        load_best(self.instance, mine)
        if other is not self:
            for target, source in zip(_best_parts(mine), kept, strict=True):
                np.copyto(target, source)
            mine.route["dirty"] = 1

    @property
    def num_levels(self) -> int:
        """Number of levels; the contested one is this where all can be served."""
        return int(self._goal.size)

    def start_again(self, params: SearchParams) -> None:
        """Go on from the best plan as ``params`` say, which are often less hot."""
        self.params = params
        self.adopt(self, is_best=True)

    def is_better_than(self, other: SearchThread) -> bool:
        """Whether the best plan beats that of another thread, changes counted."""
        mine, theirs = self.state, other.state
        return bool(
            is_better_plan(
                self.instance,
                mine.b_served,
                mine.b_total,
                theirs.b_served,
                theirs.b_total,
            )
        )


def _best_parts(state: State) -> tuple[npt.NDArray[Any], ...]:
    return state.b_route, state.b_entry, state.b_served, state.b_total


def _current_parts(state: State) -> tuple[npt.NDArray[Any], ...]:
    return state.route, state.entry, state.served, state.total


def best_thread(threads: list[SearchThread]) -> SearchThread:
    """Return the thread with the best plan; the first one on a tie."""
    best = threads[0]
    for thread in threads[1:]:
        if thread.is_better_than(best):
            best = thread
    return best


def start_search(threads: list[SearchThread]) -> None:
    """Give every thread a first plan, side by side."""
    water_l = threads[0].estimate_water()
    with ThreadPoolExecutor(max_workers=len(threads)) as pool:
        for job in [pool.submit(thread.start, water_l) for thread in threads]:
            job.result()


def run_search(
    threads: list[SearchThread],
    *,
    deadline: float | None,
    iterations: int | None,
    should_stop: Callable[[], bool],
    on_progress: Callable[[float], None],
    begin: float | None = None,
) -> None:
    """
    Anneal all threads until the deadline or the iterations are used up.

    Parameters
    ----------
    threads
        Run side by side, one core each.
    deadline
        As of `time.monotonic`; ignored when ``iterations`` is given.
    iterations
        For every thread; the run then repeats bit for bit.
    should_stop
        Asked between chunks; the best so far is kept.
    on_progress
        Told the share of the run that is over, 0 to 1.
    begin
        As ``deadline``: when the run began; None: now.
    """
    begin = time.monotonic() if begin is None else begin
    stopping = False

    def stop() -> bool:
        return stopping

    with ThreadPoolExecutor(max_workers=len(threads)) as pool:
        over = min(_fraction(t, begin, deadline, iterations) for t in threads)
        for target in MEETINGS:
            if target <= over:
                continue
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
            if target < 1.0:
                _meet(threads, target)


def _meet(threads: list[SearchThread], fraction: float) -> None:
    """Let all threads go on from the solution that leads by weighted litres."""
    leads = [thread.lead(fraction) for thread in threads]
    first = max(range(len(threads)), key=lambda k: leads[k][0])
    is_best = leads[first][1]
    for k, thread in enumerate(threads):
        if k != first:
            thread.adopt(threads[first], is_best=is_best)
    threads[first].adopt(threads[first], is_best=is_best)


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
    if iterations is None:
        run_until(
            thread, target, lambda: _fraction(thread, begin, deadline, None), stop
        )
        return
    while not stop():
        left = round(target * iterations) - thread.iterations
        if left <= 0:
            return
        fraction = _fraction(thread, begin, deadline, iterations)
        thread.step(min(CHUNK_ITERATIONS, left), fraction)


def run_until(
    thread: SearchThread,
    target: float,
    fraction_over: Callable[[], float],
    stop: Callable[[], bool],
) -> None:
    """
    Anneal a thread until a share of the run is over, with looks at the clock.

    Parameters
    ----------
    thread
        Searched by the caller's thread.
    target
        Share of the run at which to end.
    fraction_over
        Returns the share that is over.
    stop
        Asked between chunks.
    """
    chunk = 20
    while not stop():
        fraction = fraction_over()
        if fraction >= target:
            return
        began = time.monotonic()
        thread.step(chunk, fraction)
        spent = time.monotonic() - began
        if spent < CHUNK_S / 2:
            chunk = min(5_000, chunk * 2)
        elif spent > CHUNK_S * 2:
            chunk = max(1, chunk // 2)
