"""A small day ends with whole trips of every truck: a better plan, or a proof."""

from __future__ import annotations

import math

from dispatch import SolveParams, check_plan, solve
from dispatch.model.scenario import NeedStandard
from dispatch.solver import finish
from dispatch.solver.bound import BoundModel
from dispatch.solver.finish import finish_small_day
from dispatch.solver.instance import build_instance
from dispatch.solver.kernel.moves import store_best
from dispatch.solver.run import band_needs
from dispatch.solver.search import SearchParams, SearchThread
from tests.solver.tiny import NO_SETUP, scenario, star, truck, village

ONE_LITRE = NeedStandard(
    survival_l_per_person=1.0, basic_l_per_person=1.0, normal_l_per_person=50.0
)


def two_visits_for_1200_l():
    """
    Return a clinic that takes two tanks, another village, and six trips' time.

    Both are 1,000 s off on opposite sides, a tank holds 1,000 l, and nothing but
    driving takes time. Two trips to the clinic bring its 1,200 l, four to the other
    village 4,000 l; one trip to both takes 4,000 s, as long as two.
    """
    scene = scenario(
        [village("V", facility_l=1_200), village("W", population=1_000)],
        trucks=[truck(shift_end_s=12_000)],
        need=ONE_LITRE,
        service=NO_SETUP,
    )
    return scene, star(scene, {"D": 0, "S": 0, "V": 1_000, "W": 1_000})


def finished(monkeypatch, scene, travel, search=lambda _: None):
    """Return the litres per band of a thread that has never searched, finished."""
    monkeypatch.setattr(finish.time, "monotonic", lambda: 0.0)
    instance = build_instance(scene, travel)
    thread = SearchThread(instance, SearchParams(), 1)
    store_best(thread.state)
    model = BoundModel(instance, band_needs(instance))
    is_proven = finish_small_day(
        [thread], model, deadline=50.0, search=search, should_stop=lambda: False
    )
    served = thread.state.b_served.reshape(7, -1).sum(axis=1).tolist()
    bound = model.bound(served, seconds=math.inf, rounds=20)
    assert is_proven == (bound.gap == 0.0)
    return served, bound


def test_whole_trips_become_the_plan(monkeypatch):
    """From no plan at all to the best one, which leaves no gap."""
    looked_around = []
    served, bound = finished(
        monkeypatch, *two_visits_for_1200_l(), looked_around.append
    )
    assert served == [1_200, 0, 1_000, 0, 0, 0, 3_000]
    assert bound.total_l == 5_200
    assert looked_around  # a better plan is searched around


def test_whole_seconds_are_rounded_up(monkeypatch):
    """
    Parts of seconds that the program counts on do not cost a whole visit.

    The truck lets out 3 l a second and needs 2,000 s to and fro: in a shift of
    4,500 s two trips bring 1,500 l, which take 500 s together; but 750 l each, or
    1,000 and 500, take 250 s twice, or 334 s and 167 s, a second too many.
    """
    scene = scenario(
        [village("V", population=5_000)],
        trucks=[truck(shift_end_s=4_500, unload_rate_l_per_min=180)],
        need=ONE_LITRE,
        service=NO_SETUP,
    )
    served, bound = finished(
        monkeypatch, scene, star(scene, {"D": 0, "S": 0, "V": 1_000})
    )
    assert 1_490 <= served[2] <= 1_500
    assert bound.served_l["survival"] == 1_500


def test_nothing_is_begun_without_time(monkeypatch):
    scene, travel = two_visits_for_1200_l()
    monkeypatch.setattr(finish.time, "monotonic", lambda: 49.9)
    instance = build_instance(scene, travel)
    thread = SearchThread(instance, SearchParams(), 1)
    store_best(thread.state)
    model = BoundModel(instance, band_needs(instance))
    finish_small_day(
        [thread], model, deadline=50.0, search=max, should_stop=lambda: False
    )
    assert not thread.state.b_served.any()


def test_a_small_day_is_solved_to_the_end():
    """The plan of a run with time is the best one, said to be so, and valid."""
    scene, travel = two_visits_for_1200_l()
    result = solve(scene, travel, SolveParams(seconds=4.0, workers=1))
    assert check_plan(scene, travel, result.plan) == []
    assert result.plan.totals.served_l["normal"] == 3_000
    assert result.gap == 0.0
