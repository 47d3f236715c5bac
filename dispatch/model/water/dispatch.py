"""One dispatch of all the water: the days, the hours, and who is on duty."""

from __future__ import annotations

from dataclasses import dataclass, field

# The classes of the fields are read at run time: pydantic keeps dispatches by them.
from dispatch.model.water.hours import Span, require_apart
from dispatch.model.water.plan import WaterPlan  # noqa: TC001
from dispatch.model.water.rounds import RoundPlan
from dispatch.model.water.shifts import Roster
from dispatch.model.water.slots import SlotPlan
from dispatch.model.water.turns import Rota, TurnOrder  # noqa: TC001


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """
    When a post exists, and how many persons it takes and has; nobody is named.

    Attributes
    ----------
    unstaffed_h
        Hours of persons that nobody has for it.
    """

    post_id: str
    spans: tuple[Span, ...]
    persons: int
    unstaffed_h: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneCap:
    """The most that the hours let into a zone, on average over a day."""

    zone_id: str
    m3_per_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterDispatch:
    """
    What is published of all the water of some days; nobody is named in it.

    Attributes
    ----------
    rotas
        Turns on each canal that field groups share, run by run.
    slots
        When piped zones are open.
    watches
        Posts and their times.
    num_rounds
        Plans of days made until the hours could keep one, at most five.
    is_kept
        Whether the hours keep all of the days; if not, what they cannot keep is in
        the rotas and slots.
    turn_order
        In which groups have their turns.
    zone_caps
        Zones that slots could not fill, for which the days ask no more.
    """

    plan: WaterPlan
    rotas: tuple[Rota, ...] = ()
    slots: SlotPlan = field(default_factory=lambda: SlotPlan(slots=()))
    watches: tuple[Watch, ...] = ()
    num_rounds: int = 1
    is_kept: bool = True
    turn_order: TurnOrder = "far_first"
    zone_caps: tuple[ZoneCap, ...] = ()

    def __post_init__(self) -> None:
        """Guard that no canal has two rotas at a time."""
        spans: dict[str, list[Span]] = {}
        for rota in self.rotas:
            if rota.turns:
                start_s = min(turn.span.start_s for turn in rota.turns)
                end_s = max(turn.span.end_s for turn in rota.turns)
                spans.setdefault(rota.canal_id, []).append(Span(start_s, end_s))
        for canal_id, own in spans.items():
            require_apart(sorted(own), f"rotas of {canal_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterDuty:
    """Who watches and who carries water to doors: personal data, never published."""

    roster: Roster = field(default_factory=lambda: Roster(duties=()))
    rounds: RoundPlan = field(default_factory=lambda: RoundPlan(visits=()))

    def __repr__(self) -> str:
        """Return counts only: nobody is named in errors and logs."""
        return f"WaterDuty({self.roster!r}, {self.rounds!r})"
