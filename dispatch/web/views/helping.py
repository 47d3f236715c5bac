"""What would help a version: asked for by who plans, read by all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from dispatch.day.helping import helps_of
from dispatch.day.official_forms import helps_notes
from dispatch.planning.helping import (
    change_text,
    default_seconds,
    gain_text,
    useless_line,
)
from dispatch.runs.queue import (
    Ask,
    ask_helps,
    cancel_run,
    finish_run,
    latest_run,
    start_worker,
)
from dispatch.web import signed
from dispatch.web.context import moment_text, shown_error
from dispatch.web.kept import show_table
from dispatch.web.views.labels import plain
from dispatch.web.views.running import SILENT_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.day.helping import KeptHelps
    from dispatch.model.scenario import Scenario
    from dispatch.runs.queue import Run
    from dispatch.web.context import Context, Frame
    from dispatch.web.finished import Finished
    from dispatch.words.words import Words

#: Changes that are told in sentences; the table below has all.
_MAX_LINES: Final = 5


def show(context: Context, plan: Finished) -> None:
    """
    Say what would help a version, and let it be worked out.

    Parameters
    ----------
    context
        The day, and who looks.
    plan
        The version.
    """
    t, frame, desk = context.t, context.frame, context.desk
    st.markdown(f"#### {t('helping.title')}")
    st.caption(t("helping.help"))
    is_running = follow(frame)
    kept = helps_of(context.db, desk.township, desk.date, plan.number)
    if kept is not None:
        show_helps(kept, plan.result.scenario, t)
    elif not is_running:
        st.info(t("helping.none"), icon="ℹ️")
    if desk.state != "open" or not frame.may("plan") or is_running:
        return
    if plan.violations:
        st.caption(t("helping.bad_plan"))
        return
    seconds = default_seconds(plan.result.scenario)
    label = t("helping.start" if kept is None else "helping.again")
    if st.button(label, key="help_start", icon="🧮", type="primary") and _ask(
        context, plan.number, seconds
    ):
        st.rerun()
    st.caption(t("helping.takes", time=t.duration(seconds)))


def _ask(context: Context, number: int, seconds: float) -> bool:
    frame, desk = context.frame, context.desk

    def start() -> None:
        frame.require("plan")
        wanted = Ask(
            township=desk.township,
            date=desk.date,
            seconds=seconds,
            helps=number,
            lang=context.lang,
        )
        ask_helps(context.db, wanted, **frame.stamp)

    return shown_error(frame, start)


def follow(frame: Frame) -> bool:
    """
    Show a run that works out what would help; return whether one is under way.

    Parameters
    ----------
    frame
        Who looks, at which day.
    """
    desk = frame.desk
    if desk is None:
        return False
    run = latest_run(frame.db, desk.township, desk.date, now=frame.now, kind="whatif")
    if run is None:
        return False
    if run.state.is_active:
        _progress(frame)
        return True
    if run.state.status == "failed":
        crashed = run.state.message == "crashed"
        message = frame.t("helping.crashed") if crashed else run.state.message
        st.error(plain(frame.t("helping.failed", message=message)), icon="⛔")
    elif run.state.status == "cancelled":
        st.caption(frame.t("helping.cancelled"))
    return False


@st.fragment(run_every=2.0)
def _progress(frame: Frame) -> None:
    """Show how far it is, without re-running the page."""
    t, desk = frame.t, frame.desk
    if desk is None:
        return
    now = signed.clock()
    run = latest_run(frame.db, desk.township, desk.date, now=now, kind="whatif")
    if run is None or not run.state.is_active:
        st.rerun()
        return
    state = run.state
    text = t("helping.waiting")
    if state.total:
        text = t("helping.step", count=state.count, total=state.total)
    elif state.status == "running":
        text = t("helping.polishing")
    st.progress(state.fraction, text=text)
    st.caption(
        t(
            "helping.asked",
            number=run.version,
            who=plain(run.asked_by),
            time=moment_text(run.asked_at),
        )
    )
    if state.status == "queued" and (now - state.heartbeat).total_seconds() > SILENT_S:
        # Whoever was to take it may be gone with its computer.
        start_worker(frame.db)
    if run.wish:
        st.caption(t("plan.stopping"))
        return
    if not frame.may("plan"):
        return
    left, right = st.columns(2)
    left.button(
        t("helping.cancel"),
        key="help_cancel",
        icon="✖️",
        width="stretch",
        on_click=_wish,
        args=(frame, run, cancel_run),
    )
    if state.count:
        right.button(
            t("helping.finish"),
            key="help_finish",
            icon="⏹️",
            width="stretch",
            on_click=_wish,
            args=(frame, run, finish_run),
        )


def _wish(frame: Frame, run: Run, action: Callable[..., None]) -> None:
    """Stop a run, if whoever pressed the button may still plan."""
    if frame.may("plan"):
        action(frame.db, run.number, who=frame.account.name, at=signed.clock())


def show_helps(kept: KeptHelps, scenario: Scenario, t: Words) -> None:
    """
    Say what would help in sentences, then all that was tried in a table.

    Parameters
    ----------
    kept
        What would help.
    scenario
        Gives names.
    t
        Words in the language of the reader.
    """
    helps = kept.helps
    gains = helps.gains
    if gains:
        lines = []
        for each in gains[:_MAX_LINES]:
            what = change_text(scenario, each.kind, each.subject, each.amount, t)
            gain = plain(gain_text(each, t))
            lines.append("- " + t("whatif.line", what=f"**{plain(what)}**", gain=gain))
        st.markdown("\n".join(lines))
    elif helps.tried:
        st.markdown(t("brief.helps_none", count=len(helps.tried)))
    useless = useless_line(scenario, helps, t)
    if useless and gains:
        st.markdown("- " + plain(useless))
    if helps.tried:
        with st.expander(t("helping.all", count=len(helps.tried))):
            show_table(_table(kept, scenario, t))
    st.caption(plain(" ".join(helps_notes(kept, t))))


def _table(kept: KeptHelps, scenario: Scenario, t: Words) -> pd.DataFrame:
    tried = kept.helps.tried
    bands = [band for band in tried[0].gain_l if any(e.gain_l[band] for e in tried)]
    return pd.DataFrame(
        {
            t("form.what"): [
                change_text(scenario, e.kind, e.subject, e.amount, t) for e in tried
            ],
            t("form.more_l"): [e.litres for e in tried],
            t("form.more_people"): [e.people for e in tried],
            **{t(f"band.{band}"): [e.gain_l[band] for e in tried] for band in bands},
            t("form.sure"): [
                t("form.sure_yes" if e.is_clear else "form.sure_no")
                if e.is_gain
                else t("whatif.adds_nothing")
                for e in tried
            ],
        }
    )
