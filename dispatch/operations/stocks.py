"""Stocks from one day to the next: what was there, came, was used, and is left."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dispatch.model.need import gross_need_l
from dispatch.model.scenario import Source, Truck, Village
from dispatch.operations.ledger import standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dispatch.model.scenario import NeedStandard, Scenario
    from dispatch.operations.ledger import Report


def use_l(village: Village, standard: NeedStandard) -> int:
    """
    Return the litres that people, animals and facilities take from the tank in a day.

    Parameters
    ----------
    village
        Gives people, animals and facilities, and what comes out of taps instead.
    standard
        Litres per person and animal; the normal ones count.
    """
    return max(0, sum(gross_need_l(village, standard).values()) - village.piped_l)


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageStock:
    """
    Water of one village over a day, or several.

    Notes
    -----
    ``before_l + delivered_l = used_l + spilled_l + sum_l``: no litre is left out.

    Attributes
    ----------
    spilled_l
        What the tank could not hold in the end.
    read_l
        The village's own reading, which wins over the sum; None: nobody read it.
    """

    before_l: int
    delivered_l: int
    used_l: int
    spilled_l: int
    read_l: int | None = None

    @property
    def sum_l(self) -> int:
        """Litres left, as they add up."""
        return self.before_l + self.delivered_l - self.used_l - self.spilled_l

    @property
    def after_l(self) -> int:
        """Litres left, by the reading where there is one."""
        return self.sum_l if self.read_l is None else self.read_l


def village_stock(
    village: Village,
    standard: NeedStandard,
    *,
    delivered_l: int = 0,
    read_l: int | None = None,
    days: int = 1,
) -> VillageStock:
    """
    Return what becomes of the water of a village.

    Parameters
    ----------
    village
        With its stock in the morning, and the size of its tank where that is known.
    standard
        Litres per person and animal.
    delivered_l
        Litres that came, all of them on the first day.
    read_l
        What the village read at the end.
    days
        How many days people take water.
    """
    there = village.stock_l + delivered_l
    used = min(there, use_l(village, standard) * days)
    left = there - used
    room = left if village.storage_l is None else village.storage_l
    return VillageStock(
        before_l=village.stock_l,
        delivered_l=delivered_l,
        used_l=used,
        spilled_l=max(0, left - room),
        read_l=read_l,
    )


def days_left(village: Village, standard: NeedStandard) -> float:
    """
    Return for how many normal days the water in the tank lasts.

    Parameters
    ----------
    village
        With its stock now.
    standard
        Litres per person and animal.

    Returns
    -------
    float
        Infinity where nobody takes any.
    """
    use = use_l(village, standard)
    return village.stock_l / use if use else math.inf


def source_after(
    source: Source, *, drawn_l: int = 0, read_l: int | None = None, days: int = 1
) -> Source:
    """
    Return a source as it is in the morning after.

    A spring or well has what was there, and what came in since, less what was drawn; a
    source with a supply a day starts anew. A reading wins over both.

    Parameters
    ----------
    source
        As it was in the morning.
    drawn_l
        Litres that trucks took.
    read_l
        What was read at the end.
    days
        Mornings between the two.
    """
    if not source.is_refilling:
        return source if read_l is None else replace(source, supply_l=read_l)
    if read_l is not None:
        return replace(source, stock_l=read_l)
    inflow = math.floor((source.inflow_l_per_h or 0.0) * 24 * days + 1e-6)
    return replace(source, stock_l=max(0, (source.stock_l or 0) + inflow - drawn_l))


def rolled(
    scenario: Scenario,
    delivered_by_village: Mapping[str, int],
    drawn_by_source: Mapping[str, int],
    readings: Mapping[str, int],
    days: int = 1,
) -> Scenario:
    """
    Return a day as it would begin some days later, with what is left of its water.

    Parameters
    ----------
    scenario
        The day in the morning; what is out of service uses its water too.
    delivered_by_village, drawn_by_source
        Litres by id; who is not named got or gave none.
    readings
        Litres by id of village or source, as from `readings_of`.
    days
        Mornings between the two.
    """

    def later(item: Village | Source) -> Village | Source:
        if isinstance(item, Source):
            return source_after(
                item,
                drawn_l=drawn_by_source.get(item.source_id, 0),
                read_l=readings.get(item.source_id),
                days=days,
            )
        stock = village_stock(
            item,
            scenario.need,
            delivered_l=delivered_by_village.get(item.village_id, 0),
            read_l=readings.get(item.village_id),
            days=days,
        )
        # What taps give on a later day is said by a plan of that day.
        return replace(item, stock_l=stock.after_l, piped_l=0)

    date = scenario.date + dt.timedelta(days=days)
    return _changed(replace(scenario, date=date), later)


def carried_over(
    before: Scenario,
    scenario: Scenario,
    delivered_by_village: Mapping[str, int],
    drawn_by_source: Mapping[str, int],
    readings: Mapping[str, int],
) -> Scenario:
    """
    Return a day with the water that an earlier one left.

    Parameters
    ----------
    before
        The last day that is over, as it was in the morning.
    scenario
        The day as the master data have it: people, trucks and roads of now.
    delivered_by_village, drawn_by_source, readings
        Of the day before, as for `rolled`.
    """
    days = (scenario.date - before.date).days
    after = rolled(before, delivered_by_village, drawn_by_source, readings, days)
    left_l = {village.village_id: village.stock_l for village in after.all_villages}
    levels = {source.source_id: source.stock_l for source in after.all_sources}

    def carried(item: Village | Source) -> Village | Source:
        if isinstance(item, Village):
            return replace(item, stock_l=left_l.get(item.village_id, item.stock_l))
        level = levels.get(item.source_id)
        if item.is_refilling and level is not None:
            return replace(item, stock_l=level)
        return source_after(item, read_l=readings.get(item.source_id))

    return _changed(scenario, carried)


def _changed(
    scenario: Scenario, change: Callable[[Village | Source], Village | Source]
) -> Scenario:
    """Return a scenario with every village and source changed, resting ones too."""
    villages = map(change, scenario.villages)
    sources = map(change, scenario.sources)
    return replace(
        scenario,
        villages=tuple(item for item in villages if isinstance(item, Village)),
        sources=tuple(item for item in sources if isinstance(item, Source)),
        resting=tuple(
            each
            if isinstance(each.item, Truck)
            else each._replace(item=change(each.item))
            for each in scenario.resting
        ),
    )


def readings_of(reports: Iterable[Report]) -> dict[str, int]:
    """
    Return the last reading of every place that was read, by id.

    What trucks brought or drew after it is added or taken off, for the reading cannot
    know of it.

    Parameters
    ----------
    reports
        Of one day, in the order in which they came.
    """
    every = standing(reports)
    last = {
        report.place: report
        for report in sorted(every, key=lambda report: report.at)
        if report.kind == "reading"
    }
    levels = {place: report.litres or 0 for place, report in last.items()}
    signs = {"delivered": 1, "filled": -1}
    for report in every:
        reading = last.get(report.place)
        if reading is not None and report.at > reading.at:
            levels[report.place] += signs.get(report.kind, 0) * (report.litres or 0)
    return {place: max(0, litres) for place, litres in levels.items()}
