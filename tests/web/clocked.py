"""
A server whose time tests set: ``python -m tests.web.clocked DATA PORT``.

The time is in the file ``now`` of the data folder. Without arguments it is the worker
that such a server starts.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from dispatch.runs import queue
from dispatch.runs.worker import be_nice, work
from dispatch.settings import STORE_ENV, data_folder
from dispatch.store.db import Database
from dispatch.web import server, signed

if TYPE_CHECKING:
    from pathlib import Path

FILE = "now"


def clock() -> dt.datetime:
    text = (data_folder() / FILE).read_text("utf-8")
    return dt.datetime.fromisoformat(text)


def set_clock(data: Path, now: dt.datetime) -> None:
    """Set the time; a reader never sees half of it."""
    new = data / f"{FILE}.new"
    new.write_text(now.isoformat(), "utf-8")
    new.replace(data / FILE)


def spawn_worker(db: Database) -> subprocess.Popen[bytes]:
    address = db.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.web.clocked"],
        env={**os.environ, STORE_ENV: address},
        start_new_session=True,
    )


def main(arguments: list[str]) -> None:
    if not arguments:
        be_nice()
        db = Database(os.environ[STORE_ENV])
        work(db, clock=clock)
        db.close()
        return
    data, port = arguments
    signed.clock = clock
    queue.spawn_worker = spawn_worker
    server.serve(data, int(port))


if __name__ == "__main__":
    main(sys.argv[1:])
