"""Which trucks can reach which places at all, without the cost of all travel times."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from dispatch.errors import Problem
from dispatch.model.travel import NO_ROAD, TravelTable
from dispatch.roads.model import road_model
from dispatch.roads.periods import MAX_PERIODS
from dispatch.roads.snap import FAR_M, NEAR_M
from dispatch.units import format_clock
from dispatch.words.message import joined, say

if TYPE_CHECKING:
    from dispatch.arrays import Mask
    from dispatch.model.scenario import Scenario
    from dispatch.roads.model import RoadModel
    from dispatch.roads.snap import Moved, Obstacle
    from dispatch.words.message import Message

    Reachable = dict[str, Mask]

#: Why trucks cannot serve a place at its road.
_WHY: Final[dict[Obstacle, str]] = {
    "way_out": "road_lacks_way_out",
    "way_in": "road_lacks_way_in",
    "island": "road_lacks_island",
    "stopping": "road_lacks_stopping",
}
#: Villages that a warning names; the rest is counted.
MAX_NAMED: Final = 12
#: Roads that a warning names for each of its tags.
MAX_ROADS: Final = 5


def round_trips(scenario: Scenario) -> Reachable:
    """
    Return for every truck, shape (S, V): whether it can carry from source to village.

    That is: depot to source, source to village, and home again, by other villages
    and sources where there is no direct path.
    """
    if scenario.travel_table is not None:
        return _by_table(scenario, scenario.travel_table)
    model = road_model(scenario)
    if model is not None:
        return _by_roads(scenario, model)
    shape = (len(scenario.sources), len(scenario.villages))
    everywhere = np.ones(shape, dtype=np.bool_)
    return {truck.truck_id: everywhere for truck in scenario.trucks}


def _blocks(scenario: Scenario) -> tuple[slice, slice]:
    """Return where sources and villages stand among the places."""
    first = len(scenario.depots)
    middle = first + len(scenario.sources)
    return slice(first, middle), slice(middle, middle + len(scenario.villages))


def _by_table(scenario: Scenario, table: TravelTable) -> Reachable:
    sources, villages = _blocks(scenario)
    known = _known(scenario, table)
    loaded = _loaded(known, sources, villages)
    of_depot = {}
    alike: dict[bytes, Mask] = {}
    for idx, depot in enumerate(scenario.depots):
        home = _leads_home(known, idx, sources, villages)
        carried = _carried(known, loaded, idx, sources, villages) & home[None]
        # Of hundreds of depots most reach the same.
        of_depot[depot.depot_id] = alike.setdefault(carried.tobytes(), carried)
    return {truck.truck_id: of_depot[truck.depot_id] for truck in scenario.trucks}


def single_trips(scenario: Scenario) -> Reachable:
    """Return the same as `round_trips` without asking for the way home."""
    table = scenario.travel_table
    if table is None:
        return round_trips(scenario)
    sources, villages = _blocks(scenario)
    known = _known(scenario, table)
    loaded = _loaded(known, sources, villages)
    of_depot = {}
    alike: dict[bytes, Mask] = {}
    for idx, depot in enumerate(scenario.depots):
        carried = _carried(known, loaded, idx, sources, villages)
        of_depot[depot.depot_id] = alike.setdefault(carried.tobytes(), carried)
    return {truck.truck_id: of_depot[truck.depot_id] for truck in scenario.trucks}


def _known(scenario: Scenario, table: TravelTable) -> Mask:
    """Return whether a path leads from place to place, in the scenario's order."""
    position = table.index
    order = np.array([position[label] for label in scenario.place_ids], dtype=np.int64)
    known = np.empty((len(order), len(order)), dtype=np.bool_)
    for row, place in zip(known, order, strict=True):
        np.not_equal(table.seconds[place, order], NO_ROAD, out=row)
    return known


def _loaded(known: Mask, sources: slice, villages: slice) -> Mask:
    """Return for every source and village whether a loaded truck gets there."""
    between = known[villages, villages]
    return np.stack([_spread(start, between) for start in known[sources, villages]])


def _carried(
    known: Mask, loaded: Mask, depot: int, sources: slice, villages: slice
) -> Mask:
    """
    Return for every source and village whether a truck of a depot gets there.

    A truck goes on from one village to others, and fills at any source that it
    reaches from the depot or from a village.
    """
    is_reached = known[depot, sources].copy()
    while True:
        served = loaded[is_reached].any(axis=0)
        more = is_reached | known[villages, sources][served].any(axis=0)
        if (more == is_reached).all():
            break
        is_reached = more
    return loaded & is_reached[:, None]


