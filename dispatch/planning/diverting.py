"""Trucks under way whose road has closed: their water goes where it still can."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dispatch.model.need import can_take_l, need_l
from dispatch.model.plan import Stop
from dispatch.units import flow_duration_s

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.model.plan import Route
    from dispatch.model.scenario import Scenario, Truck, Village
    from dispatch.model.travel import Travel


def divert_trips(
    done: Sequence[Route], scenario: Scenario, travel: Travel, now_s: int
) -> tuple[Route, ...]:
    """
    Return routes under way with every stop to come on the roads as they are now.

    Parameters
    ----------
    done
        As from `split_day`: what was driven, and the whole trips under way.
    scenario
        The day as it is now.
    travel
        Times and metres on the roads as they are now.
    now_s
        Seconds since midnight; stops that began earlier stay.

    Notes
    -----
    A stop that is reached later moves. The water for one that is reached no more
    goes to the villages that it reaches first and that still need it. What nobody
    can take stays as planned: it breaks rule 2, which the check reports.
    """
    ledger = _Ledger(scenario, done)
    return tuple(
        _Trip(scenario, travel, ledger, route, now_s).mended() for route in done
    )


class _Ledger:
    """What every village can still take, while trips are mended one by one."""

    def __init__(self, scenario: Scenario, done: Sequence[Route]) -> None:
        self._litres: Counter[str] = Counter()
        self._other: Counter[str] = Counter()
        self._visits: Counter[str] = Counter()
        self._scenario = scenario
        for route in done:
            for stop in route.stops:
                if stop.kind == "deliver":
                    self.book(route.truck_id, stop.place_id, stop.litres, 1)

    def book(self, truck_id: str, village_id: str, litres: int, visits: int) -> None:
        """Count litres brought; negative ones are taken back."""
        self._litres[village_id] += litres
        self._visits[village_id] += visits
        truck = self._scenario.truck_by_id.get(truck_id)
        if truck is not None and not truck.potable:
            self._other[village_id] += litres

    def room_l(self, truck: Truck, village: Village) -> int:
        """Return the litres that a truck could still bring, 0 if it may not come."""
        if not truck.may_enter(village):
            return 0
        visits = self._visits[village.village_id]
        if village.max_visits is not None and visits >= village.max_visits:
            return 0
        taken = self._litres[village.village_id]
        room = can_take_l(village, self._scenario.need) - taken
        if not truck.potable:
            animals = need_l(village, self._scenario.need)["livestock"]
            room = min(room, animals - self._other[village.village_id])
        return max(0, room)


@dataclass(slots=True)
class _Trip:
    """One truck's route under way."""

    scenario: Scenario
    travel: Travel
    ledger: _Ledger
    route: Route
    now_s: int

    def mended(self) -> Route:
        """Return the route with stops moved and water diverted."""
        truck = next(
            (t for t in self.scenario.trucks if t.truck_id == self.route.truck_id), None
        )
        first = next(
            (
                i
                for i, stop in enumerate(self.route.stops)
                if stop.start_s >= self.now_s
            ),
            len(self.route.stops),
        )
        if truck is None or first == 0 or first == len(self.route.stops):
            return self.route
        stops = list(self.route.stops[:first])
        unreachable: list[Stop] = []
        for stop in self.route.stops[first:]:
            moved = self._moved(truck, stops[-1], stop)
            if moved is None:
                unreachable.append(stop)
                self.ledger.book(truck.truck_id, stop.place_id, -stop.litres, -1)
            else:
                stops.append(moved)
        if not unreachable:
            return replace(self.route, stops=tuple(stops))
        diverted = self._diverted(
            truck, stops, sum(stop.litres for stop in unreachable)
        )
        if diverted is None:
            for stop in unreachable:
                self.ledger.book(truck.truck_id, stop.place_id, stop.litres, 1)
            return self.route
        return replace(self.route, stops=(*stops, *diverted))

    def _arrival_s(
        self, truck: Truck, here: str, there: str, leave_s: int
    ) -> int | None:
        index = self.travel.index
        row, column = index.get(here), index.get(there)
        if row is None or column is None:
            return None
        if row == column:
            return leave_s
        leg = self.travel.leg(
            self.travel.class_of_truck[truck.truck_id],
            row,
            column,
            leave_s,
            truck.speed_factor,
        )
        if leg is None:
            return None
        return leave_s + math.ceil(leg.wait_s + leg.drive_s - 1e-9)

    def _moved(self, truck: Truck, before: Stop, stop: Stop) -> Stop | None:
        """Return a stop at the time when it is reached now; None if it is not."""
        if stop.kind == "break":
            return stop if before.end_s <= stop.start_s else None
        arrive_s = self._arrival_s(truck, before.place_id, stop.place_id, before.end_s)
        if arrive_s is None:
            return None
        if arrive_s <= stop.arrive_s:
            return stop
        village = self._village(stop.place_id)
        if stop.kind != "deliver" or village is None:
            return None
        start_s = _open_from(village, max(arrive_s, stop.start_s))
        if start_s is None:
            return None
        end_s = start_s + stop.end_s - stop.start_s
        return replace(stop, arrive_s=arrive_s, start_s=start_s, end_s=end_s)

    def _village(self, place_id: str) -> Village | None:
        villages = self.scenario.villages
        return next((v for v in villages if v.village_id == place_id), None)

    def _diverted(
        self, truck: Truck, stops: list[Stop], litres: int
    ) -> list[Stop] | None:
        """Return visits that take all the litres, the quickest first; or None."""
        visits: list[Stop] = []
        while litres > 0:
            before = (stops + visits)[-1]
            options = [
                visit
                for village in self.scenario.villages
                if (visit := self._visit(truck, before, village, litres)) is not None
            ]
            if not options:
                for stop in visits:
                    self.ledger.book(truck.truck_id, stop.place_id, -stop.litres, -1)
                return None
            best = min(options, key=lambda stop: (stop.end_s, -stop.litres))
            visits.append(best)
            self.ledger.book(truck.truck_id, best.place_id, best.litres, 1)
            litres -= best.litres
        return visits

    def _visit(
        self, truck: Truck, before: Stop, village: Village, litres: int
    ) -> Stop | None:
        room = self.ledger.room_l(truck, village)
        share = min(room, litres)
        least = min(self.scenario.service.min_drop_l, room)
        if share < max(1, least) or village.village_id == before.place_id:
            return None
        # Who is on the road already turns round, and takes as long back.
        leave_s = max(before.end_s, 2 * self.now_s - before.end_s)
        arrive_s = self._arrival_s(truck, before.place_id, village.village_id, leave_s)
        start_s = None if arrive_s is None else _open_from(village, arrive_s)
        if arrive_s is None or start_s is None:
            return None
        flow_s = flow_duration_s(share, truck.unload_rate_l_per_min)
        end_s = start_s + self.scenario.service.drop_setup_s + flow_s
        visit = Stop("deliver", village.village_id, arrive_s, start_s, end_s, share)
        home_s = self._arrival_s(truck, visit.place_id, truck.depot_id, end_s)
        return None if home_s is None or home_s > truck.shift_end_s else visit


def _open_from(village: Village, time_s: int) -> int | None:
    """Return when unloading may start at or after a time; None: not any more."""
    if not village.windows:
        return time_s
    starts = [max(time_s, w.early_s) for w in village.windows if time_s <= w.late_s]
    return min(starts, default=None)
