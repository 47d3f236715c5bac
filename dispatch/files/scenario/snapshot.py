"""
A scenario as one value of bytes, and back, equal in every field.

For what the program keeps itself: runs and drafts. What people write and read are
the tables of ``write`` and ``read``, which check, round and warn.

Notes
-----
A zip of ``scenario.json`` (settings and tables, one object a row), ``roads.json``
(columns of text) and one ``.npy`` a column of numbers of the roads and a matrix of
travel; ``water.json`` and ``people.json`` where the day has such tables. Nothing in
it is code.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
import zlib
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    TypeAdapter,
)

from dispatch.errors import Problem
from dispatch.model.areas import Area, MapFeature
from dispatch.model.road_limits import RoadLimit, SpeedRule
from dispatch.model.roads import RoadNetwork
from dispatch.model.scenario import (
    Datum,
    Depot,
    NeedStandard,
    Resting,
    Scenario,
    ServiceRules,
    Source,
    StraightLine,
    Truck,
    Village,
)
from dispatch.model.travel import TravelTable
from dispatch.model.water.network import WaterNetwork, WaterPeople
from dispatch.words.stored import message_of, stored_message

#: Another one is of another version of the program.
FORMAT: Final = "water-dispatch-scenario/1"

_DOCUMENT: Final = "scenario.json"
_ROAD_TEXTS: Final = "roads.json"
#: Only of days with more than trucks; persons apart.
_WATER: Final = "water.json"
_PEOPLE: Final = "people.json"
#: Of every member, so that equal scenarios are equal bytes.
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
#: Fast; columns of numbers hardly shrink any further.
_COMPRESSION: Final = 1


#: What a broken zip, JSON or array, or a missing member or column, raises.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    RuntimeError,
)


class SnapshotError(ValueError):
    """The bytes are no scenario of this version of the program."""


def _problem(value: Any) -> Problem:
    if isinstance(value, Problem):
        return value
    return Problem(**{**value, "message": message_of(value["message"])})


def _stored_problem(problem: Problem) -> dict[str, Any]:
    values = {entry.name: getattr(problem, entry.name) for entry in fields(problem)}
    return {**values, "message": stored_message(problem.message)}


_StoredProblem = Annotated[
    Problem, PlainSerializer(_stored_problem), PlainValidator(_problem)
]


class _Document(BaseModel):
    """All of a scenario but its matrices and roads, field by field."""

    # Unknown fields are of a later version: to leave them out would lose data.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: Literal["water-dispatch-scenario/1"]
    name: str
    date: dt.date
    villages: tuple[Village, ...]
    sources: tuple[Source, ...]
    depots: tuple[Depot, ...]
    trucks: tuple[Truck, ...]
    datum: Datum
    need: NeedStandard
    service: ServiceRules
    straight_line: StraightLine
    equity_steps: int
    road_limits: tuple[RoadLimit, ...]
    speed_rules: tuple[SpeedRule, ...]
    areas: tuple[Area, ...]
    basemap: tuple[MapFeature, ...]
    folder: Path | None
    warnings: tuple[_StoredProblem, ...]
    resting: tuple[Resting, ...]
    travel_places: tuple[str, ...] | None


#: Fields that the document has under the same name as the scenario.
SHARED_FIELDS: Final = tuple(
    name for name in _Document.model_fields if name not in ("format", "travel_places")
)


def scenario_to_bytes(scenario: Scenario) -> bytes:
    """Return a scenario as one value to be kept; equal scenarios give equal bytes."""
    table = scenario.travel_table
    shared = {name: getattr(scenario, name) for name in SHARED_FIELDS}
    document = _Document.model_construct(
        format=FORMAT,
        travel_places=None if table is None else table.place_ids,
        **shared,
    )
    members = {_DOCUMENT: document.model_dump_json().encode()}
    if scenario.roads is not None:
        texts, arrays = _road_columns(scenario.roads)
        members[_ROAD_TEXTS] = json.dumps(texts, ensure_ascii=False).encode()
        members |= {f"roads/{name}.npy": _npy(array) for name, array in arrays.items()}
    if scenario.water is not None:
        members[_WATER] = _water_json().dump_json(scenario.water)
    if scenario.water_people is not None:
        members[_PEOPLE] = _people_json().dump_json(scenario.water_people)
    if table is not None:
        members["travel/seconds.npy"] = _npy(table.seconds)
        if table.metres is not None:
            members["travel/metres.npy"] = _npy(table.metres)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data, compresslevel=_COMPRESSION)
    return out.getvalue()


def scenario_from_bytes(data: bytes) -> Scenario:
    """
    Return the scenario that was kept.

    Raises
    ------
    SnapshotError
        If the bytes are of another version of the program, or of none.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        document = _Document.model_validate_json(members[_DOCUMENT])
        shared = {name: getattr(document, name) for name in SHARED_FIELDS}
        return Scenario(
            **shared,
            travel_table=_travel_table(document, members),
            roads=_roads(members),
            water=(
                _water_json().validate_json(members[_WATER], strict=True)
                if _WATER in members
                else None
            ),
            water_people=(
                _people_json().validate_json(members[_PEOPLE], strict=True)
                if _PEOPLE in members
                else None
            ),
        )
    except _BROKEN as error:
        raise SnapshotError(f"no scenario of {FORMAT}") from error


@cache
def _water_json() -> TypeAdapter[WaterNetwork]:
    return TypeAdapter(WaterNetwork)


@cache
def _people_json() -> TypeAdapter[WaterPeople]:
    return TypeAdapter(WaterPeople)


def _road_columns(
    roads: RoadNetwork,
) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """Return the columns of text and those of numbers, by name."""
    texts: dict[str, Any] = {}
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for entry in fields(roads):
        value = getattr(roads, entry.name)
        if isinstance(value, np.ndarray):
            arrays[entry.name] = value
        else:
            texts[entry.name] = value
    return texts, arrays


def _roads(members: dict[str, bytes]) -> RoadNetwork | None:
    if _ROAD_TEXTS not in members:
        return None
    columns: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in json.loads(members[_ROAD_TEXTS]).items()
    }
    for name, data in members.items():
        if name.startswith("roads/"):
            columns[Path(name).stem] = _array(data)
    return RoadNetwork(**columns)


def _travel_table(document: _Document, members: dict[str, bytes]) -> TravelTable | None:
    if document.travel_places is None:
        return None
    metres = members.get("travel/metres.npy")
    return TravelTable(
        place_ids=document.travel_places,
        seconds=_array(members["travel/seconds.npy"]),
        metres=None if metres is None else _array(metres),
    )


def _npy(array: np.ndarray[Any, Any]) -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array(out, array, allow_pickle=False)
    return out.getvalue()


def _array(data: bytes) -> np.ndarray[Any, Any]:
    return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
