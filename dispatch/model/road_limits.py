"""Limits of roads for a time, and rules of speeds."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  pydantic reads the annotations of kept scenarios
from dataclasses import dataclass
from typing import Literal

SpeedKind = Literal["class", "surface", "tracktype", "smoothness", "up", "down"]


LimitShape = Literal["line", "area"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """
    A date, a time of day, or both.

    A time without a date means that time on every day.
    """

    date: dt.date | None = None
    time_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadLimit:
    """
    What the office knows about a stretch of road; kept apart from the network.

    Attributes
    ----------
    road
        Name or number of a road, or the id of an edge; empty: by points alone.
    points
        (lat, lon) in WGS-84. One point: the nearest edge. Two: the shortest path
        along the roads between them. More: a line or area as drawn.
    shape
        ``area``: the points enclose an area; every road that enters it is meant.
    is_closed, max_gross_t, max_width_m, max_height_m
        What it forbids; None: nothing new.
    speed_km_h
        Slower than usual: no truck drives faster there.
    valid_from, valid_until
        None: always. Times without dates repeat every day.
    """

    limit_id: str
    road: str = ""
    points: tuple[tuple[float, float], ...] = ()
    shape: LimitShape = "line"
    is_closed: bool = False
    max_gross_t: float | None = None
    max_width_m: float | None = None
    max_height_m: float | None = None
    speed_km_h: float | None = None
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    notes: str = ""

    def interval_s(self, day: dt.date) -> tuple[int, int] | None:
        """
        Return from and until which second of a day it holds; None: not that day.

        ``valid_until`` without a time means until the end of that day.
        """
        early_s, late_s = 0, 86_400
        if self.valid_from is not None:
            if self.valid_from.date is not None and self.valid_from.date > day:
                return None
            if self.valid_from.date in (None, day):
                early_s = self.valid_from.time_s or 0
        if self.valid_until is not None:
            if self.valid_until.date is not None and self.valid_until.date < day:
                return None
            if self.valid_until.date in (None, day):
                until_s = self.valid_until.time_s
                late_s = 86_400 if until_s is None else until_s
        return (early_s, late_s) if early_s < late_s else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedRule:
    """
    One row of the table of speeds.

    The speed on an edge is the lowest of all rows that fit it.

    Attributes
    ----------
    kind, value
        What the row is about: ``class`` and ``tertiary``; ``up`` and ``0.06``, which
        means climbs from 6 % upward.
    empty_km_h, loaded_km_h
        No truck drives faster there; 0: cannot drive there. None: no effect.
    max_gross_t
        Heavier trucks do not go there; None: all do.
    source
        Where the figures come from.
    """

    kind: SpeedKind
    value: str
    empty_km_h: float | None = None
    loaded_km_h: float | None = None
    max_gross_t: float | None = None
    source: str = ""
