"""Water carried to doors: where it starts, by which rules, and the rounds made."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from dispatch.model.water.guards import require, require_amounts
from dispatch.model.water.hours import HourGoal, Span
from dispatch.units import DAY_S

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.model.water.duty import Door, Person

#: Why a door stays dry or gets too little: no drinking water comes to its village that
#: day; it comes or lasts at hours at which nobody is at home; it is too little; or
#: nobody who may carry has the time.
DoorReason = Literal["no_water", "not_at_home", "water_short", "nobody_free"]


#: Nobody knocks before or after.
DOOR_HOURS: Final = Span(6 * 3600, 20 * 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """
    Drinking water that somebody can carry from: what a truck left, or a tap.

    Attributes
    ----------
    span
        From when the truck has unloaded, or the tap runs, until when there is some.
    litres
        Of it for doors; None: not limited.
    """

    supply_id: str
    village_id: str
    span: Span
    litres: int | None = None

    def __post_init__(self) -> None:
        """Guard litres."""
        require_amounts(self, f"supply {self.supply_id}", ("litres",))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRules:
    """
    How people carry.

    Attributes
    ----------
    carry_l
        In one go: at most 25 kg, of which a litre is one.
    walk_m_per_h
        With a load and back without.
    fill_s
        To fill and to pour out, for each go.
    door_s
        To find the door, and a word there.
    village_s
        From one village to another.
    last_until_s
        Time of the next day until which jars are to last.
    """

    carry_l: int = 25
    walk_m_per_h: float = 3000.0
    fill_s: int = 180
    door_s: int = 300
    village_s: int = 1800
    last_until_s: int = 12 * 3600

    def __post_init__(self) -> None:
        """Guard amounts: nobody carries more than 25 kg."""
        require_amounts(self, "rounds", ("fill_s", "door_s", "village_s"))
        require(1 <= self.carry_l <= 25, f"rounds: {self.carry_l} L in one go")
        require(self.walk_m_per_h > 0, "rounds: nobody walks")

    def trip_s(self, door: Door) -> int:
        """Return the time of one go to a door and back, rounded up."""
        return self.fill_s + math.ceil(2 * door.carry_m / self.walk_m_per_h * 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRequest:
    """
    Doors, carriers and water for some days.

    Attributes
    ----------
    first_day
        Date of day 0.
    people
        Who may carry.
    hours
        Part of every day in which doors are served.
    busy
        Person and span: shifts at posts, with the rest before and after them.
    """

    first_day: dt.date
    doors: tuple[Door, ...]
    people: tuple[Person, ...]
    supplies: tuple[Supply, ...]
    num_days: int = 1
    hours: Span = DOOR_HOURS
    busy: tuple[tuple[str, Span], ...] = ()
    rules: RoundRules = field(default_factory=RoundRules)
    usual_l_per_person: float = 20.0

    def __post_init__(self) -> None:
        """Guard ids."""
        for ids in (
            [door.household_id for door in self.doors],
            [person.person_id for person in self.people],
            [supply.supply_id for supply in self.supplies],
        ):
            require(len(set(ids)) == len(ids), "rounds: an id is used twice")

    def __repr__(self) -> str:
        """Return counts only: no household is named in errors and logs."""
        return f"RoundRequest({len(self.doors)} doors, {len(self.people)} people)"

    def l_per_day(self, door: Door) -> int:
        """Return what a household uses in a day, in whole litres, rounded up."""
        if door.l_per_day is not None:
            return math.ceil(door.l_per_day)
        return math.ceil(door.people * self.usual_l_per_person)

    def jar_l(self, door: Door) -> int:
        """Return what its jars hold; not known: two containers of 20 L, as is usual."""
        return max(door.stock_l, 40) if door.jar_l is None else door.jar_l


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorVisit:
    """
    Water brought to a door.

    Attributes
    ----------
    span
        From the first filling to the last word, so many goes.
    """

    person_id: str
    household_id: str
    supply_id: str
    span: Span
    litres: int
    trips: int

    def __post_init__(self) -> None:
        """Refuse a visit without water."""
        require(self.litres > 0, "visit: no water")
        require(self.trips > 0, "visit: nobody goes")

    @property
    def day(self) -> int:
        """The day of it, counted from 0."""
        return self.span.start_s // DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class DryDoor:
    """
    A door whose jars run dry on a day, or hold too little for the next morning.

    Attributes
    ----------
    dry_s
        Time without water on that day.
    missing_l
        What it lacks at midnight to last until the next visit may come.
    """

    household_id: str
    day: int
    dry_s: int
    missing_l: int
    reason: DoorReason

    def __post_init__(self) -> None:
        """Refuse a door that lacks nothing."""
        require(self.dry_s > 0 or self.missing_l > 0, "door: nothing is missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlan:
    """
    Who brings water to which door: personal data, never published.

    Visits are in the order of time.
    """

    visits: tuple[DoorVisit, ...]
    dry: tuple[DryDoor, ...] = ()
    goals_by_day: tuple[tuple[HourGoal, ...], ...] = ()

    def __post_init__(self) -> None:
        """Guard that a door is served once a day."""
        keys = [(visit.household_id, visit.day) for visit in self.visits]
        require(len(set(keys)) == len(keys), "rounds: a door is served twice a day")

    def __repr__(self) -> str:
        """Return counts only: no household is named in errors and logs."""
        return f"RoundPlan({len(self.visits)} visits, {len(self.dry)} dry)"

    @property
    def litres_by_supply(self) -> dict[str, int]:
        """What is carried from each drop or tap: no litre is drawn twice."""
        litres: dict[str, int] = {}
        for visit in self.visits:
            had = litres.get(visit.supply_id, 0)
            litres[visit.supply_id] = had + visit.litres
        return litres
