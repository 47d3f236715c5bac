"""Tables and paragraphs on paper, over as many pages and lines as they take."""

from __future__ import annotations

import datetime as dt
import re
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
#: Height of a line of a paragraph, mm a point.
_LINE_PER_PT: Final = 0.46
#: Signs that begin no line in Chinese, and parts that stay on one line.
_NO_START: Final = frozenset(
    "\uff0c\u3002\uff1b\uff1a\u3001\uff09\uff01\uff1f\u3015\u201d\u300b"
)
_PARTS: Final = re.compile(r"[^\s\u2e80-\uffff]+\s*|[\u2e80-\uffff]\s*|\s+")


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


def lines_of(paper: Paper, text: str, width: float, size_pt: float) -> list[str]:
    """
    Return a text in lines: words and clocks stay whole, and no line begins with a stop.

    Parameters
    ----------
    paper
        Measures the lines.
    text
        One paragraph.
    width
        Room for each, mm.
    size_pt
        Of the type.
    """
    if paper.width_of(text, size_pt) <= width:
        return [text]
    known: dict[str, float] = {}
    lines: list[list[str]] = [[]]
    used = 0.0
    for part in _PARTS.findall(text):
        own, bare = (
            _width(paper, sign, size_pt, known) for sign in (part, part.rstrip())
        )
        line, is_stop = lines[-1], part.strip() in _NO_START
        # A stop takes the sign before it along; one alone keeps it.
        if used + bare > width and len(line) > is_stop:
            lines.append([line.pop()] if is_stop else [])
            used = sum(known[sign] for sign in lines[-1])
        lines[-1].append(part)
        used += own
    return ["".join(line).rstrip() for line in lines]


def _width(paper: Paper, sign: str, size_pt: float, known: dict[str, float]) -> float:
    if sign not in known:
        known[sign] = paper.width_of(sign, size_pt) if sign else 0.0
    return known[sign]


def draw_paragraph(paper: Paper, text: str, width: float, *, size_pt: float) -> None:
    """
    Draw a text from where the paper is, and go on below it.

    Parameters
    ----------
    paper
        With a section begun.
    text
        One paragraph.
    width
        Room for the lines, mm; what no line has room for is set smaller.
    size_pt
        Of the type.
    """
    for line in lines_of(paper, text, width, size_pt):
        paper.text(LEFT, paper.y, width, line, size_pt=size_pt)
        paper.y += size_pt * _LINE_PER_PT


def paragraph_mm(paper: Paper, text: str, width: float, size_pt: float) -> float:
    """
    Return the height of a paragraph, mm.

    Parameters
    ----------
    paper
        Measures the lines.
    text
        One paragraph.
    width
        Room for the lines, mm.
    size_pt
        Of the type.
    """
    return len(lines_of(paper, text, width, size_pt)) * size_pt * _LINE_PER_PT


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
