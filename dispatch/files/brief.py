"""A report of one page: who is short in words, figures, small tables, to sign."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from dispatch.files.forms import Percent, clipped
from dispatch.files.plan.font import missing_glyphs
from dispatch.files.plan.paper import Paper

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch.files.forms import Cell
    from dispatch.words.words import Words

# Millimetres.
_LEFT: Final = 12.0
_WIDTH: Final = 186.0
_ROW: Final = 5.6
#: Tables end here; below are the notes and the line that is signed.
_TABLES_END: Final = 256.0
_SENTENCES_END: Final = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """
    A small table of the page.

    Attributes
    ----------
    widths
        Of the columns, as parts of the width of the page.
    """

    title: str
    headings: Sequence[str]
    widths: Sequence[float]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """
    What stands on the page.

    Attributes
    ----------
    counts
        A label, a figure, and what it is a share of.
    """

    title: str
    unit: str
    headline: str
    lines: Sequence[str]
    warnings: Sequence[str]
    counts: Sequence[tuple[str, str, str]]
    tables: Sequence[Table]
    notes: Sequence[str]
    signature: str


def brief_pdf(brief: Brief, *, date: dt.date, words: Words) -> bytes:
    """
    Return the page as PDF; what does not fit is counted, never cut without a word.

    Parameters
    ----------
    brief
        What stands on it.
    date
        Stands in the file, so that equal reports are equal files.
    words
        Words in the language of the reader.
    """
    created = dt.datetime(max(date.year, 1990), date.month, date.day, tzinfo=dt.UTC)
    paper = Paper(title=clipped(brief.title), created=created, words=words)
    paper.new_section(clipped(brief.title))
    y = paper.y
    paper.text(_LEFT, y, _WIDTH, clipped(brief.title), size_pt=18, bold=True, align="C")
    paper.text(_LEFT, y + 9, _WIDTH, clipped(brief.unit), size_pt=9)
    y = paper.paragraph(
        _LEFT, y + 16, _WIDTH, clipped(brief.headline), size_pt=15, bold=True
    )
    y = _draw_counts(paper, y + 2, brief.counts) if brief.counts else y
    for line in brief.lines:
        if y < _SENTENCES_END:
            y = paper.paragraph(_LEFT, y + 1, _WIDTH, clipped(line), size_pt=10.5)
    for line in brief.warnings:
        if y < _SENTENCES_END:
            text = clipped(f"※ {line}")
            y = paper.paragraph(_LEFT, y + 1, _WIDTH, text, size_pt=10.5, bold=True)
    for table in brief.tables:
        y = _draw_table(paper, y + 3, table, words)
    _draw_foot(paper, brief, words)
    return paper.content()


def _draw_counts(
    paper: Paper, y: float, counts: Sequence[tuple[str, str, str]]
) -> float:
    width = _WIDTH / len(counts)
    for number, (label, value, detail) in enumerate(counts):
        x = _LEFT + number * width
        paper.box(x, y, width - 2, 21)
        paper.text(x + 2, y + 1, width - 6, clipped(label), size_pt=9.5)
        paper.text(x + 2, y + 5.5, width - 6, value, size_pt=20, bold=True)
        paper.text(x + 2, y + 15.5, width - 6, clipped(detail), size_pt=8.5)
    return y + 22


def _draw_table(paper: Paper, y: float, table: Table, words: Words) -> float:
    """Draw a table as far as there is room; say how many rows are left out."""
    room = int((_TABLES_END - y - 6) / _ROW) - 1
    if room < 2 or not table.rows:
        return y
    paper.text(_LEFT, y, _WIDTH, clipped(table.title), size_pt=11.5, bold=True)
    y += 6
    shown = list(table.rows)
    if len(shown) > room:
        shown = shown[: room - 1]
    whole = sum(table.widths)
    for row in (table.headings, *shown):
        x = _LEFT
        for cell, part in zip(row, table.widths, strict=True):
            width = _WIDTH * part / whole
            paper.box(x, y, width, _ROW)
            align = "L" if row is table.headings or _is_text(cell) else "R"
            text = clipped(cell_text(cell), 120)
            paper.text(x + 1, y + 0.7, width - 2, text, size_pt=9, align=align)  # type: ignore[arg-type]  # one of L and R
            x += width
        y += _ROW
    if len(shown) < len(table.rows):
        more = words("brief.more", count=len(table.rows) - len(shown))
        paper.text(_LEFT, y + 0.7, _WIDTH, more, size_pt=9)
        y += _ROW
    return y


def _is_text(cell: Cell) -> bool:
    return cell is None or isinstance(cell, str)


def cell_text(cell: Cell) -> str:
    """Return what stands in a cell on paper and on plain pages; a dash for nothing."""
    if cell is None:
        return "–"
    if isinstance(cell, Percent):
        return f"{cell * 100:.1f}%"
    if isinstance(cell, Decimal):
        return f"{cell:,.2f}"
    if isinstance(cell, float):
        return f"{cell:,.1f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def _draw_foot(paper: Paper, brief: Brief, words: Words) -> None:
    y = _TABLES_END + 2
    for note in brief.notes:
        y = paper.paragraph(_LEFT, y, _WIDTH, clipped(note), size_pt=8.5)
    missing = missing_glyphs(_texts(brief))
    if missing:
        codes = words("unit.items").join(f"U+{ord(c):04X}" for c in missing[:8])
        text = words("paper.sheet.missing", codes=codes)
        paper.text(_LEFT, y + 1, _WIDTH, text, size_pt=8)
    paper.text(_LEFT, 275, _WIDTH, brief.signature, size_pt=11)


def _texts(brief: Brief) -> Iterator[str]:
    yield from (brief.title, brief.headline, *brief.lines, *brief.warnings)
    for table in brief.tables:
        for row in table.rows:
            yield from (clipped(cell) for cell in row if isinstance(cell, str))
