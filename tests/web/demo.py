"""The demo township on a real server whose time tests set; see the fixture `demo`."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dispatch.day import people
from dispatch.day.links import make_link
from dispatch.day.opening import import_scenario
from dispatch.day.planning import plan_version
from dispatch.day.publishing import publish_version, shown_version
from dispatch.day.reporting import report_from, take_reports
from dispatch.files.scenario.read import read_scenario
from dispatch.planning.day import prepare_day
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from dispatch.store.db import Database, sqlite_url
from dispatch.store.events import reports_of
from tests.web.browsing import wait_for
from tests.web.clocked import set_clock

ROOT = Path(__file__).parents[2]
DATE = dt.date(2022, 9, 6)
PASSWORD = "correct horse"


def at(clock: str) -> dt.datetime:
    """Return a time of the demo's day."""
    return dt.datetime.combine(DATE, dt.time.fromisoformat(clock))


def at_s(seconds: int) -> dt.datetime:
    """Return the time of so many seconds of the demo's day."""
    return dt.datetime.combine(DATE, dt.time()) + dt.timedelta(seconds=seconds)


@dataclass
class Demo:
    """A running server, its store and its time; each test takes in its township."""

    address: str
    data: Path
    db: Database
    now: dt.datetime

    def set_clock(self, clock: str) -> None:
        self.now = at(clock)
        set_clock(self.data, self.now)

    @cached_property
    def scenario(self):
        return read_scenario(ROOT / "data" / "yonghe")

    @cached_property
    def _solved(self):
        """A plan of few iterations, made once for all townships."""
        day = prepare_day(self.scenario)
        params = SolveParams(iterations=300, workers=1)
        return solve(day.scenario, day.travel, params)

    def take_in(self, code, scenario=None):
        import_scenario(self.db, code, scenario or self.scenario, **self.stamp)

    @property
    def stamp(self):
        return {"who": "test", "at": self.now}

    def publish(self, code):
        """Plan a township of the demo as it is, publish it, and return the version."""
        number = plan_version(
            self.db, code, DATE, at=self.now, solve=lambda *_, **__: self._solved
        ).number
        publish_version(self.db, code, DATE, number, **self.stamp)
        return shown_version(self.db, code, DATE)

    def drive(self, code, plan, *, until):
        """Report all that a plan has done by a time, as planned."""
        reports = []
        for route in plan.routes:
            for number, stop in enumerate(route.stops):
                if stop.kind not in ("fill", "deliver") or at_s(stop.end_s) > at(until):
                    continue
                values = {
                    "key": f"{code}-{route.truck_id}-{number}",
                    "kind": "filled" if stop.kind == "fill" else "delivered",
                    "place": stop.place_id,
                    "litres": stop.litres,
                    "at": at_s(stop.end_s),
                }
                reports.append(report_from(values, date=DATE, truck=route.truck_id))
        take_reports(self.db, code, reports, received_at=self.now)

    def reports(self, code):
        """Return each report that the store has of the day, in order, in few words."""
        with self.db.read() as session:
            every = reports_of(session, code, DATE, DATE)
        return [
            (x.kind, x.place, x.litres, f"{x.at:%H:%M}", x.reason)
            for x in sorted(every, key=lambda report: report.at)
        ]

    def sign_in(self, name, role, code=None):
        """Add an account and return the word of a session of it."""
        place = {} if code is None else {"township": code}
        setup = people.add(self.db, name, role, **place, **self.stamp)
        people.use_setup(self.db, setup, PASSWORD, now=self.now)
        return people.sign_in(self.db, name, PASSWORD, now=self.now)

    def link(self, code, **subject):
        """Return the address of a new link."""
        word, _ = make_link(self.db, code, until=DATE, **subject, **self.stamp)
        return f"{self.address}/d/{word}"


@contextlib.contextmanager
def serving_demo(data: Path):
    """Run the app on an empty store at 06:50 of the demo's day."""
    db = Database(sqlite_url(data / "dispatch.db"))
    db.upgrade()
    set_clock(data, at("06:50"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    address = f"http://127.0.0.1:{port}"
    with (data / "server.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.web.clocked", str(data), str(port)],
            stdout=log,
            stderr=log,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        try:
            wait_for(f"{address}/health", child)
            yield Demo(address, data, db, at("06:50"))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)
            child.wait(timeout=20)
            db.close()
