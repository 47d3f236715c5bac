"""Why villages stay short: every missing litre is booked on the limit that binds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dispatch.model.plan import Cause
from dispatch.solver.instance import village_reach
from dispatch.solver.kernel.arrays import BIG, empty_state, grown_state, sizes_of
from dispatch.solver.kernel.moves import load_best
from dispatch.solver.kernel.search import probe
from dispatch.solver.more_trucks import most_by_more_trucks
from dispatch.solver.reachable import STEPS, Reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dispatch.arrays import Ints
    from dispatch.model.plan import Reason
    from dispatch.solver.kernel.arrays import Instance, State


@dataclass(frozen=True, slots=True)
class Unserved:
    """Litres that a village lacks, for people and for animals."""

    people_l: int
    animals_l: int


def shortage_causes(
    instance: Instance,
    state: State,
    short: Mapping[int, Unserved],
    *,
    min_drop_l: int,
    is_whole_day: bool = True,
) -> dict[int, tuple[Cause, ...]]:
    """
    Return the causes of every village in ``short``, by position; largest first.

    The litres of a village's causes add up to what it lacks. Booked first is what
    nothing can come of (roads, access, kind of water, tanks, pumps), then what the
    village's tank and its visits leave out. The rest goes to the first limit whose
    removal lets a truck bring more, on an empty day and on the plan as it is; and
    where none does, to the fleet, as far as more trucks could bring it.

    Parameters
    ----------
    instance
        The scenario as arrays.
    state
        Holds the plan as its best.
    short
        What villages lack, by position.
    min_drop_l
        The smallest visit.
    is_whole_day
        Whether ``instance`` is a whole day: in the rest of a day no drive is too long.
    """
    books = _Books(instance, state, short)
    if not (instance.truck["shift_end"] > instance.truck["shift_start"]).any():
        # Late in the day no road is missing, and no pump too slow: nobody drives.
        books.book_tanks_and_visits(min_drop_l)
        for village in books.villages_left():
            books.book(village, "fleet_busy", books.left(village))
        return books.causes()
    books.book_impossible()
    books.book_tanks_and_visits(min_drop_l)
    left = books.villages_left()
    for village, reason in _binding_limits(instance, state, left).items():
        if is_whole_day or reason != "too_far":
            books.book(village, reason, books.left(village))
    books.book_fleet()
    return books.causes()


class _Books:
    """Litres not yet explained, and the causes booked so far."""

    def __init__(
        self, instance: Instance, state: State, short: Mapping[int, Unserved]
    ) -> None:
        self._instance = instance
        self._state = state
        self._people = {v: lack.people_l for v, lack in short.items()}
        self._animals = {v: lack.animals_l for v, lack in short.items()}
        self._causes: dict[int, dict[Reason, int]] = {v: {} for v in short}
        self._delivered, self._visits = _delivered(instance, state)
        self._reach = {
            is_potable: village_reach(instance, is_potable=is_potable, roads="direct")
            for is_potable in (True, False)
        }

    def left(self, village: int) -> int:
        """Return the litres of a village that no cause explains yet."""
        return self._people[village] + self._animals[village]

    def villages_left(self) -> list[int]:
        """Return the villages that lack a cause."""
        return [village for village in self._causes if self.left(village) > 0]

    def book(self, village: int, reason: Reason, litres: int) -> None:
        """Explain litres of a village, the animals' last."""
        litres = min(litres, self.left(village))
        if litres <= 0:
            return
        causes = self._causes[village]
        causes[reason] = causes.get(reason, 0) + litres
        of_people = min(litres, self._people[village])
        self._people[village] -= of_people
        self._animals[village] -= litres - of_people

    def book_impossible(self) -> None:
        """Explain what cannot come whatever is planned, people's water and animals'."""
        people, others = self._reach[True], self._reach[False]
        for village in self._causes:
            reason = people.reason(village)
            if reason is None:
                continue
            # Of two kinds of water the one that comes further shows what is missing.
            for_animals = _further(people, others, village)
            # A village whose people have all they need lacks what its animals lack.
            if not self._people[village] and for_animals is not None:
                reason = for_animals
            self.book(village, reason, self._people[village])
            if for_animals is not None:
                self.book(village, for_animals, self._animals[village])

    def book_tanks_and_visits(self, min_drop_l: int) -> None:
        """Explain what the tank, the number of visits, the smallest visit leave out."""
        for village in self.villages_left():
            record = self._instance.village[village]
            free = max(0, int(record["room"]) - int(self._delivered[village]))
            self.book(village, "tank_full", self.left(village) - free)
            visits = int(record["max_visits"]) - int(self._visits[village])
            if record["max_visits"] < BIG:
                largest = max(int(r.largest_l[village]) for r in self._reach.values())
                largest = largest or int(self._instance.truck["capacity"].max())
                can_come = max(0, visits) * largest
                self.book(village, "visit_limit", self.left(village) - can_come)
            has_some = self._delivered[village] > 0
            if has_some and self.left(village) < min_drop_l:
                self.book(village, "below_smallest_visit", self.left(village))

    def book_fleet(self) -> None:
        """Explain the rest by the fleet, as far as any fleet could bring it."""
        villages = self.villages_left()
        if not villages:
            return
        lack = [Unserved(self._people[v], self._animals[v]) for v in villages]
        wants = np.array([[of.people_l, of.animals_l] for of in lack], dtype=np.int64)
        more = most_by_more_trucks(
            self._instance,
            self._state,
            wants,
            potable=self._reach[True].allowed[:, villages],
            non_potable=self._reach[False].allowed[:, villages],
        )
        for village, trucks_l, bays_l in zip(villages, *more, strict=True):
            self.book(village, "fleet_busy", int(trucks_l))
            self.book(village, "bay_queue", int(bays_l))
            self.book(village, "source_dry", self.left(village))

    def causes(self) -> dict[int, tuple[Cause, ...]]:
        """Return the causes booked, by village; the largest first."""
        return {
            village: tuple(
                Cause(reason, litres)
                for reason, litres in sorted(booked.items(), key=lambda item: -item[1])
            )
            for village, booked in self._causes.items()
        }


