"""One cell of a spreadsheet -> a value with its unit, or what is wrong with it."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Final

from dispatch.files.cells.water_units import WATER_UNITS
from dispatch.words.message import MessageError, say

Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
"""What a CSV file (text only) or a sheet holds in one cell."""


#: What a spreadsheet shows where a formula failed.
_SHEET_ERRORS: Final = frozenset(
    {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!"}
    | {"#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#GETTING_DATA"}
)
#: Cells of numbers, times and words are short.
MAX_SHORT_CHARS: Final = 4000


class CellError(MessageError):
    """A cell that cannot be read; says what to write instead."""


#: Texts that people write into a cell that has no value.
_BLANK: Final = frozenset(
    {"", "-", "--", "—", "——", "/", "无", "没有", "n/a", "n.a.", "none", "null"}
)

_NUMBER: Final = re.compile(
    r"([+-]?(?:\d{1,3}(?:[, ']\d{3})+|\d+)?(?:\.\d*)?(?:e[+-]?\d{1,3})?)\s*"
    r"(万|千(?![克米升瓦])|百)?\s*(.*)",
    re.DOTALL,
)
_TIMES: Final = {"万": 10_000, "千": 1_000, "百": 100}
#: 1.000 is one, or a thousand where dots part the thousands.
_DOTTED: Final = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}(?![\d.])")

#: Litres of one unit; a tonne of water is taken as a cubic metre.
LITRES: Final = {
    **dict.fromkeys(("l", "升", "公升", "kg", "公斤", "litre", "litres"), Decimal(1)),
    **dict.fromkeys(("liter", "liters", "lt"), Decimal(1)),
    **dict.fromkeys(("t", "吨", "m3", "m^3", "方", "立方", "立方米"), Decimal(1000)),
    **dict.fromkeys(("公吨", "ton", "tons", "kl", "千升", "cbm"), Decimal(1000)),
    **dict.fromkeys(("ml", "毫升"), Decimal("0.001")),
}
_SECONDS: Final = {
    **dict.fromkeys(("s", "sec", "秒", "seconds"), Decimal(1)),
    **dict.fromkeys(("min", "分", "分钟", "minutes"), Decimal(60)),
    **dict.fromkeys(("h", "小时", "时", "hours"), Decimal(3600)),
}
_TONNES: Final = {
    **dict.fromkeys(("t", "吨", "公吨", "ton", "tons"), Decimal(1)),
    **dict.fromkeys(("kg", "公斤", "千克"), Decimal("0.001")),
}
_METRES: Final = {
    **dict.fromkeys(("m", "米"), Decimal(1)),
    **dict.fromkeys(("cm", "厘米"), Decimal("0.01")),
    **dict.fromkeys(("km", "公里", "千米"), Decimal(1000)),
}
_COUNTS: Final = dict.fromkeys(
    (
        "人",
        "口",
        "头",
        "只",
        "羽",
        "次",
        "车",
        "个",
        "辆",
        "条",
        "户",
        "people",
        "head",
    ),
    Decimal(1),
)
_PLAIN: Final = dict.fromkeys(
    ("km/h", "公里/小时", "l", "升", "元", "元/公里", "倍"), Decimal(1)
)


def _flows(hours: int) -> dict[str, Decimal]:
    """Return litres per minute (``hours`` = 0) or per hour (1) of every flow unit."""
    times = {
        **dict.fromkeys(("min", "m", "分", "分钟", "minute"), 60),
        **dict.fromkeys(("s", "秒"), 1),
        **dict.fromkeys(("h", "小时", "时", "hour"), 3600),
    }
    target = 3600 if hours else 60
    return {
        f"{volume}/{time}": litres * target / seconds
        for volume, litres in LITRES.items()
        for time, seconds in times.items()
    }


#: Factor of every unit to the unit of the column, by kind.
UNITS: Final = {
    "count": _COUNTS,
    "number": _PLAIN,
    "litres_down": LITRES,
    "litres_up": LITRES,
    "l_per_min": {**_flows(0), "l": Decimal(1), "升": Decimal(1)},
    "l_per_h": {**_flows(1), "l": Decimal(1), "升": Decimal(1)},
    "tonnes": _TONNES,
    "metres": _METRES,
    "percent": {"%": Decimal(1)},
    "seconds": _SECONDS,
    **WATER_UNITS,
}


def dotted_thousands(cell: Cell) -> Decimal | None:
    """
    Return the other reading of ``1.000``, a thousand; None where there is only one.

    The cell is text: of a number cell the sheet itself knows the size.
    """
    if not isinstance(cell, str):
        return None
    match = _DOTTED.match(plain(cell))
    return None if match is None else Decimal(match[0].replace(".", ""))


def plain(text: str) -> str:
    """Return text with half-width letters and digits, trimmed."""
    if text.isascii():  # most of a large table
        return text.strip()
    normal = unicodedata.normalize("NFKC", text)
    return normal.replace("\u200b", "").replace("\ufeff", "").strip()


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing."""
    if cell is None:
        return True
    if isinstance(cell, float):
        return math.isnan(cell)
    return isinstance(cell, str) and plain(cell).casefold() in _BLANK


