"""Broken rules as rows, for terminal and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.words.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.check.facts import Violation
    from dispatch.model.scenario import Scenario
    from dispatch.words.words import Words

_COLUMNS: Final = ("rule", "truck", "stop", "place", "message")


def violation_rows(
    violations: Iterable[Violation], scenario: Scenario, t: Words
) -> Rows:
    """
    Return every broken rule with its number, where it is broken, and how.

    Parameters
    ----------
    violations
        Broken rules, in the order to show.
    scenario
        Gives names.
    t
        Words in the language of the reader.
    """
    rows = [
        (
            f"{violation.rule}. {t(f'rule.{violation.rule}')}",
            violation.truck_id or "",
            "" if violation.stop_index is None else str(violation.stop_index),
            scenario.label(violation.place_id or ""),
            violation.message.text(t.lang),
        )
        for violation in violations
    ]
    return Rows(
        headings=tuple(t(f"violation.{name}") for name in _COLUMNS),
        rows=rows,
        is_number=tuple(name == "stop" for name in _COLUMNS),
    )
