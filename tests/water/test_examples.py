"""Worked examples of irrigation practice, to the figures that they print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.water.canals import Canal
from dispatch.model.water.fields import CropStage, FieldBlock
from dispatch.units import M2_PER_MU, depth_mm, m3_per_mu
from dispatch.water.canal_loss import (
    end_flow_m3_per_h,
    head_flow_m3_per_h,
    loss_l_per_s_km,
    with_loss_m3_per_s,
)
from dispatch.water.irrigation import (
    application_efficiency,
    conveyance_efficiency,
    crop_mm_per_d,
    gross_depth_mm,
    net_depth_mm,
    paddy_mm_per_d,
    stream_m3_per_h,
    volume_m3,
)
from dispatch.water.pumping import derating, diesel_l_per_ml
from dispatch.water.supply import days_at_flow, delivered_m3_per_h, mean_flow_m3_per_s
from dispatch.water.yield_loss import lost_kg, lost_share, lost_share_of_stages

#: Kc of rice at mid season: Allen and others (1998), FAO-56, table 12.
RICE = CropStage(crop="晚稻", stage="抽穗", kc=1.2, percolation_mm_per_d=2, ky=1.25)
MU_PER_HA = 15


def test_units() -> None:
    """1 mu = 666.67 m2, 1 mm = 0.667 m3/mu, 40 m3/mu = 60 mm, 1 L/s ha = 8.64 mm/d."""
    assert round(M2_PER_MU, 2) == 666.67
    assert round(m3_per_mu(1), 3) == 0.667
    assert depth_mm(40) == pytest.approx(60)
    # FAO prints 8.6 mm/d.
    m3_per_d = 86_400 / 1000
    assert depth_mm(m3_per_d / MU_PER_HA) == pytest.approx(8.64)


def test_crop_need_of_rice() -> None:
    """Kc 1.20 (FAO-56, table 12) at ET0 5 is 6.0 mm/d, or 4.0 m3 a mu."""
    need_mm = crop_mm_per_d(RICE, et0_mm=5)
    assert need_mm == pytest.approx(6.0)
    assert m3_per_mu(need_mm) == pytest.approx(4.0)
    assert paddy_mm_per_d(RICE, et0_mm=5) == pytest.approx(8.0)


def test_stream_of_a_rice_scheme() -> None:
    """Course material on stream sizes: 8 ha, 7 + 2 mm/d, 5 d, 75 %: 60 mm, 200 m3/h."""
    gross_mm = gross_depth_mm((7 + 2) * 5, efficiency=0.75)
    assert gross_mm == 60
    flow = stream_m3_per_h(8 * MU_PER_HA, gross_mm=gross_mm, hours=24)
    assert flow == pytest.approx(200, abs=1e-9)


def test_net_depth_of_a_soil() -> None:
    """Course material, problem 1: 28 and 14 % by weight, density 1.2, 1 m: 168 mm."""
    net_mm = net_depth_mm(
        field_capacity_pct=28, wilting_pct=14, bulk_density=1.2, root_m=1
    )
    assert net_mm == pytest.approx(168)
    assert gross_depth_mm(net_mm, efficiency=0.7) == pytest.approx(240)


@pytest.mark.parametrize("efficiency", [0, -0.5, 1.01])
def test_an_efficiency_is_a_share(efficiency: float) -> None:
    with pytest.raises(ValueError, match="efficiency"):
        gross_depth_mm(45, efficiency=efficiency)


def test_efficiencies_from_tank_to_root() -> None:
    """Course material: 120 L/s at the tank, 100 at the field, 8 h, runoff 800 m3."""
    brought_m3 = 0.1 * 3600 * 8
    on_field = application_efficiency(brought_m3=brought_m3, runoff_m3=800)
    on_the_way = conveyance_efficiency(head=120, end=100)
    assert round(on_field, 2) == 0.72
    assert round(on_the_way, 3) == 0.833
    assert round(on_field * on_the_way, 3) == 0.602


def test_losses_of_canals_of_two_orders() -> None:
    """
    Course material: 3 km feed 2 canals of 1.5 km with 0.3 m3/s at each end.

    A table of losses for this soil (A 3.4, m 0.5) prints 18 and 27 L/s a km.
    """
    lower = with_loss_m3_per_s(0.3, loss_l_per_s_km=18, length_km=1.5)
    assert round(lower, 3) == 0.327
    upper_net = 2 * lower
    assert round(upper_net, 3) == 0.654
    upper = with_loss_m3_per_s(upper_net, loss_l_per_s_km=27, length_km=3)
    assert round(upper - upper_net, 3) == 0.081
    assert round(upper, 3) == 0.735
    assert round(0.6 / upper, 3) == 0.816
    # The formula behind the table, which rounds it.
    assert round(loss_l_per_s_km(0.3, a=3.4, m=0.5), 1) == 18.6
    assert round(loss_l_per_s_km(0.654, a=3.4, m=0.5), 1) == 27.5


def canal(**changes: float | None) -> Canal:
    values: dict[str, float | None] = {"loss_a": 3.4, "loss_m": 0.5, **changes}
    return Canal(
        canal_id="C",
        name="C",
        from_node="A",
        to_node="B",
        length_km=3,
        capacity_m3_per_h=1e6,
        **values,  # type: ignore[arg-type]  # figures of the loss only
    )


def test_a_canal_by_the_formula_and_by_a_share() -> None:
    """0.654 m3/s lose 27.5 L/s a km over 3 km: 0.7365 m3/s must be let in."""
    head = head_flow_m3_per_h(canal(), 0.654 * 3600)
    assert head / 3600 == pytest.approx(0.7365, abs=5e-5)
    by_share = canal(loss_a=None, loss_m=None, loss_share=0.2)
    assert head_flow_m3_per_h(by_share, 80) == pytest.approx(100)
    assert end_flow_m3_per_h(by_share, 100) == pytest.approx(80)
    tight = canal(loss_a=None, loss_m=None)
    assert end_flow_m3_per_h(tight, 100) == 100
    assert end_flow_m3_per_h(canal(), 0) == head_flow_m3_per_h(canal(), 0) == 0


FLOWS = st.floats(1, 50_000)


@given(FLOWS)
def test_what_is_let_in_comes_out(flow: float) -> None:
    """The two directions are each other's inverse."""
    head = head_flow_m3_per_h(canal(), flow)
    assert end_flow_m3_per_h(canal(), head) == pytest.approx(flow, rel=1e-6)
    assert head > flow


