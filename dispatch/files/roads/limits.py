"""Limits of roads and rows of speeds: records -> checked objects, and back to rows."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final

from dispatch.files.cells.moments import format_moment, is_before
from dispatch.files.cells.parse import CellError
from dispatch.files.cells.values import parse_grade_text
from dispatch.files.tables.checks import fix_positions
from dispatch.files.tables.records import Record
from dispatch.geo.datum import to_wgs84
from dispatch.model.road_limits import RoadLimit, SpeedRule
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.errors import Problem
    from dispatch.model.scenario import Datum

_LIMITS: Final = ("max_weight_t", "max_width_m", "max_height_m", "speed_kmh")
_SPEEDS: Final = ("empty_kmh", "loaded_kmh", "max_weight_t")


def check_limits(records: list[Record], datum: Datum, problems: list[Problem]) -> None:
    """
    Put ids and WGS-84 points into the records, and add what is wrong with them.

    Parameters
    ----------
    records
        Rows of the limits; ids are filled in and points put in ``path``.
    datum
        Datum of the positions in the table.
    problems
        Receives every problem.
    """
    used = {record.values.get("limit_id") for record in records}
    free = (label for number in count(1) if (label := f"L{number}") not in used)
    for record in records:
        if "limit_id" not in record.values:
            record.values["limit_id"] = next(free)
        _check_says_something(record, problems)
        _check_times(record, problems)
        _read_place(record, datum, problems)


def _check_says_something(record: Record, problems: list[Problem]) -> None:
    values = record.values
    if record.is_broken:  # the wrong cell might have been the one
        return
    if not values.get("closed") and not any(name in values for name in _LIMITS):
        problems.append(record.problem(None, say("limit_says_nothing")))


def _check_times(record: Record, problems: list[Problem]) -> None:
    start, until = record.values.get("valid_from"), record.values.get("valid_until")
    if start is not None and until is not None and not is_before(start, until):
        problems.append(record.problem("valid_until", say("limit_backwards")))


def _read_place(record: Record, datum: Datum, problems: list[Problem]) -> None:
    """Put ``points`` and ``shape`` in place of the columns that say where."""
    values = record.values
    shape, path = values.pop("path", ("line", ()))
    points = [to_wgs84(lat=lat, lon=lon, datum=datum) for lat, lon in path]
    ends = [
        _position(record, names, datum, problems)
        for names in (("lat", "lon"), ("to_lat", "to_lon"))
    ]
    given = [end for end in ends if end is not None]
    if record.is_broken:
        return
    if points and given:
        problems.append(record.problem("path", say("limit_place_twice")))
    elif ends[0] is None and ends[1] is not None:
        problems.append(record.problem("to_lat", say("limit_without_start")))
    elif not points and not given and not values.get("road"):
        problems.append(record.problem(None, say("limit_needs_place")))
    values["points"], values["shape"] = tuple(points or given), shape


def _position(
    record: Record, names: tuple[str, str], datum: Datum, problems: list[Problem]
) -> tuple[float, float] | None:
    """Return (lat, lon) of two columns in WGS-84, taken out of the record."""
    values = [record.values.pop(name, None) for name in names]
    if values == [None, None]:
        return None
    if None in values:
        empty = names[values.index(None)]
        if not record.is_broken:
            problems.append(record.problem(empty, say("limit_half_position")))
        return None
    # The check of places looks at lat and lon.
    point = Record(
        record.file,
        record.row,
        dict(zip(("lat", "lon"), values, strict=True)),
        {
            key: record.cells.get(name)
            for key, name in zip(("lat", "lon"), names, strict=True)
        },
        {
            key: record.heads.get(name, name)
            for key, name in zip(("lat", "lon"), names, strict=True)
        },
    )
    fix_positions([point], datum, problems, pasted=False)
    record.is_broken |= point.is_broken
    return point.values["lat"], point.values["lon"]


def build_limit(values: dict[str, Any]) -> RoadLimit:
    """Return the limit of one row."""
    return RoadLimit(
        limit_id=values["limit_id"],
        road=values.get("road", ""),
        points=values["points"],
        shape=values["shape"],
        is_closed=values.get("closed", False),
        max_gross_t=values.get("max_weight_t"),
        max_width_m=values.get("max_width_m"),
        max_height_m=values.get("max_height_m"),
        speed_km_h=values.get("speed_kmh"),
        valid_from=values.get("valid_from"),
        valid_until=values.get("valid_until"),
        notes=values.get("notes", ""),
    )


def limit_values(limit: RoadLimit) -> dict[str, Any]:
    """Return the cells of a limit by column; None or empty where there is nothing."""
    is_path = limit.shape == "area" or len(limit.points) > 2
    none: tuple[float | None, float | None] = (None, None)
    ends = () if is_path else limit.points
    start, end = (*ends, none, none)[:2]
    return {
        "limit_id": limit.limit_id,
        "road": limit.road,
        "lat": start[0],
        "lon": start[1],
        "to_lat": end[0],
        "to_lon": end[1],
        "path": _wkt(limit) if is_path else "",
        "closed": limit.is_closed,
        "max_weight_t": limit.max_gross_t,
        "max_width_m": limit.max_width_m,
        "max_height_m": limit.max_height_m,
        "speed_kmh": limit.speed_km_h,
        "valid_from": format_moment(limit.valid_from),
        "valid_until": format_moment(limit.valid_until),
        "notes": limit.notes,
    }


def _wkt(limit: RoadLimit) -> str:
    points = limit.points
    if limit.shape == "area":
        points = (*points, points[0])
    text = ", ".join(f"{lon!r} {lat!r}" for lat, lon in points)
    return f"POLYGON(({text}))" if limit.shape == "area" else f"LINESTRING({text})"


def check_speeds(records: list[Record], problems: list[Problem]) -> None:
    """
    Add what is wrong with the rows of speeds; grades become fractions.

    Parameters
    ----------
    records
        Rows of the speeds.
    problems
        Receives every problem.
    """
    seen: dict[tuple[str, str], Record] = {}
    for record in records:
        kind, value = record.values.get("kind"), record.values.get("value")
        if kind is None or value is None:
            continue
        if kind in ("up", "down"):
            try:
                value = parse_grade_text(value)
            except CellError as error:
                problems.append(record.problem("value", error.message))
                continue
            record.values["value"] = value
        if not any(name in record.values for name in _SPEEDS) and not record.is_broken:
            problems.append(record.problem(None, say("speed_says_nothing")))
        first = seen.setdefault((kind, value.casefold()), record)
        if first is not record:
            message = say("speed_row_twice", kind=kind, value=value, row=first.row)
            problems.append(record.problem("value", message))


def build_speed(values: dict[str, Any]) -> SpeedRule:
    """Return the rule of one row."""
    return SpeedRule(
        kind=values["kind"],
        value=values["value"],
        empty_km_h=values.get("empty_kmh"),
        loaded_km_h=values.get("loaded_kmh"),
        max_gross_t=values.get("max_weight_t"),
        source=values.get("source", ""),
    )


def speed_values(rule: SpeedRule) -> dict[str, Any]:
    """Return the cells of a rule by column."""
    return {
        "kind": rule.kind,
        "value": rule.value,
        "empty_kmh": rule.empty_km_h,
        "loaded_kmh": rule.loaded_km_h,
        "max_weight_t": rule.max_gross_t,
        "source": rule.source,
    }
