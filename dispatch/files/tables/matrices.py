"""``travel_s.csv`` and ``travel_m.csv`` -> square matrices by place id."""

from __future__ import annotations

import io
import math
from collections import Counter
from dataclasses import replace
from decimal import ROUND_CEILING
from typing import IO, TYPE_CHECKING, Final, cast

import numpy as np

from dispatch.errors import Problem
from dispatch.files.cells.formulas import refuse_formula
from dispatch.files.cells.parse import (
    Cell,
    CellError,
    is_blank,
    parse_label,
    parse_quantity,
    show,
)
from dispatch.files.tables.raw import MAX_COLUMNS, guess_delimiter
from dispatch.model.travel import NO_ROAD, TravelTable
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Ints
    from dispatch.files.tables.raw import RawTable
    from dispatch.words.message import Message

#: 100 days or 100,000 km: more is a slip of the pen.
_MAX_VALUE: Final = 10_000_000
#: Marks and empty lines before the header: more is no plain table.
_MAX_START: Final = 16
#: Cells of plain numbers that are read at once.
_CELLS: Final = 2_000_000
#: Twenty thousand ids of many letters.
_MAX_HEAD_BYTES: Final = 2_000_000
#: A file with one broken unit would repeat itself in every cell.
_MAX_PROBLEMS: Final = 20

Matrix = tuple[list[str], "Ints"]


def read_matrix(raw: RawTable, problems: list[Problem]) -> Matrix | None:
    """
    Return the ids of both axes, in header order, and the matrix from row to column.

    An empty cell and -1 mean that there is no road (``NO_ROAD``); fractions are
    rounded up. None when rows and columns cannot be matched.

    Parameters
    ----------
    raw
        The table as cells.
    problems
        Receives every problem.
    """
    raw = _below_titles(raw)
    merges = [merge for merge in raw.merges if merge.last_row >= raw.header_row]
    if merges:
        shown = ", ".join(merge.ref for merge in merges[:8])
        problems.append(Problem(raw.file, say("merged_in_matrix", range=shown)))
        return None
    column_ids = _labels(list(raw.header[1:]), raw, problems)
    row_ids = _row_labels(raw, problems)
    if column_ids is None or row_ids is None:
        return None
    if not _same_ids(raw.file, row_ids, column_ids, problems):
        return None
    position = {label: idx for idx, label in enumerate(column_ids)}
    matrix = np.full((len(column_ids), len(column_ids)), NO_ROAD, dtype=np.int64)
    of_cells: list[Problem] = []
    for label, (number, cells) in zip(row_ids, raw.rows, strict=True):
        row = cells[1 : len(column_ids) + 1]
        values = _fast_row(row, len(column_ids))
        if values is None:
            values = _slow_row(row, number, raw, len(column_ids), of_cells)
        matrix[position[label]] = values
        if len(of_cells) >= _MAX_PROBLEMS:
            of_cells.append(Problem(raw.file, say("matrix_more_like_these")))
            break
    problems += of_cells
    _clear_diagonal(matrix, raw.file, problems)
    return column_ids, matrix


def _below_titles(raw: RawTable) -> RawTable:
    """Return the table without lines above its header that have one cell only."""
    while len(raw.header) == 1 and raw.rows:
        (number, cells), *rows = raw.rows
        header = ["" if is_blank(cell) else str(cell).strip() for cell in cells]
        while header and not header[-1]:
            header.pop()
        raw = replace(raw, header=tuple(header), rows=rows, header_row=number)
    return raw


def fast_matrix(data: bytes) -> Matrix | None:
    """
    Return a matrix of plain whole numbers read at once; None if it needs `read_matrix`.

    A table of 5,000 places is 25 million cells: as Python objects they would take
    gigabytes.
    """
    begin = data[:_MAX_START]  # of the whole there would be a second copy
    start = len(begin) - len(begin.lstrip(b"\xef\xbb\xbf\r\n"))
    end = data.find(b"\n", start)
    if not start < end < start + _MAX_HEAD_BYTES:
        return None
    try:
        # UTF-16 and GBK take the other way.
        head = data[start:end].decode("utf-8").rstrip("\r")
    except UnicodeDecodeError:
        return None
    mark = guess_delimiter(head)
    column_ids = [label.strip() for label in head.split(mark)[1:]]
    if not _is_square(data, start, mark, len(column_ids)):
        return None
    stream = io.BytesIO(data)
    stream.seek(end + 1)
    try:
        values = _whole_numbers(stream, mark, column_ids)
    except (ValueError, OverflowError):
        return None
    if values is None or values.min() < NO_ROAD or values.max() > _MAX_VALUE:
        return None
    return None if np.diagonal(values).any() else (column_ids, values)


