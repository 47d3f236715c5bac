"""Scenarios and plans from their kept bytes, read once for all who look at them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dispatch.files.plan.plan_json import plan_from_json
from dispatch.files.scenario.snapshot import scenario_from_bytes
from dispatch.roads.travel import travel_matrix

if TYPE_CHECKING:
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel


@lru_cache(maxsize=64)
def kept_scenario(content: bytes) -> Scenario:
    """Return a scenario from its kept bytes."""
    return scenario_from_bytes(content)


@lru_cache(maxsize=16)
def kept_travel(content: bytes) -> Travel:
    """Return the travel times of a kept scenario."""
    return travel_matrix(kept_scenario(content))


@lru_cache(maxsize=64)
def kept_plan(text: str) -> Plan:
    """Return a plan from its kept text."""
    return plan_from_json(text.encode())