def show(cell: Cell) -> str:
    """Return the cell as a short text, for messages."""
    text = cell if isinstance(cell, str) else _text_of_number(cell)
    text = "".join(char if char.isprintable() else " " for char in text)
    return text if len(text) <= 60 else text[:57] + "..."


def _text_of_number(cell: Cell) -> str:
    if isinstance(cell, int) and abs(cell) >= 10**60:
        return f"{Decimal(cell):.3e}"  # Python refuses to write out 5,000 digits
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e16:
        return str(int(cell))
    return str(cell)


def parse_quantity(cell: Cell, kind: str, *, header_unit: str = "") -> Decimal:
    """
    Return a number in the unit of its kind, exactly as written.

    Parameters
    ----------
    cell
        A cell that is not blank.
    kind
        Decides which units are known and which one comes back.
    header_unit
        Unit in the brackets of the header; it holds for cells without a unit.

    Raises
    ------
    CellError
        If it is no finite number, or in an unknown unit.
    """
    units = UNITS[kind]
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        raise CellError(say("must_be_number_cell"))
    if isinstance(cell, str):
        number, unit = _split_number(plain(cell).casefold())
    elif isinstance(cell, int):
        number, unit = Decimal(cell), ""
    else:
        if not math.isfinite(cell):
            raise CellError(say("must_be_number"))
        number, unit = Decimal(repr(cell)), ""
    unit = unit or unit_key(header_unit)
    factor = units.get(unit) if unit else Decimal(1)
    if factor is None:
        known = ", ".join(list(units)[:6])
        raise CellError(say("unit_unknown", unit=unit, known=known))
    return number * factor


def unit_key(text: str) -> str:
    """Return a unit without case, width and the words that go with it."""
    unit = re.sub(r"\s+", "", plain(text).casefold())
    unit = unit.replace("每", "/").replace("·", "/").replace("立方米", "m3")
    return re.sub(r"/(日|天|day|d)$", "", unit)


def _split_number(text: str) -> tuple[Decimal, str]:
    match = _NUMBER.fullmatch(text)
    digits = "" if match is None else re.sub(r"[, ']", "", match[1])
    if match is None or not any(char.isdigit() for char in digits):
        raise CellError(say("must_be_number"))
    rest = match[3]
    if rest.startswith((",", ".")) or rest[:1].isdigit():
        raise CellError(say("must_be_one_number"))
    try:
        number = Decimal(digits)
    except InvalidOperation as error:
        raise CellError(say("must_be_number")) from error
    return number * _TIMES.get(match[2], 1), unit_key(rest)


def parse_whole(cell: Cell, kind: str, *, header_unit: str = "") -> int:
    """
    Return whole people, litres or seconds; litres and seconds are rounded.

    Parameters
    ----------
    cell
        A cell that is not blank.
    kind
        ``litres_down``, ``litres_up`` and ``seconds`` round; others must be whole.
    header_unit
        Unit in the brackets of the header; empty: the unit of the kind.

    Raises
    ------
    CellError
        If it is no number, in an unknown unit, or should be whole and is not.
    """
    number = parse_quantity(cell, kind, header_unit=header_unit)
    if kind == "litres_down":
        return int(number.to_integral_value(ROUND_FLOOR))
    if kind in ("litres_up", "seconds"):
        return int(number.to_integral_value(ROUND_CEILING))
    if number != number.to_integral_value():
        raise CellError(say("must_be_whole"))
    return int(number)


