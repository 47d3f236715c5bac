"""
``water.json`` of a whole dispatch, and dispatches as bytes that a database keeps.

``water.json`` starts with the plan of the days, and is read as one; lists of what gate
keepers, farmers and people on duty need follow. Nobody is named in it, and households
are in no list: who carries water goes to a village.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from dispatch.errors import DataError, Problem
from dispatch.files.water.notice_texts import notice_texts
from dispatch.files.water.plan_file import json_lines, water_plan_document
from dispatch.model.water.dispatch import WaterDispatch, WaterDuty
from dispatch.model.water.form import DroughtForm
from dispatch.water.pump_hours import pump_from_h
from dispatch.water.releases import releases_of
from dispatch.water.turn_rows import turn_rows
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.hours import Span
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.told import WaterNotices

_Kept = TypeVar("_Kept")
Row = dict[str, Any]


def dispatch_to_json(
    scenario: Scenario,
    dispatch: WaterDispatch,
    duty: WaterDuty | None,
    notices: WaterNotices,
    form: DroughtForm,
) -> str:
    """
    Return the text of ``water.json``.

    Parameters
    ----------
    scenario
        With tables of the water.
    dispatch
        Days and hours.
    duty
        Who watches and carries, by id; None: posts and their times alone.
    notices, form
        What is told and reported of it.

    Raises
    ------
    ValueError
        If the scenario has no tables of the water: a fault of the program.
    """
    network = scenario.water
    if network is None:
        raise ValueError("a dispatch of no water")
    document = water_plan_document(dispatch.plan)
    document |= {
        "num_rounds": dispatch.num_rounds,
        "is_kept": dispatch.is_kept,
        "turn_order": dispatch.turn_order,
        "zone_caps": [
            {"zone_id": cap.zone_id, "m3_per_h": cap.m3_per_h}
            for cap in dispatch.zone_caps
        ],
    }
    document |= _flows(network, dispatch)
    document |= _hours(network, dispatch)
    document |= _people(scenario, dispatch, duty or WaterDuty())
    document["unkept"] = _unkept(dispatch, duty)
    document["notices"] = notice_texts(scenario, notices)
    document["form"] = _form_rows(form)
    return json_lines(document)


def zone_caps_of(data: bytes) -> dict[str, float]:
    """
    Return the most that the hours let into zones, m3/h by zone, of a ``water.json``.

    Parameters
    ----------
    data
        Content of a file that was read as a plan before.
    """
    rows = json.loads(data).get("zone_caps") or []
    return {str(row["zone_id"]): float(row["m3_per_h"]) for row in rows}


def moment_of(first_day: dt.date, time_s: float) -> str:
    """
    Return local date and clock to the minute: ``2022-09-06T05:30``.

    Parameters
    ----------
    first_day
        Date of day 0.
    time_s
        Seconds since its midnight.
    """
    midnight = dt.datetime.combine(first_day, dt.time())
    moment = midnight + dt.timedelta(minutes=round(time_s / 60))
    return moment.isoformat(timespec="minutes")


def _span(dispatch: WaterDispatch, span: Span) -> Row:
    first = dispatch.plan.first_day
    return {
        "from": moment_of(first, span.start_s),
        "until": moment_of(first, span.end_s),
    }


def _date(dispatch: WaterDispatch, day: int) -> str:
    return (dispatch.plan.first_day + dt.timedelta(days=day)).isoformat()


def _flows(network: WaterNetwork, dispatch: WaterDispatch) -> Row:
    first = dispatch.plan.first_day
    releases = [
        {
            "canal_id": row.canal_id,
            "node_id": row.node_id,
            "from": moment_of(first, row.from_h * 3600),
            "until": moment_of(first, row.until_h * 3600),
            "m3_per_h": round(row.m3_per_h, 2),
        }
        for row in releases_of(network, dispatch.plan)
    ]
    places = [
        {
            "pump_id": run.pump_id,
            "lift_id": run.lift_id,
            "day": _date(dispatch, run.day),
            "from": moment_of(first, 3600 * pump_from_h(run.day, run.hours)),
            "until": moment_of(
                first, 3600 * (pump_from_h(run.day, run.hours) + run.hours)
            ),
            "hours": round(run.hours, 3),
            "m3": round(run.m3, 2),
            "is_moved": run.moved,
            "fuel_l": None if run.fuel_l is None else round(run.fuel_l, 2),
            "kwh": None if run.kwh is None else round(run.kwh, 2),
        }
        for run in dispatch.plan.pumps
    ]
    return {"releases": releases, "pump_places": places}


def _hours(network: WaterNetwork, dispatch: WaterDispatch) -> Row:
    turns = [
        {
            "canal_id": turn.canal_id,
            "group": turn.field_id,
            **_span(dispatch, turn.span),
            "head_m3": round(turn.head_m3, 2),
            "field_m3": round(turn.field_m3, 2),
            "mu": round(turn.mu, 2),
        }
        for turn in turn_rows(network, dispatch)
    ]
    slots = [
        {
            "zone_id": slot.zone_id,
            "date": _date(dispatch, slot.span.day),
            **_span(dispatch, slot.span),
            "m3": slot.total_l / 1000,
        }
        for slot in sorted(dispatch.slots.slots, key=lambda slot: slot.span)
    ]
    return {"turns": turns, "slots": slots}


def _people(scenario: Scenario, dispatch: WaterDispatch, duty: WaterDuty) -> Row:
    """Return posts, who is there, and rounds by village: people by id alone."""
    watches = [
        {"post_id": watch.post_id, **_span(dispatch, span), "persons": watch.persons}
        for watch in dispatch.watches
        for span in watch.spans
    ]
    shifts = [
        {
            "post_id": own.shift.post_id,
            "person_id": own.person_id,
            **_span(dispatch, span),
        }
        for own in duty.roster.duties
        for span in own.shift.spans
    ]
    return {
        "watches": watches,
        "duty": sorted(shifts, key=lambda row: (row["from"], row["post_id"])),
        "rounds": _rounds(scenario, dispatch, duty),
    }


def _rounds(scenario: Scenario, dispatch: WaterDispatch, duty: WaterDuty) -> list[Row]:
    """Return what each person brings to each village a day; no door is told."""
    people = scenario.water_people
    village_of = {
        door.household_id: door.village_id for door in (people.doors if people else ())
    }
    spans: defaultdict[tuple[int, str, str], list[tuple[Span, int]]] = defaultdict(list)
    for visit in duty.rounds.visits:
        village_id = village_of.get(visit.household_id, "")
        key = (visit.day, visit.person_id, village_id)
        spans[key].append((visit.span, visit.litres))
    return [
        {
            "person_id": person_id,
            "village_id": village_id,
            "date": _date(dispatch, day),
            "from": moment_of(
                dispatch.plan.first_day, min(span.start_s for span, _ in visits)
            ),
            "until": moment_of(
                dispatch.plan.first_day, max(span.end_s for span, _ in visits)
            ),
            "litres": sum(litres for _, litres in visits),
        }
        for (day, person_id, village_id), visits in sorted(spans.items())
    ]


def _unkept(dispatch: WaterDispatch, duty: WaterDuty | None) -> list[Row]:
    """Return what hours and people cannot keep; of doors only how many."""
    rows: list[Row] = [
        {
            "what": "turn",
            "object_id": turn.group_id,
            "canal_id": rota.canal_id,
            "missing_m3": round(turn.missing_m3, 2),
            "reason": turn.reason,
        }
        for rota in dispatch.rotas
        for turn in rota.unkept
    ]
    rows += [
        {
            "what": "slot",
            "object_id": gap.zone_id,
            "date": _date(dispatch, gap.day),
            "missing_l": gap.missing_l,
            "dry_h": round(gap.dry_s / 3600, 2),
            "reason": gap.reason,
        }
        for gap in dispatch.slots.unmet
    ]
    rows += [
        {
            "what": "watch",
            "object_id": watch.post_id,
            "missing_h": round(watch.unstaffed_h, 2),
        }
        for watch in dispatch.watches
        if watch.unstaffed_h > 0
    ]
    dry: defaultdict[tuple[int, str], int] = defaultdict(int)
    for door in duty.rounds.dry if duty else ():
        dry[door.day, door.reason] += 1
    rows += [
        {"what": "doors", "date": _date(dispatch, day), "doors": n, "reason": reason}
        for (day, reason), n in sorted(dry.items())
    ]
    return rows


def _form_rows(form: DroughtForm) -> list[Row]:
    """Return figures with moments to the minute."""
    figures: list[Row] = TypeAdapter(DroughtForm).dump_python(form)["figures"]
    for figure in figures:
        for name in ("since", "at"):
            if figure[name] is not None:
                figure[name] = figure[name].isoformat(timespec="minutes")
    return figures


@cache
def _dispatch_adapter() -> TypeAdapter[WaterDispatch]:
    return TypeAdapter(WaterDispatch)


@cache
def _duty_adapter() -> TypeAdapter[WaterDuty]:
    return TypeAdapter(WaterDuty)


def dispatch_to_bytes(dispatch: WaterDispatch) -> bytes:
    """Return a dispatch as a database keeps it; nothing is lost."""
    return _dispatch_adapter().dump_json(dispatch)


def dispatch_from_bytes(data: bytes) -> WaterDispatch:
    """
    Return a dispatch that was kept.

    Raises
    ------
    DataError
        If it is none, with every place that does not fit.
    """
    return _read(_dispatch_adapter(), data, "dispatch")


def duty_to_bytes(duty: WaterDuty) -> bytes:
    """Return who is on duty as a database keeps it: personal data."""
    return _duty_adapter().dump_json(duty)


def duty_from_bytes(data: bytes) -> WaterDuty:
    """
    Return who is on duty, as it was kept.

    Raises
    ------
    DataError
        If it is none, with every place that does not fit.
    """
    return _read(_duty_adapter(), data, "duty")


def _read(adapter: TypeAdapter[_Kept], data: bytes, file: str) -> _Kept:
    try:
        return adapter.validate_json(data)
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
