"""A search without a time limit ends when nothing is gained, and says why."""

from types import SimpleNamespace

import numpy as np
import pytest

from dispatch.check.rules import check_plan
from dispatch.solver import rounds as tested
from dispatch.solver.kernel.arrays import TOTAL
from dispatch.solver.params import SolveParams
from dispatch.solver.rounds import Limits, limits_for, search_until_idle
from dispatch.solver.run import solve
from tests.solver.tiny import scenario, source, star, village

LIMITS = Limits(first_s=1.0, patience_s=4.0, longest_s=60.0)


class Clock:
    """Time that passes only while a round searches, which finds what was written."""

    def __init__(self, monkeypatch, served, *, driving=None, contested=1):
        self.now = 100.0
        self.lengths = []
        self._served = iter(served)
        self._driving = iter(driving or [])
        self.thread = SimpleNamespace(
            state=SimpleNamespace(
                b_served=np.array([-1, 0]), b_total=np.zeros(1, dtype=TOTAL)
            ),
            contested_level=lambda: contested,
            start_again=lambda params: None,
        )
        monkeypatch.setattr(tested.time, "monotonic", lambda: self.now)

    def _search(self, threads, *, deadline, **_):
        self.lengths.append(deadline - self.now)
        self.now = deadline
        state = self.thread.state
        state.b_served = np.array(next(self._served, state.b_served))
        state.b_total = np.array([(next(self._driving, 0), 0)], dtype=TOTAL)

    def run(self, *, is_short=lambda: False, is_best=lambda: False, stop=lambda: False):
        return search_until_idle(
            [self.thread],
            LIMITS,
            search=self._search,
            again=None,
            is_best_possible=is_best,
            is_short_above=is_short,
            should_stop=stop,
            on_progress=lambda fraction: None,
        )


def test_a_round_without_gain_is_the_last(monkeypatch):
    """The first round never is; each further one is as long as all before it."""
    clock = Clock(monkeypatch, [[500, 900], [500, 990], [500, 999], [500, 999]])
    assert clock.run() == "no_gain"
    assert clock.lengths == [1.0, 4.0, 5.0, 10.0]


def test_a_litre_above_the_contested_level_is_worth_going_on(monkeypatch):
    served = [[500, 90_000], [500, 90_001], [501, 80_000]]
    assert Clock(monkeypatch, served[:2]).run() == "no_gain"
    clock = Clock(monkeypatch, [served[0], served[2]])
    clock.run()
    assert len(clock.lengths) == 3


def test_where_all_is_served_a_shorter_way_counts(monkeypatch):
    clock = Clock(
        monkeypatch, [[5, 5]] * 9, driving=[1_000, 900, 899, 899], contested=2
    )
    assert clock.run() == "no_gain"
    assert len(clock.lengths) == 3


def test_a_level_that_is_short_without_proof_is_searched_to_the_end(monkeypatch):
    clock = Clock(monkeypatch, [[500, 900]])
    assert clock.run(is_short=lambda: True) == "time"
    assert sum(clock.lengths) == pytest.approx(LIMITS.longest_s)


def test_what_is_proven_best_ends_at_once(monkeypatch):
    clock = Clock(monkeypatch, [[500, 900]])
    assert clock.run(is_best=lambda: True) == "best_possible"
    assert len(clock.lengths) == 1


def test_whoever_stops_it_is_obeyed(monkeypatch):
    clock = Clock(monkeypatch, [[500, 900]])
    assert clock.run(stop=lambda: True) == "stopped"


def test_limits_grow_with_the_day():
    small, large = limits_for(1), limits_for(2_000)
    assert small.first_s <= small.patience_s <= large.patience_s
    assert small.longest_s <= large.longest_s == 300
    assert large.first_s == 60


@pytest.mark.parametrize(
    ("params", "ended"),
    [
        (SolveParams(), "best_possible"),
        (SolveParams(seconds=0.2), "time"),
        (SolveParams(iterations=20), "iterations"),
    ],
)
def test_a_plan_says_why_its_search_ended(params, ended):
    """All of the well's water is brought: no plan serves more."""
    scene = scenario([village("V", population=500)], [source(supply_l=300)])
    ways = star(scene, {"D": 0, "S": 0, "V": 50})
    plan = solve(scene, ways, params).plan
    assert check_plan(scene, ways, plan) == []
    assert plan.solver.ended == ended


def test_a_search_that_is_stopped_keeps_its_plan():
    scene = scenario([village("V", population=500)])
    ways = star(scene, {"D": 0, "S": 0, "V": 50})
    plan = solve(scene, ways, SolveParams(), should_stop=lambda: True).plan
    assert plan.totals.delivered_l == 500
    assert plan.solver.ended == "stopped"
