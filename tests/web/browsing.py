"""What tests in a real browser share: flags, waiting, and looking for overflow."""

from __future__ import annotations

import contextlib
import shutil
import time
import urllib.request
from pathlib import Path

import pytest

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


def settled(page):
    page.wait_for_selector(
        '[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=30_000
    )


def no_sideways_scrolling(page):
    return page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
