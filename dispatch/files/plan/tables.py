"""A plan as tables: one row per stop, per village, per source."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from dispatch.model.letters import truck_letters
from dispatch.model.need import BANDS
from dispatch.units import format_clock

if TYPE_CHECKING:
    from dispatch.model.plan import Plan, Route, Stop, VillageOutcome
    from dispatch.model.scenario import Scenario
    from dispatch.words.words import Words

Value = str | int | float | None
Rows = list[list[Value]]
#: What tables are written from: Decimals are numbers with a decimal.
Cells = Sequence[Sequence[Value | Decimal]]

#: A cell that starts so would be run as a formula by a spreadsheet.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(header: Sequence[str], rows: Cells) -> str:
    """
    Return CSV text; no cell of it is run as a formula.

    Parameters
    ----------
    header
        Texts of the first row.
    rows
        Texts, numbers or None, one list per row.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([[_harmless(value) for value in row] for row in rows])
    return out.getvalue()


def _harmless(value: Value | Decimal) -> Value | Decimal:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def numbered_stops(route: Route) -> list[tuple[int, int, Stop]]:
    """Return (trip, stop) numbers from 1 with every stop; before a filling trip 0."""
    numbered = []
    trip = 0
    for position, stop in enumerate(route.stops, 1):
        trip += stop.kind == "fill"
        numbered.append((trip, position, stop))
    return numbered


VISIT_HEADER = (
    "truck_id",
    "plate",
    "trip",
    "stop",
    "kind",
    "place_id",
    "name",
    "arrive",
    "start",
    "end",
    "litres",
    "bay",
)


def visit_rows(plan: Plan, scenario: Scenario) -> Rows:
    """
    Return the rows of ``visits.csv``.

    Parameters
    ----------
    plan
        The plan to write.
    scenario
        Gives names and plates.
    """
    names = scenario.labels
    return [
        [
            route.truck_id,
            scenario.plate(route.truck_id),
            trip,
            position,
            stop.kind,
            stop.place_id,
            names.get(stop.place_id, ""),
            format_clock(stop.arrive_s, seconds="all"),
            format_clock(stop.start_s, seconds="all"),
            format_clock(stop.end_s, seconds="all"),
            stop.litres if stop.kind in ("fill", "deliver") else None,
            stop.bay,
        ]
        for route in plan.routes
        for trip, position, stop in numbered_stops(route)
    ]


VILLAGE_HEADER = (
    "village_id",
    "name",
    *(f"need_{band}_l" for band in BANDS),
    *(f"served_{band}_l" for band in BANDS),
    "need_l",
    "served_l",
    "delivered_l",
    "shortage_l",
    "reason",
    "causes",
)


def village_rows(plan: Plan, scenario: Scenario) -> Rows:
    """
    Return the rows of the written ``villages.csv``.

    Parameters
    ----------
    plan
        The plan to write.
    scenario
        Gives names.
    """
    names = scenario.labels
    return [
        [
            outcome.village_id,
            names.get(outcome.village_id, ""),
            *(outcome.need_l.get(band, 0) for band in BANDS),
            *(outcome.served_l.get(band, 0) for band in BANDS),
            sum(outcome.need_l.values()),
            sum(outcome.served_l.values()),
            outcome.delivered_l,
            outcome.shortage_l,
            outcome.reason or "",
            " ".join(f"{cause.reason}={cause.litres}" for cause in outcome.causes),
        ]
        for outcome in plan.villages
    ]


_TRIP_COLUMNS = (
    "letter",
    "truck",
    "plate",
    "driver",
    "trip",
    "stop",
    "kind",
    "place_id",
    "place",
    "arrive",
    "start",
    "end",
    "litres",
    "bay",
    "contact",
    "phone",
)


def trip_header(t: Words) -> list[str]:
    """Return the headings of the sheet of trips."""
    return [t(f"paper.trips.{name}") for name in _TRIP_COLUMNS]


