"""What the classes of this package refuse, each rule once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def require(condition: bool, message: str) -> None:
    """
    Raise unless something holds.

    Parameters
    ----------
    condition
        What must hold.
    message
        Whose rule it is, and which.

    Raises
    ------
    ValueError
        With the message.
    """
    if not condition:
        raise ValueError(message)


def require_amounts(item: object, label: str, names: Iterable[str]) -> None:
    """
    Raise if an amount is negative or no finite number; None is not known.

    Parameters
    ----------
    item
        The object that has the amounts.
    label
        What to call it.
    names
        Its attributes that are amounts.

    Raises
    ------
    ValueError
        With the name of the first that is wrong.
    """
    for name in names:
        value = getattr(item, name)
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{label}: {name} {value} must be finite and >= 0")


def require_share(item: object, label: str, *names: str) -> None:
    """
    Raise if a share is not in 0 <= share < 1; None is not known.

    Parameters
    ----------
    item
        The object that has the shares.
    label
        What to call it.
    *names
        Its attributes that are shares.

    Raises
    ------
    ValueError
        With the name of the first that is wrong.
    """
    for name in names:
        value = getattr(item, name)
        if value is not None and not 0 <= value < 1:
            raise ValueError(f"{label}: {name} {value} must be in 0 <= share < 1")


def require_place(label: str, lat: float, lon: float) -> None:
    """
    Raise if a position is off the map.

    Parameters
    ----------
    label
        Whose position it is.
    lat, lon
        Degrees.

    Raises
    ------
    ValueError
        If it is off the map or not finite.
    """
    if not (math.isfinite(lat) and -90 <= lat <= 90):
        raise ValueError(f"{label}: lat {lat} is off the map")
    if not (math.isfinite(lon) and -180 <= lon <= 180):
        raise ValueError(f"{label}: lon {lon} is off the map")
