"""What notices tell of a dispatch: facts, without words."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  pydantic reads the annotations of kept notices
from dataclasses import dataclass

from dispatch.model.need import Band  # noqa: TC001  as above
from dispatch.model.water.guards import require
from dispatch.model.water.hours import Span, require_apart
from dispatch.model.water.plan import WaterReason  # noqa: TC001  as above
from dispatch.units import DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class SameSlots:
    """
    Days on which a zone is open at the same hours.

    Attributes
    ----------
    days
        From 0, rising.
    spans
        Within a day, in order and without touching; none: it is closed all day.
    """

    days: tuple[int, ...]
    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        """Guard days and hours."""
        label = f"slots of days {self.days}"
        require(bool(self.days), f"{label}: no day")
        require(tuple(sorted(set(self.days))) == self.days, f"{label}: order")
        require_apart(self.spans, label)
        for span in self.spans:
            require(span.start_s >= 0 and span.end_s <= DAY_S, f"{label}: {span}")

    @property
    def is_all_day(self) -> bool:
        """Whether it is never closed."""
        return self.spans == (Span(0, DAY_S),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Place for the approval that the law asks for; an empty text is a blank."""

    number: str = ""
    approved_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyNotice:
    """
    What the people of a zone are told.

    Attributes
    ----------
    slots
        Days with the same hours together, by the first of them.
    fill_s
        After opening, until the pipes are full: little pressure, cloudy water.
    closed_s
        Longest time without water, for which people must store some.
    kept, cut
        Needs that are served in full on all days, and those that are not.
    approval
        None: nothing is limited, none is needed.
    """

    zone_id: str
    village_ids: tuple[str, ...]
    first_day: dt.date
    num_days: int
    slots: tuple[SameSlots, ...]
    fill_s: int = 0
    closed_s: int = 0
    kept: tuple[Band, ...] = ()
    cut: tuple[Band, ...] = ()
    is_high: bool = False
    approval: Approval | None = None

    @property
    def is_limited(self) -> bool:
        """Whether water is cut, or given by the clock: article 35 asks for approval."""
        return bool(self.cut) or any(not same.is_all_day for same in self.slots)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTurn:
    """
    A turn of a field block, as its farmers need it.

    Attributes
    ----------
    head_m3, field_m3
        At the head of the canal, and at the field.
    mu
        That this waters.
    """

    canal_id: str
    field_id: str
    span: Span
    head_m3: float
    field_m3: float
    mu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DryField:
    """A field that needs water and gets none, and what that is due to, if known."""

    field_id: str
    reason: WaterReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherWater:
    """
    Water that comes to a field without a turn: from pumps, or as no one shares it.

    Attributes
    ----------
    days
        From 0, rising.
    mu
        That all of it waters.
    """

    field_id: str
    days: tuple[int, ...]
    field_m3: float
    mu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnNotice:
    """
    What the farmers of a village are told.

    Attributes
    ----------
    turns
        Of its fields, by time.
    other
        Water of its fields that have no turn.
    dry
        Fields that need water and get none in these days.
    """

    village_id: str
    first_day: dt.date
    num_days: int
    turns: tuple[FieldTurn, ...] = ()
    other: tuple[OtherWater, ...] = ()
    dry: tuple[DryField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterNotices:
    """All notices of a dispatch, by zone and by village."""

    supply: tuple[SupplyNotice, ...] = ()
    turns: tuple[TurnNotice, ...] = ()
