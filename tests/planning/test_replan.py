"""The rest of a day: what is done counts and stays, what is promised is kept."""

import pytest

from dispatch.check.past import is_done
from dispatch.check.rules import check_plan
from dispatch.errors import PlanError
from dispatch.model.plan import Route, Stop
from dispatch.model.scenario import NeedStandard, ServiceRules, TimeWindow
from dispatch.model.today import Today
from dispatch.planning.split import split_day, trucks_out
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from dispatch.words.message import say
from tests.solver.tiny import replace, scenario, source, star, travel, truck, village

PARAMS = SolveParams(iterations=100, workers=1)
SPOKES = {"D": 0, "S": 0, "V": 100}


def whole_day(scene, ways):
    return solve(scene, ways, PARAMS).plan


def replan(scene, ways, previous, now_s, *, delays_s=None, locked=(), **options):
    done, promised = split_day(
        previous, now_s, delays_s=delays_s, locked_villages=frozenset(locked)
    )
    today = Today(
        now_s=now_s,
        done=done,
        locked=promised,
        previous=previous,
        delays_s=delays_s or {},
        **options,
    )
    plan = solve(scene, ways, PARAMS, today=today).plan
    assert [
        v for v in check_plan(scene, ways, plan) if not is_done(v, done, plan, scene)
    ] == []
    return plan


def stops(plan, kind, truck_id=None):
    return [
        stop
        for route in plan.routes
        for stop in route.stops
        if stop.kind == kind and truck_id in (None, route.truck_id)
    ]


def delivered(plan):
    return {v.village_id: v.delivered_l for v in plan.villages}


def route(*entries, truck_id="T"):
    """Return a route of (kind, place, start, end, litres), arriving at the start."""
    return Route(
        truck_id,
        "D",
        tuple(Stop(k, place, a, a, b, *litres) for k, place, a, b, *litres in entries),
    )


#: One trip of 1,000 L to V: filled at once, there at 100 s, unloaded at once.
ONE_TRIP = route(
    ("depart", "D", 0, 0), ("fill", "S", 0, 0, 1_000), ("deliver", "V", 100, 100, 1_000)
)


def test_done_trips_stay_bit_for_bit():
    """
    Four trips of 200 s; at 300 s the second is under way, since it began at 200 s.

    With the new truck the rest goes faster, yet the first two trips stay as driven.
    """
    scene = scenario(
        [village("V", population=4_000)],
        [source(bays=2)],
        [truck(shift_end_s=800)],
    )
    ways = star(scene, SPOKES)
    previous = whole_day(scene, ways)
    assert [s.start_s for s in stops(previous, "fill")] == [0, 200, 400, 600]
    done, _ = split_day(previous, 300)
    assert [s.kind for s in done[0].stops] == ["depart", *2 * ("fill", "deliver")]
    # A hand gave the first filling the other bay: the new plan must not tidy it up.
    kept = list(done[0].stops)
    kept[1] = replace(kept[1], bay=2)
    done = (replace(done[0], stops=tuple(kept)),)
    more = replace(
        scene, trucks=(*scene.trucks, truck("T2", capacity_l=2_000, shift_end_s=800))
    )
    ways = star(more, SPOKES)
    plan = solve(
        more, ways, PARAMS, today=Today(done=done, now_s=300, previous=previous)
    ).plan
    assert check_plan(more, ways, plan) == []
    assert plan.routes[0].stops[:5] == done[0].stops
    assert delivered(plan) == {"V": 4_000}
    assert all(s.start_s >= 300 for s in stops(plan, "fill", "T2"))


def test_drawn_water_counts_against_the_supply():
    """Of 1,500 L, 1,000 are drawn: 500 are left, whatever V still needs."""
    scene = scenario([village("V", population=9_000)], [source(supply_l=1_500)])
    plan = solve(
        scene, star(scene, SPOKES), PARAMS, today=Today(done=[ONE_TRIP], now_s=150)
    ).plan
    assert check_plan(scene, star(scene, SPOKES), plan) == []
    assert [s.litres for s in stops(plan, "fill")] == [1_000, 500]


