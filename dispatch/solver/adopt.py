"""Giving the search routes that exist: promised trips, a plan that stands, a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.solver.day import list_given_fills, rows_to_adopt
from dispatch.solver.kernel.moves import load_best, store_best
from dispatch.solver.kernel.search import adopt_route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.scenario import Scenario
    from dispatch.solver.day import Rest, Row, Today
    from dispatch.solver.search import SearchThread


def go_on_from(
    threads: Sequence[SearchThread], scenario: Scenario, rest: Rest, today: Today
) -> list[str]:
    """
    Give all threads the trips still to come.

    Returns
    -------
    list[str]
        Trucks whose promises cannot be kept.
    """
    rows = rows_to_adopt(scenario, today)
    broken: list[str] = []
    for thread in threads:
        list_given_fills(rest, thread.state)
        # Promised times first, so that nothing else takes their bays.
        held = {r: adopt_row(thread, r, row.only_held()) for r, row in rows.items()}
        for r, row in rows.items():
            if held[r]:
                adopt_row(thread, r, row)
            else:
                adopt_row(thread, r, row.released())
        broken = [scenario.trucks[r].truck_id for r in rows if not held[r]]
        store_best(thread.state)
        load_best(thread.instance, thread.state)
        store_best(thread.state)  # with the number of changed villages
    return broken


def adopt_row(thread: SearchThread, r: int, row: Row) -> bool:
    """Replace a truck's route; return whether all that is promised in it stands."""
    return bool(adopt_route(thread.instance, thread.state, r, *row) >= 0)
