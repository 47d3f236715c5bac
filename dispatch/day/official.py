"""What officials ask of a day: who is short, by what came and by the plan, and why."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from dispatch.coverage import compute_coverage
from dispatch.day.following import followed_stops
from dispatch.day.helping import read_helps
from dispatch.day.kept import kept_scenario
from dispatch.files.plan.plan_json import plan_from_json
from dispatch.model.digest import digest_of
from dispatch.operations.delivered import (
    cattle_short,
    days_below,
    delivered_plan,
    lacks_of,
    spread_of,
)
from dispatch.operations.executed import with_source_readings
from dispatch.operations.ledger import ledger_of, standing
from dispatch.operations.payment import payments
from dispatch.operations.rules import rules_of
from dispatch.store.days import find_day, published_version
from dispatch.store.events import reports_of
from dispatch.store.master import township_of
from dispatch.store.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from dispatch.coverage import Coverage, Level
    from dispatch.day.desk import DayState, TownshipName
    from dispatch.day.following import Followed
    from dispatch.day.helping import KeptHelps
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.operations.delivered import Spread
    from dispatch.operations.ledger import Report
    from dispatch.store.db import Database

#: Days that the trend shows, and over which days without water are counted.
TREND_DAYS: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceNow:
    """
    A place as it stands now.

    Attributes
    ----------
    shortage_l
        Litres of its need that were not delivered.
    l_per_person, planned_l_per_person
        Water in store included; None without people, or without a plan.
    survival, basic, normal
        People at the standard by what was delivered.
    short, planned_short
        People below the basic standard, now and once the plan is driven.
    lacks
        Reasons and litres that add up to the shortage.
    days_below
        Days in a row on which not all people had enough to survive, this one
        included.
    """

    place: str
    name: str
    township: str
    population: int
    vulnerable_people: int
    need_l: int
    planned_l: int
    delivered_l: int
    shortage_l: int
    l_per_person: float | None
    planned_l_per_person: float | None
    survival: int
    basic: int
    normal: int
    short: int
    planned_short: int | None
    level: Level
    lacks: tuple[tuple[str, int], ...]
    days_below: int


class Lack(NamedTuple):
    """A reason with its litres, its places, and their people below basic."""

    reason: str
    litres: int
    places: int
    people: int


class TrendDay(NamedTuple):
    """
    A day of the trend.

    Attributes
    ----------
    short
        People below the basic standard by what was delivered; None: no such day.
    """

    date: dt.date
    planned_l: int
    delivered_l: int
    short: int | None
    people: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OfficialDay:
    """
    A day of a township as officials are told of it.

    Attributes
    ----------
    version, published_at
        Of the plan that drivers see; None: none.
    is_old
        Whether the tables have changed since that plan was made.
    is_over
        Whether no more water is to come: the day is closed, or gone by.
    last_report
        When the last thing happened that is reported; None: nothing is.
    reports
        All of the day, in the order in which they came.
    elsewhere_l
        Litres delivered to places that the day's tables do not have.
    figures, planned
        By what was delivered, and by the plan; ``planned`` is None without one.
    price_per_m3, amount
        What is paid by the township's price; 0: none is set.
    helps
        What would help the published plan; None: nobody has worked it out.
    """

    township: str
    name: str
    date: dt.date
    state: DayState
    version: int | None
    published_at: dt.datetime | None
    is_old: bool
    is_over: bool
    last_report: dt.datetime | None
    reports: tuple[Report, ...]
    num_visits: int
    num_visits_done: int
    planned_l: int
    delivered_l: int
    elsewhere_l: int
    scenario: Scenario | None
    plan: Plan | None
    figures: Coverage | None
    planned: Coverage | None
    places: tuple[PlaceNow, ...]
    cattle: int
    cattle_short: int
    planned_cattle_short: int | None
    spread: Spread | None
    price_per_m3: float
    amount: Decimal
    trend: tuple[TrendDay, ...]
    helps: KeptHelps | None

    @property
    def num_late(self) -> int:
        """Reports that came after the day was closed."""
        return sum(report.is_late for report in self.reports)

    @property
    def people(self) -> int:
        """People of all places."""
        return sum(place.population for place in self.places)

    @property
    def short(self) -> int:
        """People below the basic standard by what was delivered."""
        return sum(place.short for place in self.places)

    @property
    def planned_short(self) -> int | None:
        """People below the basic standard once the plan is driven; None without one."""
        if self.planned is None:
            return None
        return sum(place.planned_short or 0 for place in self.places)

    def worst(self, count: int | None = None) -> list[PlaceNow]:
        """Return the places that lack water, fewest litres a person first."""
        short = [place for place in self.places if place.shortage_l > 0]
        short.sort(key=lambda p: (_or_inf(p.l_per_person), -p.shortage_l))
        return short[:count]

    def lacks(self) -> list[Lack]:
        """Return why water is short, most litres first."""
        by_reason: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for place in self.places:
            for reason, litres in place.lacks:
                by_reason[reason].append((litres, place.short))
        rows = [
            Lack(reason, sum(x for x, _ in of), len(of), sum(y for _, y in of))
            for reason, of in by_reason.items()
        ]
        return sorted(rows, key=lambda row: -row.litres)


def _or_inf(litres: float | None) -> float:
    return math.inf if litres is None else litres


class _Kept:
    """What a day's figures are made from, equal to another one by its hash."""

    def __init__(self, scenario: bytes, plan: str) -> None:
        self.scenario, self.plan = scenario, plan
        self.digest = hashlib.sha256(scenario + b"\0" + plan.encode()).digest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and self.digest == other.digest


