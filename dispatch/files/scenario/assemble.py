"""Raw tables and settings -> one checked ``Scenario``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dispatch.errors import DataError, Problem
from dispatch.files.roads.areas import build_township, read_areas
from dispatch.files.roads.basemap import pick_basemap
from dispatch.files.roads.limits import (
    build_limit,
    build_speed,
    check_limits,
    check_speeds,
)
from dispatch.files.roads.network import box_around, pick_roads
from dispatch.files.scenario.notices import notice_all
from dispatch.files.scenario.service import in_service, nothing_in_service, resting_of
from dispatch.files.scenario.settings import read_settings
from dispatch.files.tables.build import (
    build_all,
    build_depot,
    build_source,
    build_truck,
    build_village,
)
from dispatch.files.tables.checks import (
    Records,
    check_ids,
    check_references,
    check_rows,
    fix_positions,
    fix_transfer,
    known_ids,
)
from dispatch.files.tables.columns import (
    AREA_TABLES,
    MATRIX_TABLES,
    OBJECT_TABLES,
    ROAD_TABLES,
    tables,
)
from dispatch.files.tables.matrices import build_travel_table, read_matrix
from dispatch.files.tables.records import read_records
from dispatch.files.water.read import read_water
from dispatch.model.scenario import Scenario
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from dispatch.files.scenario.read import Inputs
    from dispatch.files.scenario.settings import Settings
    from dispatch.files.tables.raw import RawTable
    from dispatch.files.water.read import Water
    from dispatch.model.areas import Area, MapFeature
    from dispatch.model.road_limits import SpeedRule
    from dispatch.model.roads import RoadNetwork
    from dispatch.model.scenario import Datum
    from dispatch.model.travel import TravelTable

#: Rows with the same problem that are listed one by one.
_MAX_ALIKE: Final = 20


def assemble(
    inputs: Inputs, *, name: str, folder: Path | None, strict: bool
) -> Scenario:
    """
    Return the scenario of tables and settings, in WGS-84.

    Parameters
    ----------
    inputs
        Tables, settings and roads as found in the files.
    name
        Name of the scenario where the settings give none.
    folder
        Where it was read from; None for uploaded files.
    strict
        Whether warnings stop the reading like errors.

    Raises
    ------
    DataError
        If there is any error; with ``strict`` also for warnings.
    """
    problems = inputs.problems
    if inputs.settings is None and "scenario" not in inputs.broken:
        problems.append(Problem("scenario.toml", say("settings_missing")))
    label, entries = inputs.settings or ("scenario.toml", [])
    silent: list[Problem] = []
    settings = read_settings(
        entries, label, problems if inputs.settings is not None else silent
    )
    records = read_tables(inputs.tables, settings.datum_of, problems)
    box = box_around(records)
    roads = pick_roads(inputs, records, settings.datum_of("nodes"), box=box)
    water, people = read_water(
        inputs.tables,
        records,
        datum=settings.datum,
        first_day=settings.date,
        problems=problems,
    )
    outlined = () if inputs.areas is None else read_areas(*inputs.areas, problems)
    seats = build_all(records["townships"], build_township, problems)
    travel_files: dict[str, str] = {}
    return build_scenario(
        records,
        replace(settings, name=settings.name or name),
        problems,
        travel_table=_travel_table(inputs, known_place_ids(records), travel_files),
        travel_files=travel_files,
        roads=roads,
        speed_rules=build_all(records["speeds"], build_speed, problems),
        areas=(*outlined, *seats),
        basemap=pick_basemap(inputs, box=box),
        water=(water, people),
        folder=folder,
        strict=strict,
    )


def known_place_ids(records: Records) -> list[str]:
    """Return the ids of all depots, then sources, then villages."""
    return [
        label
        for table in ("depots", "sources", "villages")
        for label in known_ids(records, table)
    ]


def build_scenario(
    records: Records,
    settings: Settings,
    problems: list[Problem],
    *,
    travel_table: TravelTable | None,
    travel_files: Mapping[str, str] | None = None,
    roads: RoadNetwork | None,
    speed_rules: tuple[SpeedRule, ...],
    areas: tuple[Area, ...] = (),
    basemap: tuple[MapFeature, ...] = (),
    water: Water = (None, None),
    folder: Path | None,
    strict: bool,
) -> Scenario:
    """
    Return the scenario of checked records, or raise all problems at once.

    Parameters
    ----------
    records
        Checked rows by the name of their table; positions in WGS-84.
    settings
        What the whole day shares, with the name to use.
    problems
        What is known to be wrong so far; warnings of the scenario are added.
    travel_table
        Times and lengths between places; None: by roads or straight lines.
    travel_files
        File of ``travel_s`` and ``travel_m``, for messages; None: none was read.
    roads
        The network; None without roads.
    speed_rules
        Rows of the table of speeds.
    areas
        Townships and counties.
    basemap
        What maps draw under all else.
    water
        The township's water beside trucks, and its people.
    folder
        Where it was read from; None for uploaded files.
    strict
        Whether warnings stop the reading like errors.

    Raises
    ------
    DataError
        If there is any error; with ``strict`` also for warnings.
    AssertionError
        If the date is missing and no problem says so: a fault of the reader.
    """
    villages = build_all(records["villages"], build_village, problems)
    sources = build_all(records["sources"], build_source, problems)
    depots = build_all(records["depots"], build_depot, problems)
    trucks = build_all(records["trucks"], build_truck, problems)
    road_limits = build_all(records["limits"], build_limit, problems)
    problems += nothing_in_service(records)
    stop_on(problems, strict=False)
    if settings.date is None:
        raise AssertionError("a missing date is a problem")
    records = in_service(records)
    scenario = Scenario(
        name=settings.name or "",
        date=settings.date,
        villages=tuple(item for item in villages if not item.out_of_service),
        sources=tuple(item for item in sources if not item.out_of_service),
        depots=depots,
        trucks=tuple(item for item in trucks if not item.out_of_service),
        resting=resting_of(villages, sources, trucks),
        # Every position was converted on reading.
        datum="wgs84",
        need=settings.need,
        service=settings.service,
        straight_line=settings.straight_line,
        equity_steps=settings.equity_steps,
        travel_table=travel_table,
        roads=roads,
        road_limits=road_limits,
        speed_rules=speed_rules,
        areas=areas,
        basemap=basemap,
        water=water[0],
        water_people=water[1],
        folder=folder,
    )
    problems += notice_all(scenario, records, settings, travel_files or {})
    stop_on(problems, strict=strict)
    return replace(scenario, warnings=tuple(_fold(problems)))


def stop_on(problems: list[Problem], *, strict: bool) -> None:
    """
    Raise if there is an error, or a warning and ``strict``.

    Parameters
    ----------
    problems
        Everything that is wrong so far.
    strict
        Whether warnings stop the reading like errors.

    Raises
    ------
    DataError
        With all of them, errors first.
    """
    if strict:
        problems = [replace(problem, severity="error") for problem in problems]
    if any(problem.severity == "error" for problem in problems):
        raise DataError(
            _fold(sorted(problems, key=lambda problem: problem.severity != "error"))
        )


def _fold(problems: list[Problem]) -> list[Problem]:
    """Return the problems, with one line for the rest of many alike."""
    alike: dict[tuple[str, str | None, str], int] = {}
    folded = []
    for problem in problems:
        key = _key_of(problem)
        alike[key] = alike.get(key, 0) + 1
        if problem.row is None or alike[key] <= _MAX_ALIKE:
            folded.append(problem)
        elif alike[key] == _MAX_ALIKE + 1:
            folded.append(replace(problem, row=None, value=None))
    return [
        replace(
            problem,
            message=say("more_rows", what=problem.message, count=num - _MAX_ALIKE),
        )
        if problem.row is None and (num := alike.get(_key_of(problem), 0)) > _MAX_ALIKE
        else problem
        for problem in folded
    ]


def _key_of(problem: Problem) -> tuple[str, str | None, str]:
    return problem.file, problem.column, problem.message.key


def read_tables(
    raws: Mapping[str, RawTable],
    datum_of: Callable[[str], Datum],
    problems: list[Problem],
) -> Records:
    """
    Return the records of every table, with ids, references and places checked.

    Parameters
    ----------
    raws
        Tables as cells, by name; those that are missing have no rows.
    datum_of
        The datum of the positions in a table.
    problems
        Receives every problem.
    """
    records: Records = {}
    for table in (*OBJECT_TABLES, *ROAD_TABLES, *AREA_TABLES):
        records[table] = []
        if table in raws:
            records[table] = read_records(raws[table], tables()[table], problems)
    for table in ("villages", "sources", "depots", "nodes", "townships"):
        datum = datum_of(table)
        fix_positions(records[table], datum, problems, pasted=table != "nodes")
    for record in records["villages"]:
        fix_transfer(record, datum_of("villages"), problems)
    check_limits(records["limits"], datum_of("limits"), problems)
    check_speeds(records["speeds"], problems)
    check_rows(records, problems)
    check_ids(records, problems)
    if "depots" in raws:
        depot_ids = known_ids(records, "depots")
        check_references(
            records["trucks"], "depot_id", depot_ids, "no_such_depot", problems
        )
    if "nodes" in raws:
        node_ids = known_ids(records, "nodes")
        for column in ("from", "to"):
            check_references(
                records["edges"], column, node_ids, "no_such_node", problems
            )
    return records


def _travel_table(
    inputs: Inputs, place_ids: list[str], files: dict[str, str]
) -> TravelTable | None:
    """Return the travel table; the names of its files are added to ``files``."""
    problems = inputs.problems
    matrices = dict(inputs.matrices)
    for name in MATRIX_TABLES:
        if name in inputs.tables:
            raw = inputs.tables[name]
            if name in matrices:
                message = say("table_twice", table=name, first=matrices[name][0])
                problems.append(Problem(raw.file, message))
            matrix = read_matrix(raw, problems)
            if matrix is not None:
                matrices[name] = (raw.file, matrix)
    files.update({name: file for name, (file, _) in matrices.items()})
    if "travel_s" not in matrices:
        if "travel_m" in matrices and "travel_s" not in inputs.broken:
            message = say("metres_without_seconds")
            file = matrices["travel_m"][0]
            problems.append(Problem(file, message, severity="warning"))
        return None
    return build_travel_table(
        matrices["travel_s"], matrices.get("travel_m"), place_ids, problems
    )
