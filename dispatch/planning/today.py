"""Where a day stands, from the plan announced and what happened since."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dispatch.model.today import Today
from dispatch.planning.diverting import divert_trips
from dispatch.planning.split import split_day, trucks_out

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.planning.day import Day


def today_of(
    day: Day,
    previous: Plan,
    *,
    now_s: int,
    delays_s: Mapping[str, int] | None = None,
    locked_villages: Collection[str] = (),
    broken_trucks: Collection[str] = (),
    change_price_l: int = 0,
) -> Today:
    """
    Return where a day stands: done, under way, promised and lost.

    Trips under way keep their water; where their road has closed they are diverted.

    Parameters
    ----------
    day
        The scenario and its roads as they are now.
    previous
        The plan that was announced.
    now_s
        Seconds since midnight; stops that began earlier stay as they are.
    delays_s
        Seconds that each truck is behind ``previous``.
    locked_villages
        Trips to any of these keep truck, litres and times.
    broken_trucks
        Trucks that drive no more; what is on board is lost. A truck whose shift in
        the scenario has ended while the plan has it on the road counts as one.
    change_price_l
        See `Today`.

    Raises
    ------
    PlanError
        If the previous plan leaves water on board.
    """
    delays_s = delays_s or {}
    over = _shifts_that_ended(day.scenario, previous, now_s).difference(broken_trucks)
    broken = over.union(broken_trucks)
    done, promised = split_day(
        previous,
        now_s,
        delays_s=delays_s,
        locked_villages=frozenset(locked_villages),
        broken_trucks=broken,
    )
    return Today(
        now_s=now_s,
        done=divert_trips(done, day.scenario, day.travel, now_s),
        locked=promised,
        previous=previous,
        change_price_l=change_price_l,
        delays_s=delays_s,
        out=tuple(
            replace(truck_out, is_reported=truck_out.truck_id not in over)
            for truck_out in trucks_out(previous, now_s, broken)
        ),
    )


def _shifts_that_ended(
    scenario: Scenario, previous: Plan, now_s: int
) -> frozenset[str]:
    """Return trucks whose shift was cut short under a trip that is under way."""
    trucks = scenario.truck_by_id
    return frozenset(
        route.truck_id
        for route in previous.routes
        if route.stops
        and route.truck_id in trucks
        and trucks[route.truck_id].shift_end_s <= now_s
        and any(
            stop.start_s < route.stops[-1].start_s
            and trucks[route.truck_id].shift_end_s < stop.end_s
            and stop.kind in ("fill", "deliver")
            for stop in route.stops
        )
    )
