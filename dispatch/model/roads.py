"""Roads as columns, what the office knows about them, and how fast trucks drive."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from dispatch.arrays import Floats, Ints, Mask, Points


#: Values of ``RoadNetwork.access``: for all, not for heavy goods vehicles, for none.
OPEN: Final = 0
NO_HEAVY: Final = 1
CLOSED: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadNode:
    """A point where roads meet; ``ele_m`` metres above the sea, None: unknown."""

    node_id: str
    lat: float
    lon: float
    name: str = ""
    ele_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadFacts:
    """
    What is known of a road, whole ways and single edges alike; None: not posted.

    Attributes
    ----------
    speed_km_h
        Speed of a water truck as measured here; wins over every table of speeds.
    max_speed_km_h
        Posted limit for all.
    grade
        Rise from start to end by length, 0.06 is 6 %; None: unknown.
    access
        ``OPEN``, ``NO_HEAVY`` or ``CLOSED``.
    rules
        Tags of OpenStreetMap that depend on the day or are not understood, with
        those that they override: ``hgv:conditional=no @ (07:00-09:00)``.
    """

    name: str = ""
    road_class: str = ""
    surface: str = ""
    tracktype: str = ""
    smoothness: str = ""
    width_m: float | None = None
    max_height_m: float | None = None
    max_gross_t: float | None = None
    speed_km_h: float | None = None
    max_speed_km_h: float | None = None
    grade: float | None = None
    access: int = OPEN
    is_bridge: bool = False
    rules: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadEdge(RoadFacts):
    """
    One stretch of road as a row.

    Attributes
    ----------
    one_way
        Whether it leads from ``from_node`` to ``to_node`` only.
    shape
        Inner points of the line as (lat, lon); empty means straight.
    """

    edge_id: str
    from_node: str
    to_node: str
    length_m: float
    one_way: bool = False
    shape: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class RoadNetwork:
    """
    The roads around a township: N nodes, E edges, one column per field.

    Attributes
    ----------
    node_ids, node_names, node_lat, node_lon, node_ele_m
        Length N; positions in WGS-84 degrees, heights in metres, NaN: unknown.
    edge_ids, names, road_class, surface, tracktype, smoothness, rules
        Length E; empty where not known.
    start, end
        Shape (E,): positions of the nodes.
    length_m
        Shape (E,); 0 for a barrier, which has limits but no length.
    width_m, max_height_m, max_gross_t, speed_km_h, max_speed_km_h, grade
        Shape (E,), as in ``RoadEdge``; NaN: not limited, not known.
    one_way, is_bridge
        Shape (E,); one-way edges lead from start to end.
    access
        Shape (E,): ``OPEN``, ``NO_HEAVY`` or ``CLOSED``.
    shape_at, shape_lat, shape_lon
        Inner points of edge e are ``shape_at[e]:shape_at[e + 1]``.
    attribution
        Whose data it is, to be shown wherever it is drawn.
    """

    node_ids: tuple[str, ...]
    node_names: tuple[str, ...]
    node_lat: Floats
    node_lon: Floats
    node_ele_m: Floats
    edge_ids: tuple[str, ...]
    names: tuple[str, ...]
    road_class: tuple[str, ...]
    surface: tuple[str, ...]
    tracktype: tuple[str, ...]
    smoothness: tuple[str, ...]
    rules: tuple[str, ...]
    start: Ints
    end: Ints
    length_m: Floats
    width_m: Floats
    max_height_m: Floats
    max_gross_t: Floats
    speed_km_h: Floats
    max_speed_km_h: Floats
    grade: Floats
    one_way: Mask
    is_bridge: Mask
    access: npt.NDArray[np.int8]
    shape_at: Ints
    shape_lat: Floats
    shape_lon: Floats
    attribution: str = ""

    @classmethod
    def of(
        cls,
        nodes: Sequence[RoadNode],
        edges: Sequence[RoadEdge],
        *,
        attribution: str = "",
    ) -> RoadNetwork:
        """
        Return the network of rows.

        Parameters
        ----------
        nodes
            Every point where roads meet.
        edges
            Stretches between nodes that are among ``nodes``.
        attribution
            Whose data it is.

        Raises
        ------
        KeyError
            If an edge names an unknown node.
        """
        position = {node.node_id: idx for idx, node in enumerate(nodes)}
        points = [point for edge in edges for point in edge.shape]
        sizes = [0, *(len(edge.shape) for edge in edges)]
        return cls(
            node_ids=tuple(node.node_id for node in nodes),
            node_names=tuple(node.name for node in nodes),
            node_lat=_floats(node.lat for node in nodes),
            node_lon=_floats(node.lon for node in nodes),
            node_ele_m=_floats(node.ele_m for node in nodes),
            edge_ids=tuple(edge.edge_id for edge in edges),
            names=tuple(edge.name for edge in edges),
            road_class=tuple(edge.road_class for edge in edges),
            surface=tuple(edge.surface for edge in edges),
            tracktype=tuple(edge.tracktype for edge in edges),
            smoothness=tuple(edge.smoothness for edge in edges),
            rules=tuple(edge.rules for edge in edges),
            start=np.array([position[e.from_node] for e in edges], dtype=np.int64),
            end=np.array([position[e.to_node] for e in edges], dtype=np.int64),
            length_m=_floats(edge.length_m for edge in edges),
            width_m=_floats(edge.width_m for edge in edges),
            max_height_m=_floats(edge.max_height_m for edge in edges),
            max_gross_t=_floats(edge.max_gross_t for edge in edges),
            speed_km_h=_floats(edge.speed_km_h for edge in edges),
            max_speed_km_h=_floats(edge.max_speed_km_h for edge in edges),
            grade=_floats(edge.grade for edge in edges),
            one_way=np.array([edge.one_way for edge in edges], dtype=np.bool_),
            is_bridge=np.array([edge.is_bridge for edge in edges], dtype=np.bool_),
            access=np.array([edge.access for edge in edges], dtype=np.int8),
            shape_at=np.cumsum(sizes, dtype=np.int64),
            shape_lat=_floats(lat for lat, _ in points),
            shape_lon=_floats(lon for _, lon in points),
            attribution=attribution,
        )

    @property
    def num_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_ids)

    @property
    def num_edges(self) -> int:
        """Number of edges."""
        return len(self.edge_ids)

    def line(self, edge_idx: int) -> Points:
        """Return the points of an edge from start to end, as (lat, lon)."""
        first, last = int(self.start[edge_idx]), int(self.end[edge_idx])
        inner = slice(self.shape_at[edge_idx], self.shape_at[edge_idx + 1])
        return (
            (float(self.node_lat[first]), float(self.node_lon[first])),
            *zip(
                self.shape_lat[inner].tolist(),
                self.shape_lon[inner].tolist(),
                strict=True,
            ),
            (float(self.node_lat[last]), float(self.node_lon[last])),
        )

    def node(self, node_idx: int) -> RoadNode:
        """Return one node as a row."""
        return RoadNode(
            node_id=self.node_ids[node_idx],
            name=self.node_names[node_idx],
            lat=float(self.node_lat[node_idx]),
            lon=float(self.node_lon[node_idx]),
            ele_m=_or_none(self.node_ele_m[node_idx]),
        )

    def edge(self, edge_idx: int) -> RoadEdge:
        """Return one edge as a row."""
        return RoadEdge(
            edge_id=self.edge_ids[edge_idx],
            from_node=self.node_ids[int(self.start[edge_idx])],
            to_node=self.node_ids[int(self.end[edge_idx])],
            length_m=float(self.length_m[edge_idx]),
            name=self.names[edge_idx],
            road_class=self.road_class[edge_idx],
            surface=self.surface[edge_idx],
            tracktype=self.tracktype[edge_idx],
            smoothness=self.smoothness[edge_idx],
            rules=self.rules[edge_idx],
            width_m=_or_none(self.width_m[edge_idx]),
            max_height_m=_or_none(self.max_height_m[edge_idx]),
            max_gross_t=_or_none(self.max_gross_t[edge_idx]),
            speed_km_h=_or_none(self.speed_km_h[edge_idx]),
            max_speed_km_h=_or_none(self.max_speed_km_h[edge_idx]),
            grade=_or_none(self.grade[edge_idx]),
            access=int(self.access[edge_idx]),
            is_bridge=bool(self.is_bridge[edge_idx]),
            one_way=bool(self.one_way[edge_idx]),
            shape=self.line(edge_idx)[1:-1],
        )

    def nodes(self) -> list[RoadNode]:
        """Return all nodes as rows."""
        return [self.node(idx) for idx in range(self.num_nodes)]

    def edges(self) -> list[RoadEdge]:
        """Return all edges as rows."""
        return [self.edge(idx) for idx in range(self.num_edges)]

    @property
    def digest(self) -> str:
        """A hash of the whole content; equal networks have equal digests."""
        known: str | None = self.__dict__.get("_digest")
        if known is None:
            content_hash = hashlib.sha256()
            for entry in fields(self):
                value = getattr(self, entry.name)
                if isinstance(value, np.ndarray):
                    content_hash.update(value.tobytes())
                elif isinstance(value, tuple):
                    content_hash.update("\0".join(value).encode())
                else:
                    content_hash.update(str(value).encode())
                content_hash.update(b"\1")
            known = content_hash.hexdigest()[:20]
            object.__setattr__(self, "_digest", known)
        return known

    def __eq__(self, other: object) -> bool:
        """Whether the content is the same."""
        if not isinstance(other, RoadNetwork):
            return NotImplemented
        return self is other or self.digest == other.digest

    def __hash__(self) -> int:
        """Return a hash of the content."""
        return hash(self.digest)


def _floats(values: object) -> Floats:
    known_or_nan = [np.nan if value is None else value for value in values]  # type: ignore[attr-defined]  # any iterable of numbers or None
    return np.array(known_or_nan, dtype=np.float64)


def _or_none(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)
