"""The two consoles of the terminal: results on stdout, the rest on stderr."""

from __future__ import annotations

import sys
from typing import Final, TextIO

from rich.console import Console

#: Columns of a file or pipe, which have no width of their own.
PIPE_WIDTH: Final = 110


def _console(stream: TextIO, *, stderr: bool) -> Console:
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, emoji=False)


def results_console() -> Console:
    """Return the console of what was asked for."""
    return _console(sys.stdout, stderr=False)


def errors_console() -> Console:
    """Return the console of progress, warnings and errors."""
    return _console(sys.stderr, stderr=True)


def survive_small_alphabets() -> None:
    """Let a terminal that lacks a character show a mark instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
