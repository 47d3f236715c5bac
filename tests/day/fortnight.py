"""A fortnight of a township by commands alone, with all that goes wrong in one."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from dispatch.cli import app
from dispatch.units import format_clock

ROOT = Path(__file__).parents[2]
CODE = "430423"


class Office:
    """Whoever drives the loop from outside; remembers what was acknowledged."""

    def __init__(self, address: str, folder: Path, *, in_processes: bool) -> None:
        self.address = address
        self.folder = folder
        self.in_processes = in_processes
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.random = random.Random(0)

    def command(self, *words: object) -> list[str]:
        return [
            *(sys.executable, "-m", "dispatch.cli"),
            *map(str, words),
            *("--db", self.address, "--json"),
        ]

    def run(self, *words: object, code: int = 0) -> dict[str, Any]:
        if not self.in_processes:
            arguments = self.command(*words)[3:]
            result = CliRunner().invoke(app, arguments, catch_exceptions=False)
            assert result.exit_code == code, (words, result.output)
            return json.loads(result.stdout) if result.stdout else {}
        done = subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return json.loads(done.stdout) if done.stdout else {}

    def killed(self, *words: object, after_s: float) -> bool:
        """Start a command and kill it; return whether it was over by then."""
        process = subprocess.Popen(
            self.command(*words),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        output = process.communicate()[0]
        return bool(output)

    def tally(self, date: dt.date, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        path = self.folder / "tally.jsonl"
        path.write_text("\n".join(map(json.dumps, rows)) + "\n", "utf-8")
        on = ("--township", CODE, "--date", date)
        results = self.run("day", "report", *on, "--file", path)["results"]
        for row, result in zip(rows, results, strict=True):
            assert result["status"] in ("new", "known"), (row, result)
            self.acknowledged[row["key"]] = row
        return results


def reports_of(plan: dict[str, Any], date: dt.date) -> list[dict[str, Any]]:
    """Return what trucks report that do as the plan says."""
    rows = []
    for route in plan["routes"]:
        for number, stop in enumerate(route["stops"]):
            kind = {"fill": "filled", "deliver": "delivered"}.get(stop["kind"])
            if kind is None or not stop["litres"]:
                continue
            rows.append(
                {
                    "key": f"{date}/{route['truck_id']}/{number}",
                    "truck": route["truck_id"],
                    "kind": kind,
                    "place": stop["place_id"],
                    "litres": stop["litres"],
                    "at": format_clock(stop["end_s"]),
                    "chlorine": 0.4,
                }
            )
    return rows


def run_fortnight(
    address: str,
    folder: Path,
    *,
    days: int = 14,
    iterations: int = 300,
    in_processes: bool = True,
) -> dict[str, Any]:
    """
    Return the ledger of a fortnight in which much goes wrong, and check it on the way.

    Every day one command is killed in the middle and sent again; reports come twice,
    late and in another order; requests arrive, trucks break down, a source dries up.
    """
    office = Office(address, folder, in_processes=in_processes)
    office.run("store", "init")
    scenario = ROOT / "data" / "yonghe"
    office.run("store", "import", scenario, "--township", CODE)
    first = dt.date(2022, 9, 6)
    town = ("--township", CODE)
    pending: list[tuple[dt.date, list[dict[str, Any]]]] = []
    for day in range(days):
        date = first + dt.timedelta(days=day)
        on = (*town, "--date", date)
        office.run("day", "open", *on)
        if day in (2, 6, 9):
            village = "430423201002-1"
            asked = office.run(
                *("request", "add", *town, "--village", village, "--people", 400),
                *("--when", f"{date}T06:30", "--key", f"call-{day}"),
            )
            again = office.run(
                *("request", "add", *town, "--village", village, "--people", 400),
                *("--when", f"{date}T06:30", "--key", f"call-{day}"),
            )
            assert asked["request"] == again["request"]
        planned = office.run(
            "day", "plan", *on, "--iterations", iterations, "--seed", day
        )
        assert planned["violations"] == 0
        office.run(
            *("day", "publish", *on, "--version", planned["version"]),
            *("--when", f"{date}T06:00"),
        )
        told = office.run("day", "show", *on)["plan"]
        assert_survival_served(told)
        rows = reports_of(told, date)
        morning = [row for row in rows if row["at"] < "10:00"]
        rest = [row for row in rows if row["at"] >= "10:00"]
        # Killed in the middle of writing, and sent again whole.
        path = folder / "killed.jsonl"
        path.write_text("\n".join(map(json.dumps, morning)) + "\n", "utf-8")
        after_s = 0.2 + office.random.random()
        office.killed("day", "report", *on, "--file", path, after_s=after_s)
        office.tally(date, morning)
        if day in (4, 8, 10):
            change: tuple[object, ...] = ("--broken", "T2")
            if day == 10:  # the plant gives nothing any more
                change = ()
                office.run(
                    *("day", "reading", *on, "--source", "SRC-XCS", "--litres", 0),
                    *("--when", f"{date}T10:00", "--key", f"dry-{day}"),
                )
            again = office.run(
                *("day", "replan", *on, "--now", "10:00", *change),
                *("--iterations", iterations),
            )
            assert again["violations"] == 0
            office.run(
                *("day", "publish", *on, "--version", again["version"]),
                *("--when", f"{date}T10:00"),
            )
            told = office.run("day", "show", *on)["plan"]
            rest = [row for row in reports_of(told, date) if row["at"] >= "10:00"]
            rest = [{**row, "key": f"{row['key']}/again"} for row in rest]
        half = len(rest) // 2
        office.random.shuffle(rest)
        office.tally(date, rest[:half] + rest[: half // 2])
        pending.append((date, rest[half:]))
        office.run("day", "close", *on)
        if day % 2:  # the rest comes a day late, some of it twice
            for late_date, late in pending:
                office.tally(late_date, late)
                office.tally(late_date, late[:1])
            pending = []
        (row,) = office.random.sample(list(office.acknowledged.values()), 1)
        changed = {**row, "litres": row["litres"] + 1}
        office.run(
            *("day", "report", *town, "--date", row["key"].split("/")[0]),
            *("--truck", row["truck"], "--kind", row["kind"], "--place", row["place"]),
            *("--litres", changed["litres"], "--when", row["at"], "--key", row["key"]),
            *("--chlorine", row["chlorine"]),
            code=4,
        )
    for late_date, late in pending:
        office.tally(late_date, late)
    ledger = office.run("day", "ledger", *town)
    rows = list(office.acknowledged.values())
    for kind in ("filled", "delivered"):
        reported = sum(row["litres"] for row in rows if row["kind"] == kind)
        assert ledger[f"{kind}_l"] == reported
    assert office.run("store", "check")["problems"] == []
    return ledger


def assert_survival_served(plan: dict[str, Any]) -> None:
    """Nobody is below survival whom any plan could have served."""
    totals, bound = plan["totals"], plan["bound"]["served_l"]
    for band in ("facility", "survival_vulnerable", "survival"):
        assert totals["served_l"][band] >= bound[band] - 1
