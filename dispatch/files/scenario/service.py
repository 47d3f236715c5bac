"""What is out of service today: its row stays in the table, no plan uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.errors import Problem
from dispatch.model.scenario import Resting
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.files.tables.checks import Records
    from dispatch.model.scenario import Source, Truck, Village

COLUMN: Final = "out_of_service"
_TABLES: Final = ("villages", "sources", "trucks")


def in_service(records: Records) -> Records:
    """Return the records without the rows that are out of service."""
    return {
        name: [record for record in rows if not record.values.get(COLUMN)]
        for name, rows in records.items()
    }


def nothing_in_service(records: Records) -> list[Problem]:
    """Return a problem for every table whose rows are all out of service."""
    left = in_service(records)
    return [
        Problem(name, say("all_out_of_service", count=len(records[name])))
        for name in _TABLES
        if records.get(name) and not left[name]
    ]


def resting_of(
    villages: tuple[Village, ...],
    sources: tuple[Source, ...],
    trucks: tuple[Truck, ...],
) -> tuple[Resting, ...]:
    """
    Return what is out of service, with its row.

    Parameters
    ----------
    villages, sources, trucks
        All rows of the tables, in service or not.
    """
    tables: list[tuple[Village | Source | Truck, ...]] = [villages, sources, trucks]
    return tuple(
        Resting(row, item)
        for items in tables
        for row, item in enumerate(items)
        if item.out_of_service
    )
