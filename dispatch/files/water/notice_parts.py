"""Parts of notices in words, and texts of them that are short enough."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.model.need import BANDS
from dispatch.units import DAY_S, format_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dispatch.model.need import Band
    from dispatch.model.water.hours import Span
    from dispatch.model.water.told import SameSlots
    from dispatch.words.words import Words

#: Signs a second that loudspeakers read in Chinese, and words a second in English.
SIGNS_PER_S: Final = 4.0
WORDS_PER_S: Final = 2.3
#: Longest reading, and longest messages that phones show without folding.
MAX_S: Final = 60
MAX_SIGNS: Final = {"zh": 200, "en": 400}
#: Hours at which a part of the day begins, as people say it.
_PARTS: Final = (
    (0, "night"),
    (5, "morning"),
    (8, "forenoon"),
    (12, "noon"),
    (13, "afternoon"),
    (18, "evening"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """
    A sentence of a notice.

    Attributes
    ----------
    leave
        Place in the order of leaving out, 1 first; 0: it always stays.
    """

    text: str
    leave: int = 0


def reading_s(text: str, lang: str) -> int:
    """
    Return the seconds that reading a text out takes, rounded up.

    Digits of numbers are read one by one, and stops are not counted.

    Parameters
    ----------
    text
        What is read.
    lang
        ``zh`` counts signs, ``en`` words.
    """
    if lang == "zh":
        return math.ceil(sum(sign.isalnum() for sign in text) / SIGNS_PER_S)
    spoken = 0
    for word in text.split():
        digits = sum(sign.isdigit() for sign in word)
        spoken += digits or any(sign.isalpha() for sign in word)
    return math.ceil(spoken / WORDS_PER_S)


def shortened(
    parts: Sequence[Part], fits: Callable[[str], bool], *, between: str
) -> str | None:
    """
    Return the parts that fit, left out in their order; None: not even the others do.

    Parameters
    ----------
    parts
        In the order of reading.
    fits
        Whether a text is short enough.
    between
        What stands between two parts.
    """
    ranks = sorted({part.leave for part in parts if part.leave})
    for gone in (0, *ranks):
        kept = [p.text for p in parts if p.text and (not p.leave or p.leave > gone)]
        text = between.join(kept)
        if fits(text):
            return text
    return None


def needs_text(bands: Sequence[Band], t: Words) -> str:
    """
    Return needs in words; the vulnerable are named only where others differ.

    Parameters
    ----------
    bands
        Some of `BANDS`.
    t
        Words in the language of the reader.
    """
    own = [
        band
        for band in BANDS
        if band in bands
        and not (
            band.endswith("_vulnerable") and band.removesuffix("_vulnerable") in bands
        )
    ]
    return t("unit.items").join(t(f"water_notice.need_{band}") for band in own)


def date_blanks(date: dt.date, t: Words) -> dict[str, object]:
    """
    Return year, month and day as texts of notices have them.

    Parameters
    ----------
    date
        The date.
    t
        Words in the language of the reader.
    """
    month = f"{date:%b}" if t.lang == "en" else date.month
    return {"year": date.year, "month": month, "day": date.day}


def date_text(first_day: dt.date, day: int, t: Words, *, year: bool = False) -> str:
    """
    Return the date of a day.

    Parameters
    ----------
    first_day
        Date of day 0.
    day
        From 0.
    t
        Words in the language of the reader.
    year
        Whether the year is said.
    """
    date = first_day + dt.timedelta(days=day)
    blanks = date_blanks(date, t)
    if year:
        return t("water_notice.date_year", **blanks)
    return t("water_notice.date", month=blanks["month"], day=blanks["day"])


def days_text(first_day: dt.date, days: Sequence[int], num_days: int, t: Words) -> str:
    """
    Return days as dates and ranges of dates; all of them as every day.

    Parameters
    ----------
    first_day
        Date of day 0.
    days
        From 0, rising.
    num_days
        Days told of.
    t
        Words in the language of the reader.
    """
    if len(days) == num_days > 1:
        return t("water_notice.every_day")
    ranges = []
    # Days in a row keep their distance from their place in the list.
    for _, group in itertools.groupby(enumerate(days), lambda pair: pair[1] - pair[0]):
        row = [day for _, day in group]
        first = date_text(first_day, row[0], t)
        if len(row) > 1:
            last = date_text(first_day, row[-1], t)
            first = t("water_notice.dates_range", first=first, last=last)
        ranges.append(first)
    return t("unit.items").join(ranges)


def hours_text(spans: Sequence[Span], t: Words, *, is_spoken: bool = False) -> str:
    """
    Return hours of a day.

    Parameters
    ----------
    spans
        Within a day.
    t
        Words in the language of the reader.
    is_spoken
        Whether clocks are as people say them.
    """
    key = "water_notice.loud_hours" if is_spoken else "water_notice.hours"
    clock = spoken_clock if is_spoken else _written_clock
    return t("unit.items").join(
        t(key, start=clock(span.start_s, t), end=clock(span.end_s, t)) for span in spans
    )


def _written_clock(time_s: int, t: Words) -> str:
    del t
    return format_clock(time_s)


def spoken_clock(time_s: int, t: Words) -> str:
    """
    Return a time of day as people say it: 下午5点半.

    Parameters
    ----------
    time_s
        Seconds since midnight; the end of the day is midnight.
    t
        Words in the language of the reader.
    """
    if time_s % DAY_S == 0:
        return t("water_notice.part_midnight")
    hour, minute = time_s // 3600 % 24, time_s % 3600 // 60
    part = next(name for first, name in reversed(_PARTS) if hour >= first)
    shown = (hour - 1) % 12 + 1
    if minute == 0:
        clock = t("water_notice.clock_full", hour=shown)
    elif minute == 30:
        clock = t("water_notice.clock_half", hour=shown)
    else:
        clock = t("water_notice.clock_minute", hour=shown, minute=minute)
    return t(f"water_notice.part_{part}", clock=clock)


def slots_text(
    slots: Sequence[SameSlots],
    first_day: dt.date,
    num_days: int,
    t: Words,
    *,
    is_spoken: bool = False,
) -> str:
    """
    Return slots of days; days with the same hours are said once.

    Parameters
    ----------
    slots
        As in notices.
    first_day
        Date of day 0.
    num_days
        Days told of.
    t
        Words in the language of the reader.
    is_spoken
        Whether clocks are as people say them.
    """
    texts = []
    for same in slots:
        days = days_text(first_day, same.days, num_days, t)
        if not same.spans:
            texts.append(t("water_notice.closed_on", days=days))
        elif same.is_all_day:
            texts.append(t("water_notice.open_on", days=days))
        else:
            hours = hours_text(same.spans, t, is_spoken=is_spoken)
            texts.append(t("water_notice.slots_of", days=days, hours=hours))
    return t("unit.between").join(texts)
