"""Two coordinators edit one day: nothing of either is lost without a word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dispatch.day.editing import EditConflictError, save_day
from dispatch.day.opening import close_day, day_scenario, import_scenario, open_day
from dispatch.errors import ConflictError
from dispatch.files.scenario.read import read_scenario
from dispatch.operations.merging import undone
from dispatch.store.audit import trail
from dispatch.store.master import items_of

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario
    from dispatch.store.db import Database

TINY = Path(__file__).parents[1] / "data" / "tiny"
TOWN = "430423"
AT = dt.datetime(2022, 9, 6, 7)


@pytest.fixture
def morning(db: Database) -> Scenario:
    scenario = read_scenario(TINY)
    import_scenario(db, TOWN, scenario, who="test", at=AT)
    return day_scenario(db, TOWN, scenario.date)


def with_village(scenario: Scenario, **values: object) -> Scenario:
    first = replace(scenario.villages[0], **values)
    return replace(scenario, villages=(first, *scenario.villages[1:]))


def save(db, base, ours, who="a", **options):
    return save_day(
        db, TOWN, base.date, base=base, ours=ours, who=who, at=AT, **options
    )


def test_an_edit_is_of_the_day_and_of_the_days_after(db, morning):
    edits = save(db, morning, with_village(morning, population=501, notes="=cmd|x"))
    assert [(e.table, e.action, sorted(e.new)) for e in edits] == [
        ("villages", "changed", ["notes", "population"])
    ]
    assert day_scenario(db, TOWN, morning.date).villages[0].population == 501
    close_day(db, TOWN, morning.date, who="a", at=AT)
    after = morning.date + dt.timedelta(days=1)
    open_day(db, TOWN, after, who="a", at=AT)
    village = day_scenario(db, TOWN, after).villages[0]
    assert (village.population, village.notes) == (501, "=cmd|x")
    with db.read() as session:
        last = [row for row in trail(session, TOWN) if row.what.startswith("village ")]
        versions = [row.version for row in items_of(session, TOWN, "village")]
    assert last[-1].who == "a"
    assert last[-1].new == {"population": 501, "notes": "=cmd|x"}
    assert last[-1].old["population"] == morning.villages[0].population
    assert versions[0] == 2
    assert set(versions[1:]) <= {1}


def test_two_fields_of_one_village_are_both_kept(db, morning):
    save(db, morning, with_village(morning, population=501))
    save(db, morning, with_village(morning, stock_l=700), who="b")
    village = day_scenario(db, TOWN, morning.date).villages[0]
    assert (village.population, village.stock_l) == (501, 700)


def test_one_field_saved_twice_is_told_with_both_values(db, morning):
    save(db, morning, with_village(morning, population=501))
    both = with_village(morning, population=502, stock_l=700)
    with pytest.raises(EditConflictError, match=r"501.*502") as caught:
        save(db, morning, both, who="b")
    (conflict,) = caught.value.conflicts
    assert (conflict.field, conflict.theirs, conflict.ours) == ("population", 501, 502)
    village = day_scenario(db, TOWN, morning.date).villages[0]
    assert (village.population, village.stock_l) == (501, morning.villages[0].stock_l)
    save(db, morning, both, who="b", ours_wins=True)
    village = day_scenario(db, TOWN, morning.date).villages[0]
    assert (village.population, village.stock_l) == (502, 700)


def test_the_same_value_saved_twice_is_no_conflict(db, morning):
    save(db, morning, with_village(morning, population=501))
    assert save(db, morning, with_village(morning, population=501), who="b") == ()


def test_rows_are_added_and_deleted(db, morning):
    extra = replace(morning.trucks[0], truck_id="T99", plate="湘D99")
    added = replace(morning, trucks=(*morning.trucks, extra))
    save(db, morning, added)
    assert day_scenario(db, TOWN, morning.date).trucks[-1].truck_id == "T99"
    save(db, added, morning)
    ids = [truck.truck_id for truck in day_scenario(db, TOWN, morning.date).trucks]
    assert "T99" not in ids


def test_a_row_that_one_deletes_and_one_changes_is_a_conflict(db, morning):
    extra = replace(morning.villages[0], village_id="V99", name="新点")
    base = replace(morning, villages=(*morning.villages, extra))
    save(db, morning, base)
    changed = replace(base, villages=(*morning.villages, replace(extra, population=90)))
    save(db, base, changed)
    with pytest.raises(EditConflictError):
        save(db, base, morning, who="b")
    save(db, base, morning, who="b", ours_wins=True)
    with pytest.raises(EditConflictError):
        save(db, base, changed, who="c")


def test_a_truck_out_of_service_keeps_its_row(db, morning):
    resting = replace(morning.trucks[0], out_of_service=True)
    ours = replace(morning, trucks=(resting, *morning.trucks[1:]))
    save(db, morning, ours)
    kept = day_scenario(db, TOWN, morning.date)
    assert kept.all_trucks[0] == resting
    assert resting.truck_id not in kept.truck_by_id


def test_settings_are_saved_for_the_days_after(db, morning):
    save(db, morning, replace(morning, equity_steps=3))
    close_day(db, TOWN, morning.date, who="a", at=AT)
    after = morning.date + dt.timedelta(days=1)
    open_day(db, TOWN, after, who="a", at=AT)
    assert day_scenario(db, TOWN, after).equity_steps == 3


def test_what_tables_round_is_no_edit(db, morning):
    exact = with_village(morning, lat=28.123456789)
    save(db, morning, exact)
    base = day_scenario(db, TOWN, morning.date)
    shown = with_village(base, lat=28.123457)
    ours = with_village(shown, population=70)
    (edit,) = save(db, base, ours, shown=shown)
    assert set(edit.new) == {"population"}
    assert day_scenario(db, TOWN, morning.date).villages[0].lat == 28.123456789


def test_a_closed_day_is_not_edited(db, morning):
    close_day(db, TOWN, morning.date, who="a", at=AT)
    with pytest.raises(ConflictError):
        save(db, morning, with_village(morning, population=50))


def test_edits_are_taken_back_but_not_what_came_since(db, morning):
    extra = replace(morning.trucks[0], truck_id="T99", plate="湘D99")
    ours = replace(
        with_village(morning, population=501, stock_l=700),
        trucks=(*morning.trucks, extra),
        equity_steps=3,
    )
    edits = save(db, morning, ours)
    now = day_scenario(db, TOWN, morning.date)
    save(db, now, with_village(now, stock_l=900), who="b")
    now = day_scenario(db, TOWN, morning.date)
    save(db, now, undone(now, edits))
    back = day_scenario(db, TOWN, morning.date)
    assert back.villages[0].population == morning.villages[0].population
    assert back.villages[0].stock_l == 900
    assert (back.trucks, back.equity_steps) == (morning.trucks, morning.equity_steps)


def test_a_deleted_row_comes_back_whole(db, morning):
    without = replace(morning, villages=morning.villages[1:])
    edits = save(db, morning, without)
    now = day_scenario(db, TOWN, morning.date)
    save(db, now, undone(now, edits))
    back = day_scenario(db, TOWN, morning.date)
    assert set(back.villages) == set(morning.villages)
