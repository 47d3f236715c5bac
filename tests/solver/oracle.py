"""What plans of a tiny scenario serve, by trying all routes of one or two trucks."""

import itertools
import math
from typing import NamedTuple

from dispatch.model.need import BANDS, LIVESTOCK, can_take_l, need_l, served_l
from dispatch.model.scenario import TimeWindow
from dispatch.model.travel import NO_ROAD

ALWAYS = (TimeWindow(0, 10**6),)
MAX_STOPS = 2


class State(NamedTuple):
    """A truck in the middle of its day."""

    place: str
    time_s: int
    potable: tuple[int, ...]  # litres that every village has got
    non_potable: tuple[int, ...]
    visits: tuple[int, ...]
    fillings: tuple[tuple[str, int, int, int], ...]  # source, start, end, litres
    pause: str  # "todo", "none" (must be back early), "done"


def served_by_any_plan(scene, travel):
    """
    Return the litres per band that plans of up to two trucks serve, a set of tuples.

    Visits bring multiples of the smallest visit, or all that is missing; trips have
    up to two stops. With one truck nothing else can be better; the second of two
    trucks gives way to the first at sources.
    """
    nothing = (0,) * len(scene.villages)
    found = {(nothing, nothing): State("", 0, nothing, nothing, nothing, (), "none")}
    for truck in scene.trucks:
        for state in list(found.values()):
            for end in _days(scene, travel, truck, state):
                found.setdefault((end.potable, end.non_potable), end)
    return {_served(scene, state) for state in found.values()}


def _served(scene, state):
    total = [0] * len(BANDS)
    for village, potable_l, non_potable_l in zip(
        scene.villages, state.potable, state.non_potable, strict=True
    ):
        need = need_l(village, scene.need)
        served = served_l(need, potable_l=potable_l, non_potable_l=non_potable_l)
        total = [sum(pair) for pair in zip(total, served.values(), strict=True)]
    return tuple(total)


def _days(scene, travel, truck, before):
    """Return the ends of all days of a truck, after those of others."""
    index = travel.index
    seconds = travel.seconds[travel.class_of_truck[truck.truck_id]]

    def leg(here, there):
        raw = int(seconds[index[here], index[there]])
        return None if raw == NO_ROAD else math.ceil(raw / truck.speed_factor - 1e-9)

    window = truck.break_window if truck.break_s else None
    begin = truck.shift_start_s
    starts = [before._replace(place=truck.depot_id, time_s=begin, pause="done")]
    if window is not None and begin < window.early_s:
        starts = [starts[0]._replace(pause=pause) for pause in ("todo", "none")]
        if window.early_s <= truck.shift_end_s:
            late = starts[0]._replace(time_s=window.early_s, pause="done")
            starts.append(late)
    seen = {}
    open_states = list(starts)
    ends = []
    while open_states:
        state = open_states.pop()
        key = (state.place, state.potable, state.non_potable, state.visits, state.pause)
        key += (tuple((s, litres) for s, _, _, litres in state.fillings),)
        if seen.get(key, 10**9) <= state.time_s:
            continue
        seen[key] = state.time_s
        for option in _pauses(truck, window, state):
            way = leg(option.place, truck.depot_id)
            if way is not None and _is_back(truck, window, option, way):
                ends.append(option)
            for source, stops in _trips(scene, truck, option):
                after = _drive(scene, truck, window, leg, option, source, stops)
                open_states += after
    return ends


def _is_back(truck, window, state, way):
    back = state.time_s + way
    for option in _pauses(truck, window, state):
        back = option.time_s + way
        early = option.pause == "done" or back <= window.late_s
        if back <= truck.shift_end_s and early:
            return True
    return False


def _pauses(truck, window, state):
    """Return the state, and the same after a pause if one is due and can be."""
    options = [state]
    if state.pause == "todo":
        start = max(state.time_s, window.early_s)
        if start <= window.late_s:
            rested = state._replace(time_s=start + truck.break_s, pause="done")
            options.append(rested)
    return options


def _trips(scene, truck, state):
    for source in scene.sources:
        if not truck.may_fill_at(source):
            continue
        for number in range(1, MAX_STOPS + 1):
            for order in itertools.permutations(range(len(scene.villages)), number):
                amounts = [_amounts(scene, truck, state, k) for k in order]
                for litres in itertools.product(*amounts):
                    if sum(litres) <= truck.capacity_l:
                        yield source, list(zip(order, litres, strict=True))


