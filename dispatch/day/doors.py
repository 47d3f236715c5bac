"""Households at the door: kept by the office, shown to who may see them, ticked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch.errors import DispatchError
from dispatch.operations.doors import edits_of, require_sound
from dispatch.store.audit import note_change
from dispatch.store.households import (
    households_of,
    set_tick,
    take_household_edits,
    ticks_of,
)
from dispatch.store.master import township_of
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    from dispatch.day.links import Link
    from dispatch.model.households import Household
    from dispatch.store.db import Database


@dataclass(frozen=True, slots=True)
class DoorList:
    """
    Households of some places, with those to which water came on a day.

    Attributes
    ----------
    ticks
        When it came, by number of the household.
    """

    households: tuple[Household, ...]
    ticks: Mapping[int, dt.datetime]

    def of(self, village: str) -> list[Household]:
        """Return the households of a place."""
        return [each for each in self.households if each.village == village]


def door_list(
    db: Database,
    township: str,
    date: dt.date,
    villages: Collection[str] | None = None,
) -> DoorList:
    """
    Return households; whoever calls has asked whether they may be seen.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.
    villages
        Ids of places; None: all.
    """
    with db.read() as session:
        return DoorList(
            tuple(households_of(session, township, villages)),
            ticks_of(session, township, date),
        )


def save_households(
    db: Database,
    township: str,
    *,
    base: Sequence[Household],
    ours: Sequence[Household],
    villages: Collection[str],
    who: str,
    at: dt.datetime,
) -> int:
    """
    Save what somebody changed among the households; return how many it touches.

    The audit trail counts them and names nobody.

    Parameters
    ----------
    db
        The store.
    township
        Its code.
    base
        The households as they were read.
    ours
        As they are to be.
    villages
        Ids of places that there are.
    who, at
        For the audit trail.

    Raises
    ------
    ConflictError
        If somebody else has changed one of the same; nothing is saved then.
    DispatchError
        If a row is wrong.
    """
    cleaned = [row.cleaned() for row in ours]
    # A place that is in the tables no more may keep its households.
    require_sound(cleaned, {*villages, *(row.village for row in base)})
    with db.write() as session:
        township_of(session, township, lock=True)
        kept = households_of(session, township, lock=True)
        edits = edits_of(base, cleaned, kept)
        if edits.total:
            take_household_edits(session, township, edits)
            new = {
                "added": len(edits.added),
                "changed": len(edits.changed),
                "deleted": len(edits.deleted),
            }
            note_change(session, township, who=who, at=at, what="households", new=new)
        return edits.total


def tick_door(
    db: Database,
    link: Link,
    number: int,
    date: dt.date,
    *,
    villages: Collection[str],
    is_done: bool,
    at: dt.datetime,
) -> None:
    """
    Keep that water came to a household, or that it did not after all.

    Parameters
    ----------
    db
        The store.
    link
        Whose phone says so.
    number
        Of the household.
    date
        The day.
    villages
        Where the trucks of the link go that day.
    is_done
        Whether it came.
    at
        When.

    Raises
    ------
    DispatchError
        If the link may see no households, or has no such one.
    """
    if not link.sees_doors:
        raise DispatchError(say("doors.unknown"))
    with db.write() as session:
        found = households_of(session, link.township, villages)
        household = next((each for each in found if each.number == number), None)
        if household is None:
            raise DispatchError(say("doors.unknown"))
        sender = f"link {link.number}"
        set_tick(session, household, date, is_done=is_done, sender=sender, at=at)
