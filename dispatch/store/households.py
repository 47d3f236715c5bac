"""Households that water is carried to, and to which it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from dispatch.model.households import Household
from dispatch.store.tables import DoorTick, HouseholdRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from dispatch.operations.doors import Edits


def households_of(
    session: Session,
    township: str,
    villages: Collection[str] | None = None,
    *,
    lock: bool = False,
) -> list[Household]:
    """
    Return the households of a township, in the order in which they were added.

    Parameters
    ----------
    session
        An open session.
    township
        Its code.
    villages
        Ids of places; None: all.
    lock
        Whether others that write them wait until this transaction is over.
    """
    query = select(HouseholdRow).where(HouseholdRow.township == township)
    if villages is not None:
        query = query.where(HouseholdRow.village.in_(villages))
    query = query.order_by(HouseholdRow.id)
    if lock:
        query = query.with_for_update()
    return [
        Household(
            number=row.id,
            village=row.village,
            name=row.name,
            address=row.address,
            people=row.people,
            note=row.note,
            carries=row.carries,
            version=row.version,
        )
        for row in session.scalars(query)
    ]


def take_household_edits(session: Session, township: str, edits: Edits) -> None:
    """
    Keep what somebody changed.

    Parameters
    ----------
    session
        A session that writes, with the rows locked.
    township
        Its code.
    edits
        From `operations.doors.edits_of`.
    """
    for gone in edits.deleted:
        session.execute(delete(DoorTick).where(DoorTick.household_id == gone.number))
        session.execute(delete(HouseholdRow).where(HouseholdRow.id == gone.number))
    for each in (*edits.changed, *edits.added):
        row = session.get(HouseholdRow, each.number) if each.number else None
        if row is None:
            row = HouseholdRow(township=township, version=0)
            session.add(row)
        row.village, row.name, row.address = each.village, each.name, each.address
        row.people, row.note, row.carries = each.people, each.note, each.carries
        row.version += 1
    session.flush()


def ticks_of(session: Session, township: str, date: dt.date) -> dict[int, dt.datetime]:
    """
    Return when water came to households on a day, by their number.

    Parameters
    ----------
    session
        An open session.
    township, date
        Of the day.
    """
    query = (
        select(DoorTick.household_id, DoorTick.at)
        .join(HouseholdRow, HouseholdRow.id == DoorTick.household_id)
        .where(HouseholdRow.township == township, DoorTick.date == date)
    )
    return {row.household_id: row.at for row in session.execute(query)}


def set_tick(
    session: Session,
    household: Household,
    date: dt.date,
    *,
    is_done: bool,
    sender: str,
    at: dt.datetime,
) -> None:
    """
    Keep that water came to a household, or that it did not after all.

    Parameters
    ----------
    session
        A session that writes.
    household
        The household.
    date
        The day.
    is_done
        Whether it came; what is so already stays as it is.
    sender
        Who says so.
    at
        When.
    """
    mine = (DoorTick.household_id == household.number, DoorTick.date == date)
    if not is_done:
        session.execute(delete(DoorTick).where(*mine))
        return
    if session.scalar(select(DoorTick.id).where(*mine)) is not None:
        return
    tick = DoorTick(household_id=household.number, date=date, at=at, sender=sender)
    try:
        with session.begin_nested():
            session.add(tick)
    except IntegrityError:
        return  # two tapped at once
