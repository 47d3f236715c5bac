"""
The rules of a valid plan of all the water, recomputed from tables and plan alone.

One rule is one function. Nothing here comes from the solver or from the figures it
writes. Hours of turns, slots and duty have rules of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from dispatch.check.water.canals import (
    check_arrival,
    check_counting,
    check_flows,
    check_losses,
)
from dispatch.check.water.facts import WaterFacts
from dispatch.check.water.order import check_order
from dispatch.check.water.pumps import (
    check_lifts,
    check_plants,
    check_pump_hours,
    check_pumps,
)
from dispatch.check.water.stocks import check_junctions, check_stocks
from dispatch.check.water.takers import (
    check_drinking,
    check_field_water,
    check_trucks,
    check_water_ids,
    check_zone_litres,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dispatch.check.water.facts import WaterViolation
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.plan import WaterPlan

WaterRule: TypeAlias = "Callable[[WaterFacts], Iterator[WaterViolation]]"

#: Every rule, in the order in which violations are listed.
WATER_RULES: Final[tuple[WaterRule, ...]] = (
    check_water_ids,
    check_stocks,
    check_junctions,
    check_flows,
    check_losses,
    check_arrival,
    check_counting,
    check_pumps,
    check_pump_hours,
    check_lifts,
    check_plants,
    check_zone_litres,
    check_field_water,
    check_order,
    check_drinking,
    check_trucks,
)


def check_water_plan(
    scenario: Scenario,
    plan: WaterPlan,
    *,
    taken_m3: Mapping[tuple[str, int], float] | None = None,
) -> list[WaterViolation]:
    """
    Return every broken rule of a plan; an empty list means that it is valid.

    Parameters
    ----------
    scenario
        Whose tables it was made from; without tables of the water nothing is known.
    plan
        What is to be checked; its own figures are not believed.
    taken_m3
        What trucks fill, by source id and day from 0; None: nothing.
    """
    if scenario.water is None:
        return []
    facts = WaterFacts(scenario, scenario.water, plan, taken_m3 or {})
    return [violation for rule in WATER_RULES for violation in rule(facts)]
