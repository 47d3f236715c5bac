"""The command line: ``dispatch plan``, ``check``, ``template`` and ``serve``."""

from dispatch.cli.commands import app, main

__all__ = ["app", "main"]
