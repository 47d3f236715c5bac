"""Requests (工单): written down at the phone, taken step by step to the callback."""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from dispatch import settings
from dispatch.day.requests import (
    add_photo,
    add_request,
    call_back,
    list_requests,
    move_request,
    photos_of,
    position_of,
    read_photo,
    show_request,
)
from dispatch.errors import DispatchError
from dispatch.operations.requests import twin_of
from dispatch.store.requests import NewCall
from dispatch.web.context import context_of_page, moment_text, shown_error
from dispatch.web.views.labels import plain

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from dispatch.operations.requests import Call
    from dispatch.web.context import Context
    from dispatch.words.words import Words

_FORM: Final = "request_form"
_NEWS: Final = "request_news"
#: States in the order of the chain, for the filter.
_FILTERS: Final = ("open", "overdue", "closed")


def show() -> None:
    """Draw the page."""
    context = context_of_page()
    if context is None:
        return
    t, today = context.t, context.frame.now.date()
    rows = list_requests(context.db, [context.desk.township], today=today)
    calls = [call for _, call in rows]
    waiting = [call for call in calls if call.state != "closed"]
    overdue = [call for call in waiting if call.is_overdue(today)]
    urged = [call for call in waiting if call.is_supervised]
    st.title(
        t(
            "request.headline",
            open=len(waiting),
            overdue=len(overdue),
            supervised=len(urged),
        )
    )
    news = st.session_state.pop(_NEWS, None)
    # Its place stays when it goes: what moves up on the page would fold itself.
    with st.container():
        if news:
            st.success(news, icon="✅")
    if context.frame.may("request"):
        with st.expander(t("request.new"), icon="📞", expanded=not calls):
            _form(context, calls)
    shown = st.segmented_control(
        t("request.filter"),
        _FILTERS,
        format_func=lambda name: t(f"request.filter_{name}"),
        default="open",
        key="request_filter",
        label_visibility="collapsed",
    )
    chosen = {
        "overdue": overdue,
        "closed": [call for call in calls if call.state == "closed"],
    }.get(str(shown), waiting)
    if not chosen:
        st.info(t("request.nothing"), icon="ℹ️")
    for call in chosen:
        _card(context, call, today)


def _form(context: Context, calls: list[Call]) -> None:
    """Ask for what the caller says; a place is chosen, or its position is given."""
    t, scenario = context.t, context.scenario
    if _FORM not in st.session_state:
        st.session_state[_FORM] = secrets.token_hex(12)
    form_key = st.session_state[_FORM]
    labels = {
        village.village_id: scenario.label(village.village_id)
        for village in scenario.all_villages
    }
    village = st.selectbox(
        t("request.place"),
        list(labels),
        index=None,
        format_func=lambda village_id: labels[village_id],
        placeholder=t("request.place_help"),
        key=f"{form_key}-village",
    )
    _warn_twin(context, calls, village)
    with st.form(form_key, border=False):
        where = st.text_input(
            t("request.position"),
            placeholder=t("request.position_help"),
            key=f"{form_key}-where",
            max_chars=500,
        )
        columns = st.columns(3)
        people = columns[0].number_input(
            t("request.people"), 0, 1_000_000, 0, key=f"{form_key}-people"
        )
        vulnerable = columns[1].number_input(
            t("request.vulnerable"), 0, 1_000_000, 0, key=f"{form_key}-vulnerable"
        )
        stock = columns[2].number_input(
            t("request.stock"), 0, 100_000_000, None, key=f"{form_key}-stock"
        )
        remark = st.text_input(
            t("request.remark"),
            placeholder=t("request.remark_help"),
            key=f"{form_key}-remark",
            max_chars=2000,
        )
        phone = st.text_input(t("request.phone"), key=f"{form_key}-phone", max_chars=50)
        pictures = st.file_uploader(
            t("request.photos"),
            type=["jpg", "jpeg", "png"],
            accept_multiple_files=True,
            key=f"{form_key}-photos",
        )
        if not st.form_submit_button(
            t("request.save"), type="primary", icon="💾", width="stretch"
        ):
            return
    frame = context.frame
    try:
        frame.require("request")
        new = NewCall(
            village=village or "",
            position=position_of(where) if where.strip() else None,
            people=int(people),
            vulnerable_people=int(vulnerable),
            stock_l=None if stock is None else int(stock),
            remark=remark,
            phone=phone,
            key=f"web-{form_key}",
        )
        if new.village and new.position is not None:
            # The place is known: the position only tells where in it.
            new = replace(new, position=None, remark=f"{remark} {where}".strip())
        added = add_request(
            context.db,
            context.desk.township,
            new,
            now=frame.now,
            who=frame.account.name,
        )
        for picture in pictures:
            add_photo(
                context.db,
                settings.photos_folder(),
                context.desk.township,
                added.call.number,
                picture.getvalue(),
                **frame.stamp,
            )
    except DispatchError as error:
        st.error(plain(error.text(context.lang)), icon="⛔")
        return
    st.session_state.pop(_FORM)
    st.session_state[_NEWS] = t(
        "request.added", number=added.call.number, due=added.call.due
    )
    st.rerun()


