"""What goes wrong -> words on stderr and an exit code."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Final

import typer
from rich.markup import escape
from rich.table import Table

from dispatch.cli.screen import errors_console
from dispatch.errors import (
    ConflictError,
    DataError,
    DispatchError,
    PlanError,
    SolverError,
    problem_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from dispatch.errors import Problem
    from dispatch.words.words import Words

INTERNAL: Final = 1
BAD_INPUT: Final = 2
NO_PLAN: Final = 3
CONFLICT: Final = 4
#: As shells say of a program that was ended by Ctrl-C.
ABORTED: Final = 130

#: Warnings shown before the rest is folded into one line.
MAX_WARNINGS: Final = 8


@contextlib.contextmanager
def reported(t: Words, *, debug: bool) -> Iterator[None]:
    """
    Turn every error inside into words and the exit code that fits.

    Parameters
    ----------
    t
        Words in the language that was asked for.
    debug
        Show the traceback of an internal error.

    Raises
    ------
    typer.Exit
        With code 1 for an internal error, 2 for bad input, 3 without a plan, 4 for a
        conflict, 130 after Ctrl-C.
    """
    console = errors_console()
    try:
        yield
    except DataError as error:
        show_data_error(console, error, t)
        raise typer.Exit(BAD_INPUT) from error
    except (PlanError, SolverError) as error:
        _print_error(console, t("cli.error.no_plan", message=error.text(t.lang)))
        raise typer.Exit(NO_PLAN) from error
    except ConflictError as error:
        _print_error(console, t("cli.error.dispatch", message=error.text(t.lang)))
        raise typer.Exit(CONFLICT) from error
    except DispatchError as error:
        _print_error(console, t("cli.error.dispatch", message=error.text(t.lang)))
        raise typer.Exit(BAD_INPUT) from error
    except KeyboardInterrupt as error:
        _print_error(console, t("cli.error.aborted"))
        raise typer.Exit(ABORTED) from error
    except (typer.Exit, SystemExit):
        raise
    except Exception as error:
        if debug:
            logging.getLogger(__name__).exception("internal error")
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        text = f"{t('cli.error.internal', error=what)} {t('cli.error.report')}"
        console.print(escape(text), style="red", soft_wrap=True)
        raise typer.Exit(INTERNAL) from error


def _print_error(console: Console, text: str) -> None:
    console.print(escape(text), style="red", soft_wrap=True)


def show_data_error(console: Console, error: DataError, t: Words) -> None:
    """
    Show everything that is wrong with the input, each with what to do.

    Parameters
    ----------
    console
        Where it is printed.
    error
        Every problem of the input.
    t
        Words in the language of the reader.
    """
    problems = error.problems
    num_errors = sum(problem.severity == "error" for problem in problems)
    headline = t(
        "cli.error.input", errors=num_errors, warnings=len(problems) - num_errors
    )
    console.print(escape(headline), style="bold red", soft_wrap=True)
    console.print(problem_table(problems, t))


def show_warnings(console: Console, warnings: Sequence[Problem], t: Words) -> None:
    """
    Show what the reader noticed and went on with, folded where it is much.

    Parameters
    ----------
    console
        Where it is printed.
    warnings
        In the order in which they were noticed; only the first ones are shown.
    t
        Words in the language of the reader.
    """
    if not warnings:
        return
    console.print(escape(t("cli.problem.title")), style="bold yellow")
    console.print(problem_table(warnings[:MAX_WARNINGS], t))
    if len(warnings) > MAX_WARNINGS:
        count = len(warnings) - MAX_WARNINGS
        console.print(escape(t("cli.problem.folded", count=count)), soft_wrap=True)


def problem_table(problems: Sequence[Problem], t: Words) -> Table:
    """
    Return one row per problem: severity, file, row, column, value, what to do.

    Parameters
    ----------
    problems
        Errors and warnings, in their order.
    t
        Words in the language of the reader.
    """
    rows = problem_rows(problems, t)
    table = Table(show_edge=False, pad_edge=False)
    last = len(rows.headings) - 1
    for idx, (heading, is_number) in enumerate(
        zip(rows.headings, rows.is_number, strict=True)
    ):
        table.add_column(
            heading,
            overflow="fold",
            justify="right" if is_number else "left",
            ratio=1 if idx == last else None,
            no_wrap=is_number or idx == 0,
        )
    for problem, row in zip(problems, rows.rows, strict=True):
        style = "red" if problem.severity == "error" else "yellow"
        table.add_row(*map(escape, row), style=style)
    return table
