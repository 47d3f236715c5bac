"""Energy of pumps against published audits, and chains of stages."""

from __future__ import annotations

import pytest

from dispatch.water.pumping import (
    first_stage_m3_per_h,
    mean_power_kw,
    pump_audit,
    stage_power_kw,
)


def test_pump_audit() -> None:
    """A12: 17.5 L/s over 86.6 m at 34.6 kW take 6.34 kWh/ML/m, below 50 %."""
    audit = pump_audit(flow_l_per_s=17.5, head_m=86.6, power_kw=34.6)
    assert audit.kwh_per_ml_m == pytest.approx(6.34, abs=0.005)
    assert audit.kwh_per_ml == pytest.approx(549, abs=0.5)
    assert audit.efficiency == pytest.approx(0.43, abs=0.005)


def test_power_of_a_stage() -> None:
    """A15: 60 m3/h by three stages of 8 m at 55 %: 2.38 kW each, 7.1 in all."""
    each = stage_power_kw(60, 8, efficiency=0.55)
    assert each == pytest.approx(2.38, abs=0.005)
    assert 3 * each == pytest.approx(7.1, abs=0.05)


def test_losses_between_stages() -> None:
    """A15: with 5 % lost from stage to stage the first of three lifts 66.5 m3/h."""
    first = first_stage_m3_per_h(60, stages=3, lost_between=0.05)
    assert first == pytest.approx(66.5, abs=0.05)
    assert first_stage_m3_per_h(60, stages=1, lost_between=0.05) == 60


def test_mean_power_leaves_pauses_out() -> None:
    """A pump that runs half the time takes its power only then."""
    steps = [(60.0, 8.0), (0.0, 0.0)]
    full = stage_power_kw(60, 8, efficiency=0.75)
    assert mean_power_kw(steps, efficiency=0.75) == pytest.approx(full)
    assert mean_power_kw([], efficiency=0.75) == 0
