"""Both databases for tests: SQLite in a file, PostgreSQL on a server of our own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from dispatch.store.db import Database, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where Debian keeps the server's programs, beside the path.
PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
ADDRESS_ENV = "DISPATCH_TEST_POSTGRES"


def _program(name: str) -> str | None:
    for folder in PLACES:
        if (folder / name).exists():
            return str(folder / name)
    return shutil.which(name)


def _as_server(command: list[str]) -> list[str]:
    """Return a command for the server's user: it refuses to run as root."""
    if os.geteuid():
        return command
    return ["runuser", "-u", "postgres", "--", *command]


class Server:
    """A server of our own: on a socket in its folder, on no port."""

    def __init__(self, folder: Path, pg_ctl: str) -> None:
        self.address = f"postgresql+psycopg://dispatch@/postgres?host={folder}"
        self._folder = folder
        self._control = [pg_ctl, "-D", str(folder / "data"), "-w"]

    def start(self) -> None:
        # A process that is killed leaves what it wrote to the system, which lives on:
        # only a machine that goes down needs more, and none does here.
        options = (
            f"-c listen_addresses='' -k {self._folder} -c max_connections=300 "
            "-c fsync=off -c full_page_writes=off"
        )
        log = str(self._folder / "log")
        self._run("-l", log, "-o", options, "start")

    def stop(self) -> None:
        """End it at once, as if the machine had lost its power."""
        self._run("-m", "immediate", "stop")

    def _run(self, *words: str) -> None:
        command = _as_server([*self._control, *words])
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def own_server() -> Iterator[Server]:
    """Yield a server that was started here, and is gone afterwards."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("PostgreSQL's server is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        if not os.geteuid():
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        subprocess.run(
            _as_server([initdb, "-D", str(data), "-U", "dispatch", "-A", "trust"]),
            check=True,
            capture_output=True,
        )
        server = Server(folder, pg_ctl)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yield the address of a server: one that is given, or one started here."""
    if given := os.environ.get(ADDRESS_ENV):
        yield given
        return
    with own_server() as server:
        yield server.address


@contextmanager
def new_database(kind: str, folder: Path, server: str | None) -> Iterator[Database]:
    """Yield an empty store with its tables, copied from one that was made before."""
    if kind == "sqlite":
        file = folder / "dispatch.db"
        file.write_bytes(_empty_file())
        db = Database(sqlite_url(file))
        yield db
        db.close()
        return
    assert server is not None
    name = f"t{uuid.uuid4().hex}"
    _tell(server, f"CREATE DATABASE {name} TEMPLATE {_empty_database(server)}")
    db = Database(server.replace("/postgres?", f"/{name}?"))
    yield db
    db.close()
    _tell(server, f"DROP DATABASE {name} WITH (FORCE)")


def _tell(server: str, command: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(command))
    engine.dispose()


@cache
def _empty_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        db = Database(sqlite_url(file))
        db.upgrade()
        db.close()
        return file.read_bytes()


@cache
def _empty_database(server: str) -> str:
    name = f"empty{uuid.uuid4().hex}"
    _tell(server, f"CREATE DATABASE {name}")
    db = Database(server.replace("/postgres?", f"/{name}?"))
    db.upgrade()
    db.close()
    return name
