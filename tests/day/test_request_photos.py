"""Pictures of requests: kept once, written anew, of their own township only."""

from __future__ import annotations

import datetime as dt
import io
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from sqlalchemy import select

from dispatch.day.requests import add_photo, add_request, photos_of, read_photo
from dispatch.errors import DispatchError
from dispatch.files.photo import MAX_PHOTO_BYTES
from dispatch.store.master import import_scenario
from dispatch.store.requests import NewCall
from dispatch.store.tables import Audit
from tests.solver import tiny

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch.store.db import Database

AT = dt.datetime(2022, 9, 6, 9, 0)


@pytest.fixture
def store(db: Database) -> Database:
    """Give two townships with a request each: number 1 of the first, 2 of the other."""
    for code in ("1", "2"):
        with db.write() as session:
            day = tiny.scenario([tiny.village("V1")])
            import_scenario(session, code, day, who="test", at=AT)
        add_request(db, code, NewCall(village="V1", people=3), now=AT, who="test")
    return db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of pictures, empty."""
    made = tmp_path / "photos"
    made.mkdir()
    return made


def picture(colour: str = "red", kind: str = "JPEG", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, kind, **more)
    return out.getvalue()


def test_a_picture_is_kept_once_and_read(store: Database, folder: Path) -> None:
    def add(content: bytes) -> str:
        return add_photo(store, folder, "1", 1, content, who="王", at=AT)

    assert [add(picture()), add(picture()), add(picture("blue"))] == [
        "new",
        "known",
        "new",
    ]
    first, second = photos_of(store, "1", 1)
    assert (first.who, first.at) == ("王", AT)
    assert {path.name for path in folder.iterdir()} == {first.file, second.file}
    read = read_photo(store, folder, "1", 1, first)
    assert read is not None
    with Image.open(io.BytesIO(read)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (60, 40))
    with store.read() as session:
        (told,) = session.scalars(select(Audit).where(Audit.who == "王").limit(1))
        assert told.what == "request 1"


def test_what_hides_in_a_picture_is_not_kept(store: Database, folder: Path) -> None:
    tags = Image.Exif()
    tags[0x010E] = "secret"
    content = picture(comment=b"<script>", exif=tags.tobytes()) + b"<?php"
    add_photo(store, folder, "1", 1, content, who="王", at=AT)
    (kept,) = photos_of(store, "1", 1)
    read = read_photo(store, folder, "1", 1, kept)
    assert read is not None
    for hidden in (b"<script>", b"secret", b"<?php"):
        assert hidden in content
        assert hidden not in read


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script>",
        picture(kind="GIF"),
        picture()[:100],
        picture() + b"\0" * MAX_PHOTO_BYTES,
    ],
)
def test_what_is_no_picture_is_refused(
    store: Database, folder: Path, content: bytes
) -> None:
    with pytest.raises(DispatchError):
        add_photo(store, folder, "1", 1, content, who="王", at=AT)
    assert photos_of(store, "1", 1) == []
    assert list(folder.iterdir()) == []


def test_a_request_of_another_township_is_not_there(
    store: Database, folder: Path
) -> None:
    add_photo(store, folder, None, 2, picture(), who="王", at=AT)
    (kept,) = photos_of(store, "2", 2)
    with pytest.raises(DispatchError):
        add_photo(store, folder, "1", 2, picture("blue"), who="王", at=AT)
    with pytest.raises(DispatchError):
        photos_of(store, "1", 2)
    with pytest.raises(DispatchError):
        read_photo(store, folder, "1", 2, kept)
    # Nor by way of a request that is one's own.
    with pytest.raises(DispatchError):
        read_photo(store, folder, "1", 1, kept)


def test_a_request_has_ten_at_most_also_all_at_once(
    store: Database, folder: Path
) -> None:
    def add(shade: int) -> str:
        try:
            content = picture(f"rgb({shade},0,0)", "PNG")
            return add_photo(store, folder, "1", 1, content, who="王", at=AT)
        except DispatchError:
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(add, range(14)))
    assert sorted(told) == ["new"] * 10 + ["refused"] * 4
    assert len(photos_of(store, "1", 1)) == len(list(folder.iterdir())) == 10


def test_a_file_that_is_gone_stops_no_page(store: Database, folder: Path) -> None:
    add_photo(store, folder, "1", 1, picture(), who="王", at=AT)
    (kept,) = photos_of(store, "1", 1)
    (folder / kept.file).unlink()
    assert read_photo(store, folder, "1", 1, kept) is None
