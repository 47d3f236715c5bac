"""The command line: commands and options, text on the terminal, exit codes.

What the commands do is in ``planning`` and ``files``, where pages call it too.
"""

from dispatch.cli import backup, request
from dispatch.cli.commands import app, main

__all__ = ["app", "backup", "main", "request"]
