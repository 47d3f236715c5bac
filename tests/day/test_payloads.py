"""Whatever people type is kept, or refused in a sentence; on both databases."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest

from dispatch.day import people
from dispatch.day.desk import desk_of, townships_of
from dispatch.day.doors import door_list, save_households
from dispatch.day.links import make_link
from dispatch.day.opening import day_scenario, import_scenario
from dispatch.day.reporting import report_from, take_reports
from dispatch.day.requests import add_request, list_requests, move_request
from dispatch.errors import DispatchError
from dispatch.model.households import Household
from dispatch.store.events import reports_of
from dispatch.store.requests import NewCall
from tests.operations.test_delivered import DATE, TOWN
from tests.payloads import JOINED, PAYLOADS, evil

NOW = dt.datetime.combine(DATE, dt.time(9))
CODE = "430423100"
STAMP = {"who": "t", "at": NOW}


def tried(action, *arguments, **values):
    """Return what an action returns; None where it is refused."""
    with suppress(DispatchError):
        return action(*arguments, **values)
    return None


@pytest.mark.parametrize("name", ["joined", *PAYLOADS])
def test_texts_are_kept_or_refused(db, name):
    text = PAYLOADS.get(name, JOINED)
    changed = evil(TOWN, text)
    tried(import_scenario, db, CODE, TOWN, **STAMP)
    if tried(import_scenario, db, "430423101", changed, **STAMP) is not None:
        kept = day_scenario(db, "430423101", DATE)
        assert kept.villages == changed.villages
    village = TOWN.villages[0].village_id
    call = NewCall(village=village, people=5, remark=text, phone=text[:50])
    tried(add_request, db, CODE, call, now=NOW, who="t")
    tried(add_request, db, CODE, NewCall(village=text), now=NOW, who="t")
    for _, made in list_requests(db, [CODE], today=DATE):
        assert made.remark == text.strip()
        tried(move_request, db, CODE, made.number, "accepted", words=text, **STAMP)
    values = {"key": "k", "kind": "refused", "place": village, "at": "08:00"}
    for field in ("reason", "key", "place", "code", "truck"):
        more = {"key": f"k {field}", field: text}
        report = tried(report_from, {**values, **more}, date=DATE, sender=text[:50])
        if report is not None:
            take_reports(db, CODE, [report], received_at=NOW)
    with db.read() as session:
        reasons = {x.reason for x in reports_of(session, CODE, DATE, DATE)}
    assert reasons <= {text, text.strip(), ""}
    with suppress(DispatchError, ValueError):
        home = Household(village=village, name=text, address=text, people=1, note=text)
        places = {"base": [], "ours": [home], "villages": [village]}
        save_households(db, CODE, **places, **STAMP)
    for kept in door_list(db, CODE, DATE).households:
        shown = "".join(" " if sign in "\0\x1b\x7f" else sign for sign in text)
        assert kept.name == kept.note == " ".join(shown.split())
    tried(people.add, db, text, "official", township=CODE, **STAMP)
    tried(make_link, db, CODE, team=text, trucks=["T1"], until=DATE, **STAMP)
    tried(make_link, db, CODE, truck=text, until=DATE, **STAMP)
    for account in people.people(db):
        desk_of(db, townships_of(db, account)[0].code, DATE)
