"""Requests for water (工单): what follows what, comes first, and is the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

from dispatch.errors import DispatchError
from dispatch.geo.distance import gap_m
from dispatch.words.message import say, term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RequestState = Literal[
    "received", "accepted", "planned", "delivered", "called_back", "closed", "reopened"
]
STATES: Final[tuple[RequestState, ...]] = get_args(RequestState)

#: Nobody has brought this water yet.
WAITING: Final[frozenset[RequestState]] = frozenset(
    ("received", "accepted", "planned", "reopened")
)
#: Nothing more is to be done in time.
ENDED: Final[frozenset[RequestState]] = frozenset(("called_back", "closed"))

#: What may follow each state. A plan that leaves a village out takes it from planned
#: back to accepted; whoever closes before the callback says why.
NEXT: Final[Mapping[RequestState, frozenset[RequestState]]] = {
    "received": frozenset(("accepted", "closed")),
    "accepted": frozenset(("planned", "delivered", "closed")),
    "planned": frozenset(("accepted", "delivered", "reopened", "closed")),
    "delivered": frozenset(("called_back", "reopened", "closed")),
    "called_back": frozenset(("reopened", "closed")),
    "closed": frozenset(("reopened",)),
    "reopened": frozenset(("accepted", "closed")),
}

#: Two requests for one place within so long are offered as one.
SAME_WITHIN: Final = dt.timedelta(hours=48)
#: Positions nearer than this are one place.
SAME_WITHIN_M: Final = 200.0


class Position(NamedTuple):
    """A place on the map, WGS-84 degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    A request as it stands.

    Attributes
    ----------
    number
        Of the request in the store, from 1.
    village
        Id of the place: one of the master data, or ``R`` and the number of the
        request that first named a position.
    position
        Where only a position was given.
    stock_l
        Litres that are left there, as the caller said; None: not asked.
    is_supervised
        The callback was not satisfied (督办).
    same_as
        Number of an earlier request for the same place.
    """

    number: int
    village: str
    people: int
    came_at: dt.datetime
    due: dt.date
    state: RequestState = "received"
    position: Position | None = None
    vulnerable_people: int = 0
    stock_l: int | None = None
    remark: str = ""
    phone: str = ""
    is_supervised: bool = False
    same_as: int | None = None

    def is_overdue(self, today: dt.date) -> bool:
        """Whether it should have been ended before today."""
        return self.state not in ENDED and today > self.due


def require_step(state: RequestState, to: RequestState) -> None:
    """
    Refuse what may not follow a state.

    Parameters
    ----------
    state
        Where the request stands.
    to
        Where it should go.

    Raises
    ------
    DispatchError
        With both states and what may follow.
    """
    if to not in NEXT[state]:
        allowed = [name for name in STATES if name in NEXT[state]]
        raise DispatchError(
            say(
                "request_step_refused",
                state=term("request_state", state),
                to=term("request_state", to),
                allowed=" ".join(allowed),
            )
        )


def way_to(
    state: RequestState, to: Literal["planned", "delivered"]
) -> tuple[RequestState, ...]:
    """
    Return the states that a request goes through until plan or ledger have it.

    A plan that serves a request accepts it, and so does water that came unplanned.

    Parameters
    ----------
    state
        Where the request stands.
    to
        What plan or ledger say of it.

    Returns
    -------
    tuple[RequestState, ...]
        Empty where it says nothing new.
    """
    if state in ("received", "reopened"):
        return ("accepted", to)
    return (to,) if to in NEXT[state] else ()


def by_urgency(calls: Iterable[Call], today: dt.date) -> list[Call]:
    """
    Return overdue requests first, then supervised ones, then by their due day.

    Parameters
    ----------
    calls
        In any order; closed ones come last.
    today
        Those due before it are overdue.
    """
    return sorted(
        calls,
        key=lambda call: (
            call.state == "closed",
            not call.is_overdue(today),
            not call.is_supervised,
            call.due,
            call.came_at,
            call.number,
        ),
    )


def is_same_place(
    call: Call, *, village: str | None = None, position: Position | None = None
) -> bool:
    """
    Whether a request is for a place: the same village, or within 200 m.

    Parameters
    ----------
    call
        An earlier request.
    village, position
        The place of another one; either may be unknown.
    """
    if village is not None and call.village == village:
        return True
    if position is None or call.position is None:
        return False
    return gap_m(call.position, position) <= SAME_WITHIN_M


def twin_of(
    calls: Iterable[Call],
    *,
    came_at: dt.datetime,
    village: str | None = None,
    position: Position | None = None,
) -> Call | None:
    """
    Return the first of the requests for the same place within 48 hours.

    Parameters
    ----------
    calls
        Requests of the township; closed ones are past.
    came_at
        When the other one came.
    village, position
        Its place; either may be unknown.
    """
    twins = [
        call
        for call in calls
        if call.state != "closed"
        and abs(call.came_at - came_at) <= SAME_WITHIN
        and is_same_place(call, village=village, position=position)
    ]
    return min(twins, key=lambda call: (call.came_at, call.number), default=None)


def nearest_place(position: Position, places: Mapping[str, Position]) -> str | None:
    """
    Return the id of the nearest place within 200 m of a position.

    Parameters
    ----------
    position
        Where somebody needs water.
    places
        Known places by id.
    """
    gaps = {place_id: gap_m(position, at) for place_id, at in places.items()}
    near = min(gaps, key=gaps.__getitem__, default=None)
    return near if near is not None and gaps[near] <= SAME_WITHIN_M else None
