"""
The whole store as one file that either database takes back, checked on both ways.

Notes
-----
A zip of ``manifest.json``, one file of JSON lines a table, and the photos. The manifest
has the number of rows and the SHA-256 of each. All rows are of one moment, while others
go on writing.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

from sqlalchemy import LargeBinary, collate, delete, func, insert, select, text, union

from dispatch.atomic import write_file
from dispatch.errors import DispatchError
from dispatch.store.db import newest_revision
from dispatch.store.tables import Base, Person, Photo, RequestPhoto
from dispatch.words.message import Message, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from dispatch.store.db import Database

FORMAT: Final = "water-dispatch-backup/1"
_MANIFEST: Final = "manifest.json"
#: Rows read and written at once: those of plans and days are large.
_BATCH: Final = 100
_CHUNK: Final = 1 << 20
#: The first start makes rows of these, and an account without a password.
_OF_THE_FIRST_START: Final = ("token", "audit", "store_value", "person")
#: What a broken zip, manifest or row raises.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """What a file of the zip must be: its rows (0 for a photo) and its SHA-256."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """
    What is in a backup.

    Attributes
    ----------
    revision
        Of the tables: another program's are others.
    tables, photos
        By name.
    """

    revision: str
    tables: Mapping[str, Member]
    photos: Mapping[str, Member]

    @property
    def num_rows(self) -> int:
        """Rows of all tables."""
        return sum(member.rows for member in self.tables.values())

    def to_json(self) -> bytes:
        """Return the manifest as it stands in the zip."""
        groups = {"tables": self.tables, "photos": self.photos}
        document = {
            "format": FORMAT,
            "revision": self.revision,
            **{
                group: {name: [m.rows, m.sha256] for name, m in members.items()}
                for group, members in groups.items()
            },
        }
        return json.dumps(document, indent=1).encode()


def back_up(db: Database, file: Path, *, photos: Path | None = None) -> Manifest:
    """
    Return what was backed up into a file, after reading it back.

    Parameters
    ----------
    db
        The store; others may go on writing.
    file
        Replaced in one step, once the new one is whole.
    photos
        Folder of the photos that events and requests have; None: there are none.

    Raises
    ------
    DispatchError
        If the file cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                manifest = _write(db, stream, photos)
                stream.flush()
                os.fsync(stream.fileno())
            read = verify_backup(draft)
            if read != manifest:
                raise DispatchError(_damaged(file, "manifest"))
            draft.replace(file)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        message = say("cannot_be_written", path=file, error=error.strerror)
        raise DispatchError(message) from error
    return manifest


def _write(db: Database, stream: IO[bytes], photos: Path | None) -> Manifest:
    """Write all rows of one moment, and their photos."""
    with (
        db.read() as session,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        if not db.is_sqlite:  # as SQLite does by itself
            session.execute(
                text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            )
        tables = {}
        for table in Base.metadata.sorted_tables:
            with archive.open(_member(table), "w", force_zip64=True) as out:
                tables[table.name] = _counted(_lines(session, table), out)
        kept: dict[str, Member] = {}
        files = union(select(Photo.file), select(RequestPhoto.file))
        for name in sorted(session.scalars(files)):
            path = None if photos is None else photos / name
            if path is None or not _is_inside(name) or not path.is_file():
                continue
            with (
                path.open("rb") as source,
                archive.open(f"photos/{name}", "w", force_zip64=True) as out,
            ):
                kept[name] = _copied(source, out)
        manifest = Manifest(revision=newest_revision(), tables=tables, photos=kept)
        archive.writestr(_MANIFEST, manifest.to_json())
    return manifest


def verify_backup(file: Path) -> Manifest:
    """
    Return what is in a backup, after reading all of it.

    Parameters
    ----------
    file
        As from `back_up`.

    Raises
    ------
    DispatchError
        If it is not there, damaged, or of another version of the program.
    """
    with _opened(file) as archive:
        return _verified(archive, file)


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except OSError as error:
        reason = error.strerror or str(error)
        raise DispatchError(_damaged(file, reason)) from error
    except _BROKEN as error:
        raise DispatchError(_damaged(file, str(error))) from error


def _damaged(file: Path, reason: str) -> Message:
    return say("backup_damaged", file=file, reason=reason)


def _verified(archive: zipfile.ZipFile, file: Path) -> Manifest:
    document = json.loads(archive.read(_MANIFEST))
    if document["format"] != FORMAT:
        raise ValueError(f"format {document['format']}")
    tables, photos = (
        {name: Member(*member) for name, member in document[group].items()}
        for group in ("tables", "photos")
    )
    manifest = Manifest(revision=document["revision"], tables=tables, photos=photos)
    if manifest.revision != newest_revision():
        raise DispatchError(
            say(
                "backup_other_version",
                file=file,
                theirs=manifest.revision,
                ours=newest_revision(),
            )
        )
    if manifest.tables.keys() != Base.metadata.tables.keys():
        raise ValueError("tables")
    for name, member in manifest.tables.items():
        with archive.open(f"tables/{name}.jsonl") as stream:
            if _counted(stream) != member:
                raise ValueError(name)
    for name, member in manifest.photos.items():
        with archive.open(f"photos/{name}") as stream:
            if not _is_inside(name) or _copied(stream) != member:
                raise ValueError(name)
    return manifest


def restore(
    db: Database, file: Path, *, force: bool = False, photos: Path | None = None
) -> Manifest:
    """
    Return what was restored; the store is as it was, or all of the backup.

    Parameters
    ----------
    db
        The store; its tables are made where there are none.
    file
        As from `back_up`, of either database.
    force
        Whether what the store holds is lost.
    photos
        Folder that photos are written to; None: they are left out.

    Raises
    ------
    DispatchError
        If the file is damaged, or the store holds something and is not to lose it.
    """
    with _opened(file) as archive:
        manifest = _verified(archive, file)
        db.upgrade()
        if photos is not None:
            for name in manifest.photos:
                write_file(photos / name, archive.read(f"photos/{name}"))
        with db.write() as session:
            _lock(db, session)
            if not force and _holds_something(session):
                raise DispatchError(say("restore_not_empty"))
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(delete(table))
            for table in Base.metadata.sorted_tables:
                with archive.open(_member(table)) as stream:
                    _take_in(session, table, stream)
            if not db.is_sqlite:
                _count_on(session)
            # Still in the transaction: what differs is not kept.
            for table in Base.metadata.sorted_tables:
                if _counted(_lines(session, table)) != manifest.tables[table.name]:
                    raise DispatchError(_damaged(file, table.name))
    return manifest


def _lock(db: Database, session: Session) -> None:
    """Let nobody else read or write until the transaction is over."""
    if not db.is_sqlite:
        names = ", ".join(f'"{name}"' for name in Base.metadata.tables)
        session.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))


