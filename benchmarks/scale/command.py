"""scale: time and memory of one plan at 24 to 20,000 places, each in a new process."""

from __future__ import annotations

import itertools
import json
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.machine import describe_machine

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

SIZES = "24,120,600,2000,5000"
#: The whole plan with bound, reasons and check is made up to this size.
MAX_SOLVED = 6_000


def add_arguments(parser: argparse.ArgumentParser, shared: Path) -> None:
    """Add the options of the command; days are made up, ``shared`` is not used."""
    del shared
    parser.add_argument("--sizes", default=SIZES, help="numbers of places")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each solve")
    parser.add_argument("--one", type=int, help="one size, as JSON, in this process")


def run(asked: argparse.Namespace) -> int:
    """Print a table, a row for every size."""
    if asked.one:
        sys.stdout.write(json.dumps(measure(asked.one, asked.seconds)) + "\n")
        return 0
    print(describe_machine(), "\n")
    names = ["places", "trucks", "travel (s)", "arrays (s)", "first plan (s)"]
    names += ["iterations / s", "solve (s)", "served", "gap", "violations", "peak (GB)"]
    print("| " + " | ".join(names) + " |\n" + "| --- " * len(names) + "|", flush=True)
    for size in (int(text) for text in asked.sizes.split(",")):
        command = [sys.executable, "-m", "benchmarks", "scale", "--one", str(size)]
        command += ["--seconds", str(asked.seconds)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        print("| " + " | ".join(found) + " |", flush=True)
    return 0


def measure(size: int, seconds: float) -> list[str]:
    """Return the cells of one row."""
    from benchmarks.scale.synthetic import synthetic_day
    from dispatch import SolveParams, check_plan, solve, travel_matrix
    from dispatch.solver.instance import build_instance
    from dispatch.solver.search import SearchParams, SearchThread
    from dispatch.solver.warm import compile_search

    compile_search()
    scenario = synthetic_day(size)
    marks = [time.monotonic()]
    travel = travel_matrix(scenario)
    marks.append(time.monotonic())
    instance = build_instance(scenario, travel)
    marks.append(time.monotonic())
    thread = SearchThread(instance, SearchParams(), 1)
    thread.start()
    marks.append(time.monotonic())
    rounds = 0
    while time.monotonic() < marks[-1] + min(seconds, 10.0):
        thread.step(20, 0.5)
        rounds += 1
    per_s = 20 * rounds / (time.monotonic() - marks[-1])
    timed = [f"{b - a:.2f}" for a, b in itertools.pairwise(marks)]
    cells = [f"{size:,}", f"{len(scenario.trucks):,}", *timed, f"{per_s:,.0f}"]
    del thread, instance
    if size <= MAX_SOLVED:
        began = time.monotonic()
        plan = solve(scenario, travel, SolveParams(seconds=seconds)).plan
        assert plan is not None
        spent = time.monotonic() - began
        total = plan.totals
        share = sum(total.served_l.values()) / sum(total.need_l.values())
        gap = "-" if plan.bound is None else f"{100 * plan.bound.gap:.1f} %"
        count = len(check_plan(scenario, travel, plan))
        cells += [f"{spent:.1f}", f"{100 * share:.1f} %", gap, str(count)]
    else:
        cells += ["-"] * 4
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return [*cells, f"{peak_gb:.2f}"]
