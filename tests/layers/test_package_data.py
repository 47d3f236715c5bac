"""What the program reads beside its modules is installed with it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import dispatch

ROOT = Path(dispatch.__file__).parent
PYPROJECT = ROOT.parent / "pyproject.toml"


def test_every_file_is_installed() -> None:
    """A template or style that is left out is missed only by who installs a wheel."""
    settings = tomllib.loads(PYPROJECT.read_text("utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["dispatch"]
    installed = {path for pattern in patterns for path in ROOT.glob(pattern)}
    read = {
        path
        for path in ROOT.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc", ".nbi", ".nbc")
    }
    assert {".html", ".css", ".js", ".toml", ".csv"} <= {path.suffix for path in read}
    assert sorted(read - installed) == []
    empty = [p for p in patterns if not any(path.is_file() for path in ROOT.glob(p))]
    assert empty == []
