"""What is said to users about their input: one table of texts, two languages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Message:
    """
    A text of ``messages.toml`` with what fills its blanks.

    Attributes
    ----------
    key
        Section of the table.
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

    parts: tuple[Message, ...] = ()

    def text(self, lang: Lang = "en") -> str:
        """Return all of them in one language."""
        mark = "；" if lang == "zh" else "; "
        return mark.join(part.text(lang) for part in self.parts)


def joined(parts: Iterable[Message]) -> Message:
    """Return several messages as one."""
    return Listed("", parts=tuple(parts))


def say(key: str, /, **fields: object) -> Message:
    """Return the message of a key; a key that is not in the table is a bug."""
    if key not in templates():
        raise KeyError(f"messages.toml has no {key!r}")
    return Message(key, tuple(fields.items()))


def known_message(key: str, fields: Mapping[str, object]) -> Message | None:
    """Return a message read from a file; None where it is not one of ours."""
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
    path = Path(__file__).with_name("messages.toml")
    table: dict[str, dict[Lang, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return table


class SaidError(ValueError):
    """An error on a small piece of input that can be said in both languages."""

    def __init__(self, said: Message) -> None:
        self.said = said
        super().__init__(said.text("en"))
