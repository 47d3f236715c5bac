"""Roads alone, without a scenario: one extract, GeoJSON lines or a folder of tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dispatch.errors import DataError, Problem
from dispatch.files.roads.network import pick_roads
from dispatch.files.scenario.assemble import read_tables, stop_on
from dispatch.files.scenario.read import Inputs, collect, folder_files, load_files
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.model.roads import RoadNetwork
    from dispatch.model.scenario import Datum
    from dispatch.roads.osm.ways import Box


def read_roads(
    path: str | Path, *, box: Box | None = None, datum: Datum = "wgs84"
) -> RoadNetwork:
    """
    Return the roads of an extract, a GeoJSON file, or a folder with any of these.

    Parameters
    ----------
    path
        The extract, GeoJSON file or folder.
    box
        South, west, north, east in degrees: roads elsewhere are left out. Tables are
        never cut.
    datum
        Of tables and lines; OpenStreetMap is always WGS-84.

    Raises
    ------
    DataError
        With everything that is wrong, also if there are no roads.
    """
    path = Path(path)
    inputs = Inputs()
    try:
        if path.is_dir():
            files = folder_files(path)
        elif path.is_file():
            files = load_files([(path.name, path)])
        else:
            raise DataError([Problem(str(path), say("no_such_path"))])
    except OSError as error:
        message = say("cannot_be_opened", error=error.strerror)
        raise DataError([Problem(str(path), message)]) from error
    collect(files, inputs)
    raws = {n: raw for n, raw in inputs.tables.items() if n in ("nodes", "edges")}
    records = read_tables(raws, lambda _: datum, inputs.problems)
    roads = pick_roads(inputs, records, datum, box=box)
    stop_on(inputs.problems, strict=False)
    if roads is None:
        raise DataError([Problem(path.name, say("no_roads_there"))])
    return roads
