"""
One dispatch of all the water: days, then hours and people, and days again if need be.

The plan of the days knows litres and cubic metres, the hours know jars, hands at valves
and the clock. What the hours cannot keep is asked of the days no more, at most
`MAX_ROUNDS` times, so that the water goes to others; the rest is said.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from dispatch.check.water.form import check_form
from dispatch.check.water.notices import check_notices
from dispatch.check.water.rules import check_water_plan
from dispatch.check.water_hours.duty import check_roster
from dispatch.check.water_hours.rounds import check_rounds
from dispatch.check.water_hours.slots import check_slots
from dispatch.check.water_hours.turns import check_rota
from dispatch.errors import PlanError
from dispatch.model.water.dispatch import Watch, WaterDispatch, WaterDuty, ZoneCap
from dispatch.model.water.hours import Span, joined_spans
from dispatch.model.water.rounds import RoundPlan, RoundRequest
from dispatch.model.water.shifts import Roster, StaffRequest
from dispatch.model.water.slots import SlotPlan, TankInflow
from dispatch.planning.water_day import plan_all_water
from dispatch.planning.water_duty import (
    busy_spans,
    post_times,
    tap_supplies,
    truck_supplies,
)
from dispatch.planning.water_hours import slot_request
from dispatch.planning.water_turns import rota_requests
from dispatch.solver.water_hours.roster import plan_roster
from dispatch.solver.water_hours.rota import plan_rota
from dispatch.solver.water_hours.rounds import plan_rounds
from dispatch.solver.water_hours.slots import plan_slots
from dispatch.units import DAY_S
from dispatch.water.drought_form import drought_form
from dispatch.water.notices import water_notices
from dispatch.water.pump_hours import pump_from_h
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.check.water.facts import WaterViolation
    from dispatch.check.water_hours.facts import HourViolation
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import WaterPlan
    from dispatch.model.water.shifts import PostTimes
    from dispatch.model.water.slots import SlotRequest
    from dispatch.model.water.turns import TurnOrder
    from dispatch.planning.water_day import PlannedWater, TailEnd
    from dispatch.solver.water.case import WaterParams

MAX_ROUNDS: Final = 5
#: Share of a zone's litres that its slots may lack before the days are planned anew:
#: less is rounding of quarter hours.
_SMALL_SHARE: Final = 0.01
_HOUR_S: Final = 3600
#: Work for one goal of slots, rosters and rounds, in the solver's own measure.
_LIMIT: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeWater:
    """
    A dispatch of all the water, who is on duty, and what the checks found.

    Attributes
    ----------
    scenario
        As the tables say.
    violations, hour_violations
        Broken rules of the days and of what is told of them, and of turns, slots, duty
        and rounds; none: good.
    """

    scenario: Scenario
    dispatch: WaterDispatch
    duty: WaterDuty
    tails: tuple[TailEnd, ...]
    violations: tuple[WaterViolation, ...]
    hour_violations: tuple[HourViolation, ...]

    @property
    def is_good(self) -> bool:
        """Whether every rule is kept."""
        return not self.violations and not self.hour_violations

    @property
    def network(self) -> WaterNetwork:
        """All tables of the water."""
        return _network(self.scenario)


def plan_whole_water(
    scenario: Scenario,
    *,
    num_days: int,
    params: WaterParams | None = None,
    taken_m3: Mapping[tuple[str, int], float] | None = None,
    previous: WaterDispatch | None = None,
    trucks: Plan | None = None,
    turn_order: TurnOrder = "far_first",
) -> WholeWater:
    """
    Return one dispatch of all the water, checked.

    Parameters
    ----------
    scenario
        With tables of the water.
    num_days
        Days to plan, 1 to 14.
    params
        Limits of the days and the order of goals; None: as usual.
    taken_m3
        What trucks fill, by source id and day from 0; None: nothing.
    previous
        Dispatch that people know already; None: there is none.
    trucks
        Plan of the trucks on the first day, whose drops people carry from.
    turn_order
        Of the turns on canals.

    Raises
    ------
    PlanError
        If the scenario has no tables of the water.
    """
    narrowed, caps = scenario, dict[str, float]()
    for number in range(1, MAX_ROUNDS + 1):
        planned = plan_all_water(
            narrowed,
            num_days=num_days,
            params=params,
            taken_m3=taken_m3,
            previous=None if previous is None else previous.plan,
        )
        hours = _hours(scenario, planned.plan, turn_order, previous)
        limits = _limits_m3_per_h(planned.plan, hours.slots)
        if not limits or number == MAX_ROUNDS:
            break
        caps |= limits
        narrowed = with_zone_caps(scenario, caps)
    dispatch = replace(
        hours,
        num_rounds=number,
        is_kept=not limits,
        zone_caps=tuple(
            ZoneCap(zone_id=zone_id, m3_per_h=caps[zone_id]) for zone_id in sorted(caps)
        ),
    )
    return _staffed(scenario, planned, dispatch, trucks)


def _hours(
    scenario: Scenario,
    plan: WaterPlan,
    turn_order: TurnOrder,
    previous: WaterDispatch | None,
) -> WaterDispatch:
    """Return turns and slots that bring what the days promise, as far as can be."""
    network = _network(scenario)
    rotas = rota_requests(network, plan, order=turn_order, previous=previous)
    asked = slots_of_days(network, plan)
    return WaterDispatch(
        plan=plan,
        turn_order=turn_order,
        rotas=tuple(plan_rota(rota, limit=_LIMIT) for rota in rotas),
        slots=SlotPlan(slots=()) if asked is None else plan_slots(asked, limit=_LIMIT),
    )


def _network(scenario: Scenario) -> WaterNetwork:
    if scenario.water is None:
        raise PlanError(say("no_water_tables"))
    return scenario.water


def slots_of_days(network: WaterNetwork, plan: WaterPlan) -> SlotRequest | None:
    """
    Return what zones are to get by a plan of days; None: no zone gets any.

    Parameters
    ----------
    network
        All tables.
    plan
        Litres of zones, and what comes into tanks, by day.
    """
    tap_l = {
        zone.zone_id: tuple(
            sum(row.served_l.values())
            for row in sorted(plan.zones, key=lambda row: row.day)
            if row.zone_id == zone.zone_id
        )
        for zone in network.zones
    }
    open_zones = {label: litres for label, litres in tap_l.items() if any(litres)}
    if not open_zones:
        return None
    return slot_request(network, open_zones, _inflows(network, plan))


def _inflows(
    network: WaterNetwork, plan: WaterPlan
) -> dict[str, tuple[TankInflow, ...]]:
    """Return what comes into each tank: by the works in their hours from midnight."""
    hours: defaultdict[tuple[str, int], float] = defaultdict(float)
    for run in plan.plants:
        plant = next(p for p in network.plants if p.plant_id == run.plant_id)
        key = plant.tank_node, run.day
        hours[key] = max(hours[key], run.hours)
    inflows: defaultdict[str, list[TankInflow]] = defaultdict(list)
    for row in sorted(plan.stores, key=lambda row: row.day):
        # What trucks take there is not for zones.
        comes_m3 = row.inflow_m3 + row.in_m3 - row.trucks_m3 - row.loss_m3
        if comes_m3 <= 0:
            continue
        runs_s = round(_HOUR_S * (hours.get((row.node_id, row.day)) or 24.0))
        start_s = row.day * DAY_S
        inflows[row.node_id].append(
            TankInflow(
                span=Span(start_s, start_s + max(runs_s, 900)),
                l_per_h=math.floor(comes_m3 * 1000 * _HOUR_S / max(runs_s, 900)),
            )
        )
    return {node_id: tuple(rows) for node_id, rows in inflows.items()}


def _limits_m3_per_h(plan: WaterPlan, slots: SlotPlan) -> dict[str, float]:
    """Return the mean flow that slots let into each zone that they cannot fill."""
    into_m3 = {(row.zone_id, row.day): row for row in plan.zones}
    limits: dict[str, float] = {}
    for gap in slots.unmet:
        row = into_m3[gap.zone_id, gap.day]
        tap_l = sum(row.served_l.values())
        share = gap.missing_l / tap_l if tap_l else 0.0
        if share > _SMALL_SHARE:
            limit = row.into_m3 * (1 - share) / 24
            limits[gap.zone_id] = min(limit, limits.get(gap.zone_id, math.inf))
    return limits


def with_zone_caps(scenario: Scenario, limits: Mapping[str, float]) -> Scenario:
    """
    Return a scenario with zones that take no more than so much an hour.

    Parameters
    ----------
    scenario
        With tables of the water.
    limits
        m3/h by zone, on average over a day.

    Raises
    ------
    PlanError
        If the scenario has no tables of the water.
    """
    network = _network(scenario)
    zones = tuple(
        replace(
            zone, max_flow_m3_per_h=limits.get(zone.zone_id, zone.max_flow_m3_per_h)
        )
        for zone in network.zones
    )
    return replace(scenario, water=replace(network, zones=zones))


def flow_spans(network: WaterNetwork, dispatch: WaterDispatch) -> dict[str, list[Span]]:
    """
    Return when water flows in canals, lifts, works and zones, and out of nodes, by id.

    Parameters
    ----------
    network
        All tables.
    dispatch
        Days and slots.
    """
    plan = dispatch.plan
    spans: defaultdict[str, list[Span]] = defaultdict(list)
    for run in plan.canals:
        if run.hours <= 0:
            continue
        span = _span(run.from_h, run.until_h)
        spans[run.canal_id].append(span)
        spans[network.canal_by_id[run.canal_id].from_node].append(span)
    for pump_run in plan.pumps:
        from_h = pump_from_h(pump_run.day, pump_run.hours)
        span = _span(from_h, from_h + pump_run.hours)
        spans[pump_run.lift_id].append(span)
        spans[pump_run.pump_id].append(span)
    for plant_run in plan.plants:
        if plant_run.hours > 0:
            from_h = 24.0 * plant_run.day
            spans[plant_run.plant_id].append(_span(from_h, from_h + plant_run.hours))
    for slot in dispatch.slots.slots:
        spans[slot.zone_id].append(slot.span)
    return {label: list(joined_spans(own)) for label, own in spans.items()}


def _span(from_h: float, until_h: float) -> Span:
    start_s = math.floor(from_h * _HOUR_S)
    return Span(start_s, max(start_s + 60, math.ceil(until_h * _HOUR_S)))


def _staffed(
    scenario: Scenario,
    planned: PlannedWater,
    dispatch: WaterDispatch,
    trucks: Plan | None,
) -> WholeWater:
    """Add posts, watches and rounds to doors, and check everything."""
    network, plan = _network(scenario), planned.plan
    people = scenario.water_people
    posts = post_times(
        network,
        flow_spans(network, dispatch),
        first_day=plan.first_day,
        num_days=plan.num_days,
    )
    roster, rounds = Roster(duties=()), RoundPlan(visits=())
    found: list[HourViolation] = []
    if people is not None and people.people:
        staff = StaffRequest(
            first_day=plan.first_day,
            num_days=plan.num_days,
            posts=posts,
            people=people.people,
        )
        roster = plan_roster(staff, limit=2 * _LIMIT)
        found += check_roster(staff, roster)
        if people.doors:
            request = RoundRequest(
                first_day=plan.first_day,
                doors=people.doors,
                people=people.people,
                supplies=(
                    *(
                        ()
                        if trucks is None
                        else truck_supplies(scenario, trucks.routes)
                    ),
                    *tap_supplies(network, dispatch.slots),
                ),
                # Trucks are planned for one day: so are rounds.
                num_days=1,
                busy=busy_spans(people.people, roster),
            )
            rounds = plan_rounds(request, limit=_LIMIT)
            found += check_rounds(request, rounds)
    found += check_hours(network, dispatch)
    dispatch = replace(dispatch, watches=_watches(posts, roster))
    duty = WaterDuty(roster=roster, rounds=rounds)
    return WholeWater(
        scenario=scenario,
        dispatch=dispatch,
        duty=duty,
        tails=planned.tails,
        violations=(*planned.violations, *check_told(scenario, dispatch, duty)),
        hour_violations=tuple(found),
    )


def check_hours(network: WaterNetwork, dispatch: WaterDispatch) -> list[HourViolation]:
    """
    Return the broken rules of turns and slots, as the days ask for them.

    Parameters
    ----------
    network
        All tables.
    dispatch
        Days and hours, changed by hand or not.
    """
    found: list[HourViolation] = []
    asked = rota_requests(network, dispatch.plan, order=dispatch.turn_order)
    for request, rota in zip(asked, dispatch.rotas, strict=True):
        found += check_rota(request, rota)
    slots = slots_of_days(network, dispatch.plan)
    if slots is not None:
        found += check_slots(slots, dispatch.slots)
    return found


def check_days(
    scenario: Scenario,
    dispatch: WaterDispatch,
    taken_m3: Mapping[tuple[str, int], float] | None = None,
) -> list[WaterViolation]:
    """
    Return the broken rules of the days, with what the hours let into zones.

    Parameters
    ----------
    scenario
        With tables of the water.
    dispatch
        Days and hours.
    taken_m3
        What trucks fill, by source id and day from 0; None: nothing.
    """
    caps = {cap.zone_id: cap.m3_per_h for cap in dispatch.zone_caps}
    narrowed = with_zone_caps(scenario, caps)
    return check_water_plan(narrowed, dispatch.plan, taken_m3=taken_m3)


def check_told(
    scenario: Scenario, dispatch: WaterDispatch, duty: WaterDuty
) -> list[WaterViolation]:
    """
    Return the broken rules of what is told: of the drought form and of notices.

    Parameters
    ----------
    scenario
        With tables of the water.
    dispatch
        Days and hours.
    duty
        Who is on duty.
    """
    network = _network(scenario)
    form = drought_form(scenario, dispatch, duty)
    notices = water_notices(network, dispatch)
    return [
        *check_form(scenario, dispatch, duty, form),
        *check_notices(scenario, dispatch, notices),
    ]


def _watches(posts: Sequence[PostTimes], roster: Roster) -> tuple[Watch, ...]:
    lacking: defaultdict[str, float] = defaultdict(float)
    for gap in roster.unstaffed:
        lacking[gap.shift.post_id] += gap.persons * gap.shift.work_s / _HOUR_S
    return tuple(
        Watch(
            post_id=times.post.post_id,
            spans=times.spans,
            persons=times.post.persons,
            unstaffed_h=lacking[times.post.post_id],
        )
        for times in posts
    )
