"""Where a table begins: titles above, a header of one to three rows, a row of units."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from dispatch.files.cells.cell_words import is_empty
from dispatch.files.cells.parse import LITRES, UNITS, Cell, plain, unit_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.files.tables.columns import Column, Table
    from dispatch.files.tables.raw import MergedRange, RawTable

#: Lines of title, and rows of one header.
_MAX_TITLES: Final = 8
_MAX_HEADS: Final = 3
#: Fewer known words in a lower row may be chance.
_MIN_HEADERS: Final = 3
#: Headers are short; a longer text is none.
_MAX_HEADER_CHARS: Final = 200
#: What a row of units says of columns that have no unit.
_OTHER_UNITS: Final = frozenset(
    {"°", "度", "hh:mm", "时:分", "时分", "文本", "是/否", "yes/no", "单位", "unit"}
    | {"元", "台", "座", "处", "天", "日", "户", "村", "升/天", "l/day", "units"}
)

#: A row beneath the header that says what must be filled in.
_MARKS: Final = frozenset({"必填", "选填", "可选", "可不填", "required", "optional"})

Line = tuple[int, list[Cell]]


@dataclass(frozen=True, slots=True)
class _Head:
    """A possible header: its texts, the known columns, the lines that it takes."""

    texts: tuple[str, ...]
    known: int
    start: int
    depth: int


def find_head(raw: RawTable, table: Table) -> RawTable:
    """
    Return the table without titles above its header, its rows of header made one.

    牲畜 over 牛, 猪, 羊 gives 牛, 猪, 羊; 载水量 over 吨 gives 载水量（吨）.

    Parameters
    ----------
    raw
        The table as cells.
    table
        Columns that a header is recognised by.
    """
    top: Line = (raw.header_row, list(raw.header))
    lines = [top, *raw.rows[: _MAX_TITLES + _MAX_HEADS]]
    merges = tuple(m for m in raw.merges if m.first_row <= lines[-1][0])
    best = _Head(raw.header, len(_known(raw.header, table)), 0, 1)
    for start in range(min(len(lines), _MAX_TITLES + 1)):
        for depth in range(1, _MAX_HEADS + 1):
            part = lines[start : start + depth]
            if len(part) < depth or (depth > 1 and not _goes_on(part, merges, table)):
                break
            texts = _joined(part, merges, table)
            known = len(_known(texts, table))
            least = _MIN_HEADERS if start else 1
            rank, best_rank = (known, -depth), (best.known, -best.depth)
            if known >= least and rank > best_rank:
                best = _Head(texts, known, start, depth)
    rows = raw.rows[best.start + best.depth - 1 :]
    number = lines[best.start + best.depth - 1][0]
    return _with_units(
        replace(raw, header=best.texts, rows=rows, header_row=number), table
    )


def _known(texts: Sequence[str], table: Table) -> set[str]:
    matches = (table.find(text) for text in texts if 0 < len(text) < _MAX_HEADER_CHARS)
    return {pair[0].name for pair in matches if pair is not None}


def _text(cells: Sequence[Cell], position: int) -> str:
    cell = cells[position] if position < len(cells) else None
    return "" if is_empty(cell) else str(cell).strip()


def _is_words(cells: Sequence[Cell]) -> bool:
    """Whether a row has texts only, as headers do."""
    texts = [_text(cells, position) for position in range(len(cells))]
    return all(
        not re.match(r"[+-]?[\d.,:]+", plain(text[:_MAX_HEADER_CHARS]))
        for text in texts
    )


def _goes_on(part: list[Line], merges: tuple[MergedRange, ...], table: Table) -> bool:
    """Whether the last line is one more row of the header above it."""
    above, (number, lower) = part[-2][0], part[-1]
    if not _is_words(lower):
        return False
    if any(_is_group(merge, above, number) for merge in merges):
        return True
    # As CSV a merged cell keeps its text in the first place: the id has none below.
    return any(
        _column(_text(upper, position), table, "id") is not None
        and _text(lower, position) == ""
        for _, upper in part[:-1]
        for position in range(len(upper))
    )


def _is_group(merge: MergedRange, above: int, number: int) -> bool:
    is_down = merge.first_row <= above and merge.last_row >= number
    is_across = merge.first_row <= above <= merge.last_row and merge.last > merge.first
    return is_down or is_across


def _joined(
    part: list[Line], merges: tuple[MergedRange, ...], table: Table
) -> tuple[str, ...]:
    """Return one text per column of one to three rows of header."""
    if len(part) == 1:
        return tuple(_text(part[0][1], i) for i in range(len(part[0][1])))
    width = max(len(cells) for _, cells in part)
    rows = [_spread(line, part, merges, width) for line in part]
    return tuple(_one_text([row[i] for row in rows], table) for i in range(width))


def _spread(
    line: Line, part: list[Line], merges: tuple[MergedRange, ...], width: int
) -> list[str]:
    """Return the texts of a row; that of a group stands over all its columns."""
    number, cells = line
    texts = [_text(cells, position) for position in range(width)]
    if line is part[-1]:
        return texts
    wide = [m for m in merges if m.first_row == number and m.last > m.first]
    if merges:
        for merge in wide:
            last = min(merge.last, width - 1)
            for position in range(merge.first, last + 1):
                texts[position] = texts[merge.first]
        return texts
    lower = part[-1][1]
    for position in range(1, width):
        if not texts[position] and _text(lower, position):
            texts[position] = texts[position - 1]
    return texts


def _one_text(parts: list[str], table: Table) -> str:
    """Return the header that the texts above each other mean."""
    texts = list(dict.fromkeys(text for text in parts if text))
    if len(texts) < 2:
        return texts[0] if texts else ""
    unit = _unit_of(texts[-1])
    if unit is not None and table.find(texts[-1]) is None:
        return f"{_one_text(texts[:-1], table)}（{unit}）"
    # 交接点 over 纬度 is 交接点纬度 rather than 纬度.
    # 收水时间 over 开始 is 收水开始.
    short = re.sub("(时间|时段|情况|信息)$", "", texts[-2]) + texts[-1]
    for text in ("".join(texts), "".join(texts[-2:]), short, *reversed(texts[1:])):
        if len(text) < _MAX_HEADER_CHARS and table.find(text) is not None:
            return text
    if table.find(texts[0]) is not None and texts[0] == parts[0] and not any(parts[1:]):
        return texts[0]
    return " ".join(texts)


def _unit_of(text: str) -> str | None:
    """Return the unit that is all of a text, without brackets; None if it is none."""
    bare = plain(text[:_MAX_HEADER_CHARS]).strip("()[]【】<> ")
    bare = re.sub(r"^(单位|unit)\s*:?\s*(?=.)", "", bare, flags=re.IGNORECASE)
    key = unit_key(bare)
    is_unit = key in LITRES or any(key in units for units in UNITS.values())
    return bare if is_unit or bare.casefold() in _OTHER_UNITS else None


def _with_units(raw: RawTable, table: Table) -> RawTable:
    """Return the table without the row of units and repeated headers below its head."""
    header, rows, number = raw.header, raw.rows, raw.header_row
    while rows and (is_units := _is_units(rows[0][1], raw, table)) is not None:
        number, cells = rows[0]
        if is_units:
            header = tuple(
                _with_unit(text, _text(cells, position), table)
                for position, text in enumerate(header)
            )
        rows = rows[1:]
    return replace(raw, header=header, rows=rows, header_row=number)


def _is_units(cells: list[Cell], raw: RawTable, table: Table) -> bool | None:
    """Whether a row has units (True), or headers or 必填 only (False); else None."""
    texts = {i: text for i in range(len(cells)) if (text := _text(cells, i))}
    if not _is_words(cells):
        return None
    if is_repeated(cells, raw.header, table):
        return False
    if len(texts) > 1 and all(
        plain(t[:20]).strip("()") in _MARKS for t in texts.values()
    ):
        return False
    first = min(texts)
    is_label = plain(texts[first]).casefold().strip("():") in ("单位", "unit", "units")
    others = [text for position, text in texts.items() if position != first]
    ids = [i for i, head in enumerate(raw.header) if _column(head, table, "id")]
    if not all(i not in texts or (i == first and is_label) for i in ids):
        return None
    checked = others if is_label else texts.values()
    return True if checked and all(_unit_of(text) for text in checked) else None


def _column(head: str, table: Table, kind: str) -> Column | None:
    match = table.find(head) if 0 < len(head) < _MAX_HEADER_CHARS else None
    return match[0] if match is not None and match[0].kind == kind else None


def is_repeated(cells: list[Cell], header: Sequence[str], table: Table) -> bool:
    """
    Whether a row is the header once more, as printed on every page.

    Parameters
    ----------
    cells
        Cells of the row.
    header
        Texts of the header.
    table
        Columns of the table in the dictionary.
    """
    texts = {i: text for i in range(len(cells)) if (text := _text(cells, i))}
    if len(texts) < 2 or not all(isinstance(cells[i], str) for i in texts):
        return False
    same = 0
    for position, text in texts.items():
        head = header[position] if position < len(header) else ""
        match = table.find(text) if len(text) < _MAX_HEADER_CHARS else None
        head_match = table.find(head) if 0 < len(head) < _MAX_HEADER_CHARS else None
        if text != head and (
            match is None or head_match is None or match[0] != head_match[0]
        ):
            return False
        same += 1
    return same >= 2


def _with_unit(head: str, text: str, table: Table) -> str:
    match = table.find(head) if 0 < len(head) < _MAX_HEADER_CHARS else None
    unit = _unit_of(text) if text else None
    if match is None or match[1] or unit is None or match[0].kind not in UNITS:
        return head
    is_own = UNITS[match[0].kind].get(unit_key(unit)) == 1
    return head if is_own or unit in _OTHER_UNITS else f"{head}（{unit}）"
