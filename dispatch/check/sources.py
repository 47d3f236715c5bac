"""The rules of sources: filling times, bays and supply."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from dispatch.check.facts import TOLERANCE, Violation, flow_s
from dispatch.units import format_clock
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch.check.facts import Event, Facts


def check_fillings(facts: Facts) -> Iterator[Violation]:
    """
    Rule 3: a filling starts with an empty tank, takes its time, and fits.

    end - start >= fill_setup_s + 60 * litres / fill_rate, litres <= capacity.
    """
    for source_id, events in facts.fillings.items():
        source = facts.sources.get(source_id)
        for event in events:
            litres = event.stop.litres
            if litres <= 0:
                yield event.violation(3, say("broken.filled_nothing", litres=litres))
            truck = facts.trucks.get(event.truck_id)
            if truck is not None and litres > truck.capacity_l:
                message = say(
                    "broken.overfilled", litres=litres, capacity=truck.capacity_l
                )
                yield event.violation(3, message)
            rate = None if source is None else source.fill_rate_l_per_min
            needed_s = facts.scenario.service.fill_setup_s + flow_s(event.litres, rate)
            took_s = event.stop.end_s - event.stop.start_s
            if took_s < needed_s - TOLERANCE:
                message = say(
                    "broken.fast_filling", took=took_s, litres=litres, needed=needed_s
                )
                yield event.violation(3, message)
    for route in facts.plan.routes:
        load_l = 0
        for idx, stop in enumerate(route.stops):
            if stop.kind == "fill":
                if load_l > 0:
                    message = say("broken.tank_not_empty", litres=load_l)
                    yield Violation(3, message, route.truck_id, stop.place_id, idx)
                load_l = stop.litres
            elif stop.kind == "deliver":
                load_l -= stop.litres


def check_bays(facts: Facts) -> Iterator[Violation]:
    """Rule 6: fillings lie in opening hours, and no bay serves two trucks at once."""
    for source_id, events in facts.fillings.items():
        source = facts.sources.get(source_id)
        if source is None:
            continue
        for event in events:
            stop = event.stop
            if source.windows and not any(
                window.early_s <= stop.start_s and stop.end_s <= window.late_s
                for window in source.windows
            ):
                message = say(
                    "broken.source_closed",
                    start=format_clock(stop.start_s),
                    end=format_clock(stop.end_s),
                )
                yield event.violation(6, message)
        if source.bays is not None:
            yield from _bay_conflicts(events, source.bays)


def _bay_conflicts(events: Sequence[Event], bays: int) -> Iterator[Violation]:
    """Sweep over half-open intervals [start, end) in order of start."""
    busy: list[Event] = []
    for event in sorted(events, key=lambda event: event.stop.start_s):
        stop = event.stop
        if stop.bay is not None and not 1 <= stop.bay <= bays:
            message = say("broken.no_such_bay", bay=stop.bay, bays=bays)
            yield event.violation(6, message)
        if stop.end_s <= stop.start_s:
            continue
        busy = [other for other in busy if other.stop.end_s > stop.start_s]
        if len(busy) >= bays:
            message = say("broken.bays_full", trucks=len(busy) + 1, bays=bays)
            yield event.violation(6, message)
        for other in busy:
            if stop.bay is not None and other.stop.bay == stop.bay:
                message = say("broken.bay_taken", bay=stop.bay, truck=other.truck_id)
                yield event.violation(6, message)
        busy.append(event)


def check_supply(facts: Facts) -> Iterator[Violation]:
    """
    Rule 7: no source gives more than it has.

    Where a source refills, at the end of every filling the litres drawn so far are
    at most stock + inflow * hours since it opened.
    """
    for source_id, events in facts.fillings.items():
        source = facts.sources.get(source_id)
        if source is None:
            continue
        total_l = sum(event.litres for event in events)
        if source.supply_l is not None and total_l > source.supply_l:
            message = say(
                "broken.supply_exceeded", litres=total_l, supply=source.supply_l
            )
            yield Violation(7, message, place_id=source_id)
        if source.stock_l is None and source.inflow_l_per_h is None:
            continue
        drawn_l = 0
        by_end = sorted(events, key=lambda event: event.stop.end_s)
        for end_s, group in itertools.groupby(by_end, lambda event: event.stop.end_s):
            ended = list(group)
            drawn_l += sum(event.litres for event in ended)
            hours = max(0, end_s - source.opening_s) / 3600
            there_l = (source.stock_l or 0) + (source.inflow_l_per_h or 0) * hours
            if drawn_l > there_l + TOLERANCE:
                message = say(
                    "broken.not_come_in",
                    litres=drawn_l,
                    time=format_clock(end_s),
                    there=math.floor(there_l),
                )
                yield ended[-1].violation(7, message)
