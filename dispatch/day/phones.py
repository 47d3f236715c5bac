"""What a link may see and do: the day of a truck, its reports and pictures."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import uuid
from collections import OrderedDict, defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from dispatch.atomic import write_file
from dispatch.day.published import PublishedPlans, head_of
from dispatch.day.reporting import report_from, take_reports
from dispatch.errors import DispatchError
from dispatch.files.photo import clean_photo
from dispatch.files.plan.at_place import at_place
from dispatch.files.plan.plan_json import plan_from_json
from dispatch.files.scenario.snapshot import scenario_from_bytes
from dispatch.model.letters import truck_letters
from dispatch.operations.codes import is_code, village_code
from dispatch.operations.ledger import LINK_SENDER
from dispatch.operations.told import stop_states, told_changes
from dispatch.store.events import reports_of
from dispatch.store.phones import (
    Head,
    add_photo,
    heads,
    known_events,
    note_shown,
    photo_digest,
    version_content,
)
from dispatch.store.tokens import count_up, ensure_secret, secret_of
from dispatch.units import format_clock
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dispatch.day.links import Link
    from dispatch.model.plan import Plan, Route, Stop
    from dispatch.operations.ledger import Report
    from dispatch.operations.told import Told
    from dispatch.store.db import Database
    from dispatch.words.message import Message

#: What a driver or a team may report; levels are read by the office.
MAY_REPORT: Final = (
    "filled",
    "arrived",
    "delivered",
    "refused",
    "impossible",
    "returned",
    "confirmed",
)
#: Wrong codes of a village that one link may send in a day: four digits are soon tried.
MAX_CODE_TRIES: Final = 10
_DAY_S: Final = 86_400
_MAX_NOTED: Final = 100_000
#: A truck that comes home after midnight reports until then, and this much longer.
_AFTER_S: Final = 6 * 3600
_BEFORE_S: Final = 3600
_KEPT_VERSIONS: Final = 64

PhotoStatus = Literal["new", "known", "conflict"]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A version as phones need it; it never changes."""

    plan: Plan
    labels: Mapping[str, str]
    routes: Mapping[str, Route]
    places: Mapping[str, dict[str, Any]]
    trucks: Mapping[str, str]


