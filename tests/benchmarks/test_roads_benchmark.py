"""The benchmark of travel matrices, on a small grid."""

from __future__ import annotations

from benchmarks.roads.command import row
from dispatch import settings
from tests.roads.grids import grid_network


def test_a_row_has_figures_that_agree(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(settings.CACHE_ENV, str(tmp_path))
    cells = row(grid_network(15, shortest_m=1_112, seed=5), 40)
    assert len(cells) == 10
    assert cells[0] == "40"
    assert float(cells[-1]) < 1e-6
