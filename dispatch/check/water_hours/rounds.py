"""Rule 8: water carried to doors."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.check.water_hours.facts import HourViolation
from dispatch.model.water.hours import Span, moment_text
from dispatch.model.water.shifts import free_span
from dispatch.units import DAY_S
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.model.water.duty import Door, Person
    from dispatch.model.water.rounds import (
        DoorVisit,
        RoundPlan,
        RoundRequest,
        Supply,
    )

#: A litre, and a minute: what plans by the minute may round.
_LITRE: Final = 1.0
_MINUTE_S: Final = 60.0


class RoundCase(NamedTuple):
    """What was asked for, and what was planned."""

    request: RoundRequest
    plan: RoundPlan

    def known(self) -> Iterator[tuple[DoorVisit, Door, Person, Supply]]:
        """Yield visits of doors, people and supplies that there are."""
        doors = {door.household_id: door for door in self.request.doors}
        people = {person.person_id: person for person in self.request.people}
        supplies = {supply.supply_id: supply for supply in self.request.supplies}
        for visit in self.plan.visits:
            door, person = doors.get(visit.household_id), people.get(visit.person_id)
            supply = supplies.get(visit.supply_id)
            if door is not None and person is not None and supply is not None:
                yield visit, door, person, supply

    def by_person(self) -> Iterator[tuple[Person, list[tuple[DoorVisit, Door]]]]:
        """Yield carriers with their visits in order."""
        rows: dict[str, list[tuple[DoorVisit, Door]]] = defaultdict(list)
        for visit, door, person, _ in self.known():
            rows[person.person_id].append((visit, door))
        for person in self.request.people:
            row = rows.get(person.person_id, [])
            yield person, sorted(row, key=lambda pair: pair[0].span)


def check_rounds(request: RoundRequest, plan: RoundPlan) -> list[HourViolation]:
    """
    Return every broken rule of doorstep rounds.

    Parameters
    ----------
    request
        Doors, carriers and water.
    plan
        Any rounds, made by hand or by the planner.
    """
    case = RoundCase(request, plan)
    return [found for rule in ROUND_RULES for found in rule(case)]


def _at(visit: DoorVisit, key: str, **fields: object) -> HourViolation:
    message = say(key, time=moment_text(visit.span.start_s), **fields)
    return HourViolation(8, message, visit.household_id, visit.person_id)


def check_visit_ids(case: RoundCase) -> Iterator[HourViolation]:
    """Hold visits to known doors and people, with water of the door's village."""
    known = {id(visit): (door, supply) for visit, door, _, supply in case.known()}
    for visit in case.plan.visits:
        pair = known.get(id(visit))
        if pair is None or pair[0].village_id != pair[1].village_id:
            yield _at(visit, "hours.visit_of_nobody")


