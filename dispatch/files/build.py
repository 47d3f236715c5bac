"""Records -> villages, sources, depots, trucks and roads, ids and places checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from dispatch.files.cells import CellError, is_blank
from dispatch.files.clocks import parse_windows
from dispatch.files.records import Record, nearest
from dispatch.geo.datum import to_wgs84
from dispatch.scenario import (
    Depot,
    RoadEdge,
    RoadNode,
    Source,
    TimeWindow,
    Truck,
    Village,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dispatch.errors import Problem
    from dispatch.scenario import Datum

_Item = TypeVar("_Item")
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


def build_all(
    records: list[Record],
    build: Callable[[dict[str, Any], Record, list[Problem]], _Item],
    problems: list[Problem],
) -> tuple[_Item, ...]:
    """Return the objects of all rows that have no error."""
    items = []
    for record in records:
        if record.is_broken:
            continue
        try:
            item = build(dict(record.values), record, problems)
        except ValueError as error:
            problems.append(record.problem(None, str(error)))
            continue
        if not record.is_broken:
            items.append(item)
    return tuple(items)


def _windows(
    values: dict[str, Any], record: Record, problems: list[Problem]
) -> tuple[TimeWindow, ...]:
    """Return the opening hours of a row; takes their cells out of ``values``."""
    open_from, open_until = (
        values.pop("open_from", None),
        values.pop("open_until", None),
    )
    try:
        return parse_windows(open_from, open_until)
    except CellError as error:
        column = "open_until" if is_blank(open_from) else "open_from"
        message = str(error)
        if not is_blank(open_from) and not is_blank(open_until):
            message = f"(with open_until = {open_until}) {message}"
        problems.append(record.problem(column, message))
        return ()


def build_village(
    values: dict[str, Any], record: Record, problems: list[Problem]
) -> Village:
    """Return the village of one row."""
    if values.get("vulnerable_people", 0) > values["population"]:
        message = f"must be at most the population, {values['population']}"
        problems.append(record.problem("vulnerable_people", message))
        values["vulnerable_people"] = 0
    storage_l, stock_l = values.get("storage_l"), values.get("stock_l", 0)
    if storage_l is not None and stock_l > storage_l:
        message = (
            f"is more than the tank holds ({storage_l} L): it takes no water today"
        )
        problems.append(record.problem("stock_l", message, warn=True))
    if storage_l == 0:
        message = (
            "the tank holds nothing, so no water can be brought; leave the cell empty "
            "if people come with their own buckets"
        )
        problems.append(record.problem("storage_l", message, warn=True))
    windows = _windows(values, record, problems)
    values.setdefault("name", values["village_id"])
    return Village(**values, windows=windows)


def build_source(
    values: dict[str, Any], record: Record, problems: list[Problem]
) -> Source:
    """Return the source of one row."""
    if values.get("supply_l") == 0:
        message = "the source gives no water today"
        problems.append(record.problem("supply_l", message, warn=True))
    windows = _windows(values, record, problems)
    values.setdefault("name", values["source_id"])
    return Source(**values, windows=windows)


def build_depot(
    values: dict[str, Any], record: Record, problems: list[Problem]
) -> Depot:
    """Return the depot of one row."""
    values.setdefault("name", values["depot_id"])
    return Depot(**values)


#: No water truck holds less; a smaller number was meant in tonnes.
_LEAST_CAPACITY_L: Final = 100


def build_truck(
    values: dict[str, Any], record: Record, problems: list[Problem]
) -> Truck:
    """Return the truck of one row."""
    if values["capacity_l"] < _LEAST_CAPACITY_L:
        message = (
            f"only {values['capacity_l']} litres; if tonnes are meant, write "
            f"{values['capacity_l']}t"
        )
        problems.append(record.problem("capacity_l", message))
    start_s, end_s = values.pop("shift_start"), values.pop("shift_end")
    if end_s <= start_s:
        message = (
            "must be later than shift_start; for a night shift that ends at 02:00 "
            "write 26:00"
        )
        problems.append(record.problem("shift_end", message))
        end_s = start_s
    window = _break_window(values, record, problems)
    break_s = values.pop("break_s", 0) if window is not None else 0
    values.pop("break_s", None)
    return Truck(
        **values,
        shift_start_s=start_s,
        shift_end_s=end_s,
        break_s=break_s,
        break_window=window if break_s else None,
    )


def _break_window(
    values: dict[str, Any], record: Record, problems: list[Problem]
) -> TimeWindow | None:
    """Return when the pause may start; takes its cells out of ``values``."""
    early_s, late_s = values.pop("break_from", None), values.pop("break_until", None)
    if values.get("break_s", 0) == 0:
        if early_s is not None or late_s is not None:
            message = "is not used, since break_s gives no length of the break"
            column = "break_from" if early_s is not None else "break_until"
            problems.append(record.problem(column, message, warn=True))
        return None
    if early_s is None or late_s is None:
        message = "a break needs break_from and break_until: when it may start"
        problems.append(record.problem("break_s", message))
        return None
    if late_s < early_s:
        message = "the break's window ends before it starts"
        problems.append(record.problem("break_until", message))
        return None
    return TimeWindow(early_s, late_s)


def build_node(
    values: dict[str, Any], record: Record, problems: list[Problem]
) -> RoadNode:
    """Return the road node of one row."""
    values.pop("kind", None)
    return RoadNode(**values)


def build_edge(
    values: dict[str, Any], record: Record, problems: list[Problem]
) -> RoadEdge:
    """Return the stretch of road of one row; a missing length is -1 here."""
    return RoadEdge(
        edge_id=values["edge_id"],
        from_node=values["from"],
        to_node=values["to"],
        length_m=values.get("length_m", -1.0),
        road_class=values.get("road_class", ""),
        surface=values.get("surface", ""),
        width_m=values.get("width_m"),
        speed_km_h=values.get("truck_speed_kmh"),
        max_gross_t=values.get("max_weight_t"),
        one_way=values.get("one_way", False),
        shape=values.get("shape", ()),
    )
