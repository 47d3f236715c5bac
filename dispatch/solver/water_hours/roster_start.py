"""A roster given out shift by shift, to few people: where a search starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.water.duty import Person
    from dispatch.model.water.shifts import DutyRules, Shift


def starting_roster(
    people: Sequence[Person],
    shifts: Sequence[Shift],
    needed: Sequence[int],
    able: Mapping[int, Sequence[int]],
    past: Mapping[int, Sequence[Shift]],
    rules: DutyRules,
) -> set[tuple[int, int]]:
    """
    Return pairs of person and shift that keep the rules of rest, few people first.

    Parameters
    ----------
    people, shifts
        By position.
    needed
        Persons of each shift.
    able
        Of each person, the shifts that fit.
    past
        Of each person, the shifts before.
    rules
        Rules of rest.
    """
    own = {w: list(past.get(w, ())) for w in able}
    used: set[int] = set()
    given: set[tuple[int, int]] = set()
    by_time = sorted(range(len(shifts)), key=lambda s: (shifts[s].whole, s))
    for s in by_time:
        # Those on duty first, then those who can do little else.
        ready = sorted(
            (w for w in able if s in able[w]),
            key=lambda w: (w not in used, len(able[w]), len(own[w]), w),
        )
        for w in ready:
            if sum((o, s) in given for o in ready) >= needed[s]:
                break
            if may_take(own[w], shifts[s], people[w], rules):
                own[w].append(shifts[s])
                used.add(w)
                given.add((w, s))
    return given


def may_take(
    own: Sequence[Shift], shift: Shift, person: Person, rules: DutyRules
) -> bool:
    """
    Whether somebody may have a shift after others, by all rules but weekly hours.

    Parameters
    ----------
    own
        Shifts before it.
    shift
        The next one.
    person
        Who would have it.
    rules
        Rules of rest.
    """
    rest_s = round(person.rest_h * 3600)
    if any(
        before.day == shift.day or shift.whole.start_s < before.whole.end_s + rest_s
        for before in own
    ):
        return False
    days = {before.day for before in own}
    nights = {before.day for before in own if before.is_night(rules.night)}
    if rules.free_day_in is not None and _row(days, shift.day) >= rules.free_day_in:
        return False
    most = rules.max_nights_in_row
    is_night = shift.is_night(rules.night)
    return not is_night or most is None or _row(nights, shift.day) <= most


def _row(days: set[int], day: int) -> int:
    """Return the days in a row that end with this one."""
    count = 1
    while day - count in days:
        count += 1
    return count