def test_drawn_water_counts_against_a_spring():
    """
    A spring with 1,000 L and 3,600 L an hour, that is 1 L a second.

    The first trip has drawn all of the stock. Who is to be back at 2,250 s leaves the
    spring at 2,050 s, when it has given 3,050 L: two more loads and 50 L.
    """
    scene = scenario(
        [village("V", population=9_000)],
        [source(stock_l=1_000, inflow_l_per_h=3_600.0)],
        [truck(shift_end_s=2_250)],
    )
    ways = star(scene, SPOKES)
    plan = solve(scene, ways, PARAMS, today=Today(done=[ONE_TRIP], now_s=150)).plan
    assert check_plan(scene, ways, plan) == []
    assert delivered(plan) == {"V": 3_050}


@pytest.mark.parametrize(
    ("limit", "litres"),
    [
        ({"population": 1_300}, 1_300),
        ({"population": 9_000, "storage_l": 1_400}, 1_400),
        ({"population": 9_000, "max_visits": 1}, 1_000),
        ({"population": 9_000, "max_visits": 2}, 2_000),
    ],
)
def test_delivered_water_counts_against_need_room_and_visits(limit, litres):
    """1,000 L came in one visit: only what is left of the limit comes on top."""
    scene = scenario([village("V", **limit)])
    ways = star(scene, SPOKES)
    plan = solve(scene, ways, PARAMS, today=Today(done=[ONE_TRIP], now_s=150)).plan
    assert check_plan(scene, ways, plan) == []
    assert delivered(plan) == {"V": litres}
    assert plan.bound.total_l >= litres


def test_animals_that_drank_non_potable_water_need_no_more():
    """380 L for ten cows came undrinkable: the drinking water goes to people."""
    scene = scenario(
        [village("V", population=500, cattle=10)],
        trucks=[truck(), truck("U", potable=False)],
    )
    done = route(
        ("depart", "D", 0, 0),
        ("fill", "S", 0, 0, 380),
        ("deliver", "V", 100, 100, 380),
        truck_id="U",
    )
    ways = star(scene, SPOKES)
    plan = solve(scene, ways, PARAMS, today=Today(done=[done], now_s=150)).plan
    assert check_plan(scene, ways, plan) == []
    assert plan.totals.served_l["survival"] == 500
    assert plan.totals.served_l["livestock"] == 380
    assert delivered(plan) == {"V": 880}


def test_non_potable_water_leaves_the_rest_to_people():
    """
    The ten cows of V drank 380 L of other water; 1,000 L in S are left for people.

    V takes all, 500 L to the basic and 500 L to the normal standard; W, farther off,
    wants normal water as well and adds only driving.
    """
    standard = NeedStandard(
        survival_l_per_person=1.0, basic_l_per_person=1.0, normal_l_per_person=2.0
    )
    scene = scenario(
        [
            village("V", population=500, cattle=10),
            village("W", population=500, stock_l=500),
        ],
        [source(supply_l=1_380)],
        [truck(), truck("U", potable=False)],
        need=standard,
    )
    done = route(
        ("depart", "D", 0, 0),
        ("fill", "S", 0, 0, 380),
        ("deliver", "V", 100, 100, 380),
        truck_id="U",
    )
    ways = star(scene, {**SPOKES, "W": 110})
    plan = solve(scene, ways, PARAMS, today=Today(done=[done], now_s=150)).plan
    assert check_plan(scene, ways, plan) == []
    assert delivered(plan) == {"V": 1_380, "W": 0}


def test_what_people_got_leaves_the_rest_to_animals():
    """
    V needs 500 L for people and 380 L for cows; 200 L came, 400 L are left in S.

    All 400 L serve V (300 and 100); W, farther off, has cows as well and adds only
    driving.
    """
    scene = scenario(
        [village("V", population=500, cattle=10), village("W", cattle=10)],
        [source(supply_l=600)],
        [truck(capacity_l=400)],
    )
    done = route(
        ("depart", "D", 0, 0), ("fill", "S", 0, 0, 200), ("deliver", "V", 100, 100, 200)
    )
    ways = star(scene, {**SPOKES, "W": 110})
    plan = solve(scene, ways, PARAMS, today=Today(done=[done], now_s=250)).plan
    assert check_plan(scene, ways, plan) == []
    assert delivered(plan) == {"V": 600, "W": 0}


