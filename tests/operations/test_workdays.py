"""Due days count working days as the State Council sets them."""

from __future__ import annotations

import datetime as dt

import pytest

from dispatch.operations.workdays import due_date


@pytest.mark.parametrize(
    ("came", "workdays", "due"),
    [
        # A Tuesday: Wednesday, Thursday, Friday.
        ("2022-09-06", 3, "2022-09-09"),
        # A Thursday before Mid-Autumn, which is off from Saturday to Monday.
        ("2022-09-08", 3, "2022-09-14"),
        # The week of the National Day is off; Saturday and Sunday after are worked.
        ("2022-09-30", 3, "2022-10-10"),
        # Came on a Saturday: Monday is the first day.
        ("2022-08-06", 1, "2022-08-08"),
        ("2022-09-06", 0, "2022-09-06"),
    ],
)
def test_holidays_and_made_up_days_count(came: str, workdays: int, due: str) -> None:
    day = due_date(dt.date.fromisoformat(came), workdays)
    assert day.date.isoformat() == due
    assert day.notice is None


def test_weekdays_count_where_holidays_are_not_known() -> None:
    """Nobody knows the holidays of 2199; the 3rd of May is a Friday."""
    day = due_date(dt.date(2199, 5, 3), 3)
    assert day.date == dt.date(2199, 5, 8)
    assert day.notice is not None
    assert "2199" in day.notice.text("en")
    assert "2199" in day.notice.text("zh")


def test_a_count_into_an_unknown_year_is_told() -> None:
    import chinese_calendar.constants as known

    last = max(known.holidays).year
    assert due_date(dt.date(last, 12, 31), 1).notice is not None
