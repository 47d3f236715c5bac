"""Accounts: set up once, locked after guesses, told nothing by refusals."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from dispatch.day import people
from dispatch.day.people import SignInError
from dispatch.errors import ConflictError, DispatchError
from dispatch.settings import SignInRules, sign_in_rules
from dispatch.store.tables import Audit, Base

if TYPE_CHECKING:
    from dispatch.store.db import Database

NOW = dt.datetime(2022, 9, 6, 8, 0)
GOOD = "十二个字的密码够不够长？"
BAD = "0123456789"


def later(**spans: int) -> dt.datetime:
    return NOW + dt.timedelta(**spans)


@pytest.fixture
def wang(db: Database) -> Database:
    """Give a store in which 王 may sign in."""
    word = people.add(db, "王", "coordinator", township="1", who="test", at=NOW)
    people.use_setup(db, word, GOOD, now=NOW)
    return db


def refused(db: Database, name: str, password: str, now: dt.datetime = NOW) -> str:
    with pytest.raises(SignInError) as error:
        people.sign_in(db, name, password, now=now)
    return error.value.text("zh")


def test_the_first_link_is_given_once(db: Database) -> None:
    word = people.first_word(db, NOW)
    assert word is not None
    assert people.first_word(db, NOW) is None
    assert people.use_setup(db, word, GOOD, now=NOW) == people.FIRST_NAME
    session = people.sign_in(db, people.FIRST_NAME, GOOD, now=NOW)
    account = people.signed_in(db, session, now=NOW)
    assert account is not None
    assert account.role == "administrator"


def test_nobody_has_a_password_before_setting_one(db: Database) -> None:
    people.add(db, "王", "coordinator", who="test", at=NOW)
    for password in ("", "admin", "王"):
        refused(db, "王", password)


def test_a_setup_link_works_once_and_not_for_ever(db: Database) -> None:
    word = people.add(db, "王", "coordinator", who="test", at=NOW)
    with pytest.raises(DispatchError, match="10 to 200"):
        people.use_setup(db, word, "short", now=NOW)
    assert people.person_of_setup(db, word, now=NOW) == "王"
    assert people.person_of_setup(db, word, now=later(days=7)) is None
    with pytest.raises(DispatchError, match="was used"):
        people.use_setup(db, word, GOOD, now=later(days=7))
    people.use_setup(db, word, GOOD, now=later(days=6))
    with pytest.raises(DispatchError, match="was used"):
        people.use_setup(db, word, BAD, now=NOW)
    people.sign_in(db, "王", GOOD, now=NOW)


def test_a_new_setup_link_ends_the_one_before(db: Database) -> None:
    old = people.add(db, "王", "coordinator", who="test", at=NOW)
    new = people.setup_word(db, "王", who="test", at=NOW)
    assert people.person_of_setup(db, old, now=NOW) is None
    assert people.person_of_setup(db, new, now=NOW) == "王"


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(wang: Database) -> None:
    """Also the right one is refused then, with the words of a wrong one."""
    answers = {refused(wang, "王", BAD) for _ in range(5)}
    answers.add(refused(wang, "王", GOOD, later(minutes=14)))
    assert len(answers) == 1
    people.sign_in(wang, "王", GOOD, now=later(minutes=15))


def test_four_wrong_passwords_do_not_lock(wang: Database) -> None:
    for _ in range(2):
        for _ in range(4):
            refused(wang, "王", BAD)
        people.sign_in(wang, "王", GOOD, now=NOW)


def test_guesses_at_once_are_counted_one_by_one(wang: Database) -> None:
    """Twenty that all look before anyone counts would be twenty guesses, not five."""

    def guess(number: int) -> str | None:
        return people._attempt(wang, "王", now=NOW, rules=SignInRules())

    with ThreadPoolExecutor(8) as pool:
        let_try = [digest for digest in pool.map(guess, range(20)) if digest]
    assert len(let_try) == 5


def test_a_name_that_nobody_has_is_answered_and_worked_for_alike(
    wang: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither words nor work say who has an account: one check of a hash each."""
    checks: list[str] = []

    class Counting:
        def verify(self, digest: str, password: str) -> None:
            checks.append(digest.split("$p=")[0][:30])
            hasher.verify(digest, password)

    people._nobody()
    hasher = people._hasher()
    monkeypatch.setattr(people, "_hasher", Counting)
    people.block(wang, "王", who="test", at=NOW)
    blocked = refused(wang, "王", GOOD)
    people.block(wang, "王", is_blocked=False, who="test", at=NOW)
    assert refused(wang, "李", BAD) == refused(wang, "王", BAD) == blocked
    assert len(checks) == 3
    assert len(set(checks)) == 1


