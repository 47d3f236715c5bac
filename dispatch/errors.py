"""Errors that the project raises on purpose; all others are bugs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence


class DispatchError(Exception):
    """Base of every error that is meant to be read by a user."""


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing to mend in an input file.

    Attributes
    ----------
    file
        File or sheet name, as the user knows it.
    message
        The rule that is broken and what to do, in words.
    row
        Row in the spreadsheet, counted from 1 with the header as row 1;
        None when the whole file is meant.
    column
        Column as it is headed in the user's file; None for the whole row.
    value
        The text that was found; None when there is nothing to show.
    severity
        ``error`` stops the work, ``warning`` goes on.
    """

    file: str
    message: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """Return the problem as one line, for a terminal or a list."""
        where = [self.file]
        if self.row is not None:
            where.append(f"row {self.row}")
        what = ", ".join(where)
        if self.column is not None:
            shown = "" if self.value is None else f" = {self.value}"
            what += f", {self.column}{shown}"
        elif self.value is not None:
            what += f", {self.value}"
        return f"{what}: {self.message}"


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


class PlanError(DispatchError):
    """A plan breaks a rule, or no plan could be made."""


class SolverError(DispatchError):
    """The solver could not do what was asked."""