def test_a_late_truck_starts_later():
    """
    Trips of 200 s from 0 s; at 250 s the truck is 30 s behind.

    The second filling was over at 200 s; its visit, planned for 300 s, moves to 330 s,
    so that the third filling is at 430 s.
    """
    scene = scenario([village("V", population=3_000)])
    ways = star(scene, SPOKES)
    plan = replan(scene, ways, whole_day(scene, ways), 250, delays_s={"T": 30})
    assert [s.start_s for s in stops(plan, "fill")] == [0, 200, 430]
    assert [s.start_s for s in stops(plan, "deliver")] == [100, 330, 530]


def test_a_late_truck_on_the_road_arrives_later():
    """
    At 150 s the truck is on its way from V to S, due at 200 s and 60 s behind.

    Nothing that is done shows the delay, and still no filling can be before 260 s.
    """
    scene = scenario([village("V", population=2_000)])
    ways = star(scene, SPOKES)
    plan = replan(scene, ways, whole_day(scene, ways), 150, delays_s={"T": 60})
    assert [s.start_s for s in stops(plan, "fill")] == [0, 260]


def test_a_late_truck_that_has_not_set_out_leaves_later():
    """Its shift begins at 500 s; at 100 s the driver calls: 10 minutes late."""
    scene = scenario(
        [village("V", population=1_000)], trucks=[truck(shift_start_s=500)]
    )
    ways = star(scene, SPOKES)
    previous = whole_day(scene, ways)
    on_time = replan(scene, ways, previous, 100)
    late = replan(scene, ways, previous, 100, delays_s={"T": 600})
    assert [s.start_s for s in stops(on_time, "fill")] == [500]
    assert [s.start_s for s in stops(late, "fill")] == [1_100]


def test_a_late_truck_may_end_after_its_shift():
    """The trip under way ends 100 s after the shift: shown as past, nothing added."""
    scene = scenario([village("V", population=3_000)], trucks=[truck(shift_end_s=400)])
    ways = star(scene, SPOKES)
    previous = whole_day(scene, ways)
    done, _ = split_day(previous, 250, delays_s={"T": 100})
    plan = replan(scene, ways, previous, 250, delays_s={"T": 100})
    assert len(stops(plan, "fill")) == 2
    assert plan.routes[0].stops[-1].end_s == 500
    broken = check_plan(scene, ways, plan)
    assert [v.rule for v in broken] == [1]
    assert is_done(broken[0], done, plan, scene)


def test_a_truck_that_is_home_is_not_called_late():
    """
    One trip told, home at 200 s; planned anew at 3,000 s, its shift over at 300 s.

    The return once moved to the time of planning, after the end of the shift.
    """
    scene = scenario([village("V", population=1_000)], trucks=[truck(shift_end_s=300)])
    ways = star(scene, SPOKES)
    plan = replan(scene, ways, whole_day(scene, ways), 3_000)
    assert plan.routes[0].stops[-1].end_s == 200
    assert check_plan(scene, ways, plan) == []


def test_a_truck_on_its_way_to_a_source_arrives_there_first():
    """
    The truck left V at 100 s for S, 300 s away, when S ran dry at 250 s.

    The other source is 50 s from S and 300 s from V: it is reached at 400 + 50 s,
    not at 250 + 300 s nor, from the start of the way, at 100 + 300 s.
    """
    scene = scenario(
        [village("V", population=2_000)],
        [source("S"), source("W")],
        [truck(shift_end_s=2_000)],
    )
    legs = {("S", "V"): 300, ("W", "V"): 300, ("S", "W"): 50, ("D", "S"): 0}
    ways = travel(scene, {**legs, ("D", "V"): 300, ("D", "W"): 50})
    done = route(
        ("depart", "D", 0, 0),
        ("fill", "S", 0, 0, 1_000),
        ("deliver", "V", 300, 300, 1_000),
    )
    rest = (("fill", "S", 600, 600, 1_000), ("deliver", "V", 900, 900, 1_000))
    told = replace(done, stops=(*done.stops, *route(*rest).stops))
    previous = replace(whole_day(scene, ways), routes=(told,))
    dry = replace(
        scene, sources=(replace(scene.sources[0], supply_l=1_000), scene.sources[1])
    )
    plan = replan(dry, ways, previous, 450)
    assert [(s.place_id, s.start_s) for s in stops(plan, "fill")] == [
        ("S", 0),
        ("W", 650),
    ]


