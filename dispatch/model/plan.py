"""The output of planning: routes with their stops, and what every village gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, get_args

from dispatch.model.need import BANDS, Band

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from dispatch.words.message import Message

StopKind = Literal["depart", "fill", "deliver", "break", "return"]
Status = Literal["optimal", "feasible", "infeasible", "no_plan_found", "error"]
#: Why a search ended: nothing was gained any more, the time or the iterations were
#: used up, somebody stopped it, or no plan can be better.
Ended = Literal["no_gain", "time", "iterations", "stopped", "best_possible"]
Reason = Literal[
    "no_road",
    "truck_too_big",
    "forbidden",
    "no_potable_water",
    "truck_too_small",
    "slow_pump",
    "too_far",
    "tank_full",
    "visit_limit",
    "below_smallest_visit",
    "window_closed",
    "source_closed",
    "source_dry",
    "bay_queue",
    "fleet_busy",
]

#: Why a village can stay short, from what no dispatch can mend to what more trucks do.
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)

#: Villages know when their water comes; a visit that moves by more has changed.
MAX_MOVED_S: Final = 1_800

PLAN_FORMAT: Final = "water-dispatch-plan/1"


@dataclass(frozen=True, slots=True)
class Stop:
    """
    One entry of a route; times are whole seconds since midnight.

    ``litres`` is 0 except for fillings and deliveries; ``bay`` is set for fillings
    at sources with a limited number of bays.
    """

    kind: StopKind
    place_id: str
    arrive_s: int
    start_s: int
    end_s: int
    litres: int = 0
    bay: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """All stops of one truck in its shift, from ``depart`` to ``return``."""

    truck_id: str
    depot_id: str
    stops: tuple[Stop, ...]

    @property
    def num_trips(self) -> int:
        """Number of fillings."""
        return sum(stop.kind == "fill" for stop in self.stops)

    @property
    def num_served(self) -> int:
        """Number of fillings and deliveries."""
        return sum(stop.kind in ("fill", "deliver") for stop in self.stops)

    @property
    def delivered_l(self) -> int:
        """Litres unloaded."""
        return sum(stop.litres for stop in self.stops if stop.kind == "deliver")


@dataclass(frozen=True, slots=True)
class Cause:
    """A limit, and how many litres a village lacks because of it."""

    reason: Reason
    litres: int


@dataclass(frozen=True, slots=True)
class VillageOutcome:
    """
    What one village needs and gets; ``shortage_l`` is need minus served.

    Attributes
    ----------
    reason
        What most of the shortage is due to.
    causes
        All of it, the largest first; empty where it was not examined.
    """

    village_id: str
    need_l: Mapping[Band, int]
    served_l: Mapping[Band, int]
    delivered_l: int
    shortage_l: int
    reason: Reason | None = None
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all villages and routes."""

    need_l: Mapping[Band, int]
    served_l: Mapping[Band, int]
    delivered_l: int
    driving_s: int
    driving_m: int


@dataclass(frozen=True, slots=True)
class Bound:
    """
    What no plan can beat.

    Attributes
    ----------
    method
        How it was proven.
    served_l
        Per band: the most litres that any plan can serve which serves the bands
        above at least as well as this plan does.
    total_l
        The most litres of all bands together among plans at least as good as this
        one: they fill the bands that it fills, and serve as much of the next.
    gap
        ``(total_l - served) / total_l``; 0 when nothing can be served at all.
    """

    method: str
    served_l: Mapping[Band, int]
    total_l: int
    gap: float


@dataclass(frozen=True, slots=True)
class SolverInfo:
    """How the plan was found: enough to repeat the run; and why it ended."""

    name: str
    version: str
    seconds: float
    status: Status
    iterations: int = 0
    travel: str = ""
    ended: Ended | None = None


@dataclass(frozen=True)
class Plan:
    """
    A day's dispatch.

    Attributes
    ----------
    notes
        What its readers must know besides.
    done
        Of a day planned again: how many stops of each truck's route were done or
        under way by then, and stand as they are.
    piped_l
        What taps give by village: trucks need not bring it. Villages without are not
        in it.
    """

    scenario: str
    date: dt.date
    seed: int
    solver: SolverInfo
    routes: tuple[Route, ...]
    villages: tuple[VillageOutcome, ...]
    totals: Totals
    bound: Bound | None = None
    notes: tuple[Message, ...] = field(default=())
    done: Mapping[str, int] = field(default_factory=dict)
    piped_l: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def route_by_truck(self) -> Mapping[str, Route]:
        """Routes by truck id; of a truck with two, which is an error, the last."""
        return {route.truck_id: route for route in self.routes}

    @cached_property
    def outcome_by_village(self) -> Mapping[str, VillageOutcome]:
        """What villages get, by id, in order."""
        return {outcome.village_id: outcome for outcome in self.villages}

    def served_key(self) -> tuple[int, ...]:
        """Return the litres of every band in order: larger is better."""
        return tuple(self.totals.served_l[band] for band in BANDS)
