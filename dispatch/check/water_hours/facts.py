"""A broken rule of the water by the hour, and helpers of all these rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.words.message import COMMAS, joined, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.model.water.hours import Span
    from dispatch.words.message import Message

#: Rounding of sums, in the unit of the rule: m3, litres or hours.
TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class HourViolation:
    """
    One broken rule.

    Attributes
    ----------
    rule
        Number of the rule in docs/WATER.md: 3 turns, 5 slots, 8 duty and rounds.
    message
        What is wrong, with its figures.
    object_id
        Canal, group, zone, tank, post or household; empty: the plan as a whole.
    person_id
        Who is meant; empty: nobody.
    """

    rule: int
    message: Message
    object_id: str = ""
    person_id: str = ""

    @property
    def line(self) -> Message:
        """Which rule is broken, where, and how, in one line."""
        where = [self.object_id, self.person_id]
        parts: list[Message | str] = [label for label in where if label]
        return say(
            "broken.line",
            rule=self.rule,
            where=joined(parts or [say("broken.in_plan")], COMMAS),
            what=self.message,
        )

    def __str__(self) -> str:
        """Return the line in English, for logs."""
        return self.line.text("en")


def most_at_once(
    spans: Iterable[tuple[Span, float]],
) -> tuple[float, int]:
    """
    Return the highest sum of amounts at one time, and when it is first reached.

    Spans exclude their ends: one that ends when another starts is over.

    Parameters
    ----------
    spans
        Each with its amount.
    """
    changes = sorted(
        change
        for span, amount in spans
        for change in ((span.start_s, amount), (span.end_s, -amount))
    )
    level, most, when_s = 0.0, 0.0, 0
    for time_s, amount in changes:
        level += amount
        if level > most + TOLERANCE:
            most, when_s = level, time_s
    return most, when_s
