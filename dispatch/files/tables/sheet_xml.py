"""The parts of an Excel workbook -> cells, with what only the file itself knows."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, iterparse

from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from dispatch.files.cells.formulas import FormulaGap
from dispatch.files.tables.raw import MAX_COLUMNS, MergedRange
from dispatch.files.tables.sheet_values import CellReader, text_of

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

    from dispatch.files.cells.parse import Cell

#: Merged ranges or groups of columns of one sheet; more is no table.
_MAX_RANGES: Final = 20_000


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet of the book: name, file in the archive, whether it is shown."""

    name: str
    path: str
    is_hidden: bool
    is_chart: bool


@dataclass(slots=True)
class Sheet:
    """
    The cells of a sheet.

    Attributes
    ----------
    rows
        Row number and cells; rows without any value are left out. A formula without
        a stored result is the text of the formula.
    formats
        Number format of number cells that show leading zeros, by (row, position).
    hidden_rows, hidden_columns
        Row numbers; first and last position, from 0, of columns.
    """

    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[MergedRange] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


def _elements(stream: IO[bytes]) -> Iterator[tuple[str, Element]]:
    """Yield local name and element at the end of each; namespaces differ by program."""
    names: dict[str, str] = {}
    for _, element in iterparse(stream):
        tag = element.tag
        name = names.get(tag)
        if name is None:
            name = names[tag] = tag.rpartition("}")[2]
        yield name, element


def _is_on(text: str | None) -> bool:
    return text in ("1", "true", "on")


_STRINGS: Final = "sharedStrings"


class Targets(list[tuple[str, str]]):
    """Path and kind of the parts that a part refers to; also by its own keys."""

    def __init__(self) -> None:
        super().__init__()
        self.by_key: dict[str, tuple[str, str]] = {}

    def add(self, key: str, path: str, kind: str) -> None:
        """
        Add one part.

        Parameters
        ----------
        key
            Id by which the referring part calls it.
        path
            Path in the archive.
        kind
            Last word of its type, such as ``worksheet``.
        """
        self.append((path, kind))
        self.by_key[key] = path, kind


