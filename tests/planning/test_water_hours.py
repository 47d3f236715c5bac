"""The demo's water by the hour: from its tables to turns, slots, duty and doors."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.check.water_hours.duty import check_roster
from dispatch.check.water_hours.rounds import check_rounds
from dispatch.check.water_hours.slots import check_slots
from dispatch.files.scenario.read import read_scenario
from dispatch.model.plan import Route, Stop
from dispatch.model.water.hours import Span, joined_spans
from dispatch.model.water.rounds import RoundRequest
from dispatch.model.water.shifts import StaffRequest
from dispatch.model.water.slots import TankInflow
from dispatch.planning.water_duty import (
    busy_spans,
    post_times,
    tap_supplies,
    truck_supplies,
)
from dispatch.planning.water_hours import (
    assumed_jars,
    jars_of,
    slot_request,
)
from dispatch.solver.water_hours.roster import plan_roster
from dispatch.solver.water_hours.rounds import plan_rounds
from dispatch.solver.water_hours.slots import plan_slots

DEMO = Path(__file__).parents[2] / "data" / "yonghe"
H = 3600
D = 24 * H
DAYS = 3
DAY = dt.date(2022, 9, 6)


@pytest.fixture(scope="module")
def scenario():
    return read_scenario(DEMO)


@pytest.fixture(scope="module")
def network(scenario):
    return scenario.water


@pytest.fixture(scope="module")
def slots(network):
    request = slot_request(
        network,
        {label: (litres,) * DAYS for label, litres in TAPS.items()},
        {"W-QS": [TankInflow(span=Span(0, DAYS * D), l_per_h=28_000)]},
    )
    return request, plan_slots(request)


TAPS = {"Z-A": 150_000, "Z-B": 120_000, "Z-C": 80_000}


def test_slots_of_the_demo(network, slots) -> None:
    request, plan = slots
    assert check_slots(request, plan) == []
    assert {zone.zone_id: zone.jars_l for zone in request.zones} == {
        "Z-A": 78_400,
        "Z-B": 63_200,
        "Z-C": 56_000,
    }
    assert dict(request.crews) == {"V-A": 1, "V-B": 1, "V-C": 1}
    assert assumed_jars(network) == ()
    assert {slot.zone_id for slot in plan.slots} == set(TAPS)


def test_jars_that_nobody_counted(network) -> None:
    """Two containers of 15 L for each family of three."""
    zone = replace(network.zones[0], households=None, jar_l_per_household=None)
    assert jars_of(zone) == 1067 * 30
    unknown = replace(network, zones=(zone, *network.zones[1:]))
    assert [jars.zone_id for jars in assumed_jars(unknown)] == ["Z-A"]


def test_duty_and_doors_of_the_demo(scenario, network, slots) -> None:
    """Posts are there while water flows; volunteers carry from trucks and taps."""
    people, doors = scenario.water_people.people, scenario.water_people.doors
    flows = defaultdict(list)
    for canal_id in ("C-G1", "C-G2", "C-Z1", "C-Z2"):
        flows[canal_id].append(Span(6 * H, 2 * D))
    for slot in slots[1].slots:
        flows[slot.zone_id].append(slot.span)
    posts = post_times(network, flows, first_day=DAY, num_days=DAYS)
    spans = {times.post.post_id: times.spans for times in posts}
    # By the gate of the first reach, by the reach itself, and by the open zone.
    assert spans["G-JGQ"] == spans["X-G2"] == (Span(6 * H, 2 * D),)
    own = [slot.span for slot in slots[1].slots if slot.zone_id == "Z-A"]
    assert spans["V-A"] == joined_spans(own)
    assert "D-HZ" not in spans
    request = StaffRequest(first_day=DAY, num_days=DAYS, posts=posts, people=people)
    roster = plan_roster(request)
    assert check_roster(request, roster) == []
    # Four can work valves and 9 shifts of 8 h a day are to be held: some stay open.
    assert {gap.shift.post_id for gap in roster.unstaffed} <= {
        *("V-A", "V-B", "V-C", "G-JGQ", "G-J1", "G-J2")
    }
    village = doors[0].village_id
    drop = Route(
        scenario.trucks[0].truck_id,
        scenario.depots[0].depot_id,
        (Stop("deliver", village, 8 * H, 8 * H, 8 * H + 600, 1500),),
    )
    supplies = truck_supplies(scenario, [drop]) + tap_supplies(network, slots[1])
    assert supplies[0].span == Span(8 * H + 600, D)
    rounds = RoundRequest(
        first_day=DAY,
        doors=doors,
        people=people,
        supplies=supplies,
        num_days=DAYS,
        busy=busy_spans(people, roster),
    )
    plan = plan_rounds(rounds, limit=0.3)
    assert check_rounds(rounds, plan) == []
    served = {visit.household_id for visit in plan.visits if visit.day == 0}
    assert "H01" in served
    # No truck and no tap comes to these villages.
    dry = {gap.household_id for gap in plan.dry if gap.reason == "no_water"}
    assert {"H06", "H07", "H08", "H09"} <= dry
    assert joined_spans(span for _, span in rounds.busy)
