"""
Processes that write reports until they are killed: ``python -m tests.store.writers``.

Every batch is one transaction: water filled, and the same water delivered in two parts.
Its key is printed once it is acknowledged.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import event as sql_events

from dispatch.day.reporting import report_from, take_reports
from dispatch.errors import DispatchError
from dispatch.store.db import Database

if TYPE_CHECKING:
    from dispatch.operations.ledger import Report

CODE = "1"
DATE = dt.date(2022, 9, 6)
NOW = dt.datetime(2022, 9, 6, 8)


def batch(key: str) -> list[Report]:
    rows = [("filled", "S1", 100), ("delivered", "V1", 60), ("delivered", "V2", 40)]
    return [
        report_from(
            {
                "key": f"{key}/{number}",
                "kind": kind,
                "place": place,
                "litres": litres,
                "at": "08:00",
            },
            date=DATE,
            truck="T1",
        )
        for number, (kind, place, litres) in enumerate(rows)
    ]


def write(db: Database, name: str, *, is_patient: bool = False) -> None:
    """Write batches for ever; who is patient sends again what was not acknowledged."""
    number = 0
    while True:
        try:
            answers = take_reports(db, CODE, batch(f"{name}/{number}"), received_at=NOW)
        except DispatchError:
            if not is_patient:
                raise
            time.sleep(0.02)
            continue
        assert {answer.status for answer in answers} <= {"new", "known"}
        os.write(1, f"{name}/{number}\n".encode())
        number += 1


def die_at(db: Database, point: int) -> None:
    """Kill this process at a certain step of the database: before or after one."""
    left = [point]

    def step(*_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        sql_events.listen(db._engine, name, step)


def main(address: str, first: int, last: int) -> None:
    """Let writers be killed one after the other, each at a point of its seed."""
    for seed in range(first, last):
        pid = os.fork()
        dice = random.Random(seed)
        if not pid:
            db = Database(address)
            if seed % 2:
                die_at(db, dice.randrange(1, 200))
            write(db, f"w{seed}")
        if not seed % 2:  # anywhere, also while the disk writes
            time.sleep(dice.uniform(0.05, 0.6))
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL, status


if __name__ == "__main__":
    if sys.argv[2] == "patient":
        write(Database(sys.argv[1]), "p", is_patient=True)
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
