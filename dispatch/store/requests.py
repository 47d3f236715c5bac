"""Requests and their steps: added once by their key, moved on, never taken out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sqlalchemy import func, select

from dispatch.errors import ConflictError, DispatchError
from dispatch.operations.requests import (
    SAME_WITHIN,
    WAITING,
    Call,
    Position,
    RequestState,
    nearest_place,
    require_step,
    twin_of,
    way_to,
)
from dispatch.operations.rules import rules_of
from dispatch.operations.workdays import due_date
from dispatch.store.master import township_of
from dispatch.store.tables import Item, Request, RequestStep
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    from sqlalchemy.orm import Session

    from dispatch.words.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """
    What whoever answers the phone wrote down.

    Attributes
    ----------
    village
        Id or name of a village of the master data; empty where a position is given.
    came_at
        When the call came; None: now.
    key
        Of the sender, so that a repeat adds nothing; None: every call is a new one.
    """

    village: str = ""
    position: Position | None = None
    people: int = 0
    vulnerable_people: int = 0
    stock_l: int | None = None
    remark: str = ""
    phone: str = ""
    came_at: dt.datetime | None = None
    key: str | None = None

    def digest(self) -> str:
        """Return the hash of what it says."""
        content = [
            self.village,
            self.position,
            self.people,
            self.vulnerable_people,
            self.stock_l,
            self.remark,
            self.phone,
            None if self.came_at is None else self.came_at.isoformat(),
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Step:
    """A step that a request has gone, with time, person and words."""

    state: RequestState
    at: dt.datetime
    who: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """
    What became of a call.

    Attributes
    ----------
    notice
        How its due day was counted, where that is not as it should be.
    is_new
        False where the key was known: nothing was added.
    """

    call: Call
    notice: Message | None
    is_new: bool


def add_request(
    session: Session, township: str, new: NewCall, *, now: dt.datetime, who: str = ""
) -> Added:
    """
    Return the request of a call; with a known key, the one that was there.

    Parameters
    ----------
    session
        A session that writes.
    township
        Its code.
    new
        What was written down.
    now
        When it is written down.
    who
        Who does.

    Raises
    ------
    ConflictError
        If the key stands for another content.
    DispatchError
        If the store has no such township, or it has no such village.
    """
    # Two at once would take the same number: the second waits here.
    settings = township_of(session, township, lock=True).settings
    workdays = rules_of(settings).request_workdays
    known = _by_key(session, township, new.key)
    if known is not None:
        if known.digest != new.digest():
            raise ConflictError(say("request_key_taken", key=new.key))
        due = due_date(known.came_at.date(), workdays)
        return Added(call=_call(known), notice=due.notice, is_new=False)
    came_at = new.came_at or now
    due = due_date(came_at.date(), workdays)
    village, twin = _place_of(session, township, new, came_at)
    row = Request(
        township=township,
        number=0,
        key=new.key,
        digest=new.digest(),
        village="",
        lat=new.position.lat if new.position else None,
        lon=new.position.lon if new.position else None,
        people=new.people,
        vulnerable_people=new.vulnerable_people,
        stock_l=new.stock_l,
        remark=new.remark,
        phone=new.phone,
        came_at=came_at,
        due=due.date,
        state="received",
        same_as=twin.number if twin is not None else None,
    )
    session.add(row)
    session.flush()
    # Of the whole store, so that a number alone says which request is meant.
    row.number = row.id
    row.village = village or _own_place(session, township, row.number)
    _add_step(session, row, "received", at=came_at, who=who)
    return Added(call=_call(row), notice=due.notice, is_new=True)


def _by_key(session: Session, township: str, key: str | None) -> Request | None:
    if key is None:
        return None
    query = select(Request).where(Request.township == township, Request.key == key)
    return session.scalar(query)


def _place_of(
    session: Session, township: str, new: NewCall, came_at: dt.datetime
) -> tuple[str, Call | None]:
    """
    Return the id of the place of a call, and an earlier call for the same place.

    The id is empty where nobody has named the place before.
    """
    query = select(Item.item_id, Item.data).where(
        Item.township == township, Item.kind == "village"
    )
    villages = {row.item_id: row.data for row in session.execute(query)}
    recent = select(Request).where(
        Request.township == township,
        Request.came_at >= came_at - SAME_WITHIN,
        Request.came_at <= came_at + SAME_WITHIN,
    )
    calls = [_call(row) for row in session.scalars(recent)]
    if new.position is None:
        village = new.village
        if village not in villages:
            named = [i for i, data in villages.items() if data["name"] == village]
            if len(named) != 1:
                raise DispatchError(say("request_no_village", village=village))
            (village,) = named
        return village, twin_of(calls, came_at=came_at, village=village)
    at = {i: Position(data["lat"], data["lon"]) for i, data in villages.items()}
    near = nearest_place(new.position, at)
    twin = twin_of(calls, came_at=came_at, village=near, position=new.position)
    if near is not None:
        return near, twin
    return (twin.village if twin is not None else ""), twin


def _own_place(session: Session, township: str, number: int) -> str:
    """Return an id for the place of a request that no other place has."""
    taken = set(session.scalars(select(Item.item_id).where(Item.township == township)))
    place = f"R{number}"
    while place in taken:
        place += "R"
    return place


def find_request(
    session: Session, township: str | None, number: int, *, lock: bool = False
) -> Request:
    """
    Return the row of a request.

    Parameters
    ----------
    session
        An open session.
    township
        The only one whose requests are seen; None: all are.
    number
        Of the request.
    lock
        Whether others that move it on wait until this transaction is over.

    Raises
    ------
    DispatchError
        If there is none.
    """
    query = select(Request).where(Request.number == number)
    if township is not None:
        query = query.where(Request.township == township)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise DispatchError(say("request_unknown", number=number))
    return row


def call_of(session: Session, township: str | None, number: int) -> Call:
    """
    Return a request as it stands.

    Parameters
    ----------
    session
        An open session.
    township, number
        As for `find_request`.
    """
    return _call(find_request(session, township, number))


def calls_of(session: Session, townships: Collection[str]) -> list[tuple[str, Call]]:
    """
    Return all requests of some townships, each with the code of its own.

    Parameters
    ----------
    session
        An open session.
    townships
        Codes; none: every township.
    """
    query = select(Request).order_by(Request.township, Request.number)
    if townships:
        query = query.where(Request.township.in_(townships))
    return [(row.township, _call(row)) for row in session.scalars(query)]


def steps_of(session: Session, township: str | None, number: int) -> list[Step]:
    """
    Return the steps of a request, in the order in which they were gone.

    Parameters
    ----------
    session
        An open session.
    township, number
        As for `find_request`.
    """
    row = find_request(session, township, number)
    query = select(RequestStep).where(RequestStep.request_id == row.id)
    return [
        Step(cast("RequestState", step.state), step.at, step.who, step.words)
        for step in session.scalars(query.order_by(RequestStep.id))
    ]


def move_request(
    session: Session,
    row: Request,
    to: RequestState,
    *,
    at: dt.datetime,
    who: str = "",
    words: str = "",
) -> None:
    """
    Take a request one step further; where it is there already, nothing happens.

    Parameters
    ----------
    session
        A session that writes.
    row
        The request, locked.
    to
        Its next state.
    at, who, words
        Of the step.

    Raises
    ------
    DispatchError
        If that may not follow, or it is closed before the callback without a word why.
    """
    if row.state == to:
        return
    state = cast("RequestState", row.state)
    require_step(state, to)
    if to == "closed" and state != "called_back" and not words.strip():
        raise DispatchError(say("request_close_why"))
    _add_step(session, row, to, at=at, who=who, words=words)


def supervise_request(row: Request) -> None:
    """Mark a request whose callback was not satisfied (督办)."""
    row.is_supervised = True


def mark_planned(
    session: Session,
    township: str,
    village_ids: Collection[str],
    at: dt.datetime,
    *,
    who: str = "",
) -> list[int]:
    """
    Return the numbers of the requests that a published plan changes.

    Those that wait and whose village gets water are planned; those that were planned
    and are left out are accepted again.

    Parameters
    ----------
    session
        A session that writes.
    township
        Its code.
    village_ids
        Villages that the plan brings water to.
    at
        When it was published.
    who
        Who published it.
    """
    changed = []
    for row in _waiting(session, township):
        is_served = row.village in village_ids
        if is_served:
            ways = way_to(cast("RequestState", row.state), "planned")
        else:
            ways = ("accepted",) if row.state == "planned" else ()
        for state in ways:
            _add_step(session, row, state, at=at, who=who)
        if ways:
            changed.append(row.number)
    return changed


def mark_delivered(
    session: Session,
    township: str,
    village_ids: Iterable[str],
    at: dt.datetime,
    *,
    who: str = "",
) -> list[int]:
    """
    Return the numbers of the requests that a delivery answers.

    Water that came before a request, or before it was reopened, answers nothing.

    Parameters
    ----------
    session
        A session that writes.
    township
        Its code.
    village_ids
        Where water was delivered.
    at
        When.
    who
        Who brought it.
    """
    served = set(village_ids)
    # Most reports answer no request, and should not wait for one another.
    asked = select(func.count()).where(
        Request.township == township,
        Request.state.in_(sorted(WAITING)),
        Request.village.in_(sorted(served)),
    )
    if not session.scalar(asked):
        return []
    changed = []
    for row in _waiting(session, township):
        if row.village not in served or _asked_at(session, row) > at:
            continue
        for state in way_to(cast("RequestState", row.state), "delivered"):
            _add_step(session, row, state, at=at, who=who)
        changed.append(row.number)
    return changed


def _waiting(session: Session, township: str) -> list[Request]:
    query = select(Request).where(
        Request.township == township, Request.state.in_(sorted(WAITING))
    )
    return list(session.scalars(query.order_by(Request.number).with_for_update()))


def _asked_at(session: Session, row: Request) -> dt.datetime:
    """Return when somebody last asked: the call, or its last reopening."""
    query = select(func.max(RequestStep.at)).where(
        RequestStep.request_id == row.id, RequestStep.state == "reopened"
    )
    return session.scalar(query) or row.came_at


def _add_step(
    session: Session,
    row: Request,
    state: RequestState,
    *,
    at: dt.datetime,
    who: str = "",
    words: str = "",
) -> None:
    row.state = state
    step = RequestStep(request_id=row.id, state=state, at=at, who=who, words=words)
    session.add(step)
    session.flush()


def _call(row: Request) -> Call:
    is_placed = row.lat is not None and row.lon is not None
    return Call(
        number=row.number,
        village=row.village,
        position=Position(row.lat or 0.0, row.lon or 0.0) if is_placed else None,
        people=row.people,
        vulnerable_people=row.vulnerable_people,
        stock_l=row.stock_l,
        remark=row.remark,
        phone=row.phone,
        came_at=row.came_at,
        due=row.due,
        state=cast("RequestState", row.state),
        is_supervised=row.is_supervised,
        same_as=row.same_as,
    )
