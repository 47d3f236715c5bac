"""One cell and its column -> a checked value, or a sentence what is wrong."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final

from dispatch.files.cells import (
    UNITS,
    Cell,
    CellError,
    parse_degrees,
    parse_label,
    parse_quantity,
    parse_text,
    parse_whole,
    parse_yes_no,
    plain,
    show,
)
from dispatch.files.clocks import parse_clock_cell
from dispatch.messages import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.files.columns import Column

_WHOLE: Final = frozenset({"count", "litres_down", "litres_up", "seconds"})


def parse_value(
    cell: Cell, column: Column, *, header_unit: str = "", number_format: str = ""
) -> Any:
    """
    Return the value of a cell that is not blank, checked against its range.

    Raises
    ------
    CellError
        With a sentence what to write instead.
    """
    kind = column.kind
    if kind in _WHOLE:
        return _in_range(parse_whole(cell, kind, header_unit=header_unit), column)
    if kind in UNITS:
        number = parse_quantity(cell, kind, header_unit=header_unit)
        return _in_range(float(number), column)
    if kind in ("lat", "lon"):
        # Off the map is told with both coordinates, in case they are swapped.
        return parse_degrees(cell)
    if kind in ("id", "ref"):
        return parse_label(cell, number_format)
    return _OTHER_KINDS[kind](cell)


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


def parse_date(cell: Cell) -> dt.date:
    """Return a date such as 2022-09-06, 2022/9/6 or 2022年9月6日."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    match = re.fullmatch(
        r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?", plain(show(cell))
    )
    try:
        if match is not None:
            return dt.date(*(int(part) for part in match.groups()))
    except ValueError:
        pass
    raise CellError(say("must_be_date"))


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
    """Return the datum; CGCS2000 lies within centimetres of WGS-84."""
    key = re.sub(r"[\s\-_]", "", plain(show(cell)).casefold())
    if key not in _DATUMS:
        raise CellError(say("must_be_datum"))
    return _DATUMS[key]


def parse_shape(cell: Cell) -> tuple[tuple[float, float], ...]:
    """Return the points of a WKT line, which has lon before lat, as (lat, lon)."""
    text = plain(show(cell) if not isinstance(cell, str) else cell)
    match = re.fullmatch(r"linestring\s*\((.+)\)", text, re.IGNORECASE)
    if match is None:
        raise CellError(say("must_be_line"))
    points = []
    for pair in match[1].split(","):
        parts = pair.split()
        if len(parts) != 2:
            raise CellError(say("line_needs_pairs"))
        lon, lat = (parse_degrees(part) for part in parts)
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise CellError(say("line_point_off_map", point=pair.strip()))
        points.append((lat, lon))
    return tuple(points)


_OTHER_KINDS: Final[dict[str, Callable[[Cell], Any]]] = {
    "text": parse_text,
    "yes_no": parse_yes_no,
    "clock": parse_clock_cell,
    "clocks": _parse_clocks,
    "date": parse_date,
    "datum": parse_datum,
    "wkt": parse_shape,
}
