"""Many reports at once, as a script or an office writes them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, Final

import openpyxl

from dispatch.errors import DispatchError
from dispatch.files.tables.raw import TableError, decode
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: Larger files are no tally of a day.
MAX_BYTES: Final = 20_000_000
#: Headings of a column, in both languages.
HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "key": ("key", "键", "编号", "上报编号"),
    "truck": ("truck", "truck_id", "车辆", "车辆编号", "车"),
    "kind": ("kind", "类型", "事项"),
    "place": ("place", "place_id", "地点", "地点编号"),
    "litres": ("litres", "liters", "升数", "水量", "水量（升）", "升"),
    "at": ("at", "when", "time", "时间"),
    "chlorine": ("chlorine", "余氯", "余氯（毫克/升）"),
    "reason": ("reason", "原因", "备注"),
    "corrects": ("corrects", "更正"),
}
_NAMES: Final = {text: name for name, texts in HEADINGS.items() for text in texts}
#: Kinds as people write them.
KINDS: Final = {
    "装水": "filled",
    "到达": "arrived",
    "送水": "delivered",
    "拒收": "refused",
    "送不到": "impossible",
    "退回": "returned",
    "存水": "reading",
    "确认": "confirmed",
}


def tally_rows(path: Path) -> list[dict[str, Any]]:
    """
    Return the rows of a file of reports, each with the names of `HEADINGS`.

    Raises
    ------
    DispatchError
        If the file cannot be read, or is of no kind known.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DispatchError(
            say("tally_cannot_open", file=path.name, error=error.strerror)
        ) from error
    if len(data) > MAX_BYTES:
        raise DispatchError(say("tally_too_large", file=path.name, most=MAX_BYTES))
    ending = path.suffix.casefold()
    try:
        if ending in (".jsonl", ".ndjson"):
            rows = list(_json_lines(decode(data, path.name), path.name))
        elif ending == ".csv":
            text = io.StringIO(decode(data, path.name), newline="")
            rows = list(_named(csv.reader(text)))
        elif ending == ".xlsx":
            rows = list(_named(_sheet(data)))
        else:
            raise DispatchError(say("tally_unknown_kind", file=path.name))
    except TableError as error:
        raise DispatchError(error.problem.message) from error
    except (ValueError, KeyError, OSError, csv.Error, zipfile.BadZipFile) as error:
        what = str(error) or type(error).__name__
        raise DispatchError(
            say("tally_cannot_open", file=path.name, error=what)
        ) from error
    return rows


def _json_lines(text: str, file: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            bad = say("tally_bad_line", file=file, line=number)
            raise DispatchError(bad) from error
        if not isinstance(row, dict):
            raise DispatchError(say("tally_bad_line", file=file, line=number))
        if "when" in row:
            row.setdefault("at", row["when"])
        yield row


def _sheet(data: bytes) -> Iterator[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield list(row)
    finally:
        book.close()


def _named(rows: Iterable[list[Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows below the header; empty ones are left out."""
    names: list[str | None] = []
    for cells in rows:
        texts = ["" if cell is None else str(cell).strip() for cell in cells]
        if not names:
            headings = [_NAMES.get(text.casefold()) for text in texts]
            if "key" in headings:
                names = headings
            continue
        if not any(texts):
            continue
        row = {
            name: cell
            for name, cell in zip(names, cells, strict=False)
            if name is not None and cell not in (None, "")
        }
        kind = str(row.get("kind", "")).strip()
        row["kind"] = KINDS.get(kind, kind)
        yield row
