"""Pictures that people add to requests: rows; the files are outside the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from dispatch.store.tables import RequestPhoto

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from dispatch.store.tables import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPicture:
    """
    A picture of a request.

    Attributes
    ----------
    number
        By which it is asked for, among those of the whole store.
    digest
        SHA-256 of it as it came.
    file
        Its name in the folder of pictures.
    """

    number: int
    digest: str
    file: str
    who: str
    at: dt.datetime


def pictures_of(session: Session, request: Request) -> list[RequestPicture]:
    """
    Return the pictures of a request, the oldest first.

    Parameters
    ----------
    session
        An open session.
    request
        Its row.
    """
    query = select(RequestPhoto).where(RequestPhoto.request_id == request.id)
    return [
        RequestPicture(
            number=row.id, digest=row.digest, file=row.file, who=row.who, at=row.at
        )
        for row in session.scalars(query.order_by(RequestPhoto.id))
    ]


def add_picture(
    session: Session,
    request: Request,
    *,
    digest: str,
    file: str,
    who: str,
    at: dt.datetime,
) -> int:
    """
    Return the number of a picture that a request has from now on.

    Parameters
    ----------
    session
        A session that writes, and holds the row of the request.
    request
        Its row.
    digest
        Of the picture as it came; none of the request has it.
    file
        Its name in the folder of pictures.
    who
        Who adds it.
    at
        When.
    """
    row = RequestPhoto(request_id=request.id, digest=digest, file=file, who=who, at=at)
    session.add(row)
    session.flush()
    return row.id
