"""
Rule 7: no water for a lower need where a higher one was short and could have had it.

Notes
-----
One linear program per need. Gates, hours, filled reaches, places of pumps and opened
zones stay as in the plan; only amounts may differ. It is written down here once more,
from the tables, and knows nothing of the planner's.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from dispatch.check.water.facts import DAY_H, WaterViolation
from dispatch.model.need import BANDS
from dispatch.water.canal_flow import least_flow_m3_per_h, usable_capacity_m3_per_h
from dispatch.water.canal_loss import end_flow_m3_per_h
from dispatch.water.need import PEOPLE
from dispatch.water.network_facts import lifted_m3_per_h, raw_m3_per_h
from dispatch.words.message import say, term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.check.water.facts import WaterFacts
    from dispatch.model.need import Band
    from dispatch.model.water.places import Store
    from dispatch.model.water.plan import CanalRun

#: Part of a need by which a plan may miss what amounts alone could better: its goals
#: are kept with a slack, and canals that lose by a curve are planned with lines.
SLACK_SHARE: Final = 2e-4
CURVE_SHARE: Final = 0.03

Key = tuple[str, int]
Terms = dict[int, float]


@dataclass
class _Amounts:
    """The variables of the program with their bounds, and its rows."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    equal: list[tuple[Terms, float]] = field(default_factory=list)
    at_most: list[tuple[Terms, float]] = field(default_factory=list)
    comes: defaultdict[Key, Terms] = field(default_factory=lambda: defaultdict(dict))
    comes_const: defaultdict[Key, float] = field(
        default_factory=lambda: defaultdict(float)
    )
    there: defaultdict[Key, Terms] = field(default_factory=lambda: defaultdict(dict))
    there_const: defaultdict[Key, float] = field(
        default_factory=lambda: defaultdict(float)
    )
    leaves: defaultdict[Key, Terms] = field(default_factory=lambda: defaultdict(dict))
    given: dict[tuple[str, Band, int], int] = field(default_factory=dict)
    watered: dict[Key, int] = field(default_factory=dict)
    broken: dict[Key, int] = field(default_factory=dict)

    def new(self, low: float, high: float) -> int:
        self.low.append(low)
        self.high.append(max(low, high))
        return len(self.low) - 1

    def minimum(self, goal: Terms) -> float | None:
        """Return the least value of a goal; None if the program has no solution."""
        size = len(self.low)
        costs = np.zeros(size)
        for variable, weight in goal.items():
            costs[variable] = weight
        result = linprog(  # type: ignore[call-overload]  # its stubs know no sparse rows
            costs,
            A_eq=_matrix(self.equal, size),
            b_eq=[right for _, right in self.equal],
            A_ub=_matrix(self.at_most, size),
            b_ub=[right for _, right in self.at_most],
            bounds=np.column_stack((self.low, self.high)),
            method="highs",
        )
        return float(result.fun) if result.status == 0 else None


def _matrix(rows: list[tuple[Terms, float]], size: int) -> coo_array | None:
    if not rows:
        return None
    triples = [
        (weight, row, variable)
        for row, (terms, _) in enumerate(rows)
        for variable, weight in terms.items()
    ]
    weights, row_ids, columns = zip(*triples, strict=True)
    return coo_array((weights, (row_ids, columns)), shape=(len(rows), size))


def check_order(facts: WaterFacts) -> Iterator[WaterViolation]:
    """Rule 7: with the plan's choices, no need can get more but for a higher one."""
    amounts = _Amounts()
    _add_canals(facts, amounts)
    _add_pumps(facts, amounts)
    _add_plants(facts, amounts)
    _add_zones(facts, amounts)
    _add_fields(facts, amounts)
    _add_stores(facts, amounts)
    _add_junctions(facts, amounts)
    curved = any(canal.loss_a is not None for canal in facts.network.canals)
    share = CURVE_SHARE if curved else SLACK_SHARE
    for goal in _goals(facts, amounts):
        least = amounts.minimum(goal.terms)
        if least is None:
            # Other rules say what is wrong with the amounts of the plan.
            return
        better = goal.plan - (least + goal.constant)
        if better > goal.rounding + share * goal.constant:
            message = say("water_broken.order", need=goal.name, better=better)
            yield WaterViolation(7, message)
        # Kept at what amounts can do: a litre that rounding took from this need is no
        # litre that a lower one could have had.
        slack = 1e-6 + 1e-9 * goal.constant
        amounts.at_most.append((goal.terms, least + slack))


