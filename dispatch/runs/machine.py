"""The part of one machine in the runs: its one search at a time, its workers."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

from dispatch.settings import STORE_ENV, cache_folder
from dispatch.store.jobs import HEARTBEAT_LIMIT, is_silent

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from dispatch.store.db import Database
    from dispatch.store.tables import Job

#: A heartbeat this young outweighs a process that is not to be found: the worker may
#: run in a container that has this machine's name and processes of its own.
_YOUNG: Final = HEARTBEAT_LIMIT / 10


def this_worker() -> str:
    """Return the name of this process among workers."""
    return f"{socket.gethostname()[:150]}:{os.getpid()}"


def is_gone(job: Job, now: dt.datetime) -> bool:
    """
    Whether the worker of a running job is gone: silent for long, or a dead process.

    Parameters
    ----------
    job
        The job.
    now
        The time.
    """
    if is_silent(job, now):
        return True
    if job.status != "running" or job.heartbeat is None:
        return False
    host, _, pid = job.worker.rpartition(":")
    if host != socket.gethostname()[:150] or not pid.isdecimal():
        return False
    return now - job.heartbeat > _YOUNG and not _is_alive(int(pid))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True


def lock_file(db: Database) -> Path:
    """Return the file whose lock the one worker of this machine holds."""
    if db.path is not None:
        return db.path.with_name(f".{db.path.name}.worker.lock")
    address = db.url.render_as_string(hide_password=True)
    name = hashlib.sha256(address.encode()).hexdigest()[:16]
    return cache_folder() / f"worker-{name}.lock"


@contextlib.contextmanager
def turn(db: Database) -> Iterator[bool]:
    """Yield whether this process may search: two would halve each other's search."""
    path = lock_file(db)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        # Closing the file gives the lock back, and so does the end of the process.
        yield True


def spawn_worker(db: Database) -> subprocess.Popen[bytes] | None:
    """Return a worker that was just started; None: one is at work on this machine."""
    with turn(db) as is_free:
        if not is_free:
            return None
    address = db.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, "-m", "dispatch.runs.worker"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # Others can read the arguments of a process, not its environment.
        env={**os.environ, STORE_ENV: address},
        start_new_session=True,
    )
    # Or it would stay in the list of processes as if it were alive.
    threading.Thread(target=child.wait, daemon=True).start()
    return child
