"""The coordinator's page: choose, plan, look, mend, hand out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from dispatch.check.past import past_message
from dispatch.check.rules import RULES
from dispatch.model.digest import digest_of
from dispatch.model.need import needs_l
from dispatch.model.scenario import place_or_truck
from dispatch.runs.contracts_of_folders import Request, State
from dispatch.runs.job import HEARTBEAT_LIMIT_S, Job
from dispatch.web import tables
from dispatch.web.context import (
    Context,
    Frame,
    keep_in_link,
    load,
    show_problems,
    show_table,
)
from dispatch.web.finished import Finished, finished, moment_text
from dispatch.web.uploads import upload_area
from dispatch.web.views import editor, panels

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario
    from dispatch.web.catalog import Catalog, Loaded
    from dispatch.words.words import Words

_MESSAGES = {
    "internal": "plan.failed_internal",
    "crashed": "plan.failed_crashed",
    "nothing_to_plan": "plan.failed_nothing",
    "lost": "plan.failed_lost",
    "no_plan_found": "plan.failed_no_plan",
}


#: The lowest and highest of every setting, in the address as on the page.
_RANGES = {"seconds": (0, 3600), "equity": (1, 20), "seed": (0, 2**53 - 1)}


@dataclass(frozen=True, slots=True)
class _Settings:
    """What the coordinator sets for a run."""

    seconds: float | None
    seed: int
    equity_steps: int


def show() -> None:
    """Draw the page."""
    frame: Frame = st.session_state["frame"]
    catalog, entry, t = frame.catalog, frame.entry, frame.t
    if entry is None:
        _welcome(catalog, t)
        return
    context = Context(catalog, entry, t)
    loaded = load(context)
    if loaded is None:
        _upload(catalog, t)
        return
    latest = catalog.store.latest(entry.key)
    state = latest.state() if latest is not None else None
    is_running = state is not None and state.is_active
    run = finished(catalog.store.latest_done(entry.key))
    settings = _current_settings(loaded.scenario, run)
    scenario = replace(loaded.scenario, equity_steps=settings.equity_steps)
    digest = _digest(scenario, settings)
    is_old = run is not None and run.job.request().digest != digest

    _headline(scenario, run, t, is_old=is_old or is_running)
    if latest is not None and is_running:
        _progress(latest, t)
    elif state is not None:
        _last_outcome(state, t)
    _status(run, t, is_old=is_old, is_running=is_running)
    _changes(run, t)
    _plan_bar(context, scenario, settings, digest, run, is_running=is_running)
    _notes(loaded, scenario, run, t)
    panels.show(context, loaded, run)
    _upload(catalog, t)


def _welcome(catalog: Catalog, t: Words) -> None:
    st.title(t("page.no_data"))
    st.markdown(t("page.no_data_help"))
    panels.template_button(t)
    upload_area(catalog, t)


def _upload(catalog: Catalog, t: Words) -> None:
    has_news = bool(
        st.session_state.get("upload_problems") or st.session_state.get("upload_done")
    )
    with st.expander(t("page.upload"), expanded=has_news, icon="⬆️"):
        upload_area(catalog, t)
        panels.template_button(t)


def _current_settings(scenario: Scenario, run: Finished | None) -> _Settings:
    """Return the settings as the widgets below stand, or as the last run had them."""
    request = run.job.request() if run else None
    defaults = {
        "seconds": int(request.seconds or 0) if request else 0,
        "seed": request.seed if request else 0,
        "equity": (run.result.scenario.equity_steps if run else scenario.equity_steps),
    }
    scope = st.session_state.get("scenario")
    if st.session_state.get("settings_of") != scope:
        is_first = "settings_of" not in st.session_state
        st.session_state["settings_of"] = scope
        st.session_state.update(defaults)
        if is_first:  # a refresh: as the address says
            st.session_state.update(_settings_in_link())
    for name, value in defaults.items():
        # Assigning keeps the value while the widget is not on the page.
        st.session_state[name] = st.session_state.get(name, value)
        chosen = int(st.session_state[name])
        keep_in_link(name, None if chosen == value else str(chosen))
    return _Settings(
        seconds=float(st.session_state["seconds"]) or None,
        seed=int(st.session_state["seed"]),
        equity_steps=int(st.session_state["equity"]),
    )


def _settings_in_link() -> dict[str, int]:
    """Return the settings that the address names, as far as they make sense."""
    settings = {}
    for name, (low, high) in _RANGES.items():
        text = st.query_params.get(name, "")
        is_whole = text.isascii() and text.isdecimal() and len(text) < 17
        if is_whole and low <= int(text) <= high:
            settings[name] = int(text)
    return settings


def _digest(scenario: Scenario, settings: _Settings) -> str:
    return f"{digest_of(scenario)}-{settings.seconds}-{settings.seed}"


def _headline(
    scenario: Scenario, run: Finished | None, t: Words, *, is_old: bool
) -> None:
    """Answer how the day stands, in words and one number."""
    need_l = sum(sum(need.values()) for need in needs_l(scenario).values())
    if run is None:
        st.title(t("plan.none", date=scenario.date))
    elif run.violations:
        # No figure of a plan that cannot be driven.
        st.title(f"⛔ {t('plan.bad', count=len(run.violations))}")
    else:
        figures = run.figures
        below = int((figures.places["level"] == "below").sum())
        if not figures.shortage_l:
            key = "plan.headline_full"
        else:
            key = "plan.headline" if below else "plan.headline_safe"
        text = t(
            key,
            date=run.result.scenario.date,
            served=t.litres(figures.served_l),
            short=t.litres(figures.shortage_l),
            below=below,
            need=t.litres(figures.need_l),
        )
        left, right = st.columns([1, 3], vertical_alignment="center")
        label = t("plan.old_coverage") if is_old else t("plan.coverage")
        left.metric(label, t.percent(figures.coverage), border=True)
        right.markdown(f"### {text}")
    people = sum(village.population for village in scenario.villages)
    st.markdown(
        t(
            "plan.need",
            places=len(scenario.villages),
            people=f"{people:,}",
            need=t.litres(need_l),
        )
    )


def _status(run: Finished | None, t: Words, *, is_old: bool, is_running: bool) -> None:
    """Say whether the plan below may be used."""
    if run is None:
        return
    if is_running:
        st.warning(t("plan.old_while_running", time=run.made), icon="🕒")
    elif is_old:
        st.warning(t("plan.stale", time=run.made), icon="⚠️")
    if run.violations:
        st.error(t("plan.bad_help"), icon="⛔")
        show_table(tables.violations_table(run.violations, run.result.scenario, t))
    elif not is_old and not is_running:
        bound = run.result.plan.bound
        if bound is None:
            gap = t("plan.gap_none")
        elif bound.gap <= 0:
            gap = t("plan.gap_closed")
        else:
            # Rounded up: never better than proven.
            gap = t("plan.gap", gap=f"{math.ceil(bound.gap * 1000) / 10:.1f}%")
        # Rule 0, the plan's own figures, is none of the numbered ones.
        key = "plan.good_rest" if run.past else "plan.good"
        good = t(key, count=len(RULES) - 1, time=run.made)
        st.success(f"{good} · {gap}", icon="✅")
        ended = run.result.plan.solver.ended
        if ended is not None:
            st.caption(t("plan.ended", why=t(f"ended.{ended}")))
    if run.past and not run.violations:
        message = past_message(run.result.scenario, run.result.plan, run.past)
        st.warning(message.text(t.lang), icon="⚠️")


def _changes(run: Finished | None, t: Words) -> None:
    """Say what a replan changed, for the calls that must be made now."""
    if run is None or run.job.request().previous_id is None:
        return
    result = run.result
    if not result.changes:
        st.caption(f"↺ {t('change.none')}")
        return
    title = t("change.title", count=len(result.changes))
    with st.expander(title, icon="📞", expanded=len(result.changes) <= 12):
        show_table(tables.changes_table(result.changes, result.scenario, t))


def _last_outcome(state: State, t: Words) -> None:
    """Say so if the newest run brought no plan."""
    if state.status == "cancelled":
        st.info(t("plan.cancelled"), icon="ℹ️")
    elif state.status == "failed":
        key = _MESSAGES.get(state.message)
        message = t(key) if key else state.message
        st.error(t("plan.failed", message=message), icon="⛔")


@st.fragment(run_every=1.0)
def _progress(job: Job, t: Words) -> None:
    """Show a run under way, every second, without re-running the page."""
    state = job.state()
    if not state.is_active:
        st.rerun()
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
    silent_s = job.silent_s(state)
    if silent_s > HEARTBEAT_LIMIT_S:
        st.warning(t("plan.silent", seconds=round(silent_s)), icon="⚠️")
    if job.should_stop:
        st.caption(t("plan.stopping"))
        return
    if state.phase == "files":
        # The plan is there: a moment more, and nothing to cancel.
        return
    left, right = st.columns(2)
    left.button(
        t("plan.cancel"), key="cancel", icon="✖️", width="stretch", on_click=job.cancel
    )
    if state.phase == "search":
        right.button(
            t("plan.finish"),
            key="finish",
            icon="⏹️",
            width="stretch",
            on_click=job.finish_early,
        )


def _plan_bar(
    context: Context,
    scenario: Scenario,
    settings: _Settings,
    digest: str,
    run: Finished | None,
    *,
    is_running: bool,
) -> None:
    t = context.t
    if run is None and not is_running:
        st.markdown(t("plan.none_help"))
    editor.remind(context)
    left, right = st.columns([2, 1])
    label = t("plan.press") if run is None else t("plan.again")
    if left.button(
        label,
        key="plan",
        type="primary",
        icon="🚚",
        width="stretch",
        disabled=is_running,
    ):
        request = Request(
            scenario_key=context.entry.key,
            scenario_name=scenario.name,
            digest=digest,
            seconds=settings.seconds,
            seed=settings.seed,
            lang=t.lang,
        )
        context.catalog.store.start(scenario, request)
        st.rerun()
    with right.popover(t("plan.settings"), icon="⚙️", width="stretch"):
        st.number_input(
            t("plan.seconds"),
            min_value=_RANGES["seconds"][0],
            max_value=_RANGES["seconds"][1],
            step=10,
            help=t("plan.seconds_help"),
            key="seconds",
        )
        st.number_input(
            t("plan.equity"),
            min_value=_RANGES["equity"][0],
            max_value=_RANGES["equity"][1],
            help=t("plan.equity_help"),
            key="equity",
        )
        low, high = _RANGES["seed"]
        st.number_input(t("plan.seed"), min_value=low, max_value=high, key="seed")


def _notes(loaded: Loaded, scenario: Scenario, run: Finished | None, t: Words) -> None:
    """Say what the reader of the figures should know about the data."""
    if loaded.edited is not None:
        st.caption(f"✏️ {t('edit.edited', time=moment_text(loaded.edited))}")
    if scenario.resting:
        out = (place_or_truck(resting.item) for resting in scenario.resting)
        names = t("unit.items").join(out)
        st.caption(f"⏸️ {t('plan.resting', names=names)}")
    if run is not None and run.result.travel.is_estimate:
        st.caption(f"⚠️ {t('page.estimate')}")
    if scenario.warnings:
        with st.expander(t("page.warnings", count=len(scenario.warnings)), icon="⚠️"):
            show_problems(scenario.warnings, t)