def _whole_numbers(stream: IO[bytes], mark: str, ids: list[str]) -> Ints | None:
    """
    Return the matrix below a header, rows in the order of ``ids``; None if it is not.

    Parameters
    ----------
    stream
        Stands at the first row.
    mark
        What is between the cells.
    ids
        Of the columns.

    Raises
    ------
    ValueError
        If the rows cannot be read as a table.
    """
    import pandas as pd  # a quarter of a second, for large matrices only

    position = {label: idx for idx, label in enumerate(ids)}
    matrix = np.empty((len(ids), len(ids)), dtype=np.int64)
    row_ids: list[str] = []
    with pd.read_csv(
        stream,
        sep=mark,
        header=None,
        dtype={0: str},
        na_filter=False,
        low_memory=False,
        encoding="utf-8",
        chunksize=max(1, _CELLS // max(1, len(ids))),
    ) as rows:
        for frame in rows:
            labels = [label.strip() for label in frame[0]]
            row_ids += labels
            is_square = frame.shape[1] == len(ids) + 1 and len(row_ids) <= len(ids)
            if not is_square or not all(label in position for label in labels):
                return None
            if any(kind != np.int64 for kind in frame.dtypes.iloc[1:]):
                return None
            matrix[[position[label] for label in labels]] = frame.iloc[:, 1:]
    is_whole = sorted(row_ids) == sorted(position) and all(row_ids)
    return matrix if is_whole else None


def _is_square(data: bytes, start: int, mark: str, num_columns: int) -> bool:
    """Whether a file has as many cells as a square table of its header."""
    if start > 8 or len(mark.encode()) > 1 or not 0 < num_columns <= MAX_COLUMNS:
        return False
    if b'"' in data or data[start : start + 4].lower() == b"sep=":
        return False
    num_lines = data.count(b"\n") + (not data.endswith(b"\n"))
    num_blank = num_lines - num_columns - 1
    # Blank lines may follow the last one.
    return data.count(mark.encode()) == num_columns * (num_columns + 1) and (
        0 <= num_blank < 100
    )


def _labels(
    cells: Sequence[Cell], raw: RawTable, problems: list[Problem]
) -> list[str] | None:
    labels: list[str] = []
    for cell in cells:
        try:
            label = "" if is_blank(cell) else _label(cell)
        except CellError as error:
            problems.append(
                Problem(raw.file, error.message, row=raw.header_row, value=show(cell))
            )
            return None
        if not label:
            problems.append(
                Problem(raw.file, say("matrix_no_column_id"), row=raw.header_row)
            )
            return None
        labels.append(label)
    return labels


def _label(cell: Cell, style: str = "") -> str:
    refuse_formula(cell, is_text=True)
    return parse_label(cell, style)


def _row_labels(raw: RawTable, problems: list[Problem]) -> list[str] | None:
    labels = []
    for number, cells in raw.rows:
        try:
            if is_blank(cells[0]):
                raise CellError(say("matrix_no_row_id"))
            labels.append(_label(cells[0], raw.formats.get((number, 0), "")))
        except CellError as error:
            problems.append(
                Problem(raw.file, error.message, number, raw.header[0], show(cells[0]))
            )
            return None
    return labels


def _same_ids(
    file: str, rows: list[str], columns: list[str], problems: list[Problem]
) -> bool:
    num_before = len(problems)
    for what, labels in (("row", rows), ("column", columns)):
        twice = sorted(label for label, num in Counter(labels).items() if num > 1)
        if not twice:
            continue
        message = say(f"matrix_{what}_twice", places=_list(twice))
        problems.append(Problem(file, message))
    for what, labels, others in (("row", rows, columns), ("column", columns, rows)):
        missing = sorted(set(others) - set(labels))
        if missing:
            message = say(f"matrix_{what}_missing", places=_list(missing))
            problems.append(Problem(file, message))
    return len(problems) == num_before


def _list(labels: Sequence[str]) -> Message | str:
    shown = ", ".join(labels[:8])
    if len(labels) <= 8:
        return shown
    return say("places_and_more", places=shown, count=len(labels) - 8)


def _fast_row(row: list[Cell], num_columns: int) -> Ints | None:
    """Return a row of plain numbers at once; None if it needs a closer look."""
    if len(row) != num_columns:
        return None
    # Python reads 1_000 as a number, which no table means.
    if any(isinstance(cell, bool) or (cell and "_" in str(cell)) for cell in row):
        return None
    try:
        numbers = [NO_ROAD if cell in ("", None) else cell for cell in row]
        values = np.array(list(map(float, cast("list[str]", numbers))))
    except (ValueError, TypeError, OverflowError):
        return None
    is_good = ((values >= 0) & (values <= _MAX_VALUE)) | (values == NO_ROAD)
    return np.ceil(values).astype(np.int64) if is_good.all() else None


def _slow_row(
    row: list[Cell],
    number: int,
    raw: RawTable,
    num_columns: int,
    problems: list[Problem],
) -> Ints:
    values = np.full(num_columns, NO_ROAD, dtype=np.int64)
    for position, cell in enumerate(row):
        if is_blank(cell):
            continue
        try:
            values[position] = _whole(cell)
        except CellError as error:
            column = raw.header[position + 1]
            problems.append(
                Problem(raw.file, error.message, number, column, show(cell))
            )
    return values


def _whole(cell: Cell) -> int:
    refuse_formula(cell)
    try:
        value = parse_quantity(cell, "number")
    except CellError as error:
        raise CellError(say("matrix_whole")) from error
    whole = int(value.to_integral_value(ROUND_CEILING))
    if whole == NO_ROAD and value == NO_ROAD:
        return NO_ROAD
    if value < 0:
        raise CellError(say("matrix_not_negative"))
    if whole > _MAX_VALUE or not math.isfinite(value):
        raise CellError(say("must_be_at_most", high=_MAX_VALUE))
    return whole


def _clear_diagonal(matrix: Ints, file: str, problems: list[Problem]) -> None:
    diagonal = np.diagonal(matrix)
    if np.any(diagonal > 0):
        problems.append(Problem(file, say("matrix_diagonal"), severity="warning"))
    np.fill_diagonal(matrix, 0)


def build_travel_table(
    seconds: tuple[str, Matrix],
    metres: tuple[str, Matrix] | None,
    place_ids: Sequence[str],
    problems: list[Problem],
) -> TravelTable | None:
    """
    Return the travel table of the scenario's places, in their order.

    Parameters
    ----------
    seconds, metres
        File name and matrix.
    place_ids
        Every depot, source and village; each needs its row and column.
    problems
        Receives every place that a matrix lacks or has too many.
    """
    times = _align(*seconds, place_ids, problems)
    lengths = None if metres is None else _align(*metres, place_ids, problems)
    if times is None:
        return None
    return TravelTable(place_ids=tuple(place_ids), seconds=times, metres=lengths)


def _align(
    file: str, matrix: Matrix, place_ids: Sequence[str], problems: list[Problem]
) -> Ints | None:
    labels, values = matrix
    position = {label: idx for idx, label in enumerate(labels)}
    missing = [label for label in place_ids if label not in position]
    if missing:
        message = say("matrix_place_missing", places=_list(missing))
        problems.append(Problem(file, message))
        return None
    unknown = sorted(set(labels) - set(place_ids))
    if unknown:
        message = say("matrix_place_unknown", places=_list(unknown))
        problems.append(Problem(file, message, severity="warning"))
    order = [position[label] for label in place_ids]
    if order == list(range(len(labels))):
        return values  # a copy of a county's takes as long as reading it
    return values[np.ix_(order, order)]
