"""
A large water in parts that share no water, planned one beside the other.

Notes
-----
Systems of canals, works and lifts that only pumps could link are planned apart where
all together would have too many choices. Pumps are then given out first, by where they
run in the program of all with choices in parts. Goals are sums over parts, so what is
best in each part is best together, but for where the pumps went.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from ortools.math_opt.python import mathopt

from dispatch.model.water.network import WaterNetwork
from dispatch.solver.water.building import build_program
from dispatch.solver.water.goals import goals_of
from dispatch.solver.water.program import total
from dispatch.water.need import PEOPLE
from dispatch.water.network_facts import fixed_pump_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dispatch.solver.water.case import WaterCase

#: Weights of goals for giving out pumps: a hint, not an order.
_HINT_WEIGHTS: Final[dict[str, float]] = {
    **dict.fromkeys(PEOPLE, 1.0),
    "livestock": 0.3,
    "normal": 0.1,
    "critical_loss": 0.1,
    "other_loss": 0.01,
}


def parts_of(case: WaterCase) -> tuple[WaterCase, ...]:
    """
    Return the parts of a water that share none, each with all pumps that fit it.

    Parts in which nobody needs water are left out.

    Parameters
    ----------
    case
        What is planned.
    """
    groups = _groups(case)
    parts = [_part(case, frozenset(nodes)) for nodes in groups]
    return tuple(part for part in parts if part.wanted)


def _groups(case: WaterCase) -> list[set[str]]:
    """Return nodes that water links; a river that only lifts start from links none."""
    network = case.network
    inner = [(canal.from_node, canal.to_node) for canal in network.canals]
    inner += [(lift.from_node, lift.to_node) for lift in network.lifts]
    inner += [(plant.raw_node, plant.tank_node) for plant in network.plants]
    ends = {end for _, end in inner} | {canal.from_node for canal in network.canals}
    apart = {
        node.node_id
        for node in network.nodes
        if node.kind == "river"
        and node.node_id not in network.store_by_node
        and node.node_id not in ends
        and not any((node.source_id, day) in case.taken_m3 for day in case.days)
    }
    groups = {node.node_id: {node.node_id} for node in network.nodes}
    for start, end in inner:
        if start in apart or groups[start] is groups[end]:
            continue
        groups[start] |= groups[end]
        for node_id in groups[end]:
            groups[node_id] = groups[start]
    found = {id(group): group for node_id, group in groups.items()}
    return sorted(found.values(), key=min)


def _part(case: WaterCase, nodes: frozenset[str]) -> WaterCase:
    network = case.network
    lifts = tuple(lift for lift in network.lifts if lift.to_node in nodes)
    plants = tuple(plant for plant in network.plants if plant.tank_node in nodes)
    kept = nodes | {lift.from_node for lift in lifts}
    kept |= {plant.raw_node for plant in plants}
    standing = {label for plant in plants for label in plant.pump_ids}
    fixed = fixed_pump_ids(network)
    own = WaterNetwork(
        nodes=tuple(node for node in network.nodes if node.node_id in kept),
        stores=tuple(s for s in network.stores if s.node_id in nodes),
        canals=tuple(
            replace(canal, gate_post_id="")
            for canal in network.canals
            if canal.to_node in nodes
        ),
        fields=tuple(f for f in network.fields if f.node_id in nodes),
        crops=network.crops,
        weather=network.weather,
        pumps=tuple(
            pump
            for pump in network.pumps
            if pump.pump_id in standing or pump.pump_id not in fixed
        ),
        lifts=tuple(replace(lift, operator_post_id="") for lift in lifts),
        zones=tuple(
            replace(zone, valve_post_id="")
            for zone in network.zones
            if zone.tank_node in nodes
        ),
        plants=plants,
    )
    part = replace(case, network=own)
    fitting = {pump_id for pump_id, _ in part.pump_fits} | standing
    return _with_pumps(part, fitting)


def _with_pumps(case: WaterCase, pump_ids: Iterable[str]) -> WaterCase:
    """Return a case with these pumps only."""
    kept = frozenset(pump_ids)
    pumps = tuple(pump for pump in case.network.pumps if pump.pump_id in kept)
    return replace(case, network=replace(case.network, pumps=pumps))


def joined_by_pumps(
    case: WaterCase, parts: tuple[WaterCase, ...]
) -> tuple[WaterCase, ...]:
    """
    Return parts that share no pumps either: those that do are one again.

    Parameters
    ----------
    case
        All of the water.
    parts
        From `parts_of`.
    """
    groups: list[set[int]] = []
    for number, part in enumerate(parts):
        pumps = {pump.pump_id for pump in part.network.pumps}
        touching = [
            group
            for group in groups
            if any(
                pump.pump_id in pumps
                for other in group
                for pump in parts[other].network.pumps
            )
        ]
        groups = [group for group in groups if group not in touching]
        groups.append({number}.union(*touching))
    if len(groups) < 2:
        return (case,)
    return tuple(
        _part(
            case,
            frozenset(
                node.node_id for number in group for node in parts[number].network.nodes
            ),
        )
        if len(group) > 1
        else parts[min(group)]
        for group in sorted(groups, key=min)
    )


Item = TypeVar("Item")
Result = TypeVar("Result")


def in_two_threads(
    function: Callable[[Item], Result], items: Sequence[Item]
) -> list[Result]:
    """
    Return what a function makes of every item, in order; two are worked on at a time.

    Parameters
    ----------
    function
        Whose results do not depend on what else runs.
    items
        Parts of a water, or their programs.
    """
    if len(items) < 2:
        return [function(item) for item in items]
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(function, items))


def num_choices(case: WaterCase) -> int:
    """
    Return about how many choices the program of a case has.

    Parameters
    ----------
    case
        What is planned.
    """
    per_day = sum(1 + (len(steps) if len(steps) > 1 else 0) for _, steps in case.canals)
    per_day += len(case.pump_fits) + len(case.network.zones)
    return per_day * case.num_days


def with_pumps_given_out(
    case: WaterCase, parts: tuple[WaterCase, ...]
) -> tuple[WaterCase, ...]:
    """
    Return the parts with every pump in one of them.

    Parameters
    ----------
    case
        All of the water.
    parts
        From `parts_of`.
    """
    fits: dict[str, list[int]] = {}
    for number, part in enumerate(parts):
        for pump in part.network.pumps:
            fits.setdefault(pump.pump_id, []).append(number)
    if all(len(row) == 1 for row in fits.values()):
        return parts
    hours = _hours_by_lift(case)
    room = [float(sum(lift.max_pumps for lift in part.lifts)) for part in parts]
    own: list[set[str]] = [set() for _ in parts]
    wishes = [
        (
            -sum(
                hours.get((pump_id, lift.lift_id), 0.0) for lift in parts[number].lifts
            ),
            pump_id,
            number,
        )
        for pump_id, row in fits.items()
        for number in row
    ]
    given: set[str] = set()
    # Those first that run most; where a part has no room, they go on to the next.
    for _, pump_id, number in sorted(wishes):
        if pump_id not in given and room[number] >= 1:
            own[number].add(pump_id)
            given.add(pump_id)
            room[number] -= _share_of_days(case, pump_id)
    return tuple(_with_pumps(*pair) for pair in zip(parts, own, strict=True))


def _share_of_days(case: WaterCase, pump_id: str) -> float:
    """Return on which part of the days a pump may run."""
    pump = case.network.pump_by_id[pump_id]
    days = sum(pump.may_run_on(case.date(day)) for day in case.days)
    return days / case.num_days


def _hours_by_lift(case: WaterCase) -> Mapping[tuple[str, str], float]:
    """Return the hours of pumps at lifts where choices may be made in parts."""
    program = build_program(case)
    for choice in program.choices:
        choice.integer = False
    goals = goals_of(program, equal_shares=False)
    program.model.minimize(
        total(
            [
                _HINT_WEIGHTS[goal.name] * goal.value
                for goal in goals
                if goal.name in _HINT_WEIGHTS and goal.value is not None
            ]
        )
    )
    result = mathopt.solve(program.model, mathopt.SolverType.GLOP)
    if not result.has_primal_feasible_solution():
        return {}
    values = result.variable_values()
    hours: dict[tuple[str, str], float] = {}
    for (pump_id, lift_id, _), variable in program.pump_h.items():
        key = pump_id, lift_id
        hours[key] = hours.get(key, 0.0) + values[variable]
    return hours
