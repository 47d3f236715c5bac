"""fortnight: two weeks of Yonghe by commands alone, on SQLite and PostgreSQL."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.machine import describe_machine

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser, shared: Path) -> None:
    """Add the options of the command."""
    del shared
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--iterations", type=int, default=300)


def run(asked: argparse.Namespace) -> int:
    """Print a table, a row for each database."""
    from tests.databases import new_database, postgres_server
    from tests.day.fortnight import run_fortnight

    print(describe_machine(), "\n")
    names = ["database", "days", "seconds", "events", "filled (L)", "delivered (L)"]
    print("| " + " | ".join([*names, "lost (L)"]) + " |\n" + "| --- " * 7 + "|")
    with postgres_server() as server:
        for kind in ("sqlite", "postgresql"):
            with (
                tempfile.TemporaryDirectory() as folder,
                new_database(kind, Path(folder), server) as db,
            ):
                began = time.perf_counter()
                ledger = run_fortnight(
                    db.url.render_as_string(hide_password=False),
                    Path(folder),
                    days=asked.days,
                    iterations=asked.iterations,
                )
                spent_s = time.perf_counter() - began
                cells = [kind, asked.days, f"{spent_s:.0f}", ledger["events"]]
                cells += [ledger[f"{n}_l"] for n in ("filled", "delivered", "lost")]
                print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    return 0
