"""Bytes of an Excel workbook or a zip file -> tables, with limits before parsing."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import ParseError

from dispatch.errors import Problem
from dispatch.files.tables.raw import (
    MAX_CELL_CHARS,
    RawTable,
    TableError,
    table_of_rows,
)
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.files.tables.sheet_xml import Book, SheetPart

MAX_UNPACKED_BYTES: Final = 250_000_000
#: Cells and texts of the sheets that are read: a matrix of 1,000 places.
MAX_BOOK_CELLS: Final = 1_100_000
#: Marks of XML; a cell has two to six.
MAX_BOOK_MARKS: Final = 6_000_000
#: Excel keeps at most 65,490 styles of cells, with some lines each.
MAX_STYLE_MARKS: Final = 1_000_000
#: What lists the sheets of a book has some kilobytes.
MAX_LIST_BYTES: Final = 2_000_000
MAX_MEMBERS: Final = 2_000
MAX_DIRECTORY_BYTES: Final = 2_000_000
#: Sheets of a table compress 5 to 20 times; a bomb a thousand times.
MAX_RATIO: Final = 200


def open_zip(data: bytes, file: str) -> zipfile.ZipFile:
    """
    Return the archive after checking what it would unpack to.

    Parameters
    ----------
    data
        Content of the file.
    file
        Name of the file, for messages.

    Raises
    ------
    TableError
        If it is damaged or would unpack to more than the limits.
    """
    _check_directory(data, file)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise TableError(Problem(file, say("archive_damaged"))) from error
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if (
        len(members) > MAX_MEMBERS
        or unpacked > MAX_UNPACKED_BYTES
        or (unpacked > 10_000_000 and unpacked > MAX_RATIO * len(data))
    ):
        message = say("archive_too_large", size_mb=unpacked / 1e6, count=len(members))
        raise TableError(Problem(file, message))
    return archive


def _check_directory(data: bytes, file: str) -> None:
    """Raise if the list of members, at the end of the archive, is far too long."""
    start = data.rfind(b"PK\x05\x06", max(0, len(data) - 70_000))
    if start < 0 or start + 16 > len(data):
        return  # no archive, which is reported by whoever opens it
    count, num_bytes = struct.unpack_from("<HI", data, start + 10)
    if count > MAX_MEMBERS or num_bytes > MAX_DIRECTORY_BYTES:
        message = say("archive_too_large", size_mb=len(data) / 1e6, count=count)
        raise TableError(Problem(file, message))


def read_zip(
    data: bytes, file: str, is_wanted: Callable[[str, int], bool]
) -> dict[str, bytes]:
    """
    Return the files of a zipped folder by name; ``roads/`` stays in the name.

    Parameters
    ----------
    data
        Content of the file.
    file
        Name of the file, for messages.
    is_wanted
        Whether a file of this name and size shall be unpacked.

    Raises
    ------
    TableError
        If it is damaged, too large, or has two files of one name.
    """
    contents: dict[str, bytes] = {}
    with open_zip(data, file) as archive:
        for member in archive.infolist():
            name = _member_name(member)
            parts = [part for part in name.split("/") if part]
            if member.is_dir() or not parts or _is_system_file(parts):
                continue
            is_road = len(parts) > 1 and parts[-2].casefold() == "roads"
            key = "/".join(parts[-2:] if is_road else parts[-1:])
            if key in contents:
                message = say("archive_member_twice", member=key)
                raise TableError(Problem(file, message))
            if is_wanted(key, member.file_size):
                contents[key] = _unpack(archive, member, file)
    return contents


def _member_name(member: zipfile.ZipInfo) -> str:
    """Return the name; zip programs on Chinese Windows write GBK names."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        pass
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _is_system_file(parts: list[str]) -> bool:
    return parts[-1].startswith((".", "~$")) or "__MACOSX" in parts


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str) -> bytes:
    try:
        # One byte more than promised shows a header that lies about the size.
        with archive.open(member) as stream:
            content = stream.read(member.file_size + 1)
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError) as error:
        message = say("archive_member_locked", member=member.filename)
        raise TableError(Problem(file, message)) from error
    except Exception as error:  # zlib.error and its like have no common base
        message = say("archive_member_damaged", member=member.filename)
        raise TableError(Problem(file, message)) from error
    if len(content) > member.file_size:
        message = say("archive_member_damaged", member=member.filename)
        raise TableError(Problem(file, message))
    return content


