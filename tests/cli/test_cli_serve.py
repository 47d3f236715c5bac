"""`dispatch serve` makes the store, and prints what is true."""

from __future__ import annotations

import datetime as dt
import re
import socket
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from dispatch.cli import app
from dispatch.day.people import person_of_setup
from dispatch.settings import STORE_ENV
from dispatch.store.db import Database, sqlite_url

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Give the list of what would have been served."""
    calls: list[tuple[object, ...]] = []

    def serve(data: Path, port: int, *, host: str, store: str | None) -> None:
        calls.append((data, port, store))

    monkeypatch.setattr("dispatch.web.server.serve", serve)
    monkeypatch.delenv(STORE_ENV, raising=False)
    return calls


def printed(*words: str) -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    args = ["serve", "--port", str(port), "--lang", "en", *words]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("by", ["data", "db"])
def test_the_first_start_makes_the_store_and_prints_a_link_once(
    tmp_path: Path, served: list[tuple[object, ...]], by: str
) -> None:
    """Without it nobody could sign in, and the pages would only say so."""
    place = tmp_path / "dispatch.db" if by == "data" else tmp_path / "other.db"
    words = ["--data", str(tmp_path)]
    words += ["--db", sqlite_url(place)] if by == "db" else []
    text = printed(*words)
    found = re.search(r"http://localhost:(\d+)/setup/(\S+)", text)
    assert found is not None
    assert f"Open http://localhost:{found[1]} in a browser" in text
    db = Database(sqlite_url(place))
    assert db.is_current()
    assert person_of_setup(db, found[2], now=dt.datetime.now()) == "admin"
    db.close()
    assert "/setup/" not in printed(*words)
    assert [store for _, _, store in served] == [
        sqlite_url(place) if by == "db" else None
    ] * 2


def test_a_store_that_cannot_be_reached_is_told(
    tmp_path: Path, served: list[tuple[object, ...]]
) -> None:
    address = "postgresql://nobody@localhost:1/none"
    args = ["serve", "--data", str(tmp_path), "--db", address, "--port", "18573"]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 2
    assert served == []
