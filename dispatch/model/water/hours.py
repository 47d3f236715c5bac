"""Times of the water by the hour: spans, nights, and goals of what was planned."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.model.water.guards import require
from dispatch.units import DAY_S, format_clock

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Goals are whole numbers of their unit; less than that is no difference.
_TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From and until when, in seconds since midnight of the first day; end excluded."""

    start_s: int
    end_s: int

    def __post_init__(self) -> None:
        """Refuse a span that takes no time."""
        require(self.start_s < self.end_s, f"span {self.start_s}..{self.end_s} s")

    def __str__(self) -> str:
        """Return the days, counted from 1, and the times of day."""
        return f"{moment_text(self.start_s)}-{moment_text(self.end_s)}"

    @property
    def duration_s(self) -> int:
        """Its length."""
        return self.end_s - self.start_s

    @property
    def day(self) -> int:
        """The day on which it starts, counted from 0."""
        return self.start_s // DAY_S

    def contains(self, other: Span) -> bool:
        """Whether another span lies within this one."""
        return self.start_s <= other.start_s and other.end_s <= self.end_s

    def overlap_s(self, other: Span) -> int:
        """Return the seconds that both have in common."""
        early_s = max(self.start_s, other.start_s)
        return max(0, min(self.end_s, other.end_s) - early_s)


def moment_text(time_s: int) -> str:
    """Return the day, counted from 1, and the time of day: ``2 06:30``."""
    return f"{time_s // DAY_S + 1} {format_clock(time_s % DAY_S)}"


def joined_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the time that any of the spans covers, in order and without touching."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start_s <= joined[-1].end_s:
            end_s = max(joined[-1].end_s, span.end_s)
            joined[-1] = Span(joined[-1].start_s, end_s)
        else:
            joined.append(span)
    return tuple(joined)


def require_apart(spans: Iterable[Span], label: str) -> None:
    """
    Raise unless spans are in order and no two overlap.

    Parameters
    ----------
    spans
        In the order as given.
    label
        Whose spans.

    Raises
    ------
    ValueError
        If two overlap or are out of order.
    """
    for early, late in itertools.pairwise(spans):
        require(early.end_s <= late.start_s, f"{label}: {early} and {late} overlap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """The hours of the night, from one time of day until another past midnight."""

    from_s: int = 22 * 3600
    until_s: int = 5 * 3600

    def __post_init__(self) -> None:
        """Refuse a night that does not pass midnight."""
        require(
            0 <= self.until_s < self.from_s <= DAY_S,
            f"night {self.from_s}..{self.until_s} s does not pass midnight",
        )

    def has(self, time_s: int) -> bool:
        """Whether a time is at night."""
        clock_s = time_s % DAY_S
        return clock_s >= self.from_s or clock_s < self.until_s

    def touches(self, span: Span) -> bool:
        """Whether any of a span is at night."""
        if self.has(span.start_s):
            return True
        evening_s = span.start_s - span.start_s % DAY_S + self.from_s
        return span.end_s > evening_s


@dataclass(frozen=True, slots=True, kw_only=True)
class HourGoal:
    """
    A goal of a plan by the hour, all of them less is better, the first counts most.

    Attributes
    ----------
    value, bound
        What was reached, in the unit of the name, and what no plan that is as good in
        the goals before can go below.
    """

    name: str
    value: float
    bound: float

    def __post_init__(self) -> None:
        """Refuse a bound above what was reached."""
        require(
            self.bound <= self.value + _TOLERANCE,
            f"goal {self.name}: bound {self.bound} above {self.value}",
        )

    @property
    def is_optimal(self) -> bool:
        """Whether nothing better is possible."""
        return self.value - self.bound <= _TOLERANCE
