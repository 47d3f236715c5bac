"""`dispatch backup` and `dispatch restore` from the command line."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from dispatch.cli import app
from dispatch.store.db import Database, sqlite_url
from dispatch.store.master import import_scenario
from tests.solver import tiny

if TYPE_CHECKING:
    from pathlib import Path

AT = dt.datetime(2022, 9, 6, 9, 0)


def run(*words: str, code: int = 0) -> Any:
    result = CliRunner().invoke(app, [*words, "--json", "--lang", "en"])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if code == 0 else result.stderr


def test_a_store_goes_to_another_place(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    db = Database(sqlite_url(tmp_path / "data" / "dispatch.db"))
    db.upgrade()
    with db.write() as session:
        day = tiny.scenario([tiny.village("V1")])
        import_scenario(session, "430423", day, who="test", at=AT)
    db.close()
    file = str(tmp_path / "b.zip")
    made = run("backup", file, "--data", str(tmp_path / "data"))
    assert made["tables"]["item"] == 4
    new = ("--data", str(tmp_path / "new"))
    assert run("restore", file, *new)["rows"] == made["rows"]
    assert "--force" in run("restore", file, *new, code=2)
    assert run("restore", file, "--force", *new)["rows"] == made["rows"]


def test_a_file_that_is_no_backup_makes_no_store(tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    file.write_bytes(b"no zip")
    new = tmp_path / "new"
    told = run("restore", str(file), "--data", str(new), code=2)
    assert "no whole backup" in told
    assert not new.exists()
