"""Runs as rows: asked for once a day, followed by everybody, never running for ever."""

from __future__ import annotations

import datetime as dt
import json
import threading
from dataclasses import replace

import pytest

from dispatch.day.opening import close_day
from dispatch.errors import ConflictError, DispatchError
from dispatch.runs import queue
from dispatch.runs.machine import is_gone, this_worker
from dispatch.runs.queue import (
    Ask,
    ask_plan,
    cancel_run,
    finish_run,
    latest_run,
    runs_of,
)
from dispatch.store.jobs import (
    HEARTBEAT_LIMIT,
    beat,
    claim_of,
    end_job,
    give_back,
    take_job,
)
from dispatch.store.tables import Job

CODE = "430408"
MINUTE = dt.timedelta(minutes=1)


def ask(town, **more):
    db, date, at = town
    made = Ask(township=CODE, date=date, **{"iterations": 20, **more})
    return ask_plan(db, made, who="王", at=at)


def take(town, worker="elsewhere:1", after=dt.timedelta()):
    db, _, at = town
    with db.write() as session:
        return take_job(session, worker=worker, now=at + after)


def latest(town, after=dt.timedelta()):
    db, date, at = town
    return latest_run(db, CODE, date, now=at + after)


def test_an_ask_comes_back_as_it_was(town):
    db, date, at = town
    assert latest(town) is None
    run = ask(
        town,
        seconds=2.5,
        now_s=36_000,
        delays_s={"T1": 600},
        broken_trucks=("T1",),
        change_price_l=5,
        lang="en",
    )
    assert run.ask == Ask(
        township=CODE,
        date=date,
        seconds=2.5,
        iterations=20,
        now_s=36_000,
        delays_s={"T1": 600},
        broken_trucks=("T1",),
        change_price_l=5,
        lang="en",
    )
    assert latest(town) == run
    assert (run.state.status, run.version, run.wish) == ("queued", None, "")
    assert run.state.is_active
    assert not run.state.is_good
    assert (run.asked_by, run.asked_at, run.state.heartbeat) == ("王", at, at)
    assert runs_of(db, CODE, date, now=at) == [run]


def test_asking_starts_a_worker_once_the_row_is_there(town, monkeypatch):
    seen = []
    monkeypatch.setattr(queue, "spawn_worker", lambda db: seen.append(latest(town)))
    run = ask(town)
    assert seen == [run]


def test_a_second_ask_for_the_day_says_who_was_first(town):
    ask(town)
    with pytest.raises(ConflictError, match=r"王 has asked for a plan .* at 06:00"):
        ask(town)
    take(town)
    with pytest.raises(ConflictError, match="王"):
        ask(town)
    assert len(runs_of(town[0], CODE, town[1], now=town[2])) == 1


def test_of_two_that_ask_at_once_one_is_refused(town):
    """The row of the day is locked from the look at other runs to the new one."""
    barrier, answers = threading.Barrier(4), []

    def one():
        barrier.wait()
        try:
            answers.append(ask(town).number)
        except ConflictError:
            answers.append(None)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(number is None for number in answers) == [False, True, True, True]


def test_what_cannot_be_planned_is_refused_at_once(town):
    db, date, at = town
    for more, says in (
        ({"broken_trucks": ("T9",)}, "no truck 'T9'"),
        ({"delays_s": {"T9": 60}}, "no truck 'T9'"),
        ({"locked_villages": ("V?",)}, "no village"),
        ({"now_s": -1}, "between 00:00"),
        ({"seconds": 0}, "above 0 s"),
        ({"iterations": 0}, "at least 1"),
        ({"seed": -1}, "not below 0"),
        ({"delays_s": {"T1": -60}}, "not below 0"),
    ):
        with pytest.raises(DispatchError, match=says):
            ask(town, **more)
    later = Ask(township=CODE, date=date + dt.timedelta(days=1))
    with pytest.raises(DispatchError, match="has no day"):
        ask_plan(db, later, who="王", at=at)
    close_day(db, CODE, date, who="test", at=at)
    with pytest.raises(ConflictError, match="closed"):
        ask(town)
    assert latest(town) is None


