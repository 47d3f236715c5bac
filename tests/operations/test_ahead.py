"""Days ahead in which nobody runs dry who could be served."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.need import gross_need_l
from dispatch.model.scenario import NeedStandard
from dispatch.operations.ahead import Turn, days_ahead
from dispatch.operations.stocks import use_l, village_stock
from tests.solver import tiny

#: 10 l a person to survive, 30 as normal.
STANDARD = NeedStandard(
    survival_l_per_person=10.0, basic_l_per_person=20.0, normal_l_per_person=30.0
)


def scene(*villages):
    return tiny.scenario(villages, need=STANDARD)


def turns(day) -> list[tuple[str, int, bool]]:
    return [(turn.village_id, turn.litres, turn.is_due) for turn in day.turns]


def test_a_cistern_lasts_and_buckets_do_not() -> None:
    """
    10 people take 300 l a day.

    A full cistern of 4200 l lasts two weeks. Buckets of 600 l are empty after two
    days, and are filled again on the third.
    """
    cistern = tiny.village("C", population=10, storage_l=4_200, stock_l=4_200)
    buckets = tiny.village("B", population=10, stock_l=600)
    week = days_ahead(scene(cistern, buckets), 7)
    assert [turns(day) for day in week] == [
        [],
        [],
        [("B", 600, True)],
        [],
        [("B", 600, True)],
        [],
        [("B", 600, True)],
    ]
    assert [day.date.day for day in week] == [6, 7, 8, 9, 10, 11, 12]
    assert all(not day.short for day in week)


def test_who_is_below_survival_is_due_at_once() -> None:
    """99 l are less than the 100 l that ten people need to survive the day."""
    low = tiny.village("V", population=10, storage_l=1_000, stock_l=99)
    (today,) = days_ahead(scene(low), 1)
    assert today.turns == (Turn(village_id="V", litres=901, is_due=True),)
    enough = tiny.village("V", population=10, storage_l=1_000, stock_l=100)
    assert days_ahead(scene(enough), 1)[0].turns == ()


def test_days_that_would_be_too_full_are_served_ahead() -> None:
    """
    Both are due tomorrow, and one tank a day is brought: one is served today.

    300 l in the morning are gone in the evening; 300 l fit into each tank then, and
    none today, so tanks are of 600 l.
    """
    two = [
        tiny.village(name, population=10, storage_l=600, stock_l=300) for name in "VW"
    ]
    today, tomorrow = days_ahead(scene(*two), 2, capacity_l=300)
    assert turns(today) == [("V", 300, False)]
    assert turns(tomorrow) == [("W", 300, True)]
    assert not tomorrow.short
    unlimited = days_ahead(scene(*two), 2)
    assert turns(unlimited[0]) == []


def test_survival_for_all_comes_before_more_for_any() -> None:
    """100 l each, and 50 l more for the first; nothing for the third is short."""
    three = [tiny.village(n, population=10, storage_l=900) for n in "UVW"]
    (day,) = days_ahead(scene(*three), 1, capacity_l=250)
    assert turns(day) == [("U", 100, True), ("V", 100, True), ("W", 50, True)]
    assert day.short == {"W": 50}
    (day,) = days_ahead(scene(*three), 1, capacity_l=350)
    assert turns(day) == [("U", 150, True), ("V", 100, True), ("W", 100, True)]


VILLAGES = st.lists(
    st.tuples(
        st.integers(0, 50),
        st.integers(0, 3_000),
        st.one_of(st.none(), st.integers(0, 4_000)),
    ),
    min_size=1,
    max_size=6,
)


def of(rows):
    return scene(
        *(
            tiny.village(f"V{k}", population=p, stock_l=stock, storage_l=storage)
            for k, (p, stock, storage) in enumerate(rows)
        )
    )


def vital_l(village) -> int:
    need = gross_need_l(village, STANDARD)
    return need["survival_vulnerable"] + need["survival"]


@given(rows=VILLAGES, days=st.integers(1, 7), capacity=st.integers(0, 5_000))
def test_no_day_brings_more_than_trucks_carry_or_tanks_hold(rows, days, capacity):
    day = of(rows)
    stocks = {village.village_id: village.stock_l for village in day.villages}
    for ahead in days_ahead(day, days, capacity_l=capacity):
        came = {turn.village_id: turn.litres for turn in ahead.turns}
        assert sum(came.values()) <= capacity
        assert all(litres > 0 for litres in came.values())
        for village in day.villages:
            name = village.village_id
            holds = village.storage_l
            if holds is None:
                holds = 2 * use_l(village, STANDARD)
            assert name not in came or stocks[name] + came[name] <= holds
            stock = stocks[name] + came.get(name, 0)
            assert ahead.short.get(name, 0) == max(0, vital_l(village) - stock)
            stocks[name] = stock - min(stock, use_l(village, STANDARD))


@given(rows=VILLAGES, days=st.integers(1, 7))
def test_nobody_is_short_where_trucks_carry_what_all_need_to_survive(rows, days):
    rows = [(people, stock, None) for people, stock, _ in rows]
    day = of(rows)
    least = sum(vital_l(village) for village in day.villages)
    for capacity in (None, least):
        week = days_ahead(day, days, capacity_l=capacity)
        assert all(not ahead.short for ahead in week)


def test_a_turn_rolls_like_a_delivery() -> None:
    """What is counted ahead is what the stocks of a day come to."""
    village = tiny.village("V", population=10, storage_l=1_000, stock_l=50)
    (today,) = days_ahead(scene(village), 1)
    row = village_stock(village, STANDARD, delivered_l=today.turns[0].litres)
    assert (row.spilled_l, row.after_l) == (0, 700)