class Phones:
    """
    What phones are told, and what they tell, over one store.

    Parameters
    ----------
    db
        The store.
    photos
        Folder of the pictures, which no page leads to.
    """

    def __init__(self, db: Database, photos: Path) -> None:
        self.db = db
        self.plans = PublishedPlans(db)
        self._photos = photos
        self._shown: OrderedDict[int, _Shown] = OrderedDict()
        self._lock = threading.Lock()
        #: Versions and links that are noted in the store already.
        self._noted: set[tuple[int, int]] = set()
        # A picture takes much memory while it is unpacked.
        self._unpacking = threading.Semaphore(2)

    def today(
        self, link: Link, *, now: dt.datetime, seen: int | None = None
    ) -> dict[str, Any]:
        """
        Return the day of a truck or team: stops, where they stand, what changed.

        Parameters
        ----------
        link
            Of the truck or team.
        now
            The time that decides which day is shown.
        seen
            The version that the phone has shown; None: the one before this.
        """
        township = link.township
        with self.db.read() as session:
            every = heads(session, township)
            head = head_of(every, now.date())
            reports = (
                []
                if head is None
                else reports_of(session, township, head.date, head.date)
            )
        answer: dict[str, Any] = {
            "date": (head.date if head else now.date()).isoformat(),
            "township": township,
            "truck": None if link.is_team else link.subject,
            "team": link.subject if link.is_team else None,
            "trucks": list(link.trucks),
            "version": head.number if head else None,
            "stops": [],
            "places": {},
            "changes": [],
        }
        if head is None:
            return answer
        self._note_shown(link, head.version_id, now)
        shown = self._version(head.version_id)
        answer["names"] = {
            truck: shown.trucks.get(truck, truck) for truck in link.trucks
        }
        before = self._before(every, head, seen)
        by_truck: dict[str, list[Report]] = defaultdict(list)
        for report in reports:
            by_truck[report.truck].append(report)
        for truck in link.trucks:
            stops = _stops(shown, truck)
            states = stop_states(stops, by_truck[truck])
            answer["places"] |= {
                stop.place_id: shown.places[stop.place_id]
                for stop in stops
                if stop.place_id in shown.places
            }
            answer["stops"] += [
                _stop_row(shown, truck, number, stop, state)
                for number, (stop, state) in enumerate(
                    zip(stops, states, strict=True), 1
                )
            ]
            if before is not None:
                told = told_changes(_stops(before, truck), stops)
                answer["changes"] += [
                    _change_row(shown, before, truck, one) for one in told
                ]
        return answer

    def _note_shown(self, link: Link, version_id: int, now: dt.datetime) -> None:
        """Note once that the page of a link has a version."""
        name = (version_id, link.number)
        if name in self._noted:
            return
        try:
            with self.db.write() as session:
                note_shown(session, version_id, link.number, at=now)
        except DispatchError:
            return  # the page is more than the note; the next look tries again
        if len(self._noted) > _MAX_NOTED:
            self._noted.clear()
        self._noted.add(name)

    def confirm_seen(self, link: Link, version: int, *, now: dt.datetime) -> bool:
        """
        Note that somebody has seen a version; return whether it is a version of today.

        Parameters
        ----------
        link
            Of the truck or team.
        version
            Its number.
        now
            The time that decides which day it is of.
        """
        with self.db.read() as session:
            every = heads(session, link.township)
        now_head = head_of(every, now.date())
        if now_head is None:
            return False
        for head in every:
            if head.date == now_head.date and head.number == version:
                with self.db.write() as session:
                    note_shown(
                        session, head.version_id, link.number, at=now, is_seen=True
                    )
                return True
        return False

    def village(self, link: Link, *, now: dt.datetime) -> dict[str, Any]:
        """
        Return when water comes to a village, and its code of the day.

        Parameters
        ----------
        link
            Of the village.
        now
            The time that decides which day is shown.
        """
        township, village = link.township, link.subject
        with self.db.read() as session:
            head = head_of(heads(session, township), now.date())
            secret = secret_of(session)
        if secret is None:
            with self.db.write() as session:
                secret = ensure_secret(session)
        date = head.date if head else now.date()
        visits: list[dict[str, Any]] = []
        name = village
        if head is not None:
            shown = self._version(head.version_id)
            name = shown.labels.get(village, village)
            visits = [
                {
                    "at": format_clock(stop.start_s),
                    "litres": stop.litres,
                    "truck": truck,
                }
                for truck, route in shown.routes.items()
                for stop in route.stops
                if stop.kind == "deliver" and stop.place_id == village
            ]
        return {
            "date": date.isoformat(),
            "village": village,
            "name": name,
            "code": village_code(secret, township, village, date),
            "visits": sorted(visits, key=lambda visit: visit["at"]),
        }

    def take(
        self, link: Link, events: Sequence[object], *, now: dt.datetime
    ) -> list[dict[str, Any]]:
        """
        Return what became of each event; what is new or known is on disk.

        Parameters
        ----------
        link
            Of the truck or team that reports.
        events
            Values of JSON as they came.
        now
            When they came.
        """
        township = link.township
        answers: list[dict[str, Any] | None] = [None] * len(events)
        reports: dict[int, Report] = {}
        known = self._known(township, events)
        for idx, event in enumerate(events):
            try:
                reports[idx] = self._report(link, event, known, now)
            except DispatchError as error:
                answers[idx] = _answer(_key_of(event), "invalid", error.message)
        if not reports:
            return [answer for answer in answers if answer is not None]
        taken = take_reports(
            self.db,
            township,
            list(reports.values()),
            received_at=now,
            trucks=link.trucks,
        )
        for idx, answer in zip(reports, taken, strict=True):
            answers[idx] = _answer(answer.key, answer.status, answer.message)
        return [answer for answer in answers if answer is not None]

    def may_photo(self, link: Link, key: str) -> bool:
        """
        Whether an event is there and is one of this link's.

        Parameters
        ----------
        link
            Of the truck or team.
        key
            Of the event.
        """
        with self.db.read() as session:
            event = known_events(session, link.township, _storable({key})).get(key)
        return event is not None and event[1] in link.trucks

    def keep_photo(
        self, link: Link, key: str, content: bytes, *, now: dt.datetime
    ) -> PhotoStatus:
        """
        Keep a picture of an event that `may_photo` allows, written anew.

        Parameters
        ----------
        link
            Of the truck or team.
        key
            Of the event.
        content
            As it came.
        now
            When it came.

        Returns
        -------
        PhotoStatus
            conflict where the event has another picture, which stays.
        """
        township, digest = link.township, hashlib.sha256(content).hexdigest()
        with self.db.read() as session:
            there = photo_digest(session, township, key)
        if there is not None:
            return "known" if there == digest else "conflict"
        # The name says nothing and cannot be chosen from outside.
        path = self._photos / f"{uuid.uuid4().hex}.jpg"
        with self._unpacking:
            cleaned = clean_photo(content)
        write_file(path, cleaned)
        with self.db.write() as session:
            added = add_photo(
                session,
                township,
                key,
                digest=digest,
                file=path.name,
                received_at=now,
            )
        if not added:
            path.unlink()
        return "new" if added else "conflict" if added is None else "known"

    def _version(self, version_id: int) -> _Shown:
        with self._lock:
            if version_id in self._shown:
                self._shown.move_to_end(version_id)
                return self._shown[version_id]
        with self.db.read() as session:
            content, text = version_content(session, version_id)
        scenario = scenario_from_bytes(content)
        plan = plan_from_json(text.encode(), scenario=scenario)
        routes = {route.truck_id: route for route in plan.routes}
        visited = {stop.place_id for route in plan.routes for stop in route.stops}
        places = {
            place_id: asdict(at_place(place))
            for place_id, place in scenario.place_by_id.items()
            if place_id in visited
        }
        letters = truck_letters(scenario)
        trucks = {
            truck: f"{letter} · {scenario.plate(truck) or truck}"
            for truck, letter in letters.items()
        }
        shown = _Shown(plan, scenario.labels, routes, places, trucks)
        with self._lock:
            self._shown[version_id] = shown
            while len(self._shown) > _KEPT_VERSIONS:
                self._shown.popitem(last=False)
        return shown

    def _before(
        self, every: Sequence[Head], head: Head, seen: int | None
    ) -> _Shown | None:
        """Return the version that changes are told from; None: nothing to compare."""
        of_day = [one for one in every if one.date == head.date]
        if seen is None:
            earlier = [one for one in of_day if one.number < head.number]
        else:
            earlier = [one for one in of_day if one.number == seen]
        if not earlier or earlier[-1].number == head.number:
            return None
        return self._version(earlier[-1].version_id)

    def _known(
        self, township: str, events: Sequence[object]
    ) -> dict[str, tuple[dt.date, str]]:
        keys = {_key_of(event) for event in events}
        with self.db.read() as session:
            return known_events(session, township, _storable(keys))

    def _report(
        self,
        link: Link,
        event: object,
        known: Mapping[str, tuple[dt.date, str]],
        now: dt.datetime,
    ) -> Report:
        if not isinstance(event, dict):
            raise DispatchError(say("phone.no_event"))
        truck = "" if link.is_team else link.subject
        named = event.get("truck")
        if truck and named not in (None, "", truck):
            raise DispatchError(say("phone.not_yours"))
        values = {**event, "truck": truck or named}
        report = report_from(
            values, date=now.date(), truck=truck, sender=f"{LINK_SENDER}{link.number}"
        )
        if report.kind not in MAY_REPORT or report.truck not in link.trucks:
            raise DispatchError(say("phone.not_yours"))
        date = self._date(link, report, event, known)
        values["at"] = report.at
        report = report_from(values, date=date, truck=truck, sender=report.sender)
        if report.kind == "confirmed" and report.key not in known:
            self._require_code(link, report, event.get("code"))
        return report

    def _date(
        self,
        link: Link,
        report: Report,
        event: Mapping[str, Any],
        known: Mapping[str, tuple[dt.date, str]],
    ) -> dt.date:
        """Return the day of a report: as it was, as the phone says, or as it fits."""
        if report.key in known:
            return known[report.key][0]
        if event.get("date") is not None:
            try:
                return dt.date.fromisoformat(str(event["date"]))
            except ValueError as error:
                value = str(event["date"])
                raise DispatchError(say("store_bad_date", value=value)) from error
        day = report.at.date()
        before = day - dt.timedelta(days=1)
        with self.db.read() as session:
            told = heads(session, link.township, (before, day))
        last = {head.date: head for head in told}
        second = (report.at - dt.datetime.combine(day, dt.time())).total_seconds()
        if day in last:
            stops = _stops(self._version(last[day].version_id), report.truck)
            if stops and second >= stops[0].arrive_s - _BEFORE_S:
                return day
        if before in last:
            stops = _stops(self._version(last[before].version_id), report.truck)
            ends_s = stops[-1].end_s if stops else 0
            if ends_s > _DAY_S and second <= ends_s - _DAY_S + _AFTER_S:
                return before
        return day

    def _require_code(self, link: Link, report: Report, code: object) -> None:
        """Refuse a confirmation without the code that the village showed."""
        with self.db.write() as session:
            secret = ensure_secret(session)
            expected = village_code(secret, link.township, report.place, report.date)
            name = f"code:{link.number}:{report.date}"
            is_right = isinstance(code, str) and is_code(code, expected)
            # A right one counts too: who is over the limit learns nothing.
            if count_up(session, name) > MAX_CODE_TRIES * (1 + len(link.trucks)):
                is_right = False
        if not is_right:
            raise DispatchError(say("phone.wrong_code"))


