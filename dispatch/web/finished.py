"""Finished runs with their figures, read once for all pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from dispatch.coverage import Coverage, compute_coverage
from dispatch.runs.job import Job, Result

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dispatch.check.facts import Violation


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished run with its figures and broken rules."""

    job: Job
    result: Result
    figures: Coverage
    violations: Sequence[Violation]
    past: Sequence[Violation] = ()

    @property
    def made(self) -> str:
        """When planning was asked for, as month, day and time."""
        return moment_text(self.job.request().created)


def moment_text(moment: float) -> str:
    """Return month, day and time of day of seconds since 1970."""
    return f"{dt.datetime.fromtimestamp(moment):%m-%d %H:%M}"


@lru_cache(maxsize=8)
def _finished(folder: Path) -> Finished | None:
    """Read a finished run once for everybody: it never changes any more."""
    job = Job(folder)
    result = job.result()
    if result is None:
        return None
    figures = compute_coverage(result.scenario, result.plan, result.travel)
    return Finished(job, result, figures, result.violations, result.past)


def finished(job: Job | None) -> Finished | None:
    """Return a finished run; None without one, or with one of another version."""
    return None if job is None else _finished(job.folder)
