"""What tests in a real browser share: flags, waiting, and looking for overflow."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import time
import urllib.request
from pathlib import Path

import pytest

from dispatch.day.opening import day_scenario, import_scenario
from dispatch.store.db import Database, sqlite_url

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The name of no other host can be looked up: the network is off.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def need_chromium():
    """Skip where there is no browser; return Playwright's module."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is missing"
    )
    if not Path(CHROMIUM).exists():
        pytest.skip("chromium is missing")
    return sync_api


def wait_for(url, child):
    until = time.monotonic() + 40
    while time.monotonic() < until and child.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(url, timeout=2) as answer,
        ):
            assert answer.status == 200
            return
        time.sleep(0.2)
    pytest.fail("the server did not start")


@contextlib.contextmanager
def store_in(data):
    """Yield the store of a server that runs."""
    db = Database(sqlite_url(data / "dispatch.db"))
    yield db
    db.close()


def take_in(data, code, scenario):
    """Give the store of a server one more township, with a day of its own date."""
    with store_in(data) as db:
        import_scenario(db, code, scenario, who="test", at=dt.datetime.now())


def kept_day(data, code, date):
    """Return the tables of a day as a server has them."""
    with store_in(data) as db:
        return day_scenario(db, code, date)


def console_errors(said):
    """Return what a console said, where it was an error, with its place."""
    # What the network refused is seen, and told with its address, by itself.
    if said.type != "error" or "Failed to load resource" in said.text:
        return []
    return [("console", said.text[:300], said.location.get("url", ""))]


def settled(page):
    page.wait_for_selector(
        '[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=30_000
    )


def no_sideways_scrolling(page):
    return page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
