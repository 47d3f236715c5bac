"""What would help a dispatch of the water: worked out once, kept with its version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch.day.kept import kept_scenario
from dispatch.day.water import kept_dispatch, taken_of
from dispatch.planning.water_helping import WaterHelp, water_helping
from dispatch.store.days import open_day_of
from dispatch.store.remembered import remembered
from dispatch.store.waters import water_version_of
from dispatch.words.stored import message_of, stored_message

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from dispatch.store.db import Database

_NUMBERS = ("people_l", "people", "animals_l", "normal_l", "mu", "kg", "critical_kg")
_COSTS = ("cost_yuan", "crew_days")


def work_out_water_helps(
    db: Database,
    township: str,
    first_day: dt.date,
    number: int,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[WaterHelp, ...]:
    """
    Return what would help a version, best first; nothing is locked meanwhile.

    Parameters
    ----------
    db
        The store.
    township, first_day, number
        Which version.
    progress
        Called with what is planned and how much there is; what it raises ends the work.

    Raises
    ------
    DispatchError
        If there is no such version.
    """
    with db.read() as session:
        row = water_version_of(session, township, first_day, number)
        scenario, taken = kept_scenario(row.scenario), taken_of(row)
        num_days = kept_dispatch(row.dispatch).plan.num_days
    return water_helping(scenario, num_days=num_days, taken_m3=taken, progress=progress)


def keep_water_helps(
    db: Database,
    township: str,
    first_day: dt.date,
    number: int,
    helps: Sequence[WaterHelp],
    *,
    also: Callable[[Session, int, int], None] | None = None,
) -> None:
    """
    Keep what would help a version in place of an earlier answer.

    Parameters
    ----------
    db
        The store.
    township, first_day, number
        Which version; its day must be open.
    helps
        From `work_out_water_helps`.
    also
        What is to be kept with it, or not at all: called in its transaction with the
        number of the version and of its broken rules.

    Raises
    ------
    ConflictError
        If the day is closed.
    DispatchError
        If there is no such version.
    """
    with db.write() as session:
        open_day_of(session, township, first_day)
        row = water_version_of(session, township, first_day, number)
        row.helps = [_values(item) for item in helps]
        if also is not None:
            also(session, number, len(row.violations))


def _values(item: WaterHelp) -> dict[str, Any]:
    figures = {name: getattr(item, name) for name in (*_NUMBERS, *_COSTS)}
    name = stored_message(item.name)
    return {"kind": item.kind, "object_id": item.object_id, "name": name, **figures}


@remembered
def water_helps_of(
    db: Database, township: str, first_day: dt.date, number: int
) -> tuple[WaterHelp, ...] | None:
    """
    Return what would help a version; None: nobody has worked it out.

    Parameters
    ----------
    db
        The store.
    township, first_day, number
        Which version.

    Raises
    ------
    DispatchError
        If there is no such version.
    """
    with db.read() as session:
        row = water_version_of(session, township, first_day, number)
        if row.helps is None:
            return None
        return tuple(
            WaterHelp(**{**values, "name": message_of(values["name"])})
            for values in row.helps
        )
