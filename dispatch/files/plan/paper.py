"""Drawing on A4 pages: text that fits its place, boxes, bars and QR codes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from fpdf import FPDF, TextMode
from fpdf.enums import RenderStyle, WrapMode

from dispatch.files.plan.codes import dark_boxes
from dispatch.files.plan.font import FONT_FILE, font_face, printable

if TYPE_CHECKING:
    import datetime as dt

    from segno import QRCode

    from dispatch.files.plan.edition import Edition
    from dispatch.words.words import Words

_FAMILY: Final = "noto"
_TOP: Final = 12.0
_MARK_PT: Final = 100.0
_MARK_GREY: Final = 222
_MARK_DEGREES: Final = 40
_MM_PER_PT: Final = 25.4 / 72
_SMALLEST_PT: Final = 7.0
_LINE: Final = 0.25
#: Between the lines of a hatched box.
_HATCH: Final = 1.8
#: Modules of white around a code.
_QUIET: Final = 3


@dataclass(frozen=True, slots=True)
class _Section:
    """What stands at the foot of pages that are counted together."""

    label: str
    name: str
    is_titled: bool


class _Pages(FPDF):
    """Pages with a mark across them, under all that is drawn later."""

    mark = ""
    zoom = 1.0

    def header(self) -> None:
        """Draw the mark; called at every page start."""
        if not self.mark:
            return
        middle_x, middle_y = self.w / 2, self.h / 2
        self.set_font(_FAMILY, size=self.zoom * _MARK_PT)
        self.set_text_color(_MARK_GREY)
        width = self.get_string_width(self.mark)
        with self.rotation(_MARK_DEGREES, middle_x, middle_y):
            self.text(middle_x - width / 2, middle_y, self.mark)
        self.set_text_color(0)


class Paper:
    """
    A PDF being drawn from top to bottom; ``y`` is where the next thing goes, in mm.

    Parameters
    ----------
    created
        Date in the file; a fixed one makes equal plans equal files.
    words
        What stands at the foot and head of pages, in one language.
    edition
        The version that it is of, named on every page; None: of a plan without a store.
    is_landscape
        Whether pages are wider than high.
    is_big
        A3 instead of A4: places stay in mm of A4, all is drawn that much larger.
    """

    def __init__(
        self,
        *,
        title: str,
        created: dt.datetime,
        words: Words,
        edition: Edition | None = None,
        is_landscape: bool = False,
        is_big: bool = False,
    ) -> None:
        self._zoom = math.sqrt(2) if is_big else 1.0
        self._words, self._edition = words, edition
        self._pdf = _Pages(
            orientation="landscape" if is_landscape else "portrait",
            unit=72 / 25.4 * self._zoom,
            format=(210, 297),
        )
        self._pdf.zoom = self._zoom
        self._pdf.mark = edition.mark(words) if edition is not None else ""
        self._pdf.set_creation_date(created)
        self._pdf.set_title(title)
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.add_font(
            _FAMILY, fname=str(FONT_FILE), collection_font_number=font_face()
        )
        self._pdf.set_line_width(_LINE)
        self.width, self.bottom = self._pdf.w, self._pdf.h - 17
        self._sections: list[_Section] = []
        self._of_page: list[int] = []
        self.y = _TOP

    def new_section(
        self, label: str, *, name: str = "", is_titled: bool = True
    ) -> None:
        """
        Start a page; pages are counted within a section.

        Parameters
        ----------
        label
            At the foot of its pages, and at the head of those after the first.
        name
            Before the number of the page.
        is_titled
            Whether the label heads the pages after the first.
        """
        self._sections.append(_Section(printable(label), printable(name), is_titled))
        self._add_page()

    def _add_page(self) -> None:
        self._pdf.add_page()
        self._of_page.append(len(self._sections) - 1)
        self.y = _TOP

    def new_page(self) -> None:
        """Go on to a new page of the section."""
        section = self._sections[-1]
        self._add_page()
        if section.is_titled:
            head = self._words("paper.sheet.continued", section=section.label)
            self.text(10, self.y, self.width - 20, head, size_pt=14)
            self.y += 9

    def need_mm(self, height: float) -> None:
        """Go on to a new page, headed by its section, unless so much is left."""
        if self.y + height > self.bottom:
            self.new_page()

    def _draw_feet(self) -> None:
        """Draw the feet of all pages, now that the pages of sections are known."""
        edition = "" if self._edition is None else self._edition.line(self._words)
        counted = [0] * len(self._sections)
        for page, idx in enumerate(self._of_page, 1):
            section = self._sections[idx]
            counted[idx] += 1
            self._pdf.page = page
            # A font that was set on another page is not set on this one.
            self._pdf.current_font_is_set_on_page = False
            number = self._words(
                "paper.page", page=counted[idx], pages=self._of_page.count(idx)
            )
            y, third = self.bottom + 5, (self.width - 20) / 3
            self.text(10, y, third, section.label, size_pt=9)
            self.text(10 + third, y, third, edition, size_pt=9, align="C")
            number = f"{section.name}  {number}".strip()
            self.text(10 + 2 * third, y, third, number, size_pt=9, align="R")

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
        least_pt: float = _SMALLEST_PT,
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
        least_pt
            The smallest type that is tried.
        """
        if not text:
            return
        line = printable(text)
        size_pt = self._fitting_pt(line, width, size_pt, least_pt)
        line = self._cut(line, width)
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
        self._pdf.set_font(_FAMILY, size=size_pt * self._zoom)
        height = size_pt * _MM_PER_PT * 1.3
        # Chinese has no blanks to break lines at.
        mode = WrapMode.CHAR if self._words.lang == "zh" else WrapMode.WORD
        style = TextMode.FILL_STROKE if bold else TextMode.FILL
        outline = size_pt * 0.01 if bold else _LINE
        with self._pdf.local_context(text_mode=style, line_width=outline):
            self._pdf.set_xy(x, y)
            self._pdf.c_margin = 0
            self._pdf.multi_cell(w=width, h=height, text=line, align="L", wrapmode=mode)
            end = self._pdf.get_y()
        return float(end)

    def _cut(self, line: str, width: float) -> str:
        """Return as much of a line as fits, with dots where something is left out."""
        if self._pdf.get_string_width(line) <= width:
            return line
        # A sign less each time takes minutes where somebody typed a page.
        fits, too_much = 0, len(line)
        while too_much - fits > 1:
            size = (fits + too_much) // 2
            if self._pdf.get_string_width(line[:size] + "…") <= width:
                fits = size
            else:
                too_much = size
        return line[:fits] + "…"

    def _fitting_pt(
        self, line: str, width: float, size_pt: float, least_pt: float
    ) -> float:
        """Set the largest font size at which the line fits, and return it."""
        smallest = min(size_pt, max(least_pt, size_pt * 0.55))
        self._pdf.set_font(_FAMILY, size=size_pt * self._zoom)
        needed = self._pdf.get_string_width(line)
        if needed > width:
            size_pt = max(smallest, int(size_pt * width / needed * 2) / 2)
            self._pdf.set_font(_FAMILY, size=size_pt * self._zoom)
        return size_pt

    def box(
        self, x: float, y: float, width: float, height: float, *, is_white: bool = False
    ) -> None:
        """
        Draw an empty box.

        Parameters
        ----------
        x, y
            Left and top, mm from the corner of the page.
        width, height
            Size, mm.
        is_white
            Whether it covers what was drawn below it.
        """
        self._pdf.set_fill_color(255)
        self._pdf.rect(x, y, width, height, style="DF" if is_white else "D")
        self._pdf.set_fill_color(0)

    def upright(
        self, x: float, y: float, height: float, text: str, *, size_pt: float
    ) -> None:
        """
        Draw a line of text that runs upwards.

        Parameters
        ----------
        x, y
            Left and top, mm from the corner of the page.
        height
            Room for the line, mm.
        text
            One line.
        size_pt
            Size of the type, if it fits.
        """
        with self._pdf.rotation(90, x, y + height):
            self.text(x, y + height, height, text, size_pt=size_pt, least_pt=4.5)

    def bar(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        text: str,
        *,
        size_pt: float,
        pad: float = 2,
        align: Literal["L", "C", "R"] = "L",
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
        pad
            Left and right of the text, mm.
        align
            Left, centre or right in the width.
        """
        self._pdf.rect(x, y, width, height, style="F")
        self._pdf.set_text_color(255)
        top = y + (height - size_pt * _MM_PER_PT * 1.15) / 2
        self.text(x + pad, top, width - 2 * pad, text, size_pt=size_pt, align=align)
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
        for column, row, width, height in dark_boxes(rows):
            self._pdf.rect(
                x + (column + _QUIET) * module,
                y + (row + _QUIET) * module,
                width * module,
                (height + 0.02) * module,
                style=RenderStyle.F,
            )

    def line(
        self, x: float, y: float, to_x: float, to_y: float, *, is_dashed: bool = False
    ) -> None:
        """
        Draw a thin line.

        Parameters
        ----------
        x, y, to_x, to_y
            Its ends, mm from the corner of the page.
        is_dashed
            Whether it is dashed, as where one cuts.
        """
        if is_dashed:
            self._pdf.set_dash_pattern(dash=1.5, gap=1.5)
        self._pdf.line(x, y, to_x, to_y)
        self._pdf.set_dash_pattern()

    def hatch(self, x: float, y: float, width: float, height: float) -> None:
        """
        Draw a box with slanting lines in it.

        Parameters
        ----------
        x, y
            Left and top, mm from the corner of the page.
        width, height
            Size, mm.
        """
        with self._pdf.rect_clip(x, y, width, height):
            at = x - height
            while at < x + width:
                self._pdf.line(at, y + height, at + height, y)
                at += _HATCH
        self._pdf.rect(x, y, width, height)

    def width_of(self, text: str, size_pt: float) -> float:
        """
        Return the width of a text, mm.

        Parameters
        ----------
        text
            One line.
        size_pt
            Size of the type.
        """
        self._pdf.set_font(_FAMILY, size=size_pt * self._zoom)
        return float(self._pdf.get_string_width(printable(text)))

    def content(self) -> bytes:
        """Return the finished PDF."""
        self._draw_feet()
        return bytes(self._pdf.output())
