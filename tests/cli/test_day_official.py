"""``dispatch day official``: the report of a day as a file."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from typer.testing import CliRunner

from dispatch.cli import app
from dispatch.day.opening import import_scenario
from dispatch.store.db import Database, sqlite_url
from tests.day.test_official import publish, row, send
from tests.operations.test_delivered import DATE, TOWN

WHERE = ("--township", "1", "--date", str(DATE), "--when", f"{DATE}T09:00", "--json")


@pytest.fixture
def command(tmp_path):
    address = sqlite_url(tmp_path / "dispatch.db")
    db = Database(address)
    db.upgrade()
    import_scenario(db, "1", TOWN, who="t", at=dt.datetime.combine(DATE, dt.time(6)))
    publish(db, "1", TOWN)
    send(db, row("b", "delivered", "V1", 1_500, "08:10"))
    db.close()

    def run(*words):
        every = ["day", "official", *WHERE, "--db", address, *map(str, words)]
        return CliRunner().invoke(app, every, catch_exceptions=False)

    return run


@pytest.mark.parametrize(("kind", "starts"), [("xlsx", b"PK"), ("PDF", b"%PDF")])
def test_the_report_is_written_and_its_figures_are_told(
    command, tmp_path, kind, starts
):
    out = tmp_path / "new" / f"report.{kind}"
    done = command("--out", out)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["short"], told["planned_short"], told["delivered_l"]) == (90, 40, 1500)
    assert out.read_bytes().startswith(starts)


def test_other_files_and_townships_are_refused(command, tmp_path):
    assert command("--out", tmp_path / "report.txt").exit_code == 2
    assert not (tmp_path / "report.txt").exists()
    unknown = command("--out", tmp_path / "r.pdf", "--township", "9")
    assert unknown.exit_code == 2
