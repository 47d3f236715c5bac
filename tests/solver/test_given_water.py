"""Drinking water that animals got is free for people once other water comes."""

from dispatch.check.rules import check_plan
from dispatch.model.plan import Route, Stop
from dispatch.model.scenario import NeedStandard
from dispatch.model.today import Today
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from tests.solver.tiny import scenario, source, star, truck, village

NEED = NeedStandard(
    survival_l_per_person=10.0,
    basic_l_per_person=10.0,
    normal_l_per_person=20.0,
    cattle_l_per_head=10.0,
)


def day(**of_second):
    """Return a village that wants 100 L, 200 L for animals, 100 L; two trucks."""
    scene = scenario(
        [village("V", population=10, cattle=20, **of_second)],
        [source(fill_rate_l_per_min=6_000.0)],
        [truck("T1", shift_end_s=130), truck("T2", potable=False, capacity_l=200)],
        need=NEED,
    )
    return scene, star(scene, {"D": 10, "S": 20, "V": 30})


def brought(litres):
    """Return T1's morning: its one trip, before it goes home."""
    stops = (
        Stop("depart", "D", 0, 0, 0),
        Stop("fill", "S", 30, 30, 34, litres=litres),
        Stop("deliver", "V", 84, 84, 84, litres=litres),
    )
    return Route("T1", "D", stops)


def rest_of(scene, ways, litres):
    today = Today(done=(brought(litres),), now_s=90)
    plan = solve(scene, ways, SolveParams(iterations=30, workers=1), today=today).plan
    assert check_plan(scene, ways, plan) == []
    for band, served in plan.totals.served_l.items():
        assert served <= plan.bound.served_l[band]
    assert sum(plan.totals.served_l.values()) <= plan.bound.total_l
    return plan


def test_water_for_animals_sets_drinking_water_free():
    """T1 brought 300 L, 200 L of them for animals; 100 L of T2 let people have them."""
    scene, ways = day()
    served = rest_of(scene, ways, 300).totals.served_l
    assert (served["survival"], served["livestock"], served["normal"]) == (
        100,
        200,
        100,
    )


def test_no_more_than_there_is_room_for():
    """The tank takes 350 L: T2 brings 50 L, as much as people then have besides."""
    scene, ways = day(storage_l=350)
    served = rest_of(scene, ways, 300).totals.served_l
    assert (served["survival"], served["livestock"], served["normal"]) == (100, 200, 50)


def test_what_is_full_stays_as_it_is():
    """With 400 L of drinking water nothing is left to bring."""
    scene, ways = day()
    plan = rest_of(scene, ways, 400)
    assert sum(plan.totals.served_l.values()) == 400
    assert [route.truck_id for route in plan.routes] == ["T1"]