class _Planned(NamedTuple):
    scenario: Scenario
    plan: Plan | None
    figures: Coverage | None


class _Came(NamedTuple):
    plan: Plan
    figures: Coverage


@lru_cache(maxsize=64)
def _planned(kept: _Kept) -> _Planned:
    """Read a day's tables and plan once for all who look at it: they never change."""
    scenario = kept_scenario(kept.scenario)
    if not kept.plan:
        return _Planned(scenario, None, None)
    plan = plan_from_json(kept.plan.encode(), scenario=scenario)
    return _Planned(scenario, plan, compute_coverage(scenario, plan))


@lru_cache(maxsize=128)
def _came(kept: _Kept, reports: tuple[Report, ...]) -> _Came:
    scenario = _planned(kept).scenario
    plan = delivered_plan(scenario, reports)
    return _Came(plan, compute_coverage(scenario, plan))


class _Read(NamedTuple):
    """A day as it is in the store, with what was delivered on it."""

    date: dt.date
    state: DayState
    version: int | None
    published_at: dt.datetime | None
    tables: bytes
    kept: _Kept
    reports: tuple[Report, ...]

    @property
    def planned(self) -> _Planned:
        return _planned(self.kept)

    @property
    def came(self) -> _Came:
        return _came(self.kept, self.reports)

    @property
    def planned_l(self) -> int:
        plan = self.planned.plan
        return 0 if plan is None else sum(r.delivered_l for r in plan.routes)

    @property
    def delivered_l(self) -> int:
        return ledger_of(self.reports).total().delivered_l

    @property
    def short(self) -> int:
        """People below the basic standard by what was delivered."""
        places = self.came.figures.places
        return int(places["population"].sum() - places["basic"].sum())


def _read_day(
    session: Session, township: str, date: dt.date, reports: Iterable[Report]
) -> _Read | None:
    day = find_day(session, township, date)
    if day is None:
        return None
    shown = published_version(session, day)
    return _Read(
        date=date,
        state="open" if day.state == "open" else "closed",
        version=None if shown is None else shown.number,
        published_at=None if shown is None else shown.published_at,
        tables=day.scenario,
        kept=_Kept(day.scenario, "")
        if shown is None
        else _Kept(shown.scenario, shown.plan),
        reports=tuple(reports),
    )


@remembered
def official_day(
    db: Database, township: str, date: dt.date, *, today: dt.date
) -> OfficialDay:
    """
    Return a day of a township as officials are told of it.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day, which need not be open.
    today
        Days before it are over, closed or not.

    Raises
    ------
    DispatchError
        If the store has no such township.
    """
    dates = [date - dt.timedelta(days=k) for k in range(TREND_DAYS)]
    with db.read() as session:
        row = township_of(session, township)
        name, rules = row.name, rules_of(row.settings)
        by_date: dict[dt.date, list[Report]] = defaultdict(list)
        for report in reports_of(session, township, dates[-1], date):
            by_date[report.date].append(report)
        days = [_read_day(session, township, on, by_date[on]) for on in dates]
        helps = read_helps(session, township, date)
    own = days[0]
    reports = by_date[date]
    paid = payments(reports, price_per_m3=rules.price_per_m3)
    is_over = date < today or (own is not None and own.state == "closed")
    stops = _stops(own)
    places = _places(own, days, stops, is_over=is_over)
    came = None if own is None else own.came
    scenario = None if own is None else own.planned.scenario
    plan = None if own is None else own.planned.plan
    delivered = ledger_of(reports).total().delivered_l
    return OfficialDay(
        township=township,
        name=name,
        date=date,
        state="none" if own is None else own.state,
        version=None if own is None else own.version,
        published_at=None if own is None else own.published_at,
        is_old=own is not None and own.version is not None and _is_old(own),
        is_over=is_over,
        last_report=max((report.at for report in standing(reports)), default=None),
        reports=tuple(reports),
        num_visits=sum(stop.is_visit for stop in stops),
        num_visits_done=sum(stop.is_visit and stop.state in _ENDED for stop in stops),
        planned_l=0 if own is None else own.planned_l,
        delivered_l=delivered,
        elsewhere_l=delivered - sum(place.delivered_l for place in places),
        scenario=scenario,
        plan=plan,
        figures=None if came is None else came.figures,
        planned=None if own is None else own.planned.figures,
        places=places,
        cattle=0 if scenario is None else sum(v.cattle for v in scenario.villages),
        cattle_short=0
        if scenario is None or came is None
        else cattle_short(scenario, came.plan),
        planned_cattle_short=None
        if scenario is None or plan is None
        else cattle_short(scenario, plan),
        spread=None if came is None else spread_of(came.figures),
        price_per_m3=rules.price_per_m3,
        amount=sum((each.amount for each in paid), Decimal(0)),
        trend=tuple(
            _trend_day(on, read, by_date[on])
            for on, read in zip(reversed(dates), reversed(days), strict=True)
        ),
        helps=helps,
    )


