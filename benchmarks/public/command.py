"""``python -m benchmarks public``: gaps to the best known values, by family."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.machine import describe_machine
from benchmarks.public.evaluate import evaluate
from benchmarks.public.library import FAMILIES, entries
from benchmarks.public.runs import Outcome, mean_gap, run_entry
from benchmarks.public.solutions import read_solution, written_cost
from dispatch.solver.warm import compile_search

if TYPE_CHECKING:
    import argparse

    from benchmarks.public.library import Entry

HEADER = (
    "| family | instance | customers | vehicles | took (s) | iterations | cost "
    "| best known | proven | gap | feasible |"
)


def add_arguments(parser: argparse.ArgumentParser, shared: Path) -> None:
    """Declare the options of the command."""
    parser.add_argument("--instances", type=Path, default=shared / "bench")
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--only", default="", help="names, comma between them")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--limit", type=int, help="most instances of one family")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks"))
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
    families = [name for name in asked.families.split(",") if name]
    unknown = [name for name in families if name not in FAMILIES]
    if unknown:
        print(f"No such family: {', '.join(unknown)}; there are {', '.join(FAMILIES)}.")
        return 2
    only = set(filter(None, asked.only.split(",")))
    try:
        work = {
            name: list(entries(asked.instances, [name], only))[: asked.limit]
            for name in families
        }
    except FileNotFoundError as error:
        print(f"Left undone: {error}.")
        return 2
    if asked.validate:
        return _validate(work)
    compile_search()
    print(describe_machine())
    print(f"\n{HEADER}\n{'| --- ' * (HEADER.count('|') - 1)}|", flush=True)
    outcomes: list[Outcome] = []
    for entry in (entry for found in work.values() for entry in found):
        outcomes.append(run_entry(entry, asked.seconds, asked.seed))
        print(_row(outcomes[-1]), flush=True)
    _write(asked.out, outcomes)
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
        f"{outcome.seconds:.1f}",
        f"{outcome.iterations:,}",
        f"{verdict.cost:,.2f}",
        f"{outcome.best_known:,.2f}",
        "yes" if outcome.is_proven else "",
        "-" if gap is None else f"{gap:.2%}",
        faults or "yes",
    ]
    return f"| {' | '.join(cells)} |"


def _summary(outcomes: list[Outcome]) -> list[str]:
    """Return a table with one line per family."""
    lines = [
        "| family | instances | feasible | mean gap | worst gap |",
        "| --- | --- | --- | --- | --- |",
    ]
    for family in dict.fromkeys(outcome.family for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.family == family]
        gaps = [outcome.gap for outcome in own if outcome.gap is not None]
        worst = f"{max(gaps):.2%}" if gaps else "-"
        mean = f"{mean_gap(own):.2%}" if gaps else "-"
        lines.append(f"| {family} | {len(own)} | {len(gaps)} | {mean} | {worst} |")
    return lines


def _write(out: Path, outcomes: list[Outcome]) -> None:
    summary = _summary(outcomes)
    print("\n" + "\n".join(summary))
    out.mkdir(parents=True, exist_ok=True)
    head = [HEADER, "| --- " * (HEADER.count("|") - 1) + "|"]
    rows = [_row(outcome) for outcome in outcomes]
    machine = describe_machine()
    lines = ["# Public instances", "", machine, "", *summary, "", *head, *rows, ""]
    (out / "public.md").write_text("\n".join(lines), encoding="utf-8")
    records: list[dict[str, Any]] = [
        {**asdict(outcome), "gap": outcome.gap} for outcome in outcomes
    ]
    whole = {"machine": machine, "outcomes": records}
    (out / "public.json").write_text(json.dumps(whole), encoding="utf-8")
    print(f"\nWritten to {out}")


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
    claimed = written_cost(path)
    if claimed is None:
        return "no cost in the file"
    # Files give two to four decimals.
    if abs(verdict.cost - claimed) > 0.011:
        return f"cost {verdict.cost:.4f}, the file says {claimed:.4f}"
    return None
