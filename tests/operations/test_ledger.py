"""Litres are counted once, whatever is sent again, corrected, or comes late."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest
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


THEIRS = replace(
    report("delivered", 3000, truck="T2", key="theirs"),
    sender="link 2",
)
FORGED = replace(
    report("delivered", 1, truck="T1", key="forged", corrects="theirs"),
    sender="link 1",
)


@pytest.mark.parametrize("order", list(itertools.permutations([THEIRS, FORGED])))
def test_a_link_replaces_no_report_of_another_truck_in_any_order(order):
    """A correction that came first took the place of what T2 reported later."""
    assert set(standing(order)) == {THEIRS, FORGED}
    assert ledger_of(order).by_truck["T2"].delivered_l == 3000


RIGHT = replace(
    report("delivered", 2900, truck="T2", key="right", corrects="theirs"),
    sender="link 2",
)


@pytest.mark.parametrize("order", list(itertools.permutations([THEIRS, RIGHT, FORGED])))
def test_a_forged_correction_changes_no_real_one(order):
    """Both name the same report, which may be on its way still."""
    assert set(standing(order)) == {RIGHT, FORGED}
    without = [one for one in order if one is not THEIRS]
    assert set(standing(without)) == {RIGHT, FORGED}


@pytest.mark.parametrize("sender", ["王", "cli", ""])
def test_the_office_gives_a_report_to_another_truck(sender):
    moved = replace(FORGED, sender=sender)
    for order in ([THEIRS, moved], [moved, THEIRS]):
        assert standing(order) == [moved]


def test_a_team_corrects_what_it_sent_for_another_of_its_trucks():
    other = replace(FORGED, sender=THEIRS.sender)
    for order in ([THEIRS, other], [other, THEIRS]):
        assert standing(order) == [other]


def test_a_link_replaces_no_reading_of_the_office():
    reading = replace(report("reading", 5, truck="", key="theirs"), sender="王")
    assert set(standing([FORGED, reading])) == {FORGED, reading}