def test_a_truck_that_waits_for_its_pause_has_not_left():
    """
    Told: unload at 100 s, pause in V from 400 s, then fill; it is 200 s.

    The truck stands in V: with no pause due it can be at S at 300 s, so that two more
    trips end at 700 s. Had it left at 100 s, they would end at 600 s, in its shift.
    """
    pausing = truck(break_s=100, break_window=TimeWindow(400, 500))
    scene = scenario([village("V", population=9_000)], trucks=[pausing])
    ways = star(scene, SPOKES)
    told = route(
        *(
            ("depart", "D", 0, 0),
            ("fill", "S", 0, 0, 1_000),
            ("deliver", "V", 100, 100, 1_000),
            ("break", "V", 400, 500),
            ("fill", "S", 600, 600, 1_000),
            ("deliver", "V", 700, 700, 1_000),
        )
    )
    previous = replace(whole_day(scene, ways), routes=(told,))
    rested = replace(pausing, break_s=0, break_window=None, shift_end_s=620)
    free = replace(scene, trucks=(rested,))
    plan = replan(free, ways, previous, 200)
    assert delivered(plan) == {"V": 2_000}


def test_a_filling_under_way_keeps_its_bay():
    """
    One bay, 600 s a filling: T1 began at 0 s and holds it until 600 s.

    T2 joins the fleet at 100 s and fills from 600 s to 1,200 s, not from 100 s.
    """
    scene = scenario(
        [village("V", population=2_000)],
        [source(bays=1, fill_rate_l_per_min=100)],
        [truck("T1", shift_end_s=800), truck("T2", shift_end_s=1_400)],
    )
    ways = star(scene, SPOKES)
    done = route(
        ("depart", "D", 0, 0),
        ("fill", "S", 0, 600, 1_000),
        ("deliver", "V", 700, 700, 1_000),
        truck_id="T1",
    )
    plan = solve(scene, ways, PARAMS, today=Today(done=[done], now_s=100)).plan
    assert check_plan(scene, ways, plan) == []
    assert [(s.start_s, s.end_s) for s in stops(plan, "fill", "T2")] == [(600, 1_200)]


PAUSING = truck(break_s=300, break_window=TimeWindow(250, 400), shift_end_s=1_100)


def test_a_pause_is_not_taken_twice():
    """
    Paused from 250 s to 550 s, it is 560 s: 540 s are left.

    They hold two trips (at 560 + 200 + 200 = 960 s); with another pause only one.
    """
    scene = scenario([village("V", population=9_000)], trucks=[PAUSING])
    ways = star(scene, SPOKES)
    done = route(
        *(
            ("depart", "D", 0, 0),
            ("fill", "S", 0, 0, 1_000),
            ("deliver", "V", 100, 100, 1_000),
            ("break", "V", 250, 550),
        )
    )
    plan = solve(scene, ways, PARAMS, today=Today(done=[done], now_s=560)).plan
    assert check_plan(scene, ways, plan) == []
    assert len(stops(plan, "break")) == 1
    # From V at 560 s: S at 660 s, V at 760 s, S at 860 s, V at 960 s, D at 1,060 s.
    assert delivered(plan) == {"V": 3_000}


def test_a_pause_not_taken_is_still_due():
    """It is 150 s, one trip done: the pause comes before 400 s and takes 300 s."""
    scene = scenario([village("V", population=9_000)], trucks=[PAUSING])
    ways = star(scene, SPOKES)
    plan = solve(scene, ways, PARAMS, today=Today(done=[ONE_TRIP], now_s=150)).plan
    assert check_plan(scene, ways, plan) == []
    (pause,) = stops(plan, "break")
    assert 250 <= pause.start_s <= 400
    assert pause.end_s - pause.start_s == 300


