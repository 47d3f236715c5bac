"""What trucks are called on all pages, and texts that Markdown must leave alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.maps.palette import truck_signs

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario

_SIGNS: Final = r"\`*_{}[]()#!|~<>$:&"


def truck_label(scenario: Scenario, truck_id: str) -> str:
    """
    Return what a truck is called on all pages: its letter and plate.

    Parameters
    ----------
    scenario
        The day.
    truck_id
        Of the truck; what is not in the day is called by its id.
    """
    sign = truck_signs(scenario).get(truck_id)
    if sign is None:
        return truck_id
    return f"{sign.letter} · {scenario.plate(truck_id) or truck_id}"


def plain(text: str) -> str:
    """Return a text in which no sign means anything to Markdown."""
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in text)
