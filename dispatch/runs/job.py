"""One planning run: what was asked, where it stands, and in the end its plan."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dispatch.files.plan.plan_json import plan_from_json, plan_to_json
from dispatch.files.scenario.snapshot import scenario_from_bytes, scenario_to_bytes
from dispatch.roads.travel import travel_matrix
from dispatch.runs.contracts_of_folders import (
    CHANGES,
    REQUEST,
    STATE,
    Request,
    State,
    violations_from_json,
    violations_to_json,
)
from dispatch.runs.records import Records

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

    from dispatch.check.facts import Violation
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel
    from dispatch.planning.changes import Change

_log = logging.getLogger(__name__)

#: A worker writes its heartbeat every second; after a longer silence pages say so.
HEARTBEAT_LIMIT_S: Final = 15.0

#: Names of the values of a run.
_REQUEST: Final = "request.json"
_STATE: Final = "state.json"
_SCENARIO: Final = "scenario.zip"
_PLAN: Final = "plan.json"
_CHANGES: Final = "changes.json"
_VIOLATIONS: Final = "violations.json"
_PAST: Final = "past.json"
#: What people ask of a worker: to stop, with its best plan or without one.
_CANCEL: Final = "cancel"
_FINISH: Final = "finish"
#: Number of the worker's process.
PID: Final = "pid"

#: Workers that this process has started, by run.
children: dict[str, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class Result:
    """
    A finished run: the plan with what it was made from.

    Attributes
    ----------
    changes
        What a replan changes.
    violations
        Rules that the plan breaks; empty for a plan that may be used.
    past
        Rules that what was done by then breaks.
    """

    scenario: Scenario
    travel: Travel
    plan: Plan
    changes: Sequence[Change] = ()
    violations: Sequence[Violation] = ()
    past: Sequence[Violation] = ()


class Job:
    """One run: the values that are kept of it, and the files to download."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._records = Records(folder.parent)

    @property
    def job_id(self) -> str:
        """Id of the run; newer runs sort after older ones."""
        return self.folder.name

    @property
    def out(self) -> Path:
        """Folder of the files to download."""
        return self.folder / "out"

    def read(self, name: str) -> bytes | None:
        """Return a value of the run; None where there is none."""
        return self._records.read(self.job_id, name)

    def write(self, name: str, value: bytes) -> None:
        """
        Keep a value of the run.

        Parameters
        ----------
        name
            Name of the value; one that is there is replaced.
        value
            All of its bytes.
        """
        self._records.write(self.job_id, name, value)

    def write_request(self, request: Request, scenario: Scenario) -> None:
        """
        Keep what is asked for; the run is seen once this is done.

        Parameters
        ----------
        request
            What is to be planned, and how.
        scenario
            The day to plan.
        """
        self.write(_SCENARIO, scenario_to_bytes(scenario))
        self.write_state(State())
        self.write(_REQUEST, REQUEST.dump_json(request))

    def request(self) -> Request:
        """
        Return what was asked for.

        Raises
        ------
        ValueError
            If there is no request, or one of another version of the program.
        """
        return REQUEST.validate_json(self.read(_REQUEST) or b"")

    def request_or_none(self) -> Request | None:
        """Return what was asked for; None for what is no run of this program."""
        try:
            return self.request()
        except ValueError:
            return None

    def scenario(self) -> Scenario:
        """Return the scenario to plan in, and once there is a plan, that it is of."""
        return scenario_from_bytes(self.read(_SCENARIO) or b"")

    def write_state(self, state: State) -> None:
        """Save where the run stands."""
        self.write(_STATE, STATE.dump_json(state))

    def state(self) -> State:
        """Return where the run stands; a worker that is gone has failed."""
        try:
            state = STATE.validate_json(self.read(_STATE) or b"")
        except ValueError:
            return State(status="failed", message="lost")
        if state.is_active and not self._is_alive():
            return replace(state, status="failed", message=state.message or "crashed")
        return state

    def silent_s(self, state: State) -> float:
        """Return the seconds since the worker's last sign of life."""
        return max(0.0, time.time() - state.heartbeat)

    def _is_alive(self) -> bool:
        child = children.get(self.job_id)
        if child is not None:
            return child.poll() is None
        try:
            pid = int(self.read(PID) or b"")
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
        self.write(_CANCEL, b"")

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self.read(_CANCEL) is not None

    def finish_early(self) -> None:
        """Ask the worker to stop and keep the best plan that it has."""
        self.write(_FINISH, b"")

    @property
    def should_stop(self) -> bool:
        """Whether the search is to end, with a plan or without."""
        return self.is_cancelled or self.read(_FINISH) is not None

    def save_result(self, result: Result) -> None:
        """Keep the finished plan, and the scenario as it was planned in."""
        self.write(_SCENARIO, scenario_to_bytes(result.scenario))
        self.write(_CHANGES, CHANGES.dump_json(tuple(result.changes)))
        self.write(_VIOLATIONS, violations_to_json(result.violations))
        self.write(_PAST, violations_to_json(result.past))
        # Last: with the plan there is a result.
        self.write(_PLAN, plan_to_json(result.plan).encode())

    def result(self) -> Result | None:
        """
        Return the finished plan; None while there is none that can be read.

        Travel times are computed again, or taken from the cache of fastest paths.
        """
        plan = self.read(_PLAN)
        if plan is None:
            return None
        try:
            scenario = self.scenario()
            return Result(
                scenario=scenario,
                travel=travel_matrix(scenario),
                plan=plan_from_json(plan),
                changes=CHANGES.validate_json(self.read(_CHANGES) or b""),
                violations=violations_from_json(self.read(_VIOLATIONS) or b""),
                past=violations_from_json(self.read(_PAST) or b""),
            )
        except ValueError:
            # Written by another version of the program: as good as no plan.
            _log.warning("the result of run %s cannot be read", self.job_id)
            return None
