"""Tables of a day edited by several people at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.day.opening import set_scenario
from dispatch.errors import ConflictError, DispatchError
from dispatch.files.scenario.snapshot import scenario_from_bytes
from dispatch.operations.merging import Conflict, Edit, merged
from dispatch.store.days import open_day_of
from dispatch.store.master import note_edits, take_edits
from dispatch.words.message import COMMAS, Message, joined, say

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from dispatch.model.scenario import Scenario
    from dispatch.store.db import Database


class EditConflictError(ConflictError):
    """
    Somebody else saved other values of what we changed; nothing of ours was saved.

    Parameters
    ----------
    conflicts
        Each value that both changed.
    """

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__(say("edit_conflict", values=joined(_lines(conflicts), COMMAS)))


def _lines(conflicts: Sequence[Conflict]) -> list[Message | str]:
    return [
        say(
            "edit_conflict_value",
            row=each.row_id,
            field=each.field or each.table,
            theirs=_shown(each.theirs),
            ours=_shown(each.ours),
        )
        for each in conflicts[:8]
    ]


def _shown(value: object) -> Message | str:
    return say("edit_no_row") if value is None else str(value)[:200]


def save_day(
    db: Database,
    township: str,
    date: dt.date,
    *,
    base: Scenario,
    ours: Scenario,
    shown: Scenario | None = None,
    ours_wins: bool = False,
    is_lasting: bool = True,
    who: str,
    at: dt.datetime,
) -> tuple[Edit, ...]:
    """
    Save what was changed in a day's tables, and return it row by row.

    What others changed meanwhile stays; lasting data of the township change too.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day, which must be open.
    base
        The day as it was read for editing.
    ours
        As it is to be.
    shown
        As the editor showed it, where tables round; None: as ``base``.
    ours_wins
        What both changed becomes ours; for who has seen both values.
    is_lasting
        Whether it is so on the days after, too.
    who, at
        For the audit trail.

    Raises
    ------
    EditConflictError
        If somebody saved another value of the same field; nothing is saved then.
    ConflictError
        If the day is closed.
    DispatchError
        If what both saved makes no day together: a truck without its depot.
    """
    with db.write() as session:
        day = open_day_of(session, township, date)
        kept = scenario_from_bytes(day.scenario)
        try:
            merge = merged(base, ours, kept, shown=shown, ours_wins=ours_wins)
        except ValueError as error:
            raise DispatchError(say("edit_impossible", why=str(error))) from error
        if merge.conflicts:
            raise EditConflictError(merge.conflicts)
        if merge.edits:
            set_scenario(day, merge.scenario)
            if is_lasting:
                take_edits(session, township, merge.edits, merge.scenario)
            note_edits(session, township, merge.edits, who=who, at=at)
        return merge.edits
