"""What one more truck, bay or hour would add: re-solved from the plan, and ranked."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from dispatch.check.rules import check_plan
from dispatch.coverage import compute_coverage
from dispatch.errors import SolverError
from dispatch.model.need import BANDS
from dispatch.model.outcome import plan_totals, village_outcomes
from dispatch.model.today import Today
from dispatch.planning.variants import Variant, as_it_is, list_variants
from dispatch.solver.adopt import go_on_from
from dispatch.solver.build_plan import best_routes
from dispatch.solver.instance import build_instance
from dispatch.solver.rest import rest_of_day
from dispatch.solver.search import (
    SearchParams,
    SearchThread,
    best_thread,
    run_search,
    start_search,
)
from dispatch.solver.warm import compile_search
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dispatch.model.need import Band
    from dispatch.model.plan import Plan, Route
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel

#: From a plan that stands; hotter, and every variant would first have to mend it.
FROM_PLAN: Final = SearchParams(hot=0.04, hot_way=0.1)
#: Share of the time for bettering the plan first: what it lacks is no one's gain.
POLISHING: Final = 0.25
#: Runs of the unchanged scenario, whose spread shows what is mere luck.
NUM_CONTROLS: Final = 3
#: Share of the time for running again, with another seed, what seems to help.
CONFIRMING: Final = 0.25
#: Variants that are run again at most, the most helpful first.
MAX_CONFIRMED: Final = 6
#: What a gain must exceed the spread of three equal runs by.
SPREAD_FACTOR: Final = 1.5


@dataclass(frozen=True, slots=True)
class Effect:
    """
    What a variant adds to the plan.

    Attributes
    ----------
    gain_l
        Litres per band against the best plan known of the unchanged scenario; where
        the variant was run twice, of the run that gains less.
    gain_people
        People who reach the basic standard beyond those who do without it.
    is_clear
        Whether two runs with different seeds gain more than equal runs of the unchanged
        scenario differ by, in the first band in which the gain shows.
    """

    variant: Variant
    gain_l: Mapping[Band, int]
    gain_people: int
    is_clear: bool

    @property
    def key(self) -> tuple[int, ...]:
        """Gains in the order of bands: what helps the first band most comes first."""
        return tuple(self.gain_l[band] for band in BANDS)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """
    All variants, most helpful first.

    Attributes
    ----------
    base_l
        Litres per band of the unchanged scenario: the best of all plans met that are
        valid there, those of variants included.
    noise_l
        Most that equal runs differ by in the first band in which one does.
    num_variants
        How many there were to try; the effects are fewer after an early end.
    """

    base_l: Mapping[Band, int]
    base_people: int
    noise_l: int
    num_variants: int
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class _Outcome:
    served_l: tuple[int, ...]
    people: int


def what_if(
    scenario: Scenario,
    travel: Travel,
    plan: Plan,
    *,
    seconds: float,
    seed: int = 0,
    iterations: int | None = None,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> WhatIf:
    """
    Return what changes of the means would add to a plan, most helpful first.

    Every variant, and the unchanged scenario, is solved anew from the plan for the
    same time; a relaxed limit never serves less, so gains are at least 0.

    Parameters
    ----------
    scenario
        The day to plan.
    travel
        Times and metres of the unchanged day.
    plan
        A good plan of the scenario as it is.
    seconds
        For all variants together.
    seed
        Start of the random numbers.
    iterations
        Per thread and variant instead of seconds: repeats bit for bit.
    workers
        Search threads of every run.
    progress
        Called with the number of variants solved and to solve.
    should_stop
        Asked all the time; what is solved by then is returned.
    """
    compile_search()
    deadline = time.monotonic() + seconds
    unchanged = as_it_is(scenario, travel)
    polish_s = POLISHING * seconds
    stop = should_stop or (lambda: False)
    plan, polished = _solve_from(
        unchanged, plan, polish_s, iterations, seed, workers, stop
    )
    variants = list_variants(scenario, travel, plan)
    jobs = [unchanged] * NUM_CONTROLS + variants
    confirm_s = CONFIRMING * max(0.0, deadline - time.monotonic())
    outcomes: list[_Outcome] = []
    met = [polished]  # outcomes of plans that are valid for the day as it is
    for k, variant in enumerate(jobs):
        if stop():
            break
        left_s = deadline - confirm_s - time.monotonic()
        share = max(0.05, left_s) / (len(jobs) - k)
        new_plan, outcome = _solve_from(
            variant, plan, share, iterations, seed + k, workers, stop
        )
        if stop():  # cut short: it would look worse than it is
            break
        outcomes.append(outcome)
        if k < NUM_CONTROLS or _is_valid_today(scenario, travel, new_plan):
            met.append(outcome)
        if progress is not None:
            progress(k + 1, len(jobs))
    tried = _Tried(
        controls=outcomes[:NUM_CONTROLS] or [polished],
        base=max(met, key=lambda outcome: outcome.served_l),
        runs=list(zip(variants, outcomes[NUM_CONTROLS:], strict=False)),
    )
    for number, k in enumerate(tried.to_confirm()):
        if stop():
            break
        left = min(MAX_CONFIRMED, len(tried.to_confirm())) - number
        share = max(0.05, deadline - time.monotonic()) / left
        again = seed + len(jobs) + k
        variant = tried.runs[k][0]
        _, outcome = _solve_from(variant, plan, share, iterations, again, workers, stop)
        if not stop():
            tried.confirmed[k] = outcome
    effects = sorted(tried.effects(), key=lambda effect: effect.key, reverse=True)
    return WhatIf(
        base_l=dict(zip(BANDS, tried.base.served_l, strict=True)),
        base_people=tried.base.people,
        noise_l=tried.noise()[1],
        num_variants=len(variants),
        effects=tuple(effects),
    )


def _is_valid_today(scenario: Scenario, travel: Travel, new_plan: Plan) -> bool:
    """Whether a variant's plan does without what the variant adds."""
    trucks = {truck.truck_id for truck in scenario.trucks}
    if any(route.truck_id not in trucks for route in new_plan.routes):
        return False
    return not check_plan(scenario, travel, new_plan)