def test_a_session_ends_by_time_by_hand_and_by_block(wang: Database) -> None:
    def let_in() -> str:
        return people.sign_in(wang, "王", GOOD, now=NOW)

    first, second, third = let_in(), let_in(), let_in()
    assert people.signed_in(wang, first, now=later(hours=11)) is not None
    assert people.signed_in(wang, first, now=later(hours=12)) is None
    people.sign_out(wang, first, now=NOW)
    assert people.signed_in(wang, first, now=NOW) is None
    assert people.signed_in(wang, second, now=NOW) is not None
    people.set_password(wang, "王", GOOD, who="test", at=NOW)
    assert people.signed_in(wang, second, now=NOW) is None
    fourth = let_in()
    people.block(wang, "王", who="test", at=NOW)
    people.block(wang, "王", is_blocked=False, who="test", at=NOW)
    assert people.signed_in(wang, third, now=NOW) is None
    assert people.signed_in(wang, fourth, now=NOW) is None


def test_a_word_opens_only_what_it_is_for(db: Database) -> None:
    setup = people.add(db, "王", "coordinator", who="test", at=NOW)
    assert people.signed_in(db, setup, now=NOW) is None
    people.use_setup(db, setup, GOOD, now=NOW)
    session = people.sign_in(db, "王", GOOD, now=NOW)
    assert people.person_of_setup(db, session, now=NOW) is None


def test_no_password_and_no_word_is_in_the_store(wang: Database) -> None:
    word = people.sign_in(wang, "王", GOOD, now=NOW)
    with wang.read() as session:
        for table in Base.metadata.tables.values():
            for row in session.execute(select(table)):
                assert word not in str(row)
                assert GOOD not in str(row)


def test_sql_in_a_name_is_a_name(db: Database) -> None:
    name = "x'; DROP TABLE person; --"
    people.add(db, name, "official", county="430423", who="test", at=NOW)
    refused(db, "' OR '1'='1", BAD)
    assert [account.name for account in people.people(db)] == [name]


@pytest.mark.parametrize("name", ["", "a\x00b", "\ud800", "x" * 10_000])
def test_a_senseless_name_is_refused_like_any_other(db: Database, name) -> None:
    """PostgreSQL cannot be asked for a zero sign: that was an internal error."""
    assert refused(db, name, BAD) == refused(db, "李", BAD)


@pytest.mark.parametrize(
    ("name", "role", "places"),
    [
        (" ", "official", {}),
        ("a\nb", "official", {}),
        ("x" * 101, "official", {}),
        ("王", "king", {}),
        ("王", "official", {"township": "1", "county": "2"}),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(db, name, role, places) -> None:
    with pytest.raises(DispatchError):
        people.add(db, name, role, **places, who="test", at=NOW)
    assert people.people(db) == []


def test_a_name_is_given_once(wang: Database) -> None:
    with pytest.raises(ConflictError, match="王"):
        people.add(wang, "王", "official", who="test", at=NOW)


def test_every_change_leaves_a_trace(wang: Database) -> None:
    people.block(wang, "王", who="admin", at=NOW)
    with wang.read() as session:
        traces = session.execute(select(Audit.who, Audit.what, Audit.old, Audit.new))
        assert [tuple(trace) for trace in traces] == [
            (
                "test",
                "person 王",
                None,
                {"role": "coordinator", "township": "1", "county": ""},
            ),
            ("王", "password of 王", None, None),
            ("admin", "block of 王", False, True),
        ]


def test_rules_of_signing_in_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sign_in_rules() == SignInRules(5, 15, 12, 20)
    monkeypatch.setenv("DISPATCH_SIGN_IN_FAILURES", "3")
    monkeypatch.setenv("DISPATCH_SIGN_IN_LOCK_MINUTES", "soon")
    monkeypatch.setenv("DISPATCH_SESSION_HOURS", "0")
    assert sign_in_rules() == SignInRules(3, 15, 12, 20)
