"""Formulas that have no result: in text files, and where no program calculated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dispatch.files.cells.parse import CellError, plain, refuse_sheet_error
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.files.cells.parse import Cell

#: What a formula looks like; === and =) in remarks are none.
_FORMULA: Final = re.compile(r"=\s*[\w$(+\-\"'{\[@.].*", re.DOTALL)
#: Excel keeps the zeros of an id in a CSV file by ="001".
_QUOTED: Final = re.compile(r'="((?:[^"]|"")*)"', re.DOTALL)
#: What a spreadsheet takes for the start of a formula, too.
_STARTS: Final = ("+", "-", "@", "\t", "\r", "\uff0b", "\uff0d", "\uff20")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
#: Control signs, by which a file is taken for none of text.
_NO_TEXT: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


class FormulaGap(str):
    """A formula that has no stored result, as its text."""

    __slots__ = ()


def of_text_file(cell: str) -> str:
    """Return a cell of a CSV file: a formula has no result, ``="001"`` is 001."""
    if not cell.startswith("="):
        return cell
    quoted = _QUOTED.fullmatch(cell)
    if quoted is not None:
        return quoted[1].replace('""', '"')
    return FormulaGap(cell) if looks_like_formula(cell) else cell


def as_text_cell(text: str) -> str:
    """Return what `of_text_file` reads as the text, and spreadsheets as a text too."""
    text = text.translate(_NO_TEXT)
    is_run = text.startswith(_STARTS) and not _NUMBER.fullmatch(text)
    if is_run or text != of_text_file(text) or looks_like_formula(text):
        return '="' + text.replace('"', '""') + '"'
    return text


def looks_like_formula(text: str) -> bool:
    """Whether a text begins like a formula, also in full-width signs."""
    if text[:1] not in ("=", "\uff1d"):
        return False
    return _FORMULA.fullmatch(plain(text[:200])) is not None


def refuse_formula(cell: Cell, *, is_text: bool = False) -> None:
    """
    Raise where a cell is a formula without a result, or one that failed.

    Parameters
    ----------
    cell
        Any cell.
    is_text
        Any text may stand there, even one that begins with an equals sign.

    Raises
    ------
    CellError
        With the advice to paste values, or what failed in the sheet.
    """
    if not isinstance(cell, str):
        return
    if isinstance(cell, FormulaGap) or (not is_text and looks_like_formula(cell)):
        raise CellError(say("formula_without_result"))
    if cell[:1] in ("#", "\uff03"):
        refuse_sheet_error(plain(cell[:200]))
