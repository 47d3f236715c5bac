"""Papers of versions: which one people know, and whom to call."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dispatch.day.opening import import_scenario
from dispatch.day.paper import told_before, version_paper
from dispatch.day.planning import keep_hand_version, plan_version
from dispatch.day.publishing import publish_version, shown_version, withdraw_version
from dispatch.errors import DispatchError
from dispatch.files.scenario.read import read_scenario
from dispatch.planning.hand import HandPlan, VisitAt, hand_result
from dispatch.roads.travel import travel_matrix
from dispatch.solver.params import SolveParams
from dispatch.store.days import VersionHead

if TYPE_CHECKING:
    from dispatch.store.db import Database

TINY = Path(__file__).parents[1] / "data" / "tiny"
TOWN = "430423112"
AT = dt.datetime(2022, 9, 6, 6)
LATER = AT + dt.timedelta(hours=1)
FEW = SolveParams(iterations=50)
FIRST = VisitAt("T1", 0, 0)


@pytest.fixture
def date(db: Database) -> dt.date:
    scenario = read_scenario(TINY)
    import_scenario(db, TOWN, scenario, who="test", at=AT)
    plan_version(db, TOWN, scenario.date, FEW, at=AT)
    return scenario.date


def head(number: int, published_at: dt.datetime | None) -> VersionHead:
    return VersionHead(number, "any", AT, published_at, None, None, None, 0, 0)


def dropped(db: Database, date: dt.date, base: int) -> tuple[int, str]:
    """Return a version without the first visit of another one, and its village."""
    shown = shown_version(db, TOWN, date, base)
    hand = HandPlan(base=shown.plan)
    after = hand_result(
        shown.scenario, travel_matrix(shown.scenario), hand.dropped(FIRST)
    )
    number = keep_hand_version(
        db, TOWN, date, base=base, plan=after.plan, who="a", at=AT
    )
    return number, hand.visit(FIRST).place_id


def test_people_know_what_was_published_last_before() -> None:
    heads = [head(1, AT), head(2, LATER), head(3, None)]
    assert [told_before(heads, number) for number in (1, 2, 3)] == [None, 1, 2]
    assert told_before([head(1, None), head(2, None)], 2) is None


def test_the_published_version_is_printed_unless_one_is_named(db, date):
    with pytest.raises(DispatchError):
        version_paper(db, TOWN, date)
    assert version_paper(db, TOWN, date, 1).day.edition.status == "draft"
    publish_version(db, TOWN, date, 1, who="a", at=LATER)
    shown = version_paper(db, TOWN, date)
    assert shown.day.edition.number == 1
    assert shown.day.edition.published_at == LATER
    assert shown.day.plan == shown_version(db, TOWN, date, 1).plan
    with pytest.raises(DispatchError):
        version_paper(db, TOWN, date, 9)


def test_nobody_is_called_before_anything_was_told(db, date):
    assert version_paper(db, TOWN, date, 1).calls is None
    number, _ = dropped(db, date, 1)
    assert version_paper(db, TOWN, date, number).calls is None


def test_a_dropped_visit_calls_its_village(db, date):
    publish_version(db, TOWN, date, 1, who="a", at=LATER)
    number, village_id = dropped(db, date, 1)
    calls = version_paper(db, TOWN, date, number).calls
    assert calls.previous == 1
    assert [call.village_id for call in calls.calls] == [village_id]
    assert calls.after_l < calls.before_l
    before = shown_version(db, TOWN, date, 1).plan.totals.delivered_l
    assert calls.before_l == before


def test_a_draft_of_a_draft_is_compared_with_what_people_know(db, date):
    """They were never told of the draft between: its changes are news to them too."""
    publish_version(db, TOWN, date, 1, who="a", at=LATER)
    between, first = dropped(db, date, 1)
    last, second = dropped(db, date, between)
    calls = version_paper(db, TOWN, date, last).calls
    assert calls.previous == 1
    assert {call.village_id for call in calls.calls} == {first, second}
    assert calls.before_l == shown_version(db, TOWN, date, 1).plan.totals.delivered_l


def test_who_was_called_about_a_withdrawn_version_still_expects_it(db, date):
    publish_version(db, TOWN, date, 1, who="a", at=LATER)
    number, _ = dropped(db, date, 1)
    withdraw_version(db, TOWN, date, 1, who="a", at=LATER)
    assert version_paper(db, TOWN, date, number).calls.previous == 1
    assert version_paper(db, TOWN, date, 1).day.edition.status == "withdrawn"
