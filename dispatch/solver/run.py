"""The main line of the solver: arrays, seed, search, timetable, bound, reasons."""

from __future__ import annotations

import contextlib
import math
import time
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from logging import getLogger
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.errors import SolverError
from dispatch.model.need import BANDS, LIVESTOCK, needs_l
from dispatch.model.outcome import plan_totals, village_outcomes
from dispatch.model.plan import Bound, Plan, SolverInfo
from dispatch.solver.adopt import adopt_row, go_on_from
from dispatch.solver.bound import BoundModel, bound_seconds
from dispatch.solver.bounding.ascent import MAX_WHOLE
from dispatch.solver.bounding.known import trips_of_routes
from dispatch.solver.build_plan import assign_bays, best_routes
from dispatch.solver.by_region import search_together
from dispatch.solver.drafts import Drafts
from dispatch.solver.finish import finish_small_day, served_by_band
from dispatch.solver.instance import build_instance
from dispatch.solver.jit import is_compiled
from dispatch.solver.kernel.moves import store_best
from dispatch.solver.params import Progress, SolveParams, SolveResult
from dispatch.solver.reasons import Unserved, shortage_causes
from dispatch.solver.rest import Rest, rest_of_day, without_given
from dispatch.solver.rounds import limits_for, search_until_idle
from dispatch.solver.routing import MAX_SEED_NODES, RoutingModel
from dispatch.solver.rows import Row
from dispatch.solver.search import (
    SearchParams,
    SearchThread,
    best_thread,
    run_search,
    start_search,
)
from dispatch.solver.timetable import has_queues, improve_timetable
from dispatch.solver.warm import compile_search
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dispatch.arrays import Ints
    from dispatch.model.plan import Cause, Ended, Route, VillageOutcome
    from dispatch.model.scenario import Scenario
    from dispatch.model.today import Today
    from dispatch.model.travel import Travel
    from dispatch.solver.bounding.known import KnownTrip
    from dispatch.solver.kernel.arrays import Instance
    from dispatch.solver.params import Phase, ProgressCallback, StopCallback

_logger = getLogger(__name__)

NAME: Final = "water-dispatch"
#: From a plan that stands: warm enough to mend it, not to forget it.
WARM: Final = SearchParams(hot=0.02, hot_way=0.1)
#: Rounds after the first of a run without a time limit.
AGAIN: Final = SearchParams(hot=0.1, hot_way=0.25)
#: Sizes of pieces, as shares of the mean tank, that the routing engine tries.
PIECE_SHARES: Final = (1.0, 0.6)
#: Trips per truck that the routing model has reload nodes for.
MIN_RELOADS: Final = 6
MAX_RELOADS: Final = 60
#: Share of a run, and most seconds, for whole trips on days of few villages.
WHOLE_SHARE: Final = 0.3
MAX_WHOLE_S: Final = 8.0
#: Time below which a search is not begun again.
LEAST_AGAIN_S: Final = 0.3
#: Rounds of the bound in a run that is limited by iterations.
REPEATABLE_ROUNDS: Final = 30


def solver_version() -> str:
    """Return the version of this package."""
    try:
        return version("water-dispatch")
    except PackageNotFoundError:
        return "0+unknown"


