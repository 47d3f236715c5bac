"""Sheets of a township: planned against delivered, payment, and its settings."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dispatch import day as loop
from dispatch.atomic import write_text
from dispatch.cli.commands import DebugOption, LangOption
from dispatch.cli.database import (
    DATA,
    DataOption,
    DateOption,
    DbOption,
    JsonOption,
    TownshipOption,
    clock,
    open_store,
    parse_date,
    print_answer,
)
from dispatch.cli.day import day
from dispatch.cli.failures import reported
from dispatch.cli.store import store
from dispatch.errors import DispatchError
from dispatch.lazy import LazyModule
from dispatch.words.message import say
from dispatch.words.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.day import payment as sheets
    from dispatch.files.plan import tables
    from dispatch.files.plan.tables import Rows
    from dispatch.operations import ahead as coming_days
    from dispatch.operations import payment as paid
    from dispatch.operations import stocks
else:
    sheets = LazyModule("dispatch.day.payment")
    tables = LazyModule("dispatch.files.plan.tables")
    coming_days = LazyModule("dispatch.operations.ahead")
    paid = LazyModule("dispatch.operations.payment")
    stocks = LazyModule("dispatch.operations.stocks")

FromOption = Annotated[str, typer.Option("--from", help="从哪天 · first day")]
UntilOption = Annotated[str, typer.Option("--until", help="到哪天 · last day")]
CsvOption = Annotated[
    Path | None, typer.Option("--csv", help="写成 CSV 文件 · write a file of it")
]


@day.command("compare")
def compare(
    township: TownshipOption,
    first: FromOption,
    last: UntilOption,
    by: Annotated[
        Literal["truck", "village", "day"],
        typer.Option("--by", help="按车、村或天 · what a row is for"),
    ] = "truck",
    csv: CsvOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """计划与送达对照 · Planned against delivered."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        rows = sheets.compared_sheet(
            database, township, parse_date(first), parse_date(last), by
        )
        _give(paid.COMPARED_COLUMNS, paid.compared_rows(rows), csv, t, as_json=as_json)


@day.command("payment")
def payment(
    township: TownshipOption,
    first: FromOption,
    last: UntilOption,
    price: Annotated[
        float | None,
        typer.Option("--price", help="元/立方米，默认用设置 · per m³; else as set"),
    ] = None,
    csv: CsvOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """按送达方量结算 · What trucks are paid by m³ delivered."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        rows = sheets.payment_sheet(
            database,
            township,
            parse_date(first),
            parse_date(last),
            price_per_m3=price,
        )
        _give(paid.PAYMENT_COLUMNS, paid.payment_rows(rows), csv, t, as_json=as_json)


@day.command("ahead")
def ahead(
    township: TownshipOption,
    date: DateOption,
    days: Annotated[
        int, typer.Option("--days", min=1, max=14, help="天数 · how many days")
    ] = 7,
    capacity: Annotated[
        int | None,
        typer.Option(
            "--capacity", min=0, help="每天能送多少升，默认不限 · litres a day"
        ),
    ] = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """今后几天哪些村必须送水 · Who must be served in the days ahead."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        scenario = loop.day_scenario(database, township, parse_date(date))
        coming = coming_days.days_ahead(scenario, days, capacity_l=capacity)
        lasting = {
            village.village_id: round(left, 1)
            for village in scenario.villages
            if math.isfinite(left := stocks.days_left(village, scenario.need))
        }
        answer = {
            "days": [
                {
                    "date": each.date.isoformat(),
                    "turns": [
                        {
                            "village": turn.village_id,
                            "litres": turn.litres,
                            "due": turn.is_due,
                        }
                        for turn in each.turns
                    ],
                    "short": each.short,
                }
                for each in coming
            ],
            "days_left": lasting,
        }
        print_answer(answer, as_json=as_json)


def _give(
    columns: Sequence[str], rows: Rows, csv: Path | None, t: Words, *, as_json: bool
) -> None:
    header = [t(f"sheet.{name}") for name in columns]
    if csv is not None:
        write_text(csv, tables.to_csv(header, rows), bom=True)
    if as_json:
        named = [dict(zip(columns, row, strict=True)) for row in rows]
        print_answer({"rows": named}, as_json=True)
        return
    typer.echo("\t".join(header))
    for row in rows:
        typer.echo("\t".join("" if cell is None else str(cell) for cell in row))


@store.command("settings")
def settings(
    township: TownshipOption,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="名称=值 · NAME=VALUE, as often as needed"),
    ] = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """查看或修改乡镇设置 · Show or change the settings of a township."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        if changes:
            wanted = dict(_pair(text) for text in changes)
            rules = sheets.set_rules(database, township, wanted, who="cli", at=clock())
        else:
            rules = sheets.township_rules(database, township)
        print_answer(asdict(rules), as_json=as_json)


def _pair(text: str) -> tuple[str, str]:
    name, is_pair, value = text.partition("=")
    if not is_pair:
        raise DispatchError(say("rule_no_value", name=name, text=""))
    return name.strip(), value.strip()