#: How a visit ends, with water or without.
_ENDED: Final = ("done", "refused", "impossible")


def _stops(day: _Read | None) -> list[Followed]:
    plan = None if day is None else day.planned.plan
    return [] if day is None or plan is None else followed_stops(plan, day.reports)


def _is_old(day: _Read) -> bool:
    """Whether the tables have changed since the published plan was made of them."""
    planned = digest_of(day.planned.scenario)
    now = _planned(_Kept(day.tables, "")).scenario
    return planned not in (
        digest_of(now),
        digest_of(with_source_readings(now, day.reports)),
    )


def _places(
    day: _Read | None,
    days: Sequence[_Read | None],
    stops: Iterable[Followed],
    *,
    is_over: bool,
) -> tuple[PlaceNow, ...]:
    if day is None:
        return ()
    scenario, _, planned = day.planned
    failed_l: dict[str, int] = defaultdict(int)
    for each in stops:
        if each.is_visit and each.state in ("refused", "impossible"):
            failed_l[each.stop.place_id] += each.stop.litres
    by_plan = {} if planned is None else planned.places.to_dict("index")
    below = [_below(each) for each in days]
    rows = []
    for place, now in day.came.figures.places.to_dict("index").items():
        then = by_plan.get(place)
        shortage_l, people = int(now["shortage_l"]), int(now["population"])
        lacks = lacks_of(
            shortage_l,
            () if then is None else then["causes"],
            failed_l=failed_l[str(place)],
            is_over=is_over,
            has_plan=day.version is not None,
        )
        rows.append(
            PlaceNow(
                place=str(place),
                name=scenario.label(str(place)),
                township=str(now["township"]),
                population=people,
                vulnerable_people=int(now["vulnerable_people"]),
                need_l=int(now["need_l"]),
                planned_l=0 if then is None else int(then["delivered_l"]),
                delivered_l=int(now["delivered_l"]),
                shortage_l=shortage_l,
                l_per_person=_litres(now),
                planned_l_per_person=None if then is None else _litres(then),
                survival=int(now["survival"]),
                basic=int(now["basic"]),
                normal=int(now["normal"]),
                short=people - int(now["basic"]),
                planned_short=None if then is None else people - int(then["basic"]),
                level=now["level"],
                lacks=lacks,
                days_below=days_below(
                    None if each is None else place in each for each in below
                ),
            )
        )
    return tuple(rows)


def _litres(row: Mapping[Hashable, Any]) -> float | None:
    litres = float(row["l_per_person"])
    return None if math.isnan(litres) else litres


def _below(day: _Read | None) -> set[str] | None:
    """Return the places where not all people had enough to survive."""
    if day is None:
        return None
    places = day.came.figures.places
    return {str(x) for x in places.index[places["survival"] < places["population"]]}


def _trend_day(date: dt.date, day: _Read | None, reports: list[Report]) -> TrendDay:
    if day is None:
        return TrendDay(date, 0, ledger_of(reports).total().delivered_l, None, 0)
    people = int(day.came.figures.places["population"].sum())
    return TrendDay(date, day.planned_l, day.delivered_l, day.short, people)


@dataclass(frozen=True, slots=True, kw_only=True)
class TownshipShort:
    """
    How many people of a township are short of water on a day.

    Attributes
    ----------
    planned_short
        Once the plan is driven; None without one.
    """

    code: str
    name: str
    state: DayState
    people: int
    short: int
    planned_short: int | None
    planned_l: int
    delivered_l: int
    last_report: dt.datetime | None


def townships_short(
    db: Database, townships: Iterable[TownshipName], date: dt.date
) -> list[TownshipShort]:
    """
    Return how many people are short of water on a day, township by township.

    Parameters
    ----------
    db
        The store.
    townships
        In the order of the rows.
    date
        The day.
    """
    return [_township_short(db, each, date) for each in townships]


@remembered
def _township_short(
    db: Database, township: TownshipName, date: dt.date
) -> TownshipShort:
    with db.read() as session:
        reports = reports_of(session, township.code, date, date)
        day = _read_day(session, township.code, date, reports)
    planned = None if day is None else day.planned.figures
    came = None if day is None else day.came.figures
    return TownshipShort(
        code=township.code,
        name=township.name,
        state="none" if day is None else day.state,
        people=0 if came is None else int(came.places["population"].sum()),
        short=0 if day is None else day.short,
        planned_short=None
        if planned is None
        else int(planned.places["population"].sum() - planned.places["basic"].sum()),
        planned_l=0 if day is None else day.planned_l,
        delivered_l=ledger_of(reports).total().delivered_l,
        last_report=max((r.at for r in standing(reports)), default=None),
    )
