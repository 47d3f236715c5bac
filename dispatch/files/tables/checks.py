"""Checks of records that look at more than one cell: ids, places, times, amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.errors import Problem
from dispatch.files.cells.cell_words import meaning_of
from dispatch.files.cells.clocks import parse_windows
from dispatch.files.cells.parse import CellError, is_blank, show
from dispatch.files.tables.build import ids_of
from dispatch.files.tables.columns import tables
from dispatch.files.tables.records import Record, nearest
from dispatch.geo.datum import to_wgs84
from dispatch.geo.distance import gap_m
from dispatch.geo.position import parse_position
from dispatch.model.scenario import TimeWindow
from dispatch.words.message import MessageError, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.model.scenario import Datum

Records = dict[str, list[Record]]

ID_COLUMNS: Final = {
    "villages": "village_id",
    "sources": "source_id",
    "depots": "depot_id",
    "trucks": "truck_id",
    "nodes": "node_id",
    "edges": "edge_id",
    "limits": "limit_id",
    "water_nodes": "node_id",
    "stores": "node_id",
    "canals": "canal_id",
    "works": "work_id",
    "fields": "field_id",
    "pumps": "pump_id",
    "lifts": "lift_id",
    "zones": "zone_id",
    "plant": "plant_id",
    "posts": "post_id",
    "notices": "key",
    "people": "person_id",
    "doors": "household_id",
}
#: Problems that ask "did you mean", and ids among which that is looked up.
_MAX_HINTS: Final = 50
_MAX_TO_COMPARE: Final = 3_000
#: Tables whose ids share one space, since a travel matrix names them together.
_PLACES: Final = ("depots", "sources", "villages")


def check_ids(records: Records, problems: list[Problem]) -> None:
    """
    Add a problem for every id that is used twice, among places of all kinds.

    Parameters
    ----------
    records
        Rows by the name of their table.
    problems
        Receives every problem.
    """
    check_unique(records, _PLACES, problems)
    for table in ("trucks", "nodes", "edges", "limits"):
        check_unique(records, (table,), problems)


def check_unique(
    records: Records, names: Iterable[str], problems: list[Problem]
) -> None:
    """
    Add a problem for every id that is used twice among some tables.

    Parameters
    ----------
    records
        Rows by the name of their table.
    names
        Tables whose ids share one space.
    problems
        Receives every problem.
    """
    seen: dict[str, Record] = {}
    for name in names:
        column = ID_COLUMNS[name]
        for record in records.get(name, []):
            label = record.values.get(column)
            if label is None:
                continue
            first = seen.setdefault(label, record)
            if first is not record:
                message = say("id_used_here", row=first.row)
                if first.file != record.file:
                    message = say("id_used_elsewhere", row=first.row, file=first.file)
                problems.append(record.problem(column, message))


def check_references(
    records: list[Record],
    column: str,
    known: list[str],
    key: str,
    problems: list[Problem],
) -> None:
    """
    Add a problem, the message of ``key``, for every id that no row has.

    Parameters
    ----------
    records
        Rows of the table that refers.
    column
        Its column with the ids.
    known
        Ids of the table that is referred to.
    key
        Message of an id that is not among them; it takes a ``hint``.
    problems
        Receives every problem.
    """
    ids = set(known)
    num_hints = _MAX_HINTS if len(known) <= _MAX_TO_COMPARE else 0
    for record in records:
        label = record.values.get(column)
        if label is not None and label not in ids:
            # Comparing takes long, and nobody reads a hundred of the same.
            hint = nearest(label, known) if num_hints > 0 else ""
            num_hints -= 1
            problems.append(record.problem(column, say(key, hint=hint)))


def known_ids(records: Records, table: str) -> list[str]:
    """
    Return the ids of a table, broken rows too, so that one error stays one.

    Parameters
    ----------
    records
        Rows by the name of their table.
    table
        Name of the table.
    """
    column = ID_COLUMNS[table]
    return [
        record.values[column]
        for record in records.get(table, [])
        if column in record.values
    ]


def fix_positions(
    records: list[Record], datum: Datum, problems: list[Problem], *, pasted: bool
) -> None:
    """
    Turn the positions of a table into WGS-84, or add what is wrong with them.

    Parameters
    ----------
    records
        Rows of one table; ``lat`` and ``lon`` are replaced.
    datum
        Datum of the positions in the file.
    problems
        Receives every problem.
    pasted
        Whether the table has a column ``position`` instead of ``lat`` and ``lon``.
    """
    heads = records[0].heads if records else {}
    missing = [name for name in ("lat", "lon") if records and name not in heads]
    if pasted and missing and "position" not in heads:
        for name in missing:
            zh = tables()["villages"].column(name).zh
            message = say("column_missing", column=name, zh=zh)
            problems.append(Problem(records[0].file, message, column=name))
        for record in records:
            record.is_broken = True
        pasted = False
    for record in records:
        if pasted:
            _read_pasted(record, datum, problems)
        elif "lat" in record.values and "lon" in record.values:
            _convert(record, "lat", "lon", datum, problems)


def _read_pasted(record: Record, datum: Datum, problems: list[Problem]) -> None:
    """Set lat and lon of a row, which may be given in ``position``."""
    text = record.values.pop("position", None)
    given = _given(record, ("lat", "lon"))
    pasted = None
    if text is not None:
        try:
            pasted = parse_position(str(text), datum=datum)
        except MessageError as error:
            problems.append(record.problem("position", error.message))
            return
    if len(given) == 1:
        missing = "lon" if given == ["lat"] else "lat"
        problems.append(record.problem(missing, say("position_half")))
    elif "lat" in record.values and "lon" in record.values:
        is_good = _convert(record, "lat", "lon", datum, problems)
        typed = record.values["lat"], record.values["lon"]
        away_m = 0.0 if pasted is None else gap_m((pasted.lat, pasted.lon), typed)
        if is_good and away_m > _SAME_PLACE_M:
            message = say("position_differs", gap_m=away_m)
            problems.append(record.problem("position", message))
    elif pasted is not None:
        record.values["lat"], record.values["lon"] = pasted.lat, pasted.lon
    elif not given:
        problems.append(record.problem("lat", say("position_missing")))


def _given(record: Record, names: tuple[str, str]) -> list[str]:
    """Return which parts of a position have a cell that means anything."""
    table = tables()["villages"]
    return [
        name
        for name in names
        if meaning_of(record.cells.get(name), table.column(name)) is None
    ]


#: A position given twice may differ by its rounding.
_SAME_PLACE_M: Final = 50.0
#: People carry water from a transfer point; farther out a digit is wrong.
_TRANSFER_M: Final = 3000.0


def fix_transfer(record: Record, datum: Datum, problems: list[Problem]) -> None:
    """
    Turn the transfer point of a village into WGS-84, or add what is wrong with it.

    Parameters
    ----------
    record
        A row of the villages; its position is WGS-84 already.
    datum
        Datum of the positions in the file.
    problems
        Receives every problem.
    """
    names = ("transfer_lat", "transfer_lon")
    given = _given(record, names)
    if len(given) == 1:
        missing = names[1] if given[0] == names[0] else names[0]
        problems.append(record.problem(missing, say("transfer_half")))
    if not all(name in record.values for name in names):
        return
    if _convert(record, *names, datum, problems) and not record.is_broken:
        stop = record.values["transfer_lat"], record.values["transfer_lon"]
        away_m = gap_m((record.values["lat"], record.values["lon"]), stop)
        if away_m > _TRANSFER_M:
            message = say("transfer_far", away_km=away_m / 1000)
            problems.append(record.problem("transfer_lat", message, warn=True))


def _convert(
    record: Record,
    lat_name: str,
    lon_name: str,
    datum: Datum,
    problems: list[Problem],
) -> bool:
    """Turn one position of a row into WGS-84; return whether it is on the map."""
    lat, lon = record.values[lat_name], record.values[lon_name]
    is_on_map = -90 <= lat <= 90 and -180 <= lon <= 180
    # No places of people lie north of 73 degrees at the longitudes that are
    # China's latitudes: such a pair is a Chinese place the wrong way round.
    is_swapped = 3 <= lon <= 54 and 73 <= lat <= 136
    if is_swapped or (not is_on_map and abs(lon) <= 90 and abs(lat) <= 180):
        message = say("look_swapped", lat=lat, lon=lon)
        problems.append(record.problem(lat_name, message))
    elif not is_on_map:
        column, limit = (lon_name, 180) if -90 <= lat <= 90 else (lat_name, 90)
        problems.append(record.problem(column, say("off_the_map", limit=limit)))
    elif lat == 0 and lon == 0:
        problems.append(record.problem(lat_name, say("null_island")))
    else:
        record.values[lat_name], record.values[lon_name] = to_wgs84(
            lat=lat, lon=lon, datum=datum
        )
        return True
    return False


def check_rows(records: Records, problems: list[Problem]) -> None:
    """
    Check times and amounts of every row, broken ones too, to report all at once.

    Parameters
    ----------
    records
        Rows by the name of their table.
    problems
        Receives every problem.
    """
    for record in records.get("villages", []):
        _read_windows(record, problems)
        _check_people(record, problems)
        _check_tank(record, problems)
    for record in records.get("sources", []):
        _read_windows(record, problems)
        if record.values.get("supply_l") == 0:
            message = say("source_gives_nothing")
            problems.append(record.problem("supply_l", message, warn=True))
    villages = {
        record.values.get("village_id", "") for record in records.get("villages", [])
    }
    for record in records.get("trucks", []):
        _check_capacity(record, problems)
        _check_shift(record, problems)
        _read_break(record, problems)
        _check_not_to(record, villages, problems)


def _check_not_to(record: Record, villages: set[str], problems: list[Problem]) -> None:
    """Add a warning for each village that a truck is kept away from and nobody has."""
    for village_id in ids_of(record.values.get("not_to", "")):
        if village_id not in villages:
            message = say("not_to_unknown", village=village_id)
            problems.append(record.problem("not_to", message, warn=True))


def _read_windows(record: Record, problems: list[Problem]) -> None:
    """Put the opening hours of a row in place of their two cells."""
    open_from = record.values.pop("open_from", None)
    open_until = record.values.pop("open_until", None)
    try:
        record.values["windows"] = parse_windows(open_from, open_until)
    except CellError as error:
        column = "open_until" if is_blank(open_from) else "open_from"
        message = error.message
        if not is_blank(open_from) and not is_blank(open_until):
            message = say("with_open_until", value=show(open_until), what=message)
        problems.append(record.problem(column, message))


def _check_people(record: Record, problems: list[Problem]) -> None:
    population = record.values.get("population")
    if population is None:
        return
    if record.values.get("vulnerable_people", 0) > population:
        message = say("more_vulnerable_than_people", population=population)
        problems.append(record.problem("vulnerable_people", message))


def _check_tank(record: Record, problems: list[Problem]) -> None:
    storage_l, stock_l = record.values.get("storage_l"), record.values.get("stock_l", 0)
    if storage_l == 0:
        message = say("tank_holds_nothing")
        problems.append(record.problem("storage_l", message, warn=True))
    elif storage_l is not None and stock_l > storage_l:
        message = say("tank_is_full", storage_l=storage_l)
        problems.append(record.problem("stock_l", message, warn=True))


#: No water truck holds less; a smaller number was meant in tonnes.
_MIN_CAPACITY_L: Final = 100


def _check_capacity(record: Record, problems: list[Problem]) -> None:
    capacity_l = record.values.get("capacity_l")
    if capacity_l is not None and capacity_l < _MIN_CAPACITY_L:
        message = say("capacity_in_tonnes", capacity_l=capacity_l)
        problems.append(record.problem("capacity_l", message))


def _check_shift(record: Record, problems: list[Problem]) -> None:
    start_s, end_s = record.values.get("shift_start"), record.values.get("shift_end")
    if start_s is not None and end_s is not None and end_s <= start_s:
        problems.append(record.problem("shift_end", say("shift_backwards")))


def _read_break(record: Record, problems: list[Problem]) -> None:
    """Put the window of the pause in place of its two cells."""
    early_s = record.values.pop("break_from", None)
    late_s = record.values.pop("break_until", None)
    if record.values.get("break_s", 0) == 0:
        if early_s is not None or late_s is not None:
            column = "break_from" if early_s is not None else "break_until"
            problems.append(record.problem(column, say("break_unused"), warn=True))
    elif early_s is None or late_s is None:
        problems.append(record.problem("break_s", say("break_needs_window")))
    elif late_s < early_s:
        problems.append(record.problem("break_until", say("break_backwards")))
    else:
        record.values["break_window"] = TimeWindow(early_s, late_s)
