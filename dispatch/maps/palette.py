"""Colours, shapes and letters: the same in map, chart, table and on paper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.model.letters import truck_letters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.coverage import Level
    from dispatch.model.scenario import Scenario

#: Told apart also by colour-blind readers where it matters, dark enough on white
#: (Okabe & Ito 2008, darkened, and Tol's muted scheme); letters do the rest.
TRUCK_COLOURS: Final = (
    "#0072B2",
    "#C44E00",
    "#00785A",
    "#9C3F88",
    "#6B5B00",
    "#332288",
    "#882255",
    "#117733",
    "#2A7F9E",
    "#7F4F24",
    "#5B5BD6",
    "#A31621",
)


@dataclass(frozen=True, slots=True)
class LevelSign:
    """Colour, shape (points of an SVG of 24 x 24) and sign of a level of service."""

    colour: str
    points: str
    sign: str


LEVEL_SIGNS: Final[Mapping[Level, LevelSign]] = {
    "full": LevelSign("#1B7F4B", "", "✓"),
    "basic": LevelSign("#2C6FBB", "3,3 21,3 21,21 3,21", "≥"),
    "survival": LevelSign("#C77700", "12,1 23,22 1,22", "!"),
    "below": LevelSign("#B3261E", "12,0 24,12 12,24 0,12", "✕"),
}


@dataclass(frozen=True, slots=True)
class TruckSign:
    """Letter and colour that a truck keeps everywhere."""

    letter: str
    colour: str


def truck_signs(scenario: Scenario) -> dict[str, TruckSign]:
    """Return letter and colour of every truck, those out of service too."""
    letters = truck_letters(scenario)
    return {
        truck.truck_id: TruckSign(
            letters[truck.truck_id], _colour(letters[truck.truck_id], row)
        )
        for row, truck in enumerate(scenario.all_trucks)
    }


def _colour(letter: str, row: int) -> str:
    """Return the colour of a letter, so that it stays as the letter does."""
    if not re.fullmatch("[A-Z]{1,3}", letter):
        return TRUCK_COLOURS[row % len(TRUCK_COLOURS)]
    number = 0
    for char in letter:
        number = number * 26 + ord(char) - 64
    return TRUCK_COLOURS[(number - 1) % len(TRUCK_COLOURS)]


def level_svg(level: Level, size: int = 20) -> str:
    """
    Return the sign of a level as SVG; its shape is clear without colour.

    Parameters
    ----------
    level
        What the people of a place reach.
    size
        Width and height, pixels.
    """
    sign = LEVEL_SIGNS[level]
    shape = (
        f'<polygon points="{sign.points}"'
        if sign.points
        else '<circle cx="12" cy="12" r="11"'
    )
    baseline = 19 if level == "survival" else 17
    return (
        f'<svg width="{size}" height="{size}" viewBox="-1 -1 26 26" aria-hidden="true">'
        f'{shape} fill="{sign.colour}" stroke="white" stroke-width="1.5"/>'
        f'<text x="12" y="{baseline}" font-size="14" font-weight="bold" fill="white"'
        f' text-anchor="middle">{sign.sign}</text></svg>'
    )
