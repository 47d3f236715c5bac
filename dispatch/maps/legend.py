"""How the basemap looks, and the legend that explains a map."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from dispatch.coverage import LEVELS, Coverage
from dispatch.maps.basemap import RANKS, Basemap
from dispatch.maps.encode import safe
from dispatch.maps.limits import LIMIT_STYLES
from dispatch.maps.palette import level_svg

if TYPE_CHECKING:
    from jinja2 import Template

    from dispatch.maps.limits import LimitKind
    from dispatch.model.scenario import Scenario
    from dispatch.words.words import Words

#: Colours and widths at zoom 14 of the basemap; roads are cased from below.
ROAD_COLOURS: Final = {"main": "#F3C98B", "middle": "#FFFFFF", "small": "#C9C0B0"}
ROAD_WIDTHS: Final = {"main": 5.0, "middle": 3.6, "small": 1.8}
ROADS_FROM: Final = {"main": 0, "middle": 9, "small": 11}
CASING: Final = "#A89F8F"
CASING_WIDTH: Final = 1.8
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


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it is drawn on the map; no casing: none below it."""

    colour: str
    width: float
    dashes: str = ""
    casing: str = ""

    @property
    def casing_width(self) -> float:
        """Width of the casing, which shows on both sides."""
        return self.width + CASING_WIDTH


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
    return _template().render(
        t=words,
        scenario=scenario,
        levels=_levels(figures),
        source_kinds=[
            (kind, sign)
            for kind, sign in (("potable", "💧"), ("non_potable", "🐄"))
            if any(source.potable == (kind == "potable") for source in scenario.sources)
        ],
        limits=[(kind, _line_of_limit(kind)) for kind in limits],
        has_transfers=any(
            village.transfer_lat is not None for village in scenario.villages
        ),
        basemap=_basemap_lines(basemap),
        notes=[*_notes(scenario, figures, words), *credits_of],
    )


@cache
def _template() -> Template:
    """Return the template; what it is given is as safe as all texts of a map."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=lambda value: value if hasattr(value, "__html__") else _inert(value),
    )
    text = (Path(__file__).parent / "static" / "legend.html").read_text("utf-8")
    return environment.from_string(text)


def _inert(value: object) -> Markup:
    return Markup(safe(value))


def _levels(figures: Coverage | None) -> list[dict[str, object]]:
    """Return sign, name and number of places of every level, best first."""
    if figures is None:
        return []
    counts = figures.places["level"].value_counts()
    return [
        {
            "svg": Markup(level_svg(level)),
            "name": level,
            "count": int(counts.get(level, 0)),
        }
        for level in reversed(LEVELS)
    ]


def _line_of_limit(kind: LimitKind) -> _Line:
    style = LIMIT_STYLES[kind]
    return _Line(style["color"], 5, style["dashArray"])


def _basemap_lines(basemap: Basemap) -> list[tuple[str, _Line]]:
    """Return the key of the word and the line of all that the basemap draws."""
    lines = [
        (
            f"map.{rank}_road",
            _Line(
                ROAD_COLOURS[rank],
                ROAD_WIDTHS[rank],
                casing="" if rank == "small" else CASING,
            ),
        )
        for rank in reversed(RANKS)
        if basemap.roads.get(rank)
    ]
    if basemap.borders:
        lines.append(("map.borders", _Line(BORDER, 1.6, "9 5 2 5")))
    if basemap.water or basemap.rivers:
        lines.append(("map.water", _Line(WATER, 6)))
    return lines


def _notes(scenario: Scenario, figures: Coverage | None, words: Words) -> list[str]:
    """Return what explains routes and units."""
    notes = []
    if figures is not None:
        notes.append(words("map.route_key"))
        if scenario.roads is None:
            notes.append(words("map.straight"))
    need = scenario.need
    notes.append(
        words(
            "map.units",
            survival=f"{need.survival_l_per_person:g}",
            basic=f"{need.basic_l_per_person:g}",
        )
    )
    return notes
