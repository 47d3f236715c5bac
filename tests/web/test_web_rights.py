"""Whoever may only read writes nothing, whichever function of a page is called."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest
import streamlit as st
from sqlalchemy import func, select
from streamlit.testing.v1 import AppTest

from dispatch.day.people import account_named
from dispatch.runs.queue import cancel_run
from dispatch.store.tables import Audit, Day, Event, Job, Person, PlanVersion, Request
from dispatch.web import context, saving
from dispatch.web.context import Context
from dispatch.web.views import (
    deliveries,
    first_run,
    happened,
    links,
    people,
    requests,
    roads,
    running,
    versions,
)
from tests.web.office import CODE, DATE

WRITES = {}


def write(function):
    WRITES[function.__name__] = function
    return function


@write
def saves_tables(office, ctx):
    village = replace(ctx.scenario.villages[0], population=33)
    ours = replace(ctx.scenario, villages=(village, *ctx.scenario.villages[1:]))
    assert not saving.save(ctx, ours)


@write
def saves_over_a_conflict(office, ctx):
    ours = replace(ctx.scenario, equity_steps=3)
    kept = (ctx.key, ctx.scenario, ours, None, ())
    st.session_state["edit_conflict"] = kept
    pressed = SimpleNamespace(button=lambda *_, key, **__: key == "take_ours")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st, "columns", lambda _: [pressed, pressed])
        saving.show_conflict(ctx)


@write
def brings_a_network(office, ctx):
    assert not roads._keep(ctx, replace(ctx.scenario, equity_steps=3))


@write
def asks_for_a_plan(office, ctx):
    assert not running.ask(ctx)
    assert not running.ask(ctx, now_s=36_000)


@write
def stops_a_run(office, ctx):
    running._wish(ctx, SimpleNamespace(number=office.job().id), cancel_run)


@write
def publishes(office, ctx):
    def never(*_args, **_more):
        pytest.fail("called without the right")

    versions._act(ctx, ctx.desk.versions[0], never)


@write
def takes_reports(office, ctx):
    values = {"kind": "delivered", "truck": "T1", "place": "V1", "litres": 1}
    deliveries._take_values(ctx, {**values, "at": "08:00"})


@write
def says_what_a_source_has(office, ctx):
    assert not happened._read_source(ctx, "S1", dt.time(9), 5)


@write
def takes_a_township_in(office, ctx):
    first_run._take(ctx.frame, ctx.scenario, "新", "430423999")
    first_run._take(ctx.frame, ctx.scenario, "新", CODE)


@write
def changes_accounts(office, ctx):
    done = []
    for place in ((CODE, ""), ("", "430423"), ("", "")):
        assert not context.shown_error(
            ctx.frame,
            lambda place=place: done.append(people._require(ctx.frame, *place)),
        )
    assert done == []


def draw(write, office):
    """Run a write as a page would, by an official."""
    frame = office.frame("领导")
    WRITES[write](office, Context(frame, frame.desk, frame.desk.scenario))


def _script():
    import streamlit as st  # a script of its own

    st.session_state["todo"]()


def rows(office):
    """Return how many rows there are, and what of them may change."""
    tables = (Audit, Day, Event, Job, Person, PlanVersion, Request)
    columns = (Day.version, Day.state, Job.wish, Job.status, PlanVersion.status)
    with office.db.read() as session:
        counts = [
            session.scalar(select(func.count()).select_from(each)) for each in tables
        ]
        return counts, [session.scalars(select(each)).all() for each in columns]


@pytest.mark.parametrize("name", sorted(WRITES))
def test_an_official_writes_nothing(office, name):
    office.plan()
    office.ask()
    before = rows(office)
    app = AppTest.from_function(_script, default_timeout=30)
    app.session_state["todo"] = lambda: draw(name, office)
    app.run()
    assert not app.exception, app.exception[0].value[-300:]
    assert rows(office) == before


@pytest.mark.parametrize(
    "name", ["today", "needs", "plan", "roads", "places", "links", "people", "first"]
)
def test_the_page_of_others_offers_no_button_to_an_official(office, on_roads, name):
    """Even where the page itself is drawn, by whatever way."""
    office.edit(replace(on_roads, date=DATE, name="小镇"))
    office.plan(publish=True)
    office.report(kind="delivered", truck="T1", place="V1", litres=1)
    module = {"first": "first_run"}.get(name, name)
    app = AppTest.from_function(_page, kwargs={"name": module}, default_timeout=30)
    app.session_state["frame"] = office.frame("领导")
    app.run()
    assert not app.exception, app.exception[0].value[-300:]
    offered = {b.key for b in app.button if not b.disabled} - {None}
    # Of accounts the buttons are there, and refuse; see above.
    assert offered <= {"person_link", "person_block", "FormSubmitter:person-新建"}


def _page(name):
    import importlib

    importlib.import_module(f"dispatch.web.views.{name}").show()


@pytest.mark.parametrize("right", ["edit", "plan", "publish", "report", "link"])
def test_a_coordinator_of_another_township_has_no_right_here(office, right):
    office.add("别人", "coordinator", township="430423113")
    frame = replace(office.frame("调度"), account=account_named(office.db, "别人"))
    assert office.frame("调度").may(right)
    assert not frame.may(right)


def test_links_and_requests_ask_for_the_right_when_the_button_is_pressed():
    """Their writes are closures of the page: each begins with the question."""
    import inspect

    for module, right in ((links, "link"), (requests, "request")):
        source = inspect.getsource(module)
        assert source.count(f'frame.require("{right}")') == 2
