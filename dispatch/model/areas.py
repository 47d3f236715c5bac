"""Areas of townships and counties, and features of background maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """
    A township or county, to tell whether a place can belong to it.

    Attributes
    ----------
    rings
        Closed outlines as (lat, lon) in WGS-84, the first of each polygon outside,
        holes by the even-odd rule; empty: only the centre is known.
    centre
        (lat, lon) of the seat; None: unknown.
    """

    name: str
    level: Literal["township", "county"]
    code: str = ""
    rings: tuple[tuple[tuple[float, float], ...], ...] = ()
    centre: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFeature:
    """
    Something that is drawn under the places so that people find their way.

    Attributes
    ----------
    lines
        (lat, lon) points in WGS-84: outlines of ``water`` by the even-odd rule,
        courses of a ``river``, a ``boundary``, or the one point of a ``place``.
    credit
        Whose data it is, to be shown wherever it is drawn.
    """

    kind: Literal["water", "river", "boundary", "place"]
    name: str = ""
    lines: tuple[tuple[tuple[float, float], ...], ...] = ()
    credit: str = ""
