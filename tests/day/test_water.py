"""All the water as versions of a day: planned, changed by hand, published, counted."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dispatch.day import water_helps
from dispatch.day.desk import desk_of
from dispatch.day.opening import close_day, day_scenario, import_scenario, open_day
from dispatch.day.planning import plan_version
from dispatch.day.publishing import publish_version, shown_version
from dispatch.day.water import (
    keep_hand_water,
    plan_water_version,
    publish_water,
    shown_water,
    water_desk,
    with_taps,
    withdraw_water,
)
from dispatch.day.water_helps import water_helps_of
from dispatch.errors import ConflictError, DispatchError, PlanError
from dispatch.files.scenario.read import read_scenario
from dispatch.files.scenario.snapshot import scenario_to_bytes
from dispatch.model.scenario import Resting
from dispatch.planning.piped import piped_l_of, piped_litres, truck_fills_m3
from dispatch.planning.water_hand import turn_of, with_moved_turn
from dispatch.planning.water_helping import WaterHelp
from dispatch.runs import queue
from dispatch.runs.queue import Ask, ask_water, latest_run
from dispatch.runs.worker import work
from dispatch.solver.params import SolveParams
from dispatch.store.days import open_day_of
from dispatch.store.tables import WaterVersion
from dispatch.units import DAY_S
from dispatch.words.message import say
from tests.databases import new_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.store.db import Database

DEMO = Path(__file__).parents[2] / "data" / "yonghe"
TOWN = "430423301"
AT = dt.datetime(2022, 9, 6, 6)
DAY = dt.date(2022, 9, 6)
FEW = SolveParams(iterations=50, workers=1)
DAYS = 2


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> Iterator[Database]:
    """Give the demo with a version of its water."""
    with new_database("sqlite", tmp_path_factory.mktemp("water"), None) as db:
        import_scenario(db, TOWN, read_scenario(DEMO), who="test", at=AT)
        plan_water_version(db, TOWN, DAY, num_days=DAYS, who="王", at=AT)
        yield db


def test_a_version_is_a_draft_that_nobody_counts_on(planned):
    desk = water_desk(planned, TOWN, DAY)
    assert [(head.number, head.status) for head in desk.heads] == [(1, "draft")]
    assert desk.published is None
    assert desk.heads[0].num_violations == 0
    shown = shown_water(planned, TOWN, DAY, 1)
    assert shown.violations == ()
    assert shown.dispatch.plan.num_days == DAYS
    assert piped_l_of(day_scenario(planned, TOWN, DAY)) == {}


def test_published_water_lowers_what_trucks_bring(planned):
    publish_water(planned, TOWN, DAY, 1, who="王", at=AT)
    try:
        plan = shown_water(planned, TOWN, DAY, 1).dispatch.plan
        scenario = day_scenario(planned, TOWN, DAY)
        expected = {k: v for k, v in piped_litres(scenario, plan).items() if v}
        assert expected
        assert piped_l_of(scenario) == expected
        number = plan_version(planned, TOWN, DAY, FEW, at=AT).number
        trucks = shown_version(planned, TOWN, DAY, number)
        assert trucks.plan.piped_l == expected
        # The tables are as the plan was made from, taps included.
        assert not desk_of(planned, TOWN, DAY).is_old(trucks.scenario)
        publish_version(planned, TOWN, DAY, number, who="王", at=AT)
        again = plan_water_version(planned, TOWN, DAY, num_days=DAYS, who="王", at=AT)
        with planned.read() as session:
            row = session.query(WaterVersion).filter_by(number=again).one()
            taken = {(source, day): m3 for source, day, m3 in row.taken}
        assert taken == truck_fills_m3(trucks.plan, DAYS)
        assert any(taken.values())
    finally:
        withdraw_water(planned, TOWN, DAY, 1, who="王", at=AT)
    assert piped_l_of(day_scenario(planned, TOWN, DAY)) == {}
    with pytest.raises(DispatchError, match="2"):
        withdraw_water(planned, TOWN, DAY, 2, who="王", at=AT)


def test_the_second_day_counts_on_the_second_day_of_the_plan(db):
    import_scenario(db, TOWN, read_scenario(DEMO), who="test", at=AT)
    plan_water_version(db, TOWN, DAY, num_days=DAYS, who="王", at=AT)
    publish_water(db, TOWN, DAY, 1, who="王", at=AT)
    close_day(db, TOWN, DAY, who="王", at=AT)
    later = DAY + dt.timedelta(days=1)
    open_day(db, TOWN, later, who="王", at=AT)
    assert piped_l_of(day_scenario(db, TOWN, later)) == {}
    plan_version(db, TOWN, later, FEW, at=AT)
    plan = shown_water(db, TOWN, DAY, 1).dispatch.plan
    scenario = day_scenario(db, TOWN, later)
    expected = {k: v for k, v in piped_litres(scenario, plan, 1).items() if v}
    assert piped_l_of(scenario) == expected
    assert water_desk(db, TOWN, later).published == (DAY, 1)
    assert water_desk(db, TOWN, DAY + dt.timedelta(days=2)).published is None
    with pytest.raises(ConflictError):
        plan_water_version(db, TOWN, DAY, num_days=1, who="王", at=AT)


def test_a_village_out_of_service_does_not_change_the_day_again(planned):
    """Its tap counts as those of others: a second look at the day writes nothing."""
    before = day_scenario(planned, TOWN, DAY)
    zone = before.water.zones[0].village_ids[0]
    villages = tuple(
        replace(v, out_of_service=v.village_id == zone) for v in before.all_villages
    )
    resting = Resting(0, next(v for v in villages if v.out_of_service))
    now = replace(
        before,
        villages=tuple(v for v in villages if not v.out_of_service),
        resting=(resting,),
    )
    publish_water(planned, TOWN, DAY, 1, who="王", at=AT)
    try:
        with planned.write() as session:
            day = open_day_of(session, TOWN, DAY)
            day.scenario = scenario_to_bytes(now)
            with_taps(session, day)
            version = day.version
            with_taps(session, day)
            assert day.version == version
            day.scenario = scenario_to_bytes(before)
    finally:
        withdraw_water(planned, TOWN, DAY, 1, who="王", at=AT)


def first_turn(dispatch):
    return next(turn for rota in dispatch.rotas for turn in rota.turns)


def test_a_turn_moved_by_hand_says_what_breaks(planned):
    dispatch = shown_water(planned, TOWN, DAY, 1).dispatch
    turn = first_turn(dispatch)
    found = turn_of(dispatch, turn.canal_id, turn.group_id, turn.span.start_s)
    moved = with_moved_turn(dispatch, found, start_s=turn.span.start_s + DAY_S // 2)
    number = keep_hand_water(
        planned, TOWN, DAY, base=1, dispatch=moved, who="王", at=AT
    )
    shown = shown_water(planned, TOWN, DAY, number)
    assert shown.violations
    assert turn.group_id in " ".join(m.text("zh") for m in shown.violations)
    with pytest.raises(PlanError, match=str(number)):
        publish_water(planned, TOWN, DAY, number, who="王", at=AT)
    # Back again it keeps every rule.
    back = with_moved_turn(
        moved,
        turn_of(moved, turn.canal_id, turn.group_id, turn.span.start_s + DAY_S // 2),
        start_s=turn.span.start_s,
    )
    assert back == dispatch
    with pytest.raises(PlanError, match=turn.group_id):
        turn_of(moved, turn.canal_id, turn.group_id, turn.span.start_s)


def test_a_worker_plans_the_water(planned, monkeypatch):
    monkeypatch.setattr(queue, "spawn_worker", lambda db: None)
    wanted = Ask(township=TOWN, date=DAY, water_days=1, equal_shares=True)
    run = ask_water(planned, wanted, who="王", at=AT)
    with pytest.raises(ConflictError, match="王"):
        ask_water(planned, wanted, who="李", at=dt.datetime.now())
    work(planned, clock=lambda: AT)
    done = latest_run(planned, TOWN, DAY, now=AT, kind="water")
    assert (done.number, done.state.status) == (run.number, "done")
    shown = shown_water(planned, TOWN, DAY, done.version)
    assert shown.dispatch.plan.equal_shares
    assert shown.dispatch.plan.num_days == 1
    with pytest.raises(DispatchError):
        ask_water(planned, Ask(township=TOWN, date=DAY, water_days=15), who="王", at=AT)


def test_what_would_help_is_kept_with_its_version(planned, monkeypatch):
    monkeypatch.setattr(queue, "spawn_worker", lambda db: None)
    assert water_helps_of(planned, TOWN, DAY, 1) is None
    wanted = Ask(township=TOWN, date=DAY, water_helps=1)
    run = ask_water(planned, wanted, who="王", at=AT)
    seen = []

    def few(*_args, progress, **_kwargs):
        progress(1, 2)
        seen.append(1)
        return (help_of("K1", 5_000.0), help_of("K2", 10.0))

    monkeypatch.setattr(water_helps, "water_helping", few)
    work(planned, clock=lambda: AT)
    done = latest_run(planned, TOWN, DAY, now=AT, kind="water")
    assert (done.number, done.state.status, done.version) == (run.number, "done", 1)
    kept = water_helps_of(planned, TOWN, DAY, 1)
    assert seen == [1]
    assert [(each.object_id, each.kg) for each in kept] == [
        ("K1", 5000.0),
        ("K2", 10.0),
    ]
    assert kept[0].kg_per_yuan == 2.5
    with pytest.raises(DispatchError, match="99"):
        ask_water(
            planned, Ask(township=TOWN, date=DAY, water_helps=99), who="王", at=AT
        )


def help_of(work_id, kg):
    return WaterHelp(
        kind="work",
        object_id=work_id,
        name=say("water_help.work", work=work_id, name="清淤"),
        people_l=0.0,
        people=0.0,
        animals_l=0.0,
        normal_l=0.0,
        mu=1.0,
        kg=kg,
        cost_yuan=2000.0,
    )


def test_nobody_is_named_in_what_is_published(planned):
    people = read_scenario(DEMO).water_people
    with planned.read() as session:
        row = session.query(WaterVersion).filter_by(number=1).one()
        text = row.dispatch.decode()
    for person in people.people:
        assert person.name not in text
        assert person.phone not in text
    for door in people.doors:
        assert f'"{door.household_id}"' not in text
