"""Templates of the plain pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dispatch.model.plan import StopKind
from dispatch.units import format_clock

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What the script of the page of a link says; it has no words of its own.
SCRIPT_TEXTS: Final = (
    "phone.arrived",
    "phone.ask_chlorine",
    "phone.ask_code",
    "phone.ask_litres",
    "phone.ask_photo",
    "phone.ask_reason",
    "phone.cancel",
    "phone.change_added",
    "phone.change_dropped",
    "phone.change_litres",
    "phone.change_moved",
    "phone.changed",
    "phone.confirmed",
    "phone.day_of",
    "phone.delivered",
    "phone.dismiss",
    "phone.filled",
    "phone.full",
    "phone.impossible",
    "phone.lang",
    "phone.link_over",
    "phone.litres",
    "phone.no_plan",
    "phone.not_taken",
    "phone.nothing",
    "phone.offline",
    "phone.online",
    "phone.refused",
    "phone.returned",
    "phone.save",
    "phone.seen",
    "phone.sending",
    "phone.state_arrived",
    "phone.state_done",
    "phone.state_impossible",
    "phone.state_open",
    "phone.state_refused",
    "phone.title",
    *(f"stop.{kind}" for kind in get_args(StopKind)),
)


def script_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """Return what the page's script says, by key."""
    return {key: texts[key] for key in SCRIPT_TEXTS}


@cache
def templates() -> Environment:
    """Return the templates; whatever stands in a name is text in them."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clock"] = format_clock
    environment.filters["thousands"] = "{:,}".format
    return environment
