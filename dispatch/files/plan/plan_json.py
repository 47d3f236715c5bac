"""``plan.json`` in and out; a plan edited by hand is read with clear messages."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from dispatch.errors import DataError, Problem
from dispatch.files.cells.moments import near_date
from dispatch.files.cells.parse import CellError
from dispatch.files.plan.document import (
    BandLitres,
    BoundPart,
    CausePart,
    DonePart,
    NotePart,
    PipedPart,
    PlanDocument,
    RoutePart,
    SolverPart,
    StopPart,
    TotalsPart,
    VillagePart,
)
from dispatch.files.plan.document_errors import problems_of
from dispatch.files.tables.json_reader import MAX_PLAN_PARTS, check_parts, parse_json
from dispatch.files.tables.raw import MAX_FILE_BYTES, TableError, decode
from dispatch.model.need import BANDS, Band
from dispatch.model.plan import (
    PLAN_FORMAT,
    Bound,
    Cause,
    Plan,
    Route,
    SolverInfo,
    Stop,
    Totals,
    VillageOutcome,
)
from dispatch.words.message import say
from dispatch.words.stored import message_of, stored_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.scenario import Scenario


def plan_to_dict(plan: Plan) -> dict[str, Any]:
    """Return the plan as the JSON document of the output contract."""
    return _document(plan).model_dump(mode="json", exclude_unset=True)


def _document(plan: Plan) -> PlanDocument:
    """Return the document of a plan; fields that are not set are not written."""
    solver = plan.solver
    document: dict[str, Any] = {
        "format": PLAN_FORMAT,
        "scenario": plan.scenario,
        "date": plan.date.isoformat(),
        "seed": plan.seed,
        "solver": SolverPart.model_construct(
            name=solver.name,
            version=solver.version,
            seconds=round(solver.seconds, 3),
            status=solver.status,
            iterations=solver.iterations,
            travel=solver.travel,
            ended=solver.ended,
        ),
        "routes": tuple(
            RoutePart.model_construct(
                truck_id=route.truck_id,
                depot_id=route.depot_id,
                stops=tuple(map(_stop_part, route.stops)),
            )
            for route in plan.routes
        ),
        "villages": tuple(map(_village_part, plan.villages)),
        "totals": TotalsPart.model_construct(
            served_l=_bands(plan.totals.served_l),
            need_l=_bands(plan.totals.need_l),
            delivered_l=plan.totals.delivered_l,
            driving_s=plan.totals.driving_s,
            driving_m=plan.totals.driving_m,
        ),
        "bound": _bound_part(plan.bound),
        "notes": tuple(
            NotePart.model_construct(**stored_message(note)) for note in plan.notes
        ),
    }
    if plan.done:
        document["done"] = tuple(
            DonePart.model_construct(truck_id=truck_id, stops=num)
            for truck_id, num in plan.done.items()
        )
    if plan.piped_l:
        document["piped"] = tuple(
            PipedPart.model_construct(village_id=village_id, litres=litres)
            for village_id, litres in plan.piped_l.items()
        )
    return PlanDocument.model_construct(**document)


def _bands(litres: Mapping[Band, int]) -> BandLitres:
    known: dict[str, Any] = {
        band: int(litres[band]) for band in BANDS if band in litres
    }
    return BandLitres.model_construct(**known)


def _stop_part(stop: Stop) -> StopPart:
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
    return StopPart.model_construct(**record)


def _village_part(outcome: VillageOutcome) -> VillagePart:
    return VillagePart.model_construct(
        village_id=outcome.village_id,
        need_l=_bands(outcome.need_l),
        served_l=_bands(outcome.served_l),
        delivered_l=int(outcome.delivered_l),
        shortage_l=int(outcome.shortage_l),
        reason=outcome.reason,
        causes=tuple(
            CausePart.model_construct(reason=cause.reason, litres=int(cause.litres))
            for cause in outcome.causes
        ),
    )


def _bound_part(bound: Bound | None) -> BoundPart | None:
    if bound is None:
        return None
    return BoundPart.model_construct(
        method=bound.method,
        served_l=_bands(bound.served_l),
        total_l=bound.total_l,
        gap=bound.gap,
    )


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
    try:
        check_parts(data, file, MAX_PLAN_PARTS)
        document = parse_json(decode(data, file), file)
    except TableError as error:
        raise DataError([error.problem]) from error
    try:
        read = PlanDocument.model_validate(document)
    except ValidationError as error:
        raise DataError(problems_of(error, file)) from error
    problems: list[Problem] = []
    plan = _plan_of(read, scenario, file, problems)
    if problems:
        raise DataError(problems)
    return plan


def _plan_of(
    read: PlanDocument, scenario: Scenario | None, file: str, problems: list[Problem]
) -> Plan:
    """Return the plan of a document; adds what no form of fields can tell."""
    seen: set[str] = set()
    for route in read.routes:
        if route.truck_id in seen:
            message = say("truck_two_routes", truck=route.truck_id)
            problems.append(Problem(file, message, column="routes"))
        seen.add(route.truck_id)
    name = read.scenario
    if name is None:
        name = scenario.name if scenario is not None else ""
    return Plan(
        scenario=name,
        date=_date_of(read.date, scenario, file, problems),
        seed=read.seed,
        solver=SolverInfo(**dict(read.solver)),
        routes=tuple(map(_route_of, read.routes)),
        villages=tuple(map(_outcome_of, read.villages)),
        totals=Totals(
            need_l=_litres_of(read.totals.need_l),
            served_l=_litres_of(read.totals.served_l),
            delivered_l=read.totals.delivered_l,
            driving_s=read.totals.driving_s,
            driving_m=read.totals.driving_m,
        ),
        bound=_bound_of(read.bound),
        notes=tuple(message_of(dict(note)) for note in read.notes),
        done={entry.truck_id: entry.stops for entry in read.done},
        piped_l={entry.village_id: entry.litres for entry in read.piped},
    )


def _date_of(
    text: str | None, scenario: Scenario | None, file: str, problems: list[Problem]
) -> dt.date:
    if not text:
        return scenario.date if scenario is not None else dt.date.min
    try:
        return near_date(dt.date.fromisoformat(text))
    except CellError as error:
        message = error.message
    except ValueError:
        message = say("must_be_date")
    problems.append(Problem(file, message, column="date", value=text[:60]))
    return dt.date.min


def _route_of(part: RoutePart) -> Route:
    stops = tuple(
        Stop(
            kind=stop.kind,
            place_id=stop.place_id,
            arrive_s=stop.start_s if stop.arrive_s is None else stop.arrive_s,
            start_s=stop.start_s,
            end_s=stop.end_s,
            litres=stop.litres or 0,
            bay=stop.bay,
        )
        for stop in part.stops
    )
    return Route(part.truck_id, part.depot_id, stops)


def _litres_of(part: BandLitres) -> dict[Band, int]:
    """Return litres of every band; bands that are left out are 0."""
    return {band: getattr(part, band) for band in BANDS}


def _outcome_of(part: VillagePart) -> VillageOutcome:
    return VillageOutcome(
        village_id=part.village_id,
        need_l=_litres_of(part.need_l),
        served_l=_litres_of(part.served_l),
        delivered_l=part.delivered_l,
        shortage_l=part.shortage_l,
        reason=part.reason,
        causes=tuple(Cause(cause.reason, cause.litres) for cause in part.causes),
    )


def _bound_of(part: BoundPart | None) -> Bound | None:
    if part is None:
        return None
    served_l = _litres_of(part.served_l)
    total_l = sum(served_l.values()) if part.total_l is None else part.total_l
    return Bound(part.method, served_l, total_l, part.gap)
