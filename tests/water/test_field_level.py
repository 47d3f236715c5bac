"""Days until a field is short: layer, percolation, rain, survey."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.road_limits import Moment
from dispatch.model.water.fields import CropStage, FieldBlock, WeatherDay
from dispatch.water.field_level import (
    DayWater,
    Sky,
    field_level,
    next_level_mm,
    watering_m3_per_mu,
)

DAY = dt.date(2022, 9, 6)
#: 1.2 x 5 mm + 2 mm: a layer falls by 8 mm a day.
RICE = CropStage(
    crop="晚稻",
    stage="抽穗",
    kc=1.2,
    percolation_mm_per_d=2,
    layer_min_mm=10,
    layer_max_mm=50,
)
BLOCK = FieldBlock(
    field_id="F", village_id="V", node_id="N", area_mu=100, crop="晚稻", stage="抽穗"
)


def days(**rain_mm: float) -> dict[dt.date, WeatherDay]:
    """Return ten days at ET0 5; ``d2=30`` brings 30 mm on the third."""
    dates = [DAY + dt.timedelta(days=number) for number in range(-5, 10)]
    return {
        date: WeatherDay(
            date=date, et0_mm=5, rain_mm=rain_mm.get(f"d{(date - DAY).days}", 0)
        )
        for date in dates
    }


def level_of(block: FieldBlock, **rain_mm: float) -> tuple[str, float, float | None]:
    sky = Sky(days(**rain_mm), lat=27.2)
    level = field_level(block, RICE, sky, first_day=DAY, num_days=10)
    return level.basis, level.levels_mm[0], level.days_until_short


def test_a_layer_lasts_until_its_lower_bound() -> None:
    """30 mm fall by 8 a day: 20 mm above the bound are gone after 2.5 days."""
    assert level_of(replace(BLOCK, layer_mm=30)) == ("layer", 30, 2.5)


def test_rain_puts_it_off() -> None:
    """8 mm on the second day are a day more."""
    assert level_of(replace(BLOCK, layer_mm=30), d1=8) == ("layer", 30, 3.5)


def test_rain_above_the_bund_runs_off() -> None:
    day = DayWater(et0_mm=5, rain_mm=500)
    assert next_level_mm(30, RICE, day) == RICE.layer_max_mm


def test_a_deep_layer_is_not_cut_off() -> None:
    """The survey found 80 mm, above the upper bound: it is there."""
    assert next_level_mm(80, RICE, DayWater(et0_mm=5, rain_mm=0)) == 72


def test_a_survey_of_some_days_ago_is_carried_on() -> None:
    """46 mm two days before are 30 mm on the first day."""
    block = replace(
        BLOCK, layer_mm=46, surveyed_at=Moment(date=DAY - dt.timedelta(days=2))
    )
    assert level_of(block) == ("layer", 30, 2.5)


def test_days_without_water_are_a_deficit_of_the_soil() -> None:
    """Three dry days took 6 mm each; nothing percolates from a dry field."""
    basis, level_mm, until = level_of(replace(BLOCK, days_dry=3))
    assert (basis, until) == ("days_dry", 0)
    assert level_mm == pytest.approx(-18)


def test_dry_since_today() -> None:
    assert level_of(replace(BLOCK, days_dry=0)) == ("days_dry", 0, 0)


@pytest.mark.parametrize("grade", ["light", "heavy", "dead"])
def test_what_people_saw_wins_over_the_formula(grade: str) -> None:
    """A field graded as dry is short, whatever the layer says."""
    block = replace(BLOCK, layer_mm=30, grade=grade)  # type: ignore[arg-type]  # a grade
    assert level_of(block) == ("layer", 30, 0)


def test_nobody_looked() -> None:
    assert level_of(BLOCK) == ("assumed", 10, 0)
    assert level_of(replace(BLOCK, grade="normal")) == ("grade", 10, 0)


def test_it_is_not_short_within_these_days() -> None:
    sky = Sky(days(), lat=27.2)
    level = field_level(
        replace(BLOCK, layer_mm=50), RICE, sky, first_day=DAY, num_days=4
    )
    assert level.days_until_short is None
    assert level.levels_mm == (50, 42, 34, 26, 18)


def test_days_without_weather_are_like_the_nearest() -> None:
    """Without its rain; without any weather like a hot day of late summer."""
    far = {DAY: WeatherDay(date=DAY, et0_mm=4, rain_mm=30)}
    sky = Sky(far, lat=27.2)
    assert sky.on(DAY + dt.timedelta(days=9)) == DayWater(et0_mm=4, rain_mm=0)
    assert sky.on(DAY).rain_mm == 30
    assert Sky({}, lat=27.2).on(DAY) == DayWater(et0_mm=5, rain_mm=0)


def test_a_watering_fills_up_unless_it_was_entered() -> None:
    """From -18 to 50 mm are 68 mm, 45.3 m3 a mu; 40 m3 as entered win."""
    need = watering_m3_per_mu(BLOCK, RICE, level_mm=-18)
    assert need == pytest.approx(68 * 2 / 3)
    entered = replace(BLOCK, need_m3_per_mu=40)
    assert watering_m3_per_mu(entered, RICE, level_mm=-18) == 40
    assert watering_m3_per_mu(BLOCK, RICE, level_mm=60) == 0


@given(st.floats(0, 100), st.floats(0, 20), st.floats(0, 80))
def test_a_wetter_field_stays_wetter(level_mm: float, more: float, rain: float) -> None:
    day = DayWater(et0_mm=5, rain_mm=rain)
    dry = next_level_mm(level_mm, RICE, day)
    assert next_level_mm(level_mm + more, RICE, day) >= dry - 1e-9
    assert dry <= max(RICE.layer_max_mm, level_mm)
