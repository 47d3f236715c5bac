"""
From the network and its flows to watches, and to water that people carry to doors.

Posts that exist while water flows take their times from plans of canals, pumps and
zones; rounds start where trucks unload and where taps run.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dispatch.model.water.canals import Canal
from dispatch.model.water.hours import Span, joined_spans
from dispatch.model.water.network import id_of_object
from dispatch.model.water.pumps import Lift
from dispatch.model.water.rounds import Supply
from dispatch.model.water.shifts import PostTimes
from dispatch.model.water.supply import Zone
from dispatch.units import DAY_S

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from dispatch.model.plan import Route
    from dispatch.model.road_limits import Moment
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.duty import Person, Post
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.shifts import Roster
    from dispatch.model.water.slots import SlotPlan


def post_times(
    network: WaterNetwork,
    flow_spans: Mapping[str, Iterable[Span]],
    *,
    first_day: dt.date,
    num_days: int,
) -> tuple[PostTimes, ...]:
    """
    Return every post with the spans in which it exists; posts without any are left out.

    Parameters
    ----------
    network
        The township's water.
    flow_spans
        When water flows in canals, lifts, zones, plants or out of nodes, by id.
    first_day
        Date of day 0.
    num_days
        Days planned.
    """
    times = []
    for post in network.posts:
        if post.while_flowing:
            places = _watched(network, post)
            spans = [span for place in places for span in flow_spans.get(place, ())]
        else:
            spans = _by_times(post, first_day, num_days)
        if spans:
            times.append(PostTimes(post=post, spans=joined_spans(spans)))
    return tuple(times)


def _watched(network: WaterNetwork, post: Post) -> set[str]:
    """Return what must flow for a post to be: its object, or what names the post."""
    places = {post.object_id}
    for item in network.objects:
        own = ""
        if isinstance(item, Canal):
            own = item.gate_post_id
        elif isinstance(item, Lift):
            own = item.operator_post_id
        elif isinstance(item, Zone):
            own = item.valve_post_id
        if own == post.post_id:
            places.add(id_of_object(item))
    return places


def _by_times(post: Post, first_day: dt.date, num_days: int) -> list[Span]:
    start_s = _second(post.starts, first_day, 0)
    end_s = _second(post.ends, first_day, num_days * DAY_S, at_end=True)
    start_s, end_s = max(0, start_s), min(num_days * DAY_S, end_s)
    return [Span(start_s, end_s)] if start_s < end_s else []


def _second(
    moment: Moment | None, first_day: dt.date, usual_s: int, *, at_end: bool = False
) -> int:
    """Return a moment in seconds of these days; a date alone ends with its day."""
    if moment is None or moment.date is None:
        return usual_s
    day_s = (moment.date - first_day).days * DAY_S
    if moment.time_s is None:
        return day_s + (DAY_S if at_end else 0)
    return day_s + moment.time_s


def truck_supplies(scenario: Scenario, routes: Iterable[Route]) -> tuple[Supply, ...]:
    """
    Return the drinking water that trucks leave in villages on the first day.

    It stands there from when a truck has unloaded until midnight. Water of tanks or
    sources that nobody drinks is left out.

    Parameters
    ----------
    scenario
        The day of the trucks.
    routes
        Of their plan.
    """
    supplies = []
    for route in routes:
        truck = scenario.truck_by_id.get(route.truck_id)
        is_potable = truck is None or truck.potable
        of_source = is_potable
        for number, stop in enumerate(route.stops):
            if stop.kind == "fill":
                source = scenario.source_by_id.get(stop.place_id)
                of_source = is_potable and (source is None or source.potable)
            elif stop.kind == "deliver" and of_source and stop.end_s < DAY_S:
                supplies.append(
                    Supply(
                        supply_id=f"{route.truck_id}/{number}",
                        village_id=stop.place_id,
                        span=Span(stop.end_s, DAY_S),
                        litres=stop.litres,
                    )
                )
    return tuple(supplies)


def tap_supplies(network: WaterNetwork, slots: SlotPlan) -> tuple[Supply, ...]:
    """
    Return taps as starts of rounds: every village of a zone while its slot runs.

    Parameters
    ----------
    network
        The township's water.
    slots
        When zones are open.
    """
    villages = {zone.zone_id: zone.village_ids for zone in network.zones}
    fill_s = {zone.zone_id: math.ceil(zone.fill_h * 3600) for zone in network.zones}
    return tuple(
        Supply(
            supply_id=f"{slot.zone_id}/{number}/{village_id}",
            village_id=village_id,
            span=Span(slot.span.start_s + fill_s[slot.zone_id], slot.span.end_s),
        )
        for number, slot in enumerate(slots.slots)
        for village_id in villages.get(slot.zone_id, ())
        if slot.span.duration_s > fill_s[slot.zone_id]
    )


def busy_spans(
    people: Iterable[Person], roster: Roster
) -> tuple[tuple[str, Span], ...]:
    """
    Return when people may not carry water: shifts at posts with the rest around them.

    Parameters
    ----------
    people
        Everybody, with the hours of rest.
    roster
        Who is on watch when.
    """
    rest_s = {person.person_id: round(person.rest_h * 3600) for person in people}
    return tuple(
        (
            duty.person_id,
            Span(
                duty.shift.whole.start_s - rest_s.get(duty.person_id, 0),
                duty.shift.whole.end_s + rest_s.get(duty.person_id, 0),
            ),
        )
        for duty in roster.duties
    )
