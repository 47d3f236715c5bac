"""What is left of a day: the scenario's arrays less what is driven already."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from dispatch.errors import PlanError
from dispatch.model.need import BANDS, LIVESTOCK
from dispatch.solver.kernel.arrays import BIG, resized_state, sizes_of
from dispatch.solver.kernel.legs import leg_at
from dispatch.solver.kernel.moves import add_served
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.arrays import Ints
    from dispatch.model.plan import Route
    from dispatch.model.scenario import Scenario
    from dispatch.model.today import Today
    from dispatch.solver.kernel.arrays import Instance, State


@dataclass(slots=True)
class Rest:
    """
    The rest of a day as arrays for the search.

    Attributes
    ----------
    served
        Litres of every level that the done part serves, shape (G,), without what
        villages are given in the arrays.
    given
        Litres of every band that the water given in the arrays serves, if nothing
        else comes, shape (7,).
    prefix
        Per truck position the stops that its new route goes on from.
    fills
        Done fillings that are not over: source position, start, end.
    """

    instance: Instance
    served: Ints
    given: Ints = field(default_factory=lambda: np.zeros(len(BANDS), dtype=np.int64))
    prefix: dict[int, Route] = field(default_factory=dict)
    fills: list[tuple[int, int, int]] = field(default_factory=list)


def rest_of_day(scenario: Scenario, instance: Instance, today: Today) -> Rest:
    """
    Return the arrays of what can still be done after ``today.now_s``.

    Parameters
    ----------
    scenario
        The day to plan.
    instance
        The arrays of the whole day; they are copied, not changed.
    today
        Where the day stands.

    Raises
    ------
    PlanError
        If what is done names a truck or place that the scenario lacks.
    """
    trucks = scenario.truck_idx
    nodes = scenario.place_idx
    instance = instance._replace(
        truck=instance.truck.copy(),
        source=instance.source.copy(),
        village=instance.village.copy(),
        windows=instance.windows.copy(),
        level_need=instance.level_need.copy(),
        change_price=today.change_price_l,
        earlier=_earlier(scenario, instance, today),
    )
    late = np.maximum(instance.truck["shift_start"], today.now_s)
    instance.truck["shift_start"] = late
    potable = np.zeros(instance.village.size, dtype=np.int64)
    non_potable = np.zeros_like(potable)
    rest = Rest(instance, np.zeros(instance.level_need.shape[1], dtype=np.int64))
    for route in today.done:
        r = trucks.get(route.truck_id)
        unknown = [s.place_id for s in route.stops if s.place_id not in nodes]
        if r is None:
            raise PlanError(say("done_truck_unknown", truck=route.truck_id))
        if unknown:
            message = say("done_place_unknown", truck=route.truck_id, place=unknown[0])
            raise PlanError(message)
        rest.prefix[r] = route
        _book_done_stops(rest, r, route, nodes, today.now_s, potable, non_potable)
    _serve(rest, potable, non_potable)
    _take_out(rest, today, trucks, nodes)
    _let_small_visits_wait(scenario, rest, today, nodes)
    _advance_trucks(scenario, rest, today, nodes)
    _keep_pauses(scenario, rest, today)
    return rest


def _take_out(
    rest: Rest, today: Today, trucks: Mapping[str, int], nodes: Mapping[str, int]
) -> None:
    """Leave trucks that are out without time, and sources without what they lost."""
    instance = rest.instance
    for truck_out in today.out:
        record = instance.truck[trucks[truck_out.truck_id]]
        record["shift_end"] = record["shift_start"]
        if truck_out.litres and truck_out.source_id in nodes:
            drawn = instance.source[nodes[truck_out.source_id] - instance.first_source]
            drawn["supply"] = max(0, int(drawn["supply"]) - truck_out.litres)
            drawn["stock"] -= truck_out.litres


def _keep_pauses(scenario: Scenario, rest: Rest, today: Today) -> None:
    """
    Let trucks pause when it was announced.

    The search pauses as soon as it may, so that a truck that is expected to unload
    first would not be there in time.
    """
    announced = today.previous.route_by_truck if today.previous else {}
    for truck, record in zip(scenario.trucks, rest.instance.truck, strict=True):
        route = announced.get(truck.truck_id)
        if route is None or not record["needs_break"]:
            continue
        late_s = today.delays_s.get(truck.truck_id, 0)
        starts = [s.start_s + late_s for s in route.stops if s.kind == "break"]
        if starts and starts[0] <= record["break_until"]:
            record["break_from"] = max(int(record["break_from"]), starts[0])


def _let_small_visits_wait(
    scenario: Scenario, rest: Rest, today: Today, nodes: Mapping[str, int]
) -> None:
    """Only after what is under way does a small visit complete a need (rule 11)."""
    instance = rest.instance
    for route in today.done:
        for stop in route.stops:
            if stop.kind != "deliver" or stop.start_s < today.now_s:
                continue
            v = nodes[stop.place_id] - instance.first_village
            record = instance.village[v]
            if record["room"] - record["given"] < scenario.service.min_drop_l:
                windows = instance.windows[v]
                windows[:, 0] = np.maximum(windows[:, 0], stop.start_s + 1)
                windows[windows[:, 1] < windows[:, 0], 1] = -1


def _advance_trucks(
    scenario: Scenario, rest: Rest, today: Today, nodes: Mapping[str, int]
) -> None:
    """
    Let trucks that are on their way arrive first, at a source or at home.

    A truck that is called off the road needs the drive from where it is; counting
    from the place that it heads for never promises too much.
    """
    announced = today.previous.route_by_truck if today.previous else {}
    locked = {route.truck_id for route in today.locked}
    out = {truck_out.truck_id for truck_out in today.out}
    for r, truck in enumerate(scenario.trucks):
        if truck.truck_id in out:
            continue
        record = rest.instance.truck[r]
        late_s = today.delays_s.get(truck.truck_id, 0)
        begun = rest.prefix.get(r)
        route = announced.get(truck.truck_id)
        if begun is None:
            begun = _departure_only(route)
        ready = begun.stops[-1].end_s if begun else truck.shift_start_s
        is_in_depot = begun is None or begun.stops[-1].kind == "depart"
        if is_in_depot and late_s:
            late_start = max(int(record["shift_start"]), ready + late_s)
            record["shift_start"] = late_start
        if begun is None or ready + late_s * is_in_depot >= today.now_s:
            continue  # stops that are not over were moved by the delay
        heading = _next_destination(begun, route, truck.depot_id) if route else None
        if heading is None or heading not in nodes:
            continue
        target, here = nodes[heading], nodes[begun.stops[-1].place_id]
        leave = ready + late_s
        arrive = leave + leg_at(rest.instance, r, here, target, leave)
        if truck.truck_id not in locked:
            arrive += _detour_s(rest.instance, r, here, target)
        if arrive < BIG:
            rest.prefix[r] = begun
            record["start"] = target
            record["shift_start"] = max(arrive, today.now_s)


def _departure_only(route: Route | None) -> Route | None:
    """Return the depart stop alone; None where a route has none."""
    if route is None or not route.stops or route.stops[0].kind != "depart":
        return None
    return replace(route, stops=route.stops[:1])


def _next_destination(begun: Route, route: Route, depot_id: str) -> str | None:
    """Return the place that a truck drives to after what is done; None if it waits."""
    last = begun.stops[-1].place_id
    served = begun.num_served
    for stop in route.stops:
        if stop.kind in ("fill", "deliver"):
            served -= 1
            if served < 0:
                return stop.place_id
        elif stop.kind == "break" and served == 0 and begun.stops[-1].kind != "break":
            return None if stop.place_id == last else stop.place_id
    return depot_id


def _detour_s(instance: Instance, r: int, here: int, target: int) -> int:
    """Return how much longer a straight way can be than the way by ``target``."""
    travel = instance.across_s(int(instance.truck["drive_class"][r])).astype(np.int64)
    ends = np.append(
        np.arange(instance.first_source, instance.first_village),
        instance.truck["depot"][r],
    )
    onward = travel[target, ends]
    longer = travel[here, ends] - travel[here, target] - onward
    return int(longer[(onward < BIG) & (ends != target)].max(initial=0))


def _book_done_stops(
    rest: Rest,
    r: int,
    route: Route,
    nodes: Mapping[str, int],
    now_s: int,
    potable: Ints,
    non_potable: Ints,
) -> None:
    """Book a truck's done stops: place, time, water drawn and brought, pause."""
    instance = rest.instance
    for stop in route.stops:
        node = nodes[stop.place_id]
        if stop.kind == "fill":
            s = node - instance.first_source
            record = instance.source[s]
            record["supply"] = max(0, int(record["supply"]) - stop.litres)
            record["stock"] -= stop.litres
            taken = stop.end_s - stop.start_s
            record["longest_fill"] = max(int(record["longest_fill"]), taken)
            if stop.end_s > now_s:
                rest.fills.append((s, stop.start_s, stop.end_s))
        elif stop.kind == "deliver":
            v = node - instance.first_village
            brought = potable if instance.truck["is_potable"][r] else non_potable
            brought[v] += stop.litres
            visits = int(instance.village["max_visits"][v]) - 1
            instance.village["max_visits"][v] = max(0, visits)
        elif stop.kind == "break":
            instance.truck["needs_break"][r] = 0
            instance.truck["break_s"][r] = 0
    last = route.stops[-1]
    instance.truck["start"][r] = nodes[last.place_id]
    # A pause that is overdue is taken at once.
    due = instance.truck["break_until"]
    due[r] = max(int(due[r]), last.end_s, now_s) if last.end_s > due[r] else due[r]
    instance.truck["shift_start"][r] = max(
        int(instance.truck["shift_start"][r]), last.end_s
    )


