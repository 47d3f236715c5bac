"""Who changed what, the newest first, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dispatch.store.audit import last_changes

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A line of the audit trail."""

    at: dt.datetime
    who: str
    what: str
    old: Any
    new: Any


def changes_of(db: Database, township: str, *, limit: int = 200) -> list[Changed]:
    """
    Return the last changes of a township, the newest first.

    Parameters
    ----------
    db
        The store.
    township
        Its code.
    limit
        At most so many.
    """
    with db.read() as session:
        return [
            Changed(at=row.at, who=row.who, what=row.what, old=row.old, new=row.new)
            for row in last_changes(session, township, limit)
        ]