@dataclass(frozen=True, slots=True)
class _Goal:
    """A goal as terms and a constant, what the plan has, and what rounding costs."""

    name: object
    terms: Terms
    constant: float
    plan: float
    rounding: float


def _goals(facts: WaterFacts, amounts: _Amounts) -> Iterator[_Goal]:
    for band in PEOPLE:
        yield from _band_goal(facts, amounts, band)
    if amounts.broken:
        floors = {
            node_id: facts.floor_m3(node_id, with_reserve=True)
            for node_id in facts.network.store_by_node
        }
        broken = sum(
            max(0.0, floors[row.node_id][row.day + 1] - row.end_m3)
            for row in facts.plan.stores
            if (row.node_id, row.day) in amounts.broken
        )
        terms = dict.fromkeys(amounts.broken.values(), 1.0)
        whole = sum(amounts.high[variable] for variable in terms)
        name = say("water_broken.reserve")
        yield _Goal(name, terms, 0.0, broken, 0.01 + SLACK_SHARE * whole)
    yield from _band_goal(facts, amounts, "livestock")
    yield from _band_goal(facts, amounts, "normal")
    if not facts.plan.equal_shares:
        yield from _loss_goals(facts, amounts)


def _band_goal(facts: WaterFacts, amounts: _Amounts, band: Band) -> Iterator[_Goal]:
    keys = [key for key in amounts.given if key[1] == band]
    if not keys:
        return
    wanted = {(zone_id, day) for zone_id, _, day in keys}
    need = sum(facts.needs_l[zone_id][band] for zone_id, _ in wanted)
    served = sum(
        row.served_l[band]
        for row in facts.plan.zones
        if (row.zone_id, row.day) in wanted
    )
    terms = {amounts.given[key]: -1000.0 for key in keys}
    # Litres are whole in the plan, and one of each row may be lost by that.
    yield _Goal(term("band", band), terms, need, need - served, 1.0 + len(keys))


def _loss_goals(facts: WaterFacts, amounts: _Amounts) -> Iterator[_Goal]:
    given: defaultdict[str, float] = defaultdict(float)
    for row in facts.plan.fields:
        given[row.field_id] += row.field_m3
    for critical in (True, False):
        terms: Terms = {}
        whole = plan = 0.0
        for field_id, need in facts.fields.items():
            if need.need_m3 <= 0 or need.crop.critical != critical:
                continue
            per_mu = need.block.yield_kg_per_mu
            if per_mu is None:
                return  # how a planner weighs an unknown harvest is its own affair
            kg = need.crop.ky * per_mu * need.block.area_mu
            whole += kg
            plan += kg * (1 - given[field_id] / need.need_m3)
            for day in facts.days:
                terms[amounts.watered[field_id, day]] = -kg / need.need_m3
        if terms:
            name = say("water_broken.critical" if critical else "water_broken.other")
            yield _Goal(name, terms, whole, plan, 0.1)


def _add_canals(facts: WaterFacts, amounts: _Amounts) -> None:
    to_store = {
        run.day for run in facts.runs.values() if run.counts_from_day is not None
    }
    for (canal_id, day), run in facts.runs.items():
        canal = facts.network.canal_by_id[canal_id]
        low = min(run.head_m3, least_flow_m3_per_h(canal) * run.hours)
        if run.wetting_m3 > 0 and day in to_store:
            # Filled more slowly, it might come after the midnight that is counted on.
            low = run.head_m3
        high = max(run.head_m3, usable_capacity_m3_per_h(canal) * run.hours)
        head = amounts.new(low, high)
        slope, constant = _end_line(facts, run)
        amounts.leaves[canal.from_node, day][head] = 1.0
        key = canal.to_node, day
        if facts.is_origin(canal.to_node) and run.counts_from_day is not None:
            key = canal.to_node, run.counts_from_day
        amounts.comes[key][head] = slope
        amounts.comes_const[key] += constant
        if key[1] > day:
            amounts.there[key][head] = slope
            amounts.there_const[key] += constant


