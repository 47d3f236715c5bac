"""Each alarm rings for what it is there for, and for nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dispatch.errors import DispatchError
from dispatch.model.need import BANDS
from dispatch.model.plan import Plan, Route, SolverInfo, Stop, Totals
from dispatch.operations.alarms import DayFacts, alarms_of, unclean_trucks
from dispatch.operations.ledger import Report
from dispatch.operations.rules import Rules, rules_of
from tests.solver import tiny

DATE = dt.date(2022, 9, 6)
#: T fills 1000 l at S and serves V and W; 20 minutes from S to V, 10 to W.
SCENE = tiny.scenario(
    [tiny.village("V", population=240, storage_l=800), tiny.village("W")],
    [tiny.source("S"), tiny.source("N", potable=False)],
    [tiny.truck("T"), tiny.truck("U", potable=False)],
)
TRAVEL = tiny.travel(
    SCENE,
    {
        ("S", "V"): 1_200,
        ("S", "W"): 1_200,
        ("V", "W"): 600,
        ("D", "S"): 600,
        ("D", "V"): 600,
        ("N", "V"): 1_200,
    },
)


def stop(kind: str, place: str, litres: int = 0) -> Stop:
    return Stop(kind, place, 0, 0, 0, litres)


def plan_of(*stops: Stop) -> Plan:
    nothing = dict.fromkeys(BANDS, 0)
    return Plan(
        scenario="tiny",
        date=DATE,
        seed=0,
        solver=SolverInfo("test", "0", 0.0, "feasible"),
        routes=(Route("T", "D", stops),),
        villages=(),
        totals=Totals(nothing, nothing, 0, 0, 0),
    )


PLAN = plan_of(stop("fill", "S"), stop("deliver", "V"), stop("deliver", "W"))
FACTS = DayFacts(scenario=SCENE, plans={1: PLAN}, travel=TRAVEL)


def report(clock: str, kind: str, place: str, litres: int | None = None, **fields):
    """Return a report of T, which was told version 1 and measures its water."""
    values = {
        "key": f"{clock} {kind} {place}",
        "date": DATE,
        "kind": kind,
        "at": dt.datetime.fromisoformat(f"2022-09-06T{clock}"),
        "truck": "T",
        "place": place,
        "litres": litres,
        "chlorine_mg_l": 0.5 if kind == "filled" else None,
        "told": 1,
    }
    return Report(**(values | fields))


FILLED = report("08:00", "filled", "S", 1_000)
AT_V = report("08:30", "delivered", "V", 600)
AT_W = report("08:50", "delivered", "W", 400)


def rung(*reports: Report, facts: DayFacts = FACTS, **more) -> list[tuple[str, str]]:
    alarms = alarms_of(reports, {DATE: facts}, **more)
    for alarm in alarms:
        assert alarm.message.text("zh")
        assert alarm.message.text("en")
    return [(alarm.kind, alarm.place) for alarm in alarms]


def test_a_day_as_planned_is_quiet() -> None:
    day = replace(FACTS, is_over=True)
    assert rung(report("07:00", "arrived", "S"), FILLED, AT_V, AT_W, facts=day) == []


def test_a_short_load_is_told_when_it_is_over() -> None:
    """895 of 1000 litres is less than 90 %, 900 is not; under way it is no alarm."""
    short = replace(AT_W, litres=295)
    assert rung(FILLED, AT_V) == []
    assert rung(FILLED, AT_V, short) == [("short_load", "S")]
    assert rung(FILLED, AT_V, replace(AT_W, litres=300)) == []
    assert rung(FILLED, facts=replace(FACTS, is_over=True)) == [("short_load", "S")]
    assert rung(FILLED, AT_V, rules=Rules(short_load_share=0.5)) == []


def test_water_brought_back_is_not_short() -> None:
    back = report("09:30", "returned", "D", 400)
    assert rung(FILLED, AT_V, back) == []
    assert rung(FILLED, AT_V, replace(back, litres=100)) == [("short_load", "S")]


def test_a_load_is_over_when_the_next_is_filled() -> None:
    twice = plan_of(*PLAN.routes[0].stops, stop("fill", "S"))
    again = report("09:30", "filled", "S", 1_000)
    day = replace(FACTS, plans={1: twice})
    assert rung(FILLED, AT_V, again, facts=day) == [("short_load", "S")]


def test_a_corrected_report_is_judged_alone() -> None:
    wrong = replace(AT_V, litres=60)
    right = replace(AT_V, key="right", corrects=wrong.key)
    day = replace(FACTS, is_over=True)
    assert rung(FILLED, wrong, AT_W, right, facts=day) == []


def test_reports_in_another_order_are_the_same() -> None:
    assert rung(AT_W, AT_V, FILLED) == []


@pytest.mark.parametrize(("clock", "rings"), [("08:08", True), ("08:09", False)])
def test_no_road_is_twice_as_fast(clock: str, rings: bool) -> None:
    """20 minutes in 8, a minute more or less: under half; in 9 it may just be."""
    arrived = report(clock, "arrived", "V")
    assert rung(FILLED, arrived) == ([("impossible_time", "V")] if rings else [])


def test_a_place_without_a_road_is_told() -> None:
    arrived = report("12:00", "arrived", "N")
    assert rung(FILLED, arrived) == [("impossible_time", "N")]


def test_times_are_not_judged_without_roads() -> None:
    at_once = report("08:00", "arrived", "V")
    assert rung(FILLED, at_once, facts=replace(FACTS, travel=None)) == []


def test_a_trip_that_no_plan_holds_is_told_once() -> None:
    untold = [replace(each, told=None) for each in (FILLED, AT_V, AT_W)]
    assert rung(*untold) == [
        ("unplanned_trip", "S"),
        ("unplanned_trip", "V"),
        ("unplanned_trip", "W"),
    ]
    second = [
        report("10:00", "filled", "S", 1_000),
        report("10:30", "delivered", "W", 1_000),
    ]
    assert rung(FILLED, AT_V, AT_W, *second) == [
        ("unplanned_trip", "S"),
        ("unplanned_trip", "W"),
    ]


def test_a_visit_in_two_parts_is_one_trip() -> None:
    parts = [
        replace(AT_V, key="a", litres=300),
        replace(AT_V, key="b", litres=300),
    ]
    assert rung(FILLED, *parts, AT_W) == []


def test_a_trip_is_held_against_what_was_told_then() -> None:
    """A plan that came later changes nothing of what was right."""
    other = plan_of(stop("fill", "S"), stop("deliver", "W"))
    day = replace(FACTS, plans={1: PLAN, 2: other})
    assert rung(FILLED, AT_V, replace(AT_W, told=2), facts=day) == []
    late = [replace(each, told=2) for each in (FILLED, AT_V, AT_W)]
    assert rung(*late, facts=day) == [("unplanned_trip", "V")]


def test_a_tank_holds_no_more_than_its_room_and_what_was_used() -> None:
    """A tank of 800 l with 300 in it; 240 people have taken 85 l by half past eight."""
    villages = (replace(SCENE.villages[0], stock_l=300), SCENE.villages[1])
    day = replace(FACTS, scenario=replace(SCENE, villages=villages))
    fits = [replace(AT_V, litres=585), replace(AT_W, litres=415)]
    assert rung(FILLED, *fits, facts=day) == []
    spills = [replace(AT_V, litres=586), replace(AT_W, litres=414)]
    assert rung(FILLED, *spills, facts=day) == [("tank", "V")]


def test_a_truck_holds_no_more_than_its_tank() -> None:
    full = replace(FILLED, litres=1_001)
    assert rung(full, AT_V, replace(AT_W, litres=401)) == [("tank", "S")]
    topped = [replace(FILLED, litres=600), replace(FILLED, key="2", litres=401)]
    assert ("tank", "S") in rung(*topped)


def test_no_more_comes_out_than_went_in() -> None:
    assert rung(FILLED, AT_V, replace(AT_W, litres=401)) == [("tank", "W")]
    assert rung(AT_V, AT_W) == []  # the filling is not reported yet


def test_drinking_water_has_chlorine_and_it_is_measured() -> None:
    low = replace(FILLED, chlorine_mg_l=0.19)
    none = replace(FILLED, chlorine_mg_l=None)
    assert rung(low) == rung(none) == [("chlorine", "S")]
    assert rung(replace(FILLED, chlorine_mg_l=0.2)) == []
    assert rung(low, rules=Rules(min_chlorine_mg_l=0.1)) == []
    assert rung(none, rules=Rules(is_chlorine_asked=False)) == []
    weak = replace(AT_V, chlorine_mg_l=0.1)
    assert rung(FILLED, weak, AT_W) == [("chlorine", "V")]


def test_water_for_animals_needs_no_chlorine() -> None:
    fill = report("08:00", "filled", "N", 100, truck="U", chlorine_mg_l=None)
    assert rung(fill) == [("unplanned_trip", "N")]


def test_drinking_water_after_other_water_needs_a_clean_tank() -> None:
    other = report("06:00", "filled", "N", 100)
    given = report("06:30", "delivered", "V", 100)
    kinds = [kind for kind, _ in rung(other, given, FILLED, AT_V, AT_W)]
    assert "unsafe_truck" in kinds
    washed = replace(given, reason="已清洗消毒")
    kinds = [kind for kind, _ in rung(other, washed, FILLED, AT_V, AT_W)]
    assert "unsafe_truck" not in kinds
    assert rung(FILLED, unclean=["T"]) == [("unsafe_truck", "S")]
    assert rung(FILLED, unclean=["U"]) == []
    animals = replace(FILLED, truck="U", told=None)
    assert rung(animals, unclean=["U"]) == [("unplanned_trip", "S")]


def test_who_is_unclean_is_known_from_all_that_came_before() -> None:
    is_potable = {"S": True, "N": False}
    other = report("06:00", "filled", "N", 100)
    washed = report("06:30", "returned", "D", 0, reason="Tank washed")
    assert unclean_trucks([other], is_potable) == {"T"}
    assert unclean_trucks([other, FILLED], is_potable) == set()
    assert unclean_trucks([other, washed], is_potable) == set()
    assert unclean_trucks([FILLED, other], is_potable) == set()


def test_a_tank_stays_unclean_over_night() -> None:
    tomorrow = DATE + dt.timedelta(days=1)
    other = report("18:00", "filled", "N", 1_000)
    at = dt.datetime.combine(tomorrow, dt.time(8))
    fill = replace(FILLED, key="next", date=tomorrow, at=at)
    facts = {DATE: FACTS, tomorrow: replace(FACTS, travel=None)}
    alarms = alarms_of([other, fill], facts)
    assert ("unsafe_truck", "S") in [(alarm.kind, alarm.place) for alarm in alarms]


def test_reports_of_days_that_are_not_asked_for_are_left_out() -> None:
    assert alarms_of([replace(FILLED, told=None)], {}) == []


def test_settings_are_read_and_guarded() -> None:
    assert rules_of({"short_load_share": 0.8, "of_tomorrow": 1}) == Rules(
        short_load_share=0.8
    )
    with pytest.raises(DispatchError, match="short_load_share"):
        rules_of({"short_load_share": 1.5})
