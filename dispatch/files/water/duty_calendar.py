"""
Duty as a calendar file that any phone opens.

References
----------
RFC 5545 (iCalendar): lines end with CR LF and are folded after 75 octets (3.1); texts
escape backslash, semicolon, comma and line end (3.3.11); a zone is told with its
offset (3.6.5). China has had one time without summer time since 1991.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.files.water.duty_lists import DutyItem, DutyList
    from dispatch.model.water.hours import Span
    from dispatch.words.words import Words

ZONE: Final = "Asia/Shanghai"
_OCTETS: Final = 75
_LOCAL: Final = "%Y%m%dT%H%M%S"
_ZONE_LINES: Final = (
    "BEGIN:VTIMEZONE",
    f"TZID:{ZONE}",
    "BEGIN:STANDARD",
    "DTSTART:19910915T000000",
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def duty_calendar(duty: DutyList, t: Words, *, made_at: dt.datetime) -> bytes:
    """
    Return the calendar file of one person.

    The same shift has the same mark in every version, so that a phone that takes the
    file again moves it instead of adding it once more; the mark tells no name.

    Parameters
    ----------
    duty
        The list of one person.
    t
        Words in the language of the reader.
    made_at
        When the plan was made, with its zone.

    Raises
    ------
    ValueError
        If the time has no zone: phones would each take it as their own.
    """
    if made_at.tzinfo is None:
        raise ValueError(f"{made_at} has no zone")
    stamp = made_at.astimezone(dt.UTC).strftime(_LOCAL) + "Z"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//water-dispatch//duty//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(t('duty.calendar'))}",
        *_ZONE_LINES,
    ]
    for item in duty.items:
        for number, span in enumerate(item.spans):
            lines += _event(duty, item, span, number, stamp, t)
    lines.append("END:VCALENDAR")
    return "".join(part + "\r\n" for line in lines for part in folded(line)).encode(
        "utf-8"
    )


def _event(
    duty: DutyList, item: DutyItem, span: Span, number: int, stamp: str, t: Words
) -> list[str]:
    """Return the lines of one span."""
    midnight = dt.datetime.combine(duty.first_day, dt.time())
    start, end = (
        (midnight + dt.timedelta(seconds=seconds)).strftime(_LOCAL)
        for seconds in (span.start_s, span.end_s)
    )
    what = t("duty.visit") if item.is_visit else t("duty.watch")
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_mark(duty, item, number)}@water-dispatch",
        f"DTSTAMP:{stamp}",
        f"DTSTART;TZID={ZONE}:{start}",
        f"DTEND;TZID={ZONE}:{end}",
        f"SUMMARY:{escaped(f'{what} {item.place}')}",
    ]
    if item.is_visit:
        text = t("duty.to_carry", litres=item.litres, goes=item.trips)
        lines.append(f"DESCRIPTION:{escaped(text)}")
    return [*lines, "END:VEVENT"]


def _mark(duty: DutyList, item: DutyItem, number: int) -> str:
    """Return what tells one span from all others: person, place, day, which of it."""
    date = duty.first_day + dt.timedelta(days=item.spans[0].day)
    parts = (duty.person_id, item.place_id, date.isoformat(), str(number))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def escaped(text: str) -> str:
    """Return a text as values of calendars have it."""
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,")):
        text = text.replace(sign, written)
    return "\\n".join(text.splitlines())


def folded(line: str) -> Iterator[str]:
    """Yield a line in parts of at most 75 octets; a character is never cut in two."""
    part, size = "", 0
    for sign in line:
        octets = len(sign.encode("utf-8"))
        if size + octets > _OCTETS:
            yield part
            part, size = " ", 1
        part += sign
        size += octets
    yield part
