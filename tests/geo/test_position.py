"""Pasted positions: every usual typing, links of maps, and never a traceback."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.geo.baidu import MAX_Y_M, mercator_to_bd09
from dispatch.geo.datum import to_wgs84
from dispatch.geo.position import parse_position
from dispatch.words.message import MessageError

if TYPE_CHECKING:
    from dispatch.model.scenario import Datum

PLACE = (27.23, 112.87)


@pytest.mark.parametrize(
    "text",
    [
        "27.23,112.87",
        "112.87 27.23",
        "27.23，112.87",
        "112.87、27.23",
        "27.23；112.87",
        "27.23\t112.87",
        "２７．２３，１１２．８７",
        "(27.23, 112.87)",
        '{"lng": 112.87, "lat": 27.23}',
        "lat:27.23,lng112.87",
        "纬度27.23 经度112.87",
        "经度：112.87，纬度：27.23",
        "N27.23 E112.87",
        "E112.87, N27.23",
        "27.23N,112.87E",
        "27.23°N 112.87°E",
        "北纬27度13分48秒 东经112度52分12秒",
        "东经112度52分12秒北纬27度13分48秒",
        "27°13'48\"N 112°52'12\"E",
        "27º13'48''，112º52'12''",
        "N27°13′48″ E112°52′12″",
        "27 13 48 N 112 52 12 E",
        "27 13 48, 112 52 12",
        "27°13.8′, 112°52.2′",
        "geo:27.23,112.87",
        "geo:27.23,112.87;u=35",
        "geo:0,0?q=27.23,112.87(永和乡)",
        "我在永和乡 27.230,112.870 快来",
    ],
)
def test_typings_of_one_place(text: str) -> None:
    found = parse_position(text)
    assert (found.lat, found.lon) == pytest.approx(PLACE, abs=1e-9)
    assert found.datum == "wgs84"


def test_the_datum_of_plain_numbers_is_the_callers() -> None:
    found = parse_position("27.23,112.87", datum="gcj02")
    assert (found.lat, found.lon) == to_wgs84(lat=27.23, lon=112.87, datum="gcj02")
    assert "GCJ-02" in found.how.text("zh")


def test_the_south_and_the_west() -> None:
    found = parse_position("南纬27.5度 西经112.5度")
    assert (found.lat, found.lon) == (-27.5, -112.5)
    assert parse_position("-27.5,-112.5").lat == -27.5


def test_outside_china_lat_comes_first() -> None:
    found = parse_position("48.1, 11.5")
    assert (found.lat, found.lon) == (48.1, 11.5)


AMAP, BAIDU = "https://uri.amap.com", "https://api.map.baidu.com"
TENCENT, GOOGLE = "https://apis.map.qq.com/uri/v1", "https://www.google.com/maps"


@pytest.mark.parametrize(
    ("link", "datum"),
    [
        (f"{AMAP}/marker?position=112.87,27.23&name={quote('永和')}", "gcj02"),
        (f"{AMAP}/marker?position=112.87%2C27.23&coordinate=wgs84", "wgs84"),
        (f"{AMAP}/navigation?from=112.1,27.1,a&to=112.87,27.23,b", "gcj02"),
        ("https://ditu.amap.com/regeo?lng=112.87&lat=27.23&name=x", "gcj02"),
        ("https://wb.amap.com/?p=B0FFH1,27.23,112.87,永和乡政府,衡山县", "gcj02"),
        ("https://wb.amap.com/?q=27.23,112.87,永和乡", "gcj02"),
        ("androidamap://viewMap?poiname=a&lat=27.23&lon=112.87&dev=0", "gcj02"),
        (f"{BAIDU}/marker?location=27.23,112.87&title=a&output=html", "bd09"),
        (f"{BAIDU}/marker?location=27.23,112.87&coord_type=gcj02", "gcj02"),
        (f"{BAIDU}/marker?location=27.23,112.87&coord_type=wgs84", "wgs84"),
        (f"{BAIDU}/direction?destination=latlng:27.23,112.87|name:b", "bd09"),
        ("https://map.baidu.com/?latlng=27.23,112.87&title=a", "bd09"),
        (f"{TENCENT}/marker?marker=coord:27.23,112.87;title:a", "gcj02"),
        (f"{TENCENT}/routeplan?type=drive&to=a&tocoord=27.23,112.87", "gcj02"),
        ("https://map.qq.com/?type=marker&pointx=112.87&pointy=27.23", "gcj02"),
        (f"{GOOGLE}/@27.23,112.87,17z", "gcj02"),
        (f"{GOOGLE}/place/X/@27.5,112.5,17z/data=!3d27.23!4d112.87", "gcj02"),
        (f"{GOOGLE}?q=27.23,112.87", "gcj02"),
        (f"{GOOGLE}/search/?api=1&query=27.23%2C112.87", "gcj02"),
        ("https://maps.google.com/?ll=27.23,112.87", "gcj02"),
        ("https://maps.apple.com/?ll=27.23,112.87&q=x", "gcj02"),
        ("https://www.openstreetmap.org/#map=15/27.23/112.87", "wgs84"),
        ("https://www.openstreetmap.org/?mlat=27.23&mlon=112.87#map=9/1/2", "wgs84"),
    ],
)
@pytest.mark.parametrize("frame", ["{}", "我在这里 {} 永和乡", "我在这里{}，快来"])
def test_links_of_maps(link: str, datum: Datum, frame: str) -> None:
    found = parse_position(frame.format(link))
    assert found.datum == datum
    expected = to_wgs84(lat=27.23, lon=112.87, datum=datum)
    assert (found.lat, found.lon) == pytest.approx(expected, abs=1e-9)


def test_a_link_that_was_encoded_as_a_whole() -> None:
    link = quote(f"{AMAP}/marker?position=112.87,27.23", safe="")
    assert parse_position(link).datum == "gcj02"


def test_google_abroad_is_wgs84_and_at_home_is_said() -> None:
    assert parse_position(f"{GOOGLE}/@48.1,11.5,17z").lat == 48.1
    at_home = parse_position(f"{GOOGLE}/@27.23,112.87,17z")
    assert "GPS" in at_home.how.text("zh")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("https://surl.amap.com/1xQzK2a", "短链接"),
        ("https://j.map.baidu.com/ab/cd", "短链接"),
        ("看 https://maps.app.goo.gl/abc 哦", "短链接"),
        ("https://map.baidu.com/poi/abc", "没有坐标"),
        ("https://ditu.amap.com/place/B0FFH1", "没有坐标"),
        ("https://example.com/?q=27.23,112.87", "example.com"),
        ("http://[bad/27.23,112.87", "看不出位置"),
        ("永和乡政府旁边", "看不出位置"),
        ("27.23", "看不出位置"),
        ("27°75′,112°", "看不出位置"),
        ("", "看不出位置"),
        ("99,200", "超出范围"),
        ("0,0", "超出范围"),
        ("geo:27.23", "看不出位置"),
    ],
)
def test_what_is_no_position_gets_a_sentence(text: str, part: str) -> None:
    with pytest.raises(MessageError) as caught:
        parse_position(text)
    assert part in caught.value.message.text("zh")


PIECES = st.sampled_from(
    [
        *("27.23", "112.87", "-0", "°", "′", "'", '"', "N", "e", "度", "分", "北纬"),
        *(",", "，", " ", "/", "@", "!3d", "!4d", "geo:", "https://", "%2C", "?q="),
        *("uri.amap.com/marker?position=", "map.baidu.com/@12565000,3120000,13z"),
        *("www.google.com/maps/", "#map=1/", "[", "&", "=", "999999999", "²", "٣"),
    ]
)


@given(st.text() | st.lists(PIECES, max_size=8).map("".join))
@example("http://[")
@example("https://map.baidu.com/@99999999,99999999,1z")
@example("²7.23,112.87")
def test_any_text_gives_a_position_or_a_sentence(text: str) -> None:
    with contextlib.suppress(MessageError):
        found = parse_position(text)
        assert math.isfinite(found.lat)
        assert math.isfinite(found.lon)


def test_baidu_mercator_is_that_of_a_published_point() -> None:
    """Tian'anmen, as geocoded in BD-09 and as Baidu's page links to it."""
    found = mercator_to_bd09(x_m=12_958_162.19, y_m=4_825_923.77)
    assert found == pytest.approx((39.915, 116.403885), abs=2e-5)


@pytest.mark.parametrize(
    ("y_m", "lat"),
    [(1_678_043.12, 15), (3_481_989.83, 30), (5_591_021.0, 45), (MAX_Y_M, 60)],
)
def test_bands_of_baidu_mercator_meet(y_m: float, lat: float) -> None:
    """A wrong digit in one of the tables would tear them apart: 1 cm is 1e-7."""
    for side in (-1e-6, 0):
        found = mercator_to_bd09(x_m=1, y_m=y_m + side)[0]
        assert found == pytest.approx(lat, abs=1e-6)


@given(st.floats(1e5, MAX_Y_M))
def test_baidu_mercator_is_close_to_mercators_formula(y_m: float) -> None:
    """On the ellipsoid, but for one part in 16,000, everywhere between the edges."""
    lat = math.radians(mercator_to_bd09(x_m=1, y_m=y_m)[0])
    wave = 0.0818191908426 * math.sin(lat)
    shrink = ((1 - wave) / (1 + wave)) ** (0.0818191908426 / 2)
    formula_m = 6_378_137 * math.log(math.tan(math.pi / 4 + lat / 2) * shrink)
    assert abs(formula_m / y_m - 1) < 1e-4


def test_a_link_of_baidus_map_page() -> None:
    found = parse_position("https://map.baidu.com/search/x/@12565000.5,3120000.25,13z")
    lat, lon = mercator_to_bd09(x_m=12565000.5, y_m=3120000.25)
    assert (found.lat, found.lon) == to_wgs84(lat=lat, lon=lon, datum="bd09")
