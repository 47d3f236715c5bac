"""Scenarios as edited or uploaded in the browser."""

from __future__ import annotations

import hashlib
import logging
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from dispatch.files.scenario.snapshot import (
    SnapshotError,
    scenario_from_bytes,
    scenario_to_bytes,
)
from dispatch.runs.records import Records

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch.model.scenario import Scenario

_log = logging.getLogger(__name__)

#: Names of the values of a draft. The head can be read even if the scenario no longer
#: can.
_HEAD: Final = "draft.json"
_SCENARIO: Final = "scenario.zip"


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="ignore"))
class _Head:
    """Key of the scenario and when the draft was saved, seconds since 1970."""

    key: str
    saved: float


_HEADS: Final = TypeAdapter(_Head)


class Drafts:
    """
    The drafts of all scenarios, one each.

    Parameters
    ----------
    folder
        Made when first needed.
    """

    def __init__(self, folder: Path) -> None:
        self._records = Records(folder)

    def save(self, scenario_key: str, scenario: Scenario) -> None:
        """
        Keep a scenario as edited or uploaded in the browser.

        Parameters
        ----------
        scenario_key
            Key of the scenario in the catalogue.
        scenario
            The scenario as it stands now.
        """
        draft_id = _id(scenario_key)
        self._records.write(draft_id, _SCENARIO, scenario_to_bytes(scenario))
        head = _Head(scenario_key, time.time())
        self._records.write(draft_id, _HEAD, _HEADS.dump_json(head))
        self._earlier(draft_id).unlink(missing_ok=True)

    def read(self, scenario_key: str) -> tuple[float, Scenario] | None:
        """Return when it was saved and the scenario; None without a draft."""
        draft_id = _id(scenario_key)
        head, scenario = self._head(draft_id), self._scenario(draft_id)
        return None if head is None or scenario is None else (head.saved, scenario)

    def is_lost(self, scenario_key: str) -> bool:
        """Whether there is a draft that this version of the program cannot read."""
        draft_id = _id(scenario_key)
        if self._earlier(draft_id).is_file():
            return True
        is_there = draft_id in self._records.ids()
        return is_there and self.read(scenario_key) is None

    def drop(self, scenario_key: str) -> None:
        """Forget the edits of a scenario."""
        draft_id = _id(scenario_key)
        self._records.remove(draft_id)
        self._earlier(draft_id).unlink(missing_ok=True)

    def keys(self, *, lost: bool = False) -> list[str]:
        """
        Return the keys of all drafts that can be read.

        Parameters
        ----------
        lost
            Return those of other versions instead, where they still say their key.
        """
        keys = []
        for draft_id in self._records.ids():
            head = self._head(draft_id)
            if head is not None and self._is_readable(draft_id) is not lost:
                keys.append(head.key)
        return sorted(keys)

    def _head(self, draft_id: str) -> _Head | None:
        value = self._records.read(draft_id, _HEAD)
        if value is None:
            return None
        try:
            return _HEADS.validate_json(value)
        except ValueError:
            _log.warning("the draft %s is none of this program", draft_id)
            return None

    def _scenario(self, draft_id: str) -> Scenario | None:
        version = self._records.version(draft_id, _SCENARIO)
        if version is None:
            return None
        return _scenario(self._records.folder, draft_id, version)

    def _is_readable(self, draft_id: str) -> bool:
        version = self._records.version(draft_id, _SCENARIO)
        if version is None:
            return False
        return _is_readable(self._records.folder, draft_id, version)

    def _earlier(self, draft_id: str) -> Path:
        """Return where an earlier program kept the draft, as what we do not read."""
        return self._records.folder / f"{draft_id}.pickle"


def _id(scenario_key: str) -> str:
    """Return a name that any key can have on any disk."""
    return hashlib.sha256(scenario_key.encode()).hexdigest()


@lru_cache(maxsize=8)
def _scenario(folder: Path, draft_id: str, version: tuple[int, int]) -> Scenario | None:
    """Read a draft once as long as it is not saved again."""
    value = Records(folder).read(draft_id, _SCENARIO)
    try:
        return scenario_from_bytes(value or b"")
    except SnapshotError:
        _log.warning("the draft %s was saved by another version", draft_id)
        return None


@lru_cache(maxsize=1024)
def _is_readable(folder: Path, draft_id: str, version: tuple[int, int]) -> bool:
    """Look once whether a draft can be read: every page lists all of them."""
    return _scenario(folder, draft_id, version) is not None
