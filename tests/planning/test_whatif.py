"""What would help most: the limit that binds must come first."""

import numpy as np
import pytest

from dispatch.check.rules import check_plan
from dispatch.model.need import BANDS
from dispatch.model.road_limits import RoadLimit
from dispatch.model.roads import RoadEdge, RoadNetwork, RoadNode
from dispatch.model.scenario import NeedStandard, Resting, ServiceRules, TimeWindow
from dispatch.model.travel import TravelTable
from dispatch.planning.variants import as_it_is, list_variants
from dispatch.planning.whatif import NUM_CONTROLS, _Outcome, _Tried, what_if
from dispatch.roads.travel import travel_matrix
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from tests.solver.tiny import replace, scenario, source, star, travel, truck, village

PARAMS = SolveParams(iterations=300, workers=1)


def asked(scene, ways, *, iterations=200, **options):
    plan = solve(scene, ways, PARAMS).plan
    assert check_plan(scene, ways, plan) == []
    found = what_if(
        scene, ways, plan, seconds=1.0, iterations=iterations, workers=1, **options
    )
    return plan, found


def gains(found):
    """Return litres gained over all bands, by kind and subject."""
    return {
        (e.variant.kind, e.variant.subject): sum(e.gain_l.values())
        for e in found.effects
    }


MINUTE = 60
TANK_L = 9_460  # 2,500 gallons


def fire_ground(**hydrant):
    """
    Return a hydrant of 250 gpm near by and a fast lake far off; 750 gpm are wanted.

    Three tankers of 2,500 gal (9,460 L) stand where the water is needed; they work 243
    minutes and bring whole tanks only. A gallon a minute is 3.785 L/min: 250 gpm are
    946 L/min, 1,000 gpm 3,784 L/min; 750 gpm in 243 min are 689,816 L, 72 tanks.

    Hydrant, 4 min away, one bay: 10 min to fill, 4 to drive, 2 to unload, 4 back: a
    cycle of 20 min, of which the bay is taken for 10. Two tankers keep it busy without
    a break and a third would only wait: from minute 4 to 237, when the last one must
    leave to be empty by 243, it fills 23 tanks.
    Lake, 37 min away: 2.5 + 37 + 2 + 37 = 78.5 min; 243 min hold 3 tanks.
    h tanks from the hydrant and k from the lake take 20 h + 78.5 k <= 729 tanker
    minutes, with h <= 23: k = 3 leaves h = 23, k = 4 only h = 20. So the day brings
    23 + 3 = 26 tanks. What each change can bring:

    - hose: 1,892 L/min, 5 min to fill, cycle 15 min: three tankers keep the bay busy,
      233 / 5 = 46 tanks and none from the lake: +20.
    - bay: three tankers in cycles of 20 min: 12 + 12 + 11 tanks or, with two of the
      three in step, one more: +9 or +10.
    - truck: the bay is full, so the fourth goes to the lake; 20 h + 78.5 k <= 972 with
      h <= 23 leaves k = 6: +3.
    - shift hour: 20 h + 78.5 k <= 909 with h <= 23, since the hydrant closes at minute
      242, leaves k = 5: +2 at most.
    - hose at the lake: a cycle of 77.25 min, and still 3 tanks in 243 min: +0.
    - hydrant open for longer: its last tanker leaves at minute 237: +0.
    """
    shift_s = 243 * MINUTE
    tankers = [
        truck(
            f"T{k}",
            capacity_l=TANK_L,
            shift_end_s=shift_s,
            unload_rate_l_per_min=TANK_L / 2,
        )
        for k in range(3)
    ]
    slow = source(
        "hydrant",
        fill_rate_l_per_min=946.0,
        bays=1,
        windows=(TimeWindow(0, 242 * MINUTE),),
        **hydrant,
    )
    scene = scenario(
        [village("fire", population=689_816)],
        [slow, source("lake", fill_rate_l_per_min=3_784.0)],
        tankers,
        service=ServiceRules(fill_setup_s=0, drop_setup_s=0, min_drop_l=TANK_L),
    )
    legs = {("D", "fire"): 0, ("hydrant", "lake"): 41 * MINUTE}
    for place, minutes in (("hydrant", 4), ("lake", 37)):
        legs[("D", place)] = legs[(place, "fire")] = minutes * MINUTE
    return scene, travel(scene, legs)


