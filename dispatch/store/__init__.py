"""The database: tables, migrations, and what is written and read in one transaction.

SQLAlchemy is used here alone. What the rows mean together, and what may follow what, is
decided in ``operations`` and ``day``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from dispatch.store.db import Database, sqlite_url
    from dispatch.store.recount import recount

__all__ = [
    "Database",
    "recount",
    "sqlite_url",
]

#: The module of each name; loaded when it is first used.
_HOMES: Final[dict[str, tuple[str, ...]]] = {
    "db": (
        "Database",
        "sqlite_url",
    ),
    "recount": ("recount",),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Return a public name, loading the module that it lives in."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
    return value
