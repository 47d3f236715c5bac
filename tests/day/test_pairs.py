"""A truck kept away from a village today: by plans, by hand, on publishing."""

from __future__ import annotations

import datetime as dt
import threading

import pytest

from dispatch.day.opening import close_day, day_scenario, import_scenario, open_day
from dispatch.day.pairs import set_pair
from dispatch.day.planning import keep_hand_version, plan_version, replan_version
from dispatch.day.publishing import publish_version, shown_version
from dispatch.errors import ConflictError, DispatchError, PlanError
from dispatch.files.scenario.read import read_scenario
from dispatch.operations.pairs import Pair, pairs_of, visits_against
from dispatch.planning.hand import HandPlan, VisitAt, hand_result
from dispatch.roads.travel import travel_matrix
from dispatch.store.audit import last_changes
from tests.day.test_hand_version import AT, FEW, TINY, TOWN


@pytest.fixture
def date(db):
    scenario = read_scenario(TINY)
    import_scenario(db, TOWN, scenario, who="test", at=AT)
    plan_version(db, TOWN, scenario.date, FEW, at=AT)
    return scenario.date


def first_pair(db, date, number=1):
    """Return a truck with a village that it is sent to."""
    plan = shown_version(db, TOWN, date, number).plan
    return next(
        Pair(route.truck_id, stop.place_id)
        for route in plan.routes
        for stop in route.stops
        if stop.kind == "deliver"
    )


def forbid(db, date, pair, *, is_forbidden=True):
    return set_pair(db, TOWN, date, pair, is_forbidden=is_forbidden, who="王", at=AT)


def pairs(db, date):
    return pairs_of(day_scenario(db, TOWN, date))


def test_plans_keep_to_it_until_it_is_lifted(db, date):
    pair = first_pair(db, date)
    assert forbid(db, date, pair)
    assert not forbid(db, date, pair)
    assert pairs(db, date) == [pair]
    day = day_scenario(db, TOWN, date)
    old = shown_version(db, TOWN, date, 1)
    assert {found for found, _ in visits_against(old.plan, day)} == {pair}
    made = plan_version(db, TOWN, date, FEW, at=AT)
    assert made.planned.broken.to_come == []
    assert list(visits_against(made.planned.plan, day)) == []
    publish_version(db, TOWN, date, made.number, who="王", at=AT)
    assert forbid(db, date, pair, is_forbidden=False)
    assert pairs(db, date) == []


def test_what_was_planned_before_is_published_no_more(db, date):
    pair = first_pair(db, date)
    forbid(db, date, pair)
    with pytest.raises(PlanError) as error:
        publish_version(db, TOWN, date, 1, who="王", at=AT)
    assert "规则 9" in str(error.value.text("zh"))
    forbid(db, date, pair, is_forbidden=False)
    publish_version(db, TOWN, date, 1, who="王", at=AT)


def test_the_rest_of_a_day_keeps_to_it(db, date):
    publish_version(db, TOWN, date, 1, who="王", at=AT)
    pair = first_pair(db, date)
    forbid(db, date, pair)
    made = replan_version(db, TOWN, date, FEW, now_s=0, at=AT)
    assert made.planned.broken.to_come == []
    day = day_scenario(db, TOWN, date)
    assert list(visits_against(made.planned.plan, day)) == []


def test_a_hand_change_is_checked_by_the_rules_of_today(db, date):
    """Forbidden after it was planned: what is changed by hand breaks it by name."""
    pair = first_pair(db, date)
    shown = shown_version(db, TOWN, date, 1)
    forbid(db, date, pair)
    hand = HandPlan(base=shown.plan)
    at = next(
        VisitAt(pair.truck_id, trip, visit)
        for trip, each in enumerate(hand.trips_of(pair.truck_id))
        for visit, task in enumerate(each.visits)
        if task.place_id == pair.village_id
    )
    travel = travel_matrix(shown.scenario)
    litres = max(1, hand.visit(at).litres // 2)
    after = hand_result(shown.scenario, travel, hand.with_litres(at, litres))
    number = keep_hand_version(db, TOWN, date, base=1, plan=after.plan, who="王", at=AT)
    with pytest.raises(PlanError):
        publish_version(db, TOWN, date, number, who="王", at=AT)
    kept = shown_version(db, TOWN, date, number)
    assert pairs_of(kept.scenario) == [pair]


def test_two_make_rules_at_the_same_moment(db, date):
    day = day_scenario(db, TOWN, date)
    truck = day.trucks[0].truck_id
    wanted = [Pair(truck, v.village_id) for v in day.villages[:2]]
    threads = [threading.Thread(target=forbid, args=(db, date, p)) for p in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(pairs(db, date)) == sorted(wanted)


def test_it_is_written_down_and_holds_for_one_day(db, date):
    pair = first_pair(db, date)
    forbid(db, date, pair)
    with db.read() as session:
        last = last_changes(session, TOWN, 1)[0]
    assert (last.who, last.what) == ("王", f"truck {pair.truck_id}")
    assert last.new == {"not_to": [pair.village_id]}
    publish = plan_version(db, TOWN, date, FEW, at=AT)
    publish_version(db, TOWN, date, publish.number, who="王", at=AT)
    close_day(db, TOWN, date, who="王", at=AT)
    with pytest.raises(ConflictError):
        forbid(db, date, pair, is_forbidden=False)
    tomorrow = date + dt.timedelta(days=1)
    open_day(db, TOWN, tomorrow, who="王", at=AT)
    assert pairs(db, tomorrow) == []


def test_what_the_day_does_not_have_is_refused(db, date):
    pair = first_pair(db, date)
    for wrong in (Pair("none", pair.village_id), Pair(pair.truck_id, "none")):
        with pytest.raises(DispatchError):
            forbid(db, date, wrong)