def test_the_fill_rate_binds_at_a_slow_hydrant():
    """Another hose or bay goes before a truck, and both before longer hours."""
    plan, found = asked(*fire_ground(), iterations=600)
    assert plan.villages[0].reason == "bay_queue"
    assert sum(found.base_l.values()) == 26 * TANK_L
    tanks = {key: litres / TANK_L for key, litres in gains(found).items()}
    assert 12 <= tanks["hose", "hydrant"] <= 20
    assert 7 <= tanks["bay", "hydrant"] <= 10
    assert tanks["truck", "T0"] == 3
    assert 0 <= tanks["shift_hour", ""] <= 2
    assert tanks["hose", "lake"] == 0
    assert tanks["source_hour", "hydrant"] == 0
    ranked = [(e.variant.kind, e.variant.subject) for e in found.effects]
    assert ranked[:3] == [("hose", "hydrant"), ("bay", "hydrant"), ("truck", "T0")]
    assert found.effects[0].is_clear


def test_the_fill_rate_binds_before_the_supply():
    """
    With 271,000 L a day, 28 tanks, the hydrant keeps 5 that it cannot pump in time.

    Another hose brings 28 + 3 = 31 tanks (15 x 28 + 78.5 x 3 = 655.5 of 729 minutes):
    +5, more than the truck's +3; a fifth more water alone brings nothing.
    """
    _, found = asked(*fire_ground(supply_l=271_000), iterations=600)
    tanks = {key: litres / TANK_L for key, litres in gains(found).items()}
    assert tanks["hose", "hydrant"] == 5
    assert tanks["truck", "T0"] == 3
    assert tanks["supply", "hydrant"] == 0
    assert found.effects[0].variant.kind == "hose"


def test_dry_sources_are_helped_by_water_alone():
    """1,000 L a day are drawn in one of 18 trips: 20% more is 200 L, trucks are 0."""
    scene = scenario([village("V", population=9_000)], [source(supply_l=1_000, bays=1)])
    plan, found = asked(scene, star(scene, {"D": 0, "S": 0, "V": 100}))
    assert plan.villages[0].reason == "source_dry"
    assert gains(found) == {
        ("supply", "S"): 200,
        ("truck", "T"): 0,
        ("shift_hour", ""): 0,
        ("bay", "S"): 0,
    }
    assert found.effects[0].variant.kind == "supply"


def test_a_narrow_lane_binds():
    """Only the 100 L truck may go to V: 5 trips of 200 s; the large one stays out."""
    scene = scenario(
        [village("V", population=5_000, max_gross_t=2.0)],
        trucks=[
            truck("small", capacity_l=100, gross_t=1.0, shift_end_s=1_000),
            truck("large", gross_t=9.0, shift_end_s=1_000),
        ],
    )
    _, found = asked(scene, star(scene, {"D": 0, "S": 0, "V": 100}))
    # As it is 500 L; wide: 5 x 1,000 L of the large one, which is all of the need.
    assert found.effects[0].variant.kind == "lane"
    assert gains(found)["lane", "V"] == 4_500
    assert gains(found)["truck", "large"] == 0


def test_a_closed_window_binds():
    """V takes water from 3,300 s on: one of the 18 trips that the day would hold."""
    scene = scenario(
        [village("V", population=9_000, windows=(TimeWindow(3_300, 3_400),))]
    )
    plan, found = asked(scene, star(scene, {"D": 0, "S": 0, "V": 100}))
    assert plan.villages[0].delivered_l == 1_000
    assert found.effects[0].variant.kind == "window"
    assert gains(found)["window", "V"] == 8_000


def test_lane_and_window_are_both_tried():
    """A village with a narrow lane was once not asked about its window."""
    scene = scenario(
        [
            village(
                "V",
                population=900,
                max_gross_t=2.0,
                windows=(TimeWindow(50_000, 51_000),),
            )
        ],
        trucks=[truck("small", gross_t=1.0), truck("large", gross_t=9.0)],
    )
    _, found = asked(scene, star(scene, {"D": 0, "S": 0, "V": 100}))
    gained = gains(found)
    assert gained["window", "V"] == 900
    assert gained["lane", "V"] == 0


def test_no_road_binds():
    """No way to V is known; the nearest place that is reached is W, 100 s away."""
    far = replace(village("V", population=500), lat=27.201)
    scene = scenario([far, village("W", population=500)])
    ways = travel(scene, {("D", "S"): 0, ("S", "W"): 100, ("D", "W"): 100})
    plan, found = asked(scene, ways)
    assert plan.villages[0].reason == "no_road"
    first = found.effects[0]
    assert (first.variant.kind, first.variant.subject) == ("road", "V")
    assert gains(found)["road", "V"] == 500
    # 0.001 degrees are 111 m; the detour of 1.4 makes 156 m of them.
    assert round(first.variant.amount) == 156


