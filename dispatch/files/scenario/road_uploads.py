"""Limits or a whole network brought into a scenario that is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dispatch.errors import DataError, Problem
from dispatch.files.roads.basemap import pick_basemap
from dispatch.files.roads.limits import build_limit
from dispatch.files.roads.network import MARGIN_KM, box_of, pick_roads
from dispatch.files.scenario.assemble import read_tables, stop_on
from dispatch.files.scenario.editing import scenario_from_tables, scenario_tables
from dispatch.files.scenario.read import Inputs, collect
from dispatch.files.tables.columns import table_of, tables
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.model.scenario import Datum, Scenario


def scenario_with_limits(
    scenario: Scenario, name: str, data: bytes, *, datum: Datum = "wgs84"
) -> Scenario:
    """
    Return the scenario with the limits of a table added; equal ids are replaced.

    Parameters
    ----------
    scenario
        Keeps its own limits, but for those of equal ids.
    name, data
        A CSV file of any name, or a workbook with a sheet of limits.
    datum
        Datum of the positions in the table.

    Raises
    ------
    DataError
        If the table cannot be read or says something wrong.
    """
    inputs = Inputs()
    suffix = PurePosixPath(name).suffix.casefold()
    known = table_of(PurePosixPath(name).stem)
    if suffix != ".xlsx" and (known is None or known.name != "limits"):
        name = f"limits{suffix}"
    collect({name: data}, inputs)
    if "limits" not in inputs.tables and not inputs.problems:
        inputs.problems.append(Problem(name, say("no_limits_there")))
    raws = {n: raw for n, raw in inputs.tables.items() if n == "limits"}
    records = read_tables(raws, lambda _: datum, inputs.problems)
    stop_on(inputs.problems, strict=False)
    fresh = [build_limit(dict(record.values)) for record in records["limits"]]
    ids = {limit.limit_id for limit in fresh}
    kept = [limit for limit in scenario.road_limits if limit.limit_id not in ids]
    return replace(scenario, road_limits=(*kept, *fresh))


def scenario_with_roads(
    scenario: Scenario, name: str, data: bytes, *, datum: Datum = "wgs84"
) -> Scenario:
    """
    Return the scenario on another network; limits and places stay.

    Parameters
    ----------
    scenario
        Keeps everything but its roads; its basemap stays if the file has none.
    name, data
        An extract, GeoJSON lines, or a zip with tables of roads.
    datum
        Datum of tables and lines; OpenStreetMap is always WGS-84.

    Raises
    ------
    DataError
        If there are no roads in it, or a place lies too far from all of them.
    """
    inputs = Inputs()
    inside = name if name.casefold().endswith(".zip") else f"roads/{name}"
    collect({inside: data}, inputs)
    raws = {n: raw for n, raw in inputs.tables.items() if n in ("nodes", "edges")}
    records = read_tables(raws, lambda _: datum, inputs.problems)
    points = [(place.lat, place.lon) for place in scenario.places]
    points += [village.stop_at for village in scenario.villages]
    box = box_of(points, margin_km=MARGIN_KM)
    roads = pick_roads(inputs, records, datum, box=box)
    stop_on(inputs.problems, strict=False)
    if roads is None:
        raise DataError([Problem(name, say("no_roads_there"))])
    basemap = pick_basemap(inputs, box=box) or scenario.basemap
    # The tables are asked again: places may be far from the new roads.
    return scenario_from_tables(
        {}, base=replace(scenario, roads=roads, basemap=basemap)
    )


def limits_csv(scenario: Scenario, *, chinese: bool = False) -> bytes:
    """
    Return the limits of a scenario as a CSV file for Excel; maybe only a header.

    Parameters
    ----------
    scenario
        The day with the limits.
    chinese
        Whether the header is in Chinese.
    """
    columns = tables()["limits"].columns
    frame = scenario_tables(scenario)["limits"]
    frame.columns = [column.zh if chinese else column.name for column in columns]
    return frame.to_csv(index=False).encode("utf-8-sig")
