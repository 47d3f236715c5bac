"""Posters of supply slots, and notices of zones and villages on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.files.plan.on_paper import LEFT
from dispatch.files.water.notice_parts import days_text, hours_text
from dispatch.files.water.notice_texts import NoticeTexts, NoticeWriter, reading_note
from dispatch.files.water.paper_table import (
    draw_paragraph,
    paragraph_mm,
    water_paper,
)
from dispatch.water.notices import water_notices
from dispatch.words.words import Words

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.files.plan.edition import Edition
    from dispatch.files.plan.paper import Paper
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch
    from dispatch.model.water.told import SupplyNotice
    from dispatch.words.message import Lang

_WIDTH: Final = 190.0
_SLOT: Final = 24.0
#: Sizes of type that notices are tried in.
_NOTICE_PT: Final = (20.0, 18.0, 16.0, 14.0, 12.0)


def slots_pdf(
    scenario: Scenario,
    dispatch: WaterDispatch,
    lang: Lang = "zh",
    *,
    edition: Edition | None = None,
    issued_on: dt.date | None = None,
) -> bytes:
    """
    Return a PDF with a poster for every zone: days and hours in large type.

    Parameters
    ----------
    scenario
        With tables of the water.
    dispatch
        What is printed.
    lang
        Language of the texts.
    edition
        The version that it is of; None: of a plan without a store.
    issued_on
        Date of the posters; None: a blank to fill in.

    Raises
    ------
    ValueError
        If the scenario has no tables of the water: a fault of the program.
    """
    if scenario.water is None:
        raise ValueError("posters of no water")
    t = Words(lang)
    title = t("water_paper.slots_file", name=scenario.name)
    paper = water_paper(title, dispatch.plan.first_day, t, edition)
    writer = NoticeWriter(scenario, t, issued_on=issued_on)
    supply = water_notices(scenario.water, dispatch).supply
    for notice in supply:
        _draw_poster(paper, writer, notice)
    if not supply:
        _draw_nothing(paper, scenario.name, t("water_paper.no_slots"))
    return paper.content()


def _draw_nothing(paper: Paper, label: str, text: str) -> None:
    paper.new_section(label)
    paper.text(LEFT, paper.y, _WIDTH, text, size_pt=20)


def _draw_poster(paper: Paper, writer: NoticeWriter, notice: SupplyNotice) -> None:
    t, texts = writer.t, writer.supply(notice)
    zone = writer.zones[notice.zone_id]
    paper.new_section(zone.name, name=t("water_paper.slots"))
    kind = t("water_paper.slots")
    paper.text(LEFT, paper.y, _WIDTH, zone.name, size_pt=44, bold=True, align="C")
    paper.text(LEFT, paper.y + 20, _WIDTH, kind, size_pt=26, align="C")
    paper.y += 34
    draw_paragraph(paper, texts.to, _WIDTH, size_pt=12)
    paper.y += 3
    for same in notice.slots:
        days = days_text(notice.first_day, same.days, notice.num_days, t)
        hours = hours_text(same.spans, t)
        if not same.spans:
            hours = t("water_paper.shut")
        elif same.is_all_day:
            hours = t("water_paper.all_day")
        paper.need_mm(_SLOT)
        paper.box(LEFT, paper.y, _WIDTH, _SLOT - 2)
        paper.text(LEFT + 3, paper.y + 1, _WIDTH - 6, days, size_pt=15)
        paper.text(
            LEFT + 3, paper.y + 8, _WIDTH - 6, hours, size_pt=32, bold=True, align="C"
        )
        paper.y += _SLOT
    # The slots stand above already.
    _draw_paragraphs(paper, texts.paragraphs[1:], texts.signature, size_pt=16)


def _draw_paragraphs(
    paper: Paper, paragraphs: tuple[str, ...], signature: str, *, size_pt: float
) -> None:
    for text in paragraphs:
        paper.need_mm(_height(paper, text, size_pt) + 2)
        draw_paragraph(paper, text, _WIDTH, size_pt=size_pt)
        paper.y += 2
    paper.need_mm(14)
    paper.text(LEFT, paper.y + 5, _WIDTH, signature, size_pt=size_pt, align="R")
    paper.y += 14


def _height(paper: Paper, text: str, size_pt: float) -> float:
    return paragraph_mm(paper, text, _WIDTH, size_pt)


def _size_on_a_page(paper: Paper, texts: NoticeTexts) -> float:
    """Return the largest type at which a notice fits on the page; else the least."""
    room = paper.bottom - paper.y - 40
    for size_pt in _NOTICE_PT:
        lines = (texts.to, *texts.paragraphs)
        if sum(_height(paper, line, size_pt) + 2 for line in lines) <= room:
            return size_pt
    return _NOTICE_PT[-1]


def notices_pdf(
    scenario: Scenario,
    dispatch: WaterDispatch,
    lang: Lang = "zh",
    *,
    edition: Edition | None = None,
    issued_on: dt.date | None = None,
) -> bytes:
    """
    Return a PDF with a page for every notice, then what is read out and sent.

    Parameters
    ----------
    scenario
        With tables of the water.
    dispatch
        What is printed.
    lang
        Language of the texts.
    edition
        The version that it is of; None: of a plan without a store.
    issued_on
        Date of the notices; None: a blank to fill in.

    Raises
    ------
    ValueError
        If the scenario has no tables of the water: a fault of the program.
    """
    if scenario.water is None:
        raise ValueError("notices of no water")
    t = Words(lang)
    title = t("water_paper.notices_file", name=scenario.name)
    paper = water_paper(title, dispatch.plan.first_day, t, edition)
    writer = NoticeWriter(scenario, t, issued_on=issued_on)
    all_texts = writer.all(water_notices(scenario.water, dispatch))
    for texts in all_texts:
        paper.new_section(texts.title, is_titled=False)
        y = paper.y + 4
        paper.text(LEFT, y, _WIDTH, texts.title, size_pt=30, bold=True, align="C")
        size_pt = _size_on_a_page(paper, texts)
        paper.y = y + 18
        draw_paragraph(paper, texts.to, _WIDTH, size_pt=size_pt)
        paper.y += 3
        _draw_paragraphs(paper, texts.paragraphs, texts.signature, size_pt=size_pt)
    if not all_texts:
        _draw_nothing(paper, scenario.name, t("water_paper.no_notices"))
        return paper.content()
    paper.new_section(t("water_paper.read_out"))
    for texts in all_texts:
        _draw_spoken(paper, texts, t)
    return paper.content()


def _draw_spoken(paper: Paper, texts: NoticeTexts, t: Words) -> None:
    loud, short = _height(paper, texts.loud, 15), _height(paper, texts.short, 12)
    paper.need_mm(33 + loud + short)
    paper.bar(LEFT, paper.y, _WIDTH, 8, texts.name, size_pt=13)
    note = f"{t('water_paper.read_out')}  {reading_note(texts, t)}"
    paper.text(LEFT, paper.y + 10, _WIDTH, note, size_pt=12, bold=True)
    paper.y += 17
    draw_paragraph(paper, texts.loud, _WIDTH, size_pt=15)
    send = t("water_paper.to_send")
    paper.text(LEFT, paper.y + 3, _WIDTH, send, size_pt=12, bold=True)
    paper.y += 10
    draw_paragraph(paper, texts.short, _WIDTH, size_pt=12)
    paper.y += 6
