"""scale: time and memory of one plan at 24 to 20,000 places, each in a new process."""

from __future__ import annotations

import itertools
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.machine import describe_machine

if TYPE_CHECKING:
    import argparse

PLACES: Final = "24,120,600,2000,5000"
#: The whole plan with bound, reasons and check is made up to this size.
MAX_SOLVED: Final = 6_000


def add_arguments(parser: argparse.ArgumentParser, shared: Path) -> None:
    """Add the options of the command; days are made up, ``shared`` is not used."""
    del shared
    parser.add_argument("--places", default=PLACES, help="sizes, comma between them")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each solve")
    parser.add_argument("--workers", type=int, default=2, help="threads of each solve")
    parser.add_argument("--seed", type=int, default=0, help="another one, another day")
    parser.add_argument("--one", type=int, help="one size, as JSON, in this process")


def run(asked: argparse.Namespace) -> int:
    """Print a table, a row for every size."""
    if asked.one:
        cells = measure(asked.one, asked.seconds, asked.workers, asked.seed)
        sys.stdout.write(json.dumps(cells) + "\n")
        return 0
    print(describe_machine(), "\n")
    names = ["places", "trucks", "travel (s)", "arrays (s)", "first plan (s)"]
    names += ["iterations / s", "solve (s)", "served", "gap", "violations", "peak (GB)"]
    print("| " + " | ".join(names) + " |\n" + "| --- " * len(names) + "|", flush=True)
    # Compiling takes a gigabyte, once for all: not in the peak of the first row.
    compiling = "from dispatch.solver.warm import compile_search; compile_search()"
    subprocess.run([sys.executable, "-c", compiling], check=True)
    for size in (int(text) for text in asked.places.split(",")):
        command = [sys.executable, "-m", "benchmarks", "scale", "--one", str(size)]
        for name in ("seconds", "workers", "seed"):
            command += [f"--{name}", str(getattr(asked, name))]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        print("| " + " | ".join(found) + " |", flush=True)
    return 0


def measure(size: int, seconds: float, workers: int, seed: int) -> list[str]:
    """
    Return the cells of one row.

    Parameters
    ----------
    size
        Villages of the day.
    seconds
        Time of the whole plan.
    workers
        Threads of the whole plan.
    seed
        Of the day that is made up.
    """
    from benchmarks.scale.synthetic import synthetic_day
    from dispatch import SolveParams, check_plan, solve, travel_matrix
    from dispatch.solver.instance import build_instance
    from dispatch.solver.search import SearchParams, SearchThread
    from dispatch.solver.warm import compile_search

    compile_search()
    scenario = synthetic_day(size, seed)
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
        params = SolveParams(seconds=seconds, workers=workers)
        plan = solve(scenario, travel, params).plan
        assert plan is not None
        spent = time.monotonic() - began
        total = plan.totals
        share = sum(total.served_l.values()) / sum(total.need_l.values())
        gap = "-" if plan.bound is None else f"{100 * plan.bound.gap:.1f} %"
        count = len(check_plan(scenario, travel, plan))
        cells += [f"{spent:.1f}", f"{100 * share:.1f} %", gap, str(count)]
    else:
        cells += ["-"] * 4
    return [*cells, f"{peak_gb():.2f}"]


def peak_gb() -> float:
    """Return the most memory that this process has had."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        lines = []
    # What getrusage says includes the process that started this one.
    most = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    most_kb = most[0] if most else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most_kb / 1024**2
