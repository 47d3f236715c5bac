"""A warning for every file that seems to be in another datum than it was read in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.errors import Problem
from dispatch.roads.datum_check import Doubt, datum_doubts
from dispatch.words.message import Message, say

if TYPE_CHECKING:
    from dispatch.files.scenario.settings import Settings
    from dispatch.files.tables.checks import Records
    from dispatch.model.scenario import Datum, Scenario

_SHOWN: Final[dict[Datum, str]] = {
    "wgs84": "WGS-84",
    "gcj02": "GCJ-02",
    "bd09": "BD-09",
}
_FILES: Final = {"nodes": "roads/nodes.csv", "areas": "areas.geojson"}


def notice_datums(
    scenario: Scenario, records: Records, settings: Settings
) -> list[Problem]:
    """
    Return a warning with both figures, and what to write in ``scenario.toml``.

    Parameters
    ----------
    scenario
        The day to plan.
    records
        Rows by the name of their table.
    settings
        What the whole day shares.
    """
    problems = []
    for doubt in datum_doubts(scenario, settings.datum_of):
        members = records.get(doubt.table, [])
        file = members[0].file if members else _FILES.get(doubt.table, doubt.table)
        problems.append(Problem(file, _message_of(doubt), severity="warning"))
    return problems


def _message_of(doubt: Doubt) -> Message:
    read_as, would_fit = _SHOWN[doubt.read_as], _SHOWN[doubt.would_fit]
    remedy = say("datum_remedy", table=doubt.table, datum=doubt.would_fit)
    if doubt.table == "areas":
        remedy = say("datum_remedy_areas", datum=doubt.would_fit)
    if doubt.by == "boundary":
        return say(
            "datum_outside",
            now=int(doubt.now),
            then=int(doubt.then),
            count=doubt.num_points,
            read_as=read_as,
            would_fit=would_fit,
            remedy=remedy,
        )
    return say(
        "datum_off_roads",
        now_m=doubt.now,
        then_m=doubt.then,
        read_as=read_as,
        would_fit=would_fit,
        remedy=remedy,
    )
