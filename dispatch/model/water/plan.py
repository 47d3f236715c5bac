"""A plan of all the water: what is let out, led, lifted, treated and given, by day."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  pydantic reads the annotations of kept plans
from collections.abc import Mapping  # noqa: TC003  as above
from dataclasses import dataclass
from typing import Final, Literal, get_args

from dispatch.model.need import BANDS, Band
from dispatch.model.water.guards import require, require_amounts

WATER_PLAN_FORMAT: Final = "water-dispatch-water/1"
MAX_DAYS: Final = 14

#: What is sought, in order; ``fair_`` goals spread what the goal before leaves short.
WaterGoal = Literal[
    "trucks",
    "facility",
    "fair_facility",
    "survival_vulnerable",
    "fair_survival_vulnerable",
    "survival",
    "fair_survival",
    "basic_vulnerable",
    "fair_basic_vulnerable",
    "basic",
    "fair_basic",
    "reserve",
    "livestock",
    "fair_livestock",
    "normal",
    "fair_normal",
    "equal_shares",
    "critical_loss",
    "fair_critical",
    "other_loss",
    "fair_other",
    "change",
    "energy",
    "released",
]
#: What a goal is counted in; a share is a sum of relative shortages above their mean.
GoalUnit = Literal["l", "share", "m3", "kg", "kwh"]
#: Why water is short, from what no plan can mend to what the order of needs decides.
WaterReason = Literal[
    "no_way",
    "canal_broken",
    "no_pump",
    "not_potable",
    "after_last_day",
    "too_little_to_start",
    "canal_full",
    "store_full",
    "pumps_busy",
    "lift_full",
    "plant_full",
    "zone_valve",
    "reserve_kept",
    "store_dry",
    "others_first",
]
WATER_REASONS: Final[tuple[WaterReason, ...]] = get_args(WaterReason)


@dataclass(frozen=True, slots=True, kw_only=True)
class CanalRun:
    """
    Water that flows through a canal at one rate on one day.

    Attributes
    ----------
    day
        Day of the release, from 0.
    from_h, until_h
        At its head, in hours since the first day began; a canal behind another one
        starts when the water is there, which may be after midnight.
    head_m3, end_m3
        Let in, and counted on at its end: not more than comes out.
    wetting_m3
        Part of the water let in that fills it, as it was dry.
    counts_from_day
        Day of the store at its end on which what comes is counted on: all of it is
        there at its first midnight, or nothing takes time; None: there is no store.
    """

    canal_id: str
    day: int
    from_h: float
    until_h: float
    head_m3: float
    end_m3: float
    wetting_m3: float = 0.0
    counts_from_day: int | None = None

    def __post_init__(self) -> None:
        """Guard amounts."""
        label = f"run of {self.canal_id}"
        names = ("day", "from_h", "until_h", "head_m3", "end_m3", "wetting_m3")
        require_amounts(self, label, names)

    @property
    def hours(self) -> float:
        """How long it is open at its head."""
        return self.until_h - self.from_h

    @property
    def head_m3_per_h(self) -> float:
        """Flow at its head; 0 if it is never open."""
        return self.head_m3 / self.hours if self.hours > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpRun:
    """
    Work of a pump at a lift on one day.

    Attributes
    ----------
    hours
        That it runs, within the day.
    moved
        Whether it is set up there that day.
    fuel_l, kwh
        None: the table does not say what it takes.
    """

    pump_id: str
    lift_id: str
    day: int
    hours: float
    m3: float
    moved: bool = False
    fuel_l: float | None = None
    kwh: float | None = None

    def __post_init__(self) -> None:
        """Guard amounts."""
        names = ("day", "hours", "m3", "fuel_l", "kwh")
        require_amounts(self, f"run of {self.pump_id}", names)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantRun:
    """Work of a unit of the waterworks on one day."""

    plant_id: str
    day: int
    hours: float
    raw_m3: float
    treated_m3: float

    def __post_init__(self) -> None:
        """Guard amounts."""
        names = ("day", "hours", "raw_m3", "treated_m3")
        require_amounts(self, f"run of {self.plant_id}", names)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneDay:
    """
    What a zone gets on one day.

    Attributes
    ----------
    into_m3
        Through its valve: what taps give, leaks, and what fills the pipes.
    filling_m3
        Part of it that fills the pipes.
    need_l, served_l
        At the taps, band by band.
    """

    zone_id: str
    day: int
    into_m3: float
    filling_m3: float
    need_l: Mapping[Band, int]
    served_l: Mapping[Band, int]

    def __post_init__(self) -> None:
        """Guard amounts."""
        require_amounts(self, f"zone {self.zone_id}", ("day", "into_m3", "filling_m3"))

    @property
    def shortage_l(self) -> int:
        """Litres of all bands that are needed and not served."""
        return sum(self.need_l[band] - self.served_l[band] for band in BANDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDay:
    """Water of a field block on one day: at the field, and let out for it."""

    field_id: str
    day: int
    field_m3: float
    head_m3: float

    def __post_init__(self) -> None:
        """Guard amounts."""
        names = ("day", "field_m3", "head_m3")
        require_amounts(self, f"field {self.field_id}", names)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOutcome:
    """
    What a field block needs and gets in all the days.

    Attributes
    ----------
    due_day
        Days until it becomes short, from the start of the first day; None: a watering
        was asked for, and it is not short within these days.
    lost_kg
        Of its harvest; None: its yield is not known.
    """

    field_id: str
    critical: bool
    need_m3: float
    field_m3: float
    due_day: float | None
    lost_kg: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDay:
    """
    The water of a store on one day.

    Attributes
    ----------
    in_m3, out_m3
        By canals, pumps and the works; into them and into zones.
    trucks_m3
        That trucks fill there.
    overflow_m3
        Let go unused, as the store is full.
    floor_m3
        Dead water and reserve at the end of the day.
    """

    node_id: str
    day: int
    start_m3: float
    inflow_m3: float
    in_m3: float
    loss_m3: float
    out_m3: float
    trucks_m3: float
    overflow_m3: float
    end_m3: float
    floor_m3: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spill:
    """Water that runs past a place without a store on one day, unused."""

    node_id: str
    day: int
    m3: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalResult:
    """
    How well a goal is met, smaller is better, with all goals before it kept.

    Attributes
    ----------
    bound
        No plan that meets the goals before as well has less; None: not proven.
    gap
        ``(value - bound) / value``; 0 where the value is 0; None without a bound.
    """

    goal: WaterGoal
    unit: GoalUnit
    value: float
    bound: float | None
    gap: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterCause:
    """A limit, and how much is missing because of it."""

    reason: WaterReason
    m3: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """
    Who lacks water, in all the days, and why.

    Attributes
    ----------
    object_id
        Zone, or field block.
    band
        Of a zone; None: it is a field.
    m3
        Missing at the taps or at the field.
    """

    object_id: str
    band: Band | None
    m3: float
    causes: tuple[WaterCause, ...] = ()

    @property
    def reason(self) -> WaterReason | None:
        """What most of it is due to; None: not examined."""
        return self.causes[0].reason if self.causes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Water let out of a store or river at one rate, over midnight too."""

    canal_id: str
    node_id: str
    from_h: float
    until_h: float
    m3_per_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterPlan:
    """
    All the water of some days.

    Attributes
    ----------
    equal_shares
        Whether fields share the shortage before loss of harvest is weighed.
    equal_shares_kg
        What equal shares cost in harvest; None: they were not asked for.
    """

    scenario: str
    first_day: dt.date
    num_days: int
    canals: tuple[CanalRun, ...] = ()
    pumps: tuple[PumpRun, ...] = ()
    plants: tuple[PlantRun, ...] = ()
    zones: tuple[ZoneDay, ...] = ()
    fields: tuple[FieldDay, ...] = ()
    outcomes: tuple[FieldOutcome, ...] = ()
    stores: tuple[StoreDay, ...] = ()
    spills: tuple[Spill, ...] = ()
    goals: tuple[GoalResult, ...] = ()
    shortages: tuple[Shortage, ...] = ()
    equal_shares: bool = False
    equal_shares_kg: float | None = None

    def __post_init__(self) -> None:
        """Guard the number of days."""
        require(1 <= self.num_days <= MAX_DAYS, f"{self.num_days} days")

    @property
    def lost_kg(self) -> float:
        """Harvest lost on all fields whose yield is known."""
        return sum(outcome.lost_kg or 0.0 for outcome in self.outcomes)

    def served_l(self, band: Band) -> int:
        """Return the litres of a band that all zones get in all days."""
        return sum(zone.served_l[band] for zone in self.zones)

    def goal(self, name: WaterGoal) -> GoalResult | None:
        """Return how well a goal is met; None: it was not among the goals."""
        return next((goal for goal in self.goals if goal.goal == name), None)
