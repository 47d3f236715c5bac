"""The tables of the demo as texts, with single cells changed."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch.errors import DataError, Problem
from dispatch.files.scenario.read import read_scenario_files

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario

DEMO = Path(__file__).parents[3] / "data" / "yonghe"
#: One change: file, first cell of the row (None: a new row), and cells by column.
Change = tuple[str, str | None, dict[str, str]]


@cache
def demo_files() -> dict[str, bytes]:
    """Return the demo without its roads, which take time and refer to no water."""
    places = [*DEMO.glob("*.csv"), *DEMO.glob("*.toml")]
    files = {path.name: path.read_bytes() for path in sorted(places)}
    water = sorted((DEMO / "water").iterdir())
    return files | {f"water/{path.name}": path.read_bytes() for path in water}


def rows_of(table: str, files: dict[str, bytes]) -> list[dict[str, str]]:
    text = files[f"water/{table}.csv"].decode()
    return list(csv.DictReader(io.StringIO(text)))


def with_rows(
    table: str, rows: list[dict[str, str]], files: dict[str, bytes]
) -> dict[str, bytes]:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return {**files, f"water/{table}.csv": out.getvalue().encode()}


def changed(*changes: Change) -> dict[str, bytes]:
    """Return the files of the demo with some cells changed or rows added."""
    files = demo_files()
    for table, row_id, cells in changes:
        rows = rows_of(table, files)
        assert set(cells) <= set(rows[0]), cells
        first = next(iter(rows[0]))
        if row_id is None:
            rows.append({**rows[-1], **cells})
        else:
            matches = [row for row in rows if row[first] == row_id]
            assert matches, row_id
            matches[0].update(cells)
        files = with_rows(table, rows, files)
    return files


def read(files: dict[str, bytes], *, strict: bool = False) -> Scenario:
    return read_scenario_files(files, name="x", strict=strict)


def problems_of(files: dict[str, bytes]) -> tuple[Problem, ...]:
    """Return what is wrong; warnings too, if nothing is."""
    try:
        return read(files).warnings
    except DataError as error:
        return error.problems
