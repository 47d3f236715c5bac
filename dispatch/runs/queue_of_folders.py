"""All planning runs: whoever asks sees the same truth, also after a refresh."""

from __future__ import annotations

import datetime as dt
import secrets
import subprocess
import sys
from typing import TYPE_CHECKING

from dispatch.runs.drafts import Drafts
from dispatch.runs.job import PID, Job, children
from dispatch.runs.records import Records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dispatch.model.scenario import Scenario
    from dispatch.runs.contracts_of_folders import Request


class JobStore:
    """
    All runs and drafts below one folder.

    Parameters
    ----------
    folder
        Made when first needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.drafts = Drafts(folder / "drafts")
        self._runs = Records(folder / "runs")

    def create(self, scenario: Scenario, request: Request) -> Job:
        """
        Return a new run that no worker has started yet.

        Parameters
        ----------
        scenario
            The day to plan.
        request
            What is to be planned, and how.
        """
        # In UTC and to the microsecond: the order of names is that of the runs.
        created = dt.datetime.fromtimestamp(request.created, dt.UTC)
        stamp = f"{created:%Y%m%dT%H%M%S%f}"
        job = self._job(f"{stamp}-{secrets.token_hex(4)}")
        job.write_request(request, scenario)
        return job

    def _job(self, job_id: str) -> Job:
        return Job(self._runs.folder / job_id)

    def start(self, scenario: Scenario, request: Request) -> Job:
        """
        Return a new run whose worker, a process of low priority, is under way.

        Parameters
        ----------
        scenario
            The day to plan.
        request
            What is to be planned, and how.
        """
        job = self.create(scenario, request)
        with (job.folder / "worker.log").open("wb") as log:
            child = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "dispatch.runs.worker_of_folders",
                    str(job.folder),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        children[job.job_id] = child
        job.write(PID, str(child.pid).encode())
        return job

    def jobs(self, scenario_key: str | None = None) -> Iterator[Job]:
        """Yield runs, newest first, of one scenario or of all."""
        for job_id in self._runs.ids():
            job = self._job(job_id)
            request = job.request_or_none()
            if request is not None and scenario_key in (None, request.scenario_key):
                yield job

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
