"""Fastest paths, cached by content hash; a new closure searches few of them again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from dispatch.roads import cache
from dispatch.roads.network.graph import Paths, RoadGraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from dispatch.arrays import Floats, Ints, Mask
    from dispatch.roads.network.contract import Chains


#: To be raised when the same roads would give other paths.
_VERSION: Final = 1
#: Smaller searches take less time than a file.
_MIN_STEPS: Final = 200_000
#: With more links changed, a full search is as fast.
_MAX_CHANGED: Final = 40
#: Matrices of one network that a new one is compared with.
_MAX_KEPT: Final = 6


@dataclass(frozen=True, slots=True)
class Kept:
    """Paths of an earlier search, with the links that they were searched on."""

    ways: Paths
    keys: Ints
    seconds: Floats
    metres: Floats


def fastest_paths(graph: RoadGraph, chains: Chains, rows: Ints, targets: Ints) -> Paths:
    """
    Return the fastest paths from each of ``rows`` to each of ``targets``.

    Parameters
    ----------
    graph
        Links of one class of trucks in some periods of the day.
    chains
        The contracted network behind it; earlier graphs of it are compared.
    rows, targets
        Nodes, positions among those of the graph.

    Notes
    -----
    Cached on disk under a hash of graph, rows and targets. On a graph that is like
    an earlier one but for a few roads, only the pairs that these roads touch are
    searched (`updated`).
    """
    if len(rows) * graph.num_nodes < _MIN_STEPS:
        return graph.fastest(rows, targets)
    name = _digest(graph.keys, graph.seconds, graph.metres, rows, targets)
    kept = _load(name)
    if kept is not None:
        return kept.ways
    family = _digest(chains.start, chains.end, rows, targets)
    earlier = _names(family)
    paths = _from_earlier(graph, rows, targets, earlier)
    if paths is None:
        paths = graph.fastest(rows, targets)
    cache.store(
        f"ways-{name}",
        {
            "seconds": paths.seconds,
            "metres": paths.metres,
            "keys": graph.keys,
            "link_seconds": graph.seconds,
            "link_metres": graph.metres,
        },
    )
    names = [name, *(known for known in earlier if known != name)][:_MAX_KEPT]
    cache.store(f"family-{family}", {"names": np.array(names)})
    return paths


def _digest(*arrays: npt.NDArray[np.generic]) -> str:
    digest = hashlib.sha256(str(_VERSION).encode())
    for array in arrays:
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:40]


def _names(family: str) -> list[str]:
    stored = cache.load(f"family-{family}")
    return [] if stored is None or "names" not in stored else stored["names"].tolist()


def _load(name: str) -> Kept | None:
    stored = cache.load(f"ways-{name}")
    if stored is None:
        return None
    try:
        return Kept(
            Paths(stored["seconds"], stored["metres"]),
            stored["keys"],
            stored["link_seconds"],
            stored["link_metres"],
        )
    except KeyError:
        return None


def _from_earlier(
    graph: RoadGraph, rows: Ints, targets: Ints, earlier: list[str]
) -> Paths | None:
    """Return the paths on the base of the most alike earlier graph; None if none."""
    best: tuple[Changed, Kept] | None = None
    for name in earlier:
        kept = _load(name)
        if kept is None or kept.ways.seconds.shape != (len(rows), len(targets)):
            continue
        changed = changed_links(graph, kept)
        if best is None or changed.size < best[0].size:
            best = changed, kept
    if best is None or best[0].size > _MAX_CHANGED:
        return None
    return updated(graph, rows, targets, best[1], best[0])


class Changed(NamedTuple):
    """Keys of links that are slower or gone, and of those faster or new."""

    slower: Ints
    faster: Ints

    @property
    def size(self) -> int:
        """Number of links that are not as they were."""
        return len(self.slower) + len(self.faster)


def changed_links(graph: RoadGraph, kept: Kept) -> Changed:
    """
    Return how the links of a graph differ from those of an earlier one.

    Parameters
    ----------
    graph
        The present graph.
    kept
        Keys, seconds and metres of the earlier links.
    """
    keys = np.union1d(graph.keys, kept.keys)
    now_s, now_m = (
        _on_keys(keys, graph.keys, column) for column in (graph.seconds, graph.metres)
    )
    earlier_s, earlier_m = (
        _on_keys(keys, kept.keys, column) for column in (kept.seconds, kept.metres)
    )
    # Another road of the same time is another path: as if closed and opened.
    is_other = (now_s == earlier_s) & (now_m != earlier_m)
    return Changed(
        keys[(now_s > earlier_s) | is_other], keys[(now_s < earlier_s) | is_other]
    )


def _on_keys(keys: Ints, link_keys: Ints, values: Floats) -> Floats:
    on_keys = np.full(len(keys), np.inf)
    on_keys[np.searchsorted(keys, link_keys)] = values
    return on_keys


def updated(
    graph: RoadGraph, rows: Ints, targets: Ints, kept: Kept, changed: Changed
) -> Paths:
    """
    Return the paths on a graph from those on an earlier one.

    Parameters
    ----------
    graph
        The present graph.
    rows, targets
        Nodes as in the earlier search.
    kept
        The earlier search.
    changed
        How the links of the two differ (`changed_links`).

    Notes
    -----
    A slower link (u, v) of w seconds touches the pairs (i, j) with
    d(i, u) + w + d(v, j) = d(i, j) on the earlier graph; these are searched again,
    from the rows and towards the targets that cover them. A faster link can only
    offer the paths through it, d(i, u) + w + d(v, j) on the present graph. Each takes
    two searches, whatever the number of places.
    """
    seconds, metres = kept.ways.seconds.copy(), kept.ways.metres.copy()
    backwards = graph.reversed()
    if len(changed.faster):
        through = _through(graph, backwards, rows, targets, changed.faster)
        for way_s, way_m in through:
            better = way_s < seconds
            seconds[better], metres[better] = way_s[better], way_m[better]
    if len(changed.slower):
        before = _as_graph(kept, graph.num_nodes)
        touched = np.zeros(seconds.shape, dtype=np.bool_)
        for way_s, _ in _through(
            before, before.reversed(), rows, targets, changed.slower
        ):
            # Ties count as touched; a little slack for sums in another order.
            touched |= np.isfinite(way_s) & (way_s <= kept.ways.seconds + 1e-6)
        _search_again(graph, backwards, rows, targets, touched, seconds, metres)
    return Paths(seconds, metres)


def _as_graph(kept: Kept, num_nodes: int) -> RoadGraph:
    start, end = np.divmod(kept.keys, max(num_nodes, 1))
    unused = np.zeros(len(kept.keys), dtype=np.int64)
    return RoadGraph(
        links=csr_array((kept.seconds, (start, end)), shape=(num_nodes, num_nodes)),
        keys=kept.keys,
        chain_idx=unused,
        is_ahead=unused.astype(np.bool_),
        seconds=kept.seconds,
        metres=kept.metres,
    )


def _through(
    graph: RoadGraph, backwards: RoadGraph, rows: Ints, targets: Ints, links: Ints
) -> Iterator[tuple[Floats, Floats]]:
    """Yield seconds and metres, (rows, targets), of the best paths over each link."""
    start, end = np.divmod(links, graph.num_nodes)
    towards = backwards.fastest(start, rows)
    onward = graph.fastest(end, targets)
    at = graph.link_between(start, end)
    for k, link in enumerate(at):
        yield (
            towards.seconds[k][:, None] + graph.seconds[link] + onward.seconds[k],
            towards.metres[k][:, None] + graph.metres[link] + onward.metres[k],
        )


def _search_again(
    graph: RoadGraph,
    backwards: RoadGraph,
    rows: Ints,
    targets: Ints,
    touched: Mask,
    seconds: Floats,
    metres: Floats,
) -> None:
    """Replace all touched paths by those on the present graph."""
    cover_rows, cover_targets = _cover(touched)
    if len(cover_rows):
        paths = graph.fastest(rows[cover_rows], targets)
        seconds[cover_rows], metres[cover_rows] = paths.seconds, paths.metres
    if len(cover_targets):
        paths = backwards.fastest(targets[cover_targets], rows)
        seconds[:, cover_targets] = paths.seconds.T
        metres[:, cover_targets] = paths.metres.T


def _cover(touched: Mask) -> tuple[Ints, Ints]:
    """Return few rows and columns that hold every touched pair, by greedy choice."""
    left = touched.copy()
    rows: list[int] = []
    columns: list[int] = []
    in_row, in_column = left.sum(axis=1), left.sum(axis=0)
    while in_row.any():
        row, column = int(np.argmax(in_row)), int(np.argmax(in_column))
        if in_row[row] >= in_column[column]:
            rows.append(row)
            in_column -= left[row]
            left[row], in_row[row] = False, 0
        else:
            columns.append(column)
            in_row -= left[:, column]
            left[:, column], in_column[column] = False, 0
    return np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)
