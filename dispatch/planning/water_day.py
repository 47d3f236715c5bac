"""All the water planned, checked and told: what the terminal and the pages call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch.check.water.rules import check_water_plan
from dispatch.solver.water.day_plan import plan_water, water_case
from dispatch.water.releases import releases_of
from dispatch.water.tail_end import (
    follow,
    least_release,
    way_of_canals,
    works_that_reach,
)
from dispatch.words.message import Message, joined, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.check.water.facts import WaterViolation
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import WaterPlan
    from dispatch.solver.water.case import WaterParams
    from dispatch.water.tail_end import LeastRelease, TailReach

#: Hours of a release that nobody planned, for saying how far it would come.
_TRIED_H = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TailEnd:
    """
    A place with dry fields that a release does not reach, and what would.

    Attributes
    ----------
    canal_id, m3_per_h, hours
        The release.
    reach
        How far it comes.
    least
        The least release that arrives; None: none within the days.
    work_ids
        Works any of which would let this release arrive.
    """

    node_id: str
    canal_id: str
    m3_per_h: float
    hours: float
    reach: TailReach
    least: LeastRelease | None
    work_ids: tuple[str, ...]

    def message(self, network: WaterNetwork) -> Message:
        """Return what to tell before the gate is opened."""
        ways: list[Message | str] = []
        if self.least is not None:
            ways.append(
                say(
                    "water_tail.least",
                    flow=self.least.m3_per_h / 3600,
                    hours=self.least.hours,
                )
            )
        names = {work.work_id: work.name for work in network.works}
        ways += [
            say("water_tail.work", work=work_id, name=names[work_id])
            for work_id in self.work_ids
        ]
        return say(
            "water_tail.stops",
            node=network.node_by_id[self.node_id].name,
            flow=self.m3_per_h / 3600,
            hours=self.hours,
            canal=network.canal_by_id[self.reach.stops_in].name,
            why=Message(f"water_tail.{self.reach.why}"),
            would=joined(ways or [say("water_tail.nothing")]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWater:
    """A plan of the water with all that is found out about it, once."""

    scenario: Scenario
    network: WaterNetwork
    plan: WaterPlan
    violations: tuple[WaterViolation, ...]
    tails: tuple[TailEnd, ...]


def plan_all_water(
    scenario: Scenario,
    *,
    num_days: int,
    params: WaterParams | None = None,
    taken_m3: Mapping[tuple[str, int], float] | None = None,
    previous: WaterPlan | None = None,
) -> PlannedWater:
    """
    Return the plan of all the water, checked, with the tails it does not reach.

    Parameters
    ----------
    scenario
        With tables of the water.
    num_days
        Days to plan, 1 to 14.
    params
        Limits and the order of goals; None: as usual.
    taken_m3
        What trucks fill, by source id and day from 0; None: nothing.
    previous
        Plan that people know already; None: there is none.
    """
    case = water_case(scenario, num_days=num_days, taken_m3=taken_m3, previous=previous)
    plan = plan_water(case, params)
    return PlannedWater(
        scenario=scenario,
        network=case.network,
        plan=plan,
        violations=tuple(check_water_plan(scenario, plan, taken_m3=taken_m3)),
        tails=tails_of(case.network, plan),
    )


def tails_of(network: WaterNetwork, plan: WaterPlan) -> tuple[TailEnd, ...]:
    """
    Return the places with dry fields that the plan's releases do not reach.

    The longest release into their canals is followed, all of it going that way; where
    none is planned, the least flow of the first canal for a day.

    Parameters
    ----------
    network
        All tables.
    plan
        The plan.
    """
    dry = {
        network.field_by_id[row.field_id].node_id
        for row in plan.outcomes
        if row.field_m3 <= 1e-6 * row.need_m3 + 0.01
    }
    releases = releases_of(network, plan)
    tails = []
    for node_id in sorted(dry):
        way = way_of_canals(network, node_id)
        if not way:
            continue
        own = [row for row in releases if row.canal_id == way[0].canal_id]
        flow, hours = max(way[0].min_flow_m3_per_h, 1.0), _TRIED_H
        if own:
            longest = max(own, key=lambda row: row.until_h - row.from_h)
            flow, hours = longest.m3_per_h, longest.until_h - longest.from_h
        reach = follow(way, m3_per_h=flow, hours=hours)
        if reach.arrives:
            continue
        tails.append(
            TailEnd(
                node_id=node_id,
                canal_id=way[0].canal_id,
                m3_per_h=flow,
                hours=hours,
                reach=reach,
                least=least_release(way, max_hours=24.0 * plan.num_days),
                work_ids=works_that_reach(network, node_id, m3_per_h=flow, hours=hours),
            )
        )
    return tuple(tails)
