"""
Who watches what, when: shifts given to people within their rules of rest.

A shift counts for the day on which it starts. What cannot be staffed is said with a
reason; nobody is ever planned against a rule.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from ortools.sat.python import cp_model

from dispatch.model.water.shifts import Duty, Roster, Unstaffed
from dispatch.solver.water_hours.goals import GOAL_LIMIT, GoalChain
from dispatch.solver.water_hours.roster_start import starting_roster
from dispatch.water.watches import shifts_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.model.water.duty import Person
    from dispatch.model.water.shifts import Shift, StaffReason, StaffRequest

_MINUTE_S: Final = 60


def plan_roster(request: StaffRequest, *, limit: float = 2 * GOAL_LIMIT) -> Roster:
    """
    Return who has which shift, and which shifts lack people.

    Goals in order: the fewest hours without people; the fewest people; nights that
    differ by no more than one among people who could swap; hours that differ little.

    Parameters
    ----------
    request
        Posts with their times, people and rules.
    limit
        Most work for each goal.
    """
    model = _Model(request)
    chain = GoalChain(model.model, limit=limit)
    model.reach(chain)
    return model.result(chain)


class _Model:
    """A yes or no for every person and shift that fit each other."""

    def __init__(self, request: StaffRequest) -> None:
        self.model = cp_model.CpModel()
        self._request = request
        self._people = sorted(request.people, key=lambda person: person.person_id)
        posts = sorted(request.posts, key=lambda times: times.post.post_id)
        self._shifts: list[Shift] = []
        self._needed: list[int] = []
        self._skill: list[str] = []
        for times in posts:
            for shift in shifts_of(times, request.rules):
                self._shifts.append(shift)
                self._needed.append(times.post.persons)
                self._skill.append(times.post.skill)
        self._has: dict[tuple[int, int], cp_model.IntVar] = {
            (w, s): self.model.new_bool_var("")
            for w, person in enumerate(self._people)
            for s in range(len(self._shifts))
            if self._refusal(person, s) is None
        }
        self._missing = [
            self.model.new_int_var(0, needed, "") for needed in self._needed
        ]
        self._by_person: dict[int, list[int]] = defaultdict(list)
        for w, s in self._has:
            self._by_person[w].append(s)
        self._add_coverage()
        for w in self._by_person:
            self._add_rest(w)
            self._add_one_a_day(w)
            self._add_free_days(w)
            self._add_nights_in_row(w)
            self._add_weekly_hours(w)

    def _refusal(self, person: Person, s: int) -> StaffReason | None:
        """Return why a person can never have a shift; None: it fits."""
        shift, rules = self._shifts[s], self._request.rules
        free = self._request.free_span(person)
        if self._skill[s] and self._skill[s] not in person.skills:
            return "skill"
        if free is None or not free.contains(shift.whole):
            return "not_free"
        if not person.nights_ok and shift.is_night(rules.night):
            return "night"
        if shift.work_s > person.max_h_per_day * 3600 + 1e-6:
            return "too_long"
        return None

    def _add_coverage(self) -> None:
        """People on a shift + missing = persons of its post."""
        for s, needed in enumerate(self._needed):
            there = [has for (_, at), has in self._has.items() if at == s]
            self.model.add(sum(there) + self._missing[s] == needed)

    def _past(self, w: int) -> list[Shift]:
        person_id = self._people[w].person_id
        return [d.shift for d in self._request.past if d.person_id == person_id]

    def _add_rest(self, w: int) -> None:
        """Start of a shift >= end of any shift before + rest."""
        rest_s = round(self._people[w].rest_h * 3600)
        until_s = max((p.whole.end_s + rest_s for p in self._past(w)), default=None)
        spans = {
            s: (self._shifts[s].whole.start_s, self._shifts[s].whole.end_s + rest_s)
            for s in self._by_person[w]
        }
        for s, (start_s, _) in spans.items():
            if until_s is not None and start_s < until_s:
                self.model.add(self._has[w, s] == 0)
            # Everything under way, rest included, when this shift starts.
            clash = [o for o, (a, b) in spans.items() if a <= start_s < b]
            if len(clash) > 1:
                self.model.add_at_most_one(self._has[w, o] for o in clash)

    def _by_day(self, w: int) -> dict[int, list[int]]:
        days: dict[int, list[int]] = defaultdict(list)
        for s in self._by_person[w]:
            days[self._shifts[s].day].append(s)
        return days

    def _add_one_a_day(self, w: int) -> None:
        """At most one shift starts on a day."""
        begun = {shift.day for shift in self._past(w)}
        for day, row in self._by_day(w).items():
            most = 0 if day in begun else 1
            self.model.add(sum(self._has[w, s] for s in row) <= most)

    def _add_windows(self, w: int, length: int, most: int, *, at_night: bool) -> None:
        """In any days in a row, at most so many with a shift (at night)."""
        night = self._request.rules.night
        past = [p.day for p in self._past(w) if not at_night or p.is_night(night)]
        days = self._by_day(w)
        for first in range(1 - length, self._request.num_days):
            window = range(first, first + length)
            row = [
                self._has[w, s]
                for day in window
                for s in days.get(day, ())
                if not at_night or self._shifts[s].is_night(night)
            ]
            done = sum(day in window for day in past)
            if row and len(row) + done > most:
                self.model.add(sum(row) <= max(0, most - done))

    def _add_free_days(self, w: int) -> None:
        """In any 7 days at most 6 with a shift."""
        every = self._request.rules.free_day_in
        if every is not None:
            self._add_windows(w, every, every - 1, at_night=False)

    def _add_nights_in_row(self, w: int) -> None:
        """In any n + 1 days at most n with a shift at night."""
        most = self._request.rules.max_nights_in_row
        if most is not None:
            self._add_windows(w, most + 1, most, at_night=True)

    def _add_weekly_hours(self, w: int) -> None:
        """Sum of hours <= hours a week x days / 7."""
        mean_h = self._request.rules.mean_h_per_week
        if mean_h is None:
            return
        most_s = int(mean_h * 3600 * self._request.num_days / 7 + 1e-6)
        row = [self._shifts[s].work_s * self._has[w, s] for s in self._by_person[w]]
        self.model.add(sum(row) <= most_s)

    def _swappable(self) -> list[list[int]]:
        """Return people with the same rules who fit the same shifts."""
        groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for w, row in self._by_person.items():
            if not self._past(w):
                groups[tuple(row), self._people[w].rest_h].append(w)
        return [group for group in groups.values() if len(group) > 1]

    def reach(self, chain: GoalChain) -> None:
        """Solve goal after goal."""
        self._start()
        minutes = [shift.work_s // _MINUTE_S for shift in self._shifts]
        lost = sum(m * lacks for m, lacks in zip(minutes, self._missing, strict=True))
        chain.minimise("unstaffed_h", lost, unit=60)
        used = {w: self.model.new_bool_var("") for w in self._by_person}
        self._add_use(used)
        chain.minimise("people", sum(used.values()))
        spread = self._add_spread(used)
        chain.minimise("nights_uneven", spread)
        hours = self.model.new_int_var(0, sum(minutes) + 1, "")
        for w, row in self._by_person.items():
            self.model.add(sum(minutes[s] * self._has[w, s] for s in row) <= hours)
        chain.minimise("longest_h", hours, unit=60)

    def _start(self) -> None:
        """Give the search a roster to start from."""
        given = starting_roster(
            self._people,
            self._shifts,
            self._needed,
            self._by_person,
            {w: self._past(w) for w in self._by_person},
            self._request.rules,
        )
        for pair, has in self._has.items():
            self.model.add_hint(has, pair in given)
        for s, missing in enumerate(self._missing):
            there = sum(pair[1] == s for pair in given)
            self.model.add_hint(missing, self._needed[s] - there)

    def _add_use(self, used: dict[int, cp_model.IntVar]) -> None:
        """Bound shifts by use: at most 1 a day, and 6 in any 7 days."""
        every = self._request.rules.free_day_in
        for w, literal in used.items():
            days = self._by_day(w)
            for row in days.values():
                self.model.add(sum(self._has[w, s] for s in row) <= literal)
            for first in range(self._request.num_days - (every or 0) + 1):
                window = range(first, first + (every or 0))
                week = [self._has[w, s] for day in window for s in days.get(day, ())]
                if week:
                    # Follows from both, and tells early how few people can do.
                    self.model.add(sum(week) <= len(window[1:]) * literal)

    def _add_spread(self, used: dict[int, cp_model.IntVar]) -> cp_model.IntVar:
        """Return nights by which people in use who could swap differ, above one."""
        night = self._request.rules.night
        uneven = self.model.new_int_var(0, self._request.num_days, "")
        for group in self._swappable():
            most = self.model.new_int_var(0, self._request.num_days, "")
            least = self.model.new_int_var(0, self._request.num_days, "")
            for w in group:
                nights = sum(
                    self._has[w, s]
                    for s in self._by_person[w]
                    if self._shifts[s].is_night(night)
                )
                self.model.add(most >= nights)
                self.model.add(least <= nights).only_enforce_if(used[w])
            self.model.add(uneven >= most - least - 1)
        return uneven

    def result(self, chain: GoalChain) -> Roster:
        """Return the roster as planned."""
        duties = [
            Duty(person_id=self._people[w].person_id, shift=self._shifts[s])
            for (w, s), has in self._has.items()
            if chain.value(has)
        ]
        duties.sort(key=lambda d: (d.shift.whole, d.shift.post_id, d.person_id))
        unstaffed = [
            Unstaffed(shift=shift, persons=lacks, reason=self._reason(s, duties, lacks))
            for s, shift in enumerate(self._shifts)
            if (lacks := chain.value(self._missing[s]))
        ]
        unstaffed.sort(key=lambda gap: (gap.shift.whole, gap.shift.post_id))
        return Roster(
            duties=tuple(duties),
            unstaffed=tuple(unstaffed),
            night_spread=self._spread(duties),
            goals=chain.goals,
        )

    def _spread(self, duties: Iterable[Duty]) -> int:
        nights: dict[str, int] = defaultdict(int)
        working = {duty.person_id for duty in duties}
        for duty in duties:
            nights[duty.person_id] += duty.shift.is_night(self._request.rules.night)
        widest = 0
        for group in self._swappable():
            ids = [self._people[w].person_id for w in group]
            row = [nights[label] for label in ids if label in working]
            widest = max(widest, max(row, default=0) - min(row, default=0))
        return widest

    def _reason(self, s: int, duties: list[Duty], lacks: int) -> StaffReason:
        """Return the first rule of the list that leaves too few people."""
        refusals = [self._refusal(person, s) for person in self._people]
        left = len(refusals)
        for reason in ("skill", "not_free", "night", "too_long"):
            left -= refusals.count(reason)
            if left < self._needed[s]:
                return reason
        shift = self._shifts[s]
        busy = {
            duty.person_id for duty in duties if duty.shift.whole.overlap_s(shift.whole)
        }
        able = [p for p, no in zip(self._people, refusals, strict=True) if no is None]
        resting = sum(person.person_id not in busy for person in able)
        return "rest" if resting >= lacks else "on_duty"
