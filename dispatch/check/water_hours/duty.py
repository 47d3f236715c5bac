"""Rule 8: duty at posts."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.check.water_hours.facts import HourViolation, most_at_once
from dispatch.model.water.hours import moment_text
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.model.water.duty import Person, Post
    from dispatch.model.water.shifts import Duty, Roster, StaffRequest


class DutyCase(NamedTuple):
    """What was asked for, and what was planned."""

    request: StaffRequest
    roster: Roster

    def by_person(self) -> Iterator[tuple[Person, list[Duty]]]:
        """Yield every known person with all shifts in order, those of the past too."""
        rows: dict[str, list[Duty]] = defaultdict(list)
        for duty in (*self.request.past, *self.roster.duties):
            rows[duty.person_id].append(duty)
        for person in self.request.people:
            row = rows.get(person.person_id, [])
            yield person, sorted(row, key=lambda duty: duty.shift.whole)

    def known(self) -> Iterator[tuple[Duty, Person, Post]]:
        """Yield shifts of people and posts that there are."""
        people = {person.person_id: person for person in self.request.people}
        posts = {times.post.post_id: times.post for times in self.request.posts}
        for duty in self.roster.duties:
            if duty.person_id in people and duty.shift.post_id in posts:
                yield duty, people[duty.person_id], posts[duty.shift.post_id]


def check_roster(request: StaffRequest, roster: Roster) -> list[HourViolation]:
    """
    Return every broken rule of duty at posts.

    Parameters
    ----------
    request
        Posts, people and rules.
    roster
        Any roster, made by hand or by the planner.
    """
    case = DutyCase(request, roster)
    return [found for rule in DUTY_RULES for found in rule(case)]


def check_duty_ids(case: DutyCase) -> Iterator[HourViolation]:
    """Hold shifts to known people and posts."""
    known = {id(duty) for duty, _, _ in case.known()}
    for duty in case.roster.duties:
        if id(duty) not in known:
            message = say("hours.duty_of_nobody")
            yield HourViolation(8, message, duty.shift.post_id, duty.person_id)


def check_coverage(case: DutyCase) -> Iterator[HourViolation]:
    """Persons there + persons said to be missing = persons of the post, while it is."""
    for times in case.request.posts:
        post = times.post
        changes: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for span in times.spans:
            changes[span.start_s][0] += post.persons
            changes[span.end_s][0] -= post.persons
        told = [
            (span, 1)
            for duty in case.roster.duties
            if duty.shift.post_id == post.post_id
            for span in duty.shift.spans
        ] + [
            (span, gap.persons)
            for gap in case.roster.unstaffed
            if gap.shift.post_id == post.post_id
            for span in gap.shift.spans
        ]
        for span, persons in told:
            changes[span.start_s][1] += persons
            changes[span.end_s][1] -= persons
        needed = there = 0
        for time_s in sorted(changes):
            needed += changes[time_s][0]
            there += changes[time_s][1]
            if needed > there:
                message = say(
                    "hours.post_not_said",
                    time=moment_text(time_s),
                    there=there,
                    needed=needed,
                )
                yield HourViolation(8, message, post.post_id)
                break
            if there > needed:
                message = say("hours.post_too_many", time=moment_text(time_s))
                yield HourViolation(8, message, post.post_id)
                break


def check_no_name_twice(case: DutyCase) -> Iterator[HourViolation]:
    """Nobody is at two posts at once."""
    for person, duties in case.by_person():
        spans = [(span, 1.0) for duty in duties for span in duty.shift.spans]
        most, when_s = most_at_once(spans)
        if most > 1:
            message = say("hours.person_twice", time=moment_text(when_s))
            yield HourViolation(8, message, person_id=person.person_id)


def check_rest(case: DutyCase) -> Iterator[HourViolation]:
    """Start of a shift >= end of the one before + rest; one shift starts a day."""
    for person, duties in case.by_person():
        for early, late in itertools.pairwise(duties):
            rest_h = (late.shift.whole.start_s - early.shift.whole.end_s) / 3600
            if late in case.request.past:
                continue
            if rest_h < person.rest_h - 1e-9:
                message = say(
                    "hours.rest_too_short",
                    time=moment_text(late.shift.whole.start_s),
                    hours=round(rest_h, 2),
                    least=person.rest_h,
                )
                yield HourViolation(8, message, person_id=person.person_id)
            if late.shift.day == early.shift.day:
                message = say("hours.two_shifts_a_day", day=late.shift.day + 1)
                yield HourViolation(8, message, person_id=person.person_id)


def check_hours(case: DutyCase) -> Iterator[HourViolation]:
    """Hours of a shift <= those of the person; of a week <= those of the rules."""
    mean_h = case.request.rules.mean_h_per_week
    total_h: dict[str, float] = defaultdict(float)
    for duty, person, _ in case.known():
        hours = duty.shift.work_s / 3600
        total_h[person.person_id] += hours
        if hours > person.max_h_per_day + 1e-6:
            message = say(
                "hours.shift_too_long",
                time=moment_text(duty.shift.whole.start_s),
                hours=round(hours, 2),
                most=person.max_h_per_day,
            )
            yield HourViolation(8, message, person_id=person.person_id)
    for person_id, hours in total_h.items():
        if mean_h is not None and hours > mean_h * case.request.num_days / 7 + 1e-6:
            message = say("hours.week_too_long", hours=round(hours, 1), most=mean_h)
            yield HourViolation(8, message, person_id=person_id)


def check_free_days(case: DutyCase) -> Iterator[HourViolation]:
    """One day in seven without a shift; nights in a row as the rules allow."""
    rules = case.request.rules
    for person, duties in case.by_person():
        days = {duty.shift.day for duty in duties}
        nights = {d.shift.day for d in duties if d.shift.is_night(rules.night)}
        for row, most, key in (
            (days, (rules.free_day_in or 0) - 1, "hours.no_free_day"),
            (nights, rules.max_nights_in_row or 0, "hours.nights_in_row"),
        ):
            longest, last = _longest_run(row)
            if 0 < most < longest and last >= 0:
                message = say(key, days=longest, most=most)
                yield HourViolation(8, message, person_id=person.person_id)


def _longest_run(days: set[int]) -> tuple[int, int]:
    """Return the most days in a row, and the last of them."""
    best, run, before = (0, -1), 0, None
    for day in sorted(days):
        run = run + 1 if before is not None and day == before + 1 else 1
        best = max(best, (run, day))
        before = day
    return best


def check_fitness(case: DutyCase) -> Iterator[HourViolation]:
    """Skill, free time, and the flag against nights."""
    night = case.request.rules.night
    for duty, person, post in case.known():
        free, whole = case.request.free_span(person), duty.shift.whole
        faults = (
            (post.skill and post.skill not in person.skills, "hours.no_skill"),
            (free is None or not free.contains(whole), "hours.not_free"),
            (not person.nights_ok and duty.shift.is_night(night), "hours.not_at_night"),
        )
        for is_fault, key in faults:
            if is_fault:
                message = say(key, time=moment_text(whole.start_s))
                yield HourViolation(8, message, post.post_id, person.person_id)


def check_nights_by_turns(case: DutyCase) -> Iterator[HourViolation]:
    """Nights of people who could swap differ by at most what the roster says."""
    night = case.request.rules.night
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for person, duties in case.by_person():
        if not duties or any(duty in case.request.past for duty in duties):
            continue
        key = (
            tuple(sorted(set(person.skills) & _skills(case))),
            case.request.free_span(person),
            person.nights_ok,
            person.max_h_per_day,
            person.rest_h,
        )
        groups[key].append(sum(duty.shift.is_night(night) for duty in duties))
    for nights in groups.values():
        spread = max(nights) - min(nights)
        if spread > max(1, case.roster.night_spread):
            message = say("hours.nights_uneven", most=max(nights), least=min(nights))
            yield HourViolation(8, message)


def _skills(case: DutyCase) -> set[str]:
    return {times.post.skill for times in case.request.posts if times.post.skill}


#: Every rule of duty, in the order in which violations are listed.
DUTY_RULES: Final = (
    check_duty_ids,
    check_coverage,
    check_no_name_twice,
    check_rest,
    check_hours,
    check_free_days,
    check_fitness,
    check_nights_by_turns,
)
