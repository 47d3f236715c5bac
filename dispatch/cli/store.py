"""`dispatch store`: the database made, filled, given back and recounted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dispatch import day as loop
from dispatch.cli.commands import (
    DebugOption,
    LangOption,
    ScenarioPath,
    app,
)
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
from dispatch.cli.failures import NO_PLAN, reported, show_warnings
from dispatch.cli.screen import errors_console
from dispatch.words.words import Words

store = typer.Typer(
    help="数据库 · The store of days, plans and reports.", no_args_is_help=True
)
app.add_typer(store, name="store")


@store.command("init")
def init(
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """建立或升级数据库 · Create the tables or bring them up to date."""
    t = Words(lang)
    from dispatch.cli.database import link_address
    from dispatch.day.people import first_word

    with reported(t, debug=debug), open_store(db, data, upgrade=True) as database:
        answer = {"store": database.url.render_as_string(hide_password=True)}
        word = first_word(database, clock())
        if word is not None:  # once: nobody has an account yet
            answer["setup"] = link_address(None, f"/setup/{word}")
        print_answer(answer, as_json=as_json)


@store.command("import")
def import_(
    scenario: ScenarioPath,
    township: TownshipOption,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """导入场景 · Take over a scenario: master data and, with its date, a day."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        from dispatch.files.scenario.read import read_scenario

        read = read_scenario(scenario)
        show_warnings(errors_console(), read.warnings, t)
        loop.import_scenario(database, township, read, who="cli", at=clock())
        answer = {
            "township": township,
            "villages": len(read.all_villages),
            "sources": len(read.all_sources),
            "trucks": len(read.all_trucks),
        }
        print_answer(answer, as_json=as_json)


@store.command("export")
def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="文件夹 · folder")],
    township: TownshipOption,
    date: DateOption,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """导出某天的场景 · Write a day as a scenario folder."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        from dispatch.files.scenario.write import write_scenario

        kept = loop.day_scenario(database, township, parse_date(date))
        folder = write_scenario(kept, out)
        print_answer({"folder": str(folder)}, as_json=as_json)


@store.command("check")
def check(
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """重新清点每一升水 · Recount everything from the events."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        from dispatch.store import recount_store

        counted = recount_store(database)
        problems = [message.text(lang) for message in counted.problems]
        answer = {
            "events": counted.num_events,
            "plans": counted.num_plans,
            "problems": problems,
        }
        print_answer(answer, as_json=as_json)
        if problems:
            raise typer.Exit(NO_PLAN)
