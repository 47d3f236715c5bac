"""Requests for water, from the call to the callback: each step one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.day.request_photos import add_photo as add_photo
from dispatch.day.request_photos import photos_of as photos_of
from dispatch.day.request_photos import read_photo as read_photo
from dispatch.errors import DispatchError
from dispatch.geo.position import parse_position
from dispatch.operations.requests import Position, by_urgency
from dispatch.store import requests as store
from dispatch.store.remembered import remembered
from dispatch.words.message import MessageError, say

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from dispatch.operations.requests import Call, RequestState
    from dispatch.store.db import Database
    from dispatch.store.requests import Added, NewCall, Step

#: More people, litres or letters are a mistake of typing.
MAX_PEOPLE: Final = 1_000_000
MAX_LITRES: Final = 100_000_000
MAX_TEXT: Final = 2_000
MAX_SHORT: Final = 200


def add_request(
    db: Database, township: str, new: NewCall, *, now: dt.datetime, who: str = ""
) -> Added:
    """
    Return the request of a call; it is on disk when this returns.

    Parameters
    ----------
    db
        The store.
    township
        Its code.
    new
        What whoever answered the phone wrote down.
    now
        When it is written down.
    who
        Who does.

    Raises
    ------
    ConflictError
        If the key stands for another content.
    DispatchError
        If the place is not known, or a figure cannot be.
    """
    _require_sound(new)
    with db.write() as session:
        return store.add_request(session, township, new, now=now, who=who)


def _require_sound(new: NewCall) -> None:
    if (not new.village) == (new.position is None):
        raise DispatchError(say("request_one_place"))
    for name, figure, most in (
        ("people", new.people, MAX_PEOPLE),
        ("vulnerable", new.vulnerable_people, MAX_PEOPLE),
        ("stock", new.stock_l or 0, MAX_LITRES),
    ):
        if not 0 <= figure <= most:
            raise DispatchError(
                say("request_bad_figure", name=name, value=figure, most=most)
            )
    if new.people + new.vulnerable_people == 0:
        raise DispatchError(say("request_nobody"))
    for name, text, size in (
        ("remark", new.remark, MAX_TEXT),
        ("phone", new.phone, MAX_SHORT),
        ("key", new.key or "", MAX_SHORT),
    ):
        if len(text) > size or not _is_plain(text):
            raise DispatchError(say("request_bad_text", name=name, size=size))


def _is_plain(text: str) -> bool:
    """Whether both databases can keep a text: no zero byte, no half of a letter."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def list_requests(
    db: Database, townships: Collection[str], *, today: dt.date
) -> list[tuple[str, Call]]:
    """
    Return requests with the township of each: overdue, supervised, then by due day.

    Parameters
    ----------
    db
        The store.
    townships
        Codes; none: every township.
    today
        Those due before it are overdue.
    """
    rows = _calls(db, tuple(townships))
    code_of = {id(call): code for code, call in rows}
    ordered = by_urgency([call for _, call in rows], today)
    return [(code_of[id(call)], call) for call in ordered]


@remembered
def _calls(db: Database, townships: tuple[str, ...]) -> tuple[tuple[str, Call], ...]:
    with db.read() as session:
        return tuple(store.calls_of(session, townships))


def show_request(
    db: Database, township: str | None, number: int
) -> tuple[Call, list[Step]]:
    """
    Return a request and the steps that it has gone.

    Parameters
    ----------
    db
        The store.
    township
        The only one whose requests are seen; None: all are.
    number
        Of the request.
    """
    with db.read() as session:
        call = store.call_of(session, township, number)
        return call, store.steps_of(session, township, number)


def move_request(
    db: Database,
    township: str | None,
    number: int,
    to: RequestState,
    *,
    at: dt.datetime,
    who: str = "",
    words: str = "",
) -> Call:
    """
    Return a request one step further; again the same step changes nothing.

    Parameters
    ----------
    db
        The store.
    township, number
        As for `show_request`.
    to
        Its next state.
    at, who, words
        Of the step.

    Raises
    ------
    DispatchError
        If that may not follow.
    """
    with db.write() as session:
        row = store.find_request(session, township, number, lock=True)
        store.move_request(session, row, to, at=at, who=who, words=words)
        return store.call_of(session, row.township, number)


def call_back(
    db: Database,
    township: str | None,
    number: int,
    *,
    is_satisfied: bool,
    at: dt.datetime,
    who: str = "",
    words: str = "",
) -> Call:
    """
    Return a request after the callback: called back, or reopened and supervised.

    Parameters
    ----------
    db
        The store.
    township, number
        As for `show_request`.
    is_satisfied
        What the caller said.
    at, who, words
        Of the step.

    Raises
    ------
    DispatchError
        If no water was promised or came yet.
    """
    to: RequestState = "called_back" if is_satisfied else "reopened"
    with db.write() as session:
        row = store.find_request(session, township, number, lock=True)
        store.move_request(session, row, to, at=at, who=who, words=words)
        if not is_satisfied:
            store.supervise_request(row)
            session.flush()
        return store.call_of(session, row.township, number)


def position_of(text: str) -> Position:
    """
    Return the position that somebody gave: numbers in any typing, or a link of a map.

    Raises
    ------
    DispatchError
        With a sentence what to give instead.
    """
    try:
        position = parse_position(text)
    except MessageError as error:
        raise DispatchError(error.message) from error
    return Position(position.lat, position.lon)
