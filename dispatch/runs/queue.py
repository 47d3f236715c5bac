"""
Planning runs as folders: whoever asks sees the same truth, also after a refresh.

``JOBS/drafts/KEY.pickle`` holds a scenario as edited in the browser,
``JOBS/runs/ID/`` one run: request, scenario, state, and in the end the plan. The
pickles are written and read by this program alone, never taken from a user.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import logging
import os
import pickle
import secrets
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dispatch.model.areas import Area
from dispatch.model.road_limits import RoadLimit
from dispatch.model.roads import RoadNetwork
from dispatch.model.scenario import Depot, Scenario, Source, Truck, Village

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch.check.facts import Violation
    from dispatch.model.plan import Plan
    from dispatch.model.travel import Travel
    from dispatch.planning.changes import Change
    from dispatch.words.message import Lang

_log = logging.getLogger(__name__)

JobStatus = Literal["queued", "running", "done", "cancelled", "failed"]

#: A worker writes its heartbeat every second; silent for longer, it is said so.
HEARTBEAT_LIMIT_S = 15.0

_children: dict[str, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    What is to be planned: the scenario's key and digest, and the settings.

    ``lang`` is the language of whoever asked; a failure is told in it.

    Attributes
    ----------
    previous_id
        Run whose plan is under way: only the rest of its day is planned anew.
    now_s
        Seconds since midnight from when on a replan may change things.
    change_price_l
        Litres that must be gained for each village whose visit changes.
    """

    scenario_key: str
    scenario_name: str
    digest: str
    seconds: float | None = None
    seed: int = 0
    lang: Lang = "zh"
    previous_id: str | None = None
    now_s: int = 0
    change_price_l: int = 0
    created: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a run stands; times are seconds since 1970."""

    status: JobStatus = "queued"
    phase: str = ""
    fraction: float = 0.0
    elapsed_s: float = 0.0
    iterations: int = 0
    served_l: int | None = None
    bound_l: int | None = None
    heartbeat: float = field(default_factory=time.time)
    finished: float | None = None
    num_violations: int = 0
    message: str = ""

    @property
    def is_active(self) -> bool:
        """Whether the run still waits or works."""
        return self.status in {"queued", "running"}

    @property
    def is_good(self) -> bool:
        """Whether there is a plan that keeps every rule."""
        return self.status == "done" and self.num_violations == 0


@dataclass(frozen=True, slots=True)
class Result:
    """
    A finished run: the plan with what it was made from.

    ``changes`` lists what a replan changes, ``past`` the rules that what was done
    by then breaks.
    """

    scenario: Scenario
    travel: Travel
    plan: Plan
    changes: Sequence[Change] = ()
    past: Sequence[Violation] = ()


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.write_bytes(data)
    temporary.replace(path)


class Job:
    """One run in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def job_id(self) -> str:
        """Name of the folder; newer runs sort after older ones."""
        return self.folder.name

    @property
    def out(self) -> Path:
        """Folder of the files to download."""
        return self.folder / "out"

    def request(self) -> Request:
        """Return what was asked for."""
        text = (self.folder / "request.json").read_text(encoding="utf-8")
        return Request(**json.loads(text))

    def scenario(self) -> Scenario:
        """Return the scenario as it was when planning was asked for."""
        data: Scenario = pickle.loads((self.folder / "scenario.pickle").read_bytes())
        return data

    def write_state(self, state: State) -> None:
        """Save where the run stands."""
        write_atomically(self.folder / "state.json", json.dumps(asdict(state)).encode())

    def state(self) -> State:
        """Return where the run stands; a worker that is gone has failed."""
        try:
            text = (self.folder / "state.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return State(status="failed", message="lost")
        state = State(**json.loads(text))
        if state.is_active and not self._is_alive():
            return replace(state, status="failed", message=state.message or "crashed")
        return state

    def silent_s(self, state: State) -> float:
        """Return the seconds since the worker's last sign of life."""
        return max(0.0, time.time() - state.heartbeat)

    def _is_alive(self) -> bool:
        child = _children.get(self.job_id)
        if child is not None:
            return child.poll() is None
        try:
            pid = int((self.folder / "pid").read_text())
            os.kill(pid, 0)
            # The id may have gone to another program after a restart.
            command = Path(f"/proc/{pid}/cmdline")
            if command.parent.parent.joinpath("self").exists():
                return self.job_id.encode() in command.read_bytes()
        except PermissionError:
            return True
        except (OSError, ValueError):
            return False
        return True

    def cancel(self) -> None:
        """Ask the worker to stop; it notices within a second or so."""
        (self.folder / "cancel").touch()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return (self.folder / "cancel").exists()

    def finish_early(self) -> None:
        """Ask the worker to stop and keep the best plan that it has."""
        (self.folder / "finish").touch()

    @property
    def should_stop(self) -> bool:
        """Whether the search is to end, with a plan or without."""
        return self.is_cancelled or (self.folder / "finish").exists()

    def save_result(self, result: Result) -> None:
        """Keep the finished plan."""
        write_atomically(self.folder / "result.pickle", pickle.dumps(result))

    def result(self) -> Result | None:
        """Return the finished plan; None while there is none that can be read."""
        try:
            result: Result = pickle.loads((self.folder / "result.pickle").read_bytes())
        except FileNotFoundError:
            return None
        except Exception:
            # Written by another version of the program: as good as no plan.
            _log.warning("the result of run %s cannot be read", self.job_id)
            return None
        if not hasattr(result.plan, "done"):
            # Pickled before plans remembered what was done.
            object.__setattr__(result.plan, "done", {})
        return result


class JobStore:
    """
    All runs and drafts below one folder.

    Parameters
    ----------
    folder
        Made when first needed, and left out of version control.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._runs = folder / "runs"
        self._drafts = folder / "drafts"

    def _prepare(self) -> None:
        self._runs.mkdir(parents=True, exist_ok=True)
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")

    def create(self, scenario: Scenario, request: Request) -> Job:
        """Return a new run that no worker has started yet."""
        self._prepare()
        # In UTC and to the microsecond: the order of names is that of the runs.
        created = dt.datetime.fromtimestamp(request.created, dt.UTC)
        stamp = f"{created:%Y%m%dT%H%M%S%f}"
        job = Job(self._runs / f"{stamp}-{secrets.token_hex(4)}")
        job.folder.mkdir(mode=0o700)
        write_atomically(job.folder / "scenario.pickle", pickle.dumps(scenario))
        data = json.dumps(asdict(request), ensure_ascii=False).encode()
        write_atomically(job.folder / "request.json", data)
        job.write_state(State())
        return job

    def start(self, scenario: Scenario, request: Request) -> Job:
        """Return a new run whose worker, a process of low priority, is under way."""
        job = self.create(scenario, request)
        with (job.folder / "worker.log").open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "dispatch.runs.worker", str(job.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _children[job.job_id] = child
        (job.folder / "pid").write_text(str(child.pid))
        return job

    def jobs(self, scenario_key: str | None = None) -> Iterator[Job]:
        """Yield runs, newest first, of one scenario or of all."""
        if not self._runs.is_dir():
            return
        for folder in sorted(self._runs.iterdir(), reverse=True):
            if not (folder / "request.json").is_file():
                continue
            job = Job(folder)
            if scenario_key is None or job.request().scenario_key == scenario_key:
                yield job

    def job(self, job_id: str) -> Job | None:
        """Return a run by its id; None if there is none."""
        return next((job for job in self.jobs() if job.job_id == job_id), None)

    def latest(self, scenario_key: str) -> Job | None:
        """Return the newest run of a scenario, whatever became of it."""
        return next(self.jobs(scenario_key), None)

    def latest_done(self, scenario_key: str) -> Job | None:
        """Return the newest run that has a plan, good or not."""
        for job in self.jobs(scenario_key):
            if job.state().status == "done":
                return job
        return None

    def latest_good(self, scenario_key: str) -> Job | None:
        """Return the newest run whose plan keeps every rule."""
        for job in self.jobs(scenario_key):
            if job.state().is_good:
                return job
        return None

    def _draft_path(self, scenario_key: str) -> Path:
        return (
            self._drafts / f"{hashlib.sha256(scenario_key.encode()).hexdigest()}.pickle"
        )

    def save_draft(self, scenario_key: str, scenario: Scenario) -> None:
        """Keep a scenario as edited or uploaded in the browser."""
        self._prepare()
        # Two pickles: the key is readable even if the scenario no longer is.
        head = pickle.dumps((_schema(), scenario_key, time.time()))
        path = self._draft_path(scenario_key)
        write_atomically(path, head + pickle.dumps(scenario))

    def draft(self, scenario_key: str) -> tuple[float, Scenario] | None:
        """Return when it was saved and the scenario; None without a draft."""
        path = self._draft_path(scenario_key)
        found = _read_draft(path) if path.is_file() else None
        if found is None or found.scenario is None:
            return None
        return found.saved, found.scenario

    def is_draft_lost(self, scenario_key: str) -> bool:
        """Whether there is a draft that this version of the program cannot read."""
        path = self._draft_path(scenario_key)
        return path.is_file() and self.draft(scenario_key) is None

    def drop_draft(self, scenario_key: str) -> None:
        """Forget the edits of a scenario."""
        self._draft_path(scenario_key).unlink(missing_ok=True)

    def draft_keys(self, *, lost: bool = False) -> list[str]:
        """
        Return the keys of all drafts that can be read.

        Parameters
        ----------
        lost
            Return those of other versions instead, where they still say their key.
        """
        if not self._drafts.is_dir():
            return []
        paths = self._drafts.glob("*.pickle")
        found = [draft for draft in map(_read_draft, paths) if draft is not None]
        return sorted(d.key for d in found if (d.scenario is None) is lost)


@dataclass(frozen=True, slots=True)
class _Draft:
    """Key, time of saving, and the scenario; None in a draft of another version."""

    key: str
    saved: float
    scenario: Scenario | None


def _read_draft(path: Path) -> _Draft | None:
    """Return a draft, left as it is whatever it holds; None if it has no head."""
    scenario = None
    try:
        with path.open("rb") as stream:
            schema, key, saved, *more = pickle.load(stream)
            # An old scenario is not even unpacked: its classes may be gone.
            if schema == _schema() and not more:
                scenario = _unpickled(stream.read())
    except Exception as error:  # a pickle raises whatever its classes raise
        what = type(error).__name__
        _log.warning("the draft %s cannot be read (%s)", path.name, what)
        return None
    if not isinstance(key, str) or not isinstance(saved, (int, float)):
        _log.warning("the draft %s is none of this program", path.name)
        return None
    if scenario is None:
        _log.warning("the draft %s was saved by another version", path.name)
    return _Draft(key, float(saved), scenario)


def _unpickled(data: bytes) -> Scenario | None:
    """Return the scenario that is all of a pickle; None if it is something else."""
    stream = io.BytesIO(data)
    try:
        found = pickle.load(stream)
    except Exception:  # a pickle raises whatever its classes raise
        return None
    is_whole = isinstance(found, Scenario) and not stream.read(1)
    return found if is_whole else None


@cache
def _schema() -> str:
    """Return a hash of what scenarios are made of: pickles of others do not fit."""
    kinds = (Scenario, Village, Source, Depot, Truck, RoadNetwork, RoadLimit, Area)
    names = [(kind.__name__, [f.name for f in fields(kind)]) for kind in kinds]
    return hashlib.sha256(repr(names).encode()).hexdigest()[:16]
