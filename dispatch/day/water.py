"""Dispatches of all the water as versions: planned, changed, published, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dispatch.day.kept import kept_scenario
from dispatch.errors import DispatchError, PlanError
from dispatch.files.plan.plan_json import plan_from_json
from dispatch.files.scenario.snapshot import scenario_from_bytes, scenario_to_bytes
from dispatch.files.water.dispatch_file import (
    dispatch_from_bytes,
    dispatch_to_bytes,
    duty_from_bytes,
    duty_to_bytes,
)
from dispatch.planning.piped import piped_litres, truck_fills_m3, with_piped_l
from dispatch.planning.whole_water import (
    check_days,
    check_hours,
    check_told,
    plan_whole_water,
)
from dispatch.store.audit import note_change
from dispatch.store.days import find_day, open_day_of, published_version
from dispatch.store.remembered import remembered
from dispatch.store.waters import (
    add_water,
    published_water,
    water_heads,
    water_version_of,
)
from dispatch.words.message import say
from dispatch.words.stored import message_of, stored_message

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy.orm import Session

    from dispatch.check.water.facts import WaterViolation
    from dispatch.check.water_hours.facts import HourViolation
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch, WaterDuty
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.turns import TurnOrder
    from dispatch.planning.whole_water import WholeWater
    from dispatch.solver.water.case import WaterParams
    from dispatch.store.db import Database
    from dispatch.store.tables import WaterVersion
    from dispatch.store.waters import WaterHead
    from dispatch.words.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterDesk:
    """
    What a page of the water needs at once.

    Attributes
    ----------
    heads
        Versions that begin on the date.
    published
        First day and number of the version that the date lies in; None: none.
    """

    heads: tuple[WaterHead, ...]
    published: tuple[dt.date, int] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class ShownWater:
    """
    A version as it was made; the same one is the same object until something changes.

    Attributes
    ----------
    violations
        Which rules it breaks, in words.
    """

    first_day: dt.date
    number: int
    status: str
    scenario: Scenario
    dispatch: WaterDispatch
    duty: WaterDuty
    violations: tuple[Message, ...]

    @property
    def network(self) -> WaterNetwork:
        """
        The tables of the water.

        Raises
        ------
        DispatchError
            If it has none: another version of the program kept it.
        """
        if self.scenario.water is None:
            raise DispatchError(say("no_water_tables"))
        return self.scenario.water


def plan_water_version(
    db: Database,
    township: str,
    date: dt.date,
    *,
    num_days: int,
    params: WaterParams | None = None,
    turn_order: TurnOrder = "far_first",
    who: str,
    at: dt.datetime,
    also: Callable[[Session, int, int], None] | None = None,
) -> int:
    """
    Return the number of a new version of all the water from a day on, a draft.

    What the published plan of the trucks fills is taken off; turns at night go on from
    the dispatch that is published.

    Parameters
    ----------
    db
        The store; nothing is locked while it is planned.
    township, date
        Of the first day, which must be open.
    num_days
        Days to plan, 1 to 14.
    params
        Limits of the days and the order of goals; None: as usual.
    turn_order
        Of the turns on canals.
    who, at
        Who asks for it, and when.
    also
        What is to be kept with the version, or not at all: called in its transaction
        with its number and the number of broken rules.

    Raises
    ------
    ConflictError
        If the day is closed.
    PlanError
        If the township has no tables of the water.
    """
    with db.write() as session:
        day = open_day_of(session, township, date)
        scenario = scenario_from_bytes(day.scenario)
        trucks = _trucks(session, township, date)
        known = published_water(session, township, date)
        previous = None if known is None else kept_dispatch(known.dispatch)
    taken = {} if trucks is None else truck_fills_m3(trucks, num_days)
    whole = plan_whole_water(
        scenario,
        num_days=num_days,
        params=params,
        taken_m3=taken,
        previous=previous,
        trucks=trucks,
        turn_order=turn_order,
    )
    with db.write() as session:
        open_day_of(session, township, date)
        version = add_water(
            session, township, date, **_values(whole, taken, who=who, at=at)
        )
        if also is not None:
            also(session, version.number, len(version.violations))
        return version.number


def _trucks(session: Session, township: str, date: dt.date) -> Plan | None:
    day = find_day(session, township, date)
    version = None if day is None else published_version(session, day)
    return None if version is None else plan_from_json(version.plan.encode())


def _values(
    whole: WholeWater,
    taken: Mapping[tuple[str, int], float],
    *,
    who: str,
    at: dt.datetime,
) -> dict[str, Any]:
    scenario = replace(
        whole.scenario, folder=None, roads=None, travel_table=None, basemap=()
    )
    found: list[WaterViolation | HourViolation] = []
    found += [*whole.violations]
    found += [*whole.hour_violations]
    return {
        "num_days": whole.dispatch.plan.num_days,
        "scenario": scenario_to_bytes(scenario),
        "dispatch": dispatch_to_bytes(whole.dispatch),
        "duty": duty_to_bytes(whole.duty),
        "violations": _stored(found),
        "taken": [[source, day, m3] for (source, day), m3 in sorted(taken.items())],
        "who": who,
        "previous": None,
        "created_at": at,
    }


def _stored(found: Iterable[WaterViolation | HourViolation]) -> list[Any]:
    return [stored_message(violation.line) for violation in found]


def keep_hand_water(
    db: Database,
    township: str,
    first_day: dt.date,
    *,
    base: int,
    dispatch: WaterDispatch,
    who: str,
    at: dt.datetime,
) -> int:
    """
    Keep a dispatch that was changed by hand as a new version, a draft.

    It may break rules: then it is kept with them, and cannot be published.

    Parameters
    ----------
    db
        The store.
    township, first_day
        Of the day that it begins on, which must be open.
    base
        The version that was changed.
    dispatch
        What became of it.
    who, at
        For the audit trail.

    Returns
    -------
    int
        Number of the new version.

    Raises
    ------
    ConflictError
        If the day is closed.
    DispatchError
        If there is no such version.
    """
    with db.write() as session:
        open_day_of(session, township, first_day)
        version = water_version_of(session, township, first_day, base)
        found = broken_rules(
            kept_scenario(version.scenario),
            dispatch,
            duty_from_bytes(version.duty),
            taken_of(version),
        )
        new = add_water(
            session,
            township,
            first_day,
            num_days=version.num_days,
            scenario=version.scenario,
            dispatch=dispatch_to_bytes(dispatch),
            duty=version.duty,
            violations=_stored(found),
            taken=version.taken,
            who=who,
            previous=base,
            created_at=at,
        )
        what = f"water {first_day}"
        note_change(
            session, township, who=who, at=at, what=what, old=base, new=new.number
        )
        return new.number


def broken_rules(
    scenario: Scenario,
    dispatch: WaterDispatch,
    duty: WaterDuty,
    taken: Mapping[tuple[str, int], float],
) -> list[WaterViolation | HourViolation]:
    """
    Return which rules a dispatch breaks: its days, its hours, and what it tells.

    Parameters
    ----------
    scenario
        With tables of the water.
    dispatch
        Changed by hand or not.
    duty
        Who is on duty.
    taken
        What trucks fill, by source id and day.

    Raises
    ------
    DispatchError
        If the scenario has no tables of the water.
    """
    if scenario.water is None:
        raise DispatchError(say("no_water_tables"))
    return [
        *check_days(scenario, dispatch, taken),
        *check_hours(scenario.water, dispatch),
        *check_told(scenario, dispatch, duty),
    ]


def taken_of(version: WaterVersion) -> dict[tuple[str, int], float]:
    """Return what trucks were reckoned to fill, by source id and day, in m3."""
    return {(source, day): m3 for source, day, m3 in version.taken}


def publish_water(
    db: Database,
    township: str,
    first_day: dt.date,
    number: int,
    *,
    who: str,
    at: dt.datetime,
) -> int | None:
    """
    Show a version to all, after checking it once more.

    Taps of the first day then count as given: plans of trucks made from now on bring
    the rest.

    Parameters
    ----------
    db
        The store.
    township, first_day
        Of the day that it begins on, which must be open.
    number
        The version; one that is published already stays so.
    who, at
        For the audit trail.

    Returns
    -------
    int | None
        The version that it supersedes; None: there was none.

    Raises
    ------
    ConflictError
        If the day is closed.
    DispatchError
        If there is no such version.
    PlanError
        If the version breaks a rule.
    """
    with db.write() as session:
        day = open_day_of(session, township, first_day)
        version = water_version_of(session, township, first_day, number)
        if version.status == "published":
            return None
        dispatch = kept_dispatch(version.dispatch)
        found = broken_rules(
            kept_scenario(version.scenario),
            dispatch,
            duty_from_bytes(version.duty),
            taken_of(version),
        )
        if found or version.violations:
            line = found[0].line if found else message_of(version.violations[0])
            raise PlanError(
                say(
                    "version_breaks_rule",
                    version=number,
                    count=max(len(found), len(version.violations)),
                    broken=line,
                )
            )
        before = None
        for head in water_heads(session, township, first_day):
            if head.status == "published":
                before = head.number
                old = water_version_of(session, township, first_day, before)
                old.status, old.ended_at = "superseded", at
        version.status, version.published_at, version.ended_at = "published", at, None
        with_taps(session, day)
        what = f"publish water {first_day}"
        note_change(
            session, township, who=who, at=at, what=what, old=before, new=number
        )
        return before


def withdraw_water(
    db: Database,
    township: str,
    first_day: dt.date,
    number: int,
    *,
    who: str,
    at: dt.datetime,
) -> None:
    """
    Take a published version back: taps count for nothing until another is shown.

    Parameters
    ----------
    db
        The store.
    township, first_day
        Of the day that it begins on, which must be open.
    number
        The version; one that was withdrawn already stays so.
    who, at
        For the audit trail.

    Raises
    ------
    ConflictError
        If the day is closed.
    DispatchError
        If there is no such version, or it was never published.
    """
    with db.write() as session:
        day = open_day_of(session, township, first_day)
        version = water_version_of(session, township, first_day, number)
        if version.status == "withdrawn":
            return
        if version.status != "published":
            raise DispatchError(
                say("version_not_published", version=number, status=version.status)
            )
        version.status, version.ended_at = "withdrawn", at
        with_taps(session, day)
        what = f"withdraw water {first_day}"
        note_change(session, township, who=who, at=at, what=what, old=number)


def with_taps(session: Session, day: Any) -> Scenario:
    """
    Return a day, and keep it, with what its taps give by the published dispatch.

    Parameters
    ----------
    session
        A session that writes.
    day
        The row of the day, which is open.
    """
    scenario = scenario_from_bytes(day.scenario)
    known = published_water(session, day.township, day.date)
    litres: Mapping[str, int] = {}
    if known is not None and scenario.water is not None:
        offset = (day.date - known.first_day).days
        plan = kept_dispatch(known.dispatch).plan
        litres = piped_litres(scenario, plan, offset)
    tapped = with_piped_l(scenario, litres)
    if tapped != scenario:
        day.scenario = scenario_to_bytes(tapped)
        day.version += 1
    return tapped


@remembered
def water_desk(db: Database, township: str, date: dt.date) -> WaterDesk:
    """
    Return versions that begin on a date, and which one it lies in.

    Parameters
    ----------
    db
        The store.
    township, date
        Where and when.
    """
    with db.read() as session:
        known = published_water(session, township, date)
        return WaterDesk(
            heads=water_heads(session, township, date),
            published=None if known is None else (known.first_day, known.number),
        )


@remembered
def shown_water(
    db: Database, township: str, first_day: dt.date, number: int
) -> ShownWater:
    """
    Return a version with its content.

    Parameters
    ----------
    db
        The store.
    township, first_day, number
        Which one.

    Raises
    ------
    DispatchError
        If there is none.
    """
    with db.read() as session:
        row = water_version_of(session, township, first_day, number)
        return ShownWater(
            first_day=first_day,
            number=number,
            status=row.status,
            scenario=kept_scenario(row.scenario),
            dispatch=kept_dispatch(row.dispatch),
            duty=duty_from_bytes(row.duty),
            violations=tuple(map(message_of, row.violations)),
        )


@lru_cache(maxsize=16)
def kept_dispatch(content: bytes) -> WaterDispatch:
    """Return a dispatch from its kept bytes."""
    return dispatch_from_bytes(content)
