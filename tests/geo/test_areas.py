"""How far outside an outline a point lies, with holes and islands."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from dispatch.geo.areas import Outline
from dispatch.model.areas import Area

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def ring(lat: float, lon: float, half: float) -> tuple[tuple[float, float], ...]:
    """Return a square around a point; ``half`` of a side in degrees."""
    corners = [(-half, -half), (-half, half), (half, half), (half, -half)]
    points = [(lat + north, lon + east) for north, east in corners]
    return (*points, points[0])


def area(*rings: tuple[tuple[float, float], ...]) -> Area:
    return Area(name="甲乡", level="township", rings=rings)


def test_inside_is_zero_and_outside_is_metres_to_the_border() -> None:
    outline = Outline(area(ring(27, 112, 0.1)))
    found = outline.beyond_m(
        lat=np.array([27.05, 27.11, 27.0]), lon=np.array([112.05, 112.0, 112.11])
    )
    east_m = 1112 * math.cos(math.radians(27))
    assert found == pytest.approx([0, 1112, east_m], rel=0.003)


def test_a_hole_is_outside_and_an_island_inside() -> None:
    shape = area(ring(27, 112, 0.1), ring(27, 112, 0.05), ring(27, 113, 0.1))
    outline = Outline(shape)
    assert outline.beyond_one_m(lat=27.04, lon=112.0) == pytest.approx(1112, rel=0.01)
    assert outline.beyond_one_m(lat=27.07, lon=112.0) == 0
    assert outline.beyond_one_m(lat=27.0, lon=113.0) == 0


def test_a_ring_that_crosses_itself_is_mended() -> None:
    crossed = (
        (27.0, 112.0),
        (27.1, 112.1),
        (27.1, 112.0),
        (27.0, 112.1),
        (27.0, 112.0),
    )
    outline = Outline(area(crossed))
    assert outline.beyond_one_m(lat=27.01, lon=112.05) == 0
    assert outline.beyond_one_m(lat=27.05, lon=112.01) > 100


def test_townships_lie_in_their_real_county() -> None:
    """The seats of Hengshan's townships, as geocoded, against its real outline."""
    path = SHARED / "hengyang_counties_wgs84.geojson"
    if not path.is_file():
        pytest.skip("the shared data are not beside this checkout")
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shape = next(f for f in features if f["properties"]["adcode"] == "430423")
    rings = [[(lat, lon) for lon, lat in r] for r in shape["geometry"]["coordinates"]]
    outline = Outline(
        Area(name="衡山县", level="county", rings=tuple(map(tuple, rings)))
    )
    assert outline.beyond_one_m(lat=27.15505, lon=112.810095) == 0
    assert outline.beyond_one_m(lat=26.9, lon=112.6) > 5000
