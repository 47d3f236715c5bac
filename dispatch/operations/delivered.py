"""What people really have: the plan that a day turned out to be, and what it lacks."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from dispatch.model.need import BANDS, gross_need_l, need_l
from dispatch.model.outcome import outcomes_of_litres
from dispatch.model.plan import Plan, SolverInfo, Totals
from dispatch.operations.ledger import standing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from dispatch.coverage import Coverage
    from dispatch.model.scenario import Scenario
    from dispatch.operations.ledger import Report

#: Why water is short beside the reasons of plans: nothing was published; a truck could
#: not come or was refused; it never came; it is on its way by the plan.
OwnReason = Literal["no_plan", "failed", "not_brought", "to_come"]
OWN_REASONS: Final[tuple[OwnReason, ...]] = (
    "no_plan",
    "failed",
    "not_brought",
    "to_come",
)


def litres_by_place(
    scenario: Scenario, reports: Iterable[Report]
) -> dict[str, tuple[int, int]]:
    """
    Return the potable and the other litres that came to every place, by its id.

    Parameters
    ----------
    scenario
        Says which trucks and sources are fit for drinking water.
    reports
        Of one day, in the order in which they came.

    Notes
    -----
    A delivery is of the water of the last filling that its truck reported before it.
    Where nothing is known to be unfit it counts as drinking water, as the plan would
    have sent it. Places that the scenario does not have are in the answer too.
    """
    trucks = {truck.truck_id: truck for truck in scenario.all_trucks}
    sources = {source.source_id: source for source in scenario.all_sources}
    every = standing(reports)
    fillings: dict[str, list[Report]] = defaultdict(list)
    for report in every:
        if report.kind == "filled":
            fillings[report.truck].append(report)
    litres: dict[str, tuple[int, int]] = {}
    for report in every:
        if report.kind != "delivered":
            continue
        truck = trucks.get(report.truck)
        before = [one for one in fillings[report.truck] if one.at <= report.at]
        last = max(before, key=_moment, default=None)
        source = None if last is None else sources.get(last.place)
        is_fit = (truck is None or truck.potable) and (source is None or source.potable)
        potable_l, other_l = litres.get(report.place, (0, 0))
        brought_l = report.litres or 0
        litres[report.place] = (
            (potable_l + brought_l, other_l)
            if is_fit
            else (potable_l, other_l + brought_l)
        )
    return litres


def _moment(report: Report) -> dt.datetime:
    return report.at


def delivered_plan(scenario: Scenario, reports: Iterable[Report]) -> Plan:
    """
    Return a plan without routes that serves what was delivered, for `compute_coverage`.

    Parameters
    ----------
    scenario
        The day, with the stocks of its morning.
    reports
        Of this day, in the order in which they came.
    """
    outcomes = outcomes_of_litres(scenario, litres_by_place(scenario, reports))
    return Plan(
        scenario=scenario.name,
        date=scenario.date,
        seed=0,
        solver=SolverInfo("ledger", "", 0.0, "feasible"),
        routes=(),
        villages=outcomes,
        totals=Totals(
            need_l={band: sum(one.need_l[band] for one in outcomes) for band in BANDS},
            served_l={
                band: sum(one.served_l[band] for one in outcomes) for band in BANDS
            },
            delivered_l=sum(one.delivered_l for one in outcomes),
            driving_s=0,
            driving_m=0,
        ),
    )


def cattle_short(scenario: Scenario, plan: Plan) -> int:
    """
    Return how many head of cattle have too little water by a plan.

    Parameters
    ----------
    scenario
        Gives the animals.
    plan
        A plan, or what was delivered as one.

    Notes
    -----
    All animals of a place share the water of its band alike; of its cattle as many
    have enough as the band is filled, whole ones, rounded down.
    """
    short = 0
    for village in scenario.villages:
        outcome = plan.outcome_by_village.get(village.village_id)
        gross_l = gross_need_l(village, scenario.need)["livestock"]
        if not village.cattle or not gross_l:
            continue
        stock_l = gross_l - need_l(village, scenario.need)["livestock"]
        served_l = 0 if outcome is None else outcome.served_l.get("livestock", 0)
        share = (stock_l + served_l) / gross_l
        short += village.cattle - math.floor(village.cattle * share + 1e-9)
    return short


def lacks_of(
    shortage_l: int,
    planned: Sequence[tuple[str, int]],
    *,
    failed_l: int,
    is_over: bool,
    has_plan: bool = True,
) -> tuple[tuple[str, int], ...]:
    """
    Return reasons and litres that add up to what a place lacks now.

    Parameters
    ----------
    shortage_l
        Litres of its need that were not delivered.
    planned
        Reasons and litres of the shortage that the plan itself leaves.
    failed_l
        Litres of planned visits that were refused or could not be made.
    is_over
        Whether no more water is to come on this day.
    has_plan
        Whether a plan is published.
    """
    if shortage_l <= 0:
        return ()
    if not has_plan:
        return (("no_plan", shortage_l),)
    left_l, lacks = shortage_l, []
    for reason, litres in planned:
        part_l = min(litres, left_l)
        left_l -= part_l
        lacks.append((reason, part_l))
    part_l = min(failed_l, left_l)
    lacks.append(("failed", part_l))
    lacks.append(("not_brought" if is_over else "to_come", left_l - part_l))
    return tuple((reason, litres) for reason, litres in lacks if litres)


@dataclass(frozen=True, slots=True)
class Spread:
    """
    The places with most and with fewest litres a person; their ids.

    Attributes
    ----------
    num_places
        Places where people live.
    """

    most: str
    most_l: float
    least: str
    least_l: float
    num_places: int


def spread_of(figures: Coverage) -> Spread | None:
    """Return how far places are apart; None where nobody lives."""
    lived_in = figures.places[figures.places["population"] > 0]["l_per_person"]
    if lived_in.empty:
        return None
    most, least = str(lived_in.idxmax()), str(lived_in.idxmin())
    return Spread(
        most=most,
        most_l=float(lived_in[most]),
        least=least,
        least_l=float(lived_in[least]),
        num_places=len(lived_in),
    )


def days_below(levels: Iterable[bool | None]) -> int:
    """
    Return on how many days in a row a place was below survival, up to the first.

    Parameters
    ----------
    levels
        Whether it was, the last day first; None for a day that was not kept.
    """
    count = 0
    for is_below in levels:
        if not is_below:
            break
        count += 1
    return count
