"""Households that water is carried to: what a row must be, what two saved at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.errors import ConflictError, DispatchError
from dispatch.model.households import MAX_ADDRESS, MAX_NAME, MAX_NOTE, MAX_PEOPLE
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dispatch.model.households import Household

#: Of one township.
MAX_HOUSEHOLDS: Final = 5_000


class Edits(NamedTuple):
    """What is to be done to the rows that are there."""

    added: list[Household]
    changed: list[Household]
    deleted: list[Household]

    @property
    def total(self) -> int:
        """How many households it touches."""
        return len(self.added) + len(self.changed) + len(self.deleted)


def require_sound(rows: Iterable[Household], villages: Collection[str]) -> None:
    """
    Refuse rows that say nothing, by their position in the list and never by a name.

    Parameters
    ----------
    rows
        As they are to be.
    villages
        Ids of places that there are.

    Raises
    ------
    DispatchError
        For the first row that is wrong.
    """
    listed = list(rows)
    if len(listed) > MAX_HOUSEHOLDS:
        raise DispatchError(say("doors.too_many", most=MAX_HOUSEHOLDS))
    for position, row in enumerate(listed, 1):
        if row.village not in villages:
            raise DispatchError(say("doors.no_place", row=position))
        if not row.name:
            raise DispatchError(say("doors.no_name", row=position))
        if not 1 <= row.people <= MAX_PEOPLE:
            raise DispatchError(
                say("doors.people_range", row=position, most=MAX_PEOPLE)
            )
        lengths = (
            (row.name, MAX_NAME),
            (row.address, MAX_ADDRESS),
            (row.note, MAX_NOTE),
        )
        if any(len(text) > most for text, most in lengths):
            raise DispatchError(say("doors.too_long", row=position))


def edits_of(
    base: Iterable[Household], ours: Iterable[Household], kept: Iterable[Household]
) -> Edits:
    """
    Return what somebody changed since the rows were read; what others did stays.

    Parameters
    ----------
    base
        As they were read.
    ours
        As they are to be.
    kept
        As they are kept by now.

    Raises
    ------
    ConflictError
        If somebody else has changed or deleted one that we changed.
    """
    before = {row.number: row for row in base}
    now = {row.number: row for row in kept}
    wanted = {row.number: row for row in ours if row.number}
    added = [row for row in ours if not row.number]
    changed = [
        row
        for number, row in wanted.items()
        if number in before and row != before[number]
    ]
    deleted = [row for number, row in before.items() if number not in wanted]
    stale = [
        row
        for row in (*changed, *deleted)
        if row.number in now and now[row.number].version != before[row.number].version
    ]
    lost = [row for row in changed if row.number not in now]
    if stale or lost:
        raise ConflictError(say("doors.conflict", count=len(stale) + len(lost)))
    return Edits(added, changed, [row for row in deleted if row.number in now])
