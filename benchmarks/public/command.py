"""``python -m benchmarks public``: gaps to the best known values, by family."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.machine import describe_machine
from benchmarks.public.evaluate import evaluate
from benchmarks.public.kept import KeptOutcomes, Settings
from benchmarks.public.library import FAMILIES, entries
from benchmarks.public.runs import Outcome, run_entry
from benchmarks.public.solutions import read_solution, written_cost
from benchmarks.public.summary import summary
from dispatch.atomic import write_file
from dispatch.solver.warm import compile_search

if TYPE_CHECKING:
    import argparse

    from benchmarks.public.library import Entry

HEADER: Final = (
    "| family | instance | customers | vehicles | took (s) | iterations | cost "
    "| best known | proven | gap | feasible |"
)
RULE: Final = "| --- " * (HEADER.count("|") - 1) + "|"


def add_arguments(parser: argparse.ArgumentParser, shared: Path) -> None:
    """Declare the options of the command."""
    parser.add_argument("--instances", type=Path, default=shared / "bench")
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--only", default="", help="names, comma between them")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--limit", type=int, help="most instances of one family")
    parser.add_argument(
        "--whole", default="", help="families that --limit does not hold for"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks"))
    parser.add_argument(
        "--again",
        action="store_true",
        help="run what an earlier run with the same settings is done with, too",
    )
    parser.add_argument(
        "--validate",
        action="store_true",
        help="judge the published solutions instead of running",
    )


def run(asked: argparse.Namespace) -> int:
    """Run what was asked for; return the exit code."""
    if not (asked.instances / "best_known.csv").is_file():
        print(
            f"No best_known.csv in {asked.instances}: name the folder of the public "
            "instances with --instances; they are no part of this repository."
        )
        return 2
    families = _names(asked.families)
    unknown = [name for name in families if name not in FAMILIES]
    if unknown:
        print(f"No such family: {', '.join(unknown)}; there are {', '.join(FAMILIES)}.")
        return 2
    whole, only = _names(asked.whole), set(_names(asked.only))
    try:
        work = {
            name: list(entries(asked.instances, [name], only, is_every=asked.validate))[
                : None if name in whole else asked.limit
            ]
            for name in families
        }
    except FileNotFoundError as error:
        print(f"Left undone: {error}.")
        return 2
    if asked.validate:
        return _validate(work)
    return _search(asked, [entry for found in work.values() for entry in found])


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _search(asked: argparse.Namespace, work: list[Entry]) -> int:
    """Search every instance that is not done yet; the tables are written as it goes."""
    settings = Settings.now(seconds=asked.seconds, seed=asked.seed)
    kept = KeptOutcomes(asked.out / "public-runs", settings)
    done = [None if asked.again else kept.load(entry) for entry in work]
    if any(done):
        num_done = sum(outcome is not None for outcome in done)
        print(f"{num_done} of {len(work)} are done already, in {kept.folder}\n")
    compile_search()
    print(describe_machine())
    print(f"\n{HEADER}\n{RULE}", flush=True)
    outcomes: list[Outcome] = []
    for entry, known in zip(work, done, strict=True):
        outcome = known or run_entry(entry, asked.seconds, asked.seed)
        if known is None:
            kept.store(outcome)
        outcomes.append(outcome)
        print(_row(outcome), flush=True)
        _write(asked.out, settings, outcomes)
    print("\n" + "\n".join(summary(outcomes)))
    print(f"\nWritten to {asked.out}")
    return 0


def _row(outcome: Outcome) -> str:
    verdict, gap = outcome.verdict, outcome.gap
    faults = (
        f"no: {verdict.faults[0]} (of {len(verdict.faults)})" if gap is None else ""
    )
    cells = [
        outcome.family,
        outcome.instance,
        str(outcome.num_customers),
        str(outcome.num_vehicles),
        f"{outcome.took_s:.1f}",
        f"{outcome.iterations:,}",
        f"{verdict.cost:,.2f}",
        f"{outcome.best_known:,.2f}",
        "yes" if outcome.is_proven else "",
        "-" if gap is None else f"{gap:.2%}",
        faults or "yes",
    ]
    return f"| {' | '.join(cells)} |"


def _write(out: Path, settings: Settings, outcomes: list[Outcome]) -> None:
    """Write tables and records of what is done."""
    machine = describe_machine()
    how = f"{settings.seconds:g} s each, seed {settings.seed}, code {settings.code}"
    lines = ["# Public instances", "", machine, "", how, "", *summary(outcomes), ""]
    rows = [_row(outcome) for outcome in outcomes]
    text = "\n".join([*lines, HEADER, RULE, *rows, ""])
    write_file(out / "public.md", text.encode())
    records: list[dict[str, Any]] = [
        {**asdict(outcome), "gap": outcome.gap} for outcome in outcomes
    ]
    whole = {"machine": machine, **asdict(settings), "outcomes": records}
    write_file(out / "public.json", json.dumps(whole).encode())


def _validate(work: dict[str, list[Entry]]) -> int:
    """Judge the published solutions; every mismatch is a line."""
    for family, found in work.items():
        num_fine = 0
        for entry in found:
            complaint = _complaint(entry)
            num_fine += complaint is None
            if complaint:
                print(f"{family} {entry.best.instance}: {complaint}")
        print(f"{family}: {num_fine} of {len(found)} published solutions agree")
    return 0


def _complaint(entry: Entry) -> str | None:
    """Return where our judge and the publisher differ; None if nowhere."""
    public = entry.read()
    path = entry.folder / entry.best.solution_file
    verdict = evaluate(public, read_solution(path, public))
    if not verdict.is_feasible:
        return f"{verdict.faults[0]} (of {len(verdict.faults)} faults)"
    # The files of one family are on two scales; its table is on one.
    claimed = entry.best.value if public.family == "hfvrp" else written_cost(path)
    if claimed is None:
        return "no cost in the file"
    # Files give two to four decimals.
    if abs(verdict.cost - claimed) > 0.011:
        return f"cost {verdict.cost:.4f}, the file says {claimed:.4f}"
    return None
