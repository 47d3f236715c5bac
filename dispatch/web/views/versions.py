"""Versions of a day's plan: looked at, published, withdrawn, with whom to call."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dispatch.check.past import past_message
from dispatch.check.rules import RULES
from dispatch.day.publishing import publish_version, withdraw_version
from dispatch.planning.call_rows import call_sheet, call_table
from dispatch.web import tables
from dispatch.web.context import keep_in_link, moment_text, shown_error
from dispatch.web.finished import finished
from dispatch.web.kept import show_table
from dispatch.web.printed import version_calls
from dispatch.web.views.labels import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.store.days import VersionHead
    from dispatch.web.context import Context
    from dispatch.web.finished import Finished
    from dispatch.words.words import Words

#: More versions than these nobody compares.
_MAX_COMPARED = 8
_MARKS = {"draft": "📝", "published": "📣", "superseded": "🗄️", "withdrawn": "↩️"}


def label(head: VersionHead, t: Words) -> str:
    """
    Return a version in words: number, status, when it was made.

    Parameters
    ----------
    head
        The version.
    t
        Words in the language of the reader.
    """
    return (
        f"{_MARKS[head.status]} {t('version.number', number=head.number)} · "
        f"{t(f'version.{head.status}')} · {moment_text(head.created_at)}"
    )


def chosen(context: Context) -> VersionHead | None:
    """Let a version be chosen, the newest first; None without one."""
    desk, t = context.desk, context.t
    heads = {head.number: head for head in desk.versions}
    if not heads:
        return None
    newest = max(heads)
    scope = (context.key, newest)
    if st.session_state.get("version_of") != scope:
        # A new version comes to the front; after a refresh, the one in the address.
        is_first = "version_of" not in st.session_state
        asked = st.query_params.get("version", "") if is_first else ""
        number = int(asked) if asked.isdecimal() and len(asked) < 7 else newest
        st.session_state["version"] = number if number in heads else newest
        st.session_state["version_of"] = scope
    number = newest
    if len(heads) > 1:
        st.session_state["version"] = st.session_state.get("version", newest)
        number = st.selectbox(
            t("version.choose"),
            sorted(heads, reverse=True),
            format_func=lambda number: label(heads[number], t),
            key="version",
            label_visibility="collapsed",
        )
    keep_in_link("version", None if number == newest else str(number))
    return heads[number]


def show(context: Context, head: VersionHead, plan: Finished | None) -> None:
    """
    Say where a version stands, what it changes for whom, and let it be published.

    Parameters
    ----------
    context
        The day.
    head
        The version.
    plan
        The same with its figures.
    """
    t, desk = context.t, context.desk
    published = desk.published
    if head.status == "published" and head.published_at is not None:
        st.success(
            t(
                "version.is_published",
                number=head.number,
                time=moment_text(head.published_at),
            ),
            icon="📣",
        )
    elif published is not None:
        st.warning(t("version.other", number=published.number), icon="📣")
    else:
        st.info(t("version.none"), icon="📝")
    _changes(context, head, plan)
    if desk.state != "open" or not context.frame.may("publish"):
        return
    if head.status == "published":
        with st.popover(t("version.withdraw"), icon="↩️"):
            st.markdown(t("version.withdraw_help"))
            if st.button(t("version.withdraw_yes"), key="withdraw", type="primary"):
                _act(context, head, withdraw_version)
    elif plan is not None and not plan.violations:
        text = t("version.publish", number=head.number)
        if st.button(text, key="publish", type="primary", icon="📣", width="stretch"):
            _act(context, head, publish_version)


def compare(context: Context) -> None:
    """Show all versions of the day side by side, on request."""
    t, desk = context.t, context.desk
    if len(desk.versions) < 2 or not st.toggle(t("compare.title"), key="compare"):
        return
    rows = []
    for head in reversed(desk.versions[-_MAX_COMPARED:]):
        plan = finished(context.db, desk, head)
        if plan is None:
            continue
        figures, bound = plan.figures, plan.result.plan.bound
        rows.append(
            {
                "number": head.number,
                "status": f"{_MARKS[head.status]} {t(f'version.{head.status}')}",
                "served": figures.served_l,
                "short": figures.shortage_l,
                "basic": int(figures.standards.to_dict("index")["basic"]["people"]),
                "below": int((figures.places["level"] == "below").sum()),
                "hours": round(plan.result.plan.totals.driving_s / 3600, 1),
                "gap": "" if bound is None else f"{bound.gap:.1%}",
                "broken": len(plan.violations),
            }
        )
    table = pd.DataFrame(rows)
    show_table(
        table.rename(columns={name: t(f"compare.{name}") for name in table.columns})
    )
    st.caption(t("compare.help"))


def _act(context: Context, head: VersionHead, action: Callable[..., object]) -> None:
    frame, desk = context.frame, context.desk

    def run() -> None:
        frame.require("publish")
        action(context.db, desk.township, desk.date, head.number, **frame.stamp)

    if shown_error(frame, run):
        st.rerun()


def _changes(context: Context, head: VersionHead, plan: Finished | None) -> None:
    """Say whom to call now; all that differs from the version before is folded."""
    if plan is None:
        return
    t, result = context.t, plan.result
    calls = version_calls(context.db, context.desk, head.number)
    if calls is not None:
        sheet = call_sheet(calls, result.scenario, t)
        told = t("call.against", number=calls.previous)
        if calls.calls:
            count = t("call.count", places=len(calls.calls), drivers=len(sheet.drivers))
            st.markdown(f"**📞 {count}**")
            st.caption(f"{told} · {sheet.total}")
            show_table(tables.frame_of(call_table(sheet, t)))
        else:
            st.caption(f"📞 {t('call.none')} · {told} · {sheet.total}")
    if head.previous is None:
        return
    if not result.changes:
        st.caption(f"↺ {t('change.none')}")
        return
    title = t("change.title", count=len(result.changes))
    with st.expander(title, icon="🔁", expanded=False):
        show_table(tables.changes_table(result.changes, result.scenario, t))


def status(
    plan: Finished, t: Words, *, is_old: bool = False, is_running: bool = False
) -> None:
    """
    Say whether a plan may be used, and how far it is from the best.

    Parameters
    ----------
    plan
        A version.
    t
        Words in the language of the reader.
    is_old
        Whether it is of other tables.
    is_running
        Whether another one is being made.
    """
    if is_running:
        st.warning(t("plan.old_while_running", time=plan.made), icon="🕒")
    elif is_old:
        st.warning(t("plan.stale", time=plan.made), icon="⚠️")
    if plan.violations:
        st.error(t("plan.bad_help"), icon="⛔")
        show_table(tables.violations_table(plan.violations, plan.result.scenario, t))
    elif not is_old and not is_running:
        bound = plan.result.plan.bound
        if bound is None:
            gap = t("plan.gap_none")
        elif bound.gap <= 0:
            gap = t("plan.gap_closed")
        else:
            # Rounded up: never better than proven.
            gap = t("plan.gap", gap=f"{math.ceil(bound.gap * 1000) / 10:.1f}%")
        # Rule 0, the plan's own figures, is none of the numbered ones.
        key = "plan.good_rest" if plan.past else "plan.good"
        good = t(key, count=len(RULES) - 1, time=plan.made)
        st.success(f"{good} · {gap}", icon="✅")
        ended = plan.result.plan.solver.ended
        if ended is not None:
            st.caption(t("plan.ended", why=t(f"ended.{ended}")))
    if plan.past and not plan.violations:
        message = past_message(plan.result.scenario, plan.result.plan, plan.past)
        st.warning(plain(message.text(t.lang)), icon="⚠️")
