"""The plan of all the water against worked examples."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dispatch.check.water.rules import check_water_plan
from dispatch.model.scenario import NeedStandard, Scenario
from dispatch.model.water.canals import Work
from dispatch.model.water.network import WaterNetwork
from dispatch.model.water.works import with_work
from dispatch.solver.water.case import WaterParams
from dispatch.solver.water.day_plan import plan_water, water_case
from tests.solver.water import small

if TYPE_CHECKING:
    from dispatch.model.water.plan import WaterPlan


def planned(scenario: Scenario, num_days: int = 1, **params: object) -> WaterPlan:
    case = water_case(scenario, num_days=num_days)
    return plan_water(case, WaterParams(**params))  # type: ignore[arg-type]  # options


def value(plan: WaterPlan, name: str) -> float:
    goal = plan.goal(name)  # type: ignore[arg-type]  # a name of a goal
    assert goal is not None
    return goal.value


def field_m3(plan: WaterPlan, field_id: str) -> float:
    return sum(f.field_m3 for f in plan.fields if f.field_id == field_id)


def order_and_works() -> Scenario:
    """
    Return 10,000 m3 for people (300), animals (100) and two blocks of rice.

    A: 200 mu tillering (Ky 0.6) behind a canal that brings 0.8 of the water; B: 150 mu
    flowering (1.25) behind one that brings half; 40 m3/mu and 450 kg/mu both.
    """
    network = WaterNetwork(
        nodes=(small.node("S", "reservoir"), small.node("A"), small.node("B")),
        stores=(small.store("S", 10_000),),
        canals=(
            small.canal("CA", "S", "A", loss_share=0.2),
            small.canal("CB", "S", "B", loss_share=0.5),
        ),
        fields=(
            small.block("A", "A", "tillering", area_mu=200),
            small.block("B", "B", "flowering", area_mu=150),
        ),
        crops=(
            small.stage("tillering", ky=0.6),
            small.stage("flowering", ky=1.25, critical=True),
        ),
        zones=(small.zone("Z", "S", people=30_000, village_ids=("V",)),),
        works=(
            Work(
                work_id="K",
                name="lining",
                object_id="CB",
                column="loss_share",
                value=0.3,
            ),
        ),
    )
    standard = replace(small.ONE_BAND, sheep_l_per_head=10)
    villages = (small.village("V", sheep=10_000),)
    return small.scenario(network, villages=villages, need=standard)


def test_order_of_needs_and_losses() -> None:
    """People and animals are full; B gets 4,800 m3 net, A nothing: 70,875 kg lost."""
    plan = planned(order_and_works())
    assert plan.served_l("survival") == 300_000
    assert plan.served_l("livestock") == 100_000
    assert field_m3(plan, "B") == pytest.approx(4_800, abs=0.01)
    assert field_m3(plan, "A") == 0
    assert round(plan.lost_kg) == 70_875
    assert value(plan, "critical_loss") == pytest.approx(16_875, abs=0.1)
    assert value(plan, "other_loss") == pytest.approx(54_000, abs=0.1)
    heads = {f.field_id: f.head_m3 for f in plan.fields}
    assert heads == {"B": pytest.approx(9_600, abs=0.01)}


def test_the_repair_is_worth_22429_kg() -> None:
    """With 0.7 to B it is full and A gets 823 m3: 48,446 kg lost instead of 70,875."""
    before = order_and_works()
    assert before.water is not None
    mended = with_work(before.water, before.water.works[0])
    plan = planned(replace(before, water=mended))
    assert field_m3(plan, "B") == pytest.approx(6_000, abs=0.01)
    assert field_m3(plan, "A") == pytest.approx(822.9, abs=0.1)
    assert round(plan.lost_kg) == 48_446
    assert round(planned(before).lost_kg - plan.lost_kg) == 22_429


def test_nothing_can_be_better() -> None:
    """Without a choice that is a whole one, the bound is the plan: every gap is 0."""
    plan = planned(order_and_works())
    assert [goal.gap for goal in plan.goals] == pytest.approx(
        [0] * len(plan.goals), abs=1e-6
    )


def test_equal_shares_cost_harvest() -> None:
    """
    Both blocks get the same share s of their need before loss is weighed.

    9,600 = 8,000 s / 0.8 + 6,000 s / 0.5 gives s = 0.436; lost are 56.4 % of need:
    0.564 (54,000 + 84,375) = 78,000 kg, 7,125 more.
    """
    plan = planned(order_and_works(), equal_shares=True)
    share = 9_600 / 22_000
    assert field_m3(plan, "A") == pytest.approx(8_000 * share, rel=1e-4)
    assert field_m3(plan, "B") == pytest.approx(6_000 * share, rel=1e-4)
    # B loses 1.25 times its missing share of 67,500 kg.
    lost = (1 - share) * (0.6 * 90_000 + 1.25 * 67_500)
    assert plan.lost_kg == pytest.approx(lost, rel=1e-4)
    assert plan.equal_shares_kg == pytest.approx(lost - 70_875, rel=1e-3)


def test_one_priority_shares_by_need() -> None:
    """60 m3 for needs of 100 and 20 are 50 and 10: the second goal of Ribasim."""
    network = WaterNetwork(
        nodes=(small.node("S", "tank"),),
        stores=(small.store("S", 60),),
        zones=(
            small.zone("Z1", "S", facility_l=100_000),
            small.zone("Z2", "S", facility_l=20_000),
        ),
    )
    plan = planned(small.scenario(network))
    served = {zone.zone_id: zone.served_l["facility"] for zone in plan.zones}
    assert served == {"Z1": 50_000, "Z2": 10_000}
    assert value(plan, "facility") == pytest.approx(60_000)
    assert value(plan, "fair_facility") == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("reserve_m3", "out_m3", "stays_m3"), [(None, 18, 2), (8, 10, 10)]
)
def test_a_store_gives_what_is_not_kept(
    reserve_m3: float | None, out_m3: float, stays_m3: float
) -> None:
    """
    Pywr's analytical case: inflow 10, stock 10 of which 2 are dead.

    Where taking counts for more than keeping, 18 go out and 2 stay; where keeping
    does (here: it is a reserve for people, and fields want it), 10 go out and 10 stay.
    """
    network = WaterNetwork(
        nodes=(small.node("S", "reservoir"), small.node("A")),
        stores=(
            small.store(
                "S",
                10,
                dead_m3=2,
                inflow_m3_per_d=10,
                reserve_people_m3=reserve_m3,
            ),
        ),
        canals=(small.canal("C", "S", "A"),),
        fields=(small.block("F", "A", "tillering"),),
        crops=(small.stage("tillering"),),
    )
    plan = planned(small.scenario(network))
    (day,) = plan.stores
    assert day.out_m3 == pytest.approx(out_m3, abs=1e-2)
    assert day.end_m3 == pytest.approx(stays_m3, abs=1e-2)


def test_people_alone_break_the_reserve() -> None:
    """They need 12 m3 of 10 that nobody keeps: 2 of the reserve, and none for rice."""
    network = WaterNetwork(
        nodes=(small.node("S", "tank"), small.node("A")),
        stores=(small.store("S", 30, reserve_people_m3=20),),
        canals=(small.canal("C", "S", "A"),),
        fields=(small.block("F", "A", "tillering"),),
        crops=(small.stage("tillering"),),
        zones=(small.zone("Z", "S", people=1_200),),
    )
    plan = planned(small.scenario(network))
    assert plan.served_l("survival") == 12_000
    assert value(plan, "reserve") == pytest.approx(2, abs=1e-2)
    assert field_m3(plan, "F") == 0


def two_orders(upper: float, lower: float, **loss: float) -> WaterNetwork:
    """
    Return 3 km of canal that feed two of 1.5 km, each 0.3 m3/s at its end.

    Canals carry just what they must, in m3/s at the head, so that they run for 24 h.
    """
    daily_m3 = 0.3 * 86_400
    return WaterNetwork(
        nodes=(
            small.node("S", "reservoir"),
            small.node("J", "junction"),
            small.node("A"),
            small.node("B"),
        ),
        stores=(small.store("S", 1_000_000),),
        canals=(
            small.canal(
                "U",
                "S",
                "J",
                length_km=3,
                capacity_m3_per_h=upper * 3_600,
                min_flow_m3_per_h=0.9 * upper * 3_600,
                **(loss if loss else {"loss_share": 0.081 / 0.735}),
            ),
            *(
                small.canal(
                    f"L{end}",
                    "J",
                    end,
                    length_km=1.5,
                    capacity_m3_per_h=lower * 3_600,
                    min_flow_m3_per_h=0.9 * lower * 3_600,
                    **(loss if loss else {"loss_share": 0.027 / 0.327}),
                )
                for end in "AB"
            ),
        ),
        fields=tuple(
            small.block(end, end, "tillering", area_mu=3, need_m3_per_mu=daily_m3 / 3)
            for end in "AB"
        ),
        crops=(small.stage("tillering"),),
    )


def flows(plan: WaterPlan) -> dict[str, float]:
    return {run.canal_id: run.head_m3_per_h / 3600 for run in plan.canals}


def test_canals_of_two_orders() -> None:
    """
    Course material: lower gross 0.327, upper gross 0.735 m3/s, scheme 0.816.

    Its table of losses is given as shares; all of it runs for 24 h.
    """
    plan = planned(small.scenario(two_orders(0.735, 0.327)))
    found = flows(plan)
    assert round(found["LA"], 3) == round(found["LB"], 3) == 0.327
    assert round(found["U"], 3) == 0.735
    assert round(0.6 / found["U"], 3) == 0.816


def test_canals_of_two_orders_by_the_formula() -> None:
    """A / (100 Q^m) loses 18.6 and 27.5 L/s a km: 0.328 and 0.738 m3/s at the heads."""
    lower = 0.3 * (1 + 0.034 / 0.3**0.5 * 1.5)
    upper = 2 * lower * (1 + 0.034 / (2 * lower) ** 0.5 * 3)
    assert (round(lower, 3), round(upper, 3)) == (0.328, 0.738)
    # A tangent of the curve asks for a little more water than the curve itself.
    network = two_orders(1.002 * upper, 1.002 * lower, loss_a=3.4, loss_m=0.5)
    plan = planned(small.scenario(network))
    found = flows(plan)
    assert found["LA"] == pytest.approx(lower, rel=2.1e-3)
    assert found["U"] == pytest.approx(upper, rel=2.1e-3)
    assert sum(f.field_m3 for f in plan.fields) == pytest.approx(51_840, rel=1e-5)


def test_higher_bands_first() -> None:
    """15 m3 are facility 2, survival 10 and 3 of the 10 up to basic, no more."""
    network = WaterNetwork(
        nodes=(small.node("S", "tank"),),
        stores=(small.store("S", 15),),
        zones=(small.zone("Z", "S", people=1_000, facility_l=2_000),),
    )
    standard = NeedStandard(
        survival_l_per_person=10, basic_l_per_person=20, normal_l_per_person=30
    )
    (day,) = planned(small.scenario(network, need=standard)).zones
    assert {band: litres for band, litres in day.served_l.items() if litres} == {
        "facility": 2_000,
        "survival": 10_000,
        "basic": 3_000,
    }


def test_trucks_and_taps_share_one_store() -> None:
    """Of 12 m3 trucks fill 5 first; the zone gets 7 of its 10: no litre twice."""
    network = WaterNetwork(
        nodes=(replace(small.node("S", "tank"), source_id="SRC"),),
        stores=(small.store("S", 12),),
        zones=(small.zone("Z", "S", people=1_000),),
    )
    taken = {("SRC", 0): 5.0}
    case = water_case(small.scenario(network), num_days=1, taken_m3=taken)
    plan = plan_water(case)
    assert plan.stores[0].trucks_m3 == pytest.approx(5)
    assert plan.served_l("survival") == 7_000
    assert check_water_plan(case.scenario, plan, taken_m3=taken) == []


def test_what_people_know_stays() -> None:
    """4,000 m3 on any of 3 days are as good: the day of the plan before stays."""
    network = WaterNetwork(
        nodes=(small.node("S", "reservoir"), small.node("A")),
        stores=(small.store("S", 9_000),),
        canals=(small.canal("C", "S", "A"),),
        fields=(small.block("F", "A", "tillering"),),
        crops=(small.stage("tillering"),),
    )
    first = planned(small.scenario(network), 3)
    for day in range(3):
        known = replace(first.fields[0], day=day, field_m3=4_000, head_m3=4_000)
        before = replace(first, fields=(known,))
        case = water_case(small.scenario(network), num_days=3, previous=before)
        plan = plan_water(case)
        given = {f.day: round(f.field_m3, 1) for f in plan.fields if f.field_m3 > 0.1}
        assert given == {day: 4_000}
        assert value(plan, "change") == pytest.approx(0, abs=0.01)
