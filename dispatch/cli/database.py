"""Options and answers that the commands of the store share."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from dispatch.cli.screen import results_console
from dispatch.errors import DispatchError
from dispatch.settings import public_url, store_address
from dispatch.units import parse_clock_s
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.store.db import Database

DbOption = Annotated[
    str | None,
    typer.Option("--db", help="数据库地址 · address of the database"),
]
DataOption = Annotated[
    Path, typer.Option("--data", help="数据文件夹 · folder of dispatch.db")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="只输出一个 JSON 对象 · print one JSON object")
]
TownshipOption = Annotated[
    str, typer.Option("--township", help="乡镇代码 · code of the township")
]
DateOption = Annotated[
    str, typer.Option("--date", help="日期，如 2022-09-06 · the day")
]
BaseOption = Annotated[
    str | None,
    typer.Option("--base", help="手机打开的网址 · address that phones open"),
]

#: Where phones open links, if nothing else is known.
BASE = "http://localhost:8501"
#: The folder of the store, where no other is named.
DATA = Path("data")


def link_address(base: str | None, path: str) -> str:
    """
    Return the address of a link.

    Parameters
    ----------
    base
        What ``--base`` says; None: what is known, else this computer.
    path
        Of the page, from its slash on.
    """
    return (base or public_url() or BASE).rstrip("/") + path


@contextmanager
def open_store(
    address: str | None, data: Path, *, upgrade: bool = False
) -> Iterator[Database]:
    """
    Yield the store of a command; it is closed afterwards.

    Parameters
    ----------
    address
        What ``--db`` says; None: what ``DATABASE_URL`` says, else ``dispatch.db`` in
        ``data``.
    data
        Folder of the file.
    upgrade
        Whether tables are made where they are missing.

    Raises
    ------
    DispatchError
        If there is no store, or one of another version.
    """
    from dispatch.store.db import Database, sqlite_url  # SQLAlchemy takes a moment

    address = address or store_address() or sqlite_url(data / "dispatch.db")
    db = Database(address)
    try:
        if upgrade:
            db.upgrade()
        elif db.path is not None and not db.path.exists():
            raise DispatchError(say("store_missing", path=db.path))
        elif not db.is_current():
            raise DispatchError(say("store_old"))
        yield db
    finally:
        db.close()


def print_json(answer: dict[str, Any]) -> None:
    """Print one object on standard output, and nothing else."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) + os.linesep)


def print_answer(answer: dict[str, Any], *, as_json: bool) -> None:
    """
    Print the answer of a command, as JSON or as lines.

    Parameters
    ----------
    answer
        Names and values.
    as_json
        Whether ``--json`` was given.
    """
    if as_json:
        print_json(answer)
        return
    console = results_console()
    for name, value in answer.items():
        shown = (
            value
            if isinstance(value, str)
            else json.dumps(value, ensure_ascii=False, default=str)
        )
        console.print(escape(f"{name}: {shown}"), soft_wrap=True)


def parse_date(text: str) -> dt.date:
    """
    Return the date of an option.

    Raises
    ------
    DispatchError
        If it is none.
    """
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise DispatchError(say("store_bad_date", value=text)) from error


def parse_at(text: str, date: dt.date) -> dt.datetime:
    """
    Return the time of an option, by the township's own clock.

    Parameters
    ----------
    text
        ``HH:MM``, ``HH:MM:SS``, hours up to 47 for the night after; or an ISO time.
    date
        The day that ``HH:MM`` is of.

    Raises
    ------
    DispatchError
        If it is no time.
    """
    text = text.strip()
    try:
        if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text):
            midnight = dt.datetime.combine(date, dt.time())
            return midnight + dt.timedelta(seconds=parse_clock_s(text))
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise DispatchError(say("store_bad_time", value=text)) from error


def clock() -> dt.datetime:
    """Return the time of this machine, where a command was given none."""
    return dt.datetime.now().replace(microsecond=0)
