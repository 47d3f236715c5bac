"""Pictures of requests: written anew, outside of all routes, seen in one township."""

from __future__ import annotations

import hashlib
import threading
import uuid
from typing import TYPE_CHECKING, Final, Literal

from dispatch.atomic import write_file
from dispatch.errors import DispatchError
from dispatch.files.photo import MAX_PHOTO_BYTES, PhotoError, clean_photo
from dispatch.store.audit import note_change
from dispatch.store.request_photos import RequestPicture, add_picture, pictures_of
from dispatch.store.requests import find_request
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from sqlalchemy.orm import Session

    from dispatch.store.db import Database
    from dispatch.store.tables import Request

MAX_PHOTOS: Final = 10
#: A picture takes much memory while it is unpacked.
_UNPACKING: Final = threading.Semaphore(2)

AddedPhoto = Literal["new", "known"]


def add_photo(
    db: Database,
    photos: Path,
    township: str | None,
    number: int,
    content: bytes,
    *,
    who: str,
    at: dt.datetime,
) -> AddedPhoto:
    """
    Add a picture to a request; known: it has this one already.

    Parameters
    ----------
    db
        The store.
    photos
        Folder of the pictures, which no page leads to.
    township
        The only one whose requests are seen; None: all are.
    number
        Of the request.
    content
        As it came.
    who
        Who adds it.
    at
        When.

    Raises
    ------
    DispatchError
        If there is no such request, it has its pictures, or this is none.
    """
    if len(content) > MAX_PHOTO_BYTES:
        raise DispatchError(say("photo.too_large", most=MAX_PHOTO_BYTES // 1_000_000))
    digest = hashlib.sha256(content).hexdigest()
    with db.read() as session:
        request = find_request(session, township, number)
        if _has(session, request, digest):
            return "known"
    with _UNPACKING:
        try:
            cleaned = clean_photo(content)
        except PhotoError as error:
            raise DispatchError(say("photo.no_picture")) from error
    # The name says nothing and cannot be chosen from outside.
    path = photos / f"{uuid.uuid4().hex}.jpg"
    write_file(path, cleaned)
    is_kept = False
    try:
        with db.write() as session:
            request = find_request(session, township, number, lock=True)
            if _has(session, request, digest):
                return "known"
            added = add_picture(
                session, request, digest=digest, file=path.name, who=who, at=at
            )
            what = f"request {number}"
            code = request.township
            note_change(session, code, who=who, what=what, at=at, new={"photo": added})
        is_kept = True
    finally:
        if not is_kept:
            path.unlink()
    return "new"


def photos_of(db: Database, township: str | None, number: int) -> list[RequestPicture]:
    """
    Return the pictures of a request, the oldest first.

    Parameters
    ----------
    db
        The store.
    township, number
        As for `add_photo`.

    Raises
    ------
    DispatchError
        If there is no such request.
    """
    with db.read() as session:
        return pictures_of(session, find_request(session, township, number))


def read_photo(
    db: Database,
    photos: Path,
    township: str | None,
    number: int,
    photo: RequestPicture,
) -> bytes | None:
    """
    Return a picture of a request as JPEG; None if its file is gone.

    Parameters
    ----------
    db
        The store.
    photos
        Folder of the pictures.
    township, number
        As for `add_photo`.
    photo
        From `photos_of`.

    Raises
    ------
    DispatchError
        If the request has no such picture.
    """
    for picture in photos_of(db, township, number):
        if picture.number == photo.number:
            try:
                return (photos / picture.file).read_bytes()
            except OSError:
                return None
    raise DispatchError(say("photo.unknown", number=number, photo=photo.number))


def _has(session: Session, request: Request, digest: str) -> bool:
    """Whether a request has a picture; complain where it can have no other."""
    pictures = pictures_of(session, request)
    if any(picture.digest == digest for picture in pictures):
        return True
    if len(pictures) >= MAX_PHOTOS:
        raise DispatchError(
            say("photo.too_many", number=request.number, most=MAX_PHOTOS)
        )
    return False
