"""
A dispatch of the demo's water as it was planned once, with slots by hand.

It is kept in files, so that a better planner changes no test of what is written of a
dispatch: three days, turns on two branches, a high zone that is shut for a day, watches
that nobody has, and fields that are dry, pumped to, and watered in part.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch.files.scenario.read import read_scenario
from dispatch.files.water.dispatch_file import dispatch_from_bytes, duty_from_bytes

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch, WaterDuty

TESTS = Path(__file__).parents[2]
KEPT = TESTS / "data" / "water"


@cache
def demo() -> tuple[Scenario, WaterDispatch, WaterDuty]:
    """Return the demo with three days of its water."""
    return (
        read_scenario(TESTS.parent / "data" / "yonghe"),
        dispatch_from_bytes((KEPT / "dispatch.json").read_bytes()),
        duty_from_bytes((KEPT / "duty.json").read_bytes()),
    )
