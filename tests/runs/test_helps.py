"""What would help, worked out in the background, is kept with its version."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest

from dispatch.day.helping import helps_of
from dispatch.day.opening import close_day
from dispatch.day.planning import plan_version
from dispatch.day.publishing import publish_version
from dispatch.errors import ConflictError, DispatchError
from dispatch.model.need import BANDS
from dispatch.planning.variants import list_variants
from dispatch.planning.whatif import Effect, WhatIf
from dispatch.runs.queue import (
    Ask,
    ask_helps,
    ask_plan,
    cancel_run,
    finish_run,
    latest_run,
    runs_of,
)
from dispatch.runs.worker import work
from dispatch.solver.params import SolveParams
from dispatch.store.tables import Job

CODE = "430408"


@pytest.fixture
def planned(town):
    """Give a store whose day has one version."""
    db, date, at = town
    plan_version(db, CODE, date, SolveParams(iterations=20, workers=1), at=at)
    return town


def ask(town, version=1, **more):
    db, date, at = town
    made = Ask(township=CODE, date=date, helps=version, **{"seconds": 1.0, **more})
    return ask_helps(db, made, who="王", at=at)


def latest(town):
    db, date, _ = town
    return latest_run(db, CODE, date, now=dt.datetime.now(), kind="whatif")


def kept(town, version=1):
    db, date, _ = town
    return helps_of(db, CODE, date, version)


def answer(litres=12_300, people=340, count=2):
    """Return a stand-in for the search: the first change adds, the others do not."""

    def found(scenario, travel, plan, *, progress, should_stop, **options):
        variants = list_variants(scenario, travel, plan)
        effects = []
        for number, variant in enumerate(variants[:count]):
            gain = dict.fromkeys(BANDS, 0)
            gain["basic"] = litres if number == 0 else 0
            effects.append(
                Effect(variant, gain, people if number == 0 else 0, number == 0)
            )
            progress(number + 1, len(variants))
        return WhatIf(dict.fromkeys(BANDS, 10), 5, 100, len(variants), tuple(effects))

    return found


def wait_until(is_so, seconds=60):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_what_would_help_is_kept_with_its_version(planned):
    db, date, _ = planned
    run = ask(planned)
    assert (run.version, run.ask.helps) == (1, 1)
    # It is no run of the planner: its page is as it was.
    assert runs_of(db, CODE, date, now=dt.datetime.now()) == []
    assert work(db, help_with=answer()) == 1
    run = latest(planned)
    assert (run.state.status, run.version) == ("done", 1)
    found = kept(planned)
    assert (found.version, found.who) == (1, "王")
    first, second = found.helps.tried
    assert (first.kind, first.litres, first.people) == ("truck", 12_300, 340)
    assert (second.is_gain, second.is_clear) == (False, False)
    assert found.helps.num_left_out > 0
    # A second answer takes the place of the first.
    ask(planned)
    work(db, help_with=answer(litres=5))
    assert kept(planned).helps.tried[0].litres == 5


def test_the_real_search_answers(planned):
    """Figures come from a version as the store has it, without any stand-in."""
    db, _, _ = planned
    ask(planned, seconds=2.0, iterations=5)
    work(db)
    assert latest(planned).state.message == ""
    helps = kept(planned).helps
    assert helps.base_l > 0
    assert len(helps.tried) == helps.num_variants > 0


def test_plans_go_first(planned):
    """Whoever plans after a breakdown waits for no answer of minutes."""
    db, date, at = planned
    ask(planned)
    order = []

    def slow(*args, should_stop, **options):
        order.append("whatif")
        if len(order) == 1:
            ask_plan(db, Ask(township=CODE, date=date, iterations=5), who="李", at=at)
            wait_until(should_stop)
        return answer()(*args, should_stop=should_stop, **options)

    def search(*args, **options):
        from dispatch.solver.run import solve

        order.append("plan")
        return solve(*args, **options)

    assert work(db, solve=search, help_with=slow) == 3
    assert order == ["whatif", "plan", "whatif"]
    assert kept(planned).version == 1
    with db.read() as session:
        rows = {job.kind: job for job in session.query(Job)}
    assert (rows["whatif"].status, rows["whatif"].attempts) == ("done", 1)
    assert (rows["plan"].status, rows["plan"].version) == ("done", 2)


def test_cancelling_keeps_nothing_and_finishing_keeps_what_there_is(planned):
    db, _, at = planned
    for wish, status in ((cancel_run, "cancelled"), (finish_run, "done")):
        run = ask(planned)

        def slow(*args, should_stop, wish=wish, run=run, **options):
            wish(db, run.number, who="李", at=at)
            wait_until(should_stop)
            return answer()(*args, should_stop=should_stop, **options)

        work(db, help_with=slow)
        assert latest(planned).state.status == status
        assert (kept(planned) is None) == (status == "cancelled")


def test_progress_is_seen_by_everybody(planned):
    db, _, _ = planned
    ask(planned)
    seen = []

    def slow(*args, progress, **options):
        progress(3, 12)
        wait_until(lambda: latest(planned).state.total)
        seen.append(latest(planned).state)
        return answer()(*args, progress=progress, **options)

    worker = threading.Thread(target=work, args=(db,), kwargs={"help_with": slow})
    worker.start()
    worker.join()
    assert (seen[0].count, seen[0].total, seen[0].fraction) == (3, 12, 0.25)


def test_a_search_that_fails_is_a_sentence(planned):
    db, _, _ = planned
    ask(planned)

    def fail(*args, **options):
        raise ValueError

    work(db, help_with=fail)
    run = latest(planned)
    assert run.state.status == "failed"
    assert "ValueError" in run.state.message
    assert kept(planned) is None


def test_what_cannot_be_asked_is_refused_at_once(planned):
    db, date, at = planned
    ask(planned)
    with pytest.raises(ConflictError, match="王"):
        ask(planned)
    # A plan may be asked for meanwhile.
    assert ask_plan(db, Ask(township=CODE, date=date), who="李", at=at).number == 2
    cancel_run(db, 1, who="李", at=at)
    for bad in (7, None):
        with pytest.raises(DispatchError):
            ask(planned, version=bad)
    cancel_run(db, 2, who="李", at=at)
    publish_version(db, CODE, date, 1, who="t", at=at)
    close_day(db, CODE, date, who="t", at=at)
    with pytest.raises(ConflictError):
        ask(planned)
