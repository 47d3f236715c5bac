"""Where a day stands that is planned anew from the middle."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dispatch.errors import PlanError
from dispatch.units import format_clock
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.plan import Plan, Route, Stop
    from dispatch.words.message import Message


@dataclass(frozen=True, slots=True)
class TruckOut:
    """
    A truck that drives no more today, with what was on board.

    Attributes
    ----------
    litres
        Water that was filled at ``source_id`` and not delivered: drawn, and lost. 0
        for an empty tank.
    is_reported
        Whether the office took it off; False: its shift had ended all the same.
    """

    truck_id: str
    at_s: int
    source_id: str = ""
    litres: int = 0
    is_reported: bool = True

    def note(self) -> Message:
        """Return what the plan says of it."""
        time = format_clock(self.at_s)
        if not self.is_reported:
            return say("note_shift_was_over", truck=self.truck_id, time=time)
        if not self.litres:
            return say("note_truck_broken", truck=self.truck_id, time=time)
        return say(
            "note_load_lost",
            truck=self.truck_id,
            time=time,
            litres=self.litres,
            source=self.source_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """
    Where a day stands that is planned anew from the middle.

    Attributes
    ----------
    now_s
        Nothing that is planned anew starts earlier.
    done
        One route per truck that has set out: the stops driven, with the times and
        litres as they were, and those of the trip under way, which stay. A route
        ends with its last delivery; ``return`` is planned anew.
    locked
        Trips promised: filling and deliveries that keep truck, times and litres.
    previous
        The plan that was announced; the search for the new one starts from it.
    change_price_l
        Litres that the new plan must gain, in all bands together, for every village
        whose truck changes or whose water comes over 30 minutes earlier or later than
        ``previous`` said. Never weighed against facilities and survival.
    delays_s
        Seconds that each truck is behind ``previous``; what is done has them in it.
    out
        Trucks that drive no more.
    """

    now_s: int
    done: Sequence[Route] = ()
    locked: Sequence[Route] = ()
    previous: Plan | None = None
    change_price_l: int = 0
    delays_s: Mapping[str, int] = field(default_factory=dict)
    out: Sequence[TruckOut] = ()

    def __post_init__(self) -> None:
        """Refuse what no day can hold."""
        if not 0 <= self.now_s <= 172_800:
            raise ValueError(f"now_s = {self.now_s}: must be 0 to 172800")
        if self.change_price_l < 0:
            raise ValueError(f"change_price_l = {self.change_price_l}: must be >= 0")
        for route in self.done:
            _require_whole_trips(route)

    def still_to_come(self) -> dict[str, list[Stop]]:
        """Return per truck the fillings and deliveries announced and not done."""
        done = {route.truck_id: route.num_served for route in self.done}
        routes = self.previous.routes if self.previous else self.locked
        return {
            route.truck_id: [s for s in route.stops if s.kind in ("fill", "deliver")][
                done.get(route.truck_id, 0) if self.previous else 0 :
            ]
            for route in routes
        }


def _require_whole_trips(route: Route) -> None:
    on_board = 0
    for stop in route.stops:
        if stop.kind == "fill":
            on_board += stop.litres
        elif stop.kind == "deliver":
            on_board -= stop.litres
    if on_board:
        raise PlanError(
            say("done_water_on_board", truck=route.truck_id, litres=on_board)
        )
