"""
Planned supply slots on EPANET's own simulator: the hours there are those of the plan.

Clock controls fire at wrong hours in WNTR's simulator, so EPANET's is asked. Both
libraries are in the extra ``bench``.
"""

from __future__ import annotations

from itertools import pairwise

import pytest

from dispatch.check.water_hours.slots import check_slots
from dispatch.model.water.hours import Span
from dispatch.model.water.slots import (
    SlotRequest,
    TankInflow,
    TankRequest,
    ZoneRequest,
)
from dispatch.solver.water_hours.slots import plan_slots
from dispatch.units import DAY_S

H = 3600
STEP_S = 900
#: Metres square of the tank, so that a metre of level is 100 m3.
AREA_M2 = 100.0


def request() -> SlotRequest:
    """Return a tank of 400 m3 with a low and a high zone, fed for twenty hours."""
    common = {"tank_id": "T", "min_slot_s": H, "fill_s": STEP_S, "leak_share": 0.0}
    return SlotRequest(
        zones=(
            ZoneRequest(
                zone_id="LOW",
                tap_l_by_day=(90_000,),
                jars_l=60_000,
                stock_l=20_000,
                max_flow_l_per_h=40_000,
                **common,
            ),
            ZoneRequest(
                zone_id="HIGH",
                tap_l_by_day=(40_000,),
                jars_l=30_000,
                stock_l=10_000,
                max_flow_l_per_h=20_000,
                high=True,
                **common,
            ),
        ),
        tanks=(
            TankRequest(
                tank_id="T",
                stock_l=150_000,
                capacity_l=400_000,
                min_l=20_000,
                inflows=(TankInflow(span=Span(0, 20 * H), l_per_h=6_000),),
            ),
        ),
        num_days=1,
    )


def drawn_m3_per_s(plan, zone_id: str) -> list[float]:
    """Return the planned flow into a zone in every quarter hour of the day."""
    flows = [0.0] * (DAY_S // STEP_S)
    for slot in plan.slots:
        if slot.zone_id == zone_id:
            first = slot.span.start_s // STEP_S
            for number, litres in enumerate(slot.drawn_l):
                flows[first + number] = litres / 1000 / STEP_S
    return flows


def network_of(wntr, asked: SlotRequest, plan):
    """
    Return tank, valves and zones: valves are worked by clock, as the plan says.

    Zones would draw all day, a litre a second where nothing is planned: only a valve
    that is shut keeps them dry. High zones lie higher than the others.
    """
    controls = wntr.network.controls
    model = wntr.network.WaterNetworkModel()
    model.options.time.duration = DAY_S
    model.options.time.hydraulic_timestep = STEP_S
    model.options.time.pattern_timestep = STEP_S
    model.options.time.report_timestep = STEP_S
    model.options.hydraulic.demand_model = "PDD"
    model.options.hydraulic.required_pressure = 5.0
    tank = asked.tanks[0]
    inflow = [
        -tank.inflow_l(Span(at_s, at_s + STEP_S)) / 1000 / STEP_S
        for at_s in range(0, DAY_S, STEP_S)
    ]
    model.add_tank(
        "T",
        elevation=40.0,
        init_level=tank.stock_l / 1000 / AREA_M2,
        min_level=0.0,
        max_level=tank.capacity_l / 1000 / AREA_M2,
        diameter=(4 * AREA_M2 / 3.141592653589793) ** 0.5,
    )
    model.add_pattern("works", inflow)
    model.add_junction("works", base_demand=1.0, demand_pattern="works", elevation=30.0)
    model.add_pipe("main", "works", "T", length=50.0, diameter=0.3, roughness=120.0)
    for zone in asked.zones:
        flows = drawn_m3_per_s(plan, zone.zone_id)
        model.add_pattern(zone.zone_id, [flow or 0.001 for flow in flows])
        model.add_junction(
            zone.zone_id,
            base_demand=1.0,
            demand_pattern=zone.zone_id,
            elevation=15.0 if zone.high else 0.0,
        )
        valve = f"V-{zone.zone_id}"
        model.add_pipe(
            valve, "T", zone.zone_id, length=300.0, diameter=0.25, roughness=120.0
        )
        link = model.get_link(valve)
        is_open = flows[0] > 0
        link.initial_status = "OPEN" if is_open else "CLOSED"
        for step, (before, after) in enumerate(pairwise(flows), start=1):
            if (before > 0) == (after > 0):
                continue
            when = controls.SimTimeCondition(model, "=", step * STEP_S)
            status = wntr.network.LinkStatus.Opened
            if not after:
                status = wntr.network.LinkStatus.Closed
            action = controls.ControlAction(link, "status", status)
            model.add_control(f"{valve}-{step}", controls.Control(when, action))
    return model


def test_zones_run_in_epanet_in_the_hours_of_the_plan(tmp_path) -> None:
    wntr = pytest.importorskip(
        "wntr", reason="the simulator WNTR is not installed here"
    )
    asked = request()
    plan = plan_slots(asked)
    assert check_slots(asked, plan) == []
    assert plan.unmet == ()
    model = network_of(wntr, asked, plan)
    run = wntr.sim.EpanetSimulator(model).run_sim(file_prefix=str(tmp_path / "zone"))
    flow = run.link["flowrate"]
    for zone in asked.zones:
        planned = drawn_m3_per_s(plan, zone.zone_id)
        found = [flow.loc[step * STEP_S, f"V-{zone.zone_id}"] for step in range(96)]
        assert [value > 1e-5 for value in found] == [value > 0 for value in planned]
        assert found == pytest.approx(planned, abs=2e-5)
        pressure = run.node["pressure"][zone.zone_id]
        for step, value in enumerate(planned):
            if value > 0:
                assert pressure.loc[step * STEP_S] > 5.0
    level = run.node["pressure"]["T"]
    stock_m3 = asked.tanks[0].stock_l / 1000
    for step in range(96):
        span = Span(step * STEP_S, (step + 1) * STEP_S)
        stock_m3 += asked.tanks[0].inflow_l(span) / 1000
        stock_m3 -= STEP_S * sum(
            drawn_m3_per_s(plan, zone.zone_id)[step] for zone in asked.zones
        )
        at_s = (step + 1) * STEP_S
        assert level.loc[at_s] * AREA_M2 == pytest.approx(stock_m3, abs=1.0)
        assert level.loc[at_s] * AREA_M2 >= asked.tanks[0].min_l / 1000 - 1.0
