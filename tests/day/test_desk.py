"""What pages know of a day: its tables, versions, and every stop with its report."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dispatch.day.desk import desk_of, townships_of
from dispatch.day.editing import save_day
from dispatch.day.following import follow_day
from dispatch.day.opening import import_scenario
from dispatch.day.people import Account
from dispatch.day.planning import plan_version
from dispatch.day.publishing import publish_version, shown_version
from dispatch.day.reporting import report_from, take_reports
from dispatch.files.scenario.read import read_scenario
from dispatch.operations.rights import county_of
from dispatch.solver.params import SolveParams

if TYPE_CHECKING:
    from dispatch.store.db import Database

TINY = Path(__file__).parents[1] / "data" / "tiny"
TOWN = "430423112"
AT = dt.datetime(2022, 9, 6, 7)


@pytest.fixture
def date(db: Database) -> dt.date:
    scenario = read_scenario(TINY)
    import_scenario(db, TOWN, scenario, who="test", at=AT)
    return scenario.date


def account(**values: object) -> Account:
    blank = Account(
        person_id=1,
        name="a",
        role="official",
        township="",
        county="",
        is_blocked=False,
        has_password=True,
    )
    return replace(blank, **values)


@pytest.mark.parametrize(
    ("code", "county"),
    [("430423112", "430423"), ("430423112201", "430423"), ("430423", ""), ("abc", "")],
)
def test_the_county_is_in_the_code(code, county):
    assert county_of(code) == county


def test_each_sees_its_own_townships(db, date):
    import_scenario(db, "430424101", read_scenario(TINY), who="test", at=AT)

    def seen(**values: object) -> list[str]:
        return [t.code for t in townships_of(db, account(**values))]

    assert sorted(seen()) == [TOWN, "430424101"]
    assert seen(township=TOWN) == [TOWN]
    assert seen(county="430424") == ["430424101"]
    assert seen(township="999") == []


def test_a_day_that_was_never_opened_has_no_tables(db, date):
    desk = desk_of(db, TOWN, date + dt.timedelta(days=1))
    assert (desk.state, desk.scenario, desk.dates) == ("none", None, (date,))


def test_a_plan_is_old_once_its_tables_change(db, date):
    params = SolveParams(iterations=50)
    plan_version(db, TOWN, date, params, at=AT)
    desk = desk_of(db, TOWN, date)
    planned = shown_version(db, TOWN, date, 1).scenario
    assert desk.latest is not None
    assert (desk.latest.status, desk.published) == ("draft", None)
    assert not desk.is_old(planned)
    base = desk.scenario
    assert base is not None
    first = replace(base.villages[0], population=base.villages[0].population + 9)
    ours = replace(base, villages=(first, *base.villages[1:]))
    save_day(db, TOWN, date, base=base, ours=ours, who="a", at=AT)
    assert desk_of(db, TOWN, date).is_old(planned)


def test_every_stop_is_followed_by_its_report(db, date):
    plan_version(db, TOWN, date, SolveParams(iterations=50), at=AT)
    publish_version(db, TOWN, date, 1, who="a", at=AT)
    before = follow_day(db, TOWN, date)
    visit = next(each for each in before.stops if each.is_visit)
    assert (visit.state, before.delivered_l) == ("open", 0)
    values = {
        "key": "k1",
        "kind": "delivered",
        "place": visit.stop.place_id,
        "litres": visit.stop.litres - 1,
        "at": "09:00",
    }
    elsewhere = {**values, "key": "k2", "at": "23:00"}
    every = [
        report_from(each, date=date, truck=visit.truck)
        for each in (values, *[{**elsewhere, "key": f"x{k}"} for k in range(9)])
    ]
    take_reports(db, TOWN, every, received_at=AT)
    after = follow_day(db, TOWN, date)
    same = next(
        e for e in after.stops if (e.truck, e.number) == (visit.truck, visit.number)
    )
    assert same.state == "done"
    assert same.report is not None
    assert same.report.litres == visit.stop.litres - 1
    assert after.unplanned
    assert after.delivered_l == 10 * (visit.stop.litres - 1)
    assert after.num_visits_done >= 1
