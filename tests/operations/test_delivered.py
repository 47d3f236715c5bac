"""What was delivered as a plan, why more is needed, and how far places are apart."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.coverage import compute_coverage
from dispatch.model.need import need_l
from dispatch.model.scenario import Depot, Resting, Scenario, Source, Truck, Village
from dispatch.operations.delivered import (
    cattle_short,
    days_below,
    delivered_plan,
    lacks_of,
    litres_by_place,
    spread_of,
)
from dispatch.operations.ledger import Report, ledger_of

DATE = dt.date(2022, 9, 6)
SHIFT = {"depot_id": "D", "shift_start_s": 25_200, "shift_end_s": 61_200}
#: V1 needs 750 L to survive, 2,000 for basic use, then 380 for cattle, 3,880 in all.
TOWN = Scenario(
    name="小镇",
    date=DATE,
    villages=(
        Village(
            village_id="V1", name="上村", lat=28, lon=115, population=100, cattle=10
        ),
        Village(village_id="V2", name="下村", lat=28.01, lon=115, population=50),
    ),
    sources=(
        Source(source_id="S", name="水厂", lat=28, lon=115.01),
        Source(source_id="R", name="河", lat=28, lon=115.02, potable=False),
    ),
    depots=(Depot(depot_id="D", name="场", lat=28, lon=115),),
    trucks=(
        Truck(truck_id="T", plate="A", capacity_l=5000, **SHIFT),
        Truck(truck_id="N", plate="B", capacity_l=5000, potable=False, **SHIFT),
    ),
)


def report(kind, place, litres, hour=8, truck="T", **more):
    key = more.pop("key", f"{kind}-{truck}-{place}-{hour}")
    at = dt.datetime.combine(DATE, dt.time(hour))
    values = {"date": DATE, "at": at, "truck": truck, "place": place}
    return Report(key=key, kind=kind, litres=litres, **values, **more)


def figures(*reports):
    return compute_coverage(TOWN, delivered_plan(TOWN, reports))


def test_litres_fill_the_bands_in_their_order():
    """2,000 L are basic water for all; 190 more are half of what the cattle need."""
    places = figures(report("delivered", "V1", 2_190)).places
    row = places.loc["V1"]
    assert (row["survival"], row["basic"], row["normal"]) == (100, 100, 0)
    assert row["l_per_person"] == 20
    assert row["level"] == "basic"
    assert row["shortage_l"] == 3_880 - 2_190
    plan = delivered_plan(TOWN, [report("delivered", "V1", 2_190)])
    assert cattle_short(TOWN, plan) == 5


def test_nothing_reported_leaves_everybody_without():
    counted = figures()
    assert counted.served_l == 0
    assert counted.places["survival"].sum() == 0
    assert cattle_short(TOWN, delivered_plan(TOWN, [])) == 10


def test_more_than_is_needed_serves_no_more_than_the_need():
    counted = figures(report("delivered", "V2", 9_000))
    row = counted.places.loc["V2"]
    assert (row["delivered_l"], row["served_l"], row["shortage_l"]) == (9000, 1750, 0)
    assert row["level"] == "full"


@pytest.mark.parametrize(
    ("reports", "potable_l"),
    [
        ([report("filled", "S", 500, 7), report("delivered", "V1", 500)], 500),
        ([report("filled", "R", 500, 7), report("delivered", "V1", 500)], 0),
        # The last filling before it counts, in whatever order they came.
        (
            [
                report("delivered", "V1", 500, 9),
                report("filled", "R", 500, 10),
                report("filled", "S", 500, 8),
                report("filled", "R", 500, 7),
            ],
            500,
        ),
        ([report("delivered", "V1", 500, truck="N")], 0),
        # Nobody says that it is unfit.
        ([report("delivered", "V1", 500, truck="tractor")], 500),
    ],
)
def test_water_is_fit_where_truck_and_source_are(reports, potable_l):
    assert litres_by_place(TOWN, reports)["V1"] == (potable_l, 500 - potable_l)


def test_a_truck_taken_out_in_the_day_keeps_its_kind():
    tank = TOWN.trucks[1]
    town = Scenario(
        name="x",
        date=DATE,
        villages=TOWN.villages,
        sources=TOWN.sources,
        depots=TOWN.depots,
        trucks=TOWN.trucks[:1],
        resting=(Resting(1, tank),),
    )
    came = litres_by_place(town, [report("delivered", "V1", 500, truck="N")])
    assert came == {"V1": (0, 500)}


def test_a_correction_takes_the_place_of_what_it_corrects():
    first = report("delivered", "V1", 5_000, key="a")
    second = report("delivered", "V1", 50, key="b", corrects="a")
    assert litres_by_place(TOWN, [first, second]) == {"V1": (50, 0)}


KINDS = ("filled", "delivered", "refused", "impossible", "returned", "arrived")


@st.composite
def days(draw):
    """Draw reports of a day, some of which correct others or name strange places."""
    count = draw(st.integers(0, 12))
    rows = []
    for number in range(count):
        kind = draw(st.sampled_from(KINDS))
        moves = kind in ("filled", "delivered", "returned")
        corrects = draw(st.none() | st.sampled_from([f"k{k}" for k in range(count)]))
        rows.append(
            report(
                kind,
                draw(st.sampled_from(("V1", "V2", "S", "R", "elsewhere"))),
                draw(st.integers(0, 6_000)) if moves else None,
                draw(st.integers(0, 23)),
                draw(st.sampled_from(("T", "N", "tractor"))),
                key=f"k{number}",
                corrects=None if corrects == f"k{number}" else corrects,
            )
        )
    return rows


@given(days())
@settings(deadline=None)
def test_places_add_up_to_the_ledger(reports):
    came = litres_by_place(TOWN, reports)
    ledger = ledger_of(reports)
    assert {place: sum(litres) for place, litres in came.items()} == dict(
        ledger.delivered_l
    )
    counted = compute_coverage(TOWN, delivered_plan(TOWN, reports))
    own = sum(ledger.delivered_l[v.village_id] for v in TOWN.villages)
    assert int(counted.places["delivered_l"].sum()) == own
    for village in TOWN.villages:
        row = counted.places.loc[village.village_id]
        need = sum(need_l(village, TOWN.need).values())
        assert row["served_l"] + row["shortage_l"] == need
        assert row["survival"] >= row["basic"] >= row["normal"]


@given(
    st.integers(0, 5_000),
    st.lists(
        st.tuples(st.sampled_from(("fleet_busy", "no_road")), st.integers(1, 3000))
    ),
    st.integers(0, 3_000),
    st.booleans(),
    st.booleans(),
)
def test_reasons_add_up_to_the_shortage(short, planned, failed, is_over, has_plan):
    lacks = lacks_of(
        short, planned, failed_l=failed, is_over=is_over, has_plan=has_plan
    )
    assert sum(litres for _, litres in lacks) == short
    assert all(litres > 0 for _, litres in lacks)


def test_what_the_plan_leaves_comes_first_then_what_failed():
    planned = [("fleet_busy", 300)]
    values = {"failed_l": 200, "is_over": False}
    assert lacks_of(1_000, planned, **values) == (
        ("fleet_busy", 300),
        ("failed", 200),
        ("to_come", 500),
    )
    assert lacks_of(1_000, planned, **values | {"is_over": True})[-1] == (
        "not_brought",
        500,
    )
    # More came than was planned: less is short than the plan said.
    assert lacks_of(100, planned, **values) == (("fleet_busy", 100),)
    assert lacks_of(9, [], **values, has_plan=False) == (("no_plan", 9),)


def test_spread_names_the_places_with_most_and_fewest_litres():
    counted = figures(report("delivered", "V1", 2_000))
    spread = spread_of(counted)
    assert (spread.most, spread.most_l, spread.least, spread.least_l) == (
        *("V1", 20.0),
        *("V2", 0.0),
    )
    empty = Scenario(
        name="x",
        date=DATE,
        villages=(Village(village_id="V", name="v", lat=28, lon=115),),
        sources=TOWN.sources,
        depots=TOWN.depots,
        trucks=TOWN.trucks,
    )
    assert spread_of(compute_coverage(empty, delivered_plan(empty, []))) is None


@pytest.mark.parametrize(
    ("levels", "count"),
    [
        ([], 0),
        ([False, True], 0),
        ([True, True, False, True], 2),
        # A day that nobody kept is none without water.
        ([True, None, True], 1),
    ],
)
def test_days_without_water_are_counted_back_to_the_last_good_one(levels, count):
    assert days_below(levels) == count
