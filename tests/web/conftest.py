"""One small township, a plan for it worked out by hand, and a folder to plan in."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace

import pytest
import streamlit as st

from dispatch.day.people import add, first_word, sign_in, use_setup
from dispatch.model.areas import Area, MapFeature
from dispatch.model.outcome import plan_totals, village_outcomes
from dispatch.model.plan import Bound, Cause, Plan, Route, SolverInfo, Stop
from dispatch.model.road_limits import RoadLimit
from dispatch.model.roads import RoadEdge, RoadNetwork, RoadNode
from dispatch.model.scenario import Depot, Scenario, Source, Truck, Village
from dispatch.roads.travel import travel_matrix
from dispatch.runs import queue
from dispatch.settings import DATA_ENV, JOBS_ENV, STORE_ENV
from dispatch.solver.params import Progress, SolveResult
from dispatch.store.db import Database, sqlite_url
from dispatch.web import signed, store
from dispatch.web.session import COOKIE
from tests.web.browsing import (
    CHROMIUM,
    FLAGS,
    console_errors,
    need_chromium,
    wait_for,
)
from tests.web.demo import serving_demo
from tests.web.office import ACCOUNTS, CODE, Office
from tests.web.town import Town, town_of


@pytest.fixture
def scenario() -> Scenario:
    """Give two villages some 1.1 km apart, a source and a depot between, two trucks."""
    return Scenario(
        name="小镇",
        date=dt.date(2022, 9, 6),
        villages=(
            Village(
                village_id="V1",
                name="上村",
                lat=28.00,
                lon=115.00,
                population=100,
                vulnerable_people=20,
                contact="老王",
                phone="000-1",
            ),
            Village(
                village_id="V2",
                name="下村",
                lat=28.01,
                lon=115.00,
                population=50,
                vulnerable_people=5,
            ),
        ),
        sources=(
            Source(
                source_id="S1", name="水厂", lat=28.005, lon=115.005, supply_l=100_000
            ),
        ),
        depots=(Depot(depot_id="D1", name="场站", lat=28.005, lon=115.0),),
        trucks=(
            Truck(
                truck_id="T1",
                plate="湘A00001",
                capacity_l=5000,
                depot_id="D1",
                shift_start_s=25200,
                shift_end_s=61200,
            ),
            Truck(
                truck_id="T2",
                plate="湘A00002",
                capacity_l=5000,
                depot_id="D1",
                shift_start_s=25200,
                shift_end_s=61200,
            ),
        ),
    )


def square(west, south, side=0.01):
    east, north = west + side, south + side
    return ((south, west), (south, east), (north, east), (north, west), (south, west))


@pytest.fixture
def on_roads(scenario):
    """Give a road from place to place, a lake, a township and limits on the road."""
    at = {"A": (28.0, 115.0), "B": (28.005, 115.0), "C": (28.01, 115.0)}
    nodes = [RoadNode(node_id=n, lat=lat, lon=lon) for n, (lat, lon) in at.items()]
    edges = [
        RoadEdge(
            edge_id=f"{a}{b}",
            from_node=a,
            to_node=b,
            length_m=560,
            name="县道一",
            road_class="primary" if a == "A" else "track",
        )
        for a, b in ("AB", "BC")
    ]
    return replace(
        scenario,
        roads=RoadNetwork.of(nodes, edges, attribution="© 路网作者"),
        road_limits=(
            RoadLimit(limit_id="1", road="BC", is_closed=True, notes="塌方"),
            RoadLimit(limit_id="2", road="AB", max_gross_t=10.0),
            RoadLimit(limit_id="3", points=((28.002, 115.0),), speed_km_h=15.0),
        ),
        areas=(Area(name="永和乡", level="township", rings=(square(115, 28),)),),
        basemap=(
            MapFeature(kind="water", name="湖", lines=(square(115.01, 28.01),)),
            MapFeature(kind="river", lines=(((28.0, 115.01), (28.02, 115.01)),)),
            MapFeature(kind="place", name="老街", lines=(((28.0, 115.01),),)),
            MapFeature(kind="place", name="上村", lines=(((28.0, 115.0),),)),
            MapFeature(kind="river", lines=(((40.0, 100.0), (41.0, 101.0)),)),
            MapFeature(kind="water", credit="© 水面作者"),
        ),
    )


@pytest.fixture
def travel(scenario):
    return travel_matrix(scenario)


def hand_plan(scenario, travel) -> Plan:
    """Send the first truck once: 3500 l to the first village, all that it needs."""
    village, source = scenario.villages[0], scenario.sources[0]
    stops = (
        Stop("depart", "D1", 25200, 25200, 25200),
        Stop("fill", source.source_id, 26400, 26400, 26700, 3500),
        Stop("deliver", village.village_id, 28800, 28800, 29100, 3500),
        Stop("return", "D1", 32400, 32400, 32400),
    )
    routes = (Route("T1", "D1", stops),)
    causes = {v.village_id: (Cause("fleet_busy", 1),) for v in scenario.villages}
    villages = village_outcomes(scenario, routes, causes)
    totals = plan_totals(scenario, travel, routes, villages)
    served_l = sum(totals.served_l.values())
    return Plan(
        scenario=scenario.name,
        date=scenario.date,
        seed=0,
        solver=SolverInfo("hand", "1", 0.0, "feasible", ended="no_gain"),
        routes=routes,
        villages=villages,
        totals=totals,
        bound=Bound("hand", totals.need_l, served_l * 2, 0.5),
    )


@pytest.fixture
def plan(scenario, travel) -> Plan:
    return hand_plan(scenario, travel)


@pytest.fixture
def solve():
    """Return a solver that answers at once with the plan made by hand."""

    def answer(scenario, travel, params, *, seed, today, progress, should_stop):
        if progress is not None:
            progress(Progress(phase="search", fraction=0.5, elapsed_s=0.1))
        plan = hand_plan(scenario, travel)
        return SolveResult(
            status="feasible",
            plan=plan,
            bound=plan.bound,
            gap=0.5,
            runtime_s=0.1,
            iterations=1,
            seed=seed,
            params=params,
            solver_version="1",
        )

    return answer


@pytest.fixture
def empty_office(tmp_path, monkeypatch, solve) -> Office:
    """Give a store without a township, and who looks at its pages."""
    address = sqlite_url(tmp_path / "data" / "dispatch.db")
    (tmp_path / "data").mkdir()
    db = Database(address)
    db.upgrade()
    office = Office(db, solve)
    for name, role in ACCOUNTS.items():
        place = {} if name == "admin" else {"township": CODE}
        office.add(name, role, **place)
    monkeypatch.setenv(DATA_ENV, str(tmp_path / "data"))
    monkeypatch.delenv(JOBS_ENV, raising=False)
    monkeypatch.setenv(STORE_ENV, address)
    monkeypatch.setitem(store._OPEN, address, db)
    monkeypatch.setattr(signed, "session_word", office.session_word)
    monkeypatch.setattr(signed, "clock", office.clock)
    monkeypatch.setattr(queue, "spawn_worker", office.spawn_worker)
    yield office
    db.close()


@pytest.fixture
def office(empty_office, scenario) -> Office:
    """Give the same with a township of two villages and an open day."""
    empty_office.take_in(scenario)
    return empty_office


@pytest.fixture
def typing(monkeypatch):
    """
    Let tests type into editors of tables, which AppTest cannot; see `type_into`.

    What was typed is kept under the editor's key, as Streamlit keeps it: an editor
    with another key has nothing of it.
    """

    def data_editor(frame, *, key, **_):
        st.session_state["editor_drawn"] = key
        edited = frame.copy()
        for (row, column), value in st.session_state.setdefault(key, {}).items():
            edited.loc[row, column] = value
        return edited

    monkeypatch.setattr(st, "data_editor", data_editor)


@pytest.fixture
def town(db, tmp_path, scenario, plan) -> Town:
    return town_of(db, tmp_path, scenario, plan)


@pytest.fixture(scope="module")
def browser():
    sync_api = need_chromium()
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


#: Words of sessions by the address of a server; a browser brings them along.
WORDS = {}


def sign_somebody_in(data, name=None, role="administrator", **place):
    """Return the word of a new session; without a name, of the first account."""
    db, now = Database(sqlite_url(data / "dispatch.db")), dt.datetime.now()
    db.upgrade()
    if name is None:
        setup = first_word(db, now)
    else:
        setup = add(db, name, role, **place, who="test", at=now)
    name = use_setup(db, setup, "correct horse", now=now)
    word = sign_in(db, name, "correct horse", now=now)
    db.close()
    return word


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Run the app as ``dispatch serve`` does; give its address and its data folder."""
    data = tmp_path_factory.mktemp("data")
    word = sign_somebody_in(data)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (data / "server.log").open("wb")
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"from dispatch.web.server import serve; serve({str(data)!r}, {port})",
        ],
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    WORDS[address] = word
    try:
        wait_for(f"{address}/health", child)
        yield address, data
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        child.wait(timeout=20)
        log.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """Run the app on the demo township, at times that tests set."""
    need_chromium()
    with serving_demo(tmp_path_factory.mktemp("demo")) as made:
        yield made


@pytest.fixture
def watched(browser):
    """Give a function that opens a page, and the list of all that went wrong."""
    wrong = []
    contexts = []

    def open_page(url, *, width=1280, height=900, word=None):
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN"
        )
        contexts.append(context)
        address = "/".join(url.split("/")[:3])
        if word or address in WORDS:
            value = word or WORDS[address]
            context.add_cookies([{"name": COOKIE, "value": value, "url": address}])
        page = context.new_page()
        own = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "file:")

        def on_request(request):
            if not request.url.startswith(own):
                wrong.append(("foreign", request.url))

        def on_response(response):
            if response.status >= 400:
                wrong.append((response.status, response.url))

        def on_failure(request):
            # The browser itself calls off what a page that is left still loads.
            if request.failure != "net::ERR_ABORTED":
                wrong.append(("failed", request.url, request.failure))

        page.on("request", on_request)
        page.on("response", on_response)
        page.on("requestfailed", on_failure)
        page.on("pageerror", lambda error: wrong.append(("error", str(error))))
        page.on("console", lambda said: wrong.extend(console_errors(said)))
        page.goto(url)
        return page

    yield open_page, wrong
    for context in contexts:
        context.close()
