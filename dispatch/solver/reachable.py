"""Which water can come to a village at all, and which limit forbids it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from dispatch.solver.kernel.arrays import BIG

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatch.arrays import Ints, Mask, RecordArray
    from dispatch.model.plan import Reason


Roads = Literal["direct", "from_source", "any"]

#: Limits in the order in which they are looked at: the first that leaves nothing is
#: the reason.
STEPS: Final[tuple[Reason, ...]] = (
    "no_road",
    "truck_too_big",
    "no_potable_water",
    "truck_too_small",
    "source_dry",
    "source_closed",
    "slow_pump",
)


@dataclass(frozen=True)
class Reach:
    """
    What the tables alone allow, for drinking water or for non-potable water.

    Attributes
    ----------
    passed
        Shape (steps, V): whether any truck and source are left after each of `STEPS`.
    allowed
        Shape (S, V): whether some truck may bring water from a source, by roads,
        access and kind of water.
    largest_l
        Shape (V,): the largest tank that may come.
    """

    passed: Mask
    allowed: Mask
    largest_l: Ints

    @property
    def is_reached(self) -> Mask:
        """Whether some water can come, shape (V,)."""
        reached: Mask = self.passed[-1]
        return reached

    def reason(self, village: int) -> Reason | None:
        """Return the first limit that leaves a village without any; None if none."""
        failed = np.flatnonzero(~self.passed[:, village])
        return STEPS[int(failed[0])] if failed.size else None


def reach_of(
    truck: RecordArray,
    source: RecordArray,
    least_l: Ints,
    travel_s: npt.NDArray[np.int32],
    may_enter: Mask,
    source_windows: Ints,
    fill_setup_s: int,
    *,
    is_potable: bool,
    roads: Roads,
) -> Reach:
    """
    Return what can come to each village on an empty day.

    Parameters
    ----------
    truck, source
        Records of the instance, shapes (R,) and (S,).
    least_l
        Shape (V,): litres of the smallest first visit.
    travel_s
        Shape (C, P, P): the least seconds of the day, `BIG` where there is no road.
    may_enter
        Shape (access class, V).
    source_windows
        Shape (S, W, 2), seconds since midnight.
    fill_setup_s
        Seconds of every filling before water flows.
    is_potable
        Water of potable trucks from potable sources, which people need; else that of
        all other trucks, which serves animals.
    roads
        Which legs must have a road: ``direct`` from where a truck is to the source,
        from there to the village, and on; ``from_source`` to the village; ``any`` none
        at all, since a truck may come through other places.
    """
    num_sources, num_villages = source.size, least_l.size
    passed = np.zeros((len(STEPS), num_villages), dtype=bool)
    allowed = np.zeros((num_sources, num_villages), dtype=bool)
    largest = np.zeros(num_villages, dtype=np.int64)
    open_s = _longest_open_s(truck, source_windows) - fill_setup_s
    flow_l = np.where(
        source["fill_s_per_l"] > 0,
        np.maximum(0, open_s) / np.maximum(source["fill_s_per_l"], 1e-12),
        BIG,
    )
    has_water = source["supply"][:, None] >= least_l
    is_open = (open_s >= 0)[:, None] & has_water
    can_flow = is_open & (flow_l[:, None] + 1e-9 >= least_l)
    for kind in _kinds(truck, travel_s, num_sources, num_villages, roads):
        usable = _legs_open(kind, travel_s, num_sources, num_villages)
        passed[0] |= usable.any(axis=0)
        usable &= may_enter[kind.access_class]
        passed[1] |= usable.any(axis=0)
        if is_potable != kind.is_potable:
            continue
        if is_potable:
            usable &= (source["is_potable"] > 0)[:, None]
        passed[2] |= usable.any(axis=0)
        allowed |= usable
        may_come = usable.any(axis=0)
        largest[may_come] = np.maximum(largest[may_come], kind.capacity)
        usable &= kind.capacity >= least_l
        passed[3] |= usable.any(axis=0)
        for step, filled in enumerate((has_water, is_open, can_flow), start=4):
            passed[step] |= (usable & filled).any(axis=0)
    return Reach(np.logical_and.accumulate(passed, axis=0), allowed, largest)


@dataclass(frozen=True)
class _Kind:
    """
    Trucks that differ in nothing that matters here, the largest tank of them.

    Attributes
    ----------
    roads
        Whether the legs from sources to villages must have a road.
    sources, villages
        Shapes (S,) and (V,): whether such a truck gets to a source, and from a village
        to its depot or to any source.
    """

    drive_class: int
    access_class: int
    is_potable: bool
    roads: bool
    sources: Mask
    villages: Mask
    capacity: int


def _kinds(
    truck: RecordArray,
    travel_s: npt.NDArray[np.int32],
    num_sources: int,
    num_villages: int,
    roads: Roads,
) -> list[_Kind]:
    largest: dict[tuple[int, ...], int] = {}
    names = ["drive_class", "access_class", "is_potable"]
    if roads == "direct":
        names += ["start", "depot"]
    for record in truck[truck["shift_end"] > truck["shift_start"]]:
        key = tuple(int(record[name]) for name in names)
        largest[key] = max(largest.get(key, 0), int(record["capacity"]))
    first_village = travel_s.shape[1] - num_villages
    sources = slice(first_village - num_sources, first_village)
    villages = slice(first_village, None)
    kinds: dict[tuple[int, int, int, bytes, bytes], _Kind] = {}
    for (drive, access, potable, *places), capacity in largest.items():
        come = np.ones(num_sources, dtype=bool)
        leads_on = np.ones(num_villages, dtype=bool)
        if places:
            start, depot = places
            come = travel_s[drive, start, sources] < BIG
            # The last village of a day needs a road home; others go on to a source.
            leads_on = travel_s[drive, villages, depot] < BIG
            if not leads_on.all():
                onward = travel_s[drive, villages, sources]
                leads_on |= (onward < BIG).any(axis=1)
        # Hundreds of depots differ little in where trucks get to from there.
        alike = drive, access, potable, come.tobytes(), leads_on.tobytes()
        if alike not in kinds or kinds[alike].capacity < capacity:
            kinds[alike] = _Kind(
                drive, access, bool(potable), roads != "any", come, leads_on, capacity
            )
    return list(kinds.values())


def _legs_open(
    kind: _Kind,
    travel_s: npt.NDArray[np.int32],
    num_sources: int,
    num_villages: int,
) -> Mask:
    """Return (S, V) whether a truck gets from sources to villages."""
    if not kind.roads:
        return np.ones((num_sources, num_villages), dtype=bool)
    first_village = travel_s.shape[1] - num_villages
    first_source = first_village - num_sources
    legs_s = travel_s[kind.drive_class, first_source:first_village, first_village:]
    reached: Mask = np.less(legs_s, BIG)
    reached &= np.logical_and(kind.villages, kind.sources[:, None])
    return reached


def _longest_open_s(truck: RecordArray, source_windows: Ints) -> Ints:
    """Return the longest time on end, (S,), that a source is open in the shifts."""
    first = int(truck["shift_start"].min(initial=BIG))
    last = int(truck["shift_end"].max(initial=0))
    low = np.maximum(source_windows[:, :, 0], first)
    high = np.minimum(source_windows[:, :, 1], last)
    longest: Ints = (high - low).max(axis=1)
    return longest
