"""`dispatch request`: calls for water, from the telephone to the callback."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dispatch.cli.commands import DebugOption, LangOption, app
from dispatch.cli.database import (
    DATA,
    DataOption,
    DbOption,
    JsonOption,
    TownshipOption,
    clock,
    open_store,
    parse_at,
    print_answer,
)
from dispatch.cli.failures import reported
from dispatch.cli.screen import errors_console
from dispatch.errors import DispatchError
from dispatch.lazy import LazyModule
from dispatch.settings import photos_folder
from dispatch.words.message import say
from dispatch.words.words import Words

#: As in `dispatch.files.photo`, which takes a moment to load.
MAX_PHOTO_BYTES = 5_000_000

if TYPE_CHECKING:
    from dispatch.day import requests as day
    from dispatch.operations.requests import Call, RequestState
    from dispatch.store import requests as kept
    from dispatch.store.db import Database
else:
    day = LazyModule("dispatch.day.requests")
    kept = LazyModule("dispatch.store.requests")

request = typer.Typer(help="供水诉求工单 · Requests for water.", no_args_is_help=True)
app.add_typer(request, name="request")

WhenOption = Annotated[
    str | None,
    typer.Option("--when", help="时间，默认现在 · HH:MM or ISO time; now if not given"),
]
OwnTownshipOption = Annotated[
    str | None,
    typer.Option("--township", help="只限此乡镇 · of this township only"),
]
NumberArgument = Annotated[int, typer.Argument(metavar="N", help="工单号 · number")]
WordsOption = Annotated[
    str, typer.Option("--words", help="说明 · what there is to say of it")
]
WhoOption = Annotated[
    str, typer.Option("--who", help="经办人 · who does it", show_default=False)
]


def _at(when: str | None) -> dt.datetime:
    """Return the time of an option; ``HH:MM`` is of today, no other needs the clock."""
    if when is None:
        return clock()
    date = dt.date.min if "-" in when else clock().date()
    return parse_at(when, date)


@request.command("add")
def add(
    township: TownshipOption,
    people: Annotated[
        int, typer.Option("--people", help="缺水人数 · people without water")
    ],
    village: Annotated[
        str, typer.Option("--village", help="村编号或名称 · id or name")
    ] = "",
    at: Annotated[
        str | None,
        typer.Option(
            "--at", help="位置：经纬度或地图链接 · LAT,LON or a link of a map"
        ),
    ] = None,
    vulnerable: Annotated[
        int, typer.Option("--vulnerable", help="其中老幼病孕 · vulnerable people")
    ] = 0,
    stock: Annotated[
        int | None, typer.Option("--stock", help="剩余水量（升） · litres left")
    ] = None,
    remark: Annotated[
        str, typer.Option("--remark", help="备注，如路况 · road and other remarks")
    ] = "",
    phone: Annotated[str, typer.Option("--phone", help="电话 · telephone")] = "",
    when: WhenOption = None,
    key: Annotated[
        str | None,
        typer.Option("--key", help="防重复的键 · the same key adds nothing again"),
    ] = None,
    who: WhoOption = "",
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """登记工单 · Enter a request."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        now = _at(when)
        new = kept.NewCall(
            village=village.strip(),
            position=None if at is None else day.position_of(at),
            people=people,
            vulnerable_people=vulnerable,
            stock_l=stock,
            remark=remark,
            phone=phone,
            came_at=None if when is None else now,
            key=key or None,
        )
        added = day.add_request(database, township, new, now=now, who=who or "cli")
        if added.notice is not None:
            errors_console().print(added.notice.text(lang), soft_wrap=True)
        answer = {
            "request": added.call.number,
            "due": added.call.due.isoformat(),
            "new": added.is_new,
            "place": added.call.village,
            "same_as": added.call.same_as,
        }
        print_answer(answer, as_json=as_json)


