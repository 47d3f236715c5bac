"""A dispatch of the demo's water: days, turns and duty planned, slots by hand."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch.files.scenario.read import read_scenario
from dispatch.model.water.dispatch import Watch, WaterDispatch, WaterDuty
from dispatch.model.water.hours import Span
from dispatch.model.water.rounds import RoundRequest
from dispatch.model.water.shifts import StaffRequest
from dispatch.model.water.slots import Slot, SlotPlan
from dispatch.planning.water_day import plan_all_water
from dispatch.planning.water_duty import busy_spans, post_times, tap_supplies
from dispatch.planning.water_hours import rota_request
from dispatch.solver.water.case import WaterParams
from dispatch.solver.water_hours.roster import plan_roster
from dispatch.solver.water_hours.rota import plan_rota
from dispatch.solver.water_hours.rounds import plan_rounds
from dispatch.units import DAY_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.model.scenario import Scenario

DEMO = Path(__file__).parents[3] / "data" / "yonghe"
DAYS = 3


#: Hours of zones by hand: the planner takes longer. The high zone is shut on a day.
HOURS = {
    "Z-A": dict.fromkeys(range(DAYS), ((6, 8), (17, 19))),
    "Z-B": dict.fromkeys(range(DAYS), ((8, 11), (19, 22))),
    "Z-C": {0: ((11, 15),), 2: ((11, 15),)},
}


def _slots() -> Iterator[Slot]:
    for zone_id, days in HOURS.items():
        for day, spans in days.items():
            for start, end in spans:
                midnight = day * DAY_S
                span = Span(midnight + start * 3600, midnight + end * 3600)
                drawn = (10_000,) * (4 * (end - start))
                yield Slot(zone_id=zone_id, span=span, drawn_l=drawn)


@cache
def demo() -> tuple[Scenario, WaterDispatch, WaterDuty]:
    """Return the demo with three days of its water, planned once."""
    scenario = read_scenario(DEMO)
    network = scenario.water
    plan = plan_all_water(
        scenario, num_days=DAYS, params=WaterParams(reasons=False)
    ).plan
    # Turns on the two branches, at the flow of their longest run.
    rotas = []
    for canal_id, fields in {"C-Z1": ("F-WQ", "F-XY"), "C-Z3": ("F-LL",)}.items():
        runs = [run for run in plan.canals if run.canal_id == canal_id]
        run = max(runs, key=lambda run: run.head_m3)
        heads = {
            row.field_id: row.field_m3 * 1.4
            for row in plan.outcomes
            if row.field_id in fields and row.field_m3 > 1
        }
        span = Span(math.ceil(run.from_h * 3600), math.floor(run.until_h * 3600))
        request = rota_request(
            network,
            canal_id,
            heads,
            flow_m3_per_h=run.head_m3_per_h,
            open_spans=[span],
        )
        rotas.append(plan_rota(request, limit=0.3))
    slots = SlotPlan(slots=tuple(_slots()))
    flows = defaultdict(list)
    for run in plan.canals:
        flows[run.canal_id].append(
            Span(int(run.from_h * 3600), int(run.until_h * 3600))
        )
    for run in plan.pumps:
        start = run.day * DAY_S
        flows[run.lift_id].append(Span(start, start + int(run.hours * 3600)))
    for slot in slots.slots:
        flows[slot.zone_id].append(slot.span)
    posts = post_times(network, flows, first_day=plan.first_day, num_days=DAYS)
    people = scenario.water_people
    roster = plan_roster(
        StaffRequest(
            first_day=plan.first_day, num_days=DAYS, posts=posts, people=people.people
        ),
        limit=0.3,
    )
    rounds = plan_rounds(
        RoundRequest(
            first_day=plan.first_day,
            doors=people.doors,
            people=people.people,
            supplies=tap_supplies(network, slots),
            num_days=DAYS,
            busy=busy_spans(people.people, roster),
        ),
        limit=0.3,
    )
    missing = defaultdict(float)
    for gap in roster.unstaffed:
        missing[gap.shift.post_id] += gap.persons * gap.shift.work_s / 3600
    watches = tuple(
        Watch(
            post_id=times.post.post_id,
            spans=times.spans,
            persons=times.post.persons,
            unstaffed_h=missing[times.post.post_id],
        )
        for times in posts
    )
    dispatch = WaterDispatch(
        plan=plan, rotas=tuple(rotas), slots=slots, watches=watches, is_kept=False
    )
    return scenario, dispatch, WaterDuty(roster=roster, rounds=rounds)


#: When papers and calendars of tests are made.
MADE_AT = dt.datetime(2022, 9, 5, 20, tzinfo=dt.UTC)
