"""Words of the terminal in Chinese and English, on top of those of the pages."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch.messages import Lang
from dispatch.web.words import Words, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def terminal_words(lang: Lang) -> Mapping[str, str]:
    """Return the words of the terminal by key, such as ``plan.written``."""
    path = Path(__file__).with_name(f"{lang}.toml")
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        f"cli.{table}.{key}": text
        for table, entries in tables.items()
        for key, text in entries.items()
    }


class TerminalWords(Words):
    """Words of the pages, such as ``band.survival``, and ours as ``cli.*``."""

    def __init__(self, lang: Lang) -> None:
        super().__init__(lang)
        self._words = {**words_of(lang), **terminal_words(lang)}
