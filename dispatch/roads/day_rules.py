"""Conditional tags of roads -> what the roads are on one day, and limits with hours."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from dispatch.model.road_limits import Moment, RoadLimit
from dispatch.model.roads import CLOSED, NO_HEAVY
from dispatch.roads.limits import MatchedLimit, Stretch
from dispatch.roads.osm.conditions import clauses, hours_of
from dispatch.roads.osm.truck_tags import (
    CONDITIONAL,
    barrier_facts,
    is_unread,
    no_rules,
    tags_of_rules,
    truck_facts,
)
from dispatch.roads.truck_class import HEAVY_T
from dispatch.units import DAY_S

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import numpy.typing as npt

    from dispatch.model.roads import RoadNetwork
    from dispatch.model.scenario import Scenario
    from dispatch.roads.osm.conditions import Clause, Hours

#: Heavier than any truck: what a rule says of trucks above all its own limits.
_MAX_T: Final = 1e6


class Allowed(NamedTuple):
    """What a road allows at a time; inf: not limited."""

    access: int
    width_m: float
    max_height_m: float
    max_gross_t: float


@dataclass(frozen=True, slots=True)
class UnreadRule:
    """A tag that is not understood, or not on holidays, and the roads that have it."""

    tag: str
    roads: tuple[str, ...]
    is_holiday: bool


@dataclass(frozen=True, slots=True)
class DayRules:
    """
    The roads of one day.

    Attributes
    ----------
    roads
        With what holds at the best time of the working day in place of what always
        holds.
    limits
        What is stricter at other times.
    unread
        Tags that are left out.
    """

    roads: RoadNetwork
    limits: tuple[MatchedLimit, ...]
    unread: tuple[UnreadRule, ...]


def rules_on_day(scenario: Scenario, roads: RoadNetwork) -> DayRules:
    """
    Return the roads as the conditional tags make them on a scenario's day.

    Parameters
    ----------
    scenario
        The day to plan.
    roads
        The network, with conditional tags as texts in ``rules``.
    """
    of_text: dict[str, list[int]] = {}
    for idx, text in enumerate(roads.rules):
        if text:
            of_text.setdefault(text, []).append(idx)
    if not of_text:
        return DayRules(roads, (), ())
    first_s = min((truck.shift_start_s for truck in scenario.trucks), default=0)
    last_s = max((truck.shift_end_s for truck in scenario.trucks), default=DAY_S)
    columns = {
        name: getattr(roads, name).copy()
        for name in ("access", "width_m", "max_height_m", "max_gross_t")
    }
    limits: list[MatchedLimit] = []
    unread: dict[tuple[str, bool], list[int]] = {}
    for text, edges in of_text.items():
        rule = _Rule(text, scenario.date)
        for tag in dict.fromkeys(rule.unread):
            unread.setdefault(tag, []).extend(edges)
        # What holds at the first moment of work holds before it, and so at its end.
        times = rule.times(first_s, min(last_s, DAY_S))
        times[0] = (0, *times[0][1:])
        times[-1] = (times[-1][0], DAY_S, times[-1][2])
        best = _loosest([allowed for _, _, allowed in times])
        _put(columns, edges, rule.always, best)
        stretches = tuple(Stretch(edge, 0.0, 1.0) for edge in edges)
        limits += [
            MatchedLimit(_limit(roads.edge_ids[edges[0]], span, allowed), stretches)
            for *span, allowed in times
            if _is_stricter(allowed, best)
        ]
    return DayRules(
        replace(roads, **columns),
        tuple(limits),
        tuple(_unread(roads, key, edges) for key, edges in unread.items()),
    )


def _unread(roads: RoadNetwork, key: tuple[str, bool], edges: list[int]) -> UnreadRule:
    # Stretches of one way count once: 11-0 and 11-1 are the way 11.
    labels = [
        f"{roads.names[edge]} {roads.edge_ids[edge].rpartition('-')[0]}".strip()
        or roads.edge_ids[edge]
        for edge in edges
    ]
    return UnreadRule(key[0], tuple(dict.fromkeys(labels)), key[1])


class _Rule:
    """The tags of one line of rules on one day."""

    def __init__(self, text: str, day: dt.date) -> None:
        tags = tags_of_rules(text)
        self._fixed = {k: v for k, v in tags.items() if not k.endswith(CONDITIONAL)}
        self._is_barrier = "barrier" in tags
        #: Tags left out, and whether only holidays are in doubt.
        self.unread: list[tuple[str, bool]] = [
            *((part, False) for part in no_rules(text)),
            *(
                (f"{key}={value}", False)
                for key, value in self._fixed.items()
                if is_unread(key, value)
            ),
        ]
        self._clauses: list[tuple[str, Clause, Hours]] = []
        for key, value in tags.items():
            if key.endswith(CONDITIONAL):
                self._read(key.removesuffix(CONDITIONAL), key, value, day)
        self.always = self._allowed(self._fixed)

    def _read(self, key: str, whole: str, value: str, day: dt.date) -> None:
        # Which way round a road may be driven does not change during a day here.
        turns = key.endswith((":forward", ":backward")) or key.startswith("oneway")
        for clause in clauses(value):
            hours = hours_of(clause.hours, day)
            if turns or not clause.is_read or hours is None:
                self.unread.append((f"{whole}={value}", False))
                continue
            if not hours.is_sure:
                self.unread.append((f"{whole}={value}", True))
            self._clauses.append((key, clause, hours))

    def _allowed(self, tags: Mapping[str, str]) -> Allowed:
        facts = barrier_facts(tags) if self._is_barrier else truck_facts(tags)
        return Allowed(
            facts.access,
            _or_inf(facts.width_m),
            _or_inf(facts.max_height_m),
            _or_inf(facts.max_gross_t),
        )

    def times(self, first_s: int, last_s: int) -> list[tuple[int, int, Allowed]]:
        """Return what is allowed from when until when, over a working day."""
        moments = {first_s, last_s}
        for _, _, hours in self._clauses:
            moments |= {m for span in hours.intervals for m in span}
        inside = sorted(m for m in moments if first_s <= m <= last_s)
        times: list[tuple[int, int, Allowed]] = []
        for early_s, late_s in itertools.pairwise(inside):
            allowed = self._at(early_s)
            if times and times[-1][2] == allowed:
                times[-1] = (times[-1][0], late_s, allowed)
            else:
                times.append((early_s, late_s, allowed))
        return times or [(first_s, last_s, self._at(first_s))]

    def _at(self, time_s: int) -> Allowed:
        """Return what is allowed at a time, for the heaviest truck that may pass."""
        weights = {_MAX_T}
        for _, clause, _ in self._clauses:
            weights |= {w for w in (clause.over_t, clause.up_to_t) if w is not None}
        most_t, last = 0.0, None
        for gross_t in sorted(weights):
            allowed = self._for_truck(time_s, gross_t)
            if last is not None and _shuts(allowed, gross_t, last):
                return last._replace(max_gross_t=min(last.max_gross_t, most_t))
            most_t, last = gross_t, allowed
        return last or self.always

    def _for_truck(self, time_s: int, gross_t: float) -> Allowed:
        tags = dict(self._fixed)
        for key, clause, hours in self._clauses:
            in_time = any(a <= time_s < b for a, b in hours.intervals)
            is_over = clause.over_t is None or gross_t > clause.over_t
            is_under = clause.up_to_t is None or gross_t <= clause.up_to_t
            if in_time and is_over and is_under:
                tags[key] = clause.value
        return self._allowed(tags)


def _shuts(allowed: Allowed, gross_t: float, lighter: Allowed) -> bool:
    """Whether trucks of a weight may not pass where lighter ones may."""
    if _rank(allowed.access, gross_t) > _rank(lighter.access, gross_t):
        return True
    return allowed.max_gross_t < min(gross_t, lighter.max_gross_t)


def _rank(access: int, gross_t: float) -> int:
    return int(access == CLOSED or (access == NO_HEAVY and gross_t > HEAVY_T))


def _or_inf(value: float | None) -> float:
    return math.inf if value is None else value


def _loosest(states: list[Allowed]) -> Allowed:
    return Allowed(
        min(state.access for state in states),
        *(max(column) for column in list(zip(*states, strict=True))[1:]),
    )


def _is_stricter(allowed: Allowed, best: Allowed) -> bool:
    return allowed.access > best.access or any(
        value < best_value
        for value, best_value in zip(allowed[1:], best[1:], strict=True)
    )


def _put(
    columns: dict[str, npt.NDArray[Any]],
    edges: list[int],
    always: Allowed,
    best: Allowed,
) -> None:
    """Put what the best time allows where it is not what always holds."""
    for name in Allowed._fields:
        value = getattr(best, name)
        if value != getattr(always, name):
            columns[name][edges] = np.nan if value == math.inf else value


def _limit(label: str, span: list[int], allowed: Allowed) -> RoadLimit:
    gross_t = allowed.max_gross_t
    if allowed.access == NO_HEAVY:
        gross_t = min(gross_t, HEAVY_T)
    return RoadLimit(
        limit_id=label,
        is_closed=allowed.access == CLOSED,
        max_gross_t=None if gross_t == math.inf else gross_t,
        max_width_m=None if allowed.width_m == math.inf else allowed.width_m,
        max_height_m=None if allowed.max_height_m == math.inf else allowed.max_height_m,
        valid_from=Moment(time_s=span[0]),
        valid_until=Moment(time_s=span[1]),
    )
