"""Links into map programs: each in its own datum, and read back to the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.files.plan import links
from dispatch.geo.datum import from_wgs84
from dispatch.geo.position import parse_position

if TYPE_CHECKING:
    from collections.abc import Callable

LAT, LON = 27.15505, 112.810095
LINKS = [
    (links.amap_web, "gcj02"),
    (links.amap_app, "gcj02"),
    (links.baidu_web, "bd09"),
    (links.baidu_app, "bd09"),
    (links.tencent_web, "gcj02"),
    (links.geo_uri, "wgs84"),
]


@pytest.mark.parametrize(("make", "datum"), LINKS)
def test_every_link_leads_back_to_the_place(
    make: Callable[..., str], datum: str
) -> None:
    """The reader of pasted links knows the programs' rules independently."""
    link = make(lat=LAT, lon=LON, name="新场市社区(一组)&a=1,2|3;4%")
    found = parse_position(link)
    assert (found.lat, found.lon) == pytest.approx((LAT, LON), abs=2e-6)
    assert found.datum == datum


def test_amap_wants_gcj02_with_lon_first() -> None:
    lat, lon = from_wgs84(lat=LAT, lon=LON, datum="gcj02")
    link = links.amap_web(lat=LAT, lon=LON, name="永和")
    assert f"to={lon:.6f},{lat:.6f},%E6%B0%B8%E5%92%8C&" in link
    assert lon - LON == pytest.approx(0.0054, abs=1e-4)


def test_tencent_and_baidu_want_lat_first() -> None:
    lat, lon = from_wgs84(lat=LAT, lon=LON, datum="gcj02")
    link = links.tencent_web(lat=LAT, lon=LON, name="永和")
    assert f"tocoord={lat:.6f},{lon:.6f}&" in link
    lat, lon = from_wgs84(lat=LAT, lon=LON, datum="bd09")
    assert f"location={lat:.6f},{lon:.6f}&" in links.baidu_web(
        lat=LAT, lon=LON, name="永和"
    )
    assert "coord_type=bd09ll" in links.baidu_app(lat=LAT, lon=LON, name="永和")


def test_geo_needs_no_conversion() -> None:
    assert links.geo_uri(lat=27.5, lon=112.5) == "geo:27.500000,112.500000"
    assert unquote(links.geo_uri(lat=27.5, lon=112.5, name="村")) == (
        "geo:27.500000,112.500000?q=27.500000,112.500000(村)"
    )


@pytest.mark.parametrize(("make", "datum"), LINKS)
@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_no_name_breaks_a_link(make: Callable[..., str], datum: str, name: str) -> None:
    link = make(lat=LAT, lon=LON, name=name)
    assert link.isascii()
    assert not set(link) & set(" <>\"'")
    assert "#" not in link
