"""A store with a township and a published plan, and the routes of links over it."""

from __future__ import annotations

import datetime as dt
import json

from sqlalchemy import select
from starlette.applications import Starlette

from dispatch.day.links import make_link
from dispatch.day.opening import import_scenario
from dispatch.day.publishing import publish_version
from dispatch.files.plan.plan_json import plan_to_json
from dispatch.files.scenario.snapshot import scenario_to_bytes
from dispatch.store.days import add_version, day_of
from dispatch.store.tables import Event
from dispatch.web.phone.links import LinkPages
from tests.web.asgi import call

NOW = dt.datetime(2022, 9, 6, 8, 0)
DATE = NOW.date()


class Town:
    """A store with a township, a published plan, and routes over both."""

    def __init__(self, db, folder, scenario, plan):
        self.db, self.scenario, self.plan = db, scenario, plan
        self.now = NOW
        self.photos = folder / "photos"
        self.pages = LinkPages(
            lambda: self.db, lambda: self.photos, clock=lambda: self.now
        )
        self.app = Starlette(routes=self.pages.routes())

    def call(self, method, path, body=b"", **options):
        return call(self.app, method, path, body, **options)[0]

    def get(self, path, **headers):
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.call("GET", path, headers=named)

    def link(self, township="1", until=DATE, **subject):
        return make_link(self.db, township, until=until, who="test", at=NOW, **subject)[
            0
        ]

    def post(self, word, *events):
        body = json.dumps({"events": events}).encode()
        answer = self.call("POST", f"/d/{word}/events", body)
        assert answer.status == 200, answer.text
        return answer.json()["results"]

    def statuses(self, word, *events):
        return [result["status"] for result in self.post(word, *events)]

    def publish(self, plan, township="1"):
        with self.db.write() as session:
            day = day_of(session, township, plan.date)
            number = add_version(
                session,
                day,
                scenario=scenario_to_bytes(self.scenario),
                plan=plan_to_json(plan),
                violations=[],
                changes=[],
                now_s=None,
                previous=None,
                created_at=NOW,
            ).number
        publish_version(self.db, township, plan.date, number, who="test", at=NOW)
        return number

    def events(self):
        with self.db.read() as session:
            query = select(Event.key, Event.truck, Event.reason).order_by(Event.id)
            return [tuple(row) for row in session.execute(query)]


def town_of(db, folder, scenario, plan) -> Town:
    """Return two townships of one scenario; the plan of the first is published."""
    made = Town(db, folder, scenario, plan)
    for code in ("1", "2"):
        import_scenario(db, code, scenario, who="test", at=NOW)
    made.publish(plan)
    return made
