"""Turns of field groups on a canal: what is asked for, and the rota that was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from dispatch.model.water.guards import require, require_amounts
from dispatch.model.water.hours import (
    HourGoal,
    Night,
    Span,
    require_apart,
)

#: Far fields first, as the custom is; as the ranks of a list say; or as it fits best.
TurnOrder = Literal["far_first", "list", "free"]

#: Why a turn is not whole: the canal is dry, even alone it takes longer than any span
#: of water, or other turns take the time.
TurnReason = Literal["no_flow", "span_too_short", "time_taken"]

#: A turn is at night when it starts between these hours (evening gong to morning gong).
TURN_NIGHT: Final = Night(from_s=18 * 3600, until_s=6 * 3600)

#: Cubic metres that rounding may take or add.
_ROUNDING_M3: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRequest:
    """
    What a group of fields is to get from a canal.

    Attributes
    ----------
    gross_m3
        At the head of the canal, losses on the way included.
    distance_km
        From the head of the canal.
    rank
        Place in the list; the lowest first.
    fill_s, drain_s
        Time that water needs to fill the canal up to there, which the turn gets on
        top, and time for which the canal still drains there when the head is turned
        on to others, by which it is shorter.
    flow_m3_per_h
        What its own outlet takes where several are open at once; None: all the flow.
    was_at_night
        Whether its turn of the last round started at night; None: not known.
    """

    group_id: str
    gross_m3: float
    distance_km: float = 0.0
    rank: int = 0
    fill_s: int = 0
    drain_s: int = 0
    flow_m3_per_h: float | None = None
    was_at_night: bool | None = None

    def __post_init__(self) -> None:
        """Guard amounts."""
        label = f"turn of {self.group_id}"
        amounts = ("gross_m3", "distance_km", "fill_s", "drain_s", "flow_m3_per_h")
        require_amounts(self, label, amounts)
        require(self.flow_m3_per_h != 0, f"{label}: an outlet without a flow")


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaRequest:
    """
    A canal and the groups that share it.

    Attributes
    ----------
    flow_m3_per_h
        At its head, the same in all spans.
    open_spans
        When water flows at its head, in order; a turn lies within one of them.
    signal_s
        Start signal: nobody has a turn before it.
    is_shared
        Whether several outlets may be open at once, as long as their flows add up to
        no more than that of the canal.
    """

    canal_id: str
    flow_m3_per_h: float
    turns: tuple[TurnRequest, ...]
    open_spans: tuple[Span, ...]
    signal_s: int = 0
    order: TurnOrder = "far_first"
    is_shared: bool = False
    night: Night = TURN_NIGHT

    def __post_init__(self) -> None:
        """Guard ids, spans, and that no outlet takes more than there is."""
        label = f"rota of {self.canal_id}"
        require_amounts(self, label, ("flow_m3_per_h",))
        require_apart(self.open_spans, label)
        ids = [turn.group_id for turn in self.turns]
        require(len(set(ids)) == len(ids), f"{label}: a group has two turns")
        for turn in self.turns:
            require(
                turn.flow_m3_per_h is None or self.is_shared,
                f"{label}: {turn.group_id} has a flow of its own in turns by one",
            )
            require(
                (turn.flow_m3_per_h or 0) <= self.flow_m3_per_h or not self.open_spans,
                f"{label}: {turn.group_id} takes more than the canal brings",
            )

    def flow_of(self, turn: TurnRequest) -> float:
        """Return the m3 an hour that a turn takes."""
        return self.flow_m3_per_h if turn.flow_m3_per_h is None else turn.flow_m3_per_h

    def in_order(self) -> tuple[TurnRequest, ...]:
        """Return the turns as the order has them; what is equal goes by id."""
        keys = {
            "far_first": lambda turn: (-turn.distance_km, turn.group_id),
            "list": lambda turn: (turn.rank, turn.group_id),
            "free": lambda turn: turn.group_id,
        }
        return tuple(sorted(self.turns, key=keys[self.order]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """
    When a group has the water of a canal.

    Attributes
    ----------
    gross_m3
        What it gets, counted at the head of the canal.
    fill_s, drain_s
        As asked for: in the first the canal fills, after the turn it drains.
    """

    canal_id: str
    group_id: str
    span: Span
    gross_m3: float
    flow_m3_per_h: float
    fill_s: int = 0
    drain_s: int = 0

    def __post_init__(self) -> None:
        """Refuse more water than flows in that time."""
        most = most_m3(self.span, self.flow_m3_per_h, self.fill_s, self.drain_s)
        require(
            0 < self.gross_m3 <= most + _ROUNDING_M3,
            f"turn of {self.group_id}: {self.gross_m3} m3 of at most {most}",
        )


def most_m3(span: Span, flow_m3_per_h: float, fill_s: int, drain_s: int) -> float:
    """
    Return what a turn brings: flow times its length, less filling, plus draining.

    Parameters
    ----------
    span
        The turn.
    flow_m3_per_h
        What it takes.
    fill_s, drain_s
        As in `TurnRequest`.
    """
    return max(0, span.duration_s - fill_s + drain_s) * flow_m3_per_h / 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class UnkeptTurn:
    """Water that a group was to get and that its canal has no time for."""

    group_id: str
    missing_m3: float
    reason: TurnReason

    def __post_init__(self) -> None:
        """Refuse a turn that is kept."""
        require(self.missing_m3 > 0, f"turn of {self.group_id}: nothing is missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """The turns on a canal, by time, and what could not be kept."""

    canal_id: str
    turns: tuple[Turn, ...]
    unkept: tuple[UnkeptTurn, ...] = ()
    goals: tuple[HourGoal, ...] = ()

    def __post_init__(self) -> None:
        """Guard that every group has one turn, and that all are of this canal."""
        ids = [turn.group_id for turn in self.turns]
        require(len(set(ids)) == len(ids), f"rota of {self.canal_id}: two turns of one")
        for turn in self.turns:
            require(
                turn.canal_id == self.canal_id,
                f"rota of {self.canal_id}: turn on {turn.canal_id}",
            )

    @property
    def kept_m3_by_group(self) -> dict[str, float]:
        """What every group with a turn gets, at the head of the canal."""
        return {turn.group_id: turn.gross_m3 for turn in self.turns}

    @property
    def missing_m3(self) -> float:
        """What all groups together do not get: the day plan must ask for less."""
        return sum(turn.missing_m3 for turn in self.unkept)
