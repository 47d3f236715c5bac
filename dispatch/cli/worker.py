"""`dispatch worker`: planning runs of the pages, in the foreground, for a server."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from dispatch.cli.commands import DebugOption, LangOption, app
from dispatch.cli.database import DATA, DataOption, DbOption, open_store
from dispatch.cli.failures import reported
from dispatch.words.words import Words


@app.command("worker")
def worker(
    forever: Annotated[
        bool,
        typer.Option(
            "--forever/--once",
            help="一直等待新任务，或做完为止 · wait for more, or until none is left",
        ),
    ] = True,
    db: DbOption = None,
    data: DataOption = DATA,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """计算网页要求的方案 · Work on the plans that pages ask for."""
    with reported(Words(lang), debug=debug), open_store(db, data) as database:
        from dispatch import logs
        from dispatch.runs.worker import be_nice, work  # numba takes a second

        logs.set_up(level=logging.INFO)
        be_nice()
        work(database, forever=forever)
