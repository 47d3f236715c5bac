"""What a new plan changes for villages that know an earlier one, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from dispatch.check.rules import check_plan
from dispatch.model.plan import MAX_MOVED_S

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dispatch.model.plan import Plan, Route, Stop
    from dispatch.model.scenario import Scenario
    from dispatch.model.today import Today
    from dispatch.model.travel import Travel

ChangeKind = Literal["moved", "other_truck", "dropped", "added", "litres"]
ChangeReason = Literal[
    "truck_out", "truck_late", "truck_hours", "road", "source", "village", "for_others"
]

#: A truck is late if it is behind its plan by more.
LATE_S: Final = 60

#: What stands behind a rule (docs/PLAN.md) that the old visit would break.
_REASON_OF_RULE: Final[Mapping[int, ChangeReason]] = {
    1: "truck_hours",
    2: "road",
    3: "source",
    4: "village",
    5: "village",
    6: "source",
    7: "source",
    8: "village",
    9: "road",
    10: "source",
    11: "village",
    12: "truck_out",
    13: "truck_hours",
    14: "village",
}


@dataclass(frozen=True, slots=True)
class Change:
    """
    One visit that differs; times are seconds since midnight, None where there is none.

    ``reason`` says what made the old visit impossible; ``for_others`` that it was
    still possible and gave way to more water elsewhere.
    """

    village_id: str
    kind: ChangeKind
    reason: ChangeReason
    truck_before: str | None
    truck_after: str | None
    start_before_s: int | None
    start_after_s: int | None
    litres_before: int
    litres_after: int


@dataclass(frozen=True, slots=True)
class _Visit:
    truck_id: str
    source_id: str
    stop: Stop


def plan_changes(
    scenario: Scenario,
    travel: Travel,
    today: Today,
    after: Plan,
) -> list[Change]:
    """
    Return the visits to come that differ between two plans, by village and time.

    Parameters
    ----------
    scenario, travel
        As they are now: an old visit that breaks a rule of theirs had to change.
    today
        The day as ``after`` was planned in it. Visits that ``after`` starts before
        ``now_s`` are over or under way, and left out; what was driven and the delays
        tell which trucks are behind ``previous``.
    after
        The new plan.

    Raises
    ------
    ValueError
        If no plan was announced.
    """
    before = today.previous
    if before is None:
        raise ValueError("today.previous: there is no plan to compare with")
    late = {t for t, delay_s in today.delays_s.items() if delay_s > LATE_S}
    late |= _late_trucks(before, today.done)
    broken_trucks = [truck_out.truck_id for truck_out in today.out]
    why = _Why(scenario, travel, before, late, broken_trucks)
    num_over = _num_over(scenario, before, after, today.now_s)
    old, new = _visits(before, num_over), _visits(after, num_over)
    changes = []
    for village_id in sorted({*old, *new}):
        pairs = _paired(old.get(village_id, []), new.get(village_id, []))
        for announced, now in pairs:
            change = _change(village_id, announced, now, why)
            if change is not None:
                changes.append(change)
    return changes


def _num_over(
    scenario: Scenario, before: Plan, after: Plan, now_s: int
) -> dict[str, int]:
    """
    Return per truck the number of visits that both plans begin with, being over.

    A plan goes on from what is done, so the later plan decides; by the times of the
    earlier one a late truck's visit would be over before it comes.
    """
    trucks = scenario.truck_by_id
    gone = [route for route in before.routes if route.truck_id not in trucks]
    return {
        route.truck_id: sum(
            stop.kind == "deliver" and stop.start_s < now_s for stop in route.stops
        )
        for route in (*gone, *after.routes)
    }


def _visits(plan: Plan, num_over: Mapping[str, int]) -> dict[str, list[_Visit]]:
    by_village: dict[str, list[_Visit]] = {}
    for route in plan.routes:
        source_id = ""
        left = num_over.get(route.truck_id, 0)
        for stop in route.stops:
            if stop.kind == "fill":
                source_id = stop.place_id
            elif stop.kind == "deliver":
                left -= 1
                if left < 0:
                    visit = _Visit(route.truck_id, source_id, stop)
                    by_village.setdefault(stop.place_id, []).append(visit)
    return by_village


def _paired(
    old: list[_Visit], new: list[_Visit]
) -> list[tuple[_Visit | None, _Visit | None]]:
    """Match visits of the same truck, nearest in time first, then what is left."""
    left_old, left_new = list(old), list(new)
    pairs: list[tuple[_Visit | None, _Visit | None]] = []
    same = sorted(
        (abs(a.stop.start_s - b.stop.start_s), i, j)
        for i, a in enumerate(old)
        for j, b in enumerate(new)
        if a.truck_id == b.truck_id
    )
    for _, i, j in same:
        if old[i] in left_old and new[j] in left_new:
            left_old.remove(old[i])
            left_new.remove(new[j])
            pairs.append((old[i], new[j]))
    left_old.sort(key=lambda visit: visit.stop.start_s)
    left_new.sort(key=lambda visit: visit.stop.start_s)
    for k in range(max(len(left_old), len(left_new))):
        pairs.append(
            (
                left_old[k] if k < len(left_old) else None,
                left_new[k] if k < len(left_new) else None,
            )
        )
    return pairs


def _change(
    village_id: str, announced: _Visit | None, now: _Visit | None, why: _Why
) -> Change | None:
    kind: ChangeKind
    if announced is None:
        kind = "added"
    elif now is None:
        kind = "dropped"
    elif announced.truck_id != now.truck_id:
        kind = "other_truck"
    elif abs(announced.stop.start_s - now.stop.start_s) > MAX_MOVED_S:
        kind = "moved"
    elif announced.stop.litres != now.stop.litres:
        kind = "litres"
    else:
        return None
    return Change(
        village_id=village_id,
        kind=kind,
        reason="for_others" if announced is None else why.reason(announced),
        truck_before=announced.truck_id if announced else None,
        truck_after=now.truck_id if now else None,
        start_before_s=announced.stop.start_s if announced else None,
        start_after_s=now.stop.start_s if now else None,
        litres_before=announced.stop.litres if announced else 0,
        litres_after=now.stop.litres if now else 0,
    )


class _Why:
    """What has become impossible of the old plan."""

    def __init__(
        self,
        scenario: Scenario,
        travel: Travel,
        before: Plan,
        late: set[str],
        broken_trucks: Collection[str],
    ) -> None:
        self._of_place: dict[tuple[str | None, str], ChangeReason] = {}
        self._of_truck: dict[str, ChangeReason] = {}
        sources, depots = scenario.source_by_id, scenario.depot_by_id
        known = sources.keys() | scenario.village_by_id.keys()
        after_lost = self._note_lost(before, known)
        for violation in check_plan(scenario, travel, before):
            reason = _REASON_OF_RULE.get(violation.rule)
            place, truck = violation.place_id, violation.truck_id
            if reason is None or (None, place) in self._of_place:
                continue
            if (truck, violation.stop_index) in after_lost:
                continue  # there is no road from a place that is gone
            is_place = place is not None and reason not in ("truck_hours", "truck_out")
            if is_place and place in sources and reason == "source":
                self._of_place[(None, str(place))] = reason
            elif is_place and place not in depots:
                self._of_place.setdefault((truck, str(place)), reason)
            elif truck is not None:
                self._of_truck[truck] = reason
        for route in before.routes:
            if route.truck_id not in scenario.truck_by_id:
                self._of_truck[route.truck_id] = "truck_out"
        self._of_truck |= dict.fromkeys(broken_trucks, "truck_out")
        for truck_id in late:
            self._of_truck.setdefault(truck_id, "truck_late")

    def _note_lost(
        self, before: Plan, known: set[str]
    ) -> set[tuple[str | None, int | None]]:
        """Note places that are gone; return truck and position of stops after one."""
        after_lost: set[tuple[str | None, int | None]] = set()
        for route in before.routes:
            for idx, stop in enumerate(route.stops):
                if stop.kind in ("fill", "deliver") and stop.place_id not in known:
                    reason: ChangeReason = (
                        "source" if stop.kind == "fill" else "village"
                    )
                    self._of_place[(None, stop.place_id)] = reason
                    after_lost.add((route.truck_id, idx + 1))
        return after_lost

    def reason(self, visit: _Visit) -> ChangeReason:
        """Return why the old visit had to change, or that it need not have."""
        place = visit.stop.place_id
        for who in (None, visit.truck_id):
            for where in (place, visit.source_id):
                if (who, where) in self._of_place:
                    return self._of_place[who, where]
        return self._of_truck.get(visit.truck_id, "for_others")


def _late_trucks(before: Plan, done: Sequence[Route]) -> set[str]:
    planned = {
        route.truck_id: [s for s in route.stops if s.kind in ("fill", "deliver")]
        for route in before.routes
    }
    late = set()
    for route in done:
        stops = [s for s in route.stops if s.kind in ("fill", "deliver")]
        announced = planned.get(route.truck_id, [])
        is_comparable = 0 < len(stops) <= len(announced)
        if is_comparable and stops[-1].end_s > announced[len(stops) - 1].end_s + LATE_S:
            late.add(route.truck_id)
    return late
