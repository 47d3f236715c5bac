"""A backup is whole or refused, and a restore is all of it or nothing."""

from __future__ import annotations

import datetime as dt
import io
import json
import signal
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from dispatch.day.requests import add_request
from dispatch.errors import DispatchError
from dispatch.store import backup
from dispatch.store.backup import back_up, restore, verify_backup
from dispatch.store.db import Database, sqlite_url
from dispatch.store.jobs import add_job
from dispatch.store.master import import_scenario, scenario_of
from dispatch.store.request_photos import add_picture
from dispatch.store.requests import NewCall
from dispatch.store.tables import (
    Audit,
    Base,
    Event,
    Person,
    Photo,
    Request,
    Token,
)
from tests.databases import new_database
from tests.solver import tiny

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = dt.datetime(2022, 9, 6, 9, 0, 0, 123)
DAY = tiny.scenario([tiny.village("V1", population=7), tiny.village("V2")])


def fill(db: Database, code: str = "430423") -> None:
    """Put something into most tables, in texts that programs trip over."""
    with db.write() as session:
        import_scenario(session, code, DAY, who="=1+1", at=AT)
        for number in range(250):
            session.add(event(code, number))
        session.add(Audit(at=AT, who="王", what="\u2028\n", old=None, new={"b": [1.5]}))
        add_job(session, code, AT.date(), ask={"lang": "zh"}, who="王", at=AT)
        session.add(Person(name=f"李 {code}", role="coordinator", created_at=AT))
        session.add(Audit(at=AT, who="é", what="", old=None, new={"é": None}))
        session.add(
            Photo(township=code, key="0", digest="", file="a/1.jpg", received_at=AT)
        )
    add_request(db, code, NewCall(village="V1", people=4, key="k"), now=AT)


def event(code: str, number: int) -> Event:
    return Event(
        township=code,
        date=AT.date(),
        key=f"{number}",
        digest="",
        kind="delivered",
        litres=number,
        at=AT,
        chlorine_mg_l=0.1 + number / 3,
        received_at=AT,
    )