def test_an_overdue_pause_is_taken_at_once():
    """
    A visit that ends at 500 s made the pause, due by 400 s, impossible in time.

    The driver rests from 500 s to 800 s; one trip of 300 s fits before 1,100 s.
    """
    scene = scenario([village("V", population=9_000)], trucks=[PAUSING])
    ways = star(scene, SPOKES)
    done = [
        route(
            ("depart", "D", 0, 0),
            ("fill", "S", 0, 0, 1_000),
            ("deliver", "V", 100, 500, 1_000),
        )
    ]
    plan = solve(scene, ways, PARAMS, today=Today(done=done, now_s=450)).plan
    assert [(s.start_s, s.end_s) for s in stops(plan, "break")] == [(500, 800)]
    assert delivered(plan) == {"V": 2_000}
    broken = check_plan(scene, ways, plan)
    assert [v.rule for v in broken] == [13]
    assert is_done(broken[0], done, plan, scene)


def two_villages(**fields):
    """Return A, 100 s from S, and B, 300 s from it; a day of 800 s, one truck."""
    scene = scenario(
        [village("A", population=9_000), village("B", population=9_000)],
        trucks=[truck(shift_end_s=800, **fields)],
    )
    return scene, star(scene, {"D": 0, "S": 0, "A": 100, "B": 300})


def test_promised_trips_stay_though_a_better_plan_exists():
    """
    Told: 1,000 L to B from 50 s on, back at 650 s, no more (650 + 200 > 800).

    Best are four trips to A (4 x 200 s), which serve 4,000 L; B was promised.
    """
    scene, ways = two_villages()
    told = route(
        ("depart", "D", 50, 50),
        ("fill", "S", 50, 50, 1_000),
        ("deliver", "B", 350, 350, 1_000),
        ("return", "D", 650, 650),
    )
    previous = replace(whole_day(scene, ways), routes=(told,))
    free = replan(scene, ways, previous, 0)
    assert delivered(free) == {"A": 4_000, "B": 0}
    plan = replan(scene, ways, previous, 0, locked=["B"])
    assert plan.notes == ()
    (visit,) = [s for s in stops(plan, "deliver") if s.place_id == "B"]
    assert (visit.start_s, visit.end_s, visit.litres) == (350, 350, 1_000)
    (fill,) = [s for s in stops(plan, "fill") if s.start_s == 50]
    assert fill.litres == 1_000


TOLD_B = route(
    ("depart", "D", 50, 50),
    ("fill", "S", 50, 60, 1_000),
    ("deliver", "B", 360, 360, 1_000),
    ("return", "D", 660, 660),
)


@pytest.mark.parametrize(
    "what",
    ["truck", "shift", "supply", "need", "hours", "pump", "opening", "lane", "road"],
)
def test_a_promise_that_cannot_be_kept_is_named(what):
    """Whatever has become impossible of the promise, the rest is a valid plan."""
    scene, ways = two_villages()
    previous = replace(whole_day(scene, ways), routes=(TOLD_B,))
    a, b = scene.villages
    (only,), (spring,) = scene.trucks, scene.sources
    changed = {
        "truck": {"trucks": (replace(only, truck_id="other"),)},
        "shift": {"trucks": (replace(only, shift_end_s=600),)},
        "supply": {"sources": (replace(spring, supply_l=900),)},
        "need": {"villages": (a, replace(b, population=900))},
        "hours": {"villages": (a, replace(b, windows=(TimeWindow(400, 500),)))},
        "pump": {"sources": (replace(spring, fill_rate_l_per_min=600.0),)},
        "opening": {"sources": (replace(spring, windows=(TimeWindow(55, 800),)),)},
        "lane": {
            "trucks": (replace(only, gross_t=9.0),),
            "villages": (a, replace(b, max_gross_t=5.0)),
        },
        "road": {},
    }
    scene = replace(scene, **changed[what])
    ways = star(scene, {"D": 0, "S": 0, "A": 100, "B": 300})
    if what == "road":
        ways = travel(scene, {("D", "S"): 0, ("S", "A"): 100, ("D", "A"): 100})
    plan = replan(scene, ways, previous, 0, locked=["B"])
    assert plan.notes == (say("note_promise_not_kept", truck="T"),)
    assert sum(delivered(plan).values()) > 0


