"""The plan as it was really driven, as far as reports say."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from dispatch.operations.ledger import standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.plan import Plan, Route, Stop
    from dispatch.model.scenario import Scenario
    from dispatch.operations.ledger import Report

#: Kinds of reports that say how a stop of a kind ended.
_ENDS: Final[dict[str, tuple[str, ...]]] = {
    "fill": ("filled",),
    "deliver": ("delivered", "refused", "impossible"),
}


@dataclass(frozen=True, slots=True)
class Driven:
    """
    A plan with what is reported in it.

    Attributes
    ----------
    plan
        Stops that are reported have the litres that really moved.
    delays_s
        Seconds that each truck is behind, by its last report; none is ahead.
    """

    plan: Plan
    delays_s: Mapping[str, int]


def as_driven(plan: Plan, reports: Sequence[Report], *, now_s: int) -> Driven:
    """
    Return a plan with the litres and the lateness that reports tell.

    Parameters
    ----------
    plan
        What drivers were told.
    reports
        Of its day, in the order in which they came.
    now_s
        Seconds since midnight; later reports do not count.

    Notes
    -----
    A report belongs to the first stop of its truck at that place that no other report
    has. Of a trip whose visits are all reported, the filling counts as what was
    brought: what came back or was spilt is not on board any more.
    """
    midnight = dt.datetime.combine(plan.date, dt.time())
    by_truck: dict[str, list[Report]] = defaultdict(list)
    for report in standing(reports):
        if (report.at - midnight).total_seconds() <= now_s:
            by_truck[report.truck].append(report)
    routes, delays_s = [], {}
    for route in plan.routes:
        done = by_truck.get(route.truck_id, [])
        stops, late_s = _stops_as_driven(route, done, midnight)
        routes.append(replace(route, stops=stops))
        if late_s > 0:
            delays_s[route.truck_id] = late_s
    return Driven(replace(plan, routes=tuple(routes)), delays_s)


def _stops_as_driven(
    route: Route, reports: Sequence[Report], midnight: dt.datetime
) -> tuple[tuple[Stop, ...], int]:
    left = sorted(reports, key=lambda report: report.at)
    stops = list(route.stops)
    told: dict[int, Report] = {}
    late_s, last_at = 0, None
    for idx, stop in enumerate(stops):
        for report in left:
            if report.place == stop.place_id and report.kind in _ENDS.get(
                stop.kind, ()
            ):
                told[idx] = report
                left.remove(report)
                if last_at is None or report.at >= last_at:
                    last_at = report.at
                    late_s = int((report.at - midnight).total_seconds()) - stop.end_s
                break
    for trip in _trips(stops):
        visits = [idx for idx in trip[1:] if stops[idx].kind == "deliver"]
        if not visits or not all(idx in told for idx in visits):
            continue
        for idx in visits:
            stops[idx] = replace(stops[idx], litres=told[idx].litres or 0)
        brought_l = sum(stops[idx].litres for idx in visits)
        stops[trip[0]] = replace(stops[trip[0]], litres=brought_l)
    return tuple(stops), late_s


def _trips(stops: Sequence[Stop]) -> list[list[int]]:
    """Return the positions of the stops of every trip, its filling first."""
    trips: list[list[int]] = []
    for idx, stop in enumerate(stops):
        if stop.kind == "fill":
            trips.append([idx])
        elif trips:
            trips[-1].append(idx)
    return trips


def with_source_readings(scenario: Scenario, reports: Sequence[Report]) -> Scenario:
    """
    Return a day whose sources give no more than was read there today.

    Parameters
    ----------
    scenario
        The day, as it was in the morning.
    reports
        Of its day, in the order in which they came.

    Notes
    -----
    What a source gives on the whole day is what was drawn before the last reading, and
    what was there then: inflow after it is not counted on.
    """
    every = standing(reports)
    sources = []
    for source in scenario.sources:
        here = [report for report in every if report.place == source.source_id]
        readings = [report for report in here if report.kind == "reading"]
        if not readings:
            sources.append(source)
            continue
        last = max(readings, key=lambda report: report.at)
        drawn_l = sum(
            report.litres or 0
            for report in here
            if report.kind == "filled" and report.at <= last.at
        )
        there_l = drawn_l + (last.litres or 0)
        supply_l = there_l if source.supply_l is None else min(source.supply_l, there_l)
        sources.append(replace(source, supply_l=supply_l))
    return replace(scenario, sources=tuple(sources))
