"""An OpenStreetMap extract (.osm.pbf, .osm, packed or not) -> ``RoadNetwork``."""

from __future__ import annotations

import hashlib
import re
from array import array
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from dispatch.errors import DataError, Problem
from dispatch.model.roads import OPEN
from dispatch.roads import cache
from dispatch.roads.cache import arrays_to_roads, roads_to_arrays
from dispatch.roads.osm import tags as tag
from dispatch.roads.osm.split import build_network
from dispatch.roads.osm.truck_tags import barrier_facts, rules_of, truck_facts
from dispatch.roads.osm.ways import (
    MISSING,
    Barrier,
    Way,
    WayPoints,
    clip_ways,
)
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import osmium

    from dispatch.arrays import Floats, Ints
    from dispatch.model.roads import RoadNetwork
    from dispatch.roads.osm.ways import Box

    _Floats = Floats

ATTRIBUTION: Final = "© OpenStreetMap contributors (ODbL)"
#: The kinds of objects in an extract.
Entity = Literal["node", "way", "relation"]
#: Part of the cache's key: raise it when the same file gives another network.
_READER_VERSION: Final = 2
#: Endings of file names and what osmium calls their formats.
_FORMATS: Final = {
    ".osm.pbf": "pbf",
    ".pbf": "pbf",
    ".osm.bz2": "osm.bz2",
    ".osm.gz": "osm.gz",
    ".osm": "osm",
}
_MAIN: Final = ("motorway", "trunk", "primary", "secondary", "tertiary")
#: Roads that trucks may use, the most important first.
HIGHWAYS: Final = (
    *_MAIN,
    *(f"{name}_link" for name in _MAIN),
    *("unclassified", "residential", "road", "living_street", "service", "track"),
)
_RANK: Final = {name: rank for rank, name in enumerate(HIGHWAYS)}


def osm_format(name: str) -> str | None:
    """Return what osmium calls the format of a file; None: not an extract."""
    plain = PurePosixPath(name).name.casefold()
    forms = [form for end, form in _FORMATS.items() if plain.endswith(end)]
    return forms[0] if forms else None


