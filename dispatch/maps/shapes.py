"""Lines and places with a look, as every map takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Line:
    """
    Lines or areas of one look; ``points`` as Leaflet nests them.

    ``credit`` says whose data they are.
    """

    points: Sequence[Any]
    style: dict[str, Any]
    tip: str = ""
    is_area: bool = False
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place with one character as its sign; ``moves``: can be dragged."""

    name: str
    lat: float
    lon: float
    sign: str
    moves: bool = False