def test_two_promises_at_one_bay_cannot_both_be_kept():
    """Two bays held both fillings at 50 s; one bay is broken: one truck is named."""
    scene = scenario(
        [village("A", population=1_000), village("B", population=1_000)],
        [source(bays=2, fill_rate_l_per_min=1_000)],
        [truck("T1", shift_end_s=900), truck("T2", shift_end_s=900)],
    )
    ways = star(scene, {"D": 0, "S": 0, "A": 100, "B": 100})
    told = [
        route(
            ("depart", "D", 50, 50),
            ("fill", "S", 50, 110, 1_000),
            ("deliver", place, 210, 210, 1_000),
            truck_id=truck_id,
        )
        for truck_id, place in (("T1", "A"), ("T2", "B"))
    ]
    previous = replace(whole_day(scene, ways), routes=tuple(told))
    both = replan(scene, ways, previous, 0, locked=["A", "B"])
    assert both.notes == ()
    one_bay = replace(scene, sources=(replace(scene.sources[0], bays=1),))
    plan = replan(one_bay, ways, previous, 0, locked=["A", "B"])
    assert plan.notes == (say("note_promise_not_kept", truck="T2"),)
    assert delivered(plan) == {"A": 1_000, "B": 1_000}


def test_a_trip_before_a_promise_leaves_its_water():
    """
    A spring of 1,000 L and 1 L a second; B was promised 1,000 L, filled at 500 s.

    A trip to A before it may draw at most 500 L; it once drew all of the stock.
    """
    scene, ways = two_villages()
    spring = source(stock_l=1_000, inflow_l_per_h=3_600.0)
    scene = replace(scene, sources=(spring,))
    told = route(
        ("depart", "D", 500, 500),
        ("fill", "S", 500, 500, 1_000),
        ("deliver", "B", 800, 800, 1_000),
        ("return", "D", 1_100, 1_100),
    )
    scene = replace(scene, trucks=(truck(shift_end_s=1_100),))
    previous = replace(whole_day(scene, ways), routes=(told,))
    replan(scene, ways, previous, 0, locked=["B"])


def test_old_times_give_way_to_new_hours():
    """
    Told: V at 100 s. Now V opens at 500 s, and nothing was promised.

    Old times were once taken over as they stood, against the new hours.
    """
    scene = scenario([village("V", population=1_000)])
    ways = star(scene, SPOKES)
    previous = whole_day(scene, ways)
    later = replace(
        scene, villages=(replace(scene.villages[0], windows=(TimeWindow(500, 900),)),)
    )
    plan = replan(later, ways, previous, 0, change_price_l=10_000_000)
    assert [s.start_s for s in stops(plan, "deliver")] == [500]


def test_water_on_board_needs_a_stop_to_go_to():
    """A filling without its deliveries is no whole trip."""
    scene = scenario([village("V", population=1_000)])
    done = replace(ONE_TRIP, stops=ONE_TRIP.stops[:2])
    with pytest.raises(PlanError, match="1000 litres on board"):
        solve(scene, star(scene, SPOKES), PARAMS, today=Today(done=[done], now_s=50))


def test_what_is_done_names_known_trucks_and_places():
    """Truck and places of what is done must be in the scenario: said, not guessed."""
    scene = scenario([village("V", population=1_000)])
    ways = star(scene, SPOKES)
    other = replace(ONE_TRIP, truck_id="T9")
    with pytest.raises(PlanError, match="truck T9"):
        solve(scene, ways, PARAMS, today=Today(done=[other], now_s=150))
    place = replace(ONE_TRIP.stops[2], place_id="V9")
    lost = replace(ONE_TRIP, stops=(*ONE_TRIP.stops[:2], place))
    with pytest.raises(PlanError, match="at V9"):
        solve(scene, ways, PARAMS, today=Today(done=[lost], now_s=150))


