"""The best plan so far, handed out while the search goes on untouched."""

import pytest

from dispatch.check.rules import check_plan
from dispatch.solver import drafts
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from tests.solver.tiny import scenario, star, truck, village


@pytest.fixture
def scene():
    return scenario(
        [village(f"V{k}", population=700 + 90 * k) for k in range(6)],
        trucks=[truck("T1"), truck("T2", capacity_l=700)],
    )


@pytest.fixture
def ways(scene):
    spokes = {"D": 0, "S": 20} | {f"V{k}": 100 + 31 * k for k in range(6)}
    return star(scene, spokes)


def followed(scene, ways, params):
    """Return the plan, and all that was handed out before it."""
    seen = []

    def look(progress):
        assert progress.draft is None or progress.phase == "search"
        if progress.draft is not None:
            seen.append(progress.draft())

    return solve(scene, ways, params, seed=7, progress=look).plan, seen


def test_who_looks_on_changes_nothing(scene, ways, monkeypatch):
    """With the same seed and iterations, bit for bit, looked at or not."""
    monkeypatch.setattr(drafts, "PACE_S", 0.0)
    params = SolveParams(iterations=20_000, workers=2)
    plan, seen = followed(scene, ways, params)
    alone = solve(scene, ways, params, seed=7).plan
    assert seen
    assert (plan.routes, plan.villages, plan.bound) == (
        alone.routes,
        alone.villages,
        alone.bound,
    )


def test_every_draft_keeps_all_rules_and_is_better_than_the_last(
    scene, ways, monkeypatch
):
    monkeypatch.setattr(drafts, "PACE_S", 0.0)
    plan, seen = followed(scene, ways, SolveParams(seconds=2.0, workers=2))
    for draft in seen:
        assert check_plan(scene, ways, draft) == []
    keys = [(draft.served_key(), -draft.totals.driving_s) for draft in seen]
    assert keys == sorted(set(keys))
    assert keys[-1] <= (plan.served_key(), -plan.totals.driving_s)


def test_nothing_is_handed_out_faster_than_anybody_reads(scene, ways):
    params = SolveParams(iterations=2_000, workers=1)
    _, seen = followed(scene, ways, params)
    assert len(seen) <= 1