def _stops(shown: _Shown, truck: str) -> Sequence[Stop]:
    route = shown.routes.get(truck)
    return () if route is None else route.stops


def _stop_row(
    shown: _Shown, truck: str, number: int, stop: Stop, state: str
) -> dict[str, Any]:
    return {
        "stop": number,
        "truck": truck,
        "kind": stop.kind,
        "place": stop.place_id,
        "name": shown.labels.get(stop.place_id, stop.place_id),
        "at": format_clock(stop.start_s),
        "litres": stop.litres,
        "state": state,
    }


def _change_row(
    shown: _Shown, before: _Shown, truck: str, told: Told
) -> dict[str, Any]:
    stop = told.stop
    labels = shown.labels if stop.place_id in shown.labels else before.labels
    return {
        "change": told.kind,
        "truck": truck,
        "kind": stop.kind,
        "place": stop.place_id,
        "name": labels.get(stop.place_id, stop.place_id),
        "at": format_clock(told.after.start_s) if told.after else None,
        "litres": told.after.litres if told.after else None,
        "at_before": format_clock(told.before.start_s) if told.before else None,
        "litres_before": told.before.litres if told.before else None,
    }


def _key_of(event: object) -> str:
    return str(event.get("key") or "") if isinstance(event, dict) else ""


def _storable(keys: set[str]) -> list[str]:
    """Return the keys that a database can be asked for."""
    return [key for key in keys if key.isprintable() and 0 < len(key) <= 200]


def _answer(key: str, status: str, message: Message | str | None) -> dict[str, Any]:
    text = ""
    if message is not None:
        text = message if isinstance(message, str) else message.text("zh")
    return {"key": key, "status": status, "message": text}