def read_workbook(
    data: bytes, file: str, max_rows_of: Callable[[str], int]
) -> dict[str, RawTable | Problem | None]:
    """
    Return the table (or what is wrong with it) of every sheet, by sheet name.

    Parameters
    ----------
    data
        Content of the file.
    file
        Name of the file, for messages.
    max_rows_of
        Most rows of a sheet of this name; 0 if it is not wanted: it is then None.

    Raises
    ------
    TableError
        If the file is no workbook or too large.
    """
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise TableError(Problem(file, say("workbook_old")))
    # Loaded only here: most scenarios are CSV, and it takes a tenth of a second.
    from dispatch.files.tables.sheet_values import TooLongError
    from dispatch.files.tables.sheet_xml import Book

    try:
        with warnings.catch_warnings(), open_zip(data, file) as archive:
            warnings.simplefilter("ignore")
            _check_small(archive, file)
            book = Book(archive)
            wanted = [p for p in book.parts if max_rows_of(p.name) and not p.is_chart]
            paths = [book.styles_path, book.strings_path, *(p.path for p in wanted)]
            to_check = [path for path in paths if path]
            _check_parts(archive, to_check, book.styles_path, file)
            book.load()
            sheets: dict[str, RawTable | Problem | None] = {}
            for part in book.parts:
                most = max_rows_of(part.name)
                sheets[part.name] = (
                    _read_sheet(book, part, file, most) if most else None
                )
            return sheets
    except TableError:
        raise
    except TooLongError as error:
        message = say("cell_too_long", most=MAX_CELL_CHARS)
        raise TableError(Problem(file, message)) from error
    except (
        zipfile.BadZipFile,
        ParseError,
        LookupError,
        ValueError,
        TypeError,
        StopIteration,
        OSError,
        EOFError,
    ) as error:
        raise TableError(Problem(file, say("workbook_damaged"))) from error
    except Exception as error:
        # zlib lets errors of its own through.
        message = say("workbook_unreadable", error=type(error).__name__)
        raise TableError(Problem(file, message)) from error


def _check_small(archive: zipfile.ZipFile, file: str) -> None:
    """Raise if a part that lists the sheets is far larger than any book needs."""
    for member in archive.infolist():
        name = member.filename
        is_list = name.endswith(".rels") or name.rpartition("/")[2] == "workbook.xml"
        if is_list and member.file_size > MAX_LIST_BYTES:
            message = say("more_bytes_than", most=MAX_LIST_BYTES)
            raise TableError(Problem(f"{file}[{name}]", message))


def _check_parts(
    archive: zipfile.ZipFile, paths: list[str], styles_path: str | None, file: str
) -> None:
    """Raise if the parts to read hold too many cells, or what no table holds."""
    num_cells = num_marks = 0
    for path in paths:
        is_styles = path == styles_path
        most_marks = MAX_STYLE_MARKS if is_styles else MAX_BOOK_MARKS
        num_marks = 0 if is_styles else num_marks
        with archive.open(path) as stream:
            while chunk := stream.read(1 << 20):
                if b"<!" in chunk and (b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk):
                    raise TableError(Problem(file, say("workbook_damaged")))
                num_marks += chunk.count(b"<")
                for start in (b"<c ", b"<c>", b":c ", b"<si>", b":si>"):
                    num_cells += chunk.count(start)
                if num_cells > MAX_BOOK_CELLS or num_marks > most_marks:
                    message = say("book_too_many_cells", most=MAX_BOOK_CELLS)
                    raise TableError(Problem(file, message))


def _read_sheet(
    book: Book, part: SheetPart, file: str, max_rows: int
) -> RawTable | Problem:
    label = f"{file}[{part.name}]"
    if part.is_chart:  # a chart sheet has no cells
        return Problem(label, say("sheet_is_chart"), severity="warning")
    try:
        sheet = book.read(part, max_rows=max_rows + 1, max_cells=MAX_BOOK_CELLS)
        raw = table_of_rows(label, sheet.rows, sheet.formats)
    except OverflowError:
        message = say("sheet_too_long", most=max_rows, cells=MAX_BOOK_CELLS)
        return Problem(label, message)
    except TableError as error:
        return error.problem
    return replace(
        raw,
        merges=tuple(sheet.merges),
        hidden_rows=tuple(sheet.hidden_rows),
        hidden_columns=tuple(sheet.hidden_columns),
        is_hidden=part.is_hidden,
    )
