"""What differs between two plans of a day, and the reason that is given for it."""

import pytest

from dispatch.model.plan import Plan, Route, SolverInfo, Stop, Totals
from dispatch.model.today import Today
from dispatch.planning.changes import plan_changes
from tests.solver.tiny import replace, scenario, source, star, travel, truck, village

SPOKES = {"D": 0, "S": 0, "V": 100, "W": 100}


def day():
    """Return two villages short of water, two trucks, one source."""
    scene = scenario(
        [village("V", population=9_000), village("W", population=9_000)],
        trucks=[truck("T1", shift_end_s=20_000), truck("T2", shift_end_s=20_000)],
    )
    return scene, star(scene, SPOKES)


def trip(place="V", start=100, litres=1_000):
    """Return a trip that fills 100 s before it unloads."""
    fill = Stop("fill", "S", start - 100, start - 100, start - 100, litres)
    return [fill, Stop("deliver", place, start, start, start, litres)]


def route(*trips, truck_id="T1", extra_s=0):
    stops = [stop for stops in trips for stop in stops]
    first, last = stops[0].start_s, stops[-1].end_s + 100
    return Route(
        truck_id,
        "D",
        (
            Stop("depart", "D", first, first, first),
            *stops,
            Stop("return", "D", last, last, last),
        ),
    )


def plan(*routes):
    scene, _ = day()
    return Plan(
        scenario=scene.name,
        date=scene.date,
        seed=0,
        solver=SolverInfo("", "", 0.0, "feasible"),
        routes=routes,
        villages=(),
        totals=Totals({}, {}, 0, 0, 0),
    )


def changes(before, after, scene=None, ways=None, now_s=0, **options):
    base, base_ways = day()
    today = Today(now_s=now_s, previous=before, **options)
    found = plan_changes(scene or base, ways or base_ways, today, after)
    return [(c.village_id, c.kind, c.reason) for c in found]


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        (route(trip(start=100 + 1_801)), "moved"),
        (route(trip(), truck_id="T2"), "other_truck"),
        (route(trip("W")), "dropped"),
        (route(trip(), trip(start=300)), "added"),
        (route(trip(litres=900)), "litres"),
    ],
)
def test_every_kind_of_change(after, kind):
    """V was told of T1 at 100 s with 1,000 L."""
    found = changes(plan(route(trip())), plan(after))
    assert [c for c in found if c[0] == "V"] == [("V", kind, "for_others")]


def test_half_an_hour_is_no_change():
    """Exactly 30 minutes earlier or later is what people were told to expect."""
    later = plan(route(trip(start=100 + 1_800)))
    assert changes(plan(route(trip())), later) == []
    assert changes(later, plan(route(trip()))) == []


def test_a_change_tells_before_and_after():
    scene, ways = day()
    before = plan(route(trip()))
    after = plan(route(trip(start=400, litres=800), truck_id="T2"))
    (change,) = plan_changes(scene, ways, Today(now_s=0, previous=before), after)
    assert (change.truck_before, change.truck_after) == ("T1", "T2")
    assert (change.start_before_s, change.start_after_s) == (100, 400)
    assert (change.litres_before, change.litres_after) == (1_000, 800)
    (gone,) = plan_changes(scene, ways, Today(now_s=0, previous=before), plan())
    assert (gone.truck_after, gone.start_after_s, gone.litres_after) == (None, None, 0)


def reason(scene=None, ways=None, **options):
    """Return the reason why the visit to V by T1 gives way to one by T2."""
    before = plan(route(trip()))
    after = plan(route(trip(start=300), truck_id="T2"))
    ((_, _, why),) = changes(before, after, scene, ways, **options)
    return why


def changed_day(**fields):
    scene, _ = day()
    scene = replace(scene, **fields)
    return scene, star(scene, {p: SPOKES[p] for p in scene.place_ids})


def test_truck_out():
    scene, ways = changed_day(trucks=(truck("T2"),))
    assert reason(scene, ways) == "truck_out"


