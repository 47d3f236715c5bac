"""What must be watched, who may watch it, and who is served at the door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dispatch.model.road_limits import Moment  # noqa: TC001  pydantic reads the annotations of kept scenarios
from dispatch.model.scenario import TimeWindow  # noqa: TC001  pydantic reads the annotations of kept scenarios
from dispatch.model.water.guards import require, require_amounts, require_place

PostKind = Literal["gate", "canal", "pump", "valve", "tank", "reservoir"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """
    Something that must be watched or worked by people.

    Attributes
    ----------
    object_id
        Node, canal, pump, lift, zone or plant where it is.
    persons
        People there at once.
    starts, ends
        From when until when; None: from the first day, to the last.
    while_flowing
        Whether it exists only while water flows there.
    skill
        What each of them must be able to do; empty: nothing special.
    """

    post_id: str
    name: str
    object_id: str
    kind: PostKind
    persons: int = 1
    starts: Moment | None = None
    ends: Moment | None = None
    while_flowing: bool = False
    shift_h: float = 12.0
    skill: str = ""

    def __post_init__(self) -> None:
        """Guard persons and hours."""
        label = f"post {self.post_id}"
        require(self.persons >= 1, f"{label}: persons must be at least 1")
        require(0 < self.shift_h <= 24, f"{label}: shift_h must be in 0 < h <= 24")
        require(
            self.ends is None or not self.while_flowing,
            f"{label}: ends at a time and with the flow",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """
    Somebody who may be on duty; personal data.

    Attributes
    ----------
    skills
        As the posts ask for them.
    free_from, free_until
        From when until when there is time for duty; None: not limited.
    max_h_per_day, rest_h
        Most hours of duty in a day, and least hours of rest between two shifts.
    nights_ok, not_at_night_reason
        Whether nights may be given, and why not.
    """

    person_id: str
    name: str
    team: str = ""
    village_id: str = ""
    phone: str = ""
    skills: tuple[str, ...] = ()
    free_from: Moment | None = None
    free_until: Moment | None = None
    max_h_per_day: float = 12.0
    rest_h: float = 10.0
    nights_ok: bool = True
    not_at_night_reason: str = ""

    def __post_init__(self) -> None:
        """Guard hours."""
        label = f"person {self.person_id}"
        require_amounts(self, label, ("max_h_per_day", "rest_h"))
        require(self.max_h_per_day <= 24, f"{label}: max_h_per_day above 24")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """
    A household whose water is carried to the door; personal data.

    Attributes
    ----------
    reason
        Why: old, disabled, ill and so on.
    jar_l, stock_l
        What its jars hold, and the water in them now.
    carry_m
        From where a truck or a tap is to the door.
    windows
        When somebody is at home; empty: at any time.
    keeper
        Person who always comes; empty: anybody.
    """

    household_id: str
    village_id: str
    lat: float
    lon: float
    people: int
    reason: str = ""
    jar_l: int | None = None
    stock_l: int = 0
    l_per_day: float | None = None
    carry_m: float = 0.0
    windows: tuple[TimeWindow, ...] = ()
    keeper: str = ""

    def __post_init__(self) -> None:
        """Guard the place and what the jars hold."""
        label = f"door {self.household_id}"
        require_place(label, self.lat, self.lon)
        amounts = ("people", "jar_l", "stock_l", "l_per_day", "carry_m")
        require_amounts(self, label, amounts)
        require(
            self.jar_l is None or self.stock_l <= self.jar_l,
            f"{label}: more water than the jars hold",
        )
