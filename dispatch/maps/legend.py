"""How the basemap looks, and the legend that explains a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dispatch.coverage import LEVELS, Coverage
from dispatch.maps.basemap import RANKS, Basemap
from dispatch.maps.limits import LIMIT_STYLES
from dispatch.maps.palette import level_svg
from dispatch.maps.safe import safe

if TYPE_CHECKING:
    from dispatch.maps.limits import LimitKind
    from dispatch.model.scenario import Scenario
    from dispatch.words.words import Words

#: Colours and widths at zoom 14 of the basemap; roads are cased from below.
ROAD_COLOURS: Final = {"main": "#F3C98B", "middle": "#FFFFFF", "small": "#C9C0B0"}
ROAD_WIDTHS: Final = {"main": 5.0, "middle": 3.6, "small": 1.8}
ROADS_FROM: Final = {"main": 0, "middle": 9, "small": 11}
CASING: Final = "#A89F8F"
WATER: Final = "#A9CBE0"
BORDER: Final = "#7D6B94"
#: The same for tiles of a file, from below to above; widths in pixels.
VECTOR_LOOKS: Final = (
    {"kind": "water", "fill": WATER},
    {"kind": "rivers", "color": WATER, "width": 1.5},
    {"kind": "borders", "color": BORDER, "width": 1.2, "dash": [8, 4, 2, 4]},
    {"kind": "small", "color": ROAD_COLOURS["small"], "width": 1.2},
    {"kind": "middle", "color": CASING, "width": 3.4},
    {"kind": "middle", "color": ROAD_COLOURS["middle"], "width": 2},
    {"kind": "main", "color": CASING, "width": 4.6},
    {"kind": "main", "color": ROAD_COLOURS["main"], "width": 3},
)
NAME_LOOKS: Final = {
    "place": {"size": 12, "color": "#6B6455", "from": 10},
    "border": {"size": 14, "color": "#5D4B75", "from": 9, "style": "italic"},
    "road": {"size": 11, "color": "#7A5A1E", "from": 13},
    "village": {"size": 12, "color": "#222222", "from": 11, "shift": 12},
}


def legend_html(
    scenario: Scenario,
    figures: Coverage | None,
    words: Words,
    credits_of: list[str],
    basemap: Basemap,
    limits: tuple[LimitKind, ...],
) -> str:
    """
    Return the legend as HTML: every sign, line and unit of the map.

    Parameters
    ----------
    scenario
        The day; its needs, roads and places decide which lines there are.
    figures
        Figures of the plan; None: the scenario alone.
    words
        Words in the language of the reader.
    credits_of
        Whose data the map shows, one line each.
    basemap
        What is drawn under all else.
    limits
        Kinds of limits that are on the map.
    """
    t = words
    rows = []
    if figures is not None:
        counts = figures.places["level"].value_counts()
        rows += [
            f"<div>{level_svg(level)}<span>{safe(t(f'level.{level}'))} "
            f"({int(counts.get(level, 0))})</span></div>"
            for level in reversed(LEVELS)
        ]
    rows += [
        f'<div><span class="wd-source wd-{kind} wd-key">{sign}</span>'
        f"<span>{safe(t(f'map.{kind}_source'))}</span></div>"
        for kind, sign in (("potable", "💧"), ("unfit", "🐄"))
        if any(source.potable == (kind == "potable") for source in scenario.sources)
    ]
    rows.append(
        '<div><span class="wd-depot wd-key">⌂</span>'
        f"<span>{safe(t('map.depot'))}</span></div>"
    )
    rows += _limit_rows(limits, words)
    if any(village.transfer_lat is not None for village in scenario.villages):
        rows.append(
            '<div><span class="wd-transfer">⇄</span>'
            f"<span>{safe(t('map.transfer'))}</span></div>"
        )
    lines = _basemap_rows(basemap, words)
    if lines:
        # Closed at first: what lies below explains itself, and maps are small.
        head = f"<summary>{safe(t('map.basemap'))}</summary>"
        rows.append(f'<details class="wd-more">{head}{"".join(lines)}</details>')
    notes = []
    if figures is not None:
        notes.append(t("map.route_key"))
        if scenario.roads is None:
            notes.append(t("map.straight"))
    need = scenario.need
    notes.append(
        t(
            "map.units",
            survival=f"{need.survival_l_per_person:g}",
            basic=f"{need.basic_l_per_person:g}",
        )
    )
    notes += credits_of
    texts = "".join(f"<p>{safe(note)}</p>" for note in notes)
    title = t("map.title", name=scenario.name, date=scenario.date)
    return f"<summary>{safe(title)}</summary>{''.join(rows)}{texts}"


def _limit_rows(limits: tuple[LimitKind, ...], words: Words) -> list[str]:
    """Return pattern, sign and words of every kind of limit on the map."""
    return [
        f"<div>{_line_svg(**_line_of(kind))}"
        f'<span class="wd-limit wd-{kind}">{safe(words(f"map.sign_{kind}"))}</span>'
        f"<span>{safe(words(f'map.{kind}'))}</span></div>"
        for kind in limits
    ]


def _line_of(kind: LimitKind) -> dict[str, Any]:
    style = LIMIT_STYLES[kind]
    return {"colour": style["color"], "width": 5, "dashes": style["dashArray"]}


def _basemap_rows(basemap: Basemap, words: Words) -> list[str]:
    rows = []
    for rank in reversed(RANKS):
        if basemap.roads.get(rank):
            line = _line_svg(
                ROAD_COLOURS[rank],
                ROAD_WIDTHS[rank],
                casing="" if rank == "small" else CASING,
            )
            rows.append(
                f"<div>{line}<span>{safe(words(f'map.{rank}_road'))}</span></div>"
            )
    if basemap.borders:
        line = _line_svg(BORDER, 1.6, "9 5 2 5")
        rows.append(f"<div>{line}<span>{safe(words('map.borders'))}</span></div>")
    if basemap.water or basemap.rivers:
        line = _line_svg(WATER, 6)
        rows.append(f"<div>{line}<span>{safe(words('map.water'))}</span></div>")
    return rows


def _line_svg(colour: str, width: float, dashes: str = "", casing: str = "") -> str:
    """Return a line as it is drawn on the map, for the legend."""
    return (
        '<svg width="30" height="12" aria-hidden="true" style="flex:none">'
        f"{_line_svg_part(casing, width + 1.8) if casing else ''}"
        f'<line x1="0" y1="6" x2="30" y2="6" stroke="{colour}" '
        f'stroke-width="{width:g}" stroke-dasharray="{dashes}"/></svg>'
    )


def _line_svg_part(colour: str, width: float) -> str:
    return (
        f'<line x1="0" y1="6" x2="30" y2="6" stroke="{colour}" '
        f'stroke-width="{width:g}"/>'
    )
