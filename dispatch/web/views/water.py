"""All water (用水): planned, looked at, changed by hand, published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import streamlit as st

from dispatch.day.water import (
    publish_water,
    shown_water,
    water_desk,
    withdraw_water,
)
from dispatch.model.water.plan import MAX_DAYS
from dispatch.model.water.turns import TurnOrder
from dispatch.runs.queue import Ask, ask_water, cancel_run, latest_run
from dispatch.web import signed
from dispatch.web.context import (
    context_of_page,
    keep_in_link,
    moment_text,
    shown_error,
)
from dispatch.web.views import water_panels, water_turns
from dispatch.web.views.labels import plain
from dispatch.web.views.running import last_outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.day.water import ShownWater, WaterDesk
    from dispatch.runs.queue import Run
    from dispatch.store.waters import WaterHead
    from dispatch.web.context import Context
    from dispatch.words.words import Words

_USUAL_DAYS: Final = 7
_MARKS: Final = {"draft": "📝", "published": "📣", "superseded": "🗄️", "withdrawn": "↩️"}
_ORDERS: Final[tuple[TurnOrder, ...]] = get_args(TurnOrder)


def show() -> None:
    """Draw the page."""
    context = context_of_page()
    if context is None:
        return
    t = context.t
    if context.scenario.water is None:
        st.title(t("water_page.none_title"))
        st.markdown(t("water_page.none_help"))
        return
    desk = water_desk(context.db, context.desk.township, context.desk.date)
    run = _run(context)
    is_running = run is not None and run.state.is_active
    shown = _chosen(context, desk)
    _headline(context, shown)
    if run is not None and is_running:
        _progress(context, run)
    elif run is not None:
        last_outcome(run, t)
    if shown is not None:
        _status(context, shown)
    _bar(context, shown, is_running=is_running)
    if shown is not None:
        water_panels.show(context, shown)
        water_turns.show(context, shown)


def _run(context: Context) -> Run | None:
    desk = context.desk
    return latest_run(
        context.db, desk.township, desk.date, now=context.frame.now, kind="water"
    )


def _label(head: WaterHead, t: Words) -> str:
    return (
        f"{_MARKS[head.status]} {t('version.number', number=head.number)} · "
        f"{t(f'version.{head.status}')} · {moment_text(head.created_at)} · "
        f"{t('water_page.days', n=head.num_days)}"
    )


def _chosen(context: Context, desk: WaterDesk) -> ShownWater | None:
    """Return the version to look at: chosen, newest, or the one that still holds."""
    township, date, t = context.desk.township, context.desk.date, context.t
    heads = {head.number: head for head in desk.heads}
    if not heads:
        if desk.published is None:
            return None
        return shown_water(context.db, township, *desk.published)
    newest = max(heads)
    scope = (context.key, newest)
    if st.session_state.get("water_version_of") != scope:
        st.session_state["water_version"] = newest
        st.session_state["water_version_of"] = scope
    number = newest
    if len(heads) > 1:
        st.session_state["water_version"] = st.session_state.get(
            "water_version", newest
        )
        number = st.selectbox(
            t("version.choose"),
            sorted(heads, reverse=True),
            format_func=lambda number: _label(heads[number], t),
            key="water_version",
            label_visibility="collapsed",
        )
    return shown_water(context.db, township, date, number)


def _headline(context: Context, shown: ShownWater | None) -> None:
    """Say in a sentence how people, fields and stores fare."""
    t = context.t
    if shown is None:
        st.title(t("water_page.not_planned", date=context.desk.date))
        st.markdown(t("water_page.intro"))
        return
    if shown.violations:
        st.title(f"⛔ {t('water_page.bad', count=len(shown.violations))}")
        for line in shown.violations[:20]:
            st.markdown(f"- {plain(line.text(t.lang))}")
        return
    plan = shown.dispatch.plan
    vital = water_panels.short_l(plan, vital=True)
    wish = water_panels.short_l(plan, vital=False)
    key = "short" if vital else "full_wish" if wish else "full"
    st.title(
        t(
            f"water_page.headline_{key}",
            n=plan.num_days,
            litres=t.litres(vital or wish),
        )
    )
    water_panels.figures(shown, t)


def _status(context: Context, shown: ShownWater) -> None:
    t = context.t
    if shown.status == "published":
        st.success(
            t("water_page.is_published", number=shown.number, date=shown.first_day),
            icon="📣",
        )
    else:
        st.info(
            f"{t('version.number', number=shown.number)} · "
            f"{t(f'version.{shown.status}')} · {t('water_page.draft_help')}",
            icon=_MARKS[shown.status],
        )
    if not shown.dispatch.is_kept:
        st.warning(t("water_page.not_kept", n=shown.dispatch.num_rounds), icon="⚠️")
    if context.desk.state != "open" or not context.frame.may("publish"):
        return
    if shown.first_day != context.desk.date:
        st.caption(t("water_page.began", date=shown.first_day))
        return
    if shown.status == "published":
        with st.popover(t("version.withdraw"), icon="↩️"):
            st.markdown(t("water_page.withdraw_help"))
            if st.button(t("version.withdraw_yes"), key="water_withdraw"):
                _act(context, shown, withdraw_water)
    elif not shown.violations:
        text = t("water_page.publish", number=shown.number)
        if st.button(
            text, key="water_publish", type="primary", icon="📣", width="stretch"
        ):
            _act(context, shown, publish_water)


def _act(context: Context, shown: ShownWater, action: Callable[..., object]) -> None:
    frame = context.frame

    def run() -> None:
        frame.require("publish")
        action(
            context.db,
            context.desk.township,
            shown.first_day,
            shown.number,
            **frame.stamp,
        )

    if shown_error(frame, run):
        st.rerun()


def _bar(context: Context, shown: ShownWater | None, *, is_running: bool) -> None:
    """Offer to plan, with the choices that a township makes."""
    t, frame = context.t, context.frame
    if context.desk.state != "open" or not frame.may("plan"):
        return
    left, right = st.columns([3, 1])
    with right.popover(t("plan.settings"), icon="⚙️", width="stretch"):
        days, equal, order = _settings(context)
    label = t("water_page.press" if shown is None else "water_page.again")
    if left.button(
        label,
        key="water_plan",
        type="primary" if shown is None else "secondary",
        icon="🌊",
        width="stretch",
        disabled=is_running,
    ):

        def start() -> None:
            frame.require("plan")
            wanted = Ask(
                township=context.desk.township,
                date=context.desk.date,
                water_days=days,
                equal_shares=equal,
                turn_order=order,
                lang=context.lang,
            )
            ask_water(context.db, wanted, **frame.stamp)

        if shown_error(frame, start):
            st.rerun()


def _settings(context: Context) -> tuple[int, bool, TurnOrder]:
    t = context.t
    asked = st.query_params.get("water_days", "")
    if "water_days" not in st.session_state:
        # Short: of thousands of digits Python makes no number.
        is_number = asked.isdecimal() and len(asked) < 3
        is_good = is_number and 1 <= int(asked) <= MAX_DAYS
        st.session_state["water_days"] = int(asked) if is_good else _USUAL_DAYS
    days = st.number_input(
        t("water_page.num_days"),
        min_value=1,
        max_value=MAX_DAYS,
        key="water_days",
    )
    keep_in_link("water_days", None if days == _USUAL_DAYS else str(days))
    equal = st.toggle(
        t("water_page.equal"), key="water_equal", help=t("water_page.equal_help")
    )
    order: TurnOrder = st.radio(
        t("water_page.order"),
        _ORDERS,
        format_func=lambda name: t(f"water_page.order_{name}"),
        key="water_order",
    )
    return int(days), bool(equal), order


@st.fragment(run_every=1.0)
def _progress(context: Context, run: Run) -> None:
    """Show a run under way, every second, without re-running the page."""
    t, now = context.t, signed.clock()
    desk = context.desk
    current = latest_run(context.db, desk.township, desk.date, now=now, kind="water")
    if current is None or not current.state.is_active:
        st.rerun()
        return
    waits = current.state.status == "queued"
    text = t("plan.waiting") if waits else t("plan.running", phase=t("phase.water"))
    seconds = max(0.0, (now - run.asked_at).total_seconds())
    state = current.state
    if state.total:
        text = t("water_page.helps_running", count=state.count, total=state.total)
    st.progress(
        # Nothing counts how far a plan is: the bar only shows that time passes.
        state.fraction or min(0.95, seconds / (seconds + 20)),
        text=f"{text} · {t('plan.elapsed', time=t.duration(seconds))}",
    )
    st.caption(
        t("plan.asked", who=plain(current.asked_by), time=moment_text(current.asked_at))
    )
    if current.wish:
        st.caption(t("plan.stopping"))
    elif context.frame.may("plan"):
        st.button(
            t("plan.cancel"),
            key="water_cancel",
            icon="✖️",
            on_click=_cancel,
            args=(context, current),
        )


def _cancel(context: Context, run: Run) -> None:
    if context.frame.may("plan"):
        now = signed.clock()
        cancel_run(context.db, run.number, who=context.frame.account.name, at=now)
