"""A day from opening to closing, on both databases."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dispatch.check.rules import check_plan
from dispatch.day.opening import (
    close_day,
    day_scenario,
    day_status,
    import_scenario,
    open_day,
)
from dispatch.day.planning import plan_version, replan_version
from dispatch.day.publishing import publish_version, shown_version, withdraw_version
from dispatch.day.reporting import report_from, take_reports
from dispatch.day.requests import add_request, show_request
from dispatch.errors import ConflictError, DispatchError
from dispatch.files.scenario.read import read_scenario
from dispatch.model.need import gross_need_l
from dispatch.roads.travel import travel_matrix
from dispatch.solver.params import SolveParams
from dispatch.store.requests import NewCall

if TYPE_CHECKING:
    from dispatch.store.db import Database

HEPING = Path(__file__).parents[2] / "data" / "heping"
CODE = "430408"
PARAMS = SolveParams(iterations=100, workers=1)


@pytest.fixture
def day(db: Database):
    """Give the store with a day that is open, its date, and a morning hour."""
    scenario = read_scenario(HEPING)
    at = dt.datetime.combine(scenario.date, dt.time(6))
    import_scenario(db, CODE, scenario, who="test", at=at)
    return db, scenario.date, at


def published(day):
    db, date, at = day
    number = plan_version(db, CODE, date, PARAMS, at=at).number
    publish_version(db, CODE, date, number, who="test", at=at)
    return shown_version(db, CODE, date)


def values_of(stop, key, kind, **more):
    at = f"{stop.end_s // 3600:02d}:{stop.end_s % 3600 // 60:02d}"
    return {"key": key, "kind": kind, "place": stop.place_id, "at": at, **more}


def send(day, truck, *rows, hours=18, trucks=None):
    db, date, _ = day
    reports = [report_from(row, date=date, truck=truck) for row in rows]
    received_at = dt.datetime.combine(date, dt.time(hours))
    return take_reports(db, CODE, reports, received_at=received_at, trucks=trucks)


def test_the_imported_day_is_open_and_opening_again_changes_nothing(day):
    db, date, at = day
    assert open_day(db, CODE, date, who="test", at=at) is False
    status = day_status(db, CODE, date)
    assert (status.state, status.published, status.delivered_l) == ("open", None, 0)
    assert status.needs_l == 1841


def test_versions_count_and_the_next_one_supersedes(day):
    db, date, at = day
    first = published(day)
    assert (first.number, first.status) == (1, "published")
    second = plan_version(db, CODE, date, PARAMS, seed=1, at=at).number
    assert second == 2
    assert publish_version(db, CODE, date, 2, who="test", at=at) == 1
    assert shown_version(db, CODE, date, 1).status == "superseded"
    assert shown_version(db, CODE, date, 1).plan == first.plan
    withdraw_version(db, CODE, date, 2, who="test", at=at)
    with pytest.raises(DispatchError, match="no plan"):
        shown_version(db, CODE, date)


def test_a_closed_day_is_frozen_but_hears_late_reports(day):
    db, date, at = day
    shown = published(day)
    route = shown.plan.routes[0]
    fill = next(stop for stop in route.stops if stop.kind == "fill")
    assert close_day(db, CODE, date, who="test", at=at) is True
    assert close_day(db, CODE, date, who="test", at=at) is False
    with pytest.raises(ConflictError):
        plan_version(db, CODE, date, PARAMS, at=at)
    with pytest.raises(ConflictError):
        publish_version(db, CODE, date, 1, who="test", at=at)
    with pytest.raises(ConflictError):
        open_day(db, CODE, date, who="test", at=at)
    (answer,) = send(day, route.truck_id, values_of(fill, "k", "filled", litres=10))
    assert answer.status == "new"
    assert day_status(db, CODE, date).num_late == 1


def test_the_same_report_counts_once_and_another_is_refused(day):
    route = published(day).plan.routes[0]
    stop = next(stop for stop in route.stops if stop.kind == "deliver")
    row = values_of(stop, "a1", "delivered", litres=100)
    first, again = send(day, route.truck_id, row, row)
    assert (first.status, again.status) == ("new", "known")
    assert first.event == again.event
    (changed,) = send(day, route.truck_id, {**row, "litres": 200})
    assert (changed.status, changed.event) == ("conflict", None)
    assert day_status(day[0], CODE, day[1]).delivered_l == 100


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"place": "nowhere"}, "nowhere"),
        ({"litres": None}, "litres"),
        ({"litres": 2_000_000}, "2000000"),
        ({"at": "2023-01-01T10:00"}, "days away"),
        ({"key": ""}, "key"),
        ({"key": " k"}, "key"),
    ],
)
def test_a_senseless_report_is_refused_alone(day, change, says):
    route = published(day).plan.routes[0]
    stop = next(stop for stop in route.stops if stop.kind == "deliver")
    good = values_of(stop, "good", "delivered", litres=100)
    bad, fine = send(day, route.truck_id, {**good, "key": "bad", **change}, good)
    assert bad.status == "invalid"
    assert says in bad.message.text("en")
    assert fine.status == "new"


def test_a_link_reports_for_its_own_truck_alone(day):
    route = published(day).plan.routes[0]
    stop = next(stop for stop in route.stops if stop.kind == "deliver")
    row = values_of(stop, "a1", "delivered", litres=100)
    (answer,) = send(day, route.truck_id, row, trucks={"another"})
    assert answer.status == "invalid"


def test_replanning_goes_on_from_what_was_reported(day):
    """The first trip brought less: its village gets the rest later in the day."""
    db, date, at = day
    shown = published(day)
    route = shown.plan.routes[0]
    fill = next(stop for stop in route.stops if stop.kind == "fill")
    trip = route.stops[route.stops.index(fill) + 1 :]
    visits = []
    for stop in trip:
        if stop.kind != "deliver":
            break
        visits.append(stop)
    brought = [max(1, stop.litres // 2) for stop in visits]
    rows = [values_of(fill, "f", "filled", litres=fill.litres)]
    rows += [
        values_of(stop, f"d{i}", "delivered", litres=litres)
        for i, (stop, litres) in enumerate(zip(visits, brought, strict=True))
    ]
    assert {answer.status for answer in send(day, route.truck_id, *rows)} == {"new"}
    now_s = visits[-1].end_s + 61
    version = replan_version(db, CODE, date, PARAMS, now_s=now_s, at=at)
    plan = version.planned.plan
    again = next(r for r in plan.routes if r.truck_id == route.truck_id)
    driven = [s for s in again.stops if s.kind == "deliver"][: len(visits)]
    assert [stop.litres for stop in driven] == brought
    assert version.planned.broken.to_come == []
    publish_version(db, CODE, date, version.number, who="test", at=at)
    kept = shown_version(db, CODE, date)
    broken = check_plan(kept.scenario, travel_matrix(kept.scenario), kept.plan)
    assert all(v.stop_index is not None for v in broken)  # of what is done, if any


def test_a_plan_that_breaks_a_rule_is_not_published(day, monkeypatch):
    from dispatch.errors import PlanError

    db, date, at = day

    def solve(scenario, travel, params, **options):
        from dispatch.solver.run import solve as real

        result = real(scenario, travel, params, **options)
        route, *others = result.plan.routes
        late = tuple(replace(stop, end_s=stop.end_s + 40_000) for stop in route.stops)
        routes = (replace(route, stops=late), *others)
        return replace(result, plan=replace(result.plan, routes=routes))

    version = plan_version(db, CODE, date, PARAMS, at=at, solve=solve)
    assert version.planned.broken.to_come
    with pytest.raises(PlanError, match="breaks"):
        publish_version(db, CODE, date, version.number, who="test", at=at)
    assert shown_version(db, CODE, date, version.number).status == "draft"


def test_the_next_day_begins_with_what_the_last_one_left(day):
    """Stock tomorrow is stock and delivered less a normal day's use."""
    db, date, at = day
    shown = published(day)
    route = shown.plan.routes[0]
    stop = next(stop for stop in route.stops if stop.kind == "deliver")
    village = shown.scenario.village_by_id[stop.place_id]
    use = sum(gross_need_l(replace(village, stock_l=0), shown.scenario.need).values())
    row = values_of(stop, "d", "delivered", litres=use + 130)
    send(day, route.truck_id, row)
    close_day(db, CODE, date, who="test", at=at)
    tomorrow = date + dt.timedelta(days=1)
    assert open_day(db, CODE, tomorrow, who="test", at=at) is True
    scenario = day_scenario(db, CODE, tomorrow)
    assert scenario.date == tomorrow
    assert scenario.village_by_id[stop.place_id].stock_l == village.stock_l + 130


