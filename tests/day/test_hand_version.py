"""A plan changed by hand becomes a version, checked before drivers see it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dispatch.day.desk import desk_of
from dispatch.day.opening import import_scenario
from dispatch.day.planning import keep_hand_version, plan_version, replan_version
from dispatch.day.publishing import publish_version, shown_version
from dispatch.errors import DispatchError, PlanError
from dispatch.files.scenario.read import read_scenario
from dispatch.planning.hand import HandPlan, VisitAt, hand_result
from dispatch.roads.travel import travel_matrix
from dispatch.solver.params import SolveParams

if TYPE_CHECKING:
    from dispatch.store.db import Database

TINY = Path(__file__).parents[1] / "data" / "tiny"
TOWN = "430423112"
AT = dt.datetime(2022, 9, 6, 6)
FEW = SolveParams(iterations=50)


@pytest.fixture
def date(db: Database) -> dt.date:
    scenario = read_scenario(TINY)
    import_scenario(db, TOWN, scenario, who="test", at=AT)
    plan_version(db, TOWN, scenario.date, FEW, at=AT)
    return scenario.date


def changed(db, date, change):
    shown = shown_version(db, TOWN, date, 1)
    hand = HandPlan(base=shown.plan)
    truck = next(r.truck_id for r in shown.plan.routes if hand.trips_of(r.truck_id))
    travel = travel_matrix(shown.scenario)
    after = hand_result(shown.scenario, travel, change(hand, VisitAt(truck, 0, 0)))
    return keep_hand_version(
        db, TOWN, date, base=1, plan=after.plan, who="a", at=AT
    ), hand.visit(VisitAt(truck, 0, 0))


def test_a_dropped_visit_is_a_version_with_its_change(db, date):
    number, visit = changed(db, date, lambda hand, at: hand.dropped(at))
    assert number == 2
    head = desk_of(db, TOWN, date).versions[1]
    assert (head.status, head.previous, head.num_violations) == ("draft", 1, 0)
    changes = shown_version(db, TOWN, date, 2).changes
    assert {c["village_id"] for c in changes} == {visit.place_id}
    publish_version(db, TOWN, date, 2, who="a", at=AT)
    assert desk_of(db, TOWN, date).published.number == 2


def test_what_breaks_a_rule_is_kept_and_not_published(db, date):
    number, _ = changed(db, date, lambda hand, at: hand.with_litres(at, 90_000))
    assert desk_of(db, TOWN, date).versions[1].num_violations > 0
    with pytest.raises(PlanError):
        publish_version(db, TOWN, date, number, who="a", at=AT)


def test_the_rest_is_planned_around_what_was_pinned(db, date):
    number, visit = changed(db, date, lambda hand, at: hand.pinned(at, 10 * 3600))
    again = replan_version(
        db,
        TOWN,
        date,
        FEW,
        now_s=0,
        at=AT,
        base=number,
        locked_villages=[visit.place_id],
    )
    stops = [
        stop
        for route in again.planned.plan.routes
        for stop in route.stops
        if stop.kind == "deliver" and stop.place_id == visit.place_id
    ]
    assert any(stop.start_s >= 10 * 3600 for stop in stops)
    assert again.planned.broken.to_come == []
    assert desk_of(db, TOWN, date).versions[-1].previous == number


def test_an_unknown_base_is_told(db, date):
    plan = shown_version(db, TOWN, date, 1).plan
    with pytest.raises(DispatchError):
        keep_hand_version(db, TOWN, date, base=9, plan=plan, who="a", at=AT)
    with pytest.raises(DispatchError):
        replan_version(db, TOWN, date, FEW, now_s=0, at=AT, base=9)
