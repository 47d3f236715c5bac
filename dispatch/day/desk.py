"""What a page needs of a day at once: its tables, its versions, the days around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dispatch.day.kept import kept_scenario
from dispatch.model.digest import digest_of
from dispatch.operations.executed import with_source_readings
from dispatch.operations.rights import Where, covers
from dispatch.store.days import all_days, find_day, version_heads
from dispatch.store.events import reports_of
from dispatch.store.master import all_townships, township_of
from dispatch.store.remembered import remembered

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.model.scenario import Scenario
    from dispatch.operations.rights import Holder
    from dispatch.store.days import VersionHead
    from dispatch.store.db import Database

DayState = Literal["none", "open", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TownshipName:
    """A township as one chooses it."""

    code: str
    name: str
    county: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """
    A day of a township as it is kept now.

    Attributes
    ----------
    state
        ``none``: it was never opened.
    scenario
        Its tables; None where it was never opened.
    versions
        Plans of the day, by number.
    planned_from
        The tables as a plan made now would start from them, with readings of sources
        and without: a plan of others is old.
    dates
        Days that the township has, the first first.
    """

    township: str
    name: str
    date: dt.date
    state: DayState
    scenario: Scenario | None
    versions: tuple[VersionHead, ...]
    planned_from: tuple[Scenario, ...]
    dates: tuple[dt.date, ...]

    @property
    def published(self) -> VersionHead | None:
        """The version that drivers see; None: none."""
        return next((v for v in self.versions if v.status == "published"), None)

    @property
    def latest(self) -> VersionHead | None:
        """The newest version; None: nothing was planned yet."""
        return self.versions[-1] if self.versions else None

    def is_old(self, planned: Scenario) -> bool:
        """Whether the tables have changed since a plan was made from them."""
        digest = digest_of(planned)
        return all(digest_of(now) != digest for now in self.planned_from)


def townships_of(db: Database, person: Holder) -> list[TownshipName]:
    """
    Return the townships that somebody sees, by name.

    Parameters
    ----------
    db
        The store.
    person
        Who looks.
    """
    seen = [
        row
        for row in _every_township(db)
        if covers(person, Where(row.code, row.county))
    ]
    return sorted(seen, key=lambda row: (row.name, row.code))


@remembered
def _every_township(db: Database) -> tuple[TownshipName, ...]:
    with db.read() as session:
        return tuple(
            TownshipName(code=code, name=name, county=county)
            for code, name, county in all_townships(session)
        )


@remembered
def desk_of(db: Database, township: str, date: dt.date) -> Desk:
    """
    Return a day of a township as it is kept now.

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
        name = township_of(session, township).name
        dates = tuple(all_days(session, township))
        day = find_day(session, township, date)
        if day is None:
            return Desk(
                township=township,
                name=name,
                date=date,
                state="none",
                scenario=None,
                versions=(),
                planned_from=(),
                dates=dates,
            )
        scenario = kept_scenario(day.scenario)
        heads = tuple(version_heads(session, day))
        reports = reports_of(session, township, date, date)
    planned_from = [scenario]
    if any(report.kind == "reading" for report in reports):
        planned_from.append(with_source_readings(scenario, reports))
    return Desk(
        township=township,
        name=name,
        date=date,
        state="open" if day.state == "open" else "closed",
        scenario=scenario,
        versions=heads,
        planned_from=tuple(planned_from),
        dates=dates,
    )
