"""A table of families: how far costs lie above best known and proven ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.public.runs import Outcome

#: Share of the best known cost by which another one counts as the same.
SAME: Final = 1e-6


def summary(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the lines of a table, one for every family and its proven instances."""
    names = ["family", "instances", "feasible", "at best known", "mean gap"]
    names += ["worst gap", "worst instance"]
    lines = [f"| {' | '.join(names)} |", "| --- " * len(names) + "|"]
    for family in dict.fromkeys(outcome.family for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.family == family]
        lines.append(_line(family, own))
        proven = [outcome for outcome in own if outcome.is_proven]
        if proven and len(proven) < len(own):
            lines.append(_line(f"{family}, proven", proven))
    return lines


def _line(name: str, outcomes: Sequence[Outcome]) -> str:
    gaps = {o.instance: o.gap for o in outcomes if o.gap is not None}
    cells = [name, str(len(outcomes)), str(len(gaps))]
    if gaps:
        worst = max(gaps, key=lambda instance: gaps[instance])
        cells.append(str(sum(gap <= SAME for gap in gaps.values())))
        cells.append(f"{math.fsum(gaps.values()) / len(gaps):.2%}")
        cells += [f"{gaps[worst]:.2%}", worst]
    else:
        cells += ["-"] * 4
    return f"| {' | '.join(cells)} |"
