"""What people paste as a position: degrees in any typing, or a link of a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.geo.datum import to_wgs84
from dispatch.geo.map_links import find_link, read_link
from dispatch.geo.position_text import plain_text, read_numbers
from dispatch.words.message import Message, MessageError, say

if TYPE_CHECKING:
    from dispatch.arrays import Point
    from dispatch.model.scenario import Datum

#: Chat messages are short; nobody pastes a book into a cell.
_MAX_CHARACTERS: Final = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """
    A place on the map.

    Attributes
    ----------
    lat, lon
        WGS-84 degrees.
    datum
        Datum in which the text was understood.
    how
        What it was taken for, to be shown beside it.
    """

    lat: float
    lon: float
    datum: Datum
    how: Message


def parse_position(text: str, *, datum: Datum | None = None) -> Position:
    """
    Return the position that a text means: numbers, a geo URI or a link of a map.

    Parameters
    ----------
    text
        What somebody pasted; words around a link do no harm.
    datum
        Of plain numbers; None means WGS-84. Links know their own.

    Raises
    ------
    MessageError
        With a sentence what to paste instead; nothing else is raised.
    """
    text = text[:_MAX_CHARACTERS]
    link = find_link(text)
    if link is not None:
        link_point = read_link(link)
        return _position(link_point.point, link_point.datum, link_point.how)
    assumed = datum or "wgs84"
    point = read_numbers(plain_text(text))
    return _position(
        point, assumed, say("position_from_numbers", datum=_SHOWN[assumed])
    )


#: How datums are called in texts.
_SHOWN: Final[dict[Datum, str]] = {
    "wgs84": "WGS-84",
    "gcj02": "GCJ-02",
    "bd09": "BD-09",
}


def _position(point: Point, datum: Datum, how: Message) -> Position:
    lat, lon = point
    is_on_map = -90 <= lat <= 90 and -180 <= lon <= 180
    if not is_on_map or (lat == 0 and lon == 0):
        raise MessageError(say("position_off_map", lat=lat, lon=lon))
    lat, lon = to_wgs84(lat=lat, lon=lon, datum=datum)
    return Position(lat=lat, lon=lon, datum=datum, how=how)
