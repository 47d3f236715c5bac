"""One dispatch of all the water: days, hours and people, of random small townships."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from dispatch.errors import PlanError
from dispatch.model.need import BANDS
from dispatch.model.water.hours import Span
from dispatch.planning.water_turns import lines_with_fields, rota_requests
from dispatch.planning.whole_water import (
    check_days,
    check_hours,
    check_told,
    flow_spans,
    plan_whole_water,
    pump_from_h,
    slots_of_days,
    with_zone_caps,
)
from dispatch.solver.water.day_plan import plan_water, water_case
from tests.solver.water.townships import townships

QUICK = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@QUICK
@given(townships())
def test_every_dispatch_keeps_all_rules(scenario) -> None:
    whole = plan_whole_water(scenario, num_days=2)
    assert [str(found) for found in whole.violations] == []
    assert [str(found) for found in whole.hour_violations] == []
    assert whole.is_good
    assert 1 <= whole.dispatch.num_rounds <= 5
    assert check_days(scenario, whole.dispatch) == []
    assert check_hours(whole.network, whole.dispatch) == []
    assert check_told(scenario, whole.dispatch, whole.duty) == []


def field_m3_of(turn, network, plan):
    """Return what a turn brings to its field, by the losses of the run it is of."""
    line = next(
        line for line in lines_with_fields(network) if line.canal_id == turn.canal_id
    )
    start_h = turn.span.start_s / 3600
    day = next(
        run.day
        for run in plan.canals
        if run.canal_id == turn.canal_id
        and run.from_h - 0.02 <= start_h < run.until_h + 0.02
    )
    kept = 1.0
    for reach in line.reaches:
        run = next(
            run
            for run in plan.canals
            if (run.canal_id, run.day) == (reach.canal_id, day)
        )
        kept *= run.end_m3 / (run.head_m3 - run.wetting_m3)
        if reach.to_node == network.field_by_id[turn.group_id].node_id:
            break
    return turn.gross_m3 * kept


@QUICK
@given(townships())
def test_turns_bring_what_the_days_give(scenario) -> None:
    """All but what flows in a minute of each turn, and never more."""
    whole = plan_whole_water(scenario, num_days=2)
    network, plan = whole.network, whole.dispatch.plan
    brought: dict[str, float] = {}
    slack: dict[str, float] = {}
    for rota in whole.dispatch.rotas:
        assert rota.unkept == ()
        for turn in rota.turns:
            label = turn.group_id
            got = brought.get(label, 0.0)
            brought[label] = got + field_m3_of(turn, network, plan)
            slack[label] = slack.get(label, 0.0) + 3 * turn.flow_m3_per_h / 60
    for outcome in plan.outcomes:
        label = outcome.field_id
        # Only canals lead to J and K; N is watered by pumps, which need no turns.
        by_canal = network.field_by_id[label].node_id in ("J", "K")
        assert label in brought or not by_canal or outcome.field_m3 <= 2
        if label in brought:
            assert brought[label] <= outcome.field_m3 + 1e-6 * outcome.field_m3 + 0.6
            least = outcome.field_m3 - slack[label] - 1.0
            if network.field_by_id[label].node_id != "N":
                assert brought[label] >= least


@QUICK
@given(townships())
def test_slots_give_what_the_days_promise_or_say_so(scenario) -> None:
    whole = plan_whole_water(scenario, num_days=2)
    missing = whole.dispatch.slots.missing_l_by_zone
    for zone_id in {zone.zone_id for zone in whole.dispatch.plan.zones}:
        rows = [z for z in whole.dispatch.plan.zones if z.zone_id == zone_id]
        promised = sum(row.served_l[band] for row in rows for band in BANDS)
        is_open = any(s.zone_id == zone_id for s in whole.dispatch.slots.slots)
        assert is_open or not promised or missing.get(zone_id)
        if whole.dispatch.is_kept:
            assert missing.get(zone_id, 0) <= 0.011 * promised + 1


def test_a_branch_begins_a_line_of_its_own() -> None:
    scenario = next_example()
    lines = {line.canal_id for line in lines_with_fields(scenario.water)}
    # J has two ways out, so that C3 stands for itself; C2 leads to no field.
    assert lines == {"C1", "C3"}


def next_example():
    """Return a township that the strategy draws, always the same one."""
    found = []

    @settings(max_examples=1, derandomize=True, database=None, phases=[Phase.generate])
    @given(townships())
    def take(scenario):
        found.append(scenario)

    take()
    return found[0]


def test_a_request_of_a_rota_fits_its_run_to_the_minute() -> None:
    scenario = next_example()
    plan = plan_water(water_case(scenario, num_days=3))
    for request in rota_requests(scenario.water, plan):
        span = request.open_spans[0]
        flowing_s = sum(
            turn.fill_s + round(turn.gross_m3 / request.flow_m3_per_h * 3600)
            for turn in request.turns
        )
        assert flowing_s <= span.duration_s
        assert span.start_s % 60 == span.end_s % 60 == 0


def test_caps_of_zones_narrow_the_days_only_there() -> None:
    scenario = next_example()
    narrowed = with_zone_caps(scenario, {"Z1": 0.5})
    flows = {zone.zone_id: zone.max_flow_m3_per_h for zone in narrowed.water.zones}
    assert flows["Z1"] == 0.5
    assert flows["Z2"] == scenario.water.zones[1].max_flow_m3_per_h
    with pytest.raises(PlanError):
        with_zone_caps(replace(scenario, water=None), {})


def test_pumps_run_in_daylight_where_that_is_enough() -> None:
    assert pump_from_h(0, 8.0) == 6.0
    assert pump_from_h(2, 20.0) == 48.0 + 4.0
    assert pump_from_h(1, 24.0) == 24.0


def test_posts_know_when_water_flows() -> None:
    scenario = next_example()
    whole = plan_whole_water(scenario, num_days=2)
    spans = flow_spans(whole.network, whole.dispatch)
    for run in whole.dispatch.plan.canals:
        if run.hours > 0:
            start = int(run.from_h * 3600)
            inside = Span(start, start + 1)
            assert any(span.contains(inside) for span in spans[run.canal_id])
    for slot in whole.dispatch.slots.slots:
        assert any(span.contains(slot.span) for span in spans[slot.zone_id])


def test_without_water_no_zone_is_asked_for() -> None:
    scenario = next_example()
    network = scenario.water
    dry = replace(
        network,
        stores=tuple(
            replace(s, stock_m3=s.dead_m3, inflow_m3_per_d=0.0) for s in network.stores
        ),
        plants=(),
    )
    plan = plan_water(water_case(replace(scenario, water=dry), num_days=1))
    assert slots_of_days(dry, plan) is None