class Book:
    """
    A workbook whose archive was checked for its size.

    Raises
    ------
    KeyError, ValueError, ParseError
        If a part is missing or damaged.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._epoch = WINDOWS_EPOCH
        #: Programs without a calculator of their own ask the reader to calculate.
        self._is_uncalculated = False
        (main,) = [p for p, kind in self._targets("") if kind == "officeDocument"]
        targets = self._targets(main)
        self.strings_path = next((p for p, kind in targets if kind == _STRINGS), None)
        self.styles_path = next((p for p, kind in targets if kind == "styles"), None)
        self.parts = self._read_parts(main, targets)

    def _targets(self, path: str) -> Targets:
        """Return path and kind of what a part refers to, by its own key."""
        folder, _, name = path.rpartition("/")
        stem = f"{folder}/" if folder else ""
        targets: Targets = Targets()
        with self._archive.open(f"{stem}_rels/{name}.rels") as stream:
            for tag, element in _elements(stream):
                if tag == "Relationship":
                    target = element.get("Target", "")
                    kind = element.get("Type", "").rpartition("/")[2]
                    joined = target[1:] if target[:1] == "/" else f"{stem}{target}"
                    targets.add(element.get("Id", ""), posixpath.normpath(joined), kind)
        return targets

    def _read_parts(self, main: str, targets: Targets) -> list[SheetPart]:
        parts = []
        with self._archive.open(main) as stream:
            for name, element in _elements(stream):
                if name == "workbookPr" and _is_on(element.get("date1904")):
                    self._epoch = MAC_EPOCH
                elif name == "calcPr":
                    self._is_uncalculated = _is_on(element.get("fullCalcOnLoad"))
                elif name == "sheet":
                    key = next(v for k, v in element.items() if k.endswith("}id"))
                    path, kind = targets.by_key[key]
                    title = element.get("name", "")
                    is_hidden = element.get("state", "visible") != "visible"
                    parts.append(SheetPart(title, path, is_hidden, kind != "worksheet"))
        return parts

    def load(self) -> None:
        """Read the texts and the number formats that the sheets refer to."""
        texts: list[str] = []
        formats: list[str] = []
        if self.strings_path is not None:
            with self._archive.open(self.strings_path) as stream:
                for name, element in _elements(stream):
                    if name == "si":
                        texts.append(text_of(element))
                        element.clear()
        codes = dict(BUILTIN_FORMATS)
        if self.styles_path is not None:
            with self._archive.open(self.styles_path) as stream:
                for name, element in _elements(stream):
                    if name == "numFmt" and "formatCode" in element.attrib:
                        code = element.get("formatCode", "")
                        codes.setdefault(int(element.get("numFmtId", "0")), code)
                    elif name == "cellXfs":
                        ids = [int(xf.get("numFmtId", "0")) for xf in element]
                        formats = [codes.get(key, "General") for key in ids]
        self._cells = CellReader(
            texts,
            formats,
            epoch=self._epoch,
            is_uncalculated=self._is_uncalculated,
        )

    def read(self, part: SheetPart, *, max_rows: int, max_cells: int) -> Sheet:
        """
        Return the cells of one sheet.

        Parameters
        ----------
        part
            The sheet.
        max_rows
            Rows with a value that it may have.
        max_cells
            Cells that it may have.

        Raises
        ------
        OverflowError
            If it has more rows or cells.
        """
        sheet = Sheet()
        number = num_cells = 0
        arrays: list[tuple[MergedRange, FormulaGap]] = []
        hides_all = False
        with self._archive.open(part.path) as stream:
            for name, element in _elements(stream):
                if name == "row":
                    number = int(element.get("r") or number + 1)
                    cells = self._read_row(element, number, sheet, arrays)
                    num_cells += len(cells)
                    if cells:
                        sheet.rows.append((number, cells))
                        if _is_hidden(element, hides_all=hides_all):
                            sheet.hidden_rows.append(number)
                    if len(sheet.rows) > max_rows or num_cells > max_cells:
                        raise OverflowError
                    element.clear()
                elif name == "sheetFormatPr":
                    hides_all = _is_on(element.get("zeroHeight"))
                else:
                    _read_layout(name, element, sheet)
        _spread_arrays(sheet, arrays, max_cells)
        return sheet

    def _read_row(
        self,
        row: Element,
        number: int,
        sheet: Sheet,
        arrays: list[tuple[MergedRange, FormulaGap]],
    ) -> list[Cell]:
        """Return the cells up to the last that has a value."""
        cells: list[Cell] = []
        position = -1
        for element in row:
            place = element.get("r")
            position = coordinate_to_tuple(place)[1] - 1 if place else position + 1
            if position >= MAX_COLUMNS:
                continue
            value, formula = self._cells.read(element)
            if value is None:
                continue
            if position >= len(cells):
                cells.extend([None] * (position + 1 - len(cells)))
            cells[position] = value
            if (
                formula is not None
                and formula.get("t") == "array"
                and isinstance(value, FormulaGap)
            ):
                ref = formula.get("ref", "")
                arrays.append((_range_of(ref), value))
            if isinstance(value, (int, float)):
                code = self._cells.format_of(element)
                if set(code) == {"0"} and len(code) > 1:
                    sheet.formats[number, position] = code
        return cells


def _read_layout(name: str, element: Element, sheet: Sheet) -> None:
    """Add a merged range or hidden columns."""
    if name == "col" and _is_hidden(element, hides_all=False):
        first, last = int(element.get("min", "1")), int(element.get("max", "1"))
        sheet.hidden_columns.append((first - 1, last - 1))
    elif name == "mergeCell":
        sheet.merges.append(_range_of(element.get("ref", "")))
    if max(len(sheet.merges), len(sheet.hidden_columns)) > _MAX_RANGES:
        raise OverflowError


def _is_hidden(element: Element, *, hides_all: bool) -> bool:
    """Whether a row or column is hidden, filtered out, folded, or of no size."""
    if _is_on(element.get("hidden")):
        return True
    size = element.get("ht") or element.get("width")
    is_shown = size is not None and float(size) > 0
    return (size is not None and not is_shown) or (hides_all and not is_shown)


def _range_of(ref: str) -> MergedRange:
    first_column, first_row, last_column, last_row = range_boundaries(ref)
    if None in (first_column, first_row, last_column, last_row):
        raise ValueError(ref)
    return MergedRange(
        ref=ref,
        first_row=int(first_row or 0),
        last_row=int(last_row or 0),
        first=int(first_column or 0) - 1,
        last=int(last_column or 0) - 1,
    )


def _spread_arrays(
    sheet: Sheet, arrays: list[tuple[MergedRange, FormulaGap]], max_cells: int
) -> None:
    """Put a formula without results into all cells that it would have filled."""
    by_number = dict(sheet.rows) if arrays else {}
    num_left = max_cells
    for block, formula in arrays:
        num_rows = min(block.last_row - block.first_row + 1, len(by_number))
        num_left -= num_rows * (block.last - block.first + 1)
        if num_left < 0:
            raise OverflowError
        numbers = range(block.first_row, block.last_row + 1)
        kept = numbers if len(numbers) < len(by_number) else by_number
        for number in kept:
            if number in numbers and number in by_number:
                _fill(by_number[number], block, formula)


def _fill(cells: list[Cell], block: MergedRange, formula: FormulaGap) -> None:
    last = min(block.last, MAX_COLUMNS - 1)
    cells.extend([None] * (last + 1 - len(cells)))
    for position in range(block.first, last + 1):
        if cells[position] is None:
            cells[position] = formula
