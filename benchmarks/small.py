"""small: days of one to nine villages cut from scenarios, with and without an end."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.machine import describe_machine

if TYPE_CHECKING:
    import argparse

    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario

SCENARIOS = "scarce-60,scarce-full-120"
SIZES = "1,2,3,5,7"
#: Sources of a day; people of every village count so often, so that water is short.
NUM_SOURCES = 2
PEOPLE = 3


def add_arguments(parser: argparse.ArgumentParser, shared: Path) -> None:
    """Add the options of the command."""
    parser.add_argument("--scenarios", default=SCENARIOS, help="names in --shared")
    parser.add_argument("--shared", default=str(shared / "scenarios"))
    parser.add_argument("--sizes", default=SIZES, help="numbers of villages")
    parser.add_argument("--trucks", default="1,2", help="numbers of trucks")
    parser.add_argument("--seeds", default="1,2,3", help="which villages")
    parser.add_argument("--seconds", type=float, default=12.0)


def run(asked: argparse.Namespace) -> int:
    """Print a row for every day that has a gap, and the means."""
    from dispatch import SolveParams, read_scenario, solve, travel_matrix
    from dispatch.solver import run as solver_run

    share = solver_run.WHOLE_SHARE
    print(describe_machine(), f"{asked.seconds:g} s a run\n")
    print("| day | contested band | without (l) | gap | with (l) | gap |")
    print("|---|---|---|---|---|---|")
    gaps = []
    for name in asked.scenarios.split(","):
        whole = read_scenario(Path(asked.shared) / name)
        for size, trucks, seed in _days(asked):
            day = cut_day(whole, size, trucks, seed)
            travel = travel_matrix(day)
            plans = []
            for part in (0.0, share):
                solver_run.WHOLE_SHARE = part  # type: ignore[misc]
                params = SolveParams(seconds=asked.seconds)
                plan = solve(day, travel, params, seed=1).plan
                assert plan is not None
                plans.append(plan)
            gaps.append([_gap(plan) for plan in plans])
            if gaps[-1][0] > 0:
                label = f"{name}, {size} villages, {trucks} trucks, {seed}"
                print(_line(label, plans), flush=True)
    solver_run.WHOLE_SHARE = share  # type: ignore[misc]
    means = [100 * math.fsum(column) / len(gaps) for column in zip(*gaps, strict=True)]
    print(
        f"\n{len(gaps)} days, mean gap {means[0]:.2f} % without, {means[1]:.2f} % with"
    )
    return 0


def _days(asked: argparse.Namespace) -> list[tuple[int, int, int]]:
    sizes, trucks, seeds = (
        [int(number) for number in text.split(",")]
        for text in (asked.sizes, asked.trucks, asked.seeds)
    )
    return [(k, n, seed) for k in sizes for n in trucks for seed in seeds]


def cut_day(whole: Scenario, size: int, num_trucks: int, seed: int) -> Scenario:
    """Return the villages nearest to one of them, and as many trucks, by chance."""
    rng = random.Random(seed)
    centre = rng.choice(whole.villages)

    def off(place: object) -> float:
        return math.hypot(place.lat - centre.lat, place.lon - centre.lon)  # type: ignore[attr-defined]

    trucks = sorted(whole.trucks, key=lambda truck: truck.truck_id)
    rng.shuffle(trucks)
    trucks = trucks[:num_trucks]
    depots = {truck.depot_id for truck in trucks}
    villages = [
        replace(
            village,
            population=PEOPLE * village.population,
            vulnerable_people=PEOPLE * village.vulnerable_people,
            storage_l=None if village.storage_l is None else PEOPLE * village.storage_l,
        )
        for village in sorted(whole.villages, key=off)[:size]
    ]
    return replace(
        whole,
        villages=tuple(villages),
        sources=tuple(sorted(whole.sources, key=off)[:NUM_SOURCES]),
        trucks=tuple(trucks),
        depots=tuple(d for d in whole.depots if d.depot_id in depots),
    )


def _gap(plan: Plan) -> float:
    return 0.0 if plan.bound is None else plan.bound.gap


def _line(label: str, plans: list[Plan]) -> str:
    first = plans[0]
    assert first.bound is not None
    served, most = first.totals.served_l, first.bound.served_l
    band = next(name for name in served if served[name] < most[name])
    cells = [label, band]
    for plan in plans:
        cells += [f"{plan.totals.served_l[band]:,}", f"{100 * _gap(plan):.2f} %"]
    return "| " + " | ".join(cells) + " |"
