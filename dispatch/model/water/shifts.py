"""People on duty: what must be watched when, by which rules, and the roster made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from dispatch.model.water.guards import require, require_amounts
from dispatch.model.water.hours import HourGoal, Night, Span, require_apart
from dispatch.units import DAY_S

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.model.water.duty import Person, Post

#: Why a shift lacks people: too few have the skill; too few of them are free then; or
#: may work at night; or may work so long; the others are on duty; or must rest.
StaffReason = Literal["skill", "not_free", "night", "too_long", "on_duty", "rest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRules:
    """
    Rules of rest, beside those of each person.

    Attributes
    ----------
    free_day_in
        One day without a shift in so many; None: no such rule.
    max_nights_in_row
        Shifts at night on days in a row; None: no such rule.
    mean_h_per_week
        Most hours a week, on average over the days planned; None: no such rule.
    max_spread_s
        From the start of a shift to its end where it has pauses.
    night
        A shift that touches it is one at night.
    handover_s
        Time of day at which long watches change hands.
    """

    free_day_in: int | None = 7
    max_nights_in_row: int | None = 4
    mean_h_per_week: float | None = None
    max_spread_s: int = 14 * 3600
    night: Night = field(default_factory=Night)
    handover_s: int = 6 * 3600

    def __post_init__(self) -> None:
        """Guard amounts."""
        require_amounts(self, "duty rules", ("mean_h_per_week", "max_spread_s"))
        require(self.free_day_in is None or self.free_day_in >= 2, "free_day_in")
        require((self.max_nights_in_row or 1) >= 1, "max_nights_in_row")
        require(0 <= self.handover_s < DAY_S, "handover_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostTimes:
    """A post with the spans in which it exists: by the flow there, or by times."""

    post: Post
    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        """Guard the order of spans."""
        require_apart(self.spans, f"post {self.post.post_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """
    What one person does at a post in one go; several persons may do the same.

    Attributes
    ----------
    spans
        With pauses between them where the post does not exist.
    """

    post_id: str
    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        """Guard that it has time, in order."""
        require(bool(self.spans), f"post {self.post_id}: a shift without time")
        require_apart(self.spans, f"post {self.post_id}")

    @property
    def whole(self) -> Span:
        """From its start to its end, pauses included."""
        return Span(self.spans[0].start_s, self.spans[-1].end_s)

    @property
    def day(self) -> int:
        """The day on which it starts: it counts for that day alone."""
        return self.spans[0].day

    @property
    def work_s(self) -> int:
        """Its length without pauses."""
        return sum(span.duration_s for span in self.spans)

    def is_night(self, night: Night) -> bool:
        """Whether any of it is at night."""
        return any(night.touches(span) for span in self.spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A person has a shift."""

    person_id: str
    shift: Shift


def free_span(person: Person, first_day: dt.date, num_days: int) -> Span | None:
    """
    Return when a person has time, by seconds of these days; None: never in them.

    Parameters
    ----------
    person
        With dates from and until when.
    first_day
        Date of day 0.
    num_days
        Days planned; two more count, into which a shift may reach.
    """
    start_s, end_s = -7 * DAY_S, (num_days + 2) * DAY_S
    for moment, is_start in ((person.free_from, True), (person.free_until, False)):
        if moment is None or moment.date is None:
            continue
        day_s = (moment.date - first_day).days * DAY_S
        time_s = moment.time_s
        if is_start:
            start_s = max(start_s, day_s + (time_s or 0))
        else:
            end_s = min(end_s, day_s + (DAY_S if time_s is None else time_s))
    return Span(start_s, end_s) if start_s < end_s else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRequest:
    """
    Posts and people for some days.

    Attributes
    ----------
    first_day
        Date of day 0: people are free from and until dates.
    past
        Shifts before, with negative times, so that rest and free days go on.
    """

    first_day: dt.date
    num_days: int
    posts: tuple[PostTimes, ...]
    people: tuple[Person, ...]
    rules: DutyRules = field(default_factory=DutyRules)
    past: tuple[Duty, ...] = ()

    def __post_init__(self) -> None:
        """Guard ids and the past."""
        ids = [person.person_id for person in self.people]
        require(len(set(ids)) == len(ids), "a person is there twice")
        posts = [times.post.post_id for times in self.posts]
        require(len(set(posts)) == len(posts), "a post is there twice")
        for duty in self.past:
            require(duty.shift.whole.start_s < 0, "a shift of the past is to come")

    def __repr__(self) -> str:
        """Return counts only: nobody is named in errors and logs."""
        return f"StaffRequest({len(self.posts)} posts, {len(self.people)} people)"

    def free_span(self, person: Person) -> Span | None:
        """Return when a person has time for duty; None: never in these days."""
        return free_span(person, self.first_day, self.num_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstaffed:
    """Persons that a shift lacks, and why."""

    shift: Shift
    persons: int
    reason: StaffReason

    def __post_init__(self) -> None:
        """Refuse a shift that lacks nobody."""
        require(self.persons >= 1, f"post {self.shift.post_id}: lacks nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """
    Who is where and when: personal data, apart from what is published.

    Attributes
    ----------
    night_spread
        Most nights of one person less fewest of another who could swap with him; above
        1 only where turns by one would leave a post without people.
    """

    duties: tuple[Duty, ...]
    unstaffed: tuple[Unstaffed, ...] = ()
    night_spread: int = 0
    goals: tuple[HourGoal, ...] = ()

    def __post_init__(self) -> None:
        """Guard that nobody has one shift twice."""
        keys = [(d.person_id, d.shift.post_id, d.shift.whole) for d in self.duties]
        require(len(set(keys)) == len(keys), "somebody has a shift twice")

    def __repr__(self) -> str:
        """Return counts only: nobody is named in errors and logs."""
        return f"Roster({len(self.duties)} shifts, {len(self.unstaffed)} short)"

    @property
    def person_ids(self) -> tuple[str, ...]:
        """Everybody with a shift, by id."""
        return tuple(sorted({duty.person_id for duty in self.duties}))
