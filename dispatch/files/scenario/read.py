"""A scenario in any of its forms -> ``Scenario``; problems are reported together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from dispatch.errors import DataError, Problem
from dispatch.files.scenario.assemble import assemble
from dispatch.files.scenario.settings import (
    MAX_TOML_BYTES,
    Entry,
    sheet_entries,
    toml_entries,
)
from dispatch.files.tables.columns import MATRIX_TABLES, table_of, tables
from dispatch.files.tables.matrices import Matrix, fast_matrix
from dispatch.files.tables.packed import check_extract
from dispatch.files.tables.raw import (
    MAX_EXTRACT_BYTES,
    MAX_FILE_BYTES,
    MAX_MATRIX_BYTES,
    MAX_PACKED_BYTES,
    MAX_TOTAL_BYTES,
    RawTable,
    TableError,
    parse_csv,
)
from dispatch.files.tables.workbook import read_workbook, read_zip
from dispatch.files.water.notices_file import notices_table
from dispatch.roads.osm.extract import osm_format
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.files.tables.columns import Table
    from dispatch.model.scenario import Scenario

_TEXT_SUFFIXES: Final = (".csv", ".tsv", ".txt")


@dataclass(slots=True)
class Inputs:
    """What the files hold: tables by name, settings, the shapes of roads."""

    tables: dict[str, RawTable] = field(default_factory=dict)
    #: Travel matrices that were read at once, with the name of their file.
    matrices: dict[str, tuple[str, Matrix]] = field(default_factory=dict)
    settings: tuple[str, list[Entry]] | None = None
    shapes: tuple[str, bytes] | None = None
    #: What maps draw under all else.
    basemap: tuple[str, bytes] | None = None
    #: OpenStreetMap extracts in the order of their names.
    extracts: list[tuple[str, bytes]] = field(default_factory=list)
    #: Townships and counties as GeoJSON: name of the file and content.
    areas: tuple[str, bytes] | None = None
    problems: list[Problem] = field(default_factory=list)
    #: Tables that are there but unreadable: not missing as well.
    broken: set[str] = field(default_factory=set)
    #: A workbook or zip is unreadable: nobody knows which tables are missing.
    is_book_broken: bool = False


def read_scenario(path: str | Path, *, strict: bool = False) -> Scenario:
    """
    Return the scenario of a folder of CSV files, an .xlsx or a .zip of the folder.

    Parameters
    ----------
    path
        The folder or file.
    strict
        Warnings stop the reading like errors.

    Raises
    ------
    DataError
        With every problem: file, row, column, value and what to do.
    """
    path = Path(path)
    try:
        if path.is_dir():
            files = folder_files(path)
            folder: Path | None = path
        elif path.is_file():
            files, folder = _single_file(path), path
        else:
            raise DataError([Problem(str(path), say("no_such_path"))])
    except OSError as error:
        message = say("cannot_be_opened", error=error.strerror)
        raise DataError([Problem(str(path), message)]) from error
    name = path.resolve().name if path.is_dir() else path.stem
    return _read(files, name=name, folder=folder, strict=strict)


def read_scenario_files(
    files: Mapping[str, bytes], *, name: str, strict: bool = False
) -> Scenario:
    """
    Return the scenario of uploaded files: CSVs with a TOML, one .xlsx or one .zip.

    Parameters
    ----------
    files
        Content by file name; ``roads/nodes.csv`` and ``nodes.csv`` mean the same.
    name
        Name of the scenario where the settings give none.
    strict
        Whether warnings stop the reading like errors.

    Raises
    ------
    DataError
        With every problem: file, row, column, value and what to do.
    """
    return _read(files, name=name, folder=None, strict=strict)


def _too_large(name: str, num_bytes: int) -> Problem | None:
    table = table_of(PurePosixPath(name).stem)
    is_matrix = table is not None and table.name in MATRIX_TABLES
    suffix = PurePosixPath(name).suffix.casefold()
    limit = MAX_MATRIX_BYTES if is_matrix else MAX_FILE_BYTES
    if suffix in (".xlsx", ".xlsm", ".zip"):
        limit = MAX_PACKED_BYTES
    elif osm_format(name):
        limit = MAX_EXTRACT_BYTES
    elif suffix == ".toml":
        limit = MAX_TOML_BYTES
    if num_bytes <= limit:
        return None
    message = say("file_too_large", size_mb=num_bytes / 1e6, most_mb=limit / 1e6)
    if osm_format(name):
        message = say("extract_too_large", size_mb=num_bytes / 1e6, most_mb=limit / 1e6)
    return Problem(name, message)


def _sizes(num_bytes: Mapping[str, int]) -> list[Problem]:
    """Return what is too large, one file or all together."""
    each = [_too_large(name, num) for name, num in num_bytes.items()]
    problems = [problem for problem in each if problem is not None]
    total = sum(num_bytes.values())
    if not problems and total > MAX_TOTAL_BYTES:
        largest = max(num_bytes, key=lambda name: num_bytes[name])
        message = say(
            "files_too_large", size_mb=total / 1e6, most_mb=MAX_TOTAL_BYTES / 1e6
        )
        problems.append(Problem(largest, message))
    return problems


def folder_files(path: Path) -> dict[str, bytes]:
    """Return the files of a folder that may belong to a scenario, sizes checked."""
    candidates = [(item.name, item) for item in sorted(path.iterdir())]
    for name in ("roads", "water"):
        below = path / name
        if below.is_dir():
            candidates += [(f"{name}/{x.name}", x) for x in sorted(below.iterdir())]
    return load_files(
        [
            (name, item)
            for name, item in candidates
            if item.is_file() and _may_belong(name)
        ]
    )


def _may_belong(name: str) -> bool:
    suffix = PurePosixPath(name).suffix.casefold()
    stem = PurePosixPath(name).name
    if stem.startswith((".", "~$")):
        return False
    is_geojson = suffix == ".geojson" and (
        name.startswith("roads/") or stem in ("areas.geojson", "basemap.geojson")
    )
    return (
        is_geojson
        or osm_format(name) is not None
        or suffix in (".csv", ".toml", ".xlsx", ".xls", ".tsv")
    )


def _single_file(path: Path) -> dict[str, bytes]:
    suffix = path.suffix.casefold()
    if suffix in (".csv", ".toml", ".tsv"):
        raise DataError([Problem(path.name, say("one_file_of_many"))])
    if suffix not in (".xlsx", ".xlsm", ".zip", ".xls"):
        message = say("file_without_ending")
        if suffix:
            message = say("wrong_kind_of_file", suffix=suffix)
        raise DataError([Problem(path.name, message)])
    return load_files([(path.name, path)])


def load_files(items: list[tuple[str, Path]]) -> dict[str, bytes]:
    """
    Return the content of files by name.

    Raises
    ------
    DataError
        If files are too large, one of them or all together.
    """
    problems = _sizes({name: item.stat().st_size for name, item in items})
    if problems:
        raise DataError(problems)
    return {name: item.read_bytes() for name, item in items}


def _read(
    files: Mapping[str, bytes], *, name: str, folder: Path | None, strict: bool
) -> Scenario:
    inputs = Inputs()
    inputs.problems += _sizes({item: len(data) for item, data in files.items()})
    if not inputs.problems:
        collect(files, inputs)
        _check_missing(inputs, is_folder=folder is not None)
    return assemble(inputs, name=name, folder=folder, strict=strict)


def collect(files: Mapping[str, bytes], inputs: Inputs) -> None:
    """
    Sort files into tables, settings and roads; what is wrong becomes a problem.

    Parameters
    ----------
    files
        Content by file name.
    inputs
        Receives tables, settings, roads and problems.
    """
    for name, data in files.items():
        suffix = PurePosixPath(name).suffix.casefold()
        try:
            if suffix in (".xlsx", ".xlsm", ".xls"):
                _collect_workbook(name, data, inputs)
            elif suffix == ".zip":
                collect(_unzip(name, data, inputs), inputs)
            elif suffix == ".toml":
                _collect_settings(name, data, inputs)
            elif suffix == ".geojson" and PurePosixPath(name).stem == "areas":
                inputs.areas = (name, data)
            elif suffix == ".geojson":
                _collect_shapes(name, data, inputs)
            elif osm_format(name) is not None:
                check_extract(data, name)
                inputs.extracts.append((name, data))
            elif suffix in _TEXT_SUFFIXES:
                _collect_csv(name, data, inputs)
            else:
                message = say("file_not_read")
                inputs.problems.append(Problem(name, message, severity="warning"))
        except TableError as error:
            inputs.problems.append(error.problem)
            inputs.is_book_broken |= suffix in (".xlsx", ".xlsm", ".xls", ".zip")


def _collect_shapes(name: str, data: bytes, inputs: Inputs) -> None:
    if PurePosixPath(name).name.casefold() == "basemap.geojson":
        inputs.basemap = (name, data)
    elif inputs.shapes is None:
        inputs.shapes = (name, data)
    else:
        message = say("roads_twice", first=inputs.shapes[0])
        inputs.problems.append(Problem(name, message, severity="warning"))


def _unzip(name: str, data: bytes, inputs: Inputs) -> dict[str, bytes]:
    too_large: list[Problem] = []

    def is_wanted(member: str, num_bytes: int) -> bool:
        """Whether a member shall be unpacked; one that is too large is reported."""
        if not _may_belong(member):
            return False
        problem = _too_large(member, num_bytes)
        too_large.extend([] if problem is None else [problem])
        return problem is None

    members = read_zip(data, name, is_wanted)
    inputs.problems += too_large
    return {} if too_large else members


def _collect_settings(name: str, data: bytes, inputs: Inputs) -> None:
    stem = PurePosixPath(name).stem
    table = table_of(stem)
    if table is not None and table.name == "notices":
        inputs.broken.add(table.name)
        _add_table(table.name, notices_table(data, name, inputs.problems), inputs)
        return
    if table is None or table.name != "scenario":
        message = say("settings_elsewhere")
        inputs.problems.append(Problem(name, message, severity="warning"))
        return
    inputs.broken.add("scenario")
    entries = toml_entries(data, name)
    _set_settings(name, entries, inputs)


def _set_settings(label: str, entries: list[Entry], inputs: Inputs) -> None:
    if inputs.settings is not None:
        message = say("settings_twice", first=inputs.settings[0])
        inputs.problems.append(Problem(label, message))
        return
    inputs.settings = (label, entries)


def _table_of_file(name: str) -> Table | None:
    """Return the table of a file; nodes in the folder of the water are not roads."""
    path = PurePosixPath(name)
    table = table_of(path.stem)
    if table is not None and table.name == "nodes" and path.parent.name == "water":
        return tables()["water_nodes"]
    return table


def _collect_csv(name: str, data: bytes, inputs: Inputs) -> None:
    table = _table_of_file(name)
    if table is None:
        known = ", ".join(f"{item}.csv" for item in tables() if item != "scenario")
        message = say("table_unknown", known=known)
        inputs.problems.append(Problem(name, message, severity="warning"))
        return
    inputs.broken.add(table.name)
    matrix = fast_matrix(data) if table.name in MATRIX_TABLES else None
    if matrix is not None and table.name not in inputs.matrices:
        inputs.matrices[table.name] = (name, matrix)
    else:
        raw = parse_csv(data, name, max_rows=table.max_rows)
        _add_table(table.name, raw, inputs)


def _collect_workbook(name: str, data: bytes, inputs: Inputs) -> None:
    sheets = read_workbook(data, name, _max_rows)
    for sheet, content in sheets.items():
        table = table_of(sheet)
        if table is None or content is None:
            if sheet not in GUIDE_SHEETS:
                message = say("sheet_unknown")
                label = f"{name}[{sheet}]"
                inputs.problems.append(Problem(label, message, severity="warning"))
            continue
        inputs.broken.add(table.name)
        if isinstance(content, Problem):
            # An empty sheet of an optional table is as good as none.
            if table.required or content.message.key != "table_empty":
                inputs.problems.append(content)
        else:
            _add_table(table.name, content, inputs)


def _max_rows(sheet: str) -> int:
    table = table_of(sheet)
    return 0 if table is None else table.max_rows


#: Sheets of the template that explain it.
GUIDE_SHEETS: Final = ("说明", "guide", "填写说明")


def _add_table(name: str, raw: RawTable, inputs: Inputs) -> None:
    if name == "scenario":
        _set_settings(raw.file, sheet_entries(raw, inputs.problems), inputs)
    elif name in inputs.tables:
        message = say("table_twice", table=name, first=inputs.tables[name].file)
        inputs.problems.append(Problem(raw.file, message))
    else:
        inputs.tables[name] = raw


def _check_missing(inputs: Inputs, *, is_folder: bool) -> None:
    if inputs.is_book_broken:
        inputs.broken.add("scenario")
        return
    for table in tables().values():
        if not table.required or table.name == "scenario":
            continue
        if table.name not in inputs.tables and table.name not in inputs.broken:
            what = f"{table.name}.csv" if is_folder else table.name
            message = say("table_missing", table=table.name, zh=table.zh)
            inputs.problems.append(Problem(what, message))
