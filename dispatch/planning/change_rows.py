"""Changes of a plan as rows, for terminal and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.units import format_clock
from dispatch.words.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dispatch.planning.changes import Change
    from dispatch.words.words import Words

_COLUMNS: Final = ("village", "what", "before", "after", "why")


def change_rows(
    changes: Iterable[Change],
    t: Words,
    *,
    village: Callable[[str], str],
    truck: Callable[[str], str],
) -> Rows:
    """
    Return what changes for which village, and why.

    Parameters
    ----------
    changes
        As from `plan_changes`.
    t
        Words in the language of the reader.
    village, truck
        Give what to call a village or truck by its id, as other tables of the same
        screen call it.
    """

    def visit(truck_id: str | None, start_s: int | None, litres: int) -> str:
        if truck_id is None or start_s is None:
            return "–"
        amount = t("unit.litres", count=f"{litres:,}")
        return f"{truck(truck_id)} {format_clock(start_s)} {amount}"

    rows = [
        (
            village(change.village_id),
            t(f"change.{change.kind}"),
            visit(change.truck_before, change.start_before_s, change.litres_before),
            visit(change.truck_after, change.start_after_s, change.litres_after),
            t(f"change.why_{change.reason}"),
        )
        for change in changes
    ]
    return Rows(
        headings=tuple(t(f"change.{name}") for name in _COLUMNS),
        rows=rows,
        is_number=(False,) * len(_COLUMNS),
    )
