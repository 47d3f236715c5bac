"""Our search on one public instance, judged by `evaluate`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.machine import num_cores
from benchmarks.public.arrays import to_instance, to_routes
from benchmarks.public.evaluate import evaluate
from dispatch.solver.search import (
    SearchParams,
    SearchThread,
    best_thread,
    run_search,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.public.evaluate import Verdict
    from benchmarks.public.library import Entry
    from benchmarks.public.model import PublicInstance, PublicRoute


@dataclass(frozen=True, slots=True)
class Outcome:
    """What our search found for one instance."""

    family: str
    instance: str
    num_customers: int
    num_vehicles: int
    took_s: float
    iterations: int
    verdict: Verdict
    best_known: float | None
    is_proven: bool
    routes: Sequence[PublicRoute]

    @property
    def gap(self) -> float | None:
        """How far the cost lies above the best known; None where it is no plan."""
        if self.best_known is None or not self.verdict.is_feasible:
            return None
        return self.verdict.cost / self.best_known - 1


def search(
    public: PublicInstance,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    workers: int | None = None,
) -> tuple[list[PublicRoute], int]:
    """
    Return the best routes found and the iterations made.

    Parameters
    ----------
    public
        The instance with its best known cost.
    seconds
        Wall time; ignored when ``iterations`` is given, which repeats exactly.
    iterations
        Iterations of every thread; None: by time.
    seed
        Start of the random numbers.
    workers
        Search threads; None: one for every core.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    instance = to_instance(public)
    threads = [
        SearchThread(instance, SearchParams(), seed * 1000 + k)
        for k in range(workers or num_cores())
    ]
    for thread in threads:
        thread.start()
    run_search(
        threads,
        deadline=deadline,
        iterations=iterations,
        should_stop=lambda: False,
        on_progress=lambda _fraction: None,
    )
    routes = to_routes(public, instance, best_thread(threads).state)
    return routes, sum(thread.iterations for thread in threads)


def run_entry(entry: Entry, seconds: float, seed: int) -> Outcome:
    """Return the judged outcome of one instance on disk."""
    public = entry.read()
    began = time.monotonic()
    routes, iterations = search(public, seconds=seconds, seed=seed)
    spent = time.monotonic() - began
    return Outcome(
        family=public.family,
        instance=public.name,
        num_customers=len(public.customers),
        num_vehicles=len(routes),
        took_s=spent,
        iterations=iterations,
        verdict=evaluate(public, routes),
        best_known=entry.best.value,
        is_proven=entry.best.is_proven,
        routes=routes,
    )
