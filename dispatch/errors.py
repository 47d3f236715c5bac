"""Errors that the project raises on purpose; all others are bugs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from dispatch.words.message import COMMAS, Message, joined, say
from dispatch.words.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.words.message import Lang
    from dispatch.words.words import Words

_COLUMNS: Final = ("severity", "file", "row", "column", "value", "message")


class DispatchError(Exception):
    """
    Base of every error that is meant to be read by a user.

    Parameters
    ----------
    message
        A message in two languages, or a text that stands in both.
    """

    def __init__(self, message: Message | str = "") -> None:
        self.message = message
        super().__init__(str(message))

    def text(self, lang: Lang) -> str:
        """Return what is wrong and what to do, in one language."""
        message = self.message
        return message.text(lang) if isinstance(message, Message) else message


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing to mend in an input file.

    Attributes
    ----------
    file
        File or sheet name, as the user knows it.
    message
        The rule that is broken and what to do, in both languages.
    row
        Row in the spreadsheet, counted from 1 with the header as row 1;
        None when the whole file is meant.
    column
        Column as it is headed in the user's file; None for the whole row.
    value
        The text that stands there; None when there is nothing to show.
    severity
        ``error`` stops the work, ``warning`` goes on.
    """

    file: str
    message: Message
    row: int | None = None
    column: str | None = None
    value: str | None = None
    severity: Literal["error", "warning"] = "error"

    def text(self, lang: Lang) -> str:
        """Return the problem as one line, for a terminal or a list."""
        where: list[Message | str] = [self.file]
        if self.row is not None:
            where.append(say("problem_row", row=self.row))
        if self.column is not None:
            shown = "" if self.value is None else f" = {self.value}"
            where.append(f"{self.column}{shown}")
        elif self.value is not None:
            where.append(self.value)
        line = say("problem_line", where=joined(where, COMMAS), what=self.message)
        return line.text(lang)

    def __str__(self) -> str:
        """Return the problem as one line in English, for logs."""
        return self.text("en")


def problem_rows(problems: Sequence[Problem], t: Words) -> Rows:
    """
    Return where each problem is, how bad it is, and what to do, in that order.

    Parameters
    ----------
    problems
        Errors and warnings, in the order to show.
    t
        Words in the language of the reader.
    """
    rows = [
        (
            t(f"problem.{problem.severity}"),
            problem.file,
            "" if problem.row is None else str(problem.row),
            problem.column or "",
            problem.value or "",
            problem.message.text(t.lang),
        )
        for problem in problems
    ]
    return Rows(
        headings=tuple(t(f"problem.{name}") for name in _COLUMNS),
        rows=rows,
        is_number=tuple(name == "row" for name in _COLUMNS),
    )


class DataError(DispatchError, ValueError):
    """
    The input cannot be used; says everything that is wrong with it at once.

    Parameters
    ----------
    problems
        At least one problem of severity ``error``; warnings may be among them.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def text(self, lang: Lang) -> str:
        """Return every problem on a line of its own."""
        return "\n".join(problem.text(lang) for problem in self.problems)


class PlanError(DispatchError):
    """A plan breaks a rule, or no plan could be made."""


class SolverError(DispatchError):
    """The solver could not do what was asked."""


class ConflictError(DispatchError):
    """Somebody was faster: a stale version, a used key, a day that is closed."""
