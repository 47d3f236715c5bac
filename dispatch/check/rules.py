"""
The rules of a valid plan, recomputed from scenario, travel and plan alone.

One rule is one function. Nothing here comes from the solver or from the figures
it writes, so that a mistake there cannot hide itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from dispatch.check.facts import collect_facts
from dispatch.check.figures import check_figures, check_ids
from dispatch.check.routes import check_breaks, check_legs, check_loads, check_shift
from dispatch.check.sources import check_bays, check_fillings, check_supply
from dispatch.check.villages import (
    check_access,
    check_max_visits,
    check_need_and_storage,
    check_potable,
    check_small_visits,
    check_visits,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dispatch.check.facts import Facts, Violation
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel

Rule: TypeAlias = "Callable[[Facts], Iterator[Violation]]"

#: Every rule, in the order in which violations are listed.
RULES: Final[tuple[Rule, ...]] = (
    check_shift,
    check_legs,
    check_fillings,
    check_loads,
    check_visits,
    check_bays,
    check_supply,
    check_need_and_storage,
    check_access,
    check_potable,
    check_small_visits,
    check_ids,
    check_breaks,
    check_max_visits,
    check_figures,
)


def check_plan(scenario: Scenario, travel: Travel, plan: Plan) -> list[Violation]:
    """
    Return every broken rule of a plan; an empty list means that it is valid.

    Works on any plan, hand-made ones with unknown ids or senseless figures
    included: what cannot be looked up is reported once and left out elsewhere.

    Parameters
    ----------
    scenario
        The day that the plan is for.
    travel
        Driving times of that day.
    plan
        What is to be checked; its own figures are not believed.
    """
    facts = collect_facts(scenario, travel, plan)
    return [violation for rule in RULES for violation in rule(facts)]
