"""
The water on and in a field day by day without watering, and when it becomes short.

Notes
-----
The level of a field is the depth of the layer over its soil; below zero it is what
the crop has taken out of the soil since the layer was gone. A day takes ETc and, while
there is a layer, percolation; rain fills up to the upper bound of the layer. That a dry
crop takes less is left out, so that a level below zero errs to the dry side.
What people saw in the field wins over all of it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from dispatch.units import m3_per_mu
from dispatch.water.evaporation import et0_of
from dispatch.water.irrigation import crop_mm_per_d

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.water.fields import CropStage, FieldBlock, WeatherDay

#: What the level of the first day rests on, best first; ``assumed``: nobody looked,
#: and the field is taken as due for water now.
Basis = Literal["layer", "days_dry", "grade", "assumed"]
#: Grades of fields that are short already.
_SHORT: Final = frozenset({"light", "heavy", "dead"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DayWater:
    """What the sky gives and takes in a day."""

    et0_mm: float
    rain_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLevel:
    """
    A field without watering.

    Attributes
    ----------
    levels_mm
        At the start of the first day and at the end of each day.
    days_until_short
        Days from the start of the first day until the level reaches the lower bound;
        0: it is short already; None: not within these days.
    """

    field_id: str
    basis: Basis
    levels_mm: tuple[float, ...]
    days_until_short: float | None


class Sky:
    """The weather of any day: known ones as they are, others like the nearest known."""

    def __init__(
        self,
        weather: Mapping[dt.date, WeatherDay],
        *,
        lat: float,
        elevation_m: float = 0.0,
        usual_et0_mm: float = 5.0,
    ) -> None:
        """
        Work out the known days.

        Parameters
        ----------
        weather
            Days of the table.
        lat, elevation_m
            Where the fields are.
        usual_et0_mm
            Where the table is empty: a hot clear day of late summer, a planning
            assumption.
        """
        self._usual = DayWater(et0_mm=usual_et0_mm, rain_mm=0.0)
        self._known = {
            date: DayWater(
                et0_mm=et0_of(day, lat=lat, elevation_m=elevation_m).mm,
                rain_mm=day.rain_mm,
            )
            for date, day in weather.items()
        }

    def on(self, date: dt.date) -> DayWater:
        """Return a day; one that is not known evaporates like the nearest, no rain."""
        if date in self._known:
            return self._known[date]
        if not self._known:
            return self._usual
        nearest = min(self._known, key=lambda day: (abs((day - date).days), day))
        return DayWater(et0_mm=self._known[nearest].et0_mm, rain_mm=0.0)


def next_level_mm(level_mm: float, crop: CropStage, day: DayWater) -> float:
    """
    Return the level at the end of a day without watering.

    Parameters
    ----------
    level_mm
        At its start.
    crop
        What the field needs at its stage.
    day
        What the sky gives and takes.
    """
    taken = crop_mm_per_d(crop, et0_mm=day.et0_mm)
    seeps = min(crop.percolation_mm_per_d, max(0.0, level_mm + day.rain_mm))
    most = max(crop.layer_max_mm, level_mm)
    return min(most, level_mm + day.rain_mm - taken - seeps)


def field_level(
    block: FieldBlock,
    crop: CropStage,
    sky: Sky,
    *,
    first_day: dt.date,
    num_days: int,
) -> FieldLevel:
    """
    Return the levels of a field over some days, and when it becomes short.

    Parameters
    ----------
    block
        The fields, with what a survey found.
    crop
        What they need at their stage.
    sky
        The weather, also of the days since the survey.
    first_day
        First day of the plan.
    num_days
        Days to look ahead.
    """
    level_mm, basis = _first_level(block, crop, sky, first_day)
    levels = [level_mm]
    for number in range(num_days):
        today = sky.on(first_day + dt.timedelta(days=number))
        levels.append(next_level_mm(levels[-1], crop, today))
    is_short = block.grade in _SHORT
    until = 0.0 if is_short else _days_until(levels, crop.layer_min_mm)
    return FieldLevel(
        field_id=block.field_id,
        basis=basis,
        levels_mm=tuple(levels),
        days_until_short=until,
    )


def _first_level(
    block: FieldBlock, crop: CropStage, sky: Sky, first_day: dt.date
) -> tuple[float, Basis]:
    """Return the level at the start of the first day, and what it rests on."""
    seen = first_day
    if block.surveyed_at is not None and block.surveyed_at.date is not None:
        seen = min(first_day, block.surveyed_at.date)
    basis: Basis
    if block.days_dry is not None and (block.days_dry or block.layer_mm is None):
        level_mm, basis = _dry_level(block.days_dry, crop, sky, seen), "days_dry"
    elif block.layer_mm is not None:
        level_mm, basis = block.layer_mm, "layer"
    else:
        return crop.layer_min_mm, "assumed" if block.grade is None else "grade"
    while seen < first_day:
        level_mm = next_level_mm(level_mm, crop, sky.on(seen))
        seen += dt.timedelta(days=1)
    return level_mm, basis


def _dry_level(days_dry: float, crop: CropStage, sky: Sky, seen: dt.date) -> float:
    """Return the level after some days without a layer, by what each day took."""
    level_mm, left, date = 0.0, days_dry, seen
    while left > 0:
        date -= dt.timedelta(days=1)
        day = sky.on(date)
        level_mm -= min(1.0, left) * crop_mm_per_d(crop, et0_mm=day.et0_mm)
        left -= 1
    return level_mm


def _days_until(levels: list[float], least_mm: float) -> float | None:
    """Return when levels that fall evenly within each day reach the least."""
    if levels[0] <= least_mm:
        return 0.0
    for number in range(len(levels) - 1):
        start, end = levels[number], levels[number + 1]
        if end <= least_mm:
            return number + (start - least_mm) / (start - end)
    return None


def watering_m3_per_mu(block: FieldBlock, crop: CropStage, *, level_mm: float) -> float:
    """
    Return the next watering at the field: as entered, else up to the upper bound.

    Parameters
    ----------
    block
        The fields; a need that was entered wins over the formula.
    crop
        What they need at their stage.
    level_mm
        Level at the time of the watering.
    """
    if block.need_m3_per_mu is not None:
        return block.need_m3_per_mu
    return m3_per_mu(max(0.0, crop.layer_max_mm - level_mm))
