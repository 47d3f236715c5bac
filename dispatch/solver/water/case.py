"""The tables of the water as the program takes them: needs, steps of flow, clocks."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.water.canal_flow import (
    least_flow_m3_per_h,
    usable_capacity_m3_per_h,
)
from dispatch.water.canal_loss import end_flow_m3_per_h, head_flow_m3_per_h
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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.need import Band
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.canals import Canal
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import WaterPlan
    from dispatch.model.water.pumps import Lift, Pump

#: Steps of flow of a canal whose loss falls with the flow; each at most this wide, if
#: so many do. A line over flows from 1 to 6 errs by 2 % of what comes out at most.
MAX_STEPS: Final = 4
STEP_RATIO: Final = 6.0
#: The same of bounds, which lie on chords: these leave the curve sooner than tangents.
BOUND_STEPS: Final = 4
BOUND_RATIO: Final = 6.0
#: Canals on the way to a store are filled at so much less than what they carry at most.
SLOWER: Final = 1.4
#: A window shorter than this is not worth an earlier midnight.
LEAST_WINDOW_H: Final = 4.0
#: Yield of fields whose yield nobody entered, for weighing them against others only.
USUAL_YIELD_KG_PER_MU: Final = 400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterParams:
    """
    How the water is planned.

    Attributes
    ----------
    equal_shares
        Whether fields share the shortage before loss of harvest is weighed.
    max_nodes
        Most nodes of the search tree for a goal: a limit that repeats, unlike seconds.
    max_choices
        With more choices than these, goals that do not decide who gets water (fairness,
        change, energy) are sought among flows only, with the choices so far.
    max_together
        With more choices than these, parts that only pumps link are planned apart, and
        nodes are fewer the more there are.
    gap
        Search of a goal ends when it is this close to its bound.
    prove
        Whether bounds of all goals are sought by a search tree as large as that of the
        plan: longer than planning.
    reasons
        Whether shortages get their reasons.
    """

    equal_shares: bool = False
    max_nodes: int = 80
    max_choices: int = 60
    max_together: int = 600
    gap: float = 1e-3
    prove: bool = False
    reasons: bool = True

    def __post_init__(self) -> None:
        """Refuse limits that mean nothing."""
        if self.max_nodes < 1 or not 0 <= self.gap < 1:
            raise ValueError("max_nodes must be positive, gap a share")


class FlowStep(NamedTuple):
    """
    A range of flows at the head of a canal, with a line for what comes out.

    Attributes
    ----------
    low, high
        m3/h at the head.
    slope, level
        Out of flow Q come ``slope Q + level`` m3/h: a tangent or a chord of a curve
        that bends upwards.
    """

    low: float
    high: float
    slope: float
    level: float


class Arrival(NamedTuple):
    """
    When water that is let out for a store counts there.

    Attributes
    ----------
    soon, late
        After so many midnights, if the window is short, and if it is not.
    slow
        After so many, however slowly canals on the way are filled.
    window_h
        Longest window for which it is soon.
    filling_m3_per_h
        Least flow at the head of a canal on the way, by its id, when it is filled:
        filling takes no longer than what is reckoned with, unless it is slow.
    """

    soon: int
    late: int
    slow: int
    window_h: float
    filling_m3_per_h: Mapping[str, float]


def flow_steps(canal: Canal, *, optimistic: bool = False) -> tuple[FlowStep, ...]:
    """
    Return the steps of flow of a canal as it is; none if it carries nothing.

    Parameters
    ----------
    canal
        The canal.
    optimistic
        Whether lines lie above the curve of what comes out, for bounds; else below.
    """
    high = usable_capacity_m3_per_h(canal)
    low = least_flow_m3_per_h(canal)
    if high <= 0 or low > high:
        return ()
    if canal.loss_a is None:
        return (FlowStep(low, high, 1 - (canal.loss_share or 0.0), 0.0),)
    ratio, most = (BOUND_RATIO, BOUND_STEPS) if optimistic else (STEP_RATIO, MAX_STEPS)
    num = math.ceil(math.log(high / low) / math.log(ratio) - 1e-9)
    num = min(most, max(1, num))
    edges = [low * (high / low) ** (step / num) for step in range(num + 1)]
    edges[-1] = high
    return tuple(
        _chord(canal, start, end) if optimistic else _tangent(canal, start, end)
        for start, end in itertools.pairwise(edges)
    )


def _chord(canal: Canal, low: float, high: float) -> FlowStep:
    out_low, out_high = end_flow_m3_per_h(canal, low), end_flow_m3_per_h(canal, high)
    slope = (out_high - out_low) / (high - low) if high > low else out_low / low
    return FlowStep(low, high, slope, out_low - slope * low)


def _tangent(canal: Canal, low: float, high: float) -> FlowStep:
    middle = math.sqrt(low * high)
    out = end_flow_m3_per_h(canal, middle)
    # The slope at the end flow, from the inverse, whose derivative is exact enough.
    width = 1e-4 * out
    rise = head_flow_m3_per_h(canal, out + width) - head_flow_m3_per_h(
        canal, out - width
    )
    slope = 2 * width / rise
    return FlowStep(low, high, slope, out - slope * middle)


@dataclass(frozen=True)
class WaterCase:
    """
    What is planned: a scenario, its days, and what is there besides.

    Attributes
    ----------
    taken_m3
        Water that trucks fill at a source, by source id and day.
    previous
        Plan that people know already; None: there is none.
    optimistic
        Whether canals lose a little too little, for bounds.
    """

    scenario: Scenario
    network: WaterNetwork
    num_days: int
    taken_m3: Mapping[tuple[str, int], float] = field(default_factory=dict)
    previous: WaterPlan | None = None
    optimistic: bool = False

    @property
    def days(self) -> range:
        """Days from 0."""
        return range(self.num_days)

    def date(self, day: int) -> dt.date:
        """Return the date of a day."""
        return self.scenario.date + dt.timedelta(days=day)

    @cached_property
    def potable(self) -> frozenset[str]:
        """Nodes whose water may be drunk."""
        return potable_nodes(self.network)

    @cached_property
    def needs_l(self) -> Mapping[str, Mapping[Band, int]]:
        """Litres a day of every zone by band."""
        zones = self.network.zones
        return {zone.zone_id: zone_need_l(zone, self.scenario) for zone in zones}

    @cached_property
    def fields(self) -> Mapping[str, FieldNeed]:
        """Field blocks that need water, by id in order of ids."""
        needs = field_needs(
            self.network, first_day=self.scenario.date, num_days=self.num_days
        )
        return {key: need for key, need in sorted(needs.items()) if need.need_m3 > 0}

    def yield_kg(self, field_id: str) -> float:
        """Return the whole harvest of a block; by a usual yield where none is known."""
        block = self.fields[field_id].block
        per_mu = block.yield_kg_per_mu
        return block.area_mu * (USUAL_YIELD_KG_PER_MU if per_mu is None else per_mu)

    @cached_property
    def wanted(self) -> frozenset[str]:
        """Nodes from which water can reach somebody who needs it."""
        network = self.network
        ends = {need.block.node_id for need in self.fields.values()}
        ends |= {zone.tank_node for zone in network.zones}
        up: dict[str, list[str]] = {}
        for start, end in (
            *((canal.from_node, canal.to_node) for canal in network.canals),
            *((lift.from_node, lift.to_node) for lift in network.lifts),
            *((plant.raw_node, plant.tank_node) for plant in network.plants),
        ):
            up.setdefault(end, []).append(start)
        ends |= {
            node.node_id
            for node in network.nodes
            if any((node.source_id, day) in self.taken_m3 for day in self.days)
        }
        waiting = list(ends)
        while waiting:
            for other in up.get(waiting.pop(), ()):
                if other not in ends:
                    ends.add(other)
                    waiting.append(other)
        return frozenset(ends)

    @cached_property
    def canals(self) -> tuple[tuple[Canal, tuple[FlowStep, ...]], ...]:
        """Canals that can be run and lead to somebody, with their steps of flow."""
        rows = []
        for canal in sorted(self.network.canals, key=lambda item: item.canal_id):
            steps = flow_steps(canal, optimistic=self.optimistic)
            ends = canal.from_node, canal.to_node
            if (
                steps
                and canal.to_node in self.wanted
                and may_flow(self.network, self.potable, *ends)
            ):
                rows.append((canal, steps))
        return tuple(rows)

    @cached_property
    def lifts(self) -> tuple[Lift, ...]:
        """Lifts that lead to somebody."""
        return tuple(
            lift
            for lift in sorted(self.network.lifts, key=lambda item: item.lift_id)
            if lift.to_node in self.wanted
            and may_flow(self.network, self.potable, lift.from_node, lift.to_node)
        )

    @cached_property
    def pumps(self) -> tuple[Pump, ...]:
        """Pumps that can be set up at lifts."""
        fixed = fixed_pump_ids(self.network)
        rows = sorted(self.network.pumps, key=lambda item: item.pump_id)
        return tuple(pump for pump in rows if pump.pump_id not in fixed)

    @cached_property
    def pump_fits(self) -> Mapping[tuple[str, str], float]:
        """What each pump lifts at each lift, m3/h, where it lifts anything."""
        return {
            (pump.pump_id, lift.lift_id): flow
            for pump in self.pumps
            for lift in self.lifts
            if (flow := lifted_m3_per_h(pump, lift)) > 0
            and (
                pump.energy != "electric"
                or lift.power_kw_available is None
                or (pump.power_kw or 0.0) <= lift.power_kw_available
            )
        }

    def is_origin(self, node_id: str) -> bool:
        """Whether water can start at a node."""
        return is_origin(self.network, node_id)

    @property
    def is_exact(self) -> bool:
        """Whether no canal loses by a curve, which the program has as lines."""
        return all(canal.loss_a is None for canal, _ in self.canals)

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """Stores and rivers that canals start from."""
        starts = {canal.from_node for canal, _ in self.canals}
        fed = {canal.to_node for canal, _ in self.canals}
        # A place that only pumps fill starts a window of its own.
        return tuple(
            node_id
            for node_id in sorted(starts)
            if self.is_origin(node_id) or node_id not in fed
        )

    @cached_property
    def origins_of(self) -> Mapping[str, tuple[str, ...]]:
        """The origins whose water canals bring to a node, by node; a store's is it."""
        found: dict[str, set[str]] = {}
        for node_id in self.network.node_by_id:
            found[node_id] = {node_id} if node_id in self.origins else set()
        for _ in self.canals:  # enough rounds for the longest way
            for canal, _steps in self.canals:
                if not self.is_origin(canal.to_node):
                    found[canal.to_node] |= found[canal.from_node]
        return {node_id: tuple(sorted(labels)) for node_id, labels in found.items()}

    def way_to(self, last: Canal) -> list[tuple[Canal, tuple[FlowStep, ...]]]:
        """Return the canals from a store or river to a canal, itself with them."""
        way, seen = [], {last.from_node}
        waiting = [last.canal_id]
        by_id = {canal.canal_id: (canal, steps) for canal, steps in self.canals}
        while waiting:
            canal, steps = by_id[waiting.pop()]
            way.append((canal, steps))
            if self.is_origin(canal.from_node):
                continue
            for other, _ in self.canals:
                if other.to_node == canal.from_node and other.from_node not in seen:
                    seen.add(other.from_node)
                    waiting.append(other.canal_id)
        return way

    def arrival(self, last: Canal) -> Arrival:
        """Return when water of a canal into a store counts there."""
        way = self.way_to(last)
        travel_h = sum(canal.travel_h or 0.0 for canal, _ in way)
        filled = [(canal, steps) for canal, steps in way if canal.fill_m3 > 0]
        if travel_h <= 0 and not filled:
            return Arrival(0, 0, 0, 24.0, {})
        most = self._most_on_way(way)
        filling_h = {
            canal.canal_id: SLOWER * canal.fill_m3 / most[canal.canal_id]
            for canal, _ in filled
        }
        last_h = travel_h + sum(filling_h.values())
        soon = math.ceil((last_h + LEAST_WINDOW_H) / 24)
        late = math.ceil((last_h + 24) / 24)
        rates = {canal.canal_id: most[canal.canal_id] / SLOWER for canal, _ in filled}
        slowest_h = travel_h + sum(
            canal.fill_m3 / steps[0].low for canal, steps in filled
        )
        slow = max(late, math.ceil((slowest_h + 24) / 24))
        return Arrival(soon, late, slow, 24 * soon - last_h, rates)

    def _most_on_way(
        self, way: list[tuple[Canal, tuple[FlowStep, ...]]]
    ) -> dict[str, float]:
        """Return the flow at the head of each canal that those before it let come."""
        most: dict[str, float] = {}
        for canal, steps in reversed(way):
            comes = [
                end_flow_m3_per_h(other, most[other.canal_id])
                for other, _ in way
                if other.to_node == canal.from_node and other.canal_id in most
            ]
            is_first = self.is_origin(canal.from_node) or not comes
            high = steps[-1].high
            most[canal.canal_id] = high if is_first else min(high, max(comes))
        return most

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
            num_days=self.num_days,
            people_m3_per_d=self.people_m3_per_d(node_id),
            with_reserve=with_reserve,
        )

    def people_m3_per_d(self, node_id: str) -> float:
        """Return what people whom a node's water can reach need in a day."""
        return people_m3_per_d(self.network, self.needs_l, node_id)
