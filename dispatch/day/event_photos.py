"""Pictures of arrivals and deliveries, as the office looks at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.errors import DispatchError
from dispatch.store.event_photos import EventPicture, pictures_of_day
from dispatch.store.remembered import remembered
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from dispatch.store.db import Database

__all__ = ["EventPicture", "event_photos", "read_event_photo"]


@remembered
def event_photos(
    db: Database, township: str, date: dt.date
) -> tuple[EventPicture, ...]:
    """
    Return the pictures that drivers sent on a day, by the time of what they show.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.
    """
    with db.read() as session:
        return tuple(pictures_of_day(session, township, date))


def read_event_photo(
    db: Database, photos: Path, township: str, date: dt.date, key: str
) -> bytes | None:
    """
    Return a picture of a day as JPEG; None if its file is gone.

    Parameters
    ----------
    db
        The store.
    photos
        Folder of the pictures, which no page leads to.
    township, date
        Of the day whose pictures may be seen.
    key
        Of the event.

    Raises
    ------
    DispatchError
        If the day has no such picture.
    """
    for picture in event_photos(db, township, date):
        if picture.key == key:
            try:
                return (photos / picture.file).read_bytes()
            except OSError:
                return None
    raise DispatchError(say("photo.unknown_event"))
