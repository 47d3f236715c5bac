"""Bytes of an Excel workbook or a zip file -> tables, with limits before parsing."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError

from dispatch.errors import Problem
from dispatch.files.raw import (
    MAX_COLUMNS,
    MAX_MATRIX_BYTES,
    MAX_ROWS,
    RawTable,
    TableError,
    table_of_rows,
)
from dispatch.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.files.cells import Cell

MAX_UNPACKED_BYTES: Final = 400_000_000
MAX_MEMBERS: Final = 2_000
#: Sheets of a table compress 5 to 20 times; a bomb a thousand times.
MAX_RATIO: Final = 200


def open_zip(data: bytes, file: str) -> zipfile.ZipFile:
    """
    Return the archive after checking what it would unpack to.

    Raises
    ------
    TableError
        If it is damaged or would unpack to more than the limits.
    """
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
        said = say("archive_too_large", size_mb=unpacked / 1e6, count=len(members))
        raise TableError(Problem(file, said))
    return archive


def read_zip(data: bytes, file: str) -> dict[str, bytes]:
    """Return the files of a zipped folder by name; ``roads/`` stays in the name."""
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
                said = say("archive_member_twice", member=key)
                raise TableError(Problem(file, said))
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
        said = say("archive_member_locked", member=member.filename)
        raise TableError(Problem(file, said)) from error
    except Exception as error:  # zlib.error and its kin have no common base
        said = say("archive_member_damaged", member=member.filename)
        raise TableError(Problem(file, said)) from error
    if len(content) > member.file_size:
        said = say("archive_member_damaged", member=member.filename)
        raise TableError(Problem(file, said))
    return content


def read_workbook(data: bytes, file: str) -> dict[str, RawTable | Problem]:
    """
    Return the table (or what is wrong with it) of every sheet, by sheet name.

    Raises
    ------
    TableError
        If the file is no workbook or too large.
    """
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise TableError(Problem(file, say("workbook_old")))
    if len(data) > MAX_MATRIX_BYTES:
        raise TableError(Problem(file, say("more_bytes_than", most=MAX_MATRIX_BYTES)))
    open_zip(data, file).close()
    # Loaded only here: most scenarios are CSV, and it takes a tenth of a second.
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            # Notes on styles and drop-down lists, which are not read anyway.
            warnings.simplefilter("ignore")
            return _read_sheets(data, file)
    except TableError:
        raise
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        ParseError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        EOFError,
    ) as error:
        raise TableError(Problem(file, say("workbook_damaged"))) from error
    except Exception as error:
        # openpyxl lets errors of zlib, lxml and its own descriptors through.
        said = say("workbook_unreadable", error=type(error).__name__)
        raise TableError(Problem(file, said)) from error


def _read_sheets(data: bytes, file: str) -> dict[str, RawTable | Problem]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    return {name: _read_sheet(book[name], file, name) for name in book.sheetnames}


def _read_sheet(sheet: Any, file: str, name: str) -> RawTable | Problem:
    label = f"{file}[{name}]"
    if not hasattr(sheet, "iter_rows"):  # a chart sheet has no cells
        return Problem(label, say("sheet_is_chart"), severity="warning")
    # A stored size can be wrong by far; count the rows themselves.
    sheet.reset_dimensions()
    rows: list[tuple[int, list[Cell]]] = []
    formats: dict[tuple[int, int], str] = {}
    num_blank = 0
    for number, cells in enumerate(_rows(sheet), 1):
        values = [cell.value for cell in cells[:MAX_COLUMNS]]
        if all(value is None for value in values):
            num_blank += 1
            if num_blank > MAX_ROWS:
                break
            continue
        if len(rows) > MAX_ROWS:
            return Problem(label, say("sheet_too_long", most=MAX_ROWS))
        rows.append((number, values))
        for position, cell in enumerate(cells[:MAX_COLUMNS]):
            if isinstance(cell.value, (int, float)):
                style = str(cell.number_format)
                if set(style) == {"0"} and len(style) > 1:
                    formats[number, position] = style
    try:
        return table_of_rows(label, rows, formats)
    except TableError as error:
        return error.problem


def _rows(sheet: Any) -> Iterable[tuple[Any, ...]]:
    """Return the rows of a read-only sheet; its type is not public."""
    rows: Iterable[tuple[Any, ...]] = sheet.iter_rows()
    return rows
