"""Scenarios to take in: folders and workbooks, and edits of earlier versions."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from dispatch import settings
from dispatch.errors import DataError, Problem
from dispatch.files.scenario.read import read_scenario
from dispatch.files.scenario.settings import MAX_TOML_BYTES
from dispatch.runs.drafts import Drafts
from dispatch.words.message import say

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch.model.scenario import Scenario

_UPLOAD: Final = "upload:"


@dataclass(frozen=True, slots=True)
class Entry:
    """One scenario: a key for links, and where it is read from (None: uploaded)."""

    key: str
    title: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario as it stands, and when it was edited in the browser (None: not)."""

    scenario: Scenario
    edited: float | None


class Catalog:
    """
    Scenarios below a data folder, and what a version without a store kept of them.

    Parameters
    ----------
    data_dir
        Holds one folder or workbook per scenario.
    jobs_dir
        Where that version kept runs and edits; by default ``.jobs`` in the data folder.
    """

    def __init__(self, data_dir: Path, jobs_dir: Path | None = None) -> None:
        self.data_dir = data_dir
        self._jobs_dir = jobs_dir or data_dir / ".jobs"
        self._drafts = Drafts(self._jobs_dir / "drafts")

    @classmethod
    def from_env(cls) -> Catalog:
        """Return the catalogue that the environment names, ``data`` if none."""
        return cls(settings.data_folder(), settings.jobs_folder())

    def entries(self) -> list[Entry]:
        """Return what can be chosen: the data folder's, then uploads."""
        entries = []
        if self.data_dir.is_dir():
            for path in sorted(self.data_dir.iterdir()):
                if path.name.startswith((".", "~")):
                    continue
                if path.is_dir() and (path / "villages.csv").is_file():
                    entries.append(Entry(path.name, _title(path), path))
                elif path.suffix.lower() == ".xlsx":
                    entries.append(Entry(path.name, path.stem, path))
        drafts = [*self._drafts.keys(), *self._drafts.keys(lost=True)]
        keys = sorted(key for key in drafts if key.startswith(_UPLOAD))
        return [*entries, *(Entry(key, key[len(_UPLOAD) :], None) for key in keys)]

    def num_runs(self) -> int:
        """Return how many plans an earlier version left, which no page shows."""
        folder = self._jobs_dir / "runs"
        return sum(p.is_dir() for p in folder.iterdir()) if folder.is_dir() else 0

    def load(self, entry: Entry) -> Loaded:
        """
        Return the scenario of an entry, as edited if it was.

        Raises
        ------
        FileNotFoundError
            If it is an upload that was deleted.
        DataError
            If the files cannot be used.
        """
        draft = self._drafts.read(entry.key)
        if draft is not None:
            saved, scenario = draft
            return Loaded(scenario, saved if entry.path else None)
        is_lost = self._drafts.is_lost(entry.key)
        if entry.path is None and is_lost:
            raise DataError([Problem(entry.title, say("upload_lost"))])
        if entry.path is None:
            raise FileNotFoundError(entry.key)
        scenario = _read(entry.path, _stamp(entry.path))
        if is_lost:
            warning = Problem(entry.title, say("draft_lost"), severity="warning")
            scenario = replace(scenario, warnings=(warning, *scenario.warnings))
        return Loaded(scenario, None)


def _stamp(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what changes when a file of the scenario does."""
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    stats = [(str(file), file.stat()) for file in files if file.is_file()]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@lru_cache(maxsize=4)
def _read(path: Path, stamp: tuple[tuple[str, int, int], ...]) -> Scenario:
    """Read a scenario once as long as its files stay the same."""
    return read_scenario(path)


def _title(folder: Path) -> str:
    """Return the name that the scenario gives itself, else that of its folder."""
    path = folder / "scenario.toml"
    try:
        if path.stat().st_size > MAX_TOML_BYTES:
            return folder.name
        settings = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return folder.name
    return str(settings.get("name") or folder.name)
