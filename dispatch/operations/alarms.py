"""What does not fit together in reports: each alarm says who should be asked what."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, get_args

from dispatch.operations.ledger import standing
from dispatch.operations.rules import Rules
from dispatch.operations.stocks import use_l
from dispatch.units import DAY_S
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario, Truck
    from dispatch.model.travel import Travel
    from dispatch.operations.ledger import Report
    from dispatch.words.message import Message

AlarmKind = Literal[
    "short_load",
    "impossible_time",
    "unplanned_trip",
    "tank",
    "chlorine",
    "unsafe_truck",
]
ALARM_KINDS: Final[tuple[AlarmKind, ...]] = get_args(AlarmKind)

#: Reports that say where a truck was.
_SEEN: Final = (
    "filled",
    "arrived",
    "delivered",
    "refused",
    "impossible",
    "returned",
)
#: Reports that end a visit.
_ENDS: Final = ("delivered", "refused", "impossible")
#: Reports give whole minutes.
_CLOCK_S: Final = 60
#: Words of a report by which a tank was cleaned.
_CLEANED: Final = ("清洗", "消毒", "洗罐", "clean", "disinfect", "wash")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """
    Something that somebody should look at.

    Attributes
    ----------
    truck, place
        Ids; the place may be empty.
    key
        Of the report that it is about.
    """

    kind: AlarmKind
    truck: str
    place: str
    at: dt.datetime
    message: Message
    key: str


@dataclass(frozen=True, kw_only=True)
class DayFacts:
    """
    What the reports of a day are held against.

    Attributes
    ----------
    scenario
        The day in the morning.
    plans
        Versions of its plan by number, as ``told`` of reports names them.
    travel
        Times between its places; None: they are not judged.
    is_over
        Whether no truck is under way any more.
    """

    scenario: Scenario
    plans: Mapping[int, Plan] = field(default_factory=dict)
    travel: Travel | None = None
    is_over: bool = False


@dataclass(slots=True)
class _Load:
    """Water of one filling, or of several with no visit between."""

    fills: list[Report]
    ends: list[Report] = field(default_factory=list)
    returned: list[Report] = field(default_factory=list)
    is_over: bool = False

    @property
    def filled_l(self) -> int:
        return sum(report.litres or 0 for report in self.fills)

    @property
    def out_l(self) -> int:
        return sum(report.litres or 0 for report in (*self.ends, *self.returned))


def alarms_of(
    reports: Sequence[Report],
    days: Mapping[dt.date, DayFacts],
    rules: Rules | None = None,
    *,
    unclean: Collection[str] = (),
) -> list[Alarm]:
    """
    Return what does not fit together, in the order of time.

    Parameters
    ----------
    reports
        Of one township, in the order in which they came.
    days
        Facts by date; reports of other days are not judged.
    rules
        Settings of the township; None: the usual ones.
    unclean
        Trucks whose last load before these reports was not drinking water.
    """
    rules = rules or Rules()
    by_day: dict[dt.date, list[Report]] = defaultdict(list)
    for report in standing(reports):
        if report.date in days:
            by_day[report.date].append(report)
    alarms: list[Alarm] = []
    dirty = set(unclean)
    for date in sorted(by_day):
        facts = days[date]
        by_truck: dict[str, list[Report]] = defaultdict(list)
        for report in sorted(by_day[date], key=lambda report: report.at):
            by_truck[report.truck].append(report)
        alarms += _tanks(by_day[date], facts)
        for truck_id, those in by_truck.items():
            truck = _truck(facts.scenario, truck_id)
            if truck is None:
                continue
            alarms += _loads(those, truck, facts, rules)
            alarms += _drives(those, truck, facts, rules)
            alarms += _unplanned(those, facts)
            alarms += _chlorine(those, truck, facts, rules)
            alarms += _unsafe(those, truck, facts, dirty)
    return sorted(alarms, key=lambda alarm: (alarm.at, alarm.truck, alarm.kind))


def unclean_trucks(
    reports: Sequence[Report], is_potable: Mapping[str, bool]
) -> set[str]:
    """
    Return the trucks whose last load was not drinking water, and is not washed out.

    Parameters
    ----------
    reports
        In the order in which they came.
    is_potable
        Of sources, by id.
    """
    dirty: set[str] = set()
    for report in sorted(standing(reports), key=lambda report: report.at):
        if _is_cleaned(report):
            dirty.discard(report.truck)
        if report.kind == "filled" and report.place in is_potable:
            if is_potable[report.place]:
                dirty.discard(report.truck)
            else:
                dirty.add(report.truck)
    return dirty


def _is_cleaned(report: Report) -> bool:
    """Whether a report says that the tank was cleaned."""
    return any(word in report.reason.casefold() for word in _CLEANED)


def _truck(scenario: Scenario, truck_id: str) -> Truck | None:
    trucks = {truck.truck_id: truck for truck in scenario.all_trucks}
    return trucks.get(truck_id)


def _alarm(kind: AlarmKind, report: Report, message: Message) -> Alarm:
    return Alarm(
        kind=kind,
        truck=report.truck,
        place=report.place,
        at=report.at,
        message=message,
        key=report.key,
    )


def _loads(
    reports: Sequence[Report], truck: Truck, facts: DayFacts, rules: Rules
) -> Iterator[Alarm]:
    """Yield loads of which too little arrived, or more than there was."""
    for load in _loads_of(reports, facts):
        filled_l, out_l = load.filled_l, load.out_l
        if filled_l > truck.capacity_l:
            yield _alarm(
                "tank",
                load.fills[-1],
                say(
                    "alarm_over_capacity",
                    truck=truck.truck_id,
                    filled=filled_l,
                    capacity=truck.capacity_l,
                ),
            )
        if out_l > filled_l:
            last = max((*load.ends, *load.returned), key=lambda report: report.at)
            yield _alarm(
                "tank",
                last,
                say(
                    "alarm_more_than_filled",
                    truck=truck.truck_id,
                    filled=filled_l,
                    out=out_l,
                ),
            )
        elif load.is_over and out_l < rules.short_load_share * filled_l:
            yield _alarm(
                "short_load",
                load.fills[-1],
                say(
                    "alarm_short_load", truck=truck.truck_id, filled=filled_l, out=out_l
                ),
            )


def _loads_of(reports: Sequence[Report], facts: DayFacts) -> list[_Load]:
    """Return what a truck filled, with what became of it."""
    loads: list[_Load] = []
    for report in reports:
        if report.kind == "filled":
            if loads and not (loads[-1].ends or loads[-1].returned):
                loads[-1].fills.append(report)
                continue
            if loads:
                loads[-1].is_over = True
            loads.append(_Load([report]))
        elif not loads:
            continue  # its filling is not reported yet
        elif report.kind in _ENDS:
            loads[-1].ends.append(report)
        elif report.kind == "returned":
            loads[-1].returned.append(report)
            loads[-1].is_over = True
    if loads and not loads[-1].is_over:
        last = loads[-1]
        last.is_over = facts.is_over or (bool(last.ends) and not _to_come(last, facts))
    return loads


def _to_come(load: _Load, facts: DayFacts) -> bool:
    """Whether the plan brings more of a load to somebody."""
    plan = facts.plans.get(load.ends[-1].told or 0)
    route = plan.route_by_truck.get(load.ends[-1].truck) if plan else None
    done = [report.place for report in load.ends]
    trip: list[str] = []
    for stop in (*route.stops, None) if route else ():
        if stop is not None and stop.kind == "deliver":
            trip.append(stop.place_id)
        elif stop is None or stop.kind == "fill":
            if trip and set(done) <= set(trip):
                return len(trip) > len(done)
            trip = []
    return False


def _drives(
    reports: Sequence[Report], truck: Truck, facts: DayFacts, rules: Rules
) -> Iterator[Alarm]:
    """Yield drives that no road allows."""
    travel = facts.travel
    if travel is None or truck.truck_id not in travel.class_of_truck:
        return
    midnight = dt.datetime.combine(facts.scenario.date, dt.time())
    last: Report | None = None
    for report in reports:
        if report.kind not in _SEEN or report.place not in travel.index:
            continue
        before, last = last, report
        if before is None or before.place == report.place:
            continue
        leg = travel.leg(
            travel.class_of_truck[truck.truck_id],
            travel.index[before.place],
            travel.index[report.place],
            (before.at - midnight).total_seconds(),
            truck.speed_factor,
        )
        if leg is None:
            yield _alarm(
                "impossible_time",
                report,
                say(
                    "alarm_no_road",
                    truck=truck.truck_id,
                    here=before.place,
                    there=report.place,
                ),
            )
            continue
        taken_s = (report.at - before.at).total_seconds() + _CLOCK_S
        if taken_s < rules.fastest_share * leg.drive_s + leg.wait_s:
            yield _alarm(
                "impossible_time",
                report,
                say(
                    "alarm_too_fast",
                    truck=truck.truck_id,
                    here=before.place,
                    there=report.place,
                    taken=round((taken_s - _CLOCK_S) / 60),
                    planned=round((leg.drive_s + leg.wait_s) / 60),
                ),
            )


def _unplanned(reports: Sequence[Report], facts: DayFacts) -> Iterator[Alarm]:
    """Yield trips that the plan did not hold of which the truck was told."""
    told: set[str] = set()
    num_loads: dict[str, int] = defaultdict(int)
    seen_in_load: set[str] = set()
    for report in reports:
        if report.kind == "filled":
            seen_in_load = set()
        if report.kind not in ("filled", "delivered"):
            continue
        kind = "fill" if report.kind == "filled" else "deliver"
        plan = facts.plans.get(report.told or 0)
        route = plan.route_by_truck.get(report.truck) if plan else None
        planned = sum(
            stop.kind == kind and stop.place_id == report.place
            for stop in (route.stops if route else ())
        )
        if kind == "fill" or report.place not in seen_in_load:
            num_loads[report.place] += 1
            seen_in_load.add(report.place)
        if num_loads[report.place] > planned and report.place not in told:
            told.add(report.place)
            yield _alarm(
                "unplanned_trip",
                report,
                say("alarm_unplanned", truck=report.truck, place=report.place),
            )


def _tanks(reports: Sequence[Report], facts: DayFacts) -> Iterator[Alarm]:
    """Yield deliveries that the tank of a village had no room for."""
    scenario = facts.scenario
    villages = {v.village_id: v for v in scenario.all_villages}
    midnight = dt.datetime.combine(scenario.date, dt.time())
    came_l: dict[str, int] = defaultdict(int)
    for report in sorted(reports, key=lambda report: report.at):
        village = villages.get(report.place)
        if report.kind != "delivered" or village is None:
            continue
        came_l[report.place] += report.litres or 0
        if village.storage_l is None:
            continue
        # People take no more than this by then, so there was no more room.
        share = min(1.0, max(0.0, (report.at - midnight).total_seconds() / DAY_S))
        used_l = round(use_l(village, scenario.need) * share)
        room_l = max(0, village.storage_l - village.stock_l) + used_l
        if came_l[report.place] > room_l:
            yield _alarm(
                "tank",
                report,
                say(
                    "alarm_tank_full",
                    truck=report.truck,
                    place=report.place,
                    came=came_l[report.place],
                    room=room_l,
                ),
            )


def _chlorine(
    reports: Sequence[Report], truck: Truck, facts: DayFacts, rules: Rules
) -> Iterator[Alarm]:
    """Yield drinking water with too little chlorine, or filled without measuring it."""
    sources = {s.source_id: s for s in facts.scenario.all_sources}
    is_drinking = truck.potable
    for report in reports:
        if report.kind == "filled":
            source = sources.get(report.place)
            is_drinking = truck.potable and source is not None and source.potable
        elif report.kind != "delivered":
            continue
        if not is_drinking:
            continue
        measured = report.chlorine_mg_l
        if measured is None:
            if report.kind == "filled" and rules.is_chlorine_asked:
                yield _alarm(
                    "chlorine",
                    report,
                    say("alarm_no_chlorine", truck=truck.truck_id, place=report.place),
                )
        elif measured < rules.min_chlorine_mg_l:
            low = say(
                "alarm_low_chlorine",
                truck=truck.truck_id,
                place=report.place,
                measured=measured,
                least=rules.min_chlorine_mg_l,
            )
            yield _alarm("chlorine", report, low)


def _unsafe(
    reports: Sequence[Report], truck: Truck, facts: DayFacts, dirty: set[str]
) -> Iterator[Alarm]:
    """Yield drinking water filled into a tank that had other water in it before."""
    sources = {s.source_id: s for s in facts.scenario.all_sources}
    for report in reports:
        if _is_cleaned(report):
            dirty.discard(truck.truck_id)
        source = sources.get(report.place)
        if report.kind != "filled" or source is None:
            continue
        if not source.potable:
            dirty.add(truck.truck_id)
        elif truck.truck_id in dirty:
            if truck.potable:
                yield _alarm(
                    "unsafe_truck",
                    report,
                    say("alarm_unsafe", truck=truck.truck_id, place=report.place),
                )
            dirty.discard(truck.truck_id)
