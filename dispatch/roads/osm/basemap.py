"""Water, boundaries and names of an OpenStreetMap extract -> ``MapFeature``."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from dispatch.errors import DataError, Problem
from dispatch.model.areas import MapFeature
from dispatch.roads import cache
from dispatch.roads.osm import tags as tag
from dispatch.roads.osm.extract import ATTRIBUTION, osm_format, osm_objects
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import osmium

    from dispatch.arrays import Points
    from dispatch.roads.osm.extract import Entity
    from dispatch.roads.osm.ways import Box


#: Part of the cache's key: raise it when the same file gives other features.
_READER_VERSION: Final = 1
_RIVERS: Final = ("river", "stream", "canal")
_LEVELS: Final = ("6", "7", "8")
#: Named places, the most important first: the first ones win the room on a map.
_PLACES: Final = (
    *("city", "county", "town", "suburb", "village", "quarter", "neighbourhood"),
    *("hamlet", "isolated_dwelling", "locality", "farm"),
)
_KEYS: Final = ("natural", "waterway", "landuse", "boundary")


def read_basemap_bytes(
    data: bytes, name: str, *, box: Box | None = None
) -> tuple[MapFeature, ...]:
    """
    Return what a map draws under roads, from the cache if it is there.

    Parameters
    ----------
    data
        Content of the file.
    name
        File name; its ending gives the format.
    box
        South, west, north, east in degrees. What has no point inside is left out.

    Raises
    ------
    DataError
        If the file is damaged or cut off, or is something else.
    """
    what = f"{_READER_VERSION} {osm_format(name)} {box}".encode()
    key = f"basemap-{hashlib.sha256(what + hashlib.sha256(data).digest()).hexdigest()}"
    features = _load(key)
    if features is None:
        features = _parse(data, name, box)
        rows = [[f.kind, f.name, f.lines] for f in features]
        text = json.dumps(rows, separators=(",", ":")).encode()
        cache.store(key, {"features": np.frombuffer(text, dtype=np.uint8)})
    return features


def _load(key: str) -> tuple[MapFeature, ...] | None:
    stored = cache.load(key)
    try:
        rows = json.loads(stored["features"].tobytes()) if stored else None
        return None if rows is None else tuple(_feature(*row) for row in rows)
    except (KeyError, ValueError, TypeError):
        return None


def _feature(kind: Any, name: str, lines: Any) -> MapFeature:
    return MapFeature(
        kind=kind,
        name=name,
        lines=tuple(tuple((lat, lon) for lat, lon in line) for line in lines),
        credit=ATTRIBUTION,
    )


def _parse(data: bytes, name: str, box: Box | None) -> tuple[MapFeature, ...]:
    import osmium  # takes a tenth of a second

    try:
        features = _Things(data, osm_format(name) or "").features()
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
    return tuple(item for item in features if box is None or _is_inside(item, box))


def _is_inside(feature: MapFeature, box: Box) -> bool:
    south, west, north, east = box
    return any(
        south <= lat <= north and west <= lon <= east
        for line in feature.lines
        for lat, lon in line
    )


@dataclass(slots=True)
class _Drawn:
    """Something whose ways are known by their ids, or whose points by theirs."""

    kind: str
    name: str
    ways: list[int] = field(default_factory=list)
    nodes: list[int] = field(default_factory=list)


class _Things:
    """The content of an extract, read in three passes: relations, ways, nodes."""

    def __init__(self, data: bytes, form: str) -> None:
        self._data = data
        self._form = form

    def _objects(self, entity: Entity, *filters: osmium.BaseFilter) -> Iterator[Any]:
        return osm_objects(self._data, self._form, entity, *filters)

    def features(self) -> list[MapFeature]:
        """Return water, rivers, boundaries, then places by importance."""
        drawn = self._relations()
        of_relations = {way for thing in drawn for way in thing.ways}
        drawn += self._ways(of_relations)
        lines = self._lines(of_relations)
        refs = {ref for thing in drawn for ref in thing.nodes}
        refs.update(ref for line in lines.values() for ref in line)
        points = self._points(refs)
        features = []
        for thing in drawn:
            parts = [lines[way] for way in thing.ways if way in lines]
            parts += [thing.nodes] if thing.nodes else []
            known = [
                tuple(points[ref] for ref in part if ref in points) for part in parts
            ]
            known = [part for part in known if len(part) > 1]
            if thing.kind == "water":
                known = rings_of(known)
            if known:
                features.append(_feature(thing.kind, thing.name, known))
        return [*features, *self._places()]

    def _relations(self) -> list[_Drawn]:
        from osmium.filter import KeyFilter

        drawn = []
        for item in self._objects("relation", KeyFilter(*_KEYS)):
            tags = _tags(item)
            kind = kind_of(tags, is_closed=tags.get("type") == "multipolygon")
            if kind in ("water", "boundary"):
                ways = [member.ref for member in item.members if member.type == "w"]
                drawn.append(_Drawn(kind, _name(tags), ways=ways))
        return drawn

    def _ways(self, known: set[int]) -> list[_Drawn]:
        from osmium.filter import KeyFilter

        drawn = []
        for item in self._objects("way", KeyFilter(*_KEYS)):
            tags = _tags(item)
            refs = [node.ref for node in item.nodes]
            kind = kind_of(tags, is_closed=len(refs) > 3 and refs[0] == refs[-1])
            # The bank of a lake or a border is drawn with its relation.
            is_drawn = item.id in known and kind in ("water", "boundary")
            if kind is not None and not is_drawn:
                drawn.append(_Drawn(kind, _name(tags), nodes=refs))
        return drawn

    def _lines(self, wanted: set[int]) -> dict[int, list[int]]:
        from osmium.filter import IdFilter

        if not wanted or min(wanted) < 0:
            return {}
        ways = self._objects("way", IdFilter(sorted(wanted)))
        return {item.id: [node.ref for node in item.nodes] for item in ways}

    def _points(self, wanted: set[int]) -> dict[int, tuple[float, float]]:
        from osmium.filter import IdFilter

        if not wanted:
            return {}
        filters = [IdFilter(sorted(wanted))] if min(wanted) >= 0 else []
        return {
            item.id: (item.location.y / 1e7, item.location.x / 1e7)
            for item in self._objects("node", *filters)
            if item.id in wanted and item.location.valid()
        }

    def _places(self) -> list[MapFeature]:
        from osmium.filter import KeyFilter

        ranked = []
        for item in self._objects("node", KeyFilter("place")):
            tags = _tags(item)
            place, name = tags["place"], _name(tags)
            if place in _PLACES and name and item.location.valid():
                point = (item.location.y / 1e7, item.location.x / 1e7)
                ranked.append(
                    (_PLACES.index(place), _feature("place", name, [[point]]))
                )
        return [feature for _, feature in sorted(ranked, key=lambda item: item[0])]


def _tags(item: Any) -> dict[str, str]:
    return {entry.k: entry.v for entry in item.tags}


def _name(tags: Mapping[str, str]) -> str:
    return tag.clean_text(tags.get("name"))


def kind_of(tags: Mapping[str, str], *, is_closed: bool) -> str | None:
    """
    Return what tags of a way or relation make of it on a map; None: nothing.

    Parameters
    ----------
    tags
        Tags of the way or relation.
    is_closed
        Whether its outline is closed; open water is not drawn.

    Returns
    -------
    str | None
        ``water``, ``boundary``, ``river`` or None.
    """
    is_water = (
        tags.get("natural") == "water"
        or tags.get("waterway") == "riverbank"
        or tags.get("landuse") == "reservoir"
    )
    if is_water:
        return "water" if is_closed else None
    if tags.get("boundary") == "administrative":
        return "boundary" if tags.get("admin_level") in _LEVELS else None
    if tags.get("waterway") in _RIVERS and tags.get("tunnel") in (None, "no"):
        return "river"
    return None


def rings_of(lines: list[Points]) -> list[Points]:
    """Return the closed outlines that lines make together; loose ends are left out."""
    closed = [line for line in lines if len(line) > 3 and line[0] == line[-1]]
    loose = [line for line in lines if line[0] != line[-1]]
    if loose:
        shapes = [shapely.linestrings(line) for line in loose]
        merged = shapely.line_merge(shapely.multilinestrings(shapes))
        for part in shapely.get_parts(merged):
            points = tuple((x, y) for x, y in shapely.get_coordinates(part).tolist())
            if len(points) > 3 and points[0] == points[-1]:
                closed.append(points)
    return closed
