"""Rows of a table in words: what terminal and pages show, each in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Rows:
    """
    A table without looks.

    Attributes
    ----------
    headings
        One a column, in the reader's language.
    rows
        Texts in the reader's language, as people typed them: not yet escaped for
        any screen.
    is_number
        Of every column: whether it holds numbers, to be set to the right.
    """

    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    is_number: tuple[bool, ...]