def _end_line(facts: WaterFacts, run: CanalRun) -> tuple[float, float]:
    """Return slope and constant of what comes out, right at what the plan lets in."""
    canal = facts.network.canal_by_id[run.canal_id]
    if canal.loss_a is None:
        slope = 1 - (canal.loss_share or 0.0)
    else:
        flow = run.head_m3_per_h
        wide = 1e-3 * flow
        rise = end_flow_m3_per_h(canal, flow + wide)
        rise -= end_flow_m3_per_h(canal, flow - wide)
        slope = rise / (2 * wide) if wide > 0 else 0.0
    return slope, run.end_m3 - slope * run.head_m3


def _hours_at(facts: WaterFacts, node_id: str, day: int) -> float:
    """Return the hours for which canals bring water to a place without a store."""
    hours = [
        run.hours
        for run in facts.runs.values()
        if run.day == day and facts.network.canal_by_id[run.canal_id].to_node == node_id
    ]
    return max(hours, default=0.0)


def _is_behind_canal(facts: WaterFacts, node_id: str) -> bool:
    return not facts.is_origin(node_id) and any(
        canal.to_node == node_id for canal in facts.network.canals
    )


def _add_pumps(facts: WaterFacts, amounts: _Amounts) -> None:
    there = {
        (pump.pump_id, lift.lift_id, run.day) for pump, lift, run in facts.pump_runs
    }
    feeds_canal = {canal.from_node for canal in facts.network.canals}
    for pump, lift, run in facts.pump_runs:
        most = pump.hours_per_day
        if (pump.pump_id, lift.lift_id, run.day - 1) not in there:
            most = min(most, DAY_H - pump.move_h)
        if _is_behind_canal(facts, lift.from_node):
            most = min(most, _hours_at(facts, lift.from_node, run.day))
        low = 0.0
        if lift.to_node in feeds_canal and not facts.is_origin(lift.to_node):
            low = most = run.hours
        hours = amounts.new(low, max(most, run.hours))
        flow = lifted_m3_per_h(pump, lift)
        _add_to(amounts.leaves[lift.from_node, run.day], hours, flow)
        _add_to(amounts.comes[lift.to_node, run.day], hours, flow)


def _add_to(terms: Terms, variable: int, weight: float) -> None:
    terms[variable] = terms.get(variable, 0.0) + weight


def _add_plants(facts: WaterFacts, amounts: _Amounts) -> None:
    for plant in facts.network.plants:
        for day in facts.days:
            rate = raw_m3_per_h(facts.network, plant, facts.date(day))
            hours = plant.hours
            if _is_behind_canal(facts, plant.raw_node):
                hours = min(hours, _hours_at(facts, plant.raw_node, day))
            raw = amounts.new(0.0, rate * hours)
            amounts.leaves[plant.raw_node, day][raw] = 1.0
            amounts.comes[plant.tank_node, day][raw] = 1 - plant.own_use_share


def _add_zones(facts: WaterFacts, amounts: _Amounts) -> None:
    zones = {zone.zone_id: zone for zone in facts.network.zones}
    for row in facts.plan.zones:
        zone = zones.get(row.zone_id)
        if zone is None or zone.tank_node not in facts.potable:
            continue
        fills = bool(zone.fill_h and zone.max_flow_m3_per_h)
        is_open = not fills or row.filling_m3 > 0
        through: Terms = {}
        for band in BANDS:
            need_l = facts.needs_l[zone.zone_id][band]
            if not need_l:
                continue
            given = amounts.new(0.0, need_l / 1000 if is_open else 0.0)
            amounts.given[zone.zone_id, band, row.day] = given
            through[given] = 1 / (1 - zone.leak_share)
        key = zone.tank_node, row.day
        for given, weight in through.items():
            amounts.leaves[key][given] = weight
        amounts.comes_const[key] -= row.filling_m3
        if zone.max_flow_m3_per_h is not None and through:
            most = DAY_H * zone.max_flow_m3_per_h - row.filling_m3
            amounts.at_most.append((through, max(0.0, most)))


