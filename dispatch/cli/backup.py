"""`dispatch backup` and `dispatch restore`: the whole store in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dispatch.cli.commands import DebugOption, LangOption, app
from dispatch.cli.database import (
    DATA,
    DataOption,
    DbOption,
    JsonOption,
    open_store,
    print_answer,
)
from dispatch.cli.failures import reported
from dispatch.lazy import LazyModule
from dispatch.settings import photos_folder
from dispatch.words.words import Words

if TYPE_CHECKING:
    from dispatch.store import backup as store
else:
    store = LazyModule("dispatch.store.backup")

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="备份文件 · file of the backup")
]


@app.command()
def backup(
    file: FileArgument,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """备份数据库，不必停机 · Back up the store while others work in it."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        manifest = store.back_up(database, file, photos=photos_folder(data))
        print_answer(_answer(file, manifest), as_json=as_json)


@app.command()
def restore(
    file: FileArgument,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="替换数据库里已有的内容 · replace what the store holds"
        ),
    ] = False,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """从备份恢复 · Restore a backup into a store."""
    t = Words(lang)
    with reported(t, debug=debug):
        store.verify_backup(file)  # before a store is made for nothing
        with open_store(db, data, upgrade=True) as database:
            manifest = store.restore(
                database, file, force=force, photos=photos_folder(data)
            )
            print_answer(_answer(file, manifest), as_json=as_json)


def _answer(file: Path, manifest: store.Manifest) -> dict[str, object]:
    tables = {name: member.rows for name, member in manifest.tables.items()}
    return {
        "file": str(file),
        "rows": manifest.num_rows,
        "photos": len(manifest.photos),
        "tables": tables,
    }
