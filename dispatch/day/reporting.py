"""Reports of what happened, each taken in once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

from dispatch.day.opening import carry_late
from dispatch.errors import DispatchError
from dispatch.files.scenario.snapshot import scenario_from_bytes
from dispatch.operations.ledger import KINDS, MOVES, Kind, Report, may_replace
from dispatch.store.days import Publication, find_day, publications
from dispatch.store.events import add_event, event_report
from dispatch.store.master import township_of
from dispatch.store.requests import mark_delivered
from dispatch.units import parse_clock_s
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.orm import Session

    from dispatch.store.db import Database
    from dispatch.words.message import Message

Status = Literal["new", "known", "conflict", "invalid"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
#: More is a mistake of typing: no tank of a truck holds it.
MAX_LITRES: Final = 1_000_000
#: Longer texts are no key and no reason.
MAX_KEY: Final = 200
MAX_REASON: Final = 2_000
#: Control signs, and halves of pairs that no text has alone.
_NO_TEXT: Final = frozenset(
    map(chr, (*range(9), *range(11, 32), *range(0xD800, 0xE000)))
)
#: Days by which the time of a report may differ from its day.
MAX_DAYS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What became of one report.

    Attributes
    ----------
    event
        Its number in the store; None if it was not taken in.
    message
        Why not; None if it was.
    """

    key: str
    status: Status
    event: int | None = None
    message: Message | None = None


def take_reports(
    db: Database,
    township: str,
    reports: Sequence[Report],
    *,
    received_at: dt.datetime,
    trucks: Collection[str] | None = None,
) -> list[Answer]:
    """
    Return what became of every report; what is new is on disk when this returns.

    Parameters
    ----------
    db
        The store.
    township
        Its code.
    reports
        In the order in which they are to be taken in.
    received_at
        When they came.
    trucks
        Those that the sender may report for; None: all.

    Raises
    ------
    DispatchError
        If the store has no such township.
    """
    with db.write() as session:
        township_of(session, township)
        days: dict[dt.date, _KnownDay] = {}
        answers = [
            _take(session, township, report, received_at, trucks, days)
            for report in reports
        ]
        late = {
            report.date
            for report, answer in zip(reports, answers, strict=True)
            if answer.status == "new" and days[report.date].is_closed
        }
        for date in sorted(late):
            carry_late(session, township, date)
        return answers


@dataclass(frozen=True, slots=True)
class _Ids:
    """Ids of a day, of what is out of service too."""

    trucks: frozenset[str]
    sources: frozenset[str]
    villages: frozenset[str]
    depots: frozenset[str]


@lru_cache(maxsize=64)
def _ids_of(content: bytes) -> _Ids:
    """Return the ids of a kept scenario, which many reports in a row ask for."""
    scenario = scenario_from_bytes(content)
    return _Ids(
        frozenset(truck.truck_id for truck in scenario.all_trucks),
        frozenset(source.source_id for source in scenario.all_sources),
        frozenset(village.village_id for village in scenario.all_villages),
        frozenset(scenario.depot_by_id),
    )


class _KnownDay(NamedTuple):
    is_closed: bool
    ids: _Ids
    told: Sequence[Publication]


def _take(
    session: Session,
    township: str,
    report: Report,
    received_at: dt.datetime,
    trucks: Collection[str] | None,
    days: dict[dt.date, _KnownDay],
) -> Answer:
    if report.date not in days:
        day = find_day(session, township, report.date)
        if day is None:
            message = say("day_unknown", township=township, date=report.date)
            return _invalid(report, message)
        told = publications(session, day)
        is_closed = day.state == "closed"
        days[report.date] = _KnownDay(is_closed, _ids_of(day.scenario), told)
    known = days[report.date]
    wrong = _what_is_wrong(report, known.ids, trucks)
    if wrong is None and trucks is not None and report.corrects:
        wrong = _wrong_correction(session, township, report)
    if wrong is not None:
        return _invalid(report, wrong)
    report = replace(
        report,
        is_late=known.is_closed,
        told=_told(known.told, report.at),
    )
    status, event = add_event(session, township, report, received_at=received_at)
    if status == "new" and report.kind == "delivered" and report.litres:
        mark_delivered(session, township, [report.place], report.at, who=report.sender)
    if status == "conflict":
        taken = say("key_taken", key=report.key)
        return Answer(key=report.key, status=status, message=taken)
    return Answer(key=report.key, status=status, event=event)


def _wrong_correction(
    session: Session, township: str, report: Report
) -> Message | None:
    """
    Return why a link may not correct what it names; None if it may.

    Of what comes later the ledger decides the same. A report that is known is answered
    as the first time, whatever came since.
    """
    corrected = event_report(session, township, report.corrects or "")
    if corrected is None or may_replace(report, corrected):
        return None
    if event_report(session, township, report.key) is not None:
        return None
    return say("report_other_truck", truck=corrected.truck)


def _invalid(report: Report, message: Message) -> Answer:
    return Answer(key=report.key, status="invalid", message=message)


