"""Scenario -> plan, by native-split search on OR-Tools and numba, with a proof."""

from dispatch.solver.day import split_day
from dispatch.solver.run import needs_compiling, solve
from dispatch.solver.types import Progress, SolveParams, SolveResult
from dispatch.solver.warm import compile_search
from dispatch.solver.whatif import what_if

__all__ = [
    "Progress",
    "SolveParams",
    "SolveResult",
    "compile_search",
    "needs_compiling",
    "solve",
    "split_day",
    "what_if",
]