def parse_label(cell: Cell, number_format: str = "") -> str:
    """
    Return an id exactly as written; whole numbers of a sheet lose their ``.0``.

    Parameters
    ----------
    cell
        A cell that is not blank.
    number_format
        Format of the cell in its sheet, which may show leading zeros.

    Raises
    ------
    CellError
        If digits were lost before (dates, ``4.3E+11``, more than 15 digits).
    """
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        raise CellError(say("must_be_text_cell"))
    if isinstance(cell, str):
        label = cell.replace("\ufeff", "").replace("\u200b", "").strip()
        refuse_sheet_error(label)
        if re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", label):
            raise CellError(say("code_digits_lost"))
    else:
        label = _label_of_number(cell, number_format)
    if len(label) > 64:
        raise CellError(say("too_many_characters", most=64))
    if not label.isprintable():
        raise CellError(say("must_be_one_line"))
    return label


def refuse_sheet_error(text: str) -> None:
    """
    Raise for ``#REF!`` and other errors of a sheet.

    Raises
    ------
    CellError
        With the advice to mend the formula.
    """
    if text.strip().upper() in _SHEET_ERRORS:
        raise CellError(say("formula_failed"))


def _label_of_number(cell: float, number_format: str) -> str:
    if isinstance(cell, float) and (not math.isfinite(cell) or cell != int(cell)):
        raise CellError(say("must_be_text_or_whole"))
    if abs(cell) >= 1e15:
        raise CellError(say("code_too_long_for_number"))
    digits = str(int(cell))
    # A sheet that shows 1 as 001 means the label 001.
    return digits.zfill(len(number_format)) if set(number_format) == {"0"} else digits


def parse_text(cell: Cell) -> str:
    """
    Return free text on one line; a phone number keeps all its digits.

    Raises
    ------
    CellError
        If it is an error of the sheet or longer than 1000 characters.
    """
    if isinstance(cell, bool):
        return "是" if cell else "否"
    text = cell if isinstance(cell, str) else _text_of_number(cell)
    text = " ".join(text.replace("\ufeff", "").split())
    text = "".join(char for char in text if char.isprintable())
    refuse_sheet_error(text)
    if len(text) > 1000:
        raise CellError(say("too_many_characters", most=1000))
    return text


_YES: Final = frozenset(
    [
        "yes",
        "y",
        "true",
        "t",
        "1",
        "是",
        "可",
        "可以",
        "能",
        "有",
        "√",
        "✓",
        "对",
        "可饮用",
        "饮用",
        "1.0",
    ]
)
_NO: Final = frozenset(
    [
        "no",
        "n",
        "false",
        "f",
        "0",
        "否",
        "不",
        "不可",
        "不可以",
        "不能",
        "无",
        "没有",
        "×",
        "x",
        "✗",
        "不可饮用",
        "非饮用",
        "0.0",
    ]
)


def parse_yes_no(cell: Cell) -> bool:
    """
    Return whether a cell says yes.

    Raises
    ------
    CellError
        If it is neither yes nor no.
    """
    if isinstance(cell, bool):
        return cell
    text = plain(show(cell)).casefold()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise CellError(say("must_be_yes_no"))


_DEGREES: Final = re.compile(
    r"(?:北纬|东经|[ne])?\s*(\d{1,3})(?:°|度)\s*(?:(\d{1,2}(?:\.\d+)?)(?:'|′|分)\s*"
    r"(?:(\d{1,2}(?:\.\d+)?)(?:\"|″|''|秒)?)?)?\s*[ne]?"
)


def parse_degrees(cell: Cell) -> float:
    """
    Return decimal degrees; degrees, minutes and seconds are understood too.

    Raises
    ------
    CellError
        If it is no finite angle.
    """
    if isinstance(cell, str):
        text = plain(cell).casefold().replace("′′", "″")
        match = _DEGREES.fullmatch(text)
        if match is not None:
            degrees, minutes, seconds = (float(part or 0) for part in match.groups())
            return degrees + minutes / 60 + seconds / 3600
        text = re.sub(r"^(北纬|东经|[ne](?=\s*\d))\s*|\s*°?\s*[ne]?$", "", text)
        if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", text):
            raise CellError(say("must_be_degrees"))
        value = float(text)
    elif isinstance(cell, bool) or not isinstance(cell, (int, float)):
        raise CellError(say("must_be_degrees"))
    else:
        value = float(cell) if abs(cell) < 1e6 else math.inf
    if not math.isfinite(value):
        raise CellError(say("must_be_degrees"))
    return value
