"""GCJ-02 and BD-09 against a published pair, and back without a loss."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.geo.datum import from_wgs84, to_wgs84, wgs84_to_gcj02

if TYPE_CHECKING:
    from dispatch.model.scenario import Datum

LATS = st.floats(3, 54)
LONS = st.floats(73, 136)
SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def gap_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    north = (one[0] - other[0]) * 111_195
    east = (one[1] - other[1]) * 111_195 * math.cos(math.radians(one[0]))
    return math.hypot(north, east)


def test_published_pair() -> None:
    assert wgs84_to_gcj02(lat=40, lon=120) == pytest.approx(
        (40.0013047896019, 120.00567568355486), abs=1e-12
    )


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@given(lat=LATS, lon=LONS)
def test_the_way_back_closes_within_a_centimetre(
    datum: Datum, lat: float, lon: float
) -> None:
    there = from_wgs84(lat=lat, lon=lon, datum=datum)
    back = to_wgs84(lat=there[0], lon=there[1], datum=datum)
    assert gap_m((lat, lon), back) < 0.01


@given(lat=LATS, lon=LONS)
def test_wgs84_stays(lat: float, lon: float) -> None:
    assert to_wgs84(lat=lat, lon=lon, datum="wgs84") == (lat, lon)


def test_outside_china_nothing_is_shifted() -> None:
    """Andorra and the like: the test networks of other countries."""
    assert to_wgs84(lat=42.5, lon=1.5, datum="gcj02") == (42.5, 1.5)


def test_shift_in_hengshan() -> None:
    """GCJ-02 lies about 540 m east and 380 m south of WGS-84 here."""
    lat, lon = from_wgs84(lat=27.155, lon=112.81, datum="gcj02")
    assert (27.155 - lat) * 111_195 == pytest.approx(380, abs=20)
    assert gap_m((0, lon), (0, 112.81)) * math.cos(math.radians(27.155)) == (
        pytest.approx(540, abs=20)
    )


def test_published_village_positions() -> None:
    path = SHARED / "yonghe_villages.csv"
    if not path.is_file():
        pytest.skip("the shared data are not beside this checkout")
    with path.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        found = to_wgs84(
            lat=float(row["lat_gcj02"]), lon=float(row["lon_gcj02"]), datum="gcj02"
        )
        assert gap_m(found, (float(row["lat"]), float(row["lon"]))) < 0.2


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@given(lat=LATS, lon=LONS)
def test_there_from_the_shifted_side_closes_within_a_centimetre(
    datum: Datum, lat: float, lon: float
) -> None:
    there = to_wgs84(lat=lat, lon=lon, datum=datum)
    back = from_wgs84(lat=there[0], lon=there[1], datum=datum)
    assert gap_m((lat, lon), back) < 0.01


def test_shift_at_yonghe() -> None:
    """About 537 m east and 380 m south, as the shared data say."""
    lat, lon = from_wgs84(lat=27.15505, lon=112.810095, datum="gcj02")
    south_m = (27.15505 - lat) * 111_195
    east_m = (lon - 112.810095) * 111_195 * math.cos(math.radians(27.155))
    assert south_m == pytest.approx(380, abs=2)
    assert east_m == pytest.approx(537, abs=2)


#: Edges of the box outside of which nothing is shifted.
BOX_LAT, BOX_LON = (0.8293, 55.8271), (72.004, 137.8347)
NEAR_EDGE = st.floats(-0.02, 0.02)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@given(
    edge=st.sampled_from([("lat", 0), ("lat", 1), ("lon", 0), ("lon", 1)]),
    off=NEAR_EDGE,
    along=st.floats(0.01, 0.99),
)
def test_at_the_edge_of_the_box_nothing_runs_away(
    datum: Datum, edge: tuple[str, int], off: float, along: float
) -> None:
    """At the jump some points have no way back; they end within the jump's size."""
    axis, side = edge
    lat = BOX_LAT[0] + along * (BOX_LAT[1] - BOX_LAT[0])
    lon = BOX_LON[0] + along * (BOX_LON[1] - BOX_LON[0])
    lat, lon = (BOX_LAT[side] + off, lon) if axis == "lat" else (lat, lon)
    lat, lon = (lat, BOX_LON[side] + off) if axis == "lon" else (lat, lon)
    there = from_wgs84(lat=lat, lon=lon, datum=datum)
    back = to_wgs84(lat=there[0], lon=there[1], datum=datum)
    jump_m = gap_m((lat, lon), from_wgs84(lat=lat, lon=lon, datum="gcj02"))
    assert gap_m((lat, lon), back) < max(0.01, 3000 if jump_m == 0 else 3 * jump_m)
    if abs(off) > 0.015:
        assert gap_m((lat, lon), back) < 0.01
