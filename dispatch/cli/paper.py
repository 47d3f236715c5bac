"""`dispatch day paper`: all papers of a version into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dispatch.atomic import write_file
from dispatch.cli.commands import DebugOption, LangOption
from dispatch.cli.database import (
    DATA,
    DataOption,
    DateOption,
    DbOption,
    JsonOption,
    TownshipOption,
    open_store,
    parse_date,
    print_answer,
)
from dispatch.cli.day import day
from dispatch.cli.failures import reported
from dispatch.lazy import LazyModule
from dispatch.words.words import Words

if TYPE_CHECKING:
    from dispatch.day import paper as versions
    from dispatch.files.plan import papers
    from dispatch.planning import call_rows
else:
    versions = LazyModule("dispatch.day.paper")
    papers = LazyModule("dispatch.files.plan.papers")
    call_rows = LazyModule("dispatch.planning.call_rows")


@day.command("paper")
def paper(
    township: TownshipOption,
    date: DateOption,
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹 · folder")],
    version: Annotated[
        int | None,
        typer.Option("--version", min=1, help="版本，默认已发布的 · else published"),
    ] = None,
    start: Annotated[
        str,
        typer.Option("--start", help="司机打开的网址，印成二维码 · printed as a code"),
    ] = "",
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """打印总表、送水单、通知、到户清单、电话单 · All papers of a version."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        shown = versions.version_paper(
            database, township, parse_date(date), version, start_url=start
        )
        sheet = None
        if shown.calls is not None:
            sheet = call_rows.call_sheet(shown.calls, shown.day.scenario, t)
        names = papers.paper_names(sheet)
        for name in names:
            write_file(out / name, papers.paper_pdf(name, shown.day, lang, sheet))
        # What an earlier version left there would be of that version.
        if sheet is None:
            (out / papers.CALLS).unlink(missing_ok=True)
        edition = shown.day.edition
        answer = {
            "version": None if edition is None else edition.number,
            "status": None if edition is None else edition.status,
            "folder": str(out),
            "files": list(names),
        }
        print_answer(answer, as_json=as_json)
