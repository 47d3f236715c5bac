"""Cells that hold one word of a closed list, in either language, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.files.cells.moments import parse_moment
from dispatch.files.cells.parse import Cell, CellError, plain, show
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.model.road_limits import Moment

#: Values by kind of column, each with its words; the first is written in Chinese.
CHOICES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "node_kind": {
        "reservoir": ("水库",),
        "pond": ("山塘", "塘坝", "塘"),
        "river": ("河道", "河", "江"),
        "junction": ("分水口", "分水点", "汇合点"),
        "sump": ("集水池", "前池"),
        "plant": ("水厂",),
        "tank": ("清水池", "水池", "高位水池", "水塔"),
        "outlet": ("放水口", "出水口"),
    },
    "canal_state": {
        "ok": ("完好", "正常", "畅通"),
        "silted": ("淤塞", "淤积"),
        "broken": ("损毁", "垮塌", "断", "损坏"),
    },
    "grade": {
        "normal": ("正常", "不旱"),
        "light": ("轻旱",),
        "heavy": ("重旱",),
        "dead": ("干枯", "绝收"),
    },
    "energy": {
        "diesel": ("柴油", "柴油机"),
        "petrol": ("汽油", "汽油机", "gasoline"),
        "electric": ("电", "电动", "电机"),
    },
    "pump_state": {
        "ok": ("完好", "正常", "可用"),
        "broken": ("损坏", "故障", "坏"),
    },
    "post_kind": {
        "gate": ("闸口", "闸门", "放水闸"),
        "canal": ("巡渠", "渠道"),
        "pump": ("泵站", "水泵", "抽水"),
        "valve": ("阀门",),
        "tank": ("水池", "清水池"),
        "reservoir": ("水库", "大坝"),
    },
}

#: What stands for the end of a post that exists only while water flows.
FLOWING: Final = "flowing"
_FLOWING_ZH: Final = "放水期间"
_FLOWING: Final = frozenset(
    {FLOWING, "while flowing", _FLOWING_ZH, "有水时", "放水时", "通水期间"}
)


def parse_choice(cell: Cell, kind: str) -> str:
    """
    Return the value that a word means.

    Parameters
    ----------
    cell
        A cell that is not blank.
    kind
        Kind of the column, a key of `CHOICES`.

    Raises
    ------
    CellError
        With the words that are known.
    """
    text = plain(show(cell)).casefold()
    for value, words in CHOICES[kind].items():
        if text == value or text in words:
            return value
    known = ", ".join(f"{words[0]} {value}" for value, words in CHOICES[kind].items())
    raise CellError(say("must_be_one_of", known=known))


def format_choice(value: str, kind: str, *, chinese: bool) -> str:
    """
    Return the word to write for a value.

    Parameters
    ----------
    value
        A value of the kind.
    kind
        Kind of the column, a key of `CHOICES`.
    chinese
        Whether to write Chinese.
    """
    return CHOICES[kind][value][0] if chinese else value


def parse_post_end(cell: Cell) -> Moment | str:
    """
    Return until when a post exists; `FLOWING`: while water flows.

    Raises
    ------
    CellError
        If it is neither those words nor a moment.
    """
    if plain(show(cell)).casefold() in _FLOWING:
        return FLOWING
    try:
        return parse_moment(cell)
    except CellError as error:
        raise CellError(say("must_be_post_end")) from error


def format_flowing(*, chinese: bool) -> str:
    """Return the words for a post that exists only while water flows."""
    return _FLOWING_ZH if chinese else "while flowing"
