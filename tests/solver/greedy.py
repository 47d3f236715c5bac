"""
A plain planner: trucks fill up and drive to the nearest of the neediest, one by one.

It keeps every rule by looking at one trip at a time, and never plans ahead. A day on
which it beats the search shows a fault of the search.
"""

import math

from dispatch.model.need import BANDS, LIVESTOCK, can_take_l, need_l, served_l
from dispatch.model.plan import Route, Stop


class _Day:
    """What trucks, villages and sources have been promised so far."""

    def __init__(self, scene, travel):
        self.scene = scene
        self.index = travel.index
        self.seconds = travel.seconds[0]
        self.needs = {v.village_id: need_l(v, scene.need) for v in scene.villages}
        self.room = {v.village_id: can_take_l(v, scene.need) for v in scene.villages}
        self.got = {v.village_id: {True: 0, False: 0} for v in scene.villages}
        self.visits = {v.village_id: [] for v in scene.villages}
        self.fills = {s.source_id: [] for s in scene.sources}

    def leg(self, truck, here, there):
        raw = self.seconds[self.index[here], self.index[there]]
        return None if raw < 0 else math.ceil(raw / truck.speed_factor - 1e-9)

    def wants(self, village, is_potable):
        """Return how needy a village is (its first band that is short), and litres."""
        got = self.got[village.village_id]
        need = self.needs[village.village_id]
        served = served_l(need, potable_l=got[True], non_potable_l=got[False])
        free = self.room[village.village_id] - got[True] - got[False]
        if not is_potable:
            free = min(free, need[BANDS[LIVESTOCK]] - got[False])
            lacks = need["livestock"] - served["livestock"]
            return (LIVESTOCK if lacks > 0 else 9), min(free, lacks)
        short = [k for k, band in enumerate(BANDS) if served[band] < need[band]]
        return (short[0] if short else 9), free

    def fill_start(self, source, truck, time_s, litres):
        """Return start and end of a filling at or after a time, or None."""
        rate = source.fill_rate_l_per_min
        flow = 0 if rate is None else math.ceil(litres * 60 / rate - 1e-9)
        length = self.scene.service.fill_setup_s + flow
        start = time_s
        for _ in range(1_000):
            windows = [
                max(w.early_s, start)
                for w in source.windows
                if max(w.early_s, start) + length <= w.late_s
            ]
            if source.windows and not windows:
                return None
            start = min(windows) if source.windows else start
            later = self._bay_or_water(source, start, start + length, litres)
            if later is None:
                return start, start + length
            if later <= start or later > truck.shift_end_s:
                return None
            start = later
        return None

    def _bay_or_water(self, source, start, end, litres):
        fills = self.fills[source.source_id]
        over = [f for f in fills if f[0] < max(end, start + 1) and f[1] > start]
        if source.bays is not None and len(over) >= source.bays:
            return min(f[1] for f in over)
        drawn = sum(f[2] for f in fills)
        if source.supply_l is not None and drawn + litres > source.supply_l:
            return start
        if source.is_refilling and drawn + litres > source.drawable_l(start):
            return start + 60  # all that was promised counts, whenever it is drawn
        return None


def greedy_routes(scene, travel):
    """Return routes that keep every rule; scenes must have no pauses."""
    day = _Day(scene, travel)
    state = {
        t.truck_id: [
            t.shift_start_s,
            t.depot_id,
            [Stop("depart", t.depot_id, *[t.shift_start_s] * 3)],
        ]
        for t in scene.trucks
    }
    busy = list(scene.trucks)
    while busy:
        truck = min(busy, key=lambda t: (state[t.truck_id][0], t.truck_id))
        trip = _next_trip(day, truck, *state[truck.truck_id][:2])
        if trip is None:
            busy.remove(truck)
            continue
        stops = state[truck.truck_id][2]
        stops += trip
        state[truck.truck_id][:2] = trip[-1].end_s, trip[-1].place_id
    routes = []
    for truck in scene.trucks:
        time_s, here, stops = state[truck.truck_id]
        if len(stops) > 1:
            back = time_s + day.leg(truck, here, truck.depot_id)
            stops.append(Stop("return", truck.depot_id, back, back, back))
            routes.append(Route(truck.truck_id, truck.depot_id, tuple(stops)))
    return tuple(routes)


def _next_trip(day, truck, time_s, here):
    """Return filling and deliveries of the next trip, booked; None if there is none."""
    sources = [s for s in day.scene.sources if s.potable or not truck.potable]
    ways = [(day.leg(truck, here, s.source_id), s.source_id, s) for s in sources]
    for way, _, source in sorted(w for w in ways if w[0] is not None):
        trip = _trip_from(day, truck, source, time_s + way)
        if trip is not None:
            return trip
    return None


def _trip_from(day, truck, source, arrive):
    left = truck.capacity_l
    filled = day.fill_start(source, truck, arrive, left)
    if filled is None:
        return None
    visits = []
    place, time_s = source.source_id, filled[1]
    while left > 0:
        visit = _next_visit(day, truck, place, time_s, left, visits)
        if visit is None:
            break
        visits.append(visit)
        place, time_s, left = visit.place_id, visit.end_s, left - visit.litres
    litres = truck.capacity_l - left
    if litres == 0:
        return None
    day.fills[source.source_id].append((*filled, litres))
    for visit in visits:
        day.got[visit.place_id][truck.potable] += visit.litres
        day.visits[visit.place_id].append((visit.start_s, visit.end_s))
    return [Stop("fill", source.source_id, arrive, *filled, litres), *visits]


def _next_visit(day, truck, place, time_s, left, visits):
    service = day.scene.service
    options = []
    for village in day.scene.villages:
        way = day.leg(truck, place, village.village_id)
        home = day.leg(truck, village.village_id, truck.depot_id)
        if way is None or home is None or not truck.may_enter(village):
            continue
        if village.village_id in {visit.place_id for visit in visits}:
            continue
        done = day.visits[village.village_id]
        if village.max_visits is not None and len(done) >= village.max_visits:
            continue
        band, wanted = day.wants(village, truck.potable)
        litres = min(wanted, left)
        if litres < service.min_drop_l or litres <= 0:
            continue
        start = time_s + way
        opens = [max(w.early_s, start) for w in village.windows if start <= w.late_s]
        if village.windows and not opens:
            continue
        begin = min(opens) if village.windows else start
        rate = truck.unload_rate_l_per_min
        flow = 0 if rate is None else math.ceil(litres * 60 / rate - 1e-9)
        end = begin + service.drop_setup_s + flow
        if end + home <= truck.shift_end_s:
            stop = Stop("deliver", village.village_id, start, begin, end, litres)
            options.append((band, way, village.village_id, stop))
    return min(options)[-1] if options else None
