"""The four digits by which a village says that its water has come."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


def village_code(secret: bytes, township: str, village: str, date: dt.date) -> str:
    """
    Return a village's code of a day, four digits.

    Parameters
    ----------
    secret
        Of the store.
    township, village
        Whose code it is.
    date
        The same all day, another the day after.
    """
    parts = (township, village, date.isoformat())
    # Lengths keep ("1", "23") apart from ("12", "3").
    text = "".join(f"{len(part)}:{part}" for part in parts)
    digest = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10_000:04d}"


def is_code(code: str, expected: str) -> bool:
    """
    Whether a code is the right one; the time taken says nothing about it.

    Parameters
    ----------
    code
        As somebody typed it.
    expected
        The right one.
    """
    return hmac.compare_digest(code.strip().encode(), expected.encode())
