"""The store opens, upgrades, and keeps what it acknowledged."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text

from dispatch.errors import DispatchError
from dispatch.store.db import Database
from dispatch.store.tables import Base, Township


def township(code: str) -> Township:
    return Township(code=code, name="永和乡", base=b"", settings={})


def test_tables_are_made_once(db: Database) -> None:
    assert db.is_current()
    db.upgrade()
    assert db.is_current()


def test_the_migrations_make_the_tables_of_the_code(db: Database) -> None:
    """Whoever changes tables.py without a migration is told here."""
    with db.read() as session:
        context = MigrationContext.configure(session.connection())
        assert compare_metadata(context, Base.metadata) == []


def test_a_store_without_tables_is_not_current(tmp_path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'new.db'}")
    assert not db.is_current()
    db.close()


def test_what_fails_in_the_middle_leaves_nothing(db: Database) -> None:
    def fail() -> None:
        with db.write() as session:
            session.add(township("430423"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with db.read() as session:
        assert session.scalars(select(Township)).all() == []


def test_what_was_written_is_there_for_others(db: Database) -> None:
    with db.write() as session:
        session.add(township("430423"))
    other = Database(db.url.render_as_string(hide_password=False))
    with other.read() as session:
        assert session.scalars(select(Township.code)).all() == ["430423"]
    other.close()


@pytest.mark.parametrize("address", ["", "nowhere", "mysql://root@host/db"])
def test_an_address_of_no_database_is_told(address: str) -> None:
    with pytest.raises(DispatchError, match="not an address of a database"):
        Database(address)


def test_a_server_that_is_not_there_is_told() -> None:
    db = Database("postgresql://nobody@localhost:1/none")
    with pytest.raises(DispatchError, match="cannot be reached"), db.read():
        pass


def test_a_full_disk_is_told_and_loses_nothing(tmp_path) -> None:
    """What was acknowledged before stays; what did not fit is not half there."""
    db = Database(f"sqlite:///{tmp_path / 'small.db'}")
    db.upgrade()
    with db.write() as session:
        session.add(township("430423"))

    def fill() -> None:
        with db.write() as session:
            pages = session.scalar(text("PRAGMA page_count"))
            session.execute(text(f"PRAGMA max_page_count = {pages}"))
            big = township("430424")
            big.base = bytes(1_000_000)
            session.add(big)

    with pytest.raises(DispatchError, match="disk is full"):
        fill()
    with db.read() as session:
        assert session.scalars(select(Township.code)).all() == ["430423"]
    db.close()