def two_trucks():
    """
    Return a day on which the other truck is nearer, and a plan that does not use it.

    T1 starts 500 s from S, T2 at S; V is 100 s from S; either needs one trip.
    """
    scene = scenario([village("V", population=1_000)])
    depot = replace(scene.depots[0], depot_id="E", name="E")
    fleet = (truck("T1"), truck("T2", depot_id="E"))
    scene = replace(scene, depots=(*scene.depots, depot), trucks=fleet)
    ways = star(scene, {"D": 500, "E": 0, "S": 0, "V": 100})
    told = route(
        ("depart", "D", 0, 0),
        ("fill", "S", 500, 500, 1_000),
        ("deliver", "V", 600, 600, 1_000),
        ("return", "D", 1_200, 1_200),
        truck_id="T1",
    )
    return scene, ways, replace(whole_day(scene, ways), routes=(told,))


def test_without_a_price_the_better_plan_is_taken():
    """T2 drives 200 s where T1 drives 1,200 s for the same water."""
    scene, ways, previous = two_trucks()
    plan = replan(scene, ways, previous, 0, change_price_l=0)
    assert [r.truck_id for r in plan.routes if r.num_trips] == ["T2"]
    assert plan.totals.driving_s == 200


def test_with_a_high_price_nothing_changes_that_need_not():
    """The village was told of T1: it comes, at its time."""
    scene, ways, previous = two_trucks()
    plan = replan(scene, ways, previous, 0, change_price_l=10_000_000)
    (visit,) = stops(plan, "deliver", "T1")
    assert (visit.start_s, visit.litres) == (600, 1_000)
    assert stops(plan, "deliver", "T2") == []


def test_today_refuses_what_no_day_can_hold():
    """Prices below 0 and times outside of two days are slips of whoever calls."""
    with pytest.raises(ValueError, match="change_price_l"):
        Today(now_s=0, change_price_l=-1)
    for now_s in (-1, 172_801):
        with pytest.raises(ValueError, match="now_s"):
            Today(now_s=now_s)


def test_a_closed_road_home_is_no_time_of_a_billion_seconds():
    """V is cut off while the truck is there: it counts as home, and is told so."""
    scene = scenario([village("V", population=1_000)])
    ways = star(scene, SPOKES)
    previous = whole_day(scene, ways)
    cut = travel(scene, {("D", "S"): 0})
    plan = replan(scene, cut, previous, 50)
    assert plan.routes[0].stops[-1].end_s == 100
    assert {v.rule for v in check_plan(scene, cut, plan)} == {2}


def test_a_small_visit_waits_for_what_it_completes():
    """
    V needs 1,000 L; T1 brings 900 L at 500 s, and 100 L are less than a visit's 200.

    T2 could bring them at 200 s. They complete the need only after T1's visit.
    """
    scene = scenario(
        [village("V", population=1_000)],
        trucks=[truck("T1", shift_end_s=700), truck("T2")],
        service=ServiceRules(fill_setup_s=0, drop_setup_s=0, min_drop_l=200),
    )
    done = route(
        ("depart", "D", 0, 0),
        ("fill", "S", 0, 0, 900),
        ("deliver", "V", 500, 500, 900),
        truck_id="T1",
    )
    ways = star(scene, SPOKES)
    plan = solve(scene, ways, PARAMS, today=Today(done=[done], now_s=100)).plan
    assert check_plan(scene, ways, plan) == []
    assert delivered(plan) == {"V": 1_000}


