"""Names and modules that are imported when they are first used."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def lazy_names(
    package: str, homes: Mapping[str, Iterable[str]]
) -> Callable[[str], Any]:
    """
    Return a package's ``__getattr__``, which loads the module that a name lives in.

    Parameters
    ----------
    package
        Full name of the package; it keeps what was loaded.
    homes
        Names by the module that they live in, counted from the package.

    Raises
    ------
    AttributeError
        When what is returned is asked for a name that lives nowhere.
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def load(name: str) -> Any:
        home = home_of.get(name)
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{home}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return load


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
