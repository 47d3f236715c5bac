"""
Pictures of every page, of the demo township: ``make pictures``.

A store of its own takes in the demo, plans it for some seconds, publishes the plan, and
gets reports of its first trips. Debian's Chromium takes the pictures of a server on it,
in the sizes of an office PC and of a phone, into ``docs/pictures``.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import sync_playwright

from dispatch.day import people
from dispatch.day.links import make_link
from dispatch.day.opening import import_scenario
from dispatch.day.planning import plan_version
from dispatch.day.publishing import publish_version, shown_version
from dispatch.day.reporting import report_from, take_reports
from dispatch.day.requests import add_request
from dispatch.files.scenario.read import read_scenario
from dispatch.solver.params import SolveParams
from dispatch.store.db import Database, sqlite_url
from dispatch.store.requests import NewCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.operations.ledger import Report

ROOT: Final = Path(__file__).resolve().parents[1]
PICTURES: Final = ROOT / "docs" / "pictures"
TOWN: Final = "430423201"
PASSWORD: Final = "picture book 2022"
SIZES: Final = {"desk": (1280, 800), "phone": (390, 844)}
PAGES: Final = (
    *("today", "needs", "plan", "requests", "deliveries"),
    *("roads", "places", "doors", "links", "coverage", "people"),
)
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")


def fill(db: Database, now: dt.datetime, seconds: float) -> str:
    """Take in the demo, plan it, report some trips; return the word of a link."""
    db.upgrade()
    scenario = replace(read_scenario(ROOT / "data" / "yonghe"), date=now.date())
    stamp: dict[str, Any] = {"who": "admin", "at": now}
    import_scenario(db, TOWN, scenario, **stamp)
    for name, role in (("admin", "administrator"), ("official", "official")):
        word = people.add(db, name, role, **stamp)
        people.use_setup(db, word, PASSWORD, now=now)
    for village, remark in ((3, "路窄，来前打电话"), (9, "")):
        call = NewCall(village=scenario.villages[village].village_id, people=60)
        add_request(db, TOWN, replace(call, remark=remark), now=now, who="admin")
    params = SolveParams(seconds=seconds)
    plan_version(db, TOWN, now.date(), params, at=now)
    publish_version(db, TOWN, now.date(), 1, **stamp)
    reports: list[Report] = []
    for route in shown_version(db, TOWN, now.date()).plan.routes:
        for number, stop in enumerate(route.stops[1:7]):
            if stop.kind not in ("fill", "deliver"):
                continue
            values = {
                "key": f"{route.truck_id}-{number}",
                "kind": "filled" if stop.kind == "fill" else "delivered",
                "place": stop.place_id,
                "litres": stop.litres,
                "at": dt.datetime.combine(now.date(), dt.time())
                + dt.timedelta(seconds=stop.end_s),
                "chlorine": 0.5,
            }
            reports.append(report_from(values, date=now.date(), truck=route.truck_id))
    take_reports(db, TOWN, reports, received_at=now)
    truck = scenario.trucks[2].truck_id
    word, _ = make_link(db, TOWN, truck=truck, until=now.date(), **stamp)
    return word


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run the app as ``dispatch serve`` does; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    code = f"from dispatch.web.server import serve; serve({str(folder)!r}, {port})"
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    child = subprocess.Popen(
        [sys.executable, "-c", code], start_new_session=True, env=environment
    )
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/health", timeout=2)
                break
            time.sleep(0.2)
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        child.wait(timeout=20)


def settled(page: Any) -> None:
    """Wait until Streamlit's script has run and its maps are drawn."""
    page.wait_for_selector(
        '[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=90_000
    )
    page.wait_for_timeout(1500)


def take(address: str, word: str) -> None:
    """Take a picture of every page in every size."""
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for size, (width, height) in SIZES.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN"
            )
            page = context.new_page()

            def shot(name: str, page: Any = page, size: str = size) -> None:
                page.screenshot(path=PICTURES / f"{name}-{size}.png")

            page.goto(f"{address}/sign-in")
            shot("sign-in")
            page.fill("input[name=name]", "admin")
            page.fill("input[name=password]", PASSWORD)
            page.click("form button")
            settled(page)
            for name in PAGES:
                page.goto(f"{address}/{'' if name == 'today' else name}?lang=zh")
                settled(page)
                shot(name)
            page.goto(f"{address}/brief")
            shot("brief")
            page.goto(f"{address}/d/{word}")
            page.wait_for_selector(".card")
            shot("driver")
            context.close()
        browser.close()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="to plan the demo")
    asked = parser.parse_args()
    now = dt.datetime.now().replace(hour=10, minute=40, second=0, microsecond=0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        word = fill(Database(sqlite_url(folder / "dispatch.db")), now, asked.seconds)
        with serving(folder) as address:
            take(address, word)
    sys.stdout.write(f"{PICTURES}\n")


if __name__ == "__main__":
    main()
