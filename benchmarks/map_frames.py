"""map-frames: 600 places and 80 trucks on the linked map, one truck chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from benchmarks.browser import chromium, opened, served, table
from benchmarks.machine import describe_machine
from benchmarks.scale.synthetic import synthetic_day

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

#: Frames of the browser, ms, from the first call until `stop` is called.
_RECORDER = """() => {
  const times = []; let last = performance.now(); let isOn = true;
  const tick = (now) => { times.push(now - last); last = now;
    if (isOn) requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  window.framesUntilNow = () => { isOn = false; return times.slice(1); };
}"""


def add_arguments(parser: argparse.ArgumentParser, shared: Path) -> None:
    """Add the options of the command."""
    del shared
    parser.add_argument("--places", type=int, default=600)
    parser.add_argument("--trucks", type=int, default=80)


def run(asked: argparse.Namespace) -> int:
    """Print frame times of choosing, panning and zooming."""
    import datetime as dt

    print(describe_machine(), "\n")
    day = synthetic_day(asked.places)
    day = replace(day, date=dt.date.today(), trucks=day.trucks[: asked.trucks])
    with served(day, 1) as (place, address), chromium() as browser:
        num_stops = sum(len(route.stops) for route in place.plan.routes)
        print(
            f"{len(day.villages)} places, {len(day.trucks)} trucks, {num_stops} stops\n"
        )
        word = place.sign_in("coordinator")
        page = opened(browser, address, word).new_page()
        page.goto(f"{address}/plan")
        page.locator(".wd-board-chart svg").wait_for(timeout=180_000)
        page.locator('[data-test-script-state="notRunning"]').wait_for(timeout=60_000)
        page.wait_for_timeout(2_000)
        truck = page.locator(".wd-board-bar button").nth(5)
        rows = [frames(page, "nothing", lambda: page.wait_for_timeout(1_500))]
        rows.append(frames(page, "choose a truck", truck.click))
        box = page.locator(".wd-board-map").bounding_box()
        rows.append(frames(page, "pan", lambda: pan(page, box)))
        rows.append(frames(page, "zoom", lambda: zoom(page, box)))
        rows.append(
            frames(page, "all trucks", page.locator(".wd-board-bar button").first.click)
        )
        rows.append(frames(page, "pan, all trucks", lambda: pan(page, box)))
        rows.append(frames(page, "zoom, all trucks", lambda: zoom(page, box)))
    names = ["while", "frames", "median (ms)", "p95 (ms)", "longest (ms)"]
    table(rows, names)
    return 0


def frames(page: Any, what: str, action: Any) -> list[object]:
    """Return a row: frames while something is done, and half a second after."""
    page.evaluate(_RECORDER)
    action()
    page.wait_for_timeout(500)
    times = sorted(page.evaluate("window.framesUntilNow()"))
    middle, most = times[len(times) // 2], times[int(len(times) * 0.95)]
    return [what, len(times), f"{middle:.0f}", f"{most:.0f}", f"{times[-1]:.0f}"]


def pan(page: Any, box: dict[str, float]) -> None:
    """Drag the map to and fro."""
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(x + 3 * (step if step < 30 else 60 - step), y + step)
        page.wait_for_timeout(16)
    page.mouse.up()


def zoom(page: Any, box: dict[str, float]) -> None:
    """Turn the wheel, in and out."""
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for delta in (-240, -240, 240, 240):
        page.mouse.wheel(0, delta)
        page.wait_for_timeout(600)