class _Run:
    """One call of `solve`: clock, progress and the pieces that steps hand on."""

    def __init__(
        self,
        scenario: Scenario,
        travel: Travel,
        params: SolveParams,
        seed: int,
        progress: ProgressCallback | None,
        should_stop: StopCallback | None,
    ) -> None:
        self.scenario = scenario
        self.travel = travel
        self.params = params
        self.seed = seed
        self.begin = time.monotonic()
        self.limits = limits_for(len(scenario.villages))
        self.seconds = params.seconds or self.limits.first_s
        self.ended: Ended = "time" if params.iterations is None else "iterations"
        self._progress = progress
        self._should_stop = should_stop
        self.bound_l: int | None = None
        self.threads: list[SearchThread] = []
        self._iterations_before = 0
        self.today: Today | None = None
        self.rest: Rest | None = None
        self.broken: list[str] = []
        self.drafts: Drafts | None = None

    def elapsed_s(self) -> float:
        return time.monotonic() - self.begin

    def should_stop(self) -> bool:
        return self._should_stop is not None and self._should_stop()

    @property
    def search(self) -> Callable[..., None]:
        """Search of the threads; what is promised stays where a day goes whole."""
        return search_together if self.rest is None else run_search

    @property
    def iterations(self) -> int:
        """Iterations of all threads, those let go included."""
        left = sum(thread.iterations for thread in self.threads)
        return self._iterations_before + left

    def keep_best(self) -> SearchThread:
        """Return the thread with the best plan; on large days the others take much."""
        best = best_thread(self.threads)
        self._iterations_before = self.iterations - best.iterations
        self.threads = [best]
        self.drafts = None
        return best

    def report(self, phase: Phase, fraction: float) -> None:
        if self._progress is None:
            return
        served = None
        if self.threads:
            best = best_thread(self.threads).state.b_served
            per_band = best.reshape(len(BANDS), -1).sum(axis=1)
            served = {
                band: max(0, int(litres))
                for band, litres in zip(BANDS, per_band, strict=True)
            }
        self._progress(
            Progress(
                phase=phase,
                fraction=fraction,
                elapsed_s=self.elapsed_s(),
                iterations=self.iterations,
                served_l=served,
                bound_l=self.bound_l,
                draft=self._draft() if phase == "search" else None,
            )
        )

    def _draft(self) -> Callable[[], Plan] | None:
        return None if self.drafts is None else self.drafts.next(self.threads)


def solve(
    scenario: Scenario,
    travel: Travel,
    params: SolveParams | None = None,
    *,
    seed: int = 0,
    today: Today | None = None,
    progress: ProgressCallback | None = None,
    should_stop: StopCallback | None = None,
) -> SolveResult:
    """
    Return the best plan found within the limits, with a proven bound.

    Parameters
    ----------
    scenario
        The day to plan.
    travel
        Driving times of that day.
    params
        Limits of the search; None: until nothing more is gained.
    seed
        Equal seeds and iterations give equal plans.
    today
        Where the day stands: the rest of it is planned, and the plan holds what is
        done as well. None: the whole day.
    progress
        Called from time to time with where the run stands.
    should_stop
        Asked from time to time; the best plan so far is returned when it says so.

    Returns
    -------
    SolveResult
        Status, plan and bound, with all that it takes to repeat the run.

    Raises
    ------
    PlanError
        If what is done names a truck or a place that the scenario lacks, or leaves
        water on board.
    SolverError
        If the routing engine is asked for the rest of a day.
    """
    run = _Run(scenario, travel, params or SolveParams(), seed, progress, should_stop)
    run.today = today
    if today is not None and run.params.engine == "routing":
        raise SolverError("the routing engine plans whole days only")
    run.report("compile", 0.0)
    compile_search()
    run.begin = time.monotonic()  # compiling happens once, and is not planning
    instance = build_instance(scenario, travel)
    if run.today is not None:
        run.rest = rest_of_day(scenario, instance, run.today)
        instance = run.rest.instance
    run.report("bound", 0.0)
    for_bound = instance if run.rest is None else without_given(instance)
    model = BoundModel(for_bound, band_needs(for_bound))
    began = time.monotonic()
    with contextlib.suppress(SolverError):
        run.bound_l = int(model.most_l(range(len(BANDS)), ()))
    # One such program for every band that is not full, and harder ones among them;
    # each goes on from the one before, which counts where they are large.
    first_s = time.monotonic() - began
    bound_s = min(9 * first_s, 2 + 2 * first_s) + _pricing_s(run, instance)
    params_of_search = SearchParams()
    if run.today is not None and run.today.previous is not None:
        params_of_search = WARM
    run.threads = [
        SearchThread(instance, params_of_search, seed * 1000 + k)
        for k in range(run.params.workers)
    ]
    if run.today is not None:
        assert run.rest is not None
        run.broken = go_on_from(run.threads, scenario, run.rest, run.today)
    begun = run.rest.prefix if run.rest is not None else None
    if progress is not None and run.params.engine == "search":
        run.drafts = Drafts(scenario, travel, instance, begun, seed)
    if run.params.engine == "routing":
        _route(run, instance, bound_s)
    elif run.params.seconds is None and run.params.iterations is None:
        _search_until_idle(run, instance, model)
    else:
        _search(run, instance, bound_s)
    _finish(run, model)
    thread = run.keep_best()
    run.report("timetable", 1.0)
    routes = best_routes(scenario, instance, thread.state, begun)
    if run.today is None:  # promised times stay as they are
        routes = _timetable(run, instance, routes)
    run.report("reasons", 1.0)
    plan = _plan(run, instance, thread, routes, model)
    return SolveResult(
        status=plan.solver.status,
        plan=plan,
        bound=plan.bound,
        gap=plan.bound.gap if plan.bound else None,
        runtime_s=run.elapsed_s(),
        iterations=plan.solver.iterations,
        seed=seed,
        params=run.params,
        solver_version=solver_version(),
    )


