"""What benchmarks in a real browser share: a filled store, a server, Chromium."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.phones import CODE, serving
from dispatch.day import people
from dispatch.day.opening import import_scenario
from dispatch.day.planning import plan_version
from dispatch.day.publishing import publish_version, shown_version
from dispatch.solver.params import SolveParams
from dispatch.store.db import Database, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario

PASSWORD: Final = "correct horse battery"
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
#: A poor link in the hills: bits a second, and seconds there and back.
BITS_PER_S: Final = 400_000
LATENCY_S: Final = 0.4


class Place:
    """A store with a planned and published day, and a server on it."""

    def __init__(self, folder: Path, scenario: Scenario, iterations: int) -> None:
        self.now = dt.datetime.now().replace(microsecond=0)
        self.folder = folder
        self.url = sqlite_url(folder / "dispatch.db")
        self.db = Database(self.url)
        self.db.upgrade()
        stamp: Any = {"who": "benchmark", "at": self.now}
        import_scenario(self.db, CODE, scenario, **stamp)
        params = SolveParams(iterations=iterations, workers=1)
        date = self.now.date()
        number = plan_version(self.db, CODE, date, params, at=self.now).number
        publish_version(self.db, CODE, date, number, **stamp)
        self.plan: Plan = shown_version(self.db, CODE, date).plan

    def sign_in(self, role: str) -> str:
        """Return the word of a session of a new account of a role."""
        setup = people.add(
            self.db, role, role, township=CODE, who="benchmark", at=self.now
        )
        people.use_setup(self.db, setup, PASSWORD, now=self.now)
        return people.sign_in(self.db, role, PASSWORD, now=self.now)


@contextlib.contextmanager
def served(scenario: Scenario, iterations: int) -> Iterator[tuple[Place, str]]:
    """Yield a store with a plan of today, and the address of a server on it."""
    with tempfile.TemporaryDirectory() as name:
        place = Place(Path(name), scenario, iterations)
        with serving(Path(name), place.url) as (port, _):
            yield place, f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """Yield Debian's Chromium, or Playwright's own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        yield browser
        browser.close()


def opened(
    browser: Any, address: str, word: str = "", *, size: tuple[int, int] = (1280, 800)
) -> Any:
    """Return a context of a browser that nobody has used, signed in by a word."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN"
    )
    if word:
        cookie = {"name": "dispatch_session", "value": word, "url": address}
        context.add_cookies([cookie])
    return context


def slowed(page: Any, *, latency_s: float = LATENCY_S) -> Any:
    """Give a page a poor link; return its session of the browser's protocol."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    bytes_per_s = BITS_PER_S / 8
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": latency_s * 1000,
            "downloadThroughput": bytes_per_s,
            "uploadThroughput": bytes_per_s,
        },
    )
    return session


def table(rows: list[list[object]], names: list[str]) -> None:
    """Print a table."""
    print("| " + " | ".join(names) + " |\n" + "| --- " * len(names) + "|")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |", flush=True)