def trip_rows(plan: Plan, scenario: Scenario, t: Words) -> Rows:
    """
    Return the rows of the sheet of trips: one per stop.

    Parameters
    ----------
    plan
        The plan to write.
    scenario
        Gives names, plates, drivers and contacts.
    t
        Words in the language of the reader.
    """
    names = scenario.labels
    trucks = scenario.truck_by_id
    contacts: dict[str, tuple[str, str]] = {
        source.source_id: (source.contact, source.phone) for source in scenario.sources
    }
    contacts |= {
        village.village_id: (village.contact, village.phone)
        for village in scenario.villages
    }
    letters = truck_letters(scenario)
    rows: Rows = []
    for route in plan.routes:
        truck = trucks.get(route.truck_id)
        for trip, position, stop in numbered_stops(route):
            rows.append(
                [
                    letters.get(route.truck_id, ""),
                    route.truck_id,
                    truck.plate if truck else "",
                    truck.driver if truck else "",
                    trip or None,
                    position,
                    t(f"stop.{stop.kind}"),
                    stop.place_id,
                    names.get(stop.place_id, ""),
                    format_clock(stop.arrive_s),
                    format_clock(stop.start_s),
                    format_clock(stop.end_s),
                    stop.litres if stop.kind in ("fill", "deliver") else None,
                    stop.bay,
                    *contacts.get(stop.place_id, ("", "")),
                ]
            )
    return rows


_COVERAGE_COLUMNS = (
    "village_id",
    "village",
    "population",
    "vulnerable_people",
    "need",
    "served",
    "share",
    "shortage",
    "reason",
    "delivered",
    "visits",
)


def coverage_header(t: Words) -> list[str]:
    """Return the headings of the sheet of villages."""
    return [
        *(t(f"paper.coverage.{name}") for name in _COVERAGE_COLUMNS),
        *(t("paper.coverage.of_band", band=t(f"band.{band}")) for band in BANDS),
    ]


def coverage_rows(plan: Plan, scenario: Scenario, t: Words) -> Rows:
    """
    Return the rows of the sheet of villages; the share is between 0 and 1.

    Parameters
    ----------
    plan
        The plan to write.
    scenario
        Gives names and people.
    t
        Words in the language of the reader.
    """
    villages = scenario.village_by_id
    names = scenario.labels
    visits: dict[str, int] = {}
    for route in plan.routes:
        for stop in route.stops:
            if stop.kind == "deliver":
                visits[stop.place_id] = visits.get(stop.place_id, 0) + 1
    rows: Rows = []
    for outcome in plan.villages:
        village = villages.get(outcome.village_id)
        need, served = sum(outcome.need_l.values()), sum(outcome.served_l.values())
        bands = [
            f"{outcome.served_l.get(band, 0)} / {outcome.need_l.get(band, 0)}"
            for band in BANDS
        ]
        rows.append(
            [
                outcome.village_id,
                names.get(outcome.village_id, ""),
                village.population if village else None,
                village.vulnerable_people if village else None,
                need,
                served,
                served / need if need else 1.0,
                outcome.shortage_l,
                _why(outcome, t),
                outcome.delivered_l,
                visits.get(outcome.village_id, 0),
                *bands,
            ]
        )
    return rows


def _why(outcome: VillageOutcome, t: Words) -> str:
    """Return the reasons of a shortage; with litres where there are several."""
    if outcome.causes:
        return t.causes((cause.reason, cause.litres) for cause in outcome.causes)
    return t(f"reason.{outcome.reason}") if outcome.reason else ""


_SOURCE_COLUMNS = (
    "source_id",
    "source",
    "kind",
    "potable",
    "supply",
    "used",
    "left",
    "fillings",
    "first",
    "last",
)


def source_header(t: Words) -> list[str]:
    """Return the headings of the sheet of sources."""
    return [t(f"paper.sources.{name}") for name in _SOURCE_COLUMNS]


def source_rows(plan: Plan, scenario: Scenario, t: Words) -> Rows:
    """
    Return the rows of the sheet of sources.

    Parameters
    ----------
    plan
        The plan to write.
    scenario
        Gives the sources, used or not.
    t
        Words in the language of the reader.
    """
    unlimited = t("paper.unlimited")
    names = scenario.labels
    rows: Rows = []
    for source in scenario.sources:
        fills = [
            stop
            for route in plan.routes
            for stop in route.stops
            if stop.kind == "fill" and stop.place_id == source.source_id
        ]
        used = sum(stop.litres for stop in fills)
        rows.append(
            [
                source.source_id,
                names[source.source_id],
                source.kind,
                t("paper.yes") if source.potable else t("paper.no"),
                unlimited if source.supply_l is None else source.supply_l,
                used,
                unlimited if source.supply_l is None else source.supply_l - used,
                len(fills),
                format_clock(min(s.start_s for s in fills)) if fills else "",
                format_clock(max(s.start_s for s in fills)) if fills else "",
            ]
        )
    return rows
