"""``python -m benchmarks peers``: the table, the records and the pictures."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.machine import describe_machine, package_version
from benchmarks.peers import table
from benchmarks.peers.runs import (
    PEERS,
    best,
    default_seconds,
    inexpressible,
    missing_peers,
    run_ours,
    run_peer,
)
from dispatch import read_scenario
from dispatch.solver.warm import compile_search

if TYPE_CHECKING:
    from benchmarks.peers.runs import Result


def add_arguments(parser: argparse.ArgumentParser, shared: Path) -> None:
    """Declare the options of the command."""
    parser.add_argument("--scenarios", type=Path, default=shared / "scenarios")
    parser.add_argument("--only", default="", help="names, comma between them")
    parser.add_argument(
        "--seconds",
        type=_limits,
        default={},
        help="ours=5,peer=20; else by size of the scenario",
    )
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks"))


def run(asked: argparse.Namespace) -> int:
    """Run what was asked for; return the exit code."""
    folders = _folders(asked.scenarios, asked.only)
    if not folders:
        print(
            f"No scenarios in {asked.scenarios}: name a folder of scenario folders "
            "with --scenarios, and perhaps some of them with --only."
        )
        return 2
    names = [name for name in asked.peers.split(",") if name]
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        print(f"No such peer: {', '.join(unknown)}; there are {', '.join(PEERS)}.")
        return 2
    lacking = missing_peers(names)
    if lacking:
        print(f"Not installed, so left out: {', '.join(lacking)} (extra `bench`).")
    names = [name for name in names if PEERS[name].package not in lacking]
    compile_search()
    print(describe_machine())
    shown: list[str] = []
    records: list[dict[str, Any]] = []
    for folder in folders:
        shown += _one(folder, names, asked, records)
    _write(asked.out, shown, records)
    return 0


def _folders(root: Path, only: str) -> list[Path]:
    wanted = set(filter(None, only.split(",")))
    found = sorted(path.parent for path in root.glob("*/scenario.toml"))
    return [folder for folder in found if not wanted or folder.name in wanted]


def _limits(text: str) -> dict[str, float]:
    """Return the seconds of ``ours=5,peer=20``; anything else is refused."""
    limits = {}
    for part in text.split(","):
        name, is_pair, value = part.partition("=")
        if name not in ("ours", "peer") or not is_pair:
            raise argparse.ArgumentTypeError(f"{part!r} is not like ours=5 or peer=20")
        limits[name] = float(value)
    return limits


def _one(
    folder: Path,
    names: list[str],
    asked: argparse.Namespace,
    records: list[dict[str, Any]],
) -> list[str]:
    """Run one scenario, print its lines as they come, and return them."""
    ours_s, peer_s = default_seconds(read_scenario(folder))
    ours_s, peer_s = (
        asked.seconds.get("ours", ours_s),
        asked.seconds.get("peer", peer_s),
    )
    ours = run_ours(folder, "search", ours_s, asked.seed)
    results, lines = [ours], []

    def show(line: str) -> None:
        lines.append(line)
        print(line, flush=True)

    show(f"\n{table.header(table.needed_bands(ours))}")
    show(table.row(ours, ours))
    results.append(run_ours(folder, "routing", peer_s, asked.seed))
    show(table.row(results[-1], ours))
    hindrance = inexpressible(folder)
    for name in names if hindrance is None else ():
        tried = list(run_peer(folder, name, peer_s))
        records += [table.record(result) for result in tried]
        for result in best(tried):
            results.append(result)
            show(table.row(result, ours))
    if hindrance is not None and names:
        show(
            f"\n{folder.name}: peers cannot express {hindrance}; "
            "only ours and its engine `routing` apply."
        )
    records += [table.record(result) for result in results[:2]]
    for result in results:
        for violation in result.violations[:5]:
            show(f"\n{result.scenario}, {result.solver}: {violation}")
    _draw(results, ours, asked.out)
    return lines


def _draw(results: list[Result], ours: Result, out: Path) -> None:
    if package_version("matplotlib") is None:
        print("matplotlib is not installed (extra `bench`): no pictures.")
        return
    from benchmarks.peers.charts import draw

    out.mkdir(parents=True, exist_ok=True)
    draw(results, ours, describe_machine(), out / f"peers-{ours.scenario}.png")


def _write(out: Path, lines: list[str], records: list[dict[str, Any]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    machine = describe_machine()
    text = "\n".join(["# Peers", "", machine, *lines, ""])
    (out / "peers.md").write_text(text, encoding="utf-8")
    whole = {"machine": machine, "results": records}
    (out / "peers.json").write_text(json.dumps(whole, indent=1), encoding="utf-8")
    print(f"\nWritten to {out}")
