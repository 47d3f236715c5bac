"""Random small townships with water, for properties."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from dispatch.model.scenario import NeedStandard
from dispatch.model.water.network import WaterNetwork
from dispatch.model.water.supply import Plant
from tests.solver.water import small

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario

#: Survival, basic and normal need, and sheep.
STANDARD = NeedStandard(
    survival_l_per_person=10,
    basic_l_per_person=20,
    normal_l_per_person=40,
    sheep_l_per_head=10,
)


@st.composite
def townships(draw: st.DrawFn) -> Scenario:
    """
    Return a reservoir S, canals to J and K, works from R to T, a river and pumps.

    S -C1-> J -C2-> R (works U, tank T, zones Z1, Z2); J -C3-> K; X -L1-> M -L2-> N.
    """
    amounts = st.integers(0, 40).map(lambda n: 100.0 * n)
    shares = st.sampled_from([0.0, 0.1, 0.3])

    def canal(name: str, start: str, end: str) -> object:
        curve = draw(st.booleans()) and name != "C2"
        loss = {"loss_a": 3.4, "loss_m": 0.5} if curve else {"loss_share": draw(shares)}
        capacity = draw(st.sampled_from([60.0, 200.0, 900.0]))
        return small.canal(
            name,
            start,
            end,
            capacity_m3_per_h=capacity,
            min_flow_m3_per_h=draw(st.sampled_from([0.0, 0.2 * capacity])),
            fill_m3=draw(st.sampled_from([0.0, 150.0])),
            travel_h=draw(st.sampled_from([0.0, 2.5, 11.0])),
            state=draw(st.sampled_from(["ok", "ok", "silted", "broken"])),
            **loss,
        )

    def block(name: str, at: str) -> object:
        stage = draw(st.sampled_from(["tillering", "flowering"]))
        return small.block(name, at, stage, area_mu=draw(st.integers(5, 60)))

    def pump(name: str) -> object:
        return small.pump(
            name,
            draw(st.sampled_from([10.0, 30.0])),
            to_m=draw(st.sampled_from([8.0, 20.0])),
            hours_per_day=draw(st.sampled_from([8.0, 22.0])),
            move_h=draw(st.sampled_from([0.0, 3.0])),
        )

    network = WaterNetwork(
        nodes=tuple(
            small.node(name, kind)
            for name, kind in (
                *(("S", "reservoir"), ("J", "junction"), ("K", "outlet")),
                *(("R", "sump"), ("T", "tank"), ("X", "river"), ("M", "sump")),
                ("N", "outlet"),
            )
        ),
        stores=(
            small.store(
                "S",
                draw(amounts),
                capacity_m3=9_000.0,
                potable=False,
                inflow_m3_per_d=draw(st.sampled_from([0.0, 300.0])),
                loss_m3_per_d=draw(st.sampled_from([0.0, 20.0])),
                reserve_people_m3=draw(st.sampled_from([None, 200.0])),
            ),
            replace(small.store("R", 40, capacity_m3=200.0), potable=False),
            small.store(
                "T",
                60,
                capacity_m3=120.0,
                dead_m3=10.0,
                reserve_days=draw(st.sampled_from([None, 1.0])),
            ),
            replace(small.store("M", 0, capacity_m3=60.0), potable=False),
        ),
        canals=(
            canal("C1", "S", "J"),
            canal("C2", "J", "R"),
            canal("C3", "J", "K"),
        ),  # type: ignore[arg-type]  # drawn above
        fields=(block("F1", "J"), block("F2", "K"), block("F3", "N")),  # type: ignore[arg-type]  # drawn above
        crops=(
            small.stage("tillering", ky=0.6),
            small.stage("flowering", ky=1.25, critical=True),
        ),
        pumps=(pump("P1"), pump("P2")),  # type: ignore[arg-type]  # drawn above
        lifts=(small.lift("L1", "X", "M"), small.lift("L2", "M", "N")),
        zones=(
            small.zone(
                "Z1",
                "T",
                people=draw(st.integers(0, 3_000)),
                vulnerable_people=0,
                facility_l=draw(st.sampled_from([0, 3_000])),
                village_ids=("V",),
                leak_share=draw(st.sampled_from([0.0, 0.2])),
                max_flow_m3_per_h=5.0,
                fill_h=draw(st.sampled_from([0.0, 0.5])),
            ),
            small.zone("Z2", "T", people=draw(st.integers(0, 1_000))),
        ),
        plants=(
            Plant(
                plant_id="U",
                name="U",
                raw_node="R",
                tank_node="T",
                capacity_m3_per_h=4.0,
                own_use_share=0.05,
                hours=20.0,
            ),
        ),
    )
    sheep = draw(st.sampled_from([0, 500]))
    villages = (small.village("V", sheep=sheep),)
    return small.scenario(network, villages=villages, need=STANDARD)
