"""Tables on paper: header, boxes, and a new page with its header where one is full."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from dispatch.files.plan.on_paper import LEFT
from dispatch.files.plan.paper import Paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.files.plan.edition import Edition
    from dispatch.words.words import Words

#: Height of a row for the size of its type, mm a point.
_ROW_PER_PT: Final = 0.72
_MM_PER_PT: Final = 25.4 / 72


def water_paper(
    title: str, first_day: dt.date, t: Words, edition: Edition | None
) -> Paper:
    """
    Return an empty paper of a dispatch.

    Parameters
    ----------
    title
        In the file.
    first_day
        Of the plan; its date is that of the file, so that equal plans are equal files.
    t
        Words in the language of the paper.
    edition
        The version that it is of; None: of a plan without a store.
    """
    # PDF readers expect four digits.
    created = dt.datetime(
        max(first_day.year, 1990), first_day.month, first_day.day, tzinfo=dt.UTC
    )
    return Paper(title=title, created=created, words=t, edition=edition)


def draw_table(
    paper: Paper,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    size_pt: float,
) -> None:
    """
    Draw a table from where the paper is, over as many pages as it takes.

    Parameters
    ----------
    paper
        With a section begun.
    header
        Texts above the columns.
    rows
        Texts; what is too long for its column is set smaller, then cut.
    widths
        Of the columns, mm.
    size_pt
        Of the type.
    """
    height = size_pt * _ROW_PER_PT
    paper.need_mm(3 * height)
    _draw_header(paper, header, widths, size_pt)
    for row in rows:
        if paper.y + height > paper.bottom:
            paper.new_page()
            _draw_header(paper, header, widths, size_pt)
        _draw_row(paper, row, widths, size_pt, height)


def _draw_header(
    paper: Paper, header: Sequence[str], widths: Sequence[float], size_pt: float
) -> None:
    small, x = size_pt * 0.75, LEFT
    height = small * _ROW_PER_PT
    for text, width in zip(header, widths, strict=True):
        paper.bar(x, paper.y, width, height, text, size_pt=small, pad=1)
        x += width
    paper.y += height


def _draw_row(
    paper: Paper,
    row: Sequence[str],
    widths: Sequence[float],
    size_pt: float,
    height: float,
) -> None:
    x, top = LEFT, paper.y + (height - size_pt * _MM_PER_PT * 1.15) / 2
    for text, width in zip(row, widths, strict=True):
        paper.box(x, paper.y, width, height)
        paper.text(x + 1, top, width - 2, text, size_pt=size_pt)
        x += width
    paper.y += height
