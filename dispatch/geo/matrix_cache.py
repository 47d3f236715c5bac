"""Fastest ways, kept by content: only what a change of roads touches is searched."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from dispatch.geo import cache
from dispatch.geo.graph import Ways

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatch.geo.contract import Chains
    from dispatch.geo.graph import RoadGraph

    Ints = npt.NDArray[np.int64]

#: To be raised when the same roads would give other ways.
_VERSION: Final = 1
#: Smaller searches take less time than a file.
_LEAST_STEPS: Final = 200_000
#: Matrices of one network that a new one is compared with.
_MOST_KEPT: Final = 6


class Kept(NamedTuple):
    """Ways as they were found once, with the links they were found on."""

    ways: Ways
    keys: Ints
    seconds: npt.NDArray[np.float64]
    metres: npt.NDArray[np.float64]


def fastest_ways(graph: RoadGraph, chains: Chains, rows: Ints, targets: Ints) -> Ways:
    """
    Return the fastest ways from each of ``rows`` to each of ``targets``.

    Notes
    -----
    Kept on disk by the content of graph, rows and targets. Of a graph that is like
    an earlier one but for roads that closed or got slower, only the rows whose ways
    used those roads are searched.
    """
    if len(rows) * graph.num_nodes < _LEAST_STEPS:
        return graph.fastest(rows, targets)
    name = _digest(graph.keys, graph.seconds, graph.metres, rows, targets)
    kept = _load(name)
    if kept is not None:
        return kept.ways
    family = _digest(chains.start, chains.end, rows, targets)
    earlier = _names(family)
    ways = _from_earlier(graph, rows, targets, earlier)
    if ways is None:
        ways = graph.fastest(rows, targets)
    cache.store(
        f"ways-{name}",
        {
            "seconds": ways.seconds,
            "metres": ways.metres,
            "used": ways.used,
            "keys": graph.keys,
            "link_seconds": graph.seconds,
            "link_metres": graph.metres,
        },
    )
    names = [name, *(known for known in earlier if known != name)][:_MOST_KEPT]
    cache.store(f"family-{family}", {"names": np.array(names)})
    return ways


def _digest(*arrays: npt.NDArray[np.generic]) -> str:
    found = hashlib.sha256(str(_VERSION).encode())
    for array in arrays:
        found.update(f"{array.dtype}{array.shape}".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:40]


def _names(family: str) -> list[str]:
    found = cache.load(f"family-{family}")
    return [] if found is None or "names" not in found else found["names"].tolist()


def _load(name: str) -> Kept | None:
    found = cache.load(f"ways-{name}")
    if found is None:
        return None
    try:
        return Kept(
            Ways(found["seconds"], found["metres"], found["used"]),
            found["keys"],
            found["link_seconds"],
            found["link_metres"],
        )
    except KeyError:
        return None


def _from_earlier(
    graph: RoadGraph, rows: Ints, targets: Ints, earlier: list[str]
) -> Ways | None:
    """Return the ways on the base of the most alike earlier graph; None if none."""
    best: tuple[int, Kept, npt.NDArray[np.bool_]] | None = None
    for name in earlier:
        kept = _load(name)
        if kept is None or len(kept.ways.seconds) != len(rows):
            continue
        touched = touched_rows(graph, kept)
        if touched is not None and (best is None or touched.sum() < best[0]):
            best = int(touched.sum()), kept, touched
    return None if best is None else _updated(graph, rows, targets, best[1], best[2])


def touched_rows(graph: RoadGraph, kept: Kept) -> npt.NDArray[np.bool_] | None:
    """
    Return which rows used a link that is gone or slower now.

    None: a link is new or faster, so that any way could change.
    """
    if not np.isin(graph.keys, kept.keys).all():
        return None
    at, is_there = _positions(graph, kept)
    now_s = np.where(is_there, graph.seconds[at], np.inf)
    now_m = np.where(is_there, graph.metres[at], np.inf)
    if (now_s < kept.seconds - 1e-9).any():
        return None
    is_changed = (now_s > kept.seconds + 1e-9) | (now_m != kept.metres)
    shared = kept.ways.used & np.packbits(is_changed)[None, :]
    return np.asarray(shared.any(axis=1), dtype=np.bool_)


def _positions(graph: RoadGraph, kept: Kept) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return where the kept links are in the graph now, and which are there."""
    if not len(graph.keys):
        nowhere = np.zeros(len(kept.keys), dtype=np.int64)
        return nowhere, np.zeros(len(kept.keys), dtype=np.bool_)
    at = np.searchsorted(graph.keys, kept.keys).clip(max=len(graph.keys) - 1)
    return at, graph.keys[at] == kept.keys


def _updated(
    graph: RoadGraph,
    rows: Ints,
    targets: Ints,
    kept: Kept,
    touched: npt.NDArray[np.bool_],
) -> Ways:
    at, is_there = _positions(graph, kept)
    bits = np.unpackbits(kept.ways.used, axis=1, count=len(kept.keys)).astype(np.bool_)
    moved = np.zeros((len(rows), len(graph.keys)), dtype=np.bool_)
    moved[:, at[is_there]] = bits[:, is_there]
    seconds, metres = kept.ways.seconds.copy(), kept.ways.metres.copy()
    used = np.packbits(moved, axis=1)
    if touched.any():
        fresh = graph.fastest(rows[touched], targets)
        seconds[touched], metres[touched] = fresh.seconds, fresh.metres
        used[touched] = fresh.used
    return Ways(seconds, metres, used)