def test_a_job_is_taken_once_by_takers_at_the_same_moment(town):
    db, _date, _at = town
    ask(town)
    barrier, taken = threading.Barrier(6), []

    def one(number):
        barrier.wait()
        taken.append(take(town, f"host:{number}"))

    threads = [threading.Thread(target=one, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(job is not None for job in taken) == 1
    (winner,) = [job.worker for job in taken if job is not None]
    with db.read() as session:
        kept = session.get(Job, latest(town).number)
        assert (kept.status, kept.worker, kept.attempts) == ("running", winner, 1)


def test_a_locked_row_is_passed_over_and_not_waited_for(town):
    """Two machines take two days; with PostgreSQL neither waits for the other."""
    db, date, at = town
    if db.is_sqlite:
        pytest.skip("SQLite lets one write at a time")
    from dispatch.day.opening import open_day

    first = ask(town)
    open_day(db, CODE, date + dt.timedelta(days=1), who="test", at=at)
    other = replace(first.ask, date=date + dt.timedelta(days=1))
    second = ask_plan(db, other, who="李", at=at)
    with db.write() as session:
        held = take_job(session, worker="a:1", now=at)
        assert held.id == first.number
        taken = []
        thread = threading.Thread(
            target=lambda: taken.extend([take(town, "b:1"), take(town, "c:1")])
        )
        thread.start()
        thread.join(timeout=20)
        assert not thread.is_alive()
    assert [job and job.id for job in taken] == [second.number, None]


def test_progress_is_seen_by_everybody(town):
    db, _, at = town
    ask(town)
    job = take(town)
    progress = {
        "phase": "search",
        "fraction": 0.4,
        "elapsed_s": 2.0,
        "iterations": 7,
        "served_l": 5,
        "bound_l": 9,
        "of_a_later_version": 1,
    }
    with db.write() as session:
        assert beat(session, claim_of(job), now=at + MINUTE, progress=progress) == ""
    with db.write() as session:
        assert beat(session, claim_of(job), now=at + MINUTE) == ""
    state = latest(town).state
    assert (state.phase, state.fraction, state.iterations) == ("search", 0.4, 7)
    assert (state.served_l, state.bound_l) == (5, 9)
    assert state.heartbeat == at + MINUTE


def test_wishes_reach_the_worker_and_cancel_wins(town):
    db, _date, at = town
    run = ask(town)
    job = take(town)
    finish_run(db, run.number, who="李", at=at)
    with db.write() as session:
        assert beat(session, claim_of(job), now=at) == "finish"
    cancel_run(db, run.number, who="李", at=at)
    finish_run(db, run.number, who="李", at=at)
    with db.write() as session:
        assert beat(session, claim_of(job), now=at) == "cancel"
    assert latest(town).wish == "cancel"
    with pytest.raises(DispatchError, match="no planning run 99"):
        cancel_run(db, 99, who="李", at=at)


def test_a_run_that_waits_is_cancelled_at_once(town):
    db, _, at = town
    run = ask(town)
    cancel_run(db, run.number, who="李", at=at)
    assert latest(town).state.status == "cancelled"
    assert take(town) is None
    again = ask(town)
    assert again.number != run.number


def test_what_is_over_stays_as_it_is(town):
    db, _, at = town
    run = ask(town)
    job = take(town)
    with db.write() as session:
        assert end_job(session, claim_of(job), "done", now=at, version=1)
    cancel_run(db, run.number, who="李", at=at)
    assert (latest(town).state.status, latest(town).wish) == ("done", "")
    assert latest(town, after=60 * MINUTE).state.status == "done"


def test_a_silent_worker_is_gone_and_its_run_is_given_back_once(town):
    db, _, at = town
    ask(town)
    job = take(town)
    assert latest(town, HEARTBEAT_LIMIT).state.status == "running"
    told = latest(town, 2 * MINUTE).state
    assert (told.status, told.message) == ("failed", "crashed")
    with db.write() as session:
        assert give_back(session, now=at + HEARTBEAT_LIMIT) == []
        assert give_back(session, now=at + 2 * MINUTE) == [job.id]
    assert latest(town).state.status == "queued"
    second = take(town, "other:2", after=2 * MINUTE)
    # The first one wakes up: it has lost the run and writes nothing any more.
    with db.write() as session:
        assert beat(session, claim_of(job), now=at) is None
        assert not end_job(session, claim_of(job), "done", now=at, version=7)
    assert (second.id, second.attempts) == (job.id, 2)
    with db.write() as session:
        assert give_back(session, now=at + 4 * MINUTE) == [job.id]
    state = latest(town).state
    assert (state.status, state.message) == ("failed", "crashed")
    assert latest(town).version is None


def test_a_worker_that_lost_a_run_by_name_has_lost_it_by_turn(town):
    """A process may get the number of the one before it."""
    db, _, at = town
    ask(town)
    job = take(town, "same:1")
    with db.write() as session:
        give_back(session, now=at + 2 * MINUTE)
    take(town, "same:1", after=2 * MINUTE)
    with db.write() as session:
        assert beat(session, claim_of(job), now=at) is None


def test_asking_again_after_a_crash_is_not_refused(town):
    db, date, at = town
    first = ask(town)
    take(town)
    made = replace(first.ask)
    second = ask_plan(db, made, who="李", at=at + 2 * MINUTE)
    states = [run.state for run in runs_of(db, CODE, date, now=at + 2 * MINUTE)]
    assert [state.status for state in states] == ["queued", "failed"]
    assert states[1].message == "crashed"
    assert take(town).id == second.number


def test_a_cancelled_run_of_a_dead_worker_is_not_tried_again(town):
    db, _, at = town
    run = ask(town)
    take(town)
    cancel_run(db, run.number, who="李", at=at)
    with db.write() as session:
        give_back(session, now=at + 2 * MINUTE)
    assert latest(town).state.status == "cancelled"


def test_what_a_dead_worker_does_not_obey_is_over(town):
    db, _date, at = town
    for wish, status in ((cancel_run, "cancelled"), (finish_run, "failed")):
        run = ask(town)
        take(town)
        wish(db, run.number, who="李", at=at + 2 * MINUTE)
        with db.read() as session:
            assert session.get(Job, run.number).status == status


def test_a_dead_process_of_this_machine_is_gone_before_the_minute(town):
    import subprocess
    import sys

    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    _, _, at = town
    ask(town)
    host = this_worker().rpartition(":")[0]
    job = take(town, f"{host}:{child.pid}")
    assert not is_gone(job, at + dt.timedelta(seconds=3))
    assert is_gone(job, at + dt.timedelta(seconds=10))
    job.worker = this_worker()
    assert not is_gone(job, at + dt.timedelta(seconds=10))


def test_a_run_of_another_version_breaks_no_page(town):
    db, date, _ = town
    run = ask(town)
    with db.write() as session:
        job = session.get(Job, run.number)
        job.ask = {"seconds": "many"}
        job.status = "dreaming"
        job.progress = json.loads("{}")
    told = latest(town)
    assert (told.ask.township, told.ask.date) == (CODE, date)
    assert told.state.status == "failed"
