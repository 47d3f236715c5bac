"""Checks of single rows of the water tables: figures that do not go together."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

from dispatch.files.cells.clocks import parse_windows
from dispatch.files.cells.moments import is_before
from dispatch.files.cells.parse import CellError
from dispatch.files.water.build import CURVE, curve_of
from dispatch.model.road_limits import Moment
from dispatch.model.water.notices import NOTICE_KEYS, is_notice_key
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from dispatch.errors import Problem
    from dispatch.files.tables.checks import Records
    from dispatch.files.tables.records import Record
    from dispatch.words.message import Message

    Values = dict[str, Any]
    #: Column, what is wrong, and whether it is only a warning.
    Finding = tuple[str, Message, bool]
    Rule = Callable[[Values], Iterator[Finding]]


def check_water_rows(
    records: Records, first_day: dt.date | None, problems: list[Problem]
) -> None:
    """
    Add what is wrong in every row by itself, in broken rows too.

    Parameters
    ----------
    records
        Rows of the water tables by the name of their table.
    first_day
        The day of the scenario; None where it is missing.
    problems
        Receives every problem.
    """
    for table, rule in _RULES.items():
        for record in records[table]:
            for column, message, warn in rule(record.values):
                problems.append(record.problem(column, message, warn=warn))
    for record in records["pumps"]:
        return_by = record.values.get("return_by")
        if first_day is not None and return_by is not None and return_by < first_day:
            message = say("returned_already", day=first_day.isoformat())
            problems.append(record.problem("return_by", message))
    for record in records["doors"]:
        _read_window(record, problems)


def _store(values: Values) -> Iterator[Finding]:
    capacity, stock = values.get("capacity_m3"), values.get("stock_m3")
    dead = values.get("dead_m3", 0)
    reserve = values.get("reserve_people_m3")
    if capacity is not None and stock is not None and stock > capacity:
        yield "stock_m3", say("stock_above_capacity", capacity=capacity), False
    if stock is not None and dead > stock:
        yield "dead_m3", say("dead_above_stock", stock=stock), False
    if reserve is not None and "reserve_days" in values:
        yield "reserve_days", say("reserve_twice"), False
    elif reserve is not None and capacity is not None and dead + reserve > capacity:
        message = say("reserve_above_capacity", capacity=capacity, dead=dead)
        yield "reserve_people_m3", message, False
    elif reserve is not None and stock is not None and dead + reserve > stock:
        message = say("reserve_not_there", left=max(0, stock - dead))
        yield "reserve_people_m3", message, True


def _ends(values: Values, first: str, last: str) -> Iterator[Finding]:
    if first in values and values[first] == values.get(last):
        yield last, say("ends_where_it_starts"), False


def _canal(values: Values) -> Iterator[Finding]:
    yield from _ends(values, "from_node", "to_node")
    least, most = values.get("min_flow_m3_per_h", 0), values.get("capacity_m3_per_h")
    if most is not None and least > most:
        yield "min_flow_m3_per_h", say("least_flow_above_most", most=most), False
    if "loss_share" in values and "loss_a" in values:
        yield "loss_share", say("loss_twice"), False
    elif ("loss_a" in values) != ("loss_m" in values):
        missing = "loss_m" if "loss_a" in values else "loss_a"
        yield missing, say("loss_half"), False
    if values.get("fill_m3", 0) > 0 and "travel_h" not in values:
        yield "travel_h", say("fill_without_travel"), False


def _lift(values: Values) -> Iterator[Finding]:
    yield from _ends(values, "from_node", "to_node")


def _plant(values: Values) -> Iterator[Finding]:
    yield from _ends(values, "raw_node", "tank_node")


def _block(values: Values) -> Iterator[Finding]:
    if values.get("layer_mm", 0) > 0 and values.get("days_dry", 0) > 0:
        yield "days_dry", say("wet_and_dry"), False


def _crop(values: Values) -> Iterator[Finding]:
    least, most = values.get("layer_min_mm", 0), values.get("layer_max_mm", 0)
    if least > most:
        yield "layer_max_mm", say("layer_backwards", least=least), False
    starts_on, ends_on = values.get("from"), values.get("until")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        yield "until", say("stage_backwards"), False


def _weather(values: Values) -> Iterator[Finding]:
    given = [name for name in ("tmin_c", "tmax_c") if name in values]
    if len(given) == 1:
        missing = "tmax_c" if given == ["tmin_c"] else "tmin_c"
        yield missing, say("temperature_half"), False
    elif not given and "et0_mm" not in values:
        yield "et0_mm", say("weather_says_nothing"), False
    elif given and values["tmin_c"] > values["tmax_c"]:
        yield "tmin_c", say("temperature_backwards"), False


def _pump(values: Values) -> Iterator[Finding]:
    for number in CURVE:
        head, flow = f"head_{number}_m", f"flow_{number}_m3_per_h"
        if number > 1 and (head in values) != (flow in values):
            yield (flow if head in values else head), say("curve_half"), False
    for number, (low, high) in enumerate(itertools.pairwise(curve_of(values)), 2):
        if low.head_m >= high.head_m:
            yield f"head_{number}_m", say("heads_must_rise", low=low.head_m), False
        elif low.flow_m3_per_h < high.flow_m3_per_h:
            message = say("flow_rises", flow=low.flow_m3_per_h, head=low.head_m)
            yield f"flow_{number}_m3_per_h", message, False
    energy = values.get("energy")
    if energy == "electric" and "fuel_l_per_h" in values:
        yield "fuel_l_per_h", say("fuel_of_electric"), False
    if energy not in (None, "electric") and "kwh_per_h" in values:
        yield "kwh_per_h", say("kwh_of_engine"), False
    comes, goes = values.get("available_from"), values.get("return_by")
    if comes is not None and goes is not None and goes < comes:
        yield "return_by", say("goes_before_it_comes"), False


def _zone(values: Values) -> Iterator[Finding]:
    people = values.get("people")
    if people is not None and values.get("vulnerable_people", 0) > people:
        message = say("more_vulnerable_than_people", population=people)
        yield "vulnerable_people", message, False


def _post(values: Values) -> Iterator[Finding]:
    starts, ends = values.get("from"), values.get("until")
    if isinstance(starts, Moment) and isinstance(ends, Moment):
        # Times without dates may go over midnight: 18:00 to 06:00 is a night.
        has_dates = starts.date is not None and ends.date is not None
        if has_dates and not is_before(starts, ends):
            yield "until", say("post_backwards"), False


def _person(values: Values) -> Iterator[Finding]:
    starts, ends = values.get("free_from"), values.get("free_until")
    if starts is not None and ends is not None and not is_before(starts, ends):
        yield "free_until", say("post_backwards"), False


def _door(values: Values) -> Iterator[Finding]:
    jar_l = values.get("jar_l")
    if jar_l is not None and values.get("stock_l", 0) > jar_l:
        yield "stock_l", say("jars_overfull", jar_l=jar_l), False


def _notice(values: Values) -> Iterator[Finding]:
    key = values.get("key", "")
    if key and not is_notice_key(key):
        yield "key", say("notice_key_bad", known=", ".join(NOTICE_KEYS)), False


def _read_window(record: Record, problems: list[Problem]) -> None:
    """Put the hours at home of a household in place of their cell."""
    try:
        windows = parse_windows(record.values.get("window"), None)
    except CellError as error:
        problems.append(record.problem("window", error.message))
    else:
        record.values["window"] = windows


_RULES: Final[dict[str, Rule]] = {
    "stores": _store,
    "canals": _canal,
    "lifts": _lift,
    "plant": _plant,
    "fields": _block,
    "crops": _crop,
    "weather": _weather,
    "pumps": _pump,
    "zones": _zone,
    "posts": _post,
    "people": _person,
    "doors": _door,
    "notices": _notice,
}
