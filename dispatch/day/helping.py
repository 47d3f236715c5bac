"""What would help a version of the plan: worked out, kept with it, read by all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch.errors import DispatchError
from dispatch.files.plan.plan_json import plan_from_json
from dispatch.files.scenario.snapshot import scenario_from_bytes
from dispatch.planning.helping import default_seconds, help_values, helps_from
from dispatch.roads.travel import travel_matrix
from dispatch.store.days import day_of, open_day_of, version_of
from dispatch.store.remembered import remembered
from dispatch.store.what_ifs import put_what_if, what_if_of
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from dispatch.planning.helping import Helps
    from dispatch.planning.whatif import WhatIf
    from dispatch.store.db import Database
    from dispatch.store.tables import PlanVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptHelps:
    """
    What would help a version, as it was worked out once.

    Attributes
    ----------
    version
        Number of the version.
    """

    version: int
    helps: Helps
    made_at: dt.datetime
    who: str


def require_helpable(version: PlanVersion) -> None:
    """
    Refuse a version that cannot be driven: nothing can be compared with it.

    Raises
    ------
    DispatchError
        If it breaks a rule.
    """
    if version.violations:
        raise DispatchError(say("whatif_bad_plan", version=version.number))


def work_out_helps(
    db: Database,
    township: str,
    date: dt.date,
    number: int,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    solve: Callable[..., WhatIf] | None = None,
) -> WhatIf:
    """
    Return what would help a version; nothing is locked or kept meanwhile.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day, which must be open.
    number
        Of the version.
    seconds
        For all variants together; None: by the size of the day.
    iterations
        Per variant instead of seconds: repeats bit for bit.
    seed
        Start of the random numbers.
    progress
        Called with the number of variants solved and to solve.
    should_stop
        Asked all the time; what is solved by then is returned.
    solve
        Compares the variants; None takes ours.

    Raises
    ------
    ConflictError
        If the day is closed.
    DispatchError
        If there is no such version, or it breaks a rule.
    """
    if solve is None:
        from dispatch.planning.whatif import what_if  # numba takes a second

        solve = what_if
    with db.write() as session:
        version = version_of(session, open_day_of(session, township, date), number)
        require_helpable(version)
        content, text = version.scenario, version.plan
    scenario = scenario_from_bytes(content)
    return solve(
        scenario,
        travel_matrix(scenario),
        plan_from_json(text.encode(), scenario=scenario),
        seconds=seconds or default_seconds(scenario),
        iterations=iterations,
        seed=seed,
        progress=progress,
        should_stop=should_stop,
    )


def keep_helps(
    db: Database,
    township: str,
    date: dt.date,
    number: int,
    found: WhatIf,
    *,
    who: str,
    at: dt.datetime,
    also: Callable[[Session], None] | None = None,
) -> None:
    """
    Keep what would help a version in place of an earlier answer.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.
    number
        Of the version.
    found
        From `work_out_helps`.
    who
        Who asked.
    at
        When it was ready.
    also
        What is to be kept with it, or not at all: called in its transaction.

    Raises
    ------
    DispatchError
        If there is no such version.
    """
    with db.write() as session:
        day = day_of(session, township, date, lock=True)
        version = version_of(session, day, number)
        put_what_if(session, version, result=help_values(found), who=who, at=at)
        if also is not None:
            also(session)


@remembered
def helps_of(
    db: Database, township: str, date: dt.date, number: int
) -> KeptHelps | None:
    """
    Return what would help a version; None where nobody has worked it out.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.
    number
        Of the version.
    """
    with db.read() as session:
        return read_helps(session, township, date, number)


def read_helps(
    session: Session, township: str, date: dt.date, number: int | None = None
) -> KeptHelps | None:
    """
    Return what would help a version; None where nobody has worked it out.

    Parameters
    ----------
    session
        An open session.
    township, date
        Of the day.
    number
        Of the version; None: the published one.
    """
    found = what_if_of(session, township, date, number)
    if found is None:
        return None
    row, of_version = found
    try:
        helps = helps_from(row.result)
    except (KeyError, TypeError, AttributeError):
        return None  # another version of the program kept it
    return KeptHelps(version=of_version, helps=helps, made_at=row.made_at, who=row.who)
