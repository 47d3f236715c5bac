"""
Reference evapotranspiration: what well-watered grass would take from the soil.

References
----------
Allen, Pereira, Raes, Smith (1998), FAO Irrigation and Drainage Paper 56 (FAO-56).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from dispatch.water.radiation import (
    daylight_h,
    extraterrestrial_mj,
    mean_saturation_kpa,
    net_radiation_mj,
    pressure_kpa,
    psychrometric_kpa_per_c,
    slope_kpa_per_c,
    solar_mj,
    wind_at_2_m,
)

if TYPE_CHECKING:
    from dispatch.model.water.fields import WeatherDay

#: Where a figure comes from, best first.
Et0Method = Literal["given", "penman_monteith", "hargreaves"]


class Et0(NamedTuple):
    """Reference evapotranspiration of a day, and how it was got."""

    mm: float
    method: Et0Method


def penman_monteith_mm(
    *,
    net_radiation_mj: float,
    temperature_c: float,
    wind_2m_m_per_s: float,
    saturation_kpa: float,
    vapour_kpa: float,
    slope_kpa_per_c: float,
    psychrometric_kpa_per_c: float,
    ground_heat_mj: float = 0.0,
) -> float:
    """
    Return the reference evapotranspiration in mm/d (FAO-56, eq. 6).

    Parameters
    ----------
    net_radiation_mj
        Rn, MJ/m2/d.
    temperature_c
        Mean of the day.
    wind_2m_m_per_s
        u2.
    saturation_kpa, vapour_kpa
        es and ea; their difference is the deficit.
    slope_kpa_per_c, psychrometric_kpa_per_c
        Slope of the vapour pressure curve, psychrometric constant.
    ground_heat_mj
        G, MJ/m2/d: 0 for a day.
    """
    slope, gamma, u2 = slope_kpa_per_c, psychrometric_kpa_per_c, wind_2m_m_per_s
    by_sun = 0.408 * slope * (net_radiation_mj - ground_heat_mj)
    deficit = saturation_kpa - vapour_kpa
    by_air = gamma * 900 / (temperature_c + 273) * u2 * deficit
    return (by_sun + by_air) / (slope + gamma * (1 + 0.34 * u2))


def hargreaves_mm(
    *, tmin_c: float, tmax_c: float, extra_mj: float, tmean_c: float | None = None
) -> float:
    """
    Return the reference evapotranspiration in mm/d by temperature (FAO-56, eq. 52).

    Parameters
    ----------
    tmin_c, tmax_c
        Lowest and highest temperature.
    extra_mj
        Sun above the air, MJ/m2/d.
    tmean_c
        Mean temperature; None: the middle of the two.
    """
    mean = (tmin_c + tmax_c) / 2 if tmean_c is None else tmean_c
    # Below -17.8 degrees nothing evaporates; the equation would turn negative.
    warmth = max(0.0, mean + 17.8)
    return 0.0023 * warmth * math.sqrt(tmax_c - tmin_c) * 0.408 * extra_mj


def et0_of(day: WeatherDay, *, lat: float, elevation_m: float = 0.0) -> Et0:
    """
    Return the reference evapotranspiration of a day from what is known of it.

    A figure that was entered wins; with humidity, wind and sunshine it is Penman and
    Monteith; else Hargreaves. Never below 0, as dew is no need.

    Parameters
    ----------
    day
        The weather.
    lat
        Degrees.
    elevation_m
        Height above the sea.

    Raises
    ------
    ValueError
        If the day has neither, which no day of the tables can.
    """
    if day.et0_mm is not None:
        return Et0(day.et0_mm, "given")
    if day.tmin_c is None or day.tmax_c is None:
        raise ValueError(f"{day.date}: neither et0_mm nor temperatures")
    day_of_year = day.date.timetuple().tm_yday
    extra_mj = extraterrestrial_mj(lat, day_of_year)
    rh_pct, wind, sun_h = day.rh_pct, day.wind_m_per_s, day.sun_h
    if rh_pct is None or wind is None or sun_h is None:
        by_heat = hargreaves_mm(tmin_c=day.tmin_c, tmax_c=day.tmax_c, extra_mj=extra_mj)
        return Et0(by_heat, "hargreaves")
    saturation = mean_saturation_kpa(day.tmin_c, day.tmax_c)
    vapour = saturation * rh_pct / 100  # eq. 19
    sun_mj = solar_mj(extra_mj, sun_h=sun_h, day_h=daylight_h(lat, day_of_year))
    mean_c = (day.tmin_c + day.tmax_c) / 2
    by_all = penman_monteith_mm(
        net_radiation_mj=net_radiation_mj(
            sun_mj,
            extra_mj,
            tmin_c=day.tmin_c,
            tmax_c=day.tmax_c,
            vapour_kpa=vapour,
            elevation_m=elevation_m,
        ),
        temperature_c=mean_c,
        wind_2m_m_per_s=wind_at_2_m(wind),
        saturation_kpa=saturation,
        vapour_kpa=vapour,
        slope_kpa_per_c=slope_kpa_per_c(mean_c),
        psychrometric_kpa_per_c=psychrometric_kpa_per_c(pressure_kpa(elevation_m)),
    )
    return Et0(max(0.0, by_all), "penman_monteith")
