"""The whole loop by commands alone, as scripts drive it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dispatch.cli import app
from dispatch.files.scenario.read import read_scenario

HEPING = Path(__file__).parents[2] / "data" / "heping"
DATE = read_scenario(HEPING).date.isoformat()
TOWN = ("--township", "430408")
ON = (*TOWN, "--date", DATE)
QUICK = ("--iterations", "60")


class Shell:
    """A store, and commands in it that answer in JSON."""

    def __init__(self, address: str) -> None:
        self.address = address

    def run(self, *arguments: object, code: int = 0) -> dict:
        words = [*map(str, arguments), "--db", self.address, "--json"]
        result = CliRunner().invoke(app, words, catch_exceptions=False)
        assert result.exit_code == code, (words, result.output)
        if code not in (0, 3) or not result.stdout:
            assert result.stdout == ""
            return {}
        (line,) = result.stdout.splitlines()
        return json.loads(line)


@pytest.fixture
def shell(db) -> Shell:
    """Give a store with a day of twelve households."""
    shell = Shell(db.url.render_as_string(hide_password=False))
    shell.run("store", "init")
    answer = shell.run("store", "import", HEPING, *TOWN)
    assert answer["township"] == "430408"
    assert (answer["villages"], answer["trucks"]) == (12, 1)
    return shell


def at(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def test_a_day_from_import_to_close(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("day", "open", *ON)["state"] == "open"
    planned = shell.run("day", "plan", *ON, *QUICK)
    assert planned["version"] == 1
    assert planned["violations"] == 0
    assert planned["served_l"] > 0
    shell.run("day", "show", *ON, code=2)  # none is published
    shell.run("day", "publish", *ON, "--version", 1)
    shown = shell.run("day", "show", *ON)
    assert (shown["version"], shown["status"]) == (1, "published")
    (route,) = [r for r in shown["plan"]["routes"] if len(r["stops"]) > 2]
    truck = route["truck"] if "truck" in route else route["truck_id"]
    sent = {"filled": 0, "delivered": 0}
    for number, stop in enumerate(route["stops"]):
        kind = {"fill": "filled", "deliver": "delivered"}.get(stop["kind"])
        if kind is None:
            continue
        place = stop.get("place") or stop["place_id"]
        end = stop.get("end") or stop.get("end_s")
        when = end if isinstance(end, str) else at(end)
        report = (
            *("day", "report", *ON, "--truck", truck, "--kind", kind),
            *("--place", place, "--litres", stop["litres"], "--when", when[:5]),
            *("--key", f"k{number}"),
        )
        first = shell.run(*report)
        assert first["new"] is True
        assert shell.run(*report) == {"event": first["event"], "new": False}
        shell.run(*report, "--reason", "another", code=4)
        sent[kind] += stop["litres"]
    ledger = shell.run("day", "ledger", *TOWN)
    assert ledger["delivered_l"] == sent["delivered"]
    assert ledger["filled_l"] == sent["filled"]
    assert ledger["lost_l"] == 0
    assert ledger["by_truck"][truck]["delivered_l"] == sent["delivered"]
    status = shell.run("day", "status", *ON)
    assert status["published"] == 1
    assert status["delivered"] == sent["delivered"]
    assert shell.run("store", "check")["problems"] == []
    assert shell.run("day", "close", *ON)["state"] == "closed"
    shell.run("day", "plan", *ON, *QUICK, code=4)
    out = tmp_path / "out"
    shell.run("store", "export", *ON, out)
    assert len(read_scenario(out).villages) == 12


def test_a_litre_from_nowhere_is_found(shell: Shell) -> None:
    village = read_scenario(HEPING).villages[0].village_id
    truck = read_scenario(HEPING).trucks[0].truck_id
    shell.run(
        *("day", "report", *ON, "--truck", truck, "--kind", "delivered"),
        *("--place", village, "--litres", 50, "--when", "10:00", "--key", "a"),
    )
    (problem,) = shell.run("store", "check", code=3)["problems"]
    assert truck in problem
    assert "50" in problem


def test_many_reports_from_a_file_each_by_itself(shell: Shell, tmp_path: Path) -> None:
    scenario = read_scenario(HEPING)
    truck, village = scenario.trucks[0].truck_id, scenario.villages[0].village_id
    source = scenario.sources[0].source_id
    rows = [
        f"t1,{truck},装水,{source},500,08:00",
        f"t2,{truck},送水,{village},200,09:00",
        f"t2,{truck},送水,{village},200,09:00",
        f"t2,{truck},送水,{village},300,09:00",
        f"t3,{truck},送水,{village},lots,09:30",
        f"t4,nobody,送水,{village},10,09:30",
    ]
    path = tmp_path / "tally.csv"
    path.write_text("键,车辆,类型,地点,升数,时间\n" + "\n".join(rows), "utf-8-sig")
    results = shell.run("day", "report", *ON, "--file", path)["results"]
    states = ["new", "new", "known", "conflict", "invalid", "invalid"]
    assert [result["status"] for result in results] == states
    assert "lots" in results[4]["message"]
    assert shell.run("day", "ledger", *TOWN)["delivered_l"] == 200


def test_the_rest_of_a_day_is_a_new_version(shell: Shell) -> None:
    shell.run("day", "plan", *ON, *QUICK)
    shell.run("day", "replan", *ON, "--now", "10:00", *QUICK, code=2)
    shell.run("day", "publish", *ON, "--version", 1)
    answer = shell.run("day", "replan", *ON, "--now", "10:00", *QUICK)
    assert answer["version"] == 2
    assert isinstance(answer["changes"], list)
    assert shell.run("day", "show", *ON)["version"] == 1
    shell.run("day", "publish", *ON, "--version", 2)
    assert shell.run("day", "show", *ON, "--version", 1)["status"] == "superseded"
    shell.run("day", "withdraw", *ON, "--version", 2)
    shell.run("day", "show", *ON, code=2)


def test_a_reading_wins_over_the_sum(shell: Shell, tmp_path: Path) -> None:
    village = read_scenario(HEPING).villages[0].village_id
    shell.run(
        *("day", "reading", *ON, "--village", village, "--litres", 77),
        *("--when", "18:00", "--key", "r1"),
    )
    shell.run("day", "close", *ON)
    date = read_scenario(HEPING).date + dt.timedelta(days=1)
    shell.run("day", "open", *TOWN, "--date", date)
    out = tmp_path / "out"
    shell.run("store", "export", *TOWN, "--date", date, out)
    assert read_scenario(out).village_by_id[village].stock_l == 77


def test_without_a_store_a_sentence_says_what_to_do(tmp_path: Path) -> None:
    words = ["day", "status", *ON, "--data", str(tmp_path)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "dispatch store init" in " ".join(result.stderr.split())
