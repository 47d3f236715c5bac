"""Shortest driving times, so that no detour of the matrix is shorter than a way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import csgraph_from_dense, floyd_warshall

from dispatch.solver.kernel.arrays import BIG

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatch.solver.kernel.arrays import Instance

    FloatArray = npt.NDArray[np.float64]


def shortest_ways(instance: Instance) -> list[FloatArray]:
    """Return driving seconds by any detour, (P, P) per drive class; inf = none."""
    ways = []
    for matrix in instance.travel_s:
        seconds = matrix.astype(np.float64)
        seconds[matrix >= BIG] = np.inf
        # Sparse, since a dense zero would read as "no road".
        graph = csgraph_from_dense(seconds, null_value=np.inf)
        ways.append(floyd_warshall(graph))
    return ways
