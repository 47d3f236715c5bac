"""water: the demo and a made-up county of water, planned and checked, with each gap."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.machine import describe_machine
from benchmarks.water.county import county

if TYPE_CHECKING:
    import argparse

    from dispatch.planning.whole_water import WholeWater

DEMO = Path(__file__).parents[2] / "data" / "yonghe"


def add_arguments(parser: argparse.ArgumentParser, shared: Path) -> None:
    """Add the options of the command; nothing beside the repository is used."""
    del shared
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0, help="another one, another day")
    parser.add_argument("--only", choices=("demo", "county"), help="one case alone")


def run(asked: argparse.Namespace) -> int:
    """Print for each case the seconds, and a table with a row for each goal."""
    from dispatch.files.scenario.read import read_scenario
    from dispatch.planning.whole_water import plan_whole_water

    print(describe_machine())
    for name in ("demo", "county"):
        if asked.only not in (None, name):
            continue
        scenario = read_scenario(DEMO) if name == "demo" else county(seed=asked.seed)
        began, worked = time.perf_counter(), time.process_time()
        whole = plan_whole_water(scenario, num_days=asked.days)
        spent_s, cpu_s = time.perf_counter() - began, time.process_time() - worked
        busy = ", ".join(f"{load:.1f}" for load in os.getloadavg()[:1])
        print(
            f"\n{name}: {asked.days} days planned and checked, days and hours, in "
            f"{spent_s:.1f} s ({cpu_s:.1f} s of processor, load {busy}); "
            f"{whole.dispatch.num_rounds} rounds\n"
        )
        _print_table(whole)
    return 0


def _print_table(whole: WholeWater) -> None:
    """Print value, bound and gap of every goal that is not met in full, and checks."""
    names = ("goal", "unit", "value", "bound", "gap")
    print("| " + " | ".join(names) + " |\n" + "| --- " * len(names) + "|")
    met = 0
    for goal in whole.dispatch.plan.goals:
        if goal.value <= 1e-3:
            met += 1
            continue
        gap = "-" if goal.gap is None else f"{100 * goal.gap:.1f} %"
        bound = "-" if goal.bound is None else f"{goal.bound:,.1f}"
        print(f"| {goal.goal} | {goal.unit} | {goal.value:,.1f} | {bound} | {gap} |")
    broken = len(whole.violations), len(whole.hour_violations)
    print(f"\n{met} goals met in full; broken rules of days and hours: {broken}")