def band_needs(instance: Instance) -> Ints:
    """Return the need of every village and band, shape (V, 7), in litres."""
    need = instance.level_need
    bands: Ints = need.reshape(len(need), len(BANDS), -1).sum(axis=2)
    return bands


def _finishing_s(run: _Run, bound_s: float) -> float:
    """Return the time to keep for bound, timetable and reasons."""
    probing_s = 0.0015 * len(run.scenario.villages)
    least_s = bound_s + probing_s + 0.02 * run.seconds + 0.05
    return min(0.5 * run.seconds, least_s) + _whole_s(run)


def _whole_s(run: _Run) -> float:
    """Return the time for whole trips of every truck; 0: they are not looked at."""
    is_small = len(run.scenario.villages) <= MAX_WHOLE
    is_timed = run.params.iterations is None and run.params.engine == "search"
    if not is_small or not is_timed or run.today is not None:
        return 0.0
    return min(MAX_WHOLE_S, WHOLE_SHARE * run.seconds)


def _finish(run: _Run, model: BoundModel) -> None:
    """Better and prove the plan of a small day by whole trips of every truck."""
    seconds = _whole_s(run)
    if seconds and run.params.seconds is None:
        seconds = MAX_WHOLE_S
    if seconds <= 0 or run.ended == "best_possible":
        return

    deadline = time.monotonic() + seconds

    def search(until: float, again: SearchParams = WARM) -> None:
        for thread in run.threads:
            thread.start_again(again)
        run_search(
            run.threads,
            deadline=until,
            iterations=None,
            should_stop=run.should_stop,
            on_progress=lambda _: run.report("bound", 1.0),
        )

    is_proven = False
    with contextlib.suppress(SolverError):  # a plan without proof is better than none
        is_proven = finish_small_day(
            run.threads,
            model,
            deadline=deadline,
            search=search,
            should_stop=run.should_stop,
        )
    is_time_left = time.monotonic() < deadline - LEAST_AGAIN_S
    if is_time_left and not is_proven and run.params.seconds is not None:
        search(deadline, AGAIN)


def _pricing_s(run: _Run, instance: Instance) -> float:
    """Return the time for the bound beyond the radial one."""
    if run.params.seconds is None:
        return bound_seconds(instance)
    return min(0.4 * run.seconds, bound_seconds(instance, run.params.seconds))


def _search(run: _Run, instance: Instance, bound_s: float) -> None:
    iterations = run.params.iterations
    run.report("seed", 0.0)
    if iterations is None:
        _seed_by_routing(run, instance)
    start_search(run.threads)
    deadline = run.begin + run.seconds - _finishing_s(run, bound_s)
    run.search(
        run.threads,
        deadline=max(time.monotonic() + 0.02, deadline),
        iterations=iterations,
        should_stop=run.should_stop,
        on_progress=lambda fraction: run.report("search", fraction),
    )
    if run.should_stop():
        run.ended = "stopped"


def _search_until_idle(run: _Run, instance: Instance, model: BoundModel) -> None:
    """Search until nothing more is gained, since nobody has set a time."""
    run.report("seed", 0.0)
    _seed_by_routing(run, instance)
    start_search(run.threads)
    is_rest = run.today is not None and run.today.previous is not None
    run.ended = search_until_idle(
        run.threads,
        run.limits,
        search=run.search,
        again=WARM if is_rest else AGAIN,
        is_best_possible=lambda: _is_best_possible(run, model),
        is_short_above=lambda: _is_short_above(run, model),
        should_stop=run.should_stop,
        on_progress=lambda fraction: run.report("search", fraction),
    )