def test_a_road_is_joined_to_a_place_that_trucks_reach():
    """A source without a road itself, though nearest, is of no use."""
    scene = scenario(
        [replace(village("V", population=500), lat=27.202), village("W")],
        [source(), replace(source("cut off"), lat=27.202)],
    )
    ways = travel(scene, {("D", "S"): 0, ("S", "W"): 100, ("D", "W"): 100})
    _, found = asked(scene, ways)
    assert gains(found)["road", "V"] == 500


def bands_day():
    """Return villages with needs in all bands, of which a truck serves some."""
    scene = scenario(
        [
            village("V", population=60, vulnerable_people=10, cattle=5, facility_l=300),
            village("W", population=90, vulnerable_people=20, max_visits=1),
        ],
        [source(supply_l=2_500, bays=1, fill_rate_l_per_min=100)],
        [truck(capacity_l=700, shift_end_s=2_000)],
        need=NeedStandard(),
    )
    return scene, star(scene, {"D": 0, "S": 10, "V": 100, "W": 150})


def test_gains_are_ranked_by_bands_and_never_negative():
    """More in the first band that differs goes before more in all."""
    _, found = asked(*bands_day(), iterations=60)
    keys = [effect.key for effect in found.effects]
    assert keys == sorted(keys, reverse=True)
    assert all(key >= (0,) * len(BANDS) for key in keys)
    assert any(any(key) for key in keys)
    for effect in found.effects:
        first = next((litres for litres in effect.key if litres), 0)
        assert first >= 0
        assert first > 0 or not effect.is_clear


def test_same_seed_and_iterations_repeat():
    """Iterations instead of seconds: bit for bit."""
    scene, ways = bands_day()
    _, first = asked(scene, ways, iterations=40, seed=3)
    _, second = asked(scene, ways, iterations=40, seed=3)
    assert [(e.variant.kind, e.key, e.gain_people) for e in first.effects] == [
        (e.variant.kind, e.key, e.gain_people) for e in second.effects
    ]
    assert (first.base_l, first.noise_l) == (second.base_l, second.noise_l)


@pytest.mark.parametrize("solved", [0, 1, 3, 5])
def test_a_stop_returns_what_is_solved(solved):
    """Two runs of the day as it is come first, then the variants, one by one."""
    scene, ways = bands_day()
    seen = []
    _, found = asked(
        scene,
        ways,
        iterations=20,
        progress=lambda count, _: seen.append(count),
        should_stop=lambda: len(seen) >= solved,
    )
    # The run after which it is said counts as cut short, like any under way.
    assert len(found.effects) == max(0, solved - NUM_CONTROLS)
    assert sum(found.base_l.values()) > 0


def test_progress_counts_all_runs():
    scene, ways = bands_day()
    seen = []
    plan, found = asked(
        scene, ways, iterations=20, progress=lambda *pair: seen.append(pair)
    )
    total = len(list_variants(scene, ways, plan)) + NUM_CONTROLS
    assert seen == [(k + 1, total) for k in range(total)]
    assert len(found.effects) == total - NUM_CONTROLS


def test_no_variant_takes_anything_away():
    """A night shift until 26:00, a source open until 25:00: an hour more is no less."""
    scene = scenario(
        [village("V", population=9_000)],
        [source(windows=(TimeWindow(0, 90_000),))],
        [truck(shift_end_s=93_600)],
    )
    ways = star(scene, {"D": 0, "S": 0, "V": 100})
    plan = solve(scene, ways, PARAMS).plan
    for variant in list_variants(scene, ways, plan):
        assert check_plan(variant.scenario, variant.travel, plan) == []
        assert variant.scenario.trucks[0].shift_end_s >= 93_600
        assert variant.scenario.sources[0].windows[0].late_s >= 90_000


def test_lifting_a_closure_is_tried_on_the_real_roads():
    """V's only road is closed: lifting L1 serves it, all else serves nothing."""
    roads = RoadNetwork.of(
        [
            RoadNode(node_id="D", lat=27.2, lon=112.8),
            RoadNode(node_id="S", lat=27.2, lon=112.81),
            RoadNode(node_id="V", lat=27.2, lon=112.82),
        ],
        [
            RoadEdge(
                edge_id=f"{a}{b}", from_node=a, to_node=b, length_m=1_000, speed_km_h=36
            )
            for a, b in ("DS", "SV")
        ],
    )
    closed = RoadLimit(limit_id="L1", road="SV", is_closed=True)
    scene = scenario([village("V", population=500)], roads=roads, road_limits=(closed,))
    way = travel_matrix(scene)
    plan = solve(scene, way, SolveParams(iterations=20, workers=1)).plan
    lifted = [v for v in list_variants(scene, way, plan) if v.kind == "limit"]
    assert [variant.subject for variant in lifted] == ["L1"]
    day = lifted[0]
    opened = solve(day.scenario, day.travel, SolveParams(iterations=20, workers=1)).plan
    assert sum(plan.totals.served_l.values()) == 0
    assert sum(opened.totals.served_l.values()) == 500


