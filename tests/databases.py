"""Both databases for tests: SQLite in a file, PostgreSQL on a server of our own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from contextlib import contextmanager
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
        options = f"-c listen_addresses='' -k {self._folder} -c max_connections=300"
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
    """Yield an empty store with its tables."""
    if kind == "sqlite":
        address = sqlite_url(folder / "dispatch.db")
    else:
        assert server is not None
        name = f"t{uuid.uuid4().hex}"
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        address = server.replace("/postgres?", f"/{name}?")
    db = Database(address)
    db.upgrade()
    yield db
    db.close()
