"""Roads, limits and places of a scenario as lines and marks for a map to draw on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from dispatch.maps.basemap import basemap_of, bounds_of, rank_of
from dispatch.maps.shapes import Line, Mark
from dispatch.roads.model import edge_line, road_model
from dispatch.units import format_clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.road_limits import RoadLimit
    from dispatch.model.roads import RoadNetwork
    from dispatch.model.scenario import Scenario
    from dispatch.roads.limits import Stretch
    from dispatch.words.words import Words

    Points = list[tuple[float, float]]

__all__ = (
    "LIMIT_STYLES",
    "LimitKind",
    "bounds_of",
    "limit_kind",
    "limit_lines",
    "limit_style",
    "limit_text",
    "place_marks",
    "rank_of",
    "road_lines",
    "stretch_lines",
    "valid_text",
)

LimitKind = Literal["closed", "limited", "slow"]
LIMIT_STYLES: Final[Mapping[LimitKind, Mapping[str, Any]]] = {
    "closed": {"color": "#B3261E", "weight": 7, "dashArray": "2 9", "opacity": 0.95},
    "limited": {
        "color": "#6A3D9A",
        "weight": 6,
        "dashArray": "14 4 2 4",
        "opacity": 0.9,
    },
    "slow": {"color": "#B26A00", "weight": 6, "dashArray": "10 6", "opacity": 0.9},
}

_WIDTH: Final = {"main": 4.0, "middle": 2.6, "small": 1.4}


def road_lines(scenario: Scenario) -> list[Line]:
    """Return water, borders and roads around the places, few lines of many parts."""
    made = basemap_of(scenario)
    water = {"color": "#A9CBE0", "weight": 1, "fillOpacity": 1, "interactive": False}
    river = {"color": "#A9CBE0", "weight": 2, "interactive": False}
    border = {"color": "#8A7A9E", "weight": 1.5, "dashArray": "8 5"}
    lines = [Line([outlines], water, is_area=True) for outlines in made.water]
    lines += [Line(made.rivers, river)] if made.rivers else []
    if made.borders:
        lines.append(Line(made.borders, {**border, "interactive": False}))
    lines += [
        Line(points, {"color": "#A39B8B", "weight": _WIDTH[rank], "interactive": False})
        for rank, points in made.roads.items()
        if points
    ]
    credit = " · ".join(made.credits_of)
    return [replace(line, credit=credit) for line in lines]


def limit_lines(scenario: Scenario, t: Words) -> list[Line]:
    """
    Return what every limit that holds today touches, and how it is called.

    Parameters
    ----------
    scenario
        The day with its limits.
    t
        Words in the language of the reader.
    """
    model = road_model(scenario)
    if model is None:
        return []
    return [
        Line(
            stretch_lines(model.roads, matched.stretches),
            limit_style(matched.limit),
            limit_text(matched.limit, t),
        )
        for matched in model.matched
    ]


def stretch_lines(roads: RoadNetwork, stretches: tuple[Stretch, ...]) -> list[Points]:
    """
    Return the (lat, lon) points of stretches of road.

    Parameters
    ----------
    roads
        The network.
    stretches
        Parts of edges.
    """
    return [edge_line(roads, *stretch) for stretch in stretches]


def limit_kind(limit: RoadLimit) -> LimitKind:
    """Return how a limit is drawn: as a closure, a slow road, or a limit of trucks."""
    if limit.is_closed:
        return "closed"
    return "slow" if limit.speed_km_h is not None else "limited"


def limit_style(limit: RoadLimit) -> dict[str, Any]:
    """Return colour and pattern of a limit: closed ones differ by more than colour."""
    return dict(LIMIT_STYLES[limit_kind(limit)])


def limit_text(limit: RoadLimit, t: Words) -> str:
    """
    Return a limit in words: what, where, when.

    Parameters
    ----------
    limit
        A limit or closure of the office.
    t
        Words in the language of the reader.
    """
    parts = [t("roads.closed")] if limit.is_closed else []
    for name, value in (
        ("max_gross_t", limit.max_gross_t),
        ("max_width_m", limit.max_width_m),
        ("max_height_m", limit.max_height_m),
        ("speed_km_h", limit.speed_km_h),
    ):
        if value is not None:
            parts.append(t(f"roads.said_{name}", value=f"{value:g}"))
    parts += [limit.road] if limit.road else []
    parts += [valid_text(limit, t)]
    parts += [limit.notes] if limit.notes else []
    return " · ".join(part for part in parts if part)


def valid_text(limit: RoadLimit, t: Words) -> str:
    """
    Return from when until when a limit holds; empty: always.

    Parameters
    ----------
    limit
        A limit or closure of the office.
    t
        Words in the language of the reader.
    """
    ends = []
    for moment in (limit.valid_from, limit.valid_until):
        if moment is None:
            ends.append("")
            continue
        clock = "" if moment.time_s is None else format_clock(moment.time_s)
        ends.append(" ".join(p for p in (str(moment.date or ""), clock) if p))
    if not any(ends):
        return ""
    is_daily = all(
        m is None or m.date is None for m in (limit.valid_from, limit.valid_until)
    )
    text = t("roads.from_until", early=ends[0] or "…", late=ends[1] or "…")
    return f"{t('roads.daily')} {text}" if is_daily else text


def place_marks(
    scenario: Scenario, t: Words, *, moves: str | None = None
) -> list[Mark]:
    """
    Return all places with a sign of their kind.

    Parameters
    ----------
    scenario
        The day with its places.
    t
        Words in the language of the reader.
    moves
        Id of the place that can be dragged.
    """
    marks = []
    signs = ["⌂"] * len(scenario.depots) + [t("map.sign_source")] * len(
        scenario.sources
    )
    signs += [t("map.sign_village")] * len(scenario.villages)
    for label, place, sign in zip(
        scenario.place_ids, scenario.places, signs, strict=True
    ):
        is_moved = label == moves
        marks.append(Mark(place.name, place.lat, place.lon, sign, moves=is_moved))
    return marks
