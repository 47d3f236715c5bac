"""What a township may set for its daily loop, with what holds where it sets nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from dispatch.errors import DispatchError
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """
    Settings of a township.

    Attributes
    ----------
    request_workdays
        Working days until a request is due.
    short_load_share
        Less of a load than this share delivered or returned is told.
    fastest_share
        A drive in less than this share of the planned time is told.
    min_chlorine_mg_l
        Residual chlorine below it is told.
    is_chlorine_asked
        Whether a filling of drinking water without a measurement is told.
    price_per_m3
        What is paid for a cubic metre delivered; 0: nothing.
    """

    request_workdays: int = 3
    short_load_share: float = 0.9
    fastest_share: float = 0.5
    min_chlorine_mg_l: float = 0.2
    is_chlorine_asked: bool = True
    price_per_m3: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no office can mean."""
        limits = {
            "request_workdays": 60,
            "short_load_share": 1,
            "fastest_share": 1,
            "min_chlorine_mg_l": 10,
            "price_per_m3": 100_000,
        }
        for name, most in limits.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and 0 <= value <= most):
                raise DispatchError(say("rule_bad", name=name, value=value, most=most))


def rules_of(settings: Mapping[str, object]) -> Rules:
    """
    Return the settings of a township; what another version kept besides is left out.

    Parameters
    ----------
    settings
        Names and values as kept.
    """
    names = {field.name for field in fields(Rules)}
    kept = {name: value for name, value in settings.items() if name in names}
    return Rules(**kept)  # type: ignore[arg-type]  # kept by the store, checked inside
