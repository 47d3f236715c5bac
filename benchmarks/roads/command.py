"""roads: times of travel matrices on an extract, ours beside SciPy and RoutingKit."""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import sys
import tempfile
import time
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.machine import describe_machine

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt

    from dispatch.arrays import Floats, Ints
    from dispatch.model.roads import RoadNetwork
    from dispatch.model.scenario import Scenario

EXTRACT = "data/roads_real/heidelberg_odenwald.osm.pbf"
SIZES = "100,1000"
REPEATS = 3


def add_arguments(parser: argparse.ArgumentParser, shared: Path) -> None:
    """Add the options of the command."""
    parser.add_argument("--extract", default=str(shared / EXTRACT))
    parser.add_argument("--sizes", default=SIZES, help="numbers of places")


def run(asked: argparse.Namespace) -> int:
    """Print a table, a row for every size; all on one core."""
    from dispatch.files.scenario.read_roads import read_roads

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print(describe_machine(), "on one core\n")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DISPATCH_CACHE"] = folder
        began = time.perf_counter()
        roads = read_roads(asked.extract)
        read_s = time.perf_counter() - began
        print(
            f"{asked.extract.rsplit('/', 1)[-1]}: {roads.num_nodes:,} nodes, "
            f"{roads.num_edges:,} edges, read in {read_s:.2f} s\n"
        )
        names = ["places", "links", "ours, search (s)", "ours, kept (s)"]
        names += ["ours, whole travel_matrix (s)", "ours, one road closed (s)"]
        names += ["SciPy (s)", "RoutingKit: build (s)", "RoutingKit: matrix (s)"]
        names += ["largest difference (s)"]
        print("| " + " | ".join(names) + " |\n" + "| --- " * len(names) + "|")
        for size in (int(text) for text in asked.sizes.split(",")):
            print("| " + " | ".join(row(roads, size)) + " |", flush=True)
    return 0


def best_s(work: Callable[[], object]) -> float:
    """Return the shortest of some runs."""
    spent = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return min(spent)


def day_on(roads: RoadNetwork, size: int) -> Scenario:
    """Return a depot, a source and villages at random nodes, and one truck."""
    from dispatch.model.roads import CLOSED
    from dispatch.model.scenario import Depot, Scenario, Source, Truck, Village

    usable = roads.access != CLOSED
    nodes = np.unique(np.concatenate([roads.start[usable], roads.end[usable]]))
    chosen = np.random.default_rng(1).choice(nodes, size, replace=False)
    points = [(float(roads.node_lat[n]), float(roads.node_lon[n])) for n in chosen]
    (d_lat, d_lon), (s_lat, s_lon), *rest = points
    return Scenario(
        name="roads",
        date=dt.date(2022, 9, 6),
        depots=(Depot(depot_id="D", name="D", lat=d_lat, lon=d_lon),),
        sources=(Source(source_id="S", name="S", lat=s_lat, lon=s_lon),),
        villages=tuple(
            Village(village_id=f"V{k}", name="", lat=lat, lon=lon, population=9)
            for k, (lat, lon) in enumerate(rest)
        ),
        trucks=(
            Truck(
                truck_id="T",
                capacity_l=5_000,
                depot_id="D",
                shift_start_s=25_200,
                shift_end_s=64_800,
                gross_t=11,
                width_m=2.4,
                height_m=2.9,
            ),
        ),
        roads=roads,
    )


