"""Pictures that drivers sent with reports; the files are outside the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from dispatch.store.tables import Event, Photo

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPicture:
    """
    A picture with what was reported.

    Attributes
    ----------
    key
        Of the event.
    at
        When it happened, by the township's own clock.
    file
        Its name in the folder of pictures.
    """

    key: str
    kind: str
    truck: str
    place: str
    at: dt.datetime
    file: str


def pictures_of_day(
    session: Session, township: str, date: dt.date
) -> list[EventPicture]:
    """
    Return the pictures of a day, by the time of what they show.

    Parameters
    ----------
    session
        An open session.
    township, date
        Of the day.
    """
    query = (
        select(Event.key, Event.kind, Event.truck, Event.place, Event.at, Photo.file)
        .join(Photo, and_(Photo.township == Event.township, Photo.key == Event.key))
        .where(Event.township == township, Event.date == date)
        .order_by(Event.at, Event.id)
    )
    return [
        EventPicture(
            key=row.key,
            kind=row.kind,
            truck=row.truck,
            place=row.place,
            at=row.at,
            file=row.file,
        )
        for row in session.execute(query)
    ]
