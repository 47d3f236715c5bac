"""
Many volunteers that look at their day and report, against a real server.

``python -m benchmarks.phones [--db URL] [--phones 200] [--seconds 60] [--reports 4]``
starts the app on a store of its own (SQLite in a file, or the empty PostgreSQL database
of the URL), plans a day and gives each phone a link. Every phone looks at its day each
half minute, as its page does, and reports so many times at times of its own, every
request over a connection of its own. It prints p50, p95 and the largest time of looks
and of reports, and how many acknowledged reports the store lacks, which must be none.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.machine import cpu_s, describe_machine
from dispatch.day.links import make_link
from dispatch.day.opening import import_scenario
from dispatch.day.planning import plan_version
from dispatch.day.publishing import publish_version
from dispatch.files.scenario.read import read_scenario
from dispatch.solver.params import SolveParams
from dispatch.store.db import Database, sqlite_url
from dispatch.store.events import reports_of

DATA = Path(__file__).parents[1] / "data" / "yonghe"
CODE = "430423"
#: How often the page of a phone asks what is new.
LOOK_EVERY_S = 30.0


def town(db: Database, num_phones: int, now: dt.datetime) -> list[tuple[str, str, str]]:
    """Fill the store; return word, truck and a village of each phone."""
    db.upgrade()
    scenario = read_scenario(DATA)
    first = scenario.trucks[0]
    trucks = tuple(
        replace(first, truck_id=f"P{n}", plate="", letter="", driver=f"{n}")
        for n in range(num_phones)
    )
    scenario = replace(scenario, date=now.date(), trucks=trucks)
    import_scenario(db, CODE, scenario, who="benchmark", at=now)
    params = SolveParams(iterations=1, workers=1)
    number = plan_version(db, CODE, now.date(), params, at=now).number
    publish_version(db, CODE, now.date(), number, who="benchmark", at=now)
    villages = [village.village_id for village in scenario.villages]
    phones = []
    for n, truck in enumerate(trucks):
        word, _ = make_link(
            db, CODE, truck=truck.truck_id, until=now.date(), who="benchmark", at=now
        )
        phones.append((word, truck.truck_id, villages[n % len(villages)]))
    return phones


async def request(
    port: int, method: str, path: str, body: bytes = b"", *, headers: str = ""
) -> tuple[int, bytes]:
    """Send one request over a connection of its own, as a phone in the hills does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"{headers}\r\n"
    )
    writer.write(head.encode() + body)
    answer = await reader.read()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    status, _, content = answer.partition(b"\r\n\r\n")
    return int(status.split()[1]), content


class Seen(NamedTuple):
    """What became of a phone's day: keys that were taken, and seconds of each kind."""

    keys: list[str]
    reports_s: list[float]
    looks_s: list[float]


async def phone(
    port: int,
    who: tuple[str, str, str],
    seconds: float,
    num_reports: int,
    rng: random.Random,
) -> Seen:
    """Look and report at times spread over the run."""
    word, truck, village = who
    seen = Seen([], [], [])
    first = rng.uniform(0, min(LOOK_EVERY_S, seconds))
    looks = [(first + k * LOOK_EVERY_S, -1) for k in range(int(seconds / LOOK_EVERY_S))]
    reports = [(rng.uniform(0, seconds), n) for n in range(num_reports)]
    began, at = time.monotonic(), dt.datetime.now().replace(microsecond=0)
    for wait, n in sorted(looks + reports):
        await asyncio.sleep(max(0.0, began + wait - time.monotonic()))
        sent = time.monotonic()
        if n < 0:
            await request(port, "GET", f"/d/{word}/today")
            seen.looks_s.append(time.monotonic() - sent)
            continue
        event: dict[str, Any] = {"key": f"{truck}-{n}", "kind": "arrived"}
        event |= {"place": village, "at": at.isoformat()}
        if n % 2:
            event |= {"kind": "delivered", "litres": 1000 + n}
        body = json.dumps({"events": [event]}).encode()
        status, content = await request(port, "POST", f"/d/{word}/events", body)
        needed = time.monotonic() - sent
        result = json.loads(content)["results"][0] if status == 200 else {}
        if result.get("status") == "new":
            seen.keys.append(event["key"])
            seen.reports_s.append(needed)
    return seen


async def everybody(
    port: int, phones: list[tuple[str, str, str]], seconds: float, num_reports: int
) -> list[Seen]:
    """Return what all phones had acknowledged, and how long it took."""
    runs = (
        phone(port, who, seconds, num_reports, random.Random(n))
        for n, who in enumerate(phones)
    )
    return list(await asyncio.gather(*runs))


@contextlib.contextmanager
def serving(data: Path, address: str) -> Any:
    """Run the app as ``dispatch serve`` does; yield its port and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    code = f"from dispatch.web.server import serve; serve({str(data)!r}, {port})"
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "DATABASE_URL": address},
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 60
        while True:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", port), 1),
            ):
                break
            if time.monotonic() > until or child.poll() is not None:
                raise SystemExit("the server did not start")
            time.sleep(0.1)
        yield port, child.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        child.wait(timeout=20)


def times_text(what: str, times: list[float]) -> str:
    """Return p50, p95 and the largest of some seconds."""
    ordered = sorted(times)
    p50, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return (
        f"{what} {len(ordered)}: p50 {p50:.3f} s, p95 {p95:.3f} s, "
        f"most {ordered[-1]:.3f} s"
    )


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db")
    parser.add_argument("--phones", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--reports", type=int, default=4)
    wanted = parser.parse_args()
    now = dt.datetime.now().replace(microsecond=0)
    with tempfile.TemporaryDirectory() as folder:
        address = wanted.db or sqlite_url(Path(folder) / "dispatch.db")
        db = Database(address)
        phones = town(db, wanted.phones, now)
        with serving(Path(folder), address) as (port, pid):
            asyncio.run(request(port, "GET", f"/d/{phones[0][0]}/today"))
            before_s, began = cpu_s(pid), time.monotonic()
            seen = asyncio.run(everybody(port, phones, wanted.seconds, wanted.reports))
            share = (cpu_s(pid) - before_s) / (time.monotonic() - began)
        with db.read() as session:
            kept = {report.key for report in reports_of(session, CODE)}
        kind = db.url.get_backend_name()
        db.close()
    taken = [key for each in seen for key in each.keys]
    asked = wanted.phones * wanted.reports
    print(describe_machine())
    print(
        f"{kind}: {wanted.phones} phones in {wanted.seconds:g} s, "
        f"server {share:.2f} of one core: {asked - len(taken)} reports not taken, "
        f"{sum(key not in kept for key in taken)} lost"
    )
    print(times_text("reports", [s for each in seen for s in each.reports_s]))
    print(times_text("looks", [s for each in seen for s in each.looks_s]))


if __name__ == "__main__":
    main()
