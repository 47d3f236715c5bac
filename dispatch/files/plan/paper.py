"""Drawing on A4 pages: text that fits its place, boxes, bars and QR codes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from fpdf import FPDF, TextMode
from fpdf.enums import RenderStyle, WrapMode

from dispatch.files.plan.font import FONT_FILE, font_face, printable
from dispatch.words.words import Words

if TYPE_CHECKING:
    import datetime as dt

    from segno import QRCode

_FAMILY: Final = "noto"
_TOP: Final = 12.0
_BOTTOM: Final = 280.0
_MM_PER_PT: Final = 25.4 / 72
_SMALLEST_PT: Final = 7.0
_LINE: Final = 0.25
#: Modules of white around a code.
_QUIET: Final = 3
_DARK: Final = re.compile(b"\x01+")


class _Pages(FPDF):
    """Pages with the section and the page number at the foot."""

    section = ""
    words = Words("zh")

    def footer(self) -> None:
        """Draw the foot of a page; called at every page end."""
        self.set_font(_FAMILY, size=9)
        self.set_xy(10, 285)
        self.cell(w=140, h=5, text=self.section)
        self.set_xy(150, 285)
        text = self.words("paper.sheet.page", page=self.page_no(), pages="{nb}")
        self.cell(w=50, h=5, text=text, align="R")


class Paper:
    """
    A PDF being drawn from top to bottom; ``y`` is where the next thing goes, in mm.

    Parameters
    ----------
    created
        Date in the file; a fixed one makes equal plans equal files.
    words
        What stands at the foot and head of pages, in one language.
    """

    def __init__(self, *, title: str, created: dt.datetime, words: Words) -> None:
        self._pdf = _Pages(orientation="portrait", unit="mm", format="A4")
        self._pdf.words = words
        self._pdf.set_creation_date(created)
        self._pdf.set_title(title)
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.add_font(
            _FAMILY, fname=str(FONT_FILE), collection_font_number=font_face()
        )
        self._pdf.set_line_width(_LINE)
        self.y = _TOP

    def new_section(self, label: str) -> None:
        """Start a page; ``label`` stands at its foot and that of the pages after."""
        if self._pdf.page:
            self._pdf.add_page()  # ends the page before, with its own label
        self._pdf.section = printable(label)
        if not self._pdf.page:
            self._pdf.add_page()
        self.y = _TOP

    def need_mm(self, height: float) -> None:
        """Go on to a new page, headed by its section, unless so much is left."""
        if self.y + height > _BOTTOM:
            self._pdf.add_page()
            self.y = _TOP
            head = self._pdf.words("paper.sheet.continued", section=self._pdf.section)
            self.text(10, self.y, 190, head, size_pt=14)
            self.y += 9

    def text(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        *,
        size_pt: float,
        bold: bool = False,
        align: Literal["L", "C", "R"] = "L",
    ) -> None:
        """
        Draw one line inside ``width``: smaller first, then cut with dots.

        Parameters
        ----------
        x, y
            Left and top, mm from the corner of the page.
        width
            Room for the line, mm.
        text
            One line; signs that the font lacks are replaced.
        size_pt
            Size of the type, if it fits.
        bold
            Whether the letters get an outline; the font has one weight.
        align
            Left, centre or right in the width.
        """
        if not text:
            return
        line = printable(text)
        size_pt = self._fitting_pt(line, width, size_pt)
        while len(line) > 1 and self._pdf.get_string_width(line) > width:
            line = line[:-2] + "…"
        height = size_pt * _MM_PER_PT * 1.15
        # The font has one weight; a thin outline makes it bold.
        style = TextMode.FILL_STROKE if bold else TextMode.FILL
        outline = size_pt * 0.01 if bold else _LINE
        with self._pdf.local_context(text_mode=style, line_width=outline):
            self._pdf.set_xy(x, y)
            self._pdf.c_margin = 0
            self._pdf.cell(w=width, h=height, text=line, align=align)

    def paragraph(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        *,
        size_pt: float,
        bold: bool = False,
    ) -> float:
        """
        Draw a text on as many lines as it needs; return where the next thing goes.

        Parameters
        ----------
        x, y
            Left and top, mm from the corner of the page.
        width
            Room for the lines, mm.
        text
            One paragraph; signs that the font lacks are replaced.
        size_pt
            Size of the type.
        bold
            Whether the letters get an outline.
        """
        line = printable(text)
        if not line:
            return y
        self._pdf.set_font(_FAMILY, size=size_pt)
        height = size_pt * _MM_PER_PT * 1.3
        # Chinese has no blanks to break lines at.
        mode = WrapMode.CHAR if self._pdf.words.lang == "zh" else WrapMode.WORD
        style = TextMode.FILL_STROKE if bold else TextMode.FILL
        outline = size_pt * 0.01 if bold else _LINE
        with self._pdf.local_context(text_mode=style, line_width=outline):
            self._pdf.set_xy(x, y)
            self._pdf.c_margin = 0
            self._pdf.multi_cell(w=width, h=height, text=line, align="L", wrapmode=mode)
            end = self._pdf.get_y()
        return float(end)

    def _fitting_pt(self, line: str, width: float, size_pt: float) -> float:
        """Set the largest font size at which the line fits, and return it."""
        smallest = max(_SMALLEST_PT, size_pt * 0.55)
        self._pdf.set_font(_FAMILY, size=size_pt)
        needed = self._pdf.get_string_width(line)
        if needed > width:
            size_pt = max(smallest, int(size_pt * width / needed * 2) / 2)
            self._pdf.set_font(_FAMILY, size=size_pt)
        return size_pt

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """
        Draw an empty box.

        Parameters
        ----------
        x, y
            Left and top, mm from the corner of the page.
        width, height
            Size, mm.
        """
        self._pdf.rect(x, y, width, height)

    def bar(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        text: str,
        *,
        size_pt: float,
    ) -> None:
        """
        Draw white text on a black bar.

        Parameters
        ----------
        x, y
            Left and top, mm from the corner of the page.
        width, height
            Size, mm.
        text
            One line.
        size_pt
            Size of the type, if it fits.
        """
        self._pdf.rect(x, y, width, height, style="F")
        self._pdf.set_text_color(255)
        top = y + (height - size_pt * _MM_PER_PT * 1.15) / 2
        self.text(x + 2, top, width - 4, text, size_pt=size_pt)
        self._pdf.set_text_color(0)

    def code(self, code: QRCode, x: float, y: float, size_mm: float) -> None:
        """
        Draw a QR code with the quiet zone inside its size.

        Parameters
        ----------
        code
            What segno made.
        x, y
            Left and top, mm from the corner of the page.
        size_mm
            Width and height.
        """
        rows = tuple(bytes(row) for row in code.matrix)
        module = size_mm / (len(rows) + 2 * _QUIET)
        for column, row, width, height in _dark_boxes(rows):
            self._pdf.rect(
                x + (column + _QUIET) * module,
                y + (row + _QUIET) * module,
                width * module,
                (height + 0.02) * module,
                style=RenderStyle.F,
            )

    def content(self) -> bytes:
        """Return the finished PDF."""
        return bytes(self._pdf.output())


@lru_cache(maxsize=512)
def _dark_boxes(rows: tuple[bytes, ...]) -> list[tuple[int, int, int, int]]:
    """
    Return column, row, width and height of boxes that cover the dark modules.

    Runs of dark modules at once, and equal runs below each other: no hairlines
    between them, and a smaller file.
    """
    boxes = []
    open_runs: dict[tuple[int, int], int] = {}
    for row_idx, row in enumerate([*rows, bytes(len(rows))]):
        runs = {match.span() for match in _DARK.finditer(row)}
        for run in [run for run in open_runs if run not in runs]:
            first = open_runs.pop(run)
            boxes.append((run[0], first, run[1] - run[0], row_idx - first))
        for run in runs:
            open_runs.setdefault(run, row_idx)
    return boxes
