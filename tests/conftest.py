"""What all tests share: a cache of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test finds what an earlier run left, or leaves anything in a home folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPATCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
