"""A database by its address: SQLite in one file, or PostgreSQL."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.orm import Session

from dispatch.errors import DispatchError
from dispatch.store.events import EventLog
from dispatch.store.remembered import Memory
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL, Connection

MIGRATIONS: Final = Path(__file__).parent / "migrations"
#: Differs after every transaction that wrote, whoever made it. A snapshot of PostgreSQL
#: names the transactions that it sees; SQLite counts what other connections kept.
_STAMP: Final = {
    "sqlite": "PRAGMA data_version",
    "postgresql": "SELECT pg_current_snapshot()::text",
}
#: How long a writer waits for another one; SQLite lets one write at a time.
BUSY_MS: Final = 30_000


def sqlite_url(path: Path) -> str:
    """Return the address of a database in one file."""
    return f"sqlite:///{path.resolve()}"


class Database:
    """
    One store, for the whole process.

    Notes
    -----
    SQLite writes ahead (WAL) and waits until the disk has it (``synchronous=FULL``), so
    that what was acknowledged survives a crash. A transaction that writes takes its
    turn at once (``BEGIN IMMEDIATE``) instead of failing in the middle.
    """

    def __init__(self, address: str) -> None:
        """
        Open a store; nothing is read yet.

        Parameters
        ----------
        address
            ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``.

        Raises
        ------
        DispatchError
            If the address is none.
        """
        self.url = _url_of(address)
        #: Answers that `remembered` functions gave.
        self.memory = Memory()
        self.events = EventLog()
        self._watcher: Connection | None = None
        self._watching = threading.Lock()
        options: dict[str, Any] = {"pool_pre_ping": True}
        if not self.is_sqlite:
            options |= {"pool_size": 20, "max_overflow": 20}
        try:
            self._engine = create_engine(self.url, **options)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise DispatchError(say("store_bad_address", error=str(error))) from error
        if self.is_sqlite:
            event.listen(self._engine, "connect", _set_up_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is one file."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """The file; None on a server."""
        return Path(str(self.url.database)) if self.is_sqlite else None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one state; what it changes is not kept."""
        with self._connected() as connection, Session(connection) as session:
            if not self.is_sqlite:  # else each question would see what is kept by then
                connection.execution_options(isolation_level="REPEATABLE READ")
            # What writes must not be kept: it may be given up yet.
            session.info["events"] = self.events
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """
        Yield a session; all that it changes is kept at its end, or nothing.

        Raises
        ------
        DispatchError
            If the database cannot be reached, or cannot keep it: a full disk.
        """
        try:
            with self._connected() as connection:
                writing = connection.execution_options(writes=True)
                with (
                    Session(writing, expire_on_commit=False) as session,
                    session.begin(),
                ):
                    yield session
        except (DataError, OperationalError) as error:
            # The disk is full, the server is gone, or a text is none to it.
            raise DispatchError(say("store_failed", error=_reason(error))) from error

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            connection = self._engine.connect()
        except OperationalError as error:
            raise DispatchError(
                say("store_unreachable", error=_reason(error))
            ) from error
        with connection:
            yield connection

    def stamp(self) -> str:
        """
        Return a text that differs whenever something was written meanwhile.

        Raises
        ------
        DispatchError
            If the database cannot be reached.
        """
        with self._watching:
            if self._watcher is not None:
                try:
                    return self._read_stamp(self._watcher)
                except OperationalError:  # the server was gone, and may be back
                    self._watcher.invalidate()
                    self._watcher.close()
                    self._watcher = None
            try:
                # One connection that never writes: SQLite counts those of others.
                self._watcher = self._engine.connect().execution_options(
                    isolation_level="AUTOCOMMIT", watches=True
                )
                return self._read_stamp(self._watcher)
            except OperationalError as error:
                raise DispatchError(
                    say("store_unreachable", error=_reason(error))
                ) from error

    def _read_stamp(self, watcher: Connection) -> str:
        query = _STAMP[self.url.get_backend_name()]
        return str(watcher.exec_driver_sql(query).scalar_one())

    def upgrade(self) -> None:
        """Create the tables, or bring those of an earlier version up to date."""
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._connected() as connection:
            writing = connection.execution_options(writes=True)
            with writing.begin():
                config = _alembic()
                config.attributes["connection"] = writing
                command.upgrade(config, "head")

    def is_current(self) -> bool:
        """Whether the tables are those of this program."""
        with self._connected() as connection:
            at = MigrationContext.configure(connection).get_current_revision()
        return at == newest_revision()

    def close(self) -> None:
        """Give back all connections."""
        with self._watching:
            if self._watcher is not None:
                self._watcher.close()
                self._watcher = None
        self._engine.dispose()


def _reason(error: DBAPIError) -> str:
    """Return the first line of what the database says."""
    return (str(error.orig).strip() or type(error.orig).__name__).splitlines()[0]


def _url_of(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise DispatchError(say("store_bad_address", error=str(error))) from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        known = "sqlite:///FILE, postgresql://USER@HOST/NAME"
        raise DispatchError(say("store_bad_address", error=known))
    return url


def newest_revision() -> str:
    """Return the number of the last migration, whose tables this program uses."""
    return str(ScriptDirectory.from_config(_alembic()).get_current_head())


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _set_up_sqlite(connection: Any, _: object) -> None:
    # The driver would begin late, and commit before some statements.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("watches", False):
        return  # in a transaction it would see the same state for ever
    writes = options.get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