def rows(db: Database) -> dict[str, list[Any]]:
    with db.read() as session:
        return {
            table.name: sorted(
                (tuple(row) for row in session.execute(select(table))), key=repr
            )
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a second empty store, of either kind."""
    is_server = request.param == "postgresql"
    server = request.getfixturevalue("postgres") if is_server else None
    (tmp_path / "other").mkdir()
    with new_database(request.param, tmp_path / "other", server) as database:
        yield database


def test_a_restored_store_is_the_same_on_either_database(
    db: Database, other: Database, tmp_path: Path
) -> None:
    fill(db)
    file = tmp_path / "folder" / "backup.zip"
    made = back_up(db, file)
    assert made.tables["event"].rows == 250
    assert restore(other, file) == made
    assert rows(other) == rows(db)
    with other.read() as session:
        assert scenario_of(session, "430423", DAY.date) == DAY
    # And life goes on: new rows get numbers of their own.
    added = add_request(other, "430423", NewCall(village="V2", people=1), now=AT)
    assert added.call.number == 2
    assert (
        add_request(
            other, "430423", NewCall(village="V1", people=4, key="k"), now=AT
        ).call.number
        == 1
    )


def test_pictures_of_requests_go_with_them(db: Database, tmp_path: Path) -> None:
    fill(db)
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "9.jpg").write_bytes(b"jpeg")
    with db.write() as session:
        request = session.scalars(select(Request)).first()
        assert request is not None
        add_picture(session, request, digest="d", file="9.jpg", who="test", at=AT)
    manifest = back_up(db, tmp_path / "b.zip", photos=photos)
    assert "9.jpg" in manifest.photos
    restore(db, tmp_path / "b.zip", force=True, photos=tmp_path / "new")
    assert (tmp_path / "new" / "9.jpg").read_bytes() == b"jpeg"


def test_photos_go_with_their_events(db: Database, tmp_path: Path) -> None:
    fill(db)
    photos = tmp_path / "photos"
    (photos / "a").mkdir(parents=True)
    (photos / "a" / "1.jpg").write_bytes(b"jpeg")
    (photos / "a" / "2.jpg").write_bytes(b"of nobody")
    back_up(db, tmp_path / "b.zip", photos=photos)
    restore(db, tmp_path / "b.zip", force=True, photos=tmp_path / "new")
    written = [p.name for p in (tmp_path / "new").rglob("*") if p.is_file()]
    assert written == ["1.jpg"]
    assert (tmp_path / "new" / "a" / "1.jpg").read_bytes() == b"jpeg"


def test_a_backup_is_of_one_moment(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes while it is written is in none of its tables."""
    fill(db)
    before = rows(db)
    lines = backup._lines

    def interrupted(session, table):
        yield from lines(session, table)
        if table.name == "township":
            beside = Database(db.url.render_as_string(hide_password=False))
            with beside.write() as own:
                own.add(event("430423", 999))
            beside.close()

    monkeypatch.setattr(backup, "_lines", interrupted)
    back_up(db, tmp_path / "b.zip")
    monkeypatch.undo()
    assert len(rows(db)["event"]) == 251
    restore(db, tmp_path / "b.zip", force=True)
    assert rows(db) == before


def test_a_store_that_holds_something_is_not_overwritten(
    db: Database, tmp_path: Path
) -> None:
    fill(db)
    back_up(db, tmp_path / "b.zip")
    fill(db, "430424")
    before = rows(db)
    with pytest.raises(DispatchError, match="--force"):
        restore(db, tmp_path / "b.zip")
    assert rows(db) == before
    restore(db, tmp_path / "b.zip", force=True)
    assert len(rows(db)["event"]) == 250


def test_an_account_is_something_to_lose(
    db: Database, other: Database, tmp_path: Path
) -> None:
    back_up(db, tmp_path / "b.zip")
    with other.write() as session:
        session.add(
            Person(name="李", role="official", password_hash="x", created_at=AT)
        )
    with pytest.raises(DispatchError, match="--force"):
        restore(other, tmp_path / "b.zip")


def test_what_the_first_start_made_is_nothing_to_lose(
    db: Database, other: Database, tmp_path: Path
) -> None:
    fill(db)
    back_up(db, tmp_path / "b.zip")
    with other.write() as session:
        session.add(Person(name="admin", role="administrator", created_at=AT))
        session.add(
            Token(token_hash="h", kind="setup", subject="", until=AT, created_at=AT)
        )
    restore(other, tmp_path / "b.zip")
    assert rows(other) == rows(db)


def changed(data: bytes, name: str, content: bytes) -> bytes:
    """Return a backup with another file of one name, its own sums right."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return out.getvalue()


def of_other_format(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["format"] = "another/1"
    return changed(data, "manifest.json", json.dumps(manifest).encode())


def without_a_table(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    del manifest["tables"]["event"]
    return changed(data, "manifest.json", json.dumps(manifest).encode())


DAMAGES = {
    "nothing": lambda data: b"",
    "no zip": lambda data: b"PK" + data[100:],
    "half": lambda data: data[: len(data) // 2],
    "no manifest": lambda data: changed(data, "manifest.json", b""),
    "a list": lambda data: changed(data, "manifest.json", b"[]"),
    "other format": of_other_format,
    "a table less": without_a_table,
    "a row less": lambda data: changed(data, "tables/event.jsonl", b""),
    "flipped": lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
}


@pytest.mark.parametrize("damage", sorted(DAMAGES))
def test_a_damaged_backup_is_refused(tmp_path: Path, damage: str) -> None:
    with new_database("sqlite", tmp_path, None) as db:
        fill(db)
        file = tmp_path / "b.zip"
        back_up(db, file)
        before = rows(db)
        file.write_bytes(DAMAGES[damage](file.read_bytes()))
        with pytest.raises(DispatchError, match="no whole backup"):
            restore(db, file, force=True)
        with pytest.raises(DispatchError, match="no whole backup"):
            verify_backup(file)
        assert rows(db) == before


def test_a_backup_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DispatchError, match="no whole backup"):
        verify_backup(tmp_path / "none.zip")


def test_a_backup_of_other_tables_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_database("sqlite", tmp_path, None) as db:
        back_up(db, tmp_path / "b.zip")
        monkeypatch.setattr(backup, "newest_revision", lambda: "9999")
        with pytest.raises(DispatchError, match="another version"):
            restore(db, tmp_path / "b.zip")


def test_a_backup_never_leaves_half_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk in the middle leaves the backup of yesterday."""
    with new_database("sqlite", tmp_path, None) as db:
        fill(db)
        file = tmp_path / "out" / "b.zip"
        back_up(db, file)
        old = file.read_bytes()

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(backup.os, "fsync", full)
        with pytest.raises(DispatchError, match="No space left"):
            back_up(db, file)
        assert file.read_bytes() == old
        assert [path.name for path in file.parent.iterdir()] == ["b.zip"]


KILLED = """
import os, signal, sys
from pathlib import Path
from dispatch.store import backup
from dispatch.store.db import Database

take_in = backup._take_in
def killed(session, table, lines):
    take_in(session, table, lines)
    if table.name == "event":
        os.kill(os.getpid(), signal.SIGKILL)
backup._take_in = killed
backup.restore(Database(sys.argv[1]), Path(sys.argv[2]), force=True)
"""


def test_a_kill_in_the_middle_leaves_the_old_store(
    db: Database, tmp_path: Path
) -> None:
    fill(db)
    back_up(db, tmp_path / "b.zip")
    fill(db, "430424")
    before = rows(db)
    address = db.url.render_as_string(hide_password=False)
    db.close()
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, address, str(tmp_path / "b.zip")],
        check=False,
        capture_output=True,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert rows(db) == before
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Request)) == 2


def test_names_that_leave_the_folder_are_refused(tmp_path: Path) -> None:
    """A photo called ../../x would be written anywhere."""
    with new_database("sqlite", tmp_path, None) as db:
        file = tmp_path / "b.zip"
        back_up(db, file)
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read("manifest.json"))
        content = b"evil"
        manifest["photos"] = {
            "../evil": [0, backup.hashlib.sha256(content).hexdigest()]
        }
        data = changed(file.read_bytes(), "photos/../evil", content)
        file.write_bytes(changed(data, "manifest.json", json.dumps(manifest).encode()))
        with pytest.raises(DispatchError, match=r"\.\./evil"):
            restore(db, file, photos=tmp_path / "photos")
        assert not (tmp_path / "evil").exists()


def test_an_address_of_a_file_is_enough(tmp_path: Path) -> None:
    """The tables are made where the restored store is new."""
    with new_database("sqlite", tmp_path, None) as db:
        fill(db)
        back_up(db, tmp_path / "b.zip")
        new = Database(sqlite_url(tmp_path / "new" / "dispatch.db"))
        restore(new, tmp_path / "b.zip")
        assert rows(new) == rows(db)
        new.close()
