"""Map and timetable of a plan, linked: what is chosen in one, the other shows alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from dispatch.maps.board import kept_board
from dispatch.maps.tiles import tile_setting
from dispatch.web.components.leaflet import leaflet_component, script_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.maps.board import BoardKey
    from dispatch.model.scenario import Datum, Scenario
    from dispatch.words.words import Words


@dataclass(frozen=True, slots=True)
class Chosen:
    """A visit that somebody wants to change: truck and position of its stop."""

    truck_id: str
    stop: int


@cache
def _component() -> Callable[..., Any]:
    return leaflet_component("board")


def plan_board(
    key: str, board: BoardKey, t: Words, *, may_adjust: bool, now_s: int | None
) -> Chosen | None:
    """
    Show a plan, and return the visit that somebody asked to change, if any.

    Parameters
    ----------
    key
        Key of the component on the page.
    board
        A plan with its figures.
    t
        Words in the language of the reader.
    may_adjust
        Whether visits may be changed from here.
    now_s
        The time now, where the plan is of today; None: no line is drawn.
    """
    import streamlit as st

    base = st.get_option("server.baseUrlPath").strip("/")
    tiles = tile_setting().tiles
    datum: Datum = tiles.datum if tiles else "wgs84"
    component = _component()(
        key=key,
        data={
            # As text: Streamlit writes what it is given twice on every click.
            "board": kept_board(board, t.lang, datum),
            "version": f"{board.key} {t.lang} {datum}",
            "now_s": now_s,
            "may_adjust": may_adjust,
            "tiles": list(tiles.urls(base)) if tiles and not tiles.is_vector else [],
            "max_zoom": tiles.max_zoom if tiles else 0,
            "credit": credit_of(board.scenario, tiles.attribution if tiles else ""),
            "leaflet": script_address(base),
        },
        on_adjust_change=lambda: None,
    )
    return parse_chosen(getattr(component, "adjust", None))


def credit_of(scenario: Scenario, of_tiles: str) -> str:
    """
    Return whose data the map shows.

    Parameters
    ----------
    scenario
        The day.
    of_tiles
        Whose the tiles are; empty: there are none.
    """
    roads = scenario.roads
    names = [roads.attribution if roads is not None else "", of_tiles]
    return " · ".join(dict.fromkeys(name for name in names if name))


def parse_chosen(value: Any) -> Chosen | None:
    """Return what the browser sent, None if it is nothing or makes no sense."""
    try:
        return Chosen(str(value["truck"]), int(value["stop"]))
    except (TypeError, KeyError, ValueError, AttributeError):
        return None