def row(roads: RoadNetwork, size: int) -> list[str]:
    """Return the cells of one row."""
    from dataclasses import replace

    from dispatch import travel_matrix
    from dispatch.model.road_limits import RoadLimit
    from dispatch.roads import model as models
    from dispatch.roads.network.matrix_cache import fastest_paths

    scenario = day_on(roads, size)
    # The lines and the tree of the network are made once per process.
    models.road_model(scenario)

    def whole(day: Scenario) -> float:
        models._cached.cache_clear()
        began = time.perf_counter()
        travel_matrix(day)
        return time.perf_counter() - began

    whole_s = whole(scenario)
    model = models.road_model(scenario)
    assert model is not None
    graph = model.graphs(0, (0, 0)).loaded
    at = np.unique(model.place_position[model.place_position >= 0])
    search_s = best_s(lambda: graph.fastest(at, at))
    ours = graph.fastest(at, at).seconds
    fastest_paths(graph, model.chains, at, at)
    kept_s = best_s(lambda: fastest_paths(graph, model.chains, at, at))
    busy = int(np.argmax(roads.length_m * (roads.access == 0)))
    closed = RoadLimit(limit_id="L", road=roads.edge_ids[busy], is_closed=True)
    closed_s = whole(replace(scenario, road_limits=(closed,)))
    scipy_s, seconds = plain_scipy(model)
    kit = routing_kit(model) if importlib.util.find_spec("pyroutingkit") else None
    reached = np.isfinite(ours)
    if not np.array_equal(reached, np.isfinite(seconds)):
        sys.exit("a pair is reached by one and not by the other")
    gap = np.abs(ours[reached] - seconds[reached]).max()
    cells = [f"{size:,}", f"{len(graph.keys):,}", f"{search_s:.3f}", f"{kept_s:.3f}"]
    cells += [f"{whole_s:.3f}", f"{closed_s:.3f}", f"{scipy_s:.3f}"]
    cells += ["-", "-"] if kit is None else [f"{kit[0]:.3f}", f"{kit[1]:.3f}"]
    return [*cells, f"{gap:.1e}"]


Links = tuple["Ints", "Ints", "Floats"]


def whole_links(model: object) -> tuple[Links, Ints, int]:
    """Return every directed link of the uncontracted network, and the places."""
    from dispatch.roads.model import RoadModel

    assert isinstance(model, RoadModel)
    parts = model.parts
    times = model.times(model._profiles[0], (0, 0))
    start = np.concatenate([parts.start, parts.end])
    end = np.concatenate([parts.end, parts.start])
    seconds = np.concatenate([times.loaded_ahead, times.loaded_back])
    open_ = np.isfinite(seconds)
    seconds = np.maximum(seconds, 1e-6)
    order = np.lexsort((seconds, end, start))
    order = order[open_[order]]
    pair = start[order] * parts.num_nodes + end[order]
    _, first = np.unique(pair, return_index=True)
    kept = order[first]
    places = np.unique(parts.place_node[parts.place_node >= 0])
    return (start[kept], end[kept], seconds[kept]), places, parts.num_nodes


def plain_scipy(model: object) -> tuple[float, Floats]:
    """Return time and seconds of Dijkstra's search on the whole network."""
    (start, end, seconds), places, num_nodes = whole_links(model)
    links = coo_array((seconds, (start, end)), shape=(num_nodes, num_nodes)).tocsr()
    spent = best_s(lambda: dijkstra(links, indices=places))
    return spent, dijkstra(links, indices=places)[:, places]


def routing_kit(model: object) -> tuple[float, float]:
    """Return build and matrix times of a customizable contraction hierarchy."""
    import pyroutingkit as kit

    (start, end, seconds), places, num_nodes = whole_links(model)
    lat, lon = positions(model, num_nodes)
    began = time.perf_counter()
    topology = kit.CCHTopology()
    topology.build(start.astype(np.uint32), end.astype(np.uint32), lat, lon, num_nodes)
    metric = kit.CCHMetric(topology)
    metric.customize(np.round(seconds * 1000).astype(np.uint32))
    build_s = time.perf_counter() - began
    ends = places.astype(np.uint32)
    return build_s, best_s(lambda: metric.distances_many_to_many(ends, ends))


def positions(
    model: object, num_nodes: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return lat and lon of all nodes; those of cuts are their edge's start."""
    from dispatch.roads.model import RoadModel

    assert isinstance(model, RoadModel)
    roads, parts = model.roads, model.parts
    found = []
    for column in (roads.node_lat, roads.node_lon):
        whole = np.zeros(num_nodes, dtype=np.float32)
        whole[: roads.num_nodes] = column
        cuts = parts.end >= roads.num_nodes
        whole[parts.end[cuts]] = column[roads.start[parts.edge_idx[cuts]]]
        found.append(whole)
    return found[0], found[1]
