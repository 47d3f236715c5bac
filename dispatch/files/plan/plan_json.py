"""``plan.json`` in and out; a plan edited by hand is read with clear messages."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from dispatch.errors import DataError, Problem
from dispatch.files.cells.moments import near_date
from dispatch.files.cells.parse import CellError
from dispatch.files.tables.json_reader import (
    MAX_PLAN_PARTS,
    Node,
    check_parts,
    parse_json,
)
from dispatch.files.tables.raw import MAX_FILE_BYTES, TableError, decode
from dispatch.model.need import BANDS, Band
from dispatch.model.plan import (
    PLAN_FORMAT,
    Bound,
    Cause,
    Ended,
    Plan,
    Reason,
    Route,
    SolverInfo,
    Status,
    Stop,
    StopKind,
    Totals,
    VillageOutcome,
)
from dispatch.words.message import known_message, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.scenario import Scenario
    from dispatch.words.message import Message

#: Two days of seconds: no stop of a day lies later.
_LAST_S: Final = 172_800
_MAX_LITRES: Final = 10**12


def plan_to_dict(plan: Plan) -> dict[str, Any]:
    """Return the plan as the JSON document of the output contract."""
    document: dict[str, Any] = {
        "format": PLAN_FORMAT,
        "scenario": plan.scenario,
        "date": plan.date.isoformat(),
        "seed": plan.seed,
        "solver": {
            "name": plan.solver.name,
            "version": plan.solver.version,
            "seconds": round(plan.solver.seconds, 3),
            "status": plan.solver.status,
            "iterations": plan.solver.iterations,
            "travel": plan.solver.travel,
            "ended": plan.solver.ended,
        },
        "routes": [_route_to_dict(route) for route in plan.routes],
        "villages": [_village_to_dict(outcome) for outcome in plan.villages],
        "totals": {
            "served_l": _bands(plan.totals.served_l),
            "need_l": _bands(plan.totals.need_l),
            "delivered_l": plan.totals.delivered_l,
            "driving_s": plan.totals.driving_s,
            "driving_m": plan.totals.driving_m,
        },
        "bound": None,
        "notes": [_note_to_dict(note) for note in plan.notes],
    }
    if plan.done:
        document["done"] = [
            {"truck_id": truck_id, "stops": num} for truck_id, num in plan.done.items()
        ]
    if plan.bound is not None:
        document["bound"] = {
            "method": plan.bound.method,
            "served_l": _bands(plan.bound.served_l),
            "total_l": plan.bound.total_l,
            "gap": plan.bound.gap,
        }
    return document


def _note_to_dict(note: Message) -> dict[str, Any]:
    fields = {
        name: value if isinstance(value, int) else str(value)
        for name, value in note.fields
    }
    return {"key": note.key, "fields": fields, "text": note.text("zh")}


def _read_notes(root: Node) -> tuple[Message, ...]:
    """Return the notes; one that this version does not know keeps its text."""
    written = root.value.get("notes")
    if isinstance(written, list) and all(isinstance(note, str) for note in written):
        return tuple(say("note_as_written", text=note) for note in written)
    notes = []
    for item in root.items("notes"):
        fields: dict[str, object] = item.child("fields").value
        note = known_message(item.text("key", default=""), fields)
        notes.append(note or say("note_as_written", text=item.text("text", default="")))
    return tuple(notes)


def _bands(litres: Mapping[Band, int]) -> dict[str, int]:
    return {band: int(litres[band]) for band in BANDS if band in litres}


def _route_to_dict(route: Route) -> dict[str, Any]:
    return {
        "truck_id": route.truck_id,
        "depot_id": route.depot_id,
        "stops": [_stop_to_dict(stop) for stop in route.stops],
    }


def _stop_to_dict(stop: Stop) -> dict[str, Any]:
    record: dict[str, Any] = {
        "kind": stop.kind,
        "place_id": stop.place_id,
        "arrive_s": int(stop.arrive_s),
        "start_s": int(stop.start_s),
        "end_s": int(stop.end_s),
    }
    if stop.kind in ("fill", "deliver"):
        record["litres"] = int(stop.litres)
    if stop.bay is not None:
        record["bay"] = int(stop.bay)
    return record


def _village_to_dict(outcome: VillageOutcome) -> dict[str, Any]:
    return {
        "village_id": outcome.village_id,
        "need_l": _bands(outcome.need_l),
        "served_l": _bands(outcome.served_l),
        "delivered_l": int(outcome.delivered_l),
        "shortage_l": int(outcome.shortage_l),
        "reason": outcome.reason,
        "causes": [
            {"reason": cause.reason, "litres": int(cause.litres)}
            for cause in outcome.causes
        ],
    }


def plan_to_json(plan: Plan) -> str:
    """Return the text of ``plan.json``: one stop a line, so that people can edit it."""
    document = plan_to_dict(plan)
    routes, villages = document.pop("routes"), document.pop("villages")
    parts = [f'"{key}": {_one_line(value)}' for key, value in document.items()]
    route_texts = []
    for route in routes:
        stops = ",\n   ".join(_one_line(stop) for stop in route.pop("stops"))
        head = _one_line(route)[:-1]
        route_texts.append(f'{head}, "stops": [\n   {stops}]}}')
    parts.insert(5, '"routes": [\n  ' + ",\n  ".join(route_texts) + "]")
    village_texts = ",\n  ".join(_one_line(village) for village in villages)
    parts.insert(6, f'"villages": [\n  {village_texts}]')
    return "{" + ",\n ".join(parts) + "}\n"


def _one_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def read_plan(path: str | Path, *, scenario: Scenario | None = None) -> Plan:
    """
    Return the plan of a ``plan.json``, also one that was edited by hand.

    Only ``routes`` must be there; keys that are not known are passed over.

    Parameters
    ----------
    path
        The file.
    scenario
        Gives name and date to a plan that names none.

    Raises
    ------
    DataError
        With every problem: where in the file, what stands there, what to write.
    """
    path = Path(path)
    try:
        num_bytes = path.stat().st_size
        data = path.read_bytes() if num_bytes <= MAX_FILE_BYTES else b""
    except OSError as error:
        message = say("plan_cannot_be_opened", error=error.strerror)
        raise DataError([Problem(str(path), message)]) from error
    if num_bytes > MAX_FILE_BYTES:
        raise DataError(
            [Problem(str(path), say("more_bytes_than", most=MAX_FILE_BYTES))]
        )
    return plan_from_json(data, file=path.name, scenario=scenario)


def plan_from_json(
    data: bytes, *, file: str = "plan.json", scenario: Scenario | None = None
) -> Plan:
    """
    Return the plan of the content of a ``plan.json``; see `read_plan`.

    Parameters
    ----------
    data
        Content of the file.
    file
        Name for messages.
    scenario
        Gives name and date to a plan that names none; None: the file must.

    Raises
    ------
    DataError
        With every problem: where in the file, what stands there, what to write.
    """
    problems: list[Problem] = []
    try:
        check_parts(data, file, MAX_PLAN_PARTS)
        document = parse_json(decode(data, file), file)
    except TableError as error:
        raise DataError([error.problem]) from error
    root = Node(document, "", file, problems)
    plan = _read_root(root, scenario)
    if problems or plan is None:
        raise DataError(problems)
    return plan


def _read_root(root: Node, scenario: Scenario | None) -> Plan | None:
    if not root.is_object():
        return None
    named = root.text("format", default=PLAN_FORMAT)
    if named != PLAN_FORMAT:
        root.wrong("format", say("plan_format", format=PLAN_FORMAT))
    routes = tuple(_read_route(route) for route in root.items("routes", required=True))
    seen: set[str] = set()
    for route in routes:
        if route.truck_id in seen:
            root.wrong("routes", say("truck_two_routes", truck=route.truck_id))
        seen.add(route.truck_id)
    return Plan(
        scenario=root.text("scenario", default=scenario.name if scenario else ""),
        date=_read_date(root, scenario),
        seed=root.whole("seed", default=0, low=-(2**63), high=2**63),
        solver=_read_solver(root.child("solver")),
        routes=routes,
        villages=tuple(_read_village(village) for village in root.items("villages")),
        totals=_read_totals(root.child("totals")),
        bound=_read_bound(root),
        notes=_read_notes(root),
        done={
            entry.text("truck_id"): entry.whole("stops", high=100_000)
            for entry in root.items("done")
        },
    )


def _read_date(root: Node, scenario: Scenario | None) -> dt.date:
    text = root.text("date", default="")
    if not text:
        return scenario.date if scenario is not None else dt.date.min
    try:
        return near_date(dt.date.fromisoformat(text))
    except CellError as error:
        root.wrong("date", error.message)
        return dt.date.min
    except ValueError:
        root.wrong("date", say("must_be_date"))
        return dt.date.min


def _read_solver(node: Node) -> SolverInfo:
    ended = None
    if not node.is_null("ended"):
        ended = cast("Ended", node.choice("ended", get_args(Ended)))
    return SolverInfo(
        name=node.text("name", default=""),
        version=node.text("version", default=""),
        seconds=node.number("seconds", default=0.0),
        status=cast(
            "Status", node.choice("status", get_args(Status), default="feasible")
        ),
        iterations=node.whole("iterations", default=0),
        travel=node.text("travel", default=""),
        ended=ended,
    )


def _read_route(node: Node) -> Route:
    return Route(
        truck_id=node.text("truck_id"),
        depot_id=node.text("depot_id", default=""),
        stops=tuple(_read_stop(stop) for stop in node.items("stops", required=True)),
    )


def _read_stop(node: Node) -> Stop:
    kind = cast("StopKind", node.choice("kind", get_args(StopKind)))
    start_s = node.whole("start_s", high=_LAST_S)
    bay = None if node.is_null("bay") else node.whole("bay", low=1, high=10_000)
    is_flow = kind in ("fill", "deliver")
    litres = node.whole("litres", default=None if is_flow else 0, high=_MAX_LITRES)
    return Stop(
        kind=kind,
        place_id=node.text("place_id"),
        arrive_s=node.whole("arrive_s", default=start_s, high=_LAST_S),
        start_s=start_s,
        end_s=node.whole("end_s", high=_LAST_S),
        litres=litres,
        bay=bay,
    )


def _read_bands(node: Node, key: str) -> dict[Band, int]:
    """Return litres of every band; bands that are left out are 0."""
    child = node.child(key)
    return {band: child.whole(band, default=0, high=_MAX_LITRES) for band in BANDS}


def _read_village(node: Node) -> VillageOutcome:
    reason = None
    if not node.is_null("reason"):
        reason = cast("Reason", node.choice("reason", get_args(Reason)))
    return VillageOutcome(
        village_id=node.text("village_id"),
        need_l=_read_bands(node, "need_l"),
        served_l=_read_bands(node, "served_l"),
        delivered_l=node.whole("delivered_l", default=0, high=_MAX_LITRES),
        shortage_l=node.whole("shortage_l", default=0, high=_MAX_LITRES),
        reason=reason,
        causes=tuple(_read_cause(cause) for cause in node.items("causes")),
    )


def _read_cause(node: Node) -> Cause:
    reason = cast("Reason", node.choice("reason", get_args(Reason)))
    return Cause(reason, node.whole("litres", high=_MAX_LITRES))


def _read_totals(node: Node) -> Totals:
    return Totals(
        need_l=_read_bands(node, "need_l"),
        served_l=_read_bands(node, "served_l"),
        delivered_l=node.whole("delivered_l", default=0, high=_MAX_LITRES),
        driving_s=node.whole("driving_s", default=0, high=_MAX_LITRES),
        driving_m=node.whole("driving_m", default=0, high=_MAX_LITRES),
    )


def _read_bound(root: Node) -> Bound | None:
    if root.is_null("bound"):
        return None
    node = root.child("bound")
    served = _read_bands(node, "served_l")
    return Bound(
        method=node.text("method", default=""),
        served_l=served,
        total_l=node.whole("total_l", default=sum(served.values()), high=_MAX_LITRES),
        gap=node.number("gap", default=0.0),
    )