def _serve(rest: Rest, potable: Ints, non_potable: Ints) -> None:
    """Take what the villages got off their needs, level by level."""
    instance = rest.instance
    village, need = instance.village, instance.level_need
    steps = need.shape[1] // 7
    animals = slice(LIVESTOCK * steps, (LIVESTOCK + 1) * steps)
    people = np.minimum(potable, village["need_people"])
    by_potable = np.clip(potable - people, 0, village["need_animals"] - non_potable)
    rest_l = potable - people - by_potable
    # Where other water may still come for animals, it sets drinking water free.
    is_open = (by_potable > 0) & (village["gets_non_potable"] > 0)
    given = np.where(is_open, by_potable + rest_l, 0)
    village["given"] = given
    rest.given[LIVESTOCK] = by_potable[is_open].sum()
    rest.given[-1] = rest_l[is_open].sum()
    by_potable, rest_l = (np.where(is_open, 0, part) for part in (by_potable, rest_l))
    for_animals = non_potable + by_potable
    parts = (
        (slice(0, animals.start), people),
        (animals, for_animals),
        (slice(animals.stop, None), rest_l),
    )
    for levels, litres in parts:
        left = litres.copy()
        for level in range(*levels.indices(need.shape[1])):
            taken = np.minimum(left, need[:, level])
            need[:, level] -= taken
            left -= taken
            rest.served[level] = int(taken.sum())
    village["need_people"] -= people
    village["need_animals"] -= for_animals
    free = np.maximum(0, village["room"] - potable - non_potable)
    village["room"] = free + given
    least = np.maximum(free, village["room"] > 0)  # a visit of 0 L is none
    village["min_visit"] = np.minimum(village["min_visit"], least)


