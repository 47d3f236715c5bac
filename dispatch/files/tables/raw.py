"""Bytes of a CSV file -> a table of cells, whatever Excel or an editor made of it."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from dispatch.errors import Problem
from dispatch.files.cells.formulas import FormulaGap, of_text_file
from dispatch.files.cells.parse import Cell, is_blank
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILE_BYTES: Final = 64_000_000
#: A matrix of 5,000 places is about 150 MB.
MAX_MATRIX_BYTES: Final = 200_000_000
#: A workbook or a zip, which stays in memory while it is unpacked.
MAX_PACKED_BYTES: Final = 150_000_000
#: All files of a folder together: two tables of 5,000 places and what goes with them.
MAX_TOTAL_BYTES: Final = 400_000_000
#: An extract of OpenStreetMap; its reader keeps a copy.
MAX_EXTRACT_BYTES: Final = 120_000_000
#: Of one table, if the dictionary says nothing else.
MAX_ROWS: Final = 120_000
#: Cells of a text file that is read cell by cell: a matrix of 2,000 places.
MAX_CELLS: Final = 4_000_000
MAX_COLUMNS: Final = 20_000
MAX_CELL_CHARS: Final = 100_000
#: Below this size nothing can take long.
_SMALL_BYTES: Final = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedRange:
    """Cells of a sheet that are one: as ``D5:D9``, by row number and position."""

    ref: str
    first_row: int
    last_row: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class RawTable:
    """
    One table as found.

    Attributes
    ----------
    file
        File or sheet name, as the user knows it.
    header
        Texts of row ``header_row``.
    rows
        Row number of the spreadsheet and cells; blank rows are left out.
    formats
        Number format of cells that have one, by (row number, column position).
    header_row
        Row number of the header, or of the last of its rows.
    merges
        Cells that are one; only the first of each has its value in ``rows``.
    hidden_rows, hidden_columns
        Row numbers; first and last position of columns that are not shown.
    is_hidden
        The whole sheet is not shown.
    """

    file: str
    header: tuple[str, ...]
    rows: list[tuple[int, list[Cell]]]
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    header_row: int = 1
    merges: tuple[MergedRange, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    is_hidden: bool = False


class TableError(ValueError):
    """A file that cannot be read as a table; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def decode(data: bytes, file: str) -> str:
    """
    Return the text of a file: UTF-8 with or without BOM, UTF-16 with BOM, GB18030.

    Parameters
    ----------
    data
        Content of the file.
    file
        Name of the file, for messages.

    Raises
    ------
    TableError
        If it is none of them, or damaged UTF-8 (never guessed as GB18030).
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    if data[:4] == b"PK\x03\x04" or (b"\0" in data[:4096] and len(encodings) == 2):
        raise TableError(Problem(file, say("not_text")))
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig" and _is_nearly_utf8(data):
                message = say("damaged_utf8", byte=error.start + 1)
                raise TableError(Problem(file, message)) from error
            continue
        if "\0" not in text:
            return text
    raise TableError(Problem(file, say("unknown_encoding")))


def _is_nearly_utf8(data: bytes) -> bool:
    """Whether nearly all that is not ASCII is UTF-8: a damaged file, not a GBK one."""
    text = data.decode("utf-8", errors="replace")
    wrong = text.count("\ufffd")
    right = sum(char > "\x7f" for char in text) - wrong
    return right > 4 * wrong


def guess_delimiter(text: str) -> str:
    """Return the mark that separates the cells of the first line."""
    head = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").split("\n", 1)[0])
    # Full-width marks are what a hand-typed file may have.
    return max(",\t;，；", key=lambda mark: (head.count(mark), mark == ","))


def parse_csv(data: bytes, file: str, *, max_rows: int = MAX_ROWS) -> RawTable:
    """
    Return the table of a CSV file with comma, tab or semicolon.

    Parameters
    ----------
    data
        Content of the file.
    file
        Name of the file, for messages.
    max_rows
        Rows that the table may have, header not counted.

    Raises
    ------
    TableError
        If it is no such file, or holds too many rows or cells: seen before parsing.
    """
    _check_marks(data, file, max_rows)
    text = decode(data, file)
    first_row = 1
    if text[:4].lower() == "sep=":  # a hint that Excel writes and hides
        text = text.partition("\n")[2]
        first_row = 2
    delimiter = guess_delimiter(text)
    if text.count(delimiter) > MAX_CELLS:
        raise TableError(Problem(file, say("too_many_cells", most=MAX_CELLS)))
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[Cell]]] = []
    has_formulas = "=" in text
    last_line = 0
    try:
        for number, cells in enumerate(reader, first_row):
            last_line = reader.line_num
            if len(rows) > max_rows:
                raise TableError(Problem(file, say("too_many_rows", most=max_rows)))
            rows.append((number, _read_cells(cells) if has_formulas else list(cells)))
    except csv.Error as error:
        if "field larger" in str(error):
            message = say("cell_too_long", most=MAX_CELL_CHARS)
            row = len(rows) + first_row
            raise TableError(Problem(file, message, row=row)) from error
        message = say("csv_broken", line=last_line, error=str(error))
        raise TableError(Problem(file, message, row=len(rows) + first_row)) from error
    return table_of_rows(file, rows)


def _check_marks(data: bytes, file: str, max_rows: int) -> None:
    """Raise if a large file has more rows or cells than any table, at little cost."""
    if len(data) < _SMALL_BYTES:
        return
    # Blank rows count too, so there may be some more of them.
    if data.count(b"\n") > 2 * max_rows:
        raise TableError(Problem(file, say("too_many_rows", most=max_rows)))
    if max(data.count(mark) for mark in (b",", b";", b"\t")) > 2 * MAX_CELLS:
        raise TableError(Problem(file, say("too_many_cells", most=MAX_CELLS)))


def _lines(text: str) -> Iterator[str]:
    """Yield lines with their ends; a stream of text would take four bytes a sign."""
    return (match[0] for match in re.finditer(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+", text))


def _read_cells(cells: list[str]) -> list[Cell]:
    return [of_text_file(cell) for cell in cells]


def table_of_rows(
    file: str,
    rows: list[tuple[int, list[Cell]]],
    formats: dict[tuple[int, int], str] | None = None,
) -> RawTable:
    """
    Return the table whose header is the first row that is not blank.

    Parameters
    ----------
    file
        File or sheet name, for messages.
    rows
        Row number of the spreadsheet and cells of every row.
    formats
        Number format by (row number, column position); None: no cell has one.

    Raises
    ------
    TableError
        If every row is blank or the header is too wide.
    """
    full = [(number, cells) for number, cells in rows if not _is_blank_row(cells)]
    if not full:
        raise TableError(Problem(file, say("table_empty")))
    header = [_header_text(cell) for cell in full[0][1]]
    # A header may end in blanks, but a value below one must not get lost unseen.
    while header and not header[-1] and _is_blank_column(full[1:], len(header) - 1):
        header.pop()
    if len(header) > MAX_COLUMNS:
        message = say("too_many_columns", count=len(header), most=MAX_COLUMNS)
        raise TableError(Problem(file, message))
    return RawTable(file, tuple(header), full[1:], formats or {}, header_row=full[0][0])


def _header_text(cell: Cell) -> str:
    if cell is None or isinstance(cell, FormulaGap):
        return "" if cell is None else cell
    return str(cell).strip()


def _is_blank_column(rows: list[tuple[int, list[Cell]]], position: int) -> bool:
    return all(is_blank(cells[position]) for _, cells in rows if position < len(cells))


def _is_blank_row(cells: list[Cell]) -> bool:
    # A dash is a value that says "none", but a row of only these is no object.
    return all(is_blank(cell) for cell in cells)
