"""Personal links: made, shown once, revoked."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

import pandas as pd
import segno
import streamlit as st

from dispatch import settings
from dispatch.day.links import Link, all_links, make_link, revoke_links
from dispatch.web.address import is_local
from dispatch.web.context import context_of_page, shown_error
from dispatch.web.kept import show_table
from dispatch.web.views.labels import truck_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.web.context import Context

_KINDS: Final = ("truck", "team", "village", "duty")
_DAYS: Final = 14
_NEW: Final = "new_links"


def show() -> None:
    """Draw the page."""
    context = context_of_page()
    if context is None:
        return
    t = context.t
    every = all_links(context.db, context.desk.township)
    now = context.frame.now
    good = [link for link in every if not link.is_revoked and link.until > now]
    st.title(t("link.headline", count=len(good)))
    st.markdown(t("link.intro"))
    if context.frame.may("link"):
        _form(context, good)
        _shown_once(context)
    if good:
        st.subheader(t("link.valid"))
        show_table(_table(context, good))
        if context.frame.may("link"):
            _revoke(context, good)


def origin() -> str | None:
    """Return the address that a phone can open; None: only this computer can."""
    here = urlsplit(st.context.url or "")
    if not here.netloc or is_local(here.hostname):
        # On the computer itself: what the server found is what phones can open.
        return settings.public_url()
    return f"{here.scheme}://{here.netloc}"


def _form(context: Context, good: list[Link]) -> None:
    t, frame = context.t, context.frame
    kinds = _KINDS if _on_duty(context) else _KINDS[:-1]
    kind = st.segmented_control(
        t("link.kind"),
        kinds,
        format_func=lambda name: t(f"link.kind_{name}"),
        default="truck",
        required=True,
        key="link_kind",
    )
    until = st.date_input(
        t("link.until"),
        format="YYYY-MM-DD",
        value=frame.now.date() + dt.timedelta(days=_DAYS),
        min_value=frame.now.date(),
        key="link_until",
    )
    wanted = _WANTED[str(kind)](context, good)
    if not st.button(t("link.make"), key="link_make", type="primary", icon="🔗"):
        return
    made: list[tuple[str, str]] = []

    def act() -> None:
        frame.require("link")
        last = until if isinstance(until, dt.date) else frame.now.date()
        place = (context.db, context.desk.township)
        for each in wanted:
            word, _ = make_link(*place, until=last, **each.values, **frame.stamp)
            made.append((each.name, f"/{each.page}/{word}"))

    if shown_error(frame, act):
        st.session_state[_NEW] = made
        st.rerun()


class _Wanted(NamedTuple):
    """A link to be made: for whom, below which address, arguments of `make_link`."""

    name: str
    page: str
    values: dict[str, Any]


def _for_trucks(context: Context, good: list[Link]) -> list[_Wanted]:
    trucks = _choose_trucks(context, good, "truck")
    return [
        _Wanted(truck_label(context.scenario, truck), "d", {"truck": truck})
        for truck in trucks
    ]


def _choose_trucks(context: Context, good: list[Link], kind: str) -> list[str]:
    scenario = context.scenario
    have = {truck for link in good for truck in link.trucks}
    ids = [truck.truck_id for truck in scenario.all_trucks]
    return st.multiselect(
        context.t("link.trucks"),
        ids,
        default=[x for x in ids if x not in have] if kind == "truck" else [],
        format_func=lambda truck: truck_label(scenario, truck),
        key=f"link_trucks_{kind}",
    )


def _for_team(context: Context, good: list[Link]) -> list[_Wanted]:
    t = context.t
    team = st.text_input(t("link.team"), key="link_team", max_chars=100)
    trucks = _choose_trucks(context, good, "team")
    sees_doors = st.checkbox(
        t("link.sees_doors"), key="link_doors", help=t("link.sees_doors_help")
    )
    values = {"team": team, "trucks": trucks, "sees_doors": sees_doors}
    return [_Wanted(team, "d", values)]


def _for_village(context: Context, good: list[Link]) -> list[_Wanted]:
    scenario = context.scenario
    village = st.selectbox(
        context.t("link.village"),
        [v.village_id for v in scenario.all_villages],
        index=None,
        format_func=scenario.label,
        key="link_village",
    )
    return [_Wanted(scenario.label(village or ""), "v", {"village": village or ""})]


def _for_duty(context: Context, good: list[Link]) -> list[_Wanted]:
    names = _on_duty(context)
    have = {link.subject for link in good if link.kind == "duty"}
    people = st.multiselect(
        context.t("link.people"),
        list(names),
        default=[each for each in names if each not in have],
        format_func=lambda person: f"{names[person]} · {person}",
        key="link_people",
    )
    return [_Wanted(names[each], "w", {"person": each}) for each in people]


def _on_duty(context: Context) -> dict[str, str]:
    """Return the names of people on duty by id, as the tables of the day have them."""
    people = context.scenario.water_people
    every = () if people is None else people.people
    return {person.person_id: person.name for person in every}


_WANTED: Final[dict[str, Callable[[Context, list[Link]], list[_Wanted]]]] = {
    "truck": _for_trucks,
    "team": _for_team,
    "village": _for_village,
    "duty": _for_duty,
}


def _shown_once(context: Context) -> None:
    """Show the links just made, which are kept nowhere: to copy, scan or print."""
    made: list[tuple[str, str]] = st.session_state.get(_NEW, [])
    if not made:
        return
    t, base = context.t, origin()
    root = st.get_option("server.baseUrlPath").strip("/")
    prefix = f"/{root}" if root else ""
    st.success(t("link.made", count=len(made)), icon="🔗")
    if base is None:
        st.info(t("link.local"), icon="ℹ️")
    for name, path in made:
        address = f"{base or ''}{prefix}{path}"
        left, right = st.columns([3, 1], vertical_alignment="center")
        left.text(name)
        left.code(address, language=None)
        if base is not None:
            code = io.BytesIO()
            segno.make(address, micro=False).save(code, kind="png", scale=4, border=2)
            right.image(code.getvalue(), width=160)
    if st.button(t("link.hide"), key="link_hide"):
        st.session_state.pop(_NEW, None)
        st.rerun()


def _subject(context: Context, link: Link) -> str:
    if link.kind == "village":
        return context.scenario.label(link.subject)
    if link.kind == "duty":
        return f"{_on_duty(context).get(link.subject, '?')} · {link.subject}"
    if link.is_team:
        return link.subject
    return truck_label(context.scenario, link.subject)


def _table(context: Context, links: list[Link]) -> pd.DataFrame:
    t = context.t
    table = pd.DataFrame(
        {
            "number": [link.number for link in links],
            "subject": [_subject(context, link) for link in links],
            "trucks": [t("unit.items").join(link.trucks) for link in links],
            "doors": ["☑" if link.sees_doors else "" for link in links],
            "until": [(link.until - dt.timedelta(seconds=1)).date() for link in links],
        }
    )
    return table.rename(columns={name: t(f"link.{name}") for name in table.columns})


def _revoke(context: Context, links: list[Link]) -> None:
    t, frame = context.t, context.frame
    names = {link.number: f"#{link.number} {_subject(context, link)}" for link in links}
    chosen = st.multiselect(
        t("link.revoke_which"),
        list(names),
        format_func=lambda number: names[number],
        key="link_revoke",
    )
    if not chosen or not st.button(t("link.revoke"), key="revoke", icon="🚫"):
        return

    def act() -> None:
        frame.require("link")
        for number in chosen:
            revoke_links(
                context.db,
                f"#{number}",
                township=context.desk.township,
                **frame.stamp,
            )

    if shown_error(frame, act):
        st.session_state.pop("link_revoke", None)
        st.rerun()