def _is_best_possible(run: _Run, model: BoundModel) -> bool:
    """Whether no plan serves more, by the bound that is at hand at once."""
    if run.rest is not None and run.rest.given.any():
        return False  # the bound at hand lets given water go to animals alone
    served = served_by_band(best_thread(run.threads))
    try:
        most = [model.most_l([b], served[:b]) for b in range(len(BANDS))]
    except SolverError:
        return False
    if any(most[b] >= served[b] + 1 for b in range(len(BANDS))):
        return False
    # Where all that can be is served, the driving may still be shorter.
    all_served = best_thread(run.threads).contested_level() == run.threads[0].num_levels
    return not all_served or not any(served)


def _is_short_above(run: _Run, model: BoundModel) -> bool:
    """Whether a band above the contested one may be served better."""
    thread = best_thread(run.threads)
    served = served_by_band(thread)
    steps = thread.num_levels // len(BANDS)
    try:
        return any(
            model.most_l([band], served[:band]) >= served[band] + 1
            for band in range(thread.contested_level() // steps)
        )
    except SolverError:
        return False


def _seed_by_routing(run: _Run, instance: Instance) -> None:
    """Start the last thread from OR-Tools' first solution, if it comes in time."""
    if len(run.threads) < 2 or run.today is not None:
        return
    piece_l = max(1, int(instance.truck["capacity"].mean()))
    pieces = int((-(-instance.village["room"] // piece_l)).sum())
    nodes = 3 * instance.truck.size * MIN_RELOADS + pieces
    if nodes > MAX_SEED_NODES or run.seconds < 2:
        return
    model = RoutingModel(instance, piece_l, trips_per_truck=MIN_RELOADS)
    routed = model.solve(0.08 * run.seconds, first_only=True)
    _adopt_routes(run.threads[-1], routed)


def _routing_model(instance: Instance, share: float) -> RoutingModel:
    """Return the model with as many reloads as the whole need would take."""
    capacity = instance.truck["capacity"]
    loads = 2 * instance.village["room"].sum() / max(1, capacity.sum())
    trips = int(np.clip(np.ceil(loads), MIN_RELOADS, MAX_RELOADS))
    return RoutingModel(instance, max(1, int(share * capacity.mean())), trips)


def _adopt_routes(
    thread: SearchThread,
    routed: list[tuple[Ints, Ints]],
) -> None:
    for r, (places, litres) in enumerate(routed):
        if places.size:
            free = np.full_like(places, -1)
            adopt_row(thread, r, Row(places, litres, free, free))


def _route(run: _Run, instance: Instance, bound_s: float) -> None:
    """Fill one thread per size of pieces with OR-Tools' own best routes."""
    run.threads = run.threads[:1]
    left = run.seconds - run.elapsed_s() - _finishing_s(run, bound_s)
    threads = []
    for k, share in enumerate(PIECE_SHARES):
        if run.should_stop():
            break
        run.report("search", k / len(PIECE_SHARES))
        thread = SearchThread(instance, SearchParams(), run.seed)
        seconds = max(0.05, left / len(PIECE_SHARES))
        routed = _routing_model(instance, share).solve(seconds, first_only=False)
        _adopt_routes(thread, routed)
        store_best(thread.state)
        threads.append(thread)
    run.threads = threads or run.threads
    for thread in run.threads:
        if thread.state.b_served[0] < 0:
            store_best(thread.state)


def _timetable(
    run: _Run, instance: Instance, routes: tuple[Route, ...]
) -> tuple[Route, ...]:
    # The model has one time per leg: no use where roads change during the day.
    if run.travel.later is not None or not has_queues(run.scenario, routes):
        return routes
    better = improve_timetable(
        run.scenario,
        instance,
        routes,
        seconds=min(1.0, max(0.05, 0.01 * run.seconds)),
        seed=run.seed,
    )
    return assign_bays(run.scenario, better)


def _plan(
    run: _Run,
    instance: Instance,
    thread: SearchThread,
    routes: tuple[Route, ...],
    model: BoundModel,
) -> Plan:
    scenario = run.scenario
    bare = village_outcomes(scenario, routes)
    short = {k: unserved for k, of in enumerate(bare) if (unserved := _unserved(of))}
    booked = shortage_causes(
        instance,
        thread.state,
        short,
        min_drop_l=scenario.service.min_drop_l,
        is_whole_day=run.rest is None,
    )
    causes = {
        scenario.villages[k].village_id: _with_forbidden(scenario, k, why)
        for k, why in booked.items()
    }
    villages = village_outcomes(scenario, routes, causes)
    totals = plan_totals(scenario, run.travel, routes, villages)
    try:
        served_l = [totals.served_l[band] for band in BANDS]
        known = trips_of_routes(scenario, routes)
        bound = _bound(run, instance, model, served_l, known)
    except SolverError:  # a plan without proof is better than none
        _logger.exception("no bound")
        bound = None
    is_full = bound is not None and all(
        totals.served_l[band] == bound.served_l[band] for band in BANDS
    )
    notes = [say("note_travel_estimates")] if run.travel.is_estimate else []
    notes += [say("note_promise_not_kept", truck=truck) for truck in run.broken]
    if run.today is not None:
        notes += [truck_out.note() for truck_out in run.today.out]
    return Plan(
        scenario=scenario.name,
        date=scenario.date,
        seed=run.seed,
        solver=SolverInfo(
            name=f"{NAME}/{run.params.engine}",
            version=solver_version(),
            seconds=round(run.elapsed_s(), 3),
            status="optimal" if is_full and not totals.driving_s else "feasible",
            iterations=run.iterations,
            travel=run.travel.method,
            ended=run.ended,
        ),
        routes=routes,
        villages=villages,
        totals=totals,
        bound=bound,
        notes=tuple(notes),
    )


def _with_forbidden(
    scenario: Scenario, village_idx: int, causes: tuple[Cause, ...]
) -> tuple[Cause, ...]:
    """Return causes that tell a lane that is too narrow from a truck kept away."""
    village = scenario.villages[village_idx]
    if not any(
        village.village_id in truck.not_to and truck.fits(village)
        for truck in scenario.trucks
    ):
        return causes
    return tuple(
        replace(cause, reason="forbidden") if cause.reason == "truck_too_big" else cause
        for cause in causes
    )


def _unserved(outcome: VillageOutcome) -> Unserved | None:
    """Return what a village lacks; None if nothing."""
    if outcome.shortage_l <= 0:
        return None
    animals = outcome.need_l["livestock"] - outcome.served_l["livestock"]
    return Unserved(people_l=outcome.shortage_l - animals, animals_l=animals)


def _bound(
    run: _Run,
    instance: Instance,
    model: BoundModel,
    served_l: Sequence[int],
    known: Sequence[KnownTrip],
) -> Bound:
    """Return the bound of the whole day, what is done counted as it is."""
    # A run limited by iterations repeats bit for bit, its bound included.
    is_timed = run.params.iterations is None
    seconds = _pricing_s(run, instance) if is_timed else math.inf
    rounds = 10**6 if is_timed else REPEATABLE_ROUNDS
    if run.rest is None:
        return model.bound(served_l, seconds, rounds, known)
    done = run.rest.served.reshape(len(BANDS), -1).sum(axis=1) + run.rest.given
    left = [s - int(d) for s, d in zip(served_l, done, strict=True)]
    # Every litre that others bring for animals may set a given one free for people.
    freed_l = int(run.rest.given[LIVESTOCK])
    left[-1] = max(0, left[-1] - freed_l)
    bound = model.bound(left, seconds, rounds, known)
    most = done + [bound.served_l[band] for band in BANDS]
    most[-1] += freed_l
    need = needs_l(run.scenario)
    most = np.minimum(most, [sum(n[b] for n in need.values()) for b in BANDS])
    total = bound.total_l + int(done.sum())
    return Bound(
        method=bound.method,
        served_l=dict(zip(BANDS, most.tolist(), strict=True)),
        total_l=total,
        gap=(total - sum(served_l)) / total if total else 0.0,
    )


def needs_compiling() -> bool:
    """Whether the first run on this machine still has to compile the search."""
    return not is_compiled()
