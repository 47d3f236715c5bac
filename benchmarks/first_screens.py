"""first-screens: how long people wait for a first figure, on PCs and poor links."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from benchmarks.browser import (
    BITS_PER_S,
    LATENCY_S,
    chromium,
    opened,
    served,
    slowed,
    table,
)
from benchmarks.machine import describe_machine
from benchmarks.phones import CODE, DATA
from dispatch.day.links import make_link
from dispatch.files.scenario.read import read_scenario
from dispatch.words.words import Words

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from benchmarks.browser import Place

PHONE = (390, 844)
#: What a person needs to find and tap a big button (Card, Moran and Newell 1980: to
#: point 1.1 s, to press 0.2 s).
TAP_S = 1.3
T = Words("zh")


def add_arguments(parser: argparse.ArgumentParser, shared: Path) -> None:
    """Add the options of the command."""
    del shared
    parser.add_argument("--times", type=int, default=5)


def run(asked: argparse.Namespace) -> int:
    """Print a table: what is waited for, how long, and what is asked."""
    print(describe_machine())
    print(f"poor link: {BITS_PER_S // 1000} kbit/s, {LATENCY_S:g} s there and back\n")
    scenario = replace(read_scenario(DATA), date=dt.date.today())
    with served(scenario, 100) as (place, address), chromium() as browser:
        rows = [
            today(browser, place, address, asked.times),
            brief(browser, place, address, asked.times),
            *driver(browser, place, address, asked.times),
        ]
    table(rows, ["page", "median", "longest", "asked"])
    return 0


def row(what: str, times: list[float], most: str) -> list[object]:
    """Return a row of seconds."""
    return [what, f"{statistics.median(times):.2f} s", f"{max(times):.2f} s", most]


def today(browser: Any, place: Place, address: str, count: int) -> list[object]:
    """Return how long a coordinator waits for a first figure, of a page seen before."""
    word = place.sign_in("coordinator")
    context = opened(browser, address, word)
    times = []
    for _ in range(count + 1):
        page = context.new_page()
        began = time.perf_counter()
        page.goto(address, wait_until="commit")
        first = page.get_by_role("heading", level=1).filter(has_text="0")
        first.first.wait_for(timeout=120_000)
        times.append(time.perf_counter() - began)
        page.locator('[data-test-script-state="notRunning"]').wait_for(timeout=60_000)
        page.close()
    context.close()
    return row("today, warm, at 1280", times[1:], "3 s")


def brief(browser: Any, place: Place, address: str, count: int) -> list[object]:
    """Return how long an official on a poor link waits for who is short."""
    word = place.sign_in("official")
    times = []
    for _ in range(count):
        context = opened(browser, address, word, size=PHONE)
        page = context.new_page()
        slowed(page)
        began = time.perf_counter()
        page.goto(f"{address}/brief", wait_until="commit")
        page.get_by_role("status").wait_for(timeout=60_000)
        times.append(time.perf_counter() - began)
        context.close()
    return row("light page of officials, poor link", times, "2 s")


def driver(browser: Any, place: Place, address: str, count: int) -> list[list[object]]:
    """Return how long a driver waits for the next stop, its bytes, and a report."""
    date, rows = place.now.date(), []
    truck = max(place.plan.routes, key=lambda route: route.num_trips).truck_id
    sizes: list[float] = []
    for latency_s in (0.0, LATENCY_S):
        times = []
        for _ in range(count):
            word, _ = make_link(
                place.db, CODE, truck=truck, until=date, who="b", at=place.now
            )
            context = opened(browser, address, size=PHONE)
            page = context.new_page()
            session = slowed(page, latency_s=latency_s)
            loaded: list[float] = []
            session.on(
                "Network.loadingFinished",
                lambda event, loaded=loaded: loaded.append(event["encodedDataLength"]),
            )
            began = time.perf_counter()
            page.goto(f"{address}/d/{word}", wait_until="commit")
            page.locator(".next").wait_for(timeout=60_000)
            times.append(time.perf_counter() - began)
            page.wait_for_timeout(1_500)
            sizes.append(sum(loaded) / 1000)
            if latency_s == 0 or len(times) < count:
                context.close()
        rows.append(row(f"next stop, 400 kbit/s, {latency_s:g} s", times, "1.5 s"))
    rows.append(["bytes of it", f"{max(sizes):.0f} KB", "", "100 KB"])
    taps, waited_s = report(page)
    seconds = f"{taps} taps: {taps * TAP_S + waited_s:.1f} s"
    rows.append(
        ["a report, poor link", seconds, f"of which page {waited_s:.2f} s", "5 s"]
    )
    context.close()
    return rows


def report(page: Any) -> tuple[int, float]:
    """Report a filling as planned; return the taps, and how long the page took."""
    card = page.locator(".next")
    began = time.perf_counter()
    card.get_by_role("button", name=T("phone.filled"), exact=True).click()
    page.get_by_role("button", name=T("phone.save"), exact=True).click()
    page.locator("summary", has_text=T("phone.past", count=1)).wait_for()
    return 2, time.perf_counter() - began
