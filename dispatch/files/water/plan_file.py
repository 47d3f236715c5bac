"""``water.json`` in and out: a plan of all the water, one row of it a line."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from dispatch.errors import DataError, Problem
from dispatch.files.tables.json_reader import MAX_PLAN_PARTS, check_parts, parse_json
from dispatch.files.tables.raw import MAX_FILE_BYTES, TableError, decode
from dispatch.model.water.plan import WATER_PLAN_FORMAT, WaterPlan
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping

WATER_JSON = "water.json"


@cache
def _adapter() -> TypeAdapter[WaterPlan]:
    return TypeAdapter(WaterPlan)


def water_plan_to_json(plan: WaterPlan) -> str:
    """Return the text of ``water.json``."""
    return json_lines(water_plan_document(plan))


def water_plan_document(plan: WaterPlan) -> dict[str, Any]:
    """Return the keys of ``water.json`` that make a plan."""
    document: dict[str, Any] = {"format": WATER_PLAN_FORMAT}
    document |= _adapter().dump_python(plan, mode="json")
    return document


def json_lines(document: Mapping[str, Any]) -> str:
    """Return JSON with a key a line, and a line for each row of a list."""
    parts = []
    for key, value in document.items():
        text = _one_line(value)
        if isinstance(value, list) and value:
            rows = ",\n  ".join(map(_one_line, value))
            text = f"[\n  {rows}]"
        parts.append(f'"{key}": {text}')
    return "{" + ",\n ".join(parts) + "}\n"


def _one_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def read_water_plan(path: str | Path) -> WaterPlan:
    """
    Return the plan of a ``water.json``, or of the folder that holds it.

    Raises
    ------
    DataError
        With every problem: where in the file, and what stands there.
    """
    path = Path(path)
    if path.is_dir():
        path /= WATER_JSON
    try:
        num_bytes = path.stat().st_size
        data = path.read_bytes() if num_bytes <= MAX_FILE_BYTES else b""
    except OSError as error:
        message = say("plan_cannot_be_opened", error=error.strerror)
        raise DataError([Problem(str(path), message)]) from error
    if num_bytes > MAX_FILE_BYTES:
        message = say("more_bytes_than", most=MAX_FILE_BYTES)
        raise DataError([Problem(str(path), message)])
    return water_plan_from_json(data, file=path.name)


def water_plan_from_json(data: bytes, *, file: str = WATER_JSON) -> WaterPlan:
    """
    Return the plan of the content of a ``water.json``.

    Parameters
    ----------
    data
        Content of the file.
    file
        Name for messages.

    Raises
    ------
    DataError
        With every problem: where in the file, and what stands there.
    """
    try:
        check_parts(data, file, MAX_PLAN_PARTS)
        document = parse_json(decode(data, file), file)
    except TableError as error:
        raise DataError([error.problem]) from error
    if isinstance(document, dict) and document.get("format") != WATER_PLAN_FORMAT:
        message = say("water_plan_format", wanted=WATER_PLAN_FORMAT)
        raise DataError([Problem(file, message, column="format")])
    try:
        return _adapter().validate_python(document)
    except ValidationError as error:
        problems = [
            Problem(
                file,
                say("water_plan_value"),
                column=".".join(map(str, detail["loc"])) or None,
            )
            for detail in error.errors(include_url=False)[:200]
        ]
        raise DataError(problems) from error