def _leads_home(known: Mask, depot: int, sources: slice, villages: slice) -> Mask:
    """Return for every village whether a truck gets home from it, maybe by others."""
    back = known[villages, villages].T
    home = _spread(known[villages, depot], back)
    while True:
        # An empty truck fills and brings the water to a village that leads home.
        useful = known[sources, villages][:, home].any(axis=1)
        more = home | known[villages, sources][:, useful].any(axis=1)
        more = _spread(more, back)
        if (more == home).all():
            return home
        home = more


def _spread(start: Mask, steps: Mask) -> Mask:
    """Return all that is reached from some nodes by any number of steps."""
    reached = start.copy()
    fresh = start
    while fresh.any() and not reached.all():
        fresh = steps[fresh].any(axis=0) & ~reached
        reached |= fresh
    return reached


def _by_roads(scenario: Scenario, model: RoadModel) -> Reachable:
    """Return what the roads of any period of the day allow."""
    sources, villages = _blocks(scenario)
    depot_idx = scenario.place_idx  # depots are the first places
    position = model.place_position
    reachable: Reachable = {}
    reached: dict[tuple[int, str], Mask] = {}
    for truck in scenario.trucks:
        truck_class = model.class_of_truck[truck.truck_id]
        key = truck_class, truck.depot_id
        if key not in reached:
            carried = np.zeros(
                (len(scenario.sources), len(scenario.villages)), np.bool_
            )
            for span in model.periods.spans:
                parts = model.graphs(truck_class, span).loaded.components()
                # A place without a road has no part; maybe no place has one.
                parts = np.append(parts, -1)
                part = np.where(position >= 0, parts[position], -1)
                home = part[depot_idx[truck.depot_id]]
                at_source = (part[sources] == home) & (home >= 0)
                carried |= at_source[:, None] & (part[villages] == home)[None, :]
            reached[key] = carried
        reachable[truck.truck_id] = reached[key]
    return reachable


def snap_warnings(scenario: Scenario) -> list[Problem]:
    """
    Return a warning for every place that stands away from the roads.

    Beyond ``FAR_M`` it is an error: no truck would come near it. A place whose
    nearest road cannot be left, reached or stopped on is reported too.
    """
    model = road_model(scenario)
    if model is None or scenario.travel_table is not None:
        return []
    snaps = model.snaps
    has_road = snaps.has_road
    problems = []
    for idx, place in enumerate(scenario.places):
        gap_m = float(snaps.gap_m[idx])
        label = f"{place.name} ({scenario.place_ids[idx]})"
        is_lost = not has_road[idx]
        if is_lost and not np.isfinite(gap_m):
            message = say("no_usable_road", place=label)
        elif is_lost:
            message = say(
                "place_without_road",
                place=label,
                gap_km=gap_m / 1000,
                far_km=FAR_M / 1000,
            )
        elif gap_m > NEAR_M:
            message = say("place_off_road", place=label, gap_m=gap_m)
        else:
            continue
        severity: Literal["error", "warning"] = "error" if is_lost else "warning"
        problems.append(Problem("roads", message, severity=severity))
    problems += [
        Problem("roads", _moved(scenario, model, moved), severity="warning")
        for moved in snaps.moved
    ]
    return problems


def _moved(scenario: Scenario, model: RoadModel, moved: Moved) -> Message:
    """Return the sentence on a place whose nearest road is of no use."""
    place = scenario.places[moved.place_idx]
    label = f"{place.name} ({scenario.place_ids[moved.place_idx]})"
    why = say(_WHY[moved.obstacle])
    # A place that is itself a node of the network has no road of its own.
    road = _road_label(model, moved.edge_idx) or scenario.place_ids[moved.place_idx]
    if moved.to_edge_idx < 0:
        return say("place_on_useless_road", place=label, road=road, why=why)
    return say(
        "place_put_elsewhere",
        place=label,
        road=road,
        gap_m=moved.gap_m,
        why=why,
        other=_road_label(model, moved.to_edge_idx),
        other_m=moved.to_gap_m,
    )


def _road_label(model: RoadModel, edge_idx: int) -> str:
    roads = model.roads
    if edge_idx < 0:
        return ""
    name = roads.names[edge_idx] or roads.road_class[edge_idx]
    return f"{name} {roads.edge_ids[edge_idx]}".strip()


