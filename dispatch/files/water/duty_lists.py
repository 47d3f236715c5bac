"""
What each person has to do, in the order of time: rows for paper and calendars.

Every list names its own person alone; households stand there by their id, and only in
the list of who goes to them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.units import DAY_S, format_clock
from dispatch.words.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dispatch.model.water.duty import Person, Post
    from dispatch.model.water.hours import Span
    from dispatch.model.water.rounds import RoundPlan
    from dispatch.model.water.shifts import Roster
    from dispatch.words.words import Words

_COLUMNS: Final = ("day", "from", "until", "what", "place", "litres", "goes")


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyItem:
    """
    One thing to do.

    Attributes
    ----------
    spans
        With pauses between them.
    place_id, place
        Post or household, and what it is called.
    litres, trips
        Of a visit; 0: it is a watch.
    """

    spans: tuple[Span, ...]
    place_id: str
    place: str
    litres: int = 0
    trips: int = 0

    @property
    def is_visit(self) -> bool:
        """Whether water is carried to a door."""
        return self.litres > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyList:
    """All that one person has to do: personal data, for that person alone."""

    person_id: str
    name: str
    first_day: dt.date
    items: tuple[DutyItem, ...]

    def __repr__(self) -> str:
        """Return counts only: nobody is named in errors and logs."""
        return f"DutyList({len(self.items)} items)"


def duty_lists(
    people: Iterable[Person],
    posts: Mapping[str, Post],
    roster: Roster,
    rounds: RoundPlan,
    *,
    first_day: dt.date,
) -> tuple[DutyList, ...]:
    """
    Return a list for everybody who has something to do, by the id of the person.

    Parameters
    ----------
    people
        Everybody; who has nothing to do gets no list.
    posts
        Posts by id, for their names.
    roster, rounds
        Shifts at posts, and visits to doors.
    first_day
        Date of day 0.
    """
    items: dict[str, list[DutyItem]] = {}
    for duty in roster.duties:
        post_id = duty.shift.post_id
        post = posts.get(post_id)
        item = DutyItem(
            spans=duty.shift.spans,
            place_id=post_id,
            place=post_id if post is None else post.name,
        )
        items.setdefault(duty.person_id, []).append(item)
    for visit in rounds.visits:
        item = DutyItem(
            spans=(visit.span,),
            place_id=visit.household_id,
            place=visit.household_id,
            litres=visit.litres,
            trips=visit.trips,
        )
        items.setdefault(visit.person_id, []).append(item)
    return tuple(
        DutyList(
            person_id=person.person_id,
            name=person.name,
            first_day=first_day,
            items=tuple(sorted(items[person.person_id], key=lambda item: item.spans)),
        )
        for person in sorted(people, key=lambda person: person.person_id)
        if person.person_id in items
    )


def duty_rows(duty: DutyList, t: Words) -> Rows:
    """
    Return the rows of one list: date, hours, what, where, litres, goes.

    Parameters
    ----------
    duty
        The list of one person.
    t
        Words in the language of the reader.
    """
    rows = []
    for item in duty.items:
        what = t("duty.visit") if item.is_visit else t("duty.watch")
        numbers = [
            str(number) if number else "" for number in (item.litres, item.trips)
        ]
        for span in item.spans:
            date = duty.first_day + dt.timedelta(days=span.day)
            start, end = clocks(span, t)
            rows.append((date.isoformat(), start, end, what, item.place, *numbers))
    return Rows(
        headings=tuple(t(f"duty.column_{name}") for name in _COLUMNS),
        rows=rows,
        is_number=tuple(name in ("litres", "goes") for name in _COLUMNS),
    )


def clocks(span: Span, t: Words) -> tuple[str, str]:
    """
    Return the times of day of a span; an end on a later day says so.

    Parameters
    ----------
    span
        Of a list.
    t
        Words in the language of the reader.
    """
    end_s = span.end_s - span.day * DAY_S
    # Midnight ends its own day, as 24:00.
    days = (end_s - 1) // DAY_S
    end = format_clock(end_s - days * DAY_S)
    if days == 1:
        end = t("duty.next_day", clock=end)
    elif days > 1:
        end = t("duty.later_day", days=days, clock=end)
    return format_clock(span.start_s % DAY_S), end
