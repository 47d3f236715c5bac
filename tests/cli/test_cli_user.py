"""`dispatch user` as scripts drive it."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from dispatch.cli import app
from dispatch.day import people
from dispatch.day.links import link_of
from dispatch.day.opening import import_scenario
from dispatch.store.db import Database, sqlite_url
from tests.day.test_links import SMALL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = dt.datetime(2022, 9, 6, 8, 0)
FAR = "2999-12-31"
GOOD = "0123456789"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Give a store in the folder that the commands look in, with a township."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DISPATCH_PUBLIC_URL", raising=False)
    db = Database(sqlite_url(tmp_path / "data" / "dispatch.db"))
    db.upgrade()
    import_scenario(db, "1", SMALL, who="test", at=NOW)
    yield db
    db.close()


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["user", *arguments], input=typed)


def answer(*arguments: str, typed: str = "") -> dict[str, Any]:
    done = run(*arguments, "--json", typed=typed)
    assert done.exit_code == 0, done.output
    answered: dict[str, Any] = json.loads(done.stdout)
    return answered


def word_of(url: str) -> str:
    return url.rpartition("/")[2]


def test_an_account_is_set_up_by_its_link(town: Database) -> None:
    added = answer("add", "王", "--role", "coordinator", "--township", "1")
    assert added["url"].startswith("http://localhost:8501/setup/")
    people.use_setup(town, word_of(added["url"]), GOOD, now=dt.datetime.now())
    listed = answer("list")["users"]
    assert [(u["user"], u["password"], u["blocked"]) for u in listed] == [
        ("王", True, False)
    ]


def test_an_account_before_its_township_is_made_and_told(town: Database) -> None:
    done = run("add", "王", "--role", "official", "--township", "7", "--lang", "en")
    assert done.exit_code == 0
    assert "sees nothing until" in done.stderr


def test_what_is_wrong_has_its_exit_code(town: Database) -> None:
    assert run("add", "王", "--role", "king").exit_code == 2
    assert run("add", "王", "--role", "official").exit_code == 0
    assert run("add", "王", "--role", "official").exit_code == 4
    assert run("block", "李").exit_code == 2
    assert run("password", "李", typed=f"{GOOD}\n").exit_code == 2
    assert run("password", "王", typed="short\n").exit_code == 2
    link = ("link", "--township", "1", "--until")
    assert run(*link, FAR, "--truck", "T9").exit_code == 2
    assert run(*link, "someday", "--truck", "T1").exit_code == 2
    assert run(*link, FAR).exit_code == 2


def test_a_link_opens_a_truck_until_it_is_blocked(town: Database) -> None:
    link = answer("link", "--truck", "T1", "--township", "1", "--until", FAR)
    assert link["url"].startswith("http://localhost:8501/d/")
    word = word_of(link["url"])
    opened = link_of(town, word, kind="link", now=NOW)
    assert opened is not None
    assert opened.trucks == ("T1",)
    assert answer("block", "T1")["links"] == 1
    assert link_of(town, word, kind="link", now=NOW) is None
    assert run("block", "T1").exit_code == 2


def test_a_link_is_blocked_by_its_number(town: Database) -> None:
    made = answer("link", "--team", "一队", "--township", "1", "--until", FAR)
    assert answer("list")["links"][0]["trucks"] == ["T1", "T3"]
    assert answer("block", str(made["link"]))["links"] == 1
    assert answer("list")["links"][0]["revoked"] is True


def test_the_address_is_that_which_phones_reach(
    town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    village = ("link", "--village", "V1", "--township", "1", "--until", FAR)
    monkeypatch.setenv("DISPATCH_PUBLIC_URL", "https://water.example")
    assert answer(*village)["url"].startswith("https://water.example/v/")
    given = answer(*village, "--base", "http://10.0.0.1:9/")["url"]
    assert given.startswith("http://10.0.0.1:9/v/")


def test_a_link_that_is_over_is_told(town: Database) -> None:
    over = ("link", "--truck", "T1", "--township", "1", "--until", "2020-01-01")
    done = run(*over, "--lang", "en")
    assert done.exit_code == 0
    assert "opens nothing" in done.stderr


def test_a_password_comes_from_standard_input_or_a_link_is_given(
    town: Database,
) -> None:
    answer("add", "王", "--role", "administrator")
    assert answer("password", "王", typed=f"{GOOD}\n") == {"user": "王"}
    people.sign_in(town, "王", GOOD, now=NOW)
    url = answer("password", "王")["url"]
    assert people.person_of_setup(town, word_of(url), now=dt.datetime.now()) == "王"


def test_a_block_is_undone(town: Database) -> None:
    answer("add", "王", "--role", "administrator")
    answer("password", "王", typed=f"{GOOD}\n")
    assert answer("block", "王")["account"] is True
    assert answer("list")["users"][0]["blocked"] is True
    with pytest.raises(people.SignInError):
        people.sign_in(town, "王", GOOD, now=NOW)
    answer("block", "王", "--undo")
    people.sign_in(town, "王", GOOD, now=NOW)


def test_the_first_start_prints_a_setup_link_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no default password: nobody gets in but by this link."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DISPATCH_PUBLIC_URL", raising=False)
    init = ["store", "init", "--data", str(tmp_path), "--json"]
    first, again = (CliRunner().invoke(app, init) for _ in range(2))
    url = json.loads(first.stdout)["setup"]
    assert url.startswith("http://localhost:8501/setup/")
    assert "setup" not in json.loads(again.stdout)
    db = Database(sqlite_url(tmp_path / "dispatch.db"))
    now = dt.datetime.now()
    assert people.use_setup(db, word_of(url), GOOD, now=now) == people.FIRST_NAME
    db.close()
