"""Blocks of fields, what their crops need at each stage, and the weather."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  pydantic reads the annotations of kept scenarios
from dataclasses import dataclass
from typing import Literal

from dispatch.model.road_limits import Moment  # noqa: TC001  pydantic reads the annotations of kept scenarios
from dispatch.model.water.guards import require, require_amounts

#: As the drought form has it: watered; rice not watered in time; cracks, seedlings
#: withering; to be sown again.
Grade = Literal["normal", "light", "heavy", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldBlock:
    """
    Fields of one crop at one outlet.

    Attributes
    ----------
    group
        The village group that farms it and has its turn; empty: not known.
    layer_mm, days_dry
        What a survey found: water over the soil, or days since there was none.
    need_m3_per_mu
        Of the next watering, at the field; None: as the crop and the weather say.
    grade
        What a survey found; None: not surveyed.
    lift_needed
        Whether water reaches it only through a pump of the farmers at the outlet.
    """

    field_id: str
    village_id: str
    node_id: str
    area_mu: float
    crop: str
    stage: str
    group: str = ""
    yield_kg_per_mu: float | None = None
    layer_mm: float | None = None
    days_dry: float | None = None
    need_m3_per_mu: float | None = None
    grade: Grade | None = None
    lift_needed: bool = False
    surveyed_by: str = ""
    surveyed_at: Moment | None = None

    def __post_init__(self) -> None:
        """Guard amounts, and that a field is not wet and dry at once."""
        label = f"field {self.field_id}"
        amounts = ("yield_kg_per_mu", "layer_mm", "days_dry", "need_m3_per_mu")
        require_amounts(self, label, ("area_mu", *amounts))
        require(self.area_mu > 0, f"{label}: area_mu must be positive")
        require(
            not (self.layer_mm and self.days_dry),
            f"{label}: has a layer of water and days without one",
        )

    @property
    def is_rice(self) -> bool:
        """Whether its crop is rice, by the name in either language."""
        return "稻" in self.crop or "rice" in self.crop.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class CropStage:
    """
    What a crop needs at one of its stages.

    Attributes
    ----------
    kc
        Its evapotranspiration over that of the reference grass.
    layer_min_mm, layer_max_mm
        Water over the soil of paddies at which it is watered, and up to which.
    ky
        Share of the yield that is lost over share of the water that is missing.
    critical
        Whether fields at this stage come before all others.
    starts_on, ends_on
        First and last day of the stage this year; None: not known.
    """

    crop: str
    stage: str
    kc: float
    percolation_mm_per_d: float = 0.0
    layer_min_mm: float = 0.0
    layer_max_mm: float = 0.0
    ky: float = 1.0
    critical: bool = False
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    source: str = ""

    def __post_init__(self) -> None:
        """Guard amounts and the order of bounds and days."""
        label = f"crop {self.crop} at {self.stage}"
        layers = ("layer_min_mm", "layer_max_mm")
        require_amounts(self, label, ("kc", "percolation_mm_per_d", *layers, "ky"))
        require(
            self.layer_min_mm <= self.layer_max_mm,
            f"{label}: layer_min_mm above layer_max_mm",
        )
        require(
            self.starts_on is None
            or self.ends_on is None
            or self.starts_on <= self.ends_on,
            f"{label}: ends before it starts",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherDay:
    """
    The weather of a day, measured or forecast.

    Attributes
    ----------
    et0_mm
        Reference evapotranspiration; None: from what else is known of the day.
    rh_pct, wind_m_per_s, sun_h
        Mean relative humidity, mean wind at 10 m as weather services give it, and
        hours of bright sunshine; None: not known.
    """

    date: dt.date
    et0_mm: float | None = None
    tmin_c: float | None = None
    tmax_c: float | None = None
    rh_pct: float | None = None
    wind_m_per_s: float | None = None
    sun_h: float | None = None
    rain_mm: float = 0.0

    def __post_init__(self) -> None:
        """Guard that something says how much evaporates."""
        label = f"weather of {self.date}"
        require_amounts(
            self, label, ("et0_mm", "rh_pct", "wind_m_per_s", "sun_h", "rain_mm")
        )
        tmin, tmax = self.tmin_c, self.tmax_c
        require((tmin is None) == (tmax is None), f"{label}: one temperature only")
        require(
            self.et0_mm is not None or tmin is not None,
            f"{label}: neither et0_mm nor temperatures",
        )
        require(
            tmin is None or tmax is None or -60 <= tmin <= tmax <= 60,
            f"{label}: tmin above tmax, or none of this earth",
        )
        require((self.rh_pct or 0) <= 100, f"{label}: rh_pct above 100")
        require((self.sun_h or 0) <= 24, f"{label}: sun_h above 24")
