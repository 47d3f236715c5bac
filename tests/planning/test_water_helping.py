"""What would help the water, and what is told of tails."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dispatch.model.water.network import WaterNetwork
from dispatch.planning.water_day import plan_all_water
from dispatch.planning.water_helping import WaterHelp, water_helping
from dispatch.words.message import say
from tests.solver.water import small
from tests.solver.water.test_day_plan import order_and_works
from tests.water.test_tail_end import two_reaches


def test_the_repair_is_worth_its_harvest() -> None:
    """Repair B to 0.7: B full, A 823 m3: 22,429 kg, for 18,000 yuan and 60 days."""
    scenario = order_and_works()
    assert scenario.water is not None
    (work,) = scenario.water.works
    priced = replace(work, cost_yuan=18_000, crew_days=60)
    network = replace(scenario.water, works=(priced,))
    (best, *others) = water_helping(replace(scenario, water=network), num_days=1)
    assert (best.kind, best.object_id) == ("work", "K")
    assert round(best.kg) == 22_429
    assert best.kg_per_yuan == pytest.approx(22_429 / 18_000, rel=1e-4)
    assert best.kg_per_crew_day == pytest.approx(22_429 / 60, rel=1e-4)
    # B had 4,800 of 6,000 m3; A gets 823 of 8,000.
    assert best.mu == pytest.approx(150 * 0.2 + 200 * 822.9 / 8_000, abs=0.1)
    assert (best.people_l, best.animals_l) == (0, 0)
    assert others == []


def pumped() -> WaterNetwork:
    """Return a river, 100 mu on its bank, and a lent pump of 50 m3/h for 10 h a day."""
    return WaterNetwork(
        nodes=(small.node("R", "river"), small.node("A")),
        fields=(small.block("F", "A", "tillering"),),
        crops=(small.stage("tillering"),),
        pumps=(
            small.pump(
                "P", 50, hours_per_day=10, return_by=small.DAY, lent_by="county"
            ),
        ),
        lifts=(small.lift("L", "R", "A"),),
    )


def test_pumps_hours_and_days() -> None:
    """
    4,000 m3 are needed in 4 days; the pump brings 500 on its one day.

    One more of it brings nothing the first day, as there is room for one, and 500 on
    each of the others; two days longer 1,000; an hour 50.
    """
    helps = water_helping(small.scenario(pumped()), num_days=4)
    by_kind = {item.kind: item.mu for item in helps}
    assert by_kind == {
        "one_more_pump": pytest.approx(100 * 1_500 / 4_000, rel=1e-3),
        "keep_pump": pytest.approx(100 * 1_000 / 4_000, rel=1e-3),
        "one_more_hour": pytest.approx(100 * 50 / 4_000, rel=1e-3),
    }
    assert [item.kind for item in helps] == [
        *("one_more_pump", "keep_pump", "one_more_hour"),
    ]
    for item in helps:
        assert all(item.name.text(lang) for lang in ("zh", "en"))


def test_a_tail_is_told_with_what_would_reach_it() -> None:
    """
    With 1,400 m3 nothing comes to T: 200 m3/h for 12.5 h would, and no single work.

    The first reach takes 1,000, and what is left of half of 400 does not fill C2.
    """
    network = replace(
        two_reaches(),
        stores=(small.store("S", 1_400),),
        fields=(small.block("F", "T", "tillering"),),
        crops=(small.stage("tillering"),),
    )
    planned = plan_all_water(small.scenario(network), num_days=3)
    assert planned.violations == ()
    (tail,) = planned.tails
    assert (tail.node_id, tail.reach.stops_in) == ("T", "C2")
    assert tail.least is not None
    assert tail.least.m3 == pytest.approx(2_500, rel=1e-3)
    assert tail.work_ids == ()
    text = tail.message(network).text("en")
    assert "0.06 m3/s for 12 h would" in text or "for 13 h would" in text
    assert "放水" in tail.message(network).text("zh")
    (short,) = planned.plan.shortages
    # Without filling and least flows 1,400 * 0.5 * 0.8 come of the 4,000 m3.
    assert {cause.reason: round(cause.m3) for cause in short.causes} == {
        "store_dry": 3_440,
        "too_little_to_start": 560,
    }


def test_days_of_pumps_are_dates() -> None:
    """A pump that came yesterday and goes today runs today only."""
    plan = plan_all_water(small.scenario(pumped()), num_days=3).plan
    assert {run.day for run in plan.pumps} == {0}
    assert plan.first_day + dt.timedelta(days=0) == small.DAY


def test_critical_stages_rank_before_all_harvest() -> None:
    """To save a critical tail others may lose more: by the order it helps first."""
    helps = [
        WaterHelp(
            kind="work",
            object_id=label,
            name=say("water_help.hour"),
            people_l=0.0,
            people=0.0,
            animals_l=0.0,
            normal_l=0.0,
            mu=0.0,
            kg=kg,
            critical_kg=critical_kg,
        )
        for label, kg, critical_kg in (("A", 900.0, 0.0), ("B", -50.0, 400.0))
    ]
    assert max(helps, key=lambda item: item.rank).object_id == "B"
