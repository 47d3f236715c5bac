"""Modules that are imported when they are first used: commands must start at once."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class LazyModule:
    """Stands for a module until something of it is asked for."""

    def __init__(self, name: str) -> None:
        """
        Note the module; nothing is imported yet.

        Parameters
        ----------
        name
            Its full name.
        """
        self._name = name

    def __getattr__(self, name: str) -> Any:
        """Return what the module has under a name, importing it."""
        return getattr(import_module(self._name), name)
