"""``notices.toml`` as a table of texts, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dispatch.errors import Problem
from dispatch.files.scenario.settings import toml_entries
from dispatch.files.tables.raw import RawTable, decode
from dispatch.model.water.notices import NOTICE_KEYS
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.files.cells.parse import Cell
    from dispatch.model.water.notices import NoticeText


def notices_table(data: bytes, file: str, problems: list[Problem]) -> RawTable:
    """
    Return the texts of a TOML file as rows of key, zh and en.

    ``phone = "..."`` is understood as the same in both languages.

    Parameters
    ----------
    data
        Content of the file.
    file
        Name of the file, for messages.
    problems
        Receives what is no text.
    """
    lines = decode(data, file).splitlines()
    texts: dict[str, dict[str, Cell]] = {}
    for entry in toml_entries(data, file):
        key, _, lang = entry.key.partition(".")
        if lang not in ("", "zh", "en") or not isinstance(entry.cell, str):
            message = say("notice_not_text")
            problems.append(Problem(file, message, column=entry.key))
            continue
        texts.setdefault(key, {})[lang or "zh"] = entry.cell
    rows: list[tuple[int, list[Cell]]] = [
        (_row_of(key, lines), [key, text.get("zh"), text.get("en")])
        for key, text in texts.items()
    ]
    return RawTable(file, ("key", "zh", "en"), rows, header_row=0)


def _row_of(key: str, lines: list[str]) -> int:
    """Return the line of a key, counted from 1; the first, if it is not found."""
    starts = (f"[{key}]", f"{key}.", f"{key} ", f"{key}=")
    for number, line in enumerate(lines, 1):
        if line.strip().startswith(starts):
            return number
    return 1


def notices_toml(notices: Iterable[NoticeText]) -> str:
    """Return the text of ``notices.toml``."""
    sections = []
    for notice in notices:
        lines = [f"[{notice.key}]", f"zh = {_quoted(notice.zh)}"]
        if notice.en:
            lines.append(f"en = {_quoted(notice.en)}")
        sections.append("\n".join(lines) + "\n")
    return "\n".join(sections)


def notices_template() -> str:
    """Return a file with the usual keys, to be filled in."""
    head = "# 去掉 # 再填写。Take away the # and fill in.\n"
    keys = [f'# [{key}]\n# zh = ""\n# en = ""\n' for key in NOTICE_KEYS]
    return "\n".join([head, *keys])


def _quoted(text: str) -> str:
    # A TOML basic string is a JSON string but for the delete character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