def read_osm(path: str | Path, *, box: Box | None = None) -> RoadNetwork:
    """
    Return the roads of an extract, as ``read_osm_bytes``.

    Parameters
    ----------
    path
        The file; its ending gives the format.
    box
        South, west, north, east in degrees; None: everything.

    Raises
    ------
    DataError
        If the file cannot be opened, or as in `read_osm_bytes`.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        message = say("cannot_be_opened", error=error.strerror)
        raise DataError([Problem(path.name, message)]) from error
    return read_osm_bytes(data, path.name, box=box)


def read_osm_bytes(data: bytes, name: str, *, box: Box | None = None) -> RoadNetwork:
    """
    Return the roads of the content of an extract, from the cache if it is there.

    Parameters
    ----------
    data
        Content of the file.
    name
        File name; its ending gives the format.
    box
        South, west, north, east in degrees. Ways without a point inside are left
        out; the others are kept whole.

    Raises
    ------
    DataError
        If the file is damaged or cut off, is something else, or has no roads (there).
    """
    what = f"{_READER_VERSION} {osm_format(name)} {box}".encode()
    key = f"osm-{hashlib.sha256(what + hashlib.sha256(data).digest()).hexdigest()}"
    stored = cache.load(key)
    network = None
    if stored is not None:
        network = arrays_to_roads(stored, attribution=ATTRIBUTION)
    if network is None:
        network = _parse(data, name, box)
        cache.store(key, roads_to_arrays(network))
    return network


def _parse(data: bytes, name: str, box: Box | None) -> RoadNetwork:
    import osmium  # takes a tenth of a second

    file = _Extract(data, osm_format(name) or "")
    try:
        _refuse_half_answer(data)
        ways = file.ways()
        points = file.points(ways) if ways.rows else None
    # osmium reports most, from damaged blocks to wrong XML, as RuntimeError; texts that
    # are no UTF-8 and numbers out of range come from its binding.
    except (
        RuntimeError,
        ValueError,
        OverflowError,
        TypeError,
        OSError,
        osmium.InvalidLocationError,
    ) as error:
        reason = " ".join(str(error).split())[:120]
        raise DataError([Problem(name, say("osm_broken", error=reason))]) from error
    if points is None:
        raise DataError([Problem(name, say("osm_without_roads"))])
    rows = ways.rows
    if box is not None:
        rows, points = clip_ways(rows, points, box)
    network = build_network(rows, points, attribution=ATTRIBUTION)
    if not network.num_edges:
        key = "osm_without_roads" if box is None else "osm_elsewhere"
        raise DataError([Problem(name, say(key))])
    return network


def _refuse_half_answer(data: bytes) -> None:
    """Raise if a query service stopped half way: it closes its XML all the same."""
    remark = re.search(rb"<remark>\s*(runtime error[^<]*)", data[-4000:])
    if remark is not None:
        raise ValueError(remark[1].decode("utf-8", "replace"))


def osm_objects(
    data: bytes, form: str, entity: Entity, *filters: osmium.BaseFilter
) -> Iterator[Any]:
    """
    Return the objects of one kind that pass all filters, deleted ones left out.

    Parameters
    ----------
    data
        Content of the file.
    form
        Format as `osm_format` names it.
    entity
        Kind of the objects.
    *filters
        Filters of osmium; an object must pass every one.

    Returns
    -------
    Iterator[Any]
        Objects of osmium, in the order of the file; valid until the next one is read.
    """
    import osmium

    bits = {
        "node": osmium.osm.NODE,
        "way": osmium.osm.WAY,
        "relation": osmium.osm.RELATION,
    }
    processor = osmium.FileProcessor(osmium.io.FileBuffer(data, form), bits[entity])
    for item in filters:
        processor = processor.with_filter(item)
    things: Iterator[Any] = iter(processor)
    return (thing for thing in things if not thing.deleted)


@dataclass(slots=True)
class _Ways:
    """Ways in the order of the file; ``at`` says where each begins in ``refs``."""

    rows: list[Way] = field(default_factory=list)
    refs: array[int] = field(default_factory=lambda: array("q"))
    at: array[int] = field(default_factory=lambda: array("q", [0]))


class _Extract:
    """The content of an extract, read in several passes."""

    def __init__(self, data: bytes, form: str) -> None:
        self._data = data
        self._form = form

    def _objects(self, entity: Entity, *filters: osmium.BaseFilter) -> Iterator[Any]:
        return osm_objects(self._data, self._form, entity, *filters)

    def ways(self) -> _Ways:
        """Return all ways that trucks may use."""
        from osmium.filter import TagFilter

        ways = _Ways()
        seen: set[int] = set()
        wanted = TagFilter(*(("highway", value) for value in HIGHWAYS))
        for item in self._objects("way", wanted):
            tags = {entry.k: entry.v for entry in item.tags}
            if tags.get("area") == "yes" or item.id in seen:
                continue
            seen.add(item.id)
            ways.rows.append(way_of(str(item.id), tags))
            ways.refs.extend([node.ref for node in item.nodes])
            ways.at.append(len(ways.refs))
        return ways

    def points(self, ways: _Ways) -> WayPoints:
        """Return the points of the ways, with heights and barriers where they are."""
        refs = np.array(ways.refs, dtype=np.int64)
        wanted = np.unique(refs)
        ids, lat, lon = self._positions(wanted)
        at = np.searchsorted(ids, refs)
        at[at == len(ids)] = 0
        known = ids[at] == refs if len(ids) else np.zeros(len(refs), dtype=np.bool_)
        ele_m = np.full(len(ids), np.nan)
        barriers: dict[int, Barrier] = {}
        for node_id, tags in self._tagged(wanted):
            position = int(np.searchsorted(ids, node_id))
            if position == len(ids) or ids[position] != node_id:
                continue
            ele_m[position] = _height_m(tags.get("ele", ""))
            barrier = barrier_of(tags)
            if barrier is not None:
                barriers[position] = barrier
        return WayPoints(
            ids=[str(label) for label in ids.tolist()],
            lat=lat,
            lon=lon,
            ele_m=ele_m,
            way_at=np.array(ways.at, dtype=np.int64),
            point_idx=np.where(known, at, MISSING),
            barriers=barriers,
        )

    def _positions(self, wanted: Ints) -> tuple[Ints, _Floats, _Floats]:
        ids, lat, lon = array("q"), array("d"), array("d")
        for item in self._nodes(wanted):
            location = item.location
            if location.valid():
                ids.append(item.id)
                # Whole steps of 1e-7 degrees: the decimals as they were written.
                lat.append(location.y)
                lon.append(location.x)
        label, first = np.unique(np.array(ids, dtype=np.int64), return_index=True)
        return label, np.array(lat)[first] / 1e7, np.array(lon)[first] / 1e7

    def _tagged(self, wanted: Ints) -> Iterator[tuple[int, dict[str, str]]]:
        from osmium.filter import KeyFilter

        for item in self._nodes(wanted, KeyFilter("barrier", "ele")):
            yield item.id, {entry.k: entry.v for entry in item.tags}

    def _nodes(self, wanted: Ints, *filters: osmium.BaseFilter) -> Iterable[Any]:
        from osmium.filter import IdFilter

        if wanted[0] >= 0:
            return self._objects("node", IdFilter(wanted.tolist()), *filters)
        # What was drawn by hand and never uploaded has negative ids.
        ids = set(wanted.tolist())
        return (n for n in self._objects("node", *filters) if n.id in ids)


def way_of(way_id: str, tags: Mapping[str, str]) -> Way:
    """
    Return what the tags of a way say of all its stretches.

    Parameters
    ----------
    way_id
        The number of the way in OpenStreetMap.
    tags
        Its tags.
    """
    highway = tags.get("highway", "")
    speed = tag.lowest_of(tags, ("maxspeed:hgv",), tag.parse_km_h)
    if speed is None:
        speed = tag.lowest_of(tags, ("maxspeed",), tag.parse_km_h)
    facts = truck_facts(tags)
    return Way(
        way_id=way_id,
        name=tag.clean_text(tags.get("name")) or tag.clean_text(tags.get("ref")),
        road_class=tag.clean_text(highway),
        surface=tag.clean_text(tags.get("surface")),
        tracktype=tag.clean_text(tags.get("tracktype")),
        smoothness=tag.clean_text(tags.get("smoothness")),
        width_m=facts.width_m,
        max_height_m=facts.max_height_m,
        max_gross_t=facts.max_gross_t,
        max_speed_km_h=speed,
        grade=tag.parse_grade(tags.get("incline", "")),
        access=facts.access,
        is_bridge=tag.is_bridge(tags),
        rules=rules_of(tags),
        direction=facts.direction,
        rank=_RANK.get(highway, len(HIGHWAYS)),
    )


def barrier_of(tags: Mapping[str, str]) -> Barrier | None:
    """Return the barrier of a node; None if it is none, or one that lets all pass."""
    if "barrier" not in tags:
        return None
    facts = barrier_facts(tags)
    barrier = Barrier(
        name=tag.clean_text(tags.get("name")) or tag.clean_text(tags["barrier"]),
        width_m=facts.width_m,
        max_height_m=facts.max_height_m,
        max_gross_t=facts.max_gross_t,
        access=facts.access,
        rules=rules_of(tags),
    )
    is_free = barrier == Barrier(name=barrier.name, access=OPEN)
    return None if is_free else barrier


def _height_m(text: str) -> float:
    """Return metres above the sea; NaN where the tag is no height on Earth."""
    try:
        height_m = float(text.removesuffix("m").strip().replace(",", "."))
    except ValueError:
        return float("nan")
    return round(height_m, 2) if -500 <= height_m <= 9000 else float("nan")