@given(FLOWS, st.floats(1.05, 10))
def test_the_loss_share_falls_with_the_flow(flow: float, times: float) -> None:
    """Why turns with much water beat trickles to all."""
    small = end_flow_m3_per_h(canal(), flow) / flow
    large = end_flow_m3_per_h(canal(), flow * times) / (flow * times)
    assert large > small


def test_diesel_of_a_derated_engine() -> None:
    """Course material: 45 degrees and a belt leave 0.81; 30 m at 0.65: 38.9 L/ML."""
    derated = derating((0.9, 0.9))
    assert round(derated, 2) == 0.81
    litres = diesel_l_per_ml(30, efficiency=0.65, derated=derated)
    assert round(litres, 1) == 38.9
    # Physics: 1000 t x 9.81 m/s2 x 30 m at 0.25 L per kWh.
    exact = 1e6 * 9.81 * 30 / 3.6e6 / (0.81 * 0.65) * 0.25
    assert litres == pytest.approx(exact, rel=0.005)


def test_taps_at_a_lower_pressure() -> None:
    """WNTR, test_sim_PDD: 150 m3/h at 10 of 15 m give 150 sqrt(10 / 15) = 122.5."""
    flow = delivered_m3_per_h(150, pressure_m=10, required_m=15)
    assert round(flow, 1) == 122.5
    assert delivered_m3_per_h(150, pressure_m=20, required_m=15) == 150
    assert delivered_m3_per_h(150, pressure_m=-1, required_m=15) == 0
    assert delivered_m3_per_h(150, pressure_m=3, required_m=15, least_m=3) == 0


def test_yield_loss_of_maize() -> None:
    """Course material after FAO 33: Ky 1.5, 30 % short: 45 %, 4.5 of 10 t."""
    share = lost_share(1.5, deficit=0.3)
    assert round(share, 9) == 0.45
    assert round(share * 10, 9) == 4.5


def test_yield_loss_of_rice_by_stage() -> None:
    """Ky 1.25 at mid season (SWB_CropParameters): 20 % short cost 25 %."""
    assert lost_share(1.25, deficit=0.2) == pytest.approx(0.25)
    block = FieldBlock(
        field_id="F",
        village_id="V",
        node_id="N",
        area_mu=150,
        crop="晚稻",
        stage="抽穗",
        yield_kg_per_mu=450,
    )
    lost = lost_kg(block, RICE, given_m3=4800, need_m3=6000)
    assert lost == pytest.approx(0.25 * 450 * 150)
    assert lost_kg(block, RICE, given_m3=9000, need_m3=6000) == 0
    assert lost_kg(block, RICE, given_m3=0, need_m3=0) == 0
    unknown = FieldBlock(
        field_id="F", village_id="V", node_id="N", area_mu=1, crop="x", stage="y"
    )
    assert lost_kg(unknown, RICE, given_m3=0, need_m3=10) is None


def test_stages_multiply() -> None:
    """45 % and then 25 % leave 0.55 x 0.75; a stage cannot cost more than all."""
    assert lost_share_of_stages([(1.5, 0.3), (1.25, 0.2)]) == pytest.approx(0.5875)
    assert lost_share(2.0, deficit=1.0) == 1
    assert lost_share_of_stages([]) == 0


@pytest.mark.parametrize("deficit", [-0.1, 1.1])
def test_a_deficit_is_a_share(deficit: float) -> None:
    with pytest.raises(ValueError, match="deficit"):
        lost_share(1.0, deficit=deficit)


@given(st.floats(0.05, 2), st.floats(0, 0.9), st.floats(0.01, 0.1))
def test_a_larger_deficit_never_costs_less(
    ky: float, deficit: float, more: float
) -> None:
    assert lost_share(ky, deficit=deficit + more) >= lost_share(ky, deficit=deficit)


def test_a_release_that_was_in_the_news() -> None:
    """6 million m3 "for 18 days" are 3.86 m3/s; at 4.9 m3/s they last 14.2 days."""
    assert round(mean_flow_m3_per_s(6e6, days=18), 2) == 3.86
    assert round(days_at_flow(6e6, flow_m3_per_s=4.9), 1) == 14.2


def test_volume_of_a_depth() -> None:
    """60 mm on 8 ha (120 mu) are 4,800 m3."""
    assert volume_m3(120, 60) == pytest.approx(4800)
