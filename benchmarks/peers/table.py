"""Results -> the lines of a Markdown table and plain records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch.model.need import BANDS

if TYPE_CHECKING:
    from benchmarks.peers.runs import Moment, Result

HEADER = (
    "| scenario | solver | how | limit (s) | took (s) | served (L) | ours serves "
    "| {bands} (%) | against ours | driving (h) | gap to our bound | broken rules "
    "| ours is there after (s) |"
)


def header(bands: list[str]) -> str:
    """Return the two head lines; ``bands`` are those that have a need."""
    line = HEADER.format(bands=" / ".join(bands))
    return f"{line}\n{'| --- ' * (line.count('|') - 1)}|"


def needed_bands(result: Result) -> list[str]:
    """Return the bands with a need in this scenario, in order."""
    return [band for band in BANDS if result.plan.totals.need_l[band]]


def row(result: Result, ours: Result) -> str:
    """Return the line of one result, next to ours on the same scenario."""
    plan = result.plan
    served = sum(plan.served_key())
    cells = [
        result.scenario,
        f"{result.solver} {result.version}",
        result.how,
        f"{result.limit_s:g}",
        f"{result.seconds:.1f}",
        f"{served:,}",
        "-" if result is ours else f"{sum(ours.plan.served_key()) / served - 1:+.1%}",
        " / ".join(_shares(result)),
        "-" if result is ours else against(result, ours),
        f"{plan.totals.driving_s / 3600:.1f}",
        _gap(served, ours),
        str(len(result.violations)),
        "-" if result is ours else _clock(time_to_reach(ours.moments, result)),
    ]
    return f"| {' | '.join(cells)} |"


def _shares(result: Result) -> list[str]:
    totals = result.plan.totals
    return [
        f"{100 * totals.served_l[band] / totals.need_l[band]:.1f}"
        for band in BANDS
        if totals.need_l[band]
    ]


def against(result: Result, ours: Result) -> str:
    """Return how a plan compares with ours in the first band that differs."""
    pairs = zip(BANDS, result.plan.served_key(), ours.plan.served_key(), strict=True)
    for band, theirs, own in pairs:
        if theirs != own:
            word = "better" if theirs > own else "worse"
            return f"{word} in {band} by {abs(theirs - own):,} L"
    driving_s = result.plan.totals.driving_s - ours.plan.totals.driving_s
    if driving_s == 0:
        return "equal"
    return f"{'worse' if driving_s > 0 else 'better'} in driving by {abs(driving_s)} s"


def _gap(served: int, ours: Result) -> str:
    bound = ours.plan.bound
    if bound is None or not bound.total_l:
        return "-"
    return f"{(bound.total_l - served) / bound.total_l:.1%}"


def time_to_reach(moments: tuple[Moment, ...], result: Result) -> float | None:
    """Return when ours first served as well, band by band; None if never."""
    goal = result.plan.served_key()
    times = (m.elapsed_s for m in moments if m.served_l >= goal)
    return next(times, None)


def _clock(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f}"


def record(result: Result) -> dict[str, Any]:
    """Return a result as plain figures, to be written as JSON."""
    totals = result.plan.totals
    bound = result.plan.bound
    return {
        "scenario": result.scenario,
        "solver": result.solver,
        "version": result.version,
        "how": result.how,
        "limit_s": result.limit_s,
        "seconds": round(result.seconds, 2),
        "served_l": dict(totals.served_l),
        "need_l": dict(totals.need_l),
        "driving_s": totals.driving_s,
        "bound_l": None if bound is None else bound.total_l,
        "violations": list(result.violations),
        "moments": [[round(m.elapsed_s, 3), *m.served_l] for m in result.moments],
    }
