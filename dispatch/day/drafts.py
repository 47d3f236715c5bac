"""The best plan so far of a run under way, with what it is planned from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dispatch.day.kept import kept_scenario
from dispatch.errors import DispatchError
from dispatch.files.plan.plan_json import plan_from_json
from dispatch.store.days import find_day
from dispatch.store.jobs import draft_number, draft_of
from dispatch.store.remembered import remembered

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.store.db import Database


class Draft(NamedTuple):
    """The best plan of a run so far, the how manyth it is, and the day's tables."""

    number: int
    scenario: Scenario
    plan: Plan


@remembered
def newest_draft(db: Database, run: int) -> int | None:
    """
    Return which plan of a run is the best so far; None: it has none yet.

    Parameters
    ----------
    db
        The store.
    run
        Its number.
    """
    with db.read() as session:
        return draft_number(session, run)


def read_draft(db: Database, township: str, date: dt.date, run: int) -> Draft | None:
    """
    Return the best plan of a run so far; None: there is none to show.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day that is planned.
    run
        Its number.
    """
    with db.read() as session:
        day = find_day(session, township, date)
        found = draft_of(session, run)
        if day is None or found is None:
            return None
        content, (number, text) = day.scenario, found
    scenario = kept_scenario(content)
    try:
        plan = plan_from_json(text.encode(), scenario=scenario)
    except DispatchError:
        return None
    if plan.outcome_by_village.keys() != scenario.village_by_id.keys():
        return None  # the tables have changed since the run began
    return Draft(number, scenario, plan)