def limit_warnings(scenario: Scenario) -> list[Problem]:
    """
    Return a warning for every limit or closure that has no effect.

    And one for those that count longer than they hold, if roads change too often.
    """
    if scenario.road_limits and scenario.travel_table is not None:
        message = say("limits_beside_table")
        return [Problem("roads/limits.csv", message, severity="warning")]
    model = road_model(scenario)
    if model is None and scenario.road_limits:
        message = say("limits_without_roads")
        return [Problem("roads/limits.csv", message, severity="warning")]
    if model is None:
        return []
    return [
        Problem(
            "roads/limits.csv",
            say("limit_not_used", reason=error.message),
            column="limit_id",
            value=limit.limit_id,
            severity="warning",
        )
        for limit, error in model.unmatched
    ] + [*_widened(model), *_unread(model)]


def _unread(model: RoadModel) -> list[Problem]:
    """Return warnings on tags of roads that are left out, and how many roads."""
    problems = []
    for key, is_holiday in (("rules_unread", False), ("rules_on_holidays", True)):
        rules = [rule for rule in model.rules.unread if rule.is_holiday == is_holiday]
        if not rules:
            continue
        rule_messages = [
            say(
                "rule_of_roads",
                tag=rule.tag,
                roads=", ".join(rule.roads[:MAX_ROADS])
                + (" …" if len(rule.roads) > MAX_ROADS else ""),
            )
            for rule in rules[:MAX_NAMED]
        ]
        message = say(
            key,
            count=len({road for rule in rules for road in rule.roads}),
            rules=joined(rule_messages),
            more=" …" if len(rules) > MAX_NAMED else "",
        )
        problems.append(Problem("roads", message, severity="warning"))
    return problems


def _widened(model: RoadModel) -> list[Problem]:
    """Return a warning if some limits count longer than they hold."""
    widened = model.periods.widened()
    if not widened:
        return []
    limit_messages = [
        say(
            "limit_counts_longer",
            limit=item.item.limit.limit_id,
            held=_hours(item.held_s),
            counted=_hours(item.counted_s),
        )
        for item in widened[:MAX_NAMED]
    ]
    message = say(
        "limits_count_longer",
        count=len(widened),
        most=MAX_PERIODS,
        limits=joined(limit_messages),
        more=" …" if len(widened) > MAX_NAMED else "",
    )
    return [Problem("roads/limits.csv", message, severity="warning")]


def _hours(interval_s: tuple[int, int]) -> str:
    return "–".join(format_clock(moment) for moment in interval_s)


def out_of_reach(scenario: Scenario) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """
    Return trucks that cannot reach some villages, with those villages.

    Trucks that lack the same villages stand together; ids in the scenario's order.
    """
    ways = round_trips(scenario)
    alike: dict[tuple[str, ...], list[str]] = {}
    for truck in scenario.trucks:
        reached = np.atleast_1d(ways[truck.truck_id].any(axis=0))
        unreached = tuple(
            village.village_id
            for village, is_reached in zip(scenario.villages, reached, strict=True)
            if not is_reached
        )
        if unreached:
            alike.setdefault(unreached, []).append(truck.truck_id)
    return [(tuple(trucks), villages) for villages, trucks in alike.items()]


def cut_off_villages(scenario: Scenario) -> list[str]:
    """Return the villages that no truck reaches."""
    num_trucks: dict[str, int] = {}
    for trucks, villages in out_of_reach(scenario):
        for village in villages:
            num_trucks[village] = num_trucks.get(village, 0) + len(trucks)
    return [
        village for village, num in num_trucks.items() if num == len(scenario.trucks)
    ]


def reach_notes(scenario: Scenario) -> list[Message]:
    """
    Return a sentence per group of trucks that reach fewer villages than others.

    What no truck reaches is a warning of the village, and left out here.
    """
    groups = out_of_reach(scenario)
    unreached_by = Counter({v: 0 for _, unreached in groups for v in unreached})
    for trucks, unreached in groups:
        unreached_by.update({village: len(trucks) for village in unreached})
    notes = []
    for trucks, unreached in groups:
        only_some = [v for v in unreached if unreached_by[v] < len(scenario.trucks)]
        if only_some:
            shown = [
                f"{scenario.village_by_id[v].name} ({v})" for v in only_some[:MAX_NAMED]
            ]
            more = " …" if len(only_some) > MAX_NAMED else ""
            notes.append(
                say(
                    "trucks_cannot_reach",
                    trucks=", ".join(trucks),
                    count=len(only_some),
                    villages=", ".join(shown) + more,
                )
            )
    return notes