def _warn_twin(context: Context, calls: list[Call], village: str | None) -> None:
    """Say that the place has called already: two requests are offered as one."""
    if village is None:
        return
    twin = twin_of(calls, came_at=context.frame.now, village=village)
    if twin is not None:
        t = context.t
        st.warning(
            t(
                "request.twin",
                number=twin.number,
                time=moment_text(twin.came_at),
                state=t(f"request_state.{twin.state}"),
                people=twin.people,
            ),
            icon="👥",
        )


def _title(context: Context, call: Call, today: dt.date) -> str:
    t = context.t
    marks = []
    if call.is_overdue(today):
        marks.append(t("request.mark_overdue", days=(today - call.due).days))
    if call.is_supervised and call.state != "closed":
        marks.append(t("request.mark_supervised"))
    if call.same_as is not None:
        marks.append(t("request.mark_same", number=call.same_as))
    place = context.scenario.label(call.village)
    parts = [
        f"#{call.number} {place}",
        t("request.mark_people", people=f"{call.people:,}"),
        t(f"request_state.{call.state}"),
        t("request.mark_due", due=f"{call.due:%m-%d}"),
    ]
    return plain(" · ".join([*marks, *parts]))


def _card(context: Context, call: Call, today: dt.date) -> None:
    t = context.t
    is_urgent = call.is_overdue(today) or call.is_supervised
    icon = "🔴" if is_urgent and call.state != "closed" else "📄"
    with st.expander(_title(context, call, today), icon=icon):
        if call.remark:
            st.text(call.remark)
        facts = [
            t("request.fact_vulnerable", count=call.vulnerable_people),
            t("request.fact_came", time=moment_text(call.came_at)),
        ]
        if call.stock_l is not None:
            facts.insert(1, t("request.fact_stock", litres=f"{call.stock_l:,}"))
        if call.phone:
            facts.append(t("request.fact_phone", phone=call.phone))
        st.text(t("unit.between").join(facts))
        _, steps = show_request(context.db, context.desk.township, call.number)
        for step in steps:
            told = f"{t(f'request_state.{step.state}')} {step.who}".strip()
            if step.words:
                told = t("unit.of", name=told, what=step.words)
            st.text(f"{moment_text(step.at)} {told}")
        for photo in photos_of(context.db, context.desk.township, call.number):
            picture = read_photo(
                context.db,
                settings.photos_folder(),
                context.desk.township,
                call.number,
                photo,
            )
            if picture is not None:
                st.image(picture, width=320)
        if context.frame.may("request"):
            _steps(context, call, t)


def _steps(context: Context, call: Call, t: Words) -> None:
    """Offer what may follow: accept, call back, close, reopen."""
    number, frame = call.number, context.frame
    words = st.text_input(t("request.words"), key=f"words-{number}", max_chars=2000)
    place = (context.db, context.desk.township, number)
    move = partial(move_request, *place, words=words, **frame.stamp)
    back = partial(call_back, *place, words=words, **frame.stamp)
    offers: dict[str, Callable[[], object]] = {}
    if call.state in ("received", "reopened"):
        offers["accept"] = partial(move, "accepted")
    if call.state == "delivered":
        offers["satisfied"] = partial(back, is_satisfied=True)
    if call.state in ("delivered", "planned", "called_back"):
        offers["unsatisfied"] = partial(back, is_satisfied=False)
    if call.state == "closed":
        offers["reopen"] = partial(move, "reopened")
    else:
        offers["close"] = partial(move, "closed")

    def step(action: Callable[[], object]) -> None:
        frame.require("request")
        action()

    for column, (name, action) in zip(
        st.columns(len(offers)), offers.items(), strict=True
    ):
        is_pressed = column.button(
            t(f"request.do_{name}"), key=f"{name}-{number}", width="stretch"
        )
        if is_pressed and shown_error(frame, partial(step, action)):
            st.session_state[_NEWS] = t(f"request.done_{name}", number=number)
            st.rerun()