def _amounts(scene, truck, state, k):
    village = scene.villages[k]
    limit = village.max_visits
    if not truck.may_enter(village) or state.visits[k] >= (limit or 99):
        return []
    got = state.potable[k] + state.non_potable[k]
    room = can_take_l(village, scene.need) - got
    if not truck.potable:
        animals = need_l(village, scene.need)[BANDS[LIVESTOCK]] - state.non_potable[k]
        room = min(room, animals)
    step = max(1, scene.service.min_drop_l)
    most = min(room, truck.capacity_l)
    amounts = set(range(step, most + 1, step))
    if most > 0 and (most >= step or most == room):
        amounts.add(most)
    return sorted(amounts)


def _drive(scene, truck, window, leg, state, source, stops):
    """Return the states after a trip: with a pause at any of its moments, or none."""
    states = [state]
    load = sum(litres for _, litres in stops)
    states = [
        filled
        for arrived in _arrive(truck, window, leg, states, source.source_id)
        if (filled := _fill(scene, source, arrived, load)) is not None
    ]
    is_potable = truck.potable and source.potable
    for k, litres in stops:
        village = scene.villages[k]
        states = [
            unloaded
            for arrived in _arrive(truck, window, leg, states, village.village_id)
            if (unloaded := _unload(scene, truck, arrived, k, litres, is_potable))
        ]
    return [state for state in states if state.time_s <= truck.shift_end_s]


def _arrive(truck, window, leg, states, place):
    """Return states on arrival; a pause before leaving or after arriving may be."""
    arrived = []
    for state in states:
        way = leg(state.place, place)
        if way is None:
            continue
        for option in _pauses(truck, window, state):
            there = option._replace(place=place, time_s=option.time_s + way)
            arrived += _pauses(truck, window, there)
    return arrived


def _flow_s(litres, rate):
    return 0 if rate is None else math.ceil(litres * 60 / rate - 1e-9)


def _fill(scene, source, state, litres):
    duration = scene.service.fill_setup_s
    duration += _flow_s(litres, source.fill_rate_l_per_min)
    others = [filling for filling in state.fillings if filling[0] == source.source_id]
    drawn = sum(filling[3] for filling in others)
    if source.supply_l is not None and drawn + litres > source.supply_l:
        return None
    moments = [state.time_s, *(opening.early_s for opening in source.windows)]
    moments += [end for _, _, end, _ in others]
    moments += _refilled(source, drawn + litres, duration)
    for start in sorted(moments):
        end = start + duration
        if start < state.time_s or not any(
            opening.early_s <= start and end <= opening.late_s
            for opening in source.windows or ALWAYS
        ):
            continue
        busy = sum(low < end and high > start for _, low, high, _ in others)
        if source.bays is not None and busy >= source.bays:
            continue
        fillings = (*state.fillings, (source.source_id, start, end, litres))
        if _comes_in(source, fillings):
            return state._replace(time_s=end, fillings=tuple(sorted(fillings)))
    return None


def _refilled(source, litres, duration):
    """Return a start after which the source has given so many litres at its end."""
    missing = litres - (source.stock_l or 0)
    if not source.is_refilling or missing <= 0 or not source.inflow_l_per_h:
        return []
    wait = math.ceil(missing * 3600 / source.inflow_l_per_h - 1e-9)
    return [source.opening_s + wait - duration]


def _comes_in(source, fillings):
    if not source.is_refilling:
        return True
    own = sorted(
        (end, litres) for s, _, end, litres in fillings if s == source.source_id
    )
    return all(
        sum(litres for other, litres in own if other <= end)
        <= (source.stock_l or 0)
        + (source.inflow_l_per_h or 0.0) * max(0, end - source.opening_s) / 3600
        + 1e-6
        for end, _ in own
    )


def _unload(scene, truck, state, k, litres, is_potable):
    village = scene.villages[k]
    starts = [
        max(state.time_s, window.early_s)
        for window in village.windows or ALWAYS
        if state.time_s <= window.late_s
    ]
    limit = village.max_visits
    if not starts or state.visits[k] >= (limit or 99):
        return None
    end = min(starts) + scene.service.drop_setup_s
    end += _flow_s(litres, truck.unload_rate_l_per_min)
    changes = {"place": village.village_id, "time_s": end}
    changes["visits"] = _more(state.visits, k, 1)
    water = "potable" if is_potable else "non_potable"
    changes[water] = _more(getattr(state, water), k, litres)
    return state._replace(**changes)


def _more(amounts, k, more):
    return (*amounts[:k], amounts[k] + more, *amounts[k + 1 :])
