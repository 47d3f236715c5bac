"""What all tests share: a cache of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dispatch.store.db import Database


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test finds what an earlier run left, or leaves anything in a home folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPATCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the address of a PostgreSQL server; the test is skipped without one."""
    from tests.databases import postgres_server

    with postgres_server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give an empty store, once in a file and once on a server."""
    from tests.databases import new_database

    is_server = request.param == "postgresql"
    server = request.getfixturevalue("postgres") if is_server else None
    with new_database(request.param, tmp_path, server) as database:
        yield database
