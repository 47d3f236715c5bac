"""The plain page of somebody on duty: watches and doors of the coming days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dispatch.files.water.duty_calendar import ZONE, duty_calendar
from dispatch.files.water.duty_lists import clocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.day.duty import DutyDay
    from dispatch.files.water.duty_lists import DutyItem
    from dispatch.model.water.duty import Door
    from dispatch.model.water.hours import Span
    from dispatch.words.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyCard:
    """
    One span of duty.

    Attributes
    ----------
    is_over, is_next
        Whether it has ended, and whether it is the first that has not.
    facts
        What else to know, line by line.
    way
        Address that a phone opens a map with; empty for a post.
    """

    time: str
    what: str
    place: str
    facts: Sequence[str]
    way: str
    is_over: bool
    is_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDate:
    """A date with what is to be done on it."""

    date: dt.date
    cards: Sequence[DutyCard]


def duty_dates(day: DutyDay, t: Words, *, now: dt.datetime) -> list[DutyDate]:
    """
    Return the duty from today on, day by day.

    Parameters
    ----------
    day
        Of one person.
    t
        Words in the language of the page.
    now
        The time: what has ended is said to be over, days before are left out.
    """
    if day.duty is None:
        return []
    first_day = day.duty.first_day
    dates: dict[dt.date, list[DutyCard]] = {}
    has_next = False
    spans = [(span, each) for each in day.duty.items for span in each.spans]
    for span, item in sorted(spans, key=lambda pair: pair[0]):
        date = first_day + dt.timedelta(days=span.day)
        midnight = dt.datetime.combine(first_day, dt.time())
        is_over = midnight + dt.timedelta(seconds=span.end_s) <= now
        if date < now.date() and is_over:
            continue
        is_next = not is_over and not has_next
        has_next = has_next or is_next
        card = _card(day, span, item, t, is_over=is_over, is_next=is_next)
        dates.setdefault(date, []).append(card)
    return [DutyDate(date=date, cards=cards) for date, cards in dates.items()]


def _card(
    day: DutyDay,
    span: Span,
    item: DutyItem,
    t: Words,
    *,
    is_over: bool,
    is_next: bool,
) -> DutyCard:
    start, end = clocks(span, t)
    door = day.doors.get(item.place_id) if item.is_visit else None
    place, facts, way = item.place, [], ""
    if item.is_visit:
        facts.append(t("duty.to_carry", litres=item.litres, goes=item.trips))
    if door is not None:
        village = day.labels.get(door.village_id, door.village_id)
        place = f"{village} · {door.household_id}"
        facts += _about(door, t)
        if door.lat is not None and door.lon is not None:
            way = f"geo:{door.lat},{door.lon}?q={door.lat},{door.lon}"
    return DutyCard(
        time=f"{start}–{end}",
        what=t("duty.visit") if item.is_visit else t("duty.watch"),
        place=place,
        facts=facts,
        way=way,
        is_over=is_over,
        is_next=is_next,
    )


def _about(door: Door, t: Words) -> list[str]:
    facts = [t("duty_page.people", n=door.people)]
    if door.reason:
        facts.append(door.reason)
    facts.append(t("duty_page.metres", m=f"{door.carry_m:.0f}"))
    return facts


def calendar_of(day: DutyDay, t: Words, *, now: dt.datetime) -> bytes | None:
    """
    Return the calendar file of a person; None: nothing is to be done.

    Parameters
    ----------
    day
        Of one person.
    t
        Words in the language of the page.
    now
        Used where the version does not say when it was published.
    """
    if day.duty is None:
        return None
    made_at = (day.made_at or now).replace(tzinfo=ZoneInfo(ZONE))
    return duty_calendar(day.duty, t, made_at=made_at)
