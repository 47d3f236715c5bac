"""Ours and the peers on one scenario, everything judged by `check_plan`."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import product
from typing import TYPE_CHECKING, Final

from benchmarks.machine import num_cores, package_version
from benchmarks.peers.convert import to_plan
from benchmarks.peers.problem import peer_problem, why_not
from dispatch import check_plan, read_scenario, solve, travel_matrix
from dispatch.model.need import BANDS
from dispatch.solver.params import SolveParams

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from benchmarks.peers.problem import PeerRoute
    from dispatch import Plan, Progress, Scenario, Travel

#: Litres of the largest piece; peers run with each, and the better plan is shown.
PIECES_L: Final = (3_000, 5_000)


@dataclass(frozen=True, slots=True)
class Peer:
    """A solver, the package that brings it, and how it uses the cores."""

    module: str
    package: str
    title: str
    seeds: tuple[int, ...]
    cores: str


PEERS: Final[dict[str, Peer]] = {
    "pyvrp": Peer(
        "benchmarks.peers.with_pyvrp",
        "pyvrp",
        "PyVRP",
        (1, 2),
        "2 seeds and prizes at once",
    ),
    "vroom": Peer(
        "benchmarks.peers.with_vroom", "pyvroom", "VROOM", (0,), "every core"
    ),
    "ortools": Peer(
        "benchmarks.peers.with_ortools",
        "ortools",
        "OR-Tools routing",
        (0, 1),
        "2 first solutions at once",
    ),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What our search serves after so many seconds, by band."""

    elapsed_s: float
    served_l: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One solver's plan for one scenario."""

    scenario: str
    solver: str
    version: str
    how: str
    limit_s: float
    seconds: float
    plan: Plan
    violations: tuple[str, ...]
    moments: tuple[Moment, ...] = ()

    @property
    def key(self) -> tuple[int, ...]:
        """Litres by band, then less driving: larger is better."""
        return (*self.plan.served_key(), -self.plan.totals.driving_s)


@dataclass(frozen=True, slots=True)
class _Job:
    """One run of a peer in a process of its own."""

    folder: Path
    peer: Peer
    piece_l: int
    seed: int
    seconds: float


def default_seconds(scenario: Scenario) -> tuple[float, float]:
    """Return the times of ours and of a peer that the figures are given for."""
    num_villages = len(scenario.villages)
    if num_villages <= 40:
        return 5.0, 20.0
    return (10.0, 60.0) if num_villages <= 200 else (60.0, 60.0)


def missing_peers(names: Iterable[str]) -> list[str]:
    """Return the packages of the named peers that are not installed."""
    packages = (PEERS[name].package for name in names)
    return [package for package in packages if package_version(package) is None]


def run_ours(folder: Path, engine: str, seconds: float, seed: int = 0) -> Result:
    """Return our plan, with what it served when."""
    scenario = read_scenario(folder)
    travel = travel_matrix(scenario)
    moments: list[Moment] = []

    def note(progress: Progress) -> None:
        if progress.served_l is not None:
            served = tuple(progress.served_l[band] for band in BANDS)
            if not moments or moments[-1].served_l != served:
                moments.append(Moment(progress.elapsed_s, served))

    params = SolveParams(seconds=seconds, engine=engine, workers=num_cores())
    began = time.monotonic()
    result = solve(scenario, travel, params, seed=seed, progress=note)
    spent = time.monotonic() - began
    if result.plan is None:
        raise RuntimeError(f"{folder.name}: {result.status}")
    if engine == "search":
        moments.append(Moment(result.runtime_s, result.plan.served_key()))
    return Result(
        scenario=folder.name,
        solver="ours" if engine == "search" else f"ours, engine {engine}",
        version=result.solver_version,
        how=f"{num_cores()} threads" if engine == "search" else "1 thread",
        limit_s=seconds,
        seconds=spent,
        plan=result.plan,
        violations=_violations(scenario, travel, result.plan),
        moments=tuple(moments) if engine == "search" else (),
    )


def run_peer(folder: Path, name: str, seconds: float) -> Iterator[Result]:
    """Return one result for every size of pieces and seed, two processes at most."""
    peer = PEERS[name]
    jobs = [
        _Job(folder, peer, piece_l, seed, seconds)
        for piece_l, seed in product(PIECES_L, peer.seeds)
    ]
    scenario = read_scenario(folder)
    travel = travel_matrix(scenario)
    # A fresh interpreter each, since threads of ours must not be forked.
    context = multiprocessing.get_context("spawn")
    workers = min(len(peer.seeds), num_cores())
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for job, (routes, spent) in zip(jobs, pool.map(_run, jobs), strict=True):
            version = package_version(peer.package) or "?"
            plan = to_plan(
                scenario,
                travel,
                routes,
                solver=peer.title,
                version=version,
                seconds=spent,
                seed=job.seed,
            )
            yield Result(
                scenario=folder.name,
                solver=peer.title,
                version=version,
                how=f"{job.piece_l // 1000} t pieces, {peer.cores}",
                limit_s=seconds,
                seconds=spent,
                plan=plan,
                violations=_violations(scenario, travel, plan),
            )


def _run(job: _Job) -> tuple[list[PeerRoute], float]:
    """Return a peer's routes and the seconds that it took; runs in a worker."""
    scenario = read_scenario(job.folder)
    problem = peer_problem(scenario, travel_matrix(scenario), job.piece_l)
    module = import_module(job.peer.module)
    began = time.monotonic()
    routes = module.solve(problem, job.seconds, job.seed)
    return routes, time.monotonic() - began


def inexpressible(folder: Path) -> str | None:
    """Return what peers cannot express of a scenario; None if nothing."""
    scenario = read_scenario(folder)
    return why_not(scenario, travel_matrix(scenario))


def best(results: Iterable[Result]) -> list[Result]:
    """
    Return the best result, valid ones first, and the one with most litres.

    They differ where more water in a lower band cost some of a higher one; then
    both are returned.
    """
    tried = list(results)
    first = max(tried, key=lambda result: (not result.violations, result.key))
    fullest = max(
        tried,
        key=lambda result: (not result.violations, sum(result.plan.served_key())),
    )
    gains = sum(fullest.plan.served_key()) > sum(first.plan.served_key())
    return [first, replace(fullest, how=f"{fullest.how}; most litres")][: 1 + gains]


def _violations(scenario: Scenario, travel: Travel, plan: Plan) -> tuple[str, ...]:
    return tuple(str(found) for found in check_plan(scenario, travel, plan))
