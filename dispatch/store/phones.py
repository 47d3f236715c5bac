"""What phones are shown: published versions, reports and pictures by truck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from dispatch.store.tables import Day, Event, Photo, PlanVersion, Seen, Token

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Head:
    """A version that drivers were told, without its plan."""

    version_id: int
    date: dt.date
    number: int
    is_open: bool
    is_published: bool


def heads(
    session: Session, township: str, dates: Collection[dt.date] | None = None
) -> list[Head]:
    """
    Return the versions that drivers were ever told, by date and number.

    Parameters
    ----------
    session
        An open session.
    township
        Its code.
    dates
        Of these days; None: of all days that are open.
    """
    query = (
        select(
            PlanVersion.id, Day.date, PlanVersion.number, Day.state, PlanVersion.status
        )
        .join(Day, Day.id == PlanVersion.day_id)
        .where(Day.township == township, PlanVersion.published_at.is_not(None))
        .order_by(Day.date, PlanVersion.number)
    )
    if dates is None:
        query = query.where(Day.state == "open")
    else:
        query = query.where(Day.date.in_(dates))
    return [
        Head(version_id, date, number, state == "open", status == "published")
        for version_id, date, number, state, status in session.execute(query)
    ]


def version_content(session: Session, version_id: int) -> tuple[bytes, str]:
    """
    Return a version's scenario and plan, which never change.

    Parameters
    ----------
    session
        An open session.
    version_id
        From `heads`.
    """
    query = select(PlanVersion.scenario, PlanVersion.plan)
    row = session.execute(query.where(PlanVersion.id == version_id)).one()
    return row.scenario, row.plan


def known_events(
    session: Session, township: str, keys: Collection[str]
) -> dict[str, tuple[dt.date, str]]:
    """
    Return the day and the truck of events that are there, by key.

    Parameters
    ----------
    session
        An open session.
    township
        Its code.
    keys
        Of the events.
    """
    query = select(Event.key, Event.date, Event.truck)
    rows = session.execute(query.where(Event.township == township, Event.key.in_(keys)))
    return {key: (date, truck) for key, date, truck in rows}


def add_photo(
    session: Session,
    township: str,
    key: str,
    *,
    digest: str,
    file: str,
    received_at: dt.datetime,
) -> bool | None:
    """
    Keep that an event has a picture; False: it has this one already, None: another.

    Parameters
    ----------
    session
        A session that writes.
    township
        Its code.
    key
        Of the event.
    digest
        Of the picture as it came.
    file
        Its name in the folder of pictures.
    received_at
        When it came.
    """
    known = photo_digest(session, township, key)
    if known is None:
        photo = Photo(township=township, key=key, digest=digest, file=file)
        photo.received_at = received_at
        try:
            with session.begin_nested():
                session.add(photo)
        except IntegrityError:
            known = photo_digest(session, township, key)
        else:
            return True
    return False if known == digest else None


def photo_digest(session: Session, township: str, key: str) -> str | None:
    """
    Return the digest of an event's picture; None: it has none.

    Parameters
    ----------
    session
        An open session.
    township
        Its code.
    key
        Of the event.
    """
    query = select(Photo.digest).where(Photo.township == township, Photo.key == key)
    return session.scalar(query)


def note_shown(
    session: Session,
    version_id: int,
    token_id: int,
    *,
    at: dt.datetime,
    is_seen: bool = False,
) -> None:
    """
    Note that the page of a link had a version, and that somebody said so.

    Parameters
    ----------
    session
        A session that writes.
    version_id
        From `heads`.
    token_id
        Number of the link.
    at
        When; the first time counts.
    is_seen
        Whether somebody confirmed it.
    """
    query = select(Seen).where(Seen.version_id == version_id, Seen.token_id == token_id)
    row = session.scalar(query.with_for_update())
    if row is None:
        row = Seen(
            version_id=version_id,
            token_id=token_id,
            shown_at=at,
            seen_at=at if is_seen else None,
        )
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # two tabs at once: the other one was first
            return
    if is_seen and row.seen_at is None:
        row.seen_at = at
    session.flush()


class SeenBy(NamedTuple):
    """A link until its end, and when it was shown a version; None: it was not yet."""

    number: int
    subject: str
    trucks: tuple[str, ...]
    until: dt.datetime
    shown_at: dt.datetime | None
    seen_at: dt.datetime | None


def seen_by(
    session: Session, township: str, date: dt.date, number: int
) -> list[SeenBy]:
    """
    Return the links of trucks and teams, and what they have seen of a version.

    Parameters
    ----------
    session
        An open session.
    township, date
        Of the day.
    number
        Of the version.
    """
    version = (
        select(PlanVersion.id)
        .join(Day, Day.id == PlanVersion.day_id)
        .where(Day.township == township, Day.date == date, PlanVersion.number == number)
        .scalar_subquery()
    )
    query = (
        select(Token, Seen.shown_at, Seen.seen_at)
        .outerjoin(Seen, (Seen.token_id == Token.id) & (Seen.version_id == version))
        .where(
            Token.township == township,
            Token.kind == "link",
            Token.is_revoked.is_(False),
        )
        .order_by(Token.id)
    )
    return [
        SeenBy(
            token.id, token.subject, tuple(token.trucks), token.until, shown_at, seen_at
        )
        for token, shown_at, seen_at in session.execute(query)
    ]