def _holds_something(session: Session) -> bool:
    """Whether there is more in a store than its first start made."""
    accounts = select(func.count()).where(Person.password_hash != "")
    return bool(session.scalar(accounts)) or any(
        session.scalar(select(func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
        if table.name not in _OF_THE_FIRST_START
    )


def _take_in(session: Session, table: Table, lines: Iterable[bytes]) -> None:
    """Insert the rows of a table, some at a time."""
    rows: list[dict[str, Any]] = []
    for line in lines:
        rows.append(_row(table, json.loads(line)))
        if len(rows) == _BATCH:
            session.execute(insert(table), rows)
            rows = []
    if rows:
        session.execute(insert(table), rows)


def _count_on(session: Session) -> None:
    """Let PostgreSQL number new rows from the last one on."""
    for table in Base.metadata.sorted_tables:
        if "id" in table.columns:
            session.execute(
                text(
                    "SELECT setval(pg_get_serial_sequence(:name, 'id'), "
                    f'coalesce((SELECT max(id) FROM "{table.name}"), 0) + 1, false)'
                ),
                {"name": table.name},
            )


def _lines(session: Session, table: Table) -> Iterator[bytes]:
    """Yield the rows as JSON lines, in the same order on either database."""
    order = [
        collate(column, "C")
        if session.get_bind().dialect.name == "postgresql"
        and column.type.python_type is str
        else column
        for column in table.primary_key
    ]
    query = select(table).order_by(*order).execution_options(yield_per=_BATCH)
    for row in session.execute(query).mappings():
        values = {name: _plain(value) for name, value in row.items()}
        yield json.dumps(values, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dt.date):  # a datetime too
        return value.isoformat()
    return value


def _row(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a line as the columns have them."""
    row = dict(values)
    for column in table.columns:
        value, kind = row[column.name], column.type.python_type
        if value is None:
            continue
        if isinstance(column.type, LargeBinary):
            row[column.name] = base64.b64decode(value, validate=True)
        elif kind in (dt.date, dt.datetime):
            row[column.name] = kind.fromisoformat(value)
    return row


def _member(table: Table) -> str:
    return f"tables/{table.name}.jsonl"


def _is_inside(name: str) -> bool:
    """Whether the name of a file stays in its folder."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _counted(lines: Iterable[bytes], out: IO[bytes] | None = None) -> Member:
    """Return how many lines there are and their hash; written if asked for."""
    digest, rows = hashlib.sha256(), 0
    for line in lines:
        digest.update(line)
        rows += 1
        if out is not None:
            out.write(line)
    return Member(rows, digest.hexdigest())


def _copied(source: IO[bytes], out: IO[bytes] | None = None) -> Member:
    """Return the hash of a stream; written if asked for."""
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        if out is not None:
            out.write(chunk)
    return Member(0, digest.hexdigest())
