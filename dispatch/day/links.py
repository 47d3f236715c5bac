"""Personal links of trucks, teams, villages and people on duty: made, revoked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dispatch.errors import DispatchError
from dispatch.files.scenario.snapshot import scenario_from_bytes
from dispatch.store.audit import note_change
from dispatch.store.master import has_township, items_of, township_of
from dispatch.store.phones import SeenBy, seen_by
from dispatch.store.remembered import remembered
from dispatch.store.tokens import TokenKind, add_token, links, revoke, token_of
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.store.db import Database
    from dispatch.store.tables import Token

_KINDS: tuple[TokenKind, ...] = ("link", "village", "duty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    What a link opens.

    Attributes
    ----------
    number
        By which it is revoked.
    kind
        link (a truck or a team), village, or duty (somebody who watches or carries).
    subject
        Truck, team, village or person.
    trucks
        All that may be reported for; none for a village or a person.
    until
        It is worth nothing from then on.
    sees_doors
        Whether it shows households by name and address.
    """

    number: int
    kind: TokenKind
    township: str
    subject: str
    trucks: tuple[str, ...]
    until: dt.datetime
    is_revoked: bool
    sees_doors: bool = False

    @property
    def is_team(self) -> bool:
        """Whether it is of several trucks, or of none yet."""
        return self.kind == "link" and self.trucks != (self.subject,)


def make_link(
    db: Database,
    township: str,
    *,
    truck: str | None = None,
    team: str | None = None,
    village: str | None = None,
    person: str | None = None,
    trucks: Sequence[str] = (),
    until: dt.date,
    sees_doors: bool = False,
    who: str,
    at: dt.datetime,
) -> tuple[str, Link]:
    """
    Return the word of a new link, which is kept nowhere, and what it opens.

    Parameters
    ----------
    db
        The store.
    township
        Its code.
    truck, team, village, person
        One of them; a person is one of the table of people on duty.
    trucks
        Of a team; none: those whose driver it is.
    until
        The last day of the link; one that is over makes a link of no worth.
    sees_doors
        Of a team: whether it shows households by name and address.
    who
        Who makes it.
    at
        When.

    Raises
    ------
    DispatchError
        If not one of them is given, or the township has no such truck, village or
        person.
    """
    given = [name for name in (truck, team, village, person) if name]
    if len(given) != 1 or ((trucks or sees_doors) and not team):
        raise DispatchError(say("people.one_subject"))
    ends = dt.datetime.combine(until + dt.timedelta(days=1), dt.time())
    with db.write() as session:
        kept = township_of(session, township)
        wanted = list(trucks) if team else given
        if person:
            people = scenario_from_bytes(kept.base).water_people
            every = () if people is None else people.people
            known = {each.person_id: dict[str, Any]() for each in every}
        else:
            kind = "village" if village else "truck"
            # A county makes a thousand links in a row: not all rows for each of them.
            rows = items_of(session, township, kind, wanted or None)
            known = {item.item_id: item.data for item in rows}
        missing = [name for name in wanted if name not in known]
        if missing:
            raise DispatchError(
                say("people.no_subject", subject=missing[0], township=township)
            )
        if team and not trucks:
            wanted = [name for name, row in known.items() if row.get("driver") == team]
        word, token = add_token(
            session,
            kind="duty" if person else "village" if village else "link",
            subject=given[0],
            until=ends,
            at=at,
            township=township,
            trucks=() if village or person else wanted,
            sees_doors=sees_doors,
        )
        what = f"link {token.id} of {given[0]}"
        new = f"{until}, sees households" if sees_doors else str(until)
        note_change(session, township, who=who, at=at, what=what, new=new)
        return word, _link(token)


def link_of(
    db: Database, word: str, *, kind: TokenKind, now: dt.datetime
) -> Link | None:
    """
    Return what a link opens; None if it is unknown, revoked or over.

    Parameters
    ----------
    db
        The store.
    word
        As it came.
    kind
        link, village or duty.
    now
        The time that decides whether it is over.
    """
    with db.read() as session:
        token = token_of(session, word, kind=kind, now=now)
        return None if token is None else _link(token)


def knows_township(db: Database, code: str) -> bool:
    """
    Whether a township is in the store.

    Parameters
    ----------
    db
        The store.
    code
        Its code.
    """
    with db.read() as session:
        return has_township(session, code)


def all_links(db: Database, township: str | None = None) -> list[Link]:
    """
    Return the links that were made, the oldest first.

    Parameters
    ----------
    db
        The store.
    township
        Of this one only; None: all.
    """
    with db.read() as session:
        return [_link(token) for token in links(session, township)]


def revoke_links(
    db: Database,
    subject: str,
    *,
    township: str | None = None,
    who: str,
    at: dt.datetime,
) -> int:
    """
    Take the right of links away; return of how many.

    Parameters
    ----------
    db
        The store.
    subject
        Truck, team, village or person; else the number of a link, also as ``#3``.
    township
        Where; None: in all.
    who
        Who does it.
    at
        When.
    """
    with db.write() as session:
        num = revoke(session, kinds=_KINDS, subject=subject, township=township)
        number = subject.removeprefix("#")
        if not num and number.isdecimal() and len(number) < 10:
            num = revoke(session, kinds=_KINDS, number=int(number), township=township)
        if num:
            what = f"links of {subject} revoked"
            note_change(session, township or "", who=who, at=at, what=what, new=num)
        return num


def _link(token: Token) -> Link:
    return Link(
        number=token.id,
        kind=cast("TokenKind", token.kind),
        township=token.township,
        subject=token.subject,
        trucks=tuple(token.trucks),
        until=token.until,
        is_revoked=token.is_revoked,
        sees_doors=token.sees_doors,
    )


def who_has_seen(
    db: Database, township: str, date: dt.date, number: int, *, now: dt.datetime
) -> list[SeenBy]:
    """
    Return the valid links of trucks and teams, and what they have seen of a version.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.
    number
        Of the version.
    now
        Links that are over by then are left out.
    """
    every = _seen(db, township, date, number)
    return [each for each in every if each.until > now]


@remembered
def _seen(
    db: Database, township: str, date: dt.date, number: int
) -> tuple[SeenBy, ...]:
    with db.read() as session:
        return tuple(seen_by(session, township, date, number))