def check_carrying(case: RoundCase) -> Iterator[HourViolation]:
    """Litres <= 25 a go, and goes and words at the door take their time."""
    rules = case.request.rules
    for visit, door, _, _ in case.known():
        if visit.litres > rules.carry_l * visit.trips:
            yield _at(
                visit, "hours.visit_too_heavy", litres=visit.litres, goes=visit.trips
            )
        needed_s = visit.trips * rules.trip_s(door) + rules.door_s
        if visit.span.duration_s < needed_s:
            yield _at(visit, "hours.visit_too_fast", needed=-(-needed_s // 60))


def check_windows(case: RoundCase) -> Iterator[HourViolation]:
    """Somebody is at home, and nobody knocks at night."""
    hours = case.request.hours
    for visit, door, _, _ in case.known():
        first_s = visit.day * DAY_S
        span = Span(visit.span.start_s - first_s, visit.span.end_s - first_s)
        at_home = not door.windows or any(
            window.early_s <= span.start_s and span.end_s <= window.late_s
            for window in door.windows
        )
        if not at_home or not hours.contains(span):
            yield _at(visit, "hours.visit_nobody_home")


def check_supplies(case: RoundCase) -> Iterator[HourViolation]:
    """Visits lie in the time of their supply, and take no more than its litres."""
    drawn: dict[str, int] = defaultdict(int)
    for visit, _, _, supply in case.known():
        drawn[supply.supply_id] += visit.litres
        if not supply.span.contains(visit.span):
            yield _at(visit, "hours.visit_without_water", supply=supply.supply_id)
    for supply in case.request.supplies:
        litres = drawn[supply.supply_id]
        if supply.litres is not None and litres > supply.litres:
            message = say("hours.supply_overdrawn", litres=litres, most=supply.litres)
            yield HourViolation(8, message, supply.supply_id)


def check_carriers(case: RoundCase) -> Iterator[HourViolation]:
    """One visit at a time, with the way between villages, in free and allowed hours."""
    request = case.request
    for person, row in case.by_person():
        free = free_span(person, request.first_day, request.num_days)
        busy = [span for owner, span in request.busy if owner == person.person_id]
        worked_s: dict[int, int] = defaultdict(int)
        for visit, _ in row:
            worked_s[visit.day] += visit.span.duration_s
            is_busy = any(span.overlap_s(visit.span) for span in busy)
            if is_busy or free is None or not free.contains(visit.span):
                yield _at(visit, "hours.carrier_not_free")
        for (early, near), (late, far) in itertools.pairwise(row):
            way_s = 0 if near.village_id == far.village_id else request.rules.village_s
            if late.day != early.day:
                way_s = round(person.rest_h * 3600)
            if late.span.start_s < early.span.end_s + way_s:
                yield _at(late, "hours.carrier_too_fast", other=near.household_id)
        for day, seconds in worked_s.items():
            if seconds > person.max_h_per_day * 3600 + 1e-6:
                message = say("hours.carrier_too_long", day=day + 1)
                yield HourViolation(8, message, person_id=person.person_id)


def check_door_jars(case: RoundCase) -> Iterator[HourViolation]:
    """
    Every door is within its jar's life, or said to be dry for so long; none overflows.

    Level next = level - use + litres, 0 <= level <= what the jars hold.
    """
    told = {(gap.household_id, gap.day): gap for gap in case.plan.dry}
    visits = {(v.household_id, v.day): v for v, _, _, _ in case.known()}
    for door in case.request.doors:
        use = case.request.l_per_day(door) / DAY_S
        level, jar_l = float(door.stock_l), case.request.jar_l(door)
        for day in range(case.request.num_days):
            dry_s, at_s = 0.0, 0
            visit = visits.get((door.household_id, day))
            if visit is not None:
                starts_l = max(0.0, level - use * (visit.span.start_s - day * DAY_S))
                if starts_l + visit.litres > jar_l + 1e-6:
                    yield _at(visit, "hours.visit_overflows", jar=jar_l)
                at_s = visit.span.end_s - day * DAY_S
                dry_s = max(0.0, at_s - level / use) if use else 0.0
                level = max(0.0, level - use * at_s) + visit.litres
            left_s = DAY_S - at_s
            dry_s += max(0.0, left_s - level / use) if use else 0.0
            level = max(0.0, level - use * left_s)
            until_s = case.request.rules.last_until_s
            short_l = max(0.0, min(use * until_s, jar_l) - level)
            gap = told.get((door.household_id, day))
            said_s, said_l = (0, 0) if gap is None else (gap.dry_s, gap.missing_l)
            is_off = abs(dry_s - said_s) > 2 * _MINUTE_S
            # A door that is dry at midnight lacks more than its jars show then.
            if is_off or short_l > said_l + _LITRE:
                message = say(
                    "hours.door_dry",
                    day=day + 1,
                    hours=round(dry_s / 3600, 2),
                    litres=round(short_l),
                )
                yield HourViolation(8, message, door.household_id)


#: Every rule of rounds, in the order in which violations are listed.
ROUND_RULES: Final = (
    check_visit_ids,
    check_carrying,
    check_windows,
    check_supplies,
    check_carriers,
    check_door_jars,
)
