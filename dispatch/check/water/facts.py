"""What every rule of the water looks at: tables and plan, by id and day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from dispatch.water.need import (
    FieldNeed,
    field_needs,
    people_m3_per_d,
    zone_need_l,
)
from dispatch.water.network_facts import (
    fixed_pump_ids,
    floors_m3,
    is_origin,
    lifted_m3_per_h,
    may_flow,
    potable_nodes,
)
from dispatch.words.message import COMMAS, joined, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.need import Band
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import CanalRun, PumpRun, WaterPlan
    from dispatch.model.water.pumps import Lift, Pump
    from dispatch.words.message import Message

#: Slack of comparisons: a litre a 1,000 m3, and a litre.
RELATIVE: Final = 1e-6
LITRE_M3: Final = 1e-3
#: Slack of hours: a third of a second.
HOURS: Final = 1e-4
DAY_H: Final = 24.0


def slack_m3(*amounts: float) -> float:
    """Return by how much amounts may differ and still be the same."""
    return LITRE_M3 + RELATIVE * max(map(abs, amounts), default=0.0)


@dataclass(frozen=True, slots=True)
class WaterViolation:
    """
    One broken rule of the water.

    Attributes
    ----------
    rule
        Number of the rule in docs/WATER.md; 0 means that the plan's own figures are
        wrong.
    message
        What is wrong, with its figures; where it is, the other fields say.
    object_id
        Store, canal, pump, lift, works, zone or field.
    day
        Day of the plan, from 0.
    """

    rule: int
    message: Message
    object_id: str | None = None
    day: int | None = None

    @property
    def line(self) -> Message:
        """Which rule is broken, where, and how, in one line."""
        where = []
        if self.object_id is not None:
            where.append(say("water_broken.at_object", object=self.object_id))
        if self.day is not None:
            where.append(say("water_broken.on_day", day=self.day + 1))
        return say(
            "broken.line",
            rule=self.rule,
            where=joined(where or [say("broken.in_plan")], COMMAS),
            what=self.message,
        )

    def __str__(self) -> str:
        """Return the line in English, for logs."""
        return self.line.text("en")


@dataclass(frozen=True)
class WaterFacts:
    """Tables and plan, looked up by id; what is unknown is simply absent."""

    scenario: Scenario
    network: WaterNetwork
    plan: WaterPlan
    taken_m3: Mapping[tuple[str, int], float] = field(default_factory=dict)

    @property
    def days(self) -> range:
        """Days of the plan from 0."""
        return range(self.plan.num_days)

    def date(self, day: int) -> dt.date:
        """Return the date of a day."""
        return self.plan.first_day + dt.timedelta(days=day)

    def is_origin(self, node_id: str) -> bool:
        """Whether water can start at a node."""
        return is_origin(self.network, node_id)

    @cached_property
    def potable(self) -> frozenset[str]:
        """Nodes whose water may be drunk."""
        return potable_nodes(self.network)

    def may_flow(self, from_node: str, to_node: str) -> bool:
        """
        Whether a canal or lift may be used.

        Parameters
        ----------
        from_node, to_node
            Its ends.
        """
        return may_flow(self.network, self.potable, from_node, to_node)

    @cached_property
    def needs_l(self) -> Mapping[str, Mapping[Band, int]]:
        """Litres a day of every zone by band."""
        zones = self.network.zones
        return {zone.zone_id: zone_need_l(zone, self.scenario) for zone in zones}

    @cached_property
    def fields(self) -> Mapping[str, FieldNeed]:
        """What every field block needs."""
        plan = self.plan
        return field_needs(
            self.network, first_day=plan.first_day, num_days=plan.num_days
        )

    @cached_property
    def runs(self) -> Mapping[tuple[str, int], CanalRun]:
        """Runs of known canals by canal and day; of two the last."""
        return {
            (run.canal_id, run.day): run
            for run in self.plan.canals
            if run.canal_id in self.network.canal_by_id
        }

    @cached_property
    def pump_runs(self) -> tuple[tuple[Pump, Lift, PumpRun], ...]:
        """Runs of known pumps at known lifts, by day."""
        lifts = {lift.lift_id: lift for lift in self.network.lifts}
        pumps = self.network.pump_by_id
        return tuple(
            (pumps[run.pump_id], lifts[run.lift_id], run)
            for run in sorted(self.plan.pumps, key=lambda run: run.day)
            if run.pump_id in pumps and run.lift_id in lifts
        )

    @cached_property
    def fixed_pumps(self) -> frozenset[str]:
        """Pumps that stand at the works for good."""
        return fixed_pump_ids(self.network)

    def lifted_m3(self, pump: Pump, lift: Lift, run: PumpRun) -> float:
        """
        Return what a pump lifts in its hours.

        Parameters
        ----------
        pump
            The pump.
        lift
            Where it is.
        run
            Its hours.
        """
        return run.hours * lifted_m3_per_h(pump, lift)

    def is_dry(self, run: CanalRun) -> bool:
        """Whether a canal is dry when a run starts: none goes on till then."""
        before = self.runs.get((run.canal_id, run.day - 1))
        return before is None or before.until_h < run.from_h - HOURS

    def floor_m3(self, node_id: str, *, with_reserve: bool) -> tuple[float, ...]:
        """
        Return the least stock of a store at the start of each day and after the last.

        Parameters
        ----------
        node_id
            Node of a store.
        with_reserve
            Whether the reserve counts, or the dead water only.
        """
        return floors_m3(
            self.network,
            node_id,
            num_days=self.plan.num_days,
            people_m3_per_d=people_m3_per_d(self.network, self.needs_l, node_id),
            with_reserve=with_reserve,
        )

    def trucks_m3(self, node_id: str, day: int) -> float:
        """
        Return what trucks want to fill at a node on a day.

        Parameters
        ----------
        node_id
            A node.
        day
            A day of the plan.
        """
        source_id = self.network.node_by_id[node_id].source_id
        return self.taken_m3.get((source_id, day), 0.0) if source_id else 0.0

    @cached_property
    def comes_m3(self) -> Mapping[tuple[str, int], float]:
        """What comes to each node on each day by canals, pumps and the works."""
        sums: defaultdict[tuple[str, int], float] = defaultdict(float)
        for (canal_id, day), run in self.runs.items():
            node_id = self.network.canal_by_id[canal_id].to_node
            counts = run.counts_from_day if self.is_origin(node_id) else day
            if counts is not None:
                sums[node_id, counts] += run.end_m3
        for pump, lift, pump_run in self.pump_runs:
            lifted = self.lifted_m3(pump, lift, pump_run)
            sums[lift.to_node, pump_run.day] += lifted
        plants = {plant.plant_id: plant for plant in self.network.plants}
        for plant_run in self.plan.plants:
            if plant_run.plant_id in plants:
                plant = plants[plant_run.plant_id]
                treated = plant_run.raw_m3 * (1 - plant.own_use_share)
                sums[plant.tank_node, plant_run.day] += treated
        return sums

    @cached_property
    def there_m3(self) -> Mapping[tuple[str, int], float]:
        """Part of what comes to stores that is there at the first midnight."""
        sums: defaultdict[tuple[str, int], float] = defaultdict(float)
        for (canal_id, day), run in self.runs.items():
            counts = run.counts_from_day
            if counts is not None and counts > day:
                sums[self.network.canal_by_id[canal_id].to_node, counts] += run.end_m3
        return sums

    @cached_property
    def leaves_m3(self) -> Mapping[tuple[str, int], float]:
        """What leaves each node on each day for canals, pumps, works, zones, fields."""
        sums: defaultdict[tuple[str, int], float] = defaultdict(float)
        for (canal_id, day), run in self.runs.items():
            sums[self.network.canal_by_id[canal_id].from_node, day] += run.head_m3
        for pump, lift, pump_run in self.pump_runs:
            lifted = self.lifted_m3(pump, lift, pump_run)
            sums[lift.from_node, pump_run.day] += lifted
        plants = {plant.plant_id: plant for plant in self.network.plants}
        for plant_run in self.plan.plants:
            if plant_run.plant_id in plants:
                raw_node = plants[plant_run.plant_id].raw_node
                sums[raw_node, plant_run.day] += plant_run.raw_m3
        zones = {zone.zone_id: zone for zone in self.network.zones}
        for zone_day in self.plan.zones:
            if zone_day.zone_id in zones:
                tank = zones[zone_day.zone_id].tank_node
                sums[tank, zone_day.day] += zone_day.into_m3
        for field_day in self.plan.fields:
            block = self.network.field_by_id.get(field_day.field_id)
            if block is not None:
                sums[block.node_id, field_day.day] += field_day.field_m3
        return sums
