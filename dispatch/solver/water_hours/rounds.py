"""
Who carries water to which door, day by day.

Jars are small zones with one filling a day: a door is served before they run dry, by
the person who always comes if possible, from what a truck left or from a tap.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ortools.sat.python import cp_model

from dispatch.model.water.hours import Span, joined_spans
from dispatch.model.water.rounds import DoorVisit, DryDoor, RoundPlan
from dispatch.model.water.shifts import free_span
from dispatch.solver.water_hours.goals import GOAL_LIMIT, GoalChain
from dispatch.units import DAY_S

if TYPE_CHECKING:
    from dispatch.model.water.duty import Door, Person
    from dispatch.model.water.hours import HourGoal
    from dispatch.model.water.rounds import DoorReason, RoundRequest, Supply

_STEP_S: Final = 60
#: Minutes of a day; levels of jars are litres times these, so that they stay whole.
_DAY: Final = DAY_S // _STEP_S


def plan_rounds(request: RoundRequest, *, limit: float = GOAL_LIMIT) -> RoundPlan:
    """
    Return who brings how much to which door, and which doors lack water.

    Goals of each day in order: the fewest hours of people without water; jars that
    last until the next morning's visits; the same faces as before; few goes; few
    carriers; early.

    Parameters
    ----------
    request
        Doors, carriers and water.
    limit
        Most work for each goal of a day.
    """
    doors = sorted(request.doors, key=lambda door: door.household_id)
    state = _State(
        level={door.household_id: door.stock_l * _DAY for door in doors},
        face={door.household_id: door.keeper for door in doors},
        left_l={s.supply_id: s.litres for s in request.supplies},
        rested_s={},
    )
    visits: list[DoorVisit] = []
    dry: list[DryDoor] = []
    goals: list[tuple[HourGoal, ...]] = []
    for day in range(request.num_days if doors else 0):
        model = _Day(request, doors, day, state)
        chain = GoalChain(model.model, limit=limit)
        model.reach(chain)
        today = model.visits(chain)
        dry += model.dry(chain, today)
        state.advance(request, doors, day, today)
        visits += today
        goals.append(chain.goals)
    visits.sort(key=lambda visit: (visit.span, visit.household_id))
    return RoundPlan(visits=tuple(visits), dry=tuple(dry), goals_by_day=tuple(goals))


@dataclass
class _State:
    """What a day starts with: jars, faces, water left, and when people are rested."""

    level: dict[str, int]
    face: dict[str, str]
    left_l: dict[str, int | None]
    rested_s: dict[str, int]

    def advance(
        self,
        request: RoundRequest,
        doors: list[Door],
        day: int,
        visits: list[DoorVisit],
    ) -> None:
        """Bring all of it to the next midnight."""
        by_door = {visit.household_id: visit for visit in visits}
        people = {person.person_id: person for person in request.people}
        for door in doors:
            use, visit = request.l_per_day(door), by_door.get(door.household_id)
            level = self.level[door.household_id]
            if visit is None:
                level -= use * _DAY
            else:
                end = (visit.span.end_s - day * DAY_S) // _STEP_S
                level = max(0, level - use * end) + visit.litres * _DAY
                level -= use * (_DAY - end)
                self.face[door.household_id] = door.keeper or visit.person_id
                left = self.left_l[visit.supply_id]
                if left is not None:
                    self.left_l[visit.supply_id] = left - visit.litres
                rest_s = round(people[visit.person_id].rest_h * 3600)
                before_s = self.rested_s.get(visit.person_id, 0)
                self.rested_s[visit.person_id] = max(
                    before_s, visit.span.end_s + rest_s
                )
            self.level[door.household_id] = max(0, level)


@dataclass(frozen=True, slots=True)
class _Item:
    """The variables of a door on a day, in minutes and litres."""

    door: Door
    use: int
    is_visited: cp_model.IntVar
    start: cp_model.IntVar
    end: cp_model.IntVar
    litres: cp_model.IntVar
    trips: cp_model.IntVar
    dry_before: cp_model.IntVar
    dry_after: cp_model.IntVar
    short_l: cp_model.IntVar
    by: dict[str, cp_model.IntVar]
    from_supply: dict[str, cp_model.IntVar]


class _Day:
    """The model of one day."""

    def __init__(
        self, request: RoundRequest, doors: list[Door], day: int, state: _State
    ) -> None:
        self.model = cp_model.CpModel()
        self._request, self._day, self._state = request, day, state
        self._people = sorted(request.people, key=lambda person: person.person_id)
        self._supplies = sorted(request.supplies, key=lambda item: item.supply_id)
        self._items = [self._add_door(door) for door in doors]
        self._add_supplies()
        self._add_carriers()

    def _minutes(self, span: Span) -> tuple[int, int] | None:
        """Return the part of a span on this day in full minutes; None: none."""
        first_s = self._day * DAY_S
        start = max(0, -(-(span.start_s - first_s) // _STEP_S))
        end = min(_DAY, (span.end_s - first_s) // _STEP_S)
        return (start, end) if start < end else None

    def _windows(self, door: Door) -> list[tuple[int, int]]:
        """Return the minutes in which somebody is at home and may be knocked at."""
        hours = self._request.hours
        first, last = -(-hours.start_s // _STEP_S), hours.end_s // _STEP_S
        spans = [
            (-(-window.early_s // _STEP_S), window.late_s // _STEP_S)
            for window in door.windows
        ] or [(first, last)]
        return [(max(a, first), min(b, last)) for a, b in spans if a < last]

    def _add_door(self, door: Door) -> _Item:
        model, jar_l = self.model, self._request.jar_l(door)
        use = self._request.l_per_day(door)
        most_trips = -(-jar_l // self._request.rules.carry_l)
        item = _Item(
            door=door,
            use=use,
            is_visited=model.new_bool_var(""),
            start=model.new_int_var(0, _DAY, ""),
            end=model.new_int_var(0, _DAY, ""),
            litres=model.new_int_var(0, jar_l, ""),
            trips=model.new_int_var(0, max(1, most_trips), ""),
            dry_before=model.new_int_var(0, _DAY, ""),
            dry_after=model.new_int_var(0, _DAY, ""),
            short_l=model.new_int_var(0, jar_l + 1, ""),
            by={},
            from_supply={},
        )
        self._add_visit(item)
        self._add_jar(item, jar_l)
        return item

    def _visit_steps(self, door: Door) -> tuple[int, int]:
        """Return minutes of one go, and those at the door, rounded up."""
        rules = self._request.rules
        return -(-rules.trip_s(door) // _STEP_S), -(-rules.door_s // _STEP_S)

    def _add_visit(self, item: _Item) -> None:
        """End = start + goes + time at the door, within a window; litres <= 25 a go."""
        model, visited = self.model, item.is_visited
        trip, talk = self._visit_steps(item.door)
        model.add(item.end == item.start + trip * item.trips + talk).only_enforce_if(
            visited
        )
        model.add(item.trips >= visited)
        model.add(item.litres >= visited)
        model.add(item.litres <= self._request.rules.carry_l * item.trips)
        for nothing in (item.start, item.end, item.trips, item.litres):
            model.add(nothing == 0).only_enforce_if(~visited)
        inside = []
        for early, late in self._windows(item.door):
            literal = model.new_bool_var("")
            model.add(item.start >= early).only_enforce_if(literal)
            model.add(item.end <= late).only_enforce_if(literal)
            inside.append(literal)
        model.add(sum(inside) == visited)

    def _add_jar(self, item: _Item, jar_l: int) -> None:
        """
        Level at midnight = level + litres - use + use while dry; it never overflows.

        Dry before >= end - life of the jar; dry after what is below 0 at midnight.
        """
        model, use = self.model, item.use
        level = self._state.level[item.door.household_id]
        model.add(
            item.litres * _DAY + level - use * item.start <= jar_l * _DAY
        ).only_enforce_if(item.is_visited)
        life = level // use if use else _DAY
        model.add(item.dry_before >= item.end - life)
        midnight = level + _DAY * item.litres - use * _DAY + use * item.dry_before
        model.add(use * item.dry_after >= -midnight)
        until = -(-self._request.rules.last_until_s // _STEP_S)
        wanted = min(use * until, jar_l * _DAY)
        there = midnight + use * item.dry_after
        model.add(_DAY * item.short_l >= wanted - there)

    def _add_supplies(self) -> None:
        """Each visit draws from one supply of its village, while it is there."""
        used: dict[str, list[cp_model.IntVar]] = {}
        for item in self._items:
            for supply in self._near(item.door):
                minutes = self._minutes(supply.span)
                if minutes is None:
                    continue
                literal = self.model.new_bool_var("")
                self.model.add(item.start >= minutes[0]).only_enforce_if(literal)
                self.model.add(item.end <= minutes[1]).only_enforce_if(literal)
                part = self.model.new_int_var(0, self._request.jar_l(item.door), "")
                self.model.add(part == item.litres).only_enforce_if(literal)
                self.model.add(part == 0).only_enforce_if(~literal)
                used.setdefault(supply.supply_id, []).append(part)
                item.from_supply[supply.supply_id] = literal
            self.model.add(sum(item.from_supply.values()) == item.is_visited)
        for supply_id, parts in used.items():
            left = self._state.left_l[supply_id]
            if left is not None:
                self.model.add(sum(parts) <= left)

    def _near(self, door: Door) -> list[Supply]:
        return [s for s in self._supplies if s.village_id == door.village_id]

    def _add_carriers(self) -> None:
        """One person a visit, one visit at a time, in free time and allowed hours."""
        for item in self._items:
            for person in self._people:
                item.by[person.person_id] = self.model.new_bool_var("")
            self.model.add(sum(item.by.values()) == item.is_visited)
        self._between = self._add_ways()
        for person in self._people:
            self._add_person(person)

    def _add_person(self, person: Person) -> None:
        label, model = person.person_id, self.model
        request = self._request
        intervals, worked = [], []
        free = free_span(person, request.first_day, request.num_days)
        rested = Span(self._state.rested_s.get(label, -1), 10**9)
        spans = [
            None if span is None else self._minutes(span) for span in (free, rested)
        ]
        for item in self._items:
            has = item.by[label]
            length = model.new_int_var(0, _DAY, "")
            model.add(length == item.end - item.start)
            intervals.append(
                model.new_optional_interval_var(item.start, length, item.end, has, "")
            )
            part = model.new_int_var(0, _DAY, "")
            model.add(part == length).only_enforce_if(has)
            model.add(part == 0).only_enforce_if(~has)
            worked.append(part)
            for minutes in spans:
                if minutes is None:
                    model.add(has == 0)
                    continue
                model.add(item.start >= minutes[0]).only_enforce_if(has)
                model.add(item.end <= minutes[1]).only_enforce_if(has)
        intervals += [
            model.new_fixed_size_interval_var(start, end - start, "")
            for start, end in self._busy_minutes(label)
        ]
        model.add_no_overlap(intervals)
        model.add(sum(worked) <= int(person.max_h_per_day * 60))
        for first, second, literal in self._between:
            way = -(-request.rules.village_s // _STEP_S)
            both = (first.by[label], second.by[label])
            model.add(second.start >= first.end + way).only_enforce_if(*both, literal)
            model.add(first.start >= second.end + way).only_enforce_if(*both, ~literal)

    def _busy_minutes(self, person_id: str) -> list[tuple[int, int]]:
        """Return minutes of this day that are taken: rounded outward, none twice."""
        rounded = joined_spans(
            Span(span.start_s // _STEP_S, -(-span.end_s // _STEP_S))
            for owner, span in self._request.busy
            if owner == person_id
        )
        first = self._day * _DAY
        minutes = [
            (max(0, span.start_s - first), min(_DAY, span.end_s - first))
            for span in rounded
        ]
        return [(start, end) for start, end in minutes if start < end]

    def _add_ways(self) -> list[tuple[_Item, _Item, cp_model.IntVar]]:
        """Return pairs of doors in two villages with which of them comes first."""
        return [
            (first, second, self.model.new_bool_var(""))
            for first, second in itertools.combinations(self._items, 2)
            if first.door.village_id != second.door.village_id
        ]

    def reach(self, chain: GoalChain) -> None:
        """Solve goal after goal."""
        items = self._items
        dry = [
            max(1, item.door.people) * (item.dry_before + item.dry_after)
            for item in items
        ]
        chain.minimise("dry_person_h", sum(dry), unit=60)
        chain.minimise("short_l", sum(item.short_l for item in items))
        strangers = [
            has
            for item in items
            if (face := self._state.face[item.door.household_id])
            for label, has in item.by.items()
            if label != face
        ]
        chain.minimise("other_faces", sum(strangers))
        chain.minimise("goes", sum(item.trips for item in items))
        works = []
        for person in self._people:
            literal = self.model.new_bool_var("")
            for item in items:
                self.model.add_implication(item.by[person.person_id], literal)
            works.append(literal)
        chain.minimise("carriers", sum(works))
        chain.minimise("ends_h", sum(item.end for item in items), unit=60)

    def visits(self, chain: GoalChain) -> list[DoorVisit]:
        """Return the visits of the day as planned."""
        first_s = self._day * DAY_S
        return [
            DoorVisit(
                person_id=_chosen(item.by, chain),
                household_id=item.door.household_id,
                supply_id=_chosen(item.from_supply, chain),
                span=Span(
                    first_s + chain.value(item.start) * _STEP_S,
                    first_s + chain.value(item.end) * _STEP_S,
                ),
                litres=chain.value(item.litres),
                trips=-(-chain.value(item.litres) // self._request.rules.carry_l),
            )
            for item in self._items
            if chain.value(item.is_visited)
        ]

    def dry(self, chain: GoalChain, visits: list[DoorVisit]) -> list[DryDoor]:
        """Return the doors that lack water, and why."""
        found = []
        for item in self._items:
            dry = chain.value(item.dry_before) + chain.value(item.dry_after)
            short_l = chain.value(item.short_l)
            if dry or short_l:
                found.append(
                    DryDoor(
                        household_id=item.door.household_id,
                        day=self._day,
                        dry_s=dry * _STEP_S,
                        missing_l=short_l,
                        reason=self._reason(item, chain, visits),
                    )
                )
        return found

    def _reason(
        self, item: _Item, chain: GoalChain, visits: list[DoorVisit]
    ) -> DoorReason:
        """Return the first of the list that explains a dry door."""
        near = [
            (supply, minutes)
            for supply in self._near(item.door)
            if (minutes := self._minutes(supply.span)) is not None
        ]
        if not near:
            return "no_water"
        least = sum(self._visit_steps(item.door))
        times = [
            (max(a, start), start > a)
            for _, (start, end) in near
            for a, b in self._windows(item.door)
            if min(b, end) - max(a, start) >= least
        ]
        if not times:
            return "not_at_home"
        earliest, is_late_water = min(times)
        if chain.value(item.is_visited) and chain.value(item.start) <= earliest:
            return "no_water" if is_late_water else "not_at_home"
        left = [self._left(supply.supply_id, visits) for supply, _ in near]
        if all(litres is not None and litres < 1 for litres in left):
            return "water_short"
        return "nobody_free"

    def _left(self, supply_id: str, visits: list[DoorVisit]) -> int | None:
        left = self._state.left_l[supply_id]
        drawn = sum(visit.litres for visit in visits if visit.supply_id == supply_id)
        return None if left is None else left - drawn


def _chosen(options: dict[str, cp_model.IntVar], chain: GoalChain) -> str:
    return next(label for label, literal in options.items() if chain.value(literal))
