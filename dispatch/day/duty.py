"""What somebody on duty is told: his watches and doors of the published dispatch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch.day.kept import kept_scenario
from dispatch.files.water.dispatch_file import duty_from_bytes
from dispatch.files.water.duty_lists import DutyList, duty_lists
from dispatch.store.waters import published_water

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from dispatch.day.links import Link
    from dispatch.model.water.duty import Door
    from dispatch.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDay:
    """
    The duty of one person: personal data, for that person alone.

    Attributes
    ----------
    duty
        None: nothing is published, or nothing is to be done.
    doors
        Households that he goes to, by id.
    labels
        Names of villages.
    made_at
        When the version was published, by the township's clock.
    """

    name: str
    number: int | None = None
    duty: DutyList | None = None
    doors: Mapping[str, Door]
    labels: Mapping[str, str]
    made_at: dt.datetime | None = None

    def __repr__(self) -> str:
        """Return the version only: nobody is named in errors and logs."""
        return f"DutyDay({self.number})"


def duty_day(db: Database, link: Link, *, now: dt.datetime) -> DutyDay:
    """
    Return what a link of somebody on duty shows, by the newest published dispatch.

    Parameters
    ----------
    db
        The store.
    link
        Of kind ``duty``.
    now
        The time that decides which dispatch holds.
    """
    with db.read() as session:
        row = published_water(session, link.township, now.date())
        if row is None:
            return DutyDay(name=link.subject, doors={}, labels={})
        scenario = kept_scenario(row.scenario)
        kept = duty_from_bytes(row.duty)
        first_day, number, made_at = row.first_day, row.number, row.published_at
    network, people = scenario.water, scenario.water_people
    own = [
        person
        for person in (() if people is None else people.people)
        if person.person_id == link.subject
    ]
    if network is None or people is None or not own:
        return DutyDay(name=link.subject, number=number, doors={}, labels={})
    lists = duty_lists(
        own, network.post_by_id, kept.roster, kept.rounds, first_day=first_day
    )
    visited = {
        visit.household_id
        for visit in kept.rounds.visits
        if visit.person_id == link.subject
    }
    return DutyDay(
        name=own[0].name,
        number=number,
        duty=lists[0] if lists else None,
        doors={d.household_id: d for d in people.doors if d.household_id in visited},
        labels=scenario.labels,
        made_at=made_at,
    )
