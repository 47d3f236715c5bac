"""What would help the water: works, pumps, hours, found by planning once more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from dispatch.model.need import BANDS
from dispatch.model.water.works import with_work
from dispatch.solver.water.case import WaterParams
from dispatch.solver.water.day_plan import plan_water, water_case
from dispatch.water.need import PEOPLE
from dispatch.water.network_facts import fixed_pump_ids
from dispatch.words.message import Message, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dispatch.model.scenario import Scenario
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import WaterGoal, WaterPlan

#: Days that a lent pump is kept longer, and hours that pumps and works run longer.
KEPT_DAYS: Final = 2
MORE_HOURS: Final = 1.0

#: Goals by which a plan is better than another one; fairness, change and energy are not
#: what a work is done for.
_DECIDE: Final[frozenset[WaterGoal]] = frozenset(
    {"trucks", *PEOPLE, "reserve", "livestock", "normal", "critical_loss", "other_loss"}
)
#: So many times the nodes of a plan: what a change is worth is worth waiting for.
_TIMES: Final = 4

HelpKind = Literal["work", "one_more_pump", "one_more_hour", "keep_pump"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterHelp:
    """
    What one change would add to a plan, in all its days.

    Attributes
    ----------
    name
        What is changed.
    people_l, animals_l, normal_l
        More litres for people up to basic need, animals, normal need.
    people
        People who could be given their basic need for all days with that.
    mu, kg
        More fields watered in full, and harvest saved.
    critical_kg
        Part of it at critical stages, which the order of goals puts first: to save it,
        other fields may lose more.
    cost_yuan, crew_days
        Of a work; None: not known.
    """

    kind: HelpKind
    object_id: str
    name: Message
    people_l: float
    people: float
    animals_l: float
    normal_l: float
    mu: float
    kg: float
    critical_kg: float = 0.0
    cost_yuan: float | None = None
    crew_days: float | None = None

    @property
    def kg_per_yuan(self) -> float | None:
        """Harvest saved for a yuan; None: its cost is not known, or nothing."""
        return self.kg / self.cost_yuan if self.cost_yuan else None

    @property
    def kg_per_crew_day(self) -> float | None:
        """Harvest saved for a day of work of one person; None: not known."""
        return self.kg / self.crew_days if self.crew_days else None

    @property
    def rank(self) -> tuple[float, ...]:
        """People first, then animals, normal need, critical stages, all harvest."""
        gains = (
            *(self.people_l, self.animals_l, self.normal_l),
            *(self.critical_kg, self.kg),
        )
        return (*(float(round(gain)) for gain in gains), self.kg_per_yuan or 0.0)


@dataclass(frozen=True, slots=True)
class _Variant:
    kind: HelpKind
    object_id: str
    name: Message
    network: WaterNetwork
    cost_yuan: float | None = None
    crew_days: float | None = None


def water_helping(
    scenario: Scenario,
    *,
    num_days: int,
    params: WaterParams | None = None,
    taken_m3: Mapping[tuple[str, int], float] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[WaterHelp, ...]:
    """
    Return what works, one more pump or hour, a pump kept longer add; best first.

    A work counts from the first day on, as if it were done; a plan is no worse with a
    change than without, as the plan without it stays possible.

    Parameters
    ----------
    scenario
        With tables of the water.
    num_days
        Days to plan.
    params
        Limits of each search; None: as usual.
    taken_m3
        What trucks fill; None: nothing.
    progress
        Called with what is planned and how much there is.
    """
    params = replace(params or WaterParams(), reasons=False, equal_shares=False)
    params = replace(params, max_nodes=_TIMES * params.max_nodes)

    def planned(network: WaterNetwork) -> WaterPlan:
        case = water_case(
            replace(scenario, water=network), num_days=num_days, taken_m3=taken_m3
        )
        return plan_water(case, params)

    if scenario.water is None:
        return ()
    before = planned(scenario.water)
    variants = list(_variants(scenario, num_days))
    helps = []
    for number, variant in enumerate(variants):
        if progress is not None:
            progress(number, len(variants))
        after = _not_worse(before, planned(variant.network))
        helps.append(_gain(scenario, variant, before, after))
    return tuple(sorted(helps, key=lambda item: (item.rank, item.object_id))[::-1])


def _not_worse(before: WaterPlan, after: WaterPlan) -> WaterPlan:
    """
    Return the better of two plans, goal by goal.

    With a change the plan without it stays possible: a search that ended early with a
    worse one would tell that the change does harm.
    """
    for goal in before.goals:
        if goal.goal not in _DECIDE:
            continue
        found = after.goal(goal.goal)
        value = 0.0 if found is None else found.value
        slack = 1e-3 * max(1.0, goal.value)
        if value < goal.value - slack:
            return after
        if value > goal.value + slack:
            return before
    for later in after.goals:
        if later.goal in _DECIDE and before.goal(later.goal) is None:
            return before if later.value > 1e-3 else after
    return after


def _variants(scenario: Scenario, num_days: int) -> Iterator[_Variant]:
    network = scenario.water
    if network is None:
        return
    for work in network.works:
        yield _Variant(
            "work",
            work.work_id,
            say("water_help.work", work=work.work_id, name=work.name),
            with_work(network, work),
            work.cost_yuan,
            work.crew_days,
        )
    fixed = fixed_pump_ids(network)
    free = [pump for pump in network.pumps if pump.pump_id not in fixed]
    for pump in free:
        if pump.state != "ok":
            continue
        more = replace(
            pump, pump_id=f"{pump.pump_id}+1", available_from=None, return_by=None
        )
        yield _Variant(
            "one_more_pump",
            pump.pump_id,
            say("water_help.pump", pump=pump.name),
            replace(network, pumps=(*network.pumps, more)),
        )
    longer = tuple(
        replace(pump, hours_per_day=min(24.0, pump.hours_per_day + MORE_HOURS))
        for pump in network.pumps
    )
    plants = tuple(
        replace(plant, hours=min(24.0, plant.hours + MORE_HOURS))
        for plant in network.plants
    )
    if longer != network.pumps or plants != network.plants:
        yield _Variant(
            "one_more_hour",
            "",
            say("water_help.hour"),
            replace(network, pumps=longer, plants=plants),
        )
    last = scenario.date + dt.timedelta(days=num_days - 1)
    for pump in free:
        if pump.return_by is None or pump.return_by >= last:
            continue
        kept = replace(pump, return_by=pump.return_by + dt.timedelta(days=KEPT_DAYS))
        pumps = tuple(kept if item is pump else item for item in network.pumps)
        yield _Variant(
            "keep_pump",
            pump.pump_id,
            say("water_help.keep", pump=pump.name, days=KEPT_DAYS),
            replace(network, pumps=pumps),
        )


def _gain(
    scenario: Scenario, variant: _Variant, before: WaterPlan, after: WaterPlan
) -> WaterHelp:
    def more_l(bands: tuple[str, ...]) -> float:
        return sum(
            after.served_l(band) - before.served_l(band)
            for band in BANDS
            if band in bands
        )

    people_l = more_l(PEOPLE)
    basic_l = scenario.need.basic_l_per_person * before.num_days
    return WaterHelp(
        kind=variant.kind,
        object_id=variant.object_id,
        name=variant.name,
        people_l=people_l,
        people=people_l / basic_l if basic_l else 0.0,
        animals_l=more_l(("livestock",)),
        normal_l=more_l(("normal",)),
        mu=_clean(_mu(scenario, after) - _mu(scenario, before)),
        kg=_clean(before.lost_kg - after.lost_kg),
        critical_kg=_clean(_critical_kg(before) - _critical_kg(after)),
        cost_yuan=variant.cost_yuan,
        crew_days=variant.crew_days,
    )


def _critical_kg(plan: WaterPlan) -> float:
    """Return the harvest lost at critical stages."""
    return sum(row.lost_kg or 0.0 for row in plan.outcomes if row.critical)


def _clean(amount: float) -> float:
    """Return an amount without what rounding leaves: a tenth of a kg is none."""
    return 0.0 if abs(amount) < 0.1 else amount


def _mu(scenario: Scenario, plan: WaterPlan) -> float:
    """Return the fields watered, those in part by their part."""
    if scenario.water is None:
        return 0.0
    blocks = scenario.water.field_by_id
    return sum(
        blocks[row.field_id].area_mu * row.field_m3 / row.need_m3
        for row in plan.outcomes
        if row.need_m3 > 0
    )
