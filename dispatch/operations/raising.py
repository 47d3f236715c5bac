"""Open requests as needs of a day: callers know better than the tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dispatch.model.scenario import Village
from dispatch.model.travel import NO_ROAD, TravelTable
from dispatch.operations.requests import WAITING
from dispatch.roads.travel import travel_matrix
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch.arrays import Ints
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import PairTable, Travel
    from dispatch.operations.requests import Call


def raised(
    scenario: Scenario, calls: Iterable[Call], *, before: Scenario | None = None
) -> Scenario:
    """
    Return a day whose needs are at least what callers said.

    People and vulnerable people are raised to the largest figure of the requests that
    wait for water (of one place: they may be about the same people); the stock is what
    the last caller said was left, or less if that was days ago. A village out of
    service is put back. A request at a position without a village is a place of its
    own until it is closed.

    Parameters
    ----------
    scenario
        The day, stocks rolled forward.
    calls
        Requests of the township, in any state.
    before
        The day before, rolled forward: the stocks of places that only requests know.
    """
    by_place: dict[str, list[Call]] = {}
    for call in sorted(calls, key=lambda call: (call.came_at, call.number)):
        by_place.setdefault(call.village, []).append(call)
    for place, those in by_place.items():
        waiting = [call for call in those if call.state in WAITING]
        known = {village.village_id for village in scenario.all_villages}
        if place not in known and any(call.state != "closed" for call in those):
            scenario = _with_place(scenario, place, those, before)
        if waiting:
            scenario = _with_needs(scenario, place, waiting)
    return scenario


def _with_needs(scenario: Scenario, place: str, calls: Sequence[Call]) -> Scenario:
    """Return the day with one village raised, in service."""

    def needing(village: Village) -> Village:
        vulnerable = max(call.vulnerable_people for call in calls)
        vulnerable = max(village.vulnerable_people, vulnerable)
        people = max(call.people for call in calls)
        return replace(
            village,
            population=max(village.population, people, vulnerable),
            vulnerable_people=vulnerable,
            stock_l=_stock_l(village.stock_l, calls, scenario.date),
            out_of_service=False,
        )

    villages, resting = list(scenario.villages), []
    for each in scenario.resting:
        item = each.item
        if isinstance(item, Village) and item.village_id == place:
            above = {v.village_id for v in scenario.all_villages[: each.row]}
            row = sum(village.village_id in above for village in villages)
            villages.insert(row, item)
        else:
            resting.append(each)
    villages = [needing(v) if v.village_id == place else v for v in villages]
    return replace(
        scenario,
        villages=tuple(villages),
        resting=tuple(resting),
        travel_table=_table_with(scenario, tuple(villages)),
    )


def _stock_l(rolled_l: int, calls: Sequence[Call], date: dt.date) -> int:
    """Return the litres that are left; what was said days ago has been used since."""
    told = [call for call in calls if call.stock_l is not None]
    if not told:
        return rolled_l
    last = told[-1]
    stock_l = last.stock_l or 0
    is_new = last.came_at.date() >= date - dt.timedelta(days=1)
    return stock_l if is_new else min(stock_l, rolled_l)


def _with_place(
    scenario: Scenario, place: str, calls: Sequence[Call], before: Scenario | None
) -> Scenario:
    """Return the day with a place that only requests know; as it was, without one."""
    first = next((call for call in calls if call.position is not None), None)
    if first is None or first.position is None or place in scenario.place_by_id:
        return scenario
    was = None if before is None else before.village_by_id.get(place)
    village = Village(
        village_id=place,
        name=say("request_place", number=first.number).text("zh"),
        lat=first.position.lat,
        lon=first.position.lon,
        population=max(
            max(call.people for call in calls),
            max(call.vulnerable_people for call in calls),
        ),
        vulnerable_people=max(call.vulnerable_people for call in calls),
        stock_l=was.stock_l if was is not None else 0,
        phone=first.phone,
        notes=first.remark,
    )
    villages = (*scenario.villages, village)
    return replace(
        scenario, villages=villages, travel_table=_table_with(scenario, villages)
    )


def _table_with(
    scenario: Scenario, villages: tuple[Village, ...]
) -> TravelTable | None:
    """Return the office's table of times with straight lines to new places."""
    table = scenario.travel_table
    if table is None:
        return None
    new = [v for v in villages if v.village_id not in table.index]
    if not new:
        return table
    whole = replace(
        scenario, villages=villages, resting=(), travel_table=None, roads=None
    )
    lines = travel_matrix(whole)
    ids = (*table.place_ids, *(village.village_id for village in new))
    return TravelTable(
        place_ids=ids,
        seconds=_grown(table.seconds, table, ids, lines, lines.seconds[0]),
        metres=None
        if table.metres is None
        else _grown(table.metres, table, ids, lines, lines.metres[0]),
    )


def _grown(
    old: Ints,
    table: TravelTable,
    ids: tuple[str, ...],
    lines: Travel,
    straight: PairTable,
) -> Ints:
    """Return a matrix with rows and columns for new places."""
    matrix: Ints = np.full((len(ids), len(ids)), NO_ROAD, dtype=np.int64)
    row_of = {place_id: row for row, place_id in enumerate(ids)}
    rows = [row_of[place_id] for place_id in lines.place_ids if place_id in row_of]
    known = [place_id in row_of for place_id in lines.place_ids]
    matrix[np.ix_(rows, rows)] = straight[np.ix_(known, known)]
    size = len(table.place_ids)
    matrix[:size, :size] = old
    np.fill_diagonal(matrix, 0)
    return matrix