def tried(base, controls, first, again=None):
    scene, ways = bands_day()
    outcome = {
        name: _Outcome(served_l=(100, 0, 50, 0, 0, 0, litres), people=0)
        for name, litres in {"base": base, "first": first, "again": again or 0}.items()
    }
    found = _Tried(
        controls=[_Outcome((100, 0, 50, 0, 0, 0, litres), 0) for litres in controls],
        base=outcome["base"],
        runs=[(as_it_is(scene, ways), outcome["first"])],
    )
    if again is not None:
        found.confirmed[0] = outcome["again"]
    return found


@pytest.mark.parametrize(
    ("first", "again", "gain_l", "is_clear"),
    [
        (1_500, 1_400, 400, True),
        (1_500, None, 500, False),  # one run proves nothing
        (1_500, 1_050, 50, False),  # the second one is inside the spread
        (1_149, 1_400, 149, False),  # one and a half times the spread is asked
        (900, 1_400, 0, False),
    ],
)
def test_a_gain_is_clear_beyond_the_spread_of_equal_runs_twice(
    first, again, gain_l, is_clear
):
    """Equal runs differ by up to 100 L: 900, 950 and 1,000 L."""
    found = tried(1_000, [900, 950, 1_000], first, again)
    assert found.noise() == (6, 100)
    effect = found.effects()[0]
    assert sum(effect.gain_l.values()) == gain_l
    assert effect.is_clear == is_clear


def test_a_gain_below_a_band_in_which_equal_runs_differ_is_never_clear():
    found = tried(1_000, [1_000], 9_000, 9_000)
    found.controls.append(_Outcome((100, 0, 49, 0, 0, 0, 1_000), 0))
    assert found.noise() == (2, 1)
    assert not found.effects()[0].is_clear
    assert found.to_confirm() == []


def test_a_better_plan_for_today_is_no_variants_gain():
    """
    A bay that the plan does not use adds nothing, whatever its run found.

    The plan given is poor (no trip at all); the variant's plan with one truck keeps
    the rules of the day as it is, and so counts as what the day has without it.
    """
    scene = scenario([village("V", population=3_000)], [source(bays=1)])
    ways = star(scene, {"D": 0, "S": 0, "V": 100})
    poor = replace(solve(scene, ways, PARAMS).plan, routes=())
    found = what_if(scene, ways, poor, seconds=1.0, iterations=30, workers=1)
    assert sum(found.base_l.values()) == 3_000
    assert set(gains(found).values()) == {0}
    assert not any(effect.is_clear for effect in found.effects)


def test_a_limit_of_visits_is_lifted_where_it_binds():
    """Two visits of 4,000 L bring 8,000 of 10,000 L: a third one brings the rest."""
    scene = scenario(
        [village("V", population=500, max_visits=2)],
        [source("S")],
        [truck("T", capacity_l=4_000)],
        need=NeedStandard(
            survival_l_per_person=20, basic_l_per_person=20, normal_l_per_person=20
        ),
    )
    _, found = asked(scene, star(scene, {"D": 0, "S": 0, "V": 100}))
    assert gains(found)["visits", "V"] == 2_000
    visits = next(e for e in found.effects if e.variant.kind == "visits")
    assert (visits.variant.amount, visits.gain_people) == (3, 100)


def test_a_source_out_of_service_is_opened():
    """The one source gives 3,000 L of 10,000; the other would give the rest."""
    out = Resting(1, source("S2", out_of_service=True))
    scene = replace(
        scenario(
            [village("V", population=500)],
            [source("S1", supply_l=3_000)],
            [truck("T", capacity_l=5_000)],
            need=NeedStandard(
                survival_l_per_person=20, basic_l_per_person=20, normal_l_per_person=20
            ),
        ),
        resting=(out,),
    )
    _, found = asked(scene, travel_matrix(scene))
    assert gains(found)["source", "S2"] == 7_000
    # A table of travel times that does not have it cannot say how far it is.
    legs_s = np.zeros((3, 3), dtype=np.int64)
    table = TravelTable(place_ids=scene.place_ids, seconds=legs_s)
    closed = replace(scene, travel_table=table)
    ways = travel_matrix(closed)
    plan = solve(closed, ways, PARAMS).plan
    kinds = {v.kind for v in list_variants(closed, ways, plan)}
    assert "source" not in kinds
