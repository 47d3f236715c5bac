"""Whom to call about a new plan, on paper: a box a call, place and telephone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.files.plan.on_paper import LEFT
from dispatch.words.words import Words

if TYPE_CHECKING:
    from dispatch.files.plan.on_paper import OnPaper
    from dispatch.files.plan.paper import Paper
    from dispatch.words.message import Lang

_WIDTH: Final = 190.0
_TEXT_X: Final = 24.0
_LINE: Final = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLine:
    """
    Who is called, and what is said, in the language of the reader.

    Attributes
    ----------
    lines
        One a change.
    total
        What the place gets before and after; empty where it is the same.
    """

    name: str
    contact: str = ""
    phone: str = ""
    lines: tuple[str, ...] = ()
    total: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSheet:
    """
    Calls in words.

    Attributes
    ----------
    previous
        Number of the version that people know.
    total
        What all places get before and after.
    num_small
        Changes too small to call about.
    """

    previous: int
    places: tuple[CallLine, ...]
    drivers: tuple[CallLine, ...]
    total: str
    num_small: int


def calls_pdf(day: OnPaper, sheet: CallSheet, lang: Lang = "zh") -> bytes:
    """
    Return the calls of a new plan, to be ticked off.

    Parameters
    ----------
    day
        The new plan.
    sheet
        The calls, in the same language.
    lang
        Language of the texts.
    """
    t = Words(lang)
    title = t("paper.call.title", name=day.scenario.name, date=day.plan.date)
    paper = day.paper(title, t)
    name = t("paper.call.name")
    paper.new_section(f"{day.scenario.name}  ·  {day.plan.date:%Y-%m-%d}", name=name)
    y = paper.y
    paper.text(LEFT, y, _WIDTH, title, size_pt=22, bold=True)
    against = t("call.against", number=sheet.previous)
    if day.edition is not None:
        against = f"{day.edition.line(t)}  ·  {against}"
    paper.text(LEFT, y + 11, _WIDTH, against, size_pt=13, bold=True)
    paper.text(LEFT, y + 18, _WIDTH, sheet.total, size_pt=13)
    small = t("paper.call.small", count=sheet.num_small)
    paper.text(LEFT, y + 24.5, _WIDTH, small, size_pt=10)
    paper.y = y + 31
    if not sheet.places:
        paper.text(LEFT, paper.y, _WIDTH, t("call.none"), size_pt=18, bold=True)
        paper.y += 12
    for who in sheet.places:
        _draw(paper, who, t)
    if sheet.drivers:
        paper.need_mm(26)
        head = t("paper.call.drivers")
        paper.bar(LEFT, paper.y + 1, _WIDTH, 7, head, size_pt=13)
        paper.y += 9
    for who in sheet.drivers:
        _draw(paper, who, t)
    paper.need_mm(14)
    paper.text(LEFT, paper.y + 3, _WIDTH, t("paper.call.caller"), size_pt=13)
    paper.y += 12
    day.add_missing_note(paper, t)
    return paper.content()


def _draw(paper: Paper, who: CallLine, t: Words) -> None:
    lines = [*who.lines, *filter(None, [who.total])]
    height = 10.5 + _LINE * len(lines)
    paper.need_mm(height + 1)
    y = paper.y
    paper.box(LEFT, y, _WIDTH, height)
    paper.box(LEFT + 3, y + 2, 7, 7)
    paper.text(_TEXT_X, y + 1.6, 84, who.name, size_pt=16, bold=True)
    whom = f"{who.contact}  {who.phone}".strip() or t("paper.sheet.no_contact")
    paper.text(LEFT + 100, y + 1.6, 88, whom, size_pt=16, bold=True, align="R")
    for idx, line in enumerate(lines):
        paper.text(_TEXT_X, y + 9.5 + idx * _LINE, _WIDTH - 16, line, size_pt=12.5)
    paper.y = y + height + 1
