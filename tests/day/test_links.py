"""Links for phones: not to be guessed, over in time, taken back, bound to one truck."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from dispatch.day.links import all_links, link_of, make_link, revoke_links
from dispatch.day.opening import import_scenario
from dispatch.errors import DispatchError
from dispatch.model.scenario import Depot, Scenario, Source, Truck, Village
from dispatch.store.tables import Base
from dispatch.store.tokens import count_up, ensure_secret, secret_of

if TYPE_CHECKING:
    from dispatch.store.db import Database

NOW = dt.datetime(2022, 9, 6, 8, 0)
TODAY = NOW.date()


def truck(name: str, driver: str = "") -> Truck:
    return Truck(
        truck_id=name,
        capacity_l=5000,
        depot_id="D1",
        shift_start_s=25200,
        shift_end_s=61200,
        driver=driver,
    )


SMALL = Scenario(
    name="小镇",
    date=TODAY,
    villages=(
        Village(village_id="V1", name="上村", lat=28.0, lon=115.0, population=100),
    ),
    sources=(Source(source_id="S1", name="水厂", lat=28.0, lon=115.01, supply_l=9000),),
    depots=(Depot(depot_id="D1", name="场站", lat=28.01, lon=115.0),),
    trucks=(truck("T1", "一队"), truck("T2"), truck("T3", "一队")),
)


@pytest.fixture
def town(db: Database) -> Database:
    """Give a store with two townships that have the same trucks."""
    for code in ("1", "2"):
        import_scenario(db, code, SMALL, who="test", at=NOW)
    return db


def made(db: Database, township: str = "1", until: dt.date = TODAY, **subject: object):
    return make_link(db, township, until=until, who="test", at=NOW, **subject)


def opens(db: Database, word: str, kind: str = "link", now: dt.datetime = NOW):
    return link_of(db, word, kind=kind, now=now)


def test_a_link_opens_its_truck_until_its_last_day_is_over(town: Database) -> None:
    word, link = made(town, truck="T1")
    assert opens(town, word) == link
    assert (link.township, link.trucks, link.is_team) == ("1", ("T1",), False)
    midnight = dt.datetime.combine(TODAY + dt.timedelta(days=1), dt.time())
    assert opens(town, word, now=midnight - dt.timedelta(seconds=1)) == link
    assert opens(town, word, now=midnight) is None


def test_a_revoked_link_opens_nothing(town: Database) -> None:
    """By truck in one township, or by the number of the link."""
    here, _ = made(town, truck="T1")
    there, _ = made(town, "2", truck="T1")
    other, link = made(town, truck="T2")
    assert revoke_links(town, "T1", township="1", who="test", at=NOW) == 1
    assert opens(town, here) is None
    assert opens(town, there) is not None
    assert revoke_links(town, f"#{link.number}", who="test", at=NOW) == 1
    assert opens(town, other) is None
    assert revoke_links(town, "T9", who="test", at=NOW) == 0
    assert [link.is_revoked for link in all_links(town)] == [True, False, True]


def test_words_cannot_be_guessed(town: Database) -> None:
    """128 random bits or more; what is near a right word is wrong."""
    words = [made(town, truck="T1")[0] for _ in range(20)]
    assert len(set(words)) == 20
    assert min(len(word) for word in words) * 6 >= 128
    tries = [words[0][:-1], words[0] + "x", words[0].swapcase(), "", "%", "T1", "1"]
    tries += [secrets.token_urlsafe(24) for _ in range(200)] + ["x" * 100_000]
    assert [word for word in tries if opens(town, word) is not None] == []


def test_only_a_hash_is_kept(town: Database) -> None:
    word, _ = made(town, truck="T1")
    with town.read() as session:
        kept = [
            str(row)
            for table in Base.metadata.tables.values()
            for row in session.execute(select(table))
        ]
    assert not any(word in row for row in kept)


def test_the_hash_itself_opens_nothing(town: Database) -> None:
    """Who reads a backup must not get in by it."""
    made(town, truck="T1")
    with town.read() as session:
        rows = session.execute(select(Base.metadata.tables["token"])).mappings()
        hashes = [row["token_hash"] for row in rows]
    assert hashes
    assert not any(opens(town, word) for word in hashes)


def test_a_link_of_one_kind_is_none_of_another(town: Database) -> None:
    for_truck, _ = made(town, truck="T1")
    for_village, _ = made(town, village="V1")
    assert opens(town, for_truck, "village") is None
    assert opens(town, for_village, "link") is None
    assert opens(town, for_truck, "session") is None
    village = opens(town, for_village, "village")
    assert village is not None
    assert (village.subject, village.trucks) == ("V1", ())


def test_a_team_has_its_trucks(town: Database) -> None:
    """Those that are named, else those that it drives."""
    assert made(town, team="一队")[1].trucks == ("T1", "T3")
    named = made(town, team="二队", trucks=["T2"])[1]
    assert (named.trucks, named.is_team) == (("T2",), True)
    assert made(town, team="三队")[1].trucks == ()


@pytest.mark.parametrize(
    "subject",
    [
        {},
        {"truck": "T9"},
        {"village": "T1"},
        {"truck": "T1", "team": "一队"},
        {"truck": "T1", "trucks": ["T2"]},
        {"team": "一队", "trucks": ["T1", "T9"]},
        {"truck": "T1' OR '1'='1"},
    ],
)
def test_a_link_of_nothing_is_refused(town: Database, subject) -> None:
    with pytest.raises(DispatchError):
        made(town, **subject)
    assert all_links(town) == []


def test_a_township_that_is_not_there_is_told(town: Database) -> None:
    with pytest.raises(DispatchError, match="9"):
        made(town, "9", truck="T1")


def test_the_secret_is_made_once_and_counters_count(town: Database) -> None:
    with town.read() as session:
        assert secret_of(session) is None
    with town.write() as session:
        secret = ensure_secret(session)
    with town.write() as session:
        assert ensure_secret(session) == secret
        assert len(secret) == 32
        assert [count_up(session, "x"), count_up(session, "x")] == [1, 2]
        assert count_up(session, "y") == 1
