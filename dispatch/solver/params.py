"""What goes into the solver besides the scenario, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from dispatch.model.need import Band
    from dispatch.model.plan import Bound, Plan, Status

Engine = Literal["search", "routing"]
Phase = Literal["compile", "bound", "seed", "search", "timetable", "reasons"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveParams:
    """
    Limits of one run.

    Attributes
    ----------
    seconds
        Wall time of the whole run; None lets the size of the scenario decide.
    iterations
        Iterations of the search instead of a time: the run then repeats bit for
        bit with the same seed.
    engine
        ``search`` is ours; ``routing`` is plain OR-Tools routing, for comparison.
    workers
        Search threads; each adds a core.
    """

    seconds: float | None = None
    iterations: int | None = None
    engine: Engine = "search"
    workers: int = 2

    def __post_init__(self) -> None:
        """Refuse limits that would never end or never start."""
        if self.seconds is not None and not 0 < self.seconds <= 86_400:
            raise ValueError(f"seconds = {self.seconds}: must be above 0, up to 86400")
        if self.iterations is not None and self.iterations < 1:
            raise ValueError(f"iterations = {self.iterations}: must be at least 1")
        if not 1 <= self.workers <= 64:
            raise ValueError(f"workers = {self.workers}: must be 1 to 64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """
    Where a run stands; ``fraction`` is between 0 and 1.

    Attributes
    ----------
    draft
        Makes the best plan so far, where it is better than the last one that was
        handed out; it has neither reasons nor a bound.
    """

    phase: Phase
    fraction: float
    elapsed_s: float
    iterations: int = 0
    served_l: Mapping[Band, int] | None = None
    bound_l: int | None = None
    draft: Callable[[], Plan] | None = None


ProgressCallback = Callable[[Progress], None]
StopCallback = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveResult:
    """
    The outcome of one run, with what is needed to repeat it.

    ``bound`` and ``gap`` are None, not 0, when nothing was proven.
    """

    status: Status
    plan: Plan | None
    bound: Bound | None
    gap: float | None
    runtime_s: float
    iterations: int
    seed: int
    params: SolveParams
    solver_version: str
    message: str = ""
