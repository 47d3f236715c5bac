"""Words in place of a value: what 无, a dash or 不限 means in each column."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

from dispatch.files.cells.parse import Cell, CellError, is_blank, plain
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.files.tables.columns import Column

Word = Literal["none", "not_known", "dash", "unlimited"]

_WORDS: Final[dict[str, Word]] = {
    **dict.fromkeys(("无", "没有", "没", "零", "none", "null", "nil", "no"), "none"),
    **dict.fromkeys(("n/a", "n.a.", "n.a", "na", "nothing"), "none"),
    **dict.fromkeys(("暂无", "空", "空的", "未知", "不详", "不知道"), "not_known"),
    **dict.fromkeys(("不清楚", "待定", "待查", "待核实", "未填"), "not_known"),
    **dict.fromkeys(("unknown", "tbd", "?", "??", "empty"), "not_known"),
    **dict.fromkeys(("-", "--", "---", "—", "——", "–", "―", "_"), "dash"),
    **dict.fromkeys(("/", "//", "\\", "...", "......", "*"), "dash"),
    **dict.fromkeys(("不限", "无限", "无限制", "不限制", "不限量"), "unlimited"),
    **dict.fromkeys(("没有限制", "没限制", "充足", "足够", "敞开供应"), "unlimited"),
    **dict.fromkeys(("不设限", "无限量", "全部", "∞", "inf"), "unlimited"),
    **dict.fromkeys(("unlimited", "not limited", "no limit"), "unlimited"),
    **dict.fromkeys(("enough", "plenty"), "unlimited"),
}
#: Words for a window that is always open.
_ALWAYS: Final = frozenset(
    {"全天", "全天候", "24小时", "整天", "随时", "all day", "always", "any time"}
)
#: Kinds whose cells are words anyway, or that have own words.
_TEXTS: Final = frozenset({"id", "ref", "text", "wkt", "path", "yes_no", "speed_kind"})

_MAX_CHARS: Final = 40

Meaning = Literal["empty", "zero", "unlimited"]


def is_empty(cell: Cell) -> bool:
    """Whether there is nothing at all in a cell, not even a dash."""
    if cell is None:
        return True
    if isinstance(cell, float):
        return math.isnan(cell)
    if not isinstance(cell, str):
        return False
    return not cell.strip() or (len(cell) <= _MAX_CHARS and plain(cell) == "")


def meaning_of(cell: Cell, column: Column) -> Meaning | None:
    """
    Return what stands for a cell without a value; None if it has one.

    ``unlimited`` is what an empty cell of that column means.

    Parameters
    ----------
    cell
        Any cell.
    column
        Decides what the word means, and whether a limit may be left out.

    Raises
    ------
    CellError
        If the word can mean two things in this column.
    """
    if is_empty(cell):
        return "empty"
    # No word is longer; nor shall a long text be searched.
    if not isinstance(cell, str) or len(cell) > _MAX_CHARS:
        return None
    if column.kind in _TEXTS:
        # For yes or no, 无 and / are answers that nobody should guess at.
        return "empty" if column.kind != "yes_no" and is_blank(cell) else None
    text = plain(cell).casefold()
    word = _WORDS.get(text)
    if column.kind == "clocks" and text in _ALWAYS:
        return "unlimited"
    if word is None or (column.kind == "access" and word == "none" and text == "no"):
        return None
    if word == "unlimited":
        return "unlimited" if column.may_be_unlimited else None
    return _of_none(word, column)


def is_none_word(cell: Cell) -> bool:
    """Whether a cell says in words or by a dash that there is nothing."""
    if not isinstance(cell, str):
        return False
    return _WORDS.get(plain(cell).casefold()) in ("none", "dash")


def _of_none(word: Word, column: Column) -> Meaning:
    if column.words == "empty":
        return "empty"
    if column.words == "zero" and word == "none":
        return "zero"
    if column.words == "free" and word in ("none", "dash"):
        return "unlimited"
    if column.may_be_unlimited and column.low == 0:
        raise CellError(say("none_or_unlimited"))
    if column.may_be_unlimited:
        raise CellError(say("number_or_unlimited"))
    if column.required:
        raise CellError(say("must_not_be_empty"))
    raise CellError(say("none_or_empty"))
