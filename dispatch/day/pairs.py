"""Rules of a day that keep a truck away from a village: made and lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.day.opening import set_scenario
from dispatch.files.scenario.snapshot import scenario_from_bytes
from dispatch.operations.merging import merged
from dispatch.operations.pairs import with_pair, without_pair
from dispatch.store.days import open_day_of
from dispatch.store.master import note_edits

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.operations.pairs import Pair
    from dispatch.store.db import Database


def set_pair(
    db: Database,
    township: str,
    date: dt.date,
    pair: Pair,
    *,
    is_forbidden: bool,
    who: str,
    at: dt.datetime,
) -> bool:
    """
    Keep a truck away from a village on a day, or no more; return whether it is new.

    Tomorrow it may go there again: the tables of the township stay as they are. Two
    people who make rules at the same time both have theirs.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day, which must be open.
    pair
        Truck and village.
    is_forbidden
        Whether it is kept away.
    who, at
        For the audit trail.

    Raises
    ------
    ConflictError
        If the day is closed.
    DispatchError
        If the day has no such truck or village.
    """
    change = with_pair if is_forbidden else without_pair
    with db.write() as session:
        day = open_day_of(session, township, date)
        kept = scenario_from_bytes(day.scenario)
        merge = merged(kept, change(kept, pair), kept)
        if merge.edits:
            set_scenario(day, merge.scenario)
            note_edits(session, township, merge.edits, who=who, at=at)
        return bool(merge.edits)
