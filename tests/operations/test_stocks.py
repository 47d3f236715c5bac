"""Tomorrow's water is what is left of today's, and litres add up."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.scenario import NeedStandard, Resting
from dispatch.operations.ledger import Report
from dispatch.operations.stocks import (
    carried_over,
    days_left,
    readings_of,
    rolled,
    source_after,
    use_l,
    village_stock,
)
from tests.solver import tiny

STANDARD = NeedStandard()
DATE = dt.date(2022, 9, 6)
LITRES = st.integers(0, 100_000)


def report(kind: str, place: str, litres: int, clock: str, **fields) -> Report:
    at = dt.datetime.fromisoformat(f"2022-09-06T{clock}")
    key = f"{kind} {place} {clock}"
    values = {"key": key, "date": DATE, "kind": kind, "place": place, "at": at}
    return Report(**values, litres=litres, **fields)


def test_a_day_takes_what_people_and_animals_need() -> None:
    """10 people take 35 l, 2 cattle 38 l, the clinic 50 l: 350 + 76 + 50."""
    village = tiny.village("V", population=10, cattle=2, facility_l=50)
    assert use_l(village, STANDARD) == 476


@pytest.mark.parametrize(
    ("stock", "came", "storage", "days", "used", "spilled", "left"),
    [
        (1_000, 500, None, 1, 350, 0, 1_150),
        (100, 100, None, 1, 200, 0, 0),  # no more than there was
        (1_000, 2_000, 2_000, 1, 350, 650, 2_000),
        (1_000, 0, None, 2, 700, 0, 300),
        (0, 0, 0, 1, 0, 0, 0),
    ],
)
def test_stock_tomorrow(stock, came, storage, days, used, spilled, left) -> None:
    village = tiny.village("V", population=10, stock_l=stock, storage_l=storage)
    row = village_stock(village, STANDARD, delivered_l=came, days=days)
    assert (row.used_l, row.spilled_l, row.after_l) == (used, spilled, left)


def test_the_villages_own_reading_wins() -> None:
    village = tiny.village("V", population=10, stock_l=1_000)
    row = village_stock(village, STANDARD, delivered_l=500, read_l=700)
    assert (row.sum_l, row.after_l) == (1_150, 700)


@given(
    stock=LITRES,
    came=LITRES,
    people=st.integers(0, 3_000),
    storage=st.none() | LITRES,
    days=st.integers(1, 14),
)
def test_no_litre_is_left_out(stock, came, people, storage, days) -> None:
    village = tiny.village("V", population=people, stock_l=stock, storage_l=storage)
    row = village_stock(village, STANDARD, delivered_l=came, days=days)
    assert stock + came == row.used_l + row.spilled_l + row.after_l
    assert min(row.used_l, row.spilled_l, row.after_l) >= 0
    assert storage is None or row.after_l <= storage
    assert row.used_l <= use_l(village, STANDARD) * days


@given(
    stocks=st.lists(LITRES, min_size=2, max_size=2),
    came=st.lists(LITRES, min_size=2, max_size=2),
    people=st.lists(st.integers(0, 900), min_size=2, max_size=2),
)
def test_a_week_in_one_step_is_a_week_day_by_day(stocks, came, people) -> None:
    """Without limits of tanks nothing is lost by looking ahead."""
    day = tiny.scenario(
        tiny.village(f"V{k}", population=people[k], stock_l=stocks[k]) for k in (0, 1)
    )
    delivered = {f"V{k}": came[k] for k in (0, 1)}
    at_once = rolled(day, delivered, {}, {}, days=7)
    step = rolled(day, delivered, {}, {})
    for _ in range(6):
        step = rolled(step, {}, {}, {})
    assert at_once == step
    assert at_once.date == DATE + dt.timedelta(days=7)


def test_days_left() -> None:
    village = tiny.village("V", population=10, stock_l=875)
    assert days_left(village, STANDARD) == 2.5
    assert days_left(tiny.village("V", stock_l=5), STANDARD) == math.inf


def test_a_spring_fills_again_and_a_supply_starts_anew() -> None:
    spring = tiny.source(stock_l=5_000, inflow_l_per_h=100.0)
    assert source_after(spring, drawn_l=6_000).stock_l == 1_400
    assert source_after(spring, drawn_l=6_000, days=2).stock_l == 3_800
    assert source_after(spring, drawn_l=9_000).stock_l == 0
    assert source_after(spring, drawn_l=6_000, read_l=90).stock_l == 90
    supply = tiny.source(supply_l=20_000)
    assert source_after(supply, drawn_l=20_000) == supply
    assert source_after(supply, drawn_l=20_000, read_l=0).supply_l == 0


def test_what_is_out_of_service_uses_its_water_too() -> None:
    resting = tiny.village("V", population=1, stock_l=10, out_of_service=True)
    day = tiny.scenario([tiny.village("W")], resting=(Resting(0, resting),))
    assert rolled(day, {}, {}, {}).resting[0].item.stock_l == 9


def test_a_reading_knows_nothing_of_what_came_later() -> None:
    reports = [
        report("reading", "V", 300, "08:00"),
        report("reading", "V", 100, "10:00"),
        report("delivered", "V", 2_000, "09:00"),
        report("delivered", "V", 1_000, "11:00"),
        report("reading", "S", 5_000, "10:00"),
        report("filled", "S", 2_000, "10:30"),
        report("delivered", "W", 1_000, "11:00"),
    ]
    assert readings_of(reports) == {"V": 1_100, "S": 3_000}


def test_a_corrected_reading_does_not_count() -> None:
    first = report("reading", "V", 9_999, "10:00")
    reports = [first, report("reading", "V", 99, "09:59", corrects=first.key)]
    assert readings_of(reports) == {"V": 99}


def test_a_day_begins_with_the_water_of_the_day_before() -> None:
    """People, trucks and new places are those of the master data."""
    spring = tiny.source("S", stock_l=100, inflow_l_per_h=1.0)
    supply = tiny.source("T", supply_l=900)
    before = tiny.scenario(
        [tiny.village("V", population=10, stock_l=100)], [spring, supply]
    )
    master = replace(
        before,
        date=DATE + dt.timedelta(days=2),
        villages=(
            tiny.village("V", population=12, stock_l=7),
            tiny.village("W", stock_l=3),
        ),
    )
    day = carried_over(before, master, {"V": 50}, {"S": 40, "T": 800}, {})
    # One litre a person a day: 100 + 50 - 2 * 10.
    assert [v.stock_l for v in day.villages] == [130, 3]
    assert [v.population for v in day.villages] == [12, 0]
    assert [(s.stock_l, s.supply_l) for s in day.sources] == [(108, None), (None, 900)]
    dry = carried_over(before, master, {}, {}, {"T": 0, "V": 55})
    assert dry.source_by_id["T"].supply_l == 0
    assert dry.village_by_id["V"].stock_l == 55
