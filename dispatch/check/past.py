"""Broken rules of what is done, apart from those of what is still to come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.units import format_clock
from dispatch.words.message import joined, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch.check.facts import Violation
    from dispatch.model.plan import Plan, Route
    from dispatch.model.scenario import Scenario
    from dispatch.words.message import Message

#: Broken rules that a sentence names; the rest is counted.
MAX_NAMED: Final = 3


class Split(NamedTuple):
    """
    The broken rules of a plan.

    Attributes
    ----------
    to_come
        With these the plan must not be used.
    past
        These nobody can change any more.
    """

    to_come: list[Violation]
    past: list[Violation]


def split_violations(
    scenario: Scenario, plan: Plan, violations: Iterable[Violation]
) -> Split:
    """
    Return the broken rules of a plan: of what is done, and of what is to come.

    Parameters
    ----------
    scenario
        The day to plan.
    plan
        Says how much of every route is done.
    violations
        As from `check_plan`.
    """
    done = done_routes(plan)
    split = Split([], [])
    for violation in violations:
        is_past = bool(done) and is_done(violation, done, plan, scenario)
        (split.past if is_past else split.to_come).append(violation)
    return split


def done_routes(plan: Plan) -> list[Route]:
    """Return the routes as far as they were done, or under way, at planning again."""
    return [
        replace(route, stops=route.stops[:num_stops])
        for route in plan.routes
        if (num_stops := plan.done.get(route.truck_id, 0)) > 0
    ]


def past_message(scenario: Scenario, plan: Plan, past: Sequence[Violation]) -> Message:
    """
    Return one sentence on what is done: how many rules, which truck, where, when.

    Parameters
    ----------
    scenario
        The day to plan.
    plan
        Says how much of every route is done.
    past
        As from `split_violations`; not empty.
    """
    shown = [past_line(scenario, plan, violation) for violation in past[:MAX_NAMED]]
    more = " …" if len(past) > MAX_NAMED else ""
    return say("past_broken", count=len(past), where=joined(shown), more=more)


def past_line(scenario: Scenario, plan: Plan, violation: Violation) -> Message:
    """
    Return where and when a rule was broken, and how.

    Parameters
    ----------
    scenario
        The day to plan.
    plan
        Gives the time of the stop.
    violation
        One of what is done.
    """
    truck_id = violation.truck_id or ""
    parts = [
        f"{truck_id} {scenario.plate(truck_id)}".strip(),
        _clock(plan, violation),
        scenario.label(violation.place_id or ""),
    ]
    where = " ".join(part for part in parts if part)
    rule, what = violation.rule, violation.message
    return say("past_line", where=where, rule=rule, what=what)


def _clock(plan: Plan, violation: Violation) -> str:
    for route in plan.routes:
        idx = violation.stop_index
        if route.truck_id == violation.truck_id and idx is not None:
            return format_clock(route.stops[idx].start_s)
    return ""


def concerns(violation: Violation, route: Route) -> bool:
    """
    Whether a broken rule is about a truck, or a place where it has been.

    Parameters
    ----------
    violation
        A broken rule.
    route
        Stops of one truck.
    """
    if violation.truck_id is not None:
        return violation.truck_id == route.truck_id
    return any(stop.place_id == violation.place_id for stop in route.stops)


def is_done(
    violation: Violation, done: Sequence[Route], plan: Plan, scenario: Scenario
) -> bool:
    """
    Whether a broken rule concerns what nobody can change any more.

    These are the stops that are done, the way home from the last of them, a pause
    for which they were too late, and trucks, sources and villages to which the plan
    adds nothing.

    Parameters
    ----------
    violation
        A broken rule.
    done
        Routes as far as they were done or under way.
    plan
        The whole plan.
    scenario
        Gives the pauses of the trucks.
    """
    kept = {route.truck_id: len(route.stops) for route in done}
    idx, truck_id, place_id = (
        violation.stop_index,
        violation.truck_id,
        violation.place_id,
    )
    if idx is not None and idx < kept.get(truck_id or "", 0):
        return True
    if violation.rule == 13 and _missed_pause(scenario, done, truck_id):
        return True
    is_truck_done = truck_id is not None
    is_place_done = truck_id is None and place_id is not None
    for route in plan.routes:
        for stop in route.stops[kept.get(route.truck_id, 0) :]:
            if stop.kind in ("fill", "deliver"):
                is_truck_done = is_truck_done and route.truck_id != truck_id
                is_place_done = is_place_done and stop.place_id != place_id
    return is_truck_done or is_place_done


def _missed_pause(
    scenario: Scenario, done: Sequence[Route], truck_id: str | None
) -> bool:
    truck = scenario.truck_by_id.get(truck_id or "")
    window = truck.break_window if truck is not None else None
    return window is not None and any(
        route.truck_id == truck_id and route.stops[-1].end_s > window.late_s
        for route in done
    )
