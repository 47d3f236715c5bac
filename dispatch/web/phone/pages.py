"""Templates of the plain pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse

from dispatch.model.plan import StopKind
from dispatch.units import format_clock
from dispatch.words.words import Words, as_lang

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Scope

#: Nothing but our own style: no script runs on these pages, whatever a name holds.
PLAIN_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
#: A page that sent no referrer would not say where its form is from.
PLAIN_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": PLAIN_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}

#: What the script of the page of a link says; it has no words of its own.
SCRIPT_TEXTS: Final = (
    "driver.amap",
    "driver.baidu",
    "driver.call",
    "driver.next",
    "driver.open_map",
    "driver.tencent",
    "driver.transfer",
    "driver.transfer_by",
    "phone.arrived",
    "phone.ask_arrival_photo",
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
    "phone.coming",
    "phone.day_of",
    "phone.delivered",
    "phone.dismiss",
    "phone.doors",
    "phone.filled",
    "phone.full",
    "phone.hours",
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
    "phone.past",
    "phone.photo_kept",
    "phone.seen",
    "phone.sending",
    "phone.state_arrived",
    "phone.state_done",
    "phone.state_impossible",
    "phone.state_open",
    "phone.state_refused",
    "phone.title",
    "phone.track",
    "phone.undo",
    "phone.way",
    "phone.whole_day",
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


def plain_page(
    scope: Scope, template: str, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """
    Return a page without a script, in the language that its address names.

    Parameters
    ----------
    scope
        Of the request.
    template
        Its file.
    status
        Of the answer.
    values
        What the template needs besides ``t`` and ``root``.
    """
    query = QueryParams(scope.get("query_string", b""))
    words, root = Words(as_lang(query.get("lang"))), scope.get("root_path", "")
    text = templates().get_template(template).render(t=words, root=root, **values)
    return HTMLResponse(text, status, PLAIN_HEADERS)
