"""Households at the door: kept once, ticked once, named nowhere else."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.day.doors import door_list, save_households, tick_door
from dispatch.day.links import link_of, make_link
from dispatch.day.opening import day_scenario, import_scenario
from dispatch.errors import ConflictError, DispatchError
from dispatch.files.scenario.read import read_scenario
from dispatch.files.scenario.snapshot import scenario_to_bytes
from dispatch.model.households import Household
from dispatch.store.audit import trail
from dispatch.store.backup import back_up, restore
from dispatch.store.db import Database, sqlite_url

TINY = Path(__file__).parents[1] / "data" / "tiny"
TOWN = "430423112"
AT = dt.datetime(2022, 9, 6, 8)
DATE = AT.date()
NAMES = ("张三丰", "李四娘")


@pytest.fixture
def town(db):
    import_scenario(db, TOWN, read_scenario(TINY), who="test", at=AT)
    import_scenario(db, "other", read_scenario(TINY), who="test", at=AT)
    save(db, [], [home(NAMES[0]), home(NAMES[1], village="002", carries=False)])
    return db


def home(name, **fields):
    values = {"village": "001", "address": "二组 3 号", "people": 2, "note": "聋"}
    return Household(name=name, **(values | fields))


def save(db, base, ours, town=TOWN):
    return save_households(
        db,
        town,
        base=base,
        ours=ours,
        villages=["001", "002"],
        who="王",
        at=AT,
    )


def rows(db, town=TOWN):
    return list(door_list(db, town, DATE).households)


def link(db, *, sees_doors=True, **more):
    values = {"team": "志愿者", "trucks": ["T1"], **more}
    word, _ = make_link(
        db, TOWN, until=DATE, sees_doors=sees_doors, who="test", at=AT, **values
    )
    found = link_of(db, word, kind="link", now=AT)
    assert found is not None
    return found


def tick(db, number, *, by, villages=("001", "002"), is_done=True, at=AT):
    tick_door(db, by, number, DATE, villages=villages, is_done=is_done, at=at)


def test_rows_are_added_changed_and_deleted(town):
    first, second = rows(town)
    assert (first.name, first.village, first.version) == (NAMES[0], "001", 1)
    assert (second.carries, second.people) == (False, 2)
    changed = replace(first, people=5, address="  三组\n 4 号 ")
    assert save(town, [first, second], [changed, home("王五")]) == 3
    (now, new) = rows(town)
    assert (now.number, now.people, now.version) == (first.number, 5, 2)
    assert now.address == "三组 4 号"
    assert new.name == "王五"
    assert save(town, rows(town), rows(town)) == 0
    assert rows(town, "other") == []


def test_two_who_change_one_household_are_told(town):
    base = rows(town)
    mine = [replace(base[0], people=3), base[1]]
    save(town, base, mine)
    with pytest.raises(ConflictError) as error:
        save(town, base, [replace(base[0], people=4), base[1]])
    assert not any(name in error.value.text("zh") for name in NAMES)
    # What the other one did not touch is saved.
    assert save(town, base, [base[0], replace(base[1], note="")]) == 1
    assert [(row.people, row.note) for row in rows(town)] == [(3, "聋"), (2, "")]
    # Deleted by one, changed by the other.
    base = rows(town)
    save(town, base, base[1:])
    with pytest.raises(ConflictError):
        save(town, base, [replace(base[0], people=9), base[1]])


@pytest.mark.parametrize(
    "wrong",
    [
        {"village": "nowhere"},
        {"name": "  "},
        {"people": 0},
        {"people": 100},
        {"note": "x" * 501},
        {"address": "x" * 301},
    ],
)
def test_a_wrong_row_is_told_by_its_number(town, wrong):
    base = rows(town)
    bad = replace(base[1], **wrong)
    with pytest.raises(DispatchError) as error:
        save(town, base, [base[0], bad])
    assert "第 2 行" in error.value.text("zh")
    assert not any(name in error.value.text("zh") for name in NAMES)
    assert rows(town) == base


def test_a_tick_counts_once_and_is_taken_back(town):
    first, second = rows(town)
    by = link(town)
    tick(town, first.number, by=by)
    tick(town, first.number, by=by, at=AT + dt.timedelta(hours=1))
    assert door_list(town, TOWN, DATE).ticks == {first.number: AT}
    tomorrow = DATE + dt.timedelta(days=1)
    assert door_list(town, TOWN, tomorrow).ticks == {}
    tick(town, first.number, by=by, is_done=False)
    tick(town, second.number, by=by, is_done=False)
    assert door_list(town, TOWN, DATE).ticks == {}
    tick(town, first.number, by=by)
    # With the household goes its tick.
    save(town, rows(town), rows(town)[1:])
    assert door_list(town, TOWN, DATE).ticks == {}


def test_who_may_not_see_households_ticks_none(town):
    first, second = rows(town)
    blind = link(town, sees_doors=False)
    with pytest.raises(DispatchError):
        tick(town, first.number, by=blind)
    # Not where its trucks do not go today, and none of another township.
    with pytest.raises(DispatchError):
        tick(town, second.number, by=link(town), villages=["001"])
    save(town, [], [home("外人")], town="other")
    with pytest.raises(DispatchError):
        tick(town, rows(town, "other")[0].number, by=link(town))
    assert door_list(town, TOWN, DATE).ticks == {}


def test_only_links_of_teams_can_show_households(town):
    with pytest.raises(DispatchError):
        link(town, team=None, trucks=(), truck="T1")
    with pytest.raises(DispatchError):
        link(town, team=None, trucks=(), village="001")


def test_names_stay_out_of_trail_tables_and_log(town, caplog):
    caplog.set_level(logging.DEBUG)
    base = rows(town)
    save(town, base, [replace(base[0], people=3)])
    tick(town, base[0].number, by=link(town))
    with town.read() as session:
        told = [repr((row.what, row.old, row.new)) for row in trail(session, TOWN)]
    assert any("households" in text and "deleted" in text for text in told)
    kept = scenario_to_bytes(day_scenario(town, TOWN, DATE))
    for name in (*NAMES, "二组"):
        assert not any(name in text for text in told)
        assert name not in caplog.text
        assert name.encode() not in kept


def test_a_backup_brings_them_back(town, tmp_path):
    """They are the office's own data: lost, nobody could write them down again."""
    tick(town, rows(town)[0].number, by=link(town))
    back_up(town, tmp_path / "backup.zip")
    other = Database(sqlite_url(tmp_path / "other.db"))
    restore(other, tmp_path / "backup.zip")
    assert rows(other) == rows(town)
    assert door_list(other, TOWN, DATE).ticks == door_list(town, TOWN, DATE).ticks
    other.close()
