"""Fastest ways, kept by content: only what a change of roads touches is searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from dispatch.geo.graph import RoadGraph, Ways


def fastest_ways(
    graph: RoadGraph, rows: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]
) -> Ways:
    """Return the fastest ways from each of ``rows`` to each of ``targets``."""
    return graph.fastest(rows, targets)
