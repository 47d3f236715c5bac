"""Water, boundaries and names of small extracts written by hand."""

from __future__ import annotations

import pytest

from dispatch.errors import DataError
from dispatch.roads.osm.basemap import read_basemap_bytes
from dispatch.roads.osm.extract import ATTRIBUTION
from tests.roads.real_roads import REAL, need_real_roads

NODES = "".join(
    f'<node id="{number}" lat="{lat}" lon="{lon}"/>'
    for number, (lat, lon) in enumerate(
        [(27.0, 112.0), (27.0, 112.1), (27.1, 112.1), (27.1, 112.0), (30.0, 110.0)], 1
    )
)


def way(way_id, refs, **tags):
    points = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    return f'<way id="{way_id}">{points}{tagged(tags)}</way>'


def tagged(tags):
    return "".join(f'<tag k="{key}" v="{text}"/>' for key, text in tags.items())


def relation(ways, **tags):
    members = "".join(f'<member type="way" ref="{w}" role="outer"/>' for w in ways)
    return f'<relation id="9">{members}{tagged(tags)}</relation>'


def read(*things, box=None):
    data = f'<osm version="0.6">{NODES}{"".join(things)}</osm>'.encode()
    return read_basemap_bytes(data, "a.osm", box=box)


def test_lake_river_and_its_tunnel():
    lake, river = read(
        way(1, [1, 2, 3, 1], natural="water", name="水库"),
        way(2, [1, 3], waterway="river", name="湘江"),
        way(3, [1, 2], waterway="canal", tunnel="yes"),
        way(4, [1, 2], waterway="ditch"),
    )
    assert (lake.kind, lake.name, len(lake.lines[0])) == ("water", "水库", 4)
    assert (river.kind, river.name) == ("river", "湘江")
    assert river.lines == (((27.0, 112.0), (27.1, 112.1)),)
    assert lake.credit == ATTRIBUTION


def test_lake_of_several_ways_is_one_outline_and_not_drawn_twice():
    (lake,) = read(
        way(1, [1, 2, 3]),
        way(2, [3, 4, 1], natural="water"),
        relation([1, 2], type="multipolygon", natural="water", name="湖"),
    )
    assert lake.kind == "water"
    assert len(lake.lines) == 1
    assert lake.lines[0][0] == lake.lines[0][-1]
    assert len(lake.lines[0]) == 5


def test_a_lake_that_is_cut_off_by_the_extract_is_left_out():
    relation_of = relation([1], type="multipolygon", natural="water")
    assert read(way(1, [1, 2, 3]), relation_of) == ()


def test_borders_of_counties_and_townships_only():
    tags = {"type": "boundary", "boundary": "administrative", "name": "衡山县"}
    (county,) = read(way(1, [1, 2]), relation([1], admin_level="6", **tags))
    assert (county.kind, county.name) == ("boundary", "衡山县")
    assert read(way(1, [1, 2]), relation([1], admin_level="4", **tags)) == ()


def test_places_come_by_importance_and_within_the_box():
    def place(number, lat, kind, name):
        tags = tagged({"place": kind, "name": name})
        return f'<node id="{number}" lat="{lat}" lon="112">{tags}</node>'

    nodes = (
        place(11, 27.01, "hamlet", "小村"),
        place(12, 27.02, "town", "永和"),
        place(13, 30.0, "city", "远方"),
        place(14, 27.0, "continent", "亚洲"),
    )
    found = read(*nodes, box=(26.5, 111.5, 27.5, 112.5))
    assert [feature.name for feature in found] == ["永和", "小村"]
    assert len(read(*nodes)) == 3


def test_the_second_reading_comes_from_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DISPATCH_CACHE", str(tmp_path))
    lake = way(1, [1, 2, 3, 1], natural="water", name="水库")
    first = read(lake)
    assert len(list(tmp_path.glob("basemap-*.npz"))) == 1
    monkeypatch.setattr("dispatch.roads.osm.basemap._parse", None)
    assert read(lake) == first


def test_damaged_file_is_told():
    with pytest.raises(DataError, match="damaged"):
        read_basemap_bytes(b"no extract", "a.osm.pbf")


def test_a_real_extract_has_all_kinds():
    need_real_roads()
    name = "liechtenstein_2015.osm.pbf"
    data = (REAL / name).read_bytes()
    found = read_basemap_bytes(data, name)
    kinds = {feature.kind for feature in found}
    assert kinds == {"water", "river", "boundary", "place"}
    assert "Vaduz" in {f.name for f in found if f.kind == "place"}
