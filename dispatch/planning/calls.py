"""Which changes of a plan matter to people, and who must be called about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.model.plan import Plan
    from dispatch.planning.changes import Change

#: Nobody is called about less: seconds, litres, and share of the litres announced.
MIN_MOVED_S: Final = 1_800
MIN_LITRES: Final = 300
MIN_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    A place to be called.

    Attributes
    ----------
    changes
        Those that matter, by time.
    before_l, after_l
        What the place gets in all of the day.
    """

    village_id: str
    changes: tuple[Change, ...]
    before_l: int
    after_l: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallList:
    """
    Who must be told of a new plan.

    Attributes
    ----------
    previous
        Number of the version that people know.
    truck_ids
        Trucks of changes that matter: their drivers are told too.
    num_small
        Changes too small to call about.
    before_l, after_l
        Litres that all places get in all of the day.
    """

    previous: int
    calls: tuple[Call, ...]
    truck_ids: tuple[str, ...]
    num_small: int
    before_l: int
    after_l: int


def matters(change: Change) -> bool:
    """
    Whether people must be told: a visit is new or dropped, or comes by another truck.

    Else it must move by more than 30 minutes, or by more than 300 litres or a tenth.
    """
    if change.truck_before != change.truck_after:
        return True
    moved_s = (change.start_after_s or 0) - (change.start_before_s or 0)
    if abs(moved_s) > MIN_MOVED_S:
        return True
    by_l = abs(change.litres_after - change.litres_before)
    return by_l > MIN_LITRES or by_l > MIN_SHARE * change.litres_before


def call_list(changes: Iterable[Change], plan: Plan, *, previous: int) -> CallList:
    """
    Return who must be called, in the order in which the first change takes effect.

    Parameters
    ----------
    changes
        All of them, as from `plan_changes`.
    plan
        The new plan.
    previous
        Number of the version that people know.
    """
    every = list(changes)
    by_village: dict[str, list[Change]] = {}
    gained_l: dict[str, int] = {}
    for change in every:
        by_l = change.litres_after - change.litres_before
        gained_l[change.village_id] = gained_l.get(change.village_id, 0) + by_l
        if matters(change):
            by_village.setdefault(change.village_id, []).append(change)
    after_l: dict[str, int] = {}
    for route in plan.routes:
        for stop in route.stops:
            if stop.kind == "deliver":
                after_l[stop.place_id] = after_l.get(stop.place_id, 0) + stop.litres
    calls = [
        Call(
            village_id=village_id,
            changes=tuple(sorted(found, key=_first_s)),
            before_l=after_l.get(village_id, 0) - gained_l[village_id],
            after_l=after_l.get(village_id, 0),
        )
        for village_id, found in by_village.items()
    ]
    calls.sort(key=lambda call: (_first_s(call.changes[0]), call.village_id))
    told = [change for call in calls for change in call.changes]
    trucks = {change.truck_before for change in told}
    trucks |= {change.truck_after for change in told}
    total_l = sum(after_l.values())
    return CallList(
        previous=previous,
        calls=tuple(calls),
        truck_ids=tuple(sorted(truck for truck in trucks if truck is not None)),
        num_small=len(every) - len(told),
        before_l=total_l - sum(gained_l.values()),
        after_l=total_l,
    )


def _first_s(change: Change) -> int:
    """Return when people expect the water first, by the old plan or the new one."""
    times = (change.start_before_s, change.start_after_s)
    return min((time_s for time_s in times if time_s is not None), default=0)
