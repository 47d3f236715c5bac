"""What was planned, delivered and is paid, worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from dispatch.files.plan.tables import to_csv
from dispatch.operations.ledger import Report
from dispatch.operations.payment import (
    PlannedDelivered,
    compared_rows,
    payment_rows,
    payments,
    planned_delivered,
)
from tests.operations.test_alarms import DATE, plan_of, stop

PLAN = plan_of(stop("fill", "S", 1_000), stop("deliver", "V", 1_000))
NEXT = DATE + dt.timedelta(days=1)


def delivered(key: str, truck: str, place: str, litres: int, **fields) -> Report:
    at = dt.datetime(2022, 9, 6, 9)
    values = {"key": key, "date": DATE, "kind": "delivered", "at": at}
    return Report(**(values | fields), truck=truck, place=place, litres=litres)


REPORTS = [
    delivered("a", "T", "V", 900),
    delivered("b", "U", "W", 1_235),
    delivered("c", "T", "V", 100, date=NEXT),
    delivered("d", "U", "W", 99_999),
    delivered("e", "U", "W", 0, corrects="d"),
    replace(delivered("f", "T", "S", 5_000), kind="filled"),
]


def test_planned_against_delivered() -> None:
    plans = {DATE: PLAN, NEXT: PLAN}
    assert planned_delivered(plans, REPORTS, "truck") == [
        PlannedDelivered("T", 2_000, 1_000),
        PlannedDelivered("U", 0, 1_235),
    ]
    assert planned_delivered(plans, REPORTS, "village") == [
        PlannedDelivered("V", 2_000, 1_000),
        PlannedDelivered("W", 0, 1_235),
    ]
    assert planned_delivered(plans, REPORTS, "day") == [
        PlannedDelivered("2022-09-06", 1_000, 2_135),
        PlannedDelivered("2022-09-07", 1_000, 100),
    ]
    (row, _) = compared_rows(planned_delivered(plans, REPORTS, "truck"))
    assert row == ["T", 2_000, 1_000, -1_000, 0.5]


def test_trucks_are_paid_by_cubic_metre() -> None:
    """1.235 m³ at 10.10 are 12.4735, paid as 12.47; 1 m³ at 30 is 30."""
    rows = payments(REPORTS, price_per_m3=10.10, prices={"T": 30})
    assert [(r.truck, r.num_days, r.num_deliveries, r.amount) for r in rows] == [
        ("T", 2, 2, Decimal("30.00")),
        ("U", 1, 1, Decimal("12.47")),
    ]
    assert payment_rows(rows)[-1] == [None, None, 3, 2.235, None, 42.47]


def test_half_a_cent_is_paid_up() -> None:
    """0.5 m³ at 0.01 is half a cent; at 1.01 it is 0.505."""
    half = [delivered("a", "T", "V", 500)]
    assert payments(half, price_per_m3=0.01)[0].amount == Decimal("0.01")
    assert payments(half, price_per_m3=1.01)[0].amount == Decimal("0.51")


def test_an_id_is_no_formula() -> None:
    rows = planned_delivered({}, [delivered("a", "=cmd|1", "V", 5)], "truck")
    assert "'=cmd|1,0,5,5,1.0" in to_csv(["x"], compared_rows(rows))
