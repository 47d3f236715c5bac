"""One cell and its column -> a checked value, or what is wrong with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from dispatch.files.cells.choices import CHOICES, parse_choice, parse_post_end
from dispatch.files.cells.clocks import parse_clock_cell
from dispatch.files.cells.formulas import refuse_formula
from dispatch.files.cells.moments import parse_date, parse_moment
from dispatch.files.cells.parse import (
    MAX_SHORT_CHARS,
    UNITS,
    Cell,
    CellError,
    dotted_thousands,
    parse_degrees,
    parse_label,
    parse_quantity,
    parse_text,
    parse_whole,
    parse_yes_no,
    plain,
    show,
    unit_key,
)
from dispatch.model.roads import CLOSED, NO_HEAVY, OPEN
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.arrays import Points
    from dispatch.files.tables.columns import Column
    from dispatch.model.road_limits import LimitShape

_WHOLE: Final = frozenset({"count", "litres_down", "litres_up", "seconds"})
#: Kinds that hold lines on a map.
_LONG: Final = frozenset({"wkt", "path"})
#: Kinds in which thousands are common and three decimals are not.
_DOT_KINDS: Final = frozenset({*_WHOLE, "l_per_min", "l_per_h"})


def parse_value(
    cell: Cell, column: Column, *, header_unit: str = "", number_format: str = ""
) -> Any:
    """
    Return the value of a cell that is not blank, checked against its range.

    Parameters
    ----------
    cell
        A cell that is not blank.
    column
        Kind, unit and range of the column.
    header_unit
        Unit in the brackets of the header; empty: the column's own.
    number_format
        Format of the cell in its sheet, which may show leading zeros.

    Raises
    ------
    CellError
        With a sentence what to write instead.
    """
    kind = column.kind
    refuse_formula(cell, is_text=kind in ("text", "id", "ref"))
    if isinstance(cell, str) and len(cell) > MAX_SHORT_CHARS and kind not in _LONG:
        raise CellError(say("too_many_characters", most=MAX_SHORT_CHARS))
    if kind in _DOT_KINDS:
        _refuse_dotted(cell, column, header_unit)
    if kind in _WHOLE:
        return _in_range(parse_whole(cell, kind, header_unit=header_unit), column)
    if kind in UNITS:
        number = parse_quantity(cell, kind, header_unit=header_unit)
        return _in_range(float(number), column)
    if kind in ("lat", "lon"):
        # Off the map is reported with both coordinates, in case they are swapped.
        return parse_degrees(cell)
    if kind in ("id", "ref"):
        return parse_label(cell, number_format)
    if kind in CHOICES:
        return parse_choice(cell, kind)
    return _OTHER_KINDS[kind](cell)


def _refuse_dotted(cell: Cell, column: Column, header_unit: str) -> None:
    """Raise for ``1.000`` people or litres: it can be one and a thousand."""
    thousands = dotted_thousands(cell)
    if thousands is None or (column.high or 0) < abs(thousands):
        return
    rest = re.sub(r"^[+-]?\d+\.\d+\s*", "", plain(show(cell)).casefold())
    unit = unit_key(rest) or unit_key(header_unit)
    # 2.500 t and 1.234万 have three decimals: nobody brings 2,500 t.
    if rest[:1] in ("万", "千") or UNITS[column.kind].get(unit, 1) > 1:
        return
    raise CellError(say("dot_thousands", one=float(thousands) / 1000, all=thousands))


def _in_range(value: float, column: Column) -> float:
    if column.low is not None and value < column.low:
        if column.low == 0:
            raise CellError(say("must_not_be_negative"))
        raise CellError(say("must_be_at_least", low=column.low))
    if column.high is not None and value > column.high:
        raise CellError(say("must_be_at_most", high=column.high))
    return value


def _parse_clocks(cell: Cell) -> Cell:
    """Return the cell as it is: windows are read from two cells together."""
    return cell


_DATUMS: Final = {
    "wgs84": "wgs84",
    "gps": "wgs84",
    "cgcs2000": "wgs84",
    "gcj02": "gcj02",
    "火星坐标": "gcj02",
    "高德": "gcj02",
    "腾讯": "gcj02",
    "bd09": "bd09",
    "百度": "bd09",
}


def parse_datum(cell: Cell) -> str:
    """
    Return the datum; CGCS2000 lies within centimetres of WGS-84.

    Raises
    ------
    CellError
        If it is no datum.
    """
    key = re.sub(r"[\s\-_]", "", plain(show(cell)).casefold())
    if key not in _DATUMS:
        raise CellError(say("must_be_datum"))
    return _DATUMS[key]


def parse_shape(cell: Cell) -> Points:
    """
    Return the points of a WKT line, which has lon before lat, as (lat, lon).

    Raises
    ------
    CellError
        If it is no line.
    """
    match = re.fullmatch(r"linestring\s*\((.+)\)", _text(cell), re.IGNORECASE)
    if match is None:
        raise CellError(say("must_be_line"))
    return _wkt_points(match[1])


def parse_path(cell: Cell) -> tuple[LimitShape, Points]:
    """
    Return what a WKT line or polygon is, and its points; areas are not closed.

    Raises
    ------
    CellError
        If it is neither, or has too few points.
    """
    text = _text(cell)
    line = re.fullmatch(r"linestring\s*\((.+)\)", text, re.IGNORECASE)
    # Holes are left out: a limit holds in the whole area.
    area = re.fullmatch(
        r"polygon\s*\(\s*\(([^()]+)\)(?:\s*,\s*\([^()]+\))*\s*\)",
        text,
        re.IGNORECASE,
    )
    match = line or area
    if match is None:
        raise CellError(say("must_be_path"))
    points = _wkt_points(match[1])
    if area is not None and points[0] == points[-1]:
        points = points[:-1]
    if len(points) < (2 if line is not None else 3):
        raise CellError(say("must_be_path"))
    return ("area" if line is None else "line"), points


def _text(cell: Cell) -> str:
    return plain(show(cell) if not isinstance(cell, str) else cell)


def _wkt_points(text: str) -> Points:
    points = []
    for pair in text.split(","):
        parts = pair.split()
        if len(parts) != 2:
            raise CellError(say("line_needs_pairs"))
        lon, lat = (parse_degrees(part) for part in parts)
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise CellError(say("line_point_off_map", point=pair.strip()))
        points.append((lat, lon))
    return tuple(points)


_ACCESS_WORDS: Final = {
    **dict.fromkeys(("yes", "open", "y", "1", "true"), OPEN),
    **dict.fromkeys(("是", "可", "可以", "通行", "可通行", "允许"), OPEN),
    **dict.fromkeys(("no_heavy", "no heavy", "no hgv", "hgv=no"), NO_HEAVY),
    **dict.fromkeys(("禁止货车", "货车禁行", "禁货车", "禁止大车"), NO_HEAVY),
    **dict.fromkeys(("no", "private", "closed", "n", "0", "false"), CLOSED),
    **dict.fromkeys(("否", "不可", "不能", "禁止通行", "禁行", "封闭", "私有"), CLOSED),
}


def parse_access(cell: Cell) -> int:
    """
    Return who may use a road: all, no goods vehicles, or nobody.

    Raises
    ------
    CellError
        If the word is not known.
    """
    if isinstance(cell, bool):
        return OPEN if cell else CLOSED
    text = plain(show(cell)).casefold()
    if text not in _ACCESS_WORDS:
        raise CellError(say("must_be_access"))
    return _ACCESS_WORDS[text]


_SPEED_KINDS: Final = {
    **dict.fromkeys(("class", "road_class", "等级", "道路等级"), "class"),
    **dict.fromkeys(("surface", "路面", "路面类型"), "surface"),
    **dict.fromkeys(("tracktype", "机耕道", "机耕道等级", "土路等级"), "tracktype"),
    **dict.fromkeys(("smoothness", "平整度", "路面状况"), "smoothness"),
    **dict.fromkeys(("up", "上坡"), "up"),
    **dict.fromkeys(("down", "下坡"), "down"),
}


def parse_speed_kind(cell: Cell) -> str:
    """
    Return what a row of speeds is about.

    Raises
    ------
    CellError
        If the word is not known.
    """
    text = plain(show(cell)).casefold()
    if text not in _SPEED_KINDS:
        raise CellError(say("must_be_speed_kind"))
    return _SPEED_KINDS[text]


def parse_grade_text(text: str) -> str:
    """
    Return a grade as a fraction in text: ``6%``, ``6`` and ``0.06`` are ``0.06``.

    Raises
    ------
    CellError
        If it is no grade.
    """
    match = re.fullmatch(r"(\d{1,2}(?:\.\d+)?)\s*(%)?", plain(text))
    if match is None:
        raise CellError(say("must_be_grade"))
    grade = float(match[1])
    if match[2] or grade >= 1:
        grade = round(grade / 100, 6)
    return f"{grade:g}"


_OTHER_KINDS: Final[dict[str, Callable[[Cell], Any]]] = {
    "text": parse_text,
    "yes_no": parse_yes_no,
    "clock": parse_clock_cell,
    "clocks": _parse_clocks,
    "date": parse_date,
    "datum": parse_datum,
    "wkt": parse_shape,
    "path": parse_path,
    "moment": parse_moment,
    "access": parse_access,
    "speed_kind": parse_speed_kind,
    "post_end": parse_post_end,
}
