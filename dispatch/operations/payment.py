"""What was delivered against what was planned, and what is paid for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Literal

from dispatch.operations.ledger import standing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from dispatch.model.plan import Plan
    from dispatch.operations.ledger import Report

By = Literal["truck", "village", "day"]


@dataclass(frozen=True, slots=True)
class PlannedDelivered:
    """
    Litres that were planned for somebody or some day, and those that came.

    Attributes
    ----------
    label
        Id of a truck or village, or a date.
    """

    label: str
    planned_l: int
    delivered_l: int

    @property
    def difference_l(self) -> int:
        """Litres more than planned; negative: less."""
        return self.delivered_l - self.planned_l

    @property
    def share(self) -> float:
        """Delivered of what was planned; 1 where nothing was."""
        return self.delivered_l / self.planned_l if self.planned_l else 1.0


def planned_delivered(
    plans: Mapping[dt.date, Plan], reports: Iterable[Report], by: By
) -> list[PlannedDelivered]:
    """
    Return planned against delivered litres, sorted by label.

    Parameters
    ----------
    plans
        The last published plan of each day.
    reports
        In the order in which they came; corrected ones do not count.
    by
        What a row is for.
    """
    planned: Counter[str] = Counter()
    for date, plan in plans.items():
        for route in plan.routes:
            for stop in route.stops:
                if stop.kind == "deliver":
                    labels = {
                        "truck": route.truck_id,
                        "village": stop.place_id,
                        "day": date.isoformat(),
                    }
                    planned[labels[by]] += stop.litres
    delivered: Counter[str] = Counter()
    for report in _delivered(reports):
        labels = {
            "truck": report.truck,
            "village": report.place,
            "day": report.date.isoformat(),
        }
        delivered[labels[by]] += report.litres or 0
    return [
        PlannedDelivered(label, planned[label], delivered[label])
        for label in sorted(planned.keys() | delivered.keys())
    ]


def _delivered(reports: Iterable[Report]) -> list[Report]:
    return [report for report in standing(reports) if report.kind == "delivered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """
    What a truck is paid for.

    Attributes
    ----------
    num_days, num_deliveries
        Days on which it brought water, and how often.
    amount
        Money, to the cent.
    """

    truck: str
    num_days: int
    num_deliveries: int
    litres: int
    price_per_m3: Decimal
    amount: Decimal


def payments(
    reports: Iterable[Report],
    *,
    price_per_m3: float,
    prices: Mapping[str, float] | None = None,
) -> list[Payment]:
    """
    Return what each truck is paid, by cubic metre delivered, sorted by truck.

    Parameters
    ----------
    reports
        In the order in which they came; corrected ones do not count.
    price_per_m3
        Of trucks that have no price of their own.
    prices
        Price by truck.
    """
    by_truck: dict[str, list[Report]] = defaultdict(list)
    for report in _delivered(reports):
        by_truck[report.truck].append(report)
    rows = []
    for truck, those in sorted(by_truck.items()):
        litres = sum(report.litres or 0 for report in those)
        # As it is written, not as a machine holds it: 12.35 is no 12.3499999.
        price = Decimal(str((prices or {}).get(truck, price_per_m3)))
        amount = (price * litres / 1_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
        rows.append(
            Payment(
                truck=truck,
                num_days=len({report.date for report in those}),
                num_deliveries=sum(bool(report.litres) for report in those),
                litres=litres,
                price_per_m3=price,
                amount=amount,
            )
        )
    return rows


#: Headings of the two tables, by which files and pages look words up.
COMPARED_COLUMNS = ("label", "planned", "delivered", "difference", "share")
PAYMENT_COLUMNS = ("truck", "days", "deliveries", "m3", "price", "amount")


def compared_rows(
    rows: Sequence[PlannedDelivered],
) -> list[list[str | int | float | None]]:
    """Return the cells of planned against delivered, in the order of the headings."""
    return [
        [r.label, r.planned_l, r.delivered_l, r.difference_l, round(r.share, 3)]
        for r in rows
    ]


def payment_rows(rows: Sequence[Payment]) -> list[list[str | int | float | None]]:
    """Return the cells of a payment sheet with their sum in the last row."""
    cells: list[list[str | int | float | None]] = [
        [
            r.truck,
            r.num_days,
            r.num_deliveries,
            r.litres / 1_000,
            float(r.price_per_m3),
            float(r.amount),
        ]
        for r in rows
    ]
    total = sum((r.amount for r in rows), Decimal(0))
    litres = sum(r.litres for r in rows)
    deliveries = sum(r.num_deliveries for r in rows)
    cells.append([None, None, deliveries, litres / 1_000, None, float(total)])
    return cells
