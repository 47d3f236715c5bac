"""A search without a time limit: longer and longer rounds, until one gains nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.solver.search import best_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.model.plan import Ended
    from dispatch.solver.search import SearchParams, SearchThread

#: Of all water served, what is worth going on for.
MIN_GAIN: Final = 0.0005
#: Of all driving, the same where all that can be served is served.
MIN_LESS_DRIVING: Final = 0.002


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How long to search; seconds.

    Attributes
    ----------
    first_s
        Length of the first round.
    patience_s
        Nothing must have been gained for at least so long.
    longest_s
        The search ends then, whatever is gained.
    """

    first_s: float
    patience_s: float
    longest_s: float


def limits_for(num_villages: int) -> Limits:
    """Return limits that suit the size of a day."""
    first_s = min(60.0, max(1.0, num_villages / 30))
    return Limits(
        first_s=first_s,
        patience_s=min(10.0, max(2.0, num_villages / 3)),
        longest_s=min(300.0, max(60.0, 10 * first_s)),
    )


@dataclass(frozen=True, slots=True)
class _Mark:
    """The best plan at the beginning of a round."""

    served: tuple[int, ...]
    driving: int

    @property
    def total_l(self) -> int:
        return sum(self.served)


def search_until_idle(
    threads: list[SearchThread],
    limits: Limits,
    *,
    search: Callable[..., None],
    again: SearchParams,
    is_best_possible: Callable[[], bool],
    is_short_above: Callable[[], bool],
    should_stop: Callable[[], bool],
    on_progress: Callable[[float], None],
) -> Ended:
    """
    Search in rounds until one gains nothing; return why the search ended.

    Every round after the first starts from the best plan, warm again, and takes as
    long as all before it together, at least ``limits.patience_s``. One that gains no
    litre of a level above the contested one, and of all water less than `MIN_GAIN`
    (where all is served, of the driving less than `MIN_LESS_DRIVING`), is the last.

    Parameters
    ----------
    threads
        Searched together; they keep their best.
    limits
        Lengths of the rounds.
    search
        `search.run_search`, or what does the same in another way.
    again
        Temperatures of every round but the first.
    is_best_possible
        Whether it is proven that no plan serves more.
    is_short_above
        Whether a level above the contested one is short without proof; the search
        then goes on to its longest time.
    should_stop
        Asked from time to time; the search then ends at once.
    on_progress
        Told the share of the longest time that has passed.
    """
    begin = time.monotonic()
    round_s = limits.first_s
    is_first = True

    def report(_fraction: float) -> None:
        on_progress(min(1.0, (time.monotonic() - begin) / limits.longest_s))

    while True:
        mark = _mark(threads)
        search(
            threads,
            deadline=time.monotonic() + round_s,
            iterations=None,
            should_stop=should_stop,
            on_progress=report,
        )
        if should_stop():
            return "stopped"
        if is_best_possible():
            return "best_possible"
        elapsed_s = time.monotonic() - begin
        if not is_first and not _has_gained(threads, mark) and not is_short_above():
            return "no_gain"
        is_first = False
        left_s = limits.longest_s - elapsed_s
        round_s = min(max(limits.patience_s, elapsed_s), left_s)
        if round_s < 0.5 * limits.patience_s:
            return "time"
        for thread in threads:
            thread.start_again(again)


def _mark(threads: list[SearchThread]) -> _Mark:
    state = best_thread(threads).state
    served = tuple(max(0, int(litres)) for litres in state.b_served)
    return _Mark(served, int(state.b_total["drive"][0]))


def _has_gained(threads: list[SearchThread], before: _Mark) -> bool:
    now = _mark(threads)
    contested = best_thread(threads).contested_level()
    if now.served[:contested] != before.served[:contested]:
        return True
    if contested == len(now.served):
        return now.driving < (1 - MIN_LESS_DRIVING) * before.driving
    least_l = MIN_GAIN * max(1, before.total_l)
    contested_l = now.served[contested] - before.served[contested]
    return max(contested_l, now.total_l - before.total_l) > least_l
