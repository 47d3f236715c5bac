"""The XML of one cell of a workbook -> its value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils.datetime import from_excel, from_ISO8601

from dispatch.files.cells.formulas import FormulaGap
from dispatch.files.tables.raw import MAX_CELL_CHARS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from dispatch.files.cells.parse import Cell

#: More digits than any number of a sheet has.
_MAX_DIGITS: Final = 40
_ESCAPE: Final = re.compile("_x([0-9A-Fa-f]{4})_")


class TooLongError(ValueError):
    """A cell longer than ``MAX_CELL_CHARS``."""


class CellReader:
    """
    Values of the cells of a book.

    Parameters
    ----------
    texts
        Shared texts, which cells name by their number.
    formats
        Number format of every style of cells.
    epoch
        Day 0 of the book.
    is_uncalculated
        The program that wrote the book left the results of formulas to the reader.
    """

    def __init__(
        self,
        texts: Sequence[str],
        formats: Sequence[str],
        *,
        epoch: dt.datetime,
        is_uncalculated: bool,
    ) -> None:
        self._strings = texts
        self._formats = formats
        self._dates = [is_date_format(code) for code in formats]
        self._epoch = epoch
        self._is_uncalculated = is_uncalculated

    def format_of(self, element: Element) -> str:
        """Return the number format of a cell."""
        style = self._style_of(element)
        return "General" if style is None else self._formats[style]

    def _style_of(self, element: Element) -> int | None:
        style = int(element.get("s") or 0)
        return style if style < len(self._formats) else None

    def read(self, element: Element) -> tuple[Cell, Element | None]:
        """Return the value of a cell, and its formula."""
        text: str | None = None
        formula: Element | None = None
        inline: Element | None = None
        for child in element:
            name = child.tag.rpartition("}")[2]
            if name == "v":
                text = child.text
            elif name == "f":
                formula = child
            elif name == "is":
                inline = child
        kind = element.get("t", "n")
        if inline is not None:
            return text_of(inline) or None, formula
        if formula is not None and kind != "str" and self._lacks_result(text, kind):
            return FormulaGap(f"={formula.text or '(...)'}"), formula
        if not text:
            return None, formula
        return self._value(text, kind, element), formula

    def _lacks_result(self, text: str | None, kind: str) -> bool:
        """Whether nobody calculated a formula: programs then store nothing, or 0."""
        return not text or (self._is_uncalculated and kind == "n" and text == "0")

    def _value(self, text: str, kind: str, element: Element) -> Cell:
        if kind == "s":
            return self._strings[int(text)]
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind in ("str", "e"):
            return _checked(_unescaped(text))
        if kind == "d":
            moment: Cell = from_ISO8601(text)  # type: ignore[no-untyped-call]  # has no types
            return moment
        if len(text) > _MAX_DIGITS:
            return _checked(text)
        is_real = any(sign in text for sign in ".eE")
        number = float(text) if is_real else int(text)
        style = self._style_of(element)
        if style is None or not self._dates[style]:
            return number
        return self._moment(number, self._formats[style])

    def _moment(self, number: float, code: str) -> Cell:
        try:
            moment: dt.datetime | dt.time | dt.timedelta | None = from_excel(
                number, self._epoch, timedelta=is_timedelta_format(code)
            )
        except (OverflowError, ValueError):
            return "#VALUE!"
        return moment


def _child(element: Element, name: str) -> Element | None:
    return next((c for c in element if c.tag.rpartition("}")[2] == name), None)


def text_of(element: Element) -> str:
    """Return the text of a plain or rich string, without its phonetic signs."""
    parts = []
    for child in element:
        name = child.tag.rpartition("}")[2]
        text = child if name == "t" else _child(child, "t") if name == "r" else None
        if text is not None and text.text:
            parts.append(text.text)
    return _checked(_unescaped("".join(parts)))


def _unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def _checked(text: str) -> str:
    if len(text) > MAX_CELL_CHARS:
        raise TooLongError
    return text