def test_truck_late():
    """By what is done, or by what was called in when nothing is."""
    done = [route(trip("W", start=250))]
    before = plan(route(trip("W"), trip(start=400)))
    after = plan(done[0], route(trip(start=500), truck_id="T2"))
    assert changes(before, after, now_s=260, done=done) == [
        ("V", "other_truck", "truck_late")
    ]
    assert reason(delays_s={"T1": 600}) == "truck_late"
    assert reason(delays_s={"T1": 30}) == "for_others"


def test_truck_hours():
    scene, ways = changed_day(trucks=(truck("T1", shift_end_s=150), truck("T2")))
    assert reason(scene, ways) == "truck_hours"


def test_road():
    scene, _ = day()
    ways = travel(scene, {("D", "S"): 0, ("S", "W"): 100, ("D", "W"): 100})
    assert reason(scene, ways) == "road"


def test_road_home():
    """The way back from V is closed; the visit itself breaks no rule."""
    scene, _ = day()
    legs = {("D", "S"): 0, ("S", "V"): 100, ("D", "V"): 100, ("V", "D"): -1}
    ways = travel(scene, {**legs, ("S", "W"): 100, ("D", "W"): 100})
    ways.seconds[0][scene.place_ids.index("V"), 0] = -1
    assert reason(scene, ways) == "road"


def test_narrow_lane_counts_as_road():
    scene, ways = changed_day(
        villages=(village("V", population=1_000, max_gross_t=5.0), village("W")),
        trucks=(truck("T1", gross_t=9.0), truck("T2")),
    )
    assert reason(scene, ways) == "road"


@pytest.mark.parametrize("what", ["supply", "pump", "lost"])
def test_source(what):
    changed = {
        "supply": [source(supply_l=400)],
        "pump": [source(fill_rate_l_per_min=10.0)],
        "lost": [source("other")],
    }
    scene, _ = day()
    scene = replace(scene, sources=tuple(changed[what]))
    ways = star(scene, {**SPOKES, "other": 0})
    assert reason(scene, ways) == "source"


@pytest.mark.parametrize(
    "fields",
    [{"population": 400}, {"population": 1_000, "max_visits": 0}],
)
def test_village(fields):
    scene, ways = changed_day(villages=(village("V", **fields), village("W")))
    assert reason(scene, ways) == "village"


def test_a_lost_village_does_not_put_its_truck_out_of_service():
    """V is gone; the visit of the same truck to W was merely moved for others."""
    scene, ways = changed_day(villages=(village("W", population=1_000),))
    before = plan(route(trip(), trip("W", start=300)))
    after = plan(route(trip("W", start=300 + 1_801)))
    assert changes(before, after, scene, ways) == [
        ("V", "dropped", "village"),
        ("W", "moved", "for_others"),
    ]


def test_visits_of_one_truck_pair_by_nearest_time():
    """The first of two visits went; the second must not look moved to its place."""
    before = plan(route(trip(start=100, litres=500), trip(start=9_000, litres=500)))
    after = plan(route(trip(start=9_100, litres=500)))
    assert changes(before, after) == [("V", "dropped", "for_others")]
    (gone,) = plan_changes(*day(), Today(now_s=0, previous=before), after)
    assert gone.start_before_s == 100


def test_what_is_over_is_left_out():
    """At 150 s the visit at 100 s is over; it is in both plans."""
    before = plan(route(trip(), trip(start=300)))
    after = plan(route(trip()))
    assert changes(before, after, now_s=150) == [("V", "dropped", "for_others")]


def test_a_late_visit_under_way_is_not_new():
    """
    Told for 100 s, under way at 150 s and expected at 400 s: neither new nor gone.

    It once counted as over in the old plan and as added in the new one.
    """
    before = plan(route(trip()))
    late = trip(start=400)
    late[0] = replace(late[0], arrive_s=0, start_s=0, end_s=0)
    after = plan(route(late))
    assert changes(before, after, now_s=150) == []
