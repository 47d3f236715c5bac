"""The command line: commands and options, text on the terminal, exit codes.

What the commands do is in ``planning``, ``files`` and ``day``, where pages call it too.
"""

from dispatch.cli import backup, day, paper, request, sheets, store, user, worker
from dispatch.cli.commands import app, main

__all__ = [
    "app",
    "backup",
    "day",
    "main",
    "paper",
    "request",
    "sheets",
    "store",
    "user",
    "worker",
]