@request.command("list")
def list_(
    township: Annotated[
        list[str] | None,
        typer.Option("--township", help="乡镇代码，默认全部 · all if not given"),
    ] = None,
    when: WhenOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """列出工单，急的在前 · List requests, the most urgent first."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        today = _at(when).date()
        calls = day.list_requests(database, township or [], today=today)
        rows = [
            {"township": code, **_row(call), "overdue": call.is_overdue(today)}
            for code, call in calls
        ]
        print_answer({"requests": rows}, as_json=as_json)


@request.command("show")
def show(
    number: NumberArgument,
    township: OwnTownshipOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """查看工单及办理过程 · Show a request and its steps."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        call, steps = day.show_request(database, township, number)
        rows = [
            {
                "state": step.state,
                "at": step.at.isoformat(),
                "who": step.who,
                "words": step.words,
            }
            for step in steps
        ]
        kept_photos = [
            {"photo": one.number, "at": one.at.isoformat(), "who": one.who}
            for one in day.photos_of(database, township, number)
        ]
        answer = {**_row(call), "steps": rows, "photos": kept_photos}
        print_answer(answer, as_json=as_json)


@request.command("photo")
def photo(
    number: NumberArgument,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JPEG 或 PNG · a JPEG or PNG")
    ],
    who: WhoOption = "",
    when: WhenOption = None,
    township: OwnTownshipOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """给工单加图片 · Add a picture to a request."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        content = _picture(file)
        folder = photos_folder(data)
        status = day.add_photo(
            database,
            folder,
            township,
            number,
            content,
            who=who or "cli",
            at=_at(when),
        )
        kept_photos = day.photos_of(database, township, number)
        answer = {
            "request": number,
            "new": status == "new",
            "photos": len(kept_photos),
        }
        print_answer(answer, as_json=as_json)


def _picture(file: Path) -> bytes:
    """Return the bytes of a file, one more than a picture may have at most."""
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_PHOTO_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DispatchError(say("photo.unreadable", path=file, error=reason)) from error


@request.command("accept")
def accept(
    number: NumberArgument,
    words: WordsOption = "",
    who: WhoOption = "",
    when: WhenOption = None,
    township: OwnTownshipOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """受理工单 · Accept a request."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        _move(database, township, number, "accepted", when, who, words, as_json=as_json)


@request.command("callback")
def callback(
    number: NumberArgument,
    satisfied: Annotated[
        Literal["yes", "no"],
        typer.Option("--satisfied", help="是否满意 · no reopens it under supervision"),
    ],
    words: WordsOption = "",
    who: WhoOption = "",
    when: WhenOption = None,
    township: OwnTownshipOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """回访 · Call back whoever asked."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        call = day.call_back(
            database,
            township,
            number,
            is_satisfied=satisfied == "yes",
            at=_at(when),
            who=who or "cli",
            words=words,
        )
        print_answer(_row(call), as_json=as_json)


@request.command("close")
def close(
    number: NumberArgument,
    words: WordsOption = "",
    who: WhoOption = "",
    when: WhenOption = None,
    township: OwnTownshipOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """办结工单 · Close a request."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        _move(database, township, number, "closed", when, who, words, as_json=as_json)


@request.command("reopen")
def reopen(
    number: NumberArgument,
    words: WordsOption = "",
    who: WhoOption = "",
    when: WhenOption = None,
    township: OwnTownshipOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """重新办理 · Reopen a request."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        _move(database, township, number, "reopened", when, who, words, as_json=as_json)


def _move(
    database: Database,
    township: str | None,
    number: int,
    to: RequestState,
    when: str | None,
    who: str,
    words: str,
    *,
    as_json: bool,
) -> None:
    at = _at(when)
    call = day.move_request(
        database, township, number, to, at=at, who=who or "cli", words=words
    )
    print_answer(_row(call), as_json=as_json)


def _row(call: Call) -> dict[str, Any]:
    """Return a request as values of JSON."""
    return {
        "request": call.number,
        "state": call.state,
        "supervised": call.is_supervised,
        "due": call.due.isoformat(),
        "place": call.village,
        "lat": call.position.lat if call.position else None,
        "lon": call.position.lon if call.position else None,
        "people": call.people,
        "vulnerable": call.vulnerable_people,
        "stock": call.stock_l,
        "remark": call.remark,
        "phone": call.phone,
        "came": call.came_at.isoformat(),
        "same_as": call.same_as,
    }