def without_given(instance: Instance) -> Instance:
    """
    Return arrays in which water given already is used up, for bounds.

    It is taken off the need that comes last. What other water brings for animals
    counts for them there, whichever water it sets free.

    Parameters
    ----------
    instance
        The rest of a day; it is copied, not changed.
    """
    village, need = instance.village.copy(), instance.level_need.copy()
    village["room"] -= village["given"]
    left = village["given"].copy()
    for level in range(need.shape[1] - 1, instance.first_animal_level - 1, -1):
        taken = np.minimum(left, need[:, level])
        need[:, level] -= taken
        left -= taken
    village["given"] = 0
    return instance._replace(village=village, level_need=need)


def _earlier(scenario: Scenario, instance: Instance, today: Today) -> Ints:
    """Return route and start of the visits announced before and still to come."""
    trucks = scenario.truck_idx
    villages = {village_id: v for v, village_id in enumerate(scenario.village_by_id)}
    announced: dict[int, list[tuple[int, int]]] = {}
    for truck_id, stops in today.still_to_come().items():
        if truck_id not in trucks:
            continue  # its visits change whatever is planned
        for stop in stops:
            if stop.kind == "deliver" and stop.place_id in villages:
                visits = announced.setdefault(villages[stop.place_id], [])
                visits.append((trucks[truck_id], stop.start_s))
    width = max([1, *(len(visits) for visits in announced.values())])
    table = np.full((instance.village.size, width, 2), -1, dtype=np.int64)
    for v, visits in announced.items():
        table[v, : len(visits)] = visits
    return table


def allow_for_fill(instance: Instance, s: int, duration_s: int) -> None:
    """
    Let the search look so far back for fillings that still take a bay.

    One that keeps its times may take longer than any that pumps of now would need.

    Parameters
    ----------
    instance
        Its source is changed.
    s
        Position of the source.
    duration_s
        Seconds of a filling.
    """
    longest_s = instance.source["longest_fill"]
    longest_s[s] = max(longest_s[s], duration_s)


def enter_given(rest: Rest, state: State) -> State:
    """
    Enter water given already, and fillings under way, under no route of the search.

    Parameters
    ----------
    rest
        Gives the fillings under way.
    state
        A state of its instance.

    Returns
    -------
    State
        The state, with longer lists if they were too short.
    """
    sizes = sizes_of(state)
    listed = int(state.num_fills.max(initial=0)) + len(rest.fills)
    state = resized_state(state, sizes._replace(fills=max(sizes.fills, listed + 1)))
    for s, start, end in sorted(rest.fills, key=lambda fill: fill[1]):
        f = int(state.num_fills[s])
        state.fill[s, f] = (start, end, 0, -1, start)
        allow_for_fill(rest.instance, s, end - start)
        state.num_fills[s] = f + 1
    for v in np.flatnonzero(rest.instance.village["given"]).tolist():
        add_served(rest.instance, state, v, -1)
        state.village[v]["potable"] += rest.instance.village[v]["given"]
        add_served(rest.instance, state, v, 1)
    return state