def _what_is_wrong(
    report: Report, ids: _Ids, trucks: Collection[str] | None
) -> Message | None:
    """Return why a report cannot be taken in; None if it can."""
    if not 0 < len(report.key) <= MAX_KEY or report.key != report.key.strip():
        return say("report_bad_key", size=MAX_KEY)
    if report.kind not in KINDS:
        return say("report_bad_kind", kind=report.kind, kinds=", ".join(KINDS))
    needs_truck = report.kind not in ("reading", "confirmed")
    if needs_truck and report.truck not in ids.trucks:
        return say("report_no_truck", truck=report.truck)
    if needs_truck and trucks is not None and report.truck not in trucks:
        return say("report_other_truck", truck=report.truck)
    wrong_place = _wrong_place(report, ids)
    if wrong_place is not None:
        return wrong_place
    if report.kind in MOVES and report.litres is None:
        return say("report_no_litres", kind=report.kind)
    if report.litres is not None and not 0 <= report.litres <= MAX_LITRES:
        return say("report_bad_litres", litres=report.litres, most=MAX_LITRES)
    chlorine = report.chlorine_mg_l
    if chlorine is not None and not 0 <= chlorine <= 100:
        return say("report_bad_chlorine", value=chlorine)
    days = (report.at.date() - report.date).days
    if not -MAX_DAYS <= days <= MAX_DAYS:
        return say("report_far_time", at=report.at, date=report.date)
    if len(report.reason) > MAX_REASON:
        return say("report_long_reason", size=MAX_REASON)
    return None


def _wrong_place(report: Report, ids: _Ids) -> Message | None:
    fitting = {
        "filled": ids.sources,
        "delivered": ids.villages,
        "reading": ids.sources | ids.villages,
    }
    if report.kind == "returned" and not report.place:
        return None
    if report.place not in fitting.get(
        report.kind, ids.sources | ids.villages | ids.depots
    ):
        return say("report_wrong_place", place=report.place, kind=report.kind)
    return None


def _told(told: Sequence[Publication], at: dt.datetime) -> int | None:
    """
    Return the version that drivers saw at a time.

    Where none was published by then (another clock, a day planned after the fact),
    it is the first that ever was.
    """
    before = [each for each in told if each.published_at <= at]
    if before:
        last = before[-1]
        is_over = last.status == "withdrawn" and (last.ended_at or at) <= at
        return None if is_over else last.number
    return told[0].number if told else None


def report_from(
    values: Mapping[str, Any], *, date: dt.date, truck: str = "", sender: str = ""
) -> Report:
    """
    Return a report from values of JSON, a table or options.

    Parameters
    ----------
    values
        key, kind, place, litres, at (ISO or ``HH:MM``), chlorine, reason, corrects,
        and truck where none is given.
    date
        The day that it belongs to.
    truck
        The truck of the sender.
    sender
        Who reports it.

    Raises
    ------
    DispatchError
        If a value is not of its kind; says which.
    """
    at = _time(values.get("at"), date)
    return Report(
        key=_text(values, "key"),
        date=date,
        kind=_kind(_text(values, "kind")),
        at=at,
        truck=truck or _text(values, "truck"),
        place=_text(values, "place"),
        litres=_litres(values.get("litres")),
        chlorine_mg_l=_chlorine(values.get("chlorine")),
        reason=_text(values, "reason"),
        corrects=_text(values, "corrects") or None,
        sender=sender,
    )


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if value is None:
        return ""
    if isinstance(value, (dict, list, bool, float)):
        raise DispatchError(say("report_bad_text", name=name, value=str(value)))
    text = str(value)
    if any(sign in _NO_TEXT for sign in text):
        raise DispatchError(say("report_bad_text", name=name, value=ascii(text)))
    return text


def _kind(text: str) -> Kind:
    for kind in KINDS:
        if kind == text:
            return kind
    raise DispatchError(say("report_bad_kind", kind=text, kinds=", ".join(KINDS)))


def _litres(value: object) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise DispatchError(say("report_bad_litres", litres=value, most=MAX_LITRES))
    try:
        number = float(str(value))
        whole = round(number)
    except (ValueError, OverflowError) as error:
        raise DispatchError(
            say("report_bad_litres", litres=str(value), most=MAX_LITRES)
        ) from error
    if whole != number:
        raise DispatchError(say("report_bad_litres", litres=value, most=MAX_LITRES))
    return whole


def _chlorine(value: object) -> float | None:
    if value is None or value == "":
        return None
    try:
        number = float(str(value))
    except ValueError as error:
        raise DispatchError(say("report_bad_chlorine", value=str(value))) from error
    if isinstance(value, bool) or not 0 <= number <= 100:
        raise DispatchError(say("report_bad_chlorine", value=str(value)))
    return number


def _time(value: object, date: dt.date) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    text = str(value or "").strip()
    try:
        if "T" not in text and "-" not in text:
            seconds = parse_clock_s(text)
            midnight = dt.datetime.combine(date, dt.time())
            return midnight + dt.timedelta(seconds=seconds)
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise DispatchError(say("store_bad_time", value=text)) from error
