"""A plan for some days ahead: who must get water when, so that nobody runs dry."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.model.need import gross_need_l
from dispatch.operations.stocks import use_l

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.model.need import Band
    from dispatch.model.scenario import NeedStandard, Scenario, Village

#: Days of normal use that buckets hold where no tank is known.
BUCKET_DAYS: Final = 2
#: What nobody can be without.
_VITAL: Final[tuple[Band, ...]] = ("facility", "survival_vulnerable", "survival")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """
    Water for a village on a day.

    Attributes
    ----------
    litres
        What it should get: until its next turn, as far as its tank and the trucks
        allow.
    is_due
        Without it the village falls below survival before the next day; False: it is
        served today because later days are full.
    """

    village_id: str
    litres: int
    is_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAhead:
    """
    One of the days ahead.

    Attributes
    ----------
    turns
        Who must be served, the most urgent first.
    short
        Villages that are below survival on this day all the same, by litres.
    """

    date: dt.date
    turns: Sequence[Turn]
    short: dict[str, int]


@dataclass(slots=True)
class _Tank:
    """A village as it will be, day by day."""

    village_id: str
    order: int
    stock_l: int
    vital_l: int
    use_l: int
    holds_l: int

    @property
    def room_l(self) -> int:
        return max(0, self.holds_l - self.stock_l)

    def days_until_due(self, most: int) -> int:
        """Return in how many days it falls below survival if nothing comes."""
        left = self.stock_l
        for day in range(most):
            if left < self.vital_l:
                return day
            left -= min(left, self.use_l)
        return most


def days_ahead(
    scenario: Scenario, days: int, *, capacity_l: int | None = None
) -> tuple[DayAhead, ...]:
    """
    Return who must be served on each of the days ahead, from the first on.

    Parameters
    ----------
    scenario
        The first day in the morning.
    days
        How many, the first one among them.
    capacity_l
        Litres that the trucks bring in a day; None: not limited.

    Notes
    -----
    A village is due on the day on which its water would not last for survival: people
    take the normal amount while there is water. Where the villages that are due until
    some later day are more than the trucks can bring by then, the most urgent ones are
    served ahead. Where a day is too much all the same, every village that is due gets
    survival before any gets more. Deliveries fill tanks; where no tank is known,
    buckets for two days.
    """
    tanks = [
        _tank(order, village, scenario.need)
        for order, village in enumerate(scenario.villages)
    ]
    ahead = []
    for day in range(days):
        given = _served_today(tanks, days - day, capacity_l)
        for tank in tanks:
            turn = given.get(tank.village_id)
            tank.stock_l += 0 if turn is None else turn.litres
        short = {
            tank.village_id: tank.vital_l - tank.stock_l
            for tank in tanks
            if tank.stock_l < tank.vital_l
        }
        for tank in tanks:
            tank.stock_l -= min(tank.stock_l, tank.use_l)
        ahead.append(
            DayAhead(
                date=scenario.date + dt.timedelta(days=day),
                turns=tuple(given.values()),
                short=short,
            )
        )
    return tuple(ahead)


def _tank(order: int, village: Village, standard: NeedStandard) -> _Tank:
    need = gross_need_l(village, standard)
    use = use_l(village, standard)
    holds = village.storage_l
    return _Tank(
        village_id=village.village_id,
        order=order,
        stock_l=village.stock_l,
        vital_l=sum(need[band] for band in _VITAL),
        use_l=use,
        holds_l=BUCKET_DAYS * use if holds is None else holds,
    )


def _served_today(
    tanks: Sequence[_Tank], days: int, capacity_l: int | None
) -> dict[str, Turn]:
    """Return what villages get today, by id, the most urgent first."""
    due_in = {tank.village_id: tank.days_until_due(days) for tank in tanks}
    urgent = sorted(
        (tank for tank in tanks if due_in[tank.village_id] < days and tank.room_l),
        key=lambda tank: (due_in[tank.village_id], -tank.vital_l, tank.order),
    )
    due = [tank for tank in urgent if due_in[tank.village_id] == 0]
    if capacity_l is None:
        return {tank.village_id: _turn(tank, tank.room_l, is_due=True) for tank in due}
    # Least litres that must be gone today, lest a later day be too full.
    wanted, by_then = 0, 0
    for tank in urgent:
        by_then += min(tank.room_l, tank.use_l)
        wanted = max(wanted, by_then - capacity_l * due_in[tank.village_id])
    litres: dict[str, int] = {}
    left = capacity_l
    for tank in due:  # survival for all before more for any
        top_up = min(tank.room_l, max(0, tank.vital_l - tank.stock_l), left)
        litres[tank.village_id] = top_up
        left -= top_up
    for tank in urgent:
        is_due = due_in[tank.village_id] == 0
        if not is_due and capacity_l - left >= wanted:
            break
        more = min(tank.room_l - litres.get(tank.village_id, 0), left)
        litres[tank.village_id] = litres.get(tank.village_id, 0) + more
        left -= more
    return {
        tank.village_id: _turn(
            tank, litres[tank.village_id], is_due=due_in[tank.village_id] == 0
        )
        for tank in urgent
        if litres.get(tank.village_id)
    }


def _turn(tank: _Tank, litres: int, *, is_due: bool) -> Turn:
    return Turn(village_id=tank.village_id, litres=litres, is_due=is_due)
