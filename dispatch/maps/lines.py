"""Lines as maps draw them: simpler from afar, with arrows, and their middle."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Point


def length(line: Sequence[Point]) -> float:
    """Return how long a line is, in degrees."""
    return sum(math.dist(a, b) for a, b in itertools.pairwise(line))


def middle(line: Sequence[Point]) -> Point:
    """Return the point half way along a line."""
    at = shapely.LineString(line).interpolate(0.5, normalized=True)
    return at.x, at.y


def with_fewer_corners(line: Sequence[Point]) -> list[Point]:
    """Return a line that looks the same on a map of many."""
    if len(line) < 3:
        return list(line)
    kept = shapely.simplify(shapely.linestrings(line), 3e-5)
    return [(lat, lon) for lat, lon in shapely.get_coordinates(kept).tolist()]


def chevrons(line: Sequence[Point]) -> list[list[Point]]:
    """Return an arrow head at a third and at two thirds of a line."""
    stretch = math.cos(math.radians(line[0][0])) or 1.0
    flat = [(lon * stretch, lat) for lat, lon in line]
    lengths = [math.dist(a, b) for a, b in itertools.pairwise(flat)]
    total = sum(lengths)
    if total == 0:
        return []
    size = min(total * 0.06, 0.0013)
    heads = []
    for part in (1 / 3, 2 / 3):
        left = total * part
        for (x1, y1), (x2, y2), length in zip(flat, flat[1:], lengths, strict=False):
            if left > length or length == 0:
                left -= length
                continue
            along = left / length
            x, y = x1 + (x2 - x1) * along, y1 + (y2 - y1) * along
            angle = math.atan2(y2 - y1, x2 - x1)
            sides = [
                (
                    y - size * math.sin(angle + turn),
                    (x - size * math.cos(angle + turn)) / stretch,
                )
                for turn in (0.5, -0.5)
            ]
            heads.append([sides[0], (y, x / stretch), sides[1]])
            break
    return heads
