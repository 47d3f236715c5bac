"""An office for tests: a store with a township, accounts, and the pages over it."""

from __future__ import annotations

import datetime as dt
import io
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from streamlit.testing.v1 import AppTest

import dispatch.web
from dispatch.day import people
from dispatch.day.desk import desk_of, townships_of
from dispatch.day.editing import save_day
from dispatch.day.following import follow_day
from dispatch.day.opening import day_scenario, import_scenario
from dispatch.day.planning import plan_version
from dispatch.day.publishing import publish_version
from dispatch.day.reporting import report_from, take_reports
from dispatch.day.requests import add_request, list_requests
from dispatch.runs.queue import Ask, ask_plan
from dispatch.runs.worker import work
from dispatch.store.requests import NewCall
from dispatch.store.tables import Job
from dispatch.web.context import Frame
from dispatch.words.words import Words

MAIN = Path(dispatch.web.__file__).with_name("main.py")
CODE = "430423112"
#: When the pages are looked at.
NOW = dt.datetime(2022, 9, 6, 7, 0)
DATE = NOW.date()
ACCOUNTS = {"admin": "administrator", "调度": "coordinator", "领导": "official"}


class Office:
    """
    A store with one township and three accounts, seen as one of them.

    What pages ask of the server (who is signed in, the time, the store) comes from
    here; see the fixture of the same name.
    """

    def __init__(self, db, solve):
        self.db, self.solve = db, solve
        self.now, self.who = NOW, "调度"
        self.spawned = 0
        self._words = {}

    # --- what the pages ask ---

    def clock(self):
        return self.now

    def session_word(self):
        """Return the word of who looks, signed in when first asked."""
        if not self.who:
            return ""
        if self.who not in self._words:
            word = people.setup_word(self.db, self.who, who="test", at=self.now)
            password = secrets.token_hex(8)
            people.use_setup(self.db, word, password, now=self.now)
            self._words[self.who] = people.sign_in(
                self.db, self.who, password, now=self.now
            )
        return self._words[self.who]

    def sign_in_again(self):
        """Let everybody sign in anew: their sessions are over."""
        self._words.clear()

    def spawn_worker(self, _db):
        self.spawned += 1

    # --- what tests do ---

    def add(self, name, role, **place):
        people.add(self.db, name, role, who="test", at=self.now, **place)

    def take_in(self, scenario, code=CODE):
        import_scenario(self.db, code, scenario, who="test", at=self.now)

    def page(self, name="", *, asked=None, **session: Any) -> AppTest:
        """Return a page as it is drawn first, for who looks and asks by an address."""
        app = AppTest.from_file(str(MAIN), default_timeout=60)
        for key, value in (asked or {}).items():
            app.query_params[key] = value
        for key, value in session.items():
            app.session_state[key] = value
        shown(app)
        if name:
            self.go(app, name)
        return app

    def go(self, app, name):
        """Go to another page, as a click on the navigation does."""
        # `switch_page` takes only pages that are files.
        if "editor_drawn" in app.session_state:
            # As Streamlit does where an editor is not drawn any more.
            del app.session_state[app.session_state["editor_drawn"]]
            del app.session_state["editor_drawn"]
        paths = pages(app)
        first = {"today", "coverage", "first"}  # has no path where it stands first
        app._page_hash = paths[name if name in paths or name not in first else ""]
        return shown(app)

    def frame(self, who=None, code=CODE, date=DATE) -> Frame:
        account = people.account_named(self.db, who or self.who)
        assert account is not None
        townships = townships_of(self.db, account)
        desk = desk_of(self.db, code, date)
        return Frame(self.db, account, townships, desk, Words("zh"), self.now)

    def scenario(self, code=CODE, date=DATE):
        """Return the tables of the day as they are kept."""
        return day_scenario(self.db, code, date)

    def village(self, village_id):
        rows = self.scenario().all_villages
        return next(row for row in rows if row.village_id == village_id)

    def desk(self, code=CODE, date=DATE):
        return desk_of(self.db, code, date)

    def plan(self, *, publish=False, code=CODE, solve=None):
        """Plan by hand, and publish the version where it is wanted."""
        made = plan_version(
            self.db, code, DATE, at=self.now, solve=solve or self.solve
        ).number
        if publish:
            publish_version(self.db, code, DATE, made, who="test", at=self.now)
        return made

    def ask(self, **options):
        """Ask for a plan as a page does; nobody works on it."""
        wanted = Ask(township=CODE, date=DATE, **options)
        return ask_plan(self.db, wanted, who="调度", at=self.now)

    def work(self, solve=None):
        """Work off what waits, in this process, by hand or with a given solver."""
        return work(self.db, solve=solve or self.solve, clock=self.clock)

    def edit(self, ours, base=None):
        """Save the tables of the day as somebody else."""
        save_day(
            self.db,
            CODE,
            DATE,
            base=base or self.scenario(),
            ours=ours,
            who="别人",
            at=self.now,
        )

    def edit_village(self, village_id, **values):
        day = self.scenario()
        rows = tuple(
            replace(row, **values) if row.village_id == village_id else row
            for row in day.villages
        )
        self.edit(replace(day, villages=rows))

    def set_job(self, **values):
        """Set what the newest run says of itself."""
        with self.db.write() as session:
            job = session.scalars(select(Job).order_by(Job.id.desc())).first()
            for name, value in values.items():
                setattr(job, name, value)

    def job(self):
        with self.db.read() as session:
            return session.scalars(select(Job).order_by(Job.id.desc())).first()

    def call(self, village="V2", *, now=None, **values):
        """Take in a request; return its number."""
        new = NewCall(village=village, **{"people": 50, **values})
        when = now or self.now
        return add_request(self.db, CODE, new, now=when, who="test").call.number

    def calls(self):
        return [c for _, c in list_requests(self.db, [CODE], today=self.now.date())]

    def report(self, **values):
        """Take in one report of the day; return its answer."""
        made = report_from(
            {"key": secrets.token_hex(8), "at": "08:05", **values}, date=DATE
        )
        (answer,) = take_reports(self.db, CODE, [made], received_at=self.now)
        return answer

    def reports(self):
        """Return what was reported of the day, with corrections in their place."""
        return list(follow_day(self.db, CODE, DATE).reports)


def pages(app):
    """Return the paths of all pages that the navigation offers, with their hashes."""
    known = app._registered_pages.items()
    return {info["url_pathname"]: key for key, info in known if "url_pathname" in info}


def texts(app):
    """Return all that a page says."""
    kinds = (
        *(app.title, app.markdown, app.caption, app.metric, app.text),
        *(app.error, app.warning, app.info, app.success, app.subheader),
    )
    said = [
        str(getattr(element, "label", "")) + str(element.value)
        for kind in kinds
        for element in kind
    ]
    said += [bar.proto.text for bar in app.get("progress")]
    return "\n".join(said)


def shown(app):
    """Run a page and return all that it says."""
    app.run()
    assert not app.exception, app.exception[0].value[-300:]
    return texts(app)


def keys(app):
    """Return the keys of all buttons."""
    return {button.key for button in app.button}


def table_of(app, column):
    """Return the first table that has a column."""
    return next(f.value for f in app.dataframe if column in f.value.columns)


def picture():
    """Return a small JPEG."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "blue").save(buffer, "JPEG")
    return buffer.getvalue()


def type_into(app, cells):
    """Type into the editor that is on the page, by row and column, and run it."""
    key = app.session_state["editor_drawn"]
    app.session_state[key] = {**app.session_state[key], **cells}
    return shown(app)
