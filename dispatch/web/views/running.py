"""Runs of the planner: asked for with the settings of the page, followed, stopped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from dispatch.runs.queue import (
    Ask,
    ask_plan,
    cancel_run,
    finish_run,
    latest_run,
    start_worker,
)
from dispatch.web import signed
from dispatch.web.context import keep_in_link, moment_text, shown_error
from dispatch.web.views.labels import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.runs.queue import Run
    from dispatch.web.context import Context
    from dispatch.words.words import Words

#: A worker writes its heartbeat every second; after a longer silence pages say so.
SILENT_S: Final = 15.0
_MESSAGES: Final = {"crashed": "plan.failed_crashed"}
#: The lowest and highest of every setting, in the address as on the page.
RANGES: Final = {"seconds": (0, 3600), "seed": (0, 2**53 - 1)}


def settings_of_run() -> tuple[float | None, int]:
    """Return seconds (None: until nothing more is gained) and seed, as they are set."""
    for name, (low, high) in RANGES.items():
        text = st.query_params.get(name, "")
        is_whole = text.isascii() and text.isdecimal() and len(text) < 17
        asked = int(text) if is_whole and low <= int(text) <= high else 0
        # Assigning keeps the value while the widget is not on the page.
        st.session_state[name] = st.session_state.get(name, asked)
        chosen = int(st.session_state[name])
        keep_in_link(name, str(chosen) if chosen else None)
    return float(st.session_state["seconds"]) or None, int(st.session_state["seed"])


def ask(context: Context, **options: object) -> bool:
    """
    Ask for a plan with the settings of the page; return whether it is under way.

    Parameters
    ----------
    context
        The day.
    options
        Fields of `Ask` besides those of the settings.
    """
    seconds, seed = settings_of_run()
    frame, desk = context.frame, context.desk

    def start() -> None:
        frame.require("plan")
        wanted = Ask(
            township=desk.township,
            date=desk.date,
            seconds=seconds,
            seed=seed,
            lang=context.lang,
        )
        ask_plan(
            context.db,
            replace(wanted, **options),  # type: ignore[arg-type]  # fields of Ask
            **frame.stamp,
        )

    return shown_error(frame, start)


def last_outcome(run: Run, t: Words) -> None:
    """
    Say so if the newest run brought no plan.

    Parameters
    ----------
    run
        A run that has ended.
    t
        Words in the language of the reader.
    """
    if run.state.status == "cancelled":
        st.info(t("plan.cancelled"), icon="ℹ️")
    elif run.state.status == "failed":
        key = _MESSAGES.get(run.state.message)
        message = t(key) if key else run.state.message
        st.error(t("plan.failed", message=plain(message)), icon="⛔")


@st.fragment(run_every=1.0)
def progress(context: Context, run: Run) -> None:
    """
    Show a run under way, every second, without re-running the page.

    Parameters
    ----------
    context
        The day.
    run
        The run, as it was when the page was drawn.
    """
    t, db, desk = context.t, context.db, context.desk
    now = signed.clock()
    current = latest_run(db, desk.township, desk.date, now=now)
    if current is None or not current.state.is_active:
        st.rerun()
        return
    state = current.state
    if state.status == "queued":
        st.progress(0.0, text=t("plan.waiting"))
    else:
        phase = t(f"phase.{state.phase}") if t.has(f"phase.{state.phase}") else ""
        parts = [t("plan.running", phase=phase)]
        if state.elapsed_s:
            parts.append(t("plan.elapsed", time=t.duration(state.elapsed_s)))
        if state.served_l:
            parts.append(t("plan.so_far", served=t.litres(state.served_l)))
        if state.bound_l:
            parts.append(t("plan.bound_so_far", bound=t.litres(state.bound_l)))
        st.progress(state.fraction, text=" · ".join(parts))
    st.caption(
        t("plan.asked", who=plain(current.asked_by), time=moment_text(current.asked_at))
    )
    silent_s = (now - state.heartbeat).total_seconds()
    if state.status == "running" and silent_s > SILENT_S:
        st.warning(t("plan.silent", seconds=round(silent_s)), icon="⚠️")
    elif state.status == "queued" and silent_s > SILENT_S:
        # Whoever was to take it may be gone with its computer.
        start_worker(db)
    if current.wish:
        st.caption(t("plan.stopping"))
        return
    if state.phase == "files" or not context.frame.may("plan"):
        # The plan is there: a moment more, and nothing to cancel.
        return
    left, right = st.columns(2)
    left.button(
        t("plan.cancel"),
        key="cancel",
        icon="✖️",
        width="stretch",
        on_click=_wish,
        args=(context, current, cancel_run),
    )
    if state.phase == "search":
        right.button(
            t("plan.finish"),
            key="finish",
            icon="⏹️",
            width="stretch",
            on_click=_wish,
            args=(context, current, finish_run),
        )


def _wish(context: Context, run: Run, action: Callable[..., None]) -> None:
    """Stop a run, if whoever pressed the button may still plan."""
    if context.frame.may("plan"):
        now = signed.clock()
        action(context.db, run.number, who=context.frame.account.name, at=now)
