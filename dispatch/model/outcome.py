"""Routes -> what every village gets, and the sums over the day."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from dispatch.model.need import BANDS, Band, need_l, served_l
from dispatch.model.plan import Cause, Route, Totals, VillageOutcome
from dispatch.model.travel import NO_ROAD, Travel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.scenario import Scenario


def village_outcomes(
    scenario: Scenario,
    routes: Sequence[Route],
    causes: Mapping[str, tuple[Cause, ...]] | None = None,
) -> tuple[VillageOutcome, ...]:
    """
    Return need, served litres and shortage of every village, in scenario order.

    Parameters
    ----------
    scenario
        Gives the villages and their needs.
    routes
        Deliveries of the day, those already made included.
    causes
        Causes of the shortage per village id, the largest first; None: not examined.
    """
    return outcomes_of_litres(scenario, _delivered_l(scenario, routes), causes)


def outcomes_of_litres(
    scenario: Scenario,
    delivered: Mapping[str, tuple[int, int]],
    causes: Mapping[str, tuple[Cause, ...]] | None = None,
) -> tuple[VillageOutcome, ...]:
    """
    Return need, served litres and shortage of every village, in scenario order.

    Parameters
    ----------
    scenario
        Gives the villages and their needs.
    delivered
        The potable and the other litres by village id; none where it has none.
    causes
        As for `village_outcomes`.
    """
    outcomes = []
    for village in scenario.villages:
        potable_l, non_potable_l = delivered.get(village.village_id, (0, 0))
        need = need_l(village, scenario.need)
        served = served_l(need, potable_l=potable_l, non_potable_l=non_potable_l)
        shortage = sum(need.values()) - sum(served.values())
        of_village = (causes or {}).get(village.village_id, ()) if shortage else ()
        outcomes.append(
            VillageOutcome(
                village_id=village.village_id,
                need_l=need,
                served_l=served,
                delivered_l=potable_l + non_potable_l,
                shortage_l=shortage,
                reason=of_village[0].reason if of_village else None,
                causes=of_village,
            )
        )
    return tuple(outcomes)


def _delivered_l(
    scenario: Scenario, routes: Sequence[Route]
) -> dict[str, tuple[int, int]]:
    """Return the potable and the other litres that every village gets."""
    trucks, sources = scenario.truck_by_id, scenario.source_by_id
    delivered = dict.fromkeys(scenario.village_by_id, (0, 0))
    for route in routes:
        is_potable = False
        for stop in route.stops:
            if stop.kind == "fill":
                is_potable = (
                    trucks[route.truck_id].potable and sources[stop.place_id].potable
                )
            elif stop.kind == "deliver":
                potable_l, non_potable_l = delivered[stop.place_id]
                if is_potable:
                    potable_l += stop.litres
                else:
                    non_potable_l += stop.litres
                delivered[stop.place_id] = (potable_l, non_potable_l)
    return delivered


def plan_totals(
    scenario: Scenario,
    travel: Travel,
    routes: Sequence[Route],
    villages: Sequence[VillageOutcome],
) -> Totals:
    """
    Return the litres per band and the driving of a day.

    Parameters
    ----------
    scenario
        The day to plan.
    travel
        Driving seconds and metres between all places.
    routes
        All routes of the day.
    villages
        Outcomes of these routes.
    """
    need: dict[Band, int] = dict.fromkeys(BANDS, 0)
    served: dict[Band, int] = dict.fromkeys(BANDS, 0)
    for outcome in villages:
        for band in BANDS:
            need[band] += outcome.need_l[band]
            served[band] += outcome.served_l[band]
    driving_s, driving_m = _driving(scenario, travel, routes)
    return Totals(
        need_l=need,
        served_l=served,
        delivered_l=sum(outcome.delivered_l for outcome in villages),
        driving_s=driving_s,
        driving_m=driving_m,
    )


def _driving(
    scenario: Scenario, travel: Travel, routes: Sequence[Route]
) -> tuple[int, int]:
    """Return seconds and metres driven, waiting and breaks left out."""
    index = travel.index
    trucks = scenario.truck_by_id
    driving_s = driving_m = 0
    for route in routes:
        truck = trucks[route.truck_id]
        truck_class = travel.class_of_truck[route.truck_id]
        for before, after in itertools.pairwise(route.stops):
            leg = travel.leg(
                truck_class,
                index[before.place_id],
                index[after.place_id],
                before.end_s,
                truck.speed_factor,
            )
            if leg is None:  # driven before the road was closed
                continue
            # The nudge keeps 600 / 1.2 from being rounded up to 501.
            driving_s += math.ceil(leg.drive_s - 1e-9)
            driving_m += 0 if leg.metres == NO_ROAD else leg.metres
    return driving_s, driving_m
