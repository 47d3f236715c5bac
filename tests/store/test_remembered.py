"""Answers that are read again only after something was written."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text

from dispatch.errors import DispatchError
from dispatch.store.audit import note_change
from dispatch.store.db import Database
from dispatch.store.remembered import MAX_KEPT, Memory, remembered

AT = dt.datetime(2022, 9, 6, 7, 0)


def write(db: Database) -> None:
    with db.write() as session:
        note_change(session, "", who="a", at=AT, what="b", new=1)


def test_the_stamp_differs_after_what_was_written_and_after_nothing_else(db):
    first = db.stamp()
    with db.read():
        pass
    assert db.stamp() == first
    write(db)
    second = db.stamp()
    assert second != first
    assert db.stamp() == second


def test_the_stamp_differs_after_what_another_process_wrote(db):
    other = Database(db.url.render_as_string(hide_password=False))
    try:
        first = db.stamp()
        write(other)
        assert db.stamp() != first
    finally:
        other.close()


def test_a_connection_that_the_server_ended_is_made_anew(db):
    if db.is_sqlite:
        pytest.skip("a file ends no connection")
    db.stamp()
    with db.read() as session:
        ended = session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ).all()
    assert ended
    first = db.stamp()
    write(db)
    assert db.stamp() != first


def test_a_question_is_read_once_until_something_is_written(db):
    asked = []

    @remembered
    def read(db: Database, word: str, *, times: int = 1) -> tuple[str, ...]:
        asked.append(word)
        return (word,) * times

    assert read(db, "a", times=2) is read(db, "a", times=2)
    assert read(db, "b") == ("b",)
    assert asked == ["a", "b"]
    write(db)
    assert read(db, "a", times=2) == ("a", "a")
    assert asked == ["a", "b", "a"]


def test_a_failure_is_not_remembered(db):
    asked = []

    @remembered
    def read(db: Database) -> int:
        asked.append(1)
        if len(asked) == 1:
            raise ValueError("no")
        return 3

    with pytest.raises(ValueError, match="no"):
        read(db)
    assert read(db) == 3


def test_only_so_many_answers_are_kept():
    memory, asked = Memory(), []
    for number in [*range(MAX_KEPT + 1), 0]:
        memory.answer(number, lambda: "", lambda number=number: asked.append(number))
    assert asked[-2:] == [MAX_KEPT, 0]


def test_a_database_that_is_away_says_so():
    db = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(DispatchError):
        db.stamp()
