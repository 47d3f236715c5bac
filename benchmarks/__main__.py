"""
Plan every scenario with both engines and print a table.

``python -m benchmarks [--scenarios DIR] [--seconds S] [--engines search,routing]``
takes every folder of DIR; without one, the demo data of this repository.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import time
from importlib.metadata import version
from pathlib import Path

from dispatch import check_plan, read_scenario, solve, travel_matrix
from dispatch.need import BANDS
from dispatch.solver import SolveParams, compile_search

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "scenarios"


def machine() -> str:
    """Return the machine and versions that the figures hold for."""
    names = ("ortools", "numba", "numpy")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}, {versions}"
    )


def default_seconds(num_villages: int) -> float:
    """Return the time that the project's own figures are given for."""
    if num_villages <= 40:
        return 5.0
    return 10.0 if num_villages <= 200 else 60.0


def row(folder: Path, engine: str, seconds: float | None, seed: int) -> str:
    """Plan one scenario and return its line of the table."""
    scenario = read_scenario(folder)
    travel = travel_matrix(scenario)
    limit = seconds or default_seconds(len(scenario.villages))
    params = SolveParams(seconds=limit, engine=engine)
    began = time.monotonic()
    plan = solve(scenario, travel, params, seed=seed).plan
    spent = time.monotonic() - began
    violations = len(check_plan(scenario, travel, plan))
    served = plan.totals.served_l
    bands = " / ".join(
        f"{100 * served[band] / need:.1f}" if need else "-"
        for band, need in ((b, plan.totals.need_l[b]) for b in BANDS)
    )
    total = sum(served.values())
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return (
        f"| {folder.name} | {engine} | {limit:g} | {spent:.1f} | {total:,} | {bands} "
        f"| {100 * plan.bound.gap:.1f} % | {plan.totals.driving_s / 3600:.1f} "
        f"| {violations} | {peak_mb} |"
    )


def main() -> None:
    """Print the table, line by line as plans are found."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = SHARED if SHARED.is_dir() else ROOT / "data"
    parser.add_argument("--scenarios", type=Path, default=default)
    parser.add_argument("--only", default="", help="names, comma between them")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engines", default="search,routing")
    asked = parser.parse_args()
    wanted = set(filter(None, asked.only.split(",")))
    folders = sorted(path.parent for path in asked.scenarios.glob("*/scenario.toml"))
    compile_search()
    print(machine())
    print(
        "| scenario | engine | limit (s) | solve (s) | served (L) | per band (%) "
        "| gap | driving (h) | violations | peak (MB) |"
    )
    print("| --- " * 10 + "|")
    for folder in folders:
        if wanted and folder.name not in wanted:
            continue
        for engine in asked.engines.split(","):
            print(row(folder, engine, asked.seconds, asked.seed), flush=True)


if __name__ == "__main__":
    main()
