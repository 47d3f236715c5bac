"""
Many people signed in at once: 200 sessions of the pages, against a real server.

``python -m benchmarks.sessions [--db URL] [--sessions 200] [--seconds 60] [--think 5]``
starts the app on a store of its own (SQLite in a file, or the empty PostgreSQL database
of the URL) with a published plan, signs everybody in, opens a page for each over its
own websocket, and runs the page again and again after a random time to think, while
drivers report (``--reports`` a second), so that nothing stays as it was. With
``--processes 2`` two processes share the people. It prints p50, p95 and the largest
time of a run, the servers' memory, and failures.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import itertools
import json
import random
import tempfile
import time
from pathlib import Path

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.machine import cpu_s, describe_machine
from benchmarks.phones import CODE, request, serving, town
from dispatch.day import people
from dispatch.store.db import Database, sqlite_url

NAME = "coordinator"
PASSWORD = "correct horse battery"
#: Pages that are opened in turn.
PAGES = ("", "requests", "deliveries", "needs", "plan", "coverage")
MAX_WAIT_S = 60.0


def account(db: Database, now: dt.datetime) -> None:
    """Make the account that all sessions are of."""
    word = people.add(db, NAME, "coordinator", township=CODE, who="benchmark", at=now)
    people.use_setup(db, word, PASSWORD, now=now)


async def run_page(socket: websockets.ClientConnection, page: str) -> float:
    """Run a page once; return the seconds until the script has finished."""
    message = BackMsg()
    message.rerun_script.query_string = "lang=zh"
    message.rerun_script.page_name = page
    began = time.monotonic()
    await socket.send(message.SerializeToString())
    while True:
        async with asyncio.timeout(MAX_WAIT_S):
            data = await socket.recv()
        answer = ForwardMsg()
        answer.ParseFromString(data if isinstance(data, bytes) else data.encode())
        if answer.WhichOneof("type") == "script_finished":
            return time.monotonic() - began


async def session(
    port: int, word: str, page: str, until: float, think_s: float, rng: random.Random
) -> tuple[list[float], float]:
    """Use a page until a time; return the seconds of all runs, and of the first."""
    headers = {"Cookie": f"dispatch_session={word}"}
    origin = websockets.Origin(f"http://127.0.0.1:{port}")
    async with websockets.connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        additional_headers=headers,
        origin=origin,
        subprotocols=[websockets.Subprotocol("streamlit")],
        max_size=None,
    ) as socket:
        first_s = await run_page(socket, page)
        times: list[float] = []
        while time.monotonic() < until:
            await asyncio.sleep(rng.expovariate(1 / think_s))
            times.append(await run_page(socket, page))
        return times, first_s


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def percentile(times: list[float], share: float) -> float:
    """Return the time that a share of all runs stays below."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def drivers(
    port: int, phones: list[tuple[str, str, str]], until: float, per_second: float
) -> int:
    """Report arrivals one after the other until a time; return how many were taken."""
    taken = 0
    for number in itertools.count():
        if per_second <= 0 or time.monotonic() >= until:
            return taken
        word, truck, village = phones[number % len(phones)]
        event = {"key": f"{truck}-{number}", "kind": "arrived", "place": village}
        event["at"] = dt.datetime.now().replace(microsecond=0).isoformat()
        body = json.dumps({"events": [event]}).encode()
        status, _ = await request(port, "POST", f"/d/{word}/events", body)
        taken += status == 200
        await asyncio.sleep(1 / per_second)
    return taken


async def measure(
    servers: list[tuple[int, int]],
    words: list[str],
    phones: list[tuple[str, str, str]],
    asked: argparse.Namespace,
) -> None:
    """Let everybody arrive within ten seconds, work, and print the figures."""
    rng = random.Random(1)
    # The first page of a server reads and compiles what all others find ready.
    for port, _ in servers:
        await session(port, words[0], "", time.monotonic(), asked.think, rng)
    pids = [pid for _, pid in servers]
    before_mb, before_s = sum(map(memory_mb, pids)), sum(map(cpu_s, pids))
    began = time.monotonic()
    until = time.monotonic() + 10 + asked.seconds

    async def arrive(number: int) -> tuple[list[float], float]:
        await asyncio.sleep(10 * number / len(words))
        page = PAGES[number % len(PAGES)]
        own = random.Random(number)
        # A proxy sends a session to the same process always, by its cookie.
        port = servers[number // len(PAGES) % len(servers)][0]
        return await session(port, words[number], page, until, asked.think, own)

    reporting = asyncio.create_task(
        drivers(servers[0][0], phones, until, asked.reports)
    )
    results = await asyncio.gather(
        *(arrive(n) for n in range(len(words))), return_exceptions=True
    )
    taken = await reporting
    failed = [each for each in results if isinstance(each, BaseException)]
    good = [each for each in results if not isinstance(each, BaseException)]
    times = [seconds for each, _ in good for seconds in each]
    firsts = [first for _, first in good]
    after_mb = sum(map(memory_mb, pids))
    share = (sum(map(cpu_s, pids)) - before_s) / (time.monotonic() - began)
    print(describe_machine())
    print(
        f"sessions {len(words)}, think {asked.think:g} s, runs {len(times)}, "
        f"pages {len(PAGES)}, reports of drivers meanwhile {taken}"
    )
    print(f"failed sessions {len(failed)} {failed[:2] if failed else ''}")
    p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
    print(f"run: p50 {p50:.3f} s, p95 {p95:.3f} s, largest {max(times):.3f} s")
    print(
        f"first page: p50 {percentile(firsts, 0.5):.3f} s, largest {max(firsts):.3f} s"
    )
    each_kb = (after_mb - before_mb) * 1024 / len(words)
    print(
        f"processes {len(pids)}: {share:.2f} of one core; {before_mb:.0f} MB, then "
        f"{after_mb:.0f}; "
        f"{each_kb:.0f} KB each"
    )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", default="")
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=5)
    parser.add_argument("--reports", type=float, default=1)
    parser.add_argument("--processes", type=int, default=1)
    asked = parser.parse_args()
    now = dt.datetime.now()
    with tempfile.TemporaryDirectory() as folder:
        address = asked.db or sqlite_url(Path(folder) / "dispatch.db")
        db = Database(address)
        phones = town(db, 6, now)
        account(db, now)
        words = [
            people.sign_in(db, NAME, PASSWORD, now=now) for _ in range(asked.sessions)
        ]
        with contextlib.ExitStack() as running:
            servers = [
                running.enter_context(serving(Path(folder), address))
                for _ in range(asked.processes)
            ]
            asyncio.run(measure(servers, words, phones, asked))


if __name__ == "__main__":
    main()
