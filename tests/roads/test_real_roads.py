"""Shortest lengths on real networks, against an oracle made with other solvers."""

from __future__ import annotations

import csv
import gzip

import numpy as np
import pytest

from tests.roads.real_roads import (
    NETWORKS,
    REAL,
    graph_of,
    need_real_roads,
    real_network,
)


@pytest.mark.parametrize("profile", ["any", "truck12t"])
@pytest.mark.parametrize("network", NETWORKS)
def test_shortest_ways_equal_the_oracle(network: str, profile: str) -> None:
    """All 3,040 rows over the eight cases, pairs without a way too, to 0.1 m."""
    need_real_roads()
    roads = real_network(network)
    with gzip.open(REAL / "shortest_length_oracle.csv.gz", "rt") as stream:
        rows = [
            row
            for row in csv.DictReader(stream)
            if row["network"] == network and row["profile"] == profile
        ]
    assert len(rows) == 380
    position = {label: idx for idx, label in enumerate(roads.node_ids)}
    ends = np.unique(
        [position[row[key]] for row in rows for key in ("from_node", "to_node")]
    )
    graph, at = graph_of(roads, profile, ends)
    ways = graph.fastest(at, at)
    found, expected = [], []
    for row in rows:
        i, j = np.searchsorted(
            ends, [position[row["from_node"]], position[row["to_node"]]]
        )
        found.append(ways.metres[i, j])
        expected.append(float(row["length_m"]) if row["length_m"] else np.inf)
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.1)
    # The ways themselves are that long, not only their sums.
    np.testing.assert_allclose(ways.seconds, ways.metres / 10, rtol=0, atol=1e-3)