def _add_fields(facts: WaterFacts, amounts: _Amounts) -> None:
    for field_id, need in facts.fields.items():
        if need.need_m3 <= 0:
            continue
        days: Terms = {}
        for day in facts.days:
            watered = amounts.new(0.0, need.need_m3)
            amounts.watered[field_id, day] = watered
            amounts.leaves[need.block.node_id, day][watered] = 1.0
            days[watered] = 1.0
        amounts.at_most.append((days, need.need_m3))


def _add_stores(facts: WaterFacts, amounts: _Amounts) -> None:
    rows = {(row.node_id, row.day): row for row in facts.plan.stores}
    for store in facts.network.stores:
        dead = facts.floor_m3(store.node_id, with_reserve=False)
        kept = facts.floor_m3(store.node_id, with_reserve=True)
        stock = amounts.new(store.stock_m3, store.stock_m3)
        for day in facts.days:
            key = store.node_id, day
            before, stock = stock, amounts.new(0.0, store.capacity_m3)
            overflow = amounts.new(0.0, np.inf)
            row = rows.get(key)
            trucks = 0.0 if row is None else row.trucks_m3
            terms: Terms = {stock: 1.0, before: -1.0, overflow: 1.0}
            for variable, weight in amounts.comes[key].items():
                _add_to(terms, variable, -weight)
            for variable, weight in amounts.leaves[key].items():
                _add_to(terms, variable, weight)
            net = store.inflow_m3_per_d - store.loss_m3_per_d
            right = net + amounts.comes_const[key] - trucks
            amounts.equal.append((terms, right))
            spare = kept[day + 1] - dead[day + 1]
            floor: Terms = {stock: -1.0}
            if spare > 0:
                broken = amounts.broken[key] = amounts.new(0.0, spare)
                floor[broken] = -1.0
            amounts.at_most.append((floor, -kept[day + 1]))
            _add_gates_first(facts, amounts, store, day, before, floor, kept[day + 1])


def _add_gates_first(
    facts: WaterFacts,
    amounts: _Amounts,
    store: Store,
    day: int,
    before: int,
    floor: Terms,
    kept_m3: float,
) -> None:
    """Let gates take theirs before all of the day's water has come."""
    runs = [
        run
        for (canal_id, on), run in facts.runs.items()
        if on == day and facts.network.canal_by_id[canal_id].from_node == store.node_id
    ]
    key = store.node_id, day
    if not runs or not (store.inflow_m3_per_d or amounts.comes[key]):
        return
    hours = max(run.hours for run in runs)
    terms = {variable: weight for variable, weight in floor.items() if weight}
    terms.pop(next(iter(floor)))
    terms[before] = -1.0
    for variable, weight in amounts.leaves[key].items():
        _add_to(terms, variable, weight)
    for variable, weight in amounts.there[key].items():
        _add_to(terms, variable, -weight)
    filled = [
        zone_day.filling_m3
        for zone in facts.network.zones
        for zone_day in facts.plan.zones
        if zone.tank_node == store.node_id
        and (zone_day.zone_id, zone_day.day) == (zone.zone_id, day)
    ]
    filling = sum(filled) - amounts.there_const[key]
    come = store.inflow_m3_per_d * hours / DAY_H - store.loss_m3_per_d
    amounts.at_most.append((terms, come - kept_m3 - filling))


def _add_junctions(facts: WaterFacts, amounts: _Amounts) -> None:
    for node in facts.network.nodes:
        if facts.is_origin(node.node_id):
            continue
        for day in facts.days:
            key = node.node_id, day
            terms: Terms = {}
            for variable, weight in amounts.comes[key].items():
                _add_to(terms, variable, -weight)
            for variable, weight in amounts.leaves[key].items():
                _add_to(terms, variable, weight)
            if terms:
                amounts.at_most.append((terms, amounts.comes_const[key]))
