"""
Sun and air of a day: the parts of the equation of Penman and Monteith.

References
----------
Allen, Pereira, Raes, Smith (1998), Crop evapotranspiration, FAO Irrigation and Drainage
Paper 56 (FAO-56), chapters 3 and 4; equation numbers are those of the paper.
"""

from __future__ import annotations

import math
from typing import Final

#: MJ/m2/min, and MJ/m2/d/K^4.
_SOLAR_CONSTANT: Final = 0.0820
_STEFAN_BOLTZMANN: Final = 4.903e-9
#: Share of the sun that grass throws back.
_ALBEDO: Final = 0.23
_KELVIN: Final = 273.16


def pressure_kpa(elevation_m: float) -> float:
    """Return the mean pressure of the air at a height (eq. 7)."""
    return 101.3 * math.pow((293.0 - 0.0065 * elevation_m) / 293.0, 5.26)


def psychrometric_kpa_per_c(air_kpa: float) -> float:
    """Return the psychrometric constant at a pressure of the air (eq. 8)."""
    return 0.665e-3 * air_kpa


def saturation_kpa(temperature_c: float) -> float:
    """Return the vapour pressure of saturated air (eq. 11)."""
    return 0.6108 * math.exp(17.27 * temperature_c / (temperature_c + 237.3))


def mean_saturation_kpa(tmin_c: float, tmax_c: float) -> float:
    """
    Return the mean vapour pressure of saturated air of a day (eq. 12).

    Parameters
    ----------
    tmin_c, tmax_c
        Lowest and highest temperature.
    """
    return (saturation_kpa(tmin_c) + saturation_kpa(tmax_c)) / 2


def slope_kpa_per_c(temperature_c: float) -> float:
    """Return how fast the vapour pressure of saturated air rises (eq. 13)."""
    return 4098 * saturation_kpa(temperature_c) / (temperature_c + 237.3) ** 2


def wind_at_2_m(wind_m_per_s: float, *, height_m: float = 10.0) -> float:
    """
    Return the wind at 2 m above grass in m/s (eq. 47).

    Parameters
    ----------
    wind_m_per_s
        Wind as measured.
    height_m
        Height at which it was measured.
    """
    return wind_m_per_s * 4.87 / math.log(67.8 * height_m - 5.42)


def _declination(day_of_year: int) -> float:
    """Return the declination of the sun in radians (eq. 24)."""
    return 0.409 * math.sin(2 * math.pi * day_of_year / 365 - 1.39)


def _sunset_angle(lat: float, day_of_year: int) -> float:
    """Return the angle of the hour of sunset in radians (eq. 25)."""
    cosine = -math.tan(math.radians(lat)) * math.tan(_declination(day_of_year))
    # Beyond the polar circles the sun may not rise or not set.
    return math.acos(min(1.0, max(-1.0, cosine)))


def daylight_h(lat: float, day_of_year: int) -> float:
    """
    Return the hours from sunrise to sunset (eq. 34).

    Parameters
    ----------
    lat
        Degrees, south is negative.
    day_of_year
        1 on the first of January.
    """
    return 24 / math.pi * _sunset_angle(lat, day_of_year)


def extraterrestrial_mj(lat: float, day_of_year: int) -> float:
    """
    Return the sun above the air in MJ/m2/d (eq. 21).

    Parameters
    ----------
    lat
        Degrees, south is negative.
    day_of_year
        1 on the first of January.
    """
    phi, sun, sunset = (
        math.radians(lat),
        _declination(day_of_year),
        _sunset_angle(lat, day_of_year),
    )
    distance = 1 + 0.033 * math.cos(2 * math.pi * day_of_year / 365)
    height = sunset * math.sin(phi) * math.sin(sun)
    height += math.cos(phi) * math.cos(sun) * math.sin(sunset)
    return 24 * 60 / math.pi * _SOLAR_CONSTANT * distance * height


def solar_mj(extra_mj: float, *, sun_h: float, day_h: float) -> float:
    """
    Return the sun that reaches the ground in MJ/m2/d (eq. 35, a = 0.25, b = 0.50).

    Parameters
    ----------
    extra_mj
        Sun above the air.
    sun_h
        Hours of bright sunshine.
    day_h
        Hours from sunrise to sunset.
    """
    share = min(1.0, sun_h / day_h) if day_h > 0 else 0.0
    return (0.25 + 0.50 * share) * extra_mj


def net_radiation_mj(
    sun_mj: float,
    extra_mj: float,
    *,
    tmin_c: float,
    tmax_c: float,
    vapour_kpa: float,
    elevation_m: float,
) -> float:
    """
    Return the radiation that stays at the ground in MJ/m2/d (eq. 37 to 40).

    Parameters
    ----------
    sun_mj, extra_mj
        Sun at the ground, and above the air.
    tmin_c, tmax_c
        Lowest and highest temperature.
    vapour_kpa
        Vapour pressure of the air.
    elevation_m
        Height above the sea.
    """
    clear_mj = (0.75 + 2e-5 * elevation_m) * extra_mj
    clearness = min(1.0, sun_mj / clear_mj) if clear_mj > 0 else 0.0
    heat = ((tmax_c + _KELVIN) ** 4 + (tmin_c + _KELVIN) ** 4) / 2
    long_mj = (
        _STEFAN_BOLTZMANN
        * heat
        * (0.34 - 0.14 * math.sqrt(vapour_kpa))
        * (1.35 * clearness - 0.35)
    )
    return (1 - _ALBEDO) * sun_mj - long_mj


def monthly_ground_heat_mj(
    before_c: float, now_c: float, after_c: float | None = None
) -> float:
    """
    Return the heat that goes into the ground in a month, MJ/m2/d (eq. 43 and 44).

    Of a day it is 0 (eq. 42).

    Parameters
    ----------
    before_c, now_c
        Mean temperatures of the month before and of this month.
    after_c
        Of the next month; None: not known yet.
    """
    if after_c is None:
        return 0.14 * (now_c - before_c)
    return 0.07 * (after_c - before_c)