def _further(people: Reach, others: Reach, village: int) -> Reason | None:
    """Return what keeps away the water that comes further; None if some arrives."""
    passed = people.passed[:, village] | others.passed[:, village]
    failed = np.flatnonzero(~passed)
    return STEPS[int(failed[0])] if failed.size else None


def _delivered(instance: Instance, state: State) -> tuple[Ints, Ints]:
    """Return litres and number of visits that the best plan brings every village."""
    litres = instance.village["given"].copy()
    visits = np.zeros_like(litres)
    for r in range(instance.truck.size):
        entries = state.b_entry[r, : int(state.b_route["length"][r])]
        is_visit = entries["node"] >= instance.first_village
        positions = entries["node"][is_visit] - instance.first_village
        np.add.at(litres, positions, entries["litres"][is_visit])
        np.add.at(visits, positions, 1)
    return litres, visits


def _binding_limits(
    instance: Instance, state: State, villages: list[int]
) -> dict[int, Reason]:
    """
    Return the limit whose removal lets more be brought, where there is one.

    Every limit is lifted in turn, for an empty day and then for the plan as it is.
    Where an empty day brings nothing even so, limits are lifted one after the other:
    the last that was needed is the one; with all of them lifted the drive is too long.
    """
    reasons: dict[int, Reason] = {}
    empty = empty_state(instance, 0)
    shut = _not_in(villages, _reachable(instance, empty, villages))
    for reason, relaxed in _relaxations(instance, of_empty_day=True):
        for village in _reachable(relaxed, empty, _not_in(shut, reasons)):
            reasons[village] = reason
    lifted = instance
    for reason, _ in _relaxations(instance, of_empty_day=True):
        lifted = dict(_relaxations(lifted, of_empty_day=True))[reason]
        for village in _reachable(lifted, empty, _not_in(shut, reasons)):
            reasons[village] = reason
    for village in _not_in(shut, reasons):
        reasons[village] = "too_far"
    left = _not_in(villages, reasons)
    shut = _not_in(left, _reachable(instance, state, left))
    for reason, relaxed in _relaxations(instance, of_empty_day=False):
        for village in _reachable(relaxed, state, _not_in(shut, reasons)):
            reasons[village] = reason
    return reasons


def _not_in(villages: list[int], left_out: Iterable[int]) -> list[int]:
    known = set(left_out)
    return [village for village in villages if village not in known]


def _reachable(instance: Instance, plan: State, villages: list[int]) -> set[int]:
    """Return the villages to which one more load could be brought."""
    if not villages:
        return set()
    sizes = sizes_of(plan)
    state = empty_state(instance, 1, sizes._replace(row=sizes.row + 2))
    np.copyto(state.b_route, plan.b_route)
    state.b_entry[:, : sizes.row] = plan.b_entry
    load_best(instance, state)
    reached = set()
    for village in villages:
        litres = probe(instance, state, village)
        while litres == 0 and (grown := grown_state(state)) is not None:
            state = grown
            litres = probe(instance, state, village)
        if litres > 0:
            reached.add(village)
    return reached


def _relaxations(
    instance: Instance, *, of_empty_day: bool
) -> list[tuple[Reason, Instance]]:
    """
    Return the instance with one kind of limit lifted at a time.

    A faster pump saves any truck time: only on an empty day does it tell a reason.
    """
    windows = _always_open(instance.windows)
    source_windows = _always_open(instance.source_windows)
    wet = instance.source.copy()
    wet["supply"] = BIG
    wet["is_refilling"] = 0
    many_bays = instance.source.copy()
    many_bays["bays"] = BIG
    fast = instance.source.copy()
    fast["fill_s_per_l"] = 0.0
    limits: list[tuple[Reason, Instance]] = [
        ("window_closed", instance._replace(windows=windows)),
        ("source_closed", instance._replace(source_windows=source_windows)),
        ("source_dry", instance._replace(source=wet)),
        ("bay_queue", instance._replace(source=many_bays)),
    ]
    if of_empty_day:
        limits.append(("slow_pump", instance._replace(source=fast)))
    return limits


def _always_open(windows: Ints) -> Ints:
    opened = np.full_like(windows, BIG)
    opened[:, 0] = (0, BIG - 1)
    return opened
