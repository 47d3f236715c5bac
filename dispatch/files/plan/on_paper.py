"""What is printed, and what all papers of a plan share."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from dispatch.files.plan.font import missing_glyphs
from dispatch.files.plan.paper import Paper
from dispatch.model.letters import truck_letters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.check.facts import Violation
    from dispatch.files.plan.edition import Edition
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.words.words import Words

_log = logging.getLogger(__name__)

#: Millimetres.
LEFT: Final = 10.0
_MAX_TEXT: Final = 200


@dataclass(frozen=True)
class OnPaper:
    """
    A plan to be printed.

    Attributes
    ----------
    edition
        The version that it is; None: a plan without a store.
    is_estimate
        Whether times rest on straight lines; the sheets then say so.
    past
        Rules that what is done has broken, printed for the trucks that they concern.
    start_url
        Where drivers open their page; empty: no paper shows it.
    """

    plan: Plan
    scenario: Scenario
    edition: Edition | None = None
    is_estimate: bool = False
    past: Sequence[Violation] = ()
    start_url: str = ""

    def __post_init__(self) -> None:
        """Leave out what no page has room for: it would be measured sign by sign."""
        object.__setattr__(self, "scenario", _with_short_texts(self.scenario))

    @cached_property
    def letters(self) -> Mapping[str, str]:
        """Letters of trucks, by id."""
        return truck_letters(self.scenario)

    @cached_property
    def missing(self) -> list[str]:
        """Characters that cannot be printed."""
        missing = missing_glyphs(_all_texts(self.scenario))
        if missing:
            _log.warning("the font has no glyph for %s", " ".join(missing))
        return missing

    def truck_name(self, truck_id: str, t: Words) -> str:
        """
        Return what a truck is called on paper: its letter; its id, if it is unknown.

        Parameters
        ----------
        truck_id
            Its id.
        t
            Words in the language of the paper.
        """
        letter = self.letters.get(truck_id)
        return truck_id if letter is None else t("paper.truck", letter=letter)

    def plate(self, truck_id: str) -> str:
        """Return the plate of a truck, or its id."""
        return self.scenario.plate(truck_id) or truck_id

    def driver(self, truck_id: str) -> str:
        """Return name and telephone number of a truck's driver."""
        truck = self.scenario.truck_by_id.get(truck_id)
        return "" if truck is None else f"{truck.driver}  {truck.phone}".strip()

    def paper(
        self, title: str, t: Words, *, is_landscape: bool = False, is_big: bool = False
    ) -> Paper:
        """
        Return an empty paper of this plan.

        Parameters
        ----------
        title
            In the file.
        t
            Words in the language of the paper.
        is_landscape
            Whether pages are wider than high.
        is_big
            A3 instead of A4.
        """
        date = self.plan.date
        year = max(date.year, 1990)  # PDF readers expect four digits
        return Paper(
            title=title,
            created=dt.datetime(year, date.month, date.day, tzinfo=dt.UTC),
            words=t,
            edition=self.edition,
            is_landscape=is_landscape,
            is_big=is_big,
        )

    def add_missing_note(self, paper: Paper, t: Words) -> None:
        """
        Say at the end of a paper which characters could not be printed.

        Parameters
        ----------
        paper
            With a page to go on.
        t
            Words in the language of the paper.
        """
        if not self.missing:
            return
        codes = t("unit.items").join(f"U+{ord(c):04X}" for c in self.missing)
        paper.need_mm(12)
        text = t("paper.sheet.missing", codes=codes)
        paper.text(LEFT, paper.y + 2, paper.width - 2 * LEFT, text, size_pt=10)
        paper.y += 10


def _with_short_texts(scenario: Scenario) -> Scenario:
    changed: dict[str, Any] = {}
    for name in ("villages", "sources", "depots", "trucks"):
        rows = getattr(scenario, name)
        short = tuple(_short(row) for row in rows)
        if any(a is not b for a, b in zip(rows, short, strict=True)):
            changed[name] = short
    return replace(scenario, **changed) if changed else scenario


def _short(row: Any) -> Any:
    """Return a row whose texts fit on paper; the same one if they do."""
    texts = {each.name: getattr(row, each.name) for each in fields(row)}
    long = {
        name: f"{text[: _MAX_TEXT - 1]}…"
        for name, text in texts.items()
        if isinstance(text, str) and len(text) > _MAX_TEXT and not name.endswith("_id")
    }
    return replace(row, **long) if long else row


def _all_texts(scenario: Scenario) -> list[str]:
    """Return every text of the scenario that may stand on paper."""
    texts = [scenario.name]
    for truck in scenario.trucks:
        texts += [truck.truck_id, truck.plate, truck.driver, truck.phone, truck.letter]
    for village in scenario.villages:
        texts += [village.village_id, village.name, village.contact, village.phone]
        texts += [village.notes, village.township, village.transfer_by]
    for source in scenario.sources:
        texts += [source.source_id, source.name, source.contact, source.phone]
    texts += [depot.name for depot in scenario.depots]
    return texts
