"""The database: tables, migrations, and what is written and read in one transaction.

SQLAlchemy is used here alone. What the rows mean together, and what may follow what, is
decided in ``operations`` and ``day``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.lazy import lazy_names

if TYPE_CHECKING:
    from dispatch.store.db import Database, sqlite_url
    from dispatch.store.recount import recount_store

__all__ = [
    "Database",
    "recount_store",
    "sqlite_url",
]

#: The module of each name; loaded when it is first used.
_HOMES: Final[dict[str, tuple[str, ...]]] = {
    "db": (
        "Database",
        "sqlite_url",
    ),
    "recount": ("recount_store",),
}
__getattr__ = lazy_names(__name__, _HOMES)
