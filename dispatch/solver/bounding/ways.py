"""Shortest driving times, so that no detour of the matrix is shorter than a way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse.csgraph import csgraph_from_dense, floyd_warshall

from dispatch.solver.bounding.pricing import shorten
from dispatch.solver.kernel.arrays import BIG

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatch.solver.kernel.arrays import Instance

    FloatArray = npt.NDArray[np.float64]

#: Places beyond which only ways from and to depots and sources are shortest.
MAX_PLACES: Final = 1500


def shortest_ways(instance: Instance) -> list[FloatArray]:
    """
    Return driving seconds by any detour, (P, P) per drive class; inf = none.

    With more than `MAX_PLACES` places those between villages are the direct ones,
    which only bounds that look at no way between villages may use.
    """
    ways = []
    for matrix in instance.travel_s[: instance.num_drive_classes]:
        seconds = matrix.astype(np.float64)
        seconds[matrix >= BIG] = np.inf
        if len(seconds) <= MAX_PLACES:
            # Sparse, since a dense zero would read as "no road".
            graph = csgraph_from_dense(seconds, null_value=np.inf)
            ways.append(floyd_warshall(graph))
        else:
            ways.append(_shortest_beside_ends(seconds, instance.first_village))
    return ways


def _shortest_beside_ends(seconds: FloatArray, num_ends: int) -> FloatArray:
    away = seconds[:num_ends].copy()
    shorten(away, seconds)
    towards = np.ascontiguousarray(seconds[:, :num_ends].T)
    shorten(towards, np.ascontiguousarray(seconds.T))
    seconds[:num_ends] = away
    seconds[:, :num_ends] = towards.T
    return seconds
