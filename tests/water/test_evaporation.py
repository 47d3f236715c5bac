"""ET0 and its parts: the examples of FAO-56, and what must hold on any day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.water.fields import WeatherDay
from dispatch.water.evaporation import et0_of, hargreaves_mm, penman_monteith_mm
from dispatch.water.radiation import (
    daylight_h,
    extraterrestrial_mj,
    mean_saturation_kpa,
    monthly_ground_heat_mj,
    net_radiation_mj,
    pressure_kpa,
    psychrometric_kpa_per_c,
    slope_kpa_per_c,
    solar_mj,
    wind_at_2_m,
)

# Allen, Pereira, Raes, Smith (1998), FAO Irrigation and Drainage Paper 56.


def test_example_18_of_fao_56_a_day() -> None:
    """Example 18: Uccle, 6 July, prints 3.9 mm/d; the figures give 3.88."""
    et0_mm = penman_monteith_mm(
        net_radiation_mj=13.28,
        temperature_c=16.9,
        wind_2m_m_per_s=2.078,
        saturation_kpa=1.997,
        vapour_kpa=1.409,
        slope_kpa_per_c=0.122,
        psychrometric_kpa_per_c=0.0666,
    )
    assert round(et0_mm, 1) == 3.9
    assert et0_mm == pytest.approx(3.88, abs=0.005)


def test_example_17_of_fao_56_a_month() -> None:
    """Example 17: Bangkok, April, prints 5.72 mm/d from rounded parts."""
    et0_mm = penman_monteith_mm(
        net_radiation_mj=14.33,
        temperature_c=30.2,
        wind_2m_m_per_s=2.0,
        saturation_kpa=4.42,
        vapour_kpa=2.85,
        slope_kpa_per_c=0.246,
        psychrometric_kpa_per_c=0.0674,
        ground_heat_mj=monthly_ground_heat_mj(29.2, 30.2),
    )
    assert monthly_ground_heat_mj(29.2, 30.2) == pytest.approx(0.14)
    assert et0_mm == pytest.approx(5.72, abs=0.015)


def test_the_heat_of_a_month_that_has_a_next_one() -> None:
    """FAO-56, example 13: March 14.1, May 18.8 degrees: April takes 0.33 MJ/m2/d."""
    assert round(monthly_ground_heat_mj(14.1, 16.1, 18.8), 2) == 0.33


def test_parts_of_the_equation() -> None:
    """FAO-56, examples 2, 14, 8 and 9: printed figures."""
    assert round(pressure_kpa(1800), 1) == 81.8
    assert round(psychrometric_kpa_per_c(81.8), 3) == 0.054
    assert round(wind_at_2_m(3.2), 1) == 2.4
    assert round(extraterrestrial_mj(-20, 246), 1) == 32.2
    assert round(daylight_h(-20, 246), 1) == 11.7


def test_hargreaves() -> None:
    """The test of PyETo, after FAO-56, eq. 52: 28, 38, mean 35 degrees: 6.1 mm/d."""
    et0_mm = hargreaves_mm(tmin_c=28, tmax_c=38, tmean_c=35, extra_mj=38.937)
    assert round(et0_mm, 1) == 6.1


def test_vapour_pressure() -> None:
    """FAO-56, example 3: 24.5 and 15 degrees have 2.39 kPa on the mean."""
    assert round(mean_saturation_kpa(15, 24.5), 2) == 2.39
    # Table 2.4 of the paper: 0.122 kPa per degree at 16.9 degrees.
    assert round(slope_kpa_per_c(16.9), 3) == 0.122


def test_net_radiation_of_example_18() -> None:
    """FAO-56, example 18: Ra 41.09, N 16.1 h, Rs 22.07, Rn 13.28 MJ/m2/d."""
    extra = extraterrestrial_mj(50.8, 187)
    day_h = daylight_h(50.8, 187)
    sun = solar_mj(extra, sun_h=9.25, day_h=day_h)
    net = net_radiation_mj(
        sun, extra, tmin_c=12.3, tmax_c=21.5, vapour_kpa=1.409, elevation_m=100
    )
    assert extra == pytest.approx(41.09, abs=0.02)
    assert round(day_h, 1) == 16.1
    assert sun == pytest.approx(22.07, abs=0.02)
    assert net == pytest.approx(13.28, abs=0.02)


def test_polar_days_and_nights() -> None:
    assert daylight_h(80, 172) == pytest.approx(24)
    assert daylight_h(80, 355) == 0
    assert extraterrestrial_mj(80, 355) == pytest.approx(0)
    assert solar_mj(0, sun_h=0, day_h=0) == 0


UCCLE = WeatherDay(
    date=dt.date(2022, 7, 6),
    tmin_c=12.3,
    tmax_c=21.5,
    rh_pct=73.5,
    wind_m_per_s=2.78,
    sun_h=9.25,
)


def test_a_day_with_all_figures_is_penman_monteith() -> None:
    """Example 18 with the mean humidity in place of both extremes."""
    et0 = et0_of(UCCLE, lat=50.8, elevation_m=100)
    assert et0.method == "penman_monteith"
    assert et0.mm == pytest.approx(3.88, abs=0.1)


@pytest.mark.parametrize("missing", ["rh_pct", "wind_m_per_s", "sun_h"])
def test_a_day_that_lacks_one_is_hargreaves(missing: str) -> None:
    """FAO-56, example 20 and text: by temperature alone a little more, 4.2 mm/d."""
    et0 = et0_of(replace(UCCLE, **{missing: None}), lat=50.8, elevation_m=100)
    assert et0.method == "hargreaves"
    assert et0.mm == pytest.approx(4.0, abs=0.3)


def test_what_was_entered_wins() -> None:
    et0 = et0_of(replace(UCCLE, et0_mm=6.5), lat=50.8)
    assert et0 == (6.5, "given")


DAYS = st.builds(
    WeatherDay,
    date=st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31)),
    tmin_c=st.floats(5, 25),
    tmax_c=st.floats(26, 40),
    rh_pct=st.floats(20, 90),
    wind_m_per_s=st.floats(0.2, 8),
    sun_h=st.floats(0, 12),
)


@given(DAYS, st.floats(0.5, 4))
def test_more_wind_dries_more(day: WeatherDay, more: float) -> None:
    """
    Where the air is dry enough for wind to matter.

    In damp air wind cools more than it dries: the equation has both.
    """
    day = replace(day, rh_pct=20.0)
    windy = replace(day, wind_m_per_s=(day.wind_m_per_s or 0) + more)
    assert et0_of(windy, lat=27.2).mm > et0_of(day, lat=27.2).mm


@given(DAYS, st.floats(1, 20))
def test_a_larger_deficit_dries_more(day: WeatherDay, less: float) -> None:
    """At the same radiation: drier clear air also sends more heat away at night."""
    figures = {
        "net_radiation_mj": 12.0,
        "temperature_c": ((day.tmin_c or 0) + (day.tmax_c or 0)) / 2,
        "wind_2m_m_per_s": day.wind_m_per_s or 0,
        "saturation_kpa": 4.0,
        "slope_kpa_per_c": 0.2,
        "psychrometric_kpa_per_c": 0.067,
    }
    damp = 4.0 * (day.rh_pct or 0) / 100
    dry = damp * (1 - less / 100)
    assert penman_monteith_mm(vapour_kpa=dry, **figures) > penman_monteith_mm(
        vapour_kpa=damp, **figures
    )


@given(DAYS, st.floats(0.5, 5))
def test_more_heat_dries_more(day: WeatherDay, more: float) -> None:
    """Also without humidity, wind and sunshine, by Hargreaves."""
    bare = replace(day, rh_pct=None, wind_m_per_s=None, sun_h=None)
    for cool in (day, bare):
        hot = replace(cool, tmax_c=(cool.tmax_c or 0) + more)
        # The long-wave part grows too; where the sun hardly shines it may win.
        sunny = {} if cool is bare else {"sun_h": 10.0}
        cool, hot = replace(cool, **sunny), replace(hot, **sunny)
        assert et0_of(hot, lat=27.2).mm > et0_of(cool, lat=27.2).mm


def test_it_is_that_of_pyfao56() -> None:
    """An oracle that computes all parts by itself, on a summer's days."""
    library = pytest.importorskip(
        "pyfao56.refet", reason="the oracle pyfao56 is not installed here"
    )
    for sun_h, wind, rh_pct in ((10.0, 2.0, 60.0), (3.0, 5.0, 80.0)):
        day = replace(UCCLE, sun_h=sun_h, wind_m_per_s=wind, rh_pct=rh_pct)
        extra = extraterrestrial_mj(27.2, 187)
        sun = solar_mj(extra, sun_h=sun_h, day_h=daylight_h(27.2, 187))
        theirs = library.ascedaily(
            rfcrp="S",
            z=100.0,
            lat=27.2,
            doy=187,
            israd=sun,
            tmax=21.5,
            tmin=12.3,
            rhmax=rh_pct,
            rhmin=rh_pct,
            wndsp=wind,
            wndht=10.0,
        )
        ours = et0_of(day, lat=27.2, elevation_m=100).mm
        assert ours == pytest.approx(theirs, rel=0.02)
