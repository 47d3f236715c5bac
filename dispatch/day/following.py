"""A day followed: every planned stop with what was reported of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch.day.alarms import alarms_between
from dispatch.day.kept import kept_plan
from dispatch.operations.ledger import standing
from dispatch.operations.told import State, stop_reports
from dispatch.store.days import find_day, published_version
from dispatch.store.events import reports_of
from dispatch.store.remembered import remembered

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from dispatch.model.plan import Plan, Stop
    from dispatch.operations.alarms import Alarm
    from dispatch.operations.ledger import Report
    from dispatch.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """
    A planned stop as it is known to stand.

    Attributes
    ----------
    number
        Of the stop in its truck's day, from 1.
    report
        The last report of it; None: nobody reported.
    """

    truck: str
    number: int
    stop: Stop
    state: State
    report: Report | None

    @property
    def is_visit(self) -> bool:
        """Whether water is brought there."""
        return self.stop.kind == "deliver"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedDay:
    """
    What was planned and what is reported.

    Attributes
    ----------
    version
        Number of the plan that drivers see; None: none.
    stops
        Its stops, truck by truck.
    reports
        All that stand, in the order in which they came.
    unplanned
        Those of them that no stop has.
    """

    version: int | None
    stops: tuple[Followed, ...]
    reports: tuple[Report, ...]
    unplanned: tuple[Report, ...]
    alarms: tuple[Alarm, ...]

    @property
    def planned_l(self) -> int:
        """Litres that the plan brings."""
        return sum(each.stop.litres for each in self.stops if each.is_visit)

    @property
    def delivered_l(self) -> int:
        """Litres that were reported as delivered."""
        return sum(r.litres or 0 for r in self.reports if r.kind == "delivered")

    @property
    def num_visits_done(self) -> int:
        """Planned visits that ended, with water or without."""
        ended = ("done", "refused", "impossible")
        return sum(each.is_visit and each.state in ended for each in self.stops)

    @property
    def num_visits(self) -> int:
        """Planned visits."""
        return sum(each.is_visit for each in self.stops)


@remembered
def follow_day(db: Database, township: str, date: dt.date) -> FollowedDay:
    """
    Return what was planned for a day and what is reported of it.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day, which need not be open.

    Raises
    ------
    DispatchError
        If the store has no such township.
    """
    with db.read() as session:
        day = find_day(session, township, date)
        head = None if day is None else published_version(session, day)
        text, number = ("", None) if head is None else (head.plan, head.number)
        reports = reports_of(session, township, date, date)
        alarms = alarms_between(session, township, date, date) if reports else []
    stops = followed_stops(kept_plan(text), reports) if text else []
    stand = tuple(standing(reports))
    planned = {each.report.key for each in stops if each.report is not None}
    moves = ("filled", "delivered", "refused", "impossible")
    return FollowedDay(
        version=number,
        stops=tuple(stops),
        reports=stand,
        unplanned=tuple(r for r in stand if r.kind in moves and r.key not in planned),
        alarms=tuple(alarms),
    )


def followed_stops(plan: Plan, reports: Sequence[Report]) -> list[Followed]:
    """
    Return the stops of a plan as they are known to stand, truck by truck.

    Parameters
    ----------
    plan
        What drivers were told.
    reports
        Of its day, in the order in which they came.
    """
    by_truck: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_truck[report.truck].append(report)
    stops: list[Followed] = []
    for route in plan.routes:
        told = stop_reports(route.stops, by_truck[route.truck_id])
        stops += [
            Followed(
                truck=route.truck_id,
                number=idx + 1,
                stop=stop,
                state=state,
                report=report,
            )
            for idx, (stop, (state, report)) in enumerate(
                zip(route.stops, told, strict=True)
            )
        ]
    return stops