def test_a_table_with_slow_straight_ways_gives_no_jump():
    """
    By the table V to W takes 400 s, and by S 100 + 50 s: times must obey both.

    The truck left V at 300 s for S, which ran dry: at W not before 300 + 400 s.
    """
    scene = scenario(
        [village("V", population=2_000)],
        [source("S"), source("W")],
        [truck(shift_end_s=2_000)],
    )
    legs = {("S", "V"): 100, ("W", "V"): 400, ("S", "W"): 50, ("D", "S"): 0}
    ways = travel(scene, {**legs, ("D", "V"): 100, ("D", "W"): 50})
    done = route(
        ("depart", "D", 0, 0),
        ("fill", "S", 0, 0, 1_000),
        ("deliver", "V", 300, 300, 1_000),
    )
    rest = (("fill", "S", 400, 400, 1_000), ("deliver", "V", 500, 500, 1_000))
    told = replace(done, stops=(*done.stops, *route(*rest).stops))
    previous = replace(whole_day(scene, ways), routes=(told,))
    spring, other = scene.sources
    dry = replace(scene, sources=(replace(spring, supply_l=1_000), other))
    plan = replan(dry, ways, previous, 350)
    assert [s.place_id for s in stops(plan, "fill")] == ["S", "W"]
    assert stops(plan, "fill")[1].arrive_s >= 700


def test_more_drawn_than_has_come_in_still_has_a_bound():
    """1,000 L were drawn where 500 L had been: nothing is left, and that is proven."""
    scene = scenario(
        [village("V", population=2_000)], [source(stock_l=500, inflow_l_per_h=0.0)]
    )
    ways = star(scene, SPOKES)
    plan = solve(scene, ways, PARAMS, today=Today(done=[ONE_TRIP], now_s=150)).plan
    assert delivered(plan) == {"V": 1_000}
    assert plan.bound is not None
    assert plan.bound.total_l == 1_000


#: Fills 1,000 L at 1 L/s, leaves 600 L at U (100 s of unloading), the rest at V.
BROKEN_TRIP = route(
    ("depart", "D", 0, 0),
    ("fill", "S", 0, 1_000, 1_000),
    ("deliver", "U", 1_100, 1_200, 600),
    ("deliver", "V", 1_300, 1_400, 400),
    ("return", "D", 1_500, 1_500),
)


@pytest.mark.parametrize(
    ("now_s", "done_l", "lost_l"),
    [
        (500, 0, 500),  # half of the filling has flowed
        (1_150, 0, 1_000),  # while unloading: nothing is there yet
        (1_250, 600, 400),  # U has its water; that for V is on board
        (1_450, 1_000, 0),  # on the way home with an empty tank
    ],
)
def test_a_broken_truck_delivers_what_is_over_and_loses_the_rest(now_s, done_l, lost_l):
    """What is lost is drawn from the source, and nobody is served by it."""
    scene = scenario(
        [village("U", population=600), village("V", population=2_000)],
        [source(supply_l=1_800)],
        [truck(), truck("T2")],
    )
    ways = star(scene, {"D": 0, "S": 0, "U": 50, "V": 50})
    previous = replace(whole_day(scene, ways), routes=(BROKEN_TRIP,))
    broken = frozenset({"T"})
    done, _ = split_day(previous, now_s, broken_trucks=broken)
    out = trucks_out(previous, now_s, broken)
    assert [(o.truck_id, o.litres) for o in out] == [("T", lost_l)]
    assert sum(r.delivered_l for r in done) == done_l
    plan = solve(
        scene,
        ways,
        PARAMS,
        today=Today(done=done, now_s=now_s, previous=previous, out=out),
    ).plan
    assert check_plan(scene, ways, plan) == []
    assert all(s.end_s <= now_s for s in stops(plan, "deliver", "T"))
    assert sum(delivered(plan).values()) == 1_800 - lost_l
    key = "note_load_lost" if lost_l else "note_truck_broken"
    assert [note.key for note in plan.notes] == [key]


def test_a_broken_truck_that_never_left_is_just_not_used():
    scene = scenario([village("V", population=500)], trucks=[truck(), truck("T2")])
    ways = star(scene, SPOKES)
    previous = whole_day(scene, ways)
    out = trucks_out(previous, 0, {"T", "T2"})
    plan = solve(
        scene, ways, PARAMS, today=Today(now_s=0, previous=previous, out=out)
    ).plan
    assert plan.routes == ()
    assert delivered(plan) == {"V": 0}
