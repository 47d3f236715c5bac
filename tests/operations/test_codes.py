"""Codes of villages: the same all day, of no use elsewhere."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from dispatch.operations.codes import is_code, village_code

DAY = dt.date(2022, 9, 6)
SECRET = b"s" * 32


def test_a_code_is_four_digits_and_stays_all_day() -> None:
    code = village_code(SECRET, "1", "V1", DAY)
    assert len(code) == 4
    assert code.isdecimal()
    assert village_code(SECRET, "1", "V1", DAY) == code
    assert is_code(f" {code}", code)
    assert not is_code("٠٠٠٠", "0000")


def test_another_village_day_township_or_store_has_another_code() -> None:
    codes = [
        village_code(SECRET, "1", "23", DAY),
        village_code(SECRET, "12", "3", DAY),
        village_code(SECRET, "1", "23", DAY + dt.timedelta(days=1)),
        village_code(b"t" * 32, "1", "23", DAY),
    ]
    assert len(set(codes)) == 4


def test_codes_are_spread_evenly() -> None:
    """10,000 villages: no code far more often than by chance (Poisson, mean 1)."""
    codes = Counter(village_code(SECRET, "1", f"V{n}", DAY) for n in range(10_000))
    assert max(codes.values()) < 12
    assert len(codes) > 6_000
