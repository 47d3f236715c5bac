"""Rows of a table that are no object: sums, signatures, notes, repeated headers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dispatch.errors import Problem
from dispatch.files.cells.cell_words import is_empty
from dispatch.files.cells.parse import plain, show
from dispatch.files.tables.columns import header_key, tables
from dispatch.files.tables.heads import is_repeated
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dispatch.files.cells.parse import Cell
    from dispatch.files.tables.columns import Table
    from dispatch.files.tables.raw import RawTable

_SUM_WORDS: Final = (
    "合计|小计|总计|共计|累计|汇总|总和|总数|平均|平均值|平均数|均值|最大值|最小值|"
    "total|subtotal|sub-total|grand total|sum|average|avg|mean"
)
#: 合计, 合 计：, 合计（3个村）, 共计 5 户; with a name before it, 永和镇合计.
_SUM: Final = re.compile(
    rf"(.*?)({_SUM_WORDS})(\(.*\)|\d*(个|户|村|处|辆|台|人)*)?:?"
    r"|()(计|共\d+(个|户|村|处|辆|台|人)+):?",
    re.DOTALL,
)
_SIGNED: Final = re.compile(
    r"(填表|制表|填报|审核|审批|审定|复核|校对|批准|负责|经办|主管|分管|单位负责|统计|录入)"
    r"(人|单位|领导|日期|时间|员|部门)?(\(?(签字|签名|签章|盖章)\)?)?:.*"
    r"|(日期|签字|签名|签章|盖章|公章|联系人|联系电话|电话|报送单位|单位名称"
    r"|填表说明|填报说明):.*"
    r"|(填表人|制表人|审核人|负责人|经办人|签字|盖章|制表日期|填表日期)"
    r"|\d{4}[年/.-]\d{1,2}[月/.-]\d{1,2}日?"
    r"|(prepared|checked|approved|signed|filled in) by.*|(signature|date):.*",
    re.DOTALL,
)
_NOTE: Final = re.compile(
    r"(注|备注|说明|附注|注意|提示|note|notes|n\.b\.|remark|remarks|source|数据来源)"
    r"\d*[:.、].*|[*※#].*|注",
    re.DOTALL,
)
#: 一、和平片区 and （二）: the numbers of parts of a table.
_SECTION: Final = re.compile(
    r"[一二三四五六七八九十]{1,3}[、.:]|\([一二三四五六七八九十]{1,3}\)"
)
#: A sign of some sum or mean.
_HINT: Final = re.compile(
    "[计总均值和例]|total|sum|average|avg|mean|example", re.IGNORECASE
)
#: Ids of a row that shows how to fill in the others.
_EXAMPLES: Final = frozenset(
    {"示例", "例", "例子", "样例", "填写示例", "例如", "example"}
)
#: Headers of all tables: an id that is one of them is most likely a header.
_HEADERS: Final = frozenset(
    header_key(name)
    for table in tables().values()
    for column in table.columns
    for name in (column.name, column.zh, *column.aliases)
)
#: Longer texts are remarks; only their beginning tells the kind.
_MAX_CHARS: Final = 200


def drop_side_rows(
    raw: RawTable,
    table: Table,
    ways: Sequence[Collection[int]],
    problems: list[Problem],
) -> RawTable:
    """
    Return the table without rows that are no object; a warning reports each.

    Parameters
    ----------
    raw
        The table as cells.
    table
        Columns of the table in the dictionary.
    ways
        Positions of the columns that every object fills; several where objects may
        fill one set or another, such as ``lat`` and ``lon`` or ``position``.
    problems
        Receives every problem.
    """
    kept = []
    for number, cells in raw.rows:
        key = _kind_of(cells, raw, table, ways)
        if key is None:
            kept.append((number, cells))
            continue
        text = show(next(cell for cell in cells if not is_empty(cell)))
        message = say(key)
        problems.append(Problem(raw.file, message, number, None, text, "warning"))
    return raw if len(kept) == len(raw.rows) else replace(raw, rows=kept)


def _kind_of(
    cells: list[Cell], raw: RawTable, table: Table, ways: Sequence[Collection[int]]
) -> str | None:
    """Return the message of a row that is no object; None for all others."""
    lacks = all(
        any(i >= len(cells) or is_empty(cells[i]) for i in needed) for needed in ways
    )
    if not lacks and not any(_may_be_side(cell) for cell in cells[:4]):
        return None
    first = [cell for cell in cells if not is_empty(cell)][:3]
    texts = [_key(cell) for cell in first if isinstance(cell, str)]
    # A row with all that it needs is an object, unless 平均 is its id.
    for text in texts if lacks or not isinstance(first[0], str) else texts[:1]:
        match = _SUM.fullmatch(text)
        if match is not None and (lacks or not match[1]):
            return "row_is_sum"
    if texts and texts[0] in _EXAMPLES and isinstance(first[0], str):
        return "row_is_example"
    if not lacks or not texts or not isinstance(first[0], str):
        return "row_is_header" if is_repeated(cells, raw.header, table) else None
    if _SIGNED.fullmatch(texts[0]):
        return "row_is_signature"
    is_alone = sum(not is_empty(cell) for cell in cells) == 1
    if is_alone and (_NOTE.fullmatch(texts[0]) or _SECTION.match(texts[0])):
        return "row_is_note"
    return "row_is_header" if is_repeated(cells, raw.header, table) else None


def _may_be_side(cell: Cell) -> bool:
    """Whether a closer look at a whole row is worth its time."""
    if not isinstance(cell, str):
        return False
    is_hint = _HINT.search(cell[:_MAX_CHARS]) is not None
    return is_hint or header_key(cell[:20]) in _HEADERS


def _key(cell: str) -> str:
    """Return a text as the patterns have it: half-width, small, without blanks."""
    text = plain(cell[:_MAX_CHARS]).casefold()
    if text.isascii():
        return text
    return re.sub(r"\s+", "", text)
