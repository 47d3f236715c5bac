"""`dispatch roads`: a map extract as plain tables of roads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.markup import escape

from dispatch.cli.screen import errors_console, results_console
from dispatch.cli.summary import new_table
from dispatch.errors import DispatchError
from dispatch.files.roads.basemap import BASEMAP_FILE, write_basemap
from dispatch.files.roads.network import box_of
from dispatch.files.roads.write import write_roads
from dispatch.files.scenario.read import read_scenario
from dispatch.files.scenario.read_roads import read_roads
from dispatch.files.tables.raw import MAX_ROWS
from dispatch.model.roads import CLOSED, NO_HEAVY
from dispatch.roads.osm.basemap import read_basemap_bytes
from dispatch.roads.osm.extract import osm_format
from dispatch.words.message import say

if TYPE_CHECKING:
    from rich.table import Table

    from dispatch.model.areas import MapFeature
    from dispatch.model.roads import RoadNetwork
    from dispatch.roads.osm.ways import Box
    from dispatch.words.words import Words


def roads_on_terminal(
    extract: Path,
    out: Path,
    around: Path | None,
    *,
    margin_km: float,
    t: Words,
) -> None:
    """
    Write the roads of an extract as tables, and show what was in it.

    Parameters
    ----------
    extract
        An extract or GeoJSON lines.
    out
        Folder that gets ``roads/`` and the basemap.
    around
        A scenario; only roads near its places are kept. None: all.
    margin_km
        How far from the places roads are kept.
    t
        Words in the language of the reader.

    Raises
    ------
    DispatchError
        If a file is there already or the extract cannot be used.
    """
    box = None if around is None else box_of_scenario(around, margin_km=margin_km)
    roads = read_roads(extract, box=box)
    basemap = basemap_of(extract, box=box)
    if basemap and (out / BASEMAP_FILE).exists():
        # Before anything is written: half of the files would be of no use.
        raise DispatchError(say("roads_written_before", path=out / BASEMAP_FILE))
    nodes, edges = write_roads(roads, out)
    console = results_console()
    console.print(class_table(roads, t))
    for line in summary_lines(roads, t):
        console.print(escape(line), soft_wrap=True)
    if max(roads.num_nodes, roads.num_edges) > MAX_ROWS:
        text = t("cli.roads.large", most=f"{MAX_ROWS:,}")
        errors_console().print(escape(text), style="yellow", soft_wrap=True)
    text = t("cli.roads.written", nodes=nodes, edges=edges)
    console.print(escape(text), soft_wrap=True)
    if basemap:
        path = write_basemap(basemap, out)
        text = t("cli.roads.basemap", path=path, count=f"{len(basemap):,}")
        console.print(escape(text), soft_wrap=True)


def basemap_of(extract: Path, *, box: Box | None) -> tuple[MapFeature, ...]:
    """
    Return water, boundaries and names of an extract; of other files nothing.

    Parameters
    ----------
    extract
        An extract, or any other file.
    box
        South, west, north, east in degrees; None: everything.
    """
    if not extract.is_file() or osm_format(extract.name) is None:
        return ()
    return read_basemap_bytes(extract.read_bytes(), extract.name, box=box)


def box_of_scenario(path: Path, *, margin_km: float) -> Box | None:
    """
    Return the box of all places of a scenario, with a margin.

    Parameters
    ----------
    path
        The scenario.
    margin_km
        Kilometres added on every side.
    """
    scenario = read_scenario(path)
    places = [
        *((depot.lat, depot.lon) for depot in scenario.depots),
        *((source.lat, source.lon) for source in scenario.sources),
        *((village.lat, village.lon) for village in scenario.villages),
        *(village.stop_at for village in scenario.villages),
    ]
    return box_of(places, margin_km=margin_km)


def class_table(roads: RoadNetwork, t: Words) -> Table:
    """
    Return edges and kilometres by class of road, the longest first.

    Parameters
    ----------
    roads
        The road network of the scenario, as columns.
    t
        Words in the language of the reader.
    """
    columns = [
        (t("cli.roads.class"), False),
        (t("cli.roads.edges"), True),
        (t("cli.roads.km"), True),
    ]
    table = new_table("", columns)
    # Barriers have no length and no class.
    long = np.flatnonzero(roads.length_m > 0)
    names, at = np.unique(
        np.array([roads.road_class[idx] for idx in long], dtype=np.str_),
        return_inverse=True,
    )
    metres = np.bincount(at, roads.length_m[long], minlength=len(names))
    edges = np.bincount(at, minlength=len(names))
    for idx in np.argsort(-metres):
        name = str(names[idx]) or t("cli.roads.none")
        table.add_row(escape(name), f"{edges[idx]:,}", f"{metres[idx] / 1000:,.1f}")
    return table


def summary_lines(roads: RoadNetwork, t: Words) -> list[str]:
    """
    Return how many edges are limited, graded and closed, and whose data it is.

    Parameters
    ----------
    roads
        The road network of the scenario, as columns.
    t
        Words in the language of the reader.
    """
    lines = [
        t(
            "cli.roads.title",
            nodes=f"{roads.num_nodes:,}",
            edges=f"{roads.num_edges:,}",
            km=f"{roads.length_m.sum() / 1000:,.1f}",
        ),
        t(
            "cli.roads.limits",
            weight=int(np.isfinite(roads.max_gross_t).sum()),
            width=int(np.isfinite(roads.width_m).sum()),
            height=int(np.isfinite(roads.max_height_m).sum()),
            no_heavy=int((roads.access == NO_HEAVY).sum()),
            closed=int((roads.access == CLOSED).sum()),
        ),
        t(
            "cli.roads.heights",
            count=int(np.isfinite(roads.node_ele_m).sum()),
            graded=int(np.isfinite(roads.grade).sum()),
        ),
    ]
    if roads.attribution:
        lines.append(t("cli.roads.credit", credit=roads.attribution))
    return lines
