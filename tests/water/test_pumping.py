"""Energy of pumps against published audits, and chains of stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dispatch.water.pumping import (
    first_stage_m3_per_h,
    mean_power_kw,
    pump_audit,
    stage_power_kw,
)

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.parametrize(
    ("name", "on_share", "mean_kw", "kwh_per_mgal"),
    [("10", 0.5833, 62.05, 313.71), ("335", 0.236, 309.41, 394.29)],
)
def test_pumps_of_epanet_net3(
    tmp_path: Path, name: str, on_share: float, mean_kw: float, kwh_per_mgal: float
) -> None:
    """A14: flows and heads by EPANET, energy by ours; its constants differ by 0.1 %."""
    wntr = pytest.importorskip("wntr", reason="WNTR is not installed here")
    model = wntr.network.WaterNetworkModel("Net3")
    step_s = model.options.time.hydraulic_timestep = 900
    model.options.time.report_timestep = step_s
    run = wntr.sim.EpanetSimulator(model).run_sim(file_prefix=str(tmp_path / "net3"))
    pump = model.get_link(name)
    heads = run.node["head"]
    lifted = heads[pump.end_node_name] - heads[pump.start_node_name]
    flows = run.link["flowrate"][name]
    # The last row is the end of the week, which lasts no time.
    steps = [
        (3600 * float(flow), float(head_m))
        for flow, head_m in zip(flows[:-1], lifted[:-1], strict=True)
    ]
    running = [(flow, head_m) for flow, head_m in steps if flow > 0.01]
    assert len(running) / len(steps) == pytest.approx(on_share, abs=0.001)
    kw = mean_power_kw(running, efficiency=0.75)
    assert kw == pytest.approx(mean_kw, rel=0.002)
    m3 = sum(flow * step_s / 3600 for flow, _ in running)
    kwh = kw * len(running) * step_s / 3600
    assert kwh / (m3 * 264.172 / 1e6) == pytest.approx(kwh_per_mgal, rel=0.002)