@dataclass(slots=True)
class _Tried:
    """What was run, and what it says about the variants."""

    controls: list[_Outcome]
    base: _Outcome
    runs: list[tuple[Variant, _Outcome]]
    confirmed: dict[int, _Outcome] = field(default_factory=dict)

    def noise(self) -> tuple[int, int]:
        """Return the first band in which equal runs differ, and by how much at most."""
        differences = [
            _first_difference(self.base.served_l, control.served_l)
            for control in self.controls
        ]
        first = min((band for band, _ in differences), default=len(BANDS))
        return first, max(
            (abs(litres) for band, litres in differences if band == first), default=0
        )

    def _exceeds_noise(self, outcome: _Outcome) -> bool:
        band, litres = _first_difference(outcome.served_l, self.base.served_l)
        first, spread = self.noise()
        if litres <= 0 or band > first:
            return False
        return band < first or litres > SPREAD_FACTOR * spread

    def to_confirm(self) -> list[int]:
        """Return the positions of runs that seem to help, the best first."""
        helpful = [k for k, (_, o) in enumerate(self.runs) if self._exceeds_noise(o)]
        helpful.sort(key=lambda k: self.runs[k][1].served_l, reverse=True)
        return helpful[:MAX_CONFIRMED]

    def effects(self) -> list[Effect]:
        """Return what every variant adds."""
        effects = []
        for k, (variant, first) in enumerate(self.runs):
            again = self.confirmed.get(k)
            outcomes = [first] if again is None else [first, again]
            worst = min(outcomes, key=lambda outcome: outcome.served_l)
            is_clear = again is not None and self._exceeds_noise(worst)
            effects.append(_effect(variant, self.base, worst, is_clear=is_clear))
        return effects


def _first_difference(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, int]:
    """Return the first band in which litres differ, and by how many."""
    for band, (litres_a, litres_b) in enumerate(zip(a, b, strict=True)):
        if litres_a != litres_b:
            return band, litres_a - litres_b
    return len(a), 0


def _effect(
    variant: Variant, base: _Outcome, outcome: _Outcome, *, is_clear: bool
) -> Effect:
    if outcome.served_l < base.served_l:  # the base plan is still valid there
        outcome = base
    gain = [a - b for a, b in zip(outcome.served_l, base.served_l, strict=True)]
    return Effect(
        variant=variant,
        gain_l=dict(zip(BANDS, gain, strict=True)),
        gain_people=outcome.people - base.people,
        is_clear=is_clear,
    )


def _solve_from(
    variant: Variant,
    plan: Plan,
    seconds: float,
    iterations: int | None,
    seed: int,
    workers: int,
    should_stop: Callable[[], bool],
) -> tuple[Plan, _Outcome]:
    """Improve the plan under the variant's means; every plan is checked."""
    scenario, travel = variant.scenario, variant.travel
    today = Today(now_s=0, previous=plan)
    rest = rest_of_day(scenario, build_instance(scenario, travel), today)
    threads = [
        SearchThread(rest.instance, FROM_PLAN, seed * 1000 + k) for k in range(workers)
    ]
    go_on_from(threads, scenario, rest, today)
    start_search(threads)
    run_search(
        threads,
        deadline=time.monotonic() + seconds,
        iterations=iterations,
        should_stop=should_stop,
        on_progress=lambda _: None,
    )
    thread = best_thread(threads)
    routes = best_routes(scenario, rest.instance, thread.state)
    return _outcome(variant, plan, routes)


def _outcome(
    variant: Variant, plan: Plan, routes: tuple[Route, ...]
) -> tuple[Plan, _Outcome]:
    scenario, travel = variant.scenario, variant.travel
    villages = village_outcomes(scenario, routes)
    totals = plan_totals(scenario, travel, routes, villages)
    new_plan = replace(
        plan, routes=routes, villages=villages, totals=totals, bound=None
    )
    violations = check_plan(scenario, travel, new_plan)
    if violations:
        name = f"{variant.kind} {variant.subject}"
        message = say("variant_breaks_rule", variant=name, broken=violations[0].line)
        raise SolverError(message)
    figures = compute_coverage(scenario, new_plan, travel)
    return new_plan, _Outcome(
        served_l=tuple(totals.served_l[band] for band in BANDS),
        people=int(figures.standards["people"].loc["basic"]),
    )
