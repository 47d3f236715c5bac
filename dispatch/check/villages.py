"""The rules of villages: when, how much, by which truck and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.check.facts import TOLERANCE, Violation, flow_s
from dispatch.model.need import BANDS, LIVESTOCK, served_l
from dispatch.units import format_clock
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.check.facts import Event, Facts
    from dispatch.words.message import Message


def check_visits(facts: Facts) -> Iterator[Violation]:
    """
    Rule 5: a visit takes its time and starts inside the village's window.

    end - start >= drop_setup_s + 60 * litres / unload_rate.
    """
    for village_id, events in facts.visits.items():
        village = facts.villages.get(village_id)
        for event in events:
            stop = event.stop
            truck = facts.trucks.get(event.truck_id)
            rate = None if truck is None else truck.unload_rate_l_per_min
            needed_s = facts.scenario.service.drop_setup_s + flow_s(event.litres, rate)
            took_s = stop.end_s - stop.start_s
            if took_s < needed_s - TOLERANCE:
                message = say(
                    "broken.fast_visit",
                    took=took_s,
                    litres=stop.litres,
                    needed=needed_s,
                )
                yield event.violation(5, message)
            if (
                village is not None
                and village.windows
                and not any(
                    window.early_s <= stop.start_s <= window.late_s
                    for window in village.windows
                )
            ):
                time = format_clock(stop.start_s)
                yield event.violation(5, say("broken.outside_hours", time=time))


def check_need_and_storage(facts: Facts) -> Iterator[Violation]:
    """Rule 8: no village gets more than it needs today or than its tank takes."""
    for village_id, events in facts.visits.items():
        village = facts.villages.get(village_id)
        if village is None:
            continue
        total_l = sum(event.litres for event in events)
        needed_l = sum(facts.needs[village_id].values())
        if total_l > needed_l:
            message = say("broken.above_need", litres=total_l, need=needed_l)
            yield Violation(8, message, place_id=village_id)
        if village.storage_l is not None:
            free_l = max(0, village.storage_l - village.stock_l)
            if total_l > free_l:
                message = say("broken.no_room", litres=total_l, room=free_l)
                yield Violation(8, message, place_id=village_id)
        excess = _non_potable_excess(facts, village_id)
        if excess is not None:
            yield Violation(8, excess, place_id=village_id)


def _non_potable_excess(facts: Facts, village_id: str) -> Message | None:
    """Return the message if more non-potable water arrives than animals need."""
    non_potable_l = sum(
        event.litres for event in facts.visits[village_id] if not event.is_potable
    )
    animals_l = facts.needs[village_id][BANDS[LIVESTOCK]]
    if non_potable_l <= animals_l:
        return None
    return say("broken.non_potable_excess", litres=non_potable_l, need=animals_l)


def check_access(facts: Facts) -> Iterator[Violation]:
    """
    Rule 9: a truck heavier or wider than a village allows does not go there.

    Nor does one that the office does not let go there.
    """
    for village_id, events in facts.visits.items():
        village = facts.villages.get(village_id)
        for event in events:
            truck = facts.trucks.get(event.truck_id)
            if village is None or truck is None:
                continue
            if village_id in truck.not_to:
                yield event.violation(9, say("broken.not_to"))
            for has, limit, unit in (
                (truck.gross_t, village.max_gross_t, "t"),
                (truck.width_m, village.max_width_m, "m"),
            ):
                if has is not None and limit is not None and has > limit:
                    message = say("broken.lane", has=has, limit=limit, unit=unit)
                    yield event.violation(9, message)


def check_potable(facts: Facts) -> Iterator[Violation]:
    """Rule 10: potable trucks fill at potable sources; other water is for animals."""
    for source_id, events in facts.fillings.items():
        source = facts.sources.get(source_id)
        for event in events:
            truck = facts.trucks.get(event.truck_id)
            if source is None or truck is None:
                continue
            if truck.potable and not source.potable:
                yield event.violation(10, say("broken.non_potable_filling"))
    for village_id in facts.visits:
        if village_id in facts.villages:
            excess = _non_potable_excess(facts, village_id)
            if excess is not None:
                yield Violation(10, excess, place_id=village_id)


def check_small_visits(facts: Facts) -> Iterator[Violation]:
    """
    Rule 11: a visit under min_drop_l completes what the village can take or need.

    Completes means: afterwards the village has min(need, free storage), or, for
    non-potable water, its livestock has all it needs.
    """
    min_drop_l = facts.scenario.service.min_drop_l
    for village_id, events in facts.visits.items():
        for event in events:
            if event.stop.litres <= 0:
                message = say("broken.nothing_delivered", litres=event.stop.litres)
                yield event.violation(11, message)
            elif event.stop.litres < min_drop_l and not _completes(
                facts, village_id, event
            ):
                message = say(
                    "broken.small_visit", litres=event.stop.litres, least=min_drop_l
                )
                yield event.violation(11, message)


def _completes(facts: Facts, village_id: str, visit: Event) -> bool:
    village = facts.villages.get(village_id)
    if village is None:
        return True
    until = (visit.stop.start_s, visit.stop.end_s)
    got_l = {True: 0, False: 0}
    for event in facts.visits[village_id]:
        if (event.stop.start_s, event.stop.end_s) <= until:
            got_l[event.is_potable] += event.litres
    need = facts.needs[village_id]
    room_l = sum(need.values())
    if village.storage_l is not None:
        room_l = min(room_l, max(0, village.storage_l - village.stock_l))
    if got_l[True] + got_l[False] >= room_l:
        return True
    if visit.is_potable:
        return False
    served = served_l(need, potable_l=got_l[True], non_potable_l=got_l[False])
    return served[BANDS[LIVESTOCK]] >= need[BANDS[LIVESTOCK]]


def check_max_visits(facts: Facts) -> Iterator[Violation]:
    """Rule 14: a village gets at most ``max_visits`` visits."""
    for village_id, events in facts.visits.items():
        village = facts.villages.get(village_id)
        limit = None if village is None else village.max_visits
        if limit is not None and len(events) > limit:
            message = say("broken.many_visits", visits=len(events), limit=limit)
            yield Violation(14, message, place_id=village_id)
