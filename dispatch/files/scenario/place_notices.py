"""Places that do not lie where their township and county are."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from statistics import median
from typing import TYPE_CHECKING, Final

from dispatch.geo.distance import gap_m
from dispatch.model.labels import code_of
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch.errors import Problem
    from dispatch.files.tables.checks import Records
    from dispatch.geo.areas import Outline
    from dispatch.model.areas import Area
    from dispatch.model.scenario import Depot, Scenario, Source, Village
    from dispatch.words.message import Message

#: A township is about 10 km across; farther from its seat a digit is likely wrong.
_FROM_CENTRE_M: Final = 8000.0
#: Outlines of townships are often approximate, those of counties simplified.
_BEYOND_TOWNSHIP_M: Final = 1000.0
_BEYOND_COUNTY_M: Final = 500.0
#: The middle of fewer villages says little.
_MIN_OTHERS: Final = 4
#: Digits of the statistical codes of a county and a township.
_COUNTY, _TOWNSHIP = 6, 9


def notice_places(scenario: Scenario, records: Records) -> list[Problem]:
    """
    Return what is wrong with places in respect of township, county and name.

    Parameters
    ----------
    scenario
        The day to plan.
    records
        Rows by the name of their table.
    """
    return [
        *_notice_townships(scenario, records),
        *_notice_counties(scenario, records),
        *_notice_same_names(scenario, records),
    ]


@cache
def _outline(area: Area) -> Outline:
    # Only scenarios with outlines pay for loading the geometry library.
    from dispatch.geo.areas import Outline

    return Outline(area)


def _beyond_m(areas: Iterable[Area], place: Village | Source | Depot) -> float:
    """Return metres from a place to the nearest of some outlined areas."""
    return min(
        _outline(area).beyond_one_m(lat=place.lat, lon=place.lon) for area in areas
    )


def _notice_townships(scenario: Scenario, records: Records) -> list[Problem]:
    townships = [area for area in scenario.areas if area.level == "township"]
    by_name: dict[str, list[Village]] = defaultdict(list)
    for village in scenario.villages:
        by_name[village.township].append(village)
    labels = scenario.labels
    problems = []
    for record, village in zip(records["villages"], scenario.villages, strict=True):
        of_village = _townships_of(village, townships)
        label = labels[village.village_id]
        message = _beside_township(village, label, of_village)
        if not of_village and village.township:
            others = [v for v in by_name[village.township] if v is not village]
            message = _beside_others(village, label, others)
        if message is not None:
            problems.append(record.problem("lat", message, warn=True))
    return problems


def _townships_of(village: Village, townships: Sequence[Area]) -> list[Area]:
    """Return the townships that a village can mean and whose place is known."""
    known = [area for area in townships if area.rings or area.centre is not None]
    key = village.township
    code = key if key.isdigit() else code_of(village, village.village_id)
    named = known if key.isdigit() or not key else [a for a in known if a.name == key]
    coded = [a for a in named if code and a.code[:_TOWNSHIP] == code[:_TOWNSHIP]]
    return coded or ([] if named is known else named)


def _beside_township(
    village: Village, label: str, townships: Sequence[Area]
) -> Message | None:
    outlined = [area for area in townships if area.rings]
    if outlined:
        beyond_m = _beyond_m(outlined, village)
        if beyond_m <= _BEYOND_TOWNSHIP_M:
            return None
        name = outlined[0].name
        return say(
            "township_outside", name=label, township=name, away_km=beyond_m / 1000
        )
    here = village.lat, village.lon
    gaps = [(gap_m(here, area.centre), area) for area in townships if area.centre]
    if not gaps:
        return None
    away_m, nearest = min(gaps, key=lambda pair: pair[0])
    if away_m <= _FROM_CENTRE_M:
        return None
    return say("township_far", name=label, township=nearest.name, away_km=away_m / 1000)


def _beside_others(
    village: Village, label: str, others: Sequence[Village]
) -> Message | None:
    if len(others) < _MIN_OTHERS:
        return None
    middle = median(v.lat for v in others), median(v.lon for v in others)
    away_m = gap_m((village.lat, village.lon), middle)
    if away_m <= _FROM_CENTRE_M:
        return None
    return say(
        "township_apart",
        name=label,
        township=village.township,
        away_km=away_m / 1000,
        count=len(others),
    )


def _notice_counties(scenario: Scenario, records: Records) -> list[Problem]:
    """
    Return an error for every village outside its county.

    Sources and depots may lie over the border: for them it is a warning.
    """
    counties = [a for a in scenario.areas if a.level == "county" and a.rings]
    members: dict[str, tuple[tuple[str, Village | Source | Depot], ...]] = {
        "villages": tuple((v.village_id, v) for v in scenario.villages),
        "sources": tuple((s.source_id, s) for s in scenario.sources),
        "depots": tuple((d.depot_id, d) for d in scenario.depots),
    }
    labels = scenario.labels
    problems = []
    for table, places in members.items():
        for record, (place_id, place) in zip(records[table], places, strict=True):
            code = code_of(place, place_id)
            of_place = _counties_of(code, counties)
            if not of_place:
                continue
            beyond_m, county = min(
                ((_beyond_m([area], place), area) for area in of_place),
                key=lambda pair: pair[0],
            )
            if beyond_m <= _BEYOND_COUNTY_M:
                continue
            parts = [getattr(place, "township", ""), code or place_id]
            message = say(
                "county_outside",
                name=labels[place_id],
                which=" ".join(part for part in parts if part),
                county=county.name,
                away_km=beyond_m / 1000,
            )
            is_village = table == "villages"
            problems.append(record.problem("lat", message, warn=not is_village))
    return problems


def _counties_of(code: str, counties: Sequence[Area]) -> Sequence[Area]:
    """Return the counties that a place can belong to, by its code if it has one."""
    if not code:
        return counties
    coded = [area for area in counties if area.code[:_COUNTY] == code[:_COUNTY]]
    return coded or [area for area in counties if not area.code]


def _notice_same_names(scenario: Scenario, records: Records) -> list[Problem]:
    """Return a warning for villages that nothing but the id tells apart."""
    seen: dict[tuple[str, str], int] = {}
    problems = []
    for record, village in zip(records["villages"], scenario.villages, strict=True):
        if code_of(village, village.village_id):
            continue
        first = seen.setdefault((village.name, village.township), record.row)
        if first != record.row:
            message = say("name_twice", name=village.name, row=first)
            problems.append(record.problem("name", message, warn=True))
    return problems
