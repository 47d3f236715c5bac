"""Which version of a plan a paper is of: its number, its status, when it was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.words.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """
    A version of a day's plan as papers name it.

    Attributes
    ----------
    status
        draft, published, superseded or withdrawn.
    published_at
        When drivers were told; None: never.
    """

    number: int
    status: str
    published_at: dt.datetime | None = None

    def line(self, t: Words) -> str:
        """Return number, status and time, for every page."""
        parts = [
            t("paper.edition.number", number=self.number),
            t(f"paper.edition.{self.status}"),
        ]
        if self.published_at is not None:
            parts.append(t("paper.edition.since", time=self.published_at))
        return " · ".join(parts)

    def mark(self, t: Words) -> str:
        """Return what stands across every page; empty for what is in force."""
        if self.status == "published":
            return ""
        return t(
            "paper.edition.mark_draft"
            if self.status == "draft"
            else "paper.edition.mark_void"
        )
