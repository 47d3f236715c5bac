"""Outcomes kept one by one, so that a long run goes on where it was interrupted."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import dispatch
from benchmarks.machine import num_cores
from benchmarks.public import arrays, runs
from benchmarks.public.evaluate import evaluate
from benchmarks.public.model import Drop, PublicRoute
from benchmarks.public.runs import Outcome
from dispatch.atomic import write_file

if TYPE_CHECKING:
    from benchmarks.public.library import Entry


#: What decides on the routes beside seconds, seed and cores.
SOLVER: Final = Path(dispatch.__file__).parent / "solver"
_OWN: Final = (Path(arrays.__file__), Path(runs.__file__))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an outcome holds for; another one of any of these is another run."""

    seconds: float
    seed: int
    cores: int
    code: str

    @classmethod
    def now(cls, *, seconds: float, seed: int) -> Settings:
        """
        Return the settings of a run on this machine with the code as it is.

        Parameters
        ----------
        seconds
            Of every instance.
        seed
            Start of the random numbers.
        """
        return cls(seconds=seconds, seed=seed, cores=num_cores(), code=code_version())


def code_version() -> str:
    """Return a digest of all sources that the search of an instance runs through."""
    digest = hashlib.sha256()
    for path in (*sorted(SOLVER.rglob("*.py")), *_OWN):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class KeptOutcomes:
    """
    A folder with a file for every instance that a run with these settings is done with.

    Parameters
    ----------
    folder
        Where runs of all settings are kept, each in a folder of its own.
    settings
        Of this run.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.settings = settings
        name = f"{settings.code}-{settings.seconds:g}s-seed{settings.seed}"
        self.folder = folder / f"{name}-{settings.cores}cores"

    def load(self, entry: Entry) -> Outcome | None:
        """Return what was found for an instance, judged anew; None if nothing is."""
        try:
            text = self._path(entry.best.family, entry.best.instance).read_text("utf-8")
            stored = json.loads(text)
            routes = [_route(route) for route in stored["routes"]]
            figures = {name: stored[name] for name in _FIGURES}
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return Outcome(
            **figures,
            verdict=evaluate(entry.read(), routes),
            best_known=entry.best.value,
            is_proven=entry.best.is_proven,
            routes=routes,
        )

    def store(self, outcome: Outcome) -> None:
        """Keep an outcome."""
        path = self._path(outcome.family, outcome.instance)
        stored = {**asdict(self.settings), **asdict(outcome), "gap": outcome.gap}
        write_file(path, json.dumps(stored).encode())

    def _path(self, family: str, instance: str) -> Path:
        return self.folder / f"{family}-{instance}.json"


#: What of an outcome is taken as stored; the rest is judged and looked up anew.
_FIGURES: Final = (
    "family",
    "instance",
    "num_customers",
    "num_vehicles",
    "took_s",
    "iterations",
)


def _route(stored: dict[str, Any]) -> PublicRoute:
    trips = (
        tuple(Drop(drop["customer"], drop["quantity"]) for drop in trip)
        for trip in stored["trips"]
    )
    return PublicRoute(stored["group"], tuple(trips))
