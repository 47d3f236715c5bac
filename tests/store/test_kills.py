"""What was acknowledged is there, whoever is killed: a writer, or the server itself."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from dispatch.cli import app
from dispatch.day.opening import import_scenario
from dispatch.store.tables import Event
from tests.databases import new_database, own_server
from tests.store.writers import CODE, NOW
from tests.web.conftest import scenario

if TYPE_CHECKING:
    from dispatch.store.db import Database

__all__ = ["scenario"]

ROOT = Path(__file__).parents[2]


def command(db: Database, *words: object) -> list[str]:
    address = db.url.render_as_string(hide_password=False)
    return [sys.executable, "-m", "tests.store.writers", address, *map(str, words)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def assert_nothing_is_lost(db: Database, acknowledged: list[str]) -> None:
    """All that was acknowledged is there whole, and nothing is there by halves."""
    with db.read() as session:
        keys = session.scalars(select(Event.key)).all()
    kept = Counter(key.rpartition("/")[0] for key in keys)
    assert set(acknowledged) <= set(kept)
    assert set(kept.values()) == {3}
    # A writer has one batch at most that was kept and not acknowledged any more.
    unsaid = Counter(key.partition("/")[0] for key in set(kept) - set(acknowledged))
    assert not unsaid or max(unsaid.values()) == 1
    address = db.url.render_as_string(hide_password=False)
    checked = CliRunner().invoke(app, ["store", "check", "--db", address, "--json"])
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["problems"] == []
    assert json.loads(checked.stdout)["events"] == len(keys)


def test_writers_killed_at_twenty_points_lose_nothing(db: Database, scenario) -> None:
    import_scenario(db, CODE, scenario, who="test", at=NOW)
    db.close()
    done = subprocess.run(
        command(db, 0, 20), capture_output=True, cwd=ROOT, env=environment(), text=True
    )
    assert done.returncode == 0, done.stderr
    acknowledged = done.stdout.split()
    # Those that die at a step of the database get somewhere on the slowest machine too.
    assert len({key.partition("/")[0] for key in acknowledged}) > 5
    assert_nothing_is_lost(db, acknowledged)


def test_a_server_that_stops_in_the_middle_loses_nothing(tmp_path, scenario) -> None:
    """It ends as by a power cut, three times; the writer sends again, as phones do."""
    dice = random.Random(0)
    with (
        own_server() as server,
        new_database("postgresql", tmp_path, server.address) as db,
    ):
        import_scenario(db, CODE, scenario, who="test", at=NOW)
        with subprocess.Popen(
            command(db, "patient"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=environment(),
            text=True,
        ) as writer:
            assert writer.stdout is not None
            acknowledged = []
            for _ in range(3):
                for _ in range(dice.randrange(5, 60)):
                    acknowledged.append(writer.stdout.readline().strip())
                server.stop()
                server.start()
            for _ in range(10):
                acknowledged.append(writer.stdout.readline().strip())
            writer.kill()
            rest, errors = writer.communicate()
        acknowledged += rest.split()
        assert errors == ""
        assert "" not in acknowledged
        db.close()
        assert_nothing_is_lost(db, acknowledged)


def test_a_half_batch_would_be_seen(db: Database, scenario) -> None:
    """The check above is one that fails."""
    from dispatch.day.reporting import take_reports
    from tests.store.writers import batch

    import_scenario(db, CODE, scenario, who="test", at=NOW)
    take_reports(db, CODE, batch("w0/0")[1:], received_at=NOW)
    with pytest.raises(AssertionError):
        assert_nothing_is_lost(db, [])
    with pytest.raises(AssertionError):
        assert_nothing_is_lost(db, ["w0/1"])
