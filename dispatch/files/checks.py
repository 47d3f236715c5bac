"""Checks of records that look at more than one cell: ids, places, times, amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.files.cells import CellError, is_blank, show
from dispatch.files.clocks import parse_windows
from dispatch.files.records import Record, nearest
from dispatch.geo.datum import to_wgs84
from dispatch.scenario import TimeWindow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.errors import Problem
    from dispatch.scenario import Datum

Records = dict[str, list[Record]]

ID_COLUMNS: Final = {
    "villages": "village_id",
    "sources": "source_id",
    "depots": "depot_id",
    "trucks": "truck_id",
    "nodes": "node_id",
    "edges": "edge_id",
}
#: Tables whose ids share one space, since a travel matrix names them together.
_PLACES: Final = ("depots", "sources", "villages")


def check_ids(records: Records, problems: list[Problem]) -> None:
    """Add a problem for every id that is used twice, among places of all kinds."""
    _check_unique(records, _PLACES, problems)
    for table in ("trucks", "nodes", "edges"):
        _check_unique(records, (table,), problems)


def _check_unique(
    records: Records, names: Iterable[str], problems: list[Problem]
) -> None:
    seen: dict[str, Record] = {}
    for name in names:
        column = ID_COLUMNS[name]
        for record in records.get(name, []):
            label = record.values.get(column)
            if label is None:
                continue
            first = seen.setdefault(label, record)
            if first is not record:
                where = "" if first.file == record.file else f" of {first.file}"
                message = (
                    f"the id is already used in row {first.row}{where}; "
                    "every place, truck and road needs its own"
                )
                problems.append(record.problem(column, message))


def check_references(
    records: list[Record],
    column: str,
    known: list[str],
    what: str,
    problems: list[Problem],
) -> None:
    """Add a problem for every reference to an id that no row has."""
    ids = set(known)
    for record in records:
        label = record.values.get(column)
        if label is not None and label not in ids:
            message = f"there is no such {what}{nearest(label, known)}"
            problems.append(record.problem(column, message))


def known_ids(records: Records, table: str) -> list[str]:
    """Return the ids of a table, broken rows too, so that one error stays one."""
    column = ID_COLUMNS[table]
    return [
        record.values[column]
        for record in records.get(table, [])
        if column in record.values
    ]


def fix_position(record: Record, datum: Datum, problems: list[Problem]) -> None:
    """Turn lat and lon of a record into WGS-84, or add what is wrong with them."""
    if "lat" not in record.values or "lon" not in record.values:
        return
    lat, lon = record.values["lat"], record.values["lon"]
    is_on_map = -90 <= lat <= 90 and -180 <= lon <= 180
    # No places of people lie north of 73 degrees at the longitudes that are
    # China's latitudes: such a pair is a Chinese place the wrong way round.
    is_swapped = 3 <= lon <= 54 and 73 <= lat <= 136
    if is_swapped or (not is_on_map and abs(lon) <= 90 and abs(lat) <= 180):
        message = f"lat {lat:g} and lon {lon:g} look swapped; exchange the two cells"
        problems.append(record.problem("lat", message))
    elif not is_on_map:
        column = "lon" if -90 <= lat <= 90 else "lat"
        limit = 90 if column == "lat" else 180
        message = f"is off the map: must be between -{limit} and {limit} degrees"
        problems.append(record.problem(column, message))
    elif lat == 0 and lon == 0:
        message = "lat 0, lon 0 lies in the ocean; write the real position"
        problems.append(record.problem("lat", message))
    else:
        record.values["lat"], record.values["lon"] = to_wgs84(
            lat=lat, lon=lon, datum=datum
        )


def check_rows(records: Records, problems: list[Problem]) -> None:
    """Check times and amounts of every row, broken ones too, so that all is told."""
    for record in records.get("villages", []):
        _read_windows(record, problems)
        _check_people(record, problems)
        _check_tank(record, problems)
    for record in records.get("sources", []):
        _read_windows(record, problems)
        if record.values.get("supply_l") == 0:
            message = "the source gives no water today"
            problems.append(record.problem("supply_l", message, warn=True))
    for record in records.get("trucks", []):
        _check_capacity(record, problems)
        _check_shift(record, problems)
        _read_break(record, problems)


def _read_windows(record: Record, problems: list[Problem]) -> None:
    """Put the opening hours of a row in place of their two cells."""
    open_from = record.values.pop("open_from", None)
    open_until = record.values.pop("open_until", None)
    try:
        record.values["windows"] = parse_windows(open_from, open_until)
    except CellError as error:
        column = "open_until" if is_blank(open_from) else "open_from"
        message = str(error)
        if not is_blank(open_from) and not is_blank(open_until):
            message = f"(with open_until = {show(open_until)}) {message}"
        problems.append(record.problem(column, message))


def _check_people(record: Record, problems: list[Problem]) -> None:
    population = record.values.get("population")
    if population is None:
        return
    if record.values.get("vulnerable_people", 0) > population:
        message = f"must be at most the population, {population}"
        problems.append(record.problem("vulnerable_people", message))


def _check_tank(record: Record, problems: list[Problem]) -> None:
    storage_l, stock_l = record.values.get("storage_l"), record.values.get("stock_l", 0)
    if storage_l == 0:
        message = (
            "the tank holds nothing, so no water can be brought; leave the cell empty "
            "if people come with their own buckets"
        )
        problems.append(record.problem("storage_l", message, warn=True))
    elif storage_l is not None and stock_l > storage_l:
        message = (
            f"is more than the tank holds ({storage_l} L): it takes no water today"
        )
        problems.append(record.problem("stock_l", message, warn=True))


#: No water truck holds less; a smaller number was meant in tonnes.
_LEAST_CAPACITY_L: Final = 100


def _check_capacity(record: Record, problems: list[Problem]) -> None:
    capacity_l = record.values.get("capacity_l")
    if capacity_l is not None and capacity_l < _LEAST_CAPACITY_L:
        message = f"only {capacity_l} litres; if tonnes are meant, write {capacity_l}t"
        problems.append(record.problem("capacity_l", message))


def _check_shift(record: Record, problems: list[Problem]) -> None:
    start_s, end_s = record.values.get("shift_start"), record.values.get("shift_end")
    if start_s is not None and end_s is not None and end_s <= start_s:
        message = (
            "must be later than shift_start; for a night shift that ends at 02:00 "
            "write 26:00"
        )
        problems.append(record.problem("shift_end", message))


def _read_break(record: Record, problems: list[Problem]) -> None:
    """Put the window of the pause in place of its two cells."""
    early_s = record.values.pop("break_from", None)
    late_s = record.values.pop("break_until", None)
    if record.values.get("break_s", 0) == 0:
        if early_s is not None or late_s is not None:
            message = "is not used, since break_s gives no length of the break"
            column = "break_from" if early_s is not None else "break_until"
            problems.append(record.problem(column, message, warn=True))
    elif early_s is None or late_s is None:
        message = "a break needs break_from and break_until: when it may start"
        problems.append(record.problem("break_s", message))
    elif late_s < early_s:
        message = "the break's window ends before it starts"
        problems.append(record.problem("break_until", message))
    else:
        record.values["break_window"] = TimeWindow(early_s, late_s)
