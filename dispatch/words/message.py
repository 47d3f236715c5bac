"""Texts for users: sentences and words by key, each in two languages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Lang = Literal["zh", "en"]

#: Where the texts are: on input and plans, on broken rules, words of closed lists, of
#: the pages, of the terminal, of paper, on the store, requests, accounts and phones,
#: on the water beside trucks, on its hours and people, its notices, and its papers,
#: workbook, form and map.
TABLES: Final = (
    "input",
    "rules",
    "terms",
    "pages",
    "desk",
    "terminal",
    "paper",
    "store",
    "operations",
    "people",
    "official",
    "helping",
    "water",
    "water_pages",
    "water_plan",
    "water_hours",
    "water_notices",
    "water_papers",
)

#: What stands between messages side by side, in Chinese and in English.
SEMICOLONS: Final = ("；", "; ")
COMMAS: Final = ("，", ", ")


@dataclass(frozen=True, slots=True)
class Message:
    """
    A text of the tables with what fills its blanks.

    Attributes
    ----------
    key
        Section of a table, such as ``must_be_number`` or ``broken.no_road``.
    fields
        Names and values of the blanks; a value may be a message itself.
    """

    key: str
    fields: tuple[tuple[str, object], ...] = ()

    def text(self, lang: Lang = "en") -> str:
        """Return the message in one language."""
        values = {
            name: value.text(lang) if isinstance(value, Message) else value
            for name, value in self.fields
        }
        return templates()[self.key][lang].format(**values)

    def __str__(self) -> str:
        """Return the message in English, for logs and programmers."""
        return self.text("en")


@dataclass(frozen=True, slots=True)
class Listed(Message):
    """Messages side by side, as one blank of another takes them."""

    parts: tuple[Message | str, ...] = ()
    marks: tuple[str, str] = SEMICOLONS

    def text(self, lang: Lang = "en") -> str:
        """Return all of them in one language."""
        mark = self.marks[0 if lang == "zh" else 1]
        return mark.join(
            part.text(lang) if isinstance(part, Message) else part
            for part in self.parts
        )


def joined(
    parts: Iterable[Message | str], marks: tuple[str, str] = SEMICOLONS
) -> Message:
    """
    Return several messages as one; texts among them are the same in any language.

    Parameters
    ----------
    parts
        Messages, or texts that are the same in both languages.
    marks
        What stands between, in Chinese and in English.
    """
    return Listed("", parts=tuple(parts), marks=marks)


def say(key: str, /, **fields: object) -> Message:
    """
    Return the message of a key; a key that is in no table is a bug.

    Parameters
    ----------
    key
        A key of the tables of texts.
    **fields
        Values of the blanks of its text; a value may be a message itself.

    Raises
    ------
    KeyError
        If no table has the key: a fault of the program, never of the input.
    """
    if key not in templates():
        raise KeyError(f"no text has the key {key!r}")
    return Message(key, tuple(fields.items()))


def term(subject: str, value: str) -> Message | str:
    """
    Return the word of a value of a closed list; a value not in it as it is.

    Parameters
    ----------
    subject
        What the value belongs to: the first part of the key.
    value
        The value, the rest of the key.
    """
    key = f"{subject}.{value}"
    return Message(key) if key in templates() else value


def known_message(key: str, fields: Mapping[str, object]) -> Message | None:
    """
    Return a message read from a file; None where it is not one of ours.

    Parameters
    ----------
    key
        Key as stored.
    fields
        Names and values of the blanks as stored.
    """
    texts = templates().get(key)
    if texts is None:
        return None
    named = {name for _, name, _, _ in Formatter().parse(texts["en"]) if name}
    if named != set(fields):
        return None
    return Message(key, tuple(fields.items()))


@cache
def templates() -> dict[str, dict[Lang, str]]:
    """Return the texts with blanks, by key and language."""
    texts: dict[str, dict[Lang, str]] = {}
    for name in TABLES:
        path = Path(__file__).with_name(f"{name}.toml")
        texts |= _by_key(tomllib.loads(path.read_text(encoding="utf-8")))
    return texts


def _by_key(table: Mapping[str, Any], prefix: str = "") -> dict[str, dict[Lang, str]]:
    """Return the texts of a table and its subjects: ``broken.no_road``."""
    texts: dict[str, dict[Lang, str]] = {}
    for name, inside in table.items():
        if isinstance(next(iter(inside.values())), str):
            texts[prefix + name] = inside
        else:
            texts |= _by_key(inside, f"{prefix}{name}.")
    return texts


class MessageError(ValueError):
    """An error on a small piece of input, with its message in both languages."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.text("en"))
