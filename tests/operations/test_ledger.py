"""Litres are counted once, whatever is sent again, corrected, or comes late."""

from __future__ import annotations

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from dispatch.operations.ledger import Report, ledger_of, standing

DAY = dt.date(2022, 9, 6)
_keys = itertools.count()


def report(kind, litres=None, *, truck="T1", place="V1", key=None, corrects=None):
    return Report(
        key=key or f"k{next(_keys)}",
        date=DAY,
        kind=kind,
        at=dt.datetime.combine(DAY, dt.time(9)),
        truck=truck,
        place=place,
        litres=litres,
        corrects=corrects,
    )


def test_filled_is_delivered_returned_and_lost():
    ledger = ledger_of(
        [
            report("filled", 5000, place="S1"),
            report("arrived"),
            report("delivered", 3000),
            report("delivered", 1200, place="V2"),
            report("returned", 500, place="S1"),
        ]
    )
    total = ledger.total()
    assert (total.filled_l, total.delivered_l, total.returned_l) == (5000, 4200, 500)
    assert total.lost_l == 300
    assert ledger.delivered_l == {"V1": 3000, "V2": 1200}
    assert ledger.drawn_l == {"S1": 5000}
    assert ledger.num_events == 5


def test_a_correction_counts_instead():
    first = report("delivered", 3000, key="a")
    second = report("delivered", 300, key="b", corrects="a")
    third = report("delivered", 2900, key="c", corrects="b")
    for order in itertools.permutations([first, second, third]):
        assert [r.key for r in standing(order)] == ["c"]
        assert ledger_of(order).delivered_l == {"V1": 2900}


def test_of_two_corrections_of_one_report_the_later_stands():
    reports = [
        report("delivered", 3000, key="a"),
        report("delivered", 300, key="b", corrects="a"),
        report("delivered", 400, key="c", corrects="a"),
    ]
    assert [r.key for r in standing(reports)] == ["c"]


def test_reports_that_correct_each_other_in_a_ring_count_once():
    reports = [
        report("delivered", 1, key="a", corrects="b"),
        report("delivered", 2, key="b", corrects="a"),
    ]
    assert len(standing(reports)) == 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["filled", "delivered", "returned", "arrived"]),
            st.integers(0, 9000),
            st.sampled_from(["T1", "T2"]),
            st.sampled_from(["A", "B"]),
        )
    )
)
def test_sums_by_truck_place_and_day_are_the_same_litres(rows):
    ledger = ledger_of([report(k, n, truck=t, place=p) for k, n, t, p in rows])
    total = ledger.total()
    assert total.delivered_l == sum(ledger.delivered_l.values())
    assert total.filled_l == sum(ledger.drawn_l.values())
    assert total.filled_l == total.delivered_l + total.returned_l + total.lost_l
    assert sum(t.lost_l for t in ledger.by_day.values()) == total.lost_l