def test_requests_follow_what_drivers_are_told(day):
    """Promised with the plan, and no longer promised when it is withdrawn."""
    db, date, at = day
    version = published(day)
    served = next(
        s for r in version.plan.routes for s in r.stops if s.kind == "deliver"
    )
    withdraw_version(db, CODE, date, 1, who="test", at=at)
    new = NewCall(village=served.place_id, people=1, came_at=at)
    number = add_request(db, CODE, new, now=at).call.number
    publish_version(
        db,
        CODE,
        date,
        plan_version(db, CODE, date, PARAMS, at=at).number,
        who="test",
        at=at,
    )
    assert show_request(db, CODE, number)[0].state == "planned"
    withdraw_version(db, CODE, date, 2, who="test", at=at)
    assert show_request(db, CODE, number)[0].state == "accepted"


def test_what_comes_late_is_in_the_stock_of_the_next_morning(day):
    """The driver reports in the evening what was brought before the day was closed."""
    db, date, at = day
    shown = published(day)
    route = shown.plan.routes[0]
    stop = next(stop for stop in route.stops if stop.kind == "deliver")
    village = shown.scenario.village_by_id[stop.place_id]
    use = sum(gross_need_l(replace(village, stock_l=0), shown.scenario.need).values())
    close_day(db, CODE, date, who="test", at=at)
    tomorrow = date + dt.timedelta(days=1)
    open_day(db, CODE, tomorrow, who="test", at=at)
    before = day_scenario(db, CODE, tomorrow).village_by_id[stop.place_id].stock_l
    row = values_of(stop, "late", "delivered", litres=use + 90)
    send(day, route.truck_id, row)
    send(day, route.truck_id, row)  # and once more, which changes nothing
    after = day_scenario(db, CODE, tomorrow).village_by_id[stop.place_id].stock_l
    assert (before, after) == (max(0, village.stock_l - use), village.stock_l + 90)
    close_day(db, CODE, tomorrow, who="test", at=at)
    send(day, route.truck_id, values_of(stop, "later", "delivered", litres=50))
    frozen = day_scenario(db, CODE, tomorrow).village_by_id[stop.place_id].stock_l
    assert frozen == after
