"""`dispatch request`: what scripts and people at the telephone type."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from dispatch.cli import app
from dispatch.cli.request import MAX_PHOTO_BYTES
from dispatch.files import photo
from dispatch.store.db import Database, sqlite_url
from dispatch.store.master import import_scenario
from dispatch.store.requests import mark_delivered
from tests.solver import tiny

if TYPE_CHECKING:
    from pathlib import Path

TOWNSHIP = "430423"
CAME = "2022-09-06T09:00"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Give the address of a store with one township."""
    address = sqlite_url(tmp_path / "dispatch.db")
    db = Database(address)
    db.upgrade()
    at = dt.datetime.fromisoformat(CAME)
    with db.write() as session:
        day = tiny.scenario([tiny.village("V1"), tiny.village("V2")])
        import_scenario(session, TOWNSHIP, day, who="test", at=at)
    db.close()
    return address


def run(url: str, *words: str, code: int = 0) -> Any:
    """Return the one object on standard output; None where it failed."""
    args = ["request", *words, "--db", url, "--json", "--lang", "en"]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if code == 0 else result.stderr


def add(url: str, *words: str, code: int = 0) -> Any:
    given = ("--township", TOWNSHIP, "--people", "40")
    return run(url, "add", *given, "--when", CAME, *words, code=code)


def test_a_request_is_answered_with_its_number_and_due_day(url: str) -> None:
    answer = add(url, "--village", "V1", "--key", "a")
    assert (answer["request"], answer["due"]) == (1, "2022-09-09")
    assert add(url, "--village", "V1", "--key", "a")["request"] == 1
    assert "stands for a request" in add(url, "--village", "V2", "--key", "a", code=4)


def test_a_time_that_is_given_needs_no_clock(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread() -> dt.datetime:
        raise AssertionError

    monkeypatch.setattr("dispatch.cli.request.clock", unread)
    number = str(add(url, "--village", "V1")["request"])
    assert run(url, "show", number)["came"] == "2022-09-06T09:00:00"
    run(url, "accept", number, "--when", CAME)
    run(url, "list", "--when", CAME)


def test_an_hour_alone_is_of_today(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = dt.datetime(2022, 9, 7, 12, 0)
    monkeypatch.setattr("dispatch.cli.request.clock", lambda: noon)
    number = str(add(url, "--village", "V1", "--when", "10:30")["request"])
    assert run(url, "show", number)["came"] == "2022-09-07T10:30:00"


def test_a_position_is_enough(url: str) -> None:
    answer = add(url, "--at", "27.3,112.8", "--stock", "0", "--vulnerable", "2")
    row = run(url, "show", str(answer["request"]))
    assert (row["place"], row["lat"], row["lon"]) == ("R1", 27.3, 112.8)
    assert (row["people"], row["vulnerable"], row["stock"]) == (40, 2, 0)


def test_the_whole_way(url: str) -> None:
    add(url, "--village", "V1")
    add(url, "--village", "V2")
    assert run(url, "accept", "2", "--when", "2022-09-06T10:00")["state"] == "accepted"
    db = Database(url)
    with db.write() as session:
        noon = dt.datetime(2022, 9, 6, 12, 0)
        assert mark_delivered(session, TOWNSHIP, ["V2"], noon) == [2]
    db.close()
    later = ("--when", "2022-09-06T15:00")
    row = run(url, "callback", "--satisfied", "no", "2", "--words", "太少", *later)
    assert (row["state"], row["supervised"]) == ("reopened", True)
    listed = run(url, "list", "--when", "2022-09-06T16:00")["requests"]
    assert [(r["request"], r["overdue"]) for r in listed] == [(2, False), (1, False)]
    assert "--words" in run(url, "close", "1", code=2)
    assert run(url, "close", "1", "--words", "dug a well")["state"] == "closed"
    assert run(url, "reopen", "1")["state"] == "reopened"
    steps = run(url, "show", "2")["steps"]
    assert [step["state"] for step in steps][-2:] == ["delivered", "reopened"]
    assert steps[-1]["words"] == "太少"
    assert steps[-1]["at"] == "2022-09-06T15:00:00"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "9"), "no request 9"),
        (("accept", "9"), "no request 9"),
        (("show", "1", "--township", "other"), "no request 1"),
        (("callback", "1", "--satisfied", "yes"), "cannot become"),
        (("list", "--when", "yesterday"), "yesterday"),
    ],
)
def test_what_cannot_be_is_told(url: str, words: tuple[str, ...], told: str) -> None:
    add(url, "--village", "V1")
    assert told in run(url, *words, code=2)


def test_a_bad_call_is_told(url: str) -> None:
    assert "not both" in add(url, code=2)
    assert "nowhere" in add(url, "--village", "nowhere", code=2)
    assert add(url, "--at", "somewhere", code=2)


def test_a_picture_is_added_once(url: str, tmp_path: Path) -> None:
    add(url, "--village", "V1")
    data = ("--data", str(tmp_path))
    file = tmp_path / "tank.png"
    Image.new("RGB", (20, 10), "red").save(file)
    given = (*data, "--when", CAME)
    answer = run(url, "photo", "1", str(file), *given)
    assert answer == {"request": 1, "new": True, "photos": 1}
    assert run(url, "photo", "1", str(file), *given)["new"] is False
    assert len(list((tmp_path / "photos").iterdir())) == 1
    (shown,) = run(url, "show", "1")["photos"]
    assert (shown["who"], shown["at"]) == ("cli", "2022-09-06T09:00:00")
    assert "cannot be read" in run(url, "photo", "1", str(tmp_path), *given, code=2)
    (tmp_path / "no.jpg").write_bytes(b"<script>")
    said = run(url, "photo", "1", str(tmp_path / "no.jpg"), *given, code=2)
    assert "no JPEG or PNG" in said
    (tmp_path / "big.jpg").write_bytes(b"\xff\xd8\xff" + b"\0" * 5_000_000)
    said = run(url, "photo", "1", str(tmp_path / "big.jpg"), *given, code=2)
    assert "more than 5 MB" in said
    assert "7" in run(url, "photo", "7", str(file), *given, code=2)


def test_the_most_that_is_read_is_the_most_that_is_kept() -> None:
    assert MAX_PHOTO_BYTES == photo.MAX_PHOTO_BYTES
